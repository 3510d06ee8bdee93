from typing import Any

from django.contrib import admin, messages
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.db import IntegrityError, transaction
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils.html import format_html
from django.utils.safestring import SafeString

from inscricoes.admin.eliminacao import Eliminar
from inscricoes.models import Candidato, Edicao
from inscricoes.services import SELECIONAVEIS, NaoSelecionavel, selecionar


@admin.register(Edicao)
class EdicaoAdmin(admin.ModelAdmin):
    list_display = ("nome", "ano")
    search_fields = ("nome", "ano")
    show_full_result_count = False


@admin.register(Candidato)
class CandidatoAdmin(Eliminar, admin.ModelAdmin):
    list_display = ("nome", "nome_curto", "de_onde", "profissao", "estado_da_inscricao", "criado_em")
    list_filter = ("edicao", "situacao", "uf")
    list_per_page = 50
    show_full_result_count = False
    search_fields = ("nome", "nome_curto", "cidade", "profissao", "email")
    search_help_text = "Nome, cidade, profissão ou e-mail."
    readonly_fields = ("situacao", "criado_em")
    fieldsets = (
        (None, {"fields": ("edicao", "situacao", "criado_em")}),
        ("Quem é", {"fields": ("nome", "nome_curto", "nascimento", "profissao", "cidade", "uf", "apresentacao")}),
        ("Contato", {"fields": ("email",)}),
    )
    actions = ("selecionar_para_a_casa",)

    @admin.display(description="cidade", ordering="cidade")
    def de_onde(self, candidato: Candidato) -> str:
        return f"{candidato.cidade}/{candidato.uf}"

    @admin.display(description="situação", ordering="situacao")
    def estado_da_inscricao(self, candidato: Candidato) -> SafeString:
        return format_html(
            '<span class="situacao situacao-{}">{}</span>', candidato.situacao, candidato.get_situacao_display()
        )

    def save_model(self, request: HttpRequest, obj: Candidato, form: Any, change: bool) -> None:
        # Só o que mudou: quem corrige um telefone não pode desfazer uma seleção feita enquanto isso.
        if change:
            obj.save(update_fields=form.changed_data)
        else:
            obj.save()

    @admin.action(description="Selecionar para a casa", permissions=["change"])
    def selecionar_para_a_casa(self, request: HttpRequest, queryset: QuerySet[Candidato]) -> HttpResponse | None:
        """Primeiro mostra quem será selecionado; com a confirmação, seleciona."""
        if "confirmado" not in request.POST:
            contexto = {
                **self.admin_site.each_context(request),
                "opts": self.opts,
                "title": "Selecionar para a casa?",
                "candidatos": [(candidato, candidato.situacao in SELECIONAVEIS) for candidato in queryset],
                "action_checkbox_name": ACTION_CHECKBOX_NAME,
            }
            return TemplateResponse(request, "admin/inscricoes/candidato/selecionar.html", contexto)
        escolhidos = [
            candidato for candidato in queryset.select_related("edicao") if self._selecionar(request, candidato)
        ]
        if escolhidos:
            nomes = ", ".join(candidato.nome_curto for candidato in escolhidos)
            self.message_user(request, f"Já entre os participantes da casa: {nomes}.", messages.SUCCESS)
        return None

    def _selecionar(self, request: HttpRequest, candidato: Candidato) -> bool:
        """Um por transação: a recusa de um não desfaz a seleção dos outros."""
        try:
            with transaction.atomic():
                selecionar(candidato)
                self.log_change(request, candidato, "Selecionou para a casa.")
        except NaoSelecionavel as recusa:
            self.message_user(request, str(recusa), messages.WARNING)
        except IntegrityError:
            # Outro produtor pôs na casa alguém com o mesmo nome neste instante.
            self.message_user(request, f"{candidato} não foi selecionado agora. Tente de novo.", messages.WARNING)
        else:
            return True
        return False
