"""A inscrição de uma pessoa numa edição."""

import secrets
from datetime import date, datetime
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower

from inscricoes import situacoes
from inscricoes.campos import CpfField
from inscricoes.models.edicao import UF, Edicao, Termo

ALFABETO = "23456789ABCDEFGHJKMNPQRSTVWXYZ"
"""Sem os sinais que se confundem ao ditar: 0 e O, 1, I e L, U e V."""


def novo_protocolo() -> str:
    """Oito sinais ao acaso, que não dizem nada de quem se inscreveu nem quantos são: `7F3K-9Q2M`."""
    sinais = "".join(secrets.choice(ALFABETO) for _ in range(8))
    return f"{sinais[:4]}-{sinais[4:]}"


class CandidatoQuerySet(models.QuerySet["Candidato"]):
    def enviadas(self) -> "CandidatoQuerySet":
        return self.exclude(situacao__in=[situacoes.Situacao.RASCUNHO])

    def de(self, conta: models.Model) -> "CandidatoQuerySet":
        """As inscrições desta conta, e de mais ninguém: todo endereço do candidato começa por aqui."""
        return self.filter(conta=conta)


class Candidato(models.Model):
    """Quem se inscreveu numa edição. Nasce rascunho; quando é selecionado, torna-se participante.

    A situação só muda por `inscricoes.services` (`situacoes.PASSOS`).
    """

    Situacao = situacoes.Situacao

    class Genero(models.TextChoices):
        MULHER = "mulher", "mulher"
        HOMEM = "homem", "homem"
        NAO_BINARIO = "nao_binario", "pessoa não binária"
        OUTRO = "outro", "outro"
        NAO_DIZER = "nao_dizer", "prefiro não dizer"

    edicao = models.ForeignKey(Edicao, models.PROTECT, verbose_name="edição", related_name="candidatos")
    conta = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        blank=True,
        editable=False,
        verbose_name="conta",
        related_name="inscricoes",
    )
    protocolo = models.CharField("protocolo", max_length=9, unique=True, default=novo_protocolo, editable=False)

    nome = models.CharField("nome completo", max_length=120, blank=True)
    nome_social = models.CharField(
        "nome social", max_length=120, blank=True, help_text="Se você usa um nome diferente do que está nos documentos."
    )
    nome_curto = models.CharField("como quer ser chamado", max_length=40, blank=True)
    cpf = CpfField("CPF", blank=True)
    nascimento = models.DateField("data de nascimento", null=True, blank=True)
    genero = models.CharField("gênero", max_length=11, choices=Genero, blank=True)
    profissao = models.CharField("profissão", max_length=80, blank=True)
    cidade = models.CharField("cidade", max_length=80, blank=True)
    uf = models.CharField("estado", max_length=2, choices=UF, blank=True)
    apresentacao = models.TextField("apresentação", max_length=500, blank=True)

    email = models.EmailField("e-mail")
    telefone = models.CharField("telefone", max_length=20, blank=True, help_text="Com DDD: (11) 91234-5678.")
    instagram = models.CharField("Instagram", max_length=60, blank=True)
    tiktok = models.CharField("TikTok", max_length=60, blank=True)
    x = models.CharField("X", max_length=60, blank=True)
    youtube = models.CharField("YouTube", max_length=100, blank=True)

    situacao = models.CharField(
        "situação", max_length=12, choices=situacoes.Situacao, default=situacoes.Situacao.ENVIADA, editable=False
    )
    termo = models.ForeignKey(
        Termo, models.PROTECT, null=True, blank=True, editable=False, verbose_name="termo aceito", related_name="+"
    )
    consentiu_em = models.DateTimeField("concordou em", null=True, blank=True, editable=False)
    criado_em = models.DateTimeField("inscrição começada em", auto_now_add=True)
    enviado_em = models.DateTimeField("enviada em", null=True, blank=True, editable=False)
    nota_media = models.DecimalField(
        "nota", max_digits=4, decimal_places=2, null=True, blank=True, editable=False, help_text="Média dos pareceres."
    )

    objects = CandidatoQuerySet.as_manager()

    class Meta:
        verbose_name = "candidato"
        verbose_name_plural = "candidatos"
        ordering: ClassVar = ["-criado_em"]
        permissions: ClassVar = [
            ("conduzir_selecao", "Pode dar parecer e mudar a situação de candidatos"),
            ("ver_cpf", "Pode ver o CPF inteiro de um candidato (fica registrado)"),
            ("exportar_candidato", "Pode exportar a lista de candidatos"),
        ]
        indexes: ClassVar = [
            models.Index(fields=["edicao", "situacao", "-enviado_em", "-id"], name="candidato_por_situacao"),
            models.Index(fields=["edicao", "-enviado_em", "-id"], name="candidato_recentes"),
            models.Index(fields=["edicao", "uf"], name="candidato_uf"),
            models.Index(fields=["edicao", "nascimento"], name="candidato_nascimento"),
        ]
        constraints: ClassVar = [
            models.UniqueConstraint(
                Lower("email"),
                "edicao",
                name="candidato_email_por_edicao",
                violation_error_message="Já há uma inscrição com este e-mail nesta edição.",
            ),
            models.UniqueConstraint(
                fields=["edicao", "conta"],
                name="candidato_conta_por_edicao",
                violation_error_message="Você já tem uma inscrição nesta edição.",
            ),
            models.UniqueConstraint(
                fields=["edicao", "cpf"],
                condition=~Q(cpf="") & ~Q(situacao__in=["rascunho", "desistente"]),
                name="candidato_cpf_por_edicao",
                violation_error_message="Já há uma inscrição enviada com este CPF nesta edição.",
            ),
            models.CheckConstraint(
                name="candidato_situacao_conhecida",
                condition=Q(situacao__in=[situacao.value for situacao in situacoes.Situacao]),
            ),
            models.CheckConstraint(
                name="candidato_enviado_tem_o_essencial",
                condition=Q(situacao__in=["rascunho", "desistente"])
                | (~Q(nome="") & ~Q(nome_curto="") & ~Q(uf="") & Q(nascimento__isnull=False)),
                violation_error_message="Faltam nome, nascimento ou estado.",
            ),
            models.CheckConstraint(
                name="candidato_consentiu_a_um_termo",
                condition=Q(termo__isnull=True, consentiu_em__isnull=True)
                | Q(termo__isnull=False, consentiu_em__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.nome_curto or self.protocolo} ({self.cidade}/{self.uf})" if self.uf else self.protocolo

    @property
    def nome_de_tratamento(self) -> str:
        """Como se fala com a pessoa: o nome que ela escolheu, antes do que está nos documentos."""
        return self.nome_curto or self.nome_social or self.nome

    @property
    def idade_na_regra(self) -> int | None:
        """Anos que completa até o fim do ano da inscrição: a idade de que a regra do programa fala."""
        return None if self.nascimento is None else self.edicao.ano_da_inscricao - self.nascimento.year

    def idade_em(self, dia: date) -> int | None:
        """Anos completos neste dia."""
        if self.nascimento is None:
            return None
        ainda_nao = (dia.month, dia.day) < (self.nascimento.month, self.nascimento.day)
        return dia.year - self.nascimento.year - ainda_nao

    def editavel(self, agora: datetime) -> bool:
        """Se o próprio candidato ainda pode mudar a inscrição."""
        return self.situacao == self.Situacao.RASCUNHO and self.edicao.recebe_inscricoes(agora)
