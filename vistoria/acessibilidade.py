"""O exame: axe (WCAG 2.2 AA) em cada página, largura e tema, e o que ele não mede: rolar de lado a 320 pixels."""

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from axe_playwright_python.base import AXE_SCRIPT
from playwright.sync_api import Error, Page

from vistoria.rol import Pagina
from vistoria.visita import LARGURAS, TEMAS, NaoChegou, Visitante, sem_estilo, vestir

WCAG = ("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa")
REFLUXO = 320
"""Pixels de largura em que nada pode rolar de lado (WCAG 1.4.10): 1280 com a página ampliada quatro vezes."""


@dataclass
class Achado:
    """O que uma página mostrou: por largura e tema, as regras violadas e onde; vazio é nenhuma."""

    pagina: Pagina
    violacoes: dict[tuple[int, str], list[str]] = field(default_factory=dict)
    falha: str = ""

    @property
    def ruim(self) -> bool:
        return bool(self.falha) or any(self.violacoes.values())


def examinar(
    visitante: Visitante, paginas: Iterable[Pagina], combinacoes: Iterable[tuple[int, str]] | None = None
) -> Iterator[Achado]:
    """Cada página com o que se achou nela."""
    combinacoes = list(combinacoes or [(largura, tema) for largura in LARGURAS for tema in TEMAS])
    for pagina in paginas:
        achado = Achado(pagina)
        try:
            with visitante.abrir(pagina) as aba:
                aba.evaluate(AXE_SCRIPT)
                for largura, tema in combinacoes:
                    vestir(aba, largura, tema)
                    achado.violacoes[largura, tema] = [
                        *_estilo(aba, pagina, tema),
                        *axe(aba, pagina),
                        *_de_lado(aba, pagina),
                    ]
                if pagina.publica:
                    vestir(aba, REFLUXO, "light")
                    achado.violacoes[REFLUXO, "light"] = _de_lado(aba, pagina)
        except (NaoChegou, Error) as erro:
            achado.falha = str(erro).strip().splitlines()[0]
        yield achado


def axe(aba: Page, pagina: Pagina) -> list[str]:
    """As violações, uma por regra: nome, quantos lugares e o primeiro deles."""
    etiquetas = [*WCAG, "best-practice"] if pagina.publica else list(WCAG)
    opcoes: dict[str, Any] = {
        "resultTypes": ["violations"],
        "runOnly": {"type": "tag", "values": etiquetas},
        "rules": {"target-size": {"enabled": True}},
    }
    resultado = aba.evaluate(f"axe.run({json.dumps(opcoes)})")
    return [f"{regra['id']} ({len(regra['nodes'])}): {_onde(regra['nodes'][0])}" for regra in resultado["violations"]]


def _onde(no: dict[str, Any]) -> str:
    alvo = " ".join(map(str, no["target"]))
    por_que = next((motivo["message"] for motivo in [*no["any"], *no["all"], *no["none"]]), "")
    return f"{alvo}: {por_que}"


def _estilo(aba: Page, pagina: Pagina, tema: str) -> list[str]:
    falta = sem_estilo(aba, escura=tema == "dark" or pagina.sempre_escura)
    return [falta] if falta else []


def _de_lado(aba: Page, pagina: Pagina) -> list[str]:
    if not pagina.publica:
        return []  # as tabelas do admin são do Django, e rolam
    sobra = aba.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    return [f"rola de lado {sobra} px"] if sobra > 0 else []
