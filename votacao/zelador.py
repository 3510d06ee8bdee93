"""Cuida do que a fila deixa por resolver: processos que morreram sem a última declaração, e remessas mortas.

Um remetente só se encerra sem a sua palavra quando se sabe duas coisas: que já não promete votos (o processo não existe
mais nesta máquina, ou calou-se por mais do que o arrendamento) e que não há nada dele por contar: as duas filas
estiveram vazias, sem falhar, por `FILA_VAZIA_POR` segundos. Uma remessa que um trabalhador tinha na mão nesse tempo foi
contada (com o banco no ar, uma tentativa dura `recebimento.ESPERA_MAXIMA`), ou voltou à fila, e outro a contou.
"""

import logging
import threading
import time
from collections.abc import Callable
from typing import Final
from uuid import UUID

from django.db import DatabaseError, InterfaceError, connection
from django.utils import timezone

from votacao import pendencias, recebimento, registro
from votacao.models import Remessa as Tratada
from votacao.models import Remetente
from votacao.recusas import UrnaIndisponivel
from votacao.remessas import Remessa
from votacao.urna import remetente as remetentes

FILA_VAZIA_POR: Final = 60.0
"""Segundos: mais do que dois batimentos do trabalhador (`broker_heartbeat`), que devolvem o que tem em mãos um que
congelou, e as tentativas do seguinte."""
INTERVALO: Final = 2.0
"""Segundos entre dois olhares."""

registro_de_avisos = logging.getLogger("votacao.fila")


def sumidos() -> list[Remetente]:
    """Os que certamente já não prometem votos, e não o disseram."""
    vivos = Remetente.objects.filter(encerrado_em__isnull=True)
    return [um for um in vivos if remetentes.certamente_morto(um) or remetentes.arrendamento_vencido(um)]


class Zelador:
    """Uma ronda de cada vez. `prontas` diz quantas mensagens há em cada fila; levanta se o broker não responde."""

    def __init__(self, prontas: Callable[[], dict[str, int]], erros: tuple[type[Exception], ...]) -> None:
        self._prontas = prontas
        self._erros = erros
        self._vazia_desde: float | None = None
        self._esperados: dict[UUID, float] = {}

    def rondar(self) -> list[Remetente]:
        """Encerra os sumidos que já se pode encerrar, e os devolve. Só olha a fila se há algum."""
        achados = sumidos()
        if not achados:
            self._vazia_desde = None
            return []
        agora = time.monotonic()
        try:
            vazia = not any(self._prontas().values())
        except self._erros:
            vazia = False
        if not vazia:
            self._vazia_desde = None
            return []
        if self._vazia_desde is None:
            self._vazia_desde = agora
        conhecidos = {um.pk: self._esperados.get(um.pk, agora) for um in achados}
        self._esperados = conhecidos
        encerrados = []
        for um in achados:
            # Vazia desde antes não basta: vazia desde que se sabe que ele morreu.
            if agora - max(self._vazia_desde, conhecidos[um.pk]) >= FILA_VAZIA_POR:
                with registro.vez_de_escrever(time.monotonic() + registro.ESPERA_MAXIMA, vigiado=False):
                    pendencias.encerrar_remetente(
                        um.pk, por_que="morreu; nada dele restava na fila", agora=timezone.now()
                    )
                encerrados.append(um)
        return encerrados


def zelar(zelador: Zelador, parar: threading.Event) -> None:
    """Ronda até `parar`. Nenhum erro a detém: fica para a próxima."""
    try:
        while not parar.wait(INTERVALO):
            try:
                for um in zelador.rondar():
                    registro_de_avisos.warning("remetente sumido encerrado, com a fila vazia: %s", um)
            except (DatabaseError, InterfaceError, UrnaIndisponivel):
                connection.close()
            except Exception:
                registro_de_avisos.exception("a ronda da fila falhou")
    finally:
        connection.close()


def descartar(remessa: Remessa) -> bool:
    """A produção desiste de uma remessa morta: ninguém espera mais por ela. `False` se já tinha sido tratada."""
    with registro.vez_de_escrever(time.monotonic() + registro.ESPERA_MAXIMA, vigiado=False):
        return recebimento.anotar(remessa, Tratada.Desfecho.DESCARTADA)
