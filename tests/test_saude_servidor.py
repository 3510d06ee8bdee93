"""Vida e prontidão do servidor de verdade: banco que cala, SIGTERM; e o código de um pedido pelas duas portas."""

import http.client
import json
import os
import signal
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from django.db import connection

from tests.servidor import (
    FORMULARIO,
    corpo_do_voto,
    emitir,
    esperar,
    esperar_paredao,
    pedir,
    servidor,
    url_do_banco,
    votar,
)
from votacao.models import Paredao

pytestmark = [pytest.mark.processos]


class Cano:
    """Um cano entre o servidor e o banco, que se pode calar: as conexões ficam abertas, e nada passa."""

    def __init__(self, host: str, porta: int) -> None:
        self._destino = (host, porta)
        self._calado = threading.Event()
        self._pares: list[tuple[socket.socket, socket.socket]] = []
        self._escuta = socket.create_server(("127.0.0.1", 0))
        self.porta: int = self._escuta.getsockname()[1]
        threading.Thread(target=self._aceitar, daemon=True).start()

    def _aceitar(self) -> None:
        while True:
            try:
                de_ca, _ = self._escuta.accept()
            except OSError:
                return
            para_la = socket.create_connection(self._destino)
            self._pares.append((de_ca, para_la))
            for origem, destino in ((de_ca, para_la), (para_la, de_ca)):
                threading.Thread(target=self._passar, args=(origem, destino), daemon=True).start()

    def _passar(self, origem: socket.socket, destino: socket.socket) -> None:
        try:
            while dados := origem.recv(65536):
                if not self._calado.is_set():
                    destino.sendall(dados)
            destino.shutdown(socket.SHUT_WR)
        except OSError:
            pass

    def calar(self) -> None:
        self._calado.set()

    def fechar(self) -> None:
        self._escuta.close()
        for par in self._pares:
            for ponta in par:
                ponta.close()


@contextmanager
def cano_para_o_banco() -> Iterator[tuple[Cano, str]]:
    banco = connection.settings_dict
    cano = Cano(banco["HOST"], int(banco["PORT"] or 5432))
    url = url_do_banco().replace(f"{banco['HOST']}:{banco['PORT'] or 5432}", f"127.0.0.1:{cano.porta}")
    try:
        yield cano, url
    finally:
        cano.fechar()


@pytest.mark.skipif(connection.vendor == "sqlite", reason="o SQLite não é um servidor que se cale")
def test_banco_que_cala_tira_o_publico_e_nao_prende_as_sondas(transactional_db: None, tmp_path: Path) -> None:
    with cano_para_o_banco() as (cano, url), servidor(tmp_path, DATABASE_URL=url) as servindo:
        cano.calar()
        esperar(lambda: pedir(servindo.porta, "GET", "/saude/pronta/").status == 503, 30, servindo.registro)
        dados = pedir(servindo.porta, "GET", "/saude/pronta/").json
        assert dados["partes"]["banco"]["em_ordem"] is False  # type: ignore[index]
        assert pedir(servindo.porta, "GET", "/saude/viva/").status == 200
        assert b"bbb_votos_aceitos_total 0.0" in pedir(servindo.porta, "GET", "/metricas/").corpo


def test_depois_de_sigterm_diz_que_nao_esta_pronto(transactional_db: None, tmp_path: Path) -> None:
    with servidor(tmp_path) as servindo:
        conexao = http.client.HTTPConnection("127.0.0.1", servindo.porta, timeout=10)
        conexao.request("GET", "/saude/pronta/", headers={"Host": "10.1.2.3"})
        resposta = conexao.getresponse()
        dados = json.loads(resposta.read())
        assert (resposta.status, dados["pronta"]) == (200, True)
        assert {parte["em_ordem"] for parte in dados["partes"].values()} == {True}
        os.kill(servindo.filhos()[0], signal.SIGTERM)
        vistos = [200]
        while vistos[-1] == 200:
            conexao.request("GET", "/saude/pronta/")
            resposta = conexao.getresponse()
            resposta.read()
            vistos.append(resposta.status)
        assert vistos[-1] == 503
        assert servindo.processo.wait(timeout=30) in (0, -signal.SIGTERM)


def test_codigo_de_um_proxy_nosso_volta_pelas_duas_portas(urna_limpa: None, paredao: Paredao, tmp_path: Path) -> None:
    with servidor(tmp_path, PROXIES_CONFIAVEIS="127.0.0.0/8", LOG_JSON="True") as servindo:
        esperar_paredao(servindo, paredao)
        participante = paredao.opcoes.all()[0].participante_id
        do_proxy = {"X-Request-ID": "codigo-do-proxy-77", "X-Forwarded-For": "203.0.113.77"}
        voto = votar(servindo, paredao, corpo_do_voto(participante, emitir(paredao)), **do_proxy)
        assert (voto.status, voto.cabecalhos["x-request-id"]) == (303, "codigo-do-proxy-77")
        recusa = votar(servindo, paredao, b"participante=1", **do_proxy)
        assert (recusa.status, recusa.cabecalhos["x-request-id"]) == (400, "codigo-do-proxy-77")
        sem = votar(servindo, paredao, b"participante=1")
        assert (sem.status, sem.cabecalhos.get("x-request-id")) == (400, None)
        # Em pedaços não é da faixa: responde o Django.
        conexao = http.client.HTTPConnection("127.0.0.1", servindo.porta, timeout=10)
        conexao.request(
            "POST",
            f"/paredoes/{paredao.pk}/votar/",
            iter([b"participante=1"]),
            {**FORMULARIO, **do_proxy},
            encode_chunked=True,
        )
        resposta = conexao.getresponse()
        assert (resposta.status, resposta.getheader("x-request-id")) == (400, "codigo-do-proxy-77")
        # A página guardada é a mesma para todos; o código, não.
        codigos = {
            pedir(servindo.porta, "GET", "/paredoes/", None, {"Range": "bytes=0-1"}).cabecalhos.get("x-request-id")
            for _ in range(3)
        }
        assert len(codigos) == 3
        escrito = servindo.registro.read_text()
    linhas = [json.loads(linha) for linha in escrito.splitlines() if linha.startswith("{")]
    do_voto = [linha for linha in linhas if linha.get("familia") == "votacao:votar"]
    assert [(linha["status"], linha["pedido"]) for linha in do_voto] == [(400, "codigo-do-proxy-77")]
    assert "203.0.113.77" not in escrito


def test_codigo_de_fora_nao_volta_pela_faixa_nem_pelo_django(
    urna_limpa: None, paredao: Paredao, tmp_path: Path
) -> None:
    with servidor(tmp_path, PROXIES_CONFIAVEIS="10.0.0.0/8") as servindo:
        esperar_paredao(servindo, paredao)
        de_fora = {"X-Request-ID": "codigo-de-fora-77"}
        pela_faixa = votar(servindo, paredao, b"participante=1", **de_fora)
        assert (pela_faixa.status, pela_faixa.cabecalhos.get("x-request-id")) == (400, None)
        pelo_django = pedir(servindo.porta, "GET", "/conta/entrar/", None, de_fora)
        assert pelo_django.status == 200
        assert len(pelo_django.cabecalhos["x-request-id"]) == 16
