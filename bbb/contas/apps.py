from typing import Any

from django.apps import AppConfig
from django.contrib import admin
from django.contrib.admin.apps import AdminConfig
from django.http import HttpRequest


class ContasConfig(AppConfig):
    name = "bbb.contas"
    label = "contas"
    verbose_name = "Contas"

    def ready(self) -> None:
        from allauth.mfa.signals import authenticator_added

        authenticator_added.connect(_ativou_agora, dispatch_uid="contas")


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


def _ativou_agora(sender: Any, *, request: HttpRequest, user: Any, authenticator: Any, **_: Any) -> None:
    """Quem acaba de ativar já mostrou um código: esta sessão não precisa de outro para continuar no admin."""
    from allauth.account.internal.flows.login import record_authentication
    from allauth.mfa.models import Authenticator

    if authenticator.type == Authenticator.Type.TOTP:
        record_authentication(request, user, method="mfa", id=authenticator.pk, type=authenticator.type)
