"""A produção escreve o questionário, os termos e a janela de inscrições; o que foi respondido ou aceito só se lê."""

from datetime import timedelta
from typing import Any

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import Group, User
from django.contrib.messages import get_messages
from django.db import IntegrityError, transaction
from django.test import Client
from django.utils import timezone
from pytest_django.fixtures import DjangoAssertNumQueries

from inscricoes.models import Candidato, Edicao, Pergunta, Resposta, Secao, Termo
from inscricoes.tests.conftest import completar, entrar

PERGUNTAS = "/admin/inscricoes/pergunta/"
SECOES = "/admin/inscricoes/secao/"
TERMOS = "/admin/inscricoes/termo/"


@pytest.fixture
def seletora(db: None) -> Client:
    usuario = User.objects.create_user("seletora", is_staff=True)
    usuario.groups.add(Group.objects.get(name="Seleção"))
    return entrar(usuario)


@pytest.fixture
def respondida(secao: Secao, rascunho_da_dora: Candidato) -> Pergunta:
    pergunta = secao.perguntas.get(tipo="curta")
    Resposta.objects.create(candidato=rascunho_da_dora, pergunta=pergunta, texto="oi")
    return pergunta


def preenchido(cliente: Client, endereco: str) -> dict[str, Any]:
    """O que o navegador mandaria de volta sem mudar nada."""
    contexto = cliente.get(endereco).context
    formularios = [contexto["adminform"].form]
    for conjunto in contexto["inline_admin_formsets"]:
        formularios += [conjunto.formset.management_form, *conjunto.formset.forms]
    dados: dict[str, Any] = {}
    for formulario in formularios:
        for campo in formulario:
            if campo.name == "publicado_em" or campo.field.disabled:
                continue
            valor = campo.value()
            if valor is not None and valor is not False:
                dados[campo.html_name] = valor
    return dados


def agir(cliente: Client, lista: str, acao: str, *alvos: Any) -> Any:
    return cliente.post(lista, {"action": acao, "_selected_action": [alvo.pk for alvo in alvos]})


def recados(resposta: Any) -> list[str]:
    return [str(recado) for recado in get_messages(resposta.wsgi_request)]


def test_secao_nova_com_pergunta_nasce_rascunho(seletora: Client, aberta: Edicao) -> None:
    dados = preenchido(seletora, f"{SECOES}add/") | {
        "edicao": aberta.pk,
        "titulo": "Nova",
        "ordem": 1,
        "perguntas-TOTAL_FORMS": 1,
        "perguntas-0-ordem": 1,
        "perguntas-0-enunciado": "Por quê?",
        "perguntas-0-tipo": "longa",
    }
    assert seletora.post(f"{SECOES}add/", dados).status_code == 302
    assert list(Pergunta.objects.values_list("enunciado", "publicada_em")) == [("Por quê?", None)]


def test_pergunta_respondida_so_se_le_na_secao_e_na_propria_pagina(seletora: Client, respondida: Pergunta) -> None:
    endereco = f"{SECOES}{respondida.secao_id}/change/"
    dados = preenchido(seletora, endereco)
    indice = next(n for n in range(5) if dados[f"perguntas-{n}-id"] == respondida.pk)
    assert f"perguntas-{indice}-enunciado" not in dados
    dados |= {f"perguntas-{indice}-enunciado": "Outra coisa", f"perguntas-{indice}-ordem": 9}
    assert seletora.post(endereco, dados).status_code == 302
    respondida.refresh_from_db()
    assert (respondida.enunciado, respondida.ordem) == ("Pergunta curta", 9)
    pagina = seletora.get(f"{PERGUNTAS}{respondida.pk}/change/")
    assert "já tem respostas" in pagina.content.decode()
    assert list(pagina.context["adminform"].form.fields) == ["ordem", "ajuda"]


def test_resposta_que_chega_enquanto_se_edita_e_uma_frase(
    seletora: Client, secao: Secao, rascunho_da_dora: Candidato, monkeypatch: pytest.MonkeyPatch
) -> None:
    pergunta = secao.perguntas.get(tipo="curta")
    endereco = f"{PERGUNTAS}{pergunta.pk}/change/"
    dados = preenchido(seletora, endereco) | {"enunciado": "Outra coisa"}
    salvar = Pergunta.save

    def responder_antes(self: Pergunta, *args: Any, **kwargs: Any) -> None:
        Resposta.objects.get_or_create(candidato=rascunho_da_dora, pergunta=pergunta, texto="oi")
        salvar(self, *args, **kwargs)

    monkeypatch.setattr(Pergunta, "save", responder_antes)
    with transaction.atomic():
        resposta = seletora.post(endereco, dados)
    assert resposta["Location"] == endereco
    assert recados(resposta)[0].startswith("Nada foi gravado: alguém acabou de responder")
    pergunta.refresh_from_db()
    assert pergunta.enunciado == "Pergunta curta"


def test_o_banco_recusa_mudar_o_que_foi_respondido(respondida: Pergunta) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        Pergunta.objects.filter(pk=respondida.pk).update(enunciado="Outra coisa")


def test_publicar_e_retirar_dizem_o_que_fizeram(seletora: Client, secao: Secao) -> None:
    no_ar = secao.perguntas.get(tipo="curta")
    rascunho = Pergunta.objects.create(secao=secao, enunciado="Nova")
    resposta = agir(seletora, PERGUNTAS, "publicar", rascunho, no_ar)
    assert recados(resposta) == ["1 pergunta: no ar agora.", "1 pergunta: já estava no ar, nada mudou."]
    resposta = agir(seletora, PERGUNTAS, "retirar", rascunho, no_ar)
    assert recados(resposta)[2:] == ["2 perguntas: retirada do ar."]
    assert Pergunta.objects.no_ar().filter(pk__in=[rascunho.pk, no_ar.pk]).count() == 0
    agir(seletora, PERGUNTAS, "publicar", no_ar)
    assert Pergunta.objects.no_ar().filter(pk=no_ar.pk).count() == 1
    assert LogEntry.objects.count() == 5


def test_substituir_retira_e_abre_um_rascunho_igual(seletora: Client, respondida: Pergunta) -> None:
    resposta = agir(seletora, PERGUNTAS, "substituir", respondida)
    nova = Pergunta.objects.get(publicada_em__isnull=True)
    assert resposta["Location"] == f"{PERGUNTAS}{nova.pk}/change/"
    assert (nova.enunciado, nova.ordem, nova.limite) == (respondida.enunciado, respondida.ordem, respondida.limite)
    respondida.refresh_from_db()
    assert respondida.retirada_em is not None
    assert Resposta.objects.get().pergunta == respondida
    resposta = agir(seletora, PERGUNTAS, "substituir", respondida)
    assert recados(resposta)[1:] == ["“Pergunta curta” não está no ar, e por isso não se substitui."]


def test_o_que_esteve_no_ar_nao_se_apaga(admin_client: Client, secao: Secao) -> None:
    pergunta = secao.perguntas.get(tipo="curta")
    rascunho = Pergunta.objects.create(secao=secao, enunciado="Nova")
    assert admin_client.get(f"{PERGUNTAS}{pergunta.pk}/delete/").status_code == 403
    assert admin_client.post(f"{PERGUNTAS}{rascunho.pk}/delete/", {"post": "yes"}).status_code == 302
    assert admin_client.get(f"{SECOES}{secao.pk}/delete/").status_code == 403
    assert "delete_selected" not in admin_client.get(PERGUNTAS).content.decode()


def test_escolha_sem_opcoes_diz_onde(seletora: Client, secao: Secao) -> None:
    dados = preenchido(seletora, f"{PERGUNTAS}add/") | {"secao": secao.pk, "enunciado": "Qual?", "tipo": "escolha"}
    erros = seletora.post(f"{PERGUNTAS}add/", dados).context["adminform"].form.errors
    assert erros == {"opcoes": ["Escreva duas ou mais opções diferentes, uma por linha."]}


def test_termo_aceito_so_se_le_e_a_versao_nova_nasce_rascunho(seletora: Client, rascunho_da_dora: Candidato) -> None:
    termo = Termo.objects.get()
    completar(rascunho_da_dora)
    Candidato.objects.update(termo=termo, consentiu_em=timezone.now())
    pagina = seletora.get(f"{TERMOS}{termo.pk}/change/")
    assert "não muda mais" in pagina.content.decode()
    assert list(pagina.context["adminform"].form.fields) == []
    resposta = agir(seletora, TERMOS, "outra_versao", termo)
    novo = Termo.objects.get(versao=2)
    assert resposta["Location"] == f"{TERMOS}{novo.pk}/change/"
    assert (novo.texto, novo.publicado_em) == (termo.texto, None)
    assert termo.edicao.termo_vigente(timezone.now()) == termo


def test_selecao_marca_a_janela_mas_nao_o_nome_da_edicao(seletora: Client, aberta: Edicao) -> None:
    endereco = f"/admin/inscricoes/edicao/{aberta.pk}/change/"
    abre = timezone.localtime() + timedelta(days=1)
    dados = {
        "nome": "Outro",
        "inscricoes_abrem_em_0": f"{abre:%d/%m/%Y}",
        "inscricoes_abrem_em_1": "20:00:00",
        "inscricoes_fecham_em_0": "",
        "inscricoes_fecham_em_1": "",
        "retencao_dias": "90",
    }
    assert seletora.post(endereco, dados).status_code == 302
    aberta.refresh_from_db()
    assert (aberta.nome, aberta.inscricoes_fecham_em, aberta.retencao_dias) == ("BBB 30", None, 90)
    dados |= {"inscricoes_fecham_em_0": f"{abre:%d/%m/%Y}", "inscricoes_fecham_em_1": "19:00:00"}
    texto = seletora.post(endereco, dados).content.decode()
    assert "As inscrições precisam abrir antes de fechar." in texto


def test_listas_com_poucas_consultas(
    seletora: Client, secao: Secao, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    # Sessão, usuário, permissões (2); filtros, a conta e a lista.
    with django_assert_num_queries(8):
        seletora.get(PERGUNTAS)
    with django_assert_num_queries(7):
        seletora.get(SECOES)
