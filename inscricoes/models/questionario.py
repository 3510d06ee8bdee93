"""O questionário como dado: a produção escreve as perguntas de cada edição no admin.

Pergunta publicada e respondida não muda de sentido: os gatilhos da migração `0005_gatilhos` recusam. Retira-se a velha,
que fica com as suas respostas, e publica-se outra.
"""

from typing import ClassVar

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import F, Q

from inscricoes.models.candidato import Candidato
from inscricoes.models.edicao import Edicao

LIMITE_CURTO = 200
LIMITE_LONGO = 2000
"""Caracteres de uma resposta, quando a pergunta não diz outro limite."""


class Secao(models.Model):
    """Uma página do questionário."""

    edicao = models.ForeignKey(Edicao, models.PROTECT, verbose_name="edição", related_name="secoes")
    ordem = models.PositiveSmallIntegerField("ordem", default=0)
    titulo = models.CharField("título", max_length=80)
    descricao = models.CharField("descrição", max_length=300, blank=True)

    class Meta:
        verbose_name = "seção do questionário"
        verbose_name_plural = "seções do questionário"
        ordering: ClassVar = ["edicao", "ordem", "id"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["edicao", "titulo"],
                name="secao_titulo_por_edicao",
                violation_error_message="Já há uma seção com este título nesta edição.",
            ),
        ]

    def __str__(self) -> str:
        return self.titulo


class PerguntaQuerySet(models.QuerySet["Pergunta"]):
    def no_ar(self) -> "PerguntaQuerySet":
        """As publicadas e não retiradas, na ordem do questionário."""
        return self.filter(publicada_em__isnull=False, retirada_em__isnull=True).order_by(
            "secao__ordem", "secao_id", "ordem", "id"
        )


class Pergunta(models.Model):
    class Tipo(models.TextChoices):
        CURTA = "curta", "resposta curta"
        LONGA = "longa", "resposta longa"
        ESCOLHA = "escolha", "uma escolha"
        NUMERO = "numero", "número"
        SIM_NAO = "sim_nao", "sim ou não"

    secao = models.ForeignKey(Secao, models.PROTECT, verbose_name="seção", related_name="perguntas")
    ordem = models.PositiveSmallIntegerField("ordem", default=0)
    enunciado = models.CharField("pergunta", max_length=300)
    ajuda = models.CharField("texto de ajuda", max_length=500, blank=True)
    tipo = models.CharField("tipo", max_length=7, choices=Tipo, default=Tipo.CURTA)
    obrigatoria = models.BooleanField("obrigatória", default=True)
    limite = models.PositiveIntegerField(
        "limite",
        null=True,
        blank=True,
        help_text="Caracteres de uma resposta escrita, ou o maior número aceito. Vazio: 200, 2.000 ou sem teto.",
    )
    opcoes = models.TextField("opções", blank=True, help_text="Uma por linha; só para “uma escolha”.")
    publicada_em = models.DateTimeField("publicada em", null=True, blank=True, editable=False)
    retirada_em = models.DateTimeField("retirada em", null=True, blank=True, editable=False)

    objects = PerguntaQuerySet.as_manager()

    class Meta:
        verbose_name = "pergunta"
        verbose_name_plural = "perguntas"
        ordering: ClassVar = ["secao", "ordem", "id"]
        constraints: ClassVar = [
            models.CheckConstraint(
                name="pergunta_tipo_conhecido",
                condition=Q(tipo__in=["curta", "longa", "escolha", "numero", "sim_nao"]),
            ),
            models.CheckConstraint(
                name="pergunta_retirada_depois_de_publicada",
                condition=Q(retirada_em__isnull=True) | Q(publicada_em__lte=F("retirada_em")),
            ),
            models.CheckConstraint(
                name="pergunta_escolha_tem_opcoes",
                condition=~Q(tipo="escolha") | ~Q(opcoes=""),
                violation_error_message="Escreva as opções, uma por linha.",
            ),
        ]

    def __str__(self) -> str:
        return self.enunciado

    @property
    def lista_de_opcoes(self) -> list[str]:
        return [linha.strip() for linha in self.opcoes.splitlines() if linha.strip()]

    @property
    def caracteres(self) -> int:
        """O maior tamanho de uma resposta escrita."""
        return self.limite or (LIMITE_LONGO if self.tipo == self.Tipo.LONGA else LIMITE_CURTO)

    def clean(self) -> None:
        opcoes = self.lista_de_opcoes
        if self.tipo == self.Tipo.ESCOLHA and (len(opcoes) < 2 or len(set(opcoes)) < len(opcoes)):
            raise ValidationError({"opcoes": "Escreva duas ou mais opções diferentes, uma por linha."})
        if any(len(opcao) > LIMITE_CURTO for opcao in opcoes):
            raise ValidationError({"opcoes": f"Cada opção pode ter até {LIMITE_CURTO} caracteres."})


class Resposta(models.Model):
    """O que o candidato respondeu, sempre como texto: número em algarismos, sim/não como `sim` ou `nao`."""

    candidato = models.ForeignKey(Candidato, models.CASCADE, verbose_name="candidato", related_name="respostas")
    pergunta = models.ForeignKey(Pergunta, models.PROTECT, verbose_name="pergunta", related_name="respostas")
    texto = models.TextField("resposta")

    class Meta:
        verbose_name = "resposta"
        verbose_name_plural = "respostas"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["candidato", "pergunta"], name="resposta_unica"),
        ]

    def __str__(self) -> str:
        return f"resposta {self.pk}"
