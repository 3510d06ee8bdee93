"""A ata da apuração: uma folha para imprimir, assinar e guardar, com o que é preciso para conferi-la contra o livro.

Os números são os de `apuracao`, com o mesmo arredondamento. As letras vêm do pacote do ReportLab (Bitstream Vera) e vão
dentro do PDF: a folha é a mesma em qualquer máquina.
"""

import io
import unicodedata
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape

import reportlab
from django.utils import timezone
from reportlab.lib import colors
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import BaseDocTemplate, Flowable, Frame, KeepTogether, PageTemplate, Paragraph, Spacer, Table

from votacao import apuracao, selo
from votacao.apuracao import Apuracao
from votacao.models import Paredao
from votacao.templatetags.votacao_tags import milhar, porcento, quando, regra

SITUACOES = (Paredao.Situacao.ENCERRADO, Paredao.Situacao.PUBLICADO)
"""Aquelas em que há ata."""
ASSINATURAS = ("Direção do programa", "Auditoria", "Apuração")
_LETRA, _NEGRITO = "Ata", "Ata-Negrito"
_MARGEM = 20 * mm
_LINHA = colors.HexColor("#b9b2c6")
_FUNDO = colors.HexColor("#f0ecf7")
_TINTA = colors.HexColor("#1c1233")


def em_pdf(paredao: Paredao, agora: datetime) -> bytes:
    """A ata deste paredão, encerrado ou publicado; antes de publicado, cada página diz que é provisória.

    Custa uma leitura dos lotes (não do livro): o selo.
    """
    _registrar_letras()
    apurado = apuracao.apurar(paredao)
    lotes = selo.selar(paredao)
    saida = io.BytesIO()
    documento = BaseDocTemplate(
        saida,
        pagesize=A4,
        leftMargin=_MARGEM,
        rightMargin=_MARGEM,
        topMargin=15 * mm,
        bottomMargin=21 * mm,
        title=f"Ata da apuração: {paredao}",
        author="BBB, produção",
        subject=f"{paredao.edicao}, {paredao}",
        lang="pt-BR",
    )
    quadro = Frame(documento.leftMargin, documento.bottomMargin, documento.width, documento.height, 0, 0, 0, 0)
    documento.addPageTemplates([PageTemplate(id="folha", frames=[quadro])])
    documento.build(
        [
            *_cabeca(paredao, apurado),
            *_numeros(paredao, apurado, documento.width),
            *_suspeitos(apurado, documento.width),
            *_conferencia(paredao, lotes),
            *_assinaturas(documento.width),
        ],
        canvasmaker=_folhas(paredao, agora),
    )
    return saida.getvalue()


# --- As partes -------------------------------------------------------------------------------------------------------


def _cabeca(paredao: Paredao, apurado: Apuracao) -> list[Flowable]:
    publicado = paredao.publicado_em is not None
    datas = [("Votação", f"aberta {_hora(paredao.abre_em)}"), ("", f"encerrada {_hora(paredao.fecha_em)}")]
    datas.append(("Resultado", f"publicado {_hora(paredao.publicado_em)}" if publicado else "ainda não publicado"))
    regras = [("O voto decide", f"{paredao.get_decisao_display()}")]
    if len(paredao.modalidades) > 1:
        pesos = " e ".join(f"{m.label} {paredao.peso(m)}%" for m in paredao.modalidades)
        regras.append(("Pesos", pesos))
    partes: list[Flowable] = [
        _p("Ata da apuração", "titulo"),
        _p(f"{paredao.edicao} · {paredao}", "subtitulo"),
    ]
    if not publicado:
        partes += [
            _p(
                "PROVISÓRIA: o resultado ainda não foi publicado, e este documento não vale como ata definitiva.",
                "alerta",
            )
        ]
    tabela = Table(
        [[_p(rotulo, "rotulo"), _p(texto)] for rotulo, texto in [*datas, *regras]],
        colWidths=[38 * mm, None],
        style=[("VALIGN", (0, 0), (-1, -1), "TOP"), ("LEFTPADDING", (0, 0), (-1, -1), 0), _aperto(1.5)],
        hAlign="LEFT",
    )
    partes += [Spacer(0, 3 * mm), tabela, _p("Resultado", "secao"), _p(apurado.frase, "resultado")]
    partes += [_p(aviso) for aviso in apurado.avisos]
    return partes


def _numeros(paredao: Paredao, apurado: Apuracao, largura: float) -> list[Flowable]:
    duas = len(apurado.totais) > 1
    cabecalho = ["Participante"]
    for modalidade, _ in apurado.totais:
        cabecalho += [modalidade.label.capitalize(), "%"]
    cabecalho += ["Média", "Votos"] if duas else []
    linhas = []
    for linha in apurado.linhas:
        celulas = [linha.participante.nome_curto]
        for parcela in linha.parcelas:
            celulas += [milhar(parcela.votos), porcento(parcela.porcentagem)]
        celulas += [porcento(linha.media), milhar(linha.votos)] if duas else []
        linhas.append(celulas)
    todos = ["Todos"]
    for _, total in apurado.totais:
        todos += [milhar(total), "100,00%" if total else "–"]
    todos += ["", milhar(apurado.total)] if duas else []
    decididas = [i + 1 for i, linha in enumerate(apurado.linhas) if linha.decidido]
    tabela = _tabela(
        [cabecalho, *linhas, todos],
        largura,
        primeira=46 * mm if duas else 80 * mm,
        mais=[("BACKGROUND", (0, i), (-1, i), _FUNDO) for i in decididas],
        negrito=[*decididas, len(linhas) + 1],
    )
    exatas = "Contas com votos exatos; só o que se lê é arredondado, no fim, com duas casas, meio para cima."
    nota = f"{regra(paredao)} {exatas}"
    return [_p("Votos contados", "secao"), tabela, Spacer(0, 2 * mm), _p(nota, "nota")]


def _suspeitos(apurado: Apuracao, largura: float) -> list[Flowable]:
    partes: list[Flowable] = [_p("Votos suspeitos", "secao")]
    if not apurado.suspeitos:
        return [*partes, _p("Não houve votos marcados como suspeitos.")]
    linhas = [["Motivo", "Votos"]]
    linhas += [[motivo.label.capitalize(), milhar(votos)] for motivo, votos in apurado.suspeitos]
    linhas.append(["Todos", milhar(apurado.total_suspeitos)])
    partes += [_tabela(linhas, largura, primeira=largura - 40 * mm, negrito=[len(linhas) - 1]), Spacer(0, 2 * mm)]
    decisao = apurado.quarentena
    if decisao is None:
        return [*partes, _p("Ainda sem decisão: não estão nos números acima.", "alerta")]
    contam = "contam, e estão nos números acima" if decisao.contam else "não contam, e não estão nos números acima"
    quem = decisao.decidido_por.get_full_name() or decisao.decidido_por.get_username()
    return [
        *partes,
        _p(f"Decisão: {contam}. Por {quem}, {_hora(decisao.decidido_em)}."),
        _p(f"Justificativa: “{decisao.justificativa}”"),
    ]


def _conferencia(paredao: Paredao, lotes: selo.Selo) -> list[Flowable]:
    quantos = "1 lote" if lotes.lotes == 1 else f"{milhar(lotes.lotes)} lotes"
    partes = [
        _p("Para conferir", "secao"),
        _p(
            f"O livro deste paredão tem {quantos}. O selo abaixo resume todos eles; quem tem o banco o refaz, voto por "
            "voto, com o comando, e os dois têm de ser iguais:"
        ),
        _p(lotes.texto(), "selo"),
        _p(f"python manage.py conferir --paredao {paredao.pk} --selos", "comando"),
    ]
    return [KeepTogether(partes)]


def _assinaturas(largura: float) -> list[Flowable]:
    # Entre duas linhas de assinar, um vão.
    vao = 8 * mm
    coluna = (largura - vao * (len(ASSINATURAS) - 1)) / len(ASSINATURAS)
    papeis = [celula for papel in ASSINATURAS for celula in (papel, "")][:-1]
    larguras = [medida for _ in ASSINATURAS for medida in (coluna, vao)][:-1]
    tabela = Table(
        [[""] * len(papeis), papeis],
        colWidths=larguras,
        rowHeights=[15 * mm, 6 * mm],
        style=[
            ("FONT", (0, 0), (-1, -1), _LETRA, 8.5),
            ("TEXTCOLOR", (0, 0), (-1, -1), _TINTA),
            ("LEFTPADDING", (0, 0), (-1, -1), 0),
            *(("LINEABOVE", (i, 1), (i, 1), 0.7, _TINTA) for i in range(0, len(papeis), 2)),
        ],
    )
    return [KeepTogether([_p("Assinaturas", "secao"), tabela])]


def _folhas(paredao: Paredao, agora: datetime) -> Any:
    """Rodapé com o número de cada página e o total, que só se sabe no fim."""

    class Folhas(Canvas):
        def __init__(self, *args: Any, **kwargs: Any) -> None:
            super().__init__(*args, **kwargs)
            self._guardadas: list[dict[str, Any]] = []

        def showPage(self) -> None:
            self._guardadas.append(dict(self.__dict__))
            self._startPage()

        def save(self) -> None:
            for numero, estado in enumerate(self._guardadas, 1):
                self.__dict__.update(estado)
                self._rodape(numero, len(self._guardadas))
                super().showPage()
            super().save()

        def _rodape(self, numero: int, total: int) -> None:
            largura, altura = A4
            if paredao.publicado_em is None:
                self.saveState()
                self.setFont(_NEGRITO, 64)
                self.setFillColor(colors.HexColor("#8a3c00"), alpha=0.08)
                self.translate(largura / 2, altura / 2)
                self.rotate(52)
                self.drawCentredString(0, 0, "PROVISÓRIA")
                self.restoreState()
            self.setFont(_LETRA, 8)
            self.setFillColor(_TINTA)
            self.setStrokeColor(_LINHA)
            self.line(_MARGEM, 17 * mm, largura - _MARGEM, 17 * mm)
            feita = f"{timezone.localtime(agora):%d/%m/%Y às %H:%M:%S}"
            provisoria = " · PROVISÓRIA" if paredao.publicado_em is None else ""
            self.drawString(
                _MARGEM, 12 * mm, _legivel(f"{paredao.edicao}, {paredao} · gerada em {feita}{provisoria}")[:110]
            )
            self.drawRightString(largura - _MARGEM, 12 * mm, f"Página {numero} de {total}")

    return Folhas


# --- Letras e tabelas ------------------------------------------------------------------------------------------------


def _tabela(
    linhas: list[list[str]], largura: float, *, primeira: float, negrito: list[int], mais: list[Any] | None = None
) -> Table:
    outras = len(linhas[0]) - 1
    corpo = [
        [
            _p(texto, "celula-forte" if i == 0 or i in negrito else "celula")
            if j == 0
            else _p(texto, "numero-forte" if i == 0 or i in negrito else "numero")
            for j, texto in enumerate(linha)
        ]
        for i, linha in enumerate(linhas)
    ]
    return Table(
        corpo,
        colWidths=[primeira, *([(largura - primeira) / outras] * outras)],
        repeatRows=1,
        style=[
            ("LINEBELOW", (0, 0), (-1, 0), 0.9, _TINTA),
            ("LINEBELOW", (0, 1), (-1, -2), 0.4, _LINHA),
            ("LINEABOVE", (0, -1), (-1, -1), 0.9, _TINTA),
            ("VALIGN", (0, 0), (-1, -1), "MIDDLE"),
            _aperto(2.5),
            *(mais or []),
        ],
    )


def _aperto(pontos: float) -> tuple[Any, ...]:
    return ("TOPPADDING", (0, 0), (-1, -1), pontos)


def _p(texto: str, estilo: str = "texto") -> Paragraph:
    return Paragraph(escape(_legivel(texto)), _estilos()[estilo])


@cache
def _estilos() -> dict[str, ParagraphStyle]:
    base = ParagraphStyle("texto", fontName=_LETRA, fontSize=9.5, leading=13.5, textColor=_TINTA)

    def como(nome: str, **mudancas: Any) -> ParagraphStyle:
        return ParagraphStyle(nome, base, **mudancas)

    todos = [
        base,
        como("titulo", fontName=_NEGRITO, fontSize=19, leading=24),
        como("subtitulo", fontName=_NEGRITO, fontSize=12, leading=17),
        como("secao", fontName=_NEGRITO, fontSize=11, leading=15, spaceBefore=9, spaceAfter=3, keepWithNext=1),
        como("resultado", fontName=_NEGRITO, fontSize=12.5, leading=18),
        como("rotulo", textColor=colors.HexColor("#574d70")),
        como("alerta", fontName=_NEGRITO, textColor=colors.HexColor("#8a3c00"), spaceBefore=4),
        como("nota", fontSize=8.5, leading=12, textColor=colors.HexColor("#574d70")),
        como("celula"),
        como("celula-forte", fontName=_NEGRITO),
        como("numero", alignment=2),
        como("numero-forte", alignment=2, fontName=_NEGRITO),
        como("selo", fontName=_NEGRITO, fontSize=9.5, spaceBefore=4, spaceAfter=4, backColor=_FUNDO, borderPadding=5,
             leftIndent=5, rightIndent=5),
        como("comando", fontSize=9, spaceBefore=4),
    ]  # fmt: skip
    return {estilo.name: estilo for estilo in todos}


@cache
def _registrar_letras() -> None:
    pasta = Path(reportlab.__file__).parent / "fonts"
    pdfmetrics.registerFont(TTFont(_LETRA, pasta / "Vera.ttf"))
    pdfmetrics.registerFont(TTFont(_NEGRITO, pasta / "VeraBd.ttf"))


def _legivel(texto: str) -> str:
    """O que a letra não desenha: sem o acento, se sobra uma letra; senão, um quadrado vazio seria pior que “?”."""
    desenha = pdfmetrics.getFont(_LETRA).face.charToGlyph

    def de(sinal: str) -> str:
        if ord(sinal) in desenha:
            return sinal
        sem_acento = "".join(c for c in unicodedata.normalize("NFKD", sinal) if ord(c) in desenha)
        return sem_acento or "?"

    return "".join(map(de, unicodedata.normalize("NFC", texto).replace("\n", " ")))


def _hora(instante: datetime | None) -> str:
    if instante is None:
        return "–"
    local = timezone.localtime(instante)
    return f"{quando(local)} ({local:%d/%m/%Y %H:%M:%S})"
