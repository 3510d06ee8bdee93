"""O que se faz com uma inscrição. Admin e API chamam as mesmas funções."""

from django.db import transaction
from django.dispatch import Signal

from inscricoes.models import Candidato

candidato_selecionado = Signal()
"""Enviado dentro da transação de `selecionar`, com `candidato`. Quem falha aqui desfaz a seleção inteira."""

SELECIONAVEIS = (
    Candidato.Situacao.ENVIADA,
    Candidato.Situacao.EM_ANALISE,
    Candidato.Situacao.ENTREVISTA,
    Candidato.Situacao.RESERVA,
)


class NaoSelecionavel(Exception):
    """O candidato já foi selecionado, reprovado ou desistiu."""

    def __init__(self, candidato: Candidato) -> None:
        super().__init__(f"{candidato} não pode ser selecionado: está como “{candidato.get_situacao_display()}”.")


@transaction.atomic
def selecionar(candidato: Candidato) -> None:
    """Seleciona para a casa. Levanta `NaoSelecionavel`; dois cliques ao mesmo tempo selecionam uma vez só."""
    mudou = Candidato.objects.filter(pk=candidato.pk, situacao__in=SELECIONAVEIS).update(
        situacao=Candidato.Situacao.SELECIONADA
    )
    candidato.refresh_from_db()
    if not mudou:
        raise NaoSelecionavel(candidato)
    candidato_selecionado.send(sender=Candidato, candidato=candidato)
