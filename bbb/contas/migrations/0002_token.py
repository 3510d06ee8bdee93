"""Os tokens da API, e quem da produção os cria: cada grupo de produtores, para si."""

import django.db.models.deletion
from django.apps import apps as apps_atuais
from django.conf import settings
from django.contrib.auth.management import create_permissions
from django.db import migrations, models
from django.db.models import F, Q

GRUPOS = ("Votação", "Seleção", "Auditoria")
PERMISSOES = ("view_token", "add_token")


def permitir(apps, schema_editor):
    # As permissões nascem no `post_migrate`, depois das migrações: aqui é preciso adiantá-las.
    create_permissions(apps_atuais.get_app_config("contas"), verbosity=0, using=schema_editor.connection.alias)
    Group = apps.get_model("auth", "Group")
    Permission = apps.get_model("auth", "Permission")
    for grupo in Group.objects.filter(name__in=GRUPOS):
        grupo.permissions.add(*Permission.objects.filter(content_type__app_label="contas", codename__in=PERMISSOES))


class Migration(migrations.Migration):
    dependencies = [
        ("contas", "0001_limites_e_indices"),
        ("votacao", "0004_grupos"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]
    operations = [
        migrations.CreateModel(
            name="Token",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "nome",
                    models.CharField(
                        help_text="Para que serve: “Painel do estúdio”.", max_length=60, verbose_name="nome"
                    ),
                ),
                ("comeco", models.CharField(editable=False, max_length=16, verbose_name="começa com")),
                ("resumo", models.CharField(editable=False, max_length=64, unique=True, verbose_name="resumo")),
                ("escopos", models.JSONField(default=list, verbose_name="para que serve")),
                ("criado_em", models.DateTimeField(editable=False, verbose_name="criado em")),
                ("expira_em", models.DateTimeField(verbose_name="vale até")),
                (
                    "revogado_em",
                    models.DateTimeField(blank=True, editable=False, null=True, verbose_name="revogado em"),
                ),
                ("usado_em", models.DateTimeField(blank=True, editable=False, null=True, verbose_name="último uso")),
                (
                    "dono",
                    models.ForeignKey(
                        editable=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="tokens",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="feito por",
                    ),
                ),
            ],
            options={
                "verbose_name": "token da API",
                "verbose_name_plural": "tokens da API",
                "ordering": ["-criado_em", "-id"],
                "constraints": [
                    models.CheckConstraint(
                        condition=Q(("expira_em__gt", F("criado_em"))),
                        name="token_expira_depois_de_criado",
                        violation_error_message="Escolha um instante futuro.",
                    ),
                    models.CheckConstraint(condition=~Q(("nome", "")), name="token_tem_nome"),
                ],
            },
        ),
        migrations.RunPython(permitir, migrations.RunPython.noop),
    ]
