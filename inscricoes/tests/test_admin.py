"""Candidatos no admin: ler, corrigir e selecionar para a casa, com confirmação e histórico."""

from typing import Any

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import Group, User
from django.contrib.messages import get_messages
from django.test import Client
from pytest_django.fixtures import DjangoAssertNumQueries

from inscricoes.models import Candidato, Edicao
from inscricoes.services import selecionar

LISTA = "/admin/inscricoes/candidato/"


@pytest.fixture
def seletora(db: None) -> Client:
    usuario = User.objects.create_user("seletora", is_staff=True)
    usuario.groups.add(Group.objects.get(name="Seleção"))
    cliente = Client()
    cliente.force_login(usuario)
    return cliente


@pytest.fixture
def candidatos(edicao: Edicao) -> list[Candidato]:
    return [
        Candidato.objects.create(
            edicao=edicao,
            nome=f"{nome} Reis",
            nome_curto=nome,
            email=f"{nome}@example.com".lower(),
            nascimento="1991-02-03",
            profissao="Médica",
            cidade="Belém",
            uf="PA",
            situacao=situacao,
        )
        for nome, situacao in (("Dora", "enviada"), ("Elis", "entrevista"), ("Frida", "reprovada"))
    ]


def escolher(cliente: Client, candidatos: list[Candidato], **outros: str) -> Any:
    return cliente.post(
        LISTA,
        {
            "action": "selecionar_para_a_casa",
            "_selected_action": [candidato.pk for candidato in candidatos],
            **outros,
        },
    )


def situacoes() -> dict[str, str]:
    return dict(Candidato.objects.values_list("nome_curto", "situacao"))


def test_selecionar_pergunta_antes(seletora: Client, candidatos: list[Candidato]) -> None:
    texto = escolher(seletora, candidatos).content.decode()
    assert [nome for nome in ("Dora Reis", "Elis Reis", "Frida Reis") if nome in texto] == [
        "Dora Reis",
        "Elis Reis",
        "Frida Reis",
    ]
    assert texto.count("não pode ser selecionado") == 1
    assert situacoes() == {"Dora": "enviada", "Elis": "entrevista", "Frida": "reprovada"}


def test_selecionar_poe_na_casa_escreve_no_historico_e_recusa_quem_nao_cabe(
    seletora: Client, candidatos: list[Candidato]
) -> None:
    resposta = escolher(seletora, candidatos, confirmado="sim")
    assert situacoes() == {"Dora": "selecionada", "Elis": "selecionada", "Frida": "reprovada"}
    assert sorted(str(recado) for recado in get_messages(resposta.wsgi_request)) == [
        "Frida (Belém/PA) não pode ser selecionado: está como “reprovada”.",
        "Já entre os participantes da casa: Elis, Dora.",
    ]
    assert sorted(LogEntry.objects.values_list("object_repr", "change_message")) == [
        ("Dora (Belém/PA)", "Selecionou para a casa."),
        ("Elis (Belém/PA)", "Selecionou para a casa."),
    ]
    texto = seletora.get("/admin/votacao/participante/").content.decode()
    assert [nome for nome in ("Dora Reis", "Elis Reis", "Frida Reis") if nome in texto] == ["Dora Reis", "Elis Reis"]


def test_segundo_clique_nao_seleciona_de_novo(seletora: Client, candidatos: list[Candidato]) -> None:
    escolher(seletora, candidatos[:1], confirmado="sim")
    escolher(seletora, candidatos[:1], confirmado="sim")
    assert LogEntry.objects.count() == 1


def test_quem_so_ve_nao_seleciona(candidatos: list[Candidato]) -> None:
    grupo = Group.objects.get(name="Seleção")
    usuario = User.objects.create_user("curiosa", is_staff=True)
    usuario.user_permissions.add(grupo.permissions.get(codename="view_candidato"))
    cliente = Client()
    cliente.force_login(usuario)
    escolher(cliente, candidatos, confirmado="sim")
    assert situacoes() == {"Dora": "enviada", "Elis": "entrevista", "Frida": "reprovada"}


def test_corrigir_uma_inscricao_nao_desfaz_a_selecao_feita_enquanto_isso(
    seletora: Client, candidatos: list[Candidato]
) -> None:
    dora = candidatos[0]
    endereco = f"{LISTA}{dora.pk}/change/"
    formulario = seletora.get(endereco).context["adminform"].form
    dados = {campo.html_name: campo.value() for campo in formulario} | {"nascimento": "03/02/1991", "cidade": "Natal"}
    selecionar(dora)
    resposta = seletora.post(endereco, dados | {"situacao": "reprovada"})
    assert resposta.status_code == 302
    assert Candidato.objects.values_list("cidade", "situacao").get(pk=dora.pk) == ("Natal", "selecionada")


def test_email_repetido_na_edicao_e_uma_frase(seletora: Client, candidatos: list[Candidato]) -> None:
    endereco = f"{LISTA}{candidatos[0].pk}/change/"
    formulario = seletora.get(endereco).context["adminform"].form
    dados = {campo.html_name: campo.value() for campo in formulario}
    resposta = seletora.post(endereco, dados | {"nascimento": "03/02/1991", "email": "ELIS@example.com"})
    assert resposta.context["adminform"].form.errors == {
        "__all__": ["Já há uma inscrição com este e-mail nesta edição."]
    }


def test_lista_com_poucas_consultas(
    seletora: Client, candidatos: list[Candidato], django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    # Sessão, usuário, duas de permissões; edições do filtro; a conta; a lista.
    with django_assert_num_queries(7):
        lista = seletora.get(f"{LISTA}?q=bel%C3%A9m").context["cl"].result_list
    assert [candidato.nome_curto for candidato in lista] == ["Frida", "Elis", "Dora"]
