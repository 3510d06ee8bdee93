"""As mensagens de validação, em português: uma por tipo de erro do pydantic."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

LUGARES = {"body": "corpo", "query": "consulta", "path": "endereco", "form": "formulario", "file": "arquivo"}
_NAO_SE_ENTENDE = "Este valor não se entende."

FRASES: dict[str, str | Callable[[Mapping[str, Any]], str]] = {
    "missing": "Este campo falta.",
    "extra_forbidden": "Este campo não existe aqui. Confira o nome dele.",
    "string_type": "Escreva um texto.",
    "string_unicode": "Este texto tem sinais que não se entendem.",
    "string_sub_type": "Escreva um texto.",
    "string_too_short": lambda c: f"Escreva pelo menos {_caracteres(c['min_length'])}.",
    "string_too_long": lambda c: f"Escreva no máximo {_caracteres(c['max_length'])}.",
    "string_pattern_mismatch": "Este texto não tem a forma que se espera.",
    "int_type": "Escreva um número inteiro.",
    "int_parsing": "Escreva um número inteiro.",
    "int_parsing_size": "Este número é grande demais.",
    "int_from_float": "Escreva um número inteiro, sem casas decimais.",
    "float_type": "Escreva um número.",
    "float_parsing": "Escreva um número.",
    "finite_number": "Escreva um número finito.",
    "bool_type": "Escreva true ou false.",
    "bool_parsing": "Escreva true ou false.",
    "none_required": "Deixe este campo vazio (null).",
    "greater_than": lambda c: f"Escreva um valor maior que {_numero(c['gt'])}.",
    "greater_than_equal": lambda c: f"Escreva um valor a partir de {_numero(c['ge'])}.",
    "less_than": lambda c: f"Escreva um valor menor que {_numero(c['lt'])}.",
    "less_than_equal": lambda c: f"Escreva um valor até {_numero(c['le'])}.",
    "multiple_of": lambda c: f"Escreva um múltiplo de {_numero(c['multiple_of'])}.",
    "enum": "Escolha um dos valores aceitos.",
    "literal_error": "Escolha um dos valores aceitos.",
    "list_type": "Mande uma lista.",
    "tuple_type": "Mande uma lista.",
    "set_type": "Mande uma lista.",
    "too_short": lambda c: f"Mande pelo menos {_itens(c['min_length'])}.",
    "too_long": lambda c: f"Mande no máximo {_itens(c['max_length'])}.",
    "dict_type": "Mande um objeto.",
    "mapping_type": "Mande um objeto.",
    "model_type": "Mande um objeto.",
    "model_attributes_type": "Mande um objeto.",
    "dataclass_type": "Mande um objeto.",
    "json_invalid": "Este texto não é JSON.",
    "json_type": "Este texto não é JSON.",
    "date_type": "Escreva uma data, como 2024-01-31.",
    "date_parsing": "Escreva uma data, como 2024-01-31.",
    "date_from_datetime_parsing": "Escreva uma data, como 2024-01-31.",
    "date_from_datetime_inexact": "Escreva só a data, sem hora.",
    "datetime_type": "Escreva data e hora, como 2024-01-31T22:00:00-03:00.",
    "datetime_parsing": "Escreva data e hora, como 2024-01-31T22:00:00-03:00.",
    "datetime_from_date_parsing": "Escreva data e hora, como 2024-01-31T22:00:00-03:00.",
    "datetime_object_invalid": "Esta data e hora não existem.",
    "timezone_aware": "Diga o fuso da hora, como em 2024-01-31T22:00:00-03:00.",
    "uuid_type": "Escreva um UUID.",
    "uuid_parsing": "Escreva um UUID.",
    "value_error": "Este valor não serve.",
    "assertion_error": "Este valor não serve.",
}


def frase(erro: Mapping[str, Any]) -> str:
    """A mensagem de um erro do pydantic. Um tipo que não está na tabela tem uma frase geral, nunca a inglesa."""
    achada = FRASES.get(erro["type"], _NAO_SE_ENTENDE)
    if callable(achada):
        return achada(erro.get("ctx") or {})
    return achada


def em_portugues(erros: Iterable[Mapping[str, Any]]) -> list[dict[str, str]]:
    """Os erros do pydantic como a API os responde. Não repete o valor que veio: pode ser de alguém."""
    return [{"campo": campo(erro["loc"]), "mensagem": frase(erro), "tipo": str(erro["type"])} for erro in erros]


def campo(lugar: Iterable[Any]) -> str:
    """`("body", "dados", "titulo")` vira `corpo.titulo`: o nome do parâmetro da função não diz nada a quem pede."""
    partes = [str(parte) for parte in lugar]
    if not partes:
        return "corpo"
    onde = LUGARES.get(partes[0], partes[0])
    return ".".join([onde, *partes[2:]]) if len(partes) > 2 else ".".join([onde, *partes[1:]])


def _caracteres(quantos: int) -> str:
    return "1 caractere" if quantos == 1 else f"{quantos} caracteres"


def _itens(quantos: int) -> str:
    return "1 item" if quantos == 1 else f"{quantos} itens"


def _numero(valor: Any) -> str:
    return str(valor).replace(".", ",")
