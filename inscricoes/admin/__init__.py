"""A sala da seleção no admin: a fila, a ficha de cada um, e o que se faz com muitos de uma vez."""

from inscricoes.admin import candidatos, edicoes

__all__ = ["candidatos", "edicoes"]
