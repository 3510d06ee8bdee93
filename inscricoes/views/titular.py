"""Os direitos de quem se inscreveu: ver o que se guarda, levar uma cópia, apagar tudo."""

from typing import cast

from django.conf import settings
from django.contrib.auth import get_user_model, logout
from django.contrib.auth.decorators import login_required
from django.contrib.auth.models import AbstractBaseUser
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.cache import cache_control
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_safe

from inscricoes import services
from inscricoes.forms.titular import ApagarForm
from inscricoes.models import Candidato, Eliminacao
from inscricoes.services import titular
from inscricoes.views import roteiro

privada = cache_control(private=True, no_store=True)


def _inscricao_se_ha(request: HttpRequest) -> Candidato | None:
    """Como `roteiro.inscricao_da_conta`; `None` para a conta que não tem inscrição nenhuma."""
    if "inscricao" not in request.GET and not roteiro.inscricoes_da_conta(request):
        return None
    return roteiro.inscricao_da_conta(request)


def _escolhida(request: HttpRequest, candidato: Candidato | None) -> str:
    """O que leva às outras páginas da mesma inscrição, a quem tem várias."""
    return f"?inscricao={candidato.protocolo}" if candidato is not None and "inscricao" in request.GET else ""


@require_safe
@privada
@login_required
def meus_dados(request: HttpRequest) -> HttpResponse:
    """O que se guarda, por que e até quando."""
    candidato = _inscricao_se_ha(request)
    contexto = {
        "candidato": candidato,
        "resumo": None if candidato is None else titular.resumo(candidato),
        "outras": [outra for outra in roteiro.inscricoes_da_conta(request) if outra != candidato],
        "escolhida": _escolhida(request, candidato),
        "encarregado": settings.ENCARREGADO,
    }
    return render(request, "inscricoes/meus_dados.html", contexto)


@require_http_methods(["GET", "POST"])
@privada
@login_required
def exportar(request: HttpRequest) -> StreamingHttpResponse:
    """Um ZIP com tudo, mandado à medida que se faz."""
    candidato = roteiro.inscricao_da_conta(request)
    resposta = StreamingHttpResponse(titular.pacote(candidato, agora=timezone.now()), content_type="application/zip")
    resposta["Content-Disposition"] = f'attachment; filename="minha-inscricao-{candidato.protocolo}.zip"'
    return resposta


@require_http_methods(["GET", "HEAD", "POST"])
@privada
@sensitive_post_parameters()
def apagar(request: HttpRequest) -> HttpResponse:
    """Diz o que se apaga e o que fica; com a caixa marcada, apaga.

    O segundo clique chega já sem conta, e lê o mesmo que o primeiro.
    """
    if not request.user.is_authenticated:
        return (
            redirect("inscricoes:apagada") if request.method == "POST" else redirect_to_login(request.get_full_path())
        )
    candidato = _inscricao_se_ha(request)
    form = ApagarForm(request.POST if request.method == "POST" else None)
    if form.is_bound and form.is_valid():
        return _apagar(request, candidato)
    contexto = {
        "candidato": candidato,
        "resumo": None if candidato is None else titular.resumo(candidato),
        "outras": len(roteiro.inscricoes_da_conta(request)) > 1,
        "form": form,
        "escolhida": _escolhida(request, candidato),
    }
    return render(request, "inscricoes/apagar.html", contexto, status=422 if form.is_bound else 200)


def _apagar(request: HttpRequest, candidato: Candidato | None) -> HttpResponse:
    conta = cast(AbstractBaseUser, request.user)
    if candidato is None:
        services.eliminar_conta(conta)
    else:
        services.eliminar(candidato, origem=Eliminacao.Origem.PEDIDO, agora=timezone.now())
    if not get_user_model()._default_manager.filter(pk=conta.pk).exists():
        logout(request)
    return redirect("inscricoes:apagada")


@require_safe
@privada
def apagada(request: HttpRequest) -> HttpResponse:
    """Depois de apagar. Não diz nada de ninguém: qualquer um pode abri-la."""
    return render(request, "inscricoes/apagada.html")
