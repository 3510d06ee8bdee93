from collections.abc import Mapping
from datetime import datetime, timedelta
from decimal import Decimal
from fractions import Fraction

import pytest
from django.template.loader import render_to_string
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st
from pytest_django import DjangoAssertNumQueries

from inscricoes.models import Edicao
from votacao import apuracao
from votacao.apuracao import Apuracao, Hora, apurar, apurar_somas, arredondar, por_hora
from votacao.demo.temporada import EXEMPLO_OFICIAL
from votacao.models import Contagem, Modalidade, Opcao, Paredao, Participante, Quarentena, Suspeita

UNICO, TORCIDA = Modalidade.UNICO, Modalidade.TORCIDA
HORA = datetime(2024, 2, 6, 23, tzinfo=timezone.get_fixed_timezone(0))

Somas = Mapping[Modalidade, tuple[int, ...]]


def contar(paredao: Paredao, participantes: list[Participante], somas: Somas, hora: datetime = HORA) -> None:
    Contagem.objects.bulk_create(
        Contagem(paredao=paredao, participante=participante, modalidade=modalidade, hora=hora, votos=quantos)
        for modalidade, votos in somas.items()
        for participante, quantos in zip(participantes, votos, strict=True)
        if quantos
    )


def pesar(paredao: Paredao, *, unico: int, decisao: str = "sai") -> Paredao:
    Paredao.objects.filter(pk=paredao.pk).update(peso_unico=unico, peso_torcida=100 - unico, decisao=decisao)
    paredao.refresh_from_db()
    return paredao


def em_numeros(apurado: Apuracao) -> list[tuple[str, list[str], str]]:
    return [
        (linha.participante.nome_curto, [str(parcela.porcentagem) for parcela in linha.parcelas], str(linha.media))
        for linha in apurado.linhas
    ]


def nomes(apurado: Apuracao) -> list[str]:
    return [linha.participante.nome_curto for linha in apurado.decididos]


# --- O exemplo oficial ------------------------------------------------------------------------------------------------


def test_exemplo_oficial_ate_o_ultimo_algarismo(paredao: Paredao, participantes: list[Participante]) -> None:
    contar(pesar(paredao, unico=50), participantes, EXEMPLO_OFICIAL)
    apurado = apurar(paredao)
    assert em_numeros(apurado) == [
        ("Ana", ["52.38", "45.24"], "48.81"),
        ("Bia", ["35.76", "50.00"], "42.88"),
        ("Caio", ["11.86", "4.76"], "8.31"),
    ]
    assert apurado.totais == ((UNICO, 10_000), (TORCIDA, 50_000))
    assert apurado.total == 60_000
    assert [linha.votos for linha in apurado.linhas] == [27_858, 28_576, 3_566]
    assert nomes(apurado) == ["Ana"]
    assert not apurado.empate
    assert apurado.frase == "Ana sai, com 48,81% da média."
    assert apurado.avisos == ()


def test_pesos_70_e_30(paredao: Paredao, participantes: list[Participante]) -> None:
    contar(pesar(paredao, unico=70), participantes, EXEMPLO_OFICIAL)
    assert [str(linha.media) for linha in apurar(paredao).linhas] == ["50.24", "40.03", "9.73"]


def test_so_torcida_nao_mostra_a_outra_modalidade(paredao: Paredao, participantes: list[Participante]) -> None:
    contar(paredao, participantes, {TORCIDA: (1, 2, 5), UNICO: (9, 0, 0)})
    assert em_numeros(apurar(paredao)) == [
        ("Caio", ["62.50"], "62.50"),
        ("Bia", ["25.00"], "25.00"),
        ("Ana", ["12.50"], "12.50"),
    ]


# --- O que se decide --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("decisao", "quem", "frase"),
    [
        ("sai", "Ana", "Ana sai, com 60,00% da média."),
        ("fica", "Caio", "Caio sai: teve a menor média para ficar, 10,00%."),
        ("entra", "Ana", "Ana entra na casa, com 60,00% da média."),
        ("vence", "Ana", "Ana vence, com 60,00% da média."),
    ],
)
def test_decisao(paredao: Paredao, participantes: list[Participante], decisao: str, quem: str, frase: str) -> None:
    contar(pesar(paredao, unico=0, decisao=decisao), participantes, {TORCIDA: (6, 3, 1)})
    apurado = apurar(paredao)
    assert nomes(apurado) == [quem]
    assert apurado.frase == frase


@pytest.mark.parametrize(
    ("decisao", "votos", "quem", "frase"),
    [
        ("sai", (4, 4, 2), ["Ana", "Bia"], "Empate entre Ana e Bia, com 40,00%: a produção decide pelo regulamento."),
        (
            "fica",
            (4, 3, 3),
            ["Bia", "Caio"],
            "Empate entre Bia e Caio, com 30,00%: a produção decide pelo regulamento.",
        ),
        (
            "vence",
            (5, 5, 5),
            ["Ana", "Bia", "Caio"],
            "Empate entre Ana, Bia e Caio, com 33,33%: a produção decide pelo regulamento.",
        ),
    ],
)
def test_empate_e_chamado_de_empate(
    paredao: Paredao,
    participantes: list[Participante],
    decisao: str,
    votos: tuple[int, ...],
    quem: list[str],
    frase: str,
) -> None:
    contar(pesar(paredao, unico=0, decisao=decisao), participantes, {TORCIDA: votos})
    apurado = apurar(paredao)
    assert apurado.empate
    assert nomes(apurado) == quem
    assert apurado.frase == frase


def test_um_voto_em_milhoes_nao_e_empate(paredao: Paredao, participantes: list[Participante]) -> None:
    """As porcentagens mostradas são iguais; as exatas, não."""
    contar(paredao, participantes, {TORCIDA: (750_000_001, 750_000_000, 32_944_336)})
    apurado = apurar(paredao)
    assert apurado.linhas[0].media == apurado.linhas[1].media
    assert nomes(apurado) == ["Ana"]


def test_empate_exato_entre_modalidades_trocadas(paredao: Paredao, participantes: list[Participante]) -> None:
    """1/3 + 2/3 de um lado e 2/3 + 1/3 do outro: com ponto flutuante, a soma poderia não dar igual."""
    contar(pesar(paredao, unico=50), participantes, {UNICO: (1, 2, 0), TORCIDA: (200, 100, 0)})
    apurado = apurar(paredao)
    assert nomes(apurado) == ["Ana", "Bia"]
    assert [str(linha.media) for linha in apurado.linhas] == ["50.00", "50.00", "0.00"]


# --- O que falta ------------------------------------------------------------------------------------------------------


def test_sem_voto_nenhum(paredao: Paredao, participantes: list[Participante]) -> None:
    apurado = apurar(pesar(paredao, unico=50))
    assert [linha.participante for linha in apurado.linhas] == participantes
    assert [linha.media for linha in apurado.linhas] == [None, None, None]
    assert {parcela.porcentagem for linha in apurado.linhas for parcela in linha.parcelas} == {None}
    assert apurado.decididos == ()
    assert not apurado.empate
    assert apurado.frase == "Ainda não há votos contados."
    assert apurado.total == 0
    assert apurado.avisos == ()


def test_publicado_sem_voto_nenhum_diz_que_nenhum_contou(paredao: Paredao) -> None:
    paredao.fecha_em = paredao.publicado_em = timezone.now()
    apurado = apurar(paredao)
    assert apurado.frase == "Nenhum voto contou: a produção decide pelo regulamento."
    pagina = render_to_string("votacao/_panorama.html", {"apuracao": apurado, "publicado": True})
    assert apurado.frase in pagina


def test_publicado_so_com_suspeitos_que_nao_contam_diz_quantos_foram(
    paredao: Paredao, participantes: list[Participante]
) -> None:
    quarentena = Quarentena(paredao=paredao, contam=False, justificativa="Robô.")
    somas = [(participantes[0].pk, TORCIDA.value, Suspeita.RITMO.value, 7)]
    apurado = apurar_somas(paredao, participantes, somas, quarentena)
    pagina = render_to_string("votacao/_panorama.html", {"apuracao": apurado, "publicado": True})
    assert "Houve 7 votos suspeitos" in pagina


def test_modalidade_sem_votos_nao_divide_a_outra(paredao: Paredao, participantes: list[Participante]) -> None:
    contar(pesar(paredao, unico=50), participantes, {TORCIDA: (3, 1, 0)})
    apurado = apurar(paredao)
    assert em_numeros(apurado) == [
        ("Ana", ["None", "75.00"], "75.00"),
        ("Bia", ["None", "25.00"], "25.00"),
        ("Caio", ["None", "0.00"], "0.00"),
    ]
    assert apurado.avisos == ("Ainda não houve voto único: por enquanto a conta é só da outra modalidade.",)
    paredao.publicado_em = timezone.now()
    assert apurar(paredao).avisos == ("Não houve voto único: o resultado é só da outra modalidade.",)


def test_paredao_sem_participantes(edicao: Edicao) -> None:
    vazio = Paredao.objects.create(edicao=edicao, titulo="vazio")
    apurado = apurar(vazio)
    assert apurado.linhas == ()
    assert apurado.frase == "Ainda não há votos contados."
    assert por_hora(vazio, suspeitos=False) == ([], [])


# --- Arredondamento ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("valor", "esperado"),
    [
        (Fraction(48_805, 1000), "48.81"),
        (Fraction(48_804_999, 1_000_000), "48.80"),
        (Fraction(5, 1000), "0.01"),
        (Fraction(15, 1000), "0.02"),
        (Fraction(25, 1000), "0.03"),
        (Fraction(1, 3) * 100, "33.33"),
        (Fraction(2, 3) * 100, "66.67"),
        (Fraction(0), "0.00"),
        (Fraction(100), "100.00"),
    ],
)
def test_arredonda_meio_para_cima(valor: Fraction, esperado: str) -> None:
    assert str(arredondar(valor)) == esperado


@given(st.integers(0, 1_532_944_337), st.integers(1, 1_532_944_337))
def test_arredondar_fica_a_meio_centesimo_do_exato(votos: int, mais: int) -> None:
    exato = Fraction(votos * 100, votos + mais)
    erro = Fraction(arredondar(exato)) - exato
    assert Fraction(-1, 200) < erro <= Fraction(1, 200)


# --- Propriedades -----------------------------------------------------------------------------------------------------

VOTOS = st.lists(st.integers(0, 10**10), min_size=2, max_size=6)


@given(VOTOS, VOTOS, st.integers(0, 100), st.sampled_from(Paredao.Decisao.values))
def test_fracoes_exatas_somam_um(unicos: list[int], torcidas: list[int], peso: int, decisao: str) -> None:
    quantos = min(len(unicos), len(torcidas))
    participantes = [Participante(pk=i, nome_curto=f"P{i}") for i in range(quantos)]
    paredao = Paredao(decisao=decisao, peso_unico=peso, peso_torcida=100 - peso)
    por_modalidade = {UNICO: unicos[:quantos], TORCIDA: torcidas[:quantos]}
    somas = {(i, int(m)): votos[i] for m, votos in por_modalidade.items() for i in range(quantos)}
    apurado = apuracao._apurar(paredao, participantes, somas)

    modalidades = [m for m, p in ((UNICO, peso), (TORCIDA, 100 - peso)) if p]
    assert apurado.totais == tuple((m, sum(por_modalidade[m])) for m in modalidades)
    for lugar, (_, total) in enumerate(apurado.totais):
        fracoes = [linha.parcelas[lugar].fracao for linha in apurado.linhas]
        assert fracoes == [None] * quantos if not total else sum(f for f in fracoes if f is not None) == 1
    if not apurado.total:
        assert {linha.fracao for linha in apurado.linhas} == {None}
        assert apurado.decididos == ()
        return
    medias = [linha.fracao for linha in apurado.linhas if linha.fracao is not None]
    assert len(medias) == quantos
    assert sum(medias) == 1
    assert medias == sorted(medias, reverse=True)
    extremo = min(medias) if decisao == "fica" else max(medias)
    assert [linha.fracao for linha in apurado.decididos] == [extremo] * medias.count(extremo)


# --- Por hora, e o que custa ------------------------------------------------------------------------------------------


def test_por_hora_soma_as_modalidades_na_ordem_da_pagina(paredao: Paredao, participantes: list[Participante]) -> None:
    depois = HORA + timedelta(hours=2)
    contar(paredao, participantes, {TORCIDA: (1, 2, 0), UNICO: (10, 0, 0)}, hora=depois)
    contar(paredao, participantes, {TORCIDA: (0, 0, 7)})
    assert por_hora(paredao, suspeitos=False) == (participantes, [Hora(HORA, (0, 0, 7)), Hora(depois, (11, 2, 0))])
    assert [hora.total for hora in por_hora(paredao, suspeitos=False)[1]] == [7, 13]


def test_ordem_da_pagina_desempata(paredao: Paredao, participantes: list[Participante]) -> None:
    for ordem, participante in enumerate(reversed(participantes)):
        Opcao.objects.filter(participante=participante).update(ordem=ordem)
    contar(paredao, participantes, {TORCIDA: (1, 1, 1)})
    assert [linha.participante.nome_curto for linha in apurar(paredao).linhas] == ["Caio", "Bia", "Ana"]


def test_custa_duas_consultas_com_qualquer_numero_de_horas(
    paredao: Paredao, participantes: list[Participante], django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    for hora in range(48):
        contar(paredao, participantes, {TORCIDA: (1, 2, 3)}, hora=HORA + timedelta(hours=hora))
    paredao = Paredao.objects.get(pk=paredao.pk)
    with django_assert_num_queries(2):
        assert apurar(paredao).total == 48 * 6
    with django_assert_num_queries(2):
        assert len(por_hora(paredao, suspeitos=False)[1]) == 48


def test_com_participantes_ja_lidos(
    paredao: Paredao, participantes: list[Participante], django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    contar(paredao, participantes, {TORCIDA: (1, 2, 3)})
    lido = Paredao.objects.com_participantes().get(pk=paredao.pk)
    with django_assert_num_queries(2):
        assert apurar(lido).linhas[0].media == Decimal("50.00")
