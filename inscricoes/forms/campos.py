"""Campos que aceitam o texto como as pessoas o escrevem e colam."""

from collections.abc import Callable
from datetime import date
from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from inscricoes.validators import data_escrita, limpar_linha, limpar_texto


class Linha(forms.CharField):
    """Uma linha de texto, sem sinais invisíveis nem espaços a mais."""

    def to_python(self, value: Any) -> str:
        return limpar_linha(super().to_python(value) or "")


class Texto(forms.CharField):
    """Um texto longo. Uma quebra de linha conta um caractere, como no navegador."""

    widget = forms.Textarea

    def to_python(self, value: Any) -> str:
        return limpar_texto(super().to_python(value) or "")


class LinhaConferida(Linha):
    """Uma linha que `conferir` leva à forma em que se guarda, ou recusa com `ValidationError`.

    `escrito` é como se mostra o que está guardado; o que a pessoa acabou de digitar volta igual.
    """

    def __init__(self, *args: Any, conferir: Callable[[str], str], escrito: Callable[[str], str] = str, **kwargs: Any):
        super().__init__(*args, **kwargs)
        self._conferir = conferir
        self.escrito = escrito

    def clean(self, value: Any) -> str:
        texto = super().clean(value)
        return self._conferir(texto) if texto else ""


class DataEscrita(forms.DateField):
    """Uma data digitada: no telefone, girar um calendário até o ano em que se nasceu custa mais."""

    widget = forms.DateInput(format="%d/%m/%Y")

    def to_python(self, value: Any) -> date | None:
        if value in self.empty_values:
            return None
        return value if isinstance(value, date) else data_escrita(str(value))


class Inteiro(Linha):
    """Um número inteiro escrito em algarismos; guarda-se como texto, sem zeros à esquerda."""

    ALGARISMOS = 12

    def __init__(self, *args: Any, maximo: int | None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._maximo = maximo

    def clean(self, value: Any) -> str:
        texto = super().clean(value)
        if not texto:
            return ""
        if not texto.isdecimal() or len(texto) > self.ALGARISMOS:
            raise ValidationError("Escreva só um número inteiro, sem pontos nem vírgulas.", code="numero")
        numero = int(texto)
        if self._maximo is not None and numero > self._maximo:
            raise ValidationError(f"O maior número aceito é {self._maximo}.", code="maximo")
        return str(numero)
