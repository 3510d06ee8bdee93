"""As cartas: o que foi, o que espera, o que não vai mais. E mandar de novo o que não foi."""

from typing import Any

from django.contrib import admin, messages
from django.db import transaction
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.utils import timezone

from inscricoes.admin.eliminacao import SoDeLeitura
from inscricoes.models import Aviso
from inscricoes.services import avisos

ESTADOS = {
    "enviadas": ("enviadas", Q(enviado_em__isnull=False)),
    "esperam": ("esperam a sua hora", Q(enviado_em__isnull=True, tentar_em__isnull=False)),
    "superadas": ("não vão: a situação mudou antes", Q(enviado_em__isnull=True, erro=avisos.SUPERADA)),
    "desistidas": (
        "não foram: acabaram as tentativas",
        Q(enviado_em__isnull=True, tentar_em__isnull=True) & ~Q(erro=avisos.SUPERADA),
    ),
}


class EstadoFilter(admin.SimpleListFilter):
    title = "estado"
    parameter_name = "estado"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [(chave, titulo) for chave, (titulo, _) in ESTADOS.items()]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Aviso]) -> QuerySet[Aviso]:
        escolhido = ESTADOS.get(self.value() or "")
        return queryset if escolhido is None else queryset.filter(escolhido[1])


@admin.register(Aviso)
class AvisoAdmin(SoDeLeitura):
    list_display = ("criado_em", "protocolo", "situacao", "estado", "tentativas", "tentar_em", "erro")
    list_display_links = None
    list_filter = (EstadoFilter, "situacao")
    list_select_related = ("candidato",)
    show_full_result_count = False
    actions = ("mandar_de_novo",)

    @admin.display(description="protocolo")
    def protocolo(self, aviso: Aviso) -> str:
        return aviso.candidato.protocolo

    @admin.display(description="estado")
    def estado(self, aviso: Aviso) -> str:
        if aviso.enviado_em is not None:
            return f"enviada em {timezone.localtime(aviso.enviado_em):%d/%m/%Y %H:%M}"
        if aviso.tentar_em is not None:
            return "espera a sua hora"
        return "não vai: a situação mudou antes" if aviso.erro == avisos.SUPERADA else "não foi: acabaram as tentativas"

    def has_tentar_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("inscricoes.conduzir_selecao")

    @admin.action(description="Tentar mandar de novo as que não foram", permissions=["tentar"])
    def mandar_de_novo(self, request: HttpRequest, queryset: QuerySet[Aviso]) -> None:
        """Recomeça as tentativas das que não foram enviadas. As superadas continuam superadas."""
        quantas = (
            queryset.filter(enviado_em__isnull=True)
            .exclude(erro=avisos.SUPERADA)
            .update(tentativas=0, tentar_em=timezone.now())
        )
        transaction.on_commit(avisos.acordar)
        self.message_user(request, f"{quantas} cartas vão ser mandadas de novo.", messages.SUCCESS)
