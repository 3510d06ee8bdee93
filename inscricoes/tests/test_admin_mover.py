"""Mover candidatos: cada passo permitido e cada proibido, em lote com a sua recusa, e dois produtores de uma vez."""

import sqlite3
import threading
from contextlib import closing
from typing import Any

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import User
from django.contrib.messages import get_messages
from django.db import connection
from django.test import Client

from inscricoes.admin.acoes import DESTINOS, MAXIMO_POR_VEZ
from inscricoes.models import Aviso, Candidato, Edicao, Movimento
from inscricoes.services import candidato_selecionado
from inscricoes.situacoes import DO_CANDIDATO, PASSOS, Situacao
from inscricoes.tests.selecao import CPF, LISTA, candidato, entrar, produtor

PERMITIDOS = [(de, para) for de, destinos in PASSOS.items() for para in destinos if para not in DO_CANDIDATO]
PROIBIDOS = [(de, para) for de in Situacao for para in DESTINOS if (de, para) not in PERMITIDOS]


@pytest.fixture
def eu(db: None) -> User:
    return produtor("seletora", grupo="Seleção")


@pytest.fixture
def seletora(eu: User) -> Client:
    return entrar(eu)


def mover(cliente: Client, quem: Candidato, para: str, filtro: str = "") -> Any:
    extra = f"?_changelist_filters={filtro}" if filtro else ""
    return cliente.post(f"{LISTA}{quem.pk}/mover/{para}/{extra}")


def agir(cliente: Client, acao: str, quem: list[Candidato], onde: str = LISTA, **outros: str) -> Any:
    return cliente.post(onde, {"action": acao, "_selected_action": [c.pk for c in quem], **outros})


def recados(resposta: Any) -> list[str]:
    return [str(recado) for recado in get_messages(resposta.wsgi_request)]


def test_os_destinos_sao_os_da_producao() -> None:
    assert set(DESTINOS) == set(Situacao) - DO_CANDIDATO


@pytest.mark.parametrize(("de", "para"), PERMITIDOS)
def test_passo_permitido(seletora: Client, eu: User, edicao: Edicao, de: str, para: str) -> None:
    ana = candidato(edicao, "Ana", situacao=de)
    resposta = mover(seletora, ana, para, "uf%3DPA")
    assert resposta["Location"] == f"{LISTA}{ana.pk}/change/?_changelist_filters=uf%3DPA"
    ana.refresh_from_db()
    assert ana.situacao == para
    assert list(Movimento.objects.values_list("candidato", "de", "para", "por")) == [(ana.pk, de, para, eu.pk)]
    assert list(Aviso.objects.values_list("candidato", "situacao", "enviado_em")) == [(ana.pk, para, None)]
    assert list(LogEntry.objects.values_list("object_id", "user", "change_message")) == [
        (str(ana.pk), eu.pk, DESTINOS[Situacao(para)].historico)
    ]


@pytest.mark.parametrize(("de", "para"), PROIBIDOS)
def test_passo_proibido(seletora: Client, edicao: Edicao, de: str, para: str) -> None:
    ana = candidato(edicao, "Ana", situacao=de)
    frases = recados(mover(seletora, ana, para))
    ana.refresh_from_db()
    assert ana.situacao == de
    como = "ser selecionado" if para == "selecionada" else f"passar a “{Situacao(para).label}”"
    assert frases == [f"Ana (Belém/PA) não pode {como}: está como “{Situacao(de).label}”."]
    assert (Movimento.objects.count(), Aviso.objects.count(), LogEntry.objects.count()) == (0, 0, 0)


@pytest.mark.parametrize("de", list(Situacao))
def test_a_ficha_so_tem_botoes_do_que_se_pode(seletora: Client, edicao: Edicao, de: str) -> None:
    ana = candidato(edicao, "Ana", situacao=de)
    contexto = seletora.get(f"{LISTA}{ana.pk}/change/").context
    assert [passo.para for passo, _ in contexto["passos"]] == [p for p in DESTINOS if (de, p) in PERMITIDOS]


def test_o_que_e_final_pergunta_antes(seletora: Client, edicao: Edicao) -> None:
    ana = candidato(edicao, "Ana", situacao="enviada")
    ficha = seletora.get(f"{LISTA}{ana.pk}/change/").content.decode()
    for para in ("selecionada", "reprovada"):
        assert f'href="/admin/inscricoes/candidato/{ana.pk}/mover/{para}/"' in ficha
        assert f'action="/admin/inscricoes/candidato/{ana.pk}/mover/{para}/"' not in ficha
        pergunta = seletora.get(f"{LISTA}{ana.pk}/mover/{para}/").content.decode()
        assert "Voltar sem fazer nada" in pergunta
    assert f'action="/admin/inscricoes/candidato/{ana.pk}/mover/em_analise/"' in ficha
    ana.refresh_from_db()
    assert ana.situacao == "enviada"


def test_confirmacao_de_quem_ja_saiu_do_lugar(seletora: Client, edicao: Edicao) -> None:
    ana = candidato(edicao, "Ana", situacao="desistente")
    pagina = seletora.get(f"{LISTA}{ana.pk}/mover/reprovada/").content.decode()
    assert "Não é possível reprovar: está como “desistente”." in pagina


# --- Em lote ---


@pytest.mark.parametrize("para", ["em_analise", "entrevista", "reserva", "reprovada"])
def test_lote_conta_quantos_moveu(seletora: Client, edicao: Edicao, para: str) -> None:
    de = "enviada" if para == "em_analise" else "em_analise"
    quem = [candidato(edicao, nome, situacao=de) for nome in ("Ana", "Bia", "Caio")]
    resposta = agir(seletora, f"passar_a_{para}", quem, confirmado="sim")
    assert recados(resposta) == [f"3 candidatos passaram a “{Situacao(para).label}”."]
    assert set(Candidato.objects.values_list("situacao", flat=True)) == {para}
    assert set(LogEntry.objects.values_list("object_id", flat=True)) == {str(c.pk) for c in quem}


def test_lote_nomeia_quem_recusou_e_por_que(seletora: Client, edicao: Edicao) -> None:
    situacoes = {"Ana": "enviada", "Bia": "reprovada", "Caio": "desistente", "Davi": "desistente", "Elis": "reserva"}
    quem = [candidato(edicao, nome, situacao=situacao) for nome, situacao in situacoes.items()]
    sumida = candidato(edicao, "Frida")
    quem.append(sumida)
    Candidato.objects.filter(pk=sumida.pk).delete()
    sumida.pk = quem[-2].pk + 1000
    resposta = agir(seletora, "passar_a_em_analise", quem)
    assert sorted(recados(resposta)) == [
        "2 candidatos passaram a “em análise”.",
        "2 não passaram a “em análise” (estão como “desistente”): Davi (Belém/PA) e Caio (Belém/PA).",
        "Elis (Belém/PA) não pode passar a “em análise”: está como “reserva”.",
        "Uma das inscrições escolhidas já não existe.",
    ]


def test_lote_um_so(seletora: Client, edicao: Edicao) -> None:
    ana = candidato(edicao, "Ana", situacao="enviada")
    assert recados(agir(seletora, "passar_a_em_analise", [ana])) == ["Ana (Belém/PA) passou a “em análise”."]


def test_quem_outro_moveu_nao_some_calado_do_lote(seletora: Client, edicao: Edicao) -> None:
    ana = candidato(edicao, "Ana", situacao="reserva")  # Na fila de quem clica ela ainda era “enviada”.
    resposta = agir(seletora, "passar_a_em_analise", [ana], f"{LISTA}?situacao=enviada")
    assert recados(resposta) == ["Ana (Belém/PA) não pode passar a “em análise”: está como “reserva”."]
    assert resposta["Location"] == f"{LISTA}?situacao=enviada"


def test_reprovar_muitos_pergunta_antes(seletora: Client, edicao: Edicao) -> None:
    quem = [candidato(edicao, "Ana", situacao="enviada"), candidato(edicao, "Bia", situacao="selecionada")]
    pagina = agir(seletora, "passar_a_reprovada", quem).content.decode()
    assert pagina.count("não pode ser reprovado") == 1
    assert set(Candidato.objects.values_list("situacao", flat=True)) == {"enviada", "selecionada"}


def test_todos_da_fila_filtrada(seletora: Client, edicao: Edicao) -> None:
    quem = [candidato(edicao, f"P{n}", situacao="enviada", uf="PA" if n % 2 else "SP") for n in range(120)]
    resposta = agir(seletora, "passar_a_em_analise", quem[:1], f"{LISTA}?uf=PA", select_across="1")
    assert recados(resposta) == ["60 candidatos passaram a “em análise”."]
    assert Candidato.objects.filter(uf="SP", situacao="enviada").count() == 60


def test_centenas_de_uma_vez(seletora: Client, edicao: Edicao) -> None:
    quem = [candidato(edicao, f"P{n}", situacao="enviada") for n in range(300)]
    resposta = agir(seletora, "passar_a_em_analise", quem)
    assert recados(resposta) == ["300 candidatos passaram a “em análise”."]
    assert (Movimento.objects.count(), Aviso.objects.count(), LogEntry.objects.count()) == (300, 300, 300)


def test_mais_do_que_cabe_nao_muda_nada(seletora: Client, edicao: Edicao) -> None:
    Candidato.objects.bulk_create(
        Candidato(edicao=edicao, nome="F", nome_curto="F", email=f"{n}@example.com", uf="PA", nascimento="1991-01-01")
        for n in range(MAXIMO_POR_VEZ + 1)
    )
    primeiro = Candidato.objects.first()
    assert primeiro is not None
    resposta = agir(seletora, "passar_a_em_analise", [primeiro], select_across="1")
    assert recados(resposta) == [f"Nada mudou: escolha até {MAXIMO_POR_VEZ} candidatos por vez."]
    assert not Candidato.objects.filter(situacao="em_analise").exists()


def test_recusa_do_banco_desfaz_so_a_de_um(seletora: Client, edicao: Edicao) -> None:
    ana, bia = candidato(edicao, "Ana"), candidato(edicao, "Bia")

    def so_bia(candidato: Candidato, **_: Any) -> None:
        if candidato == ana:
            Edicao.objects.create(nome=edicao.nome, ano=2024)  # O nome é único: o banco recusa.

    candidato_selecionado.connect(so_bia)
    try:
        frases = recados(agir(seletora, "selecionar_para_a_casa", [ana, bia], confirmado="sim"))
    finally:
        candidato_selecionado.disconnect(so_bia)
    assert sorted(frases) == [
        "Ana (Belém/PA) não foi selecionado agora. Tente de novo.",
        "Já entre os participantes da casa: Bia.",
    ]
    assert dict(Candidato.objects.values_list("nome_curto", "situacao")) == {"Ana": "enviada", "Bia": "selecionada"}
    assert list(Movimento.objects.values_list("candidato", flat=True)) == [bia.pk]


# --- Dois produtores ao mesmo tempo ---


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("caminho", ["ficha", "lote"])
@pytest.mark.parametrize("para", ["em_analise", "reprovada"])
def test_dois_produtores_movem_o_mesmo_uma_vez_so(caminho: str, para: str) -> None:
    edicao = Edicao.objects.create(nome="BBB 24", ano=2024)
    ana = candidato(edicao, "Ana", situacao="enviada")
    clientes = [entrar(produtor(nome, is_superuser=True)) for nome in ("uma", "outra")]
    largada = threading.Barrier(2)
    frases: list[str] = []

    def correr(cliente: Client) -> None:
        try:
            cliente.get(f"{LISTA}{ana.pk}/change/")
            largada.wait(10)
            if caminho == "ficha":
                resposta = mover(cliente, ana, para)
            else:
                resposta = agir(cliente, f"passar_a_{para}", [ana], confirmado="sim")
            frases.extend(recados(resposta))
        finally:
            connection.close()

    corredores = [threading.Thread(target=correr, args=[cliente]) for cliente in clientes]
    for corredor in corredores:
        corredor.start()
    for corredor in corredores:
        corredor.join(30)
    nome = Situacao(para).label
    assert sorted(frases) == [
        f"Ana (Belém/PA) não pode passar a “{nome}”: está como “{nome}”.",
        f"Ana (Belém/PA) passou a “{nome}”.",
    ]
    assert (Movimento.objects.count(), Aviso.objects.count(), LogEntry.objects.count()) == (1, 1, 1)


# --- O banco ocupado (SQLite: um escritor por vez) ---


@pytest.mark.django_db(transaction=True)
@pytest.mark.skipif(connection.vendor != "sqlite", reason="só o SQLite tem um escritor por vez")
@pytest.mark.parametrize(
    ("onde", "dados"),
    [
        ("{id}/mover/em_analise/", {}),
        ("", {"action": "passar_a_em_analise"}),
        ("{id}/parecer/", {"nota": "5", "texto": "Comentário que não se perde."}),
        ("{id}/cpf/", {}),
        ("por-cpf/", {"cpf": CPF}),
        ("exportar/csv/", {}),
        ("{id}/change/", {}),
    ],
)
def test_banco_ocupado_e_uma_frase_e_nada_muda(onde: str, dados: dict[str, str]) -> None:
    ana = candidato(Edicao.objects.create(nome="BBB 24", ano=2024), "Ana", cpf=CPF, situacao="enviada")
    cliente = entrar(produtor("chefe", is_superuser=True))
    antes = list(Candidato.objects.values())
    with closing(sqlite3.connect(connection.settings_dict["NAME"], isolation_level=None)) as outro:
        outro.execute("BEGIN IMMEDIATE")
        resposta = cliente.post(LISTA + onde.format(id=ana.pk), {"_selected_action": [ana.pk], **dados})
        outro.execute("ROLLBACK")
    assert resposta.status_code in (200, 302)
    texto = " ".join(recados(resposta)) + resposta.content.decode()
    assert "O banco está ocupado demais neste momento e nada mudou. Tente de novo." in texto
    assert not any(forma in " ".join(recados(resposta)) for forma in (CPF, "529.982"))
    assert ("texto" not in dados) or dados["texto"] in texto
    assert (list(Candidato.objects.values()), LogEntry.objects.count()) == (antes, 0)
