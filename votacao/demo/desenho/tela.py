"""O que todo o desenho usa: cores, curvas e a tela.

As coordenadas são as de um quadro de 720 x 960 unidades, com o rosto centrado em x = 360; a tela
converte para pixels. Cabelo e rosto são descritos com x relativo ao eixo da cabeça.
"""

import math
from collections.abc import Iterable, Sequence

from PIL import Image, ImageChops, ImageDraw, ImageFilter

Ponto = tuple[float, float]
Forma = list[Ponto]
Cor = tuple[int, int, int]

LARGURA, ALTURA = 720, 960
EIXO = 360.0
_SUPER = 3
_PIVO: Ponto = (360.0, 600.0)
_AUMENTO = 1.09  # a cabeça um pouco maior que o natural lê melhor em miniatura
_SUBIDA = 30.0  # quanto o tronco sobe, para encurtar o pescoço
_REDUCAO = 6  # as manchas suaves são desfocadas com 1/6 dos pixels e ampliadas
_GRANDE = 150_000  # pixels a partir dos quais se recorta a área antes de pintar


# --- cores -------------------------------------------------------------------------------------


def rgb(hexa: str) -> Cor:
    """Converte `#rrggbb`; levanta ValueError no que não for isso."""
    return int(hexa[1:3], 16), int(hexa[3:5], 16), int(hexa[5:7], 16)


def mistura(a: Cor, b: Cor, t: float) -> Cor:
    """Ponto `t` (0 a 1) do caminho de `a` até `b`."""
    return (
        round(a[0] + (b[0] - a[0]) * t),
        round(a[1] + (b[1] - a[1]) * t),
        round(a[2] + (b[2] - a[2]) * t),
    )


def claridade(c: Cor) -> float:
    """Luminosidade percebida, de 0 a 1."""
    return (0.299 * c[0] + 0.587 * c[1] + 0.114 * c[2]) / 255


def sombra(c: Cor, t: float) -> Cor:
    """Escurece puxando para o vinho, como sombra de pele e de tecido; `t` de 0 a 1."""
    alvo = (round(c[0] * 0.50), round(c[1] * 0.32), round(c[2] * 0.36))
    return mistura(c, alvo, t)


def luz(c: Cor, t: float) -> Cor:
    """Clareia puxando para o creme; `t` de 0 a 1."""
    return mistura(c, (255, 240, 218), t)


def escuro(c: Cor, t: float) -> Cor:
    """Escurece sem mudar de matiz, como cabelo; `t` de 0 a 1."""
    return mistura(c, (round(c[0] * 0.28), round(c[1] * 0.24), round(c[2] * 0.30)), t)


# --- geometria ---------------------------------------------------------------------------------


def acaso(*semente: int) -> float:
    """Número de 0 a 1 que depende só da semente: dá irregularidade sem sorteio."""
    n = 2166136261
    for s in semente:
        n = ((n ^ (s & 0xFFFF)) * 16777619) & 0xFFFFFFFF
        n ^= n >> 13
    n = (n * 2654435761) & 0xFFFFFFFF
    return ((n ^ (n >> 16)) & 0xFFFF) / 0xFFFF


def suave(pontos: Sequence[Ponto], *, fechada: bool = True, passos: int = 9) -> Forma:
    """Curva de Catmull-Rom pelos pontos; um ponto repetido em seguida vira canto."""
    n = len(pontos)
    saida: Forma = []
    for i in range(n if fechada else n - 1):
        p1, p2 = pontos[i], pontos[(i + 1) % n]
        if p1 == p2:
            continue
        p0 = pontos[i - 1] if fechada or i else p1
        p3 = pontos[(i + 2) % n] if fechada or i + 2 < n else p2
        for k in range(passos):
            t = k / passos
            t2, t3 = t * t, t * t * t
            a, b = -0.5 * t3 + t2 - 0.5 * t, 1.5 * t3 - 2.5 * t2 + 1
            c, d = -1.5 * t3 + 2 * t2 + 0.5 * t, 0.5 * t3 - 0.5 * t2
            saida.append(
                (
                    a * p0[0] + b * p1[0] + c * p2[0] + d * p3[0],
                    a * p0[1] + b * p1[1] + c * p2[1] + d * p3[1],
                )
            )
    if not fechada:
        saida.append(pontos[-1])
    return saida


def aberta(*pontos: Ponto) -> Forma:
    return suave(pontos, fechada=False)


def elipse(x: float, y: float, rx: float, ry: float, giro: float = 0.0, n: int = 40) -> Forma:
    """Elipse em polígono; `giro` em graus."""
    c, s = math.cos(math.radians(giro)), math.sin(math.radians(giro))
    saida: Forma = []
    for k in range(n):
        a = 2 * math.pi * k / n
        u, v = rx * math.cos(a), ry * math.sin(a)
        saida.append((x + u * c - v * s, y + u * s + v * c))
    return saida


def fita(pontos: Sequence[Ponto], larguras: Sequence[float]) -> Forma:
    """Traço de largura variável, com pontas redondas, em polígono; larguras em unidades."""
    n = len(pontos)
    direita: Forma = []
    esquerda: Forma = []
    for i, (x, y) in enumerate(pontos):
        xa, ya = pontos[max(0, i - 1)]
        xb, yb = pontos[min(n - 1, i + 1)]
        comp = math.hypot(xb - xa, yb - ya) or 1.0
        nx, ny = -(yb - ya) / comp, (xb - xa) / comp
        t = i / (n - 1) * (len(larguras) - 1)
        k = min(int(t), len(larguras) - 2)
        r = (larguras[k] + (larguras[k + 1] - larguras[k]) * (t - k)) / 2
        direita.append((x + nx * r, y + ny * r))
        esquerda.append((x - nx * r, y - ny * r))
    return (
        direita
        + _ponta(direita[-1], esquerda[-1], pontos[-1])
        + esquerda[::-1]
        + _ponta(esquerda[0], direita[0], pontos[0])
    )


def aro(forma: Sequence[Ponto], largura: float) -> Forma:
    """Anel de largura constante sobre uma forma fechada."""
    n = len(forma)
    fora: Forma = []
    dentro: Forma = []
    for i, (x, y) in enumerate(forma):
        (xa, ya), (xb, yb) = forma[i - 1], forma[(i + 1) % n]
        comp = math.hypot(xb - xa, yb - ya) or 1.0
        nx, ny = -(yb - ya) / comp * largura / 2, (xb - xa) / comp * largura / 2
        fora.append((x + nx, y + ny))
        dentro.append((x - nx, y - ny))
    return [*fora, fora[0], dentro[0], *reversed(dentro)]


def _ponta(de: Ponto, ate: Ponto, centro: Ponto) -> Forma:
    a = math.atan2(de[1] - centro[1], de[0] - centro[0])
    r = math.hypot(de[0] - centro[0], de[1] - centro[1])
    if r < 0.4:
        return [de, ate]
    return [
        (
            centro[0] + r * math.cos(a - math.pi * k / 8),
            centro[1] + r * math.sin(a - math.pi * k / 8),
        )
        for k in range(1, 8)
    ]


def simetrica(metade: Sequence[Ponto]) -> Forma:
    """Fecha o lado direito (x >= 0, de cima para baixo) com o seu espelho."""
    return suave([*metade, *[(-x, y) for x, y in reversed(metade) if x != 0]])


def espelho(pontos: Iterable[Ponto]) -> Forma:
    return [(-x, y) for x, y in pontos]


def entre(a: Sequence[Ponto], b: Sequence[Ponto], t: float) -> Forma:
    """Linha a `t` (0 a 1) do caminho entre duas linhas de mesmo número de pontos."""
    return [(xa + (xb - xa) * t, ya + (yb - ya) * t) for (xa, ya), (xb, yb) in zip(a, b, strict=True)]


# --- tela --------------------------------------------------------------------------------------


class Tela:
    """Superfície de desenho em unidades do quadro, com a inclinação da cabeça.

    `cabeca=True` num método soma o eixo, aumenta e inclina em torno do queixo.
    """

    def __init__(self, largura: int, altura: int, inclinacao: float) -> None:
        self.tamanho = (largura * _SUPER, altura * _SUPER)
        self.escala = max(self.tamanho[0] / LARGURA, self.tamanho[1] / ALTURA)
        self.dx = (self.tamanho[0] - LARGURA * self.escala) / 2
        self.dy = (self.tamanho[1] - ALTURA * self.escala) / 2
        self.cos = math.cos(math.radians(inclinacao))
        self.sen = math.sin(math.radians(inclinacao))
        self.imagem = Image.new("RGBA", self.tamanho)
        self.pincel = ImageDraw.Draw(self.imagem)

    def pontos(self, forma: Forma, *, cabeca: bool) -> Forma:
        """Converte a forma para pixels."""
        saida: Forma = []
        for x, y in forma:
            if cabeca:
                u, v = x * _AUMENTO, (y - _PIVO[1]) * _AUMENTO
                x = _PIVO[0] + u * self.cos - v * self.sen
                y = _PIVO[1] + 4 + u * self.sen + v * self.cos
            else:
                y -= _SUBIDA
            saida.append((x * self.escala + self.dx, y * self.escala + self.dy))
        return saida

    def mascara(self, formas: Iterable[Forma], *, cabeca: bool) -> Image.Image:
        """Máscara do quadro inteiro com a união das formas."""
        m = Image.new("L", self.tamanho)
        d = ImageDraw.Draw(m)
        for f in formas:
            d.polygon(self.pontos(f, cabeca=cabeca), fill=255)
        return m

    def cobre(self, mascara: Image.Image, cor: Cor, alfa: float = 1.0) -> None:
        """Pinta a cor onde a máscara deixa."""
        caixa = mascara.getbbox()
        if caixa is None:
            return
        m = mascara.crop(caixa)
        if alfa < 1:
            m = m.point([round(i * alfa) for i in range(256)])
        self.imagem.paste((*cor, 255), caixa, m)

    def pinta(
        self,
        forma: Forma,
        cor: Cor,
        *,
        alfa: float = 1.0,
        dentro: Image.Image | None = None,
        cabeca: bool = True,
        raio: float = 0.0,
    ) -> None:
        """Pinta a forma; `raio` (unidades) desfoca a borda e `dentro` recorta."""
        pts = self.pontos(forma, cabeca=cabeca)
        if alfa >= 1 and dentro is None and not raio:
            self.pincel.polygon(pts, fill=(*cor, 255))
            return
        sobra = raio * self.escala * 2.5
        x0 = max(0, math.floor(min(p[0] for p in pts) - sobra))
        y0 = max(0, math.floor(min(p[1] for p in pts) - sobra))
        x1 = min(self.tamanho[0], math.ceil(max(p[0] for p in pts) + sobra) + 1)
        y1 = min(self.tamanho[1], math.ceil(max(p[1] for p in pts) + sobra) + 1)
        if x1 <= x0 or y1 <= y0:
            return
        larg, alt = x1 - x0, y1 - y0
        f = _REDUCAO if raio else 1
        m = Image.new("L", (max(1, larg // f), max(1, alt // f)))
        fx, fy = m.width / larg, m.height / alt
        ImageDraw.Draw(m).polygon([((x - x0) * fx, (y - y0) * fy) for x, y in pts], fill=round(255 * min(1.0, alfa)))
        caixa = (x0, y0, x1, y1)
        if dentro is not None and larg * alt > _GRANDE:  # só vale a pena recortar o que é grande
            d = dentro.getbbox()
            if d is None:
                return
            caixa = (max(x0, d[0]), max(y0, d[1]), min(x1, d[2]), min(y1, d[3]))
            if caixa[0] >= caixa[2] or caixa[1] >= caixa[3]:
                return
        parte = (caixa[0] - x0, caixa[1] - y0, caixa[2] - x0, caixa[3] - y0)
        if raio:
            m = m.filter(ImageFilter.GaussianBlur(raio * self.escala / f))
            m = m.resize(
                (parte[2] - parte[0], parte[3] - parte[1]),
                Image.Resampling.BICUBIC,
                box=(parte[0] * fx, parte[1] * fy, parte[2] * fx, parte[3] * fy),
            )
        elif parte != (0, 0, larg, alt):
            m = m.crop(parte)
        if dentro is not None:
            m = ImageChops.multiply(m, dentro.crop(caixa))
        self.imagem.paste((*cor, 255), caixa, m)

    def desloca(self, mascara: Image.Image, dx: float, dy: float) -> Image.Image:
        """Máscara deslocada em unidades do quadro; o que entra vem vazio."""
        saida = Image.new("L", self.tamanho)
        saida.paste(mascara, (round(dx * self.escala), round(dy * self.escala)))
        return saida
