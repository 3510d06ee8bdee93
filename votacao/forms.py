"""O formulário de um paredão: o que pode mudar em cada situação, e a recusa de quem edita uma página velha."""

import hashlib
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.forms.models import BaseInlineFormSet
from django.utils import timezone
from django.utils.html import format_html

from inscricoes.models import Edicao
from votacao import services
from votacao.models import Opcao, Paredao, Participante

SEMPRE_EDITAVEIS = ("titulo", "parciais", "bits")
ANTES_DE_ABRIR = ("edicao", "decisao", "peso_torcida", "peso_unico", "exige_cpf_verificado", "abre_em")


def somente_leitura(situacao: Paredao.Situacao) -> tuple[str, ...]:
    """Os campos que já não mudam nesta situação. Publicado: todos."""
    match situacao:
        case Paredao.Situacao.RASCUNHO | Paredao.Situacao.AGENDADO:
            return ()
        case Paredao.Situacao.ABERTO:
            return ANTES_DE_ABRIR
        case Paredao.Situacao.ENCERRADO:
            return (*ANTES_DE_ABRIR, "fecha_em", "bits")
        case _:
            return (*ANTES_DE_ABRIR, "fecha_em", *SEMPRE_EDITAVEIS)


def versao(paredao: Paredao, agora: datetime, lidas: Iterable[Opcao] | None = None) -> str:
    """Muda quando alguém muda o paredão ou os seus participantes, e quando a hora o abre ou o fecha.

    `lidas`: as opções, se quem chama já as leu.
    """
    linha = [getattr(paredao, campo.attname) for campo in Paredao._meta.concrete_fields]
    lidas = Opcao.objects.filter(paredao=paredao) if lidas is None else lidas
    opcoes = sorted((opcao.pk, opcao.participante_id, opcao.ordem) for opcao in lidas)
    return hashlib.sha256(repr((linha, opcoes, paredao.situacao(agora))).encode()).hexdigest()[:16]


class ParedaoForm(forms.ModelForm):
    """`agora` é posto na classe pelo `ParedaoAdmin.get_form`: um instante só para o pedido inteiro."""

    agora: datetime
    versao = forms.CharField(required=False, widget=forms.HiddenInput)

    class Meta:
        model = Paredao
        fields = "__all__"  # noqa: DJ007 (o ModelAdmin diz quais)
        help_texts = {  # noqa: RUF012
            "abre_em": "Vazio: rascunho, que o público não vê; você abre depois com o botão “Abrir a votação”. "
            "Com data: abre sozinho nessa hora.",
            "fecha_em": "Vazio: só fecha quando você encerrar. Com data: fecha sozinho nessa hora.",
            "bits": "Quanto custa um voto a uma máquina: cada bit dobra a conta que o aparelho faz antes de votar. Num "
            "telefone barato: 16 bits, uns 0,2 s; 18, perto de 1 s; 20, uns 3 s; 22, uns 10 s; 24, quase um minuto. "
            "Vazio: o padrão do site. Zero: nenhuma conta. Pode mudar com a votação no ar, e vale em um segundo para "
            "quem abrir a página; uma origem sob suspeita recebe quatro a mais, até 22.",
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.existe = self.instance.pk is not None
        # Lido agora, da linha trancada: a validação escreve os valores novos em `instance`.
        self.como_esta = services.como_esta(self.instance, self.agora)
        self.versao_do_banco = versao(self.instance, self.agora) if self.existe else ""
        self.initial["versao"] = self.versao_do_banco
        if not self.existe and not self.initial.get("edicao"):
            self.initial["edicao"] = Edicao.objects.values_list("pk", flat=True).first()

    def clean_abre_em(self) -> datetime | None:
        abre_em: datetime | None = self.cleaned_data["abre_em"]
        if abre_em is not None and abre_em <= self.agora:
            raise ValidationError(
                "Este instante já passou. Para abrir já, salve sem data e use o botão “Abrir a votação”; "
                "para agendar, escolha um instante futuro."
            )
        return abre_em

    def clean_fecha_em(self) -> datetime | None:
        fecha_em: datetime | None = self.cleaned_data["fecha_em"]
        if fecha_em is not None and fecha_em <= self.agora:
            raise ValidationError(
                "Este instante já passou. Escolha um instante futuro; "
                "para encerrar já, use o botão “Encerrar a votação”."
            )
        return fecha_em

    def clean_titulo(self) -> str:
        titulo: str = self.cleaned_data["titulo"]
        # Com a edição só para ler, a restrição do modelo não é conferida pelo formulário.
        iguais = Paredao.objects.filter(edicao=self.instance.edicao_id, titulo=titulo).exclude(pk=self.instance.pk)
        if "edicao" not in self.fields and iguais.exists():
            raise ValidationError("Já há um paredão com este título nesta edição.")
        return titulo

    def clean(self) -> dict[str, Any] | None:
        dados = super().clean()
        if self.existe and self.cleaned_data.get("versao") != self.versao_do_banco:
            raise ValidationError(
                format_html(
                    "Este paredão mudou enquanto você o editava e agora está {}. Nada foi gravado: "
                    '<a href="">veja como ele está</a> e, se ainda for o caso, faça a mudança de novo.',
                    self.como_esta,
                )
            )
        return dados

    def _post_clean(self) -> None:
        super()._post_clean()  # type: ignore[misc]
        if "abre_em" in self.fields and self.cleaned_data.get("abre_em"):
            for falta in services.faltas_nos_pesos(self.instance):
                self.add_error("peso_torcida", falta)


class OpcaoForm(forms.ModelForm):
    class Meta:
        model = Opcao
        fields = ("participante", "ordem")

    ordem = forms.IntegerField(
        label="ordem na página",
        required=False,
        min_value=0,
        max_value=999,
        widget=forms.NumberInput(attrs={"class": "ordem", "placeholder": "automática"}),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.pk is None:
            self.initial["ordem"] = None


class OpcaoFormSet(BaseInlineFormSet):
    """Confere junto com o formulário do paredão: a edição de cada um e o mínimo para o público votar."""

    editavel = True
    """Posto na classe pelo `OpcaoInline.get_formset`: depois de aberto, o que vier do navegador é ignorado."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._escolhas: list[Any] | None = None

    def add_fields(self, form: Any, index: int | None) -> None:
        super().add_fields(form, index)
        if "participante" in form.fields:
            form.fields["participante"].choices = self._por_edicao(form.fields["participante"].queryset)

    def _por_edicao(self, participantes: Any) -> list[Any]:
        """As mesmas escolhas para todas as linhas, com uma consulta só."""
        if self._escolhas is None:
            grupos: dict[str, list[tuple[int, str]]] = {}
            for participante in participantes.select_related("edicao").order_by("-edicao__ano", "nome_curto"):
                rotulo = f"{participante.nome_curto} ({participante.get_grupo_display()})"
                grupos.setdefault(str(participante.edicao), []).append((participante.pk, rotulo))
            self._escolhas = [("", "Escolha…"), *grupos.items()]
        return self._escolhas

    def clean(self) -> None:
        super().clean()
        if not self.editavel:
            return
        paredao = self.instance
        escolhidos: list[Participante] = []
        for lugar, form in enumerate(self.forms, start=1):
            if form.instance.ordem is None:
                form.instance.ordem = lugar
            participante = form.cleaned_data.get("participante") if hasattr(form, "cleaned_data") else None
            if participante is None or form.cleaned_data.get("DELETE"):
                continue
            escolhidos.append(participante)
            if paredao.edicao_id and participante.edicao_id != paredao.edicao_id and not form.errors:
                form.add_error("participante", "Este participante é de outra edição.")
        if paredao.abre_em is not None and paredao.abre_em > timezone.now() and not any(self.errors):
            faltas = services.faltas_nos_participantes(paredao.edicao_id, escolhidos)
            if faltas:
                raise ValidationError([*faltas, "Para guardar assim mesmo, deixe “abre em” vazio: fica como rascunho."])


class QuarentenaForm(forms.Form):
    """Se os votos suspeitos contam, e por quê."""

    contam = forms.TypedChoiceField(
        label="Os votos suspeitos",
        choices=[("nao", "não contam"), ("sim", "contam")],
        coerce=lambda escolha: escolha == "sim",
        widget=forms.RadioSelect,
        error_messages={"required": "Escolha se contam ou não."},
    )
    justificativa = forms.CharField(
        label="Justificativa",
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text="O público lê na página do resultado, ao lado do número de votos suspeitos.",
        error_messages={"required": "Escreva por que os votos suspeitos contam ou não: o público vai ler."},
    )
