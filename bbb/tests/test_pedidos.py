"""O código de cada pedido, e o que se escreve nos registros: um objeto por linha, e nada que diga quem é alguém."""

import io
import ipaddress
import json
import logging
from collections.abc import Iterator
from typing import Any

import pytest
from django.test import Client
from django.urls import path

from bbb.pedidos import codigo
from bbb.registros import LinhaJson, SemDadosPessoais, pedido
from bbb.urls import urlpatterns as do_projeto
from votacao import medidores
from votacao.urna import limites

PROXY = [ipaddress.ip_network("10.0.0.0/8")]
CODIGO_DO_COMPROVANTE = "0192f0a1b2c37d4e8f90a1b2c3d4e5f6"


def falhar(request: Any, **kwargs: Any) -> Any:
    raise RuntimeError("o e-mail maria@exemplo.com.br e o CPF 529.982.247-25 vieram no erro")


urlpatterns = [*do_projeto, path("falha/<str:quem>/", falhar)]


@pytest.fixture
def linhas() -> Iterator[io.StringIO]:
    """O que iria para o terminal com LOG_JSON."""
    saida = io.StringIO()
    tratador = logging.StreamHandler(saida)
    tratador.setFormatter(LinhaJson())
    tratador.addFilter(SemDadosPessoais())
    raiz, dos_pedidos = logging.getLogger(), logging.getLogger("bbb.pedidos")
    antes = dos_pedidos.level
    raiz.addHandler(tratador)
    dos_pedidos.setLevel(logging.INFO)
    yield saida
    dos_pedidos.setLevel(antes)
    raiz.removeHandler(tratador)


def ler(saida: io.StringIO) -> list[dict[str, Any]]:
    return [json.loads(linha) for linha in saida.getvalue().splitlines()]


@pytest.mark.parametrize(
    ("par", "trazido", "aceito"),
    [
        ("10.1.2.3", "codigo-do-proxy-1", True),
        ("203.0.113.9", "codigo-de-fora-1", False),
        ("10.1.2.3", "curto", False),
        ("10.1.2.3", "com espaço e quebra", False),
        ("10.1.2.3", "x" * 65, False),
        ("10.1.2.3", 'aspas"que-fecham', False),
    ],
)
def test_codigo_so_de_um_proxy_nosso(settings: Any, par: str, trazido: str, aceito: bool) -> None:
    settings.PROXIES_CONFIAVEIS = PROXY
    limites.confiavel.cache_clear()
    assert (codigo(par, trazido) == trazido) is aceito
    limites.confiavel.cache_clear()


def test_codigo_volta_na_resposta_e_e_outro_a_cada_pedido(db: None) -> None:
    um, outro = Client().get("/saude/viva/"), Client().get("/saude/viva/")
    assert len(um["X-Request-ID"]) == 16
    assert um["X-Request-ID"] != outro["X-Request-ID"]
    assert pedido.get() == ""


def test_linha_de_uma_resposta_sem_caminho_nem_endereco(db: None, linhas: io.StringIO) -> None:
    resposta = Client(REMOTE_ADDR="203.0.113.9").get(f"/comprovantes/{CODIGO_DO_COMPROVANTE}/?cpf=52998224725")
    assert resposta.status_code == 404
    (linha,) = [linha for linha in ler(linhas) if linha["de"] == "bbb.pedidos"]
    assert {campo: linha[campo] for campo in ("nivel", "mensagem", "metodo", "familia", "status", "pedido")} == {
        "nivel": "INFO",
        "mensagem": "GET votacao:comprovante",
        "metodo": "GET",
        "familia": "votacao:comprovante",
        "status": 404,
        "pedido": resposta["X-Request-ID"],
    }
    assert linha["duracao_ms"] > 0
    for dado in (CODIGO_DO_COMPROVANTE, "203.0.113.9", "52998224725", "/comprovantes"):
        assert dado not in linhas.getvalue()


@pytest.mark.urls("bbb.tests.test_pedidos")
def test_erro_do_django_leva_o_codigo_o_rastro_e_o_desenho_do_endereco(db: None, linhas: io.StringIO) -> None:
    resposta = Client(raise_request_exception=False).get("/falha/joana-da-silva/")
    assert resposta.status_code == 500
    (linha,) = [linha for linha in ler(linhas) if linha["de"] == "django.request"]
    assert linha["mensagem"] == "Internal Server Error: /falha/<str:quem>/"
    assert linha["pedido"] == resposta["X-Request-ID"]
    assert "RuntimeError: o e-mail [e-mail] e o CPF [cpf] vieram no erro" in linha["erro"]
    for dado in ("joana-da-silva", "maria@exemplo.com.br", "529.982.247-25"):
        assert dado not in linhas.getvalue()


def test_codigo_de_comprovante_nao_se_escreve(linhas: io.StringIO) -> None:
    logging.getLogger("bbb").warning("não achei %s", CODIGO_DO_COMPROVANTE)
    assert ler(linhas)[0]["mensagem"] == "não achei [código]"


def test_resposta_do_django_conta_na_sua_familia(db: None) -> None:
    chave = "c pedidos|votacao:inicio|2xx"
    antes = medidores.deste_processo.todos().get(chave, 0)
    assert Client().get("/").status_code == 200
    assert medidores.deste_processo.todos()[chave] == antes + 1


@pytest.mark.parametrize(
    ("caminho", "familia"),
    [
        ("/nada/de/nada/", "desconhecidos"),
        ("/static/nada.css", "estaticos"),
        ("/admin/", "admin"),
        ("/conta/entrar/", "conta"),
    ],
)
def test_familias_sao_poucas_e_fixas(db: None, caminho: str, familia: str) -> None:
    def total() -> float:
        return sum(v for n, v in medidores.deste_processo.todos().items() if n.startswith(f"c pedidos|{familia}|"))

    antes = total()
    Client().get(caminho)
    assert total() == antes + 1
