"""A máquina de situações: cada passo permitido anda, cada outro é recusado com uma frase, e um clique repetido anda uma
vez só."""

import threading
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.utils import timezone

from inscricoes.models import Aviso, Candidato, Edicao, Movimento, Parecer
from inscricoes.services import (
    MovimentoProibido,
    NaoSelecionavel,
    candidato_selecionado,
    mover,
    opinar,
    selecionar,
)
from inscricoes.situacoes import PASSOS, Situacao

PERMITIDOS = [
    ("rascunho", "enviada"),
    ("enviada", "em_analise"),
    ("enviada", "selecionada"),
    ("enviada", "reprovada"),
    ("enviada", "desistente"),
    ("em_analise", "entrevista"),
    ("em_analise", "selecionada"),
    ("em_analise", "reserva"),
    ("em_analise", "reprovada"),
    ("em_analise", "desistente"),
    ("entrevista", "selecionada"),
    ("entrevista", "reserva"),
    ("entrevista", "reprovada"),
    ("entrevista", "desistente"),
    ("reserva", "entrevista"),
    ("reserva", "selecionada"),
    ("reserva", "reprovada"),
    ("reserva", "desistente"),
    ("reprovada", "em_analise"),
    ("selecionada", "desistente"),
    ("desistente", "rascunho"),
]
PROIBIDOS = [(de.value, para.value) for de in Situacao for para in Situacao if (de, para) not in PERMITIDOS]


def candidato_em(edicao: Edicao, situacao: str, nome: str = "Dora") -> Candidato:
    return Candidato.objects.create(
        edicao=edicao, nome=f"{nome} Reis", nome_curto=nome, email=f"{nome}@example.com".lower(),
        nascimento="1991-02-03", profissao="Médica", cidade="Belém", uf="PA", situacao=situacao,
    )  # fmt: skip


def test_todas_as_situacoes_tem_saida_ou_fim_declarado() -> None:
    assert set(PASSOS) == set(Situacao)
    assert sorted((de.value, para.value) for de, destinos in PASSOS.items() for para in destinos) == sorted(PERMITIDOS)


@pytest.mark.parametrize(("de", "para"), PERMITIDOS)
def test_passo_permitido_anda_e_fica_escrito(edicao: Edicao, de: str, para: str) -> None:
    candidato = candidato_em(edicao, de)
    produtora = User.objects.create_user("produtora")
    agora = timezone.now()
    mover(candidato, Situacao(para), por=produtora, agora=agora)
    assert Candidato.objects.get().situacao == para
    assert list(Movimento.objects.values_list("de", "para", "em", "por")) == [(de, para, agora, produtora.pk)]
    avisos = [] if para == "rascunho" else [para]
    assert list(Aviso.objects.values_list("situacao", flat=True)) == avisos


@pytest.mark.parametrize(("de", "para"), PROIBIDOS)
def test_passo_proibido_nao_muda_nada(edicao: Edicao, de: str, para: str) -> None:
    candidato = candidato_em(edicao, de)
    with pytest.raises(MovimentoProibido, match=f"está como “{Situacao(de).label}”"):
        mover(candidato, Situacao(para))
    assert Candidato.objects.get().situacao == de
    assert (Movimento.objects.count(), Aviso.objects.count()) == (0, 0)


def test_selecionar_recusado_diz_quem_e_como_esta(edicao: Edicao) -> None:
    candidato = candidato_em(edicao, "reprovada")
    with pytest.raises(NaoSelecionavel) as recusa:
        selecionar(candidato)
    assert str(recusa.value) == "Dora (Belém/PA) não pode ser selecionado: está como “reprovada”."


def test_dez_cliques_ao_mesmo_tempo_movem_uma_vez(transactional_db: None, edicao: Edicao) -> None:
    candidato = candidato_em(edicao, "enviada")
    saidas: list[str] = []
    largada = threading.Barrier(10)

    def clicar() -> None:
        try:
            largada.wait()
            mover(Candidato.objects.get(pk=candidato.pk), Situacao.EM_ANALISE)
            saidas.append("moveu")
        except MovimentoProibido:
            saidas.append("recusado")
        except Exception as erro:
            saidas.append(repr(erro))
        finally:
            connection.close()

    cliques = [threading.Thread(target=clicar) for _ in range(10)]
    for clique in cliques:
        clique.start()
    for clique in cliques:
        clique.join(30)
    assert sorted(saidas) == ["moveu", *["recusado"] * 9]
    assert Movimento.objects.count() == 1


def test_parecer_e_um_por_pessoa_e_a_media_acompanha(edicao: Edicao) -> None:
    candidato = candidato_em(edicao, "em_analise")
    ana, bia = User.objects.create_user("ana"), User.objects.create_user("bia")
    opinar(candidato, autor=ana, nota=10, texto="Ótima.")
    opinar(candidato, autor=bia, nota=5, texto="")
    opinar(candidato, autor=ana, nota=8, texto="Revi.")
    assert sorted(Parecer.objects.values_list("autor__username", "nota", "texto")) == [
        ("ana", 8, "Revi."),
        ("bia", 5, ""),
    ]
    assert Candidato.objects.get().nota_media == 6.5


def test_rascunho_nao_recebe_parecer(edicao: Edicao) -> None:
    candidato = candidato_em(edicao, "rascunho")
    with pytest.raises(MovimentoProibido):
        opinar(candidato, autor=User.objects.create_user("ana"), nota=1, texto="")
    assert Parecer.objects.count() == 0


def test_quem_falha_ao_ouvir_a_selecao_desfaz_tudo(edicao: Edicao, participantes: Any) -> None:

    def falhar(**_: Any) -> None:
        raise RuntimeError("a casa está cheia")

    candidato = candidato_em(edicao, "entrevista")
    candidato_selecionado.connect(falhar, dispatch_uid="teste.falhar")
    try:
        with pytest.raises(RuntimeError):
            selecionar(candidato)
    finally:
        candidato_selecionado.disconnect(dispatch_uid="teste.falhar")
    assert Candidato.objects.get().situacao == "entrevista"
    assert (Movimento.objects.count(), Aviso.objects.count()) == (0, 0)
