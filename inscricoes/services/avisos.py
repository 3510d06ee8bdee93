"""As cartas ao candidato: anotadas na transação que mudou a situação, mandadas depois dela."""

from datetime import datetime

from inscricoes.models import Aviso, Candidato
from inscricoes.situacoes import Situacao

AVISAM = frozenset(
    {
        Situacao.ENVIADA,
        Situacao.EM_ANALISE,
        Situacao.ENTREVISTA,
        Situacao.SELECIONADA,
        Situacao.RESERVA,
        Situacao.REPROVADA,
        Situacao.DESISTENTE,
    }
)
"""Situações a que o candidato chega com uma carta."""


def avisar(candidato: Candidato, *, agora: datetime) -> None:
    """Anota a carta sobre a situação em que o candidato acaba de entrar. Chama-se dentro da transação da mudança."""
    if candidato.situacao in AVISAM:
        Aviso.objects.create(
            candidato=candidato, situacao=Situacao(candidato.situacao), criado_em=agora, tentar_em=agora
        )
