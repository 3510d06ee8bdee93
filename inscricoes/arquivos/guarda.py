"""Lugar do ramo `arquivos`, só para este andar sozinho: na junção vale o de lá. Os nomes são os mesmos."""

import os
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import IO
from uuid import UUID

from django.conf import settings
from django.db import models, transaction

from inscricoes.models import Candidato, EnvioDeVideo, Foto, Video


def _base() -> Path:
    return Path(settings.MEDIA_ROOT) / "inscricoes"


def caminho_da_foto(chave: UUID) -> str:
    return f"fotos/{chave}.webp"


def caminho_do_video(chave: UUID, formato: str) -> str:
    return f"videos/{chave}.{formato}"


def caminho_da_parte(chave: UUID) -> str:
    return f"envios/{chave}.parte"


def caminhos_de(linha: models.Model) -> list[str]:
    if isinstance(linha, Foto):
        return [caminho_da_foto(linha.pk)]
    if isinstance(linha, Video):
        return [caminho_do_video(linha.pk, linha.formato)]
    if isinstance(linha, EnvioDeVideo):
        return [caminho_da_parte(linha.pk)]
    raise TypeError(f"{linha!r} não tem arquivos")


def guardar(arquivos: Mapping[str, Path]) -> None:
    for caminho, origem in arquivos.items():
        destino = _base() / caminho
        destino.parent.mkdir(parents=True, exist_ok=True)
        os.replace(origem, destino)


def apagar(caminhos: Iterable[str]) -> None:
    for caminho in caminhos:
        (_base() / caminho).unlink(missing_ok=True)


def apagar_do_candidato(candidato: Candidato) -> None:
    """Apaga todos os arquivos desta inscrição quando a transação em curso valer. Chama-se antes de apagar as linhas."""
    linhas: list[models.Model] = [
        *Foto.objects.filter(candidato=candidato),
        *Video.objects.filter(candidato=candidato),
        *EnvioDeVideo.objects.filter(candidato=candidato),
    ]
    caminhos = [caminho for linha in linhas for caminho in caminhos_de(linha)]
    transaction.on_commit(partial(apagar, caminhos), robust=True)


def arquivos_do_candidato(candidato: Candidato) -> Iterator[tuple[str, IO[bytes]]]:
    """(nome para um ZIP, arquivo aberto) de cada foto, na ordem dela, e do vídeo. Cada um se fecha ao pedir o outro."""
    nomes = [
        (f"fotos/foto-{numero:02}.webp", caminho_da_foto(foto.pk))
        for numero, foto in enumerate(Foto.objects.filter(candidato=candidato), 1)
    ]
    nomes += [
        (f"video/video.{video.formato}", caminho_do_video(video.pk, video.formato))
        for video in Video.objects.filter(candidato=candidato)
    ]
    for nome, caminho in nomes:
        try:
            aberto = (_base() / caminho).open("rb")
        except FileNotFoundError:
            continue
        with aberto:
            yield nome, aberto


def todos() -> Iterator[tuple[str, datetime]]:
    for arquivo in _base().rglob("*"):
        if arquivo.is_file():
            yield arquivo.relative_to(_base()).as_posix(), datetime.fromtimestamp(arquivo.stat().st_mtime, UTC)
