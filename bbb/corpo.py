"""Lê o corpo inteiro do pedido antes de ocupar uma thread do Django, com fim no tamanho, e só depois de a thread acabar
manda a resposta: uma thread nunca espera por um navegador.

Sem isto, um corpo que chega devagar prende uma thread, e um corpo em pedaços (`chunked`, sem `Content-Length`) chega
vazio ao WSGI. O que é grande, de um lado ou do outro, espera num arquivo temporário e não na memória; e os corpos
grandes ao mesmo tempo têm um máximo, por processo e por origem.
"""

import asyncio
import logging
import tempfile
from collections import Counter
from collections.abc import AsyncIterator, Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import IO

from bbb.microcache import Aplicacao, Enviar, Escopo, Mensagem, Receber

NA_MEMORIA = 128 * 1024
"""Bytes de um corpo, ou de uma resposta, que ficam na memória; os outros vão para um arquivo temporário."""
PEDACO = 128 * 1024
"""Bytes que se leem ou mandam de cada vez."""
CORPOS_GRANDES = 24
"""Corpos acima de `NA_MEMORIA` ao mesmo tempo, neste processo."""
BYTES_GRANDES = 256 * 1024 * 1024
"""Bytes que esses corpos podem ocupar juntos no disco temporário."""
GRANDES_POR_ORIGEM = 6
registro_de_erros = logging.getLogger("bbb")
# O laço de eventos também leva os votos: não espera por um disco.
_disco = ThreadPoolExecutor(max_workers=4, thread_name_prefix="disco")


class Deposito:
    """Bytes na ordem em que chegam: primeiro na memória, depois num arquivo sem nome, que some quando se fecha."""

    def __init__(self) -> None:
        self.tamanho = 0
        self._memoria = bytearray()
        self._arquivo: IO[bytes] | None = None

    async def guardar(self, dados: bytes) -> None:
        """Levanta `OSError` se o disco temporário não aceita mais."""
        self._memoria += dados
        self.tamanho += len(dados)
        if self.tamanho > NA_MEMORIA and len(self._memoria) >= PEDACO:
            await self._escoar()

    async def _escoar(self) -> None:
        bloco, self._memoria = bytes(self._memoria), bytearray()
        await asyncio.get_running_loop().run_in_executor(_disco, self._gravar, bloco)

    def _gravar(self, bloco: bytes) -> None:
        if self._arquivo is None:
            self._arquivo = tempfile.TemporaryFile(prefix="bbb-corpo-")  # noqa: SIM115 (fecha em `fechar`)
        self._arquivo.write(bloco)

    async def partes(self) -> AsyncIterator[bytes]:
        """Tudo o que chegou, em pelo menos um pedaço (vazio se nada chegou). Só depois do último `guardar`."""
        if self._arquivo is None:
            yield bytes(self._memoria)
            return
        await self._escoar()
        laco = asyncio.get_running_loop()
        await laco.run_in_executor(_disco, self._arquivo.seek, 0)
        while parte := await laco.run_in_executor(_disco, self._arquivo.read, PEDACO):
            yield parte

    def fechar(self) -> None:
        if self._arquivo is not None:
            self._arquivo.close()


class Vagas:
    """Quantos corpos grandes cabem ao mesmo tempo. Só é usada no laço de eventos."""

    def __init__(
        self, corpos: int = CORPOS_GRANDES, bytes_: int = BYTES_GRANDES, por_origem: int = GRANDES_POR_ORIGEM
    ) -> None:
        self._corpos = corpos
        self._bytes = bytes_
        self._por_origem = por_origem
        self._de: Counter[str] = Counter()

    @contextmanager
    def ocupar(self, origem: str, tamanho: int) -> Iterator[None]:
        """Levanta `Cheio` se não cabe mais um."""
        if self._corpos < 1 or self._bytes < tamanho or self._de[origem] >= self._por_origem:
            raise Cheio
        self._corpos -= 1
        self._bytes -= tamanho
        self._de[origem] += 1
        try:
            yield
        finally:
            self._corpos += 1
            self._bytes += tamanho
            self._de[origem] -= 1
            if not self._de[origem]:
                del self._de[origem]


class Cheio(Exception):
    """Há corpos grandes demais ao mesmo tempo, ou o disco temporário encheu."""


class _Desligou(Exception):
    """O navegador foi embora antes de mandar tudo."""


class _Trecho:
    """O arquivo que a view manda entregar em vez de um corpo: a porta o manda sem ocupar thread nem memória."""

    def __init__(self) -> None:
        self.arquivo: IO[bytes] | None = None
        self.quantos = 0

    def entregar(self, arquivo: IO[bytes], inicio: int, quantos: int) -> None:
        """`quantos` bytes a partir de `inicio`; a view já pôs o `Content-Length`. Quem fecha o arquivo é a porta."""
        arquivo.seek(inicio)
        self.arquivo, self.quantos = arquivo, quantos

    def fechar(self) -> None:
        if self.arquivo is not None:
            self.arquivo.close()


class Corpo:
    """Aplicação ASGI. `maximo(caminho)` dá os bytes aceitos. Além deles, o resto não é guardado e quem responde é
    `grande`; se ela devolve `None`, é o próprio endereço, que recebe o tamanho verdadeiro e nenhum corpo. Sem vaga para
    um corpo grande, quem responde é `cheio`.

    Uma view que serve um arquivo o passa a `request.META["asgi.scope"]["entregar"]` (`_Trecho.entregar`) e responde só
    com os cabeçalhos.
    """

    def __init__(
        self,
        aplicacao: Aplicacao,
        maximo: Callable[[str], int],
        grande: Callable[[str], list[Mensagem] | None],
        cheio: Callable[[], list[Mensagem]],
    ) -> None:
        self._aplicacao = aplicacao
        self._maximo = maximo
        self._grande = grande
        self._cheio = cheio
        self._vagas = Vagas()

    async def __call__(self, scope: Escopo, receive: Receber, send: Enviar) -> None:
        if scope["type"] != "http":
            await self._aplicacao(scope, receive, send)
            return
        maximo = self._maximo(scope["path"])
        valores = [valor for nome, valor in scope["headers"] if nome == b"content-length"]
        declarado = int(valores[0]) if valores and valores[0].isdigit() else None
        origem = scope["client"][0] if scope.get("client") else ""
        corpo = Deposito()
        try:
            if declarado is not None and declarado > NA_MEMORIA and declarado <= maximo:
                with self._vagas.ocupar(origem, declarado):
                    await self._receber(corpo, receive, maximo)
                    await self._atender(scope, receive, send, corpo, maximo, declarado)
            else:
                mais = declarado is None or declarado <= maximo
                if mais:
                    mais = await self._receber(corpo, receive, min(maximo, NA_MEMORIA))
                if declarado is None and NA_MEMORIA < corpo.tamanho <= maximo:
                    # Em pedaços, sem dizer quanto: reserva o máximo.
                    with self._vagas.ocupar(origem, maximo):
                        if mais:
                            await self._receber(corpo, receive, maximo)
                        await self._atender(scope, receive, send, corpo, maximo, declarado)
                else:
                    await self._atender(scope, receive, send, corpo, maximo, declarado)
        except Cheio:
            for mensagem in self._cheio():
                await send(mensagem)
        except _Desligou:
            pass
        finally:
            corpo.fechar()

    async def _receber(self, corpo: Deposito, receive: Receber, maximo: int) -> bool:
        """Até o fim do corpo, ou até passar de `maximo`; devolve se ainda vem mais. Levanta `_Desligou` ou `Cheio`."""
        mais = True
        while mais and corpo.tamanho <= maximo:
            mensagem = await receive()
            if mensagem["type"] == "http.disconnect":
                raise _Desligou
            try:
                await corpo.guardar(mensagem.get("body", b""))
            except OSError as erro:
                registro_de_erros.error("o disco temporário não aceita o corpo de um pedido: %s", erro)
                raise Cheio from None
            mais = mensagem.get("more_body", False)
        return mais

    async def _atender(
        self, scope: Escopo, receive: Receber, send: Enviar, corpo: Deposito, maximo: int, declarado: int | None
    ) -> None:
        grande = declarado is not None and declarado > maximo
        if grande or corpo.tamanho > maximo:
            resposta_pronta = self._grande(scope["path"])
            if resposta_pronta is not None:
                for mensagem in resposta_pronta:
                    await send(mensagem)
                return
        tamanho = declarado if grande else corpo.tamanho
        cabecalhos = [par for par in scope["headers"] if par[0] not in (b"content-length", b"transfer-encoding")]
        if declarado is not None or corpo.tamanho:
            cabecalhos.append((b"content-length", str(tamanho).encode()))
        partes = corpo.partes()
        falta = corpo.tamanho

        async def entregar() -> Mensagem:
            nonlocal falta
            parte = await anext(partes, b"")
            falta -= len(parte)
            return {"type": "http.request", "body": parte, "more_body": bool(parte) and falta > 0}

        inicio: list[Mensagem] = []
        resposta, trecho = Deposito(), _Trecho()

        async def guardar(mensagem: Mensagem) -> None:
            if mensagem["type"] == "http.response.start":
                inicio.append(mensagem)
            else:
                await resposta.guardar(mensagem.get("body", b""))

        try:
            escopo = {**scope, "headers": cabecalhos, "entregar": trecho.entregar}
            await self._aplicacao(escopo, entregar, guardar)
            for mensagem in inicio:
                await send(mensagem)
            if trecho.arquivo is not None:
                await self._mandar(trecho.arquivo, trecho.quantos, receive, send)
                return
            async for parte in resposta.partes():
                await send({"type": "http.response.body", "body": parte, "more_body": True})
            await send({"type": "http.response.body", "body": b""})
        finally:
            resposta.fechar()
            trecho.fechar()

    async def _mandar(self, arquivo: IO[bytes], falta: int, receive: Receber, send: Enviar) -> None:
        """O arquivo, no passo de quem o lê. Para se o navegador vai embora; um arquivo que encolheu corta a conexão."""
        laco = asyncio.get_running_loop()
        # O corpo do pedido já foi lido: o que ainda pode chegar é a despedida.
        despedida = asyncio.ensure_future(receive())
        try:
            while falta and not despedida.done():
                parte = await laco.run_in_executor(_disco, arquivo.read, min(PEDACO, falta))
                if not parte:
                    break
                falta -= len(parte)
                await send({"type": "http.response.body", "body": parte, "more_body": falta > 0})
        finally:
            despedida.cancel()
