"""A sala da produção nas inscrições, um arquivo por ideia."""

from inscricoes.admin import avisos, candidatos, eliminacao

__all__ = ["avisos", "candidatos", "eliminacao"]
