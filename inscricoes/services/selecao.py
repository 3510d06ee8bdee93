"""A seleção: mudar a situação de um candidato, dar parecer, e levar para a casa."""

from datetime import datetime

from django.contrib.auth.models import AbstractBaseUser
from django.db import IntegrityError, transaction
from django.db.models import Avg
from django.dispatch import Signal
from django.utils import timezone

from inscricoes.models import Candidato, Movimento, Parecer
from inscricoes.services.avisos import avisar
from inscricoes.situacoes import ENVIADAS, Situacao, origens

candidato_selecionado = Signal()
"""Enviado dentro da transação que seleciona, com `candidato`. Quem falha aqui desfaz a seleção inteira."""

SELECIONAVEIS = origens(Situacao.SELECIONADA)


class MovimentoProibido(Exception):
    """A inscrição não está numa situação de onde se chegue à pedida."""

    def __init__(self, candidato: Candidato, para: Situacao) -> None:
        super().__init__(
            f"{candidato} não pode passar a “{para.label}”: está como “{candidato.get_situacao_display()}”."
        )


class NaoSelecionavel(MovimentoProibido):
    """O candidato já foi selecionado, reprovado ou desistiu."""

    def __init__(self, candidato: Candidato, para: Situacao = Situacao.SELECIONADA) -> None:
        Exception.__init__(
            self, f"{candidato} não pode ser selecionado: está como “{candidato.get_situacao_display()}”."
        )


class ParecerRecusado(MovimentoProibido):
    """A inscrição ainda é um rascunho, ou a pessoa desistiu: não há o que avaliar."""

    def __init__(self, candidato: Candidato) -> None:
        Exception.__init__(self, f"{candidato} não recebe parecer: está como “{candidato.get_situacao_display()}”.")


class InscricaoEliminada(MovimentoProibido):
    """A pessoa apagou os seus dados enquanto isso: não há mais inscrição."""

    def __init__(self) -> None:
        Exception.__init__(self, "Esta inscrição acaba de ser eliminada: nada mudou.")


@transaction.atomic
def mover(
    candidato: Candidato,
    para: Situacao,
    *,
    por: AbstractBaseUser | None = None,
    agora: datetime | None = None,
    **campos: object,
) -> None:
    """Leva a inscrição a outra situação, com movimento e carta. Levanta `MovimentoProibido` se não há esse passo.

    Uma inscrição eliminada enquanto isso é `InscricaoEliminada`, que também é um movimento proibido.

    Dois cliques ao mesmo tempo movem uma vez só: quem decide é a linha que o UPDATE mudou. `campos` mudam junto. Uma
    restrição do banco (o CPF repetido, ao enviar) sobe como `IntegrityError`, sem ter mudado nada.
    """
    agora = agora or timezone.now()
    de = Candidato.objects.select_for_update().filter(pk=candidato.pk).values_list("situacao", flat=True).first()
    if de is None:
        raise InscricaoEliminada
    mudou = Candidato.objects.filter(pk=candidato.pk, situacao=de, situacao__in=origens(para)).update(
        situacao=para, **campos
    )
    candidato.refresh_from_db()
    if not mudou:
        raise (NaoSelecionavel if para == Situacao.SELECIONADA else MovimentoProibido)(candidato, para)
    Movimento.objects.create(candidato=candidato, de=de, para=para, em=agora, por_id=por.pk if por else None)
    avisar(candidato, agora=agora)
    if para == Situacao.SELECIONADA:
        candidato_selecionado.send(sender=Candidato, candidato=candidato)


def selecionar(candidato: Candidato, *, por: AbstractBaseUser | None = None, agora: datetime | None = None) -> None:
    """Seleciona para a casa. Levanta `NaoSelecionavel`; dois cliques ao mesmo tempo selecionam uma vez só."""
    mover(candidato, Situacao.SELECIONADA, por=por, agora=agora)


@transaction.atomic
def opinar(candidato: Candidato, *, autor: AbstractBaseUser, nota: int | None, texto: str) -> Parecer:
    """Guarda o parecer do autor (o novo no lugar do velho) e a média das notas. Rascunho não recebe parecer.

    Levanta `ParecerRecusado` se a inscrição não foi enviada.
    """
    # Trancada: duas notas ao mesmo tempo não deixam a média de uma só.
    if not Candidato.objects.select_for_update().filter(pk=candidato.pk).exists():
        raise InscricaoEliminada
    candidato.refresh_from_db()
    if candidato.situacao not in ENVIADAS:
        raise ParecerRecusado(candidato)
    parecer, _ = Parecer.objects.update_or_create(
        candidato=candidato, autor_id=autor.pk, defaults={"nota": nota, "texto": texto}
    )
    media = Parecer.objects.filter(candidato=candidato).aggregate(media=Avg("nota"))["media"]
    Candidato.objects.filter(pk=candidato.pk).update(nota_media=media)
    candidato.refresh_from_db(fields=["nota_media"])
    return parecer


def cpf_repetido(erro: IntegrityError) -> bool:
    """Se foi a restrição de um CPF por edição que o banco recusou (o nome dela no PostgreSQL, as colunas no SQLite)."""
    texto = str(erro)
    return "candidato_cpf_por_edicao" in texto or "inscricoes_candidato.cpf" in texto
