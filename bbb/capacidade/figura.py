"""A figura da simulação: chegadas e fila à volta do pico. À parte porque só ela precisa do pygal."""

from xml.etree import ElementTree

import pygal
from pygal.style import Style

from bbb.capacidade.plano import Plano
from bbb.capacidade.simulacao import Ponto, Simulacao
from bbb.capacidade.texto import decimal
from votacao.graficos import sem_script

ANTES, DEPOIS = 90, 30
"""Minutos desenhados à volta do pico; a votação fecha meia hora depois dele."""
CORES = ("#5b6573", "#1f6fd6", "#c2410c", "#0f766e", "#7c3aed")


def desenhar(plano: Plano, simulacoes: list[Simulacao]) -> str:
    """SVG, sem nada carregado de fora: milhões de votos na fila (linhas) por minuto, e as chegadas do minuto."""
    pico = int(plano.noite.instante_do_pico // 60)
    primeiro = max(0, pico - ANTES)
    ultimo = min(len(simulacoes[0].pontos), pico + DEPOIS + 1)
    # Linha do título não tem quebra: o que explica fica no texto da página.
    grafico = pygal.Line(
        width=1000,
        height=520,
        js=[],
        style=Style(
            background="#ffffff",
            plot_background="#ffffff",
            colors=CORES,
            font_family="sans-serif",
            title_font_size=18,
            legend_font_size=13,
            label_font_size=12,
            major_label_font_size=12,
        ),
        title="Votos na fila à volta do pico, com e sem falhas",
        x_title="minutos desde o pico",
        y_title="milhões de votos na fila",
        show_dots=False,
        show_x_guides=False,
        stroke_style={"width": 2.5},
        legend_at_bottom=True,
        legend_at_bottom_columns=1,
        truncate_legend=-1,
        truncate_label=-1,
        x_label_rotation=0,
        x_labels_major_every=15,
        show_minor_x_labels=False,
        y_labels_major_count=6,
        value_formatter=lambda valor: decimal(valor, 1),
        disable_xml_declaration=True,
        no_prefix=True,
    )
    grafico.x_labels = [str(minuto - pico) for minuto in range(primeiro, ultimo)]
    grafico.add("chegam, milhões por minuto", [_por_minuto(p) for p in simulacoes[0].pontos[primeiro:ultimo]])
    for simulacao in simulacoes:
        grafico.add(
            f"fila: {simulacao.falha.nome}", [ponto.na_fila / 1e6 for ponto in simulacao.pontos[primeiro:ultimo]]
        )
    desenho = sem_script(grafico.render_tree())
    return ElementTree.tostring(desenho, encoding="unicode").rstrip() + "\n"


def _por_minuto(ponto: Ponto) -> float:
    return ponto.chegam * 60 / 1e6
