"""A noite inteira de uma fã, no telefone e na mesa: escolher, esperar a prova, comemorar, guardar o comprovante, votar
de novo, ficar sem rede no meio e ver o resultado. Cada passo deixa uma captura em `capturas/`, para olhos de gente.
"""

import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.cache import cache
from django.utils import timezone
from playwright.sync_api import expect

from tests.servidor import RAIZ, Servidor, esperar_paredao, servidor
from votacao import services
from votacao.models import Contagem, Paredao

pytestmark = [pytest.mark.navegador, pytest.mark.processos]

TELAS = {"390": {"width": 390, "height": 844}, "1280": {"width": 1280, "height": 800}}
CAPTURAS = RAIZ / "capturas"
ANUNCIOS = """document.addEventListener("DOMContentLoaded", () => {
    const regiao = document.querySelector("#aviso [role=status]");
    if (!regiao) return;
    new MutationObserver(() => regiao.textContent &&
        sessionStorage.setItem("ouvido", (sessionStorage.getItem("ouvido") || "") + regiao.textContent + "|")
    ).observe(regiao, { childList: true, characterData: true, subtree: true });
});"""


@pytest.fixture
def site(urna_limpa: None, tmp_path: Path) -> Iterator[Servidor]:
    cache.clear()
    with servidor(tmp_path, CEDULA_BITS="14") as site:
        yield site


def votos(paredao: Paredao) -> dict[str, int]:
    linhas = Contagem.objects.filter(paredao=paredao).values_list("participante__nome_curto", "votos")
    somas: dict[str, int] = {}
    for nome, quantos in linhas:
        somas[nome] = somas.get(nome, 0) + quantos
    return somas


@pytest.mark.parametrize("tela", list(TELAS))
def test_noite_de_uma_fa(site: Servidor, navegador: Any, paredao: Paredao, tela: str) -> None:
    esperar_paredao(site, paredao)
    contexto = navegador.new_context(viewport=TELAS[tela], locale="pt-BR", has_touch=tela == "390")
    contexto.add_init_script(ANUNCIOS)
    aba = contexto.new_page()
    aba.set_default_timeout(20_000)
    queixas: list[str] = []
    aba.on("pageerror", lambda erro: queixas.append(str(erro)))
    CAPTURAS.mkdir(exist_ok=True)

    def olhar(passo: str) -> None:
        assert aba.evaluate("document.documentElement.scrollWidth <= innerWidth"), passo
        aba.screenshot(path=CAPTURAS / f"fa-{passo}-{tela}.png", full_page=True)

    def tocar(alvo: Any) -> None:
        if tela == "390":
            alvo.tap()
        else:
            alvo.click()

    # Do que está no ar ao primeiro voto.
    aba.goto(site.url)
    expect(aba.get_by_text("Ana").first).to_be_visible()
    olhar("1-inicio")
    tocar(aba.get_by_role("link", name=re.compile("^Votar")).first)
    aba.wait_for_url(f"{site.url}/paredoes/{paredao.pk}/")
    olhar("2-paredao")
    tocar(aba.get_by_role("button", name=re.compile("Bia")))
    aba.wait_for_url("**/comprovantes/*/")
    primeiro = aba.url
    expect(aba.get_by_role("heading", level=1, name="Seu voto está contado")).to_be_visible()
    olhar("3-comprovante")
    ouvido = aba.evaluate("sessionStorage.getItem('ouvido')").split("|")[:-1]
    assert ouvido[-2:] == ["Enviando seu voto para Bia…", "Voto contado!"]
    assert votos(paredao) == {"Bia": 1}

    # Outra vez na mesma pessoa, num toque; e a resposta se perde no caminho: o voto chegou, e não se repete.
    corpos: list[str] = []

    def perder(rota: Any) -> None:
        corpos.append(rota.request.post_data)
        if len(corpos) <= 3:
            rota.fetch()
            rota.abort("connectionreset")
        else:
            rota.continue_()

    aba.route("**/votar/", perder)
    tocar(aba.get_by_role("link", name=re.compile("^Votar de novo")).first)
    aba.get_by_role("button", name="Tentar de novo").wait_for()
    olhar("4-sem-resposta")
    tocar(aba.get_by_role("button", name="Tentar de novo"))
    aba.wait_for_url("**/comprovantes/*/")
    assert aba.url != primeiro
    assert len(set(corpos)) == 1
    assert votos(paredao) == {"Bia": 2}

    # Sem rede no meio: a página espera, e o voto vai uma vez só quando ela volta.
    aba.unroute("**/votar/")
    aba.goto(f"{site.url}/paredoes/{paredao.pk}/")
    contexto.set_offline(True)
    tocar(aba.get_by_role("button", name=re.compile("Ana")))
    aba.locator("#aviso[data-tom=alerta]").wait_for()
    olhar("5-sem-rede")
    contexto.set_offline(False)
    if "/comprovantes/" not in aba.url and aba.get_by_role("button", name="Tentar de novo").is_visible():
        tocar(aba.get_by_role("button", name="Tentar de novo"))
    aba.wait_for_url("**/comprovantes/*/")
    assert votos(paredao) == {"Ana": 1, "Bia": 2}

    # O resultado, depois de publicado; e o comprovante de antes continua valendo.
    services.encerrar(paredao)
    paredao.refresh_from_db()
    aba.goto(f"{site.url}/paredoes/{paredao.pk}/")
    # A margem entre encerrar e publicar é do produto; aqui o relógio da produção já a passou.
    services.publicar(paredao, timezone.now() + timedelta(seconds=30))
    for _ in range(60):
        aba.goto(f"{site.url}/paredoes/{paredao.pk}/resultado/")
        if aba.locator(".placar").count():
            break
        aba.wait_for_timeout(500)  # o micro-cache guarda a página por segundos
    expect(aba.locator(".placar .lugar")).to_have_count(3)
    olhar("6-resultado")
    aba.goto(primeiro)
    expect(aba.get_by_role("heading", level=1, name="Seu voto está contado")).to_be_visible()
    assert contexto.cookies() == []
    assert queixas == []
    contexto.close()
