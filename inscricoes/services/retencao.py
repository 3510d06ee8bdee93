"""O fim do prazo de guarda: o que já venceu, e eliminá-lo.

Nada anota o que falta fazer: o banco diz. Interrompido, recomeça de onde parou; duas vezes ao mesmo tempo, cada
inscrição é eliminada por um só.
"""

from collections.abc import Callable
from datetime import datetime, timedelta

from django.contrib.auth import get_user_model
from django.contrib.auth.models import AbstractBaseUser
from django.db.models import Q, QuerySet
from django.db.models.functions import Coalesce

from inscricoes.models import Candidato, Edicao, Eliminacao
from inscricoes.services.eliminacao import conta_em_uso, eliminar, eliminar_conta
from inscricoes.situacoes import Situacao

CONTA_SEM_USO = timedelta(days=180)
"""Uma conta sem inscrição nenhuma, em que ninguém entra há este tempo, não serve mais a quem a fez."""
LOTE = 200
NAO_SELECIONADA = ~Q(situacao=Situacao.SELECIONADA)


def vencidas(edicao: Edicao, *, agora: datetime) -> QuerySet[Candidato]:
    """As inscrições desta edição cuja guarda já venceu. De quem foi selecionado, a guarda não vence."""
    if edicao.eliminar_em is None or agora < edicao.eliminar_em:
        return Candidato.objects.none()
    return Candidato.objects.filter(NAO_SELECIONADA, edicao=edicao)


def eliminar_vencidas(
    edicao: Edicao, *, agora: datetime, avisar: Callable[[int], None] = lambda eliminadas: None
) -> int:
    """Elimina as vencidas, uma transação cada; chama `avisar` a cada lote com quantas já foram. Devolve quantas foram.

    Quem é selecionado enquanto isso escapa: a situação é relida com a linha trancada.
    """
    eliminadas, ultima = 0, 0
    while True:
        lote = list(vencidas(edicao, agora=agora).filter(pk__gt=ultima).order_by("pk")[:LOTE])
        for candidato in lote:
            eliminadas += eliminar(
                candidato, origem=Eliminacao.Origem.RETENCAO, agora=agora, se=NAO_SELECIONADA, sessoes=False
            )
            ultima = candidato.pk
        if not lote:
            return eliminadas
        avisar(eliminadas)


def contas_sem_uso(*, agora: datetime) -> list[AbstractBaseUser]:
    """Contas do público sem inscrição, sem ninguém que precise delas, e sem entrada há `CONTA_SEM_USO`."""
    contas = (
        get_user_model()
        ._default_manager.annotate(ultima=Coalesce("last_login", "date_joined"))
        .filter(is_staff=False, is_superuser=False, inscricoes__isnull=True, ultima__lt=agora - CONTA_SEM_USO)
    )
    return [conta for conta in contas.order_by("pk").iterator() if not conta_em_uso(conta)]


def eliminar_contas_sem_uso(*, agora: datetime) -> int:
    """Devolve quantas foram."""
    return sum(eliminar_conta(conta, sessoes=False) for conta in contas_sem_uso(agora=agora))
