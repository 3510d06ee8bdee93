"""O que os testes de navegador dividem."""

import shutil
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import sync_playwright

from vistoria.temporada import temporada


@pytest.fixture(scope="session")
def sementes() -> Iterator[dict[str, dict[str, Any]]]:
    """O site da vistoria, com a demonstração, e um recém-instalado: os mesmos para todos os arquivos que só olham."""
    with temporada() as sementes:
        yield sementes


@pytest.fixture(scope="module")
def navegador() -> Iterator[Any]:
    """Um Chromium de verdade por arquivo; cada teste abre nele os seus próprios contextos."""
    chromium = shutil.which("chromium") or shutil.which("chromium-browser")
    assert chromium, "falta o Chromium (apt-get install chromium)"
    # O Playwright deixa um laço de eventos nesta thread, e o Django recusa o banco perto de um.
    with pytest.MonkeyPatch.context() as ambiente, sync_playwright() as playwright:
        ambiente.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "1")
        navegador = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        yield navegador
        navegador.close()
