"""Para quem perdeu o telefone e os códigos de reserva: só quem está na máquina do site pode."""

from argparse import ArgumentParser
from typing import Any

from allauth.mfa.models import Authenticator
from django.contrib.auth.models import User
from django.core.management import BaseCommand, CommandError


class Command(BaseCommand):
    help = "Tira o segundo fator de um usuário, que volta a entrar no admin só com a senha."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("usuario", help="O nome com que ele entra no admin.")

    def handle(self, *args: Any, usuario: str, **opcoes: Any) -> None:
        if not User.objects.filter(username=usuario).exists():
            raise CommandError(f"Não há nenhum usuário {usuario!r}.")
        tirados, _ = Authenticator.objects.filter(user__username=usuario).delete()
        if not tirados:
            raise CommandError(f"{usuario} não tem segundo fator.")
        self.stdout.write(f"{usuario} entra agora só com a senha. Peça que ative outro segundo fator.")
