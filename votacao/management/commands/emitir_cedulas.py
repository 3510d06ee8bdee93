import time
from argparse import ArgumentParser
from typing import Any

from django.core.management import BaseCommand, CommandError

from votacao.models import Modalidade
from votacao.urna import catalogo, cedula


class Command(BaseCommand):
    help = "Emite cédulas do voto da torcida de um paredão, uma por linha: o que as provas de carga usam."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("paredao", type=int, help="Número do paredão.")
        parser.add_argument("--quantidade", type=int, default=1)

    def handle(self, *args: Any, paredao: int, quantidade: int, **opcoes: Any) -> None:
        na_urna = catalogo.ler(paredao)
        if na_urna is None:
            raise CommandError(f"Não há paredão público de número {paredao}.")
        if not na_urna.tem_torcida:
            raise CommandError(f"O paredão {paredao} não tem voto da torcida, e as do voto único são de uma conta só.")
        if not 1 <= quantidade <= 100_000_000:
            raise CommandError(f"--quantidade vai de 1 a 100000000, e não {quantidade}.")
        bloco: list[str] = []
        for _ in range(quantidade):
            texto, _ = cedula.emitir(
                paredao=paredao,
                modalidade=Modalidade.TORCIDA,
                bits=na_urna.bits,
                porta=cedula.COM_SCRIPT,
                agora=time.time(),
            )
            bloco.append(texto)
            if len(bloco) == 10_000:
                self.stdout.write("\n".join(bloco))
                bloco.clear()
        if bloco:
            self.stdout.write("\n".join(bloco))
