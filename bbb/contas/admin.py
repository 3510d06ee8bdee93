"""Os tokens da API, no admin: cada um vê e revoga os seus; quem é superusuário, os de todos."""

from datetime import timedelta
from typing import Any, cast

from django import forms
from django.contrib import admin, messages
from django.contrib.auth.models import User
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_variables
from django.views.decorators.http import require_POST

from api.quem import Escopo
from bbb.contas import tokens
from bbb.contas.models import Token

DIAS = (7, 30, 90, 365)


class TokenForm(forms.ModelForm):
    escopos = forms.MultipleChoiceField(
        label="para que serve",
        choices=Escopo.choices,
        widget=forms.CheckboxSelectMultiple,
        help_text="Marque só o que o programa precisa. O token nunca pode mais do que você pode no momento do pedido.",
        error_messages={"required": "Marque pelo menos um."},
    )
    dias = forms.TypedChoiceField(
        label="vale por",
        choices=[(dias, f"{dias} dias") for dias in DIAS],
        coerce=int,
        initial=30,
        help_text="Depois disto deixa de valer sozinho. Antes, você o revoga.",
    )

    class Meta:
        model = Token
        fields = ("nome",)

    def clean_nome(self) -> str:
        nome = " ".join(self.cleaned_data["nome"].split())
        if not nome:
            raise ValidationError("Dê um nome: é como você vai reconhecê-lo para revogar.")
        return nome


@admin.register(Token)
class TokenAdmin(admin.ModelAdmin):
    form = TokenForm
    list_display = ("nome", "comeco", "feito_por", "serve_para", "criado_em", "expira_em", "usado_em", "como_esta")
    list_select_related = ("dono",)
    show_full_result_count = False
    actions = None
    change_form_template = "admin/contas/token/change_form.html"

    def get_queryset(self, request: HttpRequest) -> QuerySet[Token]:
        todos = super().get_queryset(request)
        return todos if request.user.is_superuser else todos.filter(dono=request.user)

    def has_change_permission(self, request: HttpRequest, obj: Token | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Token | None = None) -> bool:
        # Revogado, ele fica na lista: o histórico diz quem o usou e até quando.
        return False

    def get_fieldsets(self, request: HttpRequest, obj: Token | None = None) -> Any:
        if obj is None:
            return ((None, {"fields": ("nome", "escopos", "dias")}),)
        return (
            (None, {"fields": ("nome", "comeco", "feito_por", "serve_para", "criado_em", "expira_em", "usado_em")}),
        )

    def get_readonly_fields(self, request: HttpRequest, obj: Token | None = None) -> Any:
        return (
            () if obj is None else ("nome", "comeco", "feito_por", "serve_para", "criado_em", "expira_em", "usado_em")
        )

    @admin.display(description="feito por", ordering="dono")
    def feito_por(self, token: Token) -> str:
        return token.dono.get_full_name() or token.dono.get_username()

    @admin.display(description="serve para")
    def serve_para(self, token: Token) -> str:
        return "; ".join(token.por_extenso)

    @admin.display(description="situação")
    def como_esta(self, token: Token) -> str:
        return token.estado(timezone.now())

    def get_urls(self) -> list[URLPattern]:
        revogar = path("<int:token_id>/revogar/", self.admin_site.admin_view(self.revogar), name="contas_token_revogar")
        return [revogar, *super().get_urls()]

    def save_model(self, request: HttpRequest, obj: Token, form: Any, change: bool) -> None:
        agora = timezone.now()
        feito, segredo = tokens.criar(
            dono=cast(User, request.user),
            nome=form.cleaned_data["nome"],
            escopos=form.cleaned_data["escopos"],
            expira_em=agora + timedelta(days=form.cleaned_data["dias"]),
            agora=agora,
        )
        obj.pk, obj._state.adding = feito.pk, False
        obj.refresh_from_db()
        obj.segredo = segredo  # type: ignore[attr-defined]

    @sensitive_variables()
    def response_add(self, request: HttpRequest, obj: Token, post_url_continue: str | None = None) -> HttpResponse:
        """Mostra o segredo nesta página, que ninguém guarda, e nunca mais."""
        contexto = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": "Token criado",
            "token": obj,
            "segredo": obj.segredo,  # type: ignore[attr-defined]
            "voltar": reverse("admin:contas_token_changelist"),
        }
        resposta = TemplateResponse(request, "admin/contas/token/criado.html", contexto)
        resposta["Cache-Control"] = "no-store"
        return resposta

    @method_decorator([require_POST, never_cache])
    def revogar(self, request: HttpRequest, token_id: int) -> HttpResponse:
        token = self.get_object(request, str(token_id))
        lista = HttpResponseRedirect(reverse("admin:contas_token_changelist"))
        if token is None or not self.has_view_permission(request, token):
            self.message_user(request, "Este token não existe.", messages.WARNING)
        elif tokens.revogar(token, timezone.now()):
            self.log_change(request, token, "Revogou o token.")
            self.message_user(request, f"“{token}” está revogado: já não vale.", messages.SUCCESS)
        else:
            self.message_user(request, f"“{token}” já estava revogado.", messages.WARNING)
        return lista
