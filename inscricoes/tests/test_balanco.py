"""Quantas inscrições por dia, estado e região, e o funil: números exatos, pela máquina de situações de verdade."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta

import pytest

from inscricoes.models import UF, Candidato, Edicao, Movimento, Regiao
from inscricoes.services import balanco, mover
from inscricoes.situacoes import Situacao

MEIA_NOITE = datetime(2024, 3, 13, 3, 0, tzinfo=UTC)
"""A virada do dia em São Paulo."""


def inscrever(edicao: Edicao, n: int, uf: str, em: datetime | None, situacao: Situacao = Situacao.ENVIADA) -> Candidato:
    return Candidato.objects.create(
        edicao=edicao, nome=f"Pessoa {n}", nome_curto=f"P{n}", email=f"p{n}@example.com", nascimento="1990-01-01",
        cidade="Cidade", uf=uf, situacao=situacao, enviado_em=em,
    )  # fmt: skip


@pytest.fixture
def inscritas(edicao: Edicao) -> list[Candidato]:
    """Três no dia 12, nenhuma no 13, uma no 14, e um rascunho."""
    return [
        inscrever(edicao, 1, "SP", MEIA_NOITE - timedelta(seconds=1)),
        inscrever(edicao, 2, "SP", MEIA_NOITE - timedelta(hours=5)),
        inscrever(edicao, 3, "PA", MEIA_NOITE - timedelta(hours=24)),
        inscrever(edicao, 4, "BA", MEIA_NOITE + timedelta(hours=24)),
        inscrever(edicao, 5, "RJ", None, Situacao.RASCUNHO),
    ]


def test_por_dia_conta_no_dia_de_sao_paulo_e_mostra_os_vazios(edicao: Edicao, inscritas: list[Candidato]) -> None:
    assert balanco.por_dia(edicao) == [(date(2024, 3, 12), 3), (date(2024, 3, 13), 0), (date(2024, 3, 14), 1)]


def test_por_estado_e_regiao(edicao: Edicao, inscritas: list[Candidato]) -> None:
    estados = balanco.por_estado(edicao)
    assert estados == [(UF.SP, 2), (UF.BA, 1), (UF.PA, 1)]
    assert balanco.por_regiao(estados) == [
        (Regiao.NORTE, 1),
        (Regiao.NORDESTE, 1),
        (Regiao.CENTRO_OESTE, 0),
        (Regiao.SUDESTE, 2),
        (Regiao.SUL, 0),
    ]


def test_outra_edicao_nao_entra(edicao: Edicao, inscritas: list[Candidato]) -> None:
    outra = Edicao.objects.create(nome="BBB 25", ano=2025)
    assert (balanco.por_dia(outra), balanco.por_estado(outra)) == ([], [])
    assert [etapa.quantas for etapa in balanco.funil(outra, balanco.por_situacao(outra))] == [0, 0, 0, 0, 0]


def test_funil_segue_cada_uma_ate_onde_chegou(edicao: Edicao, inscritas: list[Candidato]) -> None:
    em_analise, direto, reprovada, desistente, _ = inscritas
    mover(em_analise, Situacao.EM_ANALISE)
    mover(direto, Situacao.SELECIONADA)  # sem análise nem entrevista: conta em todas
    for para in (Situacao.EM_ANALISE, Situacao.ENTREVISTA, Situacao.REPROVADA):
        mover(reprovada, para)  # chegou à entrevista
    mover(desistente, Situacao.DESISTENTE)  # só enviou
    situacoes = balanco.por_situacao(edicao)
    assert {situacao: quantas for situacao, quantas in situacoes if quantas} == {
        Situacao.RASCUNHO: 1,
        Situacao.EM_ANALISE: 1,
        Situacao.SELECIONADA: 1,
        Situacao.REPROVADA: 1,
        Situacao.DESISTENTE: 1,
    }
    assert [(etapa.nome, etapa.quantas, etapa.da_anterior) for etapa in balanco.funil(edicao, situacoes)] == [
        ("Começaram", 5, None),
        ("Enviaram", 4, 4 / 5),
        ("Em análise", 3, 3 / 4),
        ("Entrevista", 2, 2 / 3),
        ("Selecionadas", 1, 1 / 2),
    ]


def test_funil_conta_quem_voltou_ao_rascunho_depois_de_enviar(edicao: Edicao, inscritas: list[Candidato]) -> None:
    rascunho = inscritas[-1]
    Movimento.objects.create(candidato=rascunho, para=Situacao.ENVIADA, em=MEIA_NOITE)
    assert [etapa.quantas for etapa in balanco.funil(edicao, balanco.por_situacao(edicao))][:2] == [5, 5]


def test_cada_pergunta_e_uma_consulta(
    edicao: Edicao, inscritas: list[Candidato], django_assert_num_queries: Callable[[int], object]
) -> None:
    with django_assert_num_queries(4):
        balanco.por_dia(edicao)
        balanco.por_estado(edicao)
        situacoes = balanco.por_situacao(edicao)
        balanco.funil(edicao, situacoes)
