"""Lugar do ramo `arquivos`, só para este andar sozinho: na junção vale o de lá. Os nomes são os mesmos."""

import hashlib
import tempfile
from datetime import datetime
from pathlib import Path

from django.core.files.base import File
from PIL import Image

from inscricoes.arquivos import guarda
from inscricoes.models import Candidato, Foto


def guardar_foto(candidato: Candidato, *, arquivo: "File[bytes]", agora: datetime) -> Foto:
    """Grava a foto na inscrição."""
    imagem = Image.open(arquivo).convert("RGB")
    foto = Foto(
        candidato=candidato,
        ordem=candidato.fotos.count(),
        largura=imagem.width,
        altura=imagem.height,
        resumo=hashlib.sha256(imagem.tobytes()).hexdigest(),
        tamanho=0,
    )
    with tempfile.TemporaryDirectory() as pasta:
        rascunho = Path(pasta) / "foto.webp"
        imagem.save(rascunho, "WEBP", quality=80)
        foto.tamanho = rascunho.stat().st_size
        guarda.guardar({guarda.caminho_da_foto(foto.pk): rascunho})
    foto.save()
    return foto
