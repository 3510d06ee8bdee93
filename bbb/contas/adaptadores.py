"""O que o allauth pergunta ao projeto, e como respondemos."""

import base64
import hashlib
import logging
import secrets
from smtplib import SMTPResponseException
from typing import Any, ClassVar

from allauth.account.adapter import DefaultAccountAdapter
from allauth.mfa.adapter import DefaultMFAAdapter
from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.http import url_has_allowed_host_and_scheme

from bbb.contas import fator
from votacao.urna import limites

registro = logging.getLogger("bbb.contas")

DEMAIS = "Muitas tentativas seguidas. Espere cinco minutos e tente de novo."
CODIGO_ERRADO = "Este código não confere. Veja se digitou todos os algarismos."


class CorreioForaDoAr(Exception):
    """O servidor de e-mail não aceitou a carta: nada foi mandado."""


class Contas(DefaultAccountAdapter):
    error_messages: ClassVar = {
        **DefaultAccountAdapter.error_messages,
        "incorrect_code": CODIGO_ERRADO,
        "incorrect_password": "A senha não confere.",
        "username_password_mismatch": "A senha não confere.",
        "email_password_mismatch": "A senha não confere.",
        "too_many_login_attempts": DEMAIS,
        "rate_limited": DEMAIS,
    }

    def get_client_ip(self, request: HttpRequest) -> str:
        """A origem, como a porta da frente a entendeu (`bbb.asgi.QuemPede`): nenhum cabeçalho é lido aqui."""
        return limites.origem(request.META["REMOTE_ADDR"])

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def is_safe_url(self, url: str | None) -> bool:
        """Só endereços deste site, no mesmo host do pedido."""
        return url_has_allowed_host_and_scheme(
            url, allowed_hosts={self.request.get_host()}, require_https=self.request.is_secure()
        )

    def format_email_subject(self, subject: str) -> str:
        return subject

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """Levanta `CorreioForaDoAr`. O registro diz o que houve, e nunca para quem era."""
        try:
            super().send_mail(template_prefix, email, context)
        except (OSError, UnicodeError) as erro:  # o smtplib e o ssl só levantam parentes de OSError
            codigo = f" {erro.smtp_code}" if isinstance(erro, SMTPResponseException) else ""
            registro.error("o e-mail %s não saiu: %s%s", template_prefix, type(erro).__name__, codigo)
            raise CorreioForaDoAr from None

    def add_message(self, *args: Any, **kwargs: Any) -> None:
        """Nada: as páginas dizem o que aconteceu, e um recado guardado apareceria numa página de outra conversa."""

    def login(self, request: HttpRequest, user: Any) -> None:
        super().login(request, user)
        request.session.set_expiry(None if user.is_staff else settings.SESSAO_DO_PUBLICO)

    def get_reauthentication_methods(self, user: Any) -> list[dict[str, Any]]:
        """Quem tem o fator confirma com ele: só com a senha não se desliga o que existe para quando ela vaza."""
        modos: list[dict[str, Any]] = super().get_reauthentication_methods(user)
        return [modo for modo in modos if modo["id"] == "mfa_reauthenticate"] if fator.tem(user) else modos

    def respond_user_inactive(self, request: HttpRequest, user: Any) -> HttpResponse:
        return render(request, "conta/recusada.html", status=403)


class Fatores(DefaultMFAAdapter):
    error_messages: ClassVar = {**DefaultMFAAdapter.error_messages, "incorrect_code": CODIGO_ERRADO}

    def get_totp_label(self, user: Any) -> str:
        return str(user.get_username())

    def encrypt(self, text: str) -> str:
        return _cifra().encrypt(text.encode()).decode("ascii")

    def decrypt(self, encrypted_text: str) -> str:
        """O segredo; ou um que não serve para nada, se a `SECRET_KEY` mudou: o código não confere, e a página diz."""
        try:
            return _cifra().decrypt(encrypted_text.encode("ascii")).decode()
        except InvalidToken:
            registro.error("um segundo fator não se lê com esta SECRET_KEY; use manage.py tirar_segundo_fator")
            return base64.b32encode(secrets.token_bytes(20)).decode("ascii")


def _cifra() -> MultiFernet:
    """Quem leva uma cópia do banco não leva os segredos dos autenticadores: a chave sai da `SECRET_KEY`."""
    return MultiFernet(
        Fernet(base64.urlsafe_b64encode(hashlib.sha256(f"bbb.contas.fator:{chave}".encode()).digest()))
        for chave in (settings.SECRET_KEY, *map(str, settings.SECRET_KEY_FALLBACKS))
    )
