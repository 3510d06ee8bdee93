"""As filas do RabbitMQ: nomes, argumentos e como se declaram. Quem publica e quem consome usam estes mesmos.

Declarar de novo é inofensivo se os argumentos são os mesmos; com outros, o RabbitMQ recusa, e é preciso apagar a fila
(vazia) antes. As trocas são as padrão do RabbitMQ: uma mensagem vai à fila que tem o nome da sua chave.
"""

from typing import Any, Final

FILA: Final = "votos"
"""As remessas à espera de um trabalhador."""
MORTOS: Final = "votos.mortos"
"""As que nenhum trabalhador pôde contar: `manage.py fila_morta` as mostra e as manda de volta."""
TAREFA: Final = "votacao.contar"
"""O nome da tarefa do Celery que cada mensagem de `votos` pede."""

ENTREGAS_MAXIMAS: Final = 20
"""Vezes que uma remessa volta à fila sem ter sido contada (trabalhador morto no meio) antes de ir para `MORTOS`."""

ARGUMENTOS: Final[dict[str, Any]] = {
    # Em disco e, num cluster, na maioria dos nós, antes da confirmação a quem publica.
    "x-queue-type": "quorum",
    "x-delivery-limit": ENTREGAS_MAXIMAS,
    "x-dead-letter-exchange": "",
    "x-dead-letter-routing-key": MORTOS,
    # A passagem para `MORTOS` também espera confirmação; exige que uma fila cheia recuse em vez de descartar.
    "x-dead-letter-strategy": "at-least-once",
    "x-overflow": "reject-publish",
}
ARGUMENTOS_DOS_MORTOS: Final[dict[str, Any]] = {"x-queue-type": "quorum"}


def declarar(canal: Any) -> None:
    """Cria as duas filas, se faltam. `canal` é um canal AMQP aberto."""
    canal.queue_declare(MORTOS, durable=True, auto_delete=False, arguments=ARGUMENTOS_DOS_MORTOS)
    canal.queue_declare(FILA, durable=True, auto_delete=False, arguments=ARGUMENTOS)
