"""O grupo Seleção escreve o questionário e os termos, e marca quando a edição recebe inscrições."""

from django.apps import apps as apps_atuais
from django.contrib.auth.management import create_permissions
from django.db import migrations

GRUPO = "Seleção"
PERMISSOES = [
    *(f"{acao}_{modelo}" for modelo in ("secao", "pergunta", "termo") for acao in ("view", "add", "change")),
    "view_edicao",
    "change_edicao",
]


def _permissoes(apps):
    Permission = apps.get_model("auth", "Permission")
    return Permission.objects.filter(content_type__app_label="inscricoes", codename__in=PERMISSOES)


def dar(apps, schema_editor):
    # As permissões nascem no `post_migrate`, depois das migrações: aqui é preciso adiantá-las.
    create_permissions(apps_atuais.get_app_config("inscricoes"), verbosity=0, using=schema_editor.connection.alias)
    grupo, _ = apps.get_model("auth", "Group").objects.get_or_create(name=GRUPO)
    grupo.permissions.add(*_permissoes(apps))


def tirar(apps, schema_editor):
    # `view_edicao` o grupo já tinha antes.
    for grupo in apps.get_model("auth", "Group").objects.filter(name=GRUPO):
        grupo.permissions.remove(*_permissoes(apps).exclude(codename="view_edicao"))


class Migration(migrations.Migration):
    dependencies = [
        ("inscricoes", "0005_gatilhos"),
        ("auth", "0012_alter_user_first_name_max_length"),
        ("contenttypes", "0002_remove_content_type_name"),
    ]
    operations = [migrations.RunPython(dar, tirar)]
