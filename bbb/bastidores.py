"""As portas de quem opera (`/saude/…`, `/metricas/`), antes de tudo o que é do público.

Respondem sem o Django, sem as threads dele e sem olhar o `Host` (quem sonda um pod fala com o endereço dele): um banco
parado prende as páginas, e não isto.
"""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

from bbb import metricas, saude
from bbb.metricas import Pagina
from bbb.microcache import Aplicacao, Enviar, Escopo, Receber


class Bastidores:
    """Aplicação ASGI: responde o que é seu, e passa o resto a `aplicacao`."""

    def __init__(self, aplicacao: Aplicacao) -> None:
        self._aplicacao = aplicacao
        # Somar as métricas lê arquivos: fora do laço, e uma de cada vez.
        self._somador = ThreadPoolExecutor(1, "metricas")

    async def __call__(self, scope: Escopo, receive: Receber, send: Enviar) -> None:
        caminho = scope["path"] if scope["type"] == "http" else ""
        if caminho == "/saude/viva/":
            await _responder(scope, send, saude.viva)
        elif caminho == "/saude/pronta/":
            await _responder(scope, send, saude.pronta)
        elif caminho == "/metricas/":
            par = scope["client"][0] if scope["client"] else ""
            nomes = [nome.decode("latin-1") for nome, _ in scope["headers"]]
            autorizacao = b"".join(v for nome, v in scope["headers"] if nome == b"authorization").decode("latin-1")
            laco = asyncio.get_running_loop()
            feita = await laco.run_in_executor(self._somador, metricas.pagina, par, nomes, autorizacao)
            await _responder(scope, send, lambda: feita)
        else:
            await self._aplicacao(scope, receive, send)


async def _responder(scope: Escopo, send: Enviar, fazer: Callable[[], Pagina]) -> None:
    pagina = fazer() if scope["method"] in ("GET", "HEAD") else Pagina(405, "text/plain; charset=utf-8", b"")
    cabecalhos = [
        (b"content-type", pagina.tipo.encode()),
        (b"content-length", str(len(pagina.corpo)).encode()),
        (b"cache-control", b"no-store"),
        (b"x-content-type-options", b"nosniff"),
    ]
    if pagina.status == 405:
        cabecalhos.append((b"allow", b"GET, HEAD"))
    await send({"type": "http.response.start", "status": pagina.status, "headers": cabecalhos})
    await send({"type": "http.response.body", "body": b"" if scope["method"] == "HEAD" else pagina.corpo})
