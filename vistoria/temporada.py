"""O site de verdade (`manage.py servir`), noutro processo, com a demonstração inteira ou recém-instalado."""

import http.client
import json
import os
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

RAIZ = Path(__file__).resolve().parent.parent
PRAZO = 120
"""Segundos para um servidor responder."""


class NaoSubiu(Exception):
    """Com o que o servidor escreveu."""


@contextmanager
def temporada() -> Iterator[dict[str, dict[str, Any]]]:
    """As sementes dos dois sites, `cheio` e `vazio`, cada uma com o endereço em `url`. Tudo some ao sair."""
    with tempfile.TemporaryDirectory(prefix="vistoria-") as raiz, ExitStack() as pilha:
        yield {nome: pilha.enter_context(_site(Path(raiz) / nome, nome)) for nome in ("cheio", "vazio")}


@contextmanager
def _site(pasta: Path, nome: str) -> Iterator[dict[str, Any]]:
    pasta.mkdir()
    porta = _porta_livre()
    ambiente = {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "bbb.settings",
        "DATABASE_URL": f"sqlite:///{pasta / 'site.sqlite3'}",
        "MEDIA_ROOT": str(pasta / "midia"),
        "EMAIL_URL": f"demo://{pasta / 'correio'}",
        "SECRET_KEY": "vistoria-" * 6,
        "CHAVE_CPF": "vistoria-" * 6,
        "DEBUG": "False",
        "HTTPS": "False",
        "LIMITES": "False",
        "CEDULA_BITS": "4",
    }

    def gerir(*argumentos: str) -> str:
        feito = subprocess.run(
            [sys.executable, *argumentos], cwd=RAIZ, env=ambiente, check=False, capture_output=True, text=True
        )
        if feito.returncode:
            raise NaoSubiu(f"{' '.join(argumentos)}: {feito.stderr[-3000:]}")
        return feito.stdout

    gerir("manage.py", "migrate", "--verbosity", "0")
    registro = pasta / "servidor.log"
    with registro.open("wb") as saida:
        processo = subprocess.Popen(
            [sys.executable, "manage.py", "servir", "--porta", str(porta), "--processos", "1"],
            cwd=RAIZ,
            env=ambiente,
            stdout=saida,
            stderr=subprocess.STDOUT,
            stdin=subprocess.DEVNULL,
        )
    try:
        _esperar(porta, processo, registro)
        # Depois do servidor: é ele que reúne os arquivos estáticos, e as páginas da semente dizem os nomes deles.
        argumentos = [] if nome == "cheio" else ["--vazio"]
        semente: dict[str, Any] = json.loads(gerir("-m", "vistoria.semear", str(pasta), *argumentos))
        yield {**semente, "url": f"http://127.0.0.1:{porta}"}
    finally:
        processo.terminate()
        try:
            processo.wait(20)
        except subprocess.TimeoutExpired:
            processo.kill()
            processo.wait()


def _porta_livre() -> int:
    with socket.socket() as tomada:
        tomada.bind(("127.0.0.1", 0))
        return int(tomada.getsockname()[1])


def _esperar(porta: int, processo: "subprocess.Popen[bytes]", registro: Path) -> None:
    limite = time.monotonic() + PRAZO
    while time.monotonic() < limite and processo.poll() is None:
        conexao = http.client.HTTPConnection("127.0.0.1", porta, timeout=5)
        try:
            conexao.request("GET", "/saude/pronta/")
            if conexao.getresponse().status == 200:
                return
        except OSError:
            pass
        finally:
            conexao.close()
        time.sleep(0.1)
    raise NaoSubiu(registro.read_text()[-3000:])
