"""Recolhe os arquivos que ficaram sem linha e os envios abandonados, e diz que linhas estão sem arquivo."""

from argparse import ArgumentParser
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

from django.core.management import BaseCommand
from django.db.models import QuerySet
from django.utils import timezone

from inscricoes.arquivos import guarda
from inscricoes.models import EnvioDeVideo, Foto, Video

SEM_LINHA = timedelta(hours=24)
"""Um arquivo mais novo pode ser de uma inscrição que se está a gravar agora."""
ABANDONADO = timedelta(days=7)
POR_VEZ = 1000


class Command(BaseCommand):
    help = (
        "Apaga arquivos de inscrições sem linha no banco há mais de 24 h e vídeos pela metade há mais de 7 dias; "
        "mostra linhas sem arquivo. Sai com 1 se falta algum arquivo."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--simular", action="store_true", help="Só mostra o que apagaria.")

    def handle(self, *args: Any, simular: bool, **opcoes: Any) -> None:
        agora = timezone.now()
        verbo = "apagaria" if simular else "apagado"
        abandonados = self._abandonados(agora, verbo, simular)
        orfaos = self._orfaos(agora, verbo, simular)
        faltam = self._sem_arquivo()
        self.stdout.write(f"{verbo}: {orfaos} sem linha, {abandonados} pela metade. Linhas sem arquivo: {faltam}.")
        if faltam:
            raise SystemExit(1)

    def _abandonados(self, agora: datetime, verbo: str, simular: bool) -> int:
        velhos = EnvioDeVideo.objects.filter(mudou_em__lt=agora - ABANDONADO)
        quantos = 0
        for envio in velhos.iterator():
            quantos += 1
            desde = timezone.localtime(envio.mudou_em)
            self.stdout.write(f"{verbo}: {guarda.caminho_da_parte(envio.pk)} (parado desde {desde:%d/%m/%Y})")
            if not simular:
                # Relido: a pessoa pode ter voltado a mandar enquanto se listava.
                velhos.filter(pk=envio.pk).delete()
        return quantos

    def _orfaos(self, agora: datetime, verbo: str, simular: bool) -> int:
        total = 0
        lote: list[str] = []
        for caminho, mudou in guarda.todos():
            if agora - mudou > SEM_LINHA:
                lote.append(caminho)
            if len(lote) >= POR_VEZ:
                total += self._recolher(lote, verbo, simular)
                lote = []
        return total + self._recolher(lote, verbo, simular)

    def _recolher(self, lote: list[str], verbo: str, simular: bool) -> int:
        chaves = {caminho: _chave(caminho) for caminho in lote}
        procuradas = {chave for chave in chaves.values() if chave is not None}
        com_linha = {
            caminho
            for modelo in (Foto, Video, EnvioDeVideo)
            for linha in modelo.objects.filter(pk__in=procuradas)
            for caminho in guarda.caminhos_de(linha)
        }
        orfaos = [caminho for caminho in lote if caminho not in com_linha]
        for caminho in orfaos:
            self.stdout.write(f"{verbo}: {caminho}")
        if not simular:
            guarda.apagar(orfaos)
        return len(orfaos)

    def _sem_arquivo(self) -> int:
        faltam = 0
        consultas: tuple[QuerySet[Any], ...] = (Foto.objects.all(), Video.objects.all())
        for consulta in consultas:
            for linha in consulta.order_by().iterator(POR_VEZ):
                for caminho in guarda.caminhos_de(linha):
                    # Relida: pode ter sido apagada, com os seus arquivos, enquanto se listava.
                    if not guarda.existe(caminho) and consulta.filter(pk=linha.pk).exists():
                        self.stderr.write(f"falta: {caminho} ({linha})")
                        faltam += 1
        return faltam


def _chave(caminho: str) -> UUID | None:
    """O UUID da linha a que o nome diz pertencer; `None` se o nome não é dos nossos."""
    try:
        return UUID(Path(caminho).stem.removesuffix("-mini"))
    except ValueError:
        return None
