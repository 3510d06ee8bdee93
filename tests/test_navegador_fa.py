"""A página de votar na primeira visita, e o que ela faz com o aparelho: peso, tema, panorama vivo, sem rede."""

from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

import pytest

from bench.peso import REDES, Linha, Visita, visitar
from tests.servidor import RAIZ, esperar
from tests.test_navegador import MESA, TELEFONE, Site, abrir, site  # noqa: F401 (são fixtures)

pytestmark = [pytest.mark.navegador, pytest.mark.processos]
CAPTURAS = RAIZ / "capturas"


# --- O peso da primeira visita ----------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def linha(site: Site) -> Iterator[Linha]:  # noqa: F811
    linha = Linha(site.porta)
    yield linha
    linha.fechar()


@pytest.mark.parametrize("paredao", [1, 2], ids=["parciais ocultas", "parciais ao vivo"])
def test_primeira_visita_cabe_em_seis_pedidos_e_60_kb(navegador: Any, linha: Linha, paredao: int) -> None:
    visita = visitar(navegador, linha, f"/paredoes/{paredao}/")
    assert len(visita.da_pagina) <= 6, visita.da_pagina
    assert visita.bytes <= 60_000, visita.da_pagina
    assert len(visita.fotos) == 2
    assert max(foto.bytes for foto in visita.fotos) <= 15_000, visita.fotos
    assert visita.cls == 0
    com_htmx = any("htmx" in pedido.caminho for pedido in visita.da_pagina)
    assert com_htmx == (paredao == 2)


def test_nada_se_mexe_nem_em_rede_ruim(navegador: Any, linha: Linha) -> None:
    visita: Visita = visitar(navegador, linha, "/paredoes/1/", REDES[-1])
    assert visita.lcp > 0
    assert visita.cls == 0


def test_arquivos_da_pagina_ficam_um_ano_no_cache_e_vem_comprimidos(site: Site, abrir: Any) -> None:  # noqa: F811
    aba = abrir().aba
    cabecalhos: dict[str, dict[str, str]] = {}
    aba.on("response", lambda r: cabecalhos.update({urlsplit(r.url).path: r.headers}))
    aba.goto(f"{site.endereco}/paredoes/1/", wait_until="networkidle")
    arquivos = {caminho: valores for caminho, valores in cabecalhos.items() if caminho.startswith("/static/")}
    assert len(arquivos) == 3
    for caminho, valores in arquivos.items():
        assert valores["cache-control"] == "max-age=315360000, public, immutable", caminho
        assert valores["content-encoding"] in ("br", "gzip"), caminho


# --- O tema -----------------------------------------------------------------------------------------------------------

ESCURO, CLARO = "rgb(15, 8, 29)", "rgb(244, 241, 250)"


def fundo(aba: Any) -> str:
    return str(aba.evaluate("getComputedStyle(document.body).backgroundColor"))


def test_tema_escolhido_e_lembrado_sem_cookie_e_volta_a_ser_o_do_aparelho(site: Site, abrir: Any) -> None:  # noqa: F811
    pagina = abrir(color_scheme="light")
    aba = pagina.aba
    aba.goto(f"{site.endereco}/")
    assert fundo(aba) == CLARO
    botao = aba.get_by_role("group", name="Tema").get_by_role("button", name="Escuro")
    assert botao.bounding_box()["height"] >= 44
    botao.click()
    assert botao.get_attribute("aria-pressed") == "true"
    assert fundo(aba) == ESCURO
    # Antes do primeiro quadro: o atributo já está lá quando o corpo começa a existir.
    aba.add_init_script(
        """new MutationObserver((_, o) => {
            if (!document.body) return;
            sessionStorage.setItem("tema-no-corpo", document.documentElement.dataset.tema || "");
            o.disconnect();
        }).observe(document, { childList: true, subtree: true });"""
    )
    aba.goto(f"{site.endereco}/paredoes/1/")
    assert fundo(aba) == ESCURO
    assert aba.evaluate("sessionStorage.getItem('tema-no-corpo')") == "escuro"
    assert pagina.contexto.cookies() == []
    aba.get_by_role("button", name="Automático").click()
    assert fundo(aba) == CLARO
    assert aba.evaluate("localStorage.getItem('tema')") is None


# --- O panorama vivo --------------------------------------------------------------------------------------------------


def test_panorama_se_atualiza_para_em_segundo_plano_e_acaba_ao_encerrar(site: Site, abrir: Any) -> None:  # noqa: F811
    aba = abrir().aba
    pedidos: list[str] = []
    modo = ["vivo"]

    def responder(rota: Any) -> None:
        pedidos.append(modo[0])
        if modo[0] == "fim":
            rota.fulfill(content_type="text/html", body='<div id="panorama-vivo"><h2>Acabou</h2></div>')
        else:
            rota.continue_()

    aba.route("**/panorama/", responder)
    aba.goto(f"{site.endereco}/paredoes/2/")
    aba.evaluate("document.querySelector('#panorama-vivo h2').textContent = 'velho'")
    esperar(lambda: aba.wait_for_timeout(50) or len(pedidos) >= 1, 20)
    aba.get_by_role("heading", name="Como está agora").wait_for()
    esconder = """(escondida) => {
        Object.defineProperty(document, "hidden", { value: escondida, configurable: true });
        document.dispatchEvent(new Event("visibilitychange"));
    }"""
    aba.evaluate(esconder, True)
    antes = len(pedidos)
    aba.wait_for_timeout(9000)  # mais de dois turnos
    assert len(pedidos) == antes
    modo[0] = "fim"
    aba.evaluate(esconder, False)
    aba.get_by_role("heading", name="Acabou").wait_for(timeout=3000)  # na hora, sem esperar o turno
    aba.wait_for_timeout(9000)
    assert pedidos.count("fim") == 1


# --- Sem rede ---------------------------------------------------------------------------------------------------------


def instalar(aba: Any, site: Site) -> None:  # noqa: F811
    aba.goto(f"{site.endereco}/")
    aba.evaluate("navigator.serviceWorker.ready.then(() => true)")
    esperar(lambda: aba.evaluate("Boolean(navigator.serviceWorker.controller)"), 10)


def guardadas(aba: Any) -> list[str]:
    """Os caminhos de tudo o que o service worker guardou."""
    return sorted(
        aba.evaluate(
            """async () => (await Promise.all((await caches.keys()).map(async (nome) =>
                (await (await caches.open(nome)).keys()).map((p) => new URL(p.url).pathname)))).flat()"""
        )
    )


def test_sem_rede_mostra_a_pagina_ja_vista_ou_a_de_quem_esta_sem_rede(site: Site, abrir: Any) -> None:  # noqa: F811
    pagina = abrir(service_workers="allow")
    aba = pagina.aba
    instalar(aba, site)
    aba.goto(f"{site.endereco}/paredoes/1/")
    esperar(lambda: "/paredoes/1/" in guardadas(aba), 10)
    pagina.contexto.set_offline(True)
    aba.reload()
    assert aba.locator("button[name=participante]").count() == 3
    aba.get_by_text("Você está sem rede. O que está na tela pode ter mudado.").wait_for()
    aba.goto(f"{site.endereco}/paredoes/5/resultado/")
    assert aba.get_by_role("heading", level=1).inner_text() == "Você está sem rede"
    assert aba.evaluate("document.styleSheets[0].cssRules.length") > 50
    pagina.contexto.set_offline(False)
    aba.get_by_role("heading", level=1).filter(has_text="Empate entre").wait_for(timeout=30_000)
    pagina.queixas.clear()  # o navegador diz na consola que a rede caiu


def test_voto_sem_rede_espera_na_pagina_guardada_e_conta_uma_vez(site: Site, abrir: Any) -> None:  # noqa: F811
    antes = site.votos()
    pagina = abrir(service_workers="allow")
    aba = pagina.aba
    instalar(aba, site)
    aba.goto(f"{site.endereco}/paredoes/1/")
    esperar(lambda: "/paredoes/1/" in guardadas(aba), 10)
    pagina.contexto.set_offline(True)
    aba.reload()
    aba.locator("button[name=participante]").first.click()
    aba.get_by_text("Você está sem rede. Seu voto ainda não saiu daqui.").wait_for()
    assert site.votos() == antes
    pagina.contexto.set_offline(False)
    aba.wait_for_url(f"{site.endereco}/comprovantes/*/")
    assert site.votos() == antes + 1
    pagina.queixas.clear()


def test_service_worker_nao_guarda_nada_de_ninguem(site: Site, abrir: Any) -> None:  # noqa: F811
    pagina = abrir(service_workers="allow")
    aba = pagina.aba
    instalar(aba, site)
    aba.goto(f"{site.endereco}/paredoes/1/")
    aba.locator("button[name=participante]").first.click()
    aba.wait_for_url(f"{site.endereco}/comprovantes/*/")
    for endereco in ("/inscricoes/", "/conta/entrar/", "/admin/", "/paredoes/1/confirmar/?participante=1", "/"):
        aba.goto(site.endereco + endereco)
    paginas = [p for p in guardadas(aba) if not p.startswith(("/static/", "/midia/participantes/"))]
    assert set(paginas) <= {"/", "/paredoes/1/", "/sem-rede/"}
    assert "/sem-rede/" in paginas


# --- Ver --------------------------------------------------------------------------------------------------------------

VER = ["/", "/paredoes/", "/paredoes/1/", "/paredoes/2/", "/paredoes/5/resultado/", "/participantes/1/", "/sem-rede/"]


@pytest.mark.parametrize("tema", ["light", "dark"])
@pytest.mark.parametrize("tela", [TELEFONE, MESA], ids=["telefone", "mesa"])
def test_capturas_para_olhar(site: Site, abrir: Any, tela: dict[str, int], tema: str) -> None:  # noqa: F811
    """Escreve em `capturas/`, que não se guarda, uma imagem de cada página; e confere que ela está vestida."""
    CAPTURAS.mkdir(exist_ok=True)
    aba = abrir(viewport=tela, color_scheme=tema, reduced_motion="reduce").aba
    for endereco in VER:
        aba.goto(site.endereco + endereco, wait_until="networkidle")
        assert fundo(aba) == (ESCURO if tema == "dark" else CLARO), endereco
        nome = endereco.strip("/").replace("/", "-") or "inicio"
        aba.screenshot(path=CAPTURAS / f"fa-{nome}-{tela['width']}-{tema}.png", full_page=True)
    aba.goto(f"{site.endereco}/paredoes/1/")
    aba.locator("button[name=participante]").first.click()
    aba.wait_for_url(f"{site.endereco}/comprovantes/*/")
    aba.screenshot(path=CAPTURAS / f"fa-comprovante-{tela['width']}-{tema}.png", full_page=True)
