"""Trabalhos que um arquivo hostil poderia causar, para provar que a oficina os contém. Não é um teste."""

import ctypes
import os
import sys
from typing import Any

from inscricoes.arquivos.bancada import apertar, responder


def memoria() -> dict[str, Any]:
    return {"guardou": len(bytearray(2 * 1024**3))}


def processador() -> dict[str, Any]:
    while True:
        pass


def relogio() -> dict[str, Any]:
    ctypes.CDLL(None).pause()
    ctypes.CDLL(None).pause()
    return {}


def disco() -> dict[str, Any]:
    with open(sys.argv[2], "wb") as aberto:
        for _ in range(64):
            aberto.write(bytes(1024**2))
    return {"escreveu": True}


def queda() -> dict[str, Any]:
    ctypes.string_at(0)
    return {}


def ambiente() -> dict[str, Any]:
    return {"ambiente": sorted(os.environ), "nice": os.nice(0)}


if __name__ == "__main__":
    apertar(memoria=512 * 1024**2, processador=1, prazo=2, escrita=1024**2)
    responder(globals()[sys.argv[1]])
