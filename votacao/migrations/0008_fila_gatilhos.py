"""O banco recusa mudar o que a fila já tratou, e publicar com votos por contar."""

from importlib import import_module

from django.db import migrations

velhas = import_module("votacao.migrations.0003_gatilhos")
unico = import_module("votacao.migrations.0006_voto_unico")

HA_POR_CONTAR = (
    "EXISTS (SELECT 1 FROM votacao_serie s WHERE s.paredao_id = NEW.id AND s.desistida_em IS NULL AND s.votos >"
    " COALESCE((SELECT SUM(r.votos) FROM votacao_remessa r WHERE r.serie = s.id AND r.numero <= s.ate), 0))"
)
NOVAS = [
    ("remessa_muda", "UPDATE", "votacao_remessa", "1 = 1", "o que a fila já tratou não muda"),
    (
        "remessa_sai",
        "DELETE",
        "votacao_remessa",
        "NOT " + velhas.PUBLICADO.format("OLD.paredao"),
        "o resultado ainda não foi publicado",
    ),
    (
        "serie_muda",
        "UPDATE",
        "votacao_serie",
        "NEW.ate < OLD.ate OR NEW.votos < OLD.votos OR NEW.paredao_id <> OLD.paredao_id"
        " OR NEW.remetente_id <> OLD.remetente_id",
        "uma série só cresce",
    ),
    (
        "serie_sai",
        "DELETE",
        "votacao_serie",
        "NOT " + velhas.PUBLICADO.format("OLD.paredao_id"),
        "o resultado ainda não foi publicado",
    ),
    (
        "remetente_muda",
        "UPDATE",
        "votacao_remetente",
        "NEW.corte < OLD.corte OR OLD.encerrado_em IS NOT NULL",
        "o corte de um remetente não recua, e um encerrado não volta",
    ),
    (
        "paredao_publica_por_contar",
        "UPDATE",
        "votacao_paredao",
        "NEW.publicado_em IS NOT NULL AND OLD.publicado_em IS NULL AND " + HA_POR_CONTAR,
        "há votos recebidos que ainda não foram contados",
    ),
]
REGRAS = [*unico.REGRAS, *NOVAS]
"""Todas as que valem a partir daqui."""


def criar_as_novas(apps, schema_editor):
    velhas.criar(apps, schema_editor, NOVAS)


def remover_as_novas(apps, schema_editor):
    velhas.remover(apps, schema_editor, NOVAS)


def criar(apps, schema_editor):
    velhas.criar(apps, schema_editor, REGRAS)


def remover(apps, schema_editor):
    velhas.remover(apps, schema_editor, REGRAS)


class Migration(migrations.Migration):
    dependencies = [("votacao", "0007_fila")]
    operations = [migrations.RunPython(criar_as_novas, remover_as_novas)]
