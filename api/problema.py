"""Um erro da API, num formato só: problem details (RFC 9457), em português, sem nada de quem pediu nem do servidor."""

import json
import uuid
from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from django.http import HttpResponse
from ninja import Field, Schema

TIPO = "application/problem+json"
PAGINA = "/api/problemas"
"""Onde cada código é explicado; o `type` de um problema aponta para lá."""


class Caso(NamedTuple):
    status: int
    titulo: str
    """Não muda de um pedido para outro (RFC 9457, 3.1.3)."""


CASOS: dict[str, Caso] = {
    "malformado": Caso(400, "O pedido não se entende"),
    "fora_do_paredao": Caso(400, "A pessoa não está neste paredão"),
    "nao_autenticado": Caso(401, "Falta dizer quem pede"),
    "token_invalido": Caso(401, "O token não vale"),
    "csrf": Caso(403, "Falta a prova de que o pedido vem do site"),
    "sem_permissao": Caso(403, "Esta conta não pode fazer isto"),
    "sem_escopo": Caso(403, "O token não foi feito para isto"),
    "falta_segundo_fator": Caso(403, "Falta o segundo fator"),
    "so_da_propria_pessoa": Caso(403, "Só a própria pessoa faz isto"),
    "parciais_ocultas": Caso(403, "As parciais não são públicas"),
    "outro_site": Caso(403, "O voto veio de outro site"),
    "cedula_forjada": Caso(403, "A cédula não é válida"),
    "cedula_de_outro_paredao": Caso(403, "A cédula é de outro paredão"),
    "prova_insuficiente": Caso(403, "Faltou a prova de trabalho"),
    "cedula_vencida": Caso(403, "A cédula venceu"),
    "captcha": Caso(403, "Faltou o captcha"),
    "nao_encontrado": Caso(404, "Não há nada aqui"),
    "paredao_inexistente": Caso(404, "Este paredão não existe"),
    "comprovante_desconhecido": Caso(404, "Não há voto com este código"),
    "foto_desconhecida": Caso(404, "Esta foto não está na inscrição"),
    "metodo": Caso(405, "O endereço não atende este método"),
    "cedula_usada": Caso(409, "A cédula já foi usada para outra escolha"),
    "conflito": Caso(409, "O estado de agora não permite"),
    "mudou": Caso(409, "Mudou enquanto se editava"),
    "incompleta": Caso(409, "A inscrição ainda não está completa"),
    "fotos_demais": Caso(409, "A inscrição já tem todas as fotos"),
    "foto_repetida": Caso(409, "A foto já está na inscrição"),
    "ordem_desatualizada": Caso(409, "A ordem não cita todas as fotos"),
    "em_conferencia": Caso(409, "O vídeo está sendo conferido"),
    "nao_aberto": Caso(410, "A votação não abriu"),
    "encerrado": Caso(410, "A votação encerrou"),
    "voto_recusado": Caso(410, "O voto não pôde ser contado"),
    "sem_torcida": Caso(410, "Não há voto da torcida"),
    "corpo_grande": Caso(413, "O pedido é grande demais"),
    "tipo_de_corpo": Caso(415, "O corpo não é do tipo que se espera"),
    "validacao": Caso(422, "Há campos a corrigir"),
    "arquivo_recusado": Caso(422, "O arquivo não serve"),
    "foto_recusada": Caso(422, "A foto não serve"),
    "video_recusado": Caso(422, "O vídeo não serve"),
    "pedidos_demais": Caso(429, "Pedidos demais"),
    "erro": Caso(500, "A falha é nossa"),
    "indisponivel": Caso(503, "Não foi possível agora"),
    "ocupada": Caso(503, "Há arquivos demais a conferir"),
    "sem_espaco": Caso(507, "Falta espaço no servidor"),
}
"""Cada código que a API responde. A tabela de `/api/problemas` e os exemplos do esquema saem daqui."""

FRASES = {
    "malformado": "O corpo do pedido não é um JSON que se entenda.",
    "nao_autenticado": "Entre no site, ou mande um token em Authorization: Bearer.",
    "token_invalido": "O token não existe, venceu, foi revogado, ou a conta que o fez já não pode usá-lo.",
    "csrf": "Mande no cabeçalho X-CSRFToken o valor de csrf que GET /api/v1/eu responde.",
    "nao_encontrado": "Não há nada neste endereço. Os que existem estão em /api/docs.",
    "metodo": "Este endereço não atende este método; os que ele atende estão no cabeçalho Allow.",
    "corpo_grande": "O corpo do pedido passa do tamanho que este endereço aceita.",
    "tipo_de_corpo": "Mande o corpo em JSON, com Content-Type: application/json.",
    "validacao": "Há campos a corrigir; cada um está em “erros”.",
    "pedidos_demais": "Muitos pedidos vindos do mesmo lugar. Espere um minuto e tente de novo.",
    "erro": "Algo falhou do nosso lado, e já ficou anotado. Tente de novo; se persistir, mande o valor de “instance”.",
    "indisponivel": "O site está ocupado demais neste momento e nada mudou. Tente de novo em instantes.",
}
"""O `detail` de quando quem recusa não tem frase própria."""


class Erro(Schema):
    """Um campo a corrigir."""

    campo: str = Field(description="Onde está, do corpo ou do endereço.", examples=["corpo.titulo"])
    mensagem: str = Field(description="O que há de errado, para quem preenche.", examples=["Este campo falta."])
    tipo: str = Field(description="O tipo do erro, para programas.", examples=["missing"])


class Problema(Schema):
    """Um erro, no formato de problem details (RFC 9457)."""

    type: str = Field(description="Endereço que explica o código.", examples=[f"{PAGINA}#validacao"])
    title: str = Field(description="O que é, sempre igual para um código.", examples=["Há campos a corrigir"])
    status: int = Field(description="O mesmo da resposta HTTP.", examples=[422])
    detail: str = Field(description="O que houve neste pedido, para uma pessoa ler.")
    codigo: str = Field(description="O que é, para programas. Não muda.", examples=["validacao"])
    instance: str | None = Field(
        None,
        description="Este acontecimento, um número ao acaso; nos erros 500 está também nos registros do servidor.",
        examples=["urn:uuid:2f1c1f0e-51b2-4be5-9d0c-8b6f0b6b5b0a"],
    )
    erros: list[Erro] | None = Field(None, description="Os campos a corrigir, na validação.")


class Recusado(Exception):
    """A API recusa um pedido. `detalhe` é público, em português."""

    def __init__(
        self, codigo: str, detalhe: str = "", *, erros: Iterable[Mapping[str, str]] = (), apos: int | None = None
    ) -> None:
        self.codigo = codigo
        self.status, self.titulo = CASOS[codigo]
        self.detalhe = detalhe or FRASES[codigo]
        self.erros = list(erros)
        self.apos = apos
        super().__init__(self.detalhe)


def corpo(
    codigo: str,
    detalhe: str = "",
    *,
    status: int = 0,
    erros: Iterable[Mapping[str, str]] = (),
    instancia: str | None = None,
) -> bytes:
    """Os bytes de um problema. `instancia` vazia (`""`) pede um número novo; `None`, nenhum."""
    caso = CASOS[codigo]
    dados: dict[str, Any] = {
        "type": f"{PAGINA}#{codigo}",
        "title": caso.titulo,
        "status": status or caso.status,
        "detail": detalhe or FRASES.get(codigo, caso.titulo + "."),
        "codigo": codigo,
    }
    if instancia is not None:
        dados["instance"] = instancia or novo_acontecimento()
    if lista := [dict(erro) for erro in erros]:
        dados["erros"] = lista
    return json.dumps(dados, ensure_ascii=False).encode()


def novo_acontecimento() -> str:
    return f"urn:uuid:{uuid.uuid4()}"


def responder(recusa: Recusado, instancia: str = "") -> HttpResponse:
    resposta = HttpResponse(
        corpo(recusa.codigo, recusa.detalhe, erros=recusa.erros, instancia=instancia),
        status=recusa.status,
        content_type=TIPO,
    )
    resposta["Cache-Control"] = "no-store"
    if recusa.apos is not None:
        resposta["Retry-After"] = str(recusa.apos)
    if recusa.status == 401:
        resposta["WWW-Authenticate"] = 'Bearer realm="api"'
    return resposta


def codigo_do_status(status: int) -> str:
    """O código de quando só se sabe o status: o que o Django respondeu sem passar pela API."""
    return {
        400: "malformado",
        401: "nao_autenticado",
        403: "sem_permissao",
        404: "nao_encontrado",
        405: "metodo",
        413: "corpo_grande",
        415: "tipo_de_corpo",
        429: "pedidos_demais",
        503: "indisponivel",
    }.get(status, "erro" if status >= 500 else "malformado")
