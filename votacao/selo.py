"""O selo de um paredão: um número que muda se um lote, ou a ordem deles, mudar.

A ata o imprime a partir dos resumos guardados; `manage.py conferir --selos` o refaz com o livro, voto por voto. Se são
iguais, a folha assinada é a deste livro.
"""

import hashlib
from datetime import datetime

from votacao.models import Lote, Paredao


class Selo:
    """SHA-256 dos lotes, por ordem de número: número, modalidade, hora (segundos desde 1970), suspeita e quantidade, de
    8 bytes cada, e o resumo das suas linhas, de 32."""

    def __init__(self) -> None:
        self._soma = hashlib.sha256()
        self.lotes = 0

    def juntar(
        self, *, numero: int, modalidade: int, hora: datetime, suspeita: int, quantidade: int, resumo: bytes
    ) -> None:
        for valor in (numero, modalidade, int(hora.timestamp()), suspeita, quantidade):
            self._soma.update(valor.to_bytes(8, "big"))
        self._soma.update(resumo)
        self.lotes += 1

    def texto(self) -> str:
        """Em hexadecimal, em grupos de oito, para se ler em voz alta."""
        inteiro = self._soma.hexdigest()
        return " ".join(inteiro[i : i + 8] for i in range(0, len(inteiro), 8))


def selar(paredao: Paredao) -> Selo:
    """O selo como os lotes o guardam, numa consulta; a memória não cresce com os lotes."""
    selo = Selo()
    lotes = Lote.objects.filter(paredao=paredao).order_by("pk")
    colunas = lotes.values_list("pk", "modalidade", "hora", "suspeita", "quantidade", "resumo")
    for numero, modalidade, hora, suspeita, quantidade, resumo in colunas.iterator(chunk_size=5000):
        selo.juntar(
            numero=numero,
            modalidade=modalidade,
            hora=hora,
            suspeita=suspeita,
            quantidade=quantidade,
            resumo=bytes(resumo),
        )
    return selo
