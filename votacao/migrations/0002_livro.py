"""O livro de votos. No SQLite, `WITHOUT ROWID`: uma árvore só, com a chave de 16 bytes em ordem de tempo."""

import django.db.models.deletion
from django.db import migrations, models

import votacao.campos

TABELA_SQLITE = """
CREATE TABLE "votacao_voto" (
    "id" blob NOT NULL PRIMARY KEY CHECK (length("id") = 16),
    "participante_id" bigint NOT NULL REFERENCES "votacao_participante" ("id") DEFERRABLE INITIALLY DEFERRED,
    "lote_id" bigint NOT NULL REFERENCES "votacao_lote" ("id") DEFERRABLE INITIALLY DEFERRED
) WITHOUT ROWID
"""

MODELO = migrations.CreateModel(
    name="Voto",
    fields=[
        ("id", votacao.campos.ChaveField(primary_key=True, serialize=False, verbose_name="cédula")),
        (
            "lote",
            models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="votos",
                to="votacao.lote",
                verbose_name="lote",
            ),
        ),
        (
            "participante",
            models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="votacao.participante",
                verbose_name="participante",
            ),
        ),
    ],
    options={"verbose_name": "voto", "verbose_name_plural": "votos"},
)


class CriaLivro(migrations.CreateModel):
    """O mesmo modelo de sempre; só a tabela do SQLite é escrita à mão."""

    def database_forwards(self, app_label, schema_editor, from_state, to_state):
        if schema_editor.connection.vendor == "sqlite":
            schema_editor.execute(TABELA_SQLITE)
        else:
            super().database_forwards(app_label, schema_editor, from_state, to_state)


class Migration(migrations.Migration):
    dependencies = [("votacao", "0001_inicial")]
    operations = [CriaLivro(MODELO.name, MODELO.fields, MODELO.options)]
