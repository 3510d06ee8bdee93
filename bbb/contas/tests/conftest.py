"""Quem entra: por código, pela senha, e com segundo fator."""

import re
import time
from collections.abc import Callable

import pytest
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP, format_hotp_value, generate_totp_secret, hotp_value
from django.contrib.auth.models import User
from django.core import mail
from django.core.cache import cache
from django.test import Client
from pytest_django import Settings

SENHA = "uma-senha-bem-comprida-24"
Pedir = Callable[..., str]


@pytest.fixture(autouse=True)
def _do_zero(db: None, settings: Settings) -> None:
    cache.clear()
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]  # o de verdade leva meio segundo


def codigo_da(carta: mail.EmailMessage) -> str:
    achado = re.search(r"^ +(\d{4}-\d{4})$", str(carta.body), re.MULTILINE)
    assert achado is not None, carta.body
    return achado[1]


@pytest.fixture
def pedir_codigo(client: Client) -> Pedir:
    """Pede um código como a página pede e devolve o que chegou por e-mail."""

    def pedir(email: str, depois: str = "", cliente: Client = client) -> str:
        antes = len(mail.outbox)
        resposta = cliente.post("/conta/entrar/", {"email": email, "next": depois})
        assert (resposta.status_code, resposta["Location"]) == (302, "/conta/codigo/")
        assert len(mail.outbox) == antes + 1
        return codigo_da(mail.outbox[-1])

    return pedir


@pytest.fixture
def dora(db: None) -> User:
    """Uma candidata que já entrou antes."""
    return User.objects.create_user("dora", "dora@exemplo.com.br")


@pytest.fixture
def produtor(db: None) -> User:
    return User.objects.create_superuser("chefe", "chefe@exemplo.com.br", SENHA)


class Telefone:
    """Um aplicativo autenticador de verdade: a chave e o relógio."""

    def __init__(self, chave: str) -> None:
        self.chave = chave

    def codigo(self, periodo: int = 0) -> str:
        return format_hotp_value(hotp_value(self.chave, int(time.time()) // 30 + periodo))

    def errado(self) -> str:
        certos = {self.codigo(periodo) for periodo in range(-3, 4)}
        return next(
            chute for chute in ("000000", "111111", "222222", *map(str, range(300000, 300010))) if chute not in certos
        )


@pytest.fixture
def telefone(produtor: User) -> Telefone:
    """O do produtor, que ativou o segundo fator."""
    chave = generate_totp_secret()
    TOTP.activate(produtor, chave)
    RecoveryCodes.activate(produtor)
    return Telefone(chave)
