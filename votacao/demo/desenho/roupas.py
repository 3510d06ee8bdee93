"""O tronco e o que ele veste: tecido, estampa, colar e o corte de cada roupa."""

import math
from collections.abc import Callable

from PIL import Image, ImageDraw

from votacao.demo.desenho.rosto import Retrato
from votacao.demo.desenho.tela import EIXO, Cor, Forma, Ponto, aberta, acaso, elipse, fita, luz, rgb, sombra, suave

# As listas de pontos de controle ficam várias por linha: uma por linha triplicaria o arquivo.
# fmt: off


def _ombros(r: Retrato, folga: float = 0.0) -> Forma:
    p = r.t.porte
    return [
        (EIXO + x, y)
        for x, y in suave(
            [
                (-62 * p, 560), (-66 * p, 640), (-82 * p - folga, 682), (-150 * p, 722 - folga),
                (-226 * p - folga, 758 - folga), (-272 * p - folga, 836),
                (-292 * p - folga, 1000), (-292 * p - folga, 1000), (292 * p + folga, 1000),
                (292 * p + folga, 1000), (272 * p + folga, 836), (226 * p + folga, 758 - folga),
                (150 * p, 722 - folga), (82 * p + folga, 682), (66 * p, 640), (62 * p, 560),
            ]
        )
    ]


def tronco(r: Retrato) -> None:
    """Pinta o pescoço e os ombros, com a roupa e o colar."""
    tela, t = r.tela, r.t
    corpo = tela.mascara([_ombros(r)], cabeca=False)
    tela.cobre(corpo, r.pele)
    tela.pinta(
        [(418, 560), (424, 690), (560, 760), (620, 1000), (800, 1000), (800, 560)],
        r.sombra_pele, alfa=0.35, dentro=corpo, cabeca=False, raio=10,
    )
    # sombra do queixo no pescoço
    queixo = [(x, y + 34) for x, y in r.contorno]
    tela.pinta(queixo, r.sombra_pele, alfa=0.85, dentro=corpo, raio=3)
    # clavículas
    for s in (-1, 1):
        tela.pinta(
            fita(
                aberta((EIXO + s * 26, 752), (EIXO + s * 80, 744), (EIXO + s * 150, 756)),
                (1, 7, 1),
            ),
            r.sombra_pele, alfa=0.32, cabeca=False, dentro=corpo,
        )
    tela.pinta(
        fita(aberta((EIXO - 44, 672), (EIXO - 30, 716), (EIXO - 14, 744)), (1, 6, 1)),
        r.sombra_pele, alfa=0.16, cabeca=False, dentro=corpo,
    )
    _ROUPAS[t.roupa](r)
    _colar(r)


def _tecido(
    r: Retrato, furos: list[Forma], *, folga: float = 7.0, cor: Cor | None = None
) -> Image.Image:
    """Pinta o pano sobre o tronco, menos os furos (decote e cavas); luz, dobra e estampa."""
    tela, t = r.tela, r.t
    cor = cor or rgb(t.cor_roupa)
    m = tela.mascara([_ombros(r, folga)], cabeca=False)
    d = ImageDraw.Draw(m)
    pescoco: Forma = [(0, 0), (720, 0), (720, 640), (0, 640)]
    for f in [*furos, pescoco]:
        d.polygon(tela.pontos(f, cabeca=False), fill=0)
    tela.cobre(m, cor)
    if t.estampa != "lisa" and cor == rgb(t.cor_roupa):
        _estampa(r, m)
    tela.pinta(
        [(520, 640), (470, 800), (500, 1000), (900, 1000), (900, 640)],
        sombra(cor, 0.6), alfa=0.42, dentro=m, cabeca=False, raio=22,
    )
    tela.pinta(
        elipse(210, 770, 120, 60, -18),
        luz(cor, 0.6), alfa=0.32, dentro=m, cabeca=False, raio=26,
    )
    for x, y, dx in ((250, 880, -22), (480, 860, 26), (300, 930, -10)):
        tela.pinta(
            fita(aberta((x, y), (x + dx * 0.4, y + 40), (x + dx, y + 110)), (1, 9, 4)),
            sombra(cor, 0.6), alfa=0.35, dentro=m, cabeca=False,
        )
    return m


def _estampa(r: Retrato, m: Image.Image) -> None:
    tela, t = r.tela, r.t
    cor = rgb(t.cor_detalhe)
    if t.estampa == "listras":
        for i in range(9):
            y = 690.0 + i * 38
            arco = aberta(
                (40, y + 46), (200, y + 6), (360, y + 22), (520, y + 6), (680, y + 46)
            )
            tela.pinta(fita(arco, (15, 15)), cor, dentro=m, cabeca=False)
        return
    for linha in range(7):
        for col in range(11):
            x = 40 + col * 64 + (32 if linha % 2 else 0) + 10 * (acaso(linha, col) - 0.5)
            y = 690 + linha * 46 + 10 * (acaso(linha, col, 1) - 0.5)
            if t.estampa == "poa":
                tela.pinta(elipse(x, y, 9, 9), cor, dentro=m, cabeca=False)
            elif t.estampa == "folhas":
                a = 360 * acaso(linha, col, 2)
                tela.pinta(elipse(x, y, 27, 10, a), cor, dentro=m, cabeca=False)
                dx, dy = (math.cos(math.radians(a)) * 24, math.sin(math.radians(a)) * 24)
                tela.pinta(
                    fita([(x - dx, y - dy), (x + dx, y + dy)], (3, 2)),
                    rgb(t.cor_roupa), dentro=m, cabeca=False,
                )
            elif t.estampa == "flores":
                for k in range(5):
                    a = math.radians(72 * k + 30 * linha)
                    tela.pinta(
                        elipse(
                            x + 10 * math.cos(a), y + 10 * math.sin(a), 9, 7, math.degrees(a)
                        ),
                        cor, dentro=m, cabeca=False,
                    )
                tela.pinta(elipse(x, y, 6, 6), rgb("#d8452f"), dentro=m, cabeca=False)


def _colar(r: Retrato) -> None:
    tela, t = r.tela, r.t
    if t.colar == "nenhum":
        return
    ouro = rgb(t.cor_adorno)
    fundo = {"corrente": 790, "contas": 800, "pingente": 800}[t.colar]
    linha = aberta((284, 690), (300, 742), (EIXO, fundo), (420, 742), (436, 690))
    if t.colar == "contas":
        for i in range(2, len(linha) - 1, 2):
            x, y = linha[i]
            tela.pinta(elipse(x, y, 9.5, 9.5, n=24), sombra(ouro, 0.45), cabeca=False)
            tela.pinta(elipse(x - 0.8, y - 0.8, 8.4, 8.4, n=24), ouro, cabeca=False)
            tela.pinta(elipse(x - 3, y - 3, 2.6, 2.6, n=12), luz(ouro, 0.8), cabeca=False)
        return
    g = 7.0 if t.colar == "corrente" else 3.6
    tela.pinta(
        fita([(x, y + 2) for x, y in linha], (g, g)),
        sombra(ouro, 0.7), alfa=0.7, cabeca=False,
    )
    tela.pinta(fita(linha, (g, g)), ouro, cabeca=False)
    if t.colar == "pingente":
        tela.pinta(elipse(EIXO, fundo + 12, 11, 13), sombra(ouro, 0.3), cabeca=False)
        tela.pinta(elipse(EIXO - 1, fundo + 11, 8, 10), ouro, cabeca=False)


# --- cortes ------------------------------------------------------------------------------------


def _gola(r: Retrato, linha: Forma, largura: float, cor: Cor) -> None:
    """Debrum do decote; não passa da linha dos ombros."""
    m = r.tela.mascara([_ombros(r, 8)], cabeca=False)
    r.tela.pinta(
        fita([(x, y + 4) for x, y in linha], (largura, largura)),
        sombra(cor, 0.8), alfa=0.4, dentro=m, cabeca=False,
    )
    r.tela.pinta(fita(linha, (largura, largura)), cor, dentro=m, cabeca=False)


def _camiseta(r: Retrato) -> None:
    p = r.t.porte
    _tecido(r, [elipse(EIXO, 672, 92 * p, 72)])
    cor = rgb(r.t.cor_detalhe) if r.t.estampa == "lisa" else sombra(rgb(r.t.cor_roupa), 0.12)
    linha = aberta(
        (EIXO - 96 * p, 640), (EIXO - 92 * p, 682), (EIXO - 66 * p, 722), (EIXO, 745),
        (EIXO + 66 * p, 722), (EIXO + 92 * p, 682), (EIXO + 96 * p, 640),
    )
    _gola(r, linha, 15, cor)


def _decote_v(r: Retrato) -> None:
    p = r.t.porte
    v: Forma = [
        (EIXO - 104 * p, 640), (EIXO - 98 * p, 690), (EIXO, 842), (EIXO + 98 * p, 690),
        (EIXO + 104 * p, 640),
    ]
    _tecido(r, [v])
    cor = sombra(rgb(r.t.cor_roupa), 0.25)
    _gola(r, [(EIXO - 98 * p, 690), (EIXO, 842)], 11, cor)
    _gola(r, [(EIXO + 98 * p, 690), (EIXO, 842)], 11, cor)


def _cavas(p: float) -> list[Forma]:
    return [
        suave(
            [
                (EIXO + s * 205 * p, 700), (EIXO + s * 196 * p, 800), (EIXO + s * 224 * p, 900),
                (EIXO + s * 232 * p, 1010), (EIXO + s * 420, 1010), (EIXO + s * 420, 700),
            ]
        )
        for s in (-1, 1)
    ]


def _regata(r: Retrato) -> None:
    p = r.t.porte
    _tecido(r, [elipse(EIXO, 690, 128 * p, 118), *_cavas(p)], folga=4)
    linha = aberta(
        (EIXO - 128 * p, 660), (EIXO - 126 * p, 708), (EIXO - 88 * p, 776), (EIXO, 808),
        (EIXO + 88 * p, 776), (EIXO + 126 * p, 708), (EIXO + 128 * p, 660),
    )
    _gola(r, linha, 10, rgb(r.t.cor_detalhe))


def _alcinha(r: Retrato) -> None:
    p = r.t.porte
    topo = suave(
        [
            (0, 0), (0, 0), (720, 0), (720, 0), (720, 860), (EIXO + 190 * p, 856),
            (EIXO + 120 * p, 826), (EIXO + 60 * p, 842), (EIXO, 872), (EIXO - 60 * p, 842),
            (EIXO - 120 * p, 826), (EIXO - 190 * p, 856), (0, 860), (0, 860),
        ]
    )
    _tecido(r, [topo, *_cavas(p)], folga=3)
    cor = rgb(r.t.cor_roupa)
    for s in (-1, 1):
        _gola(
            r,
            aberta(
                (EIXO + s * 150 * p, 716), (EIXO + s * 142 * p, 776), (EIXO + s * 124 * p, 836)
            ),
            13, cor,
        )
    linha = aberta(
        (EIXO - 190 * p, 858), (EIXO - 120 * p, 828), (EIXO - 60 * p, 844), (EIXO, 874),
        (EIXO + 60 * p, 844), (EIXO + 120 * p, 828), (EIXO + 190 * p, 858),
    )
    r.tela.pinta(fita(linha, (8, 8)), rgb(r.t.cor_detalhe), cabeca=False)


def _ombro_a_ombro(r: Retrato) -> None:
    p = r.t.porte
    topo = suave(
        [
            (0, 0), (0, 0), (720, 0), (720, 0), (720, 800), (EIXO + 270 * p, 800),
            (EIXO + 150 * p, 838), (EIXO, 850), (EIXO - 150 * p, 838), (EIXO - 270 * p, 800),
            (0, 800), (0, 800),
        ]
    )
    _tecido(r, [topo], folga=8)
    cor = rgb(r.t.cor_roupa)
    m = r.tela.mascara([_ombros(r, 12)], cabeca=False)
    babado = [
        (EIXO - 300 * p, 790), (EIXO - 150 * p, 828), (EIXO, 840), (EIXO + 150 * p, 828),
        (EIXO + 300 * p, 790),
    ]
    onda: list[Ponto] = [
        (
            EIXO + (300 - 40 * i) * p,
            862 + 52 * (1 - ((300 - 40 * i) / 300) ** 2) + (10 if i % 2 else -6),
        )
        for i in range(16)
    ]
    forma = suave([babado[0], *babado, babado[-1], onda[0], *onda, onda[-1]])
    r.tela.pinta(
        [(x, y + 9) for x, y in forma], sombra(cor, 0.7), alfa=0.45, dentro=m, cabeca=False
    )
    r.tela.pinta(forma, luz(cor, 0.12), dentro=m, cabeca=False)
    for i in range(1, 15):
        x, y = onda[i]
        r.tela.pinta(
            fita([(x, y - 8), (x * 0.98 + EIXO * 0.02, y - 50)], (5, 1)),
            sombra(cor, 0.5), alfa=0.4, dentro=m, cabeca=False,
        )
    r.tela.pinta(
        fita(suave(babado, fechada=False), (8, 8)), rgb(r.t.cor_detalhe), dentro=m, cabeca=False
    )


def _colarinho(r: Retrato, cor: Cor) -> None:
    """Gola de camisa aberta, um bico de cada lado."""
    for s in (-1, 1):
        ponta = suave(
            [
                (EIXO + s * 70, 640), (EIXO + s * 70, 640), (EIXO + s * 104, 668),
                (EIXO + s * 122, 722), (EIXO + s * 96, 786), (EIXO + s * 96, 786),
                (EIXO + s * 14, 772), (EIXO + s * 14, 772), (EIXO + s * 58, 716),
            ]
        )
        r.tela.pinta([(x, y + 8) for x, y in ponta], sombra(cor, 0.8), alfa=0.4, cabeca=False)
        r.tela.pinta(ponta, luz(cor, 0.16) if s < 0 else sombra(cor, 0.14), cabeca=False)


def _camisa(r: Retrato) -> None:
    v: Forma = [
        (EIXO - 92, 640), (EIXO - 76, 700), (EIXO, 800), (EIXO + 76, 700), (EIXO + 92, 640),
    ]
    _tecido(r, [v])
    cor = rgb(r.t.cor_roupa)
    r.tela.pinta(
        fita([(EIXO + 14, 790), (EIXO + 16, 970)], (3, 3)),
        sombra(cor, 0.7), alfa=0.6, cabeca=False,
    )
    for y in (836, 906):
        r.tela.pinta(elipse(EIXO, y, 6.5, 6.5, n=24), sombra(cor, 0.5), cabeca=False)
        r.tela.pinta(elipse(EIXO - 1, y - 1, 5, 5, n=24), rgb(r.t.cor_detalhe), cabeca=False)
    _colarinho(r, cor)


def _blazer(r: Retrato) -> None:
    p = r.t.porte
    blusa = rgb(r.t.cor_detalhe)
    _tecido(r, [elipse(EIXO, 690, 84 * p, 100)], cor=blusa, folga=2)
    v: Forma = [
        (EIXO - 112 * p, 640), (EIXO - 104 * p, 690), (EIXO - 8, 960), (EIXO + 8, 960),
        (EIXO + 104 * p, 690), (EIXO + 112 * p, 640),
    ]
    _tecido(r, [v], folga=14)
    cor = rgb(r.t.cor_roupa)
    for s in (-1, 1):
        lapela: Forma = [
            (EIXO + s * 96 * p, 674), (EIXO + s * 126 * p, 690), (EIXO + s * 168 * p, 792),
            (EIXO + s * 126 * p, 806), (EIXO + s * 144 * p, 830), (EIXO + s * 6, 975),
            (EIXO + s * 34, 870),
        ]
        r.tela.pinta(
            [(x - s * 2, y + 8) for x, y in lapela], sombra(cor, 0.8), alfa=0.5, cabeca=False
        )
        r.tela.pinta(lapela, luz(cor, 0.14) if s < 0 else luz(cor, 0.03), cabeca=False)
        r.tela.pinta(
            fita([(EIXO + s * 126 * p, 806), (EIXO + s * 84 * p, 790)], (3, 2)),
            sombra(cor, 0.8), alfa=0.7, cabeca=False,
        )


def _jaqueta(r: Retrato) -> None:
    p = r.t.porte
    camiseta = rgb(r.t.cor_detalhe)
    _tecido(r, [elipse(EIXO, 676, 84 * p, 66)], cor=camiseta, folga=2)
    linha = aberta(
        (EIXO - 86 * p, 640), (EIXO - 84 * p, 686), (EIXO - 58 * p, 724), (EIXO, 743),
        (EIXO + 58 * p, 724), (EIXO + 84 * p, 686), (EIXO + 86 * p, 640),
    )
    _gola(r, linha, 12, sombra(camiseta, 0.12))
    v: Forma = [
        (EIXO - 118 * p, 640), (EIXO - 104 * p, 700), (EIXO - 70, 1000), (EIXO + 70, 1000),
        (EIXO + 104 * p, 700), (EIXO + 118 * p, 640),
    ]
    _tecido(r, [v], folga=14)
    cor = rgb(r.t.cor_roupa)
    for s in (-1, 1):
        gola = suave(
            [
                (EIXO + s * 90 * p, 660), (EIXO + s * 90 * p, 660), (EIXO + s * 128 * p, 682),
                (EIXO + s * 168 * p, 770), (EIXO + s * 168 * p, 770), (EIXO + s * 104 * p, 800),
                (EIXO + s * 92 * p, 800), (EIXO + s * 96 * p, 720),
            ]
        )
        r.tela.pinta([(x, y + 8) for x, y in gola], sombra(cor, 0.8), alfa=0.45, cabeca=False)
        r.tela.pinta(gola, luz(cor, 0.18) if s < 0 else luz(cor, 0.04), cabeca=False)
        r.tela.pinta(
            fita(aberta((EIXO + s * 96, 800), (EIXO + s * 78, 970)), (7, 7)),
            luz(cor, 0.3) if s < 0 else sombra(cor, 0.4), cabeca=False,
        )


def _moletom(r: Retrato) -> None:
    p = r.t.porte
    cor = rgb(r.t.cor_roupa)
    capuz = suave(
        [
            (EIXO - 104 * p, 618), (EIXO - 168 * p, 690), (EIXO - 176 * p, 760),
            (EIXO - 60 * p, 838), (EIXO, 850), (EIXO + 60 * p, 838), (EIXO + 176 * p, 760),
            (EIXO + 168 * p, 690), (EIXO + 104 * p, 618), (EIXO + 84 * p, 690), (EIXO, 760),
            (EIXO - 84 * p, 690),
        ]
    )
    _tecido(r, [elipse(EIXO, 680, 88 * p, 76)], folga=16)
    r.tela.pinta([(x, y + 10) for x, y in capuz], sombra(cor, 0.8), alfa=0.4, cabeca=False)
    r.tela.pinta(capuz, luz(cor, 0.08), cabeca=False)
    m = r.tela.mascara([capuz], cabeca=False)
    r.tela.pinta(
        [(EIXO + 10, 600), (EIXO + 60, 760), (EIXO, 860), (700, 860), (700, 600)],
        sombra(cor, 0.6), alfa=0.45, dentro=m, cabeca=False, raio=14,
    )
    linha = aberta(
        (EIXO - 96 * p, 650), (EIXO - 84 * p, 694), (EIXO, 764), (EIXO + 84 * p, 694),
        (EIXO + 96 * p, 650),
    )
    r.tela.pinta(fita(linha, (7, 9, 7)), sombra(cor, 0.5), cabeca=False, dentro=m)
    for s in (-1, 1):
        fio = aberta((EIXO + s * 34, 770), (EIXO + s * 42, 830), (EIXO + s * 36, 900 + 14 * s))
        r.tela.pinta(
            fita([(x + 3, y + 4) for x, y in fio], (8, 8)),
            sombra(cor, 0.8), alfa=0.5, cabeca=False,
        )
        r.tela.pinta(fita(fio, (8, 8)), rgb(r.t.cor_detalhe), cabeca=False)


def _gola_alta(r: Retrato) -> None:
    p = r.t.porte
    _tecido(r, [])
    cor = rgb(r.t.cor_roupa)
    gola = suave(
        [
            (EIXO - 76 * p, 630), (EIXO, 650), (EIXO + 76 * p, 630), (EIXO + 84 * p, 700),
            (EIXO, 730), (EIXO - 84 * p, 700),
        ]
    )
    r.tela.pinta([(x, y + 8) for x, y in gola], sombra(cor, 0.8), alfa=0.5, cabeca=False)
    r.tela.pinta(gola, luz(cor, 0.1), cabeca=False)


def _jardineira(r: Retrato) -> None:
    p = r.t.porte
    blusa = rgb(r.t.cor_detalhe)
    _tecido(r, [elipse(EIXO, 680, 96 * p, 74)], cor=blusa)
    linha = aberta(
        (EIXO - 98 * p, 640), (EIXO - 96 * p, 690), (EIXO - 66 * p, 734), (EIXO, 755),
        (EIXO + 66 * p, 734), (EIXO + 96 * p, 690), (EIXO + 98 * p, 640),
    )
    _gola(r, linha, 11, sombra(blusa, 0.14))
    cor = rgb(r.t.cor_roupa)
    for s in (-1, 1):
        _gola(
            r,
            aberta(
                (EIXO + s * 168 * p, 722), (EIXO + s * 146 * p, 790), (EIXO + s * 122 * p, 880)
            ),
            34, cor,
        )
    peito = suave(
        [
            (EIXO - 146 * p, 862), (EIXO - 146 * p, 862), (EIXO, 872), (EIXO + 146 * p, 862),
            (EIXO + 146 * p, 862), (EIXO + 170 * p, 1000), (EIXO - 170 * p, 1000),
        ]
    )
    r.tela.pinta(peito, cor, cabeca=False)
    r.tela.pinta(
        fita(aberta((EIXO - 140 * p, 874), (EIXO, 884), (EIXO + 140 * p, 874)), (3, 3)),
        luz(cor, 0.6), alfa=0.7, cabeca=False,
    )
    for s in (-1, 1):
        r.tela.pinta(elipse(EIXO + s * 122 * p, 878, 12, 12), rgb("#e8b84a"), cabeca=False)
        r.tela.pinta(
            elipse(EIXO + s * 122 * p - 2, 876, 6, 6, n=20), rgb("#fbe3a0"), cabeca=False
        )


_ROUPAS: dict[str, Callable[[Retrato], None]] = {
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
