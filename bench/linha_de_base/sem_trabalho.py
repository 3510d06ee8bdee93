"""O teto: uma aplicação ASGI que responde sem fazer nada, sob o mesmo uvicorn do projeto.

    uvicorn bench.linha_de_base.sem_trabalho:aplicacao --workers 2 --no-access-log --loop uvloop --http httptools

Responde aos quatro pedidos de uma jornada com corpos prontos, do tamanho dos do projeto (`TAMANHO_PAGINA`,
`TAMANHO_CEDULA` e `TAMANHO_COMPROVANTE`, em bytes).
"""

import hashlib
import json
import os
from collections.abc import Awaitable, Callable
from itertools import count
from typing import Any

BITS = int(os.environ.get("CEDULA_BITS", "4"))
DESTINO = b"/comprovantes/" + b"A" * 22 + b"/"


def cedula_media() -> str:
    """Uma cédula cuja prova custa ao gerador exatamente a média (2^bits tentativas): nem sorte, nem azar."""
    limiar, ultima = 1 << (256 - BITS), (1 << BITS) - 1

    def acerta(cedula: str, prova: int) -> bool:
        texto = f"{cedula}.{prova:0{BITS // 3 + 3}}"
        return int.from_bytes(hashlib.sha256(texto.encode()).digest(), "big") < limiar

    cedulas = (f"{n:A>63}" for n in count())
    return next(
        cedula
        for cedula in cedulas
        if acerta(cedula, ultima) and not any(acerta(cedula, prova) for prova in range(ultima))
    )


def json_da_cedula(tamanho: int) -> bytes:
    conteudo = {"cedula": cedula_media(), "bits": BITS, "expira_em": "2024-01-16T22:30:00-03:00"}
    return json.dumps(conteudo).encode().ljust(tamanho)


def resposta(status: int, tipo: bytes, corpo: bytes, *outros: tuple[bytes, bytes]) -> tuple[dict[str, Any], ...]:
    cabecalhos = [(b"content-length", b"%d" % len(corpo)), *outros]
    if corpo:
        cabecalhos.append((b"content-type", tipo))
    return (
        {"type": "http.response.start", "status": status, "headers": cabecalhos},
        {"type": "http.response.body", "body": corpo},
    )


HTML = b"text/html; charset=utf-8"
VOTO = resposta(303, HTML, b"", (b"location", DESTINO))
PAGINA = resposta(200, HTML, b"x" * int(os.environ.get("TAMANHO_PAGINA", "12000")))
COMPROVANTE = resposta(200, HTML, b"x" * int(os.environ.get("TAMANHO_COMPROVANTE", "8000")))
CEDULA = resposta(
    200,
    b"application/json",
    json_da_cedula(int(os.environ.get("TAMANHO_CEDULA", "150"))),
    (b"cache-control", b"no-store"),
)


async def aplicacao(
    scope: dict[str, Any],
    receive: Callable[[], Awaitable[dict[str, Any]]],
    send: Callable[[dict[str, Any]], Awaitable[None]],
) -> None:
    if scope["type"] != "http":
        return
    if scope["method"] == "POST":
        await receive()
        cabeca, corpo = VOTO
    elif scope["path"].endswith("/cedula/"):
        cabeca, corpo = CEDULA
    elif scope["path"].startswith("/comprovantes/"):
        cabeca, corpo = COMPROVANTE
    else:
        cabeca, corpo = PAGINA
    await send(cabeca)
    await send(corpo)
