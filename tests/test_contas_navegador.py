"""Entrar num navegador de verdade, no telefone e na mesa, com as cartas da caixa de demonstração."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value, yield_hotp_counters_from_time
from axe_playwright_python.sync_playwright import Axe
from django.contrib.auth.models import User
from django.core.cache import cache
from playwright.sync_api import expect

from tests.servidor import Servidor, esperar, servidor

pytestmark = [pytest.mark.navegador, pytest.mark.processos, pytest.mark.django_db(transaction=True)]

TELEFONE = {"width": 390, "height": 844}
MESA = {"width": 1280, "height": 800}
SENHA = "uma-senha-bem-comprida-24"


@pytest.fixture
def site(transactional_db: None, tmp_path: Path) -> Iterator[Servidor]:
    """Dois processos: um manda a carta, o outro pode mostrá-la."""
    cache.clear()  # os limites contados pelo teste de antes; a tabela deles não é de um modelo
    with servidor(tmp_path, processos=2, EMAIL_URL=f"demo://{tmp_path / 'correio'}") as site:
        yield site


def abrir(navegador: Any, tela: dict[str, int], **opcoes: Any) -> tuple[Any, list[str]]:
    """Uma aba, e a lista do que o navegador reclamar nela."""
    aba = navegador.new_context(viewport=tela, locale="pt-BR", reduced_motion="reduce", **opcoes).new_page()
    aba.set_default_timeout(15_000)
    queixas: list[str] = []
    aba.on("pageerror", lambda erro: queixas.append(str(erro)))
    aba.on(
        "console",
        lambda m: queixas.append(m.text) if m.type == "error" and "Failed to load" not in m.text else None,
    )
    return aba, queixas


def conferir_pagina(aba: Any) -> None:
    """Com folha de estilo, sem rolar de lado, com alvos de toque de 44 pixels e nenhuma violação, clara ou escura."""
    # A página em que se acaba de tocar pode ainda estar chegando.
    esperar(lambda: aba.evaluate("document.readyState === 'complete' && document.styleSheets.length === 3"), 15)
    onde = aba.url
    largura = aba.evaluate("[document.documentElement.scrollWidth, innerWidth]")
    assert largura[0] == largura[1], onde
    baixos = aba.evaluate(
        """[...document.querySelectorAll("main a, main button, main summary, main input:not([type=hidden])")]
            .filter((alvo) => alvo.offsetParent && alvo.getBoundingClientRect().height < 44)
            .map((alvo) => alvo.outerHTML)"""
    )
    assert baixos == [], onde
    for tema in ("light", "dark"):
        aba.emulate_media(color_scheme=tema)
        achado = Axe().run(aba)
        assert achado.violations_count == 0, f"{onde} {tema}\n{achado.generate_report()}"


def codigo_na_caixa(aba: Any, site: Servidor) -> str:
    aba.goto(f"{site.url}/demo/correio/")
    conferir_pagina(aba)
    carta = aba.locator("article").first
    assert carta.get_by_role("heading").inner_text() == "Seu código para entrar no BBB 24"
    achado = re.search(r"\d{4}-\d{4}", carta.inner_text())
    assert achado is not None
    return achado[0]


@pytest.mark.parametrize(("tela", "javascript"), [(TELEFONE, True), (MESA, True), (TELEFONE, False)])
def test_entrar_e_sair(site: Servidor, navegador: Any, tela: dict[str, int], javascript: bool) -> None:
    aba, queixas = abrir(navegador, tela, java_script_enabled=javascript)
    leitor, _ = abrir(navegador, tela)
    conferir = conferir_pagina if javascript else lambda _: None
    aba.goto(f"{site.url}/conta/entrar/?next=/paredoes/")
    conferir(aba)
    aba.get_by_label("Seu e-mail").fill("dora")
    aba.get_by_role("button", name="Receber o código").click()
    expect(aba.get_by_text("Escreva um e-mail completo")).to_be_visible()
    expect(aba.get_by_label("Seu e-mail")).to_have_accessible_description(re.compile("^Escreva um e-mail completo"))
    conferir(aba)
    aba.get_by_label("Seu e-mail").fill(" Dora@Exemplo.com.br ")
    aba.get_by_role("button", name="Receber o código").dblclick()
    aba.wait_for_url(f"{site.url}/conta/codigo/")
    expect(aba.get_by_text("dora@exemplo.com.br")).to_be_visible()
    codigo = codigo_na_caixa(leitor, site)
    assert leitor.locator("article").count() == 1
    campo = aba.get_by_label("Código de 8 algarismos")
    assert (campo.get_attribute("inputmode"), campo.get_attribute("autocomplete")) == ("numeric", "one-time-code")
    campo.fill("0000 0000" if codigo != "0000-0000" else "1")
    aba.get_by_role("button", name="Entrar").click()
    expect(aba.get_by_text("Este código não confere.")).to_be_visible()
    conferir(aba)
    aba.get_by_text("O código não chegou?").click()
    conferir(aba)
    aba.get_by_role("button", name="Mandar outro código").click()
    expect(aba.get_by_role("alert")).to_contain_text("Espere 30 segundos")
    conferir(aba)
    aba.get_by_label("Código de 8 algarismos").fill(f" {codigo} ")
    aba.get_by_role("button", name="Entrar").dblclick()
    aba.wait_for_url(f"{site.url}/paredoes/")
    assert [conta.email for conta in User.objects.all()] == ["dora@exemplo.com.br"]
    aba.goto(f"{site.url}/conta/entrar/")
    expect(aba.get_by_role("heading", name="Você já entrou")).to_be_visible()
    conferir(aba)
    aba.goto(f"{site.url}/conta/sair/")
    conferir(aba)
    aba.get_by_role("button", name="Sair").click()
    expect(aba.get_by_role("heading", name="Você saiu")).to_be_visible()
    conferir(aba)
    assert queixas == []


@pytest.mark.parametrize("tela", [TELEFONE, MESA], ids=["telefone", "mesa"])
def test_produtor_ativa_usa_e_desativa_o_segundo_fator(site: Servidor, navegador: Any, tela: dict[str, int]) -> None:
    User.objects.create_superuser("chefe", None, SENHA)
    aba, queixas = abrir(navegador, tela)

    def senha() -> None:
        aba.goto(f"{site.url}/admin/")
        aba.locator("input[name=username]").fill("chefe")
        aba.locator("input[name=password]").fill(SENHA)
        aba.locator("input[type=submit]").click()

    senha()
    aba.get_by_role("link", name="Segundo fator").click()
    conferir_pagina(aba)
    aba.get_by_role("link", name="Ativar").click()
    aba.get_by_text("Não dá para ler o desenho?").click()
    conferir_pagina(aba)
    assert aba.locator("img.qr").evaluate("(img) => img.complete && img.naturalWidth > 0")
    chave = aba.locator(".chave").inner_text()
    agora = next(yield_hotp_counters_from_time()) + 1  # o primeiro que vem é o do período anterior
    aba.get_by_label("Digite o código que o aplicativo mostra").fill(format_hotp_value(hotp_value(chave, agora)))
    aba.get_by_role("button", name="Ativar").click()
    aba.wait_for_url(f"{site.url}/conta/segundo-fator/reserva/")
    conferir_pagina(aba)
    reserva = aba.locator(".reserva code").all_inner_texts()
    assert len(reserva) == 10
    aba.get_by_role("link", name="Ir para a produção").click()
    aba.wait_for_url(f"{site.url}/admin/")
    aba.get_by_role("button", name="Encerrar sessão").click()
    senha()
    aba.wait_for_url(f"{site.url}/conta/segundo-fator/entrar/")
    conferir_pagina(aba)
    aba.get_by_label("Código").fill(reserva[0])
    aba.get_by_role("button", name="Entrar").click()
    aba.wait_for_url(f"{site.url}/admin/")
    for endereco in ("", "reserva/novos/", "confirmar/", "desativar/"):
        aba.goto(f"{site.url}/conta/segundo-fator/{endereco}")
        conferir_pagina(aba)
    aba.get_by_role("button", name="Desativar").click()
    expect(aba.get_by_role("link", name="Ativar")).to_be_visible()
    aba.goto(f"{site.url}/conta/senha/")
    conferir_pagina(aba)
    assert queixas == []
