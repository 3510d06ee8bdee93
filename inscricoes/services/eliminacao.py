"""Eliminar os dados de uma pessoa: as linhas, os arquivos, a conta, o que o histórico do admin diz dela.

Fica uma `Eliminacao`: a edição, a data e a origem. Quem foi para a casa continua participante, que é um fato público do
programa (`Participante.candidato` esvazia-se), e nada mais o liga à inscrição.

Corridas: a inscrição é trancada e relida antes de tudo. Quem a move, opina ou salva ao mesmo tempo ou acaba antes, e
vai junto, ou chega depois e recebe `InscricaoEliminada` ou `NaoEditavel`. Um arquivo que se guarda enquanto isso não
acha mais a linha a que pertence, e o banco o recusa. Eliminar duas vezes não faz nada da segunda. A conta é trancada
antes de se contar o que ela tem: `comecar` tranca a mesma linha.

Os arquivos se apagam depois do commit. O que não se conseguir apagar fica sem linha no banco, e é assim que
`aplicar_retencao` o reconhece e tenta de novo, todo dia.
"""

import logging
from collections.abc import Iterable
from datetime import datetime
from functools import partial, reduce
from operator import or_

from django.contrib.admin.models import LogEntry
from django.contrib.auth import SESSION_KEY, get_user_model
from django.contrib.auth.models import AbstractBaseUser
from django.contrib.contenttypes.models import ContentType
from django.contrib.sessions.models import Session
from django.db import models, transaction
from django.db.models import ProtectedError, Q, RestrictedError
from django.db.models.deletion import Collector
from django.dispatch import Signal

from inscricoes.arquivos import guarda
from inscricoes.models import Candidato, Eliminacao

conta_eliminavel = Signal()
"""Pergunta, com `conta`, dentro da transação: quem ainda precisa dela devolve `False`, e ela fica."""

ELIMINADA = "inscrição eliminada"
"""O que o histórico do admin passa a dizer no lugar do nome."""
registro = logging.getLogger("inscricoes.eliminacao")


@transaction.atomic
def eliminar(
    candidato: Candidato,
    *,
    origem: Eliminacao.Origem,
    agora: datetime,
    se: Q | None = None,
    sessoes: bool = True,
) -> bool:
    """Apaga tudo desta inscrição e, se ninguém mais precisa dela, a conta da pessoa. Não há volta.

    Quem elimina muitas passa `sessoes=False` e no fim chama `apagar_sessoes_sem_dono`: procurá-las lê a tabela inteira.
    `False`, sem mudar nada, se já foi eliminada ou se a inscrição, relida e trancada, não satisfaz `se`.
    """
    trancada = Candidato.objects.select_for_update().filter(se or Q(), pk=candidato.pk).first()
    if trancada is None:
        return False
    conta = _trancar_conta(trancada.conta_id)
    guarda.apagar_do_candidato(trancada)
    _esquecer_no_historico(trancada)
    Eliminacao.objects.create(edicao_id=trancada.edicao_id, em=agora, origem=origem)
    trancada.delete()
    if conta is not None:
        _eliminar_conta_trancada(conta, sessoes=sessoes)
    # Só o número, que já não é de ninguém: quem recupera o site de uma cópia antiga sabe o que eliminar de novo.
    transaction.on_commit(partial(registro.info, "inscrição %d eliminada", candidato.pk), robust=True)
    return True


@transaction.atomic
def eliminar_conta(conta: AbstractBaseUser, *, sessoes: bool = True) -> bool:
    """Apaga a conta e as suas sessões. `False`, sem mudar nada, se alguém ainda precisa dela ou se já não existe."""
    trancada = _trancar_conta(conta.pk)
    return trancada is not None and _eliminar_conta_trancada(trancada, sessoes=sessoes)


def _trancar_conta(pk: int | None) -> models.Model | None:
    return None if pk is None else get_user_model()._default_manager.select_for_update().filter(pk=pk).first()


def conta_em_uso(conta: models.Model) -> bool:
    """Se alguém precisa desta conta: a produção (também a de antes, por quem fala o histórico), outra inscrição, ou
    quem escuta `conta_eliminavel`."""
    return (
        bool(getattr(conta, "is_staff", False) or getattr(conta, "is_superuser", False))
        or Candidato.objects.filter(conta_id=conta.pk).exists()
        or LogEntry.objects.filter(user_id=conta.pk).exists()
        or not all(_pode(resposta) for _, resposta in conta_eliminavel.send(sender=type(conta), conta=conta))
    )


def _pode(resposta: object) -> bool:
    return resposta is not False


def _eliminar_conta_trancada(conta: models.Model, *, sessoes: bool) -> bool:
    if conta_em_uso(conta):
        return False
    chave, email = conta.pk, str(getattr(conta, "email", ""))
    try:
        with transaction.atomic():
            _esquecer_no_historico(conta)
            conta.delete()
    except (ProtectedError, RestrictedError) as erro:
        # Uma tabela nova aponta para a conta e não escuta `conta_eliminavel`: a inscrição se apaga assim mesmo.
        registro.error("a conta de uma inscrição eliminada não se apagou: %s", type(erro).__name__)
        return False
    if sessoes:
        transaction.on_commit(partial(apagar_sessoes, {str(chave)}, {email.lower()} - {""}), robust=True)
    return True


def _esquecer_no_historico(objeto: models.Model) -> None:
    """Tira do histórico do admin o nome e as mensagens sobre este objeto e sobre tudo o que se apaga com ele.

    A linha fica: quem da produção fez, e quando.
    """
    coletor = Collector(using=objeto._state.db or "default", origin=objeto)
    coletor.collect([objeto])
    chaves: dict[type[models.Model], set[str]] = {}
    for modelo, linhas in coletor.data.items():
        chaves.setdefault(modelo, set()).update(str(linha.pk) for linha in linhas)
    for consulta in coletor.fast_deletes:
        if isinstance(consulta, models.QuerySet):
            chaves.setdefault(consulta.model, set()).update(str(pk) for pk in consulta.values_list("pk", flat=True))
    tipos = ContentType.objects.get_for_models(*chaves)
    sobre = [Q(content_type=tipos[modelo], object_id__in=pks) for modelo, pks in chaves.items() if pks]
    LogEntry.objects.filter(reduce(or_, sobre)).update(object_repr=ELIMINADA, change_message="")


def apagar_sessoes(contas: set[str], emails: Iterable[str] = ()) -> int:
    """Apaga as sessões destas contas, e as que falam destes e-mails (quem pediu um código e ainda não entrou).

    Lê a tabela inteira, porque uma sessão não diz de quem é sem ser aberta. Devolve quantas apagou.
    """
    apagar = []
    for sessao in Session.objects.iterator(chunk_size=500):
        dados = sessao.get_decoded()
        texto = str(dados).lower()
        if str(dados.get(SESSION_KEY)) in contas or any(email in texto for email in emails):
            apagar.append(sessao.pk)
    return Session.objects.filter(pk__in=apagar).delete()[0]


def apagar_sessoes_sem_dono() -> int:
    """Apaga as sessões de contas que já não existem: de quem foi eliminado em lote, ou com uma queda no meio."""
    donos = {sessao.pk: sessao.get_decoded().get(SESSION_KEY) for sessao in Session.objects.iterator(chunk_size=500)}
    contas = {str(pk) for pk in get_user_model()._default_manager.values_list("pk", flat=True)}
    sem_dono = [pk for pk, dono in donos.items() if dono is not None and str(dono) not in contas]
    return Session.objects.filter(pk__in=sem_dono).delete()[0]
