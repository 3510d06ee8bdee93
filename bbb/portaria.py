"""A API vista da porta: todo erro em `/api/` é um problema (RFC 9457), e as outras origens recebem os seus cabeçalhos.

`SoProblemas` é um middleware do Django; `OutrasOrigens`, uma camada da porta da frente, por onde passam também as
respostas que não são do Django (micro-cache, eventos, corpo grande demais).
"""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase

from api import cors, problema
from bbb.microcache import Aplicacao, Enviar, Escopo, Mensagem, Receber


class SoProblemas:
    """O que o Django responde a um erro em `/api/` sem passar pelas rotas (404, 405, 400, 413) vira um problema."""

    def __init__(self, seguinte: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self._seguinte = seguinte

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if not request.path_info.startswith(cors.PREFIXO):
            return self._seguinte(request)
        # Pela porta da frente, quem cuida das outras origens é `OutrasOrigens`; aqui, quem não a tem (runserver).
        sem_porta = "asgi.scope" not in request.META
        origem = request.headers.get("Origin", "")
        if sem_porta and request.method == "OPTIONS" and "Access-Control-Request-Method" in request.headers:
            return _com(HttpResponse(status=204), cors.do_ensaio(origem))
        resposta = self._seguinte(request)
        if resposta.status_code >= 400 and resposta.get("Content-Type") != problema.TIPO:
            resposta = _em_problema(resposta)
        return _com(resposta, cors.cabecalhos(origem)) if sem_porta else resposta


def _em_problema(resposta: HttpResponseBase) -> HttpResponse:
    codigo = problema.codigo_do_status(resposta.status_code)
    nova = HttpResponse(
        problema.corpo(codigo, status=resposta.status_code, instancia=""),
        status=resposta.status_code,
        content_type=problema.TIPO,
    )
    for nome, valor in resposta.items():
        if nome.lower() not in ("content-type", "content-length"):
            nova[nome] = valor
    return nova


def _com(resposta: HttpResponseBase, pares: tuple[tuple[str, str], ...]) -> HttpResponseBase:
    for nome, valor in pares:
        if nome == "Vary" and "Vary" in resposta:
            valor = f"{resposta['Vary']}, {valor}"
        resposta[nome] = valor
    return resposta


class OutrasOrigens:
    """Camada ASGI. Responde ao ensaio (`OPTIONS`) de uma origem aceita e põe os cabeçalhos em tudo de `/api/`."""

    def __init__(self, aplicacao: Aplicacao) -> None:
        self._aplicacao = aplicacao

    async def __call__(self, scope: Escopo, receive: Receber, send: Enviar) -> None:
        if scope["type"] != "http" or not scope["path"].startswith(cors.PREFIXO):
            await self._aplicacao(scope, receive, send)
            return
        nomes = {nome: valor.decode("latin-1") for nome, valor in scope["headers"]}
        origem = nomes.get(b"origin", "")
        if scope["method"] == "OPTIONS" and b"access-control-request-method" in nomes:
            cabecalhos = [*_em_bytes(cors.do_ensaio(origem)), (b"content-length", b"0")]
            await send({"type": "http.response.start", "status": 204, "headers": cabecalhos})
            await send({"type": "http.response.body", "body": b""})
            return
        extras = _em_bytes(cors.cabecalhos(origem))
        if not extras:
            await self._aplicacao(scope, receive, send)
            return

        async def enviar(mensagem: Mensagem) -> None:
            if mensagem["type"] == "http.response.start":
                mensagem["headers"] = [*mensagem.get("headers", []), *extras]
            await send(mensagem)

        await self._aplicacao(scope, receive, enviar)


def _em_bytes(pares: tuple[tuple[str, str], ...]) -> list[tuple[bytes, bytes]]:
    return [(nome.lower().encode(), valor.encode("latin-1")) for nome, valor in pares]
