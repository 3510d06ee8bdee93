"""Quem vê as cartas e as eliminações, e quem pode eliminar os dados de alguém a pedido."""

from django.apps import apps as apps_atuais
from django.contrib.auth.management import create_permissions
from django.db import migrations

GRUPOS = {
    "Seleção": ["view_aviso", "view_eliminacao"],
    # O mesmo grupo de quem vê o CPF inteiro: quem elimina confere antes quem pede.
    "Seleção (dados sensíveis)": ["view_candidato", "delete_candidato", "view_eliminacao"],
    "Auditoria": ["view_eliminacao"],
}


def criar(apps, schema_editor):
    # As permissões nascem no `post_migrate`, depois das migrações: aqui é preciso adiantá-las.
    create_permissions(
        apps_atuais.get_app_config("inscricoes"), verbosity=0, using=schema_editor.connection.alias, apps=apps
    )
    Group = apps.get_model("auth", "Group")
    Permission = apps.get_model("auth", "Permission")
    for nome, codinomes in GRUPOS.items():
        grupo, _ = Group.objects.get_or_create(name=nome)
        grupo.permissions.add(*Permission.objects.filter(content_type__app_label="inscricoes", codename__in=codinomes))


def remover(apps, schema_editor):
    Group = apps.get_model("auth", "Group")
    Permission = apps.get_model("auth", "Permission")
    novas = ["view_aviso", "view_eliminacao", "delete_candidato"]
    permissoes = Permission.objects.filter(content_type__app_label="inscricoes", codename__in=novas)
    for grupo in Group.objects.filter(name__in=GRUPOS):
        grupo.permissions.remove(*permissoes)


class Migration(migrations.Migration):
    dependencies = [
        ("inscricoes", "0008_selecao_indices"),
        ("auth", "0012_alter_user_first_name_max_length"),
        ("contenttypes", "0002_remove_content_type_name"),
    ]
    operations = [migrations.RunPython(criar, remover)]
