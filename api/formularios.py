"""Os formulários do site conferem também o que vem pela API: as regras e as frases são as mesmas."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.http import QueryDict

from api.problema import Recusado


def em_consulta(dados: Mapping[str, Any]) -> QueryDict:
    """Os campos como um formulário os manda. `None` vale vazio."""
    consulta = QueryDict(mutable=True)
    for nome, valor in dados.items():
        consulta[nome] = "" if valor is None else str(valor)
    return consulta


def erros_do_formulario(form: forms.BaseForm, lugar: str = "corpo") -> list[dict[str, str]]:
    return [
        {
            "campo": lugar if nome == NON_FIELD_ERRORS else f"{lugar}.{nome}",
            "mensagem": str(mensagem),
            "tipo": str(erro.code or "invalido"),
        }
        for nome, dados in form.errors.as_data().items()
        for erro in dados
        for mensagem in erro.messages
    ]


def exigir_valido(form: forms.BaseForm) -> None:
    """Levanta `Recusado` (422) com cada campo e a sua frase."""
    if not form.is_valid():
        raise Recusado("validacao", erros=erros_do_formulario(form))


def da_validacao(erro: ValidationError, campo: str) -> Recusado:
    return Recusado(
        "validacao",
        erros=[{"campo": f"corpo.{campo}", "mensagem": frase, "tipo": "invalido"} for frase in erro.messages],
    )
