"""Os grupos de produtores, cada um só com as permissões do seu trabalho."""

from django.apps import apps as apps_atuais
from django.contrib.auth.management import create_permissions
from django.db import migrations

GRUPOS = {
    "Votação": [
        "votacao.view_participante",
        "votacao.add_participante",
        "votacao.change_participante",
        "votacao.view_paredao",
        "votacao.add_paredao",
        "votacao.change_paredao",
        "votacao.delete_paredao",
        "votacao.view_opcao",
        "votacao.add_opcao",
        "votacao.change_opcao",
        "votacao.delete_opcao",
        "votacao.conduzir_paredao",
        "votacao.ver_contagem",
        "inscricoes.view_edicao",
        "inscricoes.add_edicao",
        "inscricoes.change_edicao",
    ],
    "Seleção": [
        "inscricoes.view_candidato",
        "inscricoes.change_candidato",
        "inscricoes.view_edicao",
        "votacao.view_participante",
    ],
    "Auditoria": [
        "votacao.view_participante",
        "votacao.view_paredao",
        "votacao.view_opcao",
        "votacao.view_lote",
        "votacao.view_voto",
        "votacao.view_contagem",
        "votacao.ver_contagem",
        "inscricoes.view_edicao",
        "admin.view_logentry",
    ],
}


def criar(apps, schema_editor):
    # As permissões nascem no `post_migrate`, depois das migrações: aqui é preciso adiantá-las.
    for app_label in ("inscricoes", "votacao", "admin"):
        create_permissions(apps_atuais.get_app_config(app_label), verbosity=0, using=schema_editor.connection.alias)
    Group = apps.get_model("auth", "Group")
    Permission = apps.get_model("auth", "Permission")
    for nome, permissoes in GRUPOS.items():
        grupo, _ = Group.objects.get_or_create(name=nome)
        for permissao in permissoes:
            app_label, codinome = permissao.split(".")
            grupo.permissions.add(Permission.objects.get(content_type__app_label=app_label, codename=codinome))


def remover(apps, schema_editor):
    apps.get_model("auth", "Group").objects.filter(name__in=GRUPOS).delete()


class Migration(migrations.Migration):
    dependencies = [
        ("votacao", "0003_gatilhos"),
        ("inscricoes", "0001_inicial"),
        ("auth", "0012_alter_user_first_name_max_length"),
        ("admin", "0003_logentry_add_action_flag_choices"),
    ]
    operations = [migrations.RunPython(criar, remover)]
