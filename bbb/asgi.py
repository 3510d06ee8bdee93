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
from django.db import DatabaseError, InterfaceError, connection
from django.template.loader import render_to_string
from django.urls import Resolver404, resolve

from bbb.cabecalhos import cabecalhos_de_seguranca
from bbb.corpo import Corpo
from bbb.microcache import Aplicacao, Enviar, Escopo, Mensagem, MicroCache, Receber
from bbb.wsgi import application as django
from votacao.pulso import Batedor
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


CORPOS = {
    "/admin/": settings.CORPO_MAXIMO,
    "/conta/": 16 * 1024,
    "/inscricoes/minha/fotos/": settings.CORPO_DE_ARQUIVOS,
    "/inscricoes/minha/video/envio/": settings.DATA_UPLOAD_MAX_MEMORY_SIZE,
    "/inscricoes/minha/video/": settings.CORPO_DE_ARQUIVOS,
    "/inscricoes/": 256 * 1024,
}
"""Bytes, pelo começo do caminho: fotos da produção; fotos e vídeo do candidato, e o pedaço de um vídeo; uma seção
inteira do questionário. Vale o primeiro que serve."""
ESPERE = 5
"""Segundos do `Retry-After` de quem não achou vaga para um corpo grande."""


def corpo_maximo(caminho: str) -> int:
    """Bytes. Fora do que está em `CORPOS`, ninguém tem por que mandar mais do que um voto."""
    return next((maximo for prefixo, maximo in CORPOS.items() if caminho.startswith(prefixo)), exame.CORPO_MAXIMO)


def grande_demais(caminho: str) -> list[Mensagem] | None:
    """A resposta 413, com a página que diz o que fazer; a urna responde pelos seus endereços."""
    return None if caminho.startswith("/paredoes/") else _pagina(413, "413.html")


def sem_vaga() -> list[Mensagem]:
    """A resposta 503 de quem manda um arquivo quando já há muitos chegando."""
    return _pagina(503, "503.html", (b"retry-after", str(ESPERE).encode()))


def _pagina(status: int, modelo: str, *extras: tuple[bytes, bytes]) -> list[Mensagem]:
    corpo = render_to_string(modelo).encode()
    seguranca = [(nome.lower().encode(), valor.encode()) for nome, valor in cabecalhos_de_seguranca().items()]
    cabecalhos = [
        (b"content-type", b"text/html; charset=utf-8"),
        (b"content-length", str(len(corpo)).encode()),
        (b"cache-control", b"no-store"),
        *extras,
        *seguranca,
    ]
    return [
        {"type": "http.response.start", "status": status, "headers": cabecalhos},
        {"type": "http.response.body", "body": corpo},
    ]


class QuemPede:
    """Dá ao Django o endereço de quem pede, e tira os cabeçalhos de proxy de quem não é um proxy nosso."""

    def __init__(self, aplicacao: Aplicacao) -> None:
        self._aplicacao = aplicacao

    async def __call__(self, scope: Escopo, receive: Receber, send: Enviar) -> None:
        if scope["type"] == "http" and scope["client"]:
            par, porta = scope["client"]
            if limites.confiavel(par):
                juntos = {nome: b",".join(v for n, v in scope["headers"] if n == nome) for nome in _DE_PROXY}
                cabecalhos = [cab for cab in scope["headers"] if cab[0] not in _DE_PROXY]
                if limites.veio_por_https(juntos[b"x-forwarded-proto"]):
                    cabecalhos.append((b"x-forwarded-proto", b"https"))
                quem = limites.quem_pede(par, juntos[b"x-forwarded-for"].decode("latin-1"))
                scope = {**scope, "headers": cabecalhos, "client": (quem, porta)}
            else:
                scope = {**scope, "headers": [cab for cab in scope["headers"] if cab[0] not in _DE_PROXY]}
        await self._aplicacao(scope, receive, send)


class Processo:
    """O que vive enquanto o processo serve: urna, catálogo e faixa nascem e acabam com ele."""

    def __init__(self) -> None:
        django_asgi = cast(Aplicacao, WSGIMiddleware(cast(Any, django), workers=THREADS))
        self.paginas = MicroCache(
            Corpo(django_asgi, corpo_maximo, grande_demais, sem_vaga), declaradas, escolher_codificacao
        )
        self.urna = Urna()
        self.catalogo = Catalogo()
        self.faixa = Servico(self.urna, self.catalogo, self.paginas, cabecalhos_de_seguranca())
        self._frente = QuemPede(self.paginas)
        self._parar = threading.Event()
        self._pulso: Batedor | None = None

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
        except (DatabaseError, InterfaceError) as erro:
            await send({"type": "lifespan.startup.failed", "message": f"O banco não responde: {erro}"})
            return
        self.urna.iniciar(laco)
        self.faixa.iniciar(laco)
        threading.Thread(target=self._acompanhar, name="catalogo", daemon=True).start()
        self._pulso = Batedor(self.urna.pendentes)
        self._pulso.iniciar()
        scope["state"]["faixa"] = self.faixa
        # O que existe agora vive até o fim: o coletor não precisa reler a cada volta.
        gc.collect()
        gc.freeze()
        await send({"type": "lifespan.startup.complete"})
        await receive()
        self._parar.set()
        await self.urna.encerrar()
        self.faixa.encerrar()
        await laco.run_in_executor(None, self._pulso.parar)
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
                except Exception as erro:
                    # Fica o que já se sabia; quem decide se o voto conta é a transação que o grava.
                    registro_de_erros.warning("catálogo de paredões não foi relido: %s", erro)
                    connection.close()
        finally:
            connection.close()


application = Processo()
