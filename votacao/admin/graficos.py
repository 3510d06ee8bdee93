"""Os gráficos da produção: SVG de endereço próprio, mostrado como imagem, ao lado da tabela com os mesmos números.

O SVG traz as suas cores nos dois temas, porque uma imagem não recebe as da página.
"""

from collections.abc import Sequence
from typing import Any

import pygal
from django.http import HttpResponse
from pygal.style import Style

from votacao.graficos import sem_script
from votacao.templatetags.votacao_tags import milhar

LARGO, ESTREITO = (1160, 300), (420, 320)
"""Largura e altura: na mesa e no telefone, onde o texto de um gráfico largo não se leria."""
CORES = ("#8a3ffc", "#d6336c", "#0f7b8a", "#b35c00", "#2b8a3e", "#5c677d")
"""Legíveis sobre claro e sobre escuro."""
_ESCURO = """
@media (prefers-color-scheme: dark) {
  .pygal-chart .axis text, .pygal-chart .legends .legend text, .pygal-chart text.no_data,
  .pygal-chart .text-overlay text.value { fill: #eee !important; }
  .pygal-chart .axis .line, .pygal-chart .axis .guide.line { stroke: #777 !important; }
}
"""


def _estilo(tamanho: int) -> Any:
    return Style(
        background="transparent",
        plot_background="transparent",
        foreground="#333",
        foreground_strong="#222",
        foreground_subtle="#999",
        font_family='system-ui, "Segoe UI", Roboto, "DejaVu Sans", sans-serif',
        label_font_size=tamanho,
        major_label_font_size=tamanho,
        legend_font_size=tamanho + 1,
        value_font_size=tamanho,
        no_data_font_size=tamanho + 6,
        opacity="1",
        opacity_hover="1",
        transition="0s",
        colors=CORES,
    )


def colunas(
    rotulos: Sequence[str], series: Sequence[tuple[str, Sequence[int]]], *, estreito: bool, marcos: int = 8
) -> HttpResponse:
    """Colunas no tempo, uma série sobre a outra. `marcos`: quantos rótulos se escrevem no eixo, no máximo."""
    largura, altura = ESTREITO if estreito else LARGO
    grafico = pygal.StackedBar(
        **_comuns(largura, altura, estreito=estreito),
        show_legend=len(series) > 1,
        legend_at_bottom=True,
        legend_at_bottom_columns=1 if estreito else max(1, min(4, len(series))),
        show_minor_x_labels=False,
        spacing=12,
    )
    grafico.x_labels = list(rotulos)
    passo = max(1, -(-len(rotulos) // (4 if estreito else marcos)))
    # O último sempre tem nome: é o que se procura.
    grafico.x_labels_major = [rotulo for i, rotulo in enumerate(rotulos) if (len(rotulos) - 1 - i) % passo == 0]
    for nome, valores in series:
        grafico.add(nome, list(valores))
    return _servir(grafico)


def barras(pares: Sequence[tuple[str, int]], *, estreito: bool) -> HttpResponse:
    """Uma barra deitada por par, na ordem dada, de cima para baixo."""
    largura = (ESTREITO if estreito else LARGO)[0]
    grafico = pygal.HorizontalBar(
        **_comuns(largura, 60 + 26 * max(1, len(pares)), estreito=estreito),
        show_legend=False,
        print_values=True,
        print_values_position="top",
        spacing=8,
    )
    grafico.x_labels = [nome for nome, _ in reversed(pares)]
    grafico.add("", [quantos for _, quantos in reversed(pares)])
    return _servir(grafico)


def _comuns(largura: int, altura: int, *, estreito: bool) -> dict[str, Any]:
    return {
        "width": largura,
        "height": altura,
        "style": _estilo(12 if estreito else 13),
        "css": ("file://style.css", "file://graph.css", f"inline:{_ESCURO}"),
        "js": [],
        "explicit_size": True,
        "margin": 8,
        "value_formatter": lambda valor: milhar(int(valor)),
        "no_data_text": "Ainda sem votos",
        "pretty_print": False,
        "disable_xml_declaration": False,
        "max_scale": 6,
        "min_scale": 1,
        "order_min": 0,
        "range": None,
        "include_x_axis": True,
        "truncate_label": -1,
    }


def _servir(grafico: Any) -> HttpResponse:
    grafico.add_xml_filter(sem_script)
    resposta = HttpResponse(grafico.render(), content_type="image/svg+xml")
    # O endereço leva a versão dos números: o mesmo endereço é sempre o mesmo desenho.
    resposta["Cache-Control"] = "private, max-age=300"
    return resposta
