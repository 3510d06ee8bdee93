"""O esquema OpenAPI depois de o ninja o fazer: os erros no seu tipo, com exemplos; cada resposta com a sua frase."""

from typing import Any, TypeVar

from api.problema import CASOS, FRASES, PAGINA, TIPO

E = TypeVar("E", bound=dict[str, Any])

DESCRICAO = """\
Vote, acompanhe o paredão e cuide de inscrições por um programa ou por outro site.

- **Votar** não pede identificação: peça uma cédula, faça a prova de trabalho e mande o voto. É a urna das páginas:
  cada cédula conta um voto, e repetir o pedido devolve o mesmo comprovante.
- **Inscrições** são da própria pessoa, pela sessão do navegador; a produção vê e corrige todas, por permissão.
- **Produção** usa a sessão do admin ou um token feito lá: `Authorization: Bearer bbb_…`. Um token tem escopos, vence, e
  nunca pode mais do que a conta que o fez.
- **Erros** vêm em `application/problem+json` (RFC 9457), em português. Cada código está em `/api/problemas`.
- **Versões**: o que muda de sentido vai para outro prefixo; nesta, só entram campos novos.
"""
ASSUNTOS = [
    {"name": "votar", "description": "Do paredão ao comprovante. Aberto a todos."},
    {"name": "resultados", "description": "O que o público pode ver da contagem, também ao vivo. Aberto a todos."},
    {"name": "producao", "description": "A produção: conduzir paredões e ver a contagem. Por permissão."},
    {"name": "inscricoes", "description": "As inscrições: a própria, pela sessão; todas, por permissão."},
    {"name": "conta", "description": "Quem pede."},
]
"""Sem acentos nos nomes: quem gera um cliente faz deles módulos."""
RESPOSTAS = {
    200: "Certo.",
    201: "Criado.",
    202: "Recebido; ainda não há o que mostrar.",
    204: "Feito; não há o que mostrar.",
    400: "O pedido não se entende.",
    401: "Falta dizer quem pede, ou o token não vale.",
    403: "Quem pede não pode fazer isto.",
    404: "Não existe, ou não existe para quem pede.",
    409: "O estado de agora não permite.",
    410: "A votação não abriu, ou já encerrou; ou o voto não pôde ser contado.",
    413: "O corpo é grande demais.",
    415: "O corpo não é do tipo que se espera.",
    422: "Há campos a corrigir.",
    429: "Pedidos demais: espere os segundos de `Retry-After`.",
    500: "A falha é nossa; nada dela se mostra.",
    503: "Não foi possível agora: espere os segundos de `Retry-After`.",
    507: "Falta espaço no servidor.",
}
GENERICOS = {
    400: ("malformado",),
    401: ("nao_autenticado", "token_invalido"),
    403: ("sem_permissao", "sem_escopo", "csrf"),
    404: ("nao_encontrado",),
    409: ("conflito",),
    410: ("nao_aberto", "encerrado"),
    413: ("corpo_grande",),
    415: ("tipo_de_corpo",),
    422: ("validacao",),
    429: ("pedidos_demais",),
    500: ("erro",),
    503: ("indisponivel",),
    507: ("sem_espaco",),
}
CODIGOS = "x-codigos"
"""Numa rota, os códigos próprios dela, por status; sem isto, os de sempre."""
ESQUEMAS = "x-esquemas"
"""Numa rota, as formas escritas à mão, que vão para os componentes."""


def completar(esquema: E) -> E:
    for rotas in esquema["paths"].values():
        for rota in rotas.values():
            proprios = rota.pop(CODIGOS, {})
            esquema["components"]["schemas"].update(rota.pop(ESQUEMAS, {}))
            for parametro in rota["parameters"]:
                _com_exemplo(parametro)
            for status, resposta in rota["responses"].items():
                numero = int(status)
                resposta["description"] = RESPOSTAS[numero]
                if numero >= 400:
                    _em_problema(resposta, proprios.get(numero, GENERICOS[numero]))
                    if numero in (429, 503):
                        resposta["headers"] = {
                            "Retry-After": {
                                "description": "Segundos a esperar.",
                                "schema": {"type": "string", "pattern": "^[0-9]+$"},
                            }
                        }
    return esquema


def _com_exemplo(parametro: dict[str, Any]) -> None:
    """O ninja copia para o parâmetro a lista de exemplos do campo; ali, o OpenAPI quer um mapa."""
    exemplos = parametro.pop("examples", None)
    if exemplos:
        parametro["examples"] = {"exemplo": {"value": exemplos[0]}}


def _em_problema(resposta: dict[str, Any], codigos: tuple[str, ...]) -> None:
    exemplos = {codigo: {"summary": CASOS[codigo].titulo, "value": _exemplo(codigo)} for codigo in codigos}
    resposta["content"] = {
        TIPO: {"schema": {"$ref": "#/components/schemas/Problema"}, "examples": exemplos},
    }


def _exemplo(codigo: str) -> dict[str, Any]:
    status, titulo = CASOS[codigo]
    exemplo: dict[str, Any] = {
        "type": f"{PAGINA}#{codigo}",
        "title": titulo,
        "status": status,
        "detail": FRASES.get(codigo, titulo + "."),
        "codigo": codigo,
    }
    if codigo == "validacao":
        exemplo["erros"] = [{"campo": "corpo.titulo", "mensagem": "Este campo falta.", "tipo": "missing"}]
    return exemplo
