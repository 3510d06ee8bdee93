"""Quantas inscrições: por dia, por estado e região, e até onde chegaram na seleção. Só lê, uma consulta por pergunta.

Rascunhos ainda não são inscrições: só entram no começo do funil.
"""

from collections import Counter
from dataclasses import dataclass
from datetime import date, timedelta

from django.db.models import Count, Q, QuerySet
from django.db.models.functions import TruncDate
from django.utils import timezone

from inscricoes.models import UF, Candidato, Edicao, Regiao
from inscricoes.situacoes import Situacao

DIAS = 90
"""Os mais recentes que se mostram, um por um."""

FUNIL = (
    ("Começaram", None),
    ("Enviaram", Situacao.ENVIADA),
    ("Em análise", Situacao.EM_ANALISE),
    ("Entrevista", Situacao.ENTREVISTA),
    ("Selecionadas", Situacao.SELECIONADA),
)
"""As etapas de quem segue até o fim; uma etapa pode ser pulada, e quem a pulou conta nela."""


@dataclass(frozen=True, slots=True)
class Etapa:
    nome: str
    quantas: int
    """Inscrições que chegaram até aqui, onde quer que estejam hoje."""
    da_anterior: float | None
    """De 0 a 1; `None` na primeira, e se a anterior é zero."""


def por_dia(edicao: Edicao) -> list[tuple[date, int]]:
    """Inscrições enviadas em cada dia (hora de Brasília), do primeiro ao último com alguma, com zero nos dias sem."""
    contados = dict(
        _enviadas(edicao)
        .annotate(dia=TruncDate("enviado_em", tzinfo=timezone.get_default_timezone()))
        .values_list("dia")
        .annotate(quantas=Count("pk"))
        .order_by("dia")
    )
    if not contados:
        return []
    primeiro, ultimo = min(contados), max(contados)
    dias = (primeiro + timedelta(days=i) for i in range((ultimo - primeiro).days + 1))
    return [(dia, contados.get(dia, 0)) for dia in dias]


def por_estado(edicao: Edicao) -> list[tuple[UF, int]]:
    """Os estados com alguma inscrição enviada, do que tem mais ao que tem menos."""
    contados = _enviadas(edicao).exclude(uf="").values_list("uf").annotate(quantas=Count("pk"))
    return [(UF(uf), quantas) for uf, quantas in sorted(contados.order_by(), key=lambda par: (-par[1], par[0]))]


def por_regiao(estados: list[tuple[UF, int]]) -> list[tuple[Regiao, int]]:
    """As cinco regiões, na ordem do IBGE, somados os seus estados."""
    somas: Counter[Regiao] = Counter()
    for uf, quantas in estados:
        regiao = Regiao.da_uf(uf)
        if regiao is not None:
            somas[regiao] += quantas
    return [(regiao, somas[regiao]) for regiao in Regiao]


def por_situacao(edicao: Edicao) -> list[tuple[Situacao, int]]:
    """Onde cada inscrição está hoje, na ordem da seleção; todas as situações, também as vazias."""
    contados = dict(
        Candidato.objects.filter(edicao=edicao).order_by().values_list("situacao").annotate(quantas=Count("pk"))
    )
    return [(situacao, contados.get(situacao, 0)) for situacao in Situacao]


def funil(edicao: Edicao, situacoes: list[tuple[Situacao, int]]) -> list[Etapa]:
    """Quantas chegaram a cada etapa. `situacoes`: o que `por_situacao` disse.

    Quem foi a uma etapa passou pelas anteriores, ainda que a seleção a tenha levado direto; quem depois desistiu ou foi
    reprovado continua contado até onde chegou, o que dizem os movimentos.
    """
    etapas = [situacao for _, situacao in FUNIL if situacao is not None]
    contas = {}
    for i in range(len(etapas)):
        chegou = Q(situacao__in=etapas[i:]) | Q(movimentos__para__in=etapas[i:])
        if i == 0:
            chegou |= ~Q(situacao=Situacao.RASCUNHO)
        elif i == 1:
            chegou |= Q(situacao=Situacao.RESERVA)  # só se chega à reserva pela análise
        contas[f"etapa_{i}"] = Count("pk", distinct=True, filter=chegou)
    quantas = [sum(quantas for _, quantas in situacoes)]
    quantas += Candidato.objects.filter(edicao=edicao).order_by().aggregate(**contas).values()
    return [
        Etapa(nome, quantas[i], quantas[i] / quantas[i - 1] if i and quantas[i - 1] else None)
        for i, (nome, _) in enumerate(FUNIL)
    ]


def _enviadas(edicao: Edicao) -> QuerySet[Candidato]:
    return Candidato.objects.filter(edicao=edicao, enviado_em__isnull=False).exclude(situacao=Situacao.RASCUNHO)
