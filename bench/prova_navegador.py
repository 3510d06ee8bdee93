"""Quanto a prova de trabalho custa a quem vota: `static/js/prova.js` no Chromium, com o processador freado.

`python -m bench.prova_navegador` imprime a tabela; com `--escrever`, a põe em `docs/ANTIRROBO.md`. O freio do Chromium
vale para a página e não para os Workers: por isso a mesma função roda aqui na página, num núcleo só, que é o pior caso.
O freio é sobre este processador: um telefone barato de 2020 fica perto de 4x a 6x.
"""

import argparse
import os
import platform
import re
import secrets
import shutil
import statistics
import sys
from datetime import datetime
from pathlib import Path
from typing import Any

from playwright.sync_api import sync_playwright

from bench.medidas import escrever_entre_marcas, numero, tabela

RAIZ = Path(__file__).resolve().parent.parent
FREIOS = (1, 4, 6)
PROVA = """([cedula, bits]) => {
    const inicio = performance.now();
    const prova = resolver(cedula, bits);
    return [performance.now() - inicio, Number(prova) + 1];
}"""


def medir(aba: Any, sessao: Any, freio: int, bits: int, vezes: int) -> list[str]:
    """Uma linha da tabela: tempos de `vezes` provas, em segundos, e tentativas por segundo."""
    sessao.send("Emulation.setCPUThrottlingRate", {"rate": freio})
    tempos, tentativas = [], 0
    for _ in range(vezes):
        ms, feitas = aba.evaluate(PROVA, [secrets.token_urlsafe(48)[:63], bits])
        tempos.append(ms / 1000)
        tentativas += feitas
    por_segundo = tentativas / sum(tempos)
    esperada = 2**bits / por_segundo
    print(f"{bits} bits, freio {freio}x: média {sum(tempos) / vezes:.2f} s", file=sys.stderr, flush=True)
    return [
        f"{bits} bits, freio {freio}x",
        numero(por_segundo),
        numero(esperada, 2),
        # Cada tentativa acerta com a mesma chance: 95 de 100 provas acabam em três vezes a média.
        numero(3 * esperada, 2),
        numero(statistics.median(tempos), 2),
        numero(max(tempos), 2),
        str(vezes),
    ]


def main() -> int:
    leitor = argparse.ArgumentParser(prog="python -m bench.prova_navegador", description=__doc__)
    leitor.add_argument("--bits", type=int, nargs="+", default=[16, 20])
    leitor.add_argument("--vezes", type=int, default=40, help="provas de cada linha; com 20 bits ou mais, um quarto")
    leitor.add_argument("--escrever", action="store_true", help="põe a tabela em docs/ANTIRROBO.md")
    opcoes = leitor.parse_args()
    chromium = shutil.which("chromium") or shutil.which("chromium-browser")
    if chromium is None:
        print("falta o Chromium (apt-get install chromium)", file=sys.stderr)
        return 2
    with sync_playwright() as playwright:
        navegador = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        aba = navegador.new_page()
        sessao = aba.context.new_cdp_session(aba)
        aba.set_content("<title>prova</title>")
        aba.add_script_tag(content=(RAIZ / "static" / "js" / "prova.js").read_text())
        medir(aba, sessao, 1, 14, 20)  # para o compilador do navegador já conhecer o laço
        linhas = [
            medir(aba, sessao, freio, bits, opcoes.vezes if bits < 20 else max(1, opcoes.vezes // 4))
            for bits in opcoes.bits
            for freio in FREIOS
        ]
        versao = navegador.version
        navegador.close()
    cpu = re.search(r"model name\s*:\s*(.+)", Path("/proc/cpuinfo").read_text())
    onde = f"{cpu[1] if cpu else platform.machine()}, {os.cpu_count()} núcleos; Chromium {versao}"
    titulos = [
        "Prova",
        "tentativas/s",
        "média esperada, s",
        "95 % até, s",
        "mediana medida, s",
        "maior medida, s",
        "provas",
    ]
    relatorio = f"{onde}; {datetime.now():%d/%m/%Y %H:%M}.\n\n{tabela(titulos, linhas)}"
    print(relatorio)
    if opcoes.escrever:
        escrever_entre_marcas(RAIZ / "docs" / "ANTIRROBO.md", relatorio, "prova")
    return 0


if __name__ == "__main__":
    sys.exit(main())
