"""O panorama ao vivo no servidor de verdade: o que diz, a quem, e como acaba."""

import http.client
import json
import signal
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import pytest

from bbb.ao_vivo import POR_ORIGEM
from tests.api import TIPO, novo_paredao
from tests.servidor import Servidor, esperar_paredao, pedir, servidor
from votacao import registro, services
from votacao.models import Paredao, Participante
from votacao.registro import VotoAceito

pytestmark = [pytest.mark.processos, pytest.mark.usefixtures("urna_limpa")]


@contextmanager
def ouvir(servindo: Servidor, paredao: int, **cabecalhos: str) -> Iterator[http.client.HTTPResponse]:
    conexao = http.client.HTTPConnection("127.0.0.1", servindo.porta, timeout=15)
    try:
        conexao.request("GET", f"/api/v1/paredoes/{paredao}/ao-vivo", headers=cabecalhos)
        yield conexao.getresponse()
    finally:
        conexao.close()


def evento(resposta: http.client.HTTPResponse) -> tuple[str, Any]:
    """O próximo evento: (nome, dados). Salta `retry` e os comentários."""
    nome = ""
    while True:
        linha = resposta.readline().decode().rstrip("\n")
        if linha.startswith("event: "):
            nome = linha.removeprefix("event: ")
        elif linha.startswith("data: "):
            return nome, json.loads(linha.removeprefix("data: "))
        assert resposta.fp is not None, "a conexão acabou sem evento"


def votar(paredao: Paredao, participante: Participante, numero: int) -> None:
    chave = bytes(7) + paredao.pk.to_bytes(8, "big") + bytes([numero])
    registro.gravar([VotoAceito(chave, paredao.pk, 1, participante.pk, time.time())])


def test_cada_mudanca_e_um_evento_e_o_fim_tambem(
    paredao: Paredao, participantes: list[Participante], tmp_path: Path
) -> None:
    Paredao.objects.filter(pk=paredao.pk).update(parciais="sempre")
    with servidor(tmp_path) as servindo, ouvir(servindo, paredao.pk) as resposta:
        assert (resposta.status, resposta.getheader("Content-Type")) == (200, "text/event-stream; charset=utf-8")
        assert resposta.getheader("Cache-Control") == "no-store"
        assert resposta.readline() == b"retry: 3000\n"
        nome, dados = evento(resposta)
        assert (nome, dados["situacao"], dados["total"]) == ("panorama", "aberto", 0)
        votar(paredao, participantes[1], 1)
        nome, dados = evento(resposta)
        assert (nome, dados["total"]) == ("panorama", 1)
        assert [(linha["nome"], linha["porcentagem"]) for linha in dados["participantes"]] == [
            ("Bia", 100.0), ("Ana", 0.0), ("Caio", 0.0),
        ]  # fmt: skip
        assert pedir(servindo.porta, "GET", f"/api/v1/paredoes/{paredao.pk}/panorama").json == dados
        paredao.refresh_from_db()
        services.encerrar(paredao)
        assert evento(resposta)[1]["situacao"] == "encerrado"
        assert evento(resposta) == ("fim", {})
        assert resposta.read() == b"\n"
        # Quem se religa depois do fim para de tentar.
        with ouvir(servindo, paredao.pk, **{"Last-Event-ID": "3"}) as de_novo:
            assert (de_novo.status, de_novo.read()) == (204, b"")


def test_parciais_ocultas_nao_se_ouvem(paredao: Paredao, participantes: list[Participante], tmp_path: Path) -> None:
    rascunho = novo_paredao(paredao, "Rascunho")
    with servidor(tmp_path) as servindo:
        for chave, status, codigo in (
            (paredao.pk, 403, "parciais_ocultas"),
            (rascunho.pk, 404, "paredao_inexistente"),
            (999_999, 404, "paredao_inexistente"),
        ):
            with ouvir(servindo, chave) as resposta:
                assert (resposta.status, resposta.getheader("Content-Type")) == (status, TIPO)
                assert json.loads(resposta.read())["codigo"] == codigo


def test_ao_parar_o_servidor_solta_quem_ouve(
    paredao: Paredao, participantes: list[Participante], tmp_path: Path
) -> None:
    Paredao.objects.filter(pk=paredao.pk).update(parciais="sempre")
    with servidor(tmp_path) as servindo, ouvir(servindo, paredao.pk) as resposta:
        assert evento(resposta)[0] == "panorama"
        comeco = time.monotonic()
        servindo.processo.send_signal(signal.SIGTERM)
        resposta.read()
        servindo.processo.wait(timeout=30)
        # Sem o aviso, a conexão só acabaria com o prazo de parada, à força.
        assert time.monotonic() - comeco < 9
        # O uvicorn, arrumada a casa, acaba pelo mesmo sinal.
        assert servindo.processo.returncode == -signal.SIGTERM


def test_quem_ouve_nao_ocupa_as_threads_do_django(
    paredao: Paredao, participantes: list[Participante], tmp_path: Path
) -> None:
    """Mais ouvintes do que threads, e o site continua a responder."""
    Paredao.objects.filter(pk=paredao.pk).update(parciais="sempre")
    with servidor(tmp_path) as servindo, ExitStack() as pilha:
        esperar_paredao(servindo, paredao)
        for _ in range(40):
            resposta = pilha.enter_context(ouvir(servindo, paredao.pk))
            assert evento(resposta)[0] == "panorama"
        assert pedir(servindo.porta, "GET", "/admin/login/").status == 200
        assert pedir(servindo.porta, "GET", f"/paredoes/{paredao.pk}/").status == 200


def test_ouvintes_demais_de_uma_origem_sao_recusados(
    paredao: Paredao, participantes: list[Participante], tmp_path: Path
) -> None:
    Paredao.objects.filter(pk=paredao.pk).update(parciais="sempre")
    with servidor(tmp_path, LIMITES="True") as servindo, ExitStack() as pilha:
        for _ in range(POR_ORIGEM):
            assert pilha.enter_context(ouvir(servindo, paredao.pk)).status == 200
        with ouvir(servindo, paredao.pk) as demais:
            assert (demais.status, demais.getheader("Retry-After")) == (429, "60")
            assert json.loads(demais.read())["codigo"] == "pedidos_demais"
