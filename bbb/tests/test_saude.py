"""O que é estar vivo e pronto, em cada modo, e que perguntar nunca prende."""

import json
import threading
import time
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import pytest
from django.test import Client

from bbb import saude
from bbb.saude import ForaDeOrdem, Parte

EM_ORDEM = {"banco": None, "tabelas": None, "relogio": None, "fila": None}


def falhar() -> str:
    raise ConnectionRefusedError("postgres://usuario:senha@10.0.0.5 recusou")


@pytest.fixture(autouse=True)
def _sem_parar() -> Iterator[None]:
    saude._parando.clear()
    yield
    saude._parando.clear()


@pytest.fixture
def partes(monkeypatch: pytest.MonkeyPatch) -> dict[str, Parte]:
    """Todas em ordem; cada teste põe a sua a falhar."""
    partes = {nome: Parte(nome, lambda: "em ordem", fica=nome in ("tabelas", "relogio")) for nome in EM_ORDEM}
    for parte in partes.values():
        parte.conferir()
    monkeypatch.setattr(saude, "PARTES", partes)
    return partes


def pronta() -> tuple[int, dict[str, Any]]:
    resposta = saude.pronta()
    return resposta.status, json.loads(resposta.corpo)


def test_viva_nao_pergunta_nada_ao_banco(client: Client) -> None:
    # Sem a fixture do banco, tocá-lo seria um erro.
    resposta = client.get("/saude/viva/")
    assert (resposta.status_code, resposta.json()) == (200, {"viva": True})


def test_pronta_pela_porta_do_django_confere_na_hora(transactional_db: None) -> None:
    resposta = Client().get("/saude/pronta/")
    dados = resposta.json()
    assert (resposta.status_code, dados["pronta"], dados["votos"]) == (200, True, "banco")
    assert list(dados["partes"]) == ["banco", "tabelas", "relogio"]
    assert all(parte["em_ordem"] and parte["exigida"] for parte in dados["partes"].values())
    assert dados["partes"]["tabelas"]["diz"] == "em dia"
    assert "no-store" in resposta["Cache-Control"] or "no-cache" in resposta["Cache-Control"]


@pytest.mark.parametrize("qual", ["banco", "tabelas", "relogio"])
def test_sem_fila_qualquer_parte_tira_o_publico(partes: dict[str, Parte], qual: str) -> None:
    partes[qual]._conferir = falhar
    partes[qual]._fica = False
    partes[qual].conferir()
    status, dados = pronta()
    assert (status, dados["pronta"]) == (503, False)
    assert dados["partes"][qual] == {
        "em_ordem": False, "exigida": True, "diz": "não responde (ConnectionRefusedError)",
    }  # fmt: skip
    assert [nome for nome, parte in dados["partes"].items() if not parte["em_ordem"]] == [qual]


def test_com_fila_o_banco_fora_do_ar_nao_tira_o_publico_mas_se_ve(partes: dict[str, Parte], settings: Any) -> None:
    settings.BROKER = SimpleNamespace(url="amqp://127.0.0.1")
    for qual in ("banco", "tabelas", "relogio"):
        partes[qual]._conferir = falhar
        partes[qual].conferir()
    status, dados = pronta()
    assert (status, dados["pronta"], dados["votos"]) == (200, True, "fila")
    assert dados["partes"]["banco"] == {
        "em_ordem": False, "exigida": False, "diz": "não responde (ConnectionRefusedError)",
    }  # fmt: skip
    # As tabelas e o relógio foram vistos em ordem antes de o banco cair: vale o que se viu.
    assert dados["partes"]["tabelas"] == {"em_ordem": True, "exigida": True, "diz": "em ordem"}


def test_com_fila_e_sem_rabbitmq_nao_recebe_publico(partes: dict[str, Parte], settings: Any) -> None:
    settings.BROKER = SimpleNamespace(url="amqp://127.0.0.1")
    partes["fila"]._conferir = falhar
    partes["fila"].conferir()
    assert pronta()[0] == 503


def test_relogio_errado_desmente_o_que_ja_estava_em_ordem(partes: dict[str, Parte], settings: Any) -> None:
    settings.BROKER = SimpleNamespace(url="amqp://127.0.0.1")

    def adiantado() -> str:
        return saude.conferir_desvio(-7.3, incerteza=0.01)

    partes["relogio"]._conferir = adiantado
    partes["relogio"].conferir()
    status, dados = pronta()
    assert status == 503
    assert dados["partes"]["relogio"]["diz"] == "a 7.3 s do relógio do banco; o limite são 2 s"


def test_demora_da_resposta_nao_passa_por_desvio() -> None:
    assert saude.conferir_desvio(2.4, incerteza=0.5) == "a 2400 ms do relógio do banco"
    with pytest.raises(ForaDeOrdem):
        saude.conferir_desvio(2.6, incerteza=0.5)


def test_parando_deixa_de_estar_pronta(partes: dict[str, Parte]) -> None:
    assert pronta()[0] == 200
    saude.parar()
    status, dados = pronta()
    assert (status, dados["parando"]) == (503, True)
    assert saude.viva().status == 200


def test_antes_da_primeira_conferencia_nao_esta_pronta() -> None:
    visto = Parte("banco", lambda: "nunca").ver()
    assert (visto.em_ordem, visto.diz) == (False, "ainda não se sabe")


def test_parte_presa_nao_prende_quem_pergunta(monkeypatch: pytest.MonkeyPatch) -> None:
    solta = threading.Event()
    entrou = threading.Event()

    def prender() -> str:
        entrou.set()
        solta.wait()
        return "enfim"

    parte = Parte("banco", lambda: "em ordem")
    parte.conferir()
    parte._conferir = prender
    presa = threading.Thread(target=parte.conferir)
    presa.start()
    assert entrou.wait(5)
    assert parte.ver().em_ordem is True  # o que se viu há pouco ainda vale
    parte.conferir()  # outra thread já está nisso: volta na hora
    monkeypatch.setattr(saude, "VALE", 0.0)
    visto = parte.ver()
    assert (visto.em_ordem, visto.diz) == (False, "não dá notícia há 0 s")
    solta.set()
    presa.join()
    monkeypatch.undo()
    assert parte.ver().diz == "enfim"


def test_porta_do_django_com_uma_parte_presa_responde_no_prazo(
    partes: dict[str, Parte], monkeypatch: pytest.MonkeyPatch
) -> None:
    solta = threading.Event()
    monkeypatch.setattr(saude, "ESPERA", 0.1)
    parte = Parte("banco", lambda: str(solta.wait(60)))
    partes["banco"] = parte
    inicio = time.monotonic()
    resposta = Client().get("/saude/pronta/")
    assert time.monotonic() - inicio < 30  # muito menos do que a parte presa
    solta.set()
    assert (resposta.status_code, resposta.json()["partes"]["banco"]["diz"]) == (503, "ainda não se sabe")


@pytest.mark.servicos("rabbitmq")
def test_fila_de_verdade_responde_e_falta_de_fila_se_diz(settings: Any) -> None:
    settings.BROKER = SimpleNamespace(url="amqp://guest:guest@127.0.0.1:5672//")
    monta = Parte("fila", saude._broker)
    for _ in range(2):  # a segunda pelo mesmo canal
        monta.conferir()
        assert monta.ver().em_ordem is True, monta.ver().diz
    saude._canal.connection.client.close()
    saude._canal = None
    settings.BROKER = SimpleNamespace(url="amqp://guest:guest@127.0.0.1:1//")
    monta.conferir()
    assert (monta.ver().em_ordem, saude._canal) == (False, None)
