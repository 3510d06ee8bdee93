"""A caixa de correio da demonstração: inteira, das mais novas, com fim, e nunca em produção."""

from collections.abc import Iterator
from pathlib import Path
from threading import Thread

import pytest
from django.core import mail
from django.core.mail import EmailMultiAlternatives
from django.test import Client
from django.urls import clear_url_caches
from pytest_django import Settings

import bbb.urls
from bbb import checks
from bbb.ambiente import CAIXA_DE_DEMONSTRACAO
from bbb.contas import correio


@pytest.fixture
def caixa(settings: Settings, tmp_path: Path) -> Iterator[Path]:
    """Os endereços são os que o projeto tem quando parte com `EMAIL_URL=demo://`."""
    from importlib import reload

    settings.EMAIL_BACKEND = CAIXA_DE_DEMONSTRACAO
    settings.CORREIO_DEMO = tmp_path / "correio"
    reload(bbb.urls)
    clear_url_caches()
    yield tmp_path / "correio"
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    reload(bbb.urls)
    clear_url_caches()


def test_carta_vai_para_o_terminal_e_para_a_pagina(
    client: Client, caixa: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert "Nenhuma carta ainda" in client.get("/demo/correio/").content.decode()
    assert (
        mail.send_mail("Assunto é este", "Olá, <b>Zé</b>!\nhttps://exemplo.com.br/", None, ["ze@exemplo.com.br"]) == 1
    )
    assert "ze@exemplo.com.br" in capsys.readouterr().out
    resposta = client.get("/demo/correio/")
    pagina = resposta.content.decode()
    assert resposta["Cache-Control"] == "private, no-store"
    assert "Assunto é este" in pagina
    assert "Para ze@exemplo.com.br" in pagina
    assert "Olá, &lt;b&gt;Zé&lt;/b&gt;!" in pagina
    assert '<a href="https://exemplo.com.br/" rel="nofollow">' in pagina
    assert {oct(arquivo.stat().st_mode & 0o777) for arquivo in caixa.iterdir()} == {"0o600"}
    assert oct(caixa.stat().st_mode & 0o777) == "0o700"


def test_carta_com_html_mostra_o_texto(client: Client, caixa: Path) -> None:
    carta = EmailMultiAlternatives("Oi", "só o texto", None, ["a@b.br"])
    carta.attach_alternative("<p>o html</p>", "text/html")
    carta.send()
    assert [recebida.texto for recebida in correio.recebidas(caixa)] == ["só o texto"]


def test_guarda_so_as_ultimas_da_mais_nova_a_mais_velha(caixa: Path) -> None:
    for n in range(correio.GUARDADAS + 7):
        mail.send_mail(f"carta {n}", "x", None, ["a@b.br"])
    assert len(list(caixa.iterdir())) == correio.GUARDADAS
    assuntos = [recebida.assunto for recebida in correio.recebidas(caixa)]
    assert assuntos == [f"carta {n}" for n in range(correio.GUARDADAS + 6, 6, -1)]


def test_varios_escrevem_e_leem_ao_mesmo_tempo(caixa: Path) -> None:
    falhas: list[BaseException] = []

    def escrever() -> None:
        try:
            for _ in range(40):
                correio._guardar(caixa, b"To: a@b.br\nSubject: s\nDate: Mon, 01 Jan 2024 10:00:00 -0000\n\ncorpo\n")
                assert {(c.assunto, c.texto) for c in correio.recebidas(caixa)} <= {("s", "corpo")}
        except BaseException as erro:
            falhas.append(erro)

    todos = [Thread(target=escrever) for _ in range(4)]
    for um in todos:
        um.start()
    for um in todos:
        um.join()
    assert falhas == []
    assert len(list(caixa.glob("*.eml"))) <= correio.GUARDADAS


@pytest.mark.usefixtures("caixa")
def test_paginas_de_entrar_levam_a_caixa(client: Client) -> None:
    for endereco in ("/conta/entrar/", "/conta/codigo/"):
        assert '<a href="/demo/correio/"' in client.get(endereco).content.decode()
        client.post("/conta/entrar/", {"email": "a@exemplo.com.br"})


@pytest.mark.usefixtures("caixa")
def test_caixa_so_se_le(client: Client) -> None:
    assert client.post("/demo/correio/").status_code == 405


@pytest.mark.parametrize(
    ("https", "onde", "remetente", "esperado"),
    [
        (True, CAIXA_DE_DEMONSTRACAO, "a@b.br", ["bbb.E007"]),
        (False, CAIXA_DE_DEMONSTRACAO, "nao-responda@localhost", []),
        (True, "django.core.mail.backends.console.EmailBackend", "a@b.br", ["bbb.W005"]),
        (True, "django.core.mail.backends.smtp.EmailBackend", "nao-responda@localhost", ["bbb.W006"]),
        (True, "django.core.mail.backends.smtp.EmailBackend", "a@b.br", []),
        (False, "django.core.mail.backends.console.EmailBackend", "nao-responda@localhost", []),
    ],
)
def test_correio_de_producao(settings: Settings, https: bool, onde: str, remetente: str, esperado: list[str]) -> None:
    settings.HTTPS = https
    settings.EMAIL_BACKEND = onde
    settings.DEFAULT_FROM_EMAIL = remetente
    achados = checks.correio_de_producao(None)
    assert [mensagem.id for mensagem in achados] == esperado
    assert all(mensagem.hint for mensagem in achados)
