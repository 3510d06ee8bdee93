"""Um token da API, para quem opera o servidor. Na saída padrão só vai o token."""

from argparse import ArgumentParser
from datetime import timedelta
from typing import Any

from django.contrib.auth.models import User
from django.core.management import BaseCommand, CommandError
from django.utils import timezone

from api.quem import Escopo
from bbb.contas import tokens


class Command(BaseCommand):
    help = "Cria um token da API em nome de alguém da produção, e o mostra uma vez."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("usuario")
        parser.add_argument("--nome", required=True, help="Para que serve; é como se reconhece na lista do admin.")
        parser.add_argument("--escopo", action="append", required=True, choices=Escopo.values, help="Pode repetir.")
        parser.add_argument("--dias", type=int, default=30)

    def handle(self, *args: Any, usuario: str, nome: str, escopo: list[str], dias: int, **opcoes: Any) -> None:
        if not 1 <= dias <= tokens.VALIDADE_MAXIMA.days:
            raise CommandError(f"--dias vai de 1 a {tokens.VALIDADE_MAXIMA.days}, e não {dias}.")
        dono = User.objects.filter(username=usuario, is_staff=True, is_active=True).first()
        if dono is None:
            raise CommandError(f"Não há ninguém da produção com o usuário “{usuario}”.")
        agora = timezone.now()
        _, segredo = tokens.criar(
            dono=dono, nome=nome, escopos=escopo, expira_em=agora + timedelta(days=dias), agora=agora
        )
        self.stdout.write(segredo)
