"""Um protocolo para cada inscrição que já existia."""

from django.db import migrations

from inscricoes.models.candidato import novo_protocolo


def preencher(apps, schema_editor):
    Candidato = apps.get_model("inscricoes", "Candidato")
    for candidato in Candidato.objects.filter(protocolo__isnull=True).iterator():
        candidato.protocolo = novo_protocolo()
        candidato.save(update_fields=["protocolo"])


class Migration(migrations.Migration):
    dependencies = [("inscricoes", "0002_inscricao_completa")]
    operations = [migrations.RunPython(preencher, migrations.RunPython.noop)]
