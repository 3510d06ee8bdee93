"""A API JSON montada: as rotas de cada aplicação, quem pede, os erros num formato só, o esquema e a sua página.

A versão está no endereço (`/api/v1/`): o que muda de sentido ou some vai para outra; campos novos, não.
"""

import json
import logging
import time
from collections import Counter
from typing import Any

from django.conf import settings
from django.core.exceptions import PermissionDenied, RequestDataTooBig, SuspiciousOperation
from django.db import InterfaceError, OperationalError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import URLPattern, URLResolver, path
from django.utils import timezone
from django.views.decorators.http import require_safe
from ninja import NinjaAPI
from ninja.errors import AuthenticationError, HttpError, ValidationError
from ninja.openapi.docs import Swagger
from ninja.openapi.schema import OpenAPISchema
from ninja.parser import Parser
from ninja.security import HttpBearer
from ninja.security.apikey import APIKeyCookie
from ninja.utils import check_csrf

from api import esquema, mensagens, problema
from api.problema import Recusado
from api.quem import Quem
from bbb.contas import fator, tokens
from inscricoes.api import rotas as inscricoes
from inscricoes.arquivos.recusas import Recusa as RecusaDeArquivo
from votacao.api import rotas as votacao
from votacao.publica import PARAMETROS_PUBLICOS
from votacao.recusas import Recusa as RecusaDaUrna
from votacao.services import AcaoRecusada
from votacao.urna import limites

registro = logging.getLogger("bbb.api")


# --- Quem pede --------------------------------------------------------------------------------------------------------


class Token(HttpBearer):
    """Um token feito por alguém da produção no admin, em `Authorization: Bearer bbb_…`."""

    def __call__(self, request: HttpRequest) -> Quem | None:
        contar(request)
        if "Authorization" not in request.headers:
            return None
        achado = super().__call__(request)
        if achado is None:
            # Quem manda um token quer ser ele: a sessão do navegador não o socorre.
            raise Recusado("token_invalido")
        return achado

    def authenticate(self, request: HttpRequest, token: str) -> Quem | None:
        achado = tokens.reconhecer(token, timezone.now())
        if achado is None:
            return None
        return Quem(
            conta=achado.dono,
            escopos=frozenset(achado.escopos),
            da_producao=True,
            token=achado.nome,
            expira_em=achado.expira_em,
        )


class Sessao(APIKeyCookie):
    """A sessão do navegador. Para mudar alguma coisa, também o cabeçalho `X-CSRFToken` (`GET /api/v1/eu` o diz)."""

    param_name = settings.SESSION_COOKIE_NAME

    def __call__(self, request: HttpRequest) -> Quem | None:
        conta = request.user
        if not conta.is_authenticated:
            return None
        if check_csrf(request) is not None:
            raise Recusado("csrf")
        return Quem(conta=conta, escopos=None, da_producao=conta.is_staff and fator.basta(request))

    def authenticate(self, request: HttpRequest, key: str | None) -> Quem | None:
        raise NotImplementedError


_minuto = 0
_pedidos: Counter[str] = Counter()


def esquecer() -> None:
    """Recomeça a conta: cada teste tem a sua."""
    _pedidos.clear()


def contar(request: HttpRequest) -> None:
    """Conta um pedido desta origem, neste processo. Levanta `Recusado` (429) além de `API_POR_MINUTO`."""
    global _minuto
    if not settings.LIMITES:
        return
    minuto = int(time.time()) // 60
    if minuto != _minuto:
        _minuto = minuto
        _pedidos.clear()
    origem = limites.origem(request.META["REMOTE_ADDR"])
    if _pedidos[origem] >= settings.API_POR_MINUTO:
        raise Recusado("pedidos_demais", apos=60)
    _pedidos[origem] += 1


# --- A API ------------------------------------------------------------------------------------------------------------


class Json(Parser):
    def parse_body(self, request: HttpRequest) -> Any:
        if request.content_type != "application/json":
            raise Recusado("tipo_de_corpo")
        # NaN e Infinity não são JSON: o Python os aceita por gentileza.
        return json.loads(request.body, parse_constant=_nao_e_json)


def _nao_e_json(constante: str) -> None:
    raise ValueError(constante)


class Api(NinjaAPI):
    def get_openapi_schema(self, **opcoes: Any) -> OpenAPISchema:
        return esquema.completar(super().get_openapi_schema(**opcoes))


api = Api(
    title="BBB 24: votação e inscrições",
    version="1",
    description=esquema.DESCRICAO,
    auth=[Token(), Sessao()],
    docs=Swagger(settings={"persistAuthorization": False, "tryItOutEnabled": True, "validatorUrl": None}),
    parser=Json(),
    openapi_extra={"tags": esquema.ASSUNTOS},
)
api.add_router("/v1", votacao.publicas)
api.add_router("/v1/producao", votacao.da_producao)
api.add_router("/v1", inscricoes.rotas)


# --- Os erros ---------------------------------------------------------------------------------------------------------


@api.exception_handler(Recusado)
def _recusado(request: HttpRequest, erro: Recusado) -> HttpResponse:
    return problema.responder(erro)


@api.exception_handler(ValidationError)
def _validacao(request: HttpRequest, erro: ValidationError) -> HttpResponse:
    return problema.responder(Recusado("validacao", erros=mensagens.em_portugues(erro.errors)))


@api.exception_handler(HttpError)
def _http(request: HttpRequest, erro: HttpError) -> HttpResponse:
    causa: BaseException | None = erro.__cause__
    if isinstance(erro, AuthenticationError):
        return problema.responder(Recusado("nao_autenticado"))
    if isinstance(causa, Recusado):
        return problema.responder(causa)
    return problema.responder(Recusado(problema.codigo_do_status(erro.status_code)))


@api.exception_handler(Http404)
def _nao_achado(request: HttpRequest, erro: Http404) -> HttpResponse:
    return problema.responder(Recusado("nao_encontrado"))


@api.exception_handler(PermissionDenied)
def _negado(request: HttpRequest, erro: PermissionDenied) -> HttpResponse:
    return problema.responder(Recusado("sem_permissao", "Esta conta não tem permissão para isto."))


@api.exception_handler(RequestDataTooBig)
def _grande(request: HttpRequest, erro: RequestDataTooBig) -> HttpResponse:
    return problema.responder(Recusado("corpo_grande"))


@api.exception_handler(SuspiciousOperation)
def _suspeito(request: HttpRequest, erro: SuspiciousOperation) -> HttpResponse:
    return problema.responder(Recusado("malformado"))


@api.exception_handler(RecusaDaUrna)
def _urna(request: HttpRequest, erro: RecusaDaUrna) -> HttpResponse:
    return problema.responder(Recusado(erro.codigo, erro.mensagem, apos=erro.apos))


@api.exception_handler(RecusaDeArquivo)
def _arquivo(request: HttpRequest, erro: RecusaDeArquivo) -> HttpResponse:
    return problema.responder(Recusado(erro.codigo, str(erro), apos=5 if erro.status == 503 else None))


@api.exception_handler(AcaoRecusada)
def _acao(request: HttpRequest, erro: AcaoRecusada) -> HttpResponse:
    return problema.responder(Recusado("conflito", str(erro)))


@api.exception_handler(OperationalError)
@api.exception_handler(InterfaceError)
def _banco(request: HttpRequest, erro: Exception) -> HttpResponse:
    registro.warning("a API não foi atendida pelo banco: %s", type(erro).__name__)
    return problema.responder(Recusado("indisponivel", apos=2))


@api.exception_handler(Exception)
def _falha(request: HttpRequest, erro: Exception) -> HttpResponse:
    """Nada do erro sai daqui; o número que sai é o que está nos registros."""
    acontecimento = problema.novo_acontecimento()
    registro.exception("falha na API, %s", acontecimento, exc_info=erro)
    return problema.responder(Recusado("erro"), acontecimento)


# --- Os endereços -----------------------------------------------------------------------------------------------------


@require_safe
def inicio(request: HttpRequest) -> HttpResponse:
    return redirect("api-1:openapi-view")


@require_safe
def problemas(request: HttpRequest) -> HttpResponse:
    """O que é cada código de erro."""
    return render(request, "api/problemas.html", {"casos": problema.CASOS.items()})


def _enderecos() -> list[URLPattern | URLResolver]:
    montados, _, _ = api.urls
    for rota in montados:
        if isinstance(rota, URLPattern) and rota.name in PARAMETROS_PUBLICOS:
            # O micro-cache e a faixa a guardam como guardam as páginas públicas.
            setattr(rota.callback, "parametros_publicos", PARAMETROS_PUBLICOS[rota.name])  # noqa: B010
    return montados


proprios = [path("", inicio, name="api"), path("problemas", problemas, name="problemas")]
urls = (_enderecos(), "ninja", "api-1")
