"""O que se faz com uma inscrição. Páginas, admin e API chamam as mesmas funções."""

from inscricoes.services.inscricao import (
    CpfRepetido,
    EmailRepetido,
    InscricaoFechada,
    InscricaoIncompleta,
    NaoEditavel,
    Pendencia,
    comecar,
    desistir,
    enviar,
    pendencias,
    responder,
    retomar,
    salvar,
)
from inscricoes.services.selecao import (
    SELECIONAVEIS,
    MovimentoProibido,
    NaoSelecionavel,
    candidato_selecionado,
    mover,
    opinar,
    selecionar,
)

__all__ = [
    "SELECIONAVEIS",
    "CpfRepetido",
    "EmailRepetido",
    "InscricaoFechada",
    "InscricaoIncompleta",
    "MovimentoProibido",
    "NaoEditavel",
    "NaoSelecionavel",
    "Pendencia",
    "candidato_selecionado",
    "comecar",
    "desistir",
    "enviar",
    "mover",
    "opinar",
    "pendencias",
    "responder",
    "retomar",
    "salvar",
    "selecionar",
]
