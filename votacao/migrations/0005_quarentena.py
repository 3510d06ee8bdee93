"""Votos suspeitos contados à parte, a decisão sobre eles, e a prova de trabalho por paredão.

Os gatilhos saem antes e voltam depois: o SQLite refaz as tabelas que mudam, e um gatilho de outra tabela que as cite
impediria isso. O que já está no livro fica sem suspeita.
"""

from importlib import import_module

import django.core.validators
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models
from django.db.models import Q

antes = import_module("votacao.migrations.0003_gatilhos")

SUSPEITAS = [
    (0, "nenhuma"),
    (1, "votos demais da mesma origem"),
    (2, "rápido demais para uma pessoa"),
    (3, "cédulas colhidas noutras origens"),
    (4, "votos demais pela porta sem JavaScript"),
]
SUSPEITA = models.PositiveSmallIntegerField(choices=SUSPEITAS, default=0, verbose_name="suspeita")

SEM_DECISAO = (
    "EXISTS (SELECT 1 FROM votacao_lote WHERE paredao_id = NEW.id AND suspeita <> 0)"
    " AND NOT EXISTS (SELECT 1 FROM votacao_quarentena WHERE paredao_id = NEW.id)"
)
NOVAS = [
    (
        "contagem_muda",
        "UPDATE",
        "votacao_contagem",
        "NEW.paredao_id <> OLD.paredao_id OR NEW.participante_id <> OLD.participante_id"
        " OR NEW.modalidade <> OLD.modalidade OR NEW.hora <> OLD.hora OR NEW.suspeita <> OLD.suspeita"
        " OR " + antes.PUBLICADO.format("OLD.paredao_id"),
        "o resultado já foi publicado, ou a contagem trocaria de dono",
    ),
    (
        "paredao_publica_sem_decidir",
        "UPDATE",
        "votacao_paredao",
        "NEW.publicado_em IS NOT NULL AND OLD.publicado_em IS NULL AND " + SEM_DECISAO,
        "há votos suspeitos sem decisão",
    ),
    (
        "quarentena_tarde",
        "INSERT",
        "votacao_quarentena",
        antes.PUBLICADO.format("NEW.paredao_id"),
        "o resultado já foi publicado",
    ),
    ("quarentena_muda", "UPDATE", "votacao_quarentena", "1 = 1", "a decisão sobre os votos suspeitos não muda"),
    ("quarentena_sai", "DELETE", "votacao_quarentena", "1 = 1", "a decisão sobre os votos suspeitos não muda"),
]
REGRAS = [regra for regra in antes.REGRAS if regra[0] != "contagem_muda"] + NOVAS
"""Todas as que valem a partir daqui."""


def soltar_as_velhas(apps, schema_editor):
    antes.remover(apps, schema_editor)


def criar_as_velhas(apps, schema_editor):
    antes.criar(apps, schema_editor)


def criar(apps, schema_editor):
    antes.criar(apps, schema_editor, REGRAS)


def remover(apps, schema_editor):
    antes.remover(apps, schema_editor, REGRAS)


class Migration(migrations.Migration):
    dependencies = [
        ("votacao", "0004_grupos"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]
    operations = [
        migrations.RunPython(soltar_as_velhas, criar_as_velhas),
        migrations.AddField(
            "paredao",
            "bits",
            models.PositiveSmallIntegerField(
                blank=True,
                help_text="Vazio: o padrão do site.",
                null=True,
                validators=[
                    django.core.validators.MinValueValidator(0),
                    django.core.validators.MaxValueValidator(settings.BITS_MAXIMOS),
                ],
                verbose_name="bits da prova de trabalho",
            ),
        ),
        migrations.AddConstraint(
            "paredao",
            models.CheckConstraint(
                condition=Q(("bits__isnull", True), ("bits__lte", settings.BITS_MAXIMOS), _connector="OR"),
                name="paredao_bits_possiveis",
                violation_error_message=f"Os bits da prova vão de 0 a {settings.BITS_MAXIMOS}.",
            ),
        ),
        migrations.AddField("lote", "suspeita", SUSPEITA),
        migrations.AddConstraint(
            "lote", models.CheckConstraint(condition=Q(("suspeita__lte", 4)), name="lote_suspeita_conhecida")
        ),
        migrations.RemoveConstraint("contagem", "contagem_unica"),
        migrations.AddField("contagem", "suspeita", SUSPEITA),
        migrations.AddConstraint(
            "contagem",
            models.UniqueConstraint(
                fields=("paredao", "modalidade", "participante", "hora", "suspeita"), name="contagem_unica"
            ),
        ),
        migrations.AddConstraint(
            "contagem", models.CheckConstraint(condition=Q(("suspeita__lte", 4)), name="contagem_suspeita_conhecida")
        ),
        migrations.CreateModel(
            "Quarentena",
            [
                (
                    "paredao",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        primary_key=True,
                        related_name="quarentena",
                        serialize=False,
                        to="votacao.paredao",
                        verbose_name="paredão",
                    ),
                ),
                ("contam", models.BooleanField(verbose_name="os votos suspeitos contam")),
                ("justificativa", models.TextField(max_length=500, verbose_name="justificativa")),
                (
                    "decidido_por",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="decidido por",
                    ),
                ),
                ("decidido_em", models.DateTimeField(verbose_name="decidido em")),
            ],
            {
                "verbose_name": "decisão sobre votos suspeitos",
                "verbose_name_plural": "decisões sobre votos suspeitos",
                "default_permissions": (),
            },
        ),
        migrations.AddConstraint(
            "quarentena",
            models.CheckConstraint(condition=Q(("justificativa", ""), _negated=True), name="quarentena_justificada"),
        ),
        migrations.RunPython(criar, remover),
    ]
