"""O livro de votos e as contagens, só para ler."""

import uuid
from typing import Any

from django.contrib import admin
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.functional import cached_property

from votacao.admin.acesso import SomenteLeitura
from votacao.models import Contagem, Lote, Modalidade, Participante, Voto

MAIS_RECENTES = 1000
"""Linhas que se folheiam. Contar o livro inteiro custaria uma varredura dele; o mais antigo se acha pelo código."""


class SemContar(Paginator):
    """Conta até `MAIS_RECENTES` e para."""

    @cached_property
    def count(self) -> int:
        return self.object_list[:MAIS_RECENTES].count()  # type: ignore[attr-defined]


class DoLivro(SomenteLeitura):
    paginator = SemContar
    show_full_result_count = False
    list_per_page = 50
    list_max_show_all = 0
    ordering = ("-pk",)
    sortable_by = ()


@admin.register(Lote)
class LoteAdmin(DoLivro):
    list_display = ("numero", "paredao", "modalidade", "hora", "suspeita", "quantidade", "gravado_em")
    list_filter = ("paredao", "modalidade", "suspeita")
    list_select_related = ("paredao",)
    fields = ("numero", "paredao", "modalidade", "hora", "suspeita", "quantidade", "resumo_legivel", "gravado_em")
    readonly_fields = ("numero", "resumo_legivel")

    @admin.display(description="número")
    def numero(self, lote: Lote) -> int:
        return lote.pk

    @admin.display(description="resumo (SHA-256)")
    def resumo_legivel(self, lote: Lote) -> str:
        return bytes(lote.resumo).hex()


@admin.register(Voto)
class VotoAdmin(DoLivro):
    # Só funções: um nome de chave estrangeira aqui faria o Django juntar as tabelas (ver `get_queryset`).
    list_display = ("codigo", "escolha", "paredao", "modalidade", "hora", "numero_do_lote")
    search_fields = ("id",)
    search_help_text = "O código inteiro de um comprovante (32 letras e algarismos)."
    fields = ("codigo", "participante", "paredao", "modalidade", "hora", "lote")
    readonly_fields = ("codigo", "paredao", "modalidade", "hora")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Voto]:
        # Sem junção: com ela o banco poderia varrer e ordenar o livro em vez de lê-lo pela chave.
        return super().get_queryset(request).prefetch_related("participante", "lote__paredao")

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Voto], search_term: str
    ) -> tuple[QuerySet[Voto], bool]:
        """Só o código exato: procurar um pedaço dele varreria o livro."""
        if not search_term.strip():
            return queryset, False
        try:
            chave = uuid.UUID(hex="".join(search_term.split()))
        except ValueError:
            return queryset.none(), False
        return queryset.filter(pk=chave), False

    @admin.display(description="código do comprovante")
    def codigo(self, voto: Voto) -> str:
        return voto.pk.hex

    @admin.display(description="participante")
    def escolha(self, voto: Voto) -> Participante:
        return voto.participante

    @admin.display(description="lote")
    def numero_do_lote(self, voto: Voto) -> int:
        return voto.lote_id

    @admin.display(description="paredão")
    def paredao(self, voto: Voto) -> Any:
        return voto.lote.paredao

    @admin.display(description="modalidade")
    def modalidade(self, voto: Voto) -> str:
        return Modalidade(voto.lote.modalidade).label

    @admin.display(description="hora")
    def hora(self, voto: Voto) -> str:
        # Um campo calculado mostra-se no formulário como o Python o escreve: em UTC, se fosse a data.
        return date_format(timezone.localtime(voto.lote.hora), "DATETIME_FORMAT")


@admin.register(Contagem)
class ContagemAdmin(SomenteLeitura):
    list_display = ("paredao", "modalidade", "participante", "hora", "suspeita", "votos")
    list_display_links = None
    list_filter = ("paredao", "modalidade", "suspeita")
    list_select_related = ("paredao", "participante")
    ordering = ("-hora", "participante")
    show_full_result_count = False
    list_per_page = 50
