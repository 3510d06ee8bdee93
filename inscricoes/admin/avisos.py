"""Os avisos: o que foi, o que espera, o que não vai mais. E mandar de novo o que não foi."""

from datetime import datetime
from typing import Any

from django.contrib import admin, messages
from django.db import transaction
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString

from inscricoes.admin.eliminacao import SoDeLeitura
from inscricoes.models import Aviso
from inscricoes.services import avisos

ESTADOS = {
    "enviados": ("enviados", Q(enviado_em__isnull=False)),
    "esperam": ("esperam a sua hora", Q(enviado_em__isnull=True, tentar_em__isnull=False)),
    "superados": ("não vão: a situação mudou antes", Q(enviado_em__isnull=True, erro=avisos.SUPERADA)),
    "desistidos": (
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


def _curta(momento: datetime) -> str:
    return f"{timezone.localtime(momento):%d/%m/%Y %H:%M}"


@admin.register(Aviso)
class AvisoAdmin(SoDeLeitura):
    list_display = ("protocolo", "sobre", "estado", "criado", "tentativas", "erro")
    list_display_links = None
    list_filter = (EstadoFilter, "situacao")
    list_select_related = ("candidato",)
    list_per_page = 50
    show_full_result_count = False
    show_facets = admin.ShowFacets.NEVER
    actions = ("mandar_de_novo",)

    @admin.display(description="protocolo")
    def protocolo(self, aviso: Aviso) -> SafeString:
        return format_html('<span class="protocolo-do-aviso">{}</span>', aviso.candidato.protocolo)

    @admin.display(description="sobre", ordering="situacao")
    def sobre(self, aviso: Aviso) -> str:
        return f"“{aviso.get_situacao_display()}”"

    @admin.display(description="estado", ordering="enviado_em")
    def estado(self, aviso: Aviso) -> str:
        if aviso.enviado_em is not None:
            return f"enviado em {_curta(aviso.enviado_em)}"
        if aviso.tentar_em is not None:
            return f"espera: vai a partir de {_curta(aviso.tentar_em)}"
        return "não vai: a situação mudou antes" if aviso.erro == avisos.SUPERADA else "não foi: acabaram as tentativas"

    @admin.display(description="criado em", ordering="criado_em")
    def criado(self, aviso: Aviso) -> str:
        return _curta(aviso.criado_em)

    def has_tentar_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("inscricoes.conduzir_selecao")

    @admin.action(description="Tentar mandar de novo os que não foram", permissions=["tentar"])
    def mandar_de_novo(self, request: HttpRequest, queryset: QuerySet[Aviso]) -> None:
        """Recomeça as tentativas dos que não foram enviados. Os superados continuam superados."""
        quantas = (
            queryset.filter(enviado_em__isnull=True)
            .exclude(erro=avisos.SUPERADA)
            .update(tentativas=0, tentar_em=timezone.now())
        )
        transaction.on_commit(avisos.acordar)
        self.message_user(request, f"{quantas} avisos vão ser mandados de novo.", messages.SUCCESS)
