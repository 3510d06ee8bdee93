"""O pulso dos processos, e o índice por que se leem os votos por minuto."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("votacao", "0006_voto_unico"),
    ]

    operations = [
        migrations.CreateModel(
            name="Pulso",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("processo", models.CharField(max_length=80, verbose_name="processo")),
                (
                    "papel",
                    models.CharField(
                        choices=[("site", "atende o público"), ("contador", "conta os votos da fila")],
                        default="site",
                        max_length=8,
                        verbose_name="papel",
                    ),
                ),
                ("minuto", models.DateTimeField(verbose_name="minuto")),
                ("visto_em", models.DateTimeField(verbose_name="visto em")),
                ("saiu", models.BooleanField(default=False, verbose_name="encerrou-se em ordem")),
                ("aceitos", models.PositiveBigIntegerField(default=0, verbose_name="votos aceitos")),
                ("recusas", models.JSONField(default=dict, verbose_name="recusas por código")),
                ("pendentes", models.PositiveIntegerField(default=0, verbose_name="votos à espera de gravação")),
                ("demora_ms", models.PositiveIntegerField(default=0, verbose_name="demora até durável (ms)")),
                ("atraso_ms", models.PositiveIntegerField(default=0, verbose_name="atraso da contagem (ms)")),
            ],
            options={
                "verbose_name": "pulso",
                "verbose_name_plural": "pulsos",
                "default_permissions": (),
            },
        ),
        migrations.AddIndex(
            model_name="lote",
            index=models.Index(
                fields=["paredao", "gravado_em", "modalidade", "suspeita", "quantidade"], name="lote_ritmo"
            ),
        ),
        migrations.AddIndex(
            model_name="pulso",
            index=models.Index(fields=["minuto"], name="pulso_minuto"),
        ),
        migrations.AddConstraint(
            model_name="pulso",
            constraint=models.UniqueConstraint(fields=("processo", "minuto"), name="pulso_um_por_minuto"),
        ),
    ]
