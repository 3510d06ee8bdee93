"""A porta da produção: usuário e senha, com limite de tentativas, e depois o segundo fator de quem o tem.

Há duas trancas. A sessão de quem tem fator só começa depois do código. E, ainda que comece de outro modo (uma sessão
aberta antes de ativar o fator, por exemplo), o admin não se abre sem que ela o tenha mostrado.
"""

from functools import wraps
from typing import Any

from allauth.account.adapter import get_adapter
from allauth.account.internal.flows.login import perform_login, record_authentication
from allauth.account.internal.stagekit import get_pending_stage
from allauth.account.models import Login
from allauth.core.internal import ratelimit
from allauth.mfa.base.views import authenticate
from allauth.mfa.stages import AuthenticateStage
from allauth.mfa.totp.views import ActivateTOTPView
from django.conf import settings
from django.contrib import messages
from django.contrib.admin import AdminSite
from django.contrib.admin.exceptions import DisallowedModelAdminLookup
from django.contrib.admin.forms import AdminAuthenticationForm
from django.contrib.admin.views.main import ERROR_FLAG
from django.contrib.auth import REDIRECT_FIELD_NAME, logout
from django.contrib.auth.views import LoginView
from django.forms import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode

from bbb.contas import fator, limites
from bbb.contas.adaptadores import DEMAIS
from votacao.models import Paredao


class SenhaForm(AdminAuthenticationForm):
    """O formulário do admin, que conta as tentativas erradas. As certas não contam."""

    def clean(self) -> dict[str, Any]:
        usuario = str(self.cleaned_data.get("username") or "").lower()
        origem = get_adapter().get_client_ip(self.request)
        usos = []
        for acao, chave in (
            (limites.ENTRAR_NA_PRODUCAO, f"{usuario}|{origem}"),
            (limites.CONTA_DA_PRODUCAO, usuario),
        ):
            uso = ratelimit.consume(self.request, app="allauth.account", action=acao, key=chave)
            if not uso:
                raise ValidationError(DEMAIS, code="limite")
            usos.append(uso)
        limpos = super().clean()
        for uso in usos:
            uso.rollback()
        return limpos


class EntradaDaProducao(LoginView):
    template_name = "admin/login.html"
    authentication_form = SenhaForm
    next_page = "admin:index"

    def form_valid(self, form: Any) -> HttpResponse:
        usuario = form.get_user()
        if self.request.user.is_authenticated:
            # Senão o segundo passo, que é de quem ainda não entrou, nunca apareceria.
            logout(self.request)
        # Quem acaba de digitar a senha não a digita de novo para ativar o fator.
        record_authentication(self.request, usuario, method="password", reauthenticated=True)
        return perform_login(self.request, Login(user=usuario, redirect_url=self.get_success_url()))


class SalaDaProducao(AdminSite):
    """O admin do projeto."""

    def has_permission(self, request: HttpRequest) -> bool:
        return super().has_permission(request) and fator.basta(request)

    def admin_view(self, view: Any, cacheable: bool = False) -> Any:
        """Um filtro que não existe (um endereço guardado, ou mal copiado) leva à lista inteira, e diz isso."""

        @wraps(view)
        def sem_filtro_estranho(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            try:
                # Com o sinal de erro do Django, a lista viria inteira e calada.
                if ERROR_FLAG not in request.GET:
                    resposta: HttpResponse = view(request, *args, **kwargs)
                    return resposta
            except DisallowedModelAdminLookup:
                pass
            messages.warning(request, "O endereço pedia um filtro que esta lista não tem: aqui está ela inteira.")
            return redirect(request.path)

        return super().admin_view(sem_filtro_estranho, cacheable)

    def index(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> TemplateResponse:
        """Com o atalho para a sala do que está no ar, para quem pode vê-la."""
        ve_a_sala = request.user.has_perms(("votacao.view_paredao", "votacao.ver_contagem"))
        agora = timezone.now()
        no_ar = Paredao.objects.no_ar(agora).select_related("edicao") if ve_a_sala else []
        return super().index(request, {"no_ar": no_ar, "agora": agora, **(extra_context or {})})

    def login(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        if request.method == "GET" and super().has_permission(request):
            # Já entrou: falta o fator, ou não falta nada.
            return redirect(reverse("admin:index") if fator.basta(request) else _falta_o_fator(request))
        contexto = {
            **self.each_context(request),
            "title": "Entrar",
            "subtitle": None,
            "app_path": request.get_full_path(),
            "username": request.user.get_username(),
            **(extra_context or {}),
        }
        if REDIRECT_FIELD_NAME not in request.GET and REDIRECT_FIELD_NAME not in request.POST:
            contexto[REDIRECT_FIELD_NAME] = reverse("admin:index")
        request.current_app = self.name
        entrada: Any = EntradaDaProducao.as_view(extra_context=contexto)
        return entrada(request)


class Ativar(ActivateTOTPView):
    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Diz a quem foi mandado para cá por quê."""
        return {**super().get_context_data(**kwargs), "exigido": settings.SEGUNDO_FATOR}

    def form_valid(self, form: Any) -> HttpResponse:
        resposta = super().form_valid(form)
        # Acaba de mostrar um código: esta sessão não precisa de outro para continuar no admin.
        record_authentication(self.request, self.request.user, method="mfa")
        return resposta


def _falta_o_fator(request: HttpRequest) -> str:
    """Mostrar o fator que tem, e seguir; ou ativar o que ainda não tem."""
    if not fator.tem(request.user):
        return reverse("mfa_activate_totp")
    depois = request.GET.get(REDIRECT_FIELD_NAME) or reverse("admin:index")
    return f"{reverse('mfa_reauthenticate')}?{urlencode({REDIRECT_FIELD_NAME: depois})}"


def segundo_passo(request: HttpRequest) -> HttpResponse:
    """Depois da senha, o código. Quem chega aqui sem ter dado a senha vai dá-la."""
    etapa = get_pending_stage(request)
    if etapa is None or etapa.key != AuthenticateStage.key:
        return redirect("admin:login")
    return authenticate(request)
