"""Quanta máquina pede uma noite: a conta, a simulação e, se pedido, a figura e as páginas que as mostram."""

from argparse import ArgumentParser
from importlib import import_module
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management import BaseCommand, CommandError

from bbb import capacidade

INICIO, FIM = "<!-- capacidade:inicio -->", "<!-- capacidade:fim -->"


class Command(BaseCommand):
    help = (
        "Pods, trabalhadores, broker e banco de que uma noite precisa, do que `make bench` mediu (docs/medidas.json), "
        "e a simulação da fila nela, com e sem falhas."
    )
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--pico", type=float, required=True, help="Votos por segundo no pior instante.")
        parser.add_argument("--total", type=float, required=True, help="Votos da votação inteira.")
        parser.add_argument("--horas", type=float, default=48.0, help="Horas de votação (omissão: 48).")
        parser.add_argument("--medidas", type=Path, default=settings.BASE_DIR / "docs" / "medidas.json")
        parser.add_argument("--figura", type=Path, help="Arquivo .svg em que se desenham a fila e o atraso.")
        parser.add_argument(
            "--escrever",
            action="store_true",
            help="Escreve também docs/ESCALA.md, a figura dela e os remendos de deploy/k8s/noite.",
        )

    def handle(
        self,
        *args: Any,
        pico: float,
        total: float,
        horas: float,
        medidas: Path,
        figura: Path | None,
        escrever: bool,
        **opcoes: Any,
    ) -> None:
        if figura is not None and figura.suffix != ".svg":
            raise CommandError(f"--figura escreve um .svg, e não {figura.name!r}.")
        try:
            noite = capacidade.curva(pico=pico, total=total, horas=horas)
            plano = capacidade.planejar(capacidade.ler(medidas), noite)
        except (capacidade.MedidaFaltando, capacidade.NoiteImpossivel) as erro:
            raise CommandError(str(erro)) from None
        simulacoes = [capacidade.simular(plano, falha) for falha in capacidade.falhas_da_noite(noite)]
        texto = capacidade.relatorio(plano, simulacoes)
        self.stdout.write(texto)
        if figura is not None:
            self._desenhar(plano, simulacoes, figura)
        if escrever:
            raiz = settings.BASE_DIR
            comando = f"python manage.py capacidade --pico {pico:.0f} --total {total:.0f} --horas {horas:g}"
            self._publicar(raiz / "docs" / "ESCALA.md", f"Saída de `{comando}`:\n\n{texto}")
            self._desenhar(plano, simulacoes, raiz / "docs" / "img" / "escala-fila.svg")
            remendos = _trazer("bbb.capacidade.manifestos").remendos(plano)
            self._escrever(raiz / "deploy" / "k8s" / "noite" / "capacidade.yaml", remendos)

    def _publicar(self, pagina: Path, texto: str) -> None:
        conteudo = pagina.read_text(encoding="utf-8")
        antes, _, resto = conteudo.partition(INICIO)
        _, fim, depois = resto.partition(FIM)
        if not fim:
            raise CommandError(f"{pagina}: faltam as marcas {INICIO} e {FIM}.")
        self._escrever(pagina, f"{antes}{INICIO}\n{texto}{FIM}{depois}")

    def _escrever(self, arquivo: Path, texto: str) -> None:
        arquivo.parent.mkdir(parents=True, exist_ok=True)
        arquivo.write_text(texto, encoding="utf-8")
        self.stderr.write(f"Escrito: {arquivo}")

    def _desenhar(self, plano: capacidade.Plano, simulacoes: list[capacidade.Simulacao], arquivo: Path) -> None:
        self._escrever(arquivo, _trazer("bbb.capacidade.figura").desenhar(plano, simulacoes))


def _trazer(modulo: str) -> Any:
    """O que desenha e o que escreve manifestos usam bibliotecas que o site não usa, e por isso não instala."""
    try:
        return import_module(modulo)
    except ModuleNotFoundError as erro:
        raise CommandError(f"Falta a biblioteca {erro.name}: pip install -r requirements-dev.txt") from None
