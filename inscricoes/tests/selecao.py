"""Quem aparece nos testes da seleção: produtores com cada papel e candidatos de toda sorte."""

from datetime import date, datetime, timedelta
from typing import Any

from django.contrib.auth.models import Group, Permission, User
from django.test import Client
from django.utils import timezone

from inscricoes.models import Candidato, Edicao, Foto, Pergunta, Resposta, Secao
from inscricoes.services import opinar

LISTA = "/admin/inscricoes/candidato/"
CPF = "52998224725"


def produtor(nome: str, *permissoes: str, grupo: str = "", **outros: Any) -> User:
    usuario = User.objects.create_user(nome, is_staff=True, **outros)
    if grupo:
        usuario.groups.add(Group.objects.get(name=grupo))
    usuario.user_permissions.add(
        *Permission.objects.filter(content_type__app_label="inscricoes", codename__in=permissoes)
    )
    return usuario


def entrar(usuario: User) -> Client:
    cliente = Client()
    cliente.force_login(usuario)
    return cliente


def candidato(edicao: Edicao, nome_curto: str, **campos: Any) -> Candidato:
    return Candidato.objects.create(
        **{
            "edicao": edicao,
            "nome": f"{nome_curto} Reis",
            "nome_curto": nome_curto,
            "email": f"{nome_curto}@example.com".lower(),
            "nascimento": date(1991, 2, 3),
            "genero": "mulher",
            "profissao": "Médica",
            "cidade": "Belém",
            "uf": "PA",
            "enviado_em": timezone.now(),
            **campos,
        }
    )


def fila_de(edicao: Edicao, quantos: int) -> list[Candidato]:
    """`quantos` candidatos enviados de minuto em minuto, cada um com três fotos, parecer e duas respostas."""
    agora = timezone.now()
    autor, _ = User.objects.get_or_create(username="avaliadora")
    perguntas = questionario(edicao)
    novos = []
    for n in range(quantos):
        novo = candidato(edicao, f"Pessoa{n}", enviado_em=agora - timedelta(minutes=n))
        fotografar(novo, 3)
        opinar(novo, autor=autor, nota=n % 11, texto="Boa conversa.")
        Resposta.objects.bulk_create(Resposta(candidato=novo, pergunta=p, texto=f"resposta {n}") for p in perguntas)
        novos.append(novo)
    return novos


def questionario(edicao: Edicao, agora: datetime | None = None) -> list[Pergunta]:
    secao, nova = Secao.objects.get_or_create(edicao=edicao, titulo="Você na casa")
    if nova:
        for ordem, enunciado in enumerate(("Por que você?", "O que te irrita?")):
            Pergunta.objects.create(secao=secao, ordem=ordem, enunciado=enunciado, publicada_em=agora or timezone.now())
    return list(Pergunta.objects.filter(secao=secao))


def fotografar(candidato: Candidato, quantas: int) -> list[Foto]:
    return [
        Foto.objects.create(
            candidato=candidato, ordem=n, largura=900, altura=1200, tamanho=90_000, resumo=f"{candidato.pk}-{n}"
        )
        for n in range(quantas)
    ]


def nomes(resposta: Any) -> list[str]:
    return [c.nome_curto for c in resposta.context["cl"].result_list]
