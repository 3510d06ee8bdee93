from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.contrib.auth.models import User
from django.core.management import BaseCommand, CommandError
from django.utils import timezone

from votacao.demo import inscritos, temporada
from votacao.models import Paredao
from votacao.recusas import UrnaIndisponivel


class Command(BaseCommand):
    help = (
        "Carrega a temporada de demonstração: elenco com retratos, um paredão aberto, um agendado, um com resultado, "
        "inscrições abertas com candidatos, e o usuário produtor. Rodar de novo só completa o que falta."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--senha", help="Senha do produtor. Sem ela: sorteada na primeira vez, e depois a mesma.")
        parser.add_argument("--forcar", action="store_true", help="Carrega mesmo com HTTPS ligado (produção).")

    def handle(self, *args: Any, senha: str | None, forcar: bool, **opcoes: Any) -> None:
        if settings.HTTPS and not forcar:
            raise CommandError(
                "HTTPS está ligado, e isto parece produção: a demonstração criaria paredões e um usuário de mentira. "
                "Se é isso mesmo, use --forcar."
            )
        if senha is not None and not senha.strip():
            raise CommandError("--senha não pode ser vazia.")
        agora = timezone.now()
        edicao = temporada.edicao()
        self._dizer(f"{edicao}: {temporada.elenco(edicao)} participantes novos.")
        desenhados = temporada.retratos(edicao, self._retrato)
        self._dizer(f"{desenhados} retratos desenhados." if desenhados else "Os retratos já estavam prontos.")
        try:
            self._paredao("Encerrado, com resultado", temporada.paredao_encerrado(edicao, agora))
        except UrnaIndisponivel as erro:
            raise CommandError(f"O banco não gravou os votos do paredão encerrado: {erro.__cause__}") from None
        self._paredao("Aberto", temporada.paredao_aberto(edicao, agora))
        self._paredao("Agendado", temporada.paredao_agendado(edicao, agora))
        acesso = temporada.produtor(senha)
        novos = inscritos.carregar(edicao, agora, produtora=User.objects.get(username=acesso.login))
        self._dizer(f"{novos} inscrições novas; o rascunho de candidata@example.com espera quem quiser continuá-lo.")
        self._dizer("")
        self._dizer(f"Produção, em /admin/: usuário {acesso.login}, senha {acesso.senha or '(a de antes)'}")
        if acesso.senha is None:
            self._dizer("A senha não muda ao recarregar. Para trocá-la: python manage.py carregar_demo --senha NOVA")

    def _paredao(self, qual: str, criado: Paredao | None) -> None:
        self._dizer(f"{qual}: {f'{criado} criado (/paredoes/{criado.pk}/).' if criado else 'já havia.'}")

    def _retrato(self, feitos: int, total: int) -> None:
        if feitos % 5 == 0 or feitos == total:
            self._dizer(f"  retratos: {feitos} de {total}")

    def _dizer(self, linha: str) -> None:
        self.stdout.write(linha)
        self.stdout.flush()
