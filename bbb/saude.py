"""Vida e prontidão, para quem cuida dos processos. Sem cookie, sem dados, sem cache."""

from django.db import DatabaseError, connection
from django.http import HttpRequest, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe


@require_safe
@never_cache
def viva(request: HttpRequest) -> JsonResponse:
    return JsonResponse({"viva": True})


@require_safe
@never_cache
def pronta(request: HttpRequest) -> JsonResponse:
    """503 enquanto o banco não responde ou ainda não tem as tabelas."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1 FROM votacao_paredao LIMIT 1")
    except DatabaseError:
        return JsonResponse({"pronta": False, "banco": False}, status=503)
    return JsonResponse({"pronta": True, "banco": True})
