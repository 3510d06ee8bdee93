"""Retratos do elenco de demonstração, desenhados só com Pillow e formas nossas.

A figura é pintada com o triplo da resolução e reduzida com LANCZOS; o cenário é feito já no tamanho
final. Nada depende de relógio nem de sorteio: os mesmos traços dão os mesmos bytes. As partes estão
em `desenho`; aqui elas se compõem, e esta é a porta de quem quer um retrato.
"""

from PIL import Image, ImageChops, ImageFilter

from votacao.demo.desenho import acessorios, roupas
from votacao.demo.desenho.cenario import cenario
from votacao.demo.desenho.rosto import Retrato
from votacao.demo.desenho.tela import ALTURA, LARGURA, Tela, escuro, rgb
from votacao.demo.elenco import Tracos


def desenhar(tracos: Tracos, *, largura: int = 720, altura: int = 960) -> Image.Image:
    """Desenha o retrato, em RGB, com `largura` x `altura` pixels.

    Determinístico: os mesmos traços e o mesmo tamanho dão os mesmos pixels. O desenho é pensado
    para 3:4; noutra proporção, preenche o quadro e corta as sobras por igual.
    """
    tela = Tela(largura, altura, tracos.inclinacao)
    _figura(tela, tracos)
    figura = tela.imagem.resize((largura, altura), Image.Resampling.LANCZOS)
    img = cenario(tracos.fundo, largura, altura)
    alfa = figura.getchannel("A")
    unidade = max(largura / LARGURA, altura / ALTURA)
    # sombra da figura no cenário
    sombra = alfa.resize((max(1, largura // 4), max(1, altura // 4))).filter(ImageFilter.GaussianBlur(9 * unidade))
    sombra = sombra.resize((largura, altura), Image.Resampling.BICUBIC)
    img.paste(
        escuro(rgb(tracos.fundo.baixo), 0.5),
        (round(10 * unidade), round(12 * unidade)),
        sombra.point([round(i * 0.42) for i in range(256)]),
    )
    img.paste(figura, (0, 0), alfa)
    # contraluz: um filete na borda direita, com a luz do grupo
    recuo = Image.new("L", alfa.size)
    recuo.paste(alfa, (-round(6 * unidade), round(3 * unidade)))
    filete = ImageChops.subtract(alfa, recuo).filter(ImageFilter.GaussianBlur(1.2 * unidade))
    filete = ImageChops.multiply(filete, alfa).point([round(i * 0.62) for i in range(256)])
    img.paste(rgb(tracos.fundo.luz), (0, 0), filete)
    return img


def _figura(tela: Tela, tracos: Tracos) -> None:
    """Pinta a pessoa na tela, do fundo da cabeleira até os brincos."""
    r = Retrato(tela, tracos)
    r.cabelo_tras()
    acessorios.cobertura_tras(r)
    roupas.tronco(r)
    r.orelhas()
    r.rosto()
    acessorios.barba(r)
    r.olhos()
    r.nariz()
    r.boca()
    r.cabelo_frente()
    acessorios.oculos(r)
    acessorios.cobertura(r)
    acessorios.brincos(r)
