"""Os penteados: silhuetas e fios, atrás e na frente do rosto."""

import itertools
import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from votacao.demo.desenho.tela import Forma, Ponto, aberta, acaso, elipse, entre, espelho, fita, simetrica, suave
from votacao.demo.elenco import Cabelo

# As listas de pontos de controle ficam várias por linha: uma por linha triplicaria o arquivo.
# fmt: off


@dataclass(slots=True)
class Mecha:
    """Fio de luz (tom > 0) ou de sombra (tom < 0), recortado pela sua camada."""

    pontos: Forma
    larguras: Sequence[float]
    tom: float
    alfa: float = 1.0


@dataclass(slots=True)
class Penteado:
    """Silhuetas e fios, atrás e na frente do rosto; `nevoa` é cabelo raspado, com transparência."""

    tras: list[Forma] = field(default_factory=list)
    frente: list[Forma] = field(default_factory=list)
    fios_tras: list[Mecha] = field(default_factory=list)
    fios: list[Mecha] = field(default_factory=list)
    nevoa: list[tuple[Forma, float]] = field(default_factory=list)
    enfeites: list[tuple[Forma, str]] = field(default_factory=list)
    tom_tras: float = 0.45


def _fios_ao_longo(
    a: Sequence[Ponto], b: Sequence[Ponto], n: int, semente: int, *, largura: float = 7.0
) -> list[Mecha]:
    """Fios que acompanham uma cortina de cabelo entre as linhas `a` e `b`."""
    saida = []
    for i in range(n):
        t = (i + 0.35 + 0.5 * acaso(semente, i)) / n
        corte = 1 if acaso(semente, i, 1) > 0.6 else 0
        linha = entre(a, b, t)[corte:]
        tom = 0.20 if i % 3 == 1 else -0.30
        g = largura * (0.6 + 0.9 * acaso(semente, i, 2))
        saida.append(Mecha(suave(linha, fechada=False), (1, g, g * 0.8, 1), tom, 0.75))
    return saida


def _fios_radiais(
    dentro: Sequence[Ponto], fora: Sequence[Ponto], n: int, semente: int, *, largura: float = 6.0
) -> list[Mecha]:
    """Fios penteados da linha do cabelo (`dentro`) para o alto da cabeça (`fora`)."""
    a = suave(dentro, fechada=False, passos=12)
    b = suave(fora, fechada=False, passos=12)
    saida = []
    for i in range(n):
        t = (i + 0.5) / n
        p = a[min(len(a) - 1, int(t * len(a)))]
        q = b[min(len(b) - 1, int(t * len(b)))]
        meio = ((p[0] + q[0]) / 2 * 1.06, (p[1] + q[1]) / 2 - 6)
        g = largura * (0.6 + 0.8 * acaso(semente, i))
        tom = 0.18 if i % 3 == 1 else -0.30
        fim = 0.9 if i % 2 else 0.65
        q = (p[0] + (q[0] - p[0]) * fim, p[1] + (q[1] - p[1]) * fim)
        saida.append(Mecha(aberta(p, meio, q), (1, g, g * 0.7, 1), tom, 0.7))
    return saida


def _cachos(
    caminho: Sequence[Ponto], raio: float, semente: int, *, passo: float = 1.0
) -> tuple[list[Forma], list[Mecha]]:
    """Cachos redondos ao longo do caminho: as bolas e o risco em espiral de cada uma."""
    bolas: list[Forma] = []
    fios: list[Mecha] = []
    densa = suave(caminho, fechada=False, passos=24)
    andado, i = 0.0, 0
    for (xa, ya), (xb, yb) in itertools.pairwise(densa):
        andado += math.hypot(xb - xa, yb - ya)
        if andado < raio * passo:
            continue
        andado = 0.0
        i += 1
        r = raio * (0.82 + 0.4 * acaso(semente, i))
        x = xb + (acaso(semente, i, 3) - 0.5) * raio * 0.5
        y = yb + (acaso(semente, i, 4) - 0.5) * raio * 0.5
        bolas.append(elipse(x, y, r, r * 0.94, n=22))
        fios.extend(_espiral(x, y, r, semente + i))
    return bolas, fios


def _espiral(x: float, y: float, r: float, semente: int) -> list[Mecha]:
    """Um cacho visto de frente: arco de sombra embaixo e arco de luz em cima."""
    a0 = 360 * acaso(semente, 9) * 0.35
    sentido = 1 if acaso(semente, 8) > 0.5 else -1

    def arco(raio: float, de: float, ate: float) -> Forma:
        return [
            (
                x + sentido * raio * math.cos(math.radians(de + (ate - de) * k / 9)),
                y + raio * math.sin(math.radians(de + (ate - de) * k / 9)),
            )
            for k in range(10)
        ]

    return [
        Mecha(arco(r * 0.86, 10 + a0, 170 + a0), (1, r * 0.20, 1), -0.42, 0.9),
        Mecha(arco(r * 0.55, 190 + a0, 330 + a0), (1, r * 0.20, 1), 0.24, 0.9),
        Mecha(arco(r * 0.34, 20 + a0, 200 + a0), (1, r * 0.14, 1), -0.30, 0.8),
    ]


def _tranca(
    caminho: Sequence[Ponto], largura: float, *, gomo: float = 0.95
) -> tuple[list[Forma], list[Mecha]]:
    """Trança de gomos alternados ao longo do caminho; largura em unidades."""
    densa = suave(caminho, fechada=False, passos=30)
    formas: list[Forma] = [fita(densa[::5] + densa[-1:], (largura * 0.62, largura * 0.62))]
    fios: list[Mecha] = []
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
        formas.append(elipse(cx, cy, largura * 0.48, largura * 0.34, ang - lado * 36, n=20))
        px, py = xb + nx * lado * largura * 0.48, yb + ny * lado * largura * 0.48
        ux, uy = math.cos(math.radians(ang)), math.sin(math.radians(ang))
        fios.append(
            Mecha(
                aberta(
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
            Mecha(
                aberta(
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
    return suave([fora[0], *fora, fora[-1], dentro[-1], *reversed(dentro), dentro[0]])


def _curto() -> Penteado:
    fora: list[Ponto] = [
        (-145, 430), (-152, 345), (-143, 258), (-98, 188), (-12, 166), (76, 172), (132, 214),
        (153, 320), (145, 430),
    ]
    dentro: list[Ponto] = [
        (-131, 430), (-127, 360), (-112, 316), (-82, 286), (-22, 272), (46, 284), (104, 300),
        (126, 356), (131, 430),
    ]
    p = Penteado(frente=[_touca(fora, dentro)])
    for i in range(7):  # pontas despenteadas da franja
        x = -78 + i * 27
        p.frente.append(
            suave(
                [
                    (x - 20, 262), (x + 8, 264), (x + 30, 292 + 9 * acaso(3, i)),
                    (x + 30, 292 + 9 * acaso(3, i)),
                ]
            )
        )
    p.fios = _fios_radiais(dentro, fora, 17, 11, largura=9)
    return p


def _lateral() -> Penteado:
    fora: list[Ponto] = [
        (-143, 420), (-148, 345), (-140, 265), (-108, 205), (-60, 170), (30, 156), (112, 182),
        (150, 262), (150, 345), (143, 420),
    ]
    dentro: list[Ponto] = [
        (-131, 420), (-127, 352), (-116, 318), (-98, 284), (-74, 258), (10, 292), (84, 292),
        (118, 318), (128, 352), (131, 420),
    ]
    p = Penteado(frente=[_touca(fora, dentro)])
    for i in range(9):
        t = i / 8
        p.fios.append(
            Mecha(
                aberta(
                    (-72 + 8 * t, 250 - 60 * t), (-10 + 40 * t, 222 - 44 * t),
                    (60 + 42 * t, 240 - 36 * t), (108 + 30 * t, 300 - 10 * t),
                ),
                (1, 7, 9, 1),
                0.22 if i % 3 == 1 else -0.32,
                0.75,
            )
        )
    p.fios.append(Mecha(aberta((-76, 262), (-84, 226), (-76, 190)), (4, 5, 1), -0.7))
    return p


def _degrade() -> Penteado:
    fora: list[Ponto] = [
        (-139, 352), (-143, 310), (-130, 250), (-82, 203), (0, 190), (82, 203), (130, 250),
        (143, 310), (139, 352),
    ]
    dentro: list[Ponto] = [
        (-126, 352), (-122, 322), (-104, 294), (-66, 284), (0, 279), (66, 284), (104, 294),
        (122, 322), (126, 352),
    ]
    p = Penteado(frente=[_touca(fora, dentro)])
    for lado in (-1, 1):
        for k, alfa in ((430, 0.22), (408, 0.30), (386, 0.42)):
            p.nevoa.append(
                ([(lado * 142, 330), (lado * 142, k), (lado * 130, k), (lado * 122, 330)], alfa)
            )
    for i in range(46):  # textura crespa rente
        t, u = acaso(7, i), acaso(8, i)
        x = (t * 2 - 1) * 112
        y = 206 + u * 66 + abs(x) * 0.26
        p.fios.append(
            Mecha(
                aberta((x - 4, y), (x, y - 3), (x + 4, y)), (1, 3, 1), 0.24 if i % 2 else -0.5, 0.7
            )
        )
    return p


def _careca() -> Penteado:
    return Penteado()


def _calvo() -> Penteado:
    p = Penteado()
    for lado in (-1, 1):
        fora: list[Ponto] = [(116, 268), (138, 288), (152, 336), (154, 400), (142, 448)]
        dentro: list[Ponto] = [(112, 288), (116, 324), (122, 362), (128, 398), (134, 444)]
        a, b = (fora, dentro) if lado > 0 else (espelho(fora), espelho(dentro))
        p.frente.append(suave([a[0], *a, a[-1], b[-1], *reversed(b), b[0]]))
        p.fios += _fios_ao_longo(a, b, 5, 5 + lado, largura=6)
    return p


def _entradas() -> Penteado:
    dentro: list[Ponto] = [
        (-131, 430), (-126, 350), (-104, 286), (-70, 238), (0, 262), (70, 238), (104, 286),
        (126, 350), (131, 430),
    ]
    fora = [*_TOPO]
    fora[0], fora[-1] = (-146, 430), (146, 430)
    p = Penteado(frente=[_touca(fora, dentro)])
    p.fios = _fios_radiais(dentro, fora, 15, 21)
    return p


def _topete() -> Penteado:
    fora: list[Ponto] = [
        (-145, 425), (-149, 345), (-142, 268), (-124, 196), (-58, 146), (34, 128), (112, 148),
        (146, 220), (150, 330), (145, 425),
    ]
    dentro: list[Ponto] = [
        (-131, 425), (-127, 356), (-116, 316), (-98, 288), (-52, 268), (20, 262), (84, 276),
        (116, 312), (128, 352), (131, 425),
    ]
    p = Penteado(frente=[_touca(fora, dentro)])
    for i in range(11):
        t = i / 10
        x = -92 + 184 * t
        p.fios.append(
            Mecha(
                aberta(
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


def _cachos_curtos() -> Penteado:
    fora: list[Ponto] = [
        (-140, 380), (-148, 310), (-134, 244), (-84, 194), (0, 176), (84, 194), (134, 244),
        (148, 310), (140, 380),
    ]
    dentro: list[Ponto] = [
        (-134, 400), (-128, 346), (-108, 302), (-62, 276), (0, 268), (62, 276), (108, 302),
        (128, 346), (134, 400),
    ]
    p = Penteado(frente=[_touca(fora, dentro)])
    for linha, r, s in (
        (fora, 27, 31), (entre(fora, dentro, 0.42)[1:-1], 26, 47),
        (entre(fora, dentro, 0.86)[1:-1], 21, 63),
    ):
        bolas, fios = _cachos(linha, r, s, passo=1.15)
        p.frente += bolas
        p.fios += fios
    return p


def _afro() -> Penteado:
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
    p = Penteado(
        tras=[elipse(0, 322, 224, 222), *bolas], frente=[_touca(fora, dentro)], tom_tras=0.0
    )
    p.fios_tras = fios
    for anel in range(4):
        linha = entre(fora, dentro, 0.16 + 0.27 * anel)[1:-1]
        b, f = _cachos(linha, 21 - 2.2 * anel, 80 + anel * 17, passo=1.5)
        if anel == 3:
            p.frente += b
        p.fios += f
    return p


def _cortina(
    fora: list[Ponto], dentro: list[Ponto], n: int, semente: int, p: Penteado, largura: float = 8
) -> None:
    """Soma ao penteado uma cortina de cabelo que cai ao lado do rosto."""
    p.frente.append(suave([fora[0], *fora, fora[-1], dentro[-1], *reversed(dentro), dentro[0]]))
    p.fios += _fios_ao_longo(fora, dentro, n, semente, largura=largura)


def _longo() -> Penteado:
    p = Penteado(
        tras=[
            simetrica(
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
    dentro_e: list[Ponto] = [(28, 206), *espelho(dentro[1:])]
    dentro_e[1], dentro_e[2] = (-40, 254), (-110, 304)
    _cortina(fora_e, dentro_e, 11, 9, p)
    return p


def _ondulado() -> Penteado:
    p = Penteado(
        tras=[
            simetrica(
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


def _cacheado_longo() -> Penteado:
    p = Penteado(
        tras=[
            simetrica(
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
            suave([fora[0], *fora, fora[-1], dentro[-1], *reversed(dentro), dentro[0]])
        )
        for t, r in ((0.05, 30.0), (0.5, 29.0), (0.92, 24.0)):
            b, f = _cachos(
                entre(fora, dentro, t)[0 if t < 0.8 else 1 :],
                r,
                40 + lado * 7 + int(t * 10),
                passo=1.1,
            )
            p.frente += b
            p.fios += f
    p.tom_tras = 0.35
    return p


def _chanel() -> Penteado:
    p = Penteado(
        tras=[
            simetrica(
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


def _coque() -> Penteado:
    p = Penteado(tras=[elipse(0, 146, 74, 66)], frente=[_touca()], tom_tras=0.12)
    p.fios = _fios_radiais(_LINHA, [(x * 0.5, y - 8) for x, y in _TOPO], 19, 33, largura=7)
    for i in range(5):
        p.fios_tras.append(
            Mecha(
                aberta((-62 + 6 * i, 168 - 16 * i), (-8, 118 + 14 * i), (60 - 5 * i, 150 + 6 * i)),
                (1, 8, 1),
                0.26 if i % 2 else -0.4,
                0.8,
            )
        )
    for lado in (-1, 1):  # fiozinhos soltos na têmpora
        p.frente.append(
            fita(
                aberta((lado * 122, 330), (lado * 134, 390), (lado * 130, 440), (lado * 140, 486)),
                (9, 8, 5, 1),
            )
        )
    return p


def _rabo() -> Penteado:
    p = Penteado(frente=[_touca()])
    p.fios = _fios_radiais(_LINHA, [(x * 0.6, y) for x, y in _TOPO], 19, 39, largura=7)
    # sai de trás da nuca e cai sobre o ombro
    p.tras.append(
        suave([(60, 380), (140, 400), (158, 470), (150, 560), (176, 660), (120, 690), (60, 640)])
    )
    p.tom_tras = 0.0
    a: list[Ponto] = [(142, 596), (178, 650), (196, 726), (188, 800), (146, 888)]
    b: list[Ponto] = [(84, 640), (104, 690), (116, 740), (116, 800), (134, 884)]
    _cortina(a, b, 9, 41, p, 8)
    return p


def _trancas() -> Penteado:
    p = Penteado(
        tras=[
            simetrica(
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
            Mecha(aberta((a, base), (a * 0.86, base - 52), (a * 0.5, 190)), (2, 5, 3), -0.75, 0.9)
        )
    for lado in (-1, 1):
        for i in range(7):
            x0 = 104 + 7 * i
            x2 = 116 + 15 * i
            fim = 812 + 40 * acaso(61, i, lado + 2) - (i - 2) ** 2 * 4
            caminho: list[Ponto] = [
                (lado * x0, 262 + i * 7), (lado * (134 + 6 * i), 396), (lado * (130 + 9 * i), 540),
                (lado * x2, 690), (lado * (x2 - 4), fim),
            ]
            b, f = _tranca(caminho, 23, gomo=0.95)
            p.frente += b
            p.fios += f
            if i % 2 == 0:
                p.enfeites.append((elipse(lado * (x2 - 3), fim - 26, 12, 9), "conta"))
    return p


def _nago() -> Penteado:
    p = Penteado(frente=[_touca()])
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
        p.fios.append(Mecha(aberta((x, y), (x * 0.92, y - 46), (x * 0.6, 200)), (4, 4, 2), -0.9))
    return p


def _pixie() -> Penteado:
    fora: list[Ponto] = [
        (-140, 440), (-154, 360), (-150, 270), (-112, 196), (-30, 160), (70, 164), (136, 218),
        (154, 320), (148, 430),
    ]
    dentro: list[Ponto] = [
        (-128, 452), (-126, 384), (-118, 340), (-84, 338), (-16, 306), (54, 262), (106, 292),
        (128, 360), (134, 442),
    ]
    p = Penteado(frente=[_touca(fora, dentro)])
    for i in range(10):
        t = i / 9
        p.fios.append(
            Mecha(
                aberta(
                    (76 - 14 * t, 244 - 62 * t), (10 - 30 * t, 232 - 36 * t),
                    (-66 - 34 * t, 280 - 30 * t), (-108 - 32 * t, 344 - 20 * t),
                ),
                (1, 8, 9, 1),
                0.24 if i % 3 == 1 else -0.32,
                0.75,
            )
        )
    return p


def _dreads() -> Penteado:
    p = Penteado(
        tras=[
            simetrica(
                [(0, 180), (100, 198), (166, 290), (186, 420), (180, 560), (140, 640), (0, 640)]
            )
        ]
    )
    p.frente.append(_touca([(x * 1.05, y - 14) for x, y in _TOPO]))
    for i in range(9):  # raízes separadas, penteadas para os lados
        x = -104.0 + 26 * i
        y = 276 + (abs(x) / 137) ** 2.4 * 70
        p.fios.append(Mecha(aberta((x * 0.2, 178), (x * 0.8, 222), (x, y)), (2, 6, 4), -0.8, 0.9))
        p.fios.append(
            Mecha(
                aberta((x * 0.2 + 6, 186), (x * 0.8 + 11, 226), (x + 12, y - 8)),
                (1, 5, 1),
                0.16,
                0.7,
            )
        )
    for lado in (-1, 1):
        for i in range(6):
            j = 5 - i
            fim = 668 + 44 * acaso(71, j, lado + 2) - 9 * j
            caminho: list[Ponto] = [
                (lado * (6 + 13 * j), 176 + 3 * j), (lado * (78 + 15 * j), 226 + 8 * j),
                (lado * (132 + 12 * j), 360), (lado * (138 + 15 * j), 500),
                (lado * (124 + 17 * j), fim),
            ]
            linha = suave(caminho, fechada=False)
            p.frente.append(fita(linha, (22, 30, 31, 29, 22)))
            p.fios.append(Mecha([(x + 14 * lado, y) for x, y in linha], (2, 5, 5, 3), -0.85, 0.95))
            p.fios.append(Mecha([(x - 5 * lado, y) for x, y in linha], (1, 4, 4, 1), 0.16, 0.7))
            for k in range(5, len(linha) - 2, 3):
                x, y = linha[k]
                p.fios.append(
                    Mecha(
                        aberta((x - 12, y - 5), (x, y + 3), (x + 12, y - 3)),
                        (1, 3.5, 1),
                        -0.5,
                        0.7,
                    )
                )
    p.enfeites.append((elipse(-160, 560, 18, 11), "conta"))
    p.enfeites.append((elipse(196, 520, 18, 11), "conta"))
    return p


def _franja() -> Penteado:
    p = Penteado(
        tras=[
            simetrica(
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
    p.frente.append(suave([alto[0], *alto, alto[-1], baixo[-1], *reversed(baixo), baixo[0]]))
    for i in range(13):
        t = i / 12
        p.fios.append(
            Mecha(
                aberta((-70 + 140 * t, 214), (-104 + 208 * t, 270), (-126 + 252 * t, 344)),
                (1, 7, 5),
                0.22 if i % 3 == 1 else -0.35,
                0.7,
            )
        )
    return p


def _duas_trancas() -> Penteado:
    p = Penteado(frente=[_touca()])
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
    p.fios.append(Mecha(aberta((0, 186), (0, 230), (0, 280)), (3, 6, 6), -0.8))
    for lado in (-1, 1):
        p.tras.append(elipse(lado * 132, 450, 34, 70))
        b, f = _tranca(
            [(lado * 140, 478), (lado * 158, 560), (lado * 156, 680), (lado * 146, 800)],
            52, gomo=0.86,
        )
        p.frente += b
        p.fios += f
        p.frente.append(
            suave(
                [
                    (lado * 130, 800), (lado * 164, 800), (lado * 158, 850), (lado * 144, 880),
                    (lado * 132, 850),
                ]
            )
        )
        p.enfeites.append(
            (
                suave(
                    [(lado * 128, 786), (lado * 166, 786), (lado * 164, 808), (lado * 130, 808)]
                ),
                "elastico",
            )
        )
    return p


def _samurai() -> Penteado:
    fora: list[Ponto] = [
        (-139, 345), (-146, 296), (-132, 236), (-84, 186), (0, 168), (84, 186), (132, 236),
        (146, 296), (139, 345),
    ]
    dentro: list[Ponto] = [
        (-128, 345), (-122, 320), (-104, 296), (-60, 282), (0, 276), (60, 282), (104, 296),
        (122, 320), (128, 345),
    ]
    p = Penteado(tras=[elipse(0, 142, 50, 44)], frente=[_touca(fora, dentro)], tom_tras=0.15)
    p.fios = _fios_radiais(dentro, [(x * 0.3, y) for x, y in fora], 27, 95, largura=8)
    p.fios_tras = [
        Mecha(aberta((-42, 146), (0, 116), (42, 140)), (1, 7, 1), 0.25),
        Mecha(aberta((-38, 162), (0, 134), (40, 158)), (1, 6, 1), -0.4),
    ]
    for lado in (-1, 1):
        for k, alfa in ((440, 0.25), (415, 0.25), (390, 0.3)):
            p.nevoa.append(
                ([(lado * 142, 330), (lado * 142, k), (lado * 130, k), (lado * 124, 330)], alfa)
            )
    return p


PENTEADOS: dict[Cabelo, Callable[[], Penteado]] = {
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
