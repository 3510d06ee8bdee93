import os
import threading
from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management import BaseCommand, CommandError

from bbb import metricas, tabelas
from votacao import topologia, zelador


class Command(BaseCommand):
    help = "Conta os votos da fila: um trabalhador do Celery com N processos. Precisa de BROKER_URL."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--processos", type=int, default=min(4, os.cpu_count() or 1))
        parser.add_argument("--nome", default="", help="Nome do trabalhador; por omissão, a máquina e o processo.")

    def handle(self, *args: Any, processos: int, nome: str, **opcoes: Any) -> None:
        if settings.BROKER is None:
            raise CommandError("Sem BROKER_URL não há fila: os votos vão direto ao banco, e não há o que trabalhar.")
        if not 1 <= processos <= 64:
            raise CommandError(f"--processos vai de 1 a 64, e não {processos}.")
        tabelas.exigir()
        # SIGTERM passa a ser a parada com prazo (`worker_soft_shutdown_timeout`): a do Celery esperaria sem fim por uma
        # remessa que insiste num banco parado. Ele lê isto ao ser importado.
        os.environ["REMAP_SIGTERM"] = "SIGQUIT"
        from bbb.celery import app

        self.stdout.write(f"Contando os votos da fila {topologia.FILA}, em {processos} processo(s). Ctrl+C para parar.")
        self.stdout.flush()
        with metricas.pasta(self.stderr.write):
            try:
                metricas.servir_no_trabalhador(settings.METRICAS_PORTA)
            except OSError as erro:
                raise CommandError(f"METRICAS_PORTA ou METRICAS_PASTA não serve: {erro}") from None
            self._zelar()
            self._contar(app, processos, nome)

    def _contar(self, app: Any, processos: int, nome: str) -> None:
        app.worker_main(
            [
                "worker",
                f"--concurrency={processos}",
                "--pool=prefork",
                f"--queues={topologia.FILA}",
                f"--hostname={nome or f'votos-{os.getpid()}'}@%h",
                "--without-gossip",
                "--without-mingle",
                "--loglevel=WARNING",
            ]
        )

    def _zelar(self) -> None:
        """Ao lado do trabalho, neste processo, que não conta votos."""
        from amqp.exceptions import AMQPError

        from votacao.urna.carteiro import Carteiro

        carteiro = Carteiro()
        ronda = zelador.Zelador(carteiro.prontas, (OSError, AMQPError))
        threading.Thread(target=zelador.zelar, args=(ronda, threading.Event()), name="zelador", daemon=True).start()
