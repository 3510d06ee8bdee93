"""Uma seção do questionário, feita das perguntas que a produção escreveu."""

from collections.abc import Iterable, Mapping
from typing import Any

from django import forms
from django.http import QueryDict

from inscricoes.forms.campos import Inteiro, Linha, Texto
from inscricoes.forms.secao import Secao
from inscricoes.models import Pergunta

POUCAS_OPCOES = 7
"""Até aqui, todas à vista; mais do que isso, uma lista que abre."""


class QuestionarioForm(Secao, forms.Form):
    """`respostas` são os textos já guardados, por pergunta."""

    def __init__(
        self,
        data: QueryDict | None = None,
        *,
        perguntas: Iterable[Pergunta],
        respostas: Mapping[int, str],
        **kwargs: Any,
    ) -> None:
        perguntas = list(perguntas)
        self.base_fields = {nome_do_campo(pergunta): _campo(pergunta) for pergunta in perguntas}  # type: ignore[misc]
        self.obrigatorios = frozenset(nome_do_campo(p) for p in perguntas if p.obrigatoria)
        self._perguntas = {nome_do_campo(pergunta): pergunta.pk for pergunta in perguntas}
        iniciais = {nome: respostas[pk] for nome, pk in self._perguntas.items() if pk in respostas}
        super().__init__(data, initial=iniciais, **kwargs)

    def respostas(self) -> dict[int, str]:
        """As que vieram e estão certas, por pergunta; vazio é sem resposta."""
        return {self._perguntas[nome]: texto for nome, texto in self.validos().items()}


def nome_do_campo(pergunta: Pergunta) -> str:
    return f"p{pergunta.pk}"


def _campo(pergunta: Pergunta) -> forms.Field:
    comum: dict[str, Any] = {"label": pergunta.enunciado, "help_text": pergunta.ajuda}
    match pergunta.tipo:
        case Pergunta.Tipo.LONGA:
            linhas = 3 if pergunta.caracteres <= 500 else 6
            return Texto(max_length=pergunta.caracteres, widget=forms.Textarea(attrs={"rows": linhas}), **comum)
        case Pergunta.Tipo.NUMERO:
            attrs = {"inputmode": "numeric", "autocomplete": "off", "maxlength": str(Inteiro.ALGARISMOS)}
            return Inteiro(maximo=pergunta.limite, widget=forms.TextInput(attrs=attrs), **comum)
        case Pergunta.Tipo.SIM_NAO:
            return _escolha([("sim", "Sim"), ("nao", "Não")], pergunta, comum)
        case Pergunta.Tipo.ESCOLHA:
            return _escolha([(opcao, opcao) for opcao in pergunta.lista_de_opcoes], pergunta, comum)
    attrs = {"autocomplete": "off"}
    return Linha(max_length=pergunta.caracteres, widget=forms.TextInput(attrs=attrs), **comum)


def _escolha(opcoes: list[tuple[str, str]], pergunta: Pergunta, comum: dict[str, Any]) -> forms.ChoiceField:
    erros = {"invalid_choice": "Escolha uma das opções da lista."}
    if len(opcoes) > POUCAS_OPCOES:
        return forms.ChoiceField(choices=[("", "Escolha…"), *opcoes], error_messages=erros, **comum)
    # Um botão de rádio não se desmarca: quem pode não responder precisa de onde voltar atrás.
    sem = [] if pergunta.obrigatoria else [("", "Sem resposta")]
    return forms.ChoiceField(choices=[*opcoes, *sem], widget=forms.RadioSelect, error_messages=erros, **comum)
