"""O que cada rota diz de si no esquema: as respostas boas, e cada erro que pode dar."""

from collections.abc import Mapping
from typing import Any

from api.problema import Problema

ERROS_DE_QUALQUER_ROTA = (429, 500, 503)
DE_QUEM_SE_IDENTIFICA = (401, 403)
DE_QUEM_ESCREVE = (400, 413, 415, 422)


def respostas(boas: Mapping[int, Any], *erros: int) -> dict[int, Any]:
    """As respostas de uma rota, para o `response=` do ninja."""
    return {**boas, **dict.fromkeys(sorted({*erros, *ERROS_DE_QUALQUER_ROTA}), Problema)}


def lida(boa: Any, *erros: int, status: int = 200) -> dict[int, Any]:
    """De uma rota que só lê, aberta a todos."""
    return respostas({status: boa}, 422, *erros)


def privada(boa: Any, *erros: int, status: int = 200) -> dict[int, Any]:
    """De uma rota que lê, para quem se identifica."""
    return respostas({status: boa}, 422, *DE_QUEM_SE_IDENTIFICA, *erros)


def escrita(boa: Any, *erros: int, status: int = 200) -> dict[int, Any]:
    """De uma rota que muda alguma coisa."""
    return respostas({status: boa}, *DE_QUEM_SE_IDENTIFICA, *DE_QUEM_ESCREVE, *erros)
