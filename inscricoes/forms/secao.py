"""O que toda seção do formulário tem em comum: nada é obrigatório até enviar, e o que está certo se aproveita."""

from collections.abc import Mapping
from typing import Any

from crispy_forms.helper import FormHelper
from django.forms import BaseForm, Field, TextInput
from django.http import QueryDict

from inscricoes.forms.campos import LinhaConferida


class Secao(BaseForm):
    """Mistura para `Form` e `ModelForm`. Recebe o `QueryDict` inteiro, ou só os campos que o navegador mandou.

    O que não veio fica como está guardado: a gravação automática manda só o que mudou, e duas abas abertas não desfazem
    uma o trabalho da outra.
    """

    obrigatorios: frozenset[str] = frozenset()

    def __init__(self, data: QueryDict | None = None, **kwargs: Any) -> None:
        super().__init__(data, **kwargs)
        self.vieram = frozenset(self.fields) if data is None else frozenset(self.fields) & set(data)
        self.helper = FormHelper(self)
        self.helper.form_tag = False
        self.helper.disable_csrf = True
        self.helper.include_media = False
        self.helper.field_template = "inscricoes/_campo.html"
        for nome, campo in self.fields.items():
            campo.required = False
            if isinstance(campo.widget, TextInput):
                campo.widget.attrs.setdefault("enterkeyhint", "next")
            campo.opcional = nome not in self.obrigatorios  # type: ignore[attr-defined]
        if data is not None:
            self.data = self._completar(data)

    def get_initial_for_field(self, field: Field, field_name: str) -> Any:
        inicial = super().get_initial_for_field(field, field_name)
        return field.escrito(inicial) if inicial and isinstance(field, LinhaConferida) else inicial

    def _completar(self, data: QueryDict) -> QueryDict:
        completo = data.copy()
        for nome in self.fields.keys() - self.vieram:
            completo[nome] = self.get_initial_for_field(self.fields[nome], nome)
        return completo

    def validos(self) -> Mapping[str, Any]:
        """Os campos que vieram e estão certos; os outros têm a frase em `errors`."""
        self.is_valid()
        return {nome: valor for nome, valor in self.cleaned_data.items() if nome in self.vieram}
