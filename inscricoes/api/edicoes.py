"""As edições: quando recebem inscrições, com que termo e com que perguntas. Aberto a todos, como na página."""

from datetime import datetime
from typing import Annotated, Any

from django.http import HttpRequest
from django.utils import timezone
from ninja import Field, Path, Query, Router, Schema

from api.declarar import lida
from api.listas import Chave, Lista, Recorte, em_lista, recortar
from api.problema import Recusado
from inscricoes.models import Edicao, Pergunta
from inscricoes.validators import FOTOS_MAXIMAS, FOTOS_MINIMAS, IDADE_MAXIMA, IDADE_MINIMA, VIDEO_MAXIMO

rotas = Router(tags=["inscricoes"], auth=None)


class EdicaoDoPrograma(Schema):
    id: int = Field(examples=[1])
    nome: str = Field(examples=["BBB 24"])
    ano: int = Field(examples=[2024])
    recebe_inscricoes: bool = Field(description="Agora, pelo relógio do servidor.", examples=[True])
    abrem_em: datetime | None
    fecham_em: datetime | None


class TermoDaEdicao(Schema):
    marca: str = Field(
        description="Manda-se ao enviar a inscrição: diz qual texto se leu.", examples=["1-9f86d081884c7d65"]
    )
    versao: int = Field(examples=[1])
    texto: str


class PerguntaDaEdicao(Schema):
    id: int = Field(examples=[12])
    enunciado: str = Field(examples=["Do que você não abre mão?"])
    ajuda: str
    tipo: str = Field(description="curta, longa, escolha, numero ou sim_nao.", examples=["longa"])
    obrigatoria: bool
    maximo: int | None = Field(description="Caracteres de uma resposta escrita, ou o maior número aceito.")
    opcoes: list[str] = Field(description="O que se pode responder, nas de escolha.", examples=[[]])


class SecaoDaEdicao(Schema):
    id: int
    titulo: str
    descricao: str
    perguntas: list[PerguntaDaEdicao]


class Requisitos(Schema):
    """O que se pede de quem se inscreve."""

    idade_minima: int
    idade_maxima: int
    fotos_minimas: int
    fotos_maximas: int
    video_segundos: int


class EdicaoParaSeInscrever(EdicaoDoPrograma):
    requisitos: Requisitos
    termo: TermoDaEdicao | None = Field(description="O que vale agora.")
    secoes: list[SecaoDaEdicao]


@rotas.get(
    "/edicoes",
    response=lida(Lista[EdicaoDoPrograma]),
    summary="As edições",
    description="Da mais nova à mais velha.",
    operation_id="listar_edicoes",
)
def listar(request: HttpRequest, recorte: Query[Recorte]) -> dict[str, Any]:
    agora = timezone.now()
    total, achadas = recortar(Edicao.objects.order_by("-ano", "nome", "pk"), recorte)
    return em_lista(total, recorte, [_edicao(edicao, agora) for edicao in achadas])


@rotas.get(
    "/edicoes/{edicao_id}",
    response=lida(EdicaoParaSeInscrever, 404),
    summary="Uma edição, com o que se pede",
    description="O termo em vigor, as perguntas no ar e os requisitos: tudo o que um formulário precisa.",
    operation_id="ver_edicao",
)
def ver(request: HttpRequest, edicao_id: Annotated[Chave, Path()]) -> dict[str, Any]:
    edicao = Edicao.objects.filter(pk=edicao_id).first()
    if edicao is None:
        raise Recusado("nao_encontrado", "Esta edição não existe.")
    agora = timezone.now()
    termo = edicao.termo_vigente(agora)
    secoes: dict[int, dict[str, Any]] = {}
    for pergunta in Pergunta.objects.no_ar().filter(secao__edicao=edicao).select_related("secao"):
        secao = pergunta.secao
        secoes.setdefault(
            secao.pk, {"id": secao.pk, "titulo": secao.titulo, "descricao": secao.descricao, "perguntas": []}
        )["perguntas"].append(_pergunta(pergunta))
    return _edicao(edicao, agora) | {
        "requisitos": {
            "idade_minima": IDADE_MINIMA,
            "idade_maxima": IDADE_MAXIMA,
            "fotos_minimas": FOTOS_MINIMAS,
            "fotos_maximas": FOTOS_MAXIMAS,
            "video_segundos": VIDEO_MAXIMO,
        },
        "termo": None if termo is None else {"marca": termo.marca, "versao": termo.versao, "texto": termo.texto},
        "secoes": list(secoes.values()),
    }


def _edicao(edicao: Edicao, agora: datetime) -> dict[str, Any]:
    return {
        "id": edicao.pk,
        "nome": edicao.nome,
        "ano": edicao.ano,
        "recebe_inscricoes": edicao.recebe_inscricoes(agora),
        "abrem_em": edicao.inscricoes_abrem_em,
        "fecham_em": edicao.inscricoes_fecham_em,
    }


def _pergunta(pergunta: Pergunta) -> dict[str, Any]:
    escritas = (Pergunta.Tipo.CURTA, Pergunta.Tipo.LONGA)
    match pergunta.tipo:
        case Pergunta.Tipo.ESCOLHA:
            opcoes = pergunta.lista_de_opcoes
        case Pergunta.Tipo.SIM_NAO:
            opcoes = ["sim", "nao"]
        case _:
            opcoes = []
    return {
        "id": pergunta.pk,
        "enunciado": pergunta.enunciado,
        "ajuda": pergunta.ajuda,
        "tipo": pergunta.tipo,
        "obrigatoria": pergunta.obrigatoria,
        "maximo": pergunta.caracteres if pergunta.tipo in escritas else pergunta.limite,
        "opcoes": opcoes,
    }
