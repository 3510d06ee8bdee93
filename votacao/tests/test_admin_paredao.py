"""O formulário de um paredão: o que muda em cada situação, e quem edita uma página velha não desfaz nada."""

import re
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import Group, User
from django.contrib.messages import get_messages
from django.test import Client
from django.utils import timezone
from pytest_django.fixtures import DjangoAssertNumQueries

from inscricoes.models import Edicao
from votacao import services
from votacao.models import Contagem, Lote, Opcao, Paredao, Participante

SP = ZoneInfo("America/Sao_Paulo")
Dados = dict[str, Any]


@pytest.fixture
def produtor(db: None) -> Client:
    usuario = User.objects.create_user("produtor", is_staff=True)
    usuario.groups.add(Group.objects.get(name="Votação"))
    cliente = Client()
    cliente.force_login(usuario)
    return cliente


@pytest.fixture
def rascunho(edicao: Edicao, participantes: list[Participante]) -> Paredao:
    paredao = Paredao.objects.create(edicao=edicao, titulo="7º Paredão")
    for ordem, participante in enumerate(participantes):
        Opcao.objects.create(paredao=paredao, participante=participante, ordem=ordem)
    return paredao


def endereco(paredao: Paredao) -> str:
    return f"/admin/votacao/paredao/{paredao.pk}/change/"


def ler_formulario(cliente: Client, onde: str) -> Dados:
    """O que o navegador mandaria se o produtor só clicasse em Salvar."""
    contexto = cliente.get(onde).context
    formularios = [contexto["adminform"].form]
    for conjunto in contexto["inline_admin_formsets"]:
        formularios += [conjunto.formset.management_form, *conjunto.formset.forms]
    dados: Dados = {}
    for formulario in formularios:
        for campo in formulario:
            valor = campo.value()
            if campo.widget_type == "adminsplitdatetime":
                local = timezone.localtime(valor) if valor else None
                dados[f"{campo.html_name}_0"] = f"{local:%d/%m/%Y}" if local else ""
                dados[f"{campo.html_name}_1"] = f"{local:%H:%M:%S}" if local else ""
            else:
                dados[campo.html_name] = "" if valor is None else valor
    return {nome: valor for nome, valor in dados.items() if not (nome.endswith("DELETE") and not valor)}


def marcar(dados: Dados, campo: str, instante: datetime) -> None:
    local = instante.astimezone(SP)
    dados[f"{campo}_0"], dados[f"{campo}_1"] = f"{local:%d/%m/%Y}", f"{local:%H:%M:%S}"


def erros(resposta: Any) -> Dados:
    """Os erros que a página mostra, por campo; os dos participantes, juntos."""
    assert resposta.status_code == 200
    contexto = resposta.context
    achados: Dados = {campo: list(frases) for campo, frases in contexto["adminform"].form.errors.items()}
    for conjunto in contexto["inline_admin_formsets"]:
        frases = list(conjunto.formset.non_form_errors())
        frases += [frase for linha in conjunto.formset.errors for lista in linha.values() for frase in lista]
        if frases:
            achados["participantes"] = frases
    return achados


def recados(resposta: Any) -> list[str]:
    return [str(recado) for recado in get_messages(resposta.wsgi_request)]


def nomes_dos_campos(cliente: Client, paredao: Paredao) -> list[str]:
    return sorted(set(cliente.get(endereco(paredao)).context["adminform"].form.fields) - {"versao"})


# --- Criar ------------------------------------------------------------------------------------------------------------


def novo(edicao: Edicao, participantes: list[Participante]) -> Dados:
    dados: Dados = {
        "edicao": edicao.pk, "titulo": "8º Paredão", "decisao": "sai", "peso_torcida": 100, "peso_unico": 0,
        "parciais": "ocultas", "abre_em_0": "", "abre_em_1": "", "fecha_em_0": "", "fecha_em_1": "",
        "opcoes-TOTAL_FORMS": len(participantes), "opcoes-INITIAL_FORMS": 0,
    }  # fmt: skip
    for i, participante in enumerate(participantes):
        dados |= {f"opcoes-{i}-participante": participante.pk, f"opcoes-{i}-ordem": ""}
    return dados


def test_criar_rascunho_poe_os_participantes_na_ordem_em_que_foram_escolhidos(
    produtor: Client, edicao: Edicao, participantes: list[Participante]
) -> None:
    resposta = produtor.post("/admin/votacao/paredao/add/", novo(edicao, participantes[::-1]))
    assert (resposta.status_code, resposta["Location"]) == (302, "/admin/votacao/paredao/")
    paredao = Paredao.objects.get()
    assert (paredao.titulo, paredao.abre_em, paredao.publicado_em) == ("8º Paredão", None, None)
    assert list(paredao.opcoes.values_list("participante__nome_curto", "ordem")) == [
        ("Caio", 1),
        ("Bia", 2),
        ("Ana", 3),
    ]
    assert [entrada.get_action_flag_display() for entrada in LogEntry.objects.all()] == ["Adição"]


def test_criar_agendado_com_um_participante_diz_o_minimo(
    produtor: Client, edicao: Edicao, participantes: list[Participante]
) -> None:
    dados = novo(edicao, participantes[:1])
    marcar(dados, "abre_em", timezone.now() + timedelta(days=1))
    assert erros(produtor.post("/admin/votacao/paredao/add/", dados)) == {
        "participantes": [
            "O paredão precisa de pelo menos 2 participantes.",
            "Para guardar assim mesmo, deixe “abre em” vazio: fica como rascunho.",
        ]
    }
    assert Paredao.objects.count() == 0


def test_criar_agendado_com_voto_unico_sem_chave_diz_o_que_falta(
    produtor: Client, edicao: Edicao, participantes: list[Participante], settings: Any
) -> None:
    settings.CHAVES_CPF = []
    dados = novo(edicao, participantes) | {"peso_torcida": 50, "peso_unico": 50}
    marcar(dados, "abre_em", timezone.now() + timedelta(days=1))
    assert erros(produtor.post("/admin/votacao/paredao/add/", dados)) == {
        "peso_torcida": [
            "Falta a chave do voto único neste servidor (CHAVE_CPF): peça a quem o opera, ou dê 100 à torcida."
        ]
    }


def test_criar_com_pesos_que_nao_somam_100_diz_a_regra(
    produtor: Client, edicao: Edicao, participantes: list[Participante]
) -> None:
    dados = novo(edicao, participantes) | {"peso_torcida": 50}
    assert erros(produtor.post("/admin/votacao/paredao/add/", dados)) == {
        "__all__": ["Os pesos das duas modalidades precisam somar 100."]
    }


def test_criar_ja_aberto_manda_usar_o_botao(
    produtor: Client, edicao: Edicao, participantes: list[Participante]
) -> None:
    dados = novo(edicao, participantes)
    marcar(dados, "abre_em", timezone.now() - timedelta(minutes=1))
    assert erros(produtor.post("/admin/votacao/paredao/add/", dados)) == {
        "abre_em": [
            "Este instante já passou. Para abrir já, salve sem data e use o botão “Abrir a votação”; "
            "para agendar, escolha um instante futuro."
        ]
    }


def test_criar_que_fecha_antes_de_abrir_diz_a_regra(
    produtor: Client, edicao: Edicao, participantes: list[Participante]
) -> None:
    dados = novo(edicao, participantes)
    marcar(dados, "abre_em", timezone.now() + timedelta(days=2))
    marcar(dados, "fecha_em", timezone.now() + timedelta(days=1))
    assert erros(produtor.post("/admin/votacao/paredao/add/", dados)) == {
        "__all__": ["O paredão precisa abrir antes de fechar."]
    }


def test_criar_com_participante_de_outra_edicao_aponta_a_linha(
    produtor: Client, edicao: Edicao, participantes: list[Participante]
) -> None:
    antiga = Edicao.objects.create(nome="BBB 23", ano=2023)
    de_fora = Participante.objects.create(edicao=antiga, nome="Duda", nome_curto="Duda")
    assert erros(produtor.post("/admin/votacao/paredao/add/", novo(edicao, [participantes[0], de_fora]))) == {
        "participantes": ["Este participante é de outra edição."]
    }


def test_criar_com_participante_repetido_e_recusado(
    produtor: Client, edicao: Edicao, participantes: list[Participante]
) -> None:
    resposta = produtor.post("/admin/votacao/paredao/add/", novo(edicao, [participantes[0]] * 2))
    assert list(erros(resposta)) == ["participantes"]
    assert Paredao.objects.count() == 0


def test_criar_oferece_a_edicao_mais_nova_e_os_participantes_por_edicao(
    produtor: Client, edicao: Edicao, participantes: list[Participante]
) -> None:
    antiga = Edicao.objects.create(nome="BBB 23", ano=2023)
    Participante.objects.create(edicao=antiga, nome="Duda", nome_curto="Duda")
    contexto = produtor.get("/admin/votacao/paredao/add/").context
    assert contexto["adminform"].form["edicao"].value() == edicao.pk
    escolhas = contexto["inline_admin_formsets"][0].formset.forms[0].fields["participante"].choices
    assert [(grupo, [nome for _, nome in itens]) for grupo, itens in list(escolhas)[1:]] == [
        ("BBB 24", ["Ana (Pipoca)", "Bia (Pipoca)", "Caio (Pipoca)"]),
        ("BBB 23", ["Duda (Pipoca)"]),
    ]


# --- O que muda em cada situação --------------------------------------------------------------------------------------

TODOS = [
    "abre_em",
    "bits",
    "decisao",
    "edicao",
    "exige_cpf_verificado",
    "fecha_em",
    "parciais",
    "peso_torcida",
    "peso_unico",
    "titulo",
]


def test_campos_editaveis_por_situacao(produtor: Client, rascunho: Paredao) -> None:
    agora = timezone.now()
    hora = timedelta(hours=1)
    editaveis = {"rascunho": nomes_dos_campos(produtor, rascunho)}
    for situacao, mudanca in (
        ("agendado", {"abre_em": agora + hora}),
        ("aberto", {"abre_em": agora - 2 * hora}),
        ("encerrado", {"fecha_em": agora - hora}),
        ("publicado", {"publicado_em": agora}),
    ):
        Paredao.objects.filter(pk=rascunho.pk).update(**mudanca)
        editaveis[situacao] = nomes_dos_campos(produtor, rascunho)
    assert editaveis == {
        "rascunho": TODOS,
        "agendado": TODOS,
        "aberto": ["bits", "fecha_em", "parciais", "titulo"],
        "encerrado": ["parciais", "titulo"],
        "publicado": [],
    }


def test_agendar_um_rascunho_grava_so_o_que_mudou(produtor: Client, rascunho: Paredao) -> None:
    dados = ler_formulario(produtor, endereco(rascunho))
    amanha = (timezone.now() + timedelta(days=1)).replace(microsecond=0)
    marcar(dados, "abre_em", amanha)
    assert produtor.post(endereco(rascunho), dados).status_code == 302
    rascunho.refresh_from_db()
    assert (rascunho.abre_em, rascunho.titulo) == (amanha, "7º Paredão")
    assert LogEntry.objects.get().get_change_message() == "Alterado Abre em."


def test_tirar_participantes_de_um_agendado_abaixo_do_minimo_e_recusado(produtor: Client, rascunho: Paredao) -> None:
    Paredao.objects.filter(pk=rascunho.pk).update(abre_em=timezone.now() + timedelta(days=1))
    dados = ler_formulario(produtor, endereco(rascunho)) | {"opcoes-0-DELETE": "on", "opcoes-1-DELETE": "on"}
    assert erros(produtor.post(endereco(rascunho), dados))["participantes"][0] == (
        "O paredão precisa de pelo menos 2 participantes."
    )
    assert rascunho.opcoes.count() == 3


def test_aberto_ignora_participantes_e_pesos_forjados(produtor: Client, paredao: Paredao, edicao: Edicao) -> None:
    dados = ler_formulario(produtor, endereco(paredao))
    outro = Participante.objects.create(edicao=edicao, nome="Duda", nome_curto="Duda")
    opcao = paredao.opcoes.get(ordem=0)
    antes = Paredao.objects.filter(pk=paredao.pk).values().get()
    dados |= {
        "titulo": "Outro título", "decisao": "fica", "peso_torcida": 0, "peso_unico": 100, "edicao": 999,
        "abre_em_0": "01/01/2030", "abre_em_1": "00:00:00",
        "opcoes-TOTAL_FORMS": 4, "opcoes-INITIAL_FORMS": 3, "opcoes-0-id": opcao.pk, "opcoes-0-DELETE": "on",
        "opcoes-0-participante": outro.pk, "opcoes-3-participante": outro.pk,
    }  # fmt: skip
    produtor.post(endereco(paredao), dados)
    assert Paredao.objects.filter(pk=paredao.pk).values().get() == antes | {"titulo": "Outro título"}
    assert sorted(paredao.opcoes.values_list("participante__nome_curto", flat=True)) == ["Ana", "Bia", "Caio"]


def test_aberto_estende_o_fim_so_para_o_futuro(produtor: Client, paredao: Paredao) -> None:
    dados = ler_formulario(produtor, endereco(paredao))
    marcar(dados, "fecha_em", timezone.now() - timedelta(seconds=1))
    assert erros(produtor.post(endereco(paredao), dados)) == {
        "fecha_em": [
            "Este instante já passou. Escolha um instante futuro; para encerrar já, use o botão “Encerrar a votação”."
        ]
    }
    amanha = (timezone.now() + timedelta(days=1)).replace(microsecond=0)
    marcar(dados, "fecha_em", amanha)
    assert produtor.post(endereco(paredao), dados).status_code == 302
    assert Paredao.objects.get(pk=paredao.pk).fecha_em == amanha


def test_titulo_repetido_num_aberto_e_uma_frase(produtor: Client, paredao: Paredao, rascunho: Paredao) -> None:
    dados = ler_formulario(produtor, endereco(paredao)) | {"titulo": rascunho.titulo}
    assert erros(produtor.post(endereco(paredao), dados)) == {
        "titulo": ["Já há um paredão com este título nesta edição."]
    }


# --- Páginas velhas ---------------------------------------------------------------------------------------------------


def test_pagina_velha_nao_reabre_o_que_foi_encerrado(produtor: Client, paredao: Paredao) -> None:
    """Um produtor abre a página; outro encerra; o primeiro estende o fim e salva."""
    dados = ler_formulario(produtor, endereco(paredao))
    services.encerrar(paredao)
    fecha_em = Paredao.objects.get(pk=paredao.pk).fecha_em
    marcar(dados, "fecha_em", timezone.now() + timedelta(days=1))
    assert erros(produtor.post(endereco(paredao), dados)) == {
        "__all__": [
            "Este paredão mudou enquanto você o editava e agora está encerrado, à espera do resultado. "
            'Nada foi gravado: <a href="">veja como ele está</a> e, se ainda for o caso, faça a mudança de novo.'
        ]
    }
    assert Paredao.objects.get(pk=paredao.pk).fecha_em == fecha_em


def test_pagina_velha_de_rascunho_nao_muda_o_que_abriu(
    produtor: Client, rascunho: Paredao, participantes: list[Participante]
) -> None:
    dados = ler_formulario(produtor, endereco(rascunho)) | {"opcoes-0-DELETE": "on", "decisao": "fica"}
    services.abrir(rascunho)
    aberto = Paredao.objects.filter(pk=rascunho.pk).values().get()
    frase = erros(produtor.post(endereco(rascunho), dados))["__all__"][0]
    assert frase.startswith("Este paredão mudou enquanto você o editava e agora está aberto. Nada foi gravado")
    assert Paredao.objects.filter(pk=rascunho.pk).values().get() == aberto
    assert rascunho.opcoes.count() == 3


def test_pagina_velha_de_agendado_que_a_hora_abriu_nao_muda_nada(produtor: Client, rascunho: Paredao) -> None:
    """Ninguém mexeu: foi o relógio."""
    Paredao.objects.filter(pk=rascunho.pk).update(abre_em=timezone.now() + timedelta(hours=1))
    dados = ler_formulario(produtor, endereco(rascunho)) | {"decisao": "fica"}
    Paredao.objects.filter(pk=rascunho.pk).update(abre_em=timezone.now() - timedelta(seconds=1))
    assert list(erros(produtor.post(endereco(rascunho), dados))) == ["__all__"]
    assert Paredao.objects.get(pk=rascunho.pk).decisao == "sai"


def test_pagina_velha_nao_desfaz_a_mudanca_de_outro_produtor(produtor: Client, rascunho: Paredao) -> None:
    dados = ler_formulario(produtor, endereco(rascunho)) | {"titulo": "Meu título"}
    rascunho.opcoes.filter(participante__nome_curto="Ana").delete()
    assert list(erros(produtor.post(endereco(rascunho), dados)))[:1] == ["__all__"]
    assert Paredao.objects.get(pk=rascunho.pk).titulo == "7º Paredão"


def test_pagina_velha_de_um_publicado_avisa_e_nao_e_500_nem_403(produtor: Client, paredao: Paredao) -> None:
    dados = ler_formulario(produtor, endereco(paredao)) | {"titulo": "Outro"}
    agora = timezone.now()
    Paredao.objects.filter(pk=paredao.pk).update(fecha_em=agora - timedelta(minutes=1), publicado_em=agora)
    resposta = produtor.post(endereco(paredao), dados)
    assert (resposta.status_code, resposta["Location"]) == (302, endereco(paredao))
    assert recados(resposta) == ["Nada foi gravado: o resultado deste paredão já foi publicado."]


def test_sem_a_versao_da_pagina_nada_e_gravado(produtor: Client, rascunho: Paredao) -> None:
    dados = ler_formulario(produtor, endereco(rascunho)) | {"titulo": "Outro"}
    del dados["versao"]
    assert list(erros(produtor.post(endereco(rascunho), dados))) == ["__all__"]


def test_gatilho_do_banco_vira_frase(produtor: Client, rascunho: Paredao) -> None:
    """Um rascunho com votos não nasce pelo site; se existir, o banco recusa mudá-lo e o produtor lê por quê."""
    agora = timezone.now()
    Lote.objects.create(paredao=rascunho, modalidade=1, hora=agora, quantidade=1, resumo=b"", gravado_em=agora)
    dados = ler_formulario(produtor, endereco(rascunho)) | {"decisao": "fica"}
    resposta = produtor.post(endereco(rascunho), dados)
    assert (resposta.status_code, recados(resposta)) == (
        302,
        ["Nada foi gravado: este paredão já recebeu votos, e o que define a votação não muda mais."],
    )
    assert Paredao.objects.get(pk=rascunho.pk).decisao == "sai"
    excluiu = produtor.post(f"/admin/votacao/paredao/{rascunho.pk}/delete/", {"post": "yes"})
    assert (excluiu.status_code, Paredao.objects.count()) == (200, 1)


# --- Excluir ----------------------------------------------------------------------------------------------------------


def test_excluir_rascunho(produtor: Client, rascunho: Paredao) -> None:
    resposta = produtor.post(f"/admin/votacao/paredao/{rascunho.pk}/delete/", {"post": "yes"})
    assert (resposta.status_code, Paredao.objects.count(), Participante.objects.count()) == (302, 0, 3)
    assert [entrada.get_action_flag_display() for entrada in LogEntry.objects.all()] == ["Remoção"]


def test_confirmacao_velha_de_excluir_nao_apaga_o_que_abriu(produtor: Client, rascunho: Paredao) -> None:
    services.abrir(rascunho)
    resposta = produtor.post(f"/admin/votacao/paredao/{rascunho.pk}/delete/", {"post": "yes"})
    assert (resposta.status_code, Paredao.objects.count()) == (403, 1)


# --- A lista ----------------------------------------------------------------------------------------------------------


def test_lista_diz_a_situacao_em_palavras_e_soma_os_votos(
    produtor: Client,
    edicao: Edicao,
    participantes: list[Participante],
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    agora = timezone.now()
    dia = timedelta(days=1)
    for titulo, datas in {
        "R": {}, "G": {"abre_em": agora + dia}, "A": {"abre_em": agora - dia},
        "E": {"abre_em": agora - 3 * dia, "fecha_em": agora - 2 * dia},
        "P": {"abre_em": agora - 5 * dia, "fecha_em": agora - 4 * dia, "publicado_em": agora - 4 * dia},
    }.items():  # fmt: skip
        publicado_em = datas.pop("publicado_em", None)
        paredao = Paredao.objects.create(edicao=edicao, titulo=titulo, **datas)
        if titulo in "AP":
            for modalidade in (1, 2):
                Contagem.objects.create(
                    paredao=paredao, participante=participantes[0], modalidade=modalidade, hora=agora, votos=1500
                )
        Paredao.objects.filter(pk=paredao.pk).update(publicado_em=publicado_em)
    # Sessão, usuário e as permissões dele e dos grupos; a conta da página, a lista, as edições do filtro; fim.
    with django_assert_num_queries(7):
        texto = produtor.get("/admin/votacao/paredao/").content.decode()
    linhas = [
        re.findall(r"field-(?:titulo|situacao|votos)[^>]*>(?:<[^>]*>)*([^<]+)", linha)
        for linha in texto.partition("<tbody>")[2].split("<tr>")[1:]
    ]
    assert linhas == [
        ["R", "rascunho", "0"],
        ["G", "agendado", "0"],
        ["A", "aberto", "3.000"],
        ["E", "encerrado, à espera do resultado", "0"],
        ["P", "resultado publicado", "3.000"],
    ]
    assert {
        situacao: [
            paredao.titulo
            for paredao in produtor.get("/admin/votacao/paredao/", {"situacao": situacao}).context["cl"].result_list
        ]
        for situacao in Paredao.Situacao.values
    } == {"rascunho": ["R"], "agendado": ["G"], "aberto": ["A"], "encerrado": ["E"], "publicado": ["P"]}


def test_pagina_do_paredao_tem_poucas_consultas(
    produtor: Client, rascunho: Paredao, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    with django_assert_num_queries(9):
        produtor.get(endereco(rascunho))
    for i in range(9):
        quem = Participante.objects.create(edicao=rascunho.edicao, nome=f"P{i}", nome_curto=f"P{i}")
        Opcao.objects.create(paredao=rascunho, participante=quem, ordem=9)
    with django_assert_num_queries(9):
        produtor.get(endereco(rascunho))
