"""Os atores das inscrições: uma edição aberta, duas candidatas e quem não tem nada com isso."""

from datetime import date, timedelta

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.utils import timezone

from inscricoes.models import Candidato, Edicao, Foto, Pergunta, Secao, Termo, Video
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


@pytest.fixture
def secao(aberta: Edicao) -> Secao:
    """Uma pergunta de cada tipo, no ar; a longa e a de número são opcionais."""
    secao = Secao.objects.create(edicao=aberta, titulo="Sobre você")
    agora = timezone.now()
    for ordem, (tipo, obrigatoria, opcoes, limite) in enumerate(
        (
            ("curta", True, "", 10),
            ("longa", False, "", None),
            ("escolha", True, "praia\ncampo", None),
            ("numero", False, "", 99),
            ("sim_nao", True, "", None),
        )
    ):
        Pergunta.objects.create(
            secao=secao,
            ordem=ordem,
            enunciado=f"Pergunta {tipo}",
            tipo=tipo,
            obrigatoria=obrigatoria,
            opcoes=opcoes,
            limite=limite,
            publicada_em=agora,
        )
    return secao


def entrar(conta: User) -> Client:
    cliente = Client()
    cliente.force_login(conta)
    return cliente


CPF = "52998224725"


def completar(candidato: Candidato, cpf: str = CPF) -> None:
    """Preenche o que é preciso para enviar, como as páginas o guardam."""
    Candidato.objects.filter(pk=candidato.pk).update(
        nome="Dora Reis",
        nome_curto="Dora",
        cpf=cpf,
        nascimento=date(1991, 2, 3),
        genero="mulher",
        profissao="Médica",
        cidade="Belém",
        uf="PA",
        telefone="+5591912345678",
    )
    for n in range(3):
        Foto.objects.create(candidato=candidato, ordem=n, largura=600, altura=800, tamanho=1000, resumo=f"{n:064}")
    Video.objects.create(candidato=candidato, formato="mp4", duracao=60, largura=640, altura=480, tamanho=1000)
    candidato.refresh_from_db()


@pytest.fixture
def produtora(db: None) -> User:
    return User.objects.create_user("produtora", is_staff=True)
