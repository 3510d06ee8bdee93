"""A conexão de uma thread com o RabbitMQ: publica, espera a confirmação até um limite, e diz o que foi confirmado.

É feita sobre o `amqp` (o cliente do Celery), e não sobre os produtores do Celery: a espera deles pela confirmação conta
de novo a cada quadro que chega, e não tem fim certo. Só se importa com `BROKER_URL`.
"""

import json
import logging
import socket
import time
from collections.abc import Sequence
from typing import Any, Final, NamedTuple
from uuid import UUID

import amqp
from amqp.basic_message import Message
from amqp.exceptions import AMQPError
from django.conf import settings

from votacao import topologia

CONEXAO: Final = 1.0
"""Segundos para abrir uma conexão."""
DESCANSO: Final = 0.2
"""Segundos, depois de uma conexão que falhou, em que se responde logo que não há broker."""
PARADA: Final = 2.0
"""Segundos sem uso, depois dos quais se olha se a conexão ainda vive antes de confiar nela."""

registro_de_avisos = logging.getLogger("votacao.fila")


class Carta(NamedTuple):
    """Uma remessa pronta para publicar."""

    serie: UUID
    numero: int
    votos: int
    texto: str


class SemConfirmacao(Exception):
    """O broker não está, está bloqueado, ou não confirmou a tempo."""


class Carteiro:
    """De uma thread só."""

    def __init__(self) -> None:
        self._conexao: Any = None
        self._canal: Any = None
        self._publicadas = 0
        self._resposta: dict[int, bool] = {}
        self._esperadas: range = range(0)
        self._bloqueada = False
        self._usada_em = 0.0
        self._falhou_em = float("-inf")
        self._avisou = False

    def entregar(self, cartas: Sequence[Carta], limite: float) -> list[bool]:
        """Publica e diz, de cada uma, se o broker a confirmou. O que não confirmou pode ter chegado ou não.

        `limite`, no relógio monotônico. Não levanta: sem broker, nenhuma é confirmada.
        """
        # Uma confirmação que chegue atrasada é das cartas de antes, e não pode passar por uma destas.
        self._resposta, self._esperadas = {}, range(0)
        if not cartas:
            return []
        nova = self._canal is None
        try:
            try:
                self._publicar(cartas, limite)
            except (OSError, AMQPError) as erro:
                if nova or isinstance(erro, TimeoutError):
                    raise
                # A conexão tinha morrido sem aviso. A mesma remessa outra vez é uma entrega repetida, e conta uma só.
                self.fechar()
                self._resposta, self._esperadas = {}, range(0)
                self._publicar(cartas, limite)
        except SemConfirmacao as erro:
            self._avisar(erro)
        except (OSError, AMQPError) as erro:
            self.fechar()
            self._avisar(erro)
        else:
            if self._avisou:
                self._avisou = False
                registro_de_avisos.warning("a fila voltou a confirmar")
        confirmadas = [self._resposta.get(marca, False) for marca in self._esperadas]
        return confirmadas if self._resposta else [False] * len(cartas)

    def prontas(self) -> dict[str, int]:
        """Mensagens prontas em cada fila, sem as que já estão com um trabalhador. Levanta `OSError` ou `AMQPError`."""
        canal = self._abrir(time.monotonic() + 2 * CONEXAO)
        with self._conexao.transport.having_timeout(CONEXAO):
            return {
                fila: canal.queue_declare(fila, passive=True).message_count
                for fila in (topologia.FILA, topologia.MORTOS)
            }

    def fechar(self) -> None:
        """Sem a despedida do protocolo, que esperaria por um broker que não lê."""
        conexao, self._conexao, self._canal = self._conexao, None, None
        self._bloqueada = False
        if conexao is not None:
            conexao.collect()

    def _publicar(self, cartas: Sequence[Carta], limite: float) -> None:
        canal = self._abrir(limite)
        primeira = self._publicadas + 1
        self._esperadas = range(primeira, primeira + len(cartas))
        for carta in cartas:
            self._publicadas += 1
            canal.basic_publish(em_mensagem(carta), routing_key=topologia.FILA, mandatory=True, timeout=_resta(limite))
        while len(self._resposta) < len(cartas):
            if self._bloqueada:
                raise SemConfirmacao("o broker está com um alarme de memória ou de disco, e não recebe")
            self._conexao.drain_events(timeout=_resta(limite))
        self._usada_em = time.monotonic()

    def _abrir(self, limite: float) -> Any:
        if self._canal is not None and (self._bloqueada or time.monotonic() - self._usada_em > PARADA):
            self._ouvir()
        if self._bloqueada:
            # Fica nesta conexão: cada uma nova poria mais uma mensagem num broker que pediu para parar.
            raise SemConfirmacao("o broker está com um alarme de memória ou de disco, e não recebe")
        if self._canal is not None:
            return self._canal
        if time.monotonic() - self._falhou_em < DESCANSO:
            raise SemConfirmacao("o broker não respondeu há pouco")
        broker = settings.BROKER
        if broker is None:
            raise SemConfirmacao("a fila está desligada")
        conexao = amqp.Connection(
            host=f"{broker.servidor}:{broker.porta}",
            userid=broker.usuario,
            password=broker.senha,
            virtual_host=broker.vhost,
            connect_timeout=min(CONEXAO, _resta(limite)),
            on_blocked=self._bloquear,
            on_unblocked=self._desbloquear,
            # Entre dois votos ninguém atende a conexão: quem vê que ela morreu é o núcleo, ou o próximo voto.
            heartbeat=0,
            socket_settings={socket.TCP_USER_TIMEOUT: 5000},
        )
        try:
            conexao.connect()
            with conexao.transport.having_timeout(min(CONEXAO, _resta(limite))):
                canal = conexao.channel()
                canal.confirm_select()
                topologia.declarar(canal)
        except BaseException:
            self._falhou_em = time.monotonic()
            conexao.collect()
            raise
        canal.events["basic_ack"].add(self._ack)
        canal.events["basic_nack"].add(self._nack)
        canal.events["basic_return"].add(self._devolvida)
        self._conexao, self._canal = conexao, canal
        self._publicadas = 0
        self._bloqueada = False
        self._usada_em = time.monotonic()
        return canal

    def _ouvir(self) -> None:
        """O que o broker tenha dito enquanto ninguém ouvia: que fechou, que bloqueou, que desbloqueou."""
        try:
            while True:
                self._conexao.drain_events(timeout=0.001)
        except TimeoutError:
            pass
        except (OSError, AMQPError):
            self.fechar()

    def _ack(self, marca: int, multiplo: bool) -> None:
        self._anotar(marca, multiplo, confirmada=True)

    def _nack(self, marca: int, multiplo: bool) -> None:
        self._anotar(marca, multiplo, confirmada=False)

    def _anotar(self, marca: int, multiplo: bool, *, confirmada: bool) -> None:
        for esta in self._esperadas if multiplo else (marca,):
            if esta <= marca and esta in self._esperadas:
                self._resposta.setdefault(esta, confirmada)

    def _devolvida(self, erro: Exception, *_: Any) -> None:
        # Não há fila com aquele nome. A confirmação viria a seguir, e não vale nada.
        registro_de_avisos.error("o broker devolveu uma remessa: %s", erro)
        raise AMQPError("a fila de votos não existe no broker")

    def _bloquear(self, motivo: str = "") -> None:
        self._bloqueada = True

    def _desbloquear(self) -> None:
        self._bloqueada = False

    def _avisar(self, erro: Exception) -> None:
        if not self._avisou:
            self._avisou = True
            registro_de_avisos.warning("a fila não confirma (%s): 503 até ela voltar", erro or type(erro).__name__)


def em_mensagem(carta: Carta) -> Message:
    """A mensagem que um trabalhador do Celery entende (protocolo 2 das tarefas):
    https://docs.celeryq.dev/en/stable/internals/protocol.html"""
    tarefa = f"{carta.serie}-{carta.numero}"
    return Message(
        json.dumps([[carta.texto], {}, {"callbacks": None, "errbacks": None, "chain": None, "chord": None}]),
        content_type="application/json",
        content_encoding="utf-8",
        delivery_mode=2,
        correlation_id=tarefa,
        application_headers={
            "lang": "py",
            "task": topologia.TAREFA,
            "id": tarefa,
            "root_id": tarefa,
            "parent_id": None,
            "group": None,
            "eta": None,
            "expires": None,
            "retries": 0,
            "timelimit": [None, None],
            # Sem a remessa inteira nos registros do trabalhador.
            "argsrepr": f"({carta.votos} votos)",
            "kwargsrepr": "{}",
            "origin": "urna",
            "ignore_result": True,
        },
    )


def _resta(limite: float) -> float:
    """Segundos. Levanta `TimeoutError` no limite."""
    resta = limite - time.monotonic()
    if resta <= 0:
        raise TimeoutError("o broker não confirmou a tempo")
    return resta
