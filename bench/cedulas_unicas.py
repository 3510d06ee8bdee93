"""Cédulas de voto único para a prova: `python -m bench.cedulas_unicas PAREDAO QUANTAS`, uma por linha.

As chaves são do feitio das derivadas de um CPF (`votacao.eleitores`): 122 bits ao acaso num UUIDv8, que caem em lugar
qualquer do índice. Sortear em vez de derivar dá ao livro o mesmo trabalho, sem milhões de contas de mentira.
"""

import os
import secrets
import sys
import time

import django


def emitir(paredao: int, quantas: int) -> list[str]:
    from votacao.models import Modalidade
    from votacao.urna import cedula

    cedulas = []
    for _ in range(quantas):
        chave = bytearray(secrets.token_bytes(16))
        chave[6], chave[8] = chave[6] & 0x0F | 0x80, chave[8] & 0x3F | 0x80
        texto, _ = cedula.emitir(
            paredao=paredao,
            modalidade=Modalidade.UNICO,
            bits=0,
            porta=cedula.COM_SCRIPT,
            agora=time.time(),
            chave=bytes(chave),
        )
        cedulas.append(texto)
    return cedulas


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "bbb.settings")
    django.setup()
    print("\n".join(emitir(int(sys.argv[1]), int(sys.argv[2]))))
