"""As figuras medidas que outros comandos leem: `docs/medidas.json`.

Cada seção é de quem a mede e guarda a sua própria máquina e data; `manage.py capacidade` faz as contas com elas.
"""

import json
import os
from datetime import datetime
from pathlib import Path
from typing import Any

from bench.servidores import RAIZ

ARQUIVO = RAIZ / "docs" / "medidas.json"


def ler(arquivo: Path = ARQUIVO) -> dict[str, dict[str, Any]]:
    """Todas as seções; vazio se nada foi medido ainda."""
    if not arquivo.exists():
        return {}
    lido: dict[str, dict[str, Any]] = json.loads(arquivo.read_text(encoding="utf-8"))
    return lido


def anotar(secao: str, dados: dict[str, Any], arquivo: Path = ARQUIVO) -> None:
    """Troca em `secao` só as chaves de `dados`, e põe em "maquina" os núcleos e a hora da última medição.

    Uma nota sobre a máquina (`anotar("maquina", {"nota": …})`) vale só até a medição seguinte.
    Escreve tudo num arquivo ao lado e o põe no lugar: quem lê nunca vê a metade.
    """
    tudo = ler(arquivo)
    tudo[secao] = {**tudo.get(secao, {}), **dados}
    tudo["maquina"] = {
        **(tudo["maquina"] if secao == "maquina" else {}),
        "nucleos": os.cpu_count(),
        "quando": datetime.now().astimezone().isoformat(timespec="seconds"),
    }
    rascunho = arquivo.with_suffix(".novo")
    rascunho.parent.mkdir(parents=True, exist_ok=True)
    rascunho.write_text(json.dumps(tudo, indent=2, ensure_ascii=False, sort_keys=True) + "\n", encoding="utf-8")
    rascunho.replace(arquivo)
