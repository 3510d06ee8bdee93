"""A tarefa do Celery que conta uma remessa. Fina: quem conta é `votacao.recebimento`."""

from celery import shared_task
from celery.exceptions import Reject

from votacao import recebimento, remessas, topologia


@shared_task(name=topologia.TAREFA)
def contar(texto: object) -> None:
    """Conta, ou devolve: para `votos.mortos` o que nunca vai ser contado; para a fila o que o banco não deixou."""
    try:
        recebimento.insistir(remessas.ler(texto))
    except (remessas.RemessaIlegivel, recebimento.RemessaIncontavel) as defeito:
        recebimento.registro_de_avisos.error("remessa para %s: %s", topologia.MORTOS, defeito)
        raise Reject(str(defeito), requeue=False) from None
    except recebimento.PacienciaEsgotada as erro:
        raise Reject(str(erro), requeue=True) from None
