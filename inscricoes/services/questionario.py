"""O que a produção faz com perguntas e termos: pôr no ar, tirar, trocar por outra. O que foi respondido não muda."""

from datetime import datetime

from django.db import transaction
from django.db.models import Max, QuerySet

from inscricoes.models import Pergunta, Termo

MUDA_O_SENTIDO = ("secao", "enunciado", "tipo", "opcoes", "obrigatoria", "limite")
"""Campos que não mudam numa pergunta já respondida (migração `0005_gatilhos`)."""


class NaoSubstituivel(Exception):
    """Só se troca a pergunta que está no ar: um rascunho se muda, e uma retirada já saiu."""

    def __init__(self, pergunta: Pergunta) -> None:
        super().__init__(f"“{pergunta}” não está no ar, e por isso não se substitui.")


@transaction.atomic
def publicar(perguntas: QuerySet[Pergunta], *, agora: datetime) -> int:
    """Põe no ar os rascunhos, e de volta as retiradas. Devolve quantas entraram."""
    novas = perguntas.filter(publicada_em__isnull=True).update(publicada_em=agora)
    return novas + perguntas.filter(retirada_em__isnull=False).update(retirada_em=None)


def retirar(perguntas: QuerySet[Pergunta], *, agora: datetime) -> int:
    """Tira do ar; as respostas já dadas ficam. Devolve quantas saíram."""
    return perguntas.filter(publicada_em__isnull=False, retirada_em__isnull=True).update(retirada_em=agora)


@transaction.atomic
def substituir(pergunta: Pergunta, *, agora: datetime) -> Pergunta:
    """Tira a pergunta do ar e devolve um rascunho igual, no mesmo lugar, para mudar e publicar.

    Levanta `NaoSubstituivel`; dois cliques fazem um rascunho só.
    """
    if not retirar(Pergunta.objects.filter(pk=pergunta.pk), agora=agora):
        raise NaoSubstituivel(pergunta)
    return Pergunta.objects.create(
        ordem=pergunta.ordem,
        ajuda=pergunta.ajuda,
        **{campo: getattr(pergunta, campo) for campo in MUDA_O_SENTIDO},
    )


@transaction.atomic
def nova_versao(termo: Termo) -> Termo:
    """Um rascunho com o mesmo texto e o número seguinte.

    Dois cliques ao mesmo tempo: o banco deixa um só de cada número, e o outro sobe como `IntegrityError`.
    """
    ultima = Termo.objects.filter(edicao=termo.edicao_id).aggregate(maior=Max("versao"))["maior"]
    return Termo.objects.create(edicao_id=termo.edicao_id, versao=ultima + 1, texto=termo.texto)
