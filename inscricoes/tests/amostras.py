"""Fotos e vídeos de verdade, feitos na hora, com os metadados que um telefone põe."""

import io
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image, ImageDraw

GPS = "-23.5505-046.6333/"
"""São Paulo, como o telefone a escreve num vídeo (ISO 6709)."""


def imagem(numero: int = 0, lados: tuple[int, int] = (600, 800)) -> Image.Image:
    """Uma imagem diferente para cada número: metade de cima clara, metade de baixo escura."""
    nova = Image.new("RGB", lados, (40 + numero * 7 % 200, 30, 90))
    ImageDraw.Draw(nova).rectangle((0, 0, lados[0], lados[1] // 2), fill=(230, 220 - numero * 5 % 200, 200))
    return nova


def foto(
    numero: int = 0, formato: str = "JPEG", lados: tuple[int, int] = (600, 800), *, exif: bool = False, giro: int = 1
) -> bytes:
    """`exif`: câmera, dono e lugar. `giro`: a orientação do EXIF (6: deitada, para mostrar em pé)."""
    saida = io.BytesIO()
    opcoes: dict[str, Any] = {}
    if exif or giro != 1:
        dados = Image.Exif()
        dados[0x0112] = giro
        dados[0x010F] = "MarcaSecreta"
        dados.get_ifd(0x8825).update({1: "S", 2: (23.0, 33.0, 1.8), 3: "W", 4: (46.0, 38.0, 0.0)})
        opcoes["exif"] = dados
    imagem(numero, lados).save(saida, formato, **opcoes)
    return saida.getvalue()


def enviado(conteudo: bytes, nome: str = "foto.jpg") -> SimpleUploadedFile:
    return SimpleUploadedFile(nome, conteudo)


def video(
    caminho: Path,
    *,
    codec: str = "libx264",
    som: str | None = "aac",
    com_imagem: bool = True,
    segundos: int = 2,
    quadros: int = 10,
    lados: tuple[int, int] = (160, 240),
    **opcoes: str,
) -> bytes:
    """Grava um vídeo (o formato vem da extensão) com o lugar e o aparelho nos metadados, e devolve os bytes."""
    with av.open(str(caminho), "w", options={"movflags": "use_metadata_tags", **opcoes}) as saida:
        saida.metadata.update(
            {
                "location": GPS,
                "com.apple.quicktime.location.ISO6709": GPS,
                "title": "MarcaSecreta",
                "creation_time": "2024-01-02T03:04:05Z",
            }
        )
        faixa: Any = None
        trilha: Any = None
        if com_imagem:
            faixa = saida.add_stream(codec, rate=quadros)
            faixa.width, faixa.height, faixa.pix_fmt = *lados, "yuv420p"
            faixa.metadata["title"] = "MarcaSecreta"
        if som is not None:
            trilha = saida.add_stream(som, rate=48000, layout="mono")
        if faixa is not None:
            for n in range(segundos * quadros):
                quadro = av.VideoFrame.from_image(imagem(n, lados))
                quadro.pts, quadro.time_base = n, Fraction(1, quadros)
                saida.mux(faixa.encode(quadro))
            saida.mux(faixa.encode())
        if trilha is not None:
            bloco = 960
            for n in range(0, segundos * 48000, bloco):
                trecho = av.AudioFrame(format="s16", layout="mono", samples=bloco)
                trecho.planes[0].update(bytes(bloco * 2))
                trecho.sample_rate, trecho.pts, trecho.time_base = 48000, n, Fraction(1, 48000)
                saida.mux(trilha.encode(trecho))
            saida.mux(trilha.encode())
    return caminho.read_bytes()
