"""O voto único: a conta que deu o seu CPF, e a chave sob a qual cada paredão o colhe.

Os gatilhos saem antes e voltam depois, como em `0005_quarentena`.
"""

from importlib import import_module

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

velhas = import_module("votacao.migrations.0003_gatilhos")
quarentena = import_module("votacao.migrations.0005_quarentena")

REGRAS = [
    *quarentena.REGRAS,
    (
        "paredao_troca_de_chave",
        "UPDATE",
        "votacao_paredao",
        "OLD.chave_cpf <> '' AND NEW.chave_cpf <> OLD.chave_cpf",
        "a chave do voto único não muda com o paredão",
    ),
    (
        "paredao_muda_quem_vota",
        "UPDATE",
        "votacao_paredao",
        "NEW.exige_cpf_verificado <> OLD.exige_cpf_verificado AND " + velhas.TEM_VOTOS.format("OLD.id"),
        "o paredão já tem votos",
    ),
]
"""Todas as que valem a partir daqui."""


def soltar_as_velhas(apps, schema_editor):
    velhas.remover(apps, schema_editor, quarentena.REGRAS)


def criar_as_velhas(apps, schema_editor):
    velhas.criar(apps, schema_editor, quarentena.REGRAS)


def criar(apps, schema_editor):
    velhas.criar(apps, schema_editor, REGRAS)


def remover(apps, schema_editor):
    velhas.remover(apps, schema_editor, REGRAS)


class Migration(migrations.Migration):
    dependencies = [
        ("votacao", "0005_quarentena"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]
    operations = [
        migrations.RunPython(soltar_as_velhas, criar_as_velhas),
        migrations.AddField(
            "paredao",
            "chave_cpf",
            models.CharField(blank=True, editable=False, max_length=8, verbose_name="chave do voto único"),
        ),
        migrations.AddField(
            "paredao",
            "exige_cpf_verificado",
            models.BooleanField(
                default=False,
                help_text="Ligado, só dá o voto único quem entrou por um serviço que confirma o CPF, como o gov.br. "
                "Desligado, basta um CPF válido: um por conta, uma conta por CPF.",
                verbose_name="voto único só com CPF confirmado por um provedor",
            ),
        ),
        migrations.CreateModel(
            "Eleitor",
            [
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("cpf_resumo", models.BinaryField(max_length=32, unique=True, verbose_name="resumo do CPF")),
                ("chave_cpf", models.CharField(max_length=8, verbose_name="chave do resumo")),
                ("cadastrado_em", models.DateTimeField(verbose_name="cadastrado em")),
                (
                    "verificado_em",
                    models.DateTimeField(blank=True, null=True, verbose_name="confirmado por um provedor em"),
                ),
                (
                    "conta",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="eleitor",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="conta",
                    ),
                ),
            ],
            {"verbose_name": "eleitor", "verbose_name_plural": "eleitores", "default_permissions": ()},
        ),
        migrations.RunPython(criar, remover),
    ]
