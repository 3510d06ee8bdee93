"""Abre uma foto que veio de fora e a faz de novo, em WebP, sem metadados. Roda na oficina.

Uso: `python -m inscricoes.arquivos.revelacao ENTRADA PASTA_DE_SAIDA`.
"""

import hashlib
import io
import sys
from contextlib import suppress
from pathlib import Path
from typing import Any

import pi_heif
from PIL import Image, ImageCms, ImageOps, UnidentifiedImageError

from inscricoes.arquivos import medidas
from inscricoes.arquivos.bancada import Recusado, apertar, responder


def revelar(entrada: Path, saida: Path) -> dict[str, Any]:
    """Escreve `medidas.GRANDE` e `medidas.MINIATURA` em `saida`; devolve os lados da grande e o resumo dela.

    Levanta `Recusado`.
    """
    imagem = _abrir(entrada)
    perfil = imagem.info.get("icc_profile")
    # O JPEG já se decodifica menor, e os outros se reduzem antes de qualquer cópia: a memória fica no tamanho da foto.
    imagem.draft("RGB", (medidas.FOTO_LADO_GRANDE, medidas.FOTO_LADO_GRANDE))
    try:
        imagem.load()
    except (OSError, ValueError, SyntaxError, MemoryError):
        raise Recusado("Esta foto está cortada ou com defeito. Mande-a de novo, ou escolha outra.") from None
    imagem = ImageOps.exif_transpose(imagem)
    if imagem.mode in ("P", "PA", "LA") or "transparency" in imagem.info:
        imagem = imagem.convert("RGBA")
    elif imagem.mode.startswith(("I", "F")):
        # Cinza de 16 bits, de scanner: a conversão comum o deixaria todo branco.
        imagem = imagem.convert("F").point(lambda valor: valor / 256).convert("L")
    imagem.thumbnail((medidas.FOTO_LADO_GRANDE, medidas.FOTO_LADO_GRANDE), Image.Resampling.LANCZOS)
    imagem = _em_srgb(_sobre_branco(imagem), perfil)
    # Uma imagem nova, só com os pixels: nada do que veio junto passa adiante.
    limpa = Image.frombytes("RGB", imagem.size, imagem.tobytes())
    limpa.save(saida / medidas.GRANDE, "WEBP", quality=84, method=4)
    pequena = limpa.copy()
    pequena.thumbnail((medidas.FOTO_LADO_DA_MINIATURA, medidas.FOTO_LADO_DA_MINIATURA), Image.Resampling.LANCZOS)
    pequena.save(saida / medidas.MINIATURA, "WEBP", quality=80, method=4)
    resumo = hashlib.sha256(b"%d %d " % limpa.size + limpa.tobytes()).hexdigest()
    return {"largura": limpa.width, "altura": limpa.height, "resumo": resumo}


def _abrir(entrada: Path) -> Image.Image:
    pi_heif.register_heif_opener()
    try:
        imagem = Image.open(entrada, formats=medidas.FOTO_FORMATOS)
    except Image.DecompressionBombError:
        raise Recusado("A foto passa de 40 megapixels. Mande uma menor.") from None
    except (UnidentifiedImageError, OSError, ValueError, SyntaxError, EOFError):
        raise Recusado("Não é uma foto que se consiga abrir: mande JPEG, PNG, WebP ou HEIC.") from None
    if imagem.width * imagem.height > medidas.FOTO_PIXELS_MAXIMOS:
        raise Recusado("A foto passa de 40 megapixels. Mande uma menor.")
    if min(imagem.size) < medidas.FOTO_LADO_MINIMO:
        raise Recusado(
            f"A foto é pequena demais ({imagem.width} × {imagem.height}): "
            f"o menor lado precisa ter {medidas.FOTO_LADO_MINIMO} pixels."
        )
    # No JPEG e no HEIC, as imagens a mais são a profundidade ou a prévia que o telefone junta: vale a primeira.
    if imagem.format in ("PNG", "WEBP") and getattr(imagem, "n_frames", 1) > 1:
        raise Recusado("É uma animação. Mande uma foto parada.")
    return imagem


def _sobre_branco(imagem: Image.Image) -> Image.Image:
    if imagem.mode != "RGBA":
        return imagem.convert("RGB")
    fundo = Image.new("RGB", imagem.size, "white")
    fundo.paste(imagem, mask=imagem.getchannel("A"))
    return fundo


def _em_srgb(imagem: Image.Image, perfil: Any) -> Image.Image:
    """As cores que a câmera quis, sem o perfil que as dizia. Um perfil estranho é ignorado."""
    if isinstance(perfil, bytes) and 0 < len(perfil) <= medidas.PERFIL_MAXIMO:
        with suppress(ImageCms.PyCMSError, OSError, ValueError):
            convertida = ImageCms.profileToProfile(
                imagem, ImageCms.ImageCmsProfile(io.BytesIO(perfil)), ImageCms.createProfile("sRGB")
            )
            return convertida or imagem
    return imagem


if __name__ == "__main__":
    apertar(
        memoria=medidas.FOTO_MEMORIA,
        processador=medidas.FOTO_PROCESSADOR,
        prazo=medidas.FOTO_PRAZO,
        escrita=medidas.FOTO_ESCRITA,
    )
    responder(lambda: revelar(Path(sys.argv[1]), Path(sys.argv[2])))
