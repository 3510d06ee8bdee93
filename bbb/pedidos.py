"""O código de cada pedido, e quanto o Django levou para respondê-lo.

O código liga uma resposta às linhas dela nos registros, e volta na resposta. Quem o traz num `X-Request-ID` só é ouvido
se for um proxy nosso (`PROXIES_CONFIAVEIS`): de outro, seria um jeito de escrever nos nossos registros. Sem ele, faz-se
um.

A faixa rápida não faz códigos: um voto não escreve linha nenhuma nos registros, e um código por voto seria trabalho que
ninguém lê. Se um proxy nosso mandar o seu, ela o devolve (`votacao.urna.faixa`).
"""

import logging
import re
import secrets
import time
from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse

from bbb.microcache import Aplicacao, Enviar, Escopo, Mensagem, Receber
from bbb.registros import pedido
from votacao import medidores
from votacao.urna import limites

CABECALHO = "X-Request-ID"
_NOME = CABECALHO.lower().encode()
_ACEITAVEL = re.compile(r"[A-Za-z0-9._:/+=-]{8,64}")
_METODOS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
registro = logging.getLogger("bbb.pedidos")


def codigo(par: str, trazido: str) -> str:
    """O código de um pedido que vem de `par`, a outra ponta da conexão."""
    if trazido and limites.confiavel(par) and _ACEITAVEL.fullmatch(trazido):
        return trazido
    return secrets.token_hex(8)


class Codigo:
    """Aplicação ASGI: dá um código a cada pedido, que o Django lê no cabeçalho, e o põe na resposta.

    Fica antes do micro-cache, para que o código de quem pediu primeiro uma página não vá com ela para os outros.
    """

    def __init__(self, aplicacao: Aplicacao) -> None:
        self._aplicacao = aplicacao

    async def __call__(self, scope: Escopo, receive: Receber, send: Enviar) -> None:
        trazido = b"".join(valor for nome, valor in scope["headers"] if nome == _NOME).decode("latin-1")
        este = codigo(scope["client"][0] if scope["client"] else "", trazido).encode()
        cabecalhos = [par for par in scope["headers"] if par[0] != _NOME]

        async def enviar(mensagem: Mensagem) -> None:
            if mensagem["type"] == "http.response.start":
                mensagem = {**mensagem, "headers": [*mensagem.get("headers", []), (_NOME, este)]}
            await send(mensagem)

        ficha = pedido.set(este.decode())
        try:
            await self._aplicacao({**scope, "headers": [*cabecalhos, (_NOME, este)]}, receive, enviar)
        finally:
            pedido.reset(ficha)


def medir(responder: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
    """Middleware, o primeiro: mede cada resposta do Django e a conta por família (`familia`), nunca por caminho."""

    def passar(request: HttpRequest) -> HttpResponse:
        inicio = time.monotonic()
        trazido = request.headers.get(CABECALHO, "")
        # Pela nossa porta ASGI (ou pelo micro-cache, sem código nenhum), quem decide e responde é `Codigo`.
        pela_nossa = "asgi.scope" in request.META
        este = (trazido or secrets.token_hex(8)) if pela_nossa else codigo(request.META.get("REMOTE_ADDR", ""), trazido)
        ficha = pedido.set(este)
        try:
            resposta = responder(request)
            levou = time.monotonic() - inicio
            qual = familia(request)
            medidores.deste_processo.anotar_pedido(qual, resposta.status_code, levou)
            if registro.isEnabledFor(logging.INFO) and qual != "estaticos":
                metodo = request.method if request.method in _METODOS else "OUTRO"
                campos = {"metodo": metodo, "familia": qual, "status": resposta.status_code}
                registro.info("%s %s", metodo, qual, extra={**campos, "duracao_ms": round(levou * 1000, 1)})
        finally:
            pedido.reset(ficha)
        if not pela_nossa:
            resposta[CABECALHO] = este
        return resposta

    return passar


def familia(request: HttpRequest) -> str:
    """Um nome de uma lista curta: cada página da votação, e o resto por seção do site."""
    achada = request.resolver_match
    if achada is None:
        return "estaticos" if request.path.startswith(settings.STATIC_URL) else "desconhecidos"
    if achada.namespaces and achada.namespaces[0] == "votacao":
        return f"votacao:{achada.url_name}"
    secao = achada.route.partition("/")[0]
    return secao if secao.isalnum() else "outras"
