from argparse import ArgumentParser
from typing import Any
from uuid import UUID

from django.conf import settings
from django.core.management import BaseCommand, CommandError
from django.utils import timezone

from votacao import pendencias, topologia, zelador
from votacao.models import Paredao, Remetente
from votacao.services import vez_do_produtor
from votacao.urna import remetente as remetentes


class Command(BaseCommand):
    help = (
        "O que a fila de votos ainda deve ao livro: votos por contar, processos sem notícia, remessas mortas. Sai com "
        "0 se não deve nada, e com 1 se deve."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--encerrar",
            metavar="REMETENTE",
            help="Diz que este processo morreu e não volta. Só depois de ver que ele não existe e a fila está vazia.",
        )
        parser.add_argument(
            "--dar-por-perdidos",
            metavar="SÉRIE",
            help="Desiste dos votos que faltam numa série (o broker os perdeu). O resultado sairá sem eles.",
        )
        parser.add_argument("--justificativa", default="", help="Por quê; fica guardada no banco.")

    def handle(self, *args: Any, encerrar: str | None, dar_por_perdidos: str | None, **opcoes: Any) -> None:
        justificativa = " ".join(opcoes["justificativa"].split())
        if (encerrar or dar_por_perdidos) and not justificativa:
            raise CommandError("Falta --justificativa: fica guardada, e é o que se dirá a quem perguntar.")
        if encerrar:
            self._encerrar(_uuid(encerrar), justificativa)
        if dar_por_perdidos:
            self._desistir(_uuid(dar_por_perdidos), justificativa)
        deve = [self._series(), self._remetentes(), self._mensagens()]
        if any(deve):
            raise CommandError("A fila ainda deve votos ao livro, ou não se sabe se deve. Ver docs/FILA.md.")
        self.stdout.write("A fila não deve nada ao livro.")

    def _encerrar(self, qual: UUID, justificativa: str) -> None:
        um = Remetente.objects.filter(pk=qual, encerrado_em__isnull=True).first()
        if um is None:
            raise CommandError(f"Não há remetente por encerrar com o número {qual}.")
        if um.lugar == remetentes.lugar() and not remetentes.certamente_morto(um):
            raise CommandError(f"{um} está vivo nesta máquina: pare-o (SIGTERM) e ele se encerra sozinho.")
        with vez_do_produtor():
            pendencias.encerrar_remetente(qual, por_que=f"pela produção: {justificativa}", agora=timezone.now())
        self.stdout.write(f"Encerrado: {um}.")

    def _desistir(self, qual: UUID, justificativa: str) -> None:
        with vez_do_produtor():
            mudou = pendencias.desistir(qual, por_que=justificativa, agora=timezone.now())
        if not mudou:
            raise CommandError(f"Não há série com votos por contar com o número {qual}.")
        self.stdout.write(f"Série {qual} dada por perdida.")

    def _series(self) -> bool:
        abertas = list(pendencias.series_abertas())
        nomes = dict(Paredao.objects.filter(pk__in={uma.paredao for uma in abertas}).values_list("pk", "titulo"))
        for uma in abertas:
            qual = f"{nomes[uma.paredao]} ({uma.paredao})"
            self.stdout.write(f"{qual}: {uma.por_contar} de {uma.votos} votos por contar na série {uma.id}")
        return bool(abertas)

    def _remetentes(self) -> bool:
        sumidos = {um.pk for um in zelador.sumidos()}
        for um in Remetente.objects.filter(encerrado_em__isnull=True).order_by("desde"):
            calado = (timezone.now() - um.visto_em).total_seconds()
            estado = "sumido" if um.pk in sumidos else "vivo" if calado < 10 else "calado"
            self.stdout.write(f"Remetente {um.pk} ({um}): {estado}, última notícia há {calado:.0f} s")
        return bool(sumidos)

    def _mensagens(self) -> bool:
        if settings.BROKER is None:
            return False
        from amqp.exceptions import AMQPError

        from votacao.urna.carteiro import Carteiro

        carteiro = Carteiro()
        try:
            prontas = carteiro.prontas()
        except (OSError, AMQPError) as erro:
            self.stdout.write(f"O broker não responde: {erro or type(erro).__name__}")
            return True
        finally:
            carteiro.fechar()
        self.stdout.write(
            f"No broker: {prontas[topologia.FILA]} remessas em {topologia.FILA}, {prontas[topologia.MORTOS]} em "
            f"{topologia.MORTOS}{' (ver manage.py fila_morta)' if prontas[topologia.MORTOS] else ''}"
        )
        return any(prontas.values())


def _uuid(texto: str) -> UUID:
    try:
        return UUID(texto)
    except ValueError:
        raise CommandError(f"{texto!r} não é um número de série nem de remetente: copie-o de manage.py fila.") from None
