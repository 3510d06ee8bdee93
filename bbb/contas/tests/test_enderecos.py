"""A lista do que se alcança: as nossas páginas, e nenhuma outra do allauth."""

import subprocess
import sys

import pytest
from allauth import urls as do_allauth
from django.contrib.auth.models import User
from django.test import Client
from django.urls import NoReverseMatch, URLPattern, URLResolver, reverse

from bbb.contas import urls
from bbb.contas.tests.conftest import Telefone

ANONIMO = {
    "/conta/": 302,
    "/conta/entrar/": 200,
    "/conta/codigo/": 302,
    "/conta/codigo/outro/": 405,
    "/conta/sair/": 200,
    "/conta/provedor/": 405,
    "/conta/provedor/volta/": 404,
    "/conta/senha/": 302,
    "/conta/segundo-fator/": 302,
    "/conta/segundo-fator/entrar/": 302,
    "/conta/segundo-fator/confirmar/": 302,
    "/conta/segundo-fator/ativar/": 302,
    "/conta/segundo-fator/desativar/": 302,
    "/conta/segundo-fator/reserva/": 302,
    "/conta/segundo-fator/reserva/novos/": 302,
    "/conta/segundo-fator/reserva/baixar/": 302,
}
ABERTAS = ("/conta/entrar/", "/conta/sair/")
DE_FABRICA = [
    "signup/", "login/", "logout/", "inactive/", "reauthenticate/", "email/", "confirm-email/", "confirm-email/abc/",
    "password/change/", "password/set/", "password/reset/", "password/reset/done/", "password/reset/key/done/",
    "password/reset/key/1-abc/", "login/code/", "login/code/confirm/", "phone/verify/", "phone/change/", "2fa/",
    "2fa/authenticate/", "2fa/totp/activate/", "2fa/webauthn/", "2fa/recovery-codes/", "3rdparty/", "sessions/",
]  # fmt: skip


def _todos(padroes: list[URLPattern | URLResolver], prefixo: str = "") -> list[tuple[str, str]]:
    achados = []
    for padrao in padroes:
        if isinstance(padrao, URLResolver):
            achados += _todos(padrao.url_patterns, prefixo + str(padrao.pattern))
        else:
            achados.append((prefixo + str(padrao.pattern), padrao.name or ""))
    return achados


def test_a_lista_e_esta() -> None:
    assert [f"/conta/{caminho}" for caminho, _ in _todos(urls.urlpatterns)] == list(ANONIMO)


@pytest.mark.parametrize(("endereco", "status"), ANONIMO.items())
def test_anonimo(client: Client, endereco: str, status: int) -> None:
    resposta = client.get(endereco)
    assert resposta.status_code == status
    if status == 200:
        assert endereco in ABERTAS
        assert resposta["Cache-Control"] == "private, no-store"


@pytest.mark.parametrize("endereco", DE_FABRICA)
@pytest.mark.parametrize("prefixo", ["/conta/", "/accounts/"])
def test_paginas_de_fabrica_nao_existem(client: Client, produtor: User, prefixo: str, endereco: str) -> None:
    assert client.get(prefixo + endereco).status_code == 404
    client.force_login(produtor)
    assert client.get(prefixo + endereco).status_code == 404
    assert client.post(prefixo + endereco).status_code == 404


def test_nomes_do_allauth_que_nao_usamos_nao_se_resolvem() -> None:
    nossos = {nome for _, nome in _todos(urls.urlpatterns)}
    outros = {nome for _, nome in _todos(do_allauth.urlpatterns)} - nossos
    assert {"account_signup", "account_reset_password", "account_change_password", "account_email"} <= outros
    for nome in outros:
        with pytest.raises(NoReverseMatch):
            reverse(nome)


def test_toda_pagina_e_nossa(client: Client, telefone: Telefone) -> None:
    """O produtor com fator abre todas: cada uma sai do nosso modelo, sem uma palavra de fábrica."""
    client.post("/admin/login/", {"username": "chefe", "password": "uma-senha-bem-comprida-24"})
    vistas = [client.get("/conta/segundo-fator/entrar/")]
    client.post("/conta/segundo-fator/entrar/", {"code": telefone.codigo()})
    for endereco in ANONIMO:
        resposta = client.get(endereco)
        if resposta.status_code == 200 and resposta["Content-Type"].startswith("text/html"):
            vistas.append(resposta)
            assert resposta["Cache-Control"] == "private, no-store", endereco
    assert len(vistas) >= 7
    for resposta in vistas:
        pagina = resposta.content.decode()
        assert '<html lang="pt-BR">' in pagina
        assert "BBB 24" in pagina
        for palavra in ("Sign In", "Sign Up", "Menu:", "Two-Factor", "autenticação de dois fatores", "style="):
            assert palavra not in pagina, (resposta.request["PATH_INFO"], palavra)


def test_paginas_publicas_continuam_sem_cookie_e_sem_vary(client: Client, dora: User) -> None:
    client.force_login(dora)
    for endereco in ("/", "/paredoes/"):
        resposta = client.get(endereco)
        assert resposta.status_code == 200
        assert "public" in resposta["Cache-Control"]
        assert "Cookie" not in resposta.get("Vary", "")
        assert not resposta.cookies
        assert dora.email not in resposta.content.decode()


def test_correio_da_demonstracao_nao_existe_sem_ele(client: Client, produtor: User) -> None:
    assert client.get("/demo/correio/").status_code == 404
    client.force_login(produtor)
    assert client.get("/demo/correio/").status_code == 404
    assert "leia o e-mail aqui" not in client.get("/conta/sair/").content.decode()


def test_limites_das_contas_nao_importa_o_django() -> None:
    """O `settings.py` o importa, antes de haver Django."""
    programa = "import sys; import bbb.contas.limites; print('django' in sys.modules)"
    feito = subprocess.run([sys.executable, "-c", programa], capture_output=True, text=True, check=True, timeout=30)
    assert feito.stdout == "False\n"
