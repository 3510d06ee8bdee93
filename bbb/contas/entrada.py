"""Entrar sem senha: um código por e-mail, o mesmo caminho para quem chega e para quem volta.

Pedir um código nunca olha se a conta existe: o trabalho, a página e a carta são os mesmos para qualquer e-mail, e de
quem não digita o código não fica conta nenhuma para limpar depois. A sessão guarda o pedido (é o `login_by_code` do
allauth, com prazo e tentativas); a conta só é procurada, ou criada, quando o código confere.

Corridas: dois cliques em “mandar o código” mandam uma carta só, e as duas sessões esperam o mesmo código; dois cliques
em “entrar” entram os dois, pela memória curta de `_acabou_de_entrar`; muitas tentativas ao mesmo tempo contam uma a
uma no banco, e não na sessão de cada uma.
"""

import hashlib
import secrets
from typing import Any

from allauth.account.adapter import get_adapter
from allauth.account.internal.flows.login import perform_login, record_authentication
from allauth.account.internal.flows.login_by_code import LoginCodeVerificationProcess
from allauth.account.models import Login
from allauth.account.stages import LoginByCodeStage, LoginStageController
from allauth.core.internal import ratelimit
from allauth.core.internal.cryptokit import compare_user_code, normalize_user_code
from django.conf import settings
from django.contrib.auth.models import User
from django.core.cache import cache
from django.http import HttpRequest, HttpResponse
from django.utils.crypto import salted_hmac

from bbb.contas import contas, limites
from bbb.contas.adaptadores import CorreioForaDoAr

APP = "allauth.account"
CLIQUE_REPETIDO = 15
"""Segundos em que o mesmo formulário, mandado de novo, é o mesmo pedido."""


class PedidosDemais(Exception):
    """Códigos demais para este e-mail, ou desta origem: nenhum foi mandado."""


class SemPedido(Exception):
    """Esta sessão não espera nenhum código."""


class CodigoVencido(Exception):
    """Passou o prazo do código."""


class CodigoErrado(Exception):
    """Não confere, e ainda há tentativas."""


class TentativasDemais(Exception):
    """As tentativas deste código acabaram: ele não vale mais."""


class Pedido(LoginCodeVerificationProcess):
    """Um código pedido por esta sessão, que espera ser digitado."""

    @classmethod
    def preparar(cls, request: HttpRequest, *, email: str, codigo: str, depois: str | None) -> "Pedido":
        login = Login(email=email, redirect_url=depois)
        login.state["stages"] = {"current": LoginByCodeStage.key}
        etapa = LoginByCodeStage(LoginStageController(request, login), request, login)
        etapa.state.update(cls.initial_state(user=None, email=email))
        etapa.state.update(id=secrets.token_hex(8), code=codigo, initiated_by_user=True)
        return cls(etapa)

    @property
    def email(self) -> str:
        return str(self.state["email"])

    @property
    def depois(self) -> str | None:
        """Para onde a pessoa ia; sempre deste site."""
        return self.stage.login.redirect_url

    def send_by_email(self, email: str, skip_enumeration_mails: bool = False) -> None:
        minutos = settings.ACCOUNT_LOGIN_BY_CODE_TIMEOUT // 60
        get_adapter().send_mail("account/email/login_code", email, {"codigo": self.code, "minutos": minutos})

    def conferir(self, codigo: str) -> HttpResponse:
        """Entra. Levanta `CodigoErrado`, `TentativasDemais` ou `contas.EntradaRecusada`."""
        if not _contar(self.request, limites.TENTAR, self.state["id"]):
            self.abort()
            raise TentativasDemais
        if not compare_user_code(actual=codigo, expected=self.code):
            if self.record_invalid_attempt():
                raise CodigoErrado
            raise TentativasDemais
        sessao = self.request.session.session_key
        if sessao:
            feito = {"codigo": _resumo(normalize_user_code(self.code)), "email": self.email, "depois": self.depois}
            cache.set(_acabou_de_entrar(sessao), feito, CLIQUE_REPETIDO)
        self.abort()
        return _entrar(self.request, self.email, self.depois)


def mandar_codigo(request: HttpRequest, *, email: str, pedido: str, depois: str | None) -> None:
    """Manda um código a `email` e deixa a sessão à espera dele. Repetir o mesmo `pedido` não manda outra carta.

    Levanta `PedidosDemais` ou `CorreioForaDoAr`; nos dois casos a sessão fica como estava.
    """
    codigo = get_adapter().generate_login_code()
    chave = f"contas:pedido:{_resumo(f'{pedido}:{email}')}"
    if not cache.add(chave, codigo, CLIQUE_REPETIDO):
        esperado = cache.get(chave)
        if esperado:
            _esperar(request, Pedido.preparar(request, email=email, codigo=esperado, depois=depois))
            return
    uso = _contar(request, limites.PEDIR, email)
    if not uso:
        cache.delete(chave)
        raise PedidosDemais
    novo = Pedido.preparar(request, email=email, codigo=codigo, depois=depois)
    try:
        novo.send()
    except CorreioForaDoAr:
        cache.delete(chave)
        uso.rollback()
        raise
    _esperar(request, novo)


def retomar(request: HttpRequest) -> Pedido:
    """O pedido que esta sessão espera. Levanta `SemPedido` ou `CodigoVencido`."""
    etapa = LoginStageController.enter(request, LoginByCodeStage.key)
    if etapa is None or "id" not in etapa.state:
        raise SemPedido
    pedido = Pedido(etapa)
    if not pedido.is_valid():
        pedido.abort()
        raise CodigoVencido
    return pedido


def repetir(request: HttpRequest, codigo: str) -> HttpResponse:
    """O segundo clique em “entrar”, que chega com a sessão que o primeiro já trocou. Levanta `SemPedido`."""
    sessao = request.COOKIES.get(settings.SESSION_COOKIE_NAME)
    feito = cache.get(_acabou_de_entrar(sessao)) if sessao else None
    if not feito or not secrets.compare_digest(feito["codigo"], _resumo(normalize_user_code(codigo))):
        raise SemPedido
    return _entrar(request, feito["email"], feito["depois"])


def _esperar(request: HttpRequest, pedido: Pedido) -> None:
    pedido.persist()
    request.session.set_expiry(settings.SESSAO_DA_ENTRADA)


def _entrar(request: HttpRequest, email: str, depois: str | None) -> HttpResponse:
    conta = contas.conta_para(email)
    record_authentication(request, conta, method="code")
    return perform_login(request, Login(user=conta, email=email, redirect_url=depois))


def entrar_sem_codigo(request: HttpRequest, conta: User, depois: str | None) -> HttpResponse:
    """Abre a conta de quem um provedor de identidade já reconheceu, e segue para `depois`."""
    record_authentication(request, conta, method="openid")
    return perform_login(request, Login(user=conta, email=conta.email or None, redirect_url=depois))


def _contar(request: HttpRequest, acao: str, chave: str) -> Any:
    return ratelimit.consume(request, app=APP, action=acao, key=chave)


def _acabou_de_entrar(sessao: str) -> str:
    return f"contas:entrou:{hashlib.sha256(sessao.encode()).hexdigest()}"


def _resumo(texto: str) -> str:
    return salted_hmac("bbb.contas", texto, algorithm="sha256").hexdigest()
