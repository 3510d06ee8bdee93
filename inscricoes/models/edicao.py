"""Edições: quando recebem inscrições, com que termo, e por quanto tempo guardam os dados de quem não entrou."""

import hashlib
from datetime import datetime, timedelta
from typing import ClassVar

from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils import timezone


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


class Regiao(models.TextChoices):
    """As cinco regiões do país (IBGE), para filtrar e distribuir as vagas."""

    NORTE = "N", "Norte"
    NORDESTE = "NE", "Nordeste"
    CENTRO_OESTE = "CO", "Centro-Oeste"
    SUDESTE = "SE", "Sudeste"
    SUL = "S", "Sul"

    @property
    def ufs(self) -> tuple[UF, ...]:
        return _UFS[self]

    @classmethod
    def da_uf(cls, uf: str) -> "Regiao | None":
        """A região de uma sigla de estado; `None` se não é uma."""
        return next((regiao for regiao, ufs in _UFS.items() if uf in ufs), None)


_UFS = {
    Regiao.NORTE: (UF.AC, UF.AM, UF.AP, UF.PA, UF.RO, UF.RR, UF.TO),
    Regiao.NORDESTE: (UF.AL, UF.BA, UF.CE, UF.MA, UF.PB, UF.PE, UF.PI, UF.RN, UF.SE),
    Regiao.CENTRO_OESTE: (UF.DF, UF.GO, UF.MS, UF.MT),
    Regiao.SUDESTE: (UF.ES, UF.MG, UF.RJ, UF.SP),
    Regiao.SUL: (UF.PR, UF.RS, UF.SC),
}


class EdicaoQuerySet(models.QuerySet["Edicao"]):
    def recebendo(self, agora: datetime) -> "EdicaoQuerySet":
        """As que recebem inscrições neste instante."""
        return self.filter(
            Q(inscricoes_fecham_em__isnull=True) | Q(inscricoes_fecham_em__gt=agora), inscricoes_abrem_em__lte=agora
        )


class Edicao(models.Model):
    """Uma temporada do programa."""

    nome = models.CharField("nome", max_length=60, unique=True, help_text="Como o público a chama: BBB 24.")
    ano = models.PositiveSmallIntegerField("ano")
    inscricoes_abrem_em = models.DateTimeField(
        "inscrições abrem em", null=True, blank=True, help_text="Vazio: esta edição não recebe inscrições."
    )
    inscricoes_fecham_em = models.DateTimeField(
        "inscrições fecham em", null=True, blank=True, help_text="Vazio: abertas até você marcar."
    )
    retencao_dias = models.PositiveSmallIntegerField(
        "guardar os dados por (dias)",
        default=180,
        validators=[MinValueValidator(1)],
        help_text="Contados do fim das inscrições. Depois, os dados de quem não foi selecionado são eliminados.",
    )

    objects = EdicaoQuerySet.as_manager()

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
            models.CheckConstraint(
                name="edicao_inscricoes_em_ordem",
                condition=Q(inscricoes_fecham_em__isnull=True)
                | (Q(inscricoes_abrem_em__isnull=False) & Q(inscricoes_fecham_em__gt=F("inscricoes_abrem_em"))),
                violation_error_message="As inscrições precisam abrir antes de fechar.",
            ),
            models.CheckConstraint(
                name="edicao_retencao_positiva",
                condition=Q(retencao_dias__gte=1),
                violation_error_message="Guardar os dados por pelo menos um dia.",
            ),
        ]

    def __str__(self) -> str:
        return self.nome

    def recebe_inscricoes(self, agora: datetime) -> bool:
        """Pelo relógio do servidor: no instante em que fecham, já não recebe."""
        if self.inscricoes_abrem_em is None or agora < self.inscricoes_abrem_em:
            return False
        return self.inscricoes_fecham_em is None or agora < self.inscricoes_fecham_em

    def termo_vigente(self, agora: datetime) -> "Termo | None":
        """O termo com que se concorda hoje: o publicado por último."""
        return self.termos.filter(publicado_em__lte=agora).order_by("-publicado_em", "-versao").first()

    @property
    def ano_da_inscricao(self) -> int:
        """O ano em cujo fim se conta a idade: o do fim das inscrições ou, sem ele, o da abertura ou o da edição."""
        marco = self.inscricoes_fecham_em or self.inscricoes_abrem_em
        return self.ano if marco is None else timezone.localtime(marco).year

    @property
    def eliminar_em(self) -> datetime | None:
        """Quando vence a guarda dos dados de quem não foi selecionado; `None` se as inscrições não têm fim marcado."""
        if self.inscricoes_fecham_em is None:
            return None
        return self.inscricoes_fecham_em + timedelta(days=self.retencao_dias)


class Termo(models.Model):
    """O texto com que o candidato concorda. Depois do primeiro consentimento não muda: faz-se outra versão."""

    edicao = models.ForeignKey(Edicao, models.PROTECT, verbose_name="edição", related_name="termos")
    versao = models.PositiveSmallIntegerField("versão")
    texto = models.TextField("texto")
    publicado_em = models.DateTimeField(
        "publicado em", null=True, blank=True, help_text="Vazio: rascunho, que ninguém vê. Vale o mais novo publicado."
    )

    class Meta:
        verbose_name = "termo de consentimento"
        verbose_name_plural = "termos de consentimento"
        ordering: ClassVar = ["edicao", "-versao"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["edicao", "versao"],
                name="termo_versao_por_edicao",
                violation_error_message="Já há um termo com esta versão nesta edição.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.edicao}, versão {self.versao}"

    @property
    def marca(self) -> str:
        """Diz qual texto foi lido: muda se a versão ou uma letra dele muda."""
        return f"{self.pk}-{hashlib.sha256(self.texto.encode()).hexdigest()[:16]}"
