"""O segundo fator da produção: quem tem, quem já o mostrou nesta sessão, e se isso basta para abrir o admin."""

from typing import Any

from allauth.account.internal.flows.login import get_authentication_records
from allauth.mfa.models import Authenticator
from django.conf import settings
from django.http import HttpRequest


def tem(usuario: Any) -> bool:
    """Se a conta tem um aplicativo autenticador ativado. Os códigos de reserva, sozinhos, não são um fator."""
    anotado = getattr(usuario, "tem_segundo_fator", None)
    if anotado is not None:
        return bool(anotado)
    return Authenticator.objects.filter(user_id=usuario.pk, type=Authenticator.Type.TOTP).exists()


def mostrou(request: HttpRequest) -> bool:
    """Se esta sessão já apresentou um código do autenticador ou da reserva, desta mesma conta."""
    return any(feito.get("method") == "mfa" for feito in get_authentication_records(request, request.user))


def basta(request: HttpRequest) -> bool:
    """Se a sessão de `request.user` pode abrir o admin: com fator, tem de tê-lo mostrado; sem, só se não é exigido."""
    return mostrou(request) if tem(request.user) else not settings.SEGUNDO_FATOR
