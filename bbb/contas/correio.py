"""A caixa de correio da demonstração (`EMAIL_URL=demo://`): as cartas não saem da máquina, e leem-se numa página.

Cada carta é um arquivo, porque os processos que servem são vários. O nome começa pela hora, e a pasta guarda só as
mais novas. Nunca em produção: qualquer um leria os códigos de todos (`bbb.E007`).
"""

import os
import tempfile
from collections.abc import Sequence
from email import message_from_bytes
from email.message import EmailMessage as Carta
from email.policy import default as politica
from pathlib import Path
from typing import Any, NamedTuple

from django.conf import settings
from django.core.mail import EmailMessage
from django.core.mail.backends.base import BaseEmailBackend
from django.core.mail.backends.console import EmailBackend as NoTerminal
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe
from uuid_utils import uuid7

from bbb.ambiente import CAIXA_DE_DEMONSTRACAO

GUARDADAS = 50
"""Cartas que a caixa guarda; as mais velhas somem."""


class CaixaDeDemonstracao(BaseEmailBackend):
    """Escreve cada carta no terminal e num arquivo da pasta `CORREIO_DEMO`."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._terminal = NoTerminal(*args, **kwargs)

    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        for mensagem in email_messages:
            _guardar(settings.CORREIO_DEMO, mensagem.message().as_bytes())
        self._terminal.send_messages(email_messages)
        return len(email_messages)


class Recebida(NamedTuple):
    para: str
    assunto: str
    data: str
    texto: str


def e_demonstracao() -> bool:
    return settings.EMAIL_BACKEND == CAIXA_DE_DEMONSTRACAO


@require_safe
@cache_control(private=True, no_store=True)
def caixa(request: HttpRequest) -> HttpResponse:
    """As últimas cartas, da mais nova à mais velha."""
    return render(request, "conta/correio.html", {"cartas": recebidas(settings.CORREIO_DEMO), "maximo": GUARDADAS})


def recebidas(pasta: Path) -> list[Recebida]:
    cartas = []
    for arquivo in _da_mais_nova(pasta)[:GUARDADAS]:
        try:
            carta = message_from_bytes(arquivo.read_bytes(), policy=politica)
        except FileNotFoundError:
            continue  # outra carta, noutro processo, acaba de tomar o lugar dela
        cartas.append(Recebida(str(carta["To"]), str(carta["Subject"]), _data(carta), _texto(carta)))
    return cartas


def _data(carta: Carta) -> Any:
    return carta["Date"].datetime


def _texto(carta: Carta) -> str:
    corpo = carta.get_body(("plain",))
    return str(corpo.get_content()).strip() if corpo is not None else ""


def _guardar(pasta: Path, carta: bytes) -> None:
    """Inteira ou nada: quem lê a pasta ao mesmo tempo nunca vê meia carta."""
    pasta.mkdir(mode=0o700, parents=True, exist_ok=True)
    descritor, rascunho = tempfile.mkstemp(dir=pasta, prefix=".")
    with os.fdopen(descritor, "wb") as aberto:
        aberto.write(carta)
    os.replace(rascunho, pasta / f"{uuid7().hex}.eml")
    for velha in _da_mais_nova(pasta)[GUARDADAS:]:
        velha.unlink(missing_ok=True)


def _da_mais_nova(pasta: Path) -> list[Path]:
    return sorted(pasta.glob("*.eml"), reverse=True)
