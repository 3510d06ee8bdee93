"""As seções da inscrição na sua ordem, o que falta em cada uma, e de qual inscrição se fala."""

from dataclasses import dataclass
from typing import Any

from django.db.models import OuterRef, Subquery
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone

from inscricoes.models import Candidato, Edicao, Pergunta, Secao
from inscricoes.services import pendencias
from inscricoes.views import duracao


@dataclass(frozen=True)
class Passo:
    chave: str
    """Como em `services.Pendencia.secao`."""
    titulo: str
    endereco: str
    faltam: tuple[str, ...]
    minutos: int
    """Quanto leva, do começo ao fim."""

    @property
    def pronto(self) -> bool:
        return not self.faltam


class SemInscricao(Http404):
    """A conta ainda não começou inscrição nenhuma: a página oferece começar."""


def oferecer_comeco(request: HttpRequest) -> HttpResponse:
    """O que lê quem ainda não tem inscrição, em qualquer página dela."""
    contexto = {"aberta": Edicao.objects.recebendo(timezone.now()).exists()}
    return render(request, "inscricoes/sem_inscricao.html", contexto, status=404)


def inscricoes_da_conta(request: HttpRequest) -> list[Candidato]:
    """Todas as desta pessoa, a da edição mais nova primeiro."""
    minhas = Candidato.objects.de(request.user).select_related("edicao", "termo")  # type: ignore[arg-type]
    return list(minhas.order_by("-edicao__ano", "-edicao_id"))


def inscricao_da_conta(request: HttpRequest) -> Candidato:
    """A da edição aberta ou, sem ela, a mais nova; `?inscricao=<protocolo>` escolhe outra da mesma conta.

    Levanta `SemInscricao` se a conta não tem nenhuma, e `Http404` se não tem essa.
    """
    minhas = inscricoes_da_conta(request)
    pedida = request.GET.get("inscricao")
    if not minhas and pedida is None:
        raise SemInscricao("Esta conta não tem inscrição.")
    if pedida is not None:
        minhas = [candidato for candidato in minhas if candidato.protocolo == pedida]
    if not minhas:
        raise Http404("Esta conta não tem essa inscrição.")
    agora = timezone.now()
    return next((candidato for candidato in minhas if candidato.edicao.recebe_inscricoes(agora)), minhas[0])


def passos(candidato: Candidato) -> list[Passo]:
    """Cada seção com o que ainda falta nela. A revisão fica pronta quando não falta nada nas outras."""
    faltas: dict[str, list[str]] = {}
    for pendencia in pendencias(candidato):
        faltas.setdefault(pendencia.secao, []).append(pendencia.frase)
    no_ar = Pergunta.objects.no_ar().filter(secao=OuterRef("pk")).order_by().values("secao")
    segundos = Subquery(no_ar.annotate(segundos=duracao.SEGUNDOS).values("segundos"))
    secoes = Secao.objects.filter(edicao=candidato.edicao_id).annotate(segundos=segundos)
    partes = [
        ("dados", "Dados pessoais", reverse("inscricoes:dados"), duracao.MINUTOS["dados"]),
        ("contato", "Contato", reverse("inscricoes:contato"), duracao.MINUTOS["contato"]),
        *(
            (
                f"questionario-{secao.pk}",
                secao.titulo,
                reverse("inscricoes:questionario", args=[secao.pk]),
                duracao.em_minutos(secao.segundos),
            )
            for secao in secoes.filter(segundos__isnull=False).order_by("ordem", "id")
        ),
        ("fotos", "Fotos", reverse("inscricoes:fotos"), duracao.MINUTOS["fotos"]),
        ("video", "Vídeo", reverse("inscricoes:video"), duracao.MINUTOS["video"]),
        ("revisao", "Revisar e enviar", reverse("inscricoes:revisao"), duracao.MINUTOS["revisao"]),
    ]
    return [
        Passo(chave, titulo, endereco, tuple(faltas.get(chave, ())), minutos)
        for chave, titulo, endereco, minutos in partes
    ]


def contexto(candidato: Candidato, secao: str) -> dict[str, Any]:
    """O que `inscricoes/secao.html` precisa. Levanta `Http404` se a inscrição não tem essa seção."""
    todos = passos(candidato)
    lugar = next((i for i, passo in enumerate(todos) if passo.chave == secao), None)
    if lugar is None:
        raise Http404("Esta seção não existe nesta inscrição.")
    preencher = todos[:-1]
    return {
        "candidato": candidato,
        "edicao": candidato.edicao,
        "passos": todos,
        "passo": todos[lugar],
        "numero": lugar + 1,
        "anterior": todos[lugar - 1] if lugar else None,
        "seguinte": todos[lugar + 1] if lugar + 1 < len(todos) else None,
        "prontos": sum(passo.pronto for passo in preencher),
        "preencher": len(preencher),
        "incompletos": [passo for passo in preencher if not passo.pronto],
        "restam": sum(passo.minutos for passo in preencher if not passo.pronto),
    }
