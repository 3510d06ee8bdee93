"""O Celery dos trabalhadores da fila de votos. Só `manage.py trabalhar` o importa; quem publica não precisa dele.

Com as omissões do Celery e do RabbitMQ, uma mensagem se perde quando um trabalhador morre. Cada linha abaixo está aqui
por um motivo, ao lado dela.
"""

import logging
from typing import Any, ClassVar

from celery import Celery
from celery.worker.consumer import Consumer
from django.conf import settings
from kombu import Queue

from votacao import topologia

app = Celery("bbb", set_as_current=True)
app.conf.update(
    broker_url=settings.BROKER.url if settings.BROKER else None,
    # A mesma fila, com os mesmos argumentos, de quem publica: com outros, o RabbitMQ recusaria.
    task_queues=[
        Queue(topologia.FILA, routing_key=topologia.FILA, exchange="", queue_arguments=topologia.ARGUMENTOS),
    ],
    task_default_queue=topologia.FILA,
    task_default_queue_type="quorum",
    # Uma fila que não está aqui não se cria por engano, com outra durabilidade.
    task_create_missing_queues=False,
    # A mensagem só sai da fila depois de os votos estarem no banco: a omissão é tirá-la antes de começar.
    task_acks_late=True,
    # Um processo morto no meio (kill -9, falta de memória) devolve a sua: a omissão é dá-la por feita.
    task_reject_on_worker_lost=True,
    # Uma tarefa que falha não é dada por feita: vai para `votos.mortos`, e quem opera a vê.
    task_acks_on_failure_or_timeout=False,
    # Uma mensagem por processo: quem está à espera do banco não segura as dos outros.
    worker_prefetch_multiplier=1,
    # O prefetch de uma fila quorum é por consumidor, e não muda depois.
    worker_detect_quorum_queues=True,
    # Ninguém espera o resultado da tarefa: o comprovante lê o livro.
    task_ignore_result=True,
    task_store_errors_even_if_ignored=False,
    # Sem a conexão, a mensagem volta à fila e outro a conta: o que este estava a fazer não serve para nada.
    worker_cancel_long_running_tasks_on_connection_loss=True,
    # O RabbitMQ pode estar a subir, ou cair: espera-se por ele sem limite, na partida e depois.
    broker_connection_retry_on_startup=True,
    broker_connection_max_retries=None,
    # Segundos: um trabalhador congelado (ou a rede) devolve o que tem em mãos em menos de dois destes.
    broker_heartbeat=10,
    # Segundos, na parada, para acabar as que estão em curso; depois voltam à fila.
    worker_soft_shutdown_timeout=8.0,
    worker_enable_soft_shutdown_on_idle=False,
    # Só o que nós escrevemos: nada que execute ao ser lido.
    accept_content=["json"],
    task_serializer="json",
    # As linhas de registro são as do projeto (settings.LOGGING), sem dados pessoais.
    worker_hijack_root_logger=False,
    worker_redirect_stdouts=False,
    # Eventos e controle remoto são para monitores que não usamos, e criam filas por trabalhador.
    worker_send_task_events=False,
    worker_enable_remote_control=False,
    timezone=settings.TIME_ZONE,
    imports=["votacao.tasks"],
)


registro_de_avisos = logging.getLogger("votacao.fila")


class Consumidor(Consumer):
    """O do Celery dá por feita uma mensagem que não sabe decifrar. Aqui ela vai para `votos.mortos`, como as outras.

    E, diante de uma fila quorum, cria 28 filas para tarefas com hora marcada, que não há: sem esse passo.
    """

    class Blueprint(Consumer.Blueprint):
        default_steps: ClassVar = [
            passo for passo in Consumer.Blueprint.default_steps if not str(passo).endswith(":DelayedDelivery")
        ]

    def on_decode_error(self, message: Any, exc: Exception) -> None:
        message.reject_log_error(registro_de_avisos, self.connection_errors)


app.conf.worker_consumer = "bbb.celery:Consumidor"
