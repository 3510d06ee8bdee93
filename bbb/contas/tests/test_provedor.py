"""Entrar por um provedor que afirma o CPF: um provedor OpenID Connect de verdade, noutro processo."""

import json
import re
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest
from django.apps import apps
from django.contrib.auth.models import User
from django.core.exceptions import ImproperlyConfigured
from django.test import Client
from django.utils import timezone

from bbb.ambiente import Ambiente, Provedor
from bbb.contas import provedor
from inscricoes.models import Edicao
from votacao import eleitores
from votacao.models import Eleitor, Opcao, Paredao, Participante

CPF = "52998224725"
PESSOAS = [
    {"sub": CPF, "email": "Ana@example.com", "email_verified": True},
    {"sub": "11144477735", "email": "bia@example.com", "email_verified": False},
    {"sub": "quem-nao-tem-cpf", "email": "caio@example.com", "email_verified": True},
]


@pytest.fixture(scope="module")
def emissor() -> Iterator[str]:
    with socket.socket() as soquete:
        soquete.bind(("127.0.0.1", 0))
        porta = soquete.getsockname()[1]
    processo = subprocess.Popen(
        [
            sys.executable, "-W", "ignore", "-m", "oidc_provider_mock", "--port", str(porta), "--require-nonce", "true",
            *(parte for pessoa in PESSOAS for parte in ("--user-claims", json.dumps(pessoa))),
        ],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )  # fmt: skip
    endereco = f"http://127.0.0.1:{porta}"
    limite = time.monotonic() + 30
    while True:
        try:
            httpx.get(f"{endereco}/.well-known/openid-configuration")
            break
        except httpx.TransportError:
            assert processo.poll() is None
            assert time.monotonic() < limite
    yield endereco
    processo.terminate()
    processo.wait(10)


def do_endereco(emissor: str) -> Provedor:
    local = emissor.replace("http://", "http://cliente:segredo@")
    lido = Ambiente({"URL": local}).provedor("URL", "NOME", "CAMPO")
    assert lido is not None
    return lido


@pytest.fixture
def ligado(emissor: str, settings: Any) -> Provedor:
    settings.PROVEDOR_CPF = do_endereco(emissor)
    return settings.PROVEDOR_CPF


@pytest.fixture
def paredao(edicao: Edicao, participantes: list[Participante]) -> Paredao:
    paredao = Paredao.objects.create(
        edicao=edicao, titulo="Com CPF", abre_em=timezone.now() - timedelta(hours=1),
        peso_torcida=50, peso_unico=50, exige_cpf_verificado=True,
    )  # fmt: skip
    for participante in participantes:
        Opcao.objects.create(paredao=paredao, participante=participante)
    return paredao


def ir_e_voltar(cliente: Client, pessoa: str, *, depois: str = "", acao: dict[str, str] | None = None) -> Any:
    """O que o navegador faz: sai daqui, autoriza no provedor, e volta com o código."""
    saida = cliente.post("/conta/provedor/", {"next": depois})
    assert saida.status_code == 302
    autorizado = httpx.post(saida["Location"], data=acao or {"sub": pessoa})
    assert autorizado.status_code == 302
    volta = urlsplit(autorizado.headers["location"])
    return cliente.get(f"{volta.path}?{volta.query}")


def test_quem_entra_pelo_provedor_ja_chega_com_o_cpf_confirmado(
    db: None, client: Client, ligado: Provedor, paredao: Paredao
) -> None:
    destino = f"/paredoes/{paredao.pk}/unico/"
    resposta = ir_e_voltar(client, CPF, depois=destino)
    assert (resposta.status_code, resposta["Location"]) == (302, destino)
    eleitor = Eleitor.objects.get()
    assert eleitor.verificado_em is not None
    assert eleitor.conta.email == "ana@example.com"
    assert client.get(destino).templates[0].name == "votacao/unico.html"


def test_quem_ja_entrou_por_codigo_confirma_na_mesma_conta(
    db: None, client: Client, ligado: Provedor, paredao: Paredao
) -> None:
    conta = User.objects.create_user("dora", email="dora@example.com")
    client.force_login(conta)
    destino = f"/paredoes/{paredao.pk}/unico/"
    client.post(f"{destino}cpf/", {"cpf": CPF})
    falta = client.get(destino)
    assert falta.status_code == 403
    assert "Entrar com gov.br" in falta.content.decode()
    assert ir_e_voltar(client, CPF, depois=destino)["Location"] == destino
    assert Eleitor.objects.get().conta == conta
    assert User.objects.count() == 1
    assert client.get(destino).status_code == 200


def test_segunda_entrada_e_a_mesma_conta(db: None, ligado: Provedor) -> None:
    ir_e_voltar(Client(), CPF)
    ir_e_voltar(Client(), CPF)
    assert (User.objects.count(), Eleitor.objects.count()) == (1, 1)


def test_email_que_o_provedor_nao_confirma_nao_abre_conta_de_ninguem(db: None, ligado: Provedor) -> None:
    dona = User.objects.create_user("bia", email="bia@example.com")
    cliente = Client()
    ir_e_voltar(cliente, "11144477735")
    assert Eleitor.objects.get().conta != dona
    assert Eleitor.objects.get().conta.email == ""
    assert cliente.session["_auth_user_id"] == str(Eleitor.objects.get().conta.pk)


def test_quem_so_digitou_o_cpf_perde_o_para_quem_o_prova(db: None, client: Client, ligado: Provedor) -> None:
    intruso = User.objects.create_user("intruso", email="intruso@example.com")
    eleitores.cadastrar(conta=intruso, cpf=CPF, agora=timezone.now())
    ir_e_voltar(client, CPF)
    assert Eleitor.objects.get().conta.email == "ana@example.com"


def test_quem_produz_nao_entra_por_aqui(db: None, client: Client, ligado: Provedor) -> None:
    User.objects.create_user("produtora", email="ana@example.com", is_staff=True)
    resposta = ir_e_voltar(client, CPF)
    assert (resposta.status_code, resposta.templates[0].name) == (403, "conta/recusada.html")
    assert "_auth_user_id" not in client.session
    assert Eleitor.objects.count() == 0


def test_sem_cpf_no_que_o_provedor_diz_e_uma_frase(db: None, client: Client, ligado: Provedor) -> None:
    resposta = ir_e_voltar(client, "quem-nao-tem-cpf")
    assert resposta.status_code == 403
    assert "gov.br não informou o seu CPF" in resposta.content.decode()
    assert User.objects.count() == 0


def test_quem_nao_autoriza_volta_com_uma_frase(db: None, client: Client, ligado: Provedor) -> None:
    resposta = ir_e_voltar(client, CPF, acao={"sub": CPF, "action": "deny"})
    assert resposta.status_code == 403
    assert "Você não autorizou a entrada por gov.br" in resposta.content.decode()


@pytest.mark.parametrize("troca", ["state=outro", "code=outro"])
def test_volta_forjada_ou_repetida_nao_entra(db: None, client: Client, ligado: Provedor, troca: str) -> None:
    saida = client.post("/conta/provedor/")
    volta = urlsplit(httpx.post(saida["Location"], data={"sub": CPF}).headers["location"])
    forjada = re.sub(rf"{troca.split('=')[0]}=[^&]+", troca, volta.query)
    resposta = client.get(f"{volta.path}?{forjada}")
    assert resposta.status_code == 403
    assert "A entrada venceu ou não confere" in resposta.content.decode()
    assert User.objects.count() == 0


def test_o_mesmo_codigo_nao_serve_duas_vezes_nem_noutro_navegador(db: None, client: Client, ligado: Provedor) -> None:
    saida = client.post("/conta/provedor/")
    volta = urlsplit(httpx.post(saida["Location"], data={"sub": CPF}).headers["location"])
    assert Client().get(f"{volta.path}?{volta.query}").status_code == 403
    assert client.get(f"{volta.path}?{volta.query}").status_code == 302
    assert client.get(f"{volta.path}?{volta.query}").status_code == 403


def test_provedor_fora_do_ar_e_uma_frase(db: None, client: Client, settings: Any) -> None:
    with socket.socket() as soquete:
        soquete.bind(("127.0.0.1", 0))
        settings.PROVEDOR_CPF = do_endereco(f"http://127.0.0.1:{soquete.getsockname()[1]}")
        resposta = client.post("/conta/provedor/")
    assert resposta.status_code == 403
    assert "gov.br não respondeu agora" in resposta.content.decode()


def test_depois_so_vai_para_este_site(db: None, client: Client, ligado: Provedor) -> None:
    assert ir_e_voltar(client, CPF, depois="https://outro.example/")["Location"] == "/"


def test_nada_do_que_o_provedor_diz_fica_guardado(db: None, client: Client, ligado: Provedor) -> None:
    ir_e_voltar(client, CPF)
    modelos = [modelo for modelo in apps.get_models() if modelo._meta.managed]
    guardado = "".join(repr(valores) for modelo in modelos for valores in modelo._default_manager.values_list())
    assert CPF not in guardado
    assert CPF not in repr(dict(client.session))


def test_userinfo_de_outra_pessoa_nao_entra(db: None, client: Client, ligado: Provedor) -> None:
    class DeOutra(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            corpo = json.dumps({"sub": "11144477735", "email": "bia@example.com", "email_verified": True}).encode()
            self.send_response(200)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(corpo)))
            self.end_headers()
            self.wfile.write(corpo)

        def log_message(self, *args: Any) -> None: ...

    with HTTPServer(("127.0.0.1", 0), DeOutra) as servidor:
        thread = threading.Thread(target=servidor.handle_request)
        thread.start()
        cliente = provedor._cliente(ligado)
        cliente.load_server_metadata()
        cliente.server_metadata["userinfo_endpoint"] = f"http://127.0.0.1:{servidor.server_port}/"
        try:
            resposta = ir_e_voltar(client, CPF)
        finally:
            provedor._cliente.cache_clear()
            thread.join(10)
    assert resposta.status_code == 403
    assert "A entrada venceu ou não confere" in resposta.content.decode()
    assert User.objects.count() == 0


def test_sem_chave_do_cpf_a_volta_e_uma_frase_e_nao_deixa_conta(
    db: None, client: Client, ligado: Provedor, settings: Any
) -> None:
    settings.CHAVES_CPF = []
    resposta = ir_e_voltar(client, "11144477735")
    assert (resposta.status_code, resposta["Retry-After"]) == (503, "60")
    assert "Tente de novo em um minuto" in resposta.content.decode()
    assert User.objects.count() == 0


def test_confirmar_um_cpf_que_ja_e_de_outra_conta_diz_para_sair_desta(
    db: None, client: Client, ligado: Provedor
) -> None:
    ir_e_voltar(Client(), CPF)
    client.force_login(User.objects.create_user("dora", email="dora@example.com"))
    resposta = ir_e_voltar(client, CPF)
    assert resposta.status_code == 403
    assert "Saia desta e entre de novo pelo mesmo serviço" in resposta.content.decode()


def test_desligado_nao_existe(db: None, client: Client) -> None:
    assert client.post("/conta/provedor/").status_code == 404
    assert client.get("/conta/provedor/volta/").status_code == 404


@pytest.mark.parametrize(
    "url",
    ["sso.example", "http://a:b@sso.example", "https://sso.example", "https://a:b@sso.example/?x=1", "https://a@x"],
)
def test_endereco_errado_e_um_erro_na_partida(url: str) -> None:
    with pytest.raises(ImproperlyConfigured, match="URL"):
        Ambiente({"URL": url}).provedor("URL", "NOME", "CAMPO")
