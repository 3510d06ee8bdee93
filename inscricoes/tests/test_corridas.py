"""Duas abas, dois cliques, duas pessoas com um CPF: threads de verdade, no banco de verdade."""

from collections.abc import Callable
from threading import Barrier, Thread

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.utils import timezone

from inscricoes import services
from inscricoes.models import Candidato, Edicao, Movimento, Pergunta, Resposta, Secao
from inscricoes.tests.conftest import completar, entrar

pytestmark = pytest.mark.django_db(transaction=True)


def juntos(*tarefas: Callable[[], int]) -> list[int]:
    """Os status, cada tarefa na sua thread e conexão, todas soltas ao mesmo tempo."""
    barreira = Barrier(len(tarefas))
    status: list[int] = []

    def correr(tarefa: Callable[[], int]) -> None:
        try:
            barreira.wait(10)
            status.append(tarefa())
        finally:
            connection.close()

    threads = [Thread(target=correr, args=[tarefa]) for tarefa in tarefas]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    return sorted(status)


def mandar(conta: User, endereco: str, corpo: dict[str, str]) -> Callable[[], int]:
    cliente = entrar(conta)
    return lambda: cliente.post(endereco, corpo).status_code


def corpo_de_envio(candidato: Candidato) -> dict[str, str]:
    termo = candidato.edicao.termo_vigente(timezone.now())
    assert termo is not None
    return {"inscricao": candidato.protocolo, "aceito": "on", "termo": termo.marca}


def test_cliques_juntos_em_comecar_fazem_um_rascunho(aberta: Edicao, dora: User) -> None:
    assert juntos(*[mandar(dora, "/inscricoes/nova/", {})] * 6) == [302] * 6
    assert Candidato.objects.count() == 1
    assert Movimento.objects.count() == 1


def test_cliques_juntos_em_enviar_enviam_uma_vez(rascunho_da_dora: Candidato, dora: User) -> None:
    completar(rascunho_da_dora)
    corpo = corpo_de_envio(rascunho_da_dora)
    assert juntos(*[mandar(dora, "/inscricoes/minha/revisao/", corpo)] * 6) == [302] * 6
    assert list(Movimento.objects.values_list("para", flat=True)) == ["rascunho", "enviada"]


def test_duas_pessoas_com_um_cpf_uma_envia_e_a_outra_le_a_frase(
    rascunho_da_dora: Candidato, aberta: Edicao, dora: User, elis: User
) -> None:
    da_elis = services.comecar(conta=elis, email=elis.email, edicao=aberta, agora=timezone.now())
    for candidato in (rascunho_da_dora, da_elis):
        completar(candidato)
    endereco = "/inscricoes/minha/revisao/"
    assert juntos(
        mandar(dora, endereco, corpo_de_envio(rascunho_da_dora)), mandar(elis, endereco, corpo_de_envio(da_elis))
    ) == [302, 409]
    assert sorted(Candidato.objects.values_list("situacao", flat=True)) == ["enviada", "rascunho"]


def test_salvar_de_varias_abas_junto_nao_perde_campo_nem_resposta(
    rascunho_da_dora: Candidato, dora: User, secao: Secao
) -> None:
    p = rascunho_da_dora.protocolo
    perguntas = list(Pergunta.objects.filter(secao=secao, tipo__in=["curta", "longa"]))
    campos = {"nome": "Dora Reis", "cidade": "Belém", "profissao": "Médica", "nome_curto": "Dora"}
    dados = [mandar(dora, "/inscricoes/minha/dados/", {"inscricao": p, n: v}) for n, v in campos.items()]
    questoes = [
        mandar(dora, f"/inscricoes/minha/questionario/{secao.pk}/", {"inscricao": p, f"p{pergunta.pk}": "oi"})
        for pergunta in perguntas * 2
    ]
    assert juntos(*dados, *questoes) == [302] * 8
    assert Candidato.objects.values(*campos).get() == campos
    assert Resposta.objects.count() == 2


def test_salvar_e_enviar_juntos_o_que_chega_depois_nao_muda_nada(rascunho_da_dora: Candidato, dora: User) -> None:
    completar(rascunho_da_dora)
    corpo = {"inscricao": rascunho_da_dora.protocolo, "cidade": "Natal"}
    status = juntos(
        mandar(dora, "/inscricoes/minha/revisao/", corpo_de_envio(rascunho_da_dora)),
        mandar(dora, "/inscricoes/minha/dados/", corpo),
    )
    rascunho_da_dora.refresh_from_db()
    assert rascunho_da_dora.situacao == "enviada"
    assert (status, rascunho_da_dora.cidade) in (([302, 302], "Natal"), ([302, 409], "Belém"))
