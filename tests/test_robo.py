"""O robô de `bench/robo.py`, em escala pequena, contra o servidor de verdade: o que cada variante consegue."""

from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from bench.robo import ORIGENS, Plano, Resultado, lancar
from tests.servidor import Servidor, esperar, esperar_paredao, pedir, servidor
from votacao.models import Lote, Paredao, Participante, Suspeita

pytestmark = [pytest.mark.processos, pytest.mark.usefixtures("urna_limpa")]

TENTATIVAS = 150


@pytest.fixture
def servindo(paredao: Paredao, tmp_path: Path) -> Iterator[Servidor]:
    with servidor(tmp_path, LIMITES="True") as servindo:
        esperar_paredao(servindo, paredao)
        yield servindo


def atacar(
    servindo: Servidor, paredao: Paredao, participante: Participante, variante: str, rede: int = 1
) -> tuple[Resultado, Counter[int]]:
    """O que o robô viu, e os votos que ficaram no livro, por suspeita."""
    antes = por_suspeita(paredao)
    plano = Plano(variante, servindo.porta, paredao.pk, participante.pk, rede, segundos=120, tentativas=TENTATIVAS)
    feito = lancar(plano)
    depois = por_suspeita(paredao)
    depois.subtract(antes)
    return feito, +depois


def por_suspeita(paredao: Paredao) -> Counter[int]:
    votos: Counter[int] = Counter()
    for suspeita, quantidade in Lote.objects.filter(paredao=paredao).values_list("suspeita", "quantidade"):
        votos[suspeita] += quantidade
    return votos


def test_sem_prova_nenhum_voto(servindo: Servidor, paredao: Paredao, participantes: list[Participante]) -> None:
    Paredao.objects.filter(pk=paredao.pk).update(bits=24)  # por sorte, uma em 16 milhões
    alvo = f"/paredoes/{paredao.pk}/cedula/"
    esperar(lambda: pedir(servindo.porta, "GET", alvo).corpo.find(b'"bits": 24') > 0, 10)
    feito, votos = atacar(servindo, paredao, participantes[0], "sem_prova")
    assert (feito.cedulas, feito.recibos, votos) == (TENTATIVAS, 0, Counter())
    assert feito.recusas == {"prova_insuficiente": TENTATIVAS}


def test_paciente_em_ritmo_de_gente_passa(
    servindo: Servidor, paredao: Paredao, participantes: list[Participante]
) -> None:
    """O robô que conhece os sinais: até o limite brando de uma origem, só a prova o segura."""
    Paredao.objects.filter(pk=paredao.pk).update(bits=14)
    alvo = f"/paredoes/{paredao.pk}/cedula/"
    esperar(lambda: pedir(servindo.porta, "GET", alvo).corpo.find(b'"bits": 14') > 0, 10)
    feito, votos = atacar(servindo, paredao, participantes[0], "paciente")
    assert feito.recibos == TENTATIVAS
    # Os últimos da fila, o robô não esperou.
    assert votos[Suspeita.NENHUMA] + votos[Suspeita.TEMPO] == TENTATIVAS
    assert votos[Suspeita.NENHUMA] >= TENTATIVAS - 40


def test_uma_cedula_repetida_e_um_voto(servindo: Servidor, paredao: Paredao, participantes: list[Participante]) -> None:
    feito, votos = atacar(servindo, paredao, participantes[0], "repetindo")
    assert (feito.pedidos, feito.recibos, votos) == (TENTATIVAS + 1, 1, Counter({Suspeita.NENHUMA: 1}))


def test_cabecalhos_forjados_nao_dao_nada_a_mais(
    servindo: Servidor, paredao: Paredao, participantes: list[Participante]
) -> None:
    """Com a prova feita, os votos são aceitos e, além do ritmo de gente, marcados: os mesmos, forjando ou não."""
    resultados = [
        atacar(servindo, paredao, participantes[0], variante, rede)
        for rede, variante in enumerate(("com_prova", "cabecalhos_forjados"), start=1)
    ]
    for feito, votos in resultados:
        assert feito.recibos == votos.total() == TENTATIVAS
        assert set(votos) == {Suspeita.NENHUMA, Suspeita.TEMPO}
        # O 60º voto rápido no minuto ainda passa; se o minuto vira no meio, mais alguns.
        assert 60 <= votos[Suspeita.NENHUMA] <= 100


def test_colheita_de_50_origens_gasta_de_uma_e_marcada(
    servindo: Servidor, paredao: Paredao, participantes: list[Participante]
) -> None:
    feito, votos = atacar(servindo, paredao, participantes[0], "colheita")
    assert feito.recibos == votos.total() == TENTATIVAS
    assert votos[Suspeita.ALHEIA] >= TENTATIVAS - 100
    assert votos[Suspeita.NENHUMA] <= 100


def test_espalhado_por_50_origens_passa(
    servindo: Servidor, paredao: Paredao, participantes: list[Participante]
) -> None:
    """O que os limites por origem não veem, e `docs/ANTIRROBO.md` diz: cada origem em ritmo de gente."""
    feito, votos = atacar(servindo, paredao, participantes[0], "espalhado")
    assert (feito.origens, votos) == (ORIGENS, Counter({Suspeita.NENHUMA: TENTATIVAS}))


def test_sem_javascript_e_a_porta_mais_apertada(
    servindo: Servidor, paredao: Paredao, participantes: list[Participante]
) -> None:
    feito, votos = atacar(servindo, paredao, participantes[0], "sem_script")
    assert 40 <= votos.total() <= 80
    assert feito.recusas == {"pedidos_demais": TENTATIVAS - votos.total()}
    assert votos[Suspeita.NENHUMA] <= 40
    assert votos[Suspeita.SEM_SCRIPT] + votos[Suspeita.TEMPO] == votos.total() - votos[Suspeita.NENHUMA]
    assert votos[Suspeita.SEM_SCRIPT] >= 10
