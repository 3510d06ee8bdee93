"""A fila de votos: quem os manda, o que mandou, o que já se tratou e o que se recusou (`docs/FILA.md`)."""

import django.db.models.deletion
from django.db import migrations, models

import votacao.campos


class Migration(migrations.Migration):
    dependencies = [
        ("votacao", "0006_voto_unico"),
    ]

    operations = [
        migrations.CreateModel(
            name="Remessa",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "serie", "numero", blank=True, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("serie", models.UUIDField(verbose_name="série")),
                ("numero", models.PositiveIntegerField(verbose_name="número")),
                ("paredao", models.PositiveBigIntegerField(verbose_name="paredão")),
                ("votos", models.PositiveIntegerField(verbose_name="votos")),
                (
                    "desfecho",
                    models.PositiveSmallIntegerField(
                        choices=[(1, "contada"), (2, "descartada pela produção")], default=1, verbose_name="desfecho"
                    ),
                ),
                ("tratada_em", models.DateTimeField(verbose_name="tratada em")),
            ],
            options={
                "verbose_name": "remessa",
                "verbose_name_plural": "remessas",
                "default_permissions": (),
            },
        ),
        migrations.CreateModel(
            name="VotoRecusado",
            fields=[
                ("id", votacao.campos.ChaveField(primary_key=True, serialize=False, verbose_name="cédula")),
                ("paredao", models.PositiveBigIntegerField(verbose_name="paredão")),
                ("motivo", models.CharField(help_text="O código da recusa.", max_length=30, verbose_name="motivo")),
                ("recusado_em", models.DateTimeField(verbose_name="recusado em")),
            ],
            options={
                "verbose_name": "voto recusado",
                "verbose_name_plural": "votos recusados",
                "default_permissions": (),
            },
        ),
        migrations.CreateModel(
            name="Remetente",
            fields=[
                ("id", models.UUIDField(primary_key=True, serialize=False, verbose_name="remetente")),
                ("maquina", models.CharField(max_length=200, verbose_name="máquina")),
                (
                    "lugar",
                    models.CharField(
                        help_text="Partida da máquina e espaço de processos: onde o número quer dizer algo.",
                        max_length=200,
                        verbose_name="lugar",
                    ),
                ),
                ("processo", models.PositiveIntegerField(verbose_name="número do processo")),
                (
                    "nascido",
                    models.PositiveBigIntegerField(
                        help_text="Tiques desde a partida da máquina.", verbose_name="nascido"
                    ),
                ),
                ("desde", models.DateTimeField(verbose_name="desde")),
                (
                    "corte",
                    models.DateTimeField(
                        help_text="Todo voto prometido por ele e aceito antes deste instante está nas suas séries.",
                        verbose_name="corte",
                    ),
                ),
                ("visto_em", models.DateTimeField(verbose_name="visto em")),
                ("encerrado_em", models.DateTimeField(blank=True, null=True, verbose_name="encerrado em")),
                ("encerramento", models.CharField(blank=True, max_length=500, verbose_name="como se encerrou")),
            ],
            options={
                "verbose_name": "remetente",
                "verbose_name_plural": "remetentes",
                "default_permissions": (),
                "indexes": [
                    models.Index(
                        condition=models.Q(("encerrado_em__isnull", True)), fields=["visto_em"], name="remetente_vivo"
                    )
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("encerrado_em__isnull", True), ("encerramento", "")),
                            models.Q(("encerrado_em__isnull", False), models.Q(("encerramento", ""), _negated=True)),
                            _connector="OR",
                        ),
                        name="remetente_encerrado_se_explica",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Serie",
            fields=[
                ("id", models.UUIDField(primary_key=True, serialize=False, verbose_name="série")),
                ("ate", models.PositiveIntegerField(verbose_name="última remessa confirmada")),
                ("votos", models.PositiveBigIntegerField(verbose_name="votos nas remessas confirmadas")),
                ("desistida_em", models.DateTimeField(blank=True, null=True, verbose_name="dada por perdida em")),
                ("desistencia", models.CharField(blank=True, max_length=500, verbose_name="por que se desistiu")),
                (
                    "paredao",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="series",
                        to="votacao.paredao",
                        verbose_name="paredão",
                    ),
                ),
                (
                    "remetente",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="series",
                        to="votacao.remetente",
                        verbose_name="remetente",
                    ),
                ),
            ],
            options={
                "verbose_name": "série de remessas",
                "verbose_name_plural": "séries de remessas",
                "default_permissions": (),
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("ate__gt", 0), ("votos__gte", models.F("ate"))), name="serie_tem_votos"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("desistencia", ""), ("desistida_em__isnull", True)),
                            models.Q(("desistida_em__isnull", False), models.Q(("desistencia", ""), _negated=True)),
                            _connector="OR",
                        ),
                        name="serie_desistida_se_explica",
                    ),
                ],
            },
        ),
    ]
