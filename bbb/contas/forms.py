"""O que a pessoa digita para entrar. Os formulários só leem; quem age é `entrada`."""

import re
import secrets
import unicodedata

from django import forms


class EmailForm(forms.Form):
    email = forms.EmailField(
        label="Seu e-mail",
        max_length=254,
        error_messages={
            "required": "Escreva o seu e-mail.",
            "invalid": "Escreva um e-mail completo, como nome@exemplo.com.br.",
            "max_length": "Este e-mail é comprido demais: o limite são 254 sinais.",
        },
        widget=forms.EmailInput(
            attrs={"class": "form-control", "autocomplete": "email", "autocapitalize": "none", "spellcheck": "false"}
        ),
    )
    pedido = forms.CharField(
        required=False, max_length=40, widget=forms.HiddenInput, initial=lambda: secrets.token_urlsafe(12)
    )
    """O nome desta vez: mandar o mesmo formulário duas vezes não manda duas cartas."""

    def clean_email(self) -> str:
        """Sem espaços, em minúsculas, com o domínio na forma que o correio usa."""
        conta, _, dominio = self.cleaned_data["email"].strip().lower().rpartition("@")
        try:
            return f"{conta}@{dominio.encode('idna').decode('ascii')}"
        except UnicodeError:
            raise forms.ValidationError(self.fields["email"].error_messages["invalid"], code="invalid") from None

    def clean_pedido(self) -> str:
        return self.cleaned_data["pedido"] or secrets.token_urlsafe(12)


class CodigoForm(forms.Form):
    codigo = forms.CharField(
        label="Código de 8 algarismos",
        max_length=60,  # com folga para o que se cola junto
        error_messages={
            "required": "Digite o código que está no e-mail.",
            "max_length": "Cole só o código: são 8 algarismos.",
        },
        widget=forms.TextInput(
            attrs={
                "class": "form-control codigo-campo",
                "inputmode": "numeric",
                "autocomplete": "one-time-code",
                "spellcheck": "false",
            }
        ),
    )

    def clean_codigo(self) -> str:
        """Só os algarismos: espaços, traços e o que se colou em volta não contam."""
        algarismos = re.sub(r"[^0-9]", "", unicodedata.normalize("NFKC", self.cleaned_data["codigo"]))
        if not algarismos:
            raise forms.ValidationError(self.fields["codigo"].error_messages["required"], code="required")
        return algarismos
