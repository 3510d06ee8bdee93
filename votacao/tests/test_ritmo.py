"""Os votos por minuto: números exatos, com a memória do processo e sem ela, e o índice por onde o banco os lê."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection

from votacao import ritmo
from votacao.models import Lote, Modalidade, Paredao, Suspeita

AGORA = datetime(2024, 3, 12, 23, 30, 20, tzinfo=UTC)


@pytest.fixture
def no_ar(paredao: Paredao) -> Paredao:
    """Desde as 20h30, com as duas modalidades."""
    paredao.abre_em, paredao.peso_torcida, paredao.peso_unico = AGORA - timedelta(hours=3), 50, 50
    paredao.save()
    return paredao


def lote(paredao: Paredao, em: datetime, votos: int, modalidade: int = 1, suspeita: int = 0) -> Lote:
    return Lote.objects.create(
        paredao=paredao, modalidade=modalidade, hora=em.replace(minute=0, second=0, microsecond=0),
        suspeita=suspeita, quantidade=votos, resumo=b"r" * 32, gravado_em=em,
    )  # fmt: skip


def com_votos(paredao: Paredao, agora: datetime) -> list[tuple[str, tuple[int, ...], int]]:
    minutos = ritmo.por_minuto(paredao, agora)
    return [(f"{minuto.inicio:%H:%M}", minuto.votos, minuto.suspeitos) for minuto in minutos if minuto.total]


def test_por_minuto_soma_lotes_por_modalidade_e_diz_os_suspeitos(no_ar: Paredao) -> None:
    lote(no_ar, AGORA.replace(minute=28, second=0), 100)
    lote(no_ar, AGORA.replace(minute=28, second=59), 20, Modalidade.UNICO)
    lote(no_ar, AGORA.replace(minute=28, second=59), 7, suspeita=Suspeita.RITMO)
    lote(no_ar, AGORA.replace(minute=29, second=0), 3)
    assert com_votos(no_ar, AGORA) == [("23:28", (20, 107), 7), ("23:29", (0, 3), 0)]


def test_por_minuto_tem_sempre_sessenta_com_zero_onde_nao_houve_voto(no_ar: Paredao) -> None:
    lote(no_ar, AGORA - timedelta(hours=2), 9)
    minutos = ritmo.por_minuto(no_ar, AGORA)
    assert len(minutos) == 60
    assert (minutos[0].inicio, minutos[-1].inicio) == (
        AGORA.replace(hour=22, minute=31, second=0),
        AGORA.replace(second=0),
    )
    assert {minuto.votos for minuto in minutos} == {(0, 0)}


def test_por_minuto_comeca_quando_o_paredao_abriu(no_ar: Paredao) -> None:
    no_ar.abre_em = AGORA - timedelta(minutes=2)
    assert [f"{minuto.inicio:%H:%M}" for minuto in ritmo.por_minuto(no_ar, AGORA)] == ["23:28", "23:29", "23:30"]


def test_por_minuto_de_quem_nao_abriu_e_vazio(no_ar: Paredao) -> None:
    no_ar.abre_em = AGORA + timedelta(minutes=1)
    assert ritmo.por_minuto(no_ar, AGORA) == []


def test_por_minuto_de_encerrado_para_no_encerramento(no_ar: Paredao) -> None:
    no_ar.fecha_em = AGORA.replace(minute=10, second=40)
    lote(no_ar, AGORA.replace(minute=11, second=2), 5)  # aceito antes de encerrar, gravado depois
    assert com_votos(no_ar, AGORA + timedelta(days=3)) == [("23:11", (0, 5), 0)]


def test_por_minuto_de_outro_paredao_nao_entra(no_ar: Paredao) -> None:
    outro = Paredao.objects.create(edicao=no_ar.edicao, titulo="Outro", abre_em=no_ar.abre_em)
    lote(outro, AGORA.replace(minute=20), 5)
    assert com_votos(no_ar, AGORA) == []


def test_por_minuto_com_memoria_diz_o_mesmo_que_sem_ela(
    no_ar: Paredao, django_assert_num_queries: Callable[[int], object]
) -> None:
    lote(no_ar, AGORA.replace(minute=5), 11)
    lote(no_ar, AGORA.replace(minute=30, second=1), 2)
    assert com_votos(no_ar, AGORA) == [("23:05", (0, 11), 0), ("23:30", (0, 2), 0)]
    # No minuto em curso e no que acaba de passar ainda chegam lotes; 20 minutos depois, a janela andou.
    lote(no_ar, AGORA.replace(minute=29, second=59), 4)
    lote(no_ar, AGORA.replace(minute=30, second=2), 5)
    depois = AGORA + timedelta(minutes=20)
    lote(no_ar, depois, 6, Modalidade.UNICO)
    esperado = [("23:05", (0, 11), 0), ("23:29", (0, 4), 0), ("23:30", (0, 7), 0), ("23:50", (6, 0), 0)]
    with django_assert_num_queries(1):
        assert com_votos(no_ar, depois) == esperado
    ritmo.esquecer()
    assert com_votos(no_ar, depois) == esperado


def test_por_minuto_com_memoria_rele_so_os_ultimos(no_ar: Paredao) -> None:
    """A prova de que a memória é usada: um lote posto no passado, que o site nunca põe, não aparece."""
    com_votos(no_ar, AGORA)
    lote(no_ar, AGORA.replace(minute=10), 99)
    assert com_votos(no_ar, AGORA + timedelta(seconds=5)) == []
    ritmo.esquecer()
    assert com_votos(no_ar, AGORA + timedelta(seconds=5)) == [("23:10", (0, 99), 0)]


def test_por_minuto_de_quem_volta_depois_de_horas_le_a_janela_inteira(no_ar: Paredao) -> None:
    com_votos(no_ar, AGORA)
    depois = AGORA + timedelta(hours=5)
    lote(no_ar, depois - timedelta(minutes=50), 8)
    assert com_votos(no_ar, depois) == [("03:40", (0, 8), 0)]


def test_por_minuto_le_so_o_indice(no_ar: Paredao) -> None:
    from django.db.models import Sum

    Lote.objects.bulk_create(
        Lote(paredao=no_ar, modalidade=1, hora=AGORA, quantidade=1, resumo=b"r" * 32,
             gravado_em=AGORA - timedelta(seconds=i))
        for i in range(3000)
    )  # fmt: skip
    consulta = (
        Lote.objects.filter(paredao=no_ar, gravado_em__gte=AGORA - timedelta(minutes=2), gravado_em__lt=AGORA)
        .order_by()
        .values_list("gravado_em", "modalidade", "suspeita")
        .annotate(soma=Sum("quantidade"))
    )
    if connection.vendor == "sqlite":
        assert "USING COVERING INDEX lote_ritmo (paredao_id=? AND gravado_em>? AND gravado_em<?)" in consulta.explain()
    else:
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE votacao_lote")
        assert "lote_ritmo" in consulta.explain()
