"""As situações de uma inscrição e os passos permitidos entre elas: uma máquina só, para candidato, produção e API."""

from django.db.models import TextChoices


class Situacao(TextChoices):
    RASCUNHO = "rascunho", "rascunho"
    ENVIADA = "enviada", "enviada"
    EM_ANALISE = "em_analise", "em análise"
    ENTREVISTA = "entrevista", "entrevista"
    SELECIONADA = "selecionada", "selecionada"
    REPROVADA = "reprovada", "reprovada"
    DESISTENTE = "desistente", "desistente"
    RESERVA = "reserva", "reserva"


PASSOS: dict[Situacao, tuple[Situacao, ...]] = {
    Situacao.RASCUNHO: (Situacao.ENVIADA,),
    Situacao.ENVIADA: (Situacao.EM_ANALISE, Situacao.SELECIONADA, Situacao.REPROVADA, Situacao.DESISTENTE),
    Situacao.EM_ANALISE: (
        Situacao.ENTREVISTA,
        Situacao.SELECIONADA,
        Situacao.RESERVA,
        Situacao.REPROVADA,
        Situacao.DESISTENTE,
    ),
    Situacao.ENTREVISTA: (Situacao.SELECIONADA, Situacao.RESERVA, Situacao.REPROVADA, Situacao.DESISTENTE),
    Situacao.RESERVA: (Situacao.ENTREVISTA, Situacao.SELECIONADA, Situacao.REPROVADA, Situacao.DESISTENTE),
    Situacao.REPROVADA: (Situacao.EM_ANALISE,),
    Situacao.SELECIONADA: (Situacao.DESISTENTE,),
    Situacao.DESISTENTE: (Situacao.RASCUNHO,),
}
"""De onde se vai para onde. O que não está aqui é recusado, com uma frase."""

DO_CANDIDATO = frozenset({Situacao.RASCUNHO, Situacao.ENVIADA, Situacao.DESISTENTE})
"""Destinos que só o candidato escolhe: enviar, desistir, retomar. Os outros são da produção."""
ENVIADAS = tuple(s for s in Situacao if s not in (Situacao.RASCUNHO, Situacao.DESISTENTE))
"""As que valem como inscrição feita: uma por CPF em cada edição."""


def origens(destino: Situacao) -> tuple[Situacao, ...]:
    """De que situações se chega a `destino`."""
    return tuple(origem for origem, destinos in PASSOS.items() if destino in destinos)
