"""A pessoa do retrato: medidas, cores, cabelo e os traços do rosto."""

from PIL import Image, ImageChops

from votacao.demo.desenho.cabelos import PENTEADOS, Mecha, Penteado
from votacao.demo.desenho.tela import (
    Cor,
    Forma,
    Ponto,
    Tela,
    aberta,
    acaso,
    claridade,
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
from votacao.demo.elenco import Rosto, Tracos

# As listas de pontos de controle ficam várias por linha: uma por linha triplicaria o arquivo.
# fmt: off

# Meia largura da face, da mandíbula e do queixo, e a altura do queixo, em unidades.
MEDIDAS: dict[Rosto, tuple[float, float, float, float]] = {
    "oval": (138, 108, 50, 606),
    "redondo": (144, 122, 62, 598),
    "quadrado": (140, 123, 72, 606),
    "coracao": (139, 101, 40, 604),
    "longo": (133, 106, 52, 620),
}


def _contorno(rosto: Rosto) -> Forma:
    w, mandibula, queixo, base = MEDIDAS[rosto]
    return simetrica(
        [
            (0, 206), (62, 216), (110, 254), (w - 6, 316), (w, 385), (w - 2, 430), (w - 9, 475),
            (mandibula, 537), (queixo + 22, base - 32), (queixo * 0.62, base - 5), (0, base),
        ]
    )


class Retrato:
    """Uma pessoa na tela: as medidas e as cores de que todos precisam, o cabelo e o rosto.

    Quem compõe o retrato inteiro, camada por camada, é `retratos`.
    """

    def __init__(self, tela: Tela, t: Tracos) -> None:
        self.tela = tela
        self.t = t
        self.pele = rgb(t.pele)
        self.cabelo = rgb(t.cor_cabelo)
        self.pelo = rgb(t.cor_barba) if t.cor_barba else self.cabelo
        clara = claridade(self.pele)
        self.sombra_pele = sombra(self.pele, 0.52 if clara > 0.45 else 0.62)
        self.luz_pele = luz(self.pele, 0.5 if clara > 0.45 else 0.38)
        self.w = MEDIDAS[t.rosto][0]
        self.base = MEDIDAS[t.rosto][3]
        self.fx = t.giro * 9  # deslocamento dos traços que dá o meio perfil
        self.penteado = PENTEADOS[t.cabelo]()
        if t.cobertura in ("hijab", "turbante"):
            self.penteado = Penteado()
        elif t.cobertura in ("bone", "chapeu"):
            self.penteado.tras = []
        self.contorno = _contorno(t.rosto)
        self.face = tela.mascara([self.contorno], cabeca=True)
        self.barbado: Image.Image | None = None  # onde `acessorios.barba` pintou

    # cabelo

    def cabelo_tras(self) -> None:
        p = self.penteado
        if not p.tras:
            return
        cor = escuro(self.cabelo, p.tom_tras)
        m = self.tela.mascara(p.tras, cabeca=True)
        self.tela.cobre(m, cor)
        self._fios(p.fios_tras, cor, m)

    def _fios(self, fios: list[Mecha], cor: Cor, m: Image.Image) -> None:
        """Pinta os fios dentro da máscara, uma passada por tom: um a um custaria o dobro."""
        contraste = 1.0 if claridade(cor) > 0.25 else 1.25
        caixa = m.getbbox()
        if caixa is None:
            return
        por_tom: dict[tuple[float, float], list[Forma]] = {}
        for f in fios:
            por_tom.setdefault((f.tom, f.alfa), []).append(fita(f.pontos, f.larguras))
        for (tom, alfa), formas in por_tom.items():
            tinta = luz(cor, tom * contraste * 0.8) if tom > 0 else escuro(cor, -tom)
            riscos = self.tela.mascara(formas, cabeca=True).crop(caixa)
            riscos = ImageChops.multiply(riscos, m.crop(caixa))
            riscos = riscos.point([round(i * alfa) for i in range(256)])
            self.tela.imagem.paste((*tinta, 255), caixa, riscos)

    def cabelo_frente(self) -> None:
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
        tela.pinta(elipse(-50, 205, 150, 70, -14), luz(cor, 0.35), alfa=0.4, dentro=m, raio=30)
        tela.pinta(
            [(60, 150), (110, 300), (100, 900), (330, 900), (330, 150)],
            escuro(cor, 0.7), alfa=0.4, dentro=m, raio=26,
        )
        self._fios(p.fios, cor, m)
        for forma, tipo in p.enfeites:
            ouro = rgb(self.t.cor_adorno)
            tom = ouro if tipo == "conta" else rgb(self.t.cor_detalhe)
            tela.pinta(forma, sombra(tom, 0.1))
            tela.pinta(
                [(x, y + 5) for x, y in forma],
                sombra(tom, 0.6), alfa=0.5,
                dentro=tela.mascara([forma], cabeca=True),
            )

    # cabeça

    def orelhas(self) -> None:
        tela = self.tela
        for s in (-1, 1):
            recuo = s * self.t.giro * 6
            x = s * (self.w + 5) - recuo
            cor = self.pele if s < 0 else mistura(self.pele, self.sombra_pele, 0.3)
            tela.pinta(
                suave(
                    [
                        (x - s * 12, 398), (x + s * 12, 394), (x + s * 23, 420), (x + s * 17, 458),
                        (x + s * 4, 482), (x - s * 12, 476),
                    ]
                ),
                cor,
            )
            tela.pinta(
                fita(
                    aberta(
                        (x - s * 2, 412), (x + s * 12, 412), (x + s * 13, 434), (x + s * 4, 452),
                        (x + s * 1, 462),
                    ),
                    (2, 5, 5, 2),
                ),
                self.sombra_pele, alfa=0.7,
            )

    def rosto(self) -> None:
        tela, t, face = self.tela, self.t, self.face
        tela.cobre(face, self.pele)
        # lado da sombra: o rosto menos ele mesmo, deslocado para a luz
        lado = [(x * 0.98 - 34 + self.fx, y - 8) for x, y in self.contorno]
        tela.pinta(
            [(190, 180), (190, 640), (60, 660), *_meia_lua(lado)],
            self.sombra_pele, alfa=0.34, dentro=face, raio=13,
        )
        tela.pinta(
            elipse(-38 + self.fx, 300, 82, 44), self.luz_pele, alfa=0.36, dentro=face, raio=24
        )
        rubor = mistura(self.pele, (226, 62, 66), 0.55)
        for s in (-1, 1):
            tela.pinta(
                elipse(s * 84 + self.fx, 482, 34, 25),
                rubor,
                alfa=0.36 if t.cilios else 0.24, dentro=face, raio=13,
            )
        tela.pinta(
            elipse(-82 + self.fx, 462, 24, 12, -20), self.luz_pele, alfa=0.45, dentro=face, raio=9
        )
        tela.pinta(
            elipse(self.fx, self.base - 24, 26, 13), self.luz_pele, alfa=0.28, dentro=face, raio=8
        )
        if t.sardas:
            for i in range(26):
                s = -1 if i % 2 else 1
                x = s * (34 + 70 * (i + acaso(5, i)) / 26) + self.fx
                y = 456 + 40 * acaso(6, i)
                tela.pinta(elipse(x, y, 2.8, 2.4, n=12), sombra(self.pele, 0.6), alfa=0.42)
            for i in range(6):
                tela.pinta(
                    elipse(
                        (acaso(4, i) - 0.5) * 40 + self.fx, 446 + 26 * acaso(3, i), 2.6, 2.2, n=12
                    ),
                    sombra(self.pele, 0.6), alfa=0.5,
                )
        if t.rugas:
            for k, (y, meia) in enumerate(((318, 58), (338, 44))):
                if t.cabelo in ("franja", "pixie"):
                    break
                tela.pinta(
                    fita(
                        aberta(
                            (-meia + self.fx, y + 4), (self.fx, y - 2 - k), (meia + self.fx, y + 4)
                        ),
                        (1, 4, 1),
                    ),
                    self.sombra_pele, alfa=0.4,
                )
            for s in (-1, 1):
                for dy in (-7, 5, 16):
                    tela.pinta(
                        fita(
                            aberta(
                                (s * 104 + self.fx, 414 + dy * 0.6),
                                (s * 121 + self.fx, 412 + dy * 1.3),
                            ),
                            (3.4, 1),
                        ),
                        self.sombra_pele, alfa=0.5,
                    )
                tela.pinta(
                    fita(
                        aberta(
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
                fita(
                    aberta(
                        (s * 40 + self.fx, 488), (s * 64 + self.fx, 512), (s * 70 + self.fx, 540)
                    ),
                    (1, 5, 1),
                ),
                self.sombra_pele, alfa=forca,
            )

    def olhos(self) -> None:
        for s in (-1, 1):
            # o olho do lado para onde o rosto vira fica um pouco mais estreito
            aperto = 1 - 0.05 * self.t.giro * s
            self._olho(s, s * 63 * aperto + self.fx, aperto)
            self._sobrancelha(s, s * 63 * aperto + self.fx, aperto)

    def _olho(self, s: int, cx: float, aperto: float) -> None:
        tela, t = self.tela, self.t
        y = 414.0
        tinta = mistura(escuro(rgb("#3a2220"), 0.4), self.sombra_pele, 0.08)
        a = 29 * aperto

        def q(dx: float, dy: float) -> Ponto:  # dx cresce para fora do rosto
            return (cx + s * dx * a / 29, y + dy)

        if t.olhar == "rindo":
            arco = aberta(q(-29, 6), q(-14, -9), q(4, -12), q(20, -5), q(30, 8))
            tela.pinta(fita(arco, (4, 9, 10, 9, 3)), tinta)
            tela.pinta(
                fita(aberta(q(-20, 17), q(2, 21), q(22, 15)), (1, 4, 1)),
                self.sombra_pele, alfa=0.5,
            )
            if t.cilios:
                for dx in (18, 25, 30):
                    tela.pinta(
                        fita(
                            [q(dx, -6 + (dx - 18) * 0.9), q(dx + 10, -11 + (dx - 18) * 0.9)], (4, 1)
                        ),
                        tinta,
                    )
            return
        amend = t.olhar == "amendoado"
        alto = 12.5 if amend else 16.5
        fora = -4.0 if amend else -1.0
        cima = [q(-29, 5), q(-17, -alto * 0.72), q(0, -alto), q(17, -alto * 0.74), q(29, fora)]
        baixo = [q(29, fora), q(17, 9), q(0, 12.5), q(-16, 10.5), q(-29, 5)]
        forma = suave(cima, fechada=False) + suave(baixo, fechada=False)
        m = tela.mascara([forma], cabeca=True)
        tela.pinta(
            elipse(cx, y - 3, 38, 24), self.sombra_pele, alfa=0.22, dentro=self.face, raio=7
        )
        tela.cobre(m, (252, 248, 243))
        ix = cx + self.t.giro * 3
        iris = rgb(t.cor_olhos)
        r = 15.5
        tela.pinta(elipse(ix, y - 1, r, r), escuro(iris, 0.55), dentro=m)
        tela.pinta(elipse(ix, y - 1, r - 2.6, r - 2.6), iris, dentro=m)
        tela.pinta(elipse(ix, y + 5, r - 6, r - 9), luz(iris, 0.45), dentro=m, alfa=0.6)
        tela.pinta(elipse(ix, y - 1, 7, 7), (22, 14, 16), dentro=m)
        tela.pinta(
            [(x, yy) for x, yy in fita(suave(cima, fechada=False), (14, 17, 14))],
            (70, 44, 50),
            alfa=0.30, dentro=m,
        )
        tela.pinta(elipse(ix - 5, y - 7, 4.4, 4.4, n=20), (255, 255, 255))
        tela.pinta(elipse(ix + 5, y + 4, 2, 2, n=14), (255, 255, 255), alfa=0.8)
        g = 1.25 if t.cilios else 1.0
        linha = suave(cima, fechada=False)
        tela.pinta(fita(linha, (2.5 * g, 5.5 * g, 6.5 * g, 7 * g, 5 * g)), tinta)
        if t.cilios:
            tela.pinta(fita(aberta(q(22, -8), q(31, -5), q(41, -14)), (7, 7, 1)), tinta)
            tela.pinta(fita(aberta(q(14, -13), q(24, -14), q(32, -21)), (5, 5, 1)), tinta)
        tela.pinta(fita(suave(baixo, fechada=False), (1, 3, 3, 1)), self.sombra_pele, alfa=0.75)
        prega = -alto - (6 if amend else 9)
        tela.pinta(
            fita(
                aberta(q(-24, prega * 0.5), q(0, prega), q(20, prega * 0.82), q(33, fora - 7)),
                (1, 4, 4, 1),
            ),
            self.sombra_pele, alfa=0.6,
        )

    def _sobrancelha(self, s: int, cx: float, aperto: float) -> None:
        t = self.t
        cor = self.pelo if t.barba != "nenhuma" else self.cabelo
        if claridade(cor) > 0.62:
            cor = mistura(cor, (120, 104, 100), 0.55)
        elif t.cabelo == "samurai":
            cor = (44, 30, 30)
        else:
            cor = escuro(cor, 0.35)
        if claridade(self.pele) - claridade(cor) < 0.08:
            cor = escuro(cor, 0.6)
        fina = t.cilios
        y = 370.0 if fina else 374.0
        alegre = -5 if t.sorriso == "gargalhada" else 0
        ergue = -7 if t.sorriso == "de_lado" and s > 0 else 0
        pts = aberta(
            (cx - s * 33 * aperto, y + 7 + ergue), (cx - s * 12 * aperto, y - 3 + alegre + ergue),
            (cx + s * 14 * aperto, y - 7 + alegre + ergue), (cx + s * 40 * aperto, y + 6 + ergue),
        )
        g = 0.78 if fina else 1.18
        self.tela.pinta(
            fita(pts, (9 * g, 12.5 * g, 10.5 * g, 3 * g)), cor, alfa=0.94, dentro=self.face
        )

    def nariz(self) -> None:
        tela, n = self.tela, 27 * self.t.nariz
        x = self.fx * 1.5
        y = 490.0
        tela.pinta(
            suave(
                [
                    (x + 8, 396), (x + 15, 440), (x + n + 3, 484), (x + n - 4, 497), (x + 6, 494),
                    (x + 7, 440),
                ]
            ),
            self.sombra_pele, alfa=0.42, dentro=self.face, raio=5,
        )
        tela.pinta(elipse(x - 4, 462, 7, 28), self.luz_pele, alfa=0.45, dentro=self.face, raio=5)
        tela.pinta(elipse(x - 3, 480, 10, 8), self.luz_pele, alfa=0.5, dentro=self.face, raio=4)
        fundo = sombra(self.pele, 0.85)
        tela.pinta(
            fita(
                aberta(
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
            return rgb(self.t.batom)
        return mistura(sombra(self.pele, 0.40), (176, 74, 78), 0.32)

    def boca(self) -> None:
        tela, t = self.tela, self.t
        x = self.fx * 1.15
        labio = self._labio()
        tinta = sombra(labio, 0.85)
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
                suave(cima, fechada=False) + suave(meio[::-1], fechada=False),
                sombra(labio, 0.25),
            )
            tela.pinta(suave(meio, fechada=False) + suave(baixo, fechada=False), labio)
            tela.pinta(elipse(x - 6, 559 + 3 * cheia, 15, 3), luz(labio, 0.7), alfa=0.4)
            tela.pinta(fita(suave(meio, fechada=False), (4, 4.5, 5, 4.5, 4)), tinta)
            cantos = (e, dd)
        else:
            abertura = 46.0 if t.sorriso == "gargalhada" else 26.0
            lx = 56 if t.sorriso == "gargalhada" else 53
            y = 531.0
            e, dd = (x - lx, y), (x + lx, y)
            topo = [e, (x - 27, y + 5), (x, y + 7), (x + 27, y + 5), dd]
            fundo = [
                dd,
                (x + lx * 0.66, y + abertura * 0.70), (x, y + 7 + abertura * 0.80),
                (x - lx * 0.66, y + abertura * 0.70), e,
            ]
            borda_c = [
                e,
                (x - 25, y - 3 * cheia), (x - 8, y - 5 * cheia), (x, y - 2 * cheia),
                (x + 8, y - 5 * cheia), (x + 25, y - 3 * cheia), dd,
            ]
            borda_b = [
                dd,
                (x + lx * 0.64, y + abertura * 0.70 + 9 * cheia),
                (x, y + 9 + abertura * 0.80 + 12 * cheia),
                (x - lx * 0.64, y + abertura * 0.70 + 9 * cheia), e,
            ]
            tela.pinta(suave(borda_c, fechada=False) + suave(borda_b, fechada=False), labio)
            tela.pinta(
                suave(borda_c, fechada=False) + suave(topo[::-1], fechada=False),
                sombra(labio, 0.22),
            )
            vao = suave(topo, fechada=False) + suave(fundo, fechada=False)
            m = tela.mascara([vao], cabeca=True)
            tela.cobre(m, (96, 24, 34))
            if abertura > 40:
                tela.pinta(elipse(x, y + abertura * 0.92, 30, 17), (214, 92, 96), dentro=m)
            corte = 19.0 if abertura > 40 else 20.0
            dentes = suave(
                [
                    (x - lx - 4, y - 12), (x + lx + 4, y - 12), (x + lx - 4, y + corte * 0.62),
                    (x, y + corte + 5), (x - lx + 4, y + corte * 0.62),
                ]
            )
            tela.pinta(dentes, (255, 251, 244), dentro=m)
            tela.pinta(
                fita(suave(topo, fechada=False), (9, 11, 9)), (150, 110, 112), alfa=0.28, dentro=m
            )
            tela.pinta(
                elipse(x - 6, y + 13 + abertura * 0.80 + 3 * cheia, 15, 2.8),
                luz(labio, 0.7), alfa=0.4,
            )
            cantos = (e, dd)
        for s, (cx, cy) in zip((-1, 1), cantos, strict=True):
            tela.pinta(
                fita(
                    aberta((cx - s * 1, cy + 5), (cx + s * 6, cy - 2), (cx + s * 7, cy - 10)),
                    (2, 5, 1),
                ),
                self.sombra_pele, alfa=0.65,
            )
        tela.pinta(
            elipse(x, self.base - 34, 22, 4),
            self.sombra_pele, alfa=0.0 if t.sorriso == "gargalhada" else 0.28, dentro=self.face,
            raio=3,
        )
        if t.pinta:
            tela.pinta(elipse(x + 50, 516, 3.8, 3.8, n=16), escuro(sombra(self.pele, 0.9), 0.5))


def _meia_lua(lado: Forma) -> Forma:
    """Borda direita do contorno deslocado, de baixo para cima."""
    direita = [p for p in lado if p[0] > -20]
    return sorted(direita, key=lambda p: -p[1])
