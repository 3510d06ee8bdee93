"""`python -m vistoria acessibilidade [--escrever]` e `python -m vistoria capturas PASTA`."""

import argparse
import re
import sys
import time
from pathlib import Path

from vistoria.acessibilidade import Achado, examinar
from vistoria.rol import Pagina, paginas
from vistoria.temporada import RAIZ, temporada
from vistoria.visita import LARGURAS, TEMAS, Visitante, chromium, vestir

TABELA = RAIZ / "docs" / "ACESSIBILIDADE.md"
MARCAS = ("<!-- tabela -->", "<!-- fim da tabela -->")


def main() -> int:
    argumentos = argparse.ArgumentParser(prog="python -m vistoria", description=__doc__)
    argumentos.add_argument("--so", default="", metavar="REGEX", help="só as páginas cujo nome casa")
    comandos = argumentos.add_subparsers(dest="comando", required=True)
    exame = comandos.add_parser("acessibilidade", help="a tabela de violações; sai com 1 se há alguma")
    exame.add_argument("--escrever", action="store_true", help="grava a tabela em docs/ACESSIBILIDADE.md")
    capturas = comandos.add_parser("capturas", help="uma imagem de cada página, largura e tema")
    capturas.add_argument("pasta", type=Path)
    pedido = argumentos.parse_args()
    with temporada() as sementes, chromium() as navegador:
        visitante = Visitante(navegador, sementes)
        rol = [pagina for pagina in paginas(sementes["cheio"]) if re.search(pedido.so, pagina.nome)]
        if pedido.comando == "capturas":
            return capturar(visitante, rol, pedido.pasta)
        return examinar_tudo(visitante, rol, pedido.escrever)


def examinar_tudo(visitante: Visitante, rol: list[Pagina], escrever: bool) -> int:
    comeco = time.monotonic()
    achados = []
    for achado in examinar(visitante, rol):
        achados.append(achado)
        print(f"{'✗' if achado.ruim else '✓'} {achado.pagina.nome}", file=sys.stderr, flush=True)
        for linha in detalhes(achado):
            print(f"    {linha}", file=sys.stderr, flush=True)
    linhas = tabela(achados)
    print("\n".join(linhas))
    ruins = sum(achado.ruim for achado in achados)
    print(f"\n{len(achados)} páginas, {ruins} com violação, em {time.monotonic() - comeco:.0f} s", file=sys.stderr)
    if escrever:
        gravar(linhas)
    return 1 if ruins else 0


def detalhes(achado: Achado) -> list[str]:
    """O que está errado, uma vez só por regra, com as larguras e os temas em que aparece."""
    onde: dict[str, list[str]] = {}
    for (largura, tema), violacoes in achado.violacoes.items():
        for violacao in violacoes:
            onde.setdefault(violacao, []).append(f"{largura} {tema}")
    return [*([achado.falha] if achado.falha else []), *(f"{v} [{', '.join(o)}]" for v, o in onde.items())]


def tabela(achados: list[Achado]) -> list[str]:
    colunas = [(largura, tema) for largura in LARGURAS for tema in TEMAS]
    nomes = {"light": "claro", "dark": "escuro"}
    linhas = ["| Página | " + " | ".join(f"{largura} {nomes[tema]}" for largura, tema in colunas) + " |"]
    linhas.append("|---|" + "--:|" * len(colunas))
    for achado in achados:
        celas = [
            str(len(achado.violacoes[coluna])) if coluna in achado.violacoes else "não chegou" for coluna in colunas
        ]
        linhas.append(f"| {achado.pagina.nome} | " + " | ".join(celas) + " |")
    return linhas


def gravar(linhas: list[str]) -> None:
    """Troca a tabela da página de acessibilidade."""
    antes, _, resto = TABELA.read_text().partition(MARCAS[0])
    _, _, depois = resto.partition(MARCAS[1])
    TABELA.write_text("\n".join([antes + MARCAS[0], "", *linhas, "", MARCAS[1]]) + depois)


def capturar(visitante: Visitante, rol: list[Pagina], pasta: Path) -> int:
    pasta.mkdir(parents=True, exist_ok=True)
    for pagina in rol:
        with visitante.abrir(pagina) as aba:
            for largura in LARGURAS:
                for tema in TEMAS:
                    vestir(aba, largura, tema)
                    nome = f"{pagina.nome}-{largura}-{'escuro' if tema == 'dark' else 'claro'}.png"
                    aba.screenshot(path=pasta / nome, full_page=True)
        print(pagina.nome, flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
