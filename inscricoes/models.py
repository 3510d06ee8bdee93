"""Edições e candidatos: o mínimo para que um candidato escolhido entre na casa."""

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower


class UF(models.TextChoices):
    AC = "AC", "Acre"
    AL = "AL", "Alagoas"
    AP = "AP", "Amapá"
    AM = "AM", "Amazonas"
    BA = "BA", "Bahia"
    CE = "CE", "Ceará"
    DF = "DF", "Distrito Federal"
    ES = "ES", "Espírito Santo"
    GO = "GO", "Goiás"
    MA = "MA", "Maranhão"
    MT = "MT", "Mato Grosso"
    MS = "MS", "Mato Grosso do Sul"
    MG = "MG", "Minas Gerais"
    PA = "PA", "Pará"
    PB = "PB", "Paraíba"
    PR = "PR", "Paraná"
    PE = "PE", "Pernambuco"
    PI = "PI", "Piauí"
    RJ = "RJ", "Rio de Janeiro"
    RN = "RN", "Rio Grande do Norte"
    RS = "RS", "Rio Grande do Sul"
    RO = "RO", "Rondônia"
    RR = "RR", "Roraima"
    SC = "SC", "Santa Catarina"
    SP = "SP", "São Paulo"
    SE = "SE", "Sergipe"
    TO = "TO", "Tocantins"


class Edicao(models.Model):
    """Uma temporada do programa."""

    nome = models.CharField("nome", max_length=60, unique=True, help_text="Como o público a chama: BBB 24.")
    ano = models.PositiveSmallIntegerField("ano")

    class Meta:
        verbose_name = "edição"
        verbose_name_plural = "edições"
        ordering: ClassVar = ["-ano", "nome"]
        constraints: ClassVar = [
            models.CheckConstraint(
                name="edicao_ano_plausivel",
                condition=Q(ano__gte=2002) & Q(ano__lte=2100),
                violation_error_message="O ano vai de 2002 a 2100.",
            ),
        ]

    def __str__(self) -> str:
        return self.nome


class Candidato(models.Model):
    """Quem se inscreveu numa edição. Quando é selecionado, torna-se participante (`inscricoes.services.selecionar`)."""

    class Situacao(models.TextChoices):
        ENVIADA = "enviada", "enviada"
        EM_ANALISE = "em_analise", "em análise"
        ENTREVISTA = "entrevista", "entrevista"
        SELECIONADA = "selecionada", "selecionada"
        REPROVADA = "reprovada", "reprovada"
        DESISTENTE = "desistente", "desistente"
        RESERVA = "reserva", "reserva"

    edicao = models.ForeignKey(Edicao, models.PROTECT, verbose_name="edição", related_name="candidatos")
    nome = models.CharField("nome completo", max_length=120)
    nome_curto = models.CharField("como quer ser chamado", max_length=40)
    email = models.EmailField("e-mail")
    nascimento = models.DateField("data de nascimento")
    profissao = models.CharField("profissão", max_length=80)
    cidade = models.CharField("cidade", max_length=80)
    uf = models.CharField("estado", max_length=2, choices=UF)
    apresentacao = models.TextField("apresentação", max_length=500, blank=True)
    situacao = models.CharField("situação", max_length=12, choices=Situacao, default=Situacao.ENVIADA)
    criado_em = models.DateTimeField("inscrição recebida em", auto_now_add=True)

    class Meta:
        verbose_name = "candidato"
        verbose_name_plural = "candidatos"
        ordering: ClassVar = ["-criado_em"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                Lower("email"),
                "edicao",
                name="candidato_email_por_edicao",
                violation_error_message="Já há uma inscrição com este e-mail nesta edição.",
            ),
            models.CheckConstraint(
                name="candidato_situacao_conhecida",
                condition=Q(
                    situacao__in=[
                        "enviada",
                        "em_analise",
                        "entrevista",
                        "selecionada",
                        "reprovada",
                        "desistente",
                        "reserva",
                    ]
                ),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.nome_curto} ({self.cidade}/{self.uf})"
