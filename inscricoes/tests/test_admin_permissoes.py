"""Quem pode o quê na seleção. As tabelas são literais: o que não está escrito aqui não é permitido."""

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import Group, User
from django.test import Client

from inscricoes.models import Candidato, Edicao, Movimento, Parecer
from inscricoes.tests.selecao import CPF, LISTA, candidato, entrar, produtor

PAPEIS = {
    "ninguem": "sem entrar",
    "fa": "com conta, fora da produção",
    "produtor": "da produção, sem permissão nenhuma aqui",
    "ve": "só vê candidatos",
    "selecao": "o grupo Seleção",
    "sensiveis": "o grupo Seleção (dados sensíveis), sozinho",
    "chefe": "superusuário",
}
LER = {
    "": {"ve", "selecao", "sensiveis", "chefe"},
    "{id}/change/": {"ve", "selecao", "sensiveis", "chefe"},
    "{id}/history/": {"ve", "selecao", "sensiveis", "chefe"},
    "folha/": {"ve", "selecao", "sensiveis", "chefe"},
    "comparar/?id={id}&id={outro}": {"ve", "selecao", "sensiveis", "chefe"},
    "{id}/mover/em_analise/": {"selecao", "chefe"},
    "{id}/mover/selecionada/": {"selecao", "chefe"},
    "{id}/mover/reprovada/": {"selecao", "chefe"},
    "{id}/parecer/": {"selecao", "chefe"},
    "por-cpf/": {"sensiveis", "chefe"},
    "add/": {"chefe"},
    "{id}/delete/": {"sensiveis", "chefe"},
}
FAZER = {
    "{id}/change/": {"selecao", "chefe"},
    "{id}/mover/em_analise/": {"selecao", "chefe"},
    "{id}/mover/selecionada/": {"selecao", "chefe"},
    "{id}/mover/reprovada/": {"selecao", "chefe"},
    "{id}/parecer/": {"selecao", "chefe"},
    "{id}/cpf/": {"sensiveis", "chefe"},
    "por-cpf/": {"sensiveis", "chefe"},
    "exportar/csv/": {"selecao", "chefe"},
    "exportar/xlsx/": {"selecao", "chefe"},
    "{id}/delete/": {"sensiveis", "chefe"},
}
ACOES = {
    "passar_a_em_analise": {"selecao", "chefe"},
    "passar_a_entrevista": {"selecao", "chefe"},
    "passar_a_reserva": {"selecao", "chefe"},
    "passar_a_reprovada": {"selecao", "chefe"},
    "selecionar_para_a_casa": {"selecao", "chefe"},
    "comparar_escolhidos": {"ve", "selecao", "sensiveis", "chefe"},
    "delete_selected": set(),
}


def entrar_como(papel: str) -> Client:
    if papel == "ninguem":
        return Client()
    if papel == "fa":
        return entrar(User.objects.create_user("fa"))
    permissoes = {"ve": ["view_candidato"]}.get(papel, [])
    grupo = {"selecao": "Seleção", "sensiveis": "Seleção (dados sensíveis)"}.get(papel, "")
    return entrar(produtor(papel, *permissoes, grupo=grupo, is_superuser=papel == "chefe"))


@pytest.fixture
def ana(edicao: Edicao) -> Candidato:
    return candidato(edicao, "Ana", cpf=CPF, situacao="enviada")


@pytest.fixture
def bia(edicao: Edicao) -> Candidato:
    return candidato(edicao, "Bia", situacao="enviada")


def esperado(papel: str, quem: set[str]) -> str:
    if papel in quem:
        return "pode"
    return "porta" if papel in ("ninguem", "fa") else "403"


def visto(resposta: object) -> str:
    codigo, destino = resposta.status_code, resposta.headers.get("Location", "")
    return {403: "403"}.get(codigo, "porta" if destino.startswith("/admin/login/") else "pode")


@pytest.mark.parametrize("papel", PAPEIS)
def test_ler(ana: Candidato, bia: Candidato, papel: str) -> None:
    cliente = entrar_como(papel)
    vistos = {onde: visto(cliente.get(LISTA + onde.format(id=ana.pk, outro=bia.pk))) for onde in LER}
    assert vistos == {onde: esperado(papel, quem) for onde, quem in LER.items()}


@pytest.mark.parametrize("papel", PAPEIS)
@pytest.mark.parametrize("onde", FAZER)
def test_fazer(ana: Candidato, papel: str, onde: str) -> None:
    resposta = entrar_como(papel).post(LISTA + onde.format(id=ana.pk), {"nota": "5", "texto": "bom"})
    assert visto(resposta) == esperado(papel, FAZER[onde])


@pytest.mark.parametrize("papel", [papel for papel in PAPEIS if papel not in ("selecao", "chefe")])
def test_quem_nao_conduz_nao_muda_nada(ana: Candidato, bia: Candidato, papel: str) -> None:
    cliente = entrar_como(papel)
    antes = list(Candidato.objects.order_by("pk").values())
    for onde in FAZER:
        cliente.post(LISTA + onde.format(id=ana.pk), {"nota": "5", "texto": "bom", "cidade": "Outra", "cpf": ""})
    for acao in ACOES:
        cliente.post(LISTA, {"action": acao, "_selected_action": [ana.pk, bia.pk], "confirmado": "sim", "post": "yes"})
    assert list(Candidato.objects.order_by("pk").values()) == antes
    assert (Movimento.objects.count(), Parecer.objects.count()) == (0, 0)
    assert set(LogEntry.objects.values_list("change_message", flat=True)) <= {"Viu o CPF inteiro."}


@pytest.mark.parametrize("papel", ["ve", "selecao", "sensiveis", "chefe"])
def test_acoes_que_cada_um_encontra(ana: Candidato, papel: str) -> None:
    formulario = entrar_como(papel).get(LISTA).context["action_form"]
    achadas = {nome for nome, _ in formulario.fields["action"].choices if nome}
    assert achadas == {acao for acao, quem in ACOES.items() if papel in quem}


@pytest.mark.parametrize("papel", ["ve", "selecao", "sensiveis", "chefe"])
def test_a_ficha_so_mostra_o_que_cada_um_pode(ana: Candidato, papel: str) -> None:
    pagina = entrar_como(papel).get(f"{LISTA}{ana.pk}/change/").content.decode()
    marcas = {
        "mover": f"{ana.pk}/mover/em_analise/",
        "corrigir": 'name="_save"',
        "opinar": "Guardar o meu parecer",
        "pareceres": 'id="pareceres"',
        "ver o CPF": "Ver o CPF inteiro",
        "excluir": "deletelink",
    }
    conduz = {"mover", "corrigir", "opinar", "pareceres"}
    assert {nome for nome, marca in marcas.items() if marca in pagina} == {
        "ve": set(),
        "selecao": conduz,
        "sensiveis": {"ver o CPF", "excluir"},
        "chefe": conduz | {"ver o CPF", "excluir"},
    }[papel]


@pytest.mark.parametrize("papel", ["ve", "selecao", "sensiveis", "chefe"])
def test_a_fila_so_oferece_o_que_cada_um_pode(ana: Candidato, papel: str) -> None:
    pagina = entrar_como(papel).get(LISTA).content.decode()
    marcas = {"exportar": "Exportar CSV", "por cpf": "Procurar por CPF", "folha": "Folha de fotos"}
    assert {nome for nome, marca in marcas.items() if marca in pagina} == {
        "ve": {"folha"},
        "selecao": {"folha", "exportar"},
        "sensiveis": {"folha", "por cpf"},
        "chefe": {"folha", "exportar", "por cpf"},
    }[papel]


def test_os_grupos_tem_so_o_seu(db: None) -> None:
    da_selecao = {
        grupo.name: set(
            grupo.permissions.filter(content_type__app_label="inscricoes").values_list("codename", flat=True)
        )
        for grupo in Group.objects.filter(name__startswith="Seleção")
    }
    assert da_selecao == {
        "Seleção": {
            "view_candidato",
            "change_candidato",
            "conduzir_selecao",
            "exportar_candidato",
            "view_parecer",
            "view_edicao",
            "change_edicao",
            "view_aviso",
            "view_eliminacao",
            *(f"{verbo}_{modelo}" for modelo in ("secao", "pergunta", "termo") for verbo in ("view", "add", "change")),
        },
        "Seleção (dados sensíveis)": {"view_candidato", "ver_cpf", "delete_candidato", "view_eliminacao"},
    }


@pytest.mark.parametrize("onde", ["{id}/change/", "{id}/parecer/", "{id}/mover/em_analise/", "folha/", "por-cpf/"])
def test_nenhuma_pagina_fica_guardada(ana: Candidato, onde: str) -> None:
    resposta = entrar_como("chefe").get(LISTA + onde.format(id=ana.pk))
    assert {"no-store", "private"} <= {parte.strip() for parte in resposta["Cache-Control"].split(",")}


@pytest.mark.parametrize("onde", ["{id}/mover/em_analise/", "{id}/parecer/", "{id}/cpf/"])
def test_quem_ja_nao_existe_e_404(ana: Candidato, onde: str) -> None:
    assert entrar_como("chefe").post(LISTA + onde.format(id=ana.pk + 99)).status_code == 404


@pytest.mark.parametrize("para", ["rascunho", "enviada", "desistente", "inventada"])
def test_destinos_que_nao_sao_da_producao_nao_tem_endereco(ana: Candidato, para: str) -> None:
    # O admin leva ao índice o que não conhece dentro de um candidato.
    resposta = entrar_como("chefe").post(f"{LISTA}{ana.pk}/mover/{para}/")
    ana.refresh_from_db()
    assert (resposta.status_code in (302, 404), ana.situacao) == (True, "enviada")
