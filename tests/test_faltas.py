"""Faltas de verdade, em processos de verdade: o que foi respondido está no livro, uma vez, e o livro concorda."""

import os
import random
import resource
import signal
import sqlite3
import threading
import time
from collections import Counter
from pathlib import Path

import pytest
from django.core.management import call_command
from django.db import connection
from django.utils import timezone

from tests.servidor import Servidor, corpo_do_voto, emitir, esperar, esperar_paredao, servidor, votar
from votacao import services
from votacao.models import Contagem, Paredao, Participante, Voto

pytestmark = [pytest.mark.processos, pytest.mark.usefixtures("urna_limpa")]
so_sqlite = pytest.mark.skipif(
    "postgres" in os.environ.get("DATABASE_URL", ""), reason="falta própria do SQLite (arquivo nesta máquina)"
)


class Votantes:
    """Threads que votam sem parar, guardando cada cédula e o que ouviram; insistem na mesma cédula se a conexão cai."""

    def __init__(
        self, servindo: Servidor, paredao: Paredao, participantes: list[Participante], quantos: int = 8
    ) -> None:
        self.confirmados: list[str] = []
        self.outros: Counter[int] = Counter()
        self.quedas = 0
        self.parar = threading.Event()
        self._alvo = (servindo, paredao, participantes)
        self._threads = [threading.Thread(target=self._votar) for _ in range(quantos)]
        for thread in self._threads:
            thread.start()

    def _votar(self) -> None:
        servindo, paredao, participantes = self._alvo
        while not self.parar.is_set():
            corpo = corpo_do_voto(random.choice(participantes).pk, emitir(paredao))
            try:
                resposta = votar(servindo, paredao, corpo, Accept="application/json")
            except OSError:
                self.quedas += 1
                self.parar.wait(0.01)
                continue
            if resposta.status == 201:
                self.confirmados.append(resposta.json["comprovante"])
            else:
                self.outros[resposta.status] += 1

    def terminar(self) -> None:
        self.parar.set()
        for thread in self._threads:
            thread.join()


def matar_um(servindo: Servidor) -> int:
    """`kill -9` num dos que atendem. Se ele já morreu e outro ainda não nasceu, espera o outro."""
    while True:
        trabalhadores = [pid for pid in servindo.filhos() if pid != servindo.processo.pid]
        try:
            os.kill(random.choice(trabalhadores), signal.SIGKILL)
        except (IndexError, ProcessLookupError):
            time.sleep(0.05)
        else:
            return 1


def no_livro() -> set[str]:
    return {chave.hex for chave in Voto.objects.values_list("id", flat=True)}


def total_contado(paredao: Paredao) -> int:
    return sum(Contagem.objects.filter(paredao=paredao).values_list("votos", flat=True))


def test_kill_9_vinte_vezes_durante_a_carga_nao_perde_voto_respondido(
    paredao: Paredao, participantes: list[Participante], tmp_path: Path
) -> None:
    confirmados: list[str] = []
    mortos = 0
    with servidor(tmp_path, processos=2) as servindo:
        esperar_paredao(servindo, paredao)
        votantes = Votantes(servindo, paredao, participantes)
        try:
            for _ in range(20):
                ja = len(votantes.confirmados)
                esperar(lambda ja=ja: len(votantes.confirmados) > ja + 20, 30, servindo.registro)
                # Um dos processos morre no meio de um lote; o mestre põe outro no lugar.
                mortos += matar_um(servindo)
        finally:
            votantes.terminar()
        confirmados = votantes.confirmados
        servindo.matar()
    livro = no_livro()
    assert mortos == 20
    assert len(confirmados) == len(set(confirmados))
    assert set(confirmados) - livro == set()
    assert total_contado(paredao) == len(livro)
    call_command("conferir")


def test_sigterm_durante_a_carga_responde_o_que_aceitou(
    paredao: Paredao, participantes: list[Participante], tmp_path: Path
) -> None:
    with servidor(tmp_path, processos=2) as servindo:
        esperar_paredao(servindo, paredao)
        votantes = Votantes(servindo, paredao, participantes)
        esperar(lambda: len(votantes.confirmados) > 200, 30, servindo.registro)
        servindo.parar()
        votantes.terminar()
        assert servindo.processo.returncode == 0
    livro = no_livro()
    # Nenhum voto aceito ficou sem resposta: o que está no livro foi confirmado a quem votou.
    assert set(votantes.confirmados) == livro
    assert votantes.outros == Counter()
    assert total_contado(paredao) == len(livro)
    call_command("conferir")


def test_mesma_cedula_em_cinquenta_threads_conta_uma_vez(
    paredao: Paredao, participantes: list[Participante], tmp_path: Path
) -> None:
    with servidor(tmp_path, processos=2) as servindo:
        esperar_paredao(servindo, paredao)
        corpo = corpo_do_voto(participantes[0].pk, emitir(paredao))
        respostas = ao_mesmo_tempo(lambda _: votar(servindo, paredao, corpo, Accept="application/json"), 50)
        assert Counter(resposta.status for resposta in respostas) == Counter({201: 50})
        assert len({resposta.json["comprovante"] for resposta in respostas}) == 1
    assert Voto.objects.count() == 1
    assert total_contado(paredao) == 1


def test_duas_escolhas_com_a_mesma_cedula_vale_a_primeira(
    paredao: Paredao, participantes: list[Participante], tmp_path: Path
) -> None:
    with servidor(tmp_path, processos=2) as servindo:
        esperar_paredao(servindo, paredao)
        cedula = emitir(paredao)
        corpos = [corpo_do_voto(participantes[i % 2].pk, cedula) for i in range(20)]
        respostas = ao_mesmo_tempo(lambda i: (i, votar(servindo, paredao, corpos[i], Accept="application/json")), 20)
    (voto,) = Voto.objects.all()
    vencedora = [participantes[i % 2].pk for i, resposta in respostas if resposta.status == 201]
    assert set(vencedora) == {voto.participante_id}
    assert Counter(resposta.status for _, resposta in respostas) == Counter({201: 10, 409: 10})


@so_sqlite
def test_banco_travado_por_outro_responde_503_e_se_recupera(
    paredao: Paredao, participantes: list[Participante], tmp_path: Path
) -> None:
    with servidor(tmp_path) as servindo:
        esperar_paredao(servindo, paredao)
        corpo = corpo_do_voto(participantes[0].pk, emitir(paredao))
        outro = sqlite3.connect(connection.settings_dict["NAME"], isolation_level=None)
        outro.execute("BEGIN IMMEDIATE")
        inicio = time.monotonic()
        resposta = votar(servindo, paredao, corpo, Accept="application/json")
        assert time.monotonic() - inicio < 3
        assert (resposta.status, resposta.json["erro"], resposta.cabecalhos["retry-after"]) == (
            503,
            "indisponivel",
            "2",
        )
        outro.execute("ROLLBACK")
        outro.close()
        assert Voto.objects.count() == 0
        assert votar(servindo, paredao, corpo).status == 303
    assert Voto.objects.count() == 1


@so_sqlite
def test_disco_cheio_responde_503_e_se_recupera_sem_reiniciar(
    paredao: Paredao, participantes: list[Participante], tmp_path: Path
) -> None:
    with servidor(tmp_path) as servindo:
        esperar_paredao(servindo, paredao)
        corpo = corpo_do_voto(participantes[0].pk, emitir(paredao))
        normal = resource.prlimit(servindo.processo.pid, resource.RLIMIT_FSIZE)
        # Nenhum arquivo deste processo pode crescer: para o SQLite é um disco cheio.
        resource.prlimit(servindo.processo.pid, resource.RLIMIT_FSIZE, (0, normal[1]))
        cheia = votar(servindo, paredao, corpo, Accept="application/json")
        resource.prlimit(servindo.processo.pid, resource.RLIMIT_FSIZE, normal)
        assert (cheia.status, cheia.json["erro"]) == (503, "indisponivel")
        assert Voto.objects.count() == 0
        assert votar(servindo, paredao, corpo).status == 303
    assert Voto.objects.count() == 1
    call_command("conferir")


def test_no_instante_do_encerramento_quem_decide_e_a_transacao(
    paredao: Paredao, participantes: list[Participante], tmp_path: Path
) -> None:
    """O processo ainda tem o paredão aberto na memória; a transação relê a janela e recusa."""
    with servidor(tmp_path) as servindo:
        esperar_paredao(servindo, paredao)
        antes = corpo_do_voto(participantes[0].pk, emitir(paredao))
        depois = corpo_do_voto(participantes[1].pk, emitir(paredao))
        assert votar(servindo, paredao, antes).status == 303
        services.encerrar(paredao, timezone.now())
        tarde = votar(servindo, paredao, depois, Accept="application/json")
        assert (tarde.status, tarde.json["erro"]) == (410, "encerrado")
        # A cédula já contada mostra o seu comprovante mesmo depois de encerrado.
        assert votar(servindo, paredao, antes).status == 303
    assert Voto.objects.count() == 1


def ao_mesmo_tempo(fazer, quantos: int) -> list:  # type: ignore[no-untyped-def,type-arg]
    largada = threading.Barrier(quantos)
    resultados = []

    def correr(i: int) -> None:
        largada.wait()
        resultados.append(fazer(i))

    threads = [threading.Thread(target=correr, args=(i,)) for i in range(quantos)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(resultados) == quantos
    return resultados
