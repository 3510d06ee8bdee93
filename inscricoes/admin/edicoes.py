"""Edições: quando recebem inscrições, e por quanto tempo guardam os dados."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.utils import timezone

from inscricoes.admin.banco import ComFraseDoBanco
from inscricoes.models import Edicao


@admin.register(Edicao)
class EdicaoAdmin(ComFraseDoBanco):
    list_display = ("nome", "ano", "inscricoes", "inscricoes_abrem_em", "inscricoes_fecham_em", "retencao_dias")
    search_fields = ("nome", "ano")
    show_full_result_count = False
    fieldsets = (
        (None, {"fields": ("nome", "ano")}),
        (
            "Inscrições",
            {
                "fields": ("inscricoes_abrem_em", "inscricoes_fecham_em"),
                "description": "Abrem e fecham sozinhas, pelo relógio do servidor. Fechadas, ninguém começa, muda nem "
                "envia; quem já enviou continua na seleção.",
            },
        ),
        ("Guarda dos dados", {"fields": ("retencao_dias",)}),
    )

    @admin.display(description="inscrições")
    def inscricoes(self, edicao: Edicao) -> str:
        agora = timezone.now()
        if edicao.recebe_inscricoes(agora):
            return "abertas"
        if edicao.inscricoes_abrem_em is None:
            return "sem data"
        return "em breve" if edicao.inscricoes_abrem_em > agora else "encerradas"

    def get_readonly_fields(self, request: HttpRequest, obj: Edicao | None = None) -> Any:
        # A seleção cuida da janela de inscrições; o nome e o ano são de quem cria edições.
        return () if self.has_add_permission(request) else ("nome", "ano")
