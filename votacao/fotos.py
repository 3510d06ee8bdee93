"""As fotos dos participantes: conferidas, reduzidas, gravadas de novo em WebP sem metadados, e servidas para sempre.

O nome do arquivo é o resumo do conteúdo: uma foto nova tem endereço novo, e os caches nunca servem a velha.
"""

import hashlib
import io
from typing import IO

from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from PIL import Image, ImageOps, UnidentifiedImageError

LARGURAS = (240, 480)
"""Pixels. Cartão do telefone e cartão grande (ou telefone de tela densa)."""
PROPORCAO = (3, 4)
BYTES_MAXIMOS = 10 * 1024 * 1024
PIXELS_MAXIMOS = 40_000_000
FORMATOS = ("JPEG", "PNG", "WEBP")
PASTA = "participantes"


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
    nome = hashlib.sha256(maior.tobytes()).hexdigest()[:20]
    for largura in LARGURAS:
        reduzida = maior.resize((largura, largura * PROPORCAO[1] // PROPORCAO[0]), Image.Resampling.LANCZOS)
        saida = io.BytesIO()
        reduzida.save(saida, "WEBP", quality=80, method=6)
        caminho = caminho_da_foto(nome, largura)
        if not default_storage.exists(caminho):
            default_storage.save(caminho, ContentFile(saida.getvalue()))
    return nome


def caminho_da_foto(nome: str, largura: int) -> str:
    return f"{PASTA}/{nome}-{largura}.webp"
