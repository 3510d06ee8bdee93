"""O passo final: concordar com o termo que se leu."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from inscricoes.models import Termo


class ConsentimentoForm(forms.Form):
    """`vigente`: o termo que vale agora. Quem leu outro precisa ler este antes de concordar."""

    termo = forms.CharField(
        widget=forms.HiddenInput,
        max_length=60,
        error_messages=dict.fromkeys(("required", "max_length"), "Leia o termo antes de enviar."),
    )
    aceito = forms.BooleanField(
        label="Li e concordo com o termo acima.",
        error_messages={"required": "Para enviar, leia o termo e marque que concorda."},
    )

    def __init__(self, *args: Any, vigente: Termo | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._vigente = vigente

    def clean_termo(self) -> str:
        lido: str = self.cleaned_data["termo"]
        if self._vigente is None or lido != self._vigente.marca:
            raise ValidationError("O termo mudou enquanto esta página estava aberta. Leia o novo antes de enviar.")
        return lido
