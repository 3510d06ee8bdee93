"""Os gráficos das páginas, em SVG, desenhados pelo pygal sem script nenhum.

Vão por endereço próprio, num `<img>` com texto alternativo, ao lado de uma tabela que diz o mesmo. O fundo é o do
estúdio, escuro nos dois temas: dentro de um `<img>` o SVG não saberia qual a pessoa escolheu.
"""

from typing import Any

import pygal
from django.utils import timezone
from pygal.style import Style

from votacao.apuracao import Hora
from votacao.models import Participante

LARGURA, ALTURA = 640, 400
"""Pixels. Declarados na página, para ela não se mexer quando o desenho chega."""
CORES = ("#ffc93c", "#ff5d9e", "#a98bff", "#5fe0ab", "#5cc8ff", "#ff9a5c", "#e3e0f0", "#c7e35c")
_ESTILO = Style(
    background="#1b0738",
    plot_background="#1b0738",
    foreground="#eadcff",
    foreground_strong="#ffffff",
    foreground_subtle="#5b4a78",
    colors=CORES,
    font_family="system-ui, sans-serif",
    label_font_size=19,
    major_label_font_size=19,
    legend_font_size=20,
    opacity=1,
    opacity_hover=1,
)


def votos_por_hora(participantes: list[Participante], horas: list[Hora]) -> bytes:
    """Colunas empilhadas: em cada hora cheia, os votos de cada participante."""
    grafico = pygal.StackedBar(
        width=LARGURA, height=ALTURA, style=_ESTILO, js=[], explicit_size=True, pretty_print=False, no_prefix=True,
        legend_at_bottom=True, legend_box_size=14, spacing=8, margin=14,
        show_minor_x_labels=False, show_minor_y_labels=False, y_labels_major_count=4, truncate_label=-1,
        truncate_legend=24, no_data_text="Sem votos",
        value_formatter=lambda votos: f"{round(votos or 0):,}".replace(",", "."),
    )  # fmt: skip
    grafico.x_labels = [f"{timezone.localtime(hora.inicio):%d/%m %H}h" for hora in horas]
    # Cabem umas quatro horas escritas por baixo, quantas forem as colunas.
    passo = max(1, -(-len(horas) // 4))
    grafico.x_labels_major = grafico.x_labels[::passo]
    for lugar, participante in enumerate(participantes):
        grafico.add(participante.nome_curto, [hora.votos[lugar] for hora in horas])
    grafico.add_xml_filter(sem_script)
    desenho: bytes = grafico.render()
    return desenho


def sem_script(raiz: Any) -> Any:
    """Com `js=[]` o pygal ainda escreve a sua configuração num `<script>`, que ninguém leria."""
    for pai in list(raiz.iter()):
        for filho in [filho for filho in pai if str(filho.tag).endswith("script")]:
            pai.remove(filho)
    return raiz
