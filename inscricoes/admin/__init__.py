"""A sala da produção nas inscrições, um arquivo por ideia."""

from inscricoes.admin import candidatos, edicoes, questionario

__all__ = ["candidatos", "edicoes", "questionario"]
