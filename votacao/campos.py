"""O campo da chave do livro de votos: 16 bytes crus no SQLite, `uuid` no PostgreSQL."""

import uuid
from typing import Any

from django.db import models


class ChaveField(models.UUIDField):
    """UUID de 16 bytes. O `UUIDField` do Django gasta 32 caracteres no SQLite: 119 bytes por voto em vez de 30."""

    def get_internal_type(self) -> str:
        # Não é "UUIDField" para o banco: o conversor de lá espera o texto de 32 caracteres.
        return "ChaveField"

    def db_type(self, connection: Any) -> str:
        return "blob" if connection.vendor == "sqlite" else "uuid"

    def get_db_prep_value(self, value: Any, connection: Any, prepared: bool = False) -> Any:
        chave = self.to_python(value)
        if chave is None:
            return None
        return chave.bytes if connection.vendor == "sqlite" else chave

    def from_db_value(self, value: Any, expression: Any, connection: Any) -> uuid.UUID | None:
        return uuid.UUID(bytes=bytes(value)) if isinstance(value, bytes | memoryview) else value

    def to_python(self, value: Any) -> Any:
        if isinstance(value, bytes | memoryview):
            return uuid.UUID(bytes=bytes(value))
        return super().to_python(value)

    def deconstruct(self) -> Any:
        nome, _, args, kwargs = super().deconstruct()
        return nome, "votacao.campos.ChaveField", args, kwargs
