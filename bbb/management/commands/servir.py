"""O servidor de produção, num comando: arquivos estáticos, faixa rápida, N processos, uma porta."""

import errno
import os
import socket
import sys
from argparse import ArgumentParser
from typing import Any, cast

import uvicorn
from django.apps import apps
from django.conf import settings
from django.contrib.staticfiles.finders import get_finders
from django.core.management import BaseCommand, CommandError, call_command
from uvicorn.supervisors.multiprocess import Multiprocess

from bbb import metricas, tabelas

PARADA = 10
"""Segundos que um processo tem para responder o que já aceitou, depois de SIGTERM."""


class Command(BaseCommand):
    help = "Serve o site como em produção: sem DEBUG, com a faixa rápida da urna e N processos numa porta só."
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--porta", type=int, default=8000)
        parser.add_argument("--endereco", default="127.0.0.1", help="Onde escutar (0.0.0.0: toda a rede).")
        parser.add_argument("--processos", type=int, default=min(4, os.cpu_count() or 1))

    def handle(self, *args: Any, porta: int, endereco: str, processos: int, **opcoes: Any) -> None:
        if not 1 <= porta <= 65535:
            raise CommandError(f"--porta vai de 1 a 65535, e não {porta}.")
        if not 1 <= processos <= 64:
            raise CommandError(f"--processos vai de 1 a 64, e não {processos}.")
        if settings.DEBUG:
            self._recomecar_sem_debug()
        tabelas.exigir()
        self.check(databases=["default"])
        self._conferir_estaticos()
        config = uvicorn.Config(
            "bbb.asgi:application",
            host=endereco,
            port=porta,
            workers=processos,
            http="bbb.asgi:Faixa",
            loop="bbb.laco:Laco",
            ws="none",
            lifespan="on",
            # Os registros do uvicorn, como os outros, saem por settings.LOGGING, onde se tira o que é de alguém.
            log_config=None,
            log_level="warning",
            access_log=False,
            server_header=False,
            # Por omissão o uvicorn crê no X-Forwarded-For de quem vem da própria máquina; aqui só a nossa lista vale.
            proxy_headers=False,
            backlog=4096,
            timeout_keep_alive=30,
            timeout_graceful_shutdown=PARADA,
        )
        self._conferir_porta(endereco, porta)
        self.stdout.write(f"Servindo em http://{endereco}:{porta}/ com {processos} processo(s). Ctrl+C para parar.")
        self.stdout.flush()
        with metricas.pasta(self.stderr.write):
            if processos == 1:
                uvicorn.Server(config).run()
            else:
                # Sem soquetes do mestre: cada processo abre o seu (`bbb.laco`).
                Multiprocess(config, sockets=cast(Any, None)).run()

    def _recomecar_sem_debug(self) -> None:
        """Com DEBUG ligado (a omissão, em desenvolvimento), recomeça o comando sem ele e sem exigir HTTPS."""
        self.stderr.write("Aviso: DEBUG está ligado; servindo sem DEBUG e, se HTTPS não foi definido, em HTTP.")
        self.stderr.flush()
        ambiente = {**os.environ, "DEBUG": "False"}
        ambiente.setdefault("HTTPS", "False")
        os.execve(sys.executable, [sys.executable, *sys.argv], ambiente)  # noqa: S606

    def _conferir_porta(self, endereco: str, porta: int) -> None:
        """Os soquetes do servidor dividem a porta entre si, e a dividiriam também com outro servidor já no ar."""
        familia = socket.AF_INET6 if ":" in endereco else socket.AF_INET
        with socket.socket(familia) as tentativa:
            tentativa.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                tentativa.bind((endereco, porta))
            except OSError as erro:
                if erro.errno != errno.EADDRINUSE:
                    raise CommandError(f"Não se pode escutar em {endereco}:{porta}: {erro.strerror}.") from None
                raise CommandError(f"A porta {porta} está ocupada. Escolha outra: --porta {porta + 1}") from None

    def _conferir_estaticos(self) -> None:
        """Junta os arquivos estáticos se faltam ou se algum mudou desde a última vez."""
        manifesto = settings.STATIC_ROOT / "staticfiles.json"
        juntados = manifesto.stat().st_mtime if manifesto.exists() else 0.0
        ignorados = apps.get_app_config("staticfiles").ignore_patterns  # type: ignore[attr-defined]
        for finder in get_finders():
            for caminho, deposito in finder.list(ignorados):
                if os.path.getmtime(deposito.path(caminho)) > juntados:
                    self.stdout.write("Juntando os arquivos estáticos…")
                    self.stdout.flush()
                    call_command("collectstatic", interactive=False, verbosity=0)
                    return
