"""O fundo de estúdio: só tem degradês e é feito já no tamanho final."""

from PIL import Image, ImageDraw

from votacao.demo.desenho.tela import ALTURA, LARGURA, Forma, acaso, elipse, rgb
from votacao.demo.elenco import Fundo


def cenario(f: Fundo, largura: int, altura: int) -> Image.Image:
    """Estúdio do grupo: degradê, motivo e um foco de luz atrás da cabeça."""
    alto, baixo, luz = rgb(f.alto), rgb(f.baixo), rgb(f.luz)
    rampa = Image.linear_gradient("L").resize((largura, altura), Image.Resampling.BICUBIC)
    img = Image.composite(Image.new("RGB", (largura, altura), baixo), Image.new("RGB", (largura, altura), alto), rampa)
    k = 2
    e = max(largura / LARGURA, altura / ALTURA) * k
    dx, dy = (largura * k - LARGURA * e) / 2, (altura * k - ALTURA * e) / 2
    m = Image.new("L", (largura * k, altura * k))
    d = ImageDraw.Draw(m)

    def poligono(forma: Forma, valor: int) -> None:
        d.polygon([(x * e + dx, y * e + dy) for x, y in forma], fill=valor)

    if f.motivo == "pipoca":  # bolas de luz, como pipoca no ar
        for i in range(17):
            x, y = 720 * acaso(101, i, baixo[0]), 720 * acaso(102, i, baixo[2])
            r = 12 + 54 * acaso(103, i, baixo[1]) ** 2
            poligono(elipse(x, y, r, r), 20 + round(30 * acaso(104, i)))
    elif f.motivo == "camarote":  # fachos de palco
        for i, (x, abre) in enumerate(((60, 70), (250, 60), (470, 60), (660, 70))):
            pe = 360 + (x - 360) * 1.9
            poligono(
                [(x - 14, -20), (x + 14, -20), (pe + abre * 1.5, 980), (pe - abre * 1.5, 980)],
                24 + 8 * (i % 2),
            )
    else:  # arcos, como a casinha do quintal
        for i in range(6, 0, -1):
            poligono(elipse(360, 400, 90 + 74 * i, 90 + 74 * i, n=90), 40 if i % 2 else 12)
    m = m.resize((largura, altura), Image.Resampling.LANCZOS)
    img.paste(luz, (0, 0), m)
    foco = Image.radial_gradient("L").resize((largura, largura), Image.Resampling.BICUBIC)
    foco = foco.point([round(max(0.0, 1 - i / 178) ** 1.4 * 215) for i in range(256)])
    img.paste(luz, (0, round(altura * 0.40 - largura / 2)), foco)
    return img
