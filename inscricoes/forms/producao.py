"""O que a produção escreve sobre uma inscrição: correções a pedido da pessoa, e o seu parecer."""

from typing import Any

from django import forms

from inscricoes.models import Candidato, Parecer

CORRIGIVEIS = (
    "nome_curto",
    "nome_social",
    "nome",
    "nascimento",
    "genero",
    "profissao",
    "cidade",
    "uf",
    "email",
    "telefone",
)
"""O que a produção pode corrigir a pedido da pessoa. O resto é dela, e só se lê."""
NOTAS = [("", "sem nota"), *((str(n), str(n)) for n in range(Parecer.NOTA_MAXIMA + 1))]


class CandidatoForm(forms.ModelForm):
    class Meta:
        model = Candidato
        fields = "__all__"  # noqa: DJ007 (o ModelAdmin diz quais)
        # As explicações do modelo falam com o candidato, e não com a produção.
        help_texts = dict.fromkeys(CORRIGIVEIS, "")

    def _get_validation_exclusions(self) -> set[str]:
        # As restrições que envolvem estes campos, que aqui não se editam, também precisam virar frase.
        return super()._get_validation_exclusions() - {"edicao", "situacao"}  # type: ignore[misc]


class ParecerForm(forms.Form):
    """O parecer de quem está na tela: nota, comentário, ou os dois."""

    nota = forms.TypedChoiceField(label="Nota", choices=NOTAS, coerce=int, empty_value=None, required=False)
    texto = forms.CharField(
        label="Comentário", required=False, max_length=4000, widget=forms.Textarea(attrs={"rows": 5})
    )

    def clean(self) -> dict[str, Any]:
        dados = super().clean() or {}
        if not self.errors and dados.get("nota") is None and not dados.get("texto"):
            raise forms.ValidationError("Dê uma nota ou escreva um comentário.")
        return dados
