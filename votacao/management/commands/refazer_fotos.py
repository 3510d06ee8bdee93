"""Grava de novo, mais leves, as fotos de participantes que passam do peso. Pode correr a qualquer hora, e de novo."""

from typing import Any

from django.core.management import BaseCommand

from votacao import fotos
from votacao.models import Participante


class Command(BaseCommand):
    help = "Refaz as fotos de participantes que passam de 15 kB (as gravadas antes de haver esse limite)."

    def handle(self, *args: Any, **opcoes: Any) -> None:
        refeitas = perdidas = 0
        for participante in Participante.objects.exclude(foto="").order_by("pk"):
            if not fotos.pesada(participante.foto):
                continue
            try:
                nome = fotos.refazer(participante.foto)
            except FileNotFoundError:
                self.stderr.write(f"{participante}: a foto {participante.foto} não está no disco; mande outra.")
                perdidas += 1
                continue
            # Só se a foto ainda é a que foi lida: a produção pode ter mandado outra entretanto.
            refeitas += Participante.objects.filter(pk=participante.pk, foto=participante.foto).update(foto=nome)
        self.stdout.write(f"{refeitas} foto(s) refeita(s), {perdidas} sem arquivo.")
