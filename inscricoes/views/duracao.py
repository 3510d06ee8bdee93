"""Quanto tempo leva cada parte da inscrição, para quem decide se começa agora. São estimativas, e arredondadas."""

from typing import NamedTuple

from django.db.models import Case, Count, IntegerField, Sum, Value, When

from inscricoes.models import Edicao, Pergunta

SEGUNDOS_POR_PERGUNTA = {
    Pergunta.Tipo.CURTA: 30,
    Pergunta.Tipo.LONGA: 90,
    Pergunta.Tipo.ESCOLHA: 12,
    Pergunta.Tipo.NUMERO: 12,
    Pergunta.Tipo.SIM_NAO: 8,
}
"""Ler e responder no telefone."""
MINUTOS = {"dados": 4, "contato": 2, "fotos": 5, "video": 10, "revisao": 3}
"""Das partes que não são perguntas. O vídeo conta gravá-lo."""

SEGUNDOS = Sum(
    Case(
        *(When(tipo=tipo, then=Value(segundos)) for tipo, segundos in SEGUNDOS_POR_PERGUNTA.items()),
        default=Value(30),
        output_field=IntegerField(),
    )
)
"""A soma das perguntas de um grupo, em segundos."""


class Tamanho(NamedTuple):
    perguntas: int
    minutos: int
    """De toda a inscrição, de cinco em cinco."""


def em_minutos(segundos: int) -> int:
    """Pelo menos um."""
    return max(1, round(segundos / 60))


def da_inscricao(edicao: Edicao) -> Tamanho:
    """Numa consulta."""
    no_ar = Pergunta.objects.no_ar().filter(secao__edicao=edicao).order_by()
    somas = no_ar.aggregate(perguntas=Count("pk"), segundos=SEGUNDOS)
    minutos = sum(MINUTOS.values()) + (somas["segundos"] or 0) / 60
    return Tamanho(somas["perguntas"], 5 * max(1, round(minutos / 5)))
