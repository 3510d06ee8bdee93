"""Entrar por um provedor que afirma o CPF (OpenID Connect, como o gov.br): código de autorização, com PKCE e nonce.

A biblioteca (Authlib) faz o protocolo e confere a assinatura, o emissor, o destinatário e o nonce. Não fica nada do que
ele diz, nem fichas nem nome: do CPF, o resumo do voto único; do e-mail confirmado, a conta.
"""

import logging
from functools import lru_cache
from typing import Any, NamedTuple

import requests
from authlib.common.errors import AuthlibBaseError
from authlib.integrations.django_client import OAuth
from django.conf import settings
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from joserfc.errors import JoseError

from bbb.ambiente import Provedor
from inscricoes.validators import cpf_em_digitos

ESPERA = 5
"""Segundos por pedido ao provedor."""
_DEPOIS = "provedor_depois"
registro = logging.getLogger("bbb.contas")


class ProvedorRecusou(Exception):
    """A pessoa não autorizou, o provedor não responde ou o que ele disse não confere. A mensagem é para ela."""


class Identidade(NamedTuple):
    cpf: str
    """Onze dígitos, conferidos."""
    email: str
    """Em minúsculas, e só se o provedor o confirma; senão, vazio."""
    depois: str | None
    """Para onde a pessoa ia."""


def ligado() -> Provedor | None:
    provedor: Provedor | None = settings.PROVEDOR_CPF
    return provedor


@lru_cache(maxsize=1)
def _cliente(provedor: Provedor) -> Any:
    return OAuth().register(
        "provedor",
        client_id=provedor.cliente,
        client_secret=provedor.segredo,
        server_metadata_url=f"{provedor.emissor}/.well-known/openid-configuration",
        client_kwargs={"scope": "openid email profile", "code_challenge_method": "S256", "default_timeout": ESPERA},
    )


def mandar(request: HttpRequest, provedor: Provedor, *, depois: str | None) -> HttpResponse:
    """Leva a pessoa ao provedor. Levanta `ProvedorRecusou`, se ele não responde."""
    request.session[_DEPOIS] = depois
    volta = request.build_absolute_uri(reverse("provedor_volta"))
    try:
        resposta: HttpResponse = _cliente(provedor).authorize_redirect(request, volta)
    except (requests.RequestException, AuthlibBaseError, ValueError) as erro:
        raise _fora_do_ar(provedor, erro) from None
    return resposta


def receber(request: HttpRequest, provedor: Provedor) -> Identidade:
    """O que o provedor afirma de quem volta. Levanta `ProvedorRecusou`; o mesmo código não serve duas vezes."""
    depois = request.session.pop(_DEPOIS, None)
    if "error" in request.GET:
        raise ProvedorRecusou(f"Você não autorizou a entrada por {provedor.nome}. Nada mudou.")
    try:
        cliente = _cliente(provedor)
        ficha = cliente.authorize_access_token(request)
        da_ficha, do_endereco = ficha["userinfo"], cliente.userinfo(token=ficha)
        # OpenID Connect Core 1.0, 5.3.2: o que o userinfo diz só vale se é da mesma pessoa que a ficha assinada.
        if do_endereco["sub"] != da_ficha["sub"]:
            raise ValueError("o userinfo é de outra pessoa")
        afirmado = {**do_endereco, **da_ficha}
    except requests.RequestException as erro:
        raise _fora_do_ar(provedor, erro) from None
    except (AuthlibBaseError, JoseError, ValueError, KeyError, TypeError) as erro:
        registro.warning("a volta do provedor não confere: %s", type(erro).__name__)
        raise ProvedorRecusou("A entrada venceu ou não confere. Comece de novo.") from None
    try:
        cpf = cpf_em_digitos(str(afirmado.get(provedor.campo, "")))
    except ValidationError:
        raise ProvedorRecusou(f"{provedor.nome} não informou o seu CPF: sem ele não há como confirmar.") from None
    confirmado = afirmado.get("email_verified") in (True, "true")
    return Identidade(cpf, str(afirmado.get("email", "")).strip().lower() if confirmado else "", depois)


def _fora_do_ar(provedor: Provedor, erro: Exception) -> ProvedorRecusou:
    registro.error("o provedor de identidade não responde: %s", type(erro).__name__)
    return ProvedorRecusou(f"{provedor.nome} não respondeu agora. Tente de novo em um minuto.")
