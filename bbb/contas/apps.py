from django.apps import AppConfig
from django.contrib import admin
from django.contrib.admin.apps import AdminConfig


class ContasConfig(AppConfig):
    name = "bbb.contas"
    label = "contas"
    verbose_name = "Contas"


class ProducaoConfig(AdminConfig):
    """O admin do Django, com o segundo fator na porta."""

    default_site = "bbb.contas.producao.SalaDaProducao"

    def ready(self) -> None:
        from allauth.account.models import EmailAddress, EmailConfirmation
        from allauth.mfa.models import Authenticator

        super().ready()
        # O allauth os põe no admin: ali se leriam os segredos dos fatores e se daria a conta de um a outro.
        for modelo in (EmailAddress, EmailConfirmation, Authenticator):
            if admin.site.is_registered(modelo):
                admin.site.unregister(modelo)
