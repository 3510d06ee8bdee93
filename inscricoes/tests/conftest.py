"""Os atores das inscrições: uma edição aberta, duas candidatas e quem não tem nada com isso."""

from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.utils import timezone

from inscricoes.models import Candidato, Edicao, Termo
from inscricoes.services import comecar


@pytest.fixture
def aberta(db: None) -> Edicao:
    """Recebe inscrições desde ontem e por mais dez dias, com um termo publicado."""
    agora = timezone.now()
    edicao = Edicao.objects.create(
        nome="BBB 30",
        ano=2030,
        inscricoes_abrem_em=agora - timedelta(days=1),
        inscricoes_fecham_em=agora + timedelta(days=10),
    )
    Termo.objects.create(edicao=edicao, versao=1, texto="Concordo.", publicado_em=agora - timedelta(days=1))
    return edicao


@pytest.fixture
def dora(db: None) -> User:
    return User.objects.create_user("dora", email="dora@example.com")


@pytest.fixture
def elis(db: None) -> User:
    return User.objects.create_user("elis", email="elis@example.com")


@pytest.fixture
def estranho(db: None) -> User:
    return User.objects.create_user("estranho", email="estranho@example.com")


@pytest.fixture
def rascunho_da_dora(aberta: Edicao, dora: User) -> Candidato:
    return comecar(conta=dora, email=dora.email, edicao=aberta, agora=timezone.now())


def entrar(conta: User) -> Client:
    cliente = Client()
    cliente.force_login(conta)
    return cliente
