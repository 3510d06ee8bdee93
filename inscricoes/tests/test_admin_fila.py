"""A fila: o que mostra, cada filtro, a busca, a ordem, os vizinhos, e quantas consultas custa."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.contrib import admin
from django.contrib.messages import get_messages
from django.db import connection
from django.test import Client, RequestFactory
from django.utils import timezone
from pytest_django.fixtures import DjangoAssertNumQueries

from inscricoes.admin.candidatos import CandidatoAdmin
from inscricoes.admin.filtros import PARAMETROS
from inscricoes.models import Candidato, Edicao, Regiao
from inscricoes.services import opinar
from inscricoes.tests.selecao import CPF, LISTA, candidato, entrar, fila_de, fotografar, nomes, produtor

CONSULTAS = 7
"""Sessão, usuário, duas de permissões; edições do filtro; a conta; a página."""


@pytest.fixture
def seletora(db: None) -> Client:
    return entrar(produtor("seletora", grupo="Seleção"))


@pytest.fixture
def todos(edicao: Edicao) -> dict[str, Candidato]:
    agora = timezone.now()
    fichas: list[dict[str, Any]] = [
        {"nome_curto": "Ana", "nascimento": date(2006, 12, 31), "cidade": "Belém", "uf": "PA"},
        {"nome_curto": "Beto", "nascimento": date(1999, 1, 1), "cidade": "Recife", "uf": "PE", "genero": "homem"},
        {"nome_curto": "Caio", "nascimento": date(1995, 6, 1), "cidade": "Santos", "uf": "SP", "genero": "homem"},
        {"nome_curto": "Dora", "nascimento": date(1990, 6, 1), "cidade": "Goiânia", "uf": "GO"},
        {"nome_curto": "Elis", "nascimento": date(1950, 6, 1), "cidade": "Curitiba", "uf": "PR"},
    ]
    situacoes = ("enviada", "em_analise", "entrevista", "reprovada", "rascunho")
    return {
        ficha["nome_curto"]: candidato(
            edicao,
            **ficha,
            situacao=situacao,
            enviado_em=None if situacao == "rascunho" else agora - timedelta(hours=n),
        )
        for n, (ficha, situacao) in enumerate(zip(fichas, situacoes, strict=True))
    }


def test_rascunho_so_aparece_a_quem_procura(seletora: Client, todos: dict[str, Candidato]) -> None:
    assert nomes(seletora.get(LISTA)) == ["Ana", "Beto", "Caio", "Dora"]
    assert nomes(seletora.get(f"{LISTA}?situacao=rascunho")) == ["Elis"]
    assert sorted(nomes(seletora.get(f"{LISTA}?situacao=todas"))) == ["Ana", "Beto", "Caio", "Dora", "Elis"]


@pytest.mark.parametrize(
    ("filtro", "esperados"),
    [
        ("situacao=em_analise", ["Beto"]),
        ("situacao=inventada", ["Ana", "Beto", "Caio", "Dora"]),
        ("regiao=N", ["Ana"]),
        ("regiao=NE", ["Beto"]),
        ("regiao=SE", ["Caio"]),
        ("regiao=S", []),
        ("uf=GO", ["Dora"]),
        ("genero=homem", ["Beto", "Caio"]),
        ("idade_de=18&idade_ate=24", ["Ana"]),
        ("idade_de=25&idade_ate=29", ["Beto", "Caio"]),
        ("idade_de=26", ["Caio", "Dora"]),
        ("idade_ate=25", ["Ana", "Beto"]),
        ("idade_de=abc", ["Ana", "Beto", "Caio", "Dora"]),
        ("idade_de=999", []),
        ("genero=homem&regiao=SE", ["Caio"]),
        ("q=recife", ["Beto"]),
        ("q=dora%40exam", ["Dora"]),
        ("q=reis+santos", ["Caio"]),
    ],
)
def test_cada_filtro(seletora: Client, todos: dict[str, Candidato], filtro: str, esperados: list[str]) -> None:
    assert nomes(seletora.get(f"{LISTA}?{filtro}")) == esperados


def test_filtro_de_nota(todos: dict[str, Candidato]) -> None:
    eu, outra = produtor("eu", grupo="Seleção"), produtor("outra", grupo="Seleção")
    opinar(todos["Ana"], autor=eu, nota=8, texto="")
    opinar(todos["Beto"], autor=outra, nota=9, texto="")
    cliente = entrar(eu)
    assert {
        valor: nomes(cliente.get(f"{LISTA}?nota={valor}")) for valor in ("com", "sem", "falta_a_minha", "ja_dei")
    } == {
        "com": ["Ana", "Beto"],
        "sem": ["Caio", "Dora"],
        "falta_a_minha": ["Beto", "Caio", "Dora"],
        "ja_dei": ["Ana"],
    }


def test_edicao_sem_escolha_e_a_que_recebe_inscricoes(seletora: Client, todos: dict[str, Candidato]) -> None:
    futura = Edicao.objects.create(nome="BBB 26", ano=2026)
    Edicao.objects.filter(nome="BBB 24").update(inscricoes_abrem_em=timezone.now() - timedelta(days=1))
    candidato(futura, "Zeca")
    assert nomes(seletora.get(LISTA)) == ["Ana", "Beto", "Caio", "Dora"]
    assert nomes(seletora.get(f"{LISTA}?edicao={futura.pk}")) == ["Zeca"]
    assert nomes(seletora.get(f"{LISTA}?edicao=todas")) == ["Zeca", "Ana", "Beto", "Caio", "Dora"]


def test_idade_conta_no_ano_de_cada_edicao(seletora: Client, edicao: Edicao) -> None:
    candidato(edicao, "Ana", nascimento=date(2000, 12, 31))
    candidato(Edicao.objects.create(nome="BBB 26", ano=2026), "Bia", nascimento=date(2000, 12, 31))
    achados = {
        idade: nomes(seletora.get(f"{LISTA}?edicao=todas&idade_de={idade}&idade_ate={idade}")) for idade in (24, 25, 26)
    }
    assert achados == {24: ["Ana"], 25: [], 26: ["Bia"]}


def test_busca_pelo_protocolo_acha_um_so(seletora: Client, todos: dict[str, Candidato]) -> None:
    protocolo = todos["Caio"].protocolo
    assert nomes(seletora.get(f"{LISTA}?q={protocolo.lower()}")) == ["Caio"]


def test_por_nota_da_maior_e_sem_nota_no_fim(seletora: Client, todos: dict[str, Candidato]) -> None:
    eu = produtor("eu", grupo="Seleção")
    for nome, nota in (("Caio", 9), ("Ana", 4)):
        opinar(todos[nome], autor=eu, nota=nota, texto="")
    coluna = CandidatoAdmin.list_display.index("nota") + 1
    assert nomes(seletora.get(f"{LISTA}?o=-{coluna}")) == ["Caio", "Ana", "Beto", "Dora"]
    assert nomes(seletora.get(f"{LISTA}?o={coluna}")) == ["Beto", "Dora", "Ana", "Caio"]


def test_a_linha_diz_quem_e(seletora: Client, todos: dict[str, Candidato]) -> None:
    opinar(todos["Ana"], autor=produtor("eu", grupo="Seleção"), nota=7, texto="")
    pagina = seletora.get(f"{LISTA}?uf=PA").content.decode()
    linha = pagina.partition("<tbody>")[2].partition("</tbody>")[0]
    partes = ["Ana</strong>", "Ana Reis", ">18<", "Belém/PA<span", ">Norte<", "situacao-enviada", ">7,0<"]
    assert [parte for parte in partes if parte not in linha] == []


def test_idade_fora_da_regra_e_marcada(seletora: Client, edicao: Edicao) -> None:
    candidato(edicao, "Nova", nascimento=date(2007, 1, 1))
    assert '<span class="fora-da-regra" title="fora da regra de 18 a 70 anos">17 ⚠</span>' in (
        seletora.get(LISTA).content.decode()
    )


def test_miniatura_e_a_da_primeira_foto(seletora: Client, todos: dict[str, Candidato]) -> None:
    primeira = fotografar(todos["Ana"], 3)[0]
    pagina = seletora.get(f"{LISTA}?uf=PA").content.decode()
    assert pagina.count("/inscricoes/arquivos/fotos/") == 1
    assert f'src="/inscricoes/arquivos/fotos/{primeira.pk}/miniatura/"' in pagina


def test_sem_foto_a_linha_o_diz(seletora: Client, todos: dict[str, Candidato]) -> None:
    assert 'sem-foto">sem foto</span>' in seletora.get(f"{LISTA}?uf=PA").content.decode()


@pytest.mark.parametrize(
    "filtro",
    [
        "",
        "edicao=todas",
        "situacao=enviada",
        "situacao=rascunho",
        "situacao=todas",
        "regiao=N",
        "uf=PA",
        "genero=mulher",
        "idade_de=20&idade_ate=40",
        "nota=com",
        "nota=sem",
        "nota=falta_a_minha",
        "nota=ja_dei",
        "o=-6",
        "o=2",
        "q=pessoa",
        "q=pessoa1%40example.com",
        "q=ABCD-EFGH",
        "p=2",
        "situacao=enviada&regiao=N&genero=mulher&idade_de=20&nota=com&q=reis&o=-6",
    ],
)
def test_consultas_nao_dependem_de_quantos_ha(
    seletora: Client, edicao: Edicao, filtro: str, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    fila_de(edicao, 2)
    seletora.get(LISTA)
    if filtro != "p=2":
        with django_assert_num_queries(CONSULTAS):
            assert seletora.get(f"{LISTA}?{filtro}").status_code == 200
    Candidato.objects.all().delete()
    fila_de(edicao, 55)
    with django_assert_num_queries(CONSULTAS):
        assert seletora.get(f"{LISTA}?{filtro}").status_code == 200


def test_a_conta_e_uma_so(seletora: Client, edicao: Edicao, django_assert_num_queries: DjangoAssertNumQueries) -> None:
    fila_de(edicao, 60)
    with django_assert_num_queries(CONSULTAS) as consultas:
        assert len(nomes(seletora.get(LISTA))) == 50
    assert [("COUNT(" in c["sql"]) for c in consultas.captured_queries].count(True) == 1


def plano(filtro: str, usuario: Any) -> str:
    """Como o banco faria a consulta da página, com a estatística de uma fila grande."""
    pedido = RequestFactory().get(f"{LISTA}?{filtro}")
    pedido.user = usuario
    fila = CandidatoAdmin(Candidato, admin.site).fila_inteira(pedido, filtro)
    return fila.queryset.values("pk")[:50].explain()


@pytest.mark.parametrize(
    ("filtro", "indices"),
    [
        ("", {"candidato_recentes"}),
        ("situacao=enviada", {"candidato_por_situacao"}),
        ("uf=AC", {"candidato_uf", "candidato_recentes"}),
        ("regiao=N", {"candidato_uf", "candidato_recentes"}),
        ("idade_de=20&idade_ate=20", {"candidato_nascimento", "candidato_recentes"}),
        ("q=ABCD-EFGH", {"protocolo"}),
    ],
)
def test_o_banco_usa_os_indices(edicao: Edicao, filtro: str, indices: set[str]) -> None:
    Candidato.objects.bulk_create(
        Candidato(
            edicao=edicao,
            nome="Fulana",
            nome_curto="Fulana",
            email=f"f{n}@example.com",
            nascimento=date(1960 + n % 45, 1, 1),
            uf=Regiao.SUDESTE.ufs[n % 4],
            situacao="enviada" if n % 50 == 0 else "reprovada",
            enviado_em=timezone.now() - timedelta(minutes=n),
        )
        for n in range(5000)
    )
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    passos = plano(filtro, produtor("chefe", is_superuser=True))
    assert [indice for indice in indices if indice in passos] != [], passos
    if filtro in ("", "situacao=enviada"):
        assert "TEMP B-TREE" not in passos, passos
        assert "Sort" not in passos, passos


# --- Os vizinhos ---


def vizinhos(cliente: Client, quem: Candidato, filtro: str = "") -> list[str | None]:
    contexto = cliente.get(f"{LISTA}{quem.pk}/change/", {"_changelist_filters": filtro}).context
    return [par and par[0].nome_curto for par in contexto["vizinhos"]]


@pytest.mark.parametrize(
    ("filtro", "fila"),
    [
        ("", ["Ana", "Beto", "Caio", "Dora"]),
        ("o=2", ["Ana", "Beto", "Caio", "Dora"]),
        ("o=-2", ["Dora", "Caio", "Beto", "Ana"]),
        ("genero=homem", ["Beto", "Caio"]),
        ("o=3&q=reis", ["Dora", "Caio", "Beto", "Ana"]),
        ("o=-6", ["Caio", "Ana", "Beto", "Dora"]),
        ("p=7", ["Ana", "Beto", "Caio", "Dora"]),
        ("situacao=todas&o=7", None),
        ("situacao=todas&o=-7", None),
    ],
)
def test_vizinhos_seguem_a_fila(
    seletora: Client, todos: dict[str, Candidato], filtro: str, fila: list[str] | None
) -> None:
    eu = produtor("eu", grupo="Seleção")
    for nome, nota in (("Caio", 9), ("Ana", 4)):
        opinar(todos[nome], autor=eu, nota=nota, texto="")
    # Onde há vazios na ordem, cada banco os põe num lado: vale a lista que ele mostra.
    fila = fila or nomes(seletora.get(f"{LISTA}?{filtro}"))
    esperados = {
        nome: [fila[n - 1] if n else None, fila[n + 1] if n + 1 < len(fila) else None] for n, nome in enumerate(fila)
    }
    assert {nome: vizinhos(seletora, todos[nome], filtro) for nome in fila} == esperados


def test_quem_saiu_do_filtro_ainda_tem_vizinhos(seletora: Client, todos: dict[str, Candidato]) -> None:
    Candidato.objects.exclude(nome_curto="Elis").update(situacao="enviada")
    Candidato.objects.filter(nome_curto="Beto").update(situacao="em_analise")
    assert vizinhos(seletora, todos["Beto"], "situacao=enviada") == ["Ana", "Caio"]


def test_filtro_que_nao_se_entende_nao_quebra_a_ficha(seletora: Client, todos: dict[str, Candidato]) -> None:
    resposta = seletora.get(f"{LISTA}{todos['Ana'].pk}/change/", {"_changelist_filters": "inventado=1"})
    assert (resposta.status_code, resposta.context["vizinhos"]) == (200, [None, None])


# --- CPF na busca ---


@pytest.mark.parametrize("digitado", ["52998224725", "529.982.247-25", "５２９.982.247-25"])
def test_cpf_nao_se_procura_pelo_endereco(edicao: Edicao, digitado: str) -> None:
    candidato(edicao, "Ana", cpf=CPF)
    resposta = entrar(produtor("chefe", is_superuser=True)).get(LISTA, {"q": digitado, "uf": "PA"})
    assert (resposta.status_code, resposta["Location"]) == (302, f"{LISTA}?uf=PA")
    assert [str(recado)[:38] for recado in get_messages(resposta.wsgi_request)] == [
        "Por CPF não se procura aqui: o número "
    ]


@pytest.mark.parametrize("curioso", ["cpf=52998224725", "cpf__startswith=5", "email__contains=a", "conta__password=x"])
def test_so_os_filtros_da_fila_filtram(edicao: Edicao, curioso: str) -> None:
    candidato(edicao, "Ana", cpf=CPF)
    resposta = entrar(produtor("chefe", is_superuser=True)).get(f"{LISTA}?{curioso}")
    assert (resposta.status_code, resposta["Location"]) == (302, LISTA)


def test_parametros_sao_os_dos_filtros(edicao: Edicao) -> None:
    pedido = RequestFactory().get(LISTA)
    pedido.user = produtor("chefe", is_superuser=True)
    fila = CandidatoAdmin(Candidato, admin.site).fila_inteira(pedido, "")
    assert {p for spec in fila.filter_specs for p in spec.expected_parameters()} == PARAMETROS
