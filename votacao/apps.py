from typing import Any

from django.apps import AppConfig


class VotacaoConfig(AppConfig):
    name = "votacao"
    verbose_name = "Votação"

    def ready(self) -> None:
        from inscricoes.services import candidato_selecionado

        candidato_selecionado.connect(_levar_para_a_casa, dispatch_uid="votacao.levar_para_a_casa")


def _levar_para_a_casa(candidato: Any, **_: Any) -> None:
    from votacao.services import tornar_participante

    tornar_participante(candidato)
