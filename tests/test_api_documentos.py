"""O que `docs/API.md` manda digitar funciona como está escrito, contra a demonstração e com o cliente."""

import os
import re
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from tests.servidor import RAIZ, Servidor, servidor

pytestmark = pytest.mark.processos
DOCUMENTO = RAIZ / "docs" / "API.md"
CLIENTE = RAIZ / "docs" / "exemplos" / "cliente.mjs"


@pytest.fixture
def demonstracao(tmp_path: Path) -> Iterator[Servidor]:
    """O que o `make demo` faz, num banco novo só deste teste: os números dos paredões são os do documento."""
    for comando in (["migrate", "--verbosity", "0"], ["carregar_demo"]):
        subprocess.run(
            [sys.executable, "manage.py", *comando], cwd=RAIZ, env=ambiente(tmp_path), check=True, capture_output=True
        )
    with servidor(tmp_path, DATABASE_URL=banco(tmp_path), MEDIA_ROOT=str(tmp_path / "midia")) as servindo:
        yield servindo


def banco(pasta: Path) -> str:
    return f"sqlite:///{pasta}/demonstracao.sqlite3"


def ambiente(pasta: Path) -> dict[str, str]:
    proprio = {"DATABASE_URL": banco(pasta), "MEDIA_ROOT": str(pasta / "midia"), "DEBUG": "False", "HTTPS": "False"}
    return {**os.environ, **proprio}


def votos(pasta: Path, chave: bytes | None = None) -> int:
    onde, valores = ("", ()) if chave is None else (" WHERE id = ?", (chave,))
    with closing(sqlite3.connect(pasta / "demonstracao.sqlite3")) as conexao:
        return int(conexao.execute(f"SELECT count(*) FROM votacao_voto{onde}", valores).fetchone()[0])


def linhas() -> list[str]:
    blocos = re.findall(r"^```sh\n(.*?)^```$", DOCUMENTO.read_text(), re.MULTILINE | re.DOTALL)
    return [linha for bloco in blocos for linha in bloco.splitlines()]


def test_as_linhas_do_documento_funcionam_como_estao_escritas(demonstracao: Servidor, tmp_path: Path) -> None:
    """Uma depois da outra, numa janela só; só muda o endereço, que aqui é o da porta livre. `curl -f` falha se erra."""
    assert sum("curl" in linha for linha in linhas()) > 15
    trechos = ["set -euo pipefail", 'curl() { command curl -f "$@"; }']
    for linha in linhas():
        linha = linha.replace("http://127.0.0.1:8000", demonstracao.url)
        if "'{\"titulo\": 7}'" in linha:
            # O exemplo de erro: é o erro que se espera.
            linha = linha.replace("curl", "command curl", 1) + ' | grep -q "Há campos a corrigir"'
        trechos += [f"echo '@@ {len(trechos)}'", linha]
    pasta = tmp_path / "janela"
    pasta.mkdir()
    for nome in ("docs", "manage.py", ".venv"):
        (pasta / nome).symlink_to(RAIZ / nome)
    antes = votos(tmp_path)
    feito = subprocess.run(
        ["bash", "-c", "\n".join(trechos)],
        cwd=pasta,
        env=ambiente(tmp_path),
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert feito.returncode == 0, feito.stdout[-1500:] + feito.stderr[-1500:]
    assert "event: panorama" in feito.stdout
    assert "event: fim" in feito.stdout
    assert votos(tmp_path) == antes + 2


def test_o_cliente_de_exemplo_vota_com_o_node(demonstracao: Servidor, tmp_path: Path) -> None:
    node = shutil.which("node")
    assert node, "falta o Node (apt-get install nodejs)"
    assert len(CLIENTE.read_text().splitlines()) <= 60
    antes = votos(tmp_path)
    feito = subprocess.run([node, str(CLIENTE), demonstracao.url], capture_output=True, text=True, timeout=60)
    assert feito.returncode == 0, feito.stderr
    codigo = re.fullmatch(r".+: voto em .+, comprovante ([0-9a-f]{32})\n", feito.stdout)
    assert codigo, feito.stdout
    assert votos(tmp_path, bytes.fromhex(codigo[1])) == 1
    assert votos(tmp_path) == antes + 1


def test_o_cliente_de_exemplo_diz_o_que_houve(demonstracao: Servidor) -> None:
    feito = subprocess.run(
        ["node", str(CLIENTE), demonstracao.url, "999999"], capture_output=True, text=True, timeout=60
    )
    assert feito.returncode == 1
    assert "paredao_inexistente: Este paredão não existe" in feito.stderr
