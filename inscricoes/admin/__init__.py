"""A sala da produção nas inscrições, um arquivo por ideia: a fila e a ficha de cada um, o questionário, as edições."""

from inscricoes.admin import avisos, candidatos, edicoes, eliminacao, questionario

__all__ = ["avisos", "candidatos", "edicoes", "eliminacao", "questionario"]
