"""As páginas de entrar e sair. Nenhuma é pública nem se guarda: cada uma é de quem a pediu."""

from collections.abc import Callable

from allauth.account.adapter import get_adapter
from allauth.account.internal.flows.logout import logout
from django.conf import settings
from django.contrib.auth import REDIRECT_FIELD_NAME
from django.contrib.auth.models import User
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import cache_control
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from bbb.contas import contas, correio, entrada, limites, provedor
from bbb.contas.adaptadores import CODIGO_ERRADO, CorreioForaDoAr
from bbb.contas.contas import EntradaRecusada
from bbb.contas.forms import CodigoForm, EmailForm
from votacao import eleitores
from votacao.recusas import UrnaIndisponivel

privada = cache_control(private=True, no_store=True)
ESPERE = 60
"""Segundos de `Retry-After`."""
SEM_CORREIO = "Não conseguimos mandar o e-mail agora. Confira o endereço e tente de novo em um minuto."
SEM_BANCO = "Não conseguimos guardar a confirmação do CPF agora, e nada mudou. Tente de novo em um minuto."
PEDIU_DEMAIS = (
    f"Acabamos de mandar um código para este e-mail, ou houve pedidos demais. Espere {limites.INTERVALO_DO_CODIGO} "
    "segundos, veja também a caixa de spam e, se não chegar, peça outro."
)
VENCEU = "O código venceu ou já foi usado. Peça outro: chega em instantes."
ACABARAM = "O código errado foi digitado vezes demais e não vale mais. Peça outro."


@require_http_methods(["GET", "HEAD", "POST"])
@privada
@sensitive_post_parameters()
def entrar(request: HttpRequest) -> HttpResponse:
    """Digitar o e-mail. O mesmo caminho para quem chega e para quem volta."""
    if request.user.is_authenticated:
        return render(request, "conta/ja_entrou.html", {"depois": _depois(request) or settings.LOGIN_REDIRECT_URL})
    form = EmailForm(request.POST if request.method == "POST" else None)
    if not form.is_bound:
        return _pagina_de_entrar(request, form)
    if not form.is_valid():
        return _pagina_de_entrar(request, form, status=422)
    return _mandar(request, form.cleaned_data, _depois(request), lambda a, s: _pagina_de_entrar(request, form, a, s))


@require_http_methods(["GET", "HEAD", "POST"])
@privada
@sensitive_post_parameters()
def codigo(request: HttpRequest) -> HttpResponse:
    """Digitar o código que chegou."""
    if request.user.is_authenticated:
        return redirect("account_login")
    form = CodigoForm(request.POST if request.method == "POST" else None)
    try:
        pedido = entrada.retomar(request)
        if not form.is_bound:
            return _pagina_do_codigo(request, pedido, form)
        if not form.is_valid():
            return _pagina_do_codigo(request, pedido, form, status=422)
        return pedido.conferir(form.cleaned_data["codigo"])
    except entrada.CodigoErrado:
        form.add_error("codigo", CODIGO_ERRADO)
        return _pagina_do_codigo(request, pedido, form, status=422)
    except entrada.TentativasDemais:
        return _pagina_de_entrar(request, EmailForm(initial={"email": pedido.email}), ACABARAM, 429)
    except entrada.CodigoVencido:
        return _pagina_de_entrar(request, EmailForm(), VENCEU, 410)
    except entrada.SemPedido:
        return _sem_pedido(request, form)
    except EntradaRecusada:
        return render(request, "conta/recusada.html", status=403)


@require_POST
@privada
def outro_codigo(request: HttpRequest) -> HttpResponse:
    """Mandar um código novo para o mesmo e-mail; o de antes deixa de valer só se o novo saiu."""
    try:
        pedido = entrada.retomar(request)
    except (entrada.SemPedido, entrada.CodigoVencido):
        return _pagina_de_entrar(request, EmailForm(), VENCEU, 410)
    dados = {"email": pedido.email, "pedido": request.POST.get("pedido", "")[:40] or pedido.state["id"]}
    return _mandar(request, dados, pedido.depois, lambda a, s: _pagina_do_codigo(request, pedido, CodigoForm(), a, s))


@require_POST
@privada
def ir_ao_provedor(request: HttpRequest) -> HttpResponse:
    """Leva a quem afirma o CPF; `next` diz para onde se volta."""
    servico = provedor.ligado()
    if servico is None:
        raise Http404
    try:
        return provedor.mandar(request, servico, depois=_depois(request))
    except provedor.ProvedorRecusou as recusa:
        return _recusado_pelo_provedor(request, recusa)


@require_GET
@privada
def voltar_do_provedor(request: HttpRequest) -> HttpResponse:
    """A pessoa volta reconhecida: a conta aberta ganha o CPF confirmado, ou abre-se a dela."""
    servico = provedor.ligado()
    if servico is None:
        raise Http404
    try:
        quem = provedor.receber(request, servico)
        aberta = request.user if isinstance(request.user, User) else None
        conta = contas.conta_com_cpf(quem.cpf, quem.email, aberta)
    except (provedor.ProvedorRecusou, eleitores.CpfRecusado) as recusa:
        return _recusado_pelo_provedor(request, recusa)
    except EntradaRecusada:
        return render(request, "conta/recusada.html", status=403)
    except UrnaIndisponivel:
        return _recusado_pelo_provedor(request, SEM_BANCO, 503)
    if aberta is not None:
        return redirect(quem.depois or "/")
    return entrada.entrar_sem_codigo(request, conta, quem.depois or "/")


def _recusado_pelo_provedor(request: HttpRequest, recusa: Exception | str, status: int = 403) -> HttpResponse:
    resposta = render(request, "conta/provedor.html", {"frase": str(recusa)}, status=status)
    if status == 503:
        resposta["Retry-After"] = str(ESPERE)
    return resposta


@require_http_methods(["GET", "HEAD", "POST"])
@privada
def sair(request: HttpRequest) -> HttpResponse:
    """O POST sai; o GET pergunta ou, a quem já saiu, diz que saiu."""
    if request.method == "POST":
        logout(request, show_message=False)
        return redirect("account_logout")
    return render(request, "conta/sair.html")


def _mandar(
    request: HttpRequest, dados: dict[str, str], depois: str | None, recusar: Callable[[str, int], HttpResponse]
) -> HttpResponse:
    try:
        entrada.mandar_codigo(request, email=dados["email"], pedido=dados["pedido"], depois=depois)
    except entrada.PedidosDemais:
        return recusar(PEDIU_DEMAIS, 429)
    except CorreioForaDoAr:
        return recusar(SEM_CORREIO, 503)
    return redirect("account_confirm_login_code")


def _sem_pedido(request: HttpRequest, form: CodigoForm) -> HttpResponse:
    if not form.is_valid():
        return redirect("account_login")
    try:
        return entrada.repetir(request, form.cleaned_data["codigo"])
    except entrada.SemPedido:
        return _pagina_de_entrar(request, EmailForm(), VENCEU, 410)


def _depois(request: HttpRequest) -> str | None:
    """O endereço em `next`, se é deste site."""
    endereco = request.POST.get(REDIRECT_FIELD_NAME) or request.GET.get(REDIRECT_FIELD_NAME)
    return endereco if get_adapter(request).is_safe_url(endereco) else None


def _pagina_de_entrar(request: HttpRequest, form: EmailForm, aviso: str = "", status: int = 200) -> HttpResponse:
    return _pagina(request, "conta/entrar.html", {"form": form, "depois": _depois(request) or ""}, aviso, status)


def _pagina_do_codigo(
    request: HttpRequest, pedido: entrada.Pedido, form: CodigoForm, aviso: str = "", status: int = 200
) -> HttpResponse:
    minutos = settings.ACCOUNT_LOGIN_BY_CODE_TIMEOUT // 60
    contexto = {"form": form, "email": pedido.email, "minutos": minutos, "outro": EmailForm()}
    return _pagina(request, "conta/codigo.html", contexto, aviso, status)


def _pagina(request: HttpRequest, modelo: str, contexto: dict[str, object], aviso: str, status: int) -> HttpResponse:
    contexto |= {"provedor": provedor.ligado(), "aviso": aviso, "demonstracao": correio.e_demonstracao()}
    resposta = render(request, modelo, contexto, status=status)
    if status in (429, 503):
        resposta["Retry-After"] = str(ESPERE)
    return resposta
