from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest

from inscricoes.models import Candidato, Edicao
from inscricoes.services import NaoSelecionavel, selecionar


@admin.register(Edicao)
class EdicaoAdmin(admin.ModelAdmin):
    list_display = ("nome", "ano")
    search_fields = ("nome",)


@admin.register(Candidato)
class CandidatoAdmin(admin.ModelAdmin):
    list_display = ("nome", "nome_curto", "cidade", "uf", "profissao", "situacao", "criado_em")
    list_filter = ("edicao", "situacao", "uf")
    list_select_related = ("edicao",)
    search_fields = ("nome", "nome_curto", "cidade", "profissao")
    readonly_fields = ("situacao", "criado_em")
    actions = ("selecionar_para_a_casa",)

    @admin.action(description="Selecionar para a casa", permissions=["change"])
    def selecionar_para_a_casa(self, request: HttpRequest, queryset: QuerySet[Candidato]) -> None:
        escolhidos = 0
        for candidato in queryset.select_related("edicao"):
            try:
                selecionar(candidato)
            except NaoSelecionavel as recusa:
                self.message_user(request, str(recusa), messages.WARNING)
            else:
                escolhidos += 1
                self.log_change(request, candidato, "Selecionado para a casa.")
        if escolhidos:
            self.message_user(request, f"{escolhidos} selecionado(s): já estão entre os participantes.", messages.SUCCESS)
