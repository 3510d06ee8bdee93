"""Os medidores de um processo: o que se anota é o que se lê, na memória e no arquivo."""

import math
import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest
from django.test import Client

from votacao import medidores, registro
from votacao.medidores import Medidores, ler
from votacao.models import Modalidade, Paredao
from votacao.recusas import CedulaUsada, ParedaoFechado
from votacao.registro import Contado, VotoAceito

CONTADO = Contado(1, 1, 0.0, 0)


def faixas(medidos: Medidores, nome: str) -> dict[int, int]:
    """Quantos em cada faixa de um histograma, só as que têm alguma coisa."""
    quais = {n.rpartition("|")[2]: int(v) for n, v in medidos.todos().items() if n.startswith(f"c {nome}|")}
    return {int(faixa): valor for faixa, valor in quais.items() if faixa != "soma" and valor}


def test_lote_com_recusas_conta_so_os_aceitos() -> None:
    medidos = Medidores()
    agora = time.monotonic()
    medidos.anotar_lote([agora - 60] * 2 + [agora] * 3, [CedulaUsada, ParedaoFechado, CONTADO, CONTADO, CONTADO])
    assert (medidos.aceitos, medidos.lotes) == (3, 1)
    assert faixas(medidos, "lote") == {2: 1}  # 3 cabe em "até 5"
    assert sum(faixas(medidos, "demora").values()) == 3
    assert medidos.demora_media < 30


def test_lote_so_de_recusas_nao_e_lote() -> None:
    medidos = Medidores()
    medidos.anotar_lote([time.monotonic()], [CedulaUsada])
    assert (medidos.aceitos, medidos.lotes, medidos.demora_media) == (0, 0, 0.0)


@pytest.mark.parametrize("quantos", [1, 2, 7, 100])
def test_demoras_de_um_lote_caem_nas_mesmas_faixas_que_uma_a_uma(quantos: int) -> None:
    agora = 1000.0
    esperas = [2.9 * (1 - i / quantos) ** 3 for i in range(quantos)]
    juntos, um_a_um = Medidores(), Medidores()
    juntos._demora.anotar_desde([agora - espera for espera in esperas], agora)
    for espera in esperas:
        um_a_um._demora.anotar(agora - (agora - espera))
    assert faixas(juntos, "demora") == faixas(um_a_um, "demora")
    assert juntos.demora_media == pytest.approx(um_a_um.demora_media)


def test_atraso_vale_pelos_votos_do_lote() -> None:
    medidos = Medidores()
    medidos.anotar_atraso(45, 200)
    medidos.anotar_atraso(-0.2, 3)  # relógios de duas máquinas
    assert faixas(medidos, "atraso") == {7: 200, 0: 3}
    assert medidos.todos()["c atraso|soma"] == 9000


def test_recusas_de_varias_threads_nao_se_perdem() -> None:
    medidos = Medidores()

    def recusar() -> None:
        for _ in range(20_000):
            medidos.recusar("encerrado")

    threads = [threading.Thread(target=recusar) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert medidos.recusas == {"encerrado": 80_000}


def test_sonda_que_falha_deixa_o_nivel_desconhecido() -> None:
    medidos = Medidores()
    medidos.sondar("fila", lambda: 7, todos_veem=True)
    medidos.perguntar("fila")
    assert medidos.todos()["v fila"] == 7

    def falha() -> float:
        raise ConnectionError

    medidos.sondar("fila", falha, todos_veem=True)
    with pytest.raises(ConnectionError):
        medidos.perguntar("fila")
    assert math.isnan(medidos.todos()["v fila"])


def test_ligar_leva_o_que_ja_contou_e_o_arquivo_acompanha(tmp_path: Path) -> None:
    medidos = Medidores()
    medidos.recusar("encerrado")
    medidos.ligar(tmp_path / "um")
    medidos.recusar("encerrado")
    medidos.recusar("nao_aberto")
    numeros, _ = ler(tmp_path / "um")
    assert numeros == medidos.todos()
    assert (numeros["c recusas|encerrado"], numeros["c recusas|nao_aberto"]) == (2, 1)
    assert medidos.recusas == {"encerrado": 2, "nao_aberto": 1}


def test_ligar_num_arquivo_que_existe_nao_o_estraga(tmp_path: Path) -> None:
    (tmp_path / "um").write_bytes(b"de outro")
    with pytest.raises(FileExistsError):
        Medidores().ligar(tmp_path / "um")
    assert (tmp_path / "um").read_bytes() == b"de outro"


def test_contado_antes_de_um_kill_9_fica_no_arquivo(tmp_path: Path) -> None:
    codigo = (
        "import sys, time, pathlib\n"
        "from votacao.medidores import Medidores\n"
        "m = Medidores(); m.ligar(pathlib.Path(sys.argv[1])); m.contar(41); m.contar(1)\n"
        "print('ok', flush=True); time.sleep(60)\n"
    )
    arquivo = tmp_path / "um"
    filho = subprocess.Popen([sys.executable, "-c", codigo, str(arquivo)], stdout=subprocess.PIPE)
    assert filho.stdout is not None
    assert filho.stdout.readline() == b"ok\n"
    assert ler(arquivo)[1] is True
    os.kill(filho.pid, signal.SIGKILL)
    filho.wait()
    numeros, vive = ler(arquivo)
    assert (numeros["c contados"], vive) == (42, False)


def test_sem_vagas_nao_estraga_o_resto() -> None:
    medidos = Medidores()
    for i in range(medidores.VAGAS + 10):
        medidos.recusar(f"motivo_{i}")
    medidos.contar(5)
    assert (medidos.contados, medidos.aceitos) == (5, 0)
    assert medidos.recusas["motivo_0"] == 1


def test_voto_pela_porta_do_django_e_repetido_conta_uma_vez(urna_limpa: None, paredao: Paredao) -> None:
    medidos = medidores.deste_processo
    antes = (medidos.aceitos, medidos.contados)
    participante = paredao.opcoes.all()[0].participante_id
    voto = VotoAceito(b"m" * 16, paredao.pk, Modalidade.TORCIDA, participante, time.time())
    assert isinstance(registro.gravar([voto])[0], Contado)
    assert isinstance(registro.gravar([voto])[0], Contado)
    assert (medidos.aceitos, medidos.contados) == (antes[0], antes[1] + 1)


def test_recusa_pela_porta_do_django_soma_um(db: None) -> None:
    antes = medidores.deste_processo.recusas.get("paredao_inexistente", 0)
    assert Client().post("/paredoes/999/votar/").status_code == 404
    assert medidores.deste_processo.recusas["paredao_inexistente"] == antes + 1
