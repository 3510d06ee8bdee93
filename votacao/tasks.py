"""A tarefa do Celery que conta uma remessa. Fina: quem conta é `votacao.recebimento`."""

import time

from celery import shared_task
from celery.exceptions import Reject

from votacao import recebimento, remessas, topologia
from votacao.urna.carteiro import Carta, Carteiro

ESPERA_DA_COPIA = 5.0
"""Segundos."""


@shared_task(name=topologia.TAREFA)
def contar(texto: str) -> None:
    """Conta, ou devolve: para `votos.mortos` o que nunca será contado; para o fim da fila o que o banco não deixou."""
    try:
        remessa = remessas.ler(texto)
        recebimento.insistir(remessa)
    except (remessas.RemessaIlegivel, recebimento.RemessaIncontavel) as defeito:
        recebimento.registro_de_avisos.error("remessa para %s: %s", topologia.MORTOS, defeito)
        raise Reject(str(defeito), requeue=False) from None
    except recebimento.PacienciaEsgotada as erro:
        # Uma cópia nova, e não uma devolução: um banco parado por horas não gasta as entregas de `x-delivery-limit`.
        carteiro = Carteiro()
        carta = Carta(remessa.serie, remessa.numero, len(remessa.votos), texto)
        (copiada,) = carteiro.entregar([carta], time.monotonic() + ESPERA_DA_COPIA)
        carteiro.fechar()
        if not copiada:
            raise Reject(str(erro), requeue=True) from None
