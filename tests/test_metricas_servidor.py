"""As métricas do servidor de verdade, com dois processos: qualquer um diz a soma, também depois de um morrer."""

import http.client
import os
import signal
from pathlib import Path
from typing import Any

import pytest

from bbb.tests.test_metricas import ler
from tests.servidor import FORMULARIO, Servidor, corpo_do_voto, emitir, esperar, esperar_paredao, pedir, servidor
from votacao.models import Lote, Paredao, Voto

pytestmark = [pytest.mark.processos]


class Conexao:
    """Uma conexão que fica: cai sempre no mesmo processo, e diz em qual."""

    def __init__(self, servindo: Servidor) -> None:
        self.conexao = http.client.HTTPConnection("127.0.0.1", servindo.porta, timeout=10)
        self.conexao.connect()
        assert self.conexao.sock is not None
        self.processo = _dono(self.conexao.sock.getsockname()[1], servindo)

    def pedir(self, metodo: str, caminho: str, corpo: bytes | None = None, **cabecalhos: str) -> tuple[int, bytes]:
        self.conexao.request(metodo, caminho, corpo, cabecalhos)
        resposta = self.conexao.getresponse()
        return resposta.status, resposta.read()

    def metricas(self) -> dict[str, float]:
        status, corpo = self.pedir("GET", "/metricas/")
        assert status == 200, corpo
        return ler(corpo.decode())


def _dono(porta_do_cliente: int, servindo: Servidor) -> int:
    """O processo que tem a outra ponta desta conexão, pelo que o núcleo diz dela."""

    def procurar() -> int | None:
        nosso = f":{porta_do_cliente:04X}"
        for linha in Path("/proc/net/tcp").read_text().splitlines()[1:]:
            campos = linha.split()
            if campos[2].endswith(nosso) and campos[1].endswith(f":{servindo.porta:04X}"):
                for pid in servindo.filhos():
                    for descritor in Path(f"/proc/{pid}/fd").iterdir():
                        try:
                            if os.readlink(descritor) == f"socket:[{campos[9]}]":
                                return pid
                        except FileNotFoundError:
                            continue
        return None

    esperar(lambda: procurar() is not None, 10)
    achado = procurar()
    assert achado is not None
    return achado


def em_cada_processo(servindo: Servidor) -> dict[int, Conexao]:
    conexoes: dict[int, Conexao] = {}
    for _ in range(200):
        conexao = Conexao(servindo)
        conexoes.setdefault(conexao.processo, conexao)
        if len(conexoes) == 2:
            return conexoes
    raise AssertionError("200 conexões caíram todas no mesmo processo")


def votar(conexao: Conexao, paredao: Paredao, vezes: int) -> None:
    participante = paredao.opcoes.all()[0].participante_id
    for _ in range(vezes):
        corpo = corpo_do_voto(participante, emitir(paredao))
        assert conexao.pedir("POST", f"/paredoes/{paredao.pk}/votar/", corpo, **FORMULARIO)[0] == 303


def test_soma_e_a_mesma_em_cada_processo_e_atravessa_a_morte_de_um(
    urna_limpa: None, paredao: Paredao, tmp_path: Path
) -> None:
    with servidor(tmp_path, processos=2) as servindo:
        esperar_paredao(servindo, paredao)
        um, outro = em_cada_processo(servindo).values()
        votar(um, paredao, 7)
        votar(outro, paredao, 5)
        corpo = corpo_do_voto(paredao.opcoes.all()[0].participante_id, emitir(paredao))
        repetido = [c.pedir("POST", f"/paredoes/{paredao.pk}/votar/", corpo, **FORMULARIO)[0] for c in (um, outro)]
        assert repetido == [303, 303]
        recusa = um.pedir("POST", f"/paredoes/{paredao.pk}/votar/", b"participante=1", **FORMULARIO)
        assert recusa[0] == 400
        assert Voto.objects.count() == 13
        lidas = [conexao.metricas() for conexao in (um, outro)]
        for soma in lidas:
            assert soma["bbb_votos_aceitos_total"] == 14
            assert soma["bbb_votos_contados_total"] == 13
            assert soma["bbb_recusas_total|malformado|400"] == 1
            assert soma["bbb_voto_duravel_segundos_count"] == 14
            assert soma["bbb_lote_votos_count"] == 14 == Lote.objects.count() + 1
            assert soma["bbb_processos"] == 2
        os.kill(um.processo, signal.SIGKILL)
        esperar(lambda: um.processo not in servindo.filhos() and len(servindo.filhos()) == 2, 30, servindo.registro)
        esperar(lambda: outro.metricas()["bbb_processos"] == 2, 30, servindo.registro)
        novos = em_cada_processo(servindo)
        novos.pop(outro.processo)
        (novo,) = novos.values()
        votar(novo, paredao, 2)
        for soma in (novo.metricas(), outro.metricas()):
            assert (soma["bbb_votos_aceitos_total"], soma["bbb_votos_contados_total"]) == (16, 15)
            assert soma["bbb_recusas_total|malformado|400"] == 1


def test_pasta_dada_atravessa_o_reinicio_e_a_ficha_protege(urna_limpa: None, paredao: Paredao, tmp_path: Path) -> None:
    ficha = "ficha-do-prometheus-1234"
    pasta = tmp_path / "metricas"
    ambiente: dict[str, Any] = {"METRICAS_PASTA": str(pasta), "METRICAS_TOKEN": ficha}
    for vez in (1, 2):
        with servidor(tmp_path, **ambiente) as servindo:
            esperar_paredao(servindo, paredao)
            votar(Conexao(servindo), paredao, 3)
            assert pedir(servindo.porta, "GET", "/metricas/").status == 403
            resposta = pedir(
                servindo.porta, "GET", "/metricas/", None, {"Authorization": f"Bearer {ficha}", "Host": "10.1.2.3:8000"}
            )
            assert resposta.status == 200
            soma = ler(resposta.corpo.decode())
            assert (soma["bbb_votos_contados_total"], soma["bbb_processos"]) == (3 * vez, 1)
            servindo.parar()


def test_por_um_proxy_desta_maquina_nao_se_veem(tmp_path: Path, transactional_db: None) -> None:
    with servidor(tmp_path) as servindo:
        assert pedir(servindo.porta, "GET", "/metricas/").status == 200
        for cabecalho in ("X-Forwarded-For", "X-Forwarded-Proto", "Forwarded"):
            assert pedir(servindo.porta, "GET", "/metricas/", None, {cabecalho: "203.0.113.9"}).status == 403
        assert pedir(servindo.porta, "POST", "/metricas/", b"").status == 405
