"""Listas com fim: quantos por vez, a partir de qual, em que ordem."""

from typing import Annotated, Any, Generic, TypeVar

from django.db.models import QuerySet
from ninja import Field, Schema

LIMITE_MAXIMO = 100
DESLOCAMENTO_MAXIMO = 100_000
"""Mais longe do que isto, filtre: contar linhas para pular custa tanto quanto mostrá-las."""
T = TypeVar("T")
CHAVE_MAXIMA = 2**31 - 1
Chave = Annotated[int, Field(ge=1, le=CHAVE_MAXIMA, description="O número que identifica a linha.", examples=[1])]


class Recorte(Schema):
    """Os parâmetros de toda lista."""

    limite: int = Field(20, ge=1, le=LIMITE_MAXIMO, description="Quantos itens, no máximo.", examples=[20])
    deslocamento: int = Field(
        0, ge=0, le=DESLOCAMENTO_MAXIMO, description="Quantos itens pular antes do primeiro.", examples=[0]
    )


class Lista(Schema, Generic[T]):
    """Um pedaço de uma lista, e quantos há ao todo."""

    total: int = Field(description="Quantos itens há com estes filtros.", examples=[2])
    limite: int = Field(description="O que se pediu.", examples=[20])
    deslocamento: int = Field(description="O que se pediu.", examples=[0])
    itens: list[T] = Field(description="Os itens, na ordem pedida.")


def recortar(consulta: "QuerySet[Any]", recorte: Recorte) -> tuple[int, list[Any]]:
    """(total, itens), em duas consultas; sem a segunda se não há o que mostrar."""
    total = consulta.count()
    if recorte.deslocamento >= total:
        return total, []
    return total, list(consulta[recorte.deslocamento : recorte.deslocamento + recorte.limite])


def em_lista(total: int, recorte: Recorte, itens: list[Any]) -> dict[str, Any]:
    return {"total": total, "limite": recorte.limite, "deslocamento": recorte.deslocamento, "itens": itens}
