"""A fila da seleção com dezenas de milhares de inscrições: `python -m bench.inscricoes`.

Semeia um banco só para isto (SQLite numa pasta temporária; com `DATABASE_URL` de um PostgreSQL, um banco `test_<nome>`
que some no fim), pede cada página pelo cliente de testes do Django e imprime consultas e tempo. Não falha por tempo.
"""

import argparse
import os
import sys
import tempfile
from importlib import import_module
from pathlib import Path

from bench.medidas import ambiente, escrever_entre_marcas

RAIZ = Path(__file__).resolve().parent.parent


def ler_opcoes() -> argparse.Namespace:
    leitor = argparse.ArgumentParser(prog="python -m bench.inscricoes", description=__doc__)
    leitor.add_argument("--quantidade", type=int, default=50_000, help="inscrições na edição que se mede")
    leitor.add_argument("--vezes", type=int, default=7, help="pedidos por página; vale a mediana")
    leitor.add_argument("--escrever", action="store_true", help="atualiza docs/INSCRICOES.md")
    leitor.add_argument("--docs", type=Path, default=RAIZ / "docs", help="pasta que --escrever atualiza")
    return leitor.parse_args()


def main() -> int:
    opcoes = ler_opcoes()
    with tempfile.TemporaryDirectory(prefix="bench-inscricoes-") as nome:
        pasta = Path(nome)
        # A configuração lê o ambiente ao ser importada: só depois disto se importa o que usa o Django.
        os.environ.setdefault("DATABASE_URL", f"sqlite:///{pasta / 'inscricoes.sqlite3'}")
        os.environ.update(
            DJANGO_SETTINGS_MODULE="bbb.settings",
            DEBUG="True",  # sem estáticos juntados; o que custa tempo se desliga em `bench.fila.medir`
            HTTPS="False",
            SECRET_KEY="so-para-medir-" * 4,
            MEDIA_ROOT=str(pasta / "midia"),
        )
        fila = import_module("bench.fila")
        relatorio = fila.medir(quantidade=opcoes.quantidade, vezes=opcoes.vezes)
        relatorio = f"Ambiente: {ambiente(pasta)}.\n\n{relatorio}"
    print(relatorio)
    if opcoes.escrever:
        escrever_entre_marcas(opcoes.docs / "INSCRICOES.md", relatorio)
    return 0


if __name__ == "__main__":
    sys.exit(main())
