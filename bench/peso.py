"""Quanto pesa a página de votar na primeira visita, e em quanto tempo aparece, num Chromium com a rede e o processador
freados.

`python -m bench.peso` sobe o servidor com a temporada de demonstração e imprime a tabela; com `--escrever`, a põe em
`docs/PAGINAS.md`. Pedidos e bytes são os que passaram na linha, contados no meio do caminho (`Linha`): cabeçalhos e
corpos já comprimidos, de quem quer que os tenha pedido: a página, o ícone, o manifesto, um Worker, o service worker.
"""

import argparse
import os
import platform
import re
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from playwright.sync_api import sync_playwright

from bench.medidas import escrever_entre_marcas, numero, tabela

RAIZ = Path(__file__).resolve().parent.parent
TELEFONE = {"viewport": {"width": 390, "height": 844}, "device_scale_factor": 3, "is_mobile": True, "has_touch": True}
SOSSEGO = 1.5
"""Segundos sem nenhum pedido para a visita acabar."""
OBSERVAR = """
window.__lcp = 0; window.__cls = 0;
new PerformanceObserver((l) => { for (const e of l.getEntries()) window.__lcp = e.startTime; })
    .observe({ type: "largest-contentful-paint", buffered: true });
new PerformanceObserver((l) => { for (const e of l.getEntries()) if (!e.hadRecentInput) window.__cls += e.value; })
    .observe({ type: "layout-shift", buffered: true });
"""


@dataclass(frozen=True)
class Rede:
    nome: str
    ida_e_volta: int
    """Milissegundos."""
    kbps: float
    """Quilobits por segundo, para baixo; para cima, metade."""


REDES = (Rede("4G lento, como no Lighthouse", 150, 1638.4), Rede("3G, bem pior", 400, 400))
FREIO = 4


@dataclass
class Pedido:
    """Um pedido que chegou ao servidor, e os bytes que voltaram por ele."""

    caminho: str
    bytes: int = 0

    @property
    def foto(self) -> bool:
        return self.caminho.startswith("/midia/participantes/")


class Linha:
    """Fica entre o navegador e o servidor e conta o que passa. HTTP/1.1 sem encadear, que é o que o Chromium fala."""

    def __init__(self, porta: int) -> None:
        self._destino = ("127.0.0.1", porta)
        self._escuta = socket.create_server(("127.0.0.1", 0))
        self.endereco = f"http://127.0.0.1:{self._escuta.getsockname()[1]}"
        self.pedidos: list[Pedido] = []
        self.ultimo = time.monotonic()
        """Quando passou alguma coisa."""
        threading.Thread(target=self._atender, daemon=True).start()

    def zerar(self) -> list[Pedido]:
        feitos, self.pedidos = self.pedidos, []
        return feitos

    def fechar(self) -> None:
        self._escuta.close()

    def _atender(self) -> None:
        while True:
            try:
                de_ca, _ = self._escuta.accept()
            except OSError:
                return  # fechou
            de_la = socket.create_connection(self._destino)
            atual: list[Pedido] = []
            threading.Thread(target=self._ida, args=(de_ca, de_la, atual), daemon=True).start()
            threading.Thread(target=self._volta, args=(de_la, de_ca, atual), daemon=True).start()

    def _ida(self, de_ca: socket.socket, de_la: socket.socket, atual: list[Pedido]) -> None:
        for dados in _ler(de_ca):
            self.ultimo = time.monotonic()
            if pedido := re.match(rb"[A-Z]+ (/[^ ?]*)\S* HTTP/1\.1\r\n", dados):
                atual[:] = [Pedido(pedido[1].decode())]
                self.pedidos.append(atual[0])
            de_la.sendall(dados)
        with suppress(OSError):
            de_la.shutdown(socket.SHUT_WR)

    def _volta(self, de_la: socket.socket, de_ca: socket.socket, atual: list[Pedido]) -> None:
        for dados in _ler(de_la):
            self.ultimo = time.monotonic()
            if atual:
                atual[0].bytes += len(dados)
            with suppress(OSError):
                de_ca.sendall(dados)
        with suppress(OSError):
            de_ca.shutdown(socket.SHUT_WR)


def _ler(tomada: socket.socket) -> Iterator[bytes]:
    with suppress(OSError):
        while dados := tomada.recv(65536):
            yield dados


@dataclass
class Visita:
    """Uma primeira visita, com o cache do navegador vazio."""

    pedidos: list[Pedido]
    lcp: float
    """Milissegundos até a maior pintura."""
    cls: float

    @property
    def da_pagina(self) -> list[Pedido]:
        """Tudo o que passou na rede, menos as fotos de participantes."""
        return [pedido for pedido in self.pedidos if not pedido.foto]

    @property
    def fotos(self) -> list[Pedido]:
        return [pedido for pedido in self.pedidos if pedido.foto]

    @property
    def bytes(self) -> int:
        return sum(pedido.bytes for pedido in self.da_pagina)


def visitar(navegador: Any, linha: Linha, caminho: str, rede: Rede | None = None, freio: int = 1) -> Visita:
    """Abre a página num contexto novo e espera sossegar: a cédula já chegou, e a prova já foi feita."""
    contexto = navegador.new_context(**TELEFONE, locale="pt-BR")
    aba = contexto.new_page()
    aba.add_init_script(OBSERVAR)
    sessao = contexto.new_cdp_session(aba)
    if rede is not None:
        por_segundo = rede.kbps * 1000 / 8
        condicoes = {
            "latency": rede.ida_e_volta,
            "downloadThroughput": por_segundo,
            "uploadThroughput": por_segundo / 2,
        }
        sessao.send("Network.enable")
        sessao.send("Network.emulateNetworkConditions", {"offline": False, **condicoes})
    if freio > 1:
        sessao.send("Emulation.setCPUThrottlingRate", {"rate": freio})
    linha.zerar()
    aba.goto(linha.endereco + caminho, wait_until="load", timeout=60_000)
    while time.monotonic() - linha.ultimo < SOSSEGO:
        aba.wait_for_timeout(100)
    lcp, cls = aba.evaluate("[window.__lcp, window.__cls]")
    contexto.close()
    return Visita(linha.zerar(), lcp, cls)


def especie(pedido: Pedido) -> str:
    """Em que linha da tabela um pedido entra."""
    caminho = pedido.caminho
    if caminho.endswith("/cedula/"):
        return "cédula (JSON)"
    for fim, nome in ((".css", "folha de estilo"), (".js", "scripts"), (".webmanifest", "manifesto")):
        if caminho.endswith(fim):
            return "service worker" if caminho.endswith("/sw.js") else nome
    return "página (HTML)" if caminho.endswith("/") else "outros"


class Casa:
    """Um servidor como o de produção, com a temporada de demonstração, numa pasta que depois some."""

    def __init__(self, pasta: Path, porta: int) -> None:
        self.endereco = f"http://127.0.0.1:{porta}"
        self._registro = pasta / "servidor.log"
        ambiente = {
            **os.environ,
            "DATABASE_URL": f"sqlite:///{pasta / 'peso.sqlite3'}",
            "MEDIA_ROOT": str(pasta / "midia"),
            "SECRET_KEY": "peso-" * 12,
            "DEBUG": "False",
            "HTTPS": "False",
        }
        for comando in (["migrate", "-v0"], ["carregar_demo"], ["shell", "-v0", "-c", _PARCIAIS]):
            subprocess.run(
                [sys.executable, "manage.py", *comando], cwd=RAIZ, env=ambiente, check=True, stdout=subprocess.DEVNULL
            )
        with self._registro.open("wb") as saida:
            self._processo = subprocess.Popen(
                [sys.executable, "manage.py", "servir", "--porta", str(porta), "--processos", "1"],
                cwd=RAIZ, env=ambiente, stdout=saida, stderr=subprocess.STDOUT,
            )  # fmt: skip

    def esperar(self, aba: Any) -> None:
        limite = time.monotonic() + 120
        while True:
            try:
                if aba.request.get(f"{self.endereco}/saude/pronta/").ok:
                    return
            except Exception as erro:
                if self._processo.poll() is not None or time.monotonic() > limite:
                    raise SystemExit(f"o servidor não subiu: {self._registro.read_text()[-2000:]}") from erro
            time.sleep(0.2)

    def parar(self) -> None:
        self._processo.terminate()
        self._processo.wait(20)


_PARCIAIS = """
from votacao.models import Opcao, Paredao
from django.utils import timezone
aberto = Paredao.objects.abertos(timezone.now()).get()
opcoes = list(aberto.opcoes.all())
novo = Paredao.objects.create(edicao=aberto.edicao, titulo="Com parciais", abre_em=aberto.abre_em,
    fecha_em=aberto.fecha_em, parciais="sempre")
for opcao in opcoes:
    Opcao.objects.create(paredao=novo, participante=opcao.participante, ordem=opcao.ordem)
"""


def relatar(navegador: Any, linha: Linha, paginas: dict[str, str], vezes: int) -> str:
    """O relatório em Markdown: os bytes, que não variam, e os tempos, medianas de `vezes` visitas."""
    pesos, tempos = [], []
    for nome, caminho in paginas.items():
        visita = visitar(navegador, linha, caminho)
        for coisa in dict.fromkeys(map(especie, visita.da_pagina)):
            estes = [pedido for pedido in visita.da_pagina if especie(pedido) == coisa]
            pesos.append([nome, coisa, str(len(estes)), numero(sum(pedido.bytes for pedido in estes))])
        pesos.append(
            [nome, "**tudo, na primeira visita**", f"**{len(visita.da_pagina)}**", f"**{numero(visita.bytes)}**"]
        )
        for lugar, foto in enumerate(visita.fotos, 1):
            pesos.append([nome, f"foto {lugar}, à parte", "1", numero(foto.bytes)])
        for rede in REDES:
            visitas = [visitar(navegador, linha, caminho, rede, FREIO) for _ in range(vezes)]
            lcps = [visita.lcp / 1000 for visita in visitas]
            cls = max(visita.cls for visita in visitas)
            print(f"{nome}, {rede.nome}: {statistics.median(lcps):.2f} s", file=sys.stderr, flush=True)
            tempos.append([nome, f"{rede.nome} ({rede.ida_e_volta} ms, {numero(rede.kbps)} kb/s)",
                           numero(statistics.median(lcps), 2), numero(max(lcps), 2), numero(cls, 3)])  # fmt: skip
    return (
        tabela(["Página de votar", "O quê", "Pedidos", "Bytes na linha"], pesos)
        + f"\n\nCom o processador freado {FREIO}x, {vezes} visitas de cada, cache vazio:\n\n"
        + tabela(["Página de votar", "Rede", "Maior pintura, mediana (s)", "a pior (s)", "Deslocamento (CLS)"], tempos)
    )


def main() -> int:
    leitor = argparse.ArgumentParser(prog="python -m bench.peso", description=__doc__)
    leitor.add_argument("--vezes", type=int, default=5, help="visitas de cada rede")
    leitor.add_argument("--porta", type=int, default=8993)
    leitor.add_argument("--escrever", action="store_true", help="põe as tabelas em docs/PAGINAS.md")
    opcoes = leitor.parse_args()
    chromium = shutil.which("chromium") or shutil.which("chromium-browser")
    if chromium is None:
        print("falta o Chromium (apt-get install chromium)", file=sys.stderr)
        return 2
    with tempfile.TemporaryDirectory() as pasta, sync_playwright() as playwright:
        navegador = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        casa = Casa(Path(pasta), opcoes.porta)
        try:
            casa.esperar(navegador.new_page())
            linha = Linha(opcoes.porta)
            paginas = {"parciais ocultas": "/paredoes/2/", "parciais ao vivo": "/paredoes/4/"}
            corpo = relatar(navegador, linha, paginas, opcoes.vezes)
            linha.fechar()
        finally:
            casa.parar()
        versao = navegador.version
        navegador.close()
    cpu = re.search(r"model name\s*:\s*(.+)", Path("/proc/cpuinfo").read_text())
    onde = f"{cpu[1] if cpu else platform.machine()}, {os.cpu_count()} núcleos; Chromium {versao}, 390 x 844, 3x"
    relatorio = f"{onde}; {datetime.now():%d/%m/%Y %H:%M}.\n\n{corpo}"
    print(relatorio)
    if opcoes.escrever:
        escrever_entre_marcas(RAIZ / "docs" / "PAGINAS.md", relatorio, "peso")
    return 0


if __name__ == "__main__":
    sys.exit(main())
