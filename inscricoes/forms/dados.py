"""Quem é a pessoa."""

from datetime import date
from typing import Any, ClassVar

from django import forms
from django.http import QueryDict

from inscricoes.forms.campos import DataEscrita, Linha, LinhaConferida, Texto
from inscricoes.forms.secao import Secao
from inscricoes.models import Candidato
from inscricoes.services import OBRIGATORIOS
from inscricoes.validators import conferir_letras, conferir_nascimento, cpf_em_digitos, cpf_pontuado


class DadosForm(Secao, forms.ModelForm):
    obrigatorios = frozenset(OBRIGATORIOS["dados"])

    cpf = LinhaConferida(
        label="CPF",
        conferir=cpf_em_digitos,
        escrito=cpf_pontuado,
        max_length=30,
        help_text="Onze números. Pode escrever com pontos ou sem.",
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off", "data-mascara": "cpf"}),
    )
    nascimento = DataEscrita(
        label="Data de nascimento",
        help_text="Dia, mês e ano, como 03/02/1991.",
        widget=forms.DateInput(
            format="%d/%m/%Y",
            attrs={"inputmode": "numeric", "autocomplete": "bday", "maxlength": "20", "data-mascara": "data"},
        ),
    )

    class Meta:
        model = Candidato
        fields = (
            "nome",
            "nome_social",
            "nome_curto",
            "cpf",
            "nascimento",
            "genero",
            "profissao",
            "uf",
            "cidade",
            "apresentacao",
        )
        labels: ClassVar = {"nome_curto": "Como você quer ser chamado", "apresentacao": "Quem é você, em poucas linhas"}
        help_texts: ClassVar = {
            "nome": "Como está nos seus documentos.",
            "nome_curto": "O nome ou apelido que apareceria na tela.",
        }
        field_classes: ClassVar = {
            "nome": Linha,
            "nome_social": Linha,
            "nome_curto": Linha,
            "profissao": Linha,
            "cidade": Linha,
            "apresentacao": Texto,
        }
        widgets: ClassVar = {
            "nome": forms.TextInput(attrs={"autocomplete": "name", "autocapitalize": "words"}),
            "nome_social": forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "words"}),
            "nome_curto": forms.TextInput(attrs={"autocomplete": "nickname", "autocapitalize": "words"}),
            "profissao": forms.TextInput(attrs={"autocomplete": "organization-title"}),
            "uf": forms.Select(attrs={"autocomplete": "address-level1"}),
            "cidade": forms.TextInput(attrs={"autocomplete": "address-level2", "autocapitalize": "words"}),
            "apresentacao": forms.Textarea(attrs={"rows": 5, "autocomplete": "off"}),
        }

    def __init__(self, data: QueryDict | None = None, *, hoje: date, **kwargs: Any) -> None:
        self._hoje = hoje
        super().__init__(data, **kwargs)
        for nome in ("genero", "uf"):
            campo = self.fields[nome]
            campo.choices = [("", "Escolha…"), *campo.choices[1:]]  # type: ignore[attr-defined]

    def clean_nascimento(self) -> date | None:
        nascimento: date | None = self.cleaned_data["nascimento"]
        if nascimento is not None:
            conferir_nascimento(nascimento, hoje=self._hoje, ano=self.instance.edicao.ano_da_inscricao)
        return nascimento

    def _com_letras(self, nome: str) -> str:
        texto: str = self.cleaned_data[nome]
        conferir_letras(texto)
        return texto

    def clean_nome(self) -> str:
        return self._com_letras("nome")

    def clean_nome_social(self) -> str:
        return self._com_letras("nome_social")

    def clean_nome_curto(self) -> str:
        return self._com_letras("nome_curto")

    def clean_cidade(self) -> str:
        return self._com_letras("cidade")
