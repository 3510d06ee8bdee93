"""Candidatos: a fila e a ficha. Cada parte mora no seu módulo; aqui se diz o que o admin do Django pergunta."""

from decimal import Decimal
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.db import IntegrityError, OperationalError, models
from django.db.models import F, QuerySet, Value
from django.db.models.functions import Coalesce
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

from inscricoes.admin.acesso import OCUPADO, endereco_do_arquivo, pode
from inscricoes.admin.acoes import ACOES, Acoes
from inscricoes.admin.comparacao import Comparacao
from inscricoes.admin.cpf import Cpf
from inscricoes.admin.eliminacao import Eliminar
from inscricoes.admin.exportacao import Exportacao
from inscricoes.admin.ficha import Ficha, fora_da_idade
from inscricoes.admin.fila import CAMPOS_DA_BUSCA, Busca
from inscricoes.admin.filtros import FILTROS
from inscricoes.admin.folha import Folha
from inscricoes.forms.producao import CandidatoForm
from inscricoes.models import Candidato, Regiao
from inscricoes.validators import cpf_mascarado

VAZIO = "–"
SEM_FOTO = mark_safe('<span class="retrato-da-fila sem-foto">sem foto</span>')


@admin.register(Candidato)
class CandidatoAdmin(Eliminar, Busca, Acoes, Ficha, Cpf, Folha, Comparacao, Exportacao, admin.ModelAdmin):
    form = CandidatoForm
    list_display = (
        "retrato",
        "candidato",
        "idade",
        "de_onde",
        "estado_da_inscricao",
        "nota",
        "enviada",
    )
    list_display_links = ("candidato",)
    list_filter = FILTROS
    search_fields = CAMPOS_DA_BUSCA
    search_help_text = "Nome, protocolo, e-mail, cidade, profissão ou palavra da apresentação."
    actions = ACOES
    list_per_page = 50
    list_max_show_all = 200
    show_full_result_count = False
    show_facets = admin.ShowFacets.NEVER
    ordering = ("-enviado_em", "-pk")
    formfield_overrides = {models.DateField: {"widget": forms.DateInput(attrs={"size": 10})}}  # noqa: RUF012
    view_on_site = False
    change_list_template = "admin/inscricoes/candidato/change_list.html"
    change_form_template = "admin/inscricoes/candidato/change_form.html"

    def endereco(self, nome: str, *argumentos: int) -> str:
        return reverse(f"admin:inscricoes_candidato_{nome}", args=argumentos)

    # --- A fila ---

    @admin.display(description="foto")
    def retrato(self, candidato: Any) -> SafeString:
        endereco = endereco_do_arquivo("miniatura", candidato.retrato)
        if endereco is None:
            return SEM_FOTO
        return format_html(
            '<img class="retrato-da-fila" src="{}" width="60" height="60" alt="" loading="lazy">', endereco
        )

    @admin.display(description="candidato", ordering="nome_curto")
    def candidato(self, candidato: Candidato) -> SafeString:
        return format_html(
            '<strong>{}</strong><span class="menor">{}</span>',
            candidato.nome_de_tratamento or candidato.protocolo,
            candidato.nome,
        )

    @admin.display(description="idade", ordering="nascimento")
    def idade(self, candidato: Candidato) -> SafeString | str | None:
        anos = candidato.idade_na_regra
        if anos is not None and fora_da_idade(candidato):
            return format_html('<span class="fora-da-regra" title="fora da regra de 18 a 70 anos">{} ⚠</span>', anos)
        return None if anos is None else str(anos)

    @admin.display(description="cidade e região", ordering="cidade")
    def de_onde(self, candidato: Candidato) -> SafeString:
        regiao = Regiao.da_uf(candidato.uf)
        return format_html(
            '{}<span class="menor">{}</span>',
            f"{candidato.cidade}/{candidato.uf}" if candidato.uf else candidato.cidade,
            "" if regiao is None else regiao.label,
        )

    @admin.display(description="situação", ordering="situacao")
    def estado_da_inscricao(self, candidato: Candidato) -> SafeString:
        return format_html(
            '<span class="situacao situacao-{}">{}</span>', candidato.situacao, candidato.get_situacao_display()
        )

    # Sem nota vale menos que zero, para ficar no fim quando se pede da maior para a menor, em qualquer banco.
    @admin.display(description="nota", ordering=Coalesce(F("nota_media"), Value(Decimal(-1))))
    def nota(self, candidato: Candidato) -> SafeString | None:
        if candidato.nota_media is None:
            return None
        return format_html('<span class="nota">{}</span>', f"{candidato.nota_media:.1f}".replace(".", ","))

    @admin.display(description="enviada em", ordering="enviado_em")
    def enviada(self, candidato: Candidato) -> SafeString | None:
        if candidato.enviado_em is None:
            return None
        local = timezone.localtime(candidato.enviado_em)
        return format_html(
            '<time datetime="{}">{} <span class="menor">{}</span></time>',
            local.isoformat(),
            f"{local:%d/%m/%Y}",
            f"{local:%H:%M}",
        )

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        contexto = {
            "exporta": pode(request, "exportar_candidato"),
            "ve_cpf": pode(request, "ver_cpf"),
            **(extra_context or {}),
        }
        return super().changelist_view(request, contexto)

    # --- A ficha ---

    def get_queryset(self, request: HttpRequest) -> QuerySet[Candidato]:
        consulta = super().get_queryset(request)
        # A ficha mostra edição e termo; a fila lê o que precisa só dos candidatos da página.
        na_ficha = request.resolver_match is not None and "object_id" in request.resolver_match.kwargs
        return consulta.select_related("edicao", "termo") if na_ficha else consulta

    def get_fieldsets(self, request: HttpRequest, obj: Candidato | None = None) -> Any:
        quem_e = ("nome_curto", "nome_social", "nome", "nascimento", "genero", "profissao", "cidade", "uf")
        if obj is None:
            return (
                (None, {"fields": ("edicao",)}),
                ("Quem é", {"fields": (*quem_e, "apresentacao")}),
                ("Contato", {"fields": ("email", "telefone")}),
            )
        return (
            ("Quem é", {"fields": (*quem_e, "idades", "cpf_escondido", "apresentacao")}),
            ("Contato", {"fields": ("email", "telefone", "redes")}),
            ("A inscrição", {"fields": ("protocolo", "edicao", "criado_em", "enviado_em", "consentimento")}),
        )

    def get_readonly_fields(self, request: HttpRequest, obj: Candidato | None = None) -> tuple[str, ...]:
        if obj is None:
            return ()
        return (
            "idades",
            "cpf_escondido",
            "apresentacao",
            "redes",
            "protocolo",
            "edicao",
            "criado_em",
            "enviado_em",
            "consentimento",
        )

    @admin.display(description="idade")
    def idades(self, candidato: Candidato) -> str:
        if candidato.nascimento is None:
            return VAZIO
        ano = candidato.edicao.ano_da_inscricao
        return f"{candidato.idade_na_regra} anos até o fim de {ano} (hoje, {candidato.idade_em(timezone.localdate())})"

    @admin.display(description="CPF")
    def cpf_escondido(self, candidato: Candidato) -> str:
        return cpf_mascarado(candidato.cpf) or VAZIO

    @admin.display(description="redes")
    def redes(self, candidato: Candidato) -> str:
        redes = (
            ("Instagram", candidato.instagram),
            ("TikTok", candidato.tiktok),
            ("X", candidato.x),
            ("YouTube", candidato.youtube),
        )
        return "; ".join(f"{rede}: {perfil}" for rede, perfil in redes if perfil) or VAZIO

    @admin.display(description="consentimento")
    def consentimento(self, candidato: Candidato) -> str:
        if candidato.consentiu_em is None or candidato.termo is None:
            return VAZIO
        return f"termo versão {candidato.termo.versao}, em {timezone.localtime(candidato.consentiu_em):%d/%m/%Y %H:%M}"

    def render_change_form(self, request: HttpRequest, context: Any, *args: Any, **kwargs: Any) -> HttpResponse:
        if kwargs.get("change") and kwargs.get("obj") is not None:
            context.update(self.contexto_da_ficha(request, kwargs["obj"]))
            # Quem corrige fica na ficha: um botão basta.
            context.update(show_save_and_add_another=False, show_save_and_continue=False)
        return super().render_change_form(request, context, *args, **kwargs)

    def response_post_save_change(self, request: HttpRequest, obj: Candidato) -> HttpResponseRedirect:
        return self.voltar_a_ficha(request, obj)

    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        try:
            return super().changeform_view(request, object_id, form_url, extra_context)
        except IntegrityError:
            frase = "Nada foi gravado: outra inscrição desta edição já usa estes dados. Confira e tente de novo."
        except OperationalError:
            frase = OCUPADO
        self.message_user(request, frase, messages.ERROR)
        return HttpResponseRedirect(request.get_full_path())

    def save_model(self, request: HttpRequest, obj: Candidato, form: Any, change: bool) -> None:
        # Só o que mudou: quem corrige um telefone não pode desfazer uma seleção feita enquanto isso.
        if change:
            obj.save(update_fields=form.changed_data)
        else:
            obj.enviado_em = timezone.now()
            obj.save()
