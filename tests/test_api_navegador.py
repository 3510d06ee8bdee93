"""A documentação da API num Chromium de verdade: nada de fora, nada recusado pelo CSP."""

import time
from pathlib import Path
from typing import Any

import pytest

from tests.servidor import servidor
from votacao.models import Paredao, Participante

pytestmark = [pytest.mark.navegador, pytest.mark.processos, pytest.mark.usefixtures("urna_limpa")]


def test_a_documentacao_abre_sem_nada_de_fora_e_sem_queixas(
    navegador: Any, paredao: Paredao, participantes: list[Participante], tmp_path: Path
) -> None:
    with servidor(tmp_path) as servindo:
        pagina = navegador.new_context().new_page()
        queixas: list[str] = []
        pedidos: list[str] = []
        pagina.on("console", lambda recado: queixas.append(f"{recado.type}: {recado.text}"))
        pagina.on("pageerror", lambda erro: queixas.append(str(erro)))
        pagina.on("request", lambda pedido: pedidos.append(pedido.url))
        pagina.goto(f"{servindo.url}/api/")
        assert pagina.url == f"{servindo.url}/api/docs"
        limite = time.monotonic() + 30
        while pagina.locator(".opblock").count() < 40 and time.monotonic() < limite:
            pagina.wait_for_timeout(100)
        assert pagina.locator(".opblock").count() == 40
        # Abre uma rota e experimenta-a ali mesmo.
        pagina.locator("#operations-votar-listar_paredoes .opblock-summary-control").click()
        pagina.locator("#operations-votar-listar_paredoes .execute").click()
        resposta = pagina.locator("#operations-votar-listar_paredoes .live-responses-table")
        resposta.wait_for()
        assert paredao.titulo in resposta.inner_text()
        assert queixas == []
        de_fora = [url for url in pedidos if not url.startswith((servindo.url, "data:", "blob:"))]
        assert de_fora == []
        pagina.goto(f"{servindo.url}/api/problemas#cedula_usada")
        assert "cedula_usada" in pagina.locator("tr:target").inner_text()
