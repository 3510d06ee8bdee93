"""O panorama ao vivo (server-sent events), na porta da frente: mil conexões não ocupam thread nenhuma do Django.

Por paredão e por processo há um só que pergunta: pede `GET …/panorama` ao micro-cache a cada `INTERVALO`, como qualquer
um, e reparte a resposta. Assim quem pode ver o quê continua decidido num lugar só, e mil ouvintes custam ao banco o
mesmo que um. Sem ouvintes, ninguém pergunta.

Tudo tem fim: as conexões por processo e por origem; a espera por quem não lê (quem está atrasado recebe só o último); a
vida de uma conexão, que se fecha e o navegador abre de novo, talvez noutro processo; e o sinal de
parar, que solta todas.
"""

import asyncio
import json
import logging
import re
from collections import Counter
from collections.abc import Awaitable, Callable

from django.conf import settings
from django.http.request import split_domain_port, validate_host

from api import problema
from bbb.microcache import Aplicacao, Enviar, Escopo, Receber, Resposta
from votacao.urna import limites

INTERVALO = 2.0
"""Segundos entre duas perguntas de um paredão: o que o cache da página guarda."""
PULSO = 15.0
"""Segundos sem novidade até um comentário, que mantém a conexão viva pelos proxies."""
ESPERA_POR_QUEM_NAO_LE = 10.0
VIDA = 900.0
"""Segundos de uma conexão. Depois fecha-se, e o navegador volta sozinho."""
MAXIMO = 4000
"""Conexões por processo; além disso, 503, e resta perguntar (`GET …/panorama`)."""
POR_ORIGEM = 500
"""Conexões de uma origem por processo; além disso, 429. Uma escola inteira atrás de um endereço cabe."""
GRUPO = 25
PASSO = 0.01
"""Uma novidade chega a `GRUPO` ouvintes de cada vez, com `PASSO` segundos entre uns e outros: mil de uma vez segurariam
o laço, e com ele os votos."""
RETOMAR = b"retry: 3000\n\n"
TENTE_EM = 5

_ENDERECO = re.compile(r"/api/v1/paredoes/([1-9][0-9]{0,8})/ao-vivo")
_ACABOU = frozenset({"encerrado", "publicado"})
registro = logging.getLogger("bbb.ao_vivo")
Perguntar = Callable[[bool, str, int], Awaitable[Resposta]]
"""Dados HTTPS, host e paredão, a resposta do panorama."""


class Sala:
    """Os ouvintes de um paredão, e o que se lhes disse por último."""

    def __init__(self) -> None:
        self.numero = 0
        self.evento = b""
        self.recusa: Resposta | None = None
        self.acabou = False
        self.ouvintes = 0
        self._esperando: set[asyncio.Future[None]] = set()
        self.tarefa: asyncio.Task[None] | None = None

    def dizer(self, dados: bytes) -> None:
        """Um evento novo para todos, se mudou alguma coisa."""
        corpo = b"event: panorama\ndata: " + dados + b"\n\n"
        if self.evento.endswith(corpo):
            return
        self.numero += 1
        self.evento = b"id: %d\n" % self.numero + corpo
        self.acordar()

    def acordar(self) -> None:
        laco = asyncio.get_running_loop()
        esperando, self._esperando = list(self._esperando), set()
        for grupo, primeiro in enumerate(range(0, len(esperando), GRUPO)):
            laco.call_later(grupo * PASSO, _soltar, esperando[primeiro : primeiro + GRUPO])

    async def esperar(self, despedida: "asyncio.Future[None]", segundos: float | None = None) -> None:
        """Até a novidade ou a despedida, o que vier antes, e no máximo tantos segundos."""
        laco = asyncio.get_running_loop()
        espera: asyncio.Future[None] = laco.create_future()

        def soltar(_: object = None) -> None:
            _soltar([espera])

        relogio = None if segundos is None else laco.call_later(segundos, soltar)
        self._esperando.add(espera)
        despedida.add_done_callback(soltar)
        try:
            await espera
        finally:
            self._esperando.discard(espera)
            despedida.remove_done_callback(soltar)
            if relogio is not None:
                relogio.cancel()


class AoVivo:
    """Camada ASGI: atende `…/ao-vivo`, e passa o resto adiante. Só é usada no laço de eventos."""

    def __init__(self, aplicacao: Aplicacao, perguntar: Perguntar) -> None:
        self._aplicacao = aplicacao
        self._perguntar = perguntar
        self._salas: dict[tuple[bool, int], Sala] = {}
        self._de: Counter[str] = Counter()
        self._parando = False
        self.conexoes = 0

    def parar(self) -> None:
        """Solta todos: cada um recebe o fim da resposta e se liga a quem continuar no ar."""
        self._parando = True
        for sala in self._salas.values():
            sala.acordar()

    async def __call__(self, scope: Escopo, receive: Receber, send: Enviar) -> None:
        achado = _ENDERECO.fullmatch(scope["path"]) if scope["type"] == "http" else None
        if achado is None or scope["method"] != "GET":
            await self._aplicacao(scope, receive, send)
            return
        cabecalhos = dict(scope["headers"])
        host = cabecalhos.get(b"host", b"").decode("latin-1")
        https = scope["scheme"] == "https" or cabecalhos.get(b"x-forwarded-proto") == b"https"
        if not validate_host(split_domain_port(host)[0], settings.ALLOWED_HOSTS) or (
            settings.SECURE_SSL_REDIRECT and not https
        ):
            await self._aplicacao(scope, receive, send)
            return
        origem = limites.origem(scope["client"][0]) if scope.get("client") else ""
        if self._parando or self.conexoes >= MAXIMO:
            await _recusar(send, "indisponivel", apos=TENTE_EM)
            return
        if settings.LIMITES and self._de[origem] >= POR_ORIGEM:
            await _recusar(send, "pedidos_demais", apos=60)
            return
        self.conexoes += 1
        self._de[origem] += 1
        try:
            await self._ouvir(https, host, int(achado[1]), b"last-event-id" in cabecalhos, receive, send)
        finally:
            self.conexoes -= 1
            self._de[origem] -= 1
            if not self._de[origem]:
                del self._de[origem]

    async def _ouvir(self, https: bool, host: str, paredao: int, voltou: bool, receive: Receber, send: Enviar) -> None:
        chave = (https, paredao)
        sala = self._salas.get(chave)
        if sala is None:
            sala = self._salas[chave] = Sala()
            sala.tarefa = asyncio.get_running_loop().create_task(self._acompanhar(sala, https, host, paredao))
        sala.ouvintes += 1
        despedida = asyncio.ensure_future(_ate_desligar(receive))
        try:
            if not sala.evento and sala.recusa is None and not self._parando:
                await sala.esperar(despedida)
            if despedida.done():
                return
            if sala.recusa is not None:
                await _repetir(send, sala.recusa)
            elif sala.acabou and voltou:
                # O `EventSource` só para de se religar com uma resposta 204.
                await _responder(send, 204, [])
            elif not sala.evento:
                await _recusar(send, "indisponivel", apos=TENTE_EM)
            else:
                await self._transmitir(sala, despedida, send)
        finally:
            despedida.cancel()
            sala.ouvintes -= 1
            if not sala.ouvintes and self._salas.get(chave) is sala:
                del self._salas[chave]
                if sala.tarefa is not None:
                    sala.tarefa.cancel()

    async def _transmitir(self, sala: Sala, despedida: "asyncio.Future[None]", send: Enviar) -> None:
        laco = asyncio.get_running_loop()
        ate = laco.time() + VIDA
        tipo = [(b"content-type", b"text/event-stream; charset=utf-8")]
        await send({"type": "http.response.start", "status": 200, "headers": [*tipo, *_SEM_GUARDAR]})
        parte, dito = RETOMAR + sala.evento, sala.numero
        while True:
            try:
                async with asyncio.timeout(ESPERA_POR_QUEM_NAO_LE):
                    await send({"type": "http.response.body", "body": parte, "more_body": True})
            except TimeoutError:
                # Não lê: a conexão acaba sem despedida, e não segura o que os outros recebem.
                raise ConnectionAbortedError("ouvinte que não lê") from None
            if sala.numero == dito and not (sala.acabou or self._parando):
                await sala.esperar(despedida, PULSO)
            if despedida.done():
                return
            if sala.numero != dito:
                parte, dito = sala.evento, sala.numero
            elif sala.acabou:
                await send({"type": "http.response.body", "body": b"event: fim\ndata: {}\n\n"})
                return
            elif self._parando or sala.recusa is not None or laco.time() > ate:
                await send({"type": "http.response.body", "body": b""})
                return
            else:
                parte = b": \n\n"

    async def _acompanhar(self, sala: Sala, https: bool, host: str, paredao: int) -> None:
        while True:
            try:
                resposta = await self._perguntar(https, host, paredao)
            except Exception as erro:
                registro.warning("o panorama do paredão %d não foi lido: %s", paredao, type(erro).__name__)
                resposta = Resposta(503, [], b"")
            if resposta.status == 200:
                sala.recusa = None
                sala.acabou = json.loads(resposta.corpo)["situacao"] in _ACABOU
                sala.dizer(resposta.corpo)
            elif resposta.status < 500 or not sala.evento:
                # Deixou de ser público, ou nunca foi; uma falha depois do primeiro evento é só um silêncio.
                sala.recusa = resposta
            if sala.acabou or sala.recusa is not None:
                sala.acordar()
            await asyncio.sleep(INTERVALO)


_SEM_GUARDAR = [(b"cache-control", b"no-store"), (b"x-accel-buffering", b"no")]


async def _ate_desligar(receive: Receber) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


def _soltar(esperas: "list[asyncio.Future[None]]") -> None:
    for espera in esperas:
        if not espera.done():
            espera.set_result(None)


async def _recusar(send: Enviar, codigo: str, *, apos: int) -> None:
    corpo = problema.corpo(codigo, instancia="")
    cabecalhos = [(b"content-type", problema.TIPO.encode()), (b"retry-after", str(apos).encode())]
    await _responder(send, problema.CASOS[codigo].status, cabecalhos, corpo)


async def _repetir(send: Enviar, resposta: Resposta) -> None:
    """A recusa do panorama é também a do ao vivo."""
    if resposta.status >= 500:
        await _recusar(send, "indisponivel", apos=TENTE_EM)
        return
    cabecalhos = [par for par in resposta.cabecalhos if par[0].lower() in (b"content-type", b"location")]
    await _responder(send, resposta.status, cabecalhos, resposta.corpo)


async def _responder(send: Enviar, status: int, cabecalhos: list[tuple[bytes, bytes]], corpo: bytes = b"") -> None:
    tamanho = [] if status == 204 else [(b"content-length", str(len(corpo)).encode())]
    await send({"type": "http.response.start", "status": status, "headers": [*cabecalhos, *_SEM_GUARDAR, *tamanho]})
    await send({"type": "http.response.body", "body": corpo})


def endereco_do_panorama(paredao: int) -> bytes:
    return b"/api/v1/paredoes/%d/panorama" % paredao
