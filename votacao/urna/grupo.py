"""Trabalho em grupo: o que chega junto é feito junto, por uma thread, e só então cada um é respondido.

É o motor da urna. Um grupo grava votos, outro lê comprovantes; nenhum dos dois sabe o que é HTTP.
"""

import asyncio
import logging
import threading
import time
from collections import deque
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, nullcontext
from typing import Generic, TypeVar

from django.db import connection

from votacao.recusas import Recusa, UrnaIndisponivel

P = TypeVar("P")
R = TypeVar("R")

LOTE_MAXIMO = 2000
"""Pedidos feitos juntos, no máximo: uma transação curta."""
PENDENTES_MAXIMOS = 20_000
"""Pedidos à espera num processo (uns 10 MB). Além disso, 503 na hora."""
PRAZO = 2.7
"""Segundos até desistir de um pedido e responder 503; o contrato promete menos de 3."""

FOLGA = 0.4
"""Segundos do prazo reservados para a própria gravação, depois de vencida a espera por outro escritor."""

registro_de_erros = logging.getLogger("votacao.urna")


class _Pedido(Generic[P, R]):
    __slots__ = ("chegou", "conteudo", "responder", "respondido")

    def __init__(self, conteudo: P, responder: "Callable[[R | type[Recusa]], None]", chegou: float) -> None:
        self.conteudo = conteudo
        self.responder = responder
        self.chegou = chegou
        self.respondido = False


class Grupo(Generic[P, R]):
    """Uma fila, uma thread, um laço de eventos. `depositar` e as respostas acontecem só no laço."""

    def __init__(
        self,
        nome: str,
        fazer: Callable[[Sequence[P], float], Sequence[R | type[Recusa]]],
        vez: Callable[[float], AbstractContextManager[object]] = nullcontext,
        medir: Callable[[Sequence[float], Sequence[object]], None] | None = None,
    ) -> None:
        """`vez` é a espera por outros processos, durante a qual a fila ainda cresce; `fazer` recebe os pedidos. Os dois
        sabem até quando (relógio monotônico) podem esperar, e levantam `UrnaIndisponivel`. `medir` recebe, de cada lote
        feito, quando chegou cada pedido (o mesmo relógio, em ordem) e o que lhe coube."""
        self._nome = nome
        self._vez = vez
        self._fazer = fazer
        self._medir = medir
        self._fila: deque[_Pedido[P, R]] = deque()
        self._em_curso: list[_Pedido[P, R]] = []
        self._ha_trabalho = threading.Event()
        # Quem tira um pedido da fila ou o dá por perdido segura este trinco: nunca as duas coisas com o mesmo.
        self._trinco = threading.Lock()
        self._parar = False
        self._thread: threading.Thread | None = None
        self._laco: asyncio.AbstractEventLoop | None = None
        self._vigia: asyncio.TimerHandle | None = None

    def iniciar(self, laco: asyncio.AbstractEventLoop) -> None:
        self._laco = laco
        self._parar = False
        self._thread = threading.Thread(target=self._trabalhar, name=self._nome, daemon=True)
        self._thread.start()
        self._vigiar()

    async def encerrar(self) -> None:
        """Termina o que está pendente e para. O servidor já não aceita pedidos novos."""
        if self._thread is None or self._laco is None:
            return
        self._parar = True
        self._ha_trabalho.set()
        # Se outro processo segura a vez para além do prazo, o vigia responde 503 e não se espera mais por ele.
        await self._laco.run_in_executor(None, self._thread.join, PRAZO + FOLGA)
        # As respostas do último lote foram postas no laço antes do fim da thread: deixe-as sair.
        await asyncio.sleep(0)
        if self._vigia is not None:
            self._vigia.cancel()
        self._thread = None

    def depositar(self, conteudo: P, responder: "Callable[[R | type[Recusa]], None]") -> None:
        """`responder` é chamado uma vez, no laço, com o resultado ou com a `Recusa`; nunca antes de estar feito."""
        if len(self._fila) >= PENDENTES_MAXIMOS or self._parar:
            responder(UrnaIndisponivel)
            return
        self._fila.append(_Pedido(conteudo, responder, time.monotonic()))
        if not self._ha_trabalho.is_set():
            self._ha_trabalho.set()

    def pendentes(self) -> int:
        return len(self._fila) + len(self._em_curso)

    # --- na thread ---

    def _trabalhar(self) -> None:
        try:
            while True:
                self._ha_trabalho.wait()
                # Apaga o aviso antes de olhar a fila: quem depositar depois disto avisa de novo.
                self._ha_trabalho.clear()
                while self._fila:
                    self._fazer_lote()
                if self._parar:
                    return
        finally:
            connection.close()

    def _fazer_lote(self) -> None:
        with self._trinco:
            # Os que o vigia já respondeu não contam para o prazo dos outros.
            while self._fila and self._fila[0].respondido:
                self._fila.popleft()
            if not self._fila:
                return
            limite = self._fila[0].chegou + PRAZO - FOLGA
        lote: list[_Pedido[P, R]] = []
        resultados: Sequence[R | type[Recusa]]
        try:
            with self._vez(limite):
                lote = self._tirar()
                if not lote:
                    return
                resultados = self._fazer([pedido.conteudo for pedido in lote], lote[0].chegou + PRAZO - FOLGA)
        except UrnaIndisponivel as erro:
            lote = lote or self._tirar()
            registro_de_erros.warning("%s: %d sem resposta durável: %s", self._nome, len(lote), erro.__cause__)
            resultados = [UrnaIndisponivel] * len(lote)
        except Exception:
            lote = lote or self._tirar()
            registro_de_erros.exception("%s: falha inesperada em %d pedidos", self._nome, len(lote))
            resultados = [UrnaIndisponivel] * len(lote)
        self._em_curso = []
        if self._medir is not None:
            self._medir([pedido.chegou for pedido in lote], resultados)
        if self._laco is not None and not self._laco.is_closed():
            self._laco.call_soon_threadsafe(self._entregar, lote, resultados)

    def _tirar(self) -> list[_Pedido[P, R]]:
        lote: list[_Pedido[P, R]] = []
        with self._trinco:
            while self._fila and len(lote) < LOTE_MAXIMO:
                pedido = self._fila.popleft()
                if not pedido.respondido:
                    lote.append(pedido)
            self._em_curso = lote
        return lote

    # --- no laço ---

    def _entregar(self, lote: list[_Pedido[P, R]], resultados: Sequence[R | type[Recusa]]) -> None:
        for pedido, resultado in zip(lote, resultados, strict=True):
            if not pedido.respondido:
                pedido.respondido = True
                self._responder(pedido, resultado)

    def _responder(self, pedido: _Pedido[P, R], resultado: R | type[Recusa]) -> None:
        try:
            pedido.responder(resultado)
        except Exception:
            # Uma conexão com defeito não pode calar as outras do lote, nem parar o vigia.
            registro_de_erros.exception("%s: a resposta a um pedido falhou", self._nome)

    def _vigiar(self) -> None:
        """Responde 503 a quem esperou demais. O que ainda está na fila não será feito.

        Um lote em curso só passa do prazo se o próprio disco parar no meio da transação: aí o desfecho é desconhecido,
        e é a mesma cédula, enviada de novo, que o revela.
        """
        limite = time.monotonic() - PRAZO
        atrasados: list[_Pedido[P, R]] = []
        with self._trinco:
            for pedidos in (self._em_curso, self._fila):
                for pedido in pedidos:
                    if pedido.chegou > limite:
                        break
                    if not pedido.respondido:
                        pedido.respondido = True
                        atrasados.append(pedido)
        for pedido in atrasados:
            self._responder(pedido, UrnaIndisponivel)
        if self._laco is not None:
            self._vigia = self._laco.call_later(0.1, self._vigiar)
