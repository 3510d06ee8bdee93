"""A sala da produção nas inscrições, um arquivo por ideia: a fila e a ficha de cada um, o questionário, as edições."""

from inscricoes.admin import candidatos, edicoes, questionario

__all__ = ["candidatos", "edicoes", "questionario"]
