"""A tabela dos limites (o cache do Django no banco) e os índices para achar a conta de um e-mail entre milhões."""

from django.core.management import call_command
from django.db import migrations


def criar_tabela(apps, schema_editor):
    call_command("createcachetable", database=schema_editor.connection.alias, verbosity=0)


class Migration(migrations.Migration):
    dependencies = [("auth", "0012_alter_user_first_name_max_length")]
    operations = [
        migrations.RunPython(criar_tabela, lambda apps, editor: editor.execute("DROP TABLE IF EXISTS contas_limite")),
        migrations.RunSQL("CREATE INDEX contas_usuario_email ON auth_user (email)", "DROP INDEX contas_usuario_email"),
        migrations.RunSQL(
            "CREATE INDEX contas_da_producao ON auth_user (id) WHERE is_staff", "DROP INDEX contas_da_producao"
        ),
    ]
