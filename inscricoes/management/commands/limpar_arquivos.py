"""Lugar do ramo `arquivos`, só para este andar sozinho: na junção vale o de lá."""

from datetime import timedelta
from pathlib import Path
from typing import Any

from django.core.management import BaseCommand
from django.utils import timezone

from inscricoes.arquivos import guarda
from inscricoes.models import EnvioDeVideo, Foto, Video

SEM_LINHA = timedelta(hours=24)


class Command(BaseCommand):
    help = "Apaga arquivos de inscrições sem linha no banco há mais de 24 h."

    def handle(self, *args: Any, **opcoes: Any) -> None:
        com_linha = {
            str(pk) for modelo in (Foto, Video, EnvioDeVideo) for pk in modelo.objects.values_list("pk", flat=True)
        }
        orfaos = [
            caminho
            for caminho, mudou in guarda.todos()
            if timezone.now() - mudou > SEM_LINHA and Path(caminho).stem not in com_linha
        ]
        guarda.apagar(orfaos)
        self.stdout.write(f"apagado: {len(orfaos)} sem linha.")
