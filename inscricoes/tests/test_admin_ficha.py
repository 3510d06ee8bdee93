"""A ficha: tudo o que se lê, o que se corrige, o parecer, e o CPF que só aparece a pedido."""

import logging
from datetime import date, timedelta
from typing import Any

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import User
from django.contrib.messages import get_messages
from django.test import Client
from django.utils import timezone
from pytest_django.fixtures import DjangoAssertNumQueries

from inscricoes.models import Candidato, Edicao, Parecer, Pergunta, Resposta, Termo, Video
from inscricoes.services import mover, opinar
from inscricoes.situacoes import Situacao
from inscricoes.tests.selecao import CPF, LISTA, candidato, entrar, fila_de, fotografar, produtor, questionario

PONTUADO = "529.982.247-25"
FORMAS_DO_CPF = (CPF, PONTUADO, "52998224725"[:9], "529.982")
CONSULTAS_DA_FICHA = 16
"""Sessão, usuário, duas de permissões; candidato; pareceres, fotos, vídeo, duas do questionário, movimentos, avisos;
e quatro dos vizinhos: edições, onde este está, o anterior e o próximo."""


@pytest.fixture
def eu(db: None) -> User:
    return produtor("seletora", grupo="Seleção", first_name="Lia", last_name="Paz")


@pytest.fixture
def seletora(eu: User) -> Client:
    return entrar(eu)


@pytest.fixture
def guardia(db: None) -> Client:
    """Da Seleção e dos dados sensíveis."""
    return entrar(produtor("guardia", "ver_cpf", grupo="Seleção"))


@pytest.fixture
def ana(edicao: Edicao) -> Candidato:
    return candidato(edicao, "Ana", cpf=CPF, apresentacao="Gosto de gente.", instagram="ana", situacao="enviada")


def ficha(cliente: Client, quem: Candidato) -> str:
    return cliente.get(f"{LISTA}{quem.pk}/change/").content.decode()


def recados(resposta: Any) -> list[str]:
    return [str(recado) for recado in get_messages(resposta.wsgi_request)]


def dados_do_formulario(cliente: Client, quem: Candidato) -> dict[str, Any]:
    formulario = cliente.get(f"{LISTA}{quem.pk}/change/").context["adminform"].form
    nascimento = quem.nascimento and f"{quem.nascimento:%d/%m/%Y}"
    return {campo.html_name: campo.value() for campo in formulario} | {"nascimento": nascimento}


# --- O que se lê ---


def test_tudo_numa_pagina(seletora: Client, eu: User, ana: Candidato) -> None:
    primeira = questionario(ana.edicao)[0]
    Resposta.objects.create(candidato=ana, pergunta=primeira, texto="Porque sim.\nE pronto.")
    termo = Termo.objects.create(edicao=ana.edicao, versao=3, texto="...", publicado_em=timezone.now())
    Candidato.objects.filter(pk=ana.pk).update(termo=termo, consentiu_em=timezone.now())
    ana.refresh_from_db()
    mover(ana, Situacao.EM_ANALISE, por=eu)
    opinar(ana, autor=eu, nota=8, texto="Fala bem.")
    pagina = ficha(seletora, ana)
    partes = [
        ana.protocolo,
        "Ana Reis",
        "33 anos até o fim de 2024",
        "Gosto de gente.",
        "Instagram: ana",
        "termo versão 3",
        "<h3>Você na casa</h3>",
        "Por que você?",
        "Porque sim.<br>E pronto.",
        "O que te irrita?",
        "não respondeu",
        "<strong>Lia Paz</strong> · nota <strong>8</strong>",
        "Fala bem.",
        "de “enviada” a “em análise”, por Lia Paz",
        "“em análise”: <strong>ainda não foi</strong>",
        "***.982.247-**",
    ]
    assert [parte for parte in partes if parte not in pagina] == []


def test_o_que_o_candidato_escreveu_nao_se_edita(seletora: Client, ana: Candidato) -> None:
    campos = set(seletora.get(f"{LISTA}{ana.pk}/change/").context["adminform"].form.fields)
    assert campos == {
        "nome_curto",
        "nome_social",
        "nome",
        "nascimento",
        "genero",
        "profissao",
        "cidade",
        "uf",
        "email",
        "telefone",
    }
    dados = dados_do_formulario(seletora, ana)
    seletora.post(
        f"{LISTA}{ana.pk}/change/", dados | {"apresentacao": "x", "cpf": "x", "protocolo": "x", "cidade": "Y"}
    )
    depois = Candidato.objects.get(pk=ana.pk)
    assert (depois.apresentacao, depois.cpf, depois.protocolo, depois.cidade) == (
        "Gosto de gente.",
        CPF,
        ana.protocolo,
        "Y",
    )


def test_o_historico_diz_o_campo_e_nao_o_valor(seletora: Client, ana: Candidato) -> None:
    dados = dados_do_formulario(seletora, ana)
    seletora.post(f"{LISTA}{ana.pk}/change/", dados | {"telefone": "(11) 98888-7777", "nome": "Ana Maria Reis"})
    linha = LogEntry.objects.get()
    assert linha.object_id == str(ana.pk)
    assert linha.get_change_message() == "Alterado Nome completo e Telefone."


@pytest.mark.parametrize(
    ("campo", "frase"), [("nome", "Faltam nome, nascimento ou estado."), ("uf", "Faltam nome, nascimento ou estado.")]
)
def test_esvaziar_o_essencial_e_uma_frase(seletora: Client, ana: Candidato, campo: str, frase: str) -> None:
    resposta = seletora.post(f"{LISTA}{ana.pk}/change/", dados_do_formulario(seletora, ana) | {campo: ""})
    assert resposta.context["adminform"].form.errors == {"__all__": [frase]}


def test_pergunta_retirada_fica_com_a_resposta(seletora: Client, ana: Candidato) -> None:
    pergunta = questionario(ana.edicao, timezone.now() - timedelta(days=1))[0]
    Resposta.objects.create(candidato=ana, pergunta=pergunta, texto="Dada antes.")
    Pergunta.objects.filter(pk=pergunta.pk).update(retirada_em=timezone.now())
    pagina = ficha(seletora, ana)
    assert "Dada antes." in pagina
    assert pagina.count("(pergunta retirada)") == 1


def test_sim_e_nao_por_extenso(seletora: Client, ana: Candidato) -> None:
    pergunta = questionario(ana.edicao)[0]
    Pergunta.objects.filter(pk=pergunta.pk).update(tipo="sim_nao")
    Resposta.objects.create(candidato=ana, pergunta=pergunta, texto="nao")
    assert "<dd>não</dd>" in ficha(seletora, ana)


@pytest.mark.parametrize(
    ("nascimento", "aviso"),
    [
        (date(2006, 12, 31), None),
        (date(2007, 1, 1), "Fora da regra: completa 17 anos até o fim de 2024"),
        (date(1954, 1, 1), None),
        (date(1953, 12, 31), "Fora da regra: completa 71 anos até o fim de 2024"),
    ],
)
def test_idade_da_regra(seletora: Client, ana: Candidato, nascimento: date, aviso: str | None) -> None:
    Candidato.objects.filter(pk=ana.pk).update(nascimento=nascimento)
    pagina = ficha(seletora, ana)
    assert ("Fora da regra" in pagina) == (aviso is not None)
    assert aviso is None or aviso in pagina


def test_idade_hoje_e_na_regra(ana: Candidato) -> None:
    ana.nascimento = date(1991, 6, 15)
    assert [ana.idade_em(date(2024, 6, dia)) for dia in (14, 15)] == [32, 33]
    assert ana.idade_na_regra == 33


def test_emails_enviados_e_pendentes(seletora: Client, eu: User, ana: Candidato) -> None:
    mover(ana, Situacao.EM_ANALISE, por=eu)
    mover(ana, Situacao.ENTREVISTA, por=eu)
    ana.avisos.filter(situacao="em_analise").update(enviado_em=timezone.now())
    ana.avisos.filter(situacao="entrevista").update(tentativas=2, erro="SMTPServerDisconnected")
    pagina = ficha(seletora, ana)
    assert "“em análise”: enviado em" in pagina
    assert "(2 tentativas; SMTPServerDisconnected)" in pagina


def test_fotos_e_video(seletora: Client, ana: Candidato) -> None:
    fotos = fotografar(ana, 4)
    video = Video.objects.create(candidato=ana, formato="mp4", duracao=125.4, largura=720, altura=1280, tamanho=9)
    pagina = ficha(seletora, ana)
    assert [f'href="/inscricoes/arquivos/fotos/{foto.pk}/"' in pagina for foto in fotos] == [True] * 4
    assert f'href="/inscricoes/arquivos/videos/{video.pk}/"' in pagina
    assert "2 min 05 s" in pagina


def test_consultas_da_ficha_nao_dependem_do_que_ha(
    seletora: Client, edicao: Edicao, eu: User, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    pobre = candidato(edicao, "Só")
    seletora.get(f"{LISTA}{pobre.pk}/change/")
    with django_assert_num_queries(CONSULTAS_DA_FICHA):
        seletora.get(f"{LISTA}{pobre.pk}/change/")
    rica = fila_de(edicao, 60)[30]
    for n in range(20):
        opinar(rica, autor=User.objects.create(username=f"u{n}"), nota=5, texto="")
    for para in (Situacao.EM_ANALISE, Situacao.RESERVA, Situacao.ENTREVISTA):
        mover(rica, para, por=eu)
    with django_assert_num_queries(CONSULTAS_DA_FICHA):
        seletora.get(f"{LISTA}{rica.pk}/change/")


# --- O parecer ---


def opine(cliente: Client, quem: Candidato, nota: str, texto: str) -> Any:
    return cliente.post(f"{LISTA}{quem.pk}/parecer/?_changelist_filters=uf%3DPA", {"nota": nota, "texto": texto})


def test_parecer_novo_fica_no_lugar_do_velho(seletora: Client, eu: User, ana: Candidato) -> None:
    resposta = opine(seletora, ana, "0", "Fraca.")
    assert resposta["Location"] == f"{LISTA}{ana.pk}/change/?_changelist_filters=uf%3DPA"
    opine(seletora, ana, "9", "Melhorou.")
    assert list(Parecer.objects.values_list("autor", "nota", "texto")) == [(eu.pk, 9, "Melhorou.")]
    ana.refresh_from_db()
    assert ana.nota_media == 9
    assert [linha.change_message for linha in LogEntry.objects.order_by("pk")] == [
        "Deu o seu parecer.",
        "Mudou o seu parecer.",
    ]


def test_parecer_de_cada_um_e_a_media(seletora: Client, guardia: Client, ana: Candidato) -> None:
    opine(seletora, ana, "4", "")
    opine(guardia, ana, "7", "")
    ana.refresh_from_db()
    assert (Parecer.objects.count(), ana.nota_media) == (2, 5.5)


@pytest.mark.parametrize("nota", ["11", "-1", "5.5", "dez"])
def test_nota_que_nao_existe_volta_com_o_texto(seletora: Client, ana: Candidato, nota: str) -> None:
    resposta = opine(seletora, ana, nota, "Um comentário longo que não se perde.")
    assert resposta.status_code == 200
    assert "Um comentário longo que não se perde." in resposta.content.decode()
    assert list(resposta.context["form_do_parecer"].errors) == ["nota"]
    assert Parecer.objects.count() == 0


def test_parecer_vazio_nao_se_guarda(seletora: Client, ana: Candidato) -> None:
    resposta = opine(seletora, ana, "", " ")
    assert resposta.context["form_do_parecer"].non_field_errors() == ["Dê uma nota ou escreva um comentário."]
    assert Parecer.objects.count() == 0


@pytest.mark.parametrize("situacao", ["rascunho", "desistente"])
def test_rascunho_nao_recebe_parecer(seletora: Client, ana: Candidato, situacao: str) -> None:
    Candidato.objects.filter(pk=ana.pk).update(situacao=situacao)
    assert "Guardar o meu parecer" not in ficha(seletora, ana)
    resposta = opine(seletora, ana, "5", "Texto que fica.")
    assert resposta.context["form_do_parecer"].non_field_errors() == [
        f"Ana (Belém/PA) não recebe parecer: está como “{situacao}”."
    ]
    assert "Texto que fica." in resposta.content.decode()


def test_a_ficha_ja_traz_o_meu_parecer(seletora: Client, guardia: Client, ana: Candidato) -> None:
    opine(guardia, ana, "2", "Da outra.")
    opine(seletora, ana, "7", "O meu.")
    formulario = seletora.get(f"{LISTA}{ana.pk}/change/").context["form_do_parecer"]
    assert formulario.initial == {"nota": 7, "texto": "O meu."}


# --- O CPF ---


def test_revelar_o_cpf_fica_no_historico_sem_o_numero(
    guardia: Client, ana: Candidato, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.DEBUG):
        resposta = guardia.post(f"{LISTA}{ana.pk}/cpf/")
    pagina = resposta.content.decode()
    assert f'<p class="cpf-inteiro">{PONTUADO}</p>' in pagina
    assert pagina.count(PONTUADO) == 1
    titulo = pagina.partition("<title>")[2].partition("</title>")[0]
    assert "529" not in titulo
    assert "no-store" in resposta["Cache-Control"]
    linha = LogEntry.objects.get()
    assert (linha.object_id, linha.user.get_username(), linha.change_message) == (
        str(ana.pk),
        "guardia",
        "Viu o CPF inteiro.",
    )
    sql_nao_conta = [r.getMessage() for r in caplog.records if not r.name.startswith("django.db")]
    assert not any(forma in "".join(sql_nao_conta) + linha.object_repr for forma in FORMAS_DO_CPF)


def test_ver_o_endereco_nao_revela(guardia: Client, ana: Candidato) -> None:
    resposta = guardia.get(f"{LISTA}{ana.pk}/cpf/")
    assert (resposta.status_code, resposta["Location"]) == (302, f"{LISTA}{ana.pk}/change/")
    assert LogEntry.objects.count() == 0


@pytest.mark.parametrize(
    "onde",
    [
        "",
        "?q=ana",
        "?uf=PA&o=-6",
        "{id}/change/",
        "{id}/history/",
        "{id}/parecer/",
        "{id}/mover/selecionada/",
        "folha/",
        "comparar/?id={id}&id={outro}",
        "por-cpf/",
    ],
)
def test_cpf_nunca_aparece_sem_pedido(guardia: Client, ana: Candidato, onde: str) -> None:
    outro = candidato(ana.edicao, "Bia")
    guardia.post(f"{LISTA}{ana.pk}/cpf/")
    pagina = guardia.get(LISTA + onde.format(id=ana.pk, outro=outro.pk)).content.decode()
    assert [forma for forma in FORMAS_DO_CPF if forma in pagina] == []


def test_procurar_por_cpf_leva_a_ficha_e_fica_no_historico(guardia: Client, ana: Candidato) -> None:
    resposta = guardia.post(f"{LISTA}por-cpf/", {"cpf": PONTUADO})
    assert (resposta.status_code, resposta["Location"]) == (302, f"{LISTA}{ana.pk}/change/")
    assert list(LogEntry.objects.values_list("object_id", "change_message")) == [
        (str(ana.pk), "Achou esta inscrição por um CPF.")
    ]


def test_procurar_por_cpf_que_nao_esta_tambem_fica(guardia: Client, ana: Candidato) -> None:
    pagina = guardia.post(f"{LISTA}por-cpf/", {"cpf": "111.444.777-35"}).content.decode()
    assert "Nenhuma inscrição com este CPF." in pagina
    assert list(LogEntry.objects.values_list("object_id", "object_repr", "change_message")) == [
        (None, "Candidatos", "Procurou por um CPF que não está em nenhuma inscrição.")
    ]


def test_procurar_por_cpf_em_duas_edicoes(guardia: Client, ana: Candidato) -> None:
    candidato(Edicao.objects.create(nome="BBB 25", ano=2025), "Aninha", cpf=CPF)
    resposta = guardia.post(f"{LISTA}por-cpf/", {"cpf": CPF})
    assert sorted(achado.nome_curto for achado in resposta.context["achados"]) == ["Ana", "Aninha"]


def test_procurar_por_meio_cpf_e_uma_frase(guardia: Client, ana: Candidato) -> None:
    resposta = guardia.post(f"{LISTA}por-cpf/", {"cpf": "529"})
    assert resposta.context["form"].errors == {"cpf": ["O CPF tem 11 números. Confira se não falta nem sobra algum."]}
    assert LogEntry.objects.count() == 0


# --- Folha e comparação ---


def test_folha_de_fotos_da_fila_filtrada(seletora: Client, edicao: Edicao) -> None:
    fila = fila_de(edicao, 45)
    fora = candidato(edicao, "DeFora", uf="SP")
    paginas = [seletora.get(f"{LISTA}folha/?uf=PA&pagina={n}").content.decode() for n in (1, 2, 3)]
    achados = [[c.protocolo for c in fila if c.protocolo in pagina] for pagina in paginas]
    assert [len(protocolos) for protocolos in achados] == [20, 20, 5]
    assert [p for protocolos in achados for p in protocolos] == [c.protocolo for c in fila]
    assert fora.protocolo not in "".join(paginas)
    assert paginas[0].count('src="/inscricoes/arquivos/fotos/') == 20
    assert 'href="?uf=PA&amp;pagina=2"' in paginas[0]


def test_folha_tem_consultas_fixas(
    seletora: Client, edicao: Edicao, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    fila_de(edicao, 1)
    seletora.get(f"{LISTA}folha/")
    # Sessão, usuário, duas de permissões; edições; a conta; as chaves; os candidatos.
    with django_assert_num_queries(8):
        seletora.get(f"{LISTA}folha/")
    fila_de(Edicao.objects.create(nome="BBB 27", ano=2027), 25)
    with django_assert_num_queries(8):
        assert len(seletora.get(f"{LISTA}folha/").context["retratos"]) == 20


def test_comparar_pela_acao(seletora: Client, edicao: Edicao) -> None:
    fila = fila_de(edicao, 4)
    resposta = seletora.post(LISTA, {"action": "comparar_escolhidos", "_selected_action": [c.pk for c in fila[:3]]})
    assert resposta["Location"] == f"{LISTA}comparar/?" + "&".join(f"id={c.pk}" for c in fila[:3])
    pagina = seletora.get(resposta["Location"]).content.decode()
    assert [c.nome_curto for c in fila if f">{c.nome_curto}</a>" in pagina] == ["Pessoa0", "Pessoa1", "Pessoa2"]
    linha = pagina.partition("Por que você?")[2].partition("</tr>")[0]
    assert [f"resposta {n}" in linha for n in range(4)] == [True, True, True, False]


@pytest.mark.parametrize("quantos", [1, 5])
def test_comparar_e_de_dois_a_quatro(seletora: Client, edicao: Edicao, quantos: int) -> None:
    fila = fila_de(edicao, 5)
    resposta = seletora.post(
        LISTA, {"action": "comparar_escolhidos", "_selected_action": [c.pk for c in fila[:quantos]]}
    )
    assert recados(resposta) == ["Para comparar, marque de 2 a 4 candidatos."]
    direto = seletora.get(f"{LISTA}comparar/", {"id": [c.pk for c in fila[:quantos]]})
    assert (direto.status_code, direto["Location"]) == (302, LISTA)


def test_comparar_tem_consultas_fixas(
    seletora: Client, edicao: Edicao, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    fila = fila_de(edicao, 4)
    endereco = f"{LISTA}comparar/?" + "&".join(f"id={c.pk}" for c in fila)
    seletora.get(endereco)
    # Sessão, usuário, duas de permissões; candidatos; pareceres; respostas.
    with django_assert_num_queries(7):
        seletora.get(endereco)
    with django_assert_num_queries(7):
        seletora.get(f"{LISTA}comparar/?id={fila[0].pk}&id={fila[1].pk}")


def test_quem_so_ve_nao_le_pareceres_na_comparacao(edicao: Edicao) -> None:
    fila = fila_de(edicao, 2)
    endereco = f"{LISTA}comparar/?id={fila[0].pk}&id={fila[1].pk}"
    assert "Boa conversa." not in entrar(produtor("so_ve", "view_candidato")).get(endereco).content.decode()
    assert "Boa conversa." in entrar(produtor("le", "view_candidato", "view_parecer")).get(endereco).content.decode()
