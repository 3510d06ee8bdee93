"""A porta da frente de um processo: quem pede, micro-cache, corpo, Django. E, ao lado, a faixa rápida da urna.

O Django entra pelo seu tratador WSGI (o ASGI dele responde de 300 a 480 pedidos/s; ver `docs/DESEMPENHO.md`). O uvicorn
importa este módulo para achar a classe `Faixa`: aqui o Django já está de pé quando ela é importada.
"""

import asyncio
import gc
import logging
import threading
from typing import Any, cast

from a2wsgi import WSGIMiddleware
from django.conf import settings
from django.db import DatabaseError, connection
from django.urls import Resolver404, resolve

from bbb.cabecalhos import cabecalhos_de_seguranca
from bbb.corpo import Corpo
from bbb.microcache import Aplicacao, Enviar, Escopo, MicroCache, Receber
from bbb.wsgi import application as django
from votacao.urna import exame, limites
from votacao.urna.catalogo import INTERVALO, Catalogo
from votacao.urna.faixa import Faixa, Servico, escolher_codificacao
from votacao.urna.urna import Urna

__all__ = ["Faixa", "application"]

THREADS = 8
"""Do Django, por processo: admin, páginas fora do cache, pedidos incomuns."""
_DE_PROXY = frozenset(
    {b"x-forwarded-for", b"x-forwarded-proto", b"x-forwarded-host", b"x-forwarded-port", b"forwarded"}
)
registro_de_erros = logging.getLogger("bbb")


def declaradas(caminho: str) -> tuple[str, ...] | None:
    """Os parâmetros que a view deste caminho declarou com `@publica`; `None` se a página não é pública."""
    try:
        view = resolve(caminho).func
    except Resolver404:
        return None
    return getattr(view, "parametros_publicos", None)


def corpo_maximo(caminho: str) -> int:
    return exame.CORPO_MAXIMO if caminho.startswith("/paredoes/") else settings.CORPO_MAXIMO


class QuemPede:
    """Dá ao Django o endereço de quem pede, e tira os cabeçalhos de proxy de quem não é um proxy nosso."""

    def __init__(self, aplicacao: Aplicacao) -> None:
        self._aplicacao = aplicacao

    async def __call__(self, scope: Escopo, receive: Receber, send: Enviar) -> None:
        if scope["type"] == "http" and scope["client"]:
            par, porta = scope["client"]
            if limites.confiavel(par):
                encaminhado = b",".join(valor for nome, valor in scope["headers"] if nome == b"x-forwarded-for")
                scope = {**scope, "client": (limites.quem_pede(par, encaminhado.decode("latin-1")), porta)}
            else:
                scope = {**scope, "headers": [par for par in scope["headers"] if par[0] not in _DE_PROXY]}
        await self._aplicacao(scope, receive, send)


class Processo:
    """O que vive enquanto o processo serve: urna, catálogo e faixa nascem e acabam com ele."""

    def __init__(self) -> None:
        self.paginas = MicroCache(
            Corpo(cast(Aplicacao, WSGIMiddleware(cast(Any, django), workers=THREADS)), corpo_maximo),
            declaradas,
            escolher_codificacao,
        )
        self.urna = Urna()
        self.catalogo = Catalogo()
        self.faixa = Servico(self.urna, self.catalogo, self.paginas, cabecalhos_de_seguranca())
        self._frente = QuemPede(self.paginas)
        self._parar = threading.Event()

    async def __call__(self, scope: Escopo, receive: Receber, send: Enviar) -> None:
        if scope["type"] == "lifespan":
            await self._viver(scope, receive, send)
        else:
            await self._frente(scope, receive, send)

    async def _viver(self, scope: Escopo, receive: Receber, send: Enviar) -> None:
        await receive()
        laco = asyncio.get_running_loop()
        try:
            await laco.run_in_executor(None, self._recarregar)
        except DatabaseError as erro:
            await send({"type": "lifespan.startup.failed", "message": f"O banco não responde: {erro}"})
            return
        self.urna.iniciar(laco)
        self.faixa.iniciar(laco)
        threading.Thread(target=self._acompanhar, name="catalogo", daemon=True).start()
        scope["state"]["faixa"] = self.faixa
        # O que existe agora vive até o fim: o coletor não precisa reler a cada volta.
        gc.collect()
        gc.freeze()
        await send({"type": "lifespan.startup.complete"})
        await receive()
        self._parar.set()
        await self.urna.encerrar()
        self.faixa.encerrar()
        await send({"type": "lifespan.shutdown.complete"})

    def _recarregar(self) -> None:
        try:
            self.catalogo.recarregar()
        finally:
            connection.close()

    def _acompanhar(self) -> None:
        try:
            while not self._parar.wait(INTERVALO):
                try:
                    self.catalogo.recarregar()
                except DatabaseError as erro:
                    # Fica o que já se sabia; quem decide se o voto conta é a transação que o grava.
                    registro_de_erros.warning("catálogo de paredões não foi relido: %s", erro)
                    connection.close()
        finally:
            connection.close()


application = Processo()
