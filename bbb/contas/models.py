"""Os tokens da API: a produção os cria no admin, para um programa agir em nome de uma conta."""

from datetime import datetime
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from api.quem import Escopo

TAMANHO_DO_COMECO = 8
"""Sinais do token que se guardam como estão, para quem o tem saber qual é; os outros 35 bastam para ninguém o achar."""


class TokenQuerySet(models.QuerySet["Token"]):
    def valendo(self, agora: datetime) -> "TokenQuerySet":
        return self.filter(revogado_em__isnull=True, expira_em__gt=agora)


class Token(models.Model):
    """Do segredo fica só um resumo: quem lê o banco não o usa."""

    nome = models.CharField("nome", max_length=60, help_text="Para que serve: “Painel do estúdio”.")
    dono = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, editable=False, verbose_name="feito por", related_name="tokens"
    )
    comeco = models.CharField("começa com", max_length=16, editable=False)
    resumo = models.CharField("resumo", max_length=64, unique=True, editable=False)
    escopos = models.JSONField("para que serve", default=list)
    criado_em = models.DateTimeField("criado em", editable=False)
    expira_em = models.DateTimeField("vale até")
    revogado_em = models.DateTimeField("revogado em", null=True, blank=True, editable=False)
    usado_em = models.DateTimeField("último uso", null=True, blank=True, editable=False)

    objects = TokenQuerySet.as_manager()

    class Meta:
        verbose_name = "token da API"
        verbose_name_plural = "tokens da API"
        ordering: ClassVar = ["-criado_em", "-id"]
        constraints: ClassVar = [
            models.CheckConstraint(
                name="token_expira_depois_de_criado",
                condition=Q(expira_em__gt=F("criado_em")),
                violation_error_message="Escolha um instante futuro.",
            ),
            models.CheckConstraint(name="token_tem_nome", condition=~Q(nome="")),
        ]

    def __str__(self) -> str:
        return self.nome

    def estado(self, agora: datetime) -> str:
        if self.revogado_em is not None:
            return "revogado"
        return "vencido" if agora >= self.expira_em else "vale"

    @property
    def por_extenso(self) -> list[str]:
        """Os escopos como se leem; um que já não existe aparece como foi escrito."""
        return [str(Escopo(escopo).label) if escopo in Escopo else escopo for escopo in self.escopos]
