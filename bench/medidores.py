"""`python -m bench.medidores`: quanto custa medir, em tempo de CPU desta máquina, o melhor de sete vezes.

Tempo de CPU, e não de relógio: numa máquina dividida o relógio mede os vizinhos.
"""

import os
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "bbb.settings")
django.setup()

from bench.medidas import numero, tabela  # noqa: E402
from votacao.medidores import Medidores  # noqa: E402
from votacao.registro import Contado  # noqa: E402
from votacao.urna.faixa import _PEDIDO  # noqa: E402

VEZES = 7
LOTES = (1, 10, 50, 200, 1000)
TELEFONE = (
    b"\r\nHost: bbb.exemplo.com.br\r\nUser-Agent: Mozilla/5.0 (Linux; Android 13; SM-A135M) AppleWebKit/537.36 (KHTML, "
    b"like Gecko) Chrome/120.0.0.0 Mobile Safari/537.36\r\nAccept: text/html,application/xhtml+xml\r\nContent-Type: "
    b"application/x-www-form-urlencoded\r\nX-Forwarded-For: 203.0.113.9\r\nX-Forwarded-Proto: https\r\n"
)


class _Pedido:
    __slots__ = ("chegou",)

    def __init__(self, chegou: float) -> None:
        self.chegou = chegou


def nanossegundos(fazer: Callable[[], object], quantas: int) -> float:
    """De CPU, por chamada."""
    melhor = float("inf")
    for _ in range(VEZES):
        inicio = time.process_time()
        for _ in range(quantas):
            fazer()
        melhor = min(melhor, (time.process_time() - inicio) / quantas)
    return melhor * 1e9


def medir() -> list[tuple[str, str]]:
    linhas: list[tuple[str, str]] = []
    with tempfile.TemporaryDirectory() as pasta:
        medidos = Medidores()
        medidos.ligar(Path(pasta) / "medidos")
        for votos in LOTES:
            lote = [_Pedido(time.monotonic()) for _ in range(votos)]
            contados = [Contado(1, 1, 0.0, 0)] * votos
            custo = nanossegundos(
                lambda lote=lote, contados=contados: medidos.anotar_lote([p.chegou for p in lote], contados),  # type: ignore[misc]
                200_000 // votos,
            )
            linhas.append((f"um voto aceito, num lote de {votos}", f"{numero(custo / votos)} ns"))
        linhas.append(("uma recusa", f"{numero(nanossegundos(lambda: medidos.recusar('encerrado'), 100_000))} ns"))
        linhas.append(
            (
                "uma resposta do Django",
                f"{numero(nanossegundos(lambda: medidos.anotar_pedido('x', 200, 0.01), 50_000))} ns",
            )
        )
    for rotulo, cabecalhos in (
        ("procurar o X-Request-ID de um pedido que não o tem", TELEFONE),
        ("procurar o X-Request-ID de um pedido que o tem", TELEFONE + b"X-Request-ID: 9f2c1f4be07d5a11\r\nA: b\r\n"),
    ):
        custo = nanossegundos(lambda cabecalhos=cabecalhos: _PEDIDO.search(cabecalhos), 50_000)  # type: ignore[misc]
        linhas.append((f"{rotulo} (só com PROXIES_CONFIAVEIS)", f"{numero(custo)} ns"))
    return linhas


if __name__ == "__main__":
    sys.stdout.write(tabela(["o que se mede", "CPU"], [list(linha) for linha in medir()]) + "\n")
