"""O questionário e o termo como a produção os escreve. O que alguém já respondeu ou aceitou só se lê."""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.db import IntegrityError, models, transaction
from django.db.models import Count, Exists, OuterRef, Q, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString

from inscricoes import services
from inscricoes.admin.banco import ComFraseDoBanco, frase_do_banco
from inscricoes.models import Candidato, Pergunta, Resposta, Secao, Termo
from inscricoes.services.questionario import MUDA_O_SENTIDO

JA_RESPONDIDA = (
    "Esta pergunta está no ar e já tem respostas: o que muda o sentido dela só se lê. "
    "Para perguntar de outro jeito, use a ação “Substituir” na lista de perguntas."
)
JA_ACEITO = (
    "Alguém já concordou com este termo, e por isso ele não muda mais. "
    "Para mudar o texto, use a ação “Fazer outra versão” na lista de termos."
)
_ESTADOS = {
    "rascunho": ("situacao-rascunho", "rascunho"),
    "no ar": ("situacao-aberto", "no ar"),
    "retirada": ("situacao-encerrado", "retirada"),
}


def com_respostas(perguntas: QuerySet[Pergunta]) -> Any:
    """Cada pergunta diz se já foi respondida, sem uma consulta por linha."""
    return perguntas.annotate(respondida=Exists(Resposta.objects.filter(pergunta=OuterRef("pk"))))


def estado(pergunta: Pergunta) -> SafeString:
    qual = "rascunho" if pergunta.publicada_em is None else "retirada" if pergunta.retirada_em else "no ar"
    return format_html('<span class="situacao {}">{}</span>', *_ESTADOS[qual])


class PerguntaInlineForm(forms.ModelForm):
    class Meta:
        model = Pergunta
        fields = ("ordem", "enunciado", "tipo", "opcoes", "obrigatoria", "limite")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if getattr(self.instance, "respondida", False):
            for nome in set(MUDA_O_SENTIDO) & set(self.fields):
                self.fields[nome].disabled = True


class PerguntaInline(admin.TabularInline):
    model = Pergunta
    form = PerguntaInlineForm
    fields = ("ordem", "enunciado", "tipo", "opcoes", "obrigatoria", "limite", "situacao")
    readonly_fields = ("situacao",)
    ordering = ("ordem", "id")
    extra = 1
    can_delete = False
    show_change_link = True
    formfield_overrides = {  # noqa: RUF012
        models.CharField: {"widget": forms.Textarea(attrs={"rows": 2, "cols": 28})},
        models.TextField: {"widget": forms.Textarea(attrs={"rows": 2, "cols": 14})},
    }

    def get_queryset(self, request: HttpRequest) -> QuerySet[Pergunta]:
        consulta: QuerySet[Pergunta] = com_respostas(super().get_queryset(request))
        return consulta

    def formfield_for_choice_field(self, db_field: Any, request: HttpRequest | None, **kwargs: Any) -> Any:
        kwargs["widget"] = forms.Select()
        return super().formfield_for_choice_field(db_field, request, **kwargs)  # type: ignore[arg-type]

    @admin.display(description="situação")
    def situacao(self, pergunta: Pergunta) -> SafeString | str:
        return estado(pergunta) if pergunta.pk else "–"


@admin.register(Secao)
class SecaoAdmin(ComFraseDoBanco):
    list_display = ("titulo", "edicao", "ordem", "no_ar", "rascunhos")
    list_editable = ("ordem",)
    list_filter = ("edicao",)
    list_select_related = ("edicao",)
    search_fields = ("titulo",)
    show_full_result_count = False
    inlines = (PerguntaInline,)
    fieldsets = (
        (
            None,
            {
                "fields": ("edicao", "ordem", "titulo", "descricao"),
                "description": "Cada seção é uma página do formulário. Pergunta nova nasce rascunho: ninguém a vê até "
                "que você a publique, na lista de perguntas.",
            },
        ),
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[Secao]:
        no_ar = Q(perguntas__publicada_em__isnull=False, perguntas__retirada_em__isnull=True)
        consulta = super().get_queryset(request)
        return consulta.annotate(
            quantas_no_ar=Count("perguntas", filter=no_ar),
            quantos_rascunhos=Count("perguntas", filter=Q(perguntas__publicada_em__isnull=True)),
        )

    def get_readonly_fields(self, request: HttpRequest, obj: Secao | None = None) -> Any:
        # De outra edição, as respostas dadas ficariam sem a pergunta.
        return ("edicao",) if obj is not None else ()

    def has_delete_permission(self, request: HttpRequest, obj: Secao | None = None) -> bool:
        return (obj is None or not obj.perguntas.exists()) and super().has_delete_permission(request, obj)

    @admin.display(description="no ar", ordering="quantas_no_ar")
    def no_ar(self, secao: Any) -> int:
        return int(secao.quantas_no_ar)

    @admin.display(description="rascunhos", ordering="quantos_rascunhos")
    def rascunhos(self, secao: Any) -> int:
        return int(secao.quantos_rascunhos)


class EstadoFilter(admin.SimpleListFilter):
    title = "situação"
    parameter_name = "estado"

    def lookups(self, request: HttpRequest, model_admin: Any) -> Any:
        return (("rascunho", "rascunho"), ("no_ar", "no ar"), ("retirada", "retirada"))

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        match self.value():
            case "rascunho":
                return queryset.filter(publicada_em__isnull=True)
            case "no_ar":
                return queryset.filter(publicada_em__isnull=False, retirada_em__isnull=True)
            case "retirada":
                return queryset.filter(retirada_em__isnull=False)
        return queryset


@admin.register(Pergunta)
class PerguntaAdmin(ComFraseDoBanco):
    list_display = ("enunciado", "secao", "ordem", "tipo", "situacao", "tem_respostas")
    list_filter = (EstadoFilter, "secao__edicao", "secao", "tipo")
    list_select_related = ("secao",)
    list_per_page = 100
    show_full_result_count = False
    search_fields = ("enunciado",)
    ordering = ("secao__edicao", "secao__ordem", "secao_id", "ordem", "id")
    actions = ("publicar", "retirar", "substituir")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Pergunta]:
        consulta: QuerySet[Pergunta] = com_respostas(super().get_queryset(request))
        return consulta

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        campos = ("secao", "ordem", "enunciado", "ajuda", "tipo", "opcoes", "obrigatoria", "limite")
        explicacao = JA_RESPONDIDA if obj is not None and obj.respondida else ""
        datas = ("publicada_em", "retirada_em") if obj is not None else ()
        return ((None, {"fields": (*campos, *datas), "description": explicacao}),)

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        sentido = MUDA_O_SENTIDO if obj is not None and obj.respondida else ()
        return (*sentido, "publicada_em", "retirada_em")

    def has_delete_permission(self, request: HttpRequest, obj: Pergunta | None = None) -> bool:
        # O que já esteve no ar fica: pode haver quem esteja respondendo agora.
        return (obj is None or obj.publicada_em is None) and super().has_delete_permission(request, obj)

    def get_actions(self, request: HttpRequest) -> Any:
        acoes = super().get_actions(request)
        acoes.pop("delete_selected", None)  # Apagaria também o que já esteve no ar.
        return acoes

    @admin.display(description="situação")
    def situacao(self, pergunta: Pergunta) -> SafeString:
        return estado(pergunta)

    @admin.display(description="respostas", boolean=True)
    def tem_respostas(self, pergunta: Any) -> bool:
        return bool(pergunta.respondida)

    @admin.action(description="Publicar", permissions=["change"])
    def publicar(self, request: HttpRequest, queryset: QuerySet[Pergunta]) -> None:
        self._dizer(request, queryset, services.publicar, "no ar agora", "já estava no ar")

    @admin.action(description="Retirar do ar", permissions=["change"])
    def retirar(self, request: HttpRequest, queryset: QuerySet[Pergunta]) -> None:
        self._dizer(request, queryset, services.retirar, "retirada do ar", "não estava no ar")

    def _dizer(self, request: HttpRequest, queryset: QuerySet[Pergunta], acao: Any, feito: str, nao: str) -> None:
        escolhidas = list(queryset)
        quantas = acao(Pergunta.objects.filter(pk__in=[p.pk for p in escolhidas]), agora=timezone.now())
        for pergunta in escolhidas if quantas else ():
            self.log_change(request, pergunta, f"Ação na lista: {feito}.")
        if quantas:
            self.message_user(request, f"{quantas} {_perguntas(quantas)}: {feito}.", messages.SUCCESS)
        if resto := len(escolhidas) - quantas:
            self.message_user(request, f"{resto} {_perguntas(resto)}: {nao}, nada mudou.", messages.WARNING)

    @admin.action(description="Substituir por outra (retira e copia como rascunho)", permissions=["change", "add"])
    def substituir(self, request: HttpRequest, queryset: QuerySet[Pergunta]) -> HttpResponse | None:
        agora = timezone.now()
        novas = []
        for pergunta in queryset:
            try:
                novas.append(services.substituir(pergunta, agora=agora))
            except services.NaoSubstituivel as recusa:
                self.message_user(request, str(recusa), messages.WARNING)
            else:
                self.log_change(request, pergunta, "Retirou e copiou como rascunho.")
        if not novas:
            return None
        self.message_user(
            request, "Retirada do ar. Mude o rascunho e publique-o para pôr a nova no lugar.", messages.SUCCESS
        )
        if len(novas) > 1:
            return None
        return HttpResponseRedirect(reverse("admin:inscricoes_pergunta_change", args=[novas[0].pk]))


def _perguntas(quantas: int) -> str:
    return "pergunta" if quantas == 1 else "perguntas"


@admin.register(Termo)
class TermoAdmin(ComFraseDoBanco):
    list_display = ("__str__", "edicao", "versao", "publicado_em", "ja_aceito")
    list_filter = ("edicao",)
    list_select_related = ("edicao",)
    show_full_result_count = False
    actions = ("outra_versao",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Termo]:
        aceitos = Candidato.objects.filter(termo=OuterRef("pk"))
        return super().get_queryset(request).annotate(aceito=Exists(aceitos))

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        explicacao = JA_ACEITO if obj is not None and obj.aceito else ""
        return ((None, {"fields": ("edicao", "versao", "texto", "publicado_em"), "description": explicacao}),)

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return ("edicao", "versao", "texto", "publicado_em") if obj is not None and obj.aceito else ()

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return (obj is None or obj.publicado_em is None) and super().has_delete_permission(request, obj)

    def get_actions(self, request: HttpRequest) -> Any:
        acoes = super().get_actions(request)
        acoes.pop("delete_selected", None)
        return acoes

    @admin.display(description="já aceito", boolean=True)
    def ja_aceito(self, termo: Any) -> bool:
        return bool(termo.aceito)

    @admin.action(description="Fazer outra versão (copia como rascunho)", permissions=["add"])
    def outra_versao(self, request: HttpRequest, queryset: QuerySet[Termo]) -> HttpResponse | None:
        termo = queryset.first()
        if termo is None or queryset.count() > 1:
            self.message_user(request, "Escolha um termo só.", messages.WARNING)
            return None
        try:
            with transaction.atomic():
                novo = services.nova_versao(termo)
        except IntegrityError as erro:
            self.message_user(request, frase_do_banco(erro), messages.ERROR)
            return None
        self.log_addition(request, novo, f"Copiou da versão {termo.versao}.")
        return HttpResponseRedirect(reverse("admin:inscricoes_termo_change", args=[novo.pk]))
