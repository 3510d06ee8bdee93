"""Paredões: a lista e a página de cada um. As ações ao vivo estão em `conducao`."""

from datetime import datetime
from typing import Any

from django.contrib import admin, messages
from django.db import IntegrityError
from django.db.models import OuterRef, QuerySet, Subquery, Sum
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString

from inscricoes.models import Edicao
from votacao import services
from votacao.admin.acesso import agora_de, frase_do_banco, pode_conduzir, pode_ver_contagem
from votacao.admin.conducao import ACOES, Conducao
from votacao.admin.formulario import OpcaoForm, OpcaoFormSet, ParedaoForm, somente_leitura
from votacao.admin.sala import Sala
from votacao.models import Contagem, Opcao, Paredao, Participante
from votacao.templatetags.votacao_tags import milhar


class SituacaoFilter(admin.SimpleListFilter):
    title = "situação"
    parameter_name = "situacao"

    def lookups(self, request: HttpRequest, model_admin: Any) -> Any:
        return Paredao.Situacao.choices

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        agora = agora_de(request)
        match self.value():
            case Paredao.Situacao.RASCUNHO:
                return queryset.filter(abre_em__isnull=True)
            case Paredao.Situacao.AGENDADO:
                return queryset.agendados(agora)
            case Paredao.Situacao.ABERTO:
                return queryset.abertos(agora)
            case Paredao.Situacao.ENCERRADO:
                return queryset.encerrados(agora).filter(publicado_em__isnull=True)
            case Paredao.Situacao.PUBLICADO:
                return queryset.publicados()
        return queryset


class OpcaoInline(admin.TabularInline):
    model = Opcao
    form = OpcaoForm
    formset = OpcaoFormSet
    verbose_name_plural = "quem está no paredão"
    ordering = ("ordem", "id")

    def get_extra(self, request: HttpRequest, obj: Paredao | None = None, **kwargs: Any) -> int:
        return 3 if obj is None else 0

    def get_queryset(self, request: HttpRequest) -> QuerySet[Opcao]:
        return super().get_queryset(request).select_related("participante", "paredao")

    def get_formset(self, request: HttpRequest, obj: Paredao | None = None, **kwargs: Any) -> Any:
        formset = super().get_formset(request, obj, **kwargs)
        formset.editavel = _editavel(request, obj)  # type: ignore[attr-defined]
        return formset

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        if db_field.name == "participante":
            kwargs["queryset"] = Participante.objects.filter(edicao__in=self._edicoes(request))
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    def formfield_for_dbfield(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        return _sem_atalhos(super().formfield_for_dbfield(db_field, request, **kwargs))

    def _edicoes(self, request: HttpRequest) -> Any:
        """Só a do paredão; num paredão novo, todas, e o formulário confere."""
        object_id = request.resolver_match.kwargs.get("object_id") if request.resolver_match else None
        if object_id is None:
            return Edicao.objects.values("pk")
        return Paredao.objects.filter(pk=_numero(object_id)).values("edicao")

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return _editavel(request, obj) and super().has_add_permission(request, obj)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return _editavel(request, obj) and super().has_change_permission(request, obj)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return _editavel(request, obj) and super().has_delete_permission(request, obj)


@admin.register(Paredao)
class ParedaoAdmin(Sala, Conducao, admin.ModelAdmin):
    form = ParedaoForm
    inlines = (OpcaoInline,)
    list_filter = ("edicao", SituacaoFilter)
    list_per_page = 50
    show_full_result_count = False
    search_fields = ("titulo",)
    actions = None
    view_on_site = False  # Um rascunho não tem página; “Ver como o público” serve a todos.
    change_form_template = "admin/votacao/paredao/change_form.html"
    radio_fields = {"decisao": admin.VERTICAL, "parciais": admin.VERTICAL}  # noqa: RUF012

    # --- A lista ---

    def get_list_display(self, request: HttpRequest) -> tuple[str, ...]:
        contagem = ("votos",) if pode_ver_contagem(request) else ()
        sala = ("sala_de_controle",) if contagem else ()
        return ("titulo", "edicao", "situacao", "abre", "fecha", *contagem, *sala, "como_o_publico_ve")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Paredao]:
        somas = (
            Contagem.objects.filter(paredao=OuterRef("pk")).order_by().values("paredao").annotate(total=Sum("votos"))
        )
        consulta = super().get_queryset(request).select_related("edicao")
        return consulta.annotate(total=Subquery(somas.values("total"))) if pode_ver_contagem(request) else consulta

    @admin.display(description="situação")
    def situacao(self, paredao: Paredao) -> SafeString:
        situacao = paredao.situacao(timezone.now())
        return format_html('<span class="situacao situacao-{}">{}</span>', situacao.value, situacao.label)

    @admin.display(description="abre", ordering="abre_em")
    def abre(self, paredao: Paredao) -> str | None:
        return _curta(paredao.abre_em)

    @admin.display(description="fecha", ordering="fecha_em")
    def fecha(self, paredao: Paredao) -> str | None:
        return _curta(paredao.fecha_em)

    @admin.display(description="votos", ordering="total")
    def votos(self, paredao: Any) -> str:
        return milhar(paredao.total or 0)

    @admin.display(description="sala")
    def sala_de_controle(self, paredao: Paredao) -> SafeString:
        endereco = reverse("admin:votacao_paredao_sala", args=[paredao.pk])
        return format_html('<a href="{}" aria-label="Sala de controle: {}">sala</a>', endereco, paredao)

    @admin.display(description="página")
    def como_o_publico_ve(self, paredao: Paredao) -> SafeString:
        if paredao.abre_em is None:
            return format_html(
                '<a href="{}">ver a prévia</a>', reverse("admin:votacao_paredao_previa", args=[paredao.pk])
            )
        return format_html('<a href="{}">ver no site</a>', paredao.get_absolute_url())

    # --- A página de um ---

    def get_fieldsets(self, request: HttpRequest, obj: Paredao | None = None) -> Any:
        # O campo escondido só existe onde há o que salvar.
        escondido = ("versao",) if obj is not None and self.has_change_permission(request, obj) else ()
        return (
            (None, {"fields": ("edicao", "titulo", "decisao", *escondido)}),
            ("Quando", {"fields": ("abre_em", "fecha_em")}),
            (
                "Como o resultado é feito",
                {"fields": ("peso_torcida", "peso_unico", "exige_cpf_verificado", "parciais")},
            ),
            ("Contra máquinas", {"fields": ("bits",)}),
        )

    def get_readonly_fields(self, request: HttpRequest, obj: Paredao | None = None) -> Any:
        return () if obj is None else somente_leitura(obj.situacao(agora_de(request)))

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:
        if obj is not None and not _editavel(request, obj):
            # As explicações de como preencher não servem a quem já não preenche.
            kwargs["help_texts"] = dict.fromkeys(somente_leitura(obj.situacao(agora_de(request))), "")
        form = super().get_form(request, obj, change, **kwargs)
        form.agora = agora_de(request)  # type: ignore[attr-defined]
        return form

    def formfield_for_dbfield(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        return _sem_atalhos(super().formfield_for_dbfield(db_field, request, **kwargs))

    def get_object(self, request: HttpRequest, object_id: str, from_field: str | None = None) -> Paredao | None:
        """Ao salvar, tranca a linha: até o fim da transação ninguém abre, encerra ou publica."""
        paredao = super().get_object(request, object_id, from_field)
        if paredao is not None and request.method == "POST":
            try:
                paredao.refresh_from_db(from_queryset=Paredao.objects.select_for_update())
            except Paredao.DoesNotExist:
                return None
        return paredao

    def has_change_permission(self, request: HttpRequest, obj: Paredao | None = None) -> bool:
        publicado = obj is not None and obj.publicado_em is not None
        return not publicado and super().has_change_permission(request, obj)

    def has_delete_permission(self, request: HttpRequest, obj: Paredao | None = None) -> bool:
        return (obj is None or _editavel(request, obj)) and super().has_delete_permission(request, obj)

    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        if request.method != "POST":
            return super().changeform_view(request, object_id, form_url, extra_context)
        try:
            with services.vez_do_produtor():
                if object_id and Paredao.objects.publicados().filter(pk=_numero(object_id)).exists():
                    raise services.AcaoRecusada("Nada foi gravado: o resultado deste paredão já foi publicado.")
                return super().changeform_view(request, object_id, form_url, extra_context)
        except IntegrityError as erro:
            self.message_user(request, frase_do_banco(erro), messages.ERROR)
        except services.AcaoRecusada as recusa:
            self.message_user(request, str(recusa), messages.WARNING)
        return HttpResponseRedirect(request.get_full_path())

    def save_model(self, request: HttpRequest, obj: Paredao, form: Any, change: bool) -> None:
        if not change:
            obj.save()
            return
        campos = {campo.name for campo in Paredao._meta.concrete_fields}
        obj.save(update_fields=[nome for nome in form.changed_data if nome in campos])

    def delete_view(self, request: HttpRequest, object_id: str, extra_context: Any = None) -> HttpResponse:
        if request.method != "POST":
            return super().delete_view(request, object_id, extra_context)
        try:
            with services.vez_do_produtor():
                return super().delete_view(request, object_id, extra_context)
        except services.AcaoRecusada as recusa:
            self.message_user(request, str(recusa), messages.WARNING)
            return HttpResponseRedirect(reverse("admin:votacao_paredao_changelist"))

    def delete_model(self, request: HttpRequest, obj: Paredao) -> None:
        services.excluir(obj)

    def render_change_form(
        self,
        request: HttpRequest,
        context: Any,
        add: bool = False,
        change: bool = False,
        form_url: str = "",
        obj: Any = None,
    ) -> Any:
        if obj is not None:
            situacao = obj.situacao(agora_de(request))
            ver_contagem = pode_ver_contagem(request) and situacao not in services.EDITAVEIS
            context |= {
                "situacao": situacao,
                "acoes": [
                    (acao, reverse(f"admin:votacao_paredao_{acao.nome}", args=[obj.pk]))
                    for acao in ACOES.values()
                    if situacao in acao.de and pode_conduzir(request)
                ],
                "ver_contagem": ver_contagem,
                "sala": pode_ver_contagem(request),
                "falta_decidir": self.falta_decidir(obj, request),
                **(self.contexto_da_contagem(obj, request) if ver_contagem else {}),
            }
        return super().render_change_form(request, context, add, change, form_url, obj)


def _editavel(request: HttpRequest, paredao: Paredao | None) -> bool:
    return paredao is None or paredao.situacao(agora_de(request)) in services.EDITAVEIS


def _curta(instante: datetime | None) -> str | None:
    return None if instante is None else f"{timezone.localtime(instante):%d/%m/%y %H:%M}"


def _sem_atalhos(campo: Any) -> Any:
    """Sem os lápis e olhos ao lado da escolha: levam para longe de um formulário ainda por salvar."""
    if campo is not None:
        for botao in ("can_add_related", "can_change_related", "can_view_related", "can_delete_related"):
            setattr(campo.widget, botao, False)
    return campo


def _numero(object_id: str) -> int:
    return int(object_id) if object_id.isascii() and object_id.isdigit() and len(object_id) < 19 else 0
