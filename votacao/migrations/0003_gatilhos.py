"""O banco recusa mudar o que já foi votado, no admin, no shell ou em SQL à mão.

Não é uma fortaleza: quem é dono do banco apaga os gatilhos, trunca a tabela ou grava votos a mais num lote velho. Isso,
quem acha é `manage.py conferir`.
"""

from django.db import migrations

# (nome, quando, tabela, condição, mensagem)
TEM_VOTOS = "EXISTS (SELECT 1 FROM votacao_lote WHERE paredao_id = {})"
PUBLICADO = "EXISTS (SELECT 1 FROM votacao_paredao WHERE id = {} AND publicado_em IS NOT NULL)"
REGRAS = [
    ("livro_voto_muda", "UPDATE", "votacao_voto", "1 = 1", "o livro de votos não muda"),
    ("livro_voto_sai", "DELETE", "votacao_voto", "1 = 1", "o livro de votos não muda"),
    ("livro_lote_muda", "UPDATE", "votacao_lote", "1 = 1", "o livro de votos não muda"),
    ("livro_lote_sai", "DELETE", "votacao_lote", "1 = 1", "o livro de votos não muda"),
    ("livro_lote_tarde", "INSERT", "votacao_lote", PUBLICADO.format("NEW.paredao_id"), "o resultado já foi publicado"),
    (
        "contagem_tarde",
        "INSERT",
        "votacao_contagem",
        PUBLICADO.format("NEW.paredao_id"),
        "o resultado já foi publicado",
    ),
    (
        "contagem_muda",
        "UPDATE",
        "votacao_contagem",
        "NEW.paredao_id <> OLD.paredao_id OR NEW.participante_id <> OLD.participante_id"
        " OR NEW.modalidade <> OLD.modalidade OR NEW.hora <> OLD.hora OR " + PUBLICADO.format("OLD.paredao_id"),
        "o resultado já foi publicado, ou a contagem trocaria de dono",
    ),
    ("contagem_sai", "DELETE", "votacao_contagem", "1 = 1", "a contagem não diminui"),
    ("contagem_diminui", "UPDATE", "votacao_contagem", "NEW.votos < OLD.votos", "a contagem não diminui"),
    ("opcao_entra", "INSERT", "votacao_opcao", TEM_VOTOS.format("NEW.paredao_id"), "o paredão já tem votos"),
    ("opcao_sai", "DELETE", "votacao_opcao", TEM_VOTOS.format("OLD.paredao_id"), "o paredão já tem votos"),
    (
        "opcao_muda",
        "UPDATE",
        "votacao_opcao",
        "(NEW.participante_id <> OLD.participante_id OR NEW.paredao_id <> OLD.paredao_id) AND "
        + TEM_VOTOS.format("OLD.paredao_id"),
        "o paredão já tem votos",
    ),
    (
        "paredao_muda",
        "UPDATE",
        "votacao_paredao",
        "(NEW.peso_unico <> OLD.peso_unico OR NEW.decisao <> OLD.decisao OR NEW.edicao_id <> OLD.edicao_id"
        " OR NEW.abre_em IS NULL OR NEW.abre_em <> OLD.abre_em) AND " + TEM_VOTOS.format("OLD.id"),
        "o paredão já tem votos",
    ),
    (
        "paredao_republica",
        "UPDATE",
        "votacao_paredao",
        "OLD.publicado_em IS NOT NULL AND (NEW.publicado_em IS NULL OR NEW.publicado_em <> OLD.publicado_em"
        " OR NEW.fecha_em IS NULL OR NEW.fecha_em <> OLD.fecha_em)",
        "o resultado já foi publicado",
    ),
]


def criar(apps, schema_editor, regras=REGRAS):
    for nome, quando, tabela, condicao, mensagem in regras:
        if schema_editor.connection.vendor == "sqlite":
            schema_editor.execute(
                f'CREATE TRIGGER IF NOT EXISTS "{nome}" BEFORE {quando} ON "{tabela}" WHEN {condicao} '
                f"BEGIN SELECT RAISE(ABORT, '{mensagem}'); END"
            )
        else:
            volta = "OLD" if quando == "DELETE" else "NEW"
            schema_editor.execute(
                f'CREATE FUNCTION "{nome}"() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN IF {condicao} THEN '
                f"RAISE EXCEPTION '{mensagem}' USING ERRCODE = 'integrity_constraint_violation'; END IF; "
                f"RETURN {volta}; END $$"
            )
            schema_editor.execute(
                f'CREATE TRIGGER "{nome}" BEFORE {quando} ON "{tabela}" FOR EACH ROW EXECUTE FUNCTION "{nome}"()'
            )


def remover(apps, schema_editor, regras=REGRAS):
    for nome, _, tabela, _, _ in regras:
        if schema_editor.connection.vendor == "sqlite":
            schema_editor.execute(f'DROP TRIGGER IF EXISTS "{nome}"')
        else:
            schema_editor.execute(f'DROP TRIGGER IF EXISTS "{nome}" ON "{tabela}"')
            schema_editor.execute(f'DROP FUNCTION IF EXISTS "{nome}"()')


class Migration(migrations.Migration):
    dependencies = [("votacao", "0002_livro")]
    operations = [migrations.RunPython(criar, remover, elidable=False)]
