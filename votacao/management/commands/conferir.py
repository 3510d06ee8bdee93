from argparse import ArgumentParser
from typing import Any

from django.core.management import BaseCommand, CommandError

from votacao.conferencia import Balanco, Diferenca, conferir
from votacao.models import Paredao

LIVRO_GRANDE = 500_000
"""Votos a partir dos quais se mostra o progresso."""


class Command(BaseCommand):
    help = (
        "Reconta o livro de votos e o compara com os lotes e as contagens. Sai com 0 se tudo concorda e com 1 se há "
        "diferença. Pode rodar com a votação no ar."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--paredao", type=int, metavar="ID", help="Confere só este paredão.")
        parser.add_argument(
            "--selos",
            action="store_true",
            help="Escreve o selo de cada paredão, refeito com o livro: o da ata impressa.",
        )

    def handle(self, *args: Any, paredao: int | None, selos: bool, **opcoes: Any) -> None:
        diferencas = 0

        def relatar(diferenca: Diferenca) -> None:
            nonlocal diferencas
            diferencas += 1
            self.stdout.write(f"DIFERENÇA: {diferenca.frase}")

        try:
            balancos = conferir(paredao=paredao, relatar=relatar, progresso=self._progresso)
        except Paredao.DoesNotExist:
            raise CommandError(f"Não há paredão de número {paredao}.", returncode=2) from None
        for balanco in balancos:
            self.stdout.write(_linha(balanco))
            if selos:
                self.stdout.write(f"  selo: {balanco.selo}")
        if diferencas:
            raise CommandError(f"Livro, lotes e contagens não concordam: {_quantos(diferencas, 'diferença')}.")

    def _progresso(self, lidos: int, total: int) -> None:
        if total >= LIVRO_GRANDE:
            self.stderr.write(f"{_numero(lidos)} de {_numero(total)} votos conferidos…")
            self.stderr.flush()


def _linha(balanco: Balanco) -> str:
    quanto = f"{balanco.nome}: {_quantos(balanco.votos, 'voto')} em {_quantos(balanco.lotes, 'lote')}"
    if balanco.suspeitos:
        quanto += f", {_numero(balanco.suspeitos)} sob suspeita"
    if balanco.diferencas:
        return f"{quanto}, {_quantos(balanco.diferencas, 'diferença')}"
    publicado = f". Refeito com o livro: {balanco.resultado}" if balanco.resultado else ""
    return f"{quanto}, livro e contagens concordam{publicado}"


def _quantos(quanto: int, nome: str) -> str:
    return f"{_numero(quanto)} {nome}{'' if quanto == 1 else 's'}"


def _numero(quanto: int) -> str:
    return f"{quanto:,}".replace(",", ".")
