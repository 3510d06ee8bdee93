"""O que `docs/API.md` manda digitar funciona como está escrito, contra a demonstração e com o cliente."""

import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.core.management import call_command

from tests.servidor import RAIZ, Servidor, servidor
from votacao.models import Voto

pytestmark = [pytest.mark.processos, pytest.mark.usefixtures("urna_limpa")]
DOCUMENTO = RAIZ / "docs" / "API.md"
CLIENTE = RAIZ / "docs" / "exemplos" / "cliente.mjs"


@pytest.fixture
def demonstracao(tmp_path: Path, transactional_db: None) -> Iterator[Servidor]:
    call_command("carregar_demo", verbosity=0)
    with servidor(tmp_path) as servindo:
        yield servindo


def linhas() -> list[str]:
    blocos = re.findall(r"^```sh\n(.*?)^```$", DOCUMENTO.read_text(), re.MULTILINE | re.DOTALL)
    return [linha for bloco in blocos for linha in bloco.splitlines()]


def test_as_linhas_do_documento_funcionam_como_estao_escritas(
    demonstracao: Servidor, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
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
    votos = Voto.objects.count()
    feito = subprocess.run(
        ["bash", "-c", "\n".join(trechos)], cwd=pasta, env=ambiente(), capture_output=True, text=True, timeout=120
    )
    assert feito.returncode == 0, feito.stdout[-1500:] + feito.stderr[-1500:]
    assert "event: panorama" in feito.stdout
    assert "event: fim" in feito.stdout
    assert Voto.objects.count() == votos + 2


def ambiente() -> dict[str, str]:
    from tests.servidor import url_do_banco

    return {**os.environ, "DATABASE_URL": url_do_banco(), "DEBUG": "False", "HTTPS": "False"}


def test_o_cliente_de_exemplo_vota_com_o_node(demonstracao: Servidor) -> None:
    node = shutil.which("node")
    assert node, "falta o Node (apt-get install nodejs)"
    assert len(CLIENTE.read_text().splitlines()) <= 60
    votos = Voto.objects.count()
    feito = subprocess.run([node, str(CLIENTE), demonstracao.url], capture_output=True, text=True, timeout=60)
    assert feito.returncode == 0, feito.stderr
    codigo = re.fullmatch(r".+: voto em .+, comprovante ([0-9a-f]{32})\n", feito.stdout)
    assert codigo, feito.stdout
    assert Voto.objects.filter(pk=bytes.fromhex(codigo[1])).count() == 1
    assert Voto.objects.count() == votos + 1


def test_o_cliente_de_exemplo_diz_o_que_houve(demonstracao: Servidor) -> None:
    feito = subprocess.run(
        ["node", str(CLIENTE), demonstracao.url, "999999"], capture_output=True, text=True, timeout=60
    )
    assert feito.returncode == 1
    assert "paredao_inexistente: Este paredão não existe" in feito.stderr
