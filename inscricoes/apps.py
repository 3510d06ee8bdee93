from importlib import import_module

from django.apps import AppConfig


class InscricoesConfig(AppConfig):
    name = "inscricoes"
    verbose_name = "Inscrições"

    def ready(self) -> None:
        import_module("inscricoes.arquivos.sinais")
