"""Roda, num processo à parte e com limites, o que abre um arquivo que veio de fora.

Um arquivo feito para derrubar quem o abre derruba só esse processo: ele não recebe o ambiente (nem a `SECRET_KEY` nem o
banco), tem fim na memória, no tempo de processador, no relógio e no que escreve, e cede a vez ao resto da máquina.
"""

import json
import logging
import os
import subprocess
import sys
import threading
from typing import Any

from django.conf import settings

from inscricoes.arquivos.recusas import OficinaOcupada, SemEspaco

BANCADAS = 2
"""Trabalhos ao mesmo tempo, por processo: cada um pode usar até o seu limite de memória."""
ESPERA = 5.0
"""Segundos que um trabalho espera por uma bancada antes de se responder que há gente demais."""
registro_de_erros = logging.getLogger("inscricoes.arquivos")
_bancadas = threading.BoundedSemaphore(BANCADAS)


class TrabalhoFalhou(Exception):
    """O processo morreu, passou de um limite ou não respondeu: o arquivo não é de confiança."""


def trabalhar(modulo: str, *argumentos: str, prazo: int) -> dict[str, Any]:
    """Roda `python -m modulo argumentos...` e devolve o JSON que ele escreveu.

    `prazo`: segundos de relógio. Levanta `OficinaOcupada`, `SemEspaco` ou `TrabalhoFalhou`.
    """
    if not _bancadas.acquire(timeout=ESPERA):
        raise OficinaOcupada
    try:
        fim = subprocess.run(  # noqa: S603 (o módulo é nosso e os argumentos são caminhos nossos)
            [sys.executable, "-m", modulo, *argumentos],
            cwd=settings.BASE_DIR,
            env={"PATH": os.defpath, "LC_ALL": "C.UTF-8"},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            timeout=prazo,
            check=False,
        )
        resposta: dict[str, Any] = json.loads(fim.stdout)
    except (subprocess.TimeoutExpired, json.JSONDecodeError, UnicodeDecodeError) as erro:
        registro_de_erros.warning("%s não terminou: %s", modulo, erro)
        raise TrabalhoFalhou from None
    finally:
        _bancadas.release()
    if "sem_espaco" in resposta:
        registro_de_erros.error("%s não conseguiu escrever na oficina", modulo)
        raise SemEspaco
    if "falha" in resposta:
        registro_de_erros.warning("%s falhou: %s", modulo, resposta["falha"])
        raise TrabalhoFalhou
    return resposta
