"""O que a seleção acrescenta a uma inscrição: pareceres, mudanças de situação, avisos, e o resto de uma eliminada."""

from typing import ClassVar

from django.conf import settings
from django.core.validators import MaxValueValidator
from django.db import models
from django.db.models import Q

from inscricoes.models.candidato import Candidato
from inscricoes.models.edicao import Edicao
from inscricoes.situacoes import Situacao


class Movimento(models.Model):
    """Uma mudança de situação: de onde, para onde, quando e por quem. Vazio em `por`: o próprio candidato."""

    candidato = models.ForeignKey(Candidato, models.CASCADE, verbose_name="candidato", related_name="movimentos")
    de = models.CharField("de", max_length=12, choices=Situacao, blank=True)
    para = models.CharField("para", max_length=12, choices=Situacao)
    em = models.DateTimeField("em")
    por = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, verbose_name="por", related_name="+"
    )

    class Meta:
        verbose_name = "mudança de situação"
        verbose_name_plural = "mudanças de situação"
        ordering: ClassVar = ["em", "id"]

    def __str__(self) -> str:
        return f"{self.get_de_display() or '—'} → {self.get_para_display()}"


class Parecer(models.Model):
    """A nota e o comentário de uma pessoa da produção sobre uma inscrição: um por pessoa, que ela pode rever."""

    NOTA_MAXIMA = 10

    candidato = models.ForeignKey(Candidato, models.CASCADE, verbose_name="candidato", related_name="pareceres")
    autor = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, verbose_name="autor", related_name="+"
    )
    nota = models.PositiveSmallIntegerField(
        "nota", null=True, blank=True, validators=[MaxValueValidator(NOTA_MAXIMA)], help_text="De 0 a 10."
    )
    texto = models.TextField("comentário", max_length=4000, blank=True)
    mudou_em = models.DateTimeField("em", auto_now=True)

    class Meta:
        verbose_name = "parecer"
        verbose_name_plural = "pareceres"
        ordering: ClassVar = ["-mudou_em"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["candidato", "autor"], name="parecer_um_por_pessoa"),
            models.CheckConstraint(
                name="parecer_nota_ate_10",
                condition=Q(nota__isnull=True) | Q(nota__lte=10),
                violation_error_message="A nota vai de 0 a 10.",
            ),
        ]

    def __str__(self) -> str:
        return f"parecer {self.pk}"


class Aviso(models.Model):
    """Uma carta ao candidato que ainda vai, ou já foi. O texto se faz na hora de mandar; aqui não há dado pessoal."""

    candidato = models.ForeignKey(Candidato, models.CASCADE, verbose_name="candidato", related_name="avisos")
    situacao = models.CharField("sobre", max_length=12, choices=Situacao)
    criado_em = models.DateTimeField("criado em")
    enviado_em = models.DateTimeField("enviado em", null=True, blank=True)
    tentativas = models.PositiveSmallIntegerField("tentativas", default=0)
    tentar_em = models.DateTimeField("tentar em", null=True, blank=True)
    erro = models.CharField("último erro", max_length=80, blank=True, help_text="O tipo do erro, sem endereços.")

    class Meta:
        verbose_name = "aviso"
        verbose_name_plural = "avisos"
        ordering: ClassVar = ["-criado_em", "-id"]
        indexes: ClassVar = [
            models.Index(fields=["tentar_em"], name="aviso_pendente", condition=Q(enviado_em__isnull=True)),
        ]

    def __str__(self) -> str:
        return f"aviso {self.pk}"


class Eliminacao(models.Model):
    """Tudo o que resta de uma inscrição eliminada: que existiu uma nesta edição, e quando e por que acabou."""

    class Origem(models.TextChoices):
        PEDIDO = "pedido", "pedido da própria pessoa"
        RETENCAO = "retencao", "fim do prazo de guarda"
        PRODUCAO = "producao", "pela produção, a pedido da pessoa"

    edicao = models.ForeignKey(Edicao, models.PROTECT, verbose_name="edição", related_name="eliminacoes")
    em = models.DateTimeField("em")
    origem = models.CharField("origem", max_length=8, choices=Origem)

    class Meta:
        verbose_name = "inscrição eliminada"
        verbose_name_plural = "inscrições eliminadas"
        ordering: ClassVar = ["-em"]

    def __str__(self) -> str:
        return f"inscrição eliminada {self.pk}"
