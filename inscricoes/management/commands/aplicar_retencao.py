from argparse import ArgumentParser
from typing import Any

from django.core.management import BaseCommand, call_command
from django.utils import timezone

from inscricoes.models import Candidato, Edicao, Eliminacao
from inscricoes.services import eliminar, retencao
from inscricoes.services.eliminacao import apagar_sessoes_sem_dono


class Command(BaseCommand):
    help = (
        "Mostra as inscrições cujo prazo de guarda venceu e, com --aplicar, elimina os dados de cada uma. Pode ser "
        "interrompido e repetido: recomeça de onde parou. Para rodar todo dia."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--aplicar", action="store_true", help="Elimina de verdade. Sem isto, só conta. Não há volta."
        )

        parser.add_argument(
            "--de-novo",
            type=int,
            nargs="+",
            default=[],
            metavar="NÚMERO",
            help="Depois de recuperar uma cópia antiga do banco: as que o registro do servidor diz eliminadas.",
        )

    def handle(self, *args: Any, aplicar: bool, de_novo: list[int], **opcoes: Any) -> None:
        agora = timezone.now()
        voltaram = Candidato.objects.filter(pk__in=de_novo)
        if de_novo and not aplicar:
            self._dizer(f"De novo: {voltaram.count()} de {len(de_novo)} voltaram com a cópia, a eliminar.")
        elif de_novo:
            outra_vez = sum(eliminar(c, origem=Eliminacao.Origem.PEDIDO, agora=agora) for c in voltaram)
            self._dizer(f"De novo: {outra_vez} de {len(de_novo)} eliminadas.")
        for edicao in Edicao.objects.order_by("ano", "pk"):
            vencem = edicao.eliminar_em
            if vencem is None:
                self._dizer(f"{edicao}: as inscrições não têm fim marcado; a guarda não vence.")
                continue
            devidas = retencao.vencidas(edicao, agora=agora).count()
            data = f"{timezone.localtime(vencem):%d/%m/%Y}"
            if agora < vencem:
                self._dizer(f"{edicao}: a guarda vence em {data}.")
            elif not aplicar:
                self._dizer(f"{edicao}: a guarda venceu em {data}; {devidas} a eliminar.")
            else:
                eliminadas = retencao.eliminar_vencidas(
                    edicao,
                    agora=agora,
                    avisar=lambda n, de=devidas: self._dizer(f"  {n} de {de}"),  # type: ignore[misc]
                )
                self._dizer(f"{edicao}: a guarda venceu em {data}; {eliminadas} de {devidas} eliminadas.")
        if not aplicar:
            self._dizer(f"Contas sem inscrição e sem uso: {len(retencao.contas_sem_uso(agora=agora))} a eliminar.")
            self._dizer("Nada mudou. Para eliminar: python manage.py aplicar_retencao --aplicar")
            return
        self._dizer(f"Contas sem inscrição e sem uso: {retencao.eliminar_contas_sem_uso(agora=agora)} eliminadas.")
        # Uma sessão vencida guarda o que a pessoa escrevia; um arquivo sem linha é um que não se conseguiu apagar.
        call_command("clearsessions")
        apagar_sessoes_sem_dono()
        call_command("limpar_arquivos", stdout=self.stdout, stderr=self.stderr)

    def _dizer(self, linha: str) -> None:
        self.stdout.write(linha)
        self.stdout.flush()
