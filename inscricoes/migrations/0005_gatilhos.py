"""O banco recusa mudar o que alguém já respondeu ou aceitou: pergunta com respostas, termo com consentimentos."""

from django.db import migrations

_RESPONDIDA = "EXISTS (SELECT 1 FROM inscricoes_resposta WHERE pergunta_id = OLD.id)"
_ACEITO = "EXISTS (SELECT 1 FROM inscricoes_candidato WHERE termo_id = OLD.id)"
REGRAS = [
    (
        "pergunta_muda",
        "inscricoes_pergunta",
        "(NEW.enunciado <> OLD.enunciado OR NEW.tipo <> OLD.tipo OR NEW.opcoes <> OLD.opcoes"
        " OR NEW.obrigatoria <> OLD.obrigatoria OR COALESCE(NEW.limite, 0) <> COALESCE(OLD.limite, 0)"
        " OR NEW.publicada_em IS NULL) AND " + _RESPONDIDA,
        "a pergunta já tem respostas",
    ),
    (
        "termo_muda",
        "inscricoes_termo",
        "(NEW.texto <> OLD.texto OR NEW.versao <> OLD.versao OR NEW.edicao_id <> OLD.edicao_id"
        " OR NEW.publicado_em IS NULL) AND " + _ACEITO,
        "o termo já foi aceito",
    ),
]


def criar(apps, schema_editor):
    for nome, tabela, condicao, mensagem in REGRAS:
        if schema_editor.connection.vendor == "sqlite":
            schema_editor.execute(
                f'CREATE TRIGGER IF NOT EXISTS "{nome}" BEFORE UPDATE ON "{tabela}" WHEN {condicao} '
                f"BEGIN SELECT RAISE(ABORT, '{mensagem}'); END"
            )
        else:
            schema_editor.execute(
                f'CREATE FUNCTION "{nome}"() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN IF {condicao} THEN '
                f"RAISE EXCEPTION '{mensagem}' USING ERRCODE = 'integrity_constraint_violation'; END IF; "
                f"RETURN NEW; END $$"
            )
            schema_editor.execute(
                f'CREATE TRIGGER "{nome}" BEFORE UPDATE ON "{tabela}" FOR EACH ROW EXECUTE FUNCTION "{nome}"()'
            )


def remover(apps, schema_editor):
    for nome, tabela, _, _ in REGRAS:
        if schema_editor.connection.vendor == "sqlite":
            schema_editor.execute(f'DROP TRIGGER IF EXISTS "{nome}"')
        else:
            schema_editor.execute(f'DROP TRIGGER IF EXISTS "{nome}" ON "{tabela}"')
            schema_editor.execute(f'DROP FUNCTION IF EXISTS "{nome}"()')


class Migration(migrations.Migration):
    dependencies = [("inscricoes", "0004_protocolo_unico")]
    operations = [migrations.RunPython(criar, remover, elidable=False)]
