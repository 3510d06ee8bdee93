"""As formas do que a API da votação recebe e responde, e como se fazem a partir dos modelos e da apuração."""

from collections.abc import Iterable
from datetime import datetime
from typing import Annotated, Any, Literal

from django.urls import reverse
from ninja import Field, Schema
from pydantic import AwareDatetime, ConfigDict

from api.listas import Chave
from votacao.apuracao import Apuracao, Hora
from votacao.models import Modalidade, Opcao, Paredao, Participante

MODALIDADES = {Modalidade.TORCIDA: "torcida", Modalidade.UNICO: "unico"}
Decisao = Literal["sai", "fica", "entra", "vence"]
Parciais = Literal["ocultas", "apos_voto", "sempre"]
Situacao = Literal["rascunho", "agendado", "aberto", "encerrado", "publicado"]
Modo = Literal["torcida", "unico"]
CodigoDoComprovante = Annotated[
    str,
    Field(
        pattern="^[0-9a-f]{32}$",
        description="Os 32 dígitos do comprovante.",
        examples=["0192f0c0000070008000000000000001"],
    ),
]


# --- Pessoas ----------------------------------------------------------------------------------------------------------


class PessoaNoParedao(Schema):
    """Quem concorre."""

    id: int = Field(description="É o que se manda no voto.", examples=[7])
    nome: str = Field(description="O nome na casa.", examples=["Jandira"])
    profissao: str = Field(examples=["Médica"])
    cidade: str = Field(examples=["Belém"])
    uf: str = Field(examples=["PA"])
    foto: str | None = Field(description="Endereço da foto, em WebP.", examples=[None])


class ParticipanteDaCasa(PessoaNoParedao):
    """Quem está na casa, para a produção montar um paredão."""

    edicao: int = Field(description="A edição.", examples=[1])
    nome_completo: str = Field(examples=["Jandira Reis"])
    grupo: str = Field(examples=["pipoca"])


def pessoa(participante: Participante) -> dict[str, Any]:
    foto = participante.foto
    return {
        "id": participante.pk,
        "nome": participante.nome_curto,
        "profissao": participante.profissao,
        "cidade": participante.cidade,
        "uf": participante.uf,
        "foto": reverse("votacao:foto", kwargs={"arquivo": f"{foto}-480.webp"}) if foto else None,
    }


def da_casa(participante: Participante) -> dict[str, Any]:
    return pessoa(participante) | {
        "edicao": participante.edicao_id,
        "nome_completo": participante.nome,
        "grupo": participante.grupo,
    }


# --- Paredões ---------------------------------------------------------------------------------------------------------


class ParedaoPublico(Schema):
    """Um paredão como o público o vê."""

    id: int = Field(examples=[3])
    titulo: str = Field(examples=["5º Paredão"])
    edicao: str = Field(examples=["BBB 24"])
    situacao: Situacao = Field(description="Onde está, pelo relógio do servidor.", examples=["aberto"])
    decisao: Decisao = Field(description="O que o voto decide.", examples=["sai"])
    abre_em: datetime | None = Field(description="Quando abre, ou abriu.")
    fecha_em: datetime | None = Field(description="Quando fecha; vazio: sem hora marcada.")
    publicado_em: datetime | None = Field(description="Quando saiu o resultado.")
    modalidades: list[Modo] = Field(description="Como se vota nele.", examples=[["torcida"]])
    pesos: dict[str, int] = Field(description="De cada modalidade na média, em %.", examples=[{"torcida": 100}])
    parciais: Parciais = Field(description="Quando o público vê a contagem.", examples=["ocultas"])
    participantes: list[PessoaNoParedao]


class ParedaoDaProducao(ParedaoPublico):
    """Um paredão com o que só a produção vê."""

    bits: int | None = Field(description="Da prova de trabalho; vazio: o padrão do site.", examples=[None])
    exige_cpf_verificado: bool = Field(examples=[False])
    versao: str = Field(
        description="Muda quando o paredão muda. Mande-a ao editar: se outra pessoa mudou antes, a resposta é 409.",
        examples=["9f86d081884c7d65"],
    )


def paredao_publico(paredao: Paredao, agora: datetime) -> dict[str, Any]:
    """Espera `edicao` e `opcoes` já lidas (`com_participantes`)."""
    return {
        "id": paredao.pk,
        "titulo": paredao.titulo,
        "edicao": paredao.edicao.nome,
        "situacao": paredao.situacao(agora).value,
        "decisao": paredao.decisao,
        "abre_em": paredao.abre_em,
        "fecha_em": paredao.fecha_em,
        "publicado_em": paredao.publicado_em,
        "modalidades": [MODALIDADES[modalidade] for modalidade in paredao.modalidades],
        "pesos": {MODALIDADES[modalidade]: paredao.peso(modalidade) for modalidade in paredao.modalidades},
        "parciais": paredao.parciais,
        "participantes": [pessoa(opcao.participante) for opcao in _opcoes(paredao)],
    }


def _opcoes(paredao: Paredao) -> Iterable[Opcao]:
    return paredao.opcoes.all()


class Rigido(Schema):
    """Um corpo que recusa campos que não conhece: um nome errado não passa em silêncio."""

    model_config = ConfigDict(extra="forbid")


Participantes = Annotated[
    list[Chave], Field(max_length=50, description="Quem concorre, na ordem da página.", examples=[[7, 9, 12]])
]


class ParedaoNovo(Rigido):
    """Um paredão a criar. Sem `abre_em`, nasce rascunho, que o público não vê."""

    edicao: Chave
    titulo: str = Field(max_length=200, description="Como o público o chama.", examples=["6º Paredão"])
    decisao: Decisao = "sai"
    abre_em: AwareDatetime | None = Field(None, description="Um instante futuro, com fuso.")
    fecha_em: AwareDatetime | None = Field(None, description="Um instante futuro, com fuso.")
    peso_torcida: int = Field(100, ge=0, le=100)
    peso_unico: int = Field(0, ge=0, le=100)
    bits: int | None = Field(None, ge=0, le=30)
    exige_cpf_verificado: bool = False
    parciais: Parciais = "ocultas"
    participantes: Participantes = Field(default_factory=list)


class ParedaoMudado(Rigido):
    """O que muda; o que não vem fica como está. Depois de aberto, só alguns campos mudam (409)."""

    versao: str | None = Field(None, max_length=16, description="A que se leu; se o paredão já é outro, 409.")
    edicao: Chave | None = None
    titulo: str | None = Field(None, max_length=200, examples=["6º Paredão"])
    decisao: Decisao | None = None
    abre_em: AwareDatetime | None = None
    fecha_em: AwareDatetime | None = None
    peso_torcida: int | None = Field(None, ge=0, le=100)
    peso_unico: int | None = Field(None, ge=0, le=100)
    bits: int | None = Field(None, ge=0, le=30)
    exige_cpf_verificado: bool | None = None
    parciais: Parciais | None = None
    participantes: Participantes | None = None


class DecisaoSobreSuspeitos(Rigido):
    """Se os votos suspeitos contam, e por quê: o público lê a justificativa."""

    contam: bool = Field(examples=[False])
    justificativa: str = Field(max_length=500, examples=["Vieram de um endereço só, às 3h da manhã."])


# --- O voto -----------------------------------------------------------------------------------------------------------


class Cedula(Schema):
    """Um papel assinado, de uso único: vale um voto neste paredão."""

    cedula: str = Field(pattern="^[A-Za-z0-9_-]{63}$", description="Vai no voto, como veio.")
    bits: int = Field(ge=0, le=30, description="Zeros à esquerda que a prova precisa dar.", examples=[16])
    expira_em: datetime = Field(description="Até quando se usa.", examples=["2024-01-31T22:15:00Z"])


class VotoContado(Schema):
    """O voto está no livro, gravado em disco."""

    comprovante: CodigoDoComprovante
    pagina: str = Field(
        description="A página do comprovante.", examples=["/comprovantes/0192f0c0000070008000000000000001/"]
    )


VOTO = {
    "title": "Voto",
    "description": "Um voto: a escolha, a cédula e a prova.",
    "type": "object",
    "required": ["participante", "cedula"],
    "properties": {
        "participante": {
            "type": "integer",
            "minimum": 0,
            "maximum": 999_999_999,
            "description": "O `id` de quem está no paredão.",
        },
        "cedula": {
            "type": "string",
            "pattern": "^[A-Za-z0-9_-]{63}$",
            "description": "A que se recebeu, sem mudar nada.",
        },
        "prova": {
            "type": "string",
            "pattern": "^[0-9]{0,20}$",
            "default": "",
            "description": "Um número tal que SHA-256(cédula + “.” + prova) comece com `bits` zeros.",
        },
    },
}
CORPO_DO_VOTO = {
    "x-esquemas": {"Voto": VOTO},
    "requestBody": {
        "required": True,
        "content": {
            "application/json": {
                "schema": {"$ref": "#/components/schemas/Voto"},
                "example": {"participante": 7, "cedula": "A" * 63, "prova": "48213"},
            }
        },
    },
}
"""Escrito à mão: o corpo é lido pela urna, na ordem do contrato, e não pelo ninja."""


# --- A contagem -------------------------------------------------------------------------------------------------------


class ParcelaDaConta(Schema):
    modalidade: Modo
    votos: int = Field(examples=[25_000])
    porcentagem: float | None = Field(
        description="Dos votos da modalidade; vazio se não houve nenhum.", examples=[50.0]
    )


class LinhaDaConta(Schema):
    participante: int = Field(examples=[7])
    nome: str = Field(examples=["Jandira"])
    votos: int = Field(examples=[30_238])
    media: float | None = Field(description="Média ponderada, com duas casas.", examples=[42.88])
    decidido: bool = Field(description="Se é quem sai (ou entra, ou vence) com estes números.", examples=[False])
    parcelas: list[ParcelaDaConta]


class Conta(Schema):
    """A contagem num instante, da maior média para a menor."""

    total: int = Field(description="Votos na conta.", examples=[60_000])
    frase: str = Field(description="O resultado em palavras.", examples=["Jandira sai, com 48,81% da média."])
    linhas: list[LinhaDaConta]
    avisos: list[str] = Field(examples=[[]])
    suspeitos: str = Field(description="O que houve com os votos suspeitos, se houve.", examples=[""])


class HoraDaConta(Schema):
    inicio: datetime = Field(description="Início da hora cheia.")
    total: int
    votos: dict[str, int] = Field(description="Por participante (`id`).", examples=[{"7": 120, "9": 80}])


class Resultado(Schema):
    """O resultado publicado, ou as parciais, se são públicas; senão, `conta` vem vazia."""

    paredao: int = Field(examples=[2])
    situacao: Situacao
    publicado_em: datetime | None
    conta: Conta | None
    por_hora: list[HoraDaConta]


class LinhaDoPanorama(Schema):
    id: int = Field(examples=[7])
    nome: str = Field(examples=["Jandira"])
    porcentagem: float | None = Field(examples=[48.81])


class Panorama(Schema):
    """Como está a votação agora: o que o `ao-vivo` manda a cada mudança."""

    paredao: int = Field(examples=[3])
    situacao: Situacao
    total: int = Field(examples=[60_000])
    participantes: list[LinhaDoPanorama]


class ComprovanteACaminho(Schema):
    """Com a fila de votos: ainda não está no livro. Se acabou de ser dado, pergunte de novo daqui a segundos."""

    comprovante: CodigoDoComprovante
    estado: Literal["a_caminho"] = "a_caminho"


class Comprovante(Schema):
    """Um voto que está no livro ou, com a fila de votos, recebido e por contar. Não diz de quem é."""

    estado: Literal["contado", "recebido"] = Field(description="`recebido`: guardado em disco, e ainda a ser contado.")
    comprovante: CodigoDoComprovante
    paredao: int
    titulo: str
    situacao: Situacao
    participante: int
    nome: str
    modalidade: Modo
    contado_em: datetime | None = Field(description="Vazia enquanto o estado é `recebido`.")
    conta: Conta | None = Field(description="A contagem, onde o público já a pode ver.")


class SuspeitosPorMotivo(Schema):
    motivo: str = Field(examples=["votos demais da mesma origem"])
    votos: int


class Estatisticas(Schema):
    """A contagem como a produção a vê: a que vale, a sem e a com os votos suspeitos, e hora a hora."""

    paredao: int
    situacao: Situacao
    total: int = Field(description="Votos na conta que vale.")
    conta: Conta
    sem_suspeitos: Conta
    com_suspeitos: Conta
    suspeitos: list[SuspeitosPorMotivo]
    falta_decidir: bool = Field(description="Se há votos suspeitos à espera de decisão para publicar.")
    por_hora: list[HoraDaConta]


def conta(apurado: Apuracao, *, suspeitos: str) -> dict[str, Any]:
    return {
        "total": apurado.total,
        "frase": apurado.frase,
        "linhas": [
            {
                "participante": linha.participante.pk,
                "nome": linha.participante.nome_curto,
                "votos": linha.votos,
                "media": linha.media,
                "decidido": linha.decidido,
                "parcelas": [
                    {
                        "modalidade": MODALIDADES[parcela.modalidade],
                        "votos": parcela.votos,
                        "porcentagem": parcela.porcentagem,
                    }
                    for parcela in linha.parcelas
                ],
            }
            for linha in apurado.linhas
        ],
        "avisos": list(apurado.avisos),
        "suspeitos": suspeitos,
    }


EM_VERIFICACAO = "Votos em verificação ficam fora da parcial até a produção decidir."


def conta_publica(apurado: Apuracao, *, publicado: bool) -> dict[str, Any]:
    """Quem decide e quantos foram os suspeitos, o público só lê depois do resultado, como nas páginas."""
    frase = apurado.frase_dos_suspeitos if publicado else EM_VERIFICACAO if apurado.suspeitos else ""
    feita = conta(apurado, suspeitos=frase)
    if not publicado:
        feita["frase"] = "Parcial da votação: muda até o encerramento." if apurado.total else apurado.frase
        for linha in feita["linhas"]:
            linha["decidido"] = False
    return feita


def horas(participantes: list[Participante], por_hora: list[Hora]) -> list[dict[str, Any]]:
    return [
        {
            "inicio": hora.inicio,
            "total": hora.total,
            "votos": {str(p.pk): votos for p, votos in zip(participantes, hora.votos, strict=True)},
        }
        for hora in por_hora
    ]
