"""A oficina contém o que um arquivo hostil faria: memória, processador, relógio, disco, queda; e não vê o ambiente."""

import os
import time
from pathlib import Path

import pytest

from inscricoes.arquivos.oficina import TrabalhoFalhou, trabalhar

HOSTIL = "inscricoes.tests.trabalho_hostil"


@pytest.mark.parametrize("qual", ["memoria", "processador", "relogio", "disco", "queda"])
def test_trabalho_hostil_morre_sozinho_e_depressa(tmp_path: Path, qual: str) -> None:
    comeco = time.monotonic()
    with pytest.raises(TrabalhoFalhou):
        trabalhar(HOSTIL, qual, str(tmp_path / "saida"), prazo=20)
    # Quem o matou foi o limite dele (1 s de processador, 2 s de relógio), e não o prazo de quem espera.
    assert time.monotonic() - comeco < 15
    assert not (tmp_path / "saida").exists() or (tmp_path / "saida").stat().st_size <= 1024**2


def test_quem_espera_tambem_tem_prazo() -> None:
    with pytest.raises(TrabalhoFalhou):
        trabalhar(HOSTIL, "relogio", "", prazo=1)


def test_o_trabalho_nao_recebe_o_ambiente_e_cede_a_vez() -> None:
    resposta = trabalhar(HOSTIL, "ambiente", "", prazo=20)
    assert resposta == {"ambiente": ["LC_ALL", "PATH"], "nice": min(19, os.nice(0) + 10)}
