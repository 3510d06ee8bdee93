"""Chegar a cada página do rol num Chromium, com a conta de quem a vê, e trocar de largura e de tema sem sair dela."""

import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from playwright.sync_api import Browser, BrowserContext, Page, Response, sync_playwright

from vistoria.rol import Pagina

LARGURAS = {390: 844, 1280: 800}
"""Pixels de largura e de altura: um telefone e uma mesa."""
TEMAS = ("light", "dark")
ESPERA = 15_000
"""Milissegundos."""


class NaoChegou(Exception):
    """A página não respondeu o que o rol diz, ou chegou sem estilo."""


@contextmanager
def chromium() -> Iterator[Browser]:
    achado = shutil.which("chromium") or shutil.which("chromium-browser")
    if achado is None:
        raise NaoChegou("Falta o Chromium (apt-get install chromium).")
    with sync_playwright() as playwright:
        navegador = playwright.chromium.launch(executable_path=achado, args=["--no-sandbox", "--disable-gpu"])
        yield navegador
        navegador.close()


class Visitante:
    """Abre as páginas do rol. Cada página ganha uma aba só dela, com os cookies de quem a vê."""

    def __init__(self, navegador: Browser, sementes: Mapping[str, Mapping[str, Any]]) -> None:
        self._navegador = navegador
        self._sementes = sementes

    @contextmanager
    def abrir(self, pagina: Pagina, **opcoes: Any) -> Iterator[Page]:
        """A aba no estado que a página descreve. Levanta `NaoChegou`."""
        semente = self._sementes[pagina.site]
        contexto = self._navegador.new_context(
            **{
                "viewport": {"width": 1280, "height": LARGURAS[1280]},
                "locale": "pt-BR",
                "timezone_id": "America/Sao_Paulo",
                "reduced_motion": "reduce",
                **opcoes,
            }
        )
        try:
            self._identificar(contexto, pagina, semente)
            aba = contexto.new_page()
            aba.set_default_timeout(ESPERA)
            self._ir(aba, pagina, semente)
            yield aba
        finally:
            contexto.close()

    def _identificar(self, contexto: BrowserContext, pagina: Pagina, semente: Mapping[str, Any]) -> None:
        if pagina.quem != "ninguem":
            sessao = semente["sessoes"][pagina.quem]
            contexto.add_cookies([{"name": "sessionid", "value": sessao, "url": semente["url"]}])

    def _ir(self, aba: Page, pagina: Pagina, semente: Mapping[str, Any]) -> None:
        if pagina.modelo:
            endereco = f"{semente['url']}/vistoria/{pagina.modelo}"
            corpo = semente["modelos"][pagina.modelo]
            aba.route(endereco, lambda rota: rota.fulfill(body=corpo, content_type="text/html; charset=utf-8"))
        else:
            endereco = semente["url"] + pagina.caminho.format_map(semente)
        resposta = aba.goto(endereco, wait_until="load")
        _conferir_status(pagina, resposta)
        if pagina.passos:
            pagina.passos(aba, semente)


def _conferir_status(pagina: Pagina, resposta: Response | None) -> None:
    status = resposta.status if resposta else 0
    if status != pagina.status:
        raise NaoChegou(f"{pagina.nome}: respondeu {status}, e o rol diz {pagina.status}")


def vestir(aba: Page, largura: int, tema: str) -> None:
    """Põe a aba nesta largura e neste tema."""
    aba.set_viewport_size({"width": largura, "height": LARGURAS.get(largura, 800)})
    aba.emulate_media(color_scheme="dark" if tema == "dark" else "light", reduced_motion="reduce")
    # O admin do Django passa de uma cor à outra aos poucos, e o meio do caminho não é cor de ninguém.
    aba.evaluate(
        "document.getAnimations()"
        ".filter((uma) => uma.effect.getComputedTiming().iterations !== Infinity)"
        ".forEach((uma) => uma.finish())"
    )


def sem_estilo(aba: Page, escura: bool) -> str:
    """O que falta para se poder crer no exame, pois uma página sem estilo não tem contraste que errar. Vazio: nada."""
    faltam: list[str] = aba.evaluate(
        """() => {
            const folhas = [...document.querySelectorAll("link[rel=stylesheet]")].filter((elo) => !elo.disabled);
            if (!folhas.length) return ["nenhuma folha de estilo"];
            return folhas.filter((elo) => !elo.sheet || !elo.sheet.cssRules.length).map((elo) => elo.href);
        }"""
    )
    if faltam:
        return f"sem estilo: {', '.join(faltam)}"
    claro = aba.evaluate(
        """() => {
            const [r, g, b] = getComputedStyle(document.body).backgroundColor.match(/[\\d.]+/g).map(Number);
            return (0.2126 * r + 0.7152 * g + 0.0722 * b) / 255;
        }"""
    )
    if escura != (claro < 0.5):
        return f"o fundo tem claridade {claro:.2f} no tema {'escuro' if escura else 'claro'}"
    return ""
