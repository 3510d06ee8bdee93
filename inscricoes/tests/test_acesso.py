"""Quem abre o quê: cada endereço das inscrições, com cada pessoa que poderia tentar.

Um endereço novo sem a sua linha em `TABELA` falha em `test_todo_endereco_tem_a_sua_linha`.
"""

from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import URLPattern, reverse
from django.utils import timezone
from pytest_django import Settings

from inscricoes import services, urls
from inscricoes.models import Candidato, Edicao
from inscricoes.tests import pessoa
from inscricoes.tests.conftest import entrar

ATORES = ("dona", "outra", "estranho", "anonimo", "equipe")
"""Dora, de quem é a inscrição dos endereços; Elis, que tem a sua; uma conta sem inscrição; ninguém; e alguém da equipe
sem nenhuma permissão."""


class Linha(NamedTuple):
    """O que responde a cada um de `ATORES`, nesta ordem, e a quem mostra dados de Dora."""

    get: tuple[int, int, int, int, int]
    post: tuple[int, int, int, int, int]
    mostra_a: tuple[str, ...] = ()
    """Quem lê os dados de Dora na resposta ao GET."""
    corpo: dict[str, str] = {}  # noqa: RUF012 (nunca muda)
    """O que vai no POST."""
    argumentos: Callable[[Candidato], dict[str, Any]] = lambda candidato: {}
    """Os do endereço, a partir da inscrição de Dora (o UUID de uma foto, por exemplo)."""
    publica: bool = False
    """Página sem dados de ninguém: não precisa de `private, no-store`."""


SO_POST = SO_GET = (405, 405, 405, 405, 405)
SO_DELA = (200, 404, 404, 404, 404)


def _da_foto(candidato: Candidato) -> dict[str, Any]:
    return {"foto": candidato.fotos.order_by("ordem")[0].pk}


def _do_video(candidato: Candidato) -> dict[str, Any]:
    return {"video": candidato.video.pk}


def _do_envio(candidato: Candidato) -> dict[str, Any]:
    return {"envio": candidato.envio_de_video.pk}


TABELA: dict[str, Linha] = {
    "meus_dados": Linha((200, 200, 200, 302, 200), (405, 405, 405, 405, 405), mostra_a=("dona",)),
    # Sem inscrição não há o que levar.
    "exportar": Linha((200, 200, 404, 302, 404), (200, 200, 404, 302, 404), mostra_a=("dona",)),
    # Sem a caixa marcada nada se apaga; quem já não tem conta (o segundo clique) lê que está apagado.
    "apagar": Linha((200, 200, 200, 302, 200), (422, 422, 422, 302, 422), mostra_a=("dona",)),
    "apagada": Linha((200, 200, 200, 200, 200), (405, 405, 405, 405, 405)),
    "inicio": Linha((200, 200, 200, 200, 200), (405, 405, 405, 405, 405)),
    # Quem já tem inscrição segue de onde parou; a conta da equipe não tem e-mail confirmado e lê que precisa de um.
    "nova": Linha((302, 302, 200, 302, 200), (302, 302, 302, 302, 200)),
    "minha": Linha((200, 200, 404, 302, 404), (405, 405, 405, 405, 405), mostra_a=("dona",)),
    # Um formulário sem o protocolo da inscrição não salva nada: 409.
    "dados": Linha((200, 200, 404, 302, 404), (409, 409, 404, 302, 404), mostra_a=("dona",)),
    "contato": Linha((200, 200, 404, 302, 404), (409, 409, 404, 302, 404), mostra_a=("dona",)),
    "questionario": Linha(
        (404, 404, 404, 302, 404), (404, 404, 404, 302, 404), argumentos=lambda candidato: {"secao": 1}
    ),
    "revisao": Linha((200, 200, 404, 302, 404), (409, 409, 404, 302, 404), mostra_a=("dona",)),
    # Um rascunho não se retira nem se retoma.
    "desistir": Linha((409, 409, 404, 302, 404), (409, 409, 404, 302, 404)),
    "retomar": Linha(SO_POST, (302, 302, 404, 302, 404)),
    "fotos": Linha((200, 200, 404, 302, 404), (302, 302, 404, 302, 404), mostra_a=("dona",)),
    "ordenar_fotos": Linha(SO_POST, (302, 302, 404, 302, 404)),
    "apagar_foto": Linha(SO_POST, (302, 302, 404, 302, 404), argumentos=_da_foto),
    "video": Linha((200, 200, 404, 302, 404), (302, 302, 404, 302, 404), mostra_a=("dona",)),
    "apagar_video": Linha(SO_POST, (302, 302, 404, 302, 404)),
    "envio": Linha((200, 200, 404, 302, 404), (302, 302, 404, 302, 404)),
    "pedaco": Linha(SO_POST, (302, 302, 404, 302, 404), argumentos=_do_envio),
    "concluir_envio": Linha(SO_POST, (302, 302, 404, 302, 404), argumentos=_do_envio),
    "cancelar_envio": Linha(SO_POST, (200, 200, 404, 302, 404), argumentos=_do_envio),
    "foto": Linha(SO_DELA, SO_GET, mostra_a=("dona",), argumentos=_da_foto),
    "miniatura": Linha(SO_DELA, SO_GET, mostra_a=("dona",), argumentos=_da_foto),
    "video_arquivo": Linha(SO_DELA, SO_GET, mostra_a=("dona",), argumentos=_do_video),
    "quadro": Linha(SO_DELA, SO_GET, mostra_a=("dona",), argumentos=_do_video),
}
ENDERECOS = [padrao for padrao in urls.urlpatterns if isinstance(padrao, URLPattern)]


@pytest.fixture
def pessoas(
    aberta: Edicao, dora: User, elis: User, estranho: User, produtora: User, settings: Settings, tmp_path: Path
) -> dict[str, Client]:
    settings.MEDIA_ROOT = tmp_path / "guardados" / "midia"
    agora = timezone.now()
    for conta in (dora, elis):
        services.comecar(conta=conta, email=conta.email, edicao=aberta, agora=agora)
    pessoa.guardar_arquivos(Candidato.objects.get(conta=dora), tmp_path)
    equipe = User.objects.create_user("equipe", is_staff=True)
    return {
        "dona": entrar(dora),
        "outra": entrar(elis),
        "estranho": entrar(estranho),
        "anonimo": Client(),
        "equipe": entrar(equipe),
    }


@pytest.fixture
def de_dora(pessoas: dict[str, Client], dora: User) -> Candidato:
    return Candidato.objects.get(conta=dora)


def endereco_de(nome: str, candidato: Candidato) -> str:
    return reverse(f"inscricoes:{nome}", kwargs=TABELA[nome].argumentos(candidato))


def lido(resposta: Any) -> str:
    conteudo: bytes = resposta.getvalue() if resposta.streaming else resposta.content
    return conteudo.decode("latin-1")


def test_todo_endereco_tem_a_sua_linha() -> None:
    assert all(padrao.name for padrao in ENDERECOS)
    assert len(ENDERECOS) == len(urls.urlpatterns)
    assert [padrao.name for padrao in ENDERECOS if padrao.name not in TABELA] == []


@pytest.mark.parametrize("nome", TABELA)
def test_quem_abre(nome: str, pessoas: dict[str, Client], de_dora: Candidato) -> None:
    linha, endereco = TABELA[nome], endereco_de(nome, de_dora)
    assert tuple(pessoas[ator].get(endereco).status_code for ator in ATORES) == linha.get


@pytest.mark.parametrize("nome", TABELA)
def test_quem_manda(nome: str, pessoas: dict[str, Client], de_dora: Candidato) -> None:
    linha, endereco = TABELA[nome], endereco_de(nome, de_dora)
    antes = list(Candidato.objects.filter(pk=de_dora.pk).values())
    outros = [ator for ator in ATORES if ator != "dona"]
    respostas = {ator: pessoas[ator].post(endereco, linha.corpo).status_code for ator in outros}
    # Quem não é a dona não muda nada nela, responda o que responder.
    assert list(Candidato.objects.filter(pk=de_dora.pk).values()) == antes
    respostas["dona"] = pessoas["dona"].post(endereco, linha.corpo).status_code
    assert tuple(respostas[ator] for ator in ATORES) == linha.post


@pytest.mark.parametrize("nome", TABELA)
def test_quem_le_os_dados_de_dora(nome: str, pessoas: dict[str, Client], de_dora: Candidato) -> None:
    linha, endereco = TABELA[nome], endereco_de(nome, de_dora)
    leram = tuple(
        ator
        for ator in ATORES
        if pessoa.achados(
            lido(pessoas[ator].get(endereco)).lower(), (de_dora.protocolo, "dora@example.com", "pixelmarca")
        )
    )
    assert leram == linha.mostra_a


@pytest.mark.parametrize("nome", [nome for nome, linha in TABELA.items() if linha.get[0] == 200 and not linha.publica])
def test_nada_fica_em_cache_de_ninguem(nome: str, pessoas: dict[str, Client], de_dora: Candidato) -> None:
    resposta = pessoas["dona"].get(endereco_de(nome, de_dora))
    assert {parte.strip() for parte in resposta["Cache-Control"].split(",")} >= {"private", "no-store"}


@pytest.mark.parametrize("nome", TABELA)
def test_pedir_a_de_outra_pelo_protocolo_nao_mostra_nada(
    nome: str, pessoas: dict[str, Client], de_dora: Candidato
) -> None:
    endereco = f"{endereco_de(nome, de_dora)}?inscricao={de_dora.protocolo}"
    for ator in ATORES:
        if ator not in TABELA[nome].mostra_a:
            assert pessoa.achados(lido(pessoas[ator].get(endereco)).lower(), ("dora@example.com", "pixelmarca")) == []
