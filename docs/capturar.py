"""As imagens do README, tiradas de um servidor no ar: `python docs/capturar.py http://127.0.0.1:8000`.

Precisa da temporada de demonstração carregada e de um Chromium.
"""

import argparse
import shutil
import sys
from pathlib import Path

from playwright.sync_api import Page, sync_playwright

PASTA = Path(__file__).resolve().parent / "img"
CELULAR = {"width": 390, "height": 844}


def main() -> None:
    argumentos = argparse.ArgumentParser(description=__doc__)
    argumentos.add_argument("endereco", nargs="?", default="http://127.0.0.1:8000")
    endereco = argumentos.parse_args().endereco.rstrip("/")
    chromium = shutil.which("chromium") or shutil.which("chromium-browser")
    if chromium is None:
        sys.exit("Falta o Chromium (apt-get install chromium).")
    PASTA.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as playwright:
        navegador = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox", "--disable-gpu"])
        pagina = navegador.new_page(
            viewport=CELULAR,  # type: ignore[arg-type]
            locale="pt-BR",
            timezone_id="America/Sao_Paulo",
            device_scale_factor=1.5,
            reduced_motion="reduce",
        )
        fotografar_tudo(pagina, endereco)
        navegador.close()


def fotografar_tudo(pagina: Page, endereco: str) -> None:
    abrir(pagina, f"{endereco}/paredoes/")
    aberto = pagina.evaluate(
        """async () => {
            const enderecos = [...document.querySelectorAll('a[href^="/paredoes/"]')].map((a) => a.pathname);
            const paredoes = [...new Set(enderecos)].filter((caminho) => /^\\/paredoes\\/\\d+\\/$/.test(caminho));
            for (const caminho of paredoes) {
                if ((await fetch(`${caminho}cedula/`)).ok) return caminho;
            }
            return null;
        }"""
    )
    if aberto is None:
        sys.exit("Não há paredão aberto: rode antes python manage.py carregar_demo")
    abrir(pagina, f"{endereco}{aberto}")
    guardar(pagina, "votacao")
    pagina.locator('button[name="participante"]').first.click()
    pagina.wait_for_url("**/comprovantes/**", timeout=30_000)
    guardar(pagina, "comprovante")
    abrir(pagina, f"{endereco}/paredoes/1/resultado/")
    guardar(pagina, "resultado")


def abrir(pagina: Page, endereco: str) -> None:
    resposta = pagina.goto(endereco, wait_until="networkidle")
    if resposta is None or not resposta.ok:
        sys.exit(f"{endereco} não respondeu como devia: {resposta.status if resposta else 'sem resposta'}")


def guardar(pagina: Page, nome: str) -> None:
    arquivo = PASTA / f"{nome}.png"
    pagina.screenshot(path=arquivo)
    print(f"{arquivo.relative_to(PASTA.parent.parent)}: {arquivo.stat().st_size // 1024} kB")


if __name__ == "__main__":
    main()
