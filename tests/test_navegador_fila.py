"""O comprovante de um voto na fila, num navegador: diz recebido, e sozinho passa a dizer contado."""

from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import expect

from bbb.ambiente import Broker
from tests.servidor import corpo_do_voto, emitir, esperar_paredao, servidor, votar
from votacao import recebimento, remessas
from votacao.models import Paredao, Participante
from votacao.tests.test_fila import canal, tirar  # noqa: F401 (`canal` é uma fixture)

pytestmark = [
    pytest.mark.servicos("rabbitmq"),
    pytest.mark.navegador,
    pytest.mark.processos,
    pytest.mark.usefixtures("urna_limpa", "broker"),
    pytest.mark.django_db(transaction=True),
]


def test_comprovante_passa_de_recebido_a_contado_sozinho(
    navegador: Any,
    paredao: Paredao,
    participantes: list[Participante],
    tmp_path: Path,
    broker: Broker,
    canal: Any,  # noqa: F811
) -> None:
    with servidor(tmp_path, processos=1, BROKER_URL=broker.url) as servindo:
        esperar_paredao(servindo, paredao)
        corpo = corpo_do_voto(participantes[0].pk, emitir(paredao))
        codigo = votar(servindo, paredao, corpo, Accept="application/json").json["comprovante"]
        contexto = navegador.new_context()
        pagina = contexto.new_page()
        queixas: list[str] = []
        pagina.on("console", lambda mensagem: queixas.append(mensagem.text) if mensagem.type == "error" else None)
        pagina.goto(f"{servindo.url}/comprovantes/{codigo}/")
        assert pagina.locator("h1").inner_text() == "Recebido, sendo contado"
        assert pagina.get_by_text("Esta página se atualiza sozinha.").is_visible()
        for texto in tirar(canal):
            recebimento.contar(remessas.ler(texto))
        expect(pagina.locator("h1")).to_have_text("Seu voto está contado", timeout=30_000)
        assert queixas == []
        contexto.close()
