"""As planilhas: o que levam, o que nunca levam, e nenhuma célula que vire fórmula."""

import csv
import io
import tracemalloc
from datetime import datetime
from typing import Any

import pytest
from django.contrib.admin.models import LogEntry
from django.db.models import Count
from django.test import Client
from django.utils import timezone
from openpyxl import load_workbook
from pytest_django.fixtures import DjangoAssertNumQueries

from inscricoes.admin import exportacao
from inscricoes.models import Candidato, Edicao
from inscricoes.services import opinar
from inscricoes.tests.selecao import CPF, LISTA, candidato, entrar, fila_de, produtor

FORMULAS = [
    '=HYPERLINK("http://x.example";"clique")',
    "+cmd|' /C calc'!A0",
    "-2+3+cmd|' /C calc'!A0",
    "@SUM(1+1)*cmd|' /C calc'!A0",
    "  =1+1",
    "\u00a0=1+1",
    "\u200b=1+1",
    "\ufeff=1+1",
    "\t=1+1",
    "\r=1+1",
    "\n=1+1",
    "\tinocente",
    "＝1+1",
    "＋1+1",
    "－1+1",
    "＠SUM(1)",
    " ＝1+1",
    "\u2212cmd",
    "=",
    "-",
    "- item de lista",
    "@perfil",
]
INOCENTES = [
    "",
    "Ana",
    "+55 (11) 91234-5678",
    "+5511912345678",
    "-12",
    "-12,5",
    "+3",
    "(11) 91234-5678",
    "1-2",
    "a=b",
    "e-mail@example.com",
    "  Ana",
    "é assim",
    "“aspas”",
]


@pytest.fixture
def seletora(db: None) -> Client:
    return entrar(produtor("seletora", grupo="Seleção"))


def exportar(cliente: Client, formato: str, filtro: str = "") -> Any:
    return cliente.post(f"{LISTA}exportar/{formato}/" + (f"?{filtro}" if filtro else ""))


def ler_csv(resposta: Any) -> list[dict[str, str]]:
    texto = b"".join(resposta.streaming_content).decode()
    assert texto.startswith("\ufeff")
    return list(csv.DictReader(io.StringIO(texto[1:], newline=""), delimiter=";"))


def ler_xlsx(resposta: Any) -> list[dict[str, Any]]:
    folha = load_workbook(io.BytesIO(b"".join(resposta.streaming_content))).active
    titulos, *linhas = folha.iter_rows()
    for linha in linhas:
        assert [celula.data_type for celula in linha if celula.data_type == "f"] == []
    return [{t.value: c.value for t, c in zip(titulos, linha, strict=True)} for linha in linhas]


@pytest.mark.parametrize("texto", FORMULAS)
def test_formula_vira_texto(texto: str) -> None:
    assert exportacao.celula_segura(texto) == f"'{texto}"


@pytest.mark.parametrize("texto", INOCENTES)
def test_o_que_nao_e_formula_fica_como_esta(texto: str) -> None:
    assert exportacao.celula_segura(texto) == texto


def test_sinais_que_a_planilha_nao_aceita_somem() -> None:
    assert exportacao.celula_segura("\x00=1\x0b") == "'=1"


def test_csv(seletora: Client, edicao: Edicao) -> None:
    quando = timezone.make_aware(datetime(2024, 3, 5, 14, 30))
    ana = candidato(
        edicao, "Ana", cpf=CPF, telefone="+55 (11) 91234-5678", apresentacao="=1+1", enviado_em=quando, instagram="@ana"
    )
    opinar(ana, autor=produtor("outra", grupo="Seleção"), nota=8, texto="")
    resposta = exportar(seletora, "csv")
    assert resposta["Content-Type"] == "text/csv; charset=utf-8"
    assert "no-store" in resposta["Cache-Control"]
    assert ler_csv(resposta) == [
        {
            "protocolo": ana.protocolo,
            "edição": "BBB 24",
            "situação": "enviada",
            "nota": "8,00",
            "pareceres": "1",
            "como quer ser chamado": "Ana",
            "nome completo": "Ana Reis",
            "nome social": "",
            "CPF": "***.982.247-**",
            "nascimento": "03/02/1991",
            "idade (fim do ano)": "33",
            "gênero": "mulher",
            "profissão": "Médica",
            "cidade": "Belém",
            "estado": "PA",
            "região": "Norte",
            "e-mail": "ana@example.com",
            "telefone": "+55 (11) 91234-5678",
            "Instagram": "'@ana",
            "TikTok": "",
            "X": "",
            "YouTube": "",
            "apresentação": "'=1+1",
            "enviada em": "05/03/2024 14:30",
        }
    ]


def test_xlsx(seletora: Client, edicao: Edicao) -> None:
    quando = timezone.make_aware(datetime(2024, 3, 5, 14, 30))
    ana = candidato(edicao, "Ana", cpf=CPF, telefone="+5511912345678", apresentacao="=1+1", enviado_em=quando)
    opinar(ana, autor=produtor("outra", grupo="Seleção"), nota=8, texto="")
    resposta = exportar(seletora, "xlsx")
    assert resposta["Content-Disposition"].startswith('attachment; filename="candidatos-')
    (linha,) = ler_xlsx(resposta)
    assert {
        nome: linha[nome]
        for nome in ("protocolo", "CPF", "nota", "nascimento", "telefone", "apresentação", "enviada em", "nome social")
    } == {
        "protocolo": ana.protocolo,
        "CPF": "***.982.247-**",
        "nota": 8,
        "nascimento": datetime(1991, 2, 3),
        "telefone": "+5511912345678",
        "apresentação": "'=1+1",
        "enviada em": datetime(2024, 3, 5, 14, 30),
        "nome social": None,
    }


@pytest.mark.parametrize("formato", ["csv", "xlsx"])
def test_cada_formula_em_cada_formato(seletora: Client, edicao: Edicao, formato: str) -> None:
    for n, formula in enumerate(FORMULAS):
        candidato(edicao, f"P{n:02d}", apresentacao=formula)
    resposta = exportar(seletora, formato, "o=2")
    lidas = [linha["apresentação"] for linha in (ler_csv if formato == "csv" else ler_xlsx)(resposta)]
    # O XML troca o retorno por fim de linha; o apóstrofo já está na frente.
    esperadas = [f"'{f}" if formato == "csv" else f"'{f}".replace("\r", "\n") for f in FORMULAS]
    assert lidas == esperadas


@pytest.mark.parametrize("formato", ["csv", "xlsx"])
def test_leva_so_a_fila_filtrada_na_ordem_dela(seletora: Client, edicao: Edicao, formato: str) -> None:
    fila_de(edicao, 3)
    candidato(edicao, "DeFora", uf="SP")
    candidato(edicao, "Rascunho", situacao="rascunho")
    resposta = exportar(seletora, formato, "uf=PA&q=reis&p=3&o=-2")
    linhas = (ler_csv if formato == "csv" else ler_xlsx)(resposta)
    assert [linha["como quer ser chamado"] for linha in linhas] == ["Pessoa2", "Pessoa1", "Pessoa0"]


@pytest.mark.parametrize("formato", ["csv", "xlsx"])
def test_cpf_inteiro_nao_sai_nem_para_quem_o_pode_ver(edicao: Edicao, formato: str) -> None:
    candidato(edicao, "Ana", cpf=CPF)
    resposta = exportar(entrar(produtor("chefe", is_superuser=True)), formato)
    linhas = (ler_csv if formato == "csv" else ler_xlsx)(resposta)
    assert CPF not in repr(linhas)
    assert "529" not in repr(linhas)


def test_fica_no_historico_quem_quantos_e_que_filtro(seletora: Client, edicao: Edicao) -> None:
    fila_de(edicao, 3)
    exportar(seletora, "csv", "uf=PA&idade_de=30&q=fulana+de+tal")
    exportar(seletora, "xlsx", "situacao=enviada")
    linhas = LogEntry.objects.order_by("pk").values_list("user__username", "object_id", "object_repr", "change_message")
    assert list(linhas) == [
        (
            "seletora",
            None,
            "Candidatos",
            "Exportou 0 inscrições (CSV). Filtro: edição BBB 24; situação todas, sem rascunhos; estado Pará; "
            "idade 30 anos ou mais; com uma busca por texto.",
        ),
        (
            "seletora",
            None,
            "Candidatos",
            "Exportou 3 inscrições (XLSX). Filtro: edição BBB 24; situação enviada.",
        ),
    ]


def test_as_colunas_sao_lidas_como_a_biblioteca_as_leria(edicao: Edicao) -> None:
    fila_de(edicao, 1)
    titulos, linha = exportacao.linhas([Candidato.objects.get().pk])
    planilha = exportacao.CandidatoResource()
    um = Candidato.objects.annotate(quantos_pareceres=Count("pareceres")).get()
    assert (titulos, linha) == (planilha.get_export_headers(), planilha.export_resource(um))


def test_ver_o_endereco_nao_exporta(seletora: Client, edicao: Edicao) -> None:
    resposta = seletora.get(f"{LISTA}exportar/csv/?uf=PA")
    assert (resposta.status_code, resposta["Location"]) == (302, f"{LISTA}?uf=PA")
    assert LogEntry.objects.count() == 0


def test_acima_do_maximo_o_xlsx_manda_ao_csv(seletora: Client, edicao: Edicao, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(exportacao, "XLSX_MAXIMO", 2)
    fila_de(edicao, 3)
    assert exportar(seletora, "xlsx")["Location"] == LISTA
    assert len(ler_csv(exportar(seletora, "csv"))) == 3


def test_csv_le_aos_punhados_e_nao_cresce_com_a_fila(
    seletora: Client, edicao: Edicao, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    """Uma consulta por mil candidatos, e a memória de um punhado, não da fila."""
    Candidato.objects.bulk_create(
        Candidato(
            edicao=edicao,
            nome="Fulana",
            nome_curto="Fulana",
            email=f"{n}@example.com",
            uf="PA",
            nascimento="1991-01-01",
            apresentacao="x" * 400,
        )
        for n in range(6000)
    )
    resposta = exportar(seletora, "csv")
    with django_assert_num_queries(6):
        tamanho, maior = 0, 0
        tracemalloc.start()
        for pedaco in resposta.streaming_content:
            tamanho += len(pedaco)
            maior = max(maior, len(pedaco))
        pico = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
    assert tamanho > 2_900_000
    assert maior < 150_000
    assert pico < 12_000_000
