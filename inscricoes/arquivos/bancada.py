"""O lado de dentro da oficina: aperta os limites deste processo, faz o trabalho e escreve o resultado em JSON.

Não importa Django: o processo começa depressa e nada sabe do site.
"""

import errno
import json
import os
import resource
import signal
import sys
from collections.abc import Callable
from typing import Any

SEM_ESPACO = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EIO})


class Recusado(Exception):
    """O arquivo não serve. A frase é para quem o mandou."""


def apertar(*, memoria: int, processador: int, prazo: int, escrita: int) -> None:
    """Bytes de memória e de cada arquivo escrito; segundos de processador e de relógio. Além deles, morre."""
    os.nice(10)
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    if sys.platform == "linux":  # o macOS aceita o limite e não o cumpre, ou o recusa
        resource.setrlimit(resource.RLIMIT_AS, (memoria, memoria))
    resource.setrlimit(resource.RLIMIT_CPU, (processador, processador))
    resource.setrlimit(resource.RLIMIT_FSIZE, (escrita, escrita))
    resource.setrlimit(resource.RLIMIT_NOFILE, (64, 64))
    signal.alarm(prazo)


def responder(trabalho: Callable[[], dict[str, Any]]) -> None:
    try:
        resposta = trabalho()
    except Recusado as recusa:
        resposta = {"recusa": str(recusa)}
    except OSError as erro:
        # A oficina encheu ou falhou: a culpa não é do arquivo.
        resposta = {"sem_espaco": True} if erro.errno in SEM_ESPACO else {"falha": type(erro).__name__}
    except Exception as erro:
        # Só o tipo: a mensagem pode trazer algo do arquivo de uma pessoa.
        resposta = {"falha": type(erro).__name__}
    json.dump(resposta, sys.stdout)
