"""Onde os arquivos das inscrições moram: `MEDIA_ROOT/inscricoes`, sem endereço público."""

import os
from pathlib import Path

from django.conf import settings
from django.core.files.storage import FileSystemStorage


class DepositoPrivado(FileSystemStorage):
    """Só o dono do processo lê os arquivos, e nenhum tem endereço (`url` levanta `NotImplementedError`).

    Segue `MEDIA_ROOT` como estiver na hora. Um nome já usado é gravado por cima: os nomes são UUIDs, e quem grava de
    novo é a mesma operação que recomeça.
    """

    def __init__(self) -> None:
        super().__init__(file_permissions_mode=0o600, directory_permissions_mode=0o700, allow_overwrite=True)

    @property
    def base_location(self) -> Path:
        return Path(settings.MEDIA_ROOT) / "inscricoes"

    @property
    def location(self) -> str:
        return os.path.abspath(self.base_location)

    def url(self, name: str | None) -> str:
        raise NotImplementedError("Os arquivos das inscrições não têm endereço público.")
