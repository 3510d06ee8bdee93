"""Um escritor: grava lotes de vários paredões por `registro.gravar`, o mais depressa que pode. Rodam vários juntos.

`python -m bench.escritores NUMERO LOTES PAREDAO...`, com `DATABASE_URL`. Espera uma linha na entrada, para que todos
comecem juntos; escreve uma linha JSON com as chaves que o registro deu por contadas e quantas vezes teve de repetir.
"""

import json
import random
import sys

import django

django.setup()

from votacao.models import Opcao  # noqa: E402
from votacao.recusas import UrnaIndisponivel  # noqa: E402
from votacao.registro import Contado, VotoAceito, gravar  # noqa: E402

POR_LOTE = 60
REPETIDAS = 0.3
"""Fração dos votos de um lote que os outros escritores também têm."""


def main() -> None:
    numero, lotes, *paredoes = map(int, sys.argv[1:])
    aceito_em = float(sys.stdin.readline())
    escolhas = {
        paredao: sorted(Opcao.objects.filter(paredao=paredao).values_list("participante_id", flat=True))
        for paredao in paredoes
    }
    acaso = random.Random(numero)
    contados: set[str] = set()
    repeticoes = 0
    for lote in range(lotes):
        votos = []
        for n in range(POR_LOTE):
            quem_emite = 0 if n < POR_LOTE * REPETIDAS else numero + 1
            # Paredão e escolha saem da chave: a mesma cédula traz o mesmo voto, venha de quem vier.
            chave = (7 << 76 | 2 << 62 | quem_emite << 40 | lote << 16 | n).to_bytes(16, "big")
            paredao = paredoes[(lote + n) % len(paredoes)]
            votos.append(VotoAceito(chave, paredao, 1, escolhas[paredao][n % len(escolhas[paredao])], aceito_em))
        acaso.shuffle(votos)
        while True:
            try:
                desfechos = gravar(votos)
                break
            except UrnaIndisponivel:
                repeticoes += 1
        contados |= {
            voto.id.hex() for voto, desfecho in zip(votos, desfechos, strict=True) if isinstance(desfecho, Contado)
        }
    json.dump({"contados": sorted(contados), "repeticoes": repeticoes}, sys.stdout)


if __name__ == "__main__":
    main()
