"""A confirmação de quem apaga os próprios dados."""

from django import forms


class ApagarForm(forms.Form):
    entendi = forms.BooleanField(
        label="Entendi que não há volta: quero apagar tudo.",
        error_messages={"required": "Marque a caixa para confirmar. Nada foi apagado."},
    )
