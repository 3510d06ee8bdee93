"""O banco de provas da seleção roda do começo ao fim, com poucas inscrições."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

RAIZ = Path(__file__).resolve().parent.parent


@pytest.mark.processos
def test_mede_e_escreve_so_entre_as_marcas(tmp_path: Path) -> None:
    pagina = tmp_path / "INSCRICOES.md"
    pagina.write_text("# Inscrições\n\nantes\n\n<!-- bench:inicio -->\nvelho\n<!-- bench:fim -->\n\ndepois\n")
    ambiente = {nome: valor for nome, valor in os.environ.items() if nome != "DATABASE_URL"}
    opcoes = ["--quantidade", "260", "--vezes", "1", "--escrever", "--docs", str(tmp_path)]
    feito = subprocess.run(
        [sys.executable, "-m", "bench.inscricoes", *opcoes], cwd=RAIZ, env=ambiente, capture_output=True, text=True
    )
    assert feito.returncode == 0, feito.stderr
    texto = pagina.read_text()
    assert "velho" not in texto
    assert (texto.startswith("# Inscrições\n\nantes\n"), texto.endswith("\n\ndepois\n")) == (True, True)
    # Sessão, usuário, edições, a conta, a página: superusuário não tem permissões a ler.
    consultas = dict(re.findall(r"^\| ([^|]+) \| (\d+) \|", texto, re.MULTILINE))
    da_fila = {
        rotulo: n for rotulo, n in consultas.items() if not rotulo.startswith(("a ficha", "a folha", "exportar"))
    }
    assert (len(consultas), set(da_fila.values())) == (21, {"5"})
