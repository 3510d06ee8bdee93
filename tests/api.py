"""Os atores da API: quem não entrou, uma fã, duas candidatas, a produção com e sem permissão, e tokens."""

import json
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.contrib.auth.models import Group, Permission, User
from django.http import HttpResponse
from django.test import Client
from django.utils import timezone

from api.quem import Escopo
from bbb.contas import tokens
from inscricoes.models import Candidato
from inscricoes.tests.conftest import completar
from votacao.models import Opcao, Paredao, Participante

TIPO = "application/problem+json"


@dataclass
class Ator:
    """Um cliente com a sessão e o CSRF de alguém, ou com um token."""

    cliente: Client
    cabecalhos: dict[str, str]

    def pedir(self, metodo: str, caminho: str, corpo: Any = None, **cabecalhos: str) -> HttpResponse:
        extras: dict[str, Any] = {"headers": {**self.cabecalhos, **cabecalhos}}
        if corpo is not None:
            extras |= {"data": json.dumps(corpo), "content_type": "application/json"}
        resposta: HttpResponse = getattr(self.cliente, metodo.lower())(caminho, **extras)
        return resposta

    def json(self, metodo: str, caminho: str, corpo: Any = None, *, status: int = 200) -> Any:
        resposta = self.pedir(metodo, caminho, corpo)
        assert resposta.status_code == status, resposta.content.decode()
        return json.loads(resposta.content) if resposta.content else None


def anonimo() -> Ator:
    return Ator(Client(enforce_csrf_checks=True), {})


def com_sessao(conta: User) -> Ator:
    cliente = Client(enforce_csrf_checks=True)
    cliente.force_login(conta)
    csrf = json.loads(cliente.get("/api/v1/eu").content)["csrf"]
    return Ator(cliente, {"X-CSRFToken": csrf})


def com_token(dono: User, *escopos: Escopo) -> Ator:
    agora = timezone.now()
    _, segredo = tokens.criar(
        dono=dono, nome="Ensaio", escopos=escopos, expira_em=agora + timedelta(days=1), agora=agora
    )
    return Ator(Client(enforce_csrf_checks=True), {"Authorization": f"Bearer {segredo}"})


def produtor(*, nome: str = "chefe", tudo: bool = True) -> User:
    conta = User.objects.create_user(nome, f"{nome}@producao.example", is_staff=True)
    if tudo:
        conta.groups.add(*Group.objects.all())
        conta.user_permissions.add(*Permission.objects.filter(content_type__app_label__in=("inscricoes", "votacao")))
    return conta


def novo_paredao(paredao: Paredao, titulo: str, **campos: Any) -> Paredao:
    novo = Paredao.objects.create(edicao=paredao.edicao, titulo=titulo, **campos)
    for ordem, participante in enumerate(Participante.objects.filter(edicao=paredao.edicao).order_by("pk"), start=1):
        Opcao.objects.create(paredao=novo, participante=participante, ordem=ordem)
    return novo


def enviada(candidato: Candidato) -> Candidato:
    completar(candidato)
    agora = timezone.now()
    Candidato.objects.filter(pk=candidato.pk).update(
        situacao="enviada", enviado_em=agora, termo=candidato.edicao.termos.get(), consentiu_em=agora
    )
    candidato.refresh_from_db()
    return candidato
