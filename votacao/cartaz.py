"""O cartaz de um paredão: a imagem que aparece quando alguém manda o endereço a outra pessoa.

O nome do arquivo é o resumo do que está desenhado: mudou o título, um nome ou uma foto, muda o endereço, e os caches
nunca mostram o velho.
"""

import hashlib
import io
from functools import lru_cache
from typing import Final

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from font_rhd import font_files
from PIL import Image, ImageDraw, ImageFilter, ImageFont

from votacao import fotos
from votacao.models import Paredao, Participante

LARGURA, ALTURA = 1200, 630
"""Pixels: o que as redes pedem (1,91 para 1)."""
DESENHO: Final = "1"
"""Muda quando o desenho muda."""
PASTA = "cartazes"
_NOITE, _ROXO, _MAGENTA, _OURO = (27, 7, 56), (90, 17, 144), (208, 21, 107), (255, 201, 60)
_MARGEM = 64


def resumo(paredao: Paredao, pergunta: str) -> str:
    """Vinte dígitos do que o cartaz mostra."""
    partes = [DESENHO, paredao.edicao.nome, paredao.titulo, pergunta]
    for opcao in paredao.opcoes.all():
        partes += [opcao.participante.nome_curto, opcao.participante.foto]
    return hashlib.sha256("\0".join(partes).encode()).hexdigest()[:20]


def ler_ou_desenhar(paredao: Paredao, pergunta: str) -> bytes:
    """O JPEG, guardado depois da primeira vez. Duas vezes ao mesmo tempo dão os mesmos bytes."""
    caminho = f"{PASTA}/{resumo(paredao, pergunta)}.jpg"
    if default_storage.exists(caminho):
        with default_storage.open(caminho) as aberto:
            guardado: bytes = aberto.read()
            return guardado
    saida = io.BytesIO()
    desenhar(paredao, pergunta).save(saida, "JPEG", quality=84, optimize=True, progressive=True)
    default_storage.save(caminho, ContentFile(saida.getvalue()))
    return saida.getvalue()


def desenhar(paredao: Paredao, pergunta: str) -> Image.Image:
    """RGB, `LARGURA` por `ALTURA`: o título à esquerda, os rostos em pé, os nomes por baixo."""
    imagem = _estudio()
    traco = ImageDraw.Draw(imagem)
    _marca(traco, (_MARGEM, 52))
    traco.text((_MARGEM + 62, 58), f"{paredao.edicao.nome} · Votação".upper(), _OURO, _fonte("Bold", 27))
    pessoas = [opcao.participante for opcao in paredao.opcoes.all()]
    lado, altura = _medidas(len(pessoas))
    esquerda = LARGURA - _MARGEM - len(pessoas) * lado - (len(pessoas) - 1) * 22
    largura_do_texto = max(esquerda - 2 * _MARGEM + 24, 330)
    y = _escrever(traco, (_MARGEM, 158), paredao.titulo, "Bold", 44, largura_do_texto, "#eadcff")
    _escrever(traco, (_MARGEM, y + 10), pergunta, "Black", 78, largura_do_texto, "#ffffff")
    traco.rounded_rectangle((_MARGEM, 500, _MARGEM + 268, 572), 36, _OURO)
    traco.text((_MARGEM + 134, 536), "Vote agora", "#2a1200", _fonte("ExtraBold", 36), anchor="mm")
    topo = (ALTURA - altura) // 2 + 12
    for lugar, pessoa in enumerate(pessoas):
        _retrato(imagem, pessoa, (esquerda + lugar * (lado + 22), topo, lado, altura))
    return imagem


def _medidas(quantos: int) -> tuple[int, int]:
    """Largura e altura de cada rosto, para caberem na metade direita (mais, se são muitos)."""
    lado = min(236, (700 - (quantos - 1) * 22) // max(1, quantos))
    return lado, lado * fotos.PROPORCAO[1] // fotos.PROPORCAO[0]


def _estudio() -> Image.Image:
    """O fundo: a noite do estúdio, com a luz que vem de baixo e dois fachos."""
    degrade = Image.linear_gradient("L").resize((LARGURA, ALTURA))
    imagem = Image.composite(Image.new("RGB", degrade.size, _ROXO), Image.new("RGB", degrade.size, _NOITE), degrade)
    brilho = Image.radial_gradient("L").resize((1300, 900)).point([max(0, 180 - v) for v in range(256)])
    luz = Image.new("L", imagem.size)
    luz.paste(brilho, (500, 180))
    imagem.paste(Image.new("RGB", imagem.size, _MAGENTA), (0, 0), luz.point([v * 4 // 5 for v in range(256)]))
    fachos = Image.new("L", imagem.size)
    traco = ImageDraw.Draw(fachos)
    traco.polygon([(620, 0), (760, 0), (520, ALTURA), (380, ALTURA)], 26)
    traco.polygon([(840, 0), (890, 0), (650, ALTURA), (600, ALTURA)], 18)
    imagem.paste(Image.new("RGB", imagem.size, "white"), (0, 0), fachos.filter(ImageFilter.GaussianBlur(3)))
    return imagem


def _retrato(imagem: Image.Image, pessoa: Participante, caixa: tuple[int, int, int, int]) -> None:
    x, y, largura, altura = caixa
    mascara = Image.new("L", (largura * 2, altura * 2))
    ImageDraw.Draw(mascara).rounded_rectangle((0, 0, largura * 2 - 1, altura * 2 - 1), 44, 255)
    mascara = mascara.resize((largura, altura), Image.Resampling.LANCZOS)
    imagem.paste(_foto(pessoa, largura, altura), (x, y), mascara)
    traco = ImageDraw.Draw(imagem)
    corpo = 30
    while corpo > 16 and _fonte("ExtraBold", corpo).getlength(pessoa.nome_curto) > largura - 20:
        corpo -= 2
    fonte = _fonte("ExtraBold", corpo)
    meia = min(largura // 2, round(fonte.getlength(pessoa.nome_curto) / 2) + 20)
    meio = x + largura // 2
    traco.rounded_rectangle((meio - meia, y + altura - 30, meio + meia, y + altura + 24), 12, "#ffffff")
    traco.text((meio, y + altura - 3), pessoa.nome_curto, "#1a1030", fonte, anchor="mm")


def _foto(pessoa: Participante, largura: int, altura: int) -> Image.Image:
    """A foto já guardada; sem ela, a cor da casa e a primeira letra."""
    caminho = fotos.caminho_da_foto(pessoa.foto, fotos.LARGURAS[-1])
    if pessoa.foto and default_storage.exists(caminho):
        with default_storage.open(caminho) as aberto:
            return Image.open(aberto).convert("RGB").resize((largura, altura), Image.Resampling.LANCZOS)
    imagem = Image.new("RGB", (largura, altura), "#6b2bb5")
    centro = (largura // 2, altura // 2)
    ImageDraw.Draw(imagem).text(centro, pessoa.nome_curto[:1].upper(), "white", _fonte("Black", 96), anchor="mm")
    return imagem


def _marca(traco: ImageDraw.ImageDraw, canto: tuple[int, int]) -> None:
    """A casa com o voto dentro, a mesma de `static/img/marca.svg`."""
    x, y = canto
    casa = [(16, 3), (3, 14), (3, 28), (29, 28), (29, 14)]
    traco.polygon([(x + px * 1.5, y + py * 1.5) for px, py in casa], _OURO)
    visto = [(10, 19), (14.5, 23.5), (23, 15)]
    traco.line([(x + px * 1.5, y + py * 1.5) for px, py in visto], _NOITE, 5, joint="curve")


def _escrever(
    traco: ImageDraw.ImageDraw, canto: tuple[int, int], texto: str, peso: str, corpo: int, largura: int, cor: str
) -> int:
    """Escreve em até três linhas, no maior corpo que caiba; devolve onde acabou, em pixels do alto."""
    while True:
        fonte = _fonte(peso, corpo)
        linhas = _quebrar(texto, fonte, largura)
        if corpo <= 24 or (len(linhas) <= 3 and all(fonte.getlength(linha) <= largura for linha in linhas)):
            break
        corpo -= 4
    x, y = canto
    for linha in linhas[:3]:
        traco.text((x, y), linha, cor, fonte)
        y += round(corpo * 1.08)
    return y


def _quebrar(texto: str, fonte: ImageFont.FreeTypeFont, largura: int) -> list[str]:
    linhas: list[str] = []
    for palavra in texto.split():
        if linhas and fonte.getlength(f"{linhas[-1]} {palavra}") <= largura:
            linhas[-1] += f" {palavra}"
        else:
            linhas.append(palavra)
    return linhas


@lru_cache(maxsize=32)
def _fonte(peso: str, corpo: int) -> ImageFont.FreeTypeFont:
    """A Red Hat Display (licença OFL), do pacote `font-rhd`: nenhuma letra mora no repositório."""
    return ImageFont.truetype(font_files[f"RedHatDisplay{peso}"], corpo)
