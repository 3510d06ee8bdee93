"""Retratos do elenco de demonstração, desenhados só com Pillow e formas nossas.

As coordenadas são as de um quadro de 720 x 960 unidades, com o rosto centrado em x = 360; a tela
converte para pixels. Cabelo e rosto são descritos com x relativo ao eixo da cabeça. A figura é
pintada com o triplo da resolução e reduzida com LANCZOS; o cenário, que só tem degradês, é feito
já no tamanho final. Nada depende de relógio nem de sorteio: os mesmos traços dão os mesmos bytes.
"""

import itertools
import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field

from PIL import Image, ImageChops, ImageDraw, ImageFilter

from votacao.demo.elenco import Cabelo, Fundo, Rosto, Tracos

# As listas de pontos de controle ficam várias por linha: uma por linha triplicaria o arquivo.
# fmt: off

Ponto = tuple[float, float]
Forma = list[Ponto]
Cor = tuple[int, int, int]

_LARGURA, _ALTURA = 720, 960
_SUPER = 3
_EIXO = 360.0
_PIVO: Ponto = (360.0, 600.0)
_AUMENTO = 1.09  # a cabeça um pouco maior que o natural lê melhor em miniatura
_SUBIDA = 30.0  # quanto o tronco sobe, para encurtar o pescoço
_REDUCAO = 6  # as manchas suaves são desfocadas com 1/6 dos pixels e ampliadas
_GRANDE = 150_000  # pixels a partir dos quais se recorta a área antes de pintar


# --- cores -------------------------------------------------------------------------------------


def _cor(hexa: str) -> Cor:
    """Converte `#rrggbb`; levanta ValueError no que não for isso."""
    return int(hexa[1:3], 16), int(hexa[3:5], 16), int(hexa[5:7], 16)


def _mistura(a: Cor, b: Cor, t: float) -> Cor:
    """Ponto `t` (0 a 1) do caminho de `a` até `b`."""
    return (
        round(a[0] + (b[0] - a[0]) * t),
        round(a[1] + (b[1] - a[1]) * t),
        round(a[2] + (b[2] - a[2]) * t),
    )


def _claridade(c: Cor) -> float:
    """Luminosidade percebida, de 0 a 1."""
    return (0.299 * c[0] + 0.587 * c[1] + 0.114 * c[2]) / 255


def _sombra(c: Cor, t: float) -> Cor:
    """Escurece puxando para o vinho, como sombra de pele e de tecido; `t` de 0 a 1."""
    alvo = (round(c[0] * 0.50), round(c[1] * 0.32), round(c[2] * 0.36))
    return _mistura(c, alvo, t)


def _luz(c: Cor, t: float) -> Cor:
    """Clareia puxando para o creme; `t` de 0 a 1."""
    return _mistura(c, (255, 240, 218), t)


def _escuro(c: Cor, t: float) -> Cor:
    """Escurece sem mudar de matiz, como cabelo; `t` de 0 a 1."""
    return _mistura(c, (round(c[0] * 0.28), round(c[1] * 0.24), round(c[2] * 0.30)), t)


# --- geometria ---------------------------------------------------------------------------------


def _acaso(*semente: int) -> float:
    """Número de 0 a 1 que depende só da semente: dá irregularidade sem sorteio."""
    n = 2166136261
    for s in semente:
        n = ((n ^ (s & 0xFFFF)) * 16777619) & 0xFFFFFFFF
        n ^= n >> 13
    n = (n * 2654435761) & 0xFFFFFFFF
    return ((n ^ (n >> 16)) & 0xFFFF) / 0xFFFF


def _suave(pontos: Sequence[Ponto], *, fechada: bool = True, passos: int = 9) -> Forma:
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


def _aberta(*pontos: Ponto) -> Forma:
    return _suave(pontos, fechada=False)


def _elipse(x: float, y: float, rx: float, ry: float, giro: float = 0.0, n: int = 40) -> Forma:
    """Elipse em polígono; `giro` em graus."""
    c, s = math.cos(math.radians(giro)), math.sin(math.radians(giro))
    saida: Forma = []
    for k in range(n):
        a = 2 * math.pi * k / n
        u, v = rx * math.cos(a), ry * math.sin(a)
        saida.append((x + u * c - v * s, y + u * s + v * c))
    return saida


def _fita(pontos: Sequence[Ponto], larguras: Sequence[float]) -> Forma:
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


def _aro(forma: Sequence[Ponto], largura: float) -> Forma:
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


def _simetrica(metade: Sequence[Ponto]) -> Forma:
    """Fecha o lado direito (x >= 0, de cima para baixo) com o seu espelho."""
    return _suave([*metade, *[(-x, y) for x, y in reversed(metade) if x != 0]])


def _espelho(pontos: Iterable[Ponto]) -> Forma:
    return [(-x, y) for x, y in pontos]


def _entre(a: Sequence[Ponto], b: Sequence[Ponto], t: float) -> Forma:
    """Linha a `t` (0 a 1) do caminho entre duas linhas de mesmo número de pontos."""
    return [
        (xa + (xb - xa) * t, ya + (yb - ya) * t) for (xa, ya), (xb, yb) in zip(a, b, strict=True)
    ]


# --- tela --------------------------------------------------------------------------------------


class _Tela:
    """Superfície de desenho em unidades do quadro, com a inclinação da cabeça.

    `cabeca=True` num método soma o eixo, aumenta e inclina em torno do queixo.
    """

    def __init__(self, largura: int, altura: int, inclinacao: float) -> None:
        self.tamanho = (largura * _SUPER, altura * _SUPER)
        self.escala = max(self.tamanho[0] / _LARGURA, self.tamanho[1] / _ALTURA)
        self.dx = (self.tamanho[0] - _LARGURA * self.escala) / 2
        self.dy = (self.tamanho[1] - _ALTURA * self.escala) / 2
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
        ImageDraw.Draw(m).polygon(
            [((x - x0) * fx, (y - y0) * fy) for x, y in pts], fill=round(255 * min(1.0, alfa))
        )
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


# --- cabelo ------------------------------------------------------------------------------------


@dataclass(slots=True)
class _Mecha:
    """Fio de luz (tom > 0) ou de sombra (tom < 0), recortado pela sua camada."""

    pontos: Forma
    larguras: Sequence[float]
    tom: float
    alfa: float = 1.0


@dataclass(slots=True)
class _Penteado:
    """Silhuetas e fios, atrás e na frente do rosto; `nevoa` é cabelo raspado, com transparência."""

    tras: list[Forma] = field(default_factory=list)
    frente: list[Forma] = field(default_factory=list)
    fios_tras: list[_Mecha] = field(default_factory=list)
    fios: list[_Mecha] = field(default_factory=list)
    nevoa: list[tuple[Forma, float]] = field(default_factory=list)
    enfeites: list[tuple[Forma, str]] = field(default_factory=list)
    tom_tras: float = 0.45


def _fios_ao_longo(
    a: Sequence[Ponto], b: Sequence[Ponto], n: int, semente: int, *, largura: float = 7.0
) -> list[_Mecha]:
    """Fios que acompanham uma cortina de cabelo entre as linhas `a` e `b`."""
    saida = []
    for i in range(n):
        t = (i + 0.35 + 0.5 * _acaso(semente, i)) / n
        corte = 1 if _acaso(semente, i, 1) > 0.6 else 0
        linha = _entre(a, b, t)[corte:]
        tom = 0.20 if i % 3 == 1 else -0.30
        g = largura * (0.6 + 0.9 * _acaso(semente, i, 2))
        saida.append(_Mecha(_suave(linha, fechada=False), (1, g, g * 0.8, 1), tom, 0.75))
    return saida


def _fios_radiais(
    dentro: Sequence[Ponto], fora: Sequence[Ponto], n: int, semente: int, *, largura: float = 6.0
) -> list[_Mecha]:
    """Fios penteados da linha do cabelo (`dentro`) para o alto da cabeça (`fora`)."""
    a = _suave(dentro, fechada=False, passos=12)
    b = _suave(fora, fechada=False, passos=12)
    saida = []
    for i in range(n):
        t = (i + 0.5) / n
        p = a[min(len(a) - 1, int(t * len(a)))]
        q = b[min(len(b) - 1, int(t * len(b)))]
        meio = ((p[0] + q[0]) / 2 * 1.06, (p[1] + q[1]) / 2 - 6)
        g = largura * (0.6 + 0.8 * _acaso(semente, i))
        tom = 0.18 if i % 3 == 1 else -0.30
        fim = 0.9 if i % 2 else 0.65
        q = (p[0] + (q[0] - p[0]) * fim, p[1] + (q[1] - p[1]) * fim)
        saida.append(_Mecha(_aberta(p, meio, q), (1, g, g * 0.7, 1), tom, 0.7))
    return saida


def _cachos(
    caminho: Sequence[Ponto], raio: float, semente: int, *, passo: float = 1.0
) -> tuple[list[Forma], list[_Mecha]]:
    """Cachos redondos ao longo do caminho: as bolas e o risco em espiral de cada uma."""
    bolas: list[Forma] = []
    fios: list[_Mecha] = []
    densa = _suave(caminho, fechada=False, passos=24)
    andado, i = 0.0, 0
    for (xa, ya), (xb, yb) in itertools.pairwise(densa):
        andado += math.hypot(xb - xa, yb - ya)
        if andado < raio * passo:
            continue
        andado = 0.0
        i += 1
        r = raio * (0.82 + 0.4 * _acaso(semente, i))
        x = xb + (_acaso(semente, i, 3) - 0.5) * raio * 0.5
        y = yb + (_acaso(semente, i, 4) - 0.5) * raio * 0.5
        bolas.append(_elipse(x, y, r, r * 0.94, n=22))
        fios.extend(_espiral(x, y, r, semente + i))
    return bolas, fios


def _espiral(x: float, y: float, r: float, semente: int) -> list[_Mecha]:
    """Um cacho visto de frente: arco de sombra embaixo e arco de luz em cima."""
    a0 = 360 * _acaso(semente, 9) * 0.35
    sentido = 1 if _acaso(semente, 8) > 0.5 else -1

    def arco(raio: float, de: float, ate: float) -> Forma:
        return [
            (
                x + sentido * raio * math.cos(math.radians(de + (ate - de) * k / 9)),
                y + raio * math.sin(math.radians(de + (ate - de) * k / 9)),
            )
            for k in range(10)
        ]

    return [
        _Mecha(arco(r * 0.86, 10 + a0, 170 + a0), (1, r * 0.20, 1), -0.42, 0.9),
        _Mecha(arco(r * 0.55, 190 + a0, 330 + a0), (1, r * 0.20, 1), 0.24, 0.9),
        _Mecha(arco(r * 0.34, 20 + a0, 200 + a0), (1, r * 0.14, 1), -0.30, 0.8),
    ]


def _tranca(
    caminho: Sequence[Ponto], largura: float, *, gomo: float = 0.95
) -> tuple[list[Forma], list[_Mecha]]:
    """Trança de gomos alternados ao longo do caminho; largura em unidades."""
    densa = _suave(caminho, fechada=False, passos=30)
    formas: list[Forma] = [_fita(densa[::5] + densa[-1:], (largura * 0.62, largura * 0.62))]
    fios: list[_Mecha] = []
    andado, i = 0.0, 0
    for (xa, ya), (xb, yb) in itertools.pairwise(densa):
        andado += math.hypot(xb - xa, yb - ya)
        if andado < largura * gomo * 0.5:
            continue
        andado = 0.0
        i += 1
        lado = 1 if i % 2 else -1
        ang = math.degrees(math.atan2(yb - ya, xb - xa))
        nx, ny = -math.sin(math.radians(ang)), math.cos(math.radians(ang))
        cx, cy = xb + nx * lado * largura * 0.2, yb + ny * lado * largura * 0.2
        formas.append(_elipse(cx, cy, largura * 0.48, largura * 0.34, ang - lado * 36, n=20))
        px, py = xb + nx * lado * largura * 0.48, yb + ny * lado * largura * 0.48
        ux, uy = math.cos(math.radians(ang)), math.sin(math.radians(ang))
        fios.append(
            _Mecha(
                _aberta(
                    (px - ux * largura * 0.02, py - uy * largura * 0.02),
                    (xb + ux * largura * 0.22, yb + uy * largura * 0.22),
                    (
                        xb - nx * lado * 2 + ux * largura * 0.45,
                        yb - ny * lado * 2 + uy * largura * 0.45,
                    ),
                ),
                (1, largura * 0.13, 1),
                -0.6,
            )
        )
        fios.append(
            _Mecha(
                _aberta(
                    (cx - ux * largura * 0.16, cy - uy * largura * 0.16),
                    (cx + ux * largura * 0.14, cy + uy * largura * 0.14),
                ),
                (1, largura * 0.10, 1),
                0.28,
                0.8,
            )
        )
    return formas, fios


# Linha do cabelo mais comum, da costeleta esquerda à direita.
_LINHA: list[Ponto] = [
    (-137, 405), (-129, 352), (-112, 308), (-66, 284), (0, 277), (66, 284), (112, 308), (129, 352),
    (137, 405),
]
# Alto da cabeça, com um dedo de cabelo, nos mesmos nove pontos.
_TOPO: list[Ponto] = [
    (-146, 402), (-149, 330), (-134, 254), (-82, 203), (0, 188), (82, 203), (134, 254), (149, 330),
    (146, 402),
]


def _touca(fora: Sequence[Ponto] = _TOPO, dentro: Sequence[Ponto] = _LINHA) -> Forma:
    """Faixa de cabelo entre o alto da cabeça e a linha da testa."""
    return _suave([fora[0], *fora, fora[-1], dentro[-1], *reversed(dentro), dentro[0]])


def _curto() -> _Penteado:
    fora: list[Ponto] = [
        (-145, 430), (-152, 345), (-143, 258), (-98, 188), (-12, 166), (76, 172), (132, 214),
        (153, 320), (145, 430),
    ]
    dentro: list[Ponto] = [
        (-131, 430), (-127, 360), (-112, 316), (-82, 286), (-22, 272), (46, 284), (104, 300),
        (126, 356), (131, 430),
    ]
    p = _Penteado(frente=[_touca(fora, dentro)])
    for i in range(7):  # pontas despenteadas da franja
        x = -78 + i * 27
        p.frente.append(
            _suave(
                [
                    (x - 20, 262), (x + 8, 264), (x + 30, 292 + 9 * _acaso(3, i)),
                    (x + 30, 292 + 9 * _acaso(3, i)),
                ]
            )
        )
    p.fios = _fios_radiais(dentro, fora, 17, 11, largura=9)
    return p


def _lateral() -> _Penteado:
    fora: list[Ponto] = [
        (-143, 420), (-148, 345), (-140, 265), (-108, 205), (-60, 170), (30, 156), (112, 182),
        (150, 262), (150, 345), (143, 420),
    ]
    dentro: list[Ponto] = [
        (-131, 420), (-127, 352), (-116, 318), (-98, 284), (-74, 258), (10, 292), (84, 292),
        (118, 318), (128, 352), (131, 420),
    ]
    p = _Penteado(frente=[_touca(fora, dentro)])
    for i in range(9):
        t = i / 8
        p.fios.append(
            _Mecha(
                _aberta(
                    (-72 + 8 * t, 250 - 60 * t), (-10 + 40 * t, 222 - 44 * t),
                    (60 + 42 * t, 240 - 36 * t), (108 + 30 * t, 300 - 10 * t),
                ),
                (1, 7, 9, 1),
                0.22 if i % 3 == 1 else -0.32,
                0.75,
            )
        )
    p.fios.append(_Mecha(_aberta((-76, 262), (-84, 226), (-76, 190)), (4, 5, 1), -0.7))
    return p


def _degrade() -> _Penteado:
    fora: list[Ponto] = [
        (-139, 352), (-143, 310), (-130, 250), (-82, 203), (0, 190), (82, 203), (130, 250),
        (143, 310), (139, 352),
    ]
    dentro: list[Ponto] = [
        (-126, 352), (-122, 322), (-104, 294), (-66, 284), (0, 279), (66, 284), (104, 294),
        (122, 322), (126, 352),
    ]
    p = _Penteado(frente=[_touca(fora, dentro)])
    for lado in (-1, 1):
        for k, alfa in ((430, 0.22), (408, 0.30), (386, 0.42)):
            p.nevoa.append(
                ([(lado * 142, 330), (lado * 142, k), (lado * 130, k), (lado * 122, 330)], alfa)
            )
    for i in range(46):  # textura crespa rente
        t, u = _acaso(7, i), _acaso(8, i)
        x = (t * 2 - 1) * 112
        y = 206 + u * 66 + abs(x) * 0.26
        p.fios.append(
            _Mecha(
                _aberta((x - 4, y), (x, y - 3), (x + 4, y)), (1, 3, 1), 0.24 if i % 2 else -0.5, 0.7
            )
        )
    return p


def _careca() -> _Penteado:
    return _Penteado()


def _calvo() -> _Penteado:
    p = _Penteado()
    for lado in (-1, 1):
        fora: list[Ponto] = [(116, 268), (138, 288), (152, 336), (154, 400), (142, 448)]
        dentro: list[Ponto] = [(112, 288), (116, 324), (122, 362), (128, 398), (134, 444)]
        a, b = (fora, dentro) if lado > 0 else (_espelho(fora), _espelho(dentro))
        p.frente.append(_suave([a[0], *a, a[-1], b[-1], *reversed(b), b[0]]))
        p.fios += _fios_ao_longo(a, b, 5, 5 + lado, largura=6)
    return p


def _entradas() -> _Penteado:
    dentro: list[Ponto] = [
        (-131, 430), (-126, 350), (-104, 286), (-70, 238), (0, 262), (70, 238), (104, 286),
        (126, 350), (131, 430),
    ]
    fora = [*_TOPO]
    fora[0], fora[-1] = (-146, 430), (146, 430)
    p = _Penteado(frente=[_touca(fora, dentro)])
    p.fios = _fios_radiais(dentro, fora, 15, 21)
    return p


def _topete() -> _Penteado:
    fora: list[Ponto] = [
        (-145, 425), (-149, 345), (-142, 268), (-124, 196), (-58, 146), (34, 128), (112, 148),
        (146, 220), (150, 330), (145, 425),
    ]
    dentro: list[Ponto] = [
        (-131, 425), (-127, 356), (-116, 316), (-98, 288), (-52, 268), (20, 262), (84, 276),
        (116, 312), (128, 352), (131, 425),
    ]
    p = _Penteado(frente=[_touca(fora, dentro)])
    for i in range(11):
        t = i / 10
        x = -92 + 184 * t
        p.fios.append(
            _Mecha(
                _aberta(
                    (x, 284 - 18 * math.sin(math.pi * t)), (x - 14 + 10 * t, 226),
                    (x + 6 + 14 * t, 178 + 30 * abs(t - 0.55)),
                    (x + 44 - 8 * t, 156 + 70 * max(0.0, t - 0.6)),
                ),
                (1, 8, 10, 1),
                0.26 if i % 3 == 1 else -0.28,
                0.75,
            )
        )
    for lado in (-1, 1):
        p.nevoa.append(
            ([(lado * 144, 330), (lado * 144, 425), (lado * 130, 425), (lado * 128, 330)], 0.2)
        )
    return p


def _cachos_curtos() -> _Penteado:
    fora: list[Ponto] = [
        (-140, 380), (-148, 310), (-134, 244), (-84, 194), (0, 176), (84, 194), (134, 244),
        (148, 310), (140, 380),
    ]
    dentro: list[Ponto] = [
        (-134, 400), (-128, 346), (-108, 302), (-62, 276), (0, 268), (62, 276), (108, 302),
        (128, 346), (134, 400),
    ]
    p = _Penteado(frente=[_touca(fora, dentro)])
    for linha, r, s in (
        (fora, 27, 31), (_entre(fora, dentro, 0.42)[1:-1], 26, 47),
        (_entre(fora, dentro, 0.86)[1:-1], 21, 63),
    ):
        bolas, fios = _cachos(linha, r, s, passo=1.15)
        p.frente += bolas
        p.fios += fios
    return p


def _afro() -> _Penteado:
    volta = [
        (222 * math.sin(math.radians(a)), 318 - 226 * math.cos(math.radians(a)))
        for a in range(-142, 143, 12)
    ]
    bolas, fios = _cachos(volta, 26, 3, passo=1.0)
    dentro: list[Ponto] = [
        (-145, 424), (-131, 366), (-112, 318), (-64, 286), (0, 276), (64, 286), (112, 318),
        (131, 366), (145, 424),
    ]
    fora: list[Ponto] = [
        (-205, 430), (-216, 330), (-182, 210), (-100, 124), (0, 98), (100, 124), (182, 210),
        (216, 330), (205, 430),
    ]
    p = _Penteado(
        tras=[_elipse(0, 322, 224, 222), *bolas], frente=[_touca(fora, dentro)], tom_tras=0.0
    )
    p.fios_tras = fios
    for anel in range(4):
        linha = _entre(fora, dentro, 0.16 + 0.27 * anel)[1:-1]
        b, f = _cachos(linha, 21 - 2.2 * anel, 80 + anel * 17, passo=1.5)
        if anel == 3:
            p.frente += b
        p.fios += f
    return p


def _cortina(
    fora: list[Ponto], dentro: list[Ponto], n: int, semente: int, p: _Penteado, largura: float = 8
) -> None:
    """Soma ao penteado uma cortina de cabelo que cai ao lado do rosto."""
    p.frente.append(_suave([fora[0], *fora, fora[-1], dentro[-1], *reversed(dentro), dentro[0]]))
    p.fios += _fios_ao_longo(fora, dentro, n, semente, largura=largura)


def _longo() -> _Penteado:
    p = _Penteado(
        tras=[
            _simetrica(
                [
                    (0, 190), (90, 205), (152, 290), (172, 430), (186, 600), (196, 760), (160, 850),
                    (0, 860),
                ]
            )
        ]
    )
    fora: list[Ponto] = [
        (30, 172), (110, 190), (156, 262), (170, 360), (172, 480), (186, 620), (202, 740),
        (168, 862),
    ]
    dentro: list[Ponto] = [
        (26, 206), (58, 262), (112, 312), (133, 384), (130, 470), (116, 580), (112, 720),
        (156, 858),
    ]
    _cortina(fora, dentro, 10, 5, p)
    fora_e = [(-x + 72 if i == 0 else -x, y) for i, (x, y) in enumerate(fora)]
    dentro_e: list[Ponto] = [(28, 206), *_espelho(dentro[1:])]
    dentro_e[1], dentro_e[2] = (-40, 254), (-110, 304)
    _cortina(fora_e, dentro_e, 11, 9, p)
    return p


def _ondulado() -> _Penteado:
    p = _Penteado(
        tras=[
            _simetrica(
                [
                    (0, 186), (96, 202), (160, 290), (178, 420), (170, 520), (204, 620), (188, 720),
                    (206, 800), (150, 850), (0, 850),
                ]
            )
        ]
    )
    fora: list[Ponto] = [
        (-34, 170), (64, 162), (140, 214), (172, 310), (166, 400), (190, 480), (176, 570),
        (212, 650), (196, 740), (206, 800), (164, 868),
    ]
    dentro: list[Ponto] = [
        (-44, 210), (16, 258), (96, 298), (134, 356), (128, 420), (142, 490), (116, 560),
        (134, 640), (104, 720), (126, 800), (156, 864),
    ]
    _cortina(fora, dentro, 10, 15, p, 10)
    fora2: list[Ponto] = [
        (-30, 170), (-84, 182), (-138, 232), (-166, 310), (-176, 400), (-164, 480), (-194, 560),
        (-182, 650), (-208, 730), (-190, 800), (-158, 868),
    ]
    dentro2: list[Ponto] = [
        (-46, 210), (-74, 258), (-110, 302), (-133, 356), (-134, 420), (-122, 490), (-140, 560),
        (-114, 640), (-132, 720), (-116, 790), (-150, 864),
    ]
    _cortina(fora2, dentro2, 9, 19, p, 10)
    return p


def _cacheado_longo() -> _Penteado:
    p = _Penteado(
        tras=[
            _simetrica(
                [
                    (0, 160), (110, 180), (190, 280), (212, 430), (218, 580), (200, 720),
                    (130, 770), (0, 760),
                ]
            )
        ]
    )
    for lado in (-1, 1):
        borda = [
            (lado * x, y)
            for x, y in (
                (60, 170), (140, 214), (196, 310), (212, 430), (222, 560), (210, 690), (160, 770),
            )
        ]
        b, f = _cachos(borda, 32, 21 + lado, passo=1.05)
        p.tras += b
        p.fios_tras += f
        fora: list[Ponto] = [
            (0 if lado > 0 else 20, 158), (lado * 92, 172), (lado * 160, 250), (lado * 186, 370),
            (lado * 192, 490), (lado * 198, 610), (lado * 184, 720),
        ]
        dentro: list[Ponto] = [
            (10, 226), (lado * 46, 268), (lado * 116, 308), (lado * 138, 380), (lado * 136, 470),
            (lado * 132, 570), (lado * 128, 680),
        ]
        p.frente.append(
            _suave([fora[0], *fora, fora[-1], dentro[-1], *reversed(dentro), dentro[0]])
        )
        for t, r in ((0.05, 30.0), (0.5, 29.0), (0.92, 24.0)):
            b, f = _cachos(
                _entre(fora, dentro, t)[0 if t < 0.8 else 1 :],
                r,
                40 + lado * 7 + int(t * 10),
                passo=1.1,
            )
            p.frente += b
            p.fios += f
    p.tom_tras = 0.35
    return p


def _chanel() -> _Penteado:
    p = _Penteado(
        tras=[
            _simetrica(
                [(0, 186), (100, 204), (158, 300), (172, 430), (174, 540), (150, 596), (0, 600)]
            )
        ]
    )
    fora: list[Ponto] = [
        (-60, 180), (40, 160), (128, 200), (164, 296), (174, 410), (180, 520), (158, 604),
    ]
    dentro: list[Ponto] = [
        (-72, 222), (-10, 276), (84, 306), (131, 366), (134, 440), (126, 520), (104, 588),
    ]
    _cortina(fora, dentro, 11, 23, p, 8)
    fora2: list[Ponto] = [
        (-54, 178), (-92, 186), (-140, 236), (-164, 320), (-174, 420), (-180, 520), (-158, 604),
    ]
    dentro2: list[Ponto] = [
        (-70, 222), (-92, 262), (-118, 304), (-132, 366), (-134, 440), (-126, 520), (-104, 588),
    ]
    _cortina(fora2, dentro2, 7, 27, p, 8)
    return p


def _coque() -> _Penteado:
    p = _Penteado(tras=[_elipse(0, 146, 74, 66)], frente=[_touca()], tom_tras=0.12)
    p.fios = _fios_radiais(_LINHA, [(x * 0.5, y - 8) for x, y in _TOPO], 19, 33, largura=7)
    for i in range(5):
        p.fios_tras.append(
            _Mecha(
                _aberta((-62 + 6 * i, 168 - 16 * i), (-8, 118 + 14 * i), (60 - 5 * i, 150 + 6 * i)),
                (1, 8, 1),
                0.26 if i % 2 else -0.4,
                0.8,
            )
        )
    for lado in (-1, 1):  # fiozinhos soltos na têmpora
        p.frente.append(
            _fita(
                _aberta((lado * 122, 330), (lado * 134, 390), (lado * 130, 440), (lado * 140, 486)),
                (9, 8, 5, 1),
            )
        )
    return p


def _rabo() -> _Penteado:
    p = _Penteado(frente=[_touca()])
    p.fios = _fios_radiais(_LINHA, [(x * 0.6, y) for x, y in _TOPO], 19, 39, largura=7)
    # sai de trás da nuca e cai sobre o ombro
    p.tras.append(
        _suave([(60, 380), (140, 400), (158, 470), (150, 560), (176, 660), (120, 690), (60, 640)])
    )
    p.tom_tras = 0.0
    a: list[Ponto] = [(142, 596), (178, 650), (196, 726), (188, 800), (146, 888)]
    b: list[Ponto] = [(84, 640), (104, 690), (116, 740), (116, 800), (134, 884)]
    _cortina(a, b, 9, 41, p, 8)
    return p


def _trancas() -> _Penteado:
    p = _Penteado(
        tras=[
            _simetrica(
                [
                    (0, 190), (96, 206), (158, 300), (176, 430), (192, 640), (190, 770), (110, 780),
                    (0, 700),
                ]
            )
        ]
    )
    p.frente.append(_touca())
    for i in range(12):
        t = i / 11
        a = _LINHA[0][0] + 274 * t
        base = 277 + (abs(a) / 137) ** 2.4 * 90
        p.fios.append(
            _Mecha(_aberta((a, base), (a * 0.86, base - 52), (a * 0.5, 190)), (2, 5, 3), -0.75, 0.9)
        )
    for lado in (-1, 1):
        for i in range(7):
            x0 = 104 + 7 * i
            x2 = 116 + 15 * i
            fim = 812 + 40 * _acaso(61, i, lado + 2) - (i - 2) ** 2 * 4
            caminho: list[Ponto] = [
                (lado * x0, 262 + i * 7), (lado * (134 + 6 * i), 396), (lado * (130 + 9 * i), 540),
                (lado * x2, 690), (lado * (x2 - 4), fim),
            ]
            b, f = _tranca(caminho, 23, gomo=0.95)
            p.frente += b
            p.fios += f
            if i % 2 == 0:
                p.enfeites.append((_elipse(lado * (x2 - 3), fim - 26, 12, 9), "conta"))
    return p


def _nago() -> _Penteado:
    p = _Penteado(frente=[_touca()])
    for i in range(9):
        t = i / 8
        x = -118 + 236 * t
        y = 284 + (abs(x) / 118) ** 2 * 44
        b, f = _tranca([(x, y), (x * 0.92, y - 46), (x * 0.62, 206)], 27, gomo=0.8)
        p.frente += b
        p.fios += f
    for i in range(8):
        t = (i + 0.5) / 8
        x = -118 + 236 * t
        y = 278 + (abs(x) / 118) ** 2 * 40
        p.fios.append(_Mecha(_aberta((x, y), (x * 0.92, y - 46), (x * 0.6, 200)), (4, 4, 2), -0.9))
    return p


def _pixie() -> _Penteado:
    fora: list[Ponto] = [
        (-140, 440), (-154, 360), (-150, 270), (-112, 196), (-30, 160), (70, 164), (136, 218),
        (154, 320), (148, 430),
    ]
    dentro: list[Ponto] = [
        (-128, 452), (-126, 384), (-118, 340), (-84, 338), (-16, 306), (54, 262), (106, 292),
        (128, 360), (134, 442),
    ]
    p = _Penteado(frente=[_touca(fora, dentro)])
    for i in range(10):
        t = i / 9
        p.fios.append(
            _Mecha(
                _aberta(
                    (76 - 14 * t, 244 - 62 * t), (10 - 30 * t, 232 - 36 * t),
                    (-66 - 34 * t, 280 - 30 * t), (-108 - 32 * t, 344 - 20 * t),
                ),
                (1, 8, 9, 1),
                0.24 if i % 3 == 1 else -0.32,
                0.75,
            )
        )
    return p


def _dreads() -> _Penteado:
    p = _Penteado(
        tras=[
            _simetrica(
                [(0, 180), (100, 198), (166, 290), (186, 420), (180, 560), (140, 640), (0, 640)]
            )
        ]
    )
    p.frente.append(_touca([(x * 1.05, y - 14) for x, y in _TOPO]))
    for i in range(9):  # raízes separadas, penteadas para os lados
        x = -104.0 + 26 * i
        y = 276 + (abs(x) / 137) ** 2.4 * 70
        p.fios.append(_Mecha(_aberta((x * 0.2, 178), (x * 0.8, 222), (x, y)), (2, 6, 4), -0.8, 0.9))
        p.fios.append(
            _Mecha(
                _aberta((x * 0.2 + 6, 186), (x * 0.8 + 11, 226), (x + 12, y - 8)),
                (1, 5, 1),
                0.16,
                0.7,
            )
        )
    for lado in (-1, 1):
        for i in range(6):
            j = 5 - i
            fim = 668 + 44 * _acaso(71, j, lado + 2) - 9 * j
            caminho: list[Ponto] = [
                (lado * (6 + 13 * j), 176 + 3 * j), (lado * (78 + 15 * j), 226 + 8 * j),
                (lado * (132 + 12 * j), 360), (lado * (138 + 15 * j), 500),
                (lado * (124 + 17 * j), fim),
            ]
            linha = _suave(caminho, fechada=False)
            p.frente.append(_fita(linha, (22, 30, 31, 29, 22)))
            p.fios.append(_Mecha([(x + 14 * lado, y) for x, y in linha], (2, 5, 5, 3), -0.85, 0.95))
            p.fios.append(_Mecha([(x - 5 * lado, y) for x, y in linha], (1, 4, 4, 1), 0.16, 0.7))
            for k in range(5, len(linha) - 2, 3):
                x, y = linha[k]
                p.fios.append(
                    _Mecha(
                        _aberta((x - 12, y - 5), (x, y + 3), (x + 12, y - 3)),
                        (1, 3.5, 1),
                        -0.5,
                        0.7,
                    )
                )
    p.enfeites.append((_elipse(-160, 560, 18, 11), "conta"))
    p.enfeites.append((_elipse(196, 520, 18, 11), "conta"))
    return p


def _franja() -> _Penteado:
    p = _Penteado(
        tras=[
            _simetrica(
                [
                    (0, 186), (96, 202), (158, 296), (176, 430), (186, 620), (190, 820), (150, 870),
                    (0, 870),
                ]
            )
        ]
    )
    for lado in (-1, 1):
        fora: list[Ponto] = [
            (lado * -10, 176), (lado * 96, 190), (lado * 156, 270), (lado * 172, 390),
            (lado * 180, 540), (lado * 190, 700), (lado * 184, 862),
        ]
        dentro: list[Ponto] = [
            (lado * 40, 200), (lado * 84, 260), (lado * 120, 330), (lado * 131, 420),
            (lado * 124, 540), (lado * 112, 700), (lado * 120, 874),
        ]
        _cortina(fora, dentro, 8, 51 + lado, p)
    alto: list[Ponto] = [(-118, 224), (-64, 186), (0, 173), (64, 186), (118, 224)]
    baixo: list[Ponto] = [(-134, 352), (-70, 342), (0, 338), (70, 342), (134, 352)]
    p.frente.append(_suave([alto[0], *alto, alto[-1], baixo[-1], *reversed(baixo), baixo[0]]))
    for i in range(13):
        t = i / 12
        p.fios.append(
            _Mecha(
                _aberta((-70 + 140 * t, 214), (-104 + 208 * t, 270), (-126 + 252 * t, 344)),
                (1, 7, 5),
                0.22 if i % 3 == 1 else -0.35,
                0.7,
            )
        )
    return p


def _duas_trancas() -> _Penteado:
    p = _Penteado(frente=[_touca()])
    p.fios = _fios_radiais(
        [(0, 190), (0, 205), (0, 225), (0, 250), (0, 275)],
        [(-150, 390), (-150, 350), (-142, 310), (-126, 290), (-110, 300)],
        8, 91,
    )
    p.fios += _fios_radiais(
        [(0, 190), (0, 205), (0, 225), (0, 250), (0, 275)],
        [(150, 390), (150, 350), (142, 310), (126, 290), (110, 300)],
        8, 93,
    )
    p.fios.append(_Mecha(_aberta((0, 186), (0, 230), (0, 280)), (3, 6, 6), -0.8))
    for lado in (-1, 1):
        p.tras.append(_elipse(lado * 132, 450, 34, 70))
        b, f = _tranca(
            [(lado * 140, 478), (lado * 158, 560), (lado * 156, 680), (lado * 146, 800)],
            52, gomo=0.86,
        )
        p.frente += b
        p.fios += f
        p.frente.append(
            _suave(
                [
                    (lado * 130, 800), (lado * 164, 800), (lado * 158, 850), (lado * 144, 880),
                    (lado * 132, 850),
                ]
            )
        )
        p.enfeites.append(
            (
                _suave(
                    [(lado * 128, 786), (lado * 166, 786), (lado * 164, 808), (lado * 130, 808)]
                ),
                "elastico",
            )
        )
    return p


def _samurai() -> _Penteado:
    fora: list[Ponto] = [
        (-139, 345), (-146, 296), (-132, 236), (-84, 186), (0, 168), (84, 186), (132, 236),
        (146, 296), (139, 345),
    ]
    dentro: list[Ponto] = [
        (-128, 345), (-122, 320), (-104, 296), (-60, 282), (0, 276), (60, 282), (104, 296),
        (122, 320), (128, 345),
    ]
    p = _Penteado(tras=[_elipse(0, 142, 50, 44)], frente=[_touca(fora, dentro)], tom_tras=0.15)
    p.fios = _fios_radiais(dentro, [(x * 0.3, y) for x, y in fora], 27, 95, largura=8)
    p.fios_tras = [
        _Mecha(_aberta((-42, 146), (0, 116), (42, 140)), (1, 7, 1), 0.25),
        _Mecha(_aberta((-38, 162), (0, 134), (40, 158)), (1, 6, 1), -0.4),
    ]
    for lado in (-1, 1):
        for k, alfa in ((440, 0.25), (415, 0.25), (390, 0.3)):
            p.nevoa.append(
                ([(lado * 142, 330), (lado * 142, k), (lado * 130, k), (lado * 124, 330)], alfa)
            )
    return p


_PENTEADOS: dict[Cabelo, Callable[[], _Penteado]] = {
    "afro": _afro,
    "cacheado_longo": _cacheado_longo,
    "cachos_curtos": _cachos_curtos,
    "calvo": _calvo,
    "careca": _careca,
    "chanel": _chanel,
    "coque": _coque,
    "curto": _curto,
    "degrade": _degrade,
    "dreads": _dreads,
    "duas_trancas": _duas_trancas,
    "entradas": _entradas,
    "franja": _franja,
    "longo": _longo,
    "lateral": _lateral,
    "nago": _nago,
    "ondulado": _ondulado,
    "pixie": _pixie,
    "rabo": _rabo,
    "samurai": _samurai,
    "topete": _topete,
    "trancas": _trancas,
}


# --- rosto -------------------------------------------------------------------------------------

# Meia largura da face, da mandíbula e do queixo, e a altura do queixo, em unidades.
_MEDIDAS: dict[Rosto, tuple[float, float, float, float]] = {
    "oval": (138, 108, 50, 606),
    "redondo": (144, 122, 62, 598),
    "quadrado": (140, 123, 72, 606),
    "coracao": (139, 101, 40, 604),
    "longo": (133, 106, 52, 620),
}


def _contorno(rosto: Rosto) -> Forma:
    w, mandibula, queixo, base = _MEDIDAS[rosto]
    return _simetrica(
        [
            (0, 206), (62, 216), (110, 254), (w - 6, 316), (w, 385), (w - 2, 430), (w - 9, 475),
            (mandibula, 537), (queixo + 22, base - 32), (queixo * 0.62, base - 5), (0, base),
        ]
    )


class _Retrato:
    """Pinta uma pessoa na tela, do fundo da cabeleira até os óculos."""

    def __init__(self, tela: _Tela, t: Tracos) -> None:
        self.tela = tela
        self.t = t
        self.pele = _cor(t.pele)
        self.cabelo = _cor(t.cor_cabelo)
        self.pelo = _cor(t.cor_barba) if t.cor_barba else self.cabelo
        clara = _claridade(self.pele)
        self.sombra_pele = _sombra(self.pele, 0.52 if clara > 0.45 else 0.62)
        self.luz_pele = _luz(self.pele, 0.5 if clara > 0.45 else 0.38)
        self.w = _MEDIDAS[t.rosto][0]
        self.base = _MEDIDAS[t.rosto][3]
        self.fx = t.giro * 9  # deslocamento dos traços que dá o meio perfil
        self.penteado = _PENTEADOS[t.cabelo]()
        if t.cobertura in ("hijab", "turbante"):
            self.penteado = _Penteado()
        elif t.cobertura in ("bone", "chapeu"):
            self.penteado.tras = []
        self.contorno = _contorno(t.rosto)
        self.face = tela.mascara([self.contorno], cabeca=True)
        self.barbado: Image.Image | None = None

    def pinta(self) -> None:
        self._cabelo_tras()
        if self.t.cobertura == "hijab":
            self._hijab_tras()
        self._corpo()
        self._orelhas()
        self._rosto()
        self._barba()
        self._olhos()
        self._nariz()
        self._boca()
        self._cabelo_frente()
        self._oculos()
        self._cobertura()
        self._brincos()

    # corpo e roupa

    def _ombros(self, folga: float = 0.0) -> Forma:
        p = self.t.porte
        return [
            (_EIXO + x, y)
            for x, y in _suave(
                [
                    (-62 * p, 560), (-66 * p, 640), (-82 * p - folga, 682), (-150 * p, 722 - folga),
                    (-226 * p - folga, 758 - folga), (-272 * p - folga, 836),
                    (-292 * p - folga, 1000), (-292 * p - folga, 1000), (292 * p + folga, 1000),
                    (292 * p + folga, 1000), (272 * p + folga, 836), (226 * p + folga, 758 - folga),
                    (150 * p, 722 - folga), (82 * p + folga, 682), (66 * p, 640), (62 * p, 560),
                ]
            )
        ]

    def _corpo(self) -> None:
        tela, t = self.tela, self.t
        corpo = tela.mascara([self._ombros()], cabeca=False)
        tela.cobre(corpo, self.pele)
        tela.pinta(
            [(418, 560), (424, 690), (560, 760), (620, 1000), (800, 1000), (800, 560)],
            self.sombra_pele, alfa=0.35, dentro=corpo, cabeca=False, raio=10,
        )
        # sombra do queixo no pescoço
        queixo = [(x, y + 34) for x, y in self.contorno]
        tela.pinta(queixo, self.sombra_pele, alfa=0.85, dentro=corpo, raio=3)
        # clavículas
        for s in (-1, 1):
            tela.pinta(
                _fita(
                    _aberta((_EIXO + s * 26, 752), (_EIXO + s * 80, 744), (_EIXO + s * 150, 756)),
                    (1, 7, 1),
                ),
                self.sombra_pele, alfa=0.32, cabeca=False, dentro=corpo,
            )
        tela.pinta(
            _fita(_aberta((_EIXO - 44, 672), (_EIXO - 30, 716), (_EIXO - 14, 744)), (1, 6, 1)),
            self.sombra_pele, alfa=0.16, cabeca=False, dentro=corpo,
        )
        _ROUPAS[t.roupa](self)
        self._colar()

    def _tecido(
        self, furos: list[Forma], *, folga: float = 7.0, cor: Cor | None = None
    ) -> Image.Image:
        """Pinta o pano sobre o tronco, menos os furos (decote e cavas); luz, dobra e estampa."""
        tela, t = self.tela, self.t
        cor = cor or _cor(t.cor_roupa)
        m = tela.mascara([self._ombros(folga)], cabeca=False)
        d = ImageDraw.Draw(m)
        pescoco: Forma = [(0, 0), (720, 0), (720, 640), (0, 640)]
        for f in [*furos, pescoco]:
            d.polygon(tela.pontos(f, cabeca=False), fill=0)
        tela.cobre(m, cor)
        if t.estampa != "lisa" and cor == _cor(t.cor_roupa):
            self._estampa(m)
        tela.pinta(
            [(520, 640), (470, 800), (500, 1000), (900, 1000), (900, 640)],
            _sombra(cor, 0.6), alfa=0.42, dentro=m, cabeca=False, raio=22,
        )
        tela.pinta(
            _elipse(210, 770, 120, 60, -18),
            _luz(cor, 0.6), alfa=0.32, dentro=m, cabeca=False, raio=26,
        )
        for x, y, dx in ((250, 880, -22), (480, 860, 26), (300, 930, -10)):
            tela.pinta(
                _fita(_aberta((x, y), (x + dx * 0.4, y + 40), (x + dx, y + 110)), (1, 9, 4)),
                _sombra(cor, 0.6), alfa=0.35, dentro=m, cabeca=False,
            )
        return m

    def _estampa(self, m: Image.Image) -> None:
        tela, t = self.tela, self.t
        cor = _cor(t.cor_detalhe)
        if t.estampa == "listras":
            for i in range(9):
                y = 690.0 + i * 38
                arco = _aberta(
                    (40, y + 46), (200, y + 6), (360, y + 22), (520, y + 6), (680, y + 46)
                )
                tela.pinta(_fita(arco, (15, 15)), cor, dentro=m, cabeca=False)
            return
        for linha in range(7):
            for col in range(11):
                x = 40 + col * 64 + (32 if linha % 2 else 0) + 10 * (_acaso(linha, col) - 0.5)
                y = 690 + linha * 46 + 10 * (_acaso(linha, col, 1) - 0.5)
                if t.estampa == "poa":
                    tela.pinta(_elipse(x, y, 9, 9), cor, dentro=m, cabeca=False)
                elif t.estampa == "folhas":
                    a = 360 * _acaso(linha, col, 2)
                    tela.pinta(_elipse(x, y, 27, 10, a), cor, dentro=m, cabeca=False)
                    dx, dy = (math.cos(math.radians(a)) * 24, math.sin(math.radians(a)) * 24)
                    tela.pinta(
                        _fita([(x - dx, y - dy), (x + dx, y + dy)], (3, 2)),
                        _cor(t.cor_roupa), dentro=m, cabeca=False,
                    )
                elif t.estampa == "flores":
                    for k in range(5):
                        a = math.radians(72 * k + 30 * linha)
                        tela.pinta(
                            _elipse(
                                x + 10 * math.cos(a), y + 10 * math.sin(a), 9, 7, math.degrees(a)
                            ),
                            cor, dentro=m, cabeca=False,
                        )
                    tela.pinta(_elipse(x, y, 6, 6), _cor("#d8452f"), dentro=m, cabeca=False)

    def _colar(self) -> None:
        tela, t = self.tela, self.t
        if t.colar == "nenhum":
            return
        ouro = _cor(t.cor_adorno)
        fundo = {"corrente": 790, "contas": 800, "pingente": 800}[t.colar]
        linha = _aberta((284, 690), (300, 742), (_EIXO, fundo), (420, 742), (436, 690))
        if t.colar == "contas":
            for i in range(2, len(linha) - 1, 2):
                x, y = linha[i]
                tela.pinta(_elipse(x, y, 9.5, 9.5, n=24), _sombra(ouro, 0.45), cabeca=False)
                tela.pinta(_elipse(x - 0.8, y - 0.8, 8.4, 8.4, n=24), ouro, cabeca=False)
                tela.pinta(_elipse(x - 3, y - 3, 2.6, 2.6, n=12), _luz(ouro, 0.8), cabeca=False)
            return
        g = 7.0 if t.colar == "corrente" else 3.6
        tela.pinta(
            _fita([(x, y + 2) for x, y in linha], (g, g)),
            _sombra(ouro, 0.7), alfa=0.7, cabeca=False,
        )
        tela.pinta(_fita(linha, (g, g)), ouro, cabeca=False)
        if t.colar == "pingente":
            tela.pinta(_elipse(_EIXO, fundo + 12, 11, 13), _sombra(ouro, 0.3), cabeca=False)
            tela.pinta(_elipse(_EIXO - 1, fundo + 11, 8, 10), ouro, cabeca=False)

    # cabelo

    def _cabelo_tras(self) -> None:
        p = self.penteado
        if not p.tras:
            return
        cor = _escuro(self.cabelo, p.tom_tras)
        m = self.tela.mascara(p.tras, cabeca=True)
        self.tela.cobre(m, cor)
        self._fios(p.fios_tras, cor, m)

    def _fios(self, fios: list[_Mecha], cor: Cor, m: Image.Image) -> None:
        """Pinta os fios dentro da máscara, uma passada por tom: um a um custaria o dobro."""
        contraste = 1.0 if _claridade(cor) > 0.25 else 1.25
        caixa = m.getbbox()
        if caixa is None:
            return
        por_tom: dict[tuple[float, float], list[Forma]] = {}
        for f in fios:
            por_tom.setdefault((f.tom, f.alfa), []).append(_fita(f.pontos, f.larguras))
        for (tom, alfa), formas in por_tom.items():
            tinta = _luz(cor, tom * contraste * 0.8) if tom > 0 else _escuro(cor, -tom)
            riscos = self.tela.mascara(formas, cabeca=True).crop(caixa)
            riscos = ImageChops.multiply(riscos, m.crop(caixa))
            riscos = riscos.point([round(i * alfa) for i in range(256)])
            self.tela.imagem.paste((*tinta, 255), caixa, riscos)

    def _cabelo_frente(self) -> None:
        tela, p = self.tela, self.penteado
        face = self.face
        raspado = (44, 30, 30) if self.t.cabelo == "samurai" else self.cabelo
        for forma, alfa in p.nevoa:
            tela.pinta(forma, raspado, alfa=alfa, dentro=face, raio=4)
        if not p.frente:
            return
        m = tela.mascara(p.frente, cabeca=True)
        queda = ImageChops.multiply(tela.desloca(m, 3, 12), face)
        if self.barbado is not None:
            queda = ImageChops.subtract(queda, self.barbado)
        tela.cobre(ImageChops.subtract(queda, m), self.sombra_pele, 0.55)
        cor = self.cabelo
        tela.cobre(m, cor)
        tela.pinta(_elipse(-50, 205, 150, 70, -14), _luz(cor, 0.35), alfa=0.4, dentro=m, raio=30)
        tela.pinta(
            [(60, 150), (110, 300), (100, 900), (330, 900), (330, 150)],
            _escuro(cor, 0.7), alfa=0.4, dentro=m, raio=26,
        )
        self._fios(p.fios, cor, m)
        for forma, tipo in p.enfeites:
            ouro = _cor(self.t.cor_adorno)
            tom = ouro if tipo == "conta" else _cor(self.t.cor_detalhe)
            tela.pinta(forma, _sombra(tom, 0.1))
            tela.pinta(
                [(x, y + 5) for x, y in forma],
                _sombra(tom, 0.6), alfa=0.5,
                dentro=tela.mascara([forma], cabeca=True),
            )

    # cabeça

    def _orelhas(self) -> None:
        tela = self.tela
        for s in (-1, 1):
            recuo = s * self.t.giro * 6
            x = s * (self.w + 5) - recuo
            cor = self.pele if s < 0 else _mistura(self.pele, self.sombra_pele, 0.3)
            tela.pinta(
                _suave(
                    [
                        (x - s * 12, 398), (x + s * 12, 394), (x + s * 23, 420), (x + s * 17, 458),
                        (x + s * 4, 482), (x - s * 12, 476),
                    ]
                ),
                cor,
            )
            tela.pinta(
                _fita(
                    _aberta(
                        (x - s * 2, 412), (x + s * 12, 412), (x + s * 13, 434), (x + s * 4, 452),
                        (x + s * 1, 462),
                    ),
                    (2, 5, 5, 2),
                ),
                self.sombra_pele, alfa=0.7,
            )

    def _rosto(self) -> None:
        tela, t, face = self.tela, self.t, self.face
        tela.cobre(face, self.pele)
        # lado da sombra: o rosto menos ele mesmo, deslocado para a luz
        lado = [(x * 0.98 - 34 + self.fx, y - 8) for x, y in self.contorno]
        tela.pinta(
            [(190, 180), (190, 640), (60, 660), *_meia_lua(lado)],
            self.sombra_pele, alfa=0.34, dentro=face, raio=13,
        )
        tela.pinta(
            _elipse(-38 + self.fx, 300, 82, 44), self.luz_pele, alfa=0.36, dentro=face, raio=24
        )
        rubor = _mistura(self.pele, (226, 62, 66), 0.55)
        for s in (-1, 1):
            tela.pinta(
                _elipse(s * 84 + self.fx, 482, 34, 25),
                rubor,
                alfa=0.36 if t.cilios else 0.24, dentro=face, raio=13,
            )
        tela.pinta(
            _elipse(-82 + self.fx, 462, 24, 12, -20), self.luz_pele, alfa=0.45, dentro=face, raio=9
        )
        tela.pinta(
            _elipse(self.fx, self.base - 24, 26, 13), self.luz_pele, alfa=0.28, dentro=face, raio=8
        )
        if t.sardas:
            for i in range(26):
                s = -1 if i % 2 else 1
                x = s * (34 + 70 * (i + _acaso(5, i)) / 26) + self.fx
                y = 456 + 40 * _acaso(6, i)
                tela.pinta(_elipse(x, y, 2.8, 2.4, n=12), _sombra(self.pele, 0.6), alfa=0.42)
            for i in range(6):
                tela.pinta(
                    _elipse(
                        (_acaso(4, i) - 0.5) * 40 + self.fx, 446 + 26 * _acaso(3, i), 2.6, 2.2, n=12
                    ),
                    _sombra(self.pele, 0.6), alfa=0.5,
                )
        if t.rugas:
            for k, (y, meia) in enumerate(((318, 58), (338, 44))):
                if t.cabelo in ("franja", "pixie"):
                    break
                tela.pinta(
                    _fita(
                        _aberta(
                            (-meia + self.fx, y + 4), (self.fx, y - 2 - k), (meia + self.fx, y + 4)
                        ),
                        (1, 4, 1),
                    ),
                    self.sombra_pele, alfa=0.4,
                )
            for s in (-1, 1):
                for dy in (-7, 5, 16):
                    tela.pinta(
                        _fita(
                            _aberta(
                                (s * 104 + self.fx, 414 + dy * 0.6),
                                (s * 121 + self.fx, 412 + dy * 1.3),
                            ),
                            (3.4, 1),
                        ),
                        self.sombra_pele, alfa=0.5,
                    )
                tela.pinta(
                    _fita(
                        _aberta(
                            (s * 42 + self.fx, 436), (s * 62 + self.fx, 443),
                            (s * 82 + self.fx, 438),
                        ),
                        (1, 3.6, 1),
                    ),
                    self.sombra_pele, alfa=0.45,
                )
        for s in (-1, 1):  # sulco do sorriso
            forca = 0.5 if t.rugas else 0.16 if t.sorriso == "gargalhada" else 0.09
            tela.pinta(
                _fita(
                    _aberta(
                        (s * 40 + self.fx, 488), (s * 64 + self.fx, 512), (s * 70 + self.fx, 540)
                    ),
                    (1, 5, 1),
                ),
                self.sombra_pele, alfa=forca,
            )

    def _olhos(self) -> None:
        for s in (-1, 1):
            # o olho do lado para onde o rosto vira fica um pouco mais estreito
            aperto = 1 - 0.05 * self.t.giro * s
            self._olho(s, s * 63 * aperto + self.fx, aperto)
            self._sobrancelha(s, s * 63 * aperto + self.fx, aperto)

    def _olho(self, s: int, cx: float, aperto: float) -> None:
        tela, t = self.tela, self.t
        y = 414.0
        escuro = _mistura(_escuro(_cor("#3a2220"), 0.4), self.sombra_pele, 0.08)
        a = 29 * aperto

        def q(dx: float, dy: float) -> Ponto:  # dx cresce para fora do rosto
            return (cx + s * dx * a / 29, y + dy)

        if t.olhar == "rindo":
            arco = _aberta(q(-29, 6), q(-14, -9), q(4, -12), q(20, -5), q(30, 8))
            tela.pinta(_fita(arco, (4, 9, 10, 9, 3)), escuro)
            tela.pinta(
                _fita(_aberta(q(-20, 17), q(2, 21), q(22, 15)), (1, 4, 1)),
                self.sombra_pele, alfa=0.5,
            )
            if t.cilios:
                for dx in (18, 25, 30):
                    tela.pinta(
                        _fita(
                            [q(dx, -6 + (dx - 18) * 0.9), q(dx + 10, -11 + (dx - 18) * 0.9)], (4, 1)
                        ),
                        escuro,
                    )
            return
        amend = t.olhar == "amendoado"
        alto = 12.5 if amend else 16.5
        fora = -4.0 if amend else -1.0
        cima = [q(-29, 5), q(-17, -alto * 0.72), q(0, -alto), q(17, -alto * 0.74), q(29, fora)]
        baixo = [q(29, fora), q(17, 9), q(0, 12.5), q(-16, 10.5), q(-29, 5)]
        forma = _suave(cima, fechada=False) + _suave(baixo, fechada=False)
        m = tela.mascara([forma], cabeca=True)
        tela.pinta(
            _elipse(cx, y - 3, 38, 24), self.sombra_pele, alfa=0.22, dentro=self.face, raio=7
        )
        tela.cobre(m, (252, 248, 243))
        ix = cx + self.t.giro * 3
        iris = _cor(t.cor_olhos)
        r = 15.5
        tela.pinta(_elipse(ix, y - 1, r, r), _escuro(iris, 0.55), dentro=m)
        tela.pinta(_elipse(ix, y - 1, r - 2.6, r - 2.6), iris, dentro=m)
        tela.pinta(_elipse(ix, y + 5, r - 6, r - 9), _luz(iris, 0.45), dentro=m, alfa=0.6)
        tela.pinta(_elipse(ix, y - 1, 7, 7), (22, 14, 16), dentro=m)
        tela.pinta(
            [(x, yy) for x, yy in _fita(_suave(cima, fechada=False), (14, 17, 14))],
            (70, 44, 50),
            alfa=0.30, dentro=m,
        )
        tela.pinta(_elipse(ix - 5, y - 7, 4.4, 4.4, n=20), (255, 255, 255))
        tela.pinta(_elipse(ix + 5, y + 4, 2, 2, n=14), (255, 255, 255), alfa=0.8)
        g = 1.25 if t.cilios else 1.0
        linha = _suave(cima, fechada=False)
        tela.pinta(_fita(linha, (2.5 * g, 5.5 * g, 6.5 * g, 7 * g, 5 * g)), escuro)
        if t.cilios:
            tela.pinta(_fita(_aberta(q(22, -8), q(31, -5), q(41, -14)), (7, 7, 1)), escuro)
            tela.pinta(_fita(_aberta(q(14, -13), q(24, -14), q(32, -21)), (5, 5, 1)), escuro)
        tela.pinta(_fita(_suave(baixo, fechada=False), (1, 3, 3, 1)), self.sombra_pele, alfa=0.75)
        prega = -alto - (6 if amend else 9)
        tela.pinta(
            _fita(
                _aberta(q(-24, prega * 0.5), q(0, prega), q(20, prega * 0.82), q(33, fora - 7)),
                (1, 4, 4, 1),
            ),
            self.sombra_pele, alfa=0.6,
        )

    def _sobrancelha(self, s: int, cx: float, aperto: float) -> None:
        t = self.t
        cor = self.pelo if t.barba != "nenhuma" else self.cabelo
        if _claridade(cor) > 0.62:
            cor = _mistura(cor, (120, 104, 100), 0.55)
        elif t.cabelo == "samurai":
            cor = (44, 30, 30)
        else:
            cor = _escuro(cor, 0.35)
        if _claridade(self.pele) - _claridade(cor) < 0.08:
            cor = _escuro(cor, 0.6)
        fina = t.cilios
        y = 370.0 if fina else 374.0
        alegre = -5 if t.sorriso == "gargalhada" else 0
        ergue = -7 if t.sorriso == "de_lado" and s > 0 else 0
        pts = _aberta(
            (cx - s * 33 * aperto, y + 7 + ergue), (cx - s * 12 * aperto, y - 3 + alegre + ergue),
            (cx + s * 14 * aperto, y - 7 + alegre + ergue), (cx + s * 40 * aperto, y + 6 + ergue),
        )
        g = 0.78 if fina else 1.18
        self.tela.pinta(
            _fita(pts, (9 * g, 12.5 * g, 10.5 * g, 3 * g)), cor, alfa=0.94, dentro=self.face
        )

    def _nariz(self) -> None:
        tela, n = self.tela, 27 * self.t.nariz
        x = self.fx * 1.5
        y = 490.0
        tela.pinta(
            _suave(
                [
                    (x + 8, 396), (x + 15, 440), (x + n + 3, 484), (x + n - 4, 497), (x + 6, 494),
                    (x + 7, 440),
                ]
            ),
            self.sombra_pele, alfa=0.42, dentro=self.face, raio=5,
        )
        tela.pinta(_elipse(x - 4, 462, 7, 28), self.luz_pele, alfa=0.45, dentro=self.face, raio=5)
        tela.pinta(_elipse(x - 3, 480, 10, 8), self.luz_pele, alfa=0.5, dentro=self.face, raio=4)
        fundo = _sombra(self.pele, 0.85)
        tela.pinta(
            _fita(
                _aberta(
                    (x - n, y - 8), (x - n * 1.02, y + 4), (x - n * 0.6, y + 8),
                    (x - n * 0.32, y + 7), (x, y + 13), (x + n * 0.32, y + 7), (x + n * 0.6, y + 8),
                    (x + n * 1.02, y + 4), (x + n, y - 8),
                ),
                (1, 4.5, 4, 4, 5.5, 4, 4, 4.5, 1),
            ),
            fundo,
            alfa=0.8,
        )

    def _labio(self) -> Cor:
        if self.t.batom:
            return _cor(self.t.batom)
        return _mistura(_sombra(self.pele, 0.40), (176, 74, 78), 0.32)

    def _boca(self) -> None:
        tela, t = self.tela, self.t
        x = self.fx * 1.15
        labio = self._labio()
        escuro = _sombra(labio, 0.85)
        cheia = 1.0 if t.batom else 0.72
        if t.sorriso in ("fechado", "de_lado"):
            d = -9.0 if t.sorriso == "de_lado" else 0.0
            e, dd = (x - 49, 533 - d * 0.4), (x + 50, 532 + d)
            meio = [e, (x - 27, 546), (x, 551), (x + 27, 545 + d * 0.3), dd]
            cima = [
                e,
                (x - 25, 540 - 5 * cheia), (x - 8, 541 - 6 * cheia), (x, 544 - 5 * cheia),
                (x + 8, 541 - 6 * cheia), (x + 25, 539 - 5 * cheia + d * 0.5), dd,
            ]
            baixo = [
                dd,
                (x + 27, 554 + 5 * cheia + d * 0.3), (x, 560 + 9 * cheia),
                (x - 27, 554 + 5 * cheia), e,
            ]
            tela.pinta(
                _suave(cima, fechada=False) + _suave(meio[::-1], fechada=False),
                _sombra(labio, 0.25),
            )
            tela.pinta(_suave(meio, fechada=False) + _suave(baixo, fechada=False), labio)
            tela.pinta(_elipse(x - 6, 559 + 3 * cheia, 15, 3), _luz(labio, 0.7), alfa=0.4)
            tela.pinta(_fita(_suave(meio, fechada=False), (4, 4.5, 5, 4.5, 4)), escuro)
            cantos = (e, dd)
        else:
            aberta = 46.0 if t.sorriso == "gargalhada" else 26.0
            lx = 56 if t.sorriso == "gargalhada" else 53
            y = 531.0
            e, dd = (x - lx, y), (x + lx, y)
            topo = [e, (x - 27, y + 5), (x, y + 7), (x + 27, y + 5), dd]
            fundo = [
                dd,
                (x + lx * 0.66, y + aberta * 0.70), (x, y + 7 + aberta * 0.80),
                (x - lx * 0.66, y + aberta * 0.70), e,
            ]
            borda_c = [
                e,
                (x - 25, y - 3 * cheia), (x - 8, y - 5 * cheia), (x, y - 2 * cheia),
                (x + 8, y - 5 * cheia), (x + 25, y - 3 * cheia), dd,
            ]
            borda_b = [
                dd,
                (x + lx * 0.64, y + aberta * 0.70 + 9 * cheia),
                (x, y + 9 + aberta * 0.80 + 12 * cheia),
                (x - lx * 0.64, y + aberta * 0.70 + 9 * cheia), e,
            ]
            tela.pinta(_suave(borda_c, fechada=False) + _suave(borda_b, fechada=False), labio)
            tela.pinta(
                _suave(borda_c, fechada=False) + _suave(topo[::-1], fechada=False),
                _sombra(labio, 0.22),
            )
            vao = _suave(topo, fechada=False) + _suave(fundo, fechada=False)
            m = tela.mascara([vao], cabeca=True)
            tela.cobre(m, (96, 24, 34))
            if aberta > 40:
                tela.pinta(_elipse(x, y + aberta * 0.92, 30, 17), (214, 92, 96), dentro=m)
            corte = 19.0 if aberta > 40 else 20.0
            dentes = _suave(
                [
                    (x - lx - 4, y - 12), (x + lx + 4, y - 12), (x + lx - 4, y + corte * 0.62),
                    (x, y + corte + 5), (x - lx + 4, y + corte * 0.62),
                ]
            )
            tela.pinta(dentes, (255, 251, 244), dentro=m)
            tela.pinta(
                _fita(_suave(topo, fechada=False), (9, 11, 9)), (150, 110, 112), alfa=0.28, dentro=m
            )
            tela.pinta(
                _elipse(x - 6, y + 13 + aberta * 0.80 + 3 * cheia, 15, 2.8),
                _luz(labio, 0.7), alfa=0.4,
            )
            cantos = (e, dd)
        for s, (cx, cy) in zip((-1, 1), cantos, strict=True):
            tela.pinta(
                _fita(
                    _aberta((cx - s * 1, cy + 5), (cx + s * 6, cy - 2), (cx + s * 7, cy - 10)),
                    (2, 5, 1),
                ),
                self.sombra_pele, alfa=0.65,
            )
        tela.pinta(
            _elipse(x, self.base - 34, 22, 4),
            self.sombra_pele, alfa=0.0 if t.sorriso == "gargalhada" else 0.28, dentro=self.face,
            raio=3,
        )
        if t.pinta:
            tela.pinta(_elipse(x + 50, 516, 3.8, 3.8, n=16), _escuro(_sombra(self.pele, 0.9), 0.5))

    def _barba(self) -> None:
        tela, t = self.tela, self.t
        if t.barba == "nenhuma":
            return
        x, w = self.fx, self.w
        cor = self.pelo
        bigode = _suave(
            [
                (x, 508), (x + 22, 506), (x + 46, 516), (x + 62, 546), (x + 62, 546), (x + 40, 536),
                (x, 534), (x - 40, 536), (x - 62, 546), (x - 62, 546), (x - 46, 516), (x - 22, 506),
            ]
        )
        bochecha: Forma = [
            (-w - 6, 404), (-w - 6, 404), (-w + 5, 408), (-w + 11, 440), (-w + 22, 478),
            (-88 + x, 512), (-64 + x, 520), (-30 + x, 508), (x, 507), (30 + x, 508), (64 + x, 520),
            (88 + x, 512), (w - 22, 478), (w - 11, 440), (w - 5, 408), (w + 6, 404), (w + 6, 404),
        ]
        if t.barba == "por_fazer":
            forma = _suave([*bochecha, (w + 8, 560), (0, 680), (-w - 8, 560)])
            tela.pinta(
                forma, _mistura(cor, self.sombra_pele, 0.35), alfa=0.34, dentro=self.face, raio=6
            )
            tela.pinta(bigode, cor, alfa=0.26, dentro=self.face, raio=3)
            return
        if t.barba == "bigode":
            basto = _suave(
                [
                    (x, 504), (x + 26, 502), (x + 52, 514), (x + 72, 532), (x + 40, 539), (x, 534),
                    (x - 40, 539), (x - 72, 532), (x - 52, 514), (x - 26, 502),
                ]
            )
            self._pelagem([basto], cor)
            return
        if t.barba == "cavanhaque":
            queixo = _suave(
                [
                    (x - 58, 540), (x - 40, 536), (x - 34, 560), (x, 576), (x + 34, 560),
                    (x + 40, 536), (x + 58, 540), (x + 54, 582), (x + 30, self.base + 6),
                    (x, self.base + 12), (x - 30, self.base + 6), (x - 54, 582),
                ]
            )
            self._pelagem([bigode, queixo], cor)
            return
        _, mandibula, queixo_w, base = _MEDIDAS[t.rosto]
        if t.barba == "cheia":
            fim: Forma = [
                (w + 2, 480), (mandibula + 11, 542), (queixo_w + 32, base - 12),
                (queixo_w * 0.5, base + 18), (0, base + 22), (-queixo_w * 0.5, base + 18),
                (-queixo_w - 32, base - 12), (-mandibula - 11, 542), (-w - 2, 480),
            ]
        else:
            fim = [
                (w + 3, 480), (mandibula + 16, 542), (queixo_w + 46, base + 10),
                (queixo_w + 12, base + 72), (22, base + 112), (-18, base + 114),
                (-queixo_w - 10, base + 74), (-queixo_w - 46, base + 10), (-mandibula - 16, 542),
                (-w - 3, 480),
            ]
        self._pelagem([_suave([*bochecha, *fim])], cor, longa=t.barba == "longa")
        tela.pinta(bigode, _luz(cor, 0.14), alfa=0.9)

    def _pelagem(self, formas: list[Forma], cor: Cor, *, longa: bool = False) -> None:
        tela = self.tela
        m = tela.mascara(formas, cabeca=True)
        self.barbado = m
        tela.cobre(m, cor)
        tela.pinta(
            [(40, 420), (70, 560), (30, 760), (220, 760), (220, 420)],
            _escuro(cor, 0.6), alfa=0.35, dentro=m, raio=16,
        )
        n = 46 if longa else 34
        for i in range(n):
            a = math.radians(-25 + 230 * (i + _acaso(12, i)) / n)
            r = 66 + 70 * _acaso(13, i)
            x0, y0 = r * math.cos(a), 530 + r * 0.8 * math.sin(a)
            c = 20 if not longa else 34
            tela.pinta(
                _fita(
                    _aberta((x0, y0), (x0 * 1.02 + 2, y0 + c * 0.5), (x0 * 0.98, y0 + c)),
                    (1, 4.5, 1),
                ),
                _luz(cor, 0.22) if i % 3 == 0 else _escuro(cor, 0.35), alfa=0.6, dentro=m,
            )

    # acessórios

    def _oculos(self) -> None:
        tela, t = self.tela, self.t
        if t.oculos == "nenhum":
            return
        cor = _cor(t.cor_oculos)
        y = 418.0
        for s in (-1, 1):
            cx = s * 64 + self.fx
            if t.oculos == "redondo":
                lente = _elipse(cx, y, 50, 48)
            elif t.oculos == "quadrado":
                lente = _suave(
                    [
                        (cx, y - 38), (cx + 38, y - 38), (cx + 49, y - 29), (cx + 49, y),
                        (cx + 45, y + 26), (cx + 32, y + 37), (cx, y + 38), (cx - 32, y + 37),
                        (cx - 45, y + 26), (cx - 49, y), (cx - 49, y - 29), (cx - 38, y - 38),
                    ]
                )
            else:
                lente = _suave(
                    [
                        (cx - s * 48, y - 20), (cx - s * 10, y - 34), (cx + s * 42, y - 40),
                        (cx + s * 66, y - 50), (cx + s * 66, y - 50), (cx + s * 54, y + 6),
                        (cx + s * 26, y + 36), (cx - s * 18, y + 38), (cx - s * 46, y + 16),
                    ]
                )
            tela.pinta(lente, (255, 255, 255), alfa=0.07)
            m = tela.mascara([lente], cabeca=True)
            tela.pinta(
                [(cx - 36, y + 50), (cx + 14, y - 60), (cx + 34, y - 60), (cx - 16, y + 50)],
                (255, 255, 255),
                alfa=0.10, dentro=m,
            )
            tela.pinta(
                _aro([(px, py + 4) for px, py in lente], 6),
                self.sombra_pele, alfa=0.35, dentro=self.face,
            )
            tela.pinta(_aro(lente, 8), cor)
            ponta = (cx + s * min(49, abs(s * (self.w - 4) - cx)), y - 12)
            tela.pinta(_fita([ponta, (s * (self.w - 1), y - 9)], (8, 7)), cor)
        tela.pinta(
            _fita(
                _aberta((self.fx - 17, y - 8), (self.fx, y - 15), (self.fx + 17, y - 8)), (8, 7, 8)
            ),
            cor,
        )

    def _brincos(self) -> None:
        tela, t = self.tela, self.t
        if t.brinco == "nenhum" or t.cobertura == "hijab":
            return
        ouro = _cor(t.cor_adorno)
        longo = (
            t.cabelo in ("longo", "ondulado", "cacheado_longo", "chanel", "trancas", "franja")
            and t.cobertura == "nenhuma"
        )
        lados: tuple[int, ...] = (-1, 1)
        if t.brinco == "ponto" and t.barba != "nenhuma":
            lados = (-1,)
        for s in lados:
            x = s * (self.w + (2 if longo else 10)) - s * self.t.giro * s * 6
            y = 482.0
            if t.brinco == "ponto":
                tela.pinta(_elipse(x, y - 6, 7.5, 7.5, n=24), _sombra(ouro, 0.4))
                tela.pinta(_elipse(x - 1, y - 7, 6, 6, n=24), ouro)
                tela.pinta(_elipse(x - 3, y - 9, 2, 2, n=12), (255, 255, 255))
            elif t.brinco == "argola":
                r = 27.0 if t.cilios else 12.0
                aro = _elipse(x, y + r - 8, r * 0.88, r)
                tela.pinta(_aro(aro, 6.5), _sombra(ouro, 0.35))
                aro = _elipse(x - 0.8, y + r - 8.8, r * 0.88, r)
                tela.pinta(_aro(aro, 4), ouro)
            else:
                tela.pinta(_elipse(x, y - 4, 6, 6, n=24), _sombra(ouro, 0.3))
                tela.pinta(_fita([(x, y), (x, y + 22)], (3, 3)), _sombra(ouro, 0.3))
                tela.pinta(
                    _suave([(x, y + 16), (x + 12, y + 44), (x, y + 56), (x - 12, y + 44)]),
                    _sombra(ouro, 0.25),
                )
                tela.pinta(
                    _suave([(x - 1, y + 20), (x + 8, y + 42), (x - 1, y + 51), (x - 9, y + 42)]),
                    ouro,
                )

    def _cobertura(self) -> None:
        {
            "nenhuma": lambda: None,
            "bone": self._bone,
            "chapeu": self._chapeu,
            "hijab": self._hijab,
            "turbante": self._turbante,
        }[self.t.cobertura]()

    def _pano(self, formas: list[Forma], cor: Cor, furo: Forma | None = None) -> Image.Image:
        """Pinta um pano sobre a cabeça com a sombra dele no rosto; devolve a máscara."""
        tela = self.tela
        m = tela.mascara(formas, cabeca=True)
        if furo is not None:
            ImageDraw.Draw(m).polygon(tela.pontos(furo, cabeca=True), fill=0)
        queda = ImageChops.multiply(tela.desloca(m, 3, 13), self.face)
        tela.cobre(ImageChops.subtract(queda, m), self.sombra_pele, 0.6)
        tela.cobre(m, cor)
        tela.pinta(
            [(70, 80), (120, 300), (110, 960), (400, 960), (400, 80)],
            _sombra(cor, 0.6), alfa=0.4, dentro=m, raio=24,
        )
        tela.pinta(_elipse(-70, 190, 90, 60, -25), _luz(cor, 0.6), alfa=0.4, dentro=m, raio=24)
        return m

    def _bone(self) -> None:
        tela = self.tela
        cor = _cor(self.t.cor_cobertura)
        m = self._pano(
            [
                _suave(
                    [
                        (-148, 318), (-152, 262), (-124, 188), (-60, 150), (0, 142), (60, 150),
                        (124, 188), (152, 262), (148, 318), (148, 318), (0, 286), (-148, 318),
                    ]
                )
            ],
            cor,
        )
        for pts in ([(0, 142), (-34, 200), (-44, 300)], [(0, 142), (34, 200), (44, 300)]):
            tela.pinta(_fita(_aberta(*pts), (1, 3, 3)), _sombra(cor, 0.7), alfa=0.7, dentro=m)
        tela.pinta(_elipse(0, 143, 13, 7), _sombra(cor, 0.3))
        detalhe = _cor(self.t.cor_detalhe)
        tela.pinta(_elipse(self.fx, 226, 34, 34), detalhe)
        tela.pinta(_elipse(self.fx, 226, 22, 22), _cor(self.t.cor_roupa))
        tela.pinta(_elipse(self.fx, 226, 10, 10), detalhe)
        aba = [
            _suave(
                [
                    (-146, 300), (-80, 276), (0, 270), (80, 276), (146, 300), (176, 340),
                    (160, 354), (90, 326), (0, 316), (-90, 326), (-160, 354), (-176, 340),
                ]
            )
        ]
        m = self._pano(aba, _sombra(cor, 0.12))
        tela.pinta(
            _fita(_aberta((-160, 338), (-80, 306), (0, 298), (80, 306), (160, 338)), (2, 6, 2)),
            _luz(cor, 0.5), alfa=0.35, dentro=m,
        )
        tela.pinta(
            _fita(_aberta((-168, 352), (-90, 326), (0, 316), (90, 326), (168, 352)), (3, 7, 3)),
            _sombra(cor, 0.8), alfa=0.8, dentro=m,
        )

    def _chapeu(self) -> None:
        tela = self.tela
        cor = _cor(self.t.cor_cobertura)
        copa = self._pano(
            [
                _suave(
                    [
                        (-138, 280), (-132, 190), (-108, 124), (-58, 104), (0, 116), (58, 104),
                        (108, 124), (132, 190), (138, 280), (138, 280), (-138, 280),
                    ]
                )
            ],
            cor,
        )
        for i in range(6):
            y = 138 + i * 20
            tela.pinta(
                _fita(_aberta((-150, y + 20), (0, y - 2), (150, y + 20)), (3, 3)),
                _sombra(cor, 0.4), alfa=0.4, dentro=copa,
            )
        tela.pinta(
            _suave([(-30, 108), (0, 118), (30, 108), (16, 170), (0, 190), (-16, 170)]),
            _sombra(cor, 0.5), alfa=0.3, dentro=copa, raio=6,
        )
        tela.pinta(
            _suave(
                [
                    (-142, 284), (-136, 222), (-136, 222), (0, 200), (136, 222), (136, 222),
                    (142, 284),
                ]
            ),
            _cor("#7a3f26"), dentro=copa,
        )
        aba = self._pano(
            [
                _suave(
                    [
                        (-266, 268), (-200, 262), (-120, 246), (0, 240), (120, 246), (200, 262),
                        (266, 268), (250, 300), (150, 326), (0, 332), (-150, 326), (-250, 300),
                    ]
                )
            ],
            cor,
        )
        for k in (0.0, 0.5, 1.0):
            tela.pinta(
                _fita(
                    _aberta(
                        (-258, 278 + 8 * k), (-120, 262 + 32 * k), (0, 258 + 40 * k),
                        (120, 262 + 32 * k), (258, 278 + 8 * k),
                    ),
                    (2, 3, 2),
                ),
                _sombra(cor, 0.4), alfa=0.45, dentro=aba,
            )
        tela.pinta(
            _fita(_aberta((-258, 298), (-150, 325), (0, 331), (150, 325), (258, 298)), (3, 8, 3)),
            _sombra(cor, 0.7), alfa=0.7, dentro=aba,
        )

    def _hijab_tras(self) -> None:
        cor = _sombra(_cor(self.t.cor_cobertura), 0.35)
        self.tela.pinta(
            _simetrica(
                [(0, 176), (100, 196), (164, 300), (176, 460), (196, 640), (230, 740), (0, 800)]
            ),
            cor,
        )

    def _hijab(self) -> None:
        tela = self.tela
        cor = _cor(self.t.cor_cobertura)
        fora = _suave(
            [
                (0, 166), (92, 184), (152, 262), (170, 380), (164, 500), (168, 590), (206, 660),
                (252, 728), (240, 800), (120, 838), (0, 850), (-120, 838), (-240, 800), (-252, 728),
                (-206, 660), (-168, 590), (-164, 500), (-170, 380), (-152, 262), (-92, 184),
            ]
        )
        w = self.w
        furo = _simetrica(
            [
                (0, 276), (60, 284), (106, 316), (w - 14, 390), (w - 17, 460), (w - 34, 530),
                (64, 586), (0, self.base - 5),
            ]
        )
        m = self._pano([fora], cor, furo)
        tela.pinta(_aro(furo, 12), _sombra(cor, 0.5), dentro=m)
        dobras: list[tuple[list[Ponto], float]] = [
            ([(-140, 300), (-150, 420), (-140, 530), (-70, 640), (60, 700)], 10),
            ([(142, 300), (152, 430), (140, 540), (90, 640), (-40, 730), (-180, 770)], 11),
            ([(150, 560), (120, 650), (20, 740), (-130, 800)], 9),
            ([(-150, 560), (-130, 650), (-60, 710)], 9), ([(190, 690), (120, 760), (0, 806)], 8),
            ([(-60, 196), (-116, 240), (-146, 320)], 7), ([(-10, 186), (-84, 214), (-134, 280)], 6),
        ]
        for pts, g in dobras:
            tela.pinta(_fita(_aberta(*pts), (1, g, 1)), _sombra(cor, 0.55), alfa=0.55, dentro=m)
            tela.pinta(
                _fita([(x - 6, y - 7) for x, y in _aberta(*pts)], (1, g * 0.7, 1)),
                _luz(cor, 0.75), alfa=0.5, dentro=m,
            )
        tela.pinta(_elipse(118, 628, 9, 9), _cor(self.t.cor_adorno))
        tela.pinta(_elipse(116, 626, 4, 4, n=16), (255, 250, 235))

    def _turbante(self) -> None:
        tela = self.tela
        cor = _cor(self.t.cor_cobertura)
        faixa2 = _cor(self.t.cor_detalhe)
        base = _suave(
            [
                (-142, 372), (-154, 300), (-166, 220), (-132, 132), (-56, 92), (40, 88), (124, 124),
                (166, 212), (156, 300), (142, 372), (142, 372), (116, 316), (64, 288), (0, 280),
                (-64, 288), (-116, 316), (-142, 372),
            ]
        )
        m = self._pano([base], cor)
        for i, (pts, g) in enumerate(
            (
                ([(-150, 340), (-96, 252), (0, 206), (110, 150)], 44.0),
                ([(150, 340), (98, 256), (10, 208), (-90, 140)], 44.0),
                ([(-160, 250), (-90, 180), (0, 140)], 30.0),
                ([(160, 250), (96, 180), (20, 140)], 30.0),
            )
        ):
            linha = _aberta(*pts)
            tela.pinta(
                _fita([(x, y + 9) for x, y in linha], (g, g * 0.95, g * 0.8)),
                _sombra(cor, 0.75), alfa=0.55, dentro=m,
            )
            tela.pinta(
                _fita(linha, (g, g * 0.95, g * 0.8)),
                faixa2 if i == 0 else _luz(cor, 0.10 + 0.05 * i),
                dentro=m,
            )
            tela.pinta(
                _fita([(x, y - g * 0.22) for x, y in linha], (2, 6, 2)),
                _luz(cor, 0.65), alfa=0.4, dentro=m,
            )
        # nó
        for pts in (
            [(-70, 150), (-40, 96), (-60, 62), (-8, 92), (0, 150)],
            [(70, 150), (44, 92), (74, 56), (14, 88), (2, 150)],
        ):
            tela.pinta(_suave(pts), _sombra(cor, 0.15))
        no = _elipse(0, 186, 52, 46)
        tela.pinta([(x, y + 9) for x, y in no], _sombra(cor, 0.8), alfa=0.5, dentro=m)
        tela.pinta(no, cor)
        n = tela.mascara([no], cabeca=True)
        for k in (-26, 0, 26):
            tela.pinta(
                _fita(_aberta((k * 0.5, 138), (k, 186), (k * 0.6, 236)), (2, 6, 2)),
                _sombra(cor, 0.6), alfa=0.55, dentro=n,
            )
        tela.pinta(_elipse(-16, 168, 16, 12), _luz(cor, 0.6), alfa=0.5, dentro=n, raio=5)


def _meia_lua(lado: Forma) -> Forma:
    """Borda direita do contorno deslocado, de baixo para cima."""
    direita = [p for p in lado if p[0] > -20]
    return sorted(direita, key=lambda p: -p[1])


# --- roupas ------------------------------------------------------------------------------------


def _gola(r: _Retrato, linha: Forma, largura: float, cor: Cor) -> None:
    """Debrum do decote; não passa da linha dos ombros."""
    m = r.tela.mascara([r._ombros(8)], cabeca=False)
    r.tela.pinta(
        _fita([(x, y + 4) for x, y in linha], (largura, largura)),
        _sombra(cor, 0.8), alfa=0.4, dentro=m, cabeca=False,
    )
    r.tela.pinta(_fita(linha, (largura, largura)), cor, dentro=m, cabeca=False)


def _camiseta(r: _Retrato) -> None:
    p = r.t.porte
    r._tecido([_elipse(_EIXO, 672, 92 * p, 72)])
    cor = _cor(r.t.cor_detalhe) if r.t.estampa == "lisa" else _sombra(_cor(r.t.cor_roupa), 0.12)
    linha = _aberta(
        (_EIXO - 96 * p, 640), (_EIXO - 92 * p, 682), (_EIXO - 66 * p, 722), (_EIXO, 745),
        (_EIXO + 66 * p, 722), (_EIXO + 92 * p, 682), (_EIXO + 96 * p, 640),
    )
    _gola(r, linha, 15, cor)


def _decote_v(r: _Retrato) -> None:
    p = r.t.porte
    v: Forma = [
        (_EIXO - 104 * p, 640), (_EIXO - 98 * p, 690), (_EIXO, 842), (_EIXO + 98 * p, 690),
        (_EIXO + 104 * p, 640),
    ]
    r._tecido([v])
    cor = _sombra(_cor(r.t.cor_roupa), 0.25)
    _gola(r, [(_EIXO - 98 * p, 690), (_EIXO, 842)], 11, cor)
    _gola(r, [(_EIXO + 98 * p, 690), (_EIXO, 842)], 11, cor)


def _cavas(p: float) -> list[Forma]:
    return [
        _suave(
            [
                (_EIXO + s * 205 * p, 700), (_EIXO + s * 196 * p, 800), (_EIXO + s * 224 * p, 900),
                (_EIXO + s * 232 * p, 1010), (_EIXO + s * 420, 1010), (_EIXO + s * 420, 700),
            ]
        )
        for s in (-1, 1)
    ]


def _regata(r: _Retrato) -> None:
    p = r.t.porte
    r._tecido([_elipse(_EIXO, 690, 128 * p, 118), *_cavas(p)], folga=4)
    linha = _aberta(
        (_EIXO - 128 * p, 660), (_EIXO - 126 * p, 708), (_EIXO - 88 * p, 776), (_EIXO, 808),
        (_EIXO + 88 * p, 776), (_EIXO + 126 * p, 708), (_EIXO + 128 * p, 660),
    )
    _gola(r, linha, 10, _cor(r.t.cor_detalhe))


def _alcinha(r: _Retrato) -> None:
    p = r.t.porte
    topo = _suave(
        [
            (0, 0), (0, 0), (720, 0), (720, 0), (720, 860), (_EIXO + 190 * p, 856),
            (_EIXO + 120 * p, 826), (_EIXO + 60 * p, 842), (_EIXO, 872), (_EIXO - 60 * p, 842),
            (_EIXO - 120 * p, 826), (_EIXO - 190 * p, 856), (0, 860), (0, 860),
        ]
    )
    r._tecido([topo, *_cavas(p)], folga=3)
    cor = _cor(r.t.cor_roupa)
    for s in (-1, 1):
        _gola(
            r,
            _aberta(
                (_EIXO + s * 150 * p, 716), (_EIXO + s * 142 * p, 776), (_EIXO + s * 124 * p, 836)
            ),
            13, cor,
        )
    linha = _aberta(
        (_EIXO - 190 * p, 858), (_EIXO - 120 * p, 828), (_EIXO - 60 * p, 844), (_EIXO, 874),
        (_EIXO + 60 * p, 844), (_EIXO + 120 * p, 828), (_EIXO + 190 * p, 858),
    )
    r.tela.pinta(_fita(linha, (8, 8)), _cor(r.t.cor_detalhe), cabeca=False)


def _ombro_a_ombro(r: _Retrato) -> None:
    p = r.t.porte
    topo = _suave(
        [
            (0, 0), (0, 0), (720, 0), (720, 0), (720, 800), (_EIXO + 270 * p, 800),
            (_EIXO + 150 * p, 838), (_EIXO, 850), (_EIXO - 150 * p, 838), (_EIXO - 270 * p, 800),
            (0, 800), (0, 800),
        ]
    )
    r._tecido([topo], folga=8)
    cor = _cor(r.t.cor_roupa)
    m = r.tela.mascara([r._ombros(12)], cabeca=False)
    babado = [
        (_EIXO - 300 * p, 790), (_EIXO - 150 * p, 828), (_EIXO, 840), (_EIXO + 150 * p, 828),
        (_EIXO + 300 * p, 790),
    ]
    onda: list[Ponto] = [
        (
            _EIXO + (300 - 40 * i) * p,
            862 + 52 * (1 - ((300 - 40 * i) / 300) ** 2) + (10 if i % 2 else -6),
        )
        for i in range(16)
    ]
    forma = _suave([babado[0], *babado, babado[-1], onda[0], *onda, onda[-1]])
    r.tela.pinta(
        [(x, y + 9) for x, y in forma], _sombra(cor, 0.7), alfa=0.45, dentro=m, cabeca=False
    )
    r.tela.pinta(forma, _luz(cor, 0.12), dentro=m, cabeca=False)
    for i in range(1, 15):
        x, y = onda[i]
        r.tela.pinta(
            _fita([(x, y - 8), (x * 0.98 + _EIXO * 0.02, y - 50)], (5, 1)),
            _sombra(cor, 0.5), alfa=0.4, dentro=m, cabeca=False,
        )
    r.tela.pinta(
        _fita(_suave(babado, fechada=False), (8, 8)), _cor(r.t.cor_detalhe), dentro=m, cabeca=False
    )


def _colarinho(r: _Retrato, cor: Cor) -> None:
    """Gola de camisa aberta, um bico de cada lado."""
    for s in (-1, 1):
        ponta = _suave(
            [
                (_EIXO + s * 70, 640), (_EIXO + s * 70, 640), (_EIXO + s * 104, 668),
                (_EIXO + s * 122, 722), (_EIXO + s * 96, 786), (_EIXO + s * 96, 786),
                (_EIXO + s * 14, 772), (_EIXO + s * 14, 772), (_EIXO + s * 58, 716),
            ]
        )
        r.tela.pinta([(x, y + 8) for x, y in ponta], _sombra(cor, 0.8), alfa=0.4, cabeca=False)
        r.tela.pinta(ponta, _luz(cor, 0.16) if s < 0 else _sombra(cor, 0.14), cabeca=False)


def _camisa(r: _Retrato) -> None:
    v: Forma = [
        (_EIXO - 92, 640), (_EIXO - 76, 700), (_EIXO, 800), (_EIXO + 76, 700), (_EIXO + 92, 640),
    ]
    r._tecido([v])
    cor = _cor(r.t.cor_roupa)
    r.tela.pinta(
        _fita([(_EIXO + 14, 790), (_EIXO + 16, 970)], (3, 3)),
        _sombra(cor, 0.7), alfa=0.6, cabeca=False,
    )
    for y in (836, 906):
        r.tela.pinta(_elipse(_EIXO, y, 6.5, 6.5, n=24), _sombra(cor, 0.5), cabeca=False)
        r.tela.pinta(_elipse(_EIXO - 1, y - 1, 5, 5, n=24), _cor(r.t.cor_detalhe), cabeca=False)
    _colarinho(r, cor)


def _blazer(r: _Retrato) -> None:
    p = r.t.porte
    blusa = _cor(r.t.cor_detalhe)
    r._tecido([_elipse(_EIXO, 690, 84 * p, 100)], cor=blusa, folga=2)
    v: Forma = [
        (_EIXO - 112 * p, 640), (_EIXO - 104 * p, 690), (_EIXO - 8, 960), (_EIXO + 8, 960),
        (_EIXO + 104 * p, 690), (_EIXO + 112 * p, 640),
    ]
    r._tecido([v], folga=14)
    cor = _cor(r.t.cor_roupa)
    for s in (-1, 1):
        lapela: Forma = [
            (_EIXO + s * 96 * p, 674), (_EIXO + s * 126 * p, 690), (_EIXO + s * 168 * p, 792),
            (_EIXO + s * 126 * p, 806), (_EIXO + s * 144 * p, 830), (_EIXO + s * 6, 975),
            (_EIXO + s * 34, 870),
        ]
        r.tela.pinta(
            [(x - s * 2, y + 8) for x, y in lapela], _sombra(cor, 0.8), alfa=0.5, cabeca=False
        )
        r.tela.pinta(lapela, _luz(cor, 0.14) if s < 0 else _luz(cor, 0.03), cabeca=False)
        r.tela.pinta(
            _fita([(_EIXO + s * 126 * p, 806), (_EIXO + s * 84 * p, 790)], (3, 2)),
            _sombra(cor, 0.8), alfa=0.7, cabeca=False,
        )


def _jaqueta(r: _Retrato) -> None:
    p = r.t.porte
    camiseta = _cor(r.t.cor_detalhe)
    r._tecido([_elipse(_EIXO, 676, 84 * p, 66)], cor=camiseta, folga=2)
    linha = _aberta(
        (_EIXO - 86 * p, 640), (_EIXO - 84 * p, 686), (_EIXO - 58 * p, 724), (_EIXO, 743),
        (_EIXO + 58 * p, 724), (_EIXO + 84 * p, 686), (_EIXO + 86 * p, 640),
    )
    _gola(r, linha, 12, _sombra(camiseta, 0.12))
    v: Forma = [
        (_EIXO - 118 * p, 640), (_EIXO - 104 * p, 700), (_EIXO - 70, 1000), (_EIXO + 70, 1000),
        (_EIXO + 104 * p, 700), (_EIXO + 118 * p, 640),
    ]
    r._tecido([v], folga=14)
    cor = _cor(r.t.cor_roupa)
    for s in (-1, 1):
        gola = _suave(
            [
                (_EIXO + s * 90 * p, 660), (_EIXO + s * 90 * p, 660), (_EIXO + s * 128 * p, 682),
                (_EIXO + s * 168 * p, 770), (_EIXO + s * 168 * p, 770), (_EIXO + s * 104 * p, 800),
                (_EIXO + s * 92 * p, 800), (_EIXO + s * 96 * p, 720),
            ]
        )
        r.tela.pinta([(x, y + 8) for x, y in gola], _sombra(cor, 0.8), alfa=0.45, cabeca=False)
        r.tela.pinta(gola, _luz(cor, 0.18) if s < 0 else _luz(cor, 0.04), cabeca=False)
        r.tela.pinta(
            _fita(_aberta((_EIXO + s * 96, 800), (_EIXO + s * 78, 970)), (7, 7)),
            _luz(cor, 0.3) if s < 0 else _sombra(cor, 0.4), cabeca=False,
        )


def _moletom(r: _Retrato) -> None:
    p = r.t.porte
    cor = _cor(r.t.cor_roupa)
    capuz = _suave(
        [
            (_EIXO - 104 * p, 618), (_EIXO - 168 * p, 690), (_EIXO - 176 * p, 760),
            (_EIXO - 60 * p, 838), (_EIXO, 850), (_EIXO + 60 * p, 838), (_EIXO + 176 * p, 760),
            (_EIXO + 168 * p, 690), (_EIXO + 104 * p, 618), (_EIXO + 84 * p, 690), (_EIXO, 760),
            (_EIXO - 84 * p, 690),
        ]
    )
    r._tecido([_elipse(_EIXO, 680, 88 * p, 76)], folga=16)
    r.tela.pinta([(x, y + 10) for x, y in capuz], _sombra(cor, 0.8), alfa=0.4, cabeca=False)
    r.tela.pinta(capuz, _luz(cor, 0.08), cabeca=False)
    m = r.tela.mascara([capuz], cabeca=False)
    r.tela.pinta(
        [(_EIXO + 10, 600), (_EIXO + 60, 760), (_EIXO, 860), (700, 860), (700, 600)],
        _sombra(cor, 0.6), alfa=0.45, dentro=m, cabeca=False, raio=14,
    )
    linha = _aberta(
        (_EIXO - 96 * p, 650), (_EIXO - 84 * p, 694), (_EIXO, 764), (_EIXO + 84 * p, 694),
        (_EIXO + 96 * p, 650),
    )
    r.tela.pinta(_fita(linha, (7, 9, 7)), _sombra(cor, 0.5), cabeca=False, dentro=m)
    for s in (-1, 1):
        fio = _aberta((_EIXO + s * 34, 770), (_EIXO + s * 42, 830), (_EIXO + s * 36, 900 + 14 * s))
        r.tela.pinta(
            _fita([(x + 3, y + 4) for x, y in fio], (8, 8)),
            _sombra(cor, 0.8), alfa=0.5, cabeca=False,
        )
        r.tela.pinta(_fita(fio, (8, 8)), _cor(r.t.cor_detalhe), cabeca=False)


def _gola_alta(r: _Retrato) -> None:
    p = r.t.porte
    r._tecido([])
    cor = _cor(r.t.cor_roupa)
    gola = _suave(
        [
            (_EIXO - 76 * p, 630), (_EIXO, 650), (_EIXO + 76 * p, 630), (_EIXO + 84 * p, 700),
            (_EIXO, 730), (_EIXO - 84 * p, 700),
        ]
    )
    r.tela.pinta([(x, y + 8) for x, y in gola], _sombra(cor, 0.8), alfa=0.5, cabeca=False)
    r.tela.pinta(gola, _luz(cor, 0.1), cabeca=False)


def _jardineira(r: _Retrato) -> None:
    p = r.t.porte
    blusa = _cor(r.t.cor_detalhe)
    r._tecido([_elipse(_EIXO, 680, 96 * p, 74)], cor=blusa)
    linha = _aberta(
        (_EIXO - 98 * p, 640), (_EIXO - 96 * p, 690), (_EIXO - 66 * p, 734), (_EIXO, 755),
        (_EIXO + 66 * p, 734), (_EIXO + 96 * p, 690), (_EIXO + 98 * p, 640),
    )
    _gola(r, linha, 11, _sombra(blusa, 0.14))
    cor = _cor(r.t.cor_roupa)
    for s in (-1, 1):
        _gola(
            r,
            _aberta(
                (_EIXO + s * 168 * p, 722), (_EIXO + s * 146 * p, 790), (_EIXO + s * 122 * p, 880)
            ),
            34, cor,
        )
    peito = _suave(
        [
            (_EIXO - 146 * p, 862), (_EIXO - 146 * p, 862), (_EIXO, 872), (_EIXO + 146 * p, 862),
            (_EIXO + 146 * p, 862), (_EIXO + 170 * p, 1000), (_EIXO - 170 * p, 1000),
        ]
    )
    r.tela.pinta(peito, cor, cabeca=False)
    r.tela.pinta(
        _fita(_aberta((_EIXO - 140 * p, 874), (_EIXO, 884), (_EIXO + 140 * p, 874)), (3, 3)),
        _luz(cor, 0.6), alfa=0.7, cabeca=False,
    )
    for s in (-1, 1):
        r.tela.pinta(_elipse(_EIXO + s * 122 * p, 878, 12, 12), _cor("#e8b84a"), cabeca=False)
        r.tela.pinta(
            _elipse(_EIXO + s * 122 * p - 2, 876, 6, 6, n=20), _cor("#fbe3a0"), cabeca=False
        )


_ROUPAS: dict[str, Callable[[_Retrato], None]] = {
    "alcinha": _alcinha,
    "blazer": _blazer,
    "camisa": _camisa,
    "camiseta": _camiseta,
    "decote_v": _decote_v,
    "gola_alta": _gola_alta,
    "jaqueta": _jaqueta,
    "jardineira": _jardineira,
    "moletom": _moletom,
    "ombro_a_ombro": _ombro_a_ombro,
    "regata": _regata,
}


# --- cenário -----------------------------------------------------------------------------------


def _cenario(f: Fundo, largura: int, altura: int) -> Image.Image:
    """Estúdio do grupo: degradê, motivo e um foco de luz atrás da cabeça."""
    alto, baixo, luz = _cor(f.alto), _cor(f.baixo), _cor(f.luz)
    rampa = Image.linear_gradient("L").resize((largura, altura), Image.Resampling.BICUBIC)
    img = Image.composite(
        Image.new("RGB", (largura, altura), baixo), Image.new("RGB", (largura, altura), alto), rampa
    )
    k = 2
    e = max(largura / _LARGURA, altura / _ALTURA) * k
    dx, dy = (largura * k - _LARGURA * e) / 2, (altura * k - _ALTURA * e) / 2
    m = Image.new("L", (largura * k, altura * k))
    d = ImageDraw.Draw(m)

    def poligono(forma: Forma, valor: int) -> None:
        d.polygon([(x * e + dx, y * e + dy) for x, y in forma], fill=valor)

    if f.motivo == "pipoca":  # bolas de luz, como pipoca no ar
        for i in range(17):
            x, y = 720 * _acaso(101, i, baixo[0]), 720 * _acaso(102, i, baixo[2])
            r = 12 + 54 * _acaso(103, i, baixo[1]) ** 2
            poligono(_elipse(x, y, r, r), 20 + round(30 * _acaso(104, i)))
    elif f.motivo == "camarote":  # fachos de palco
        for i, (x, abre) in enumerate(((60, 70), (250, 60), (470, 60), (660, 70))):
            pe = 360 + (x - 360) * 1.9
            poligono(
                [(x - 14, -20), (x + 14, -20), (pe + abre * 1.5, 980), (pe - abre * 1.5, 980)],
                24 + 8 * (i % 2),
            )
    else:  # arcos, como a casinha do quintal
        for i in range(6, 0, -1):
            poligono(_elipse(360, 400, 90 + 74 * i, 90 + 74 * i, n=90), 40 if i % 2 else 12)
    m = m.resize((largura, altura), Image.Resampling.LANCZOS)
    img.paste(luz, (0, 0), m)
    foco = Image.radial_gradient("L").resize((largura, largura), Image.Resampling.BICUBIC)
    foco = foco.point([round(max(0.0, 1 - i / 178) ** 1.4 * 215) for i in range(256)])
    img.paste(luz, (0, round(altura * 0.40 - largura / 2)), foco)
    return img


def desenhar(tracos: Tracos, *, largura: int = 720, altura: int = 960) -> Image.Image:
    """Desenha o retrato, em RGB, com `largura` x `altura` pixels.

    Determinístico: os mesmos traços e o mesmo tamanho dão os mesmos pixels. O desenho é pensado
    para 3:4; noutra proporção, preenche o quadro e corta as sobras por igual.
    """
    tela = _Tela(largura, altura, tracos.inclinacao)
    _Retrato(tela, tracos).pinta()
    figura = tela.imagem.resize((largura, altura), Image.Resampling.LANCZOS)
    img = _cenario(tracos.fundo, largura, altura)
    alfa = figura.getchannel("A")
    unidade = max(largura / _LARGURA, altura / _ALTURA)
    # sombra da figura no cenário
    sombra = alfa.resize((max(1, largura // 4), max(1, altura // 4))).filter(
        ImageFilter.GaussianBlur(9 * unidade)
    )
    sombra = sombra.resize((largura, altura), Image.Resampling.BICUBIC)
    img.paste(
        _escuro(_cor(tracos.fundo.baixo), 0.5),
        (round(10 * unidade), round(12 * unidade)),
        sombra.point([round(i * 0.42) for i in range(256)]),
    )
    img.paste(figura, (0, 0), alfa)
    # contraluz: um filete na borda direita, com a luz do grupo
    recuo = Image.new("L", alfa.size)
    recuo.paste(alfa, (-round(6 * unidade), round(3 * unidade)))
    filete = ImageChops.subtract(alfa, recuo).filter(ImageFilter.GaussianBlur(1.2 * unidade))
    filete = ImageChops.multiply(filete, alfa).point([round(i * 0.62) for i in range(256)])
    img.paste(_cor(tracos.fundo.luz), (0, 0), filete)
    return img
