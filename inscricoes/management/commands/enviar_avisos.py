from typing import Any

from django.core.management import BaseCommand, CommandError

from inscricoes.services import avisos


class Command(BaseCommand):
    help = (
        "Manda as cartas aos candidatos que ainda não saíram e cuja hora chegou. Pode rodar ao mesmo tempo que o "
        "servidor e que outro igual: cada carta é de um só."
    )

    def handle(self, *args: Any, **opcoes: Any) -> None:
        enviadas = falhas = 0
        while True:
            remessa = avisos.enviar_pendentes()
            enviadas, falhas = enviadas + remessa.enviadas, falhas + remessa.falhas
            if remessa.fora_do_ar or not (remessa.enviadas or remessa.falhas or remessa.superadas):
                break
        esperam = avisos.pendentes().count()
        self.stdout.write(f"{enviadas} cartas enviadas, {falhas} não saíram; {esperam} esperam a sua hora.")
        if remessa.fora_do_ar:
            raise CommandError("O servidor de e-mail não respondeu. As cartas ficam guardadas para a próxima vez.")
