"""Se o banco tem as tabelas desta versão do código."""

from django.core.management import CommandError
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor


def faltam() -> int:
    """Migrações por aplicar. Custa ler todas. Levanta `DatabaseError`."""
    executor = MigrationExecutor(connection)
    return len(executor.migration_plan(executor.loader.graph.leaf_nodes()))


def exigir() -> None:
    """Para um comando que serve: levanta `CommandError` se o banco não responde ou não está em dia.

    Fecha a conexão: os processos que o comando faz não a podem dividir.
    """
    try:
        por_aplicar = faltam()
    except DatabaseError as erro:
        raise CommandError(f"O banco não responde: {erro}") from None
    if por_aplicar:
        raise CommandError("O banco não está em dia. Rode antes: python manage.py migrate")
    connection.close()
