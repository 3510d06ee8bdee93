"""Os ícones do aplicativo, a partir de `static/img/icone.svg`: `python docs/desenhar_icones.py`. Pede um Chromium.

O “cheio” é o que o Android recorta na forma que quiser: sem cantos redondos, e o desenho dentro dos 80% do meio.
"""

import io
import shutil
import sys
from pathlib import Path

from PIL import Image
from playwright.sync_api import sync_playwright

PASTA = Path(__file__).resolve().parent.parent / "static" / "img"
ICONES = {
    "icone-180": (180, True),
    "icone-192": (192, False),
    "icone-512": (512, False),
    "icone-cheio-512": (512, True),
}


def main() -> None:
    chromium = shutil.which("chromium") or shutil.which("chromium-browser")
    if chromium is None:
        sys.exit("Falta o Chromium (apt-get install chromium).")
    desenho = (PASTA / "icone.svg").read_text()
    with sync_playwright() as playwright:
        navegador = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        for nome, (lado, cheio) in ICONES.items():
            svg = desenho
            if cheio:
                svg = svg.replace('rx="15" ', "").replace("</svg>", "</g></svg>")
                svg = svg.replace("<path", '<g transform="translate(6.4 6.4) scale(.8)"><path', 1)
            pagina = navegador.new_page(viewport={"width": lado, "height": lado})
            estilo = "<style>body{margin:0}svg{display:block;width:100vw;height:100vh}</style>"
            pagina.set_content(f"{estilo}{svg}")
            bruto = io.BytesIO(pagina.screenshot(omit_background=not cheio))
            pagina.close()
            arquivo = PASTA / f"{nome}.png"
            Image.open(bruto).quantize(128, Image.Quantize.FASTOCTREE).save(arquivo, optimize=True)
            print(f"static/img/{nome}.png: {arquivo.stat().st_size} bytes")
        navegador.close()


if __name__ == "__main__":
    main()
