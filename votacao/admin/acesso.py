"""O que as telas da produção compartilham: quem pode o quê, e que horas são."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.utils import timezone


class SomenteLeitura(admin.ModelAdmin):
    """Ninguém acrescenta, muda ou exclui por aqui, nem quem é superusuário."""

    actions = None

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


def pode_conduzir(request: HttpRequest) -> bool:
    return request.user.has_perm("votacao.conduzir_paredao")


def pode_ver_contagem(request: HttpRequest) -> bool:
    return request.user.has_perm("votacao.ver_contagem")


def agora_de(request: HttpRequest) -> Any:
    """O mesmo instante durante todo o pedido: a situação de um paredão não muda no meio da página."""
    if not hasattr(request, "agora"):
        request.agora = timezone.now()  # type: ignore[attr-defined]
    return request.agora  # type: ignore[attr-defined]
