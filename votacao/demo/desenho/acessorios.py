"""O que se põe no rosto e na cabeça: barba, óculos, brincos e coberturas."""

import math
from collections.abc import Callable

from PIL import Image, ImageChops, ImageDraw

from votacao.demo.desenho.rosto import MEDIDAS, Retrato
from votacao.demo.desenho.tela import (
    Cor,
    Forma,
    Ponto,
    aberta,
    acaso,
    aro,
    elipse,
    escuro,
    fita,
    luz,
    mistura,
    rgb,
    simetrica,
    sombra,
    suave,
)

# As listas de pontos de controle ficam várias por linha: uma por linha triplicaria o arquivo.
# fmt: off


def barba(r: Retrato) -> None:
    tela, t = r.tela, r.t
    if t.barba == "nenhuma":
        return
    x, w = r.fx, r.w
    cor = r.pelo
    bigode = suave(
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
        forma = suave([*bochecha, (w + 8, 560), (0, 680), (-w - 8, 560)])
        tela.pinta(
            forma, mistura(cor, r.sombra_pele, 0.35), alfa=0.34, dentro=r.face, raio=6
        )
        tela.pinta(bigode, cor, alfa=0.26, dentro=r.face, raio=3)
        return
    if t.barba == "bigode":
        basto = suave(
            [
                (x, 504), (x + 26, 502), (x + 52, 514), (x + 72, 532), (x + 40, 539), (x, 534),
                (x - 40, 539), (x - 72, 532), (x - 52, 514), (x - 26, 502),
            ]
        )
        _pelagem(r, [basto], cor)
        return
    if t.barba == "cavanhaque":
        queixo = suave(
            [
                (x - 58, 540), (x - 40, 536), (x - 34, 560), (x, 576), (x + 34, 560),
                (x + 40, 536), (x + 58, 540), (x + 54, 582), (x + 30, r.base + 6),
                (x, r.base + 12), (x - 30, r.base + 6), (x - 54, 582),
            ]
        )
        _pelagem(r, [bigode, queixo], cor)
        return
    _, mandibula, queixo_w, base = MEDIDAS[t.rosto]
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
    _pelagem(r, [suave([*bochecha, *fim])], cor, longa=t.barba == "longa")
    tela.pinta(bigode, luz(cor, 0.14), alfa=0.9)


def _pelagem(r: Retrato, formas: list[Forma], cor: Cor, *, longa: bool = False) -> None:
    tela = r.tela
    m = tela.mascara(formas, cabeca=True)
    r.barbado = m
    tela.cobre(m, cor)
    tela.pinta(
        [(40, 420), (70, 560), (30, 760), (220, 760), (220, 420)],
        escuro(cor, 0.6), alfa=0.35, dentro=m, raio=16,
    )
    n = 46 if longa else 34
    for i in range(n):
        a = math.radians(-25 + 230 * (i + acaso(12, i)) / n)
        raio = 66 + 70 * acaso(13, i)
        x0, y0 = raio * math.cos(a), 530 + raio * 0.8 * math.sin(a)
        c = 20 if not longa else 34
        tela.pinta(
            fita(
                aberta((x0, y0), (x0 * 1.02 + 2, y0 + c * 0.5), (x0 * 0.98, y0 + c)),
                (1, 4.5, 1),
            ),
            luz(cor, 0.22) if i % 3 == 0 else escuro(cor, 0.35), alfa=0.6, dentro=m,
        )


def oculos(r: Retrato) -> None:
    tela, t = r.tela, r.t
    if t.oculos == "nenhum":
        return
    cor = rgb(t.cor_oculos)
    y = 418.0
    for s in (-1, 1):
        cx = s * 64 + r.fx
        if t.oculos == "redondo":
            lente = elipse(cx, y, 50, 48)
        elif t.oculos == "quadrado":
            lente = suave(
                [
                    (cx, y - 38), (cx + 38, y - 38), (cx + 49, y - 29), (cx + 49, y),
                    (cx + 45, y + 26), (cx + 32, y + 37), (cx, y + 38), (cx - 32, y + 37),
                    (cx - 45, y + 26), (cx - 49, y), (cx - 49, y - 29), (cx - 38, y - 38),
                ]
            )
        else:
            lente = suave(
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
            aro([(px, py + 4) for px, py in lente], 6),
            r.sombra_pele, alfa=0.35, dentro=r.face,
        )
        tela.pinta(aro(lente, 8), cor)
        ponta = (cx + s * min(49, abs(s * (r.w - 4) - cx)), y - 12)
        tela.pinta(fita([ponta, (s * (r.w - 1), y - 9)], (8, 7)), cor)
    tela.pinta(
        fita(
            aberta((r.fx - 17, y - 8), (r.fx, y - 15), (r.fx + 17, y - 8)), (8, 7, 8)
        ),
        cor,
    )


def brincos(r: Retrato) -> None:
    tela, t = r.tela, r.t
    if t.brinco == "nenhum" or t.cobertura == "hijab":
        return
    ouro = rgb(t.cor_adorno)
    longo = (
        t.cabelo in ("longo", "ondulado", "cacheado_longo", "chanel", "trancas", "franja")
        and t.cobertura == "nenhuma"
    )
    lados: tuple[int, ...] = (-1, 1)
    if t.brinco == "ponto" and t.barba != "nenhuma":
        lados = (-1,)
    for s in lados:
        x = s * (r.w + (2 if longo else 10)) - s * r.t.giro * s * 6
        y = 482.0
        if t.brinco == "ponto":
            tela.pinta(elipse(x, y - 6, 7.5, 7.5, n=24), sombra(ouro, 0.4))
            tela.pinta(elipse(x - 1, y - 7, 6, 6, n=24), ouro)
            tela.pinta(elipse(x - 3, y - 9, 2, 2, n=12), (255, 255, 255))
        elif t.brinco == "argola":
            raio = 27.0 if t.cilios else 12.0
            argola = elipse(x, y + raio - 8, raio * 0.88, raio)
            tela.pinta(aro(argola, 6.5), sombra(ouro, 0.35))
            argola = elipse(x - 0.8, y + raio - 8.8, raio * 0.88, raio)
            tela.pinta(aro(argola, 4), ouro)
        else:
            tela.pinta(elipse(x, y - 4, 6, 6, n=24), sombra(ouro, 0.3))
            tela.pinta(fita([(x, y), (x, y + 22)], (3, 3)), sombra(ouro, 0.3))
            tela.pinta(
                suave([(x, y + 16), (x + 12, y + 44), (x, y + 56), (x - 12, y + 44)]),
                sombra(ouro, 0.25),
            )
            tela.pinta(
                suave([(x - 1, y + 20), (x + 8, y + 42), (x - 1, y + 51), (x - 9, y + 42)]),
                ouro,
            )


# --- coberturas --------------------------------------------------------------------------------


def cobertura_tras(r: Retrato) -> None:
    """O que da cobertura fica atrás da cabeça."""
    if r.t.cobertura == "hijab":
        _hijab_tras(r)


def cobertura(r: Retrato) -> None:
    if r.t.cobertura != "nenhuma":
        _COBERTURAS[r.t.cobertura](r)


def _pano(r: Retrato, formas: list[Forma], cor: Cor, furo: Forma | None = None) -> Image.Image:
    """Pinta um pano sobre a cabeça com a sombra dele no rosto; devolve a máscara."""
    tela = r.tela
    m = tela.mascara(formas, cabeca=True)
    if furo is not None:
        ImageDraw.Draw(m).polygon(tela.pontos(furo, cabeca=True), fill=0)
    queda = ImageChops.multiply(tela.desloca(m, 3, 13), r.face)
    tela.cobre(ImageChops.subtract(queda, m), r.sombra_pele, 0.6)
    tela.cobre(m, cor)
    tela.pinta(
        [(70, 80), (120, 300), (110, 960), (400, 960), (400, 80)],
        sombra(cor, 0.6), alfa=0.4, dentro=m, raio=24,
    )
    tela.pinta(elipse(-70, 190, 90, 60, -25), luz(cor, 0.6), alfa=0.4, dentro=m, raio=24)
    return m


def _bone(r: Retrato) -> None:
    tela = r.tela
    cor = rgb(r.t.cor_cobertura)
    m = _pano(
        r,
        [
            suave(
                [
                    (-148, 318), (-152, 262), (-124, 188), (-60, 150), (0, 142), (60, 150),
                    (124, 188), (152, 262), (148, 318), (148, 318), (0, 286), (-148, 318),
                ]
            )
        ],
        cor,
    )
    for pts in ([(0, 142), (-34, 200), (-44, 300)], [(0, 142), (34, 200), (44, 300)]):
        tela.pinta(fita(aberta(*pts), (1, 3, 3)), sombra(cor, 0.7), alfa=0.7, dentro=m)
    tela.pinta(elipse(0, 143, 13, 7), sombra(cor, 0.3))
    detalhe = rgb(r.t.cor_detalhe)
    tela.pinta(elipse(r.fx, 226, 34, 34), detalhe)
    tela.pinta(elipse(r.fx, 226, 22, 22), rgb(r.t.cor_roupa))
    tela.pinta(elipse(r.fx, 226, 10, 10), detalhe)
    aba = [
        suave(
            [
                (-146, 300), (-80, 276), (0, 270), (80, 276), (146, 300), (176, 340),
                (160, 354), (90, 326), (0, 316), (-90, 326), (-160, 354), (-176, 340),
            ]
        )
    ]
    m = _pano(r, aba, sombra(cor, 0.12))
    tela.pinta(
        fita(aberta((-160, 338), (-80, 306), (0, 298), (80, 306), (160, 338)), (2, 6, 2)),
        luz(cor, 0.5), alfa=0.35, dentro=m,
    )
    tela.pinta(
        fita(aberta((-168, 352), (-90, 326), (0, 316), (90, 326), (168, 352)), (3, 7, 3)),
        sombra(cor, 0.8), alfa=0.8, dentro=m,
    )


def _chapeu(r: Retrato) -> None:
    tela = r.tela
    cor = rgb(r.t.cor_cobertura)
    copa = _pano(
        r,
        [
            suave(
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
            fita(aberta((-150, y + 20), (0, y - 2), (150, y + 20)), (3, 3)),
            sombra(cor, 0.4), alfa=0.4, dentro=copa,
        )
    tela.pinta(
        suave([(-30, 108), (0, 118), (30, 108), (16, 170), (0, 190), (-16, 170)]),
        sombra(cor, 0.5), alfa=0.3, dentro=copa, raio=6,
    )
    tela.pinta(
        suave(
            [
                (-142, 284), (-136, 222), (-136, 222), (0, 200), (136, 222), (136, 222),
                (142, 284),
            ]
        ),
        rgb("#7a3f26"), dentro=copa,
    )
    aba = _pano(
        r,
        [
            suave(
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
            fita(
                aberta(
                    (-258, 278 + 8 * k), (-120, 262 + 32 * k), (0, 258 + 40 * k),
                    (120, 262 + 32 * k), (258, 278 + 8 * k),
                ),
                (2, 3, 2),
            ),
            sombra(cor, 0.4), alfa=0.45, dentro=aba,
        )
    tela.pinta(
        fita(aberta((-258, 298), (-150, 325), (0, 331), (150, 325), (258, 298)), (3, 8, 3)),
        sombra(cor, 0.7), alfa=0.7, dentro=aba,
    )


def _hijab_tras(r: Retrato) -> None:
    cor = sombra(rgb(r.t.cor_cobertura), 0.35)
    r.tela.pinta(
        simetrica(
            [(0, 176), (100, 196), (164, 300), (176, 460), (196, 640), (230, 740), (0, 800)]
        ),
        cor,
    )


def _hijab(r: Retrato) -> None:
    tela = r.tela
    cor = rgb(r.t.cor_cobertura)
    fora = suave(
        [
            (0, 166), (92, 184), (152, 262), (170, 380), (164, 500), (168, 590), (206, 660),
            (252, 728), (240, 800), (120, 838), (0, 850), (-120, 838), (-240, 800), (-252, 728),
            (-206, 660), (-168, 590), (-164, 500), (-170, 380), (-152, 262), (-92, 184),
        ]
    )
    w = r.w
    furo = simetrica(
        [
            (0, 276), (60, 284), (106, 316), (w - 14, 390), (w - 17, 460), (w - 34, 530),
            (64, 586), (0, r.base - 5),
        ]
    )
    m = _pano(r, [fora], cor, furo)
    tela.pinta(aro(furo, 12), sombra(cor, 0.5), dentro=m)
    dobras: list[tuple[list[Ponto], float]] = [
        ([(-140, 300), (-150, 420), (-140, 530), (-70, 640), (60, 700)], 10),
        ([(142, 300), (152, 430), (140, 540), (90, 640), (-40, 730), (-180, 770)], 11),
        ([(150, 560), (120, 650), (20, 740), (-130, 800)], 9),
        ([(-150, 560), (-130, 650), (-60, 710)], 9), ([(190, 690), (120, 760), (0, 806)], 8),
        ([(-60, 196), (-116, 240), (-146, 320)], 7), ([(-10, 186), (-84, 214), (-134, 280)], 6),
    ]
    for pts, g in dobras:
        tela.pinta(fita(aberta(*pts), (1, g, 1)), sombra(cor, 0.55), alfa=0.55, dentro=m)
        tela.pinta(
            fita([(x - 6, y - 7) for x, y in aberta(*pts)], (1, g * 0.7, 1)),
            luz(cor, 0.75), alfa=0.5, dentro=m,
        )
    tela.pinta(elipse(118, 628, 9, 9), rgb(r.t.cor_adorno))
    tela.pinta(elipse(116, 626, 4, 4, n=16), (255, 250, 235))


def _turbante(r: Retrato) -> None:
    tela = r.tela
    cor = rgb(r.t.cor_cobertura)
    faixa2 = rgb(r.t.cor_detalhe)
    base = suave(
        [
            (-142, 372), (-154, 300), (-166, 220), (-132, 132), (-56, 92), (40, 88), (124, 124),
            (166, 212), (156, 300), (142, 372), (142, 372), (116, 316), (64, 288), (0, 280),
            (-64, 288), (-116, 316), (-142, 372),
        ]
    )
    m = _pano(r, [base], cor)
    for i, (pts, g) in enumerate(
        (
            ([(-150, 340), (-96, 252), (0, 206), (110, 150)], 44.0),
            ([(150, 340), (98, 256), (10, 208), (-90, 140)], 44.0),
            ([(-160, 250), (-90, 180), (0, 140)], 30.0),
            ([(160, 250), (96, 180), (20, 140)], 30.0),
        )
    ):
        linha = aberta(*pts)
        tela.pinta(
            fita([(x, y + 9) for x, y in linha], (g, g * 0.95, g * 0.8)),
            sombra(cor, 0.75), alfa=0.55, dentro=m,
        )
        tela.pinta(
            fita(linha, (g, g * 0.95, g * 0.8)),
            faixa2 if i == 0 else luz(cor, 0.10 + 0.05 * i),
            dentro=m,
        )
        tela.pinta(
            fita([(x, y - g * 0.22) for x, y in linha], (2, 6, 2)),
            luz(cor, 0.65), alfa=0.4, dentro=m,
        )
    # nó
    for pts in (
        [(-70, 150), (-40, 96), (-60, 62), (-8, 92), (0, 150)],
        [(70, 150), (44, 92), (74, 56), (14, 88), (2, 150)],
    ):
        tela.pinta(suave(pts), sombra(cor, 0.15))
    no = elipse(0, 186, 52, 46)
    tela.pinta([(x, y + 9) for x, y in no], sombra(cor, 0.8), alfa=0.5, dentro=m)
    tela.pinta(no, cor)
    n = tela.mascara([no], cabeca=True)
    for k in (-26, 0, 26):
        tela.pinta(
            fita(aberta((k * 0.5, 138), (k, 186), (k * 0.6, 236)), (2, 6, 2)),
            sombra(cor, 0.6), alfa=0.55, dentro=n,
        )
    tela.pinta(elipse(-16, 168, 16, 12), luz(cor, 0.6), alfa=0.5, dentro=n, raio=5)


_COBERTURAS: dict[str, Callable[[Retrato], None]] = {
    "bone": _bone,
    "chapeu": _chapeu,
    "hijab": _hijab,
    "turbante": _turbante,
}
