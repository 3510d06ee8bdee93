"""As fotos dos participantes: conferidas, reduzidas, gravadas de novo em WebP sem metadados, e servidas para sempre.

O nome do arquivo é o resumo do conteúdo: uma foto nova tem endereço novo, e os caches nunca servem a velha.
"""

import hashlib
import io
from typing import IO

from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from PIL import Image, ImageFilter, ImageOps, UnidentifiedImageError

LARGURAS = (240, 480)
"""Pixels. Cartão do telefone e cartão grande (ou telefone de tela densa)."""
PROPORCAO = (3, 4)
BYTES_MAXIMOS = 10 * 1024 * 1024
PIXELS_MAXIMOS = 40_000_000
FORMATOS = ("JPEG", "PNG", "WEBP")
PASTA = "participantes"
PESO_MAXIMO = 14_000
"""Bytes de cada foto gravada, na largura que for (um telefone de tela densa pede a maior): com os cabeçalhos, 15 kB."""
_QUALIDADES = (80, 72, 64, 56, 48, 40, 32, 24, 16, 8)


def ler(arquivo: IO[bytes]) -> Image.Image:
    """A imagem, pelo conteúdo e não pelo nome. Levanta `ValidationError` com a frase para quem mandou."""
    bruto = arquivo.read(BYTES_MAXIMOS + 1)
    if len(bruto) > BYTES_MAXIMOS:
        raise ValidationError("A foto passa de 10 MB. Mande uma menor.")
    try:
        imagem = Image.open(io.BytesIO(bruto), formats=FORMATOS)
        if imagem.width * imagem.height > PIXELS_MAXIMOS:
            raise ValidationError("A foto passa de 40 megapixels. Mande uma menor.")
        imagem.load()
    except (UnidentifiedImageError, OSError, ValueError, SyntaxError, Image.DecompressionBombError):
        raise ValidationError("Não é uma foto que se consiga abrir: mande JPEG, PNG ou WebP.") from None
    if min(imagem.size) < LARGURAS[0]:
        raise ValidationError(f"A foto é pequena demais: o menor lado precisa ter {LARGURAS[0]} pixels.")
    return ImageOps.exif_transpose(imagem).convert("RGB")


def gravar(imagem: Image.Image) -> str:
    """Grava a foto em cada largura e devolve o nome, que vai em `Participante.foto`. Gravar de novo não duplica."""
    maior = ImageOps.fit(imagem, (LARGURAS[-1], LARGURAS[-1] * PROPORCAO[1] // PROPORCAO[0]), centering=(0.5, 0.35))
    nome = hashlib.sha256(b"%d" % PESO_MAXIMO + maior.tobytes()).hexdigest()[:20]
    for largura in LARGURAS:
        caminho = caminho_da_foto(nome, largura)
        if not default_storage.exists(caminho):
            default_storage.save(caminho, ContentFile(_em_webp(maior, largura)))
    return nome


def pesada(nome: str) -> bool:
    """Se falta alguma largura desta foto, ou alguma passa de `PESO_MAXIMO` (as gravadas antes de haver limite)."""
    caminhos = [caminho_da_foto(nome, largura) for largura in LARGURAS]
    return any(not default_storage.exists(c) or default_storage.size(c) > PESO_MAXIMO for c in caminhos)


def refazer(nome: str) -> str:
    """Grava de novo, dentro do peso, uma foto já gravada, e devolve o nome novo: o endereço muda com o conteúdo.

    A velha fica onde está, para quem ainda tem a página de antes. Levanta `FileNotFoundError` se a maior não existe.
    """
    with default_storage.open(caminho_da_foto(nome, LARGURAS[-1])) as aberto:
        return gravar(Image.open(aberto).convert("RGB"))


def _em_webp(maior: Image.Image, largura: int) -> bytes:
    """Na melhor qualidade que caiba em `PESO_MAXIMO`; o que nem na menor cabe (ruído puro) é alisado até caber."""
    reduzida = maior.resize((largura, largura * PROPORCAO[1] // PROPORCAO[0]), Image.Resampling.LANCZOS)
    while True:
        for qualidade in _QUALIDADES:
            saida = io.BytesIO()
            reduzida.save(saida, "WEBP", quality=qualidade, method=6)
            if saida.tell() <= PESO_MAXIMO:
                return saida.getvalue()
        reduzida = reduzida.filter(ImageFilter.GaussianBlur(1.5))


def caminho_da_foto(nome: str, largura: int) -> str:
    return f"{PASTA}/{nome}-{largura}.webp"
