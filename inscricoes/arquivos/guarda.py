"""Guarda, abre e apaga os arquivos das inscrições. Cada um tem o nome do UUID da sua linha no banco.

Um arquivo se guarda antes da linha e se apaga depois dela (`on_commit`): se algo falha no meio, sobra um arquivo sem
linha, que `limpar_arquivos` recolhe, e nunca uma linha sem arquivo.
"""

import fcntl
import logging
import os
import shutil
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import IO, cast
from uuid import UUID

from django.core.files import File
from django.core.files.storage import storages
from django.db import models, transaction

from inscricoes.arquivos.deposito import DepositoPrivado
from inscricoes.arquivos.recusas import SemEspaco
from inscricoes.models import Candidato, EnvioDeVideo, Foto, Video

ESPACO_LIVRE = 1024**3
"""Bytes do disco que um vídeo novo não pode ocupar: são da votação."""
OFICINA = "oficina"
"""Pasta de rascunho, no mesmo disco: o que sai dela para o lugar certo só muda de nome."""
registro_de_erros = logging.getLogger("inscricoes.arquivos")


def deposito() -> DepositoPrivado:
    return cast(DepositoPrivado, storages["inscricoes"])


# --- Nomes ------------------------------------------------------------------------------------------------------------


def _caminho(pasta: str, chave: UUID, fim: str) -> str:
    # Em subpastas: um diretório com um milhão de arquivos ninguém lista.
    return f"{pasta}/{chave.hex[:2]}/{chave}{fim}"


def caminho_da_foto(chave: UUID) -> str:
    return _caminho("fotos", chave, ".webp")


def caminho_da_miniatura(chave: UUID) -> str:
    return _caminho("fotos", chave, "-mini.webp")


def caminho_do_video(chave: UUID, formato: str) -> str:
    return _caminho("videos", chave, f".{formato}")


def caminho_do_quadro(chave: UUID) -> str:
    return _caminho("videos", chave, ".webp")


def caminho_da_parte(chave: UUID) -> str:
    return _caminho("envios", chave, ".parte")


def caminhos_de(linha: models.Model) -> list[str]:
    """Os arquivos desta `Foto`, deste `Video` ou deste `EnvioDeVideo`."""
    if isinstance(linha, Foto):
        return [caminho_da_foto(linha.pk), caminho_da_miniatura(linha.pk)]
    if isinstance(linha, Video):
        return [caminho_do_video(linha.pk, linha.formato), caminho_do_quadro(linha.pk)]
    if isinstance(linha, EnvioDeVideo):
        return [caminho_da_parte(linha.pk)]
    raise TypeError(f"{linha!r} não tem arquivos")


# --- Guardar, abrir, apagar -------------------------------------------------------------------------------------------


class _JaNoDisco(File):  # type: ignore[type-arg] # em execução, `File` não é genérico
    """Um arquivo da oficina, que o depósito recolhe mudando de nome, sem copiar."""

    def temporary_file_path(self) -> str:
        return str(self.name)


@contextmanager
def rascunho() -> Iterator[Path]:
    """Uma pasta de trabalho que some no fim. Levanta `SemEspaco`."""
    oficina = Path(deposito().path(OFICINA))
    try:
        oficina.mkdir(parents=True, exist_ok=True, mode=0o700)
        pasta = Path(tempfile.mkdtemp(dir=oficina))
    except OSError as erro:
        raise _falhou(erro) from erro
    try:
        yield pasta
    finally:
        shutil.rmtree(pasta, ignore_errors=True)


def copiar(origem: "File[bytes]", destino: Path) -> None:
    """Põe o que a pessoa mandou na oficina. Levanta `SemEspaco`."""
    try:
        with destino.open("wb") as aberto:
            for bloco in origem.chunks():
                aberto.write(bloco)
    except OSError as erro:
        raise _falhou(erro) from erro


def guardar(arquivos: Mapping[str, Path]) -> None:
    """Leva cada arquivo da oficina para o seu nome. Todos ou nenhum. Levanta `SemEspaco`."""
    try:
        for caminho, origem in arquivos.items():
            with origem.open("rb") as aberto:
                os.fsync(aberto.fileno())
                deposito().save(caminho, _JaNoDisco(aberto, str(origem)))
    except OSError as erro:
        apagar(arquivos)
        raise _falhou(erro) from erro


def abrir(caminho: str) -> IO[bytes]:
    """Levanta `FileNotFoundError`."""
    return cast(IO[bytes], open(deposito().path(caminho), "rb"))


def existe(caminho: str) -> bool:
    return deposito().exists(caminho)


def apagar(caminhos: Iterable[str]) -> None:
    """Apaga os que existem. O que não se conseguiu apagar fica para `limpar_arquivos`."""
    for caminho in caminhos:
        try:
            deposito().delete(caminho)
        except OSError as erro:
            registro_de_erros.error("não foi possível apagar %s: %s", caminho, erro)


def apagar_depois(caminhos: Iterable[str]) -> None:
    """Apaga quando a transação em curso valer; se ela se desfizer, não apaga."""
    transaction.on_commit(partial(apagar, list(caminhos)), robust=True)


def conferir_espaco(tamanho: int) -> None:
    """Levanta `SemEspaco` se um vídeo de `tamanho` bytes, e a sua cópia refeita, não cabem com folga."""
    base = Path(deposito().location)
    try:
        base.mkdir(parents=True, exist_ok=True, mode=0o700)
        livre = shutil.disk_usage(base).free
    except OSError as erro:
        raise _falhou(erro) from erro
    if livre < 2 * tamanho + ESPACO_LIVRE:
        registro_de_erros.error("faltam %d bytes livres para receber um vídeo", 2 * tamanho + ESPACO_LIVRE - livre)
        raise SemEspaco


def _falhou(erro: OSError) -> SemEspaco:
    registro_de_erros.error("o depósito das inscrições falhou: %s", erro)
    return SemEspaco()


# --- O vídeo que chega em pedaços -------------------------------------------------------------------------------------


class ParteEmUso(Exception):
    """Outro pedido está com este arquivo."""


@contextmanager
def parte(chave: UUID, *, esperar: bool = True) -> Iterator[IO[bytes]]:
    """O arquivo que recebe os pedaços, só para quem o abriu; cria-se vazio. Levanta `SemEspaco` ou `ParteEmUso`.

    A tranca é do sistema de arquivos: vale entre processos da mesma máquina. Entre máquinas, quem decide é o
    `UPDATE` condicional de `services.receber_pedaco`.
    """
    caminho = Path(deposito().path(caminho_da_parte(chave)))
    try:
        caminho.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        descritor = os.open(caminho, os.O_RDWR | os.O_CREAT, 0o600)
    except OSError as erro:
        raise _falhou(erro) from erro
    with os.fdopen(descritor, "r+b") as aberto:
        try:
            fcntl.flock(aberto, fcntl.LOCK_EX if esperar else fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise ParteEmUso from None
        yield aberto


def escrever(arquivo: IO[bytes], inicio: int, dados: bytes) -> None:
    """Põe `dados` a partir de `inicio` e espera o disco. Levanta `SemEspaco`."""
    try:
        arquivo.seek(inicio)
        arquivo.write(dados)
        arquivo.flush()
        os.fsync(arquivo.fileno())
    except OSError as erro:
        raise _falhou(erro) from erro


# --- Tudo de uma pessoa; tudo o que há --------------------------------------------------------------------------------


def caminhos_do_candidato(candidato: Candidato) -> list[str]:
    """Todos os arquivos desta inscrição, também o vídeo pela metade."""
    linhas: list[models.Model] = [
        *Foto.objects.filter(candidato=candidato),
        *Video.objects.filter(candidato=candidato),
        *EnvioDeVideo.objects.filter(candidato=candidato),
    ]
    return [caminho for linha in linhas for caminho in caminhos_de(linha)]


def apagar_do_candidato(candidato: Candidato) -> None:
    """Apaga todos os arquivos desta inscrição quando a transação em curso valer.

    Chama-se antes de apagar as linhas. Apagar uma linha já leva os seus arquivos (`sinais`), também em cascata: isto é
    para quem apaga por caminhos que não passam pelos sinais.
    """
    apagar_depois(caminhos_do_candidato(candidato))


def arquivos_do_candidato(candidato: Candidato) -> Iterator[tuple[str, IO[bytes]]]:
    """(nome para um ZIP, arquivo aberto) de cada foto, na ordem dela, e do vídeo. O que falta no disco é pulado.

    Cada arquivo se fecha quando se pede o seguinte.
    """
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
            aberto = abrir(caminho)
        except FileNotFoundError:
            registro_de_erros.error("falta no depósito: %s", caminho)
            continue
        with aberto:
            yield nome, aberto


def todos() -> Iterator[tuple[str, datetime]]:
    """(caminho, última mudança) de cada arquivo do depósito, também os da oficina."""
    base = Path(deposito().location)
    for pasta, _, nomes in os.walk(base):
        for nome in nomes:
            arquivo = Path(pasta, nome)
            try:
                mudou = datetime.fromtimestamp(arquivo.stat().st_mtime, UTC)
            except FileNotFoundError:
                continue  # apagado enquanto se lista
            yield arquivo.relative_to(base).as_posix(), mudou
