"""As formas do que a API das inscrições recebe e responde."""

from datetime import date, datetime
from typing import Annotated, Any, Literal

from django.urls import reverse
from django.utils import timezone
from ninja import Field, Schema
from pydantic import ConfigDict

from inscricoes.models import Candidato, Foto, Regiao, Video
from inscricoes.models.candidato import ALFABETO
from inscricoes.services import Pendencia
from inscricoes.validators import cpf_mascarado, cpf_pontuado

Situacao = Literal[
    "rascunho", "enviada", "em_analise", "entrevista", "selecionada", "reprovada", "desistente", "reserva"
]
Protocolo = Annotated[
    str,
    Field(pattern=f"^[{ALFABETO}]{{4}}-[{ALFABETO}]{{4}}$", description="O da inscrição.", examples=["7F3K-9Q2M"]),
]


class Rigido(Schema):
    """Um corpo que recusa campos que não conhece: um nome errado não passa em silêncio."""

    model_config = ConfigDict(extra="forbid")


Escrito = Annotated[str, Field(max_length=4000)]


class InscricaoComecada(Rigido):
    """Começa o rascunho de quem pede. A produção, com `email`, põe uma inscrição feita por outra porta."""

    edicao: int | None = Field(
        None, ge=1, le=2**31 - 1, description="Vazia: a que recebe inscrições agora.", examples=[1]
    )
    email: Escrito | None = Field(None, description="Só da produção.", examples=[None])
    nome: Escrito | None = None
    nome_social: Escrito | None = None
    nome_curto: Escrito | None = None
    nascimento: Escrito | None = Field(None, examples=["1991-02-03"])
    genero: Escrito | None = None
    profissao: Escrito | None = None
    cidade: Escrito | None = None
    uf: Escrito | None = None
    apresentacao: Escrito | None = None
    telefone: Escrito | None = None


class InscricaoMudada(Rigido):
    """O que muda; o que não vem fica como está. A produção só corrige os campos que o admin corrige."""

    nome: Escrito | None = Field(None, examples=["Dora Reis"])
    nome_social: Escrito | None = None
    nome_curto: Escrito | None = Field(None, examples=["Dora"])
    cpf: Escrito | None = Field(
        None, description="Com pontos ou sem. Só a própria pessoa.", examples=["529.982.247-25"]
    )
    nascimento: Escrito | None = Field(None, description="Como 1991-02-03 ou 03/02/1991.", examples=["1991-02-03"])
    genero: Escrito | None = Field(None, examples=["mulher"])
    profissao: Escrito | None = Field(None, examples=["Médica"])
    cidade: Escrito | None = Field(None, examples=["Belém"])
    uf: Escrito | None = Field(None, examples=["PA"])
    apresentacao: Escrito | None = None
    email: Escrito | None = Field(None, description="Só a produção o corrige.", examples=[None])
    telefone: Escrito | None = Field(None, examples=["(91) 91234-5678"])
    instagram: Escrito | None = None
    tiktok: Escrito | None = None
    x: Escrito | None = None
    youtube: Escrito | None = None


class Respostas(Rigido):
    """As respostas do questionário, por pergunta; vazia apaga a resposta."""

    respostas: dict[Annotated[str, Field(pattern="^[1-9][0-9]{0,9}$")], Annotated[str, Field(max_length=20_000)]] = (
        Field(max_length=300, examples=[{"12": "sim"}])
    )


class Envio(Rigido):
    termo: str = Field(max_length=60, description="A `marca` do termo que se leu.", examples=["1-9f86d081884c7d65"])
    aceito: bool = Field(description="Se concorda com ele.", examples=[True])


class Pendente(Schema):
    secao: str = Field(description="Onde se resolve.", examples=["fotos"])
    frase: str = Field(examples=["mandar de 3 a 10 fotos (você mandou 0)"])


class FotoDaInscricao(Schema):
    id: str = Field(examples=["2f1c1f0e-51b2-4be5-9d0c-8b6f0b6b5b0a"])
    ordem: int
    largura: int
    altura: int
    endereco: str = Field(description="Só o dono e a produção o abrem, pela sessão.")
    miniatura: str


class VideoDaInscricao(Schema):
    id: str
    formato: str = Field(examples=["mp4"])
    segundos: float
    endereco: str = Field(description="Só o dono e a produção o abrem, pela sessão.")


class RespostaDada(Schema):
    pergunta: int
    enunciado: str
    texto: str


class InscricaoResumida(Schema):
    """Uma linha da lista."""

    protocolo: Protocolo
    edicao: int
    situacao: Situacao
    nome_curto: str
    cidade: str
    uf: str
    regiao: str | None = Field(examples=["Norte"])
    idade: int | None = Field(description="A que conta na regra do programa.")
    nota: float | None = Field(description="Média dos pareceres; só para a produção.")
    comecada_em: datetime
    enviada_em: datetime | None


class Inscricao(InscricaoResumida):
    """Uma inscrição inteira. O CPF vem inteiro só para a própria pessoa; para a produção, escondido."""

    nome: str
    nome_social: str
    cpf: str = Field(examples=["***.982.247-**"])
    nascimento: date | None
    genero: str
    profissao: str
    apresentacao: str
    email: str
    telefone: str
    instagram: str
    tiktok: str
    x: str
    youtube: str
    editavel: bool = Field(description="Se a própria pessoa ainda a pode mudar.")
    consentiu_em: datetime | None
    pendencias: list[Pendente] = Field(description="O que falta para enviar; vazio depois de enviada.")
    fotos: list[FotoDaInscricao]
    video: VideoDaInscricao | None
    respostas: list[RespostaDada]


class Movida(Rigido):
    para: Literal["em_analise", "entrevista", "reserva", "reprovada", "selecionada"] = Field(examples=["em_analise"])


class ParecerDado(Rigido):
    nota: int | None = Field(None, ge=0, le=10, examples=[8])
    texto: str = Field("", max_length=4000, description="Só a produção lê.")


class CpfInteiro(Schema):
    cpf: str = Field(examples=["529.982.247-25"])


class OrdemDasFotos(Rigido):
    ordem: list[Annotated[str, Field(max_length=36)]] = Field(
        max_length=50, description="Os `id` de todas as fotos, na ordem nova."
    )


def resumida(candidato: Candidato, *, com_nota: bool) -> dict[str, Any]:
    regiao = Regiao.da_uf(candidato.uf)
    nota = candidato.nota_media if com_nota else None
    return {
        "protocolo": candidato.protocolo,
        "edicao": candidato.edicao_id,
        "situacao": candidato.situacao,
        "nome_curto": candidato.nome_curto,
        "cidade": candidato.cidade,
        "uf": candidato.uf,
        "regiao": None if regiao is None else regiao.label,
        "idade": candidato.idade_na_regra,
        "nota": None if nota is None else float(nota),
        "comecada_em": candidato.criado_em,
        "enviada_em": candidato.enviado_em,
    }


def inteira(candidato: Candidato, *, da_propria: bool, faltam: list[Pendencia]) -> dict[str, Any]:
    """Um número fixo de consultas."""
    campos = (
        "nome", "nome_social", "nascimento", "genero", "profissao", "apresentacao", "email", "telefone", "instagram",
        "tiktok", "x", "youtube", "consentiu_em",
    )  # fmt: skip
    dadas = candidato.respostas.select_related("pergunta").order_by("pergunta__secao__ordem", "pergunta__ordem", "pk")
    filme: Video | None = getattr(candidato, "video", None)
    return (
        resumida(candidato, com_nota=not da_propria)
        | {campo: getattr(candidato, campo) for campo in campos}
        | {
            "cpf": cpf_pontuado(candidato.cpf) if da_propria else cpf_mascarado(candidato.cpf),
            "editavel": candidato.editavel(timezone.now()),
            "pendencias": [pendencia._asdict() for pendencia in faltam],
            "fotos": [foto(f) for f in candidato.fotos.all()],
            "video": None if filme is None else video(filme),
            "respostas": [
                {"pergunta": r.pergunta_id, "enunciado": r.pergunta.enunciado, "texto": r.texto} for r in dadas
            ],
        }
    )


def foto(achada: Foto) -> dict[str, Any]:
    return {
        "id": str(achada.pk),
        "ordem": achada.ordem,
        "largura": achada.largura,
        "altura": achada.altura,
        "endereco": reverse("inscricoes:foto", args=[achada.pk]),
        "miniatura": reverse("inscricoes:miniatura", args=[achada.pk]),
    }


def video(achado: Video) -> dict[str, Any]:
    return {
        "id": str(achado.pk),
        "formato": achado.formato,
        "segundos": achado.duracao,
        "endereco": reverse("inscricoes:video_arquivo", args=[achado.pk]),
    }
