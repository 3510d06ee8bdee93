"""Criar, reconhecer e revogar tokens da API.

Corridas: dois pedidos com o mesmo token no mesmo minuto anotam o uso uma vez só (o `UPDATE` é condicional); revogar
vale no pedido seguinte, em qualquer processo, porque cada pedido pergunta ao banco.
"""

import hashlib
import secrets
from collections.abc import Iterable
from datetime import datetime, timedelta

from django.conf import settings
from django.contrib.auth.models import User
from django.db import DatabaseError
from django.db.models import Q

from api.quem import Escopo
from bbb.contas import fator
from bbb.contas.models import TAMANHO_DO_COMECO, Token

MARCA = "bbb_"
"""Com que todo token começa: quem o acha num arquivo sabe o que é, e um programa que procura segredos também."""
VALIDADE_MAXIMA = timedelta(days=365)
ANOTAR_A_CADA = timedelta(minutes=1)
"""Um token em uso escreve no banco no máximo a cada minuto."""
TAMANHO_MAXIMO = 200
"""Sinais: o que passa disto não é um token nosso, e nem se resume."""


def criar(
    *, dono: User, nome: str, escopos: Iterable[Escopo | str], expira_em: datetime, agora: datetime
) -> tuple[Token, str]:
    """O token, e o segredo, que só existe nesta resposta: do banco não se tira."""
    segredo = MARCA + secrets.token_urlsafe(32)
    token = Token.objects.create(
        dono=dono,
        nome=nome,
        comeco=segredo[: len(MARCA) + TAMANHO_DO_COMECO],
        resumo=resumir(segredo),
        escopos=sorted({Escopo(escopo).value for escopo in escopos}),
        criado_em=agora,
        expira_em=expira_em,
    )
    return token, segredo


def resumir(segredo: str) -> str:
    """Um segredo de 256 bits ao acaso não se adivinha: um resumo simples basta, e responde num instante."""
    return hashlib.sha256(segredo.encode()).hexdigest()


def reconhecer(segredo: str, agora: datetime) -> Token | None:
    """O token que vale agora, com o seu dono; `None` se não existe, venceu, foi revogado ou o dono já não o usa.

    O dono já não o usa se está desativado, se saiu da produção, ou se lhe falta o segundo fator que se exige.
    """
    if not segredo.startswith(MARCA) or len(segredo) > TAMANHO_MAXIMO or not segredo.isascii():
        return None
    token = Token.objects.valendo(agora).select_related("dono").filter(resumo=resumir(segredo)).first()
    if token is None or not token.dono.is_active or not token.dono.is_staff:
        return None
    if settings.SEGUNDO_FATOR and not fator.tem(token.dono):
        return None
    _anotar_uso(token, agora)
    return token


def _anotar_uso(token: Token, agora: datetime) -> None:
    antes = agora - ANOTAR_A_CADA
    if token.usado_em is not None and token.usado_em > antes:
        return
    try:
        Token.objects.filter(Q(usado_em__isnull=True) | Q(usado_em__lte=antes), pk=token.pk).update(usado_em=agora)
    except DatabaseError:
        # O banco ocupado não impede de ler: o uso se anota no minuto seguinte.
        pass


def revogar(token: Token, agora: datetime) -> bool:
    """Para já, e para sempre. `False` se já estava revogado."""
    return bool(Token.objects.filter(pk=token.pk, revogado_em__isnull=True).update(revogado_em=agora))
