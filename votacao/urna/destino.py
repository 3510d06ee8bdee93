"""Para onde vai um lote de votos aceitos: direto ao livro ou, com `BROKER_URL`, à fila. As duas portas perguntam aqui.

Na fila, um voto é prometido depois de o broker confirmar que o tem em disco, e a promessa é outra: «recebido, sendo
contado». Quem o conta é um trabalhador (`votacao.recebimento`), pela hora em que foi aceito.
"""

import os
import threading
import time
from collections import OrderedDict
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Final, NamedTuple

from django.conf import settings

from votacao import registro, remessas
from votacao.recusas import CedulaUsada, Recusa, UrnaIndisponivel
from votacao.registro import Contado, Desfecho, VotoAceito
from votacao.remessas import Remessa
from votacao.urna.remetente import REMESSAS_POR_SERIE, Remetente, SerieLocal

JANELA: Final = 0.02
"""Segundos entre duas publicações de uma thread, se a primeira ainda é recente: no pico as remessas ficam maiores, e o
trabalhador, que gasta quase o mesmo com uma de 20 votos ou de 400, não fica para trás. Quem vota sozinho não espera."""
LEMBRADOS: Final = 50_000
"""Votos recebidos na memória, para os seus comprovantes (uns 15 MB)."""


class Recebido(NamedTuple):
    """O voto está na fila, em disco, à espera de ser contado."""

    participante: int
    paredao: int
    recebido_em: float
    """Segundos desde 1970, inteiros."""
    modalidade: int


Resultado = Desfecho | Recebido


class Recebidos:
    """Os últimos votos que este processo pôs na fila. Só ele sabe deles até serem contados."""

    def __init__(self) -> None:
        self._trinco = threading.Lock()
        self._votos: OrderedDict[bytes, Recebido] = OrderedDict()

    def lembrar(self, chave: bytes, recebido: Recebido) -> None:
        with self._trinco:
            # A mesma cédula com outra escolha não apaga a primeira, que é a que vale.
            self._votos.setdefault(chave, recebido)
            if len(self._votos) > LEMBRADOS:
                self._votos.popitem(last=False)

    def ver(self, chave: bytes) -> Recebido | None:
        return self._votos.get(chave)


class Fila:
    """A porta deste processo para a fila: um remetente, e um carteiro por thread."""

    def __init__(self) -> None:
        self.remetente = Remetente()
        self.recebidos = Recebidos()
        self._da_thread = threading.local()

    @contextmanager
    def vez(self, limite: float) -> Iterator[None]:
        """Durante a espera a fila da urna cresce, e a remessa com ela."""
        espera = getattr(self._da_thread, "publicou_em", 0.0) + JANELA - time.monotonic()
        if espera > 0:
            time.sleep(min(espera, JANELA))
        yield

    def entregar(self, votos: Sequence[VotoAceito], limite: float) -> list[Resultado | type[Recusa]]:
        """Publica os votos e diz, de cada um, se está na fila. Os que têm `recusa` não são para aqui (`tardios`).

        Levanta `UrnaIndisponivel` se nenhum pode ser prometido. `limite`, no relógio monotônico.
        """
        from votacao.urna.carteiro import Carta, Carteiro  # só com BROKER_URL

        self.remetente.exigir()
        aqui = self._da_thread
        lembrados = {voto.id: lembrado for voto in votos if (lembrado := self.recebidos.ver(voto.id)) is not None}
        if not hasattr(aqui, "carteiro"):
            aqui.carteiro, aqui.series = Carteiro(), {}
        aqui.publicou_em = time.monotonic()
        por_paredao: dict[int, list[VotoAceito]] = {}
        for voto in votos:
            if voto.id not in lembrados and self.remetente.cabe(voto.aceito_em):
                por_paredao.setdefault(voto.paredao, []).append(voto)
        envios: list[tuple[SerieLocal, list[VotoAceito]]] = []
        cartas: list[Carta] = []
        for paredao, seus in por_paredao.items():
            serie: SerieLocal = aqui.series.get(paredao) or aqui.series.setdefault(paredao, SerieLocal(paredao))
            remessa = Remessa(serie.id, serie.ate + 1, paredao, tuple(seus))
            envios.append((serie, seus))
            cartas.append(Carta(serie.id, remessa.numero, len(seus), remessas.escrever(remessa)))
        prometidos: set[int] = set()
        for (serie, seus), confirmada in zip(envios, aqui.carteiro.entregar(cartas, limite), strict=True):
            if not confirmada:
                # Não se sabe se chegou: a série acaba no número anterior. Se chegou, conta, e ninguém espera por ela.
                del aqui.series[serie.paredao]
                continue
            corte = self.remetente.confirmar(serie, len(seus))
            prometidos.update(id(voto) for voto in seus if voto.aceito_em >= corte)
            if serie.ate >= REMESSAS_POR_SERIE:
                del aqui.series[serie.paredao]
        if not (prometidos or lembrados):
            raise UrnaIndisponivel
        agora = float(int(time.time()))
        resultados: list[Resultado | type[Recusa]] = []
        for voto in votos:
            lembrado = lembrados.get(voto.id)
            if lembrado is not None:
                # Este processo já a tem na fila: a mesma escolha é o mesmo voto, e outra chegou depois.
                resultados.append(lembrado if lembrado.participante == voto.participante else CedulaUsada)
            elif id(voto) in prometidos:
                recebido = Recebido(voto.participante, voto.paredao, agora, voto.modalidade)
                self.recebidos.lembrar(voto.id, recebido)
                resultados.append(recebido)
            else:
                resultados.append(UrnaIndisponivel)
        return resultados

    def tardios(self, votos: Sequence[VotoAceito], limite: float) -> list[Resultado | type[Recusa]]:
        """Os que chegaram fora de hora: a mesma escolha de uma cédula já contada, ou que este processo já tem na fila,
        tem o seu comprovante; o resto, a recusa. Levanta `UrnaIndisponivel` se o livro não responde."""
        contados = registro.procurar([voto.id for voto in votos])
        resultados: list[Resultado | type[Recusa]] = []
        for voto in votos:
            achado: Contado | Recebido | None = contados.get(voto.id) or self.recebidos.ver(voto.id)
            if achado is not None and achado.participante == voto.participante:
                resultados.append(achado)
            else:
                resultados.append(voto.recusa or UrnaIndisponivel)
        return resultados

    def fechar_thread(self) -> None:
        """Fecha a conexão da thread que chama."""
        if hasattr(self._da_thread, "carteiro"):
            self._da_thread.carteiro.fechar()


_fila: Fila | None = None
_trinco = threading.Lock()


def fila() -> Fila | None:
    """A fila deste processo; `None` sem `BROKER_URL`. Feita no primeiro voto: antes, não se fala com ninguém."""
    global _fila
    if settings.BROKER is None:
        return None
    if _fila is None:
        with _trinco:
            if _fila is None:
                _fila = Fila()
    return _fila


def entregar(voto: VotoAceito) -> Resultado:
    """Um voto da porta do Django: no livro, ou na fila. Levanta `UrnaIndisponivel`."""
    nossa = fila()
    if nossa is None:
        (desfecho,) = registro.gravar([voto])
        return desfecho
    limite = time.monotonic() + registro.ESPERA_MAXIMA
    fazer = nossa.entregar if voto.recusa is None else nossa.tardios
    (resultado,) = fazer([voto], limite)
    return resultado


def lembrado(chave: bytes) -> Recebido | None:
    """O voto que este processo pôs na fila com esta chave, se ainda se lembra dele."""
    return None if _fila is None else _fila.recebidos.ver(chave)


def encerrar() -> None:
    """A última declaração deste processo à fila. Chame depois de responder tudo."""
    global _fila
    nossa, _fila = _fila, None
    if nossa is not None:
        nossa.remetente.encerrar()


def _esquecer_no_filho() -> None:
    """Um processo nascido deste não é ele: registra-se com outro nome, e abre as suas conexões."""
    global _fila, _trinco
    _fila, _trinco = None, threading.Lock()


os.register_at_fork(after_in_child=_esquecer_no_filho)
