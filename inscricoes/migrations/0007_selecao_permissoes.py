"""O que o grupo da seleção pode, e um segundo grupo, à parte, para quem precisa do CPF inteiro."""

from django.apps import apps as apps_atuais
from django.contrib.auth.management import create_permissions
from django.db import migrations

GRUPOS = {
    "Seleção": [
        "view_candidato",
        "change_candidato",
        "conduzir_selecao",
        "exportar_candidato",
        "view_parecer",
        "view_edicao",
    ],
    "Seleção (dados sensíveis)": ["view_candidato", "ver_cpf"],
}
NOVAS = ["conduzir_selecao", "exportar_candidato", "view_parecer"]
"""As que esta migração deu à Seleção; as outras já eram dela."""


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
    Group.objects.filter(name="Seleção (dados sensíveis)").delete()
    novas = Permission.objects.filter(content_type__app_label="inscricoes", codename__in=NOVAS)
    for grupo in Group.objects.filter(name="Seleção"):
        grupo.permissions.remove(*novas)


class Migration(migrations.Migration):
    dependencies = [
        ("inscricoes", "0006_formulario_permissoes"),
        ("auth", "0012_alter_user_first_name_max_length"),
        ("contenttypes", "0002_remove_content_type_name"),
    ]
    operations = [migrations.RunPython(criar, remover)]
