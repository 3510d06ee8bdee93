"""O pulso de um processo: o que escreve, o que guarda quando o banco não deixa, e o que a sala lê de todos."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import DatabaseError

from votacao import pulso
from votacao.medidores import Medidores
from votacao.models import Pulso

AGORA = datetime(2024, 3, 12, 23, 30, 20, tzinfo=UTC)


@pytest.fixture
def medidores() -> Medidores:
    return Medidores()


@pytest.fixture
def batedor(db: None, medidores: Medidores) -> pulso.Batedor:
    return pulso.Batedor(lambda: 3, medidores=medidores)


def aceitar(medidores: Medidores, quantos: int, *, ha: float = 0.0) -> None:
    import time

    medidores.anotar_lote([time.monotonic() - ha] * quantos, [object()] * quantos)


def linhas() -> list[Any]:
    return list(Pulso.objects.order_by("minuto").values("minuto", "visto_em", "aceitos", "recusas", "pendentes"))


def test_bater_soma_no_mesmo_minuto_e_recomeca_no_seguinte(batedor: pulso.Batedor, medidores: Medidores) -> None:
    aceitar(medidores, 5)
    medidores.recusar("cedula_vencida")
    assert batedor.bater(AGORA)
    aceitar(medidores, 2)
    medidores.recusar("cedula_vencida")
    medidores.recusar("encerrado")
    assert batedor.bater(AGORA + timedelta(seconds=10))
    aceitar(medidores, 1)
    assert batedor.bater(AGORA + timedelta(minutes=1))
    assert linhas() == [
        {
            "minuto": AGORA.replace(second=0),
            "visto_em": AGORA + timedelta(seconds=10),
            "aceitos": 7,
            "recusas": {"cedula_vencida": 2, "encerrado": 1},
            "pendentes": 3,
        },
        {
            "minuto": AGORA.replace(minute=31, second=0),
            "visto_em": AGORA + timedelta(minutes=1),
            "aceitos": 1,
            "recusas": {},
            "pendentes": 3,
        },
    ]


def test_bater_conta_so_o_que_veio_depois_de_o_processo_comecar(medidores: Medidores, db: None) -> None:
    aceitar(medidores, 5)
    batedor = pulso.Batedor(lambda: 0, medidores=medidores)
    batedor.bater(AGORA)
    assert [linha["aceitos"] for linha in linhas()] == [0]


def test_bater_diz_a_pior_demora_do_minuto(batedor: pulso.Batedor, medidores: Medidores) -> None:
    aceitar(medidores, 5, ha=0.3)
    batedor.bater(AGORA)
    aceitar(medidores, 50)
    batedor.bater(AGORA + timedelta(seconds=10))
    assert Pulso.objects.get().demora_ms == 500  # a faixa de 0,25 a 0,5 s
    batedor.bater(AGORA + timedelta(minutes=1))
    assert Pulso.objects.latest("minuto").demora_ms == 0


def test_bater_sem_banco_guarda_para_a_proxima(
    batedor: pulso.Batedor, medidores: Medidores, monkeypatch: pytest.MonkeyPatch
) -> None:
    aceitar(medidores, 5)
    with monkeypatch.context() as quebrado:

        def cair(*_: object, **__: object) -> None:
            raise DatabaseError("o banco caiu")

        quebrado.setattr(Pulso.objects, "bulk_create", cair)
        assert batedor.bater(AGORA) is False
    assert linhas() == []
    aceitar(medidores, 2)
    assert batedor.bater(AGORA + timedelta(minutes=3))
    assert [linha["aceitos"] for linha in linhas()] == [7]


def test_parar_se_despede(transactional_db: None, medidores: Medidores) -> None:
    batedor = pulso.Batedor(lambda: 0, medidores=medidores, intervalo=60)
    batedor.iniciar()
    batedor.parar()
    assert [linha.saiu for linha in Pulso.objects.all()] == [True]


def test_limpar_apaga_so_o_velho(db: None) -> None:
    for dias, nome in ((4, "velho"), (2, "novo")):
        quando = AGORA - timedelta(days=dias)
        Pulso.objects.create(processo=f"{nome}:1:a", minuto=quando, visto_em=quando)
    assert pulso.limpar(AGORA) == 1
    assert [linha.processo for linha in Pulso.objects.all()] == ["novo:1:a"]


def escrever(nome: str, ha: int, **campos: object) -> None:
    """Uma linha de há `ha` segundos."""
    quando = AGORA - timedelta(seconds=ha)
    Pulso.objects.create(processo=nome, minuto=quando.replace(second=0), visto_em=quando, **campos)


def test_painel_soma_os_processos_e_diz_quem_calou(db: None) -> None:
    escrever("a:10:x", 80, aceitos=100, recusas={"encerrado": 2}, demora_ms=5)
    escrever("a:10:x", 5, aceitos=50, recusas={"encerrado": 1, "indisponivel": 4}, pendentes=7, demora_ms=25)
    escrever("a:11:y", 90, aceitos=10, pendentes=9, demora_ms=100)
    escrever("b:12:z", 300, aceitos=1, saiu=True)
    escrever("velho:1:w", 20 * 60, aceitos=999, recusas={"encerrado": 999})
    painel = pulso.painel(AGORA)
    assert [(p.nome, p.silencio, p.mudo, p.saiu, p.aceitos, p.pendentes) for p in painel.processos] == [
        ("a, processo 11", 90, True, False, 10, 9),
        ("a, processo 10", 5, False, False, 150, 7),
        ("b, processo 12", 300, False, True, 1, 0),
    ]
    assert (painel.vivos, painel.mudos, painel.pendentes) == (1, 1, 7)
    assert painel.recusas == (("indisponivel", 4), ("encerrado", 3))
    assert (painel.aceitos, painel.recusados, painel.demora_ms, painel.atraso_ms) == (161, 7, 100, 0)


def test_painel_sem_ninguem(db: None) -> None:
    painel = pulso.painel(AGORA)
    assert (painel.processos, painel.vivos, painel.recusas, painel.demora_ms) == ((), 0, (), 0)
