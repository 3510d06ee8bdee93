"""Quando um voto é marcado: nunca por ser um só, sempre pelo ritmo de uma origem."""

from typing import Any

import pytest

from votacao.models import Suspeita
from votacao.urna import contas, limites
from votacao.urna.cedula import COM_SCRIPT, SEM_ETIQUETA, SEM_SCRIPT, Cedula
from votacao.urna.suspeita import bits_da_cedula, julgar, sob_suspeita

AGORA = 1_732_000_020.0
CASA, OUTRA = "203.0.113.9", "198.51.100.7"


def cedula(*, ha: float = 5, porta: int = COM_SCRIPT, de: str | None = CASA, modalidade: int = 1) -> Cedula:
    """Emitida `ha` segundos atrás, para a origem `de`."""
    chave = int((AGORA - ha) * 1000).to_bytes(6, "big") + b"\x70" + bytes(9)
    etiqueta = SEM_ETIQUETA if de is None else contas.etiqueta(de)
    return Cedula(chave, 7, modalidade, 16, porta, int(AGORA) + 900, etiqueta)


def votar(vezes: int, uma: Cedula, endereco: str = CASA) -> list[int]:
    """As marcas distintas de cada voto, pela ordem em que apareceram, com quantas de cada."""
    marcas = []
    for _ in range(vezes):
        conta = limites.contar("voto", endereco, AGORA)
        marcas.append(julgar(conta, uma, AGORA))
    return [marcas.count(suspeita) for suspeita in Suspeita]


def test_ninguem_e_marcado_num_ritmo_de_gente() -> None:
    assert votar(600, cedula()) == [600, 0, 0, 0, 0]


def test_alem_do_ritmo_marca_so_o_que_passa() -> None:
    assert votar(700, cedula()) == [600, 100, 0, 0, 0]
    assert votar(1, cedula(de=OUTRA), OUTRA) == [1, 0, 0, 0, 0]


def test_num_ritmo_constante_acima_do_limite_marca_todos_depois_do_primeiro_minuto(settings: Any) -> None:
    """A janela desliza: não há um novo desconto a cada minuto."""
    marcados = []
    for minuto in range(3):
        daquele = 0
        for segundo in range(60):
            for _ in range(20):
                agora = AGORA + minuto * 60 + segundo
                conta = limites.contar("voto", CASA, agora)
                daquele += julgar(conta, cedula(), agora) != Suspeita.NENHUMA
        marcados.append(daquele)
    assert marcados == [600, 1200, 1200]


def test_rapido_demais_so_marca_em_quantidade() -> None:
    assert votar(1, cedula(ha=0.05)) == [1, 0, 0, 0, 0]
    assert votar(100, cedula(ha=0.05)) == [59, 0, 41, 0, 0]


@pytest.mark.parametrize("ha", [0.31, 1, 600])
def test_no_tempo_de_uma_pessoa_nao_marca(ha: float) -> None:
    assert votar(200, cedula(ha=ha)) == [200, 0, 0, 0, 0]


def test_o_id_do_voto_unico_nao_diz_quando_foi_emitido() -> None:
    assert votar(200, cedula(ha=0, modalidade=2)) == [200, 0, 0, 0, 0]


def test_do_wifi_para_o_celular_nao_marca_e_uma_colheita_marca() -> None:
    assert votar(1, cedula(de=OUTRA)) == [1, 0, 0, 0, 0]
    assert votar(100, cedula(de=OUTRA)) == [59, 0, 0, 41, 0]


def test_cedula_sem_etiqueta_serve_a_qualquer_origem() -> None:
    assert votar(200, cedula(de=None)) == [200, 0, 0, 0, 0]


def test_a_porta_sem_javascript_e_a_que_marca_mais_cedo() -> None:
    assert votar(50, cedula(porta=SEM_SCRIPT)) == [20, 0, 0, 0, 30]


def test_com_varios_motivos_vale_o_mais_especifico() -> None:
    assert votar(700, cedula(ha=0, de=OUTRA)) == [60, 0, 0, 640, 0]


def test_limites_desligados_nao_marcam_nem_endurecem(settings: Any) -> None:
    settings.LIMITES = False
    assert votar(2000, cedula(ha=0, de=OUTRA, porta=SEM_SCRIPT)) == [2000, 0, 0, 0, 0]
    assert bits_da_cedula(16, None, AGORA) == 16


@pytest.mark.parametrize(("bits", "suspeitos"), [(0, 0), (4, 8), (16, 20), (20, 22), (25, 25)])
def test_a_origem_sob_suspeita_recebe_prova_mais_dificil_ate_um_teto(bits: int, suspeitos: int) -> None:
    conta = limites.contar("cedula", CASA, AGORA)
    assert conta is not None
    assert bits_da_cedula(bits, conta, AGORA) == bits
    votar(61, cedula(ha=0))
    assert sob_suspeita(conta, AGORA) is True
    assert bits_da_cedula(bits, conta, AGORA) == suspeitos


def test_cedulas_demais_tambem_endurecem() -> None:
    for _ in range(900):
        conta = limites.contar("cedula", CASA, AGORA)
    assert conta is not None
    assert sob_suspeita(conta, AGORA) is False
    conta = limites.contar("cedula", CASA, AGORA)
    assert conta is not None
    assert sob_suspeita(conta, AGORA) is True
