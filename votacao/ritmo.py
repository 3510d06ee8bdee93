"""Quantos votos por minuto: o que uma produtora olha enquanto o paredão está no ar. Só lê, e só o índice dos lotes.

Um minuto que já passou não muda mais: cada processo o guarda na memória, e uma sala aberta a noite inteira relê a cada
vez só os dois últimos. O minuto é o da gravação, que é o que o lote diz; a hora cheia em que o voto foi aceito, e que
decide se ele conta, está nas contagens (`apuracao.por_hora`).
"""

import threading
from collections import Counter, OrderedDict
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.db.models import Sum

from votacao.models import Lote, Modalidade, Paredao

MINUTOS = 60
"""Quantos se mostram."""
_ASSENTA = timedelta(minutes=2)
"""Depois disto um minuto está completo: gravar leva até o prazo da urna, e os relógios dos servidores andam juntos."""
_PAREDOES_NA_MEMORIA = 20


@dataclass(frozen=True, slots=True)
class Minuto:
    """Os votos gravados num minuto do relógio."""

    inicio: datetime
    votos: tuple[int, ...]
    """Na ordem de `Paredao.modalidades`."""
    suspeitos: int
    """Quantos desses, somadas as modalidades, são suspeitos."""

    @property
    def total(self) -> int:
        return sum(self.votos)


_Somas = Counter[tuple[int, bool]]
"""Votos por modalidade, suspeitos ou não."""


@dataclass(slots=True)
class _Lembrado:
    ate: datetime
    """Antes deste instante, tudo está em `minutos`, desde o primeiro deles."""
    desde: datetime
    minutos: dict[datetime, _Somas] = field(default_factory=dict)


_memoria: OrderedDict[int, _Lembrado] = OrderedDict()
_trinco = threading.Lock()


def esquecer() -> None:
    """Começa de novo, sem nada na memória."""
    with _trinco:
        _memoria.clear()


def por_minuto(paredao: Paredao, agora: datetime) -> list[Minuto]:
    """Os últimos `MINUTOS` minutos da votação, em ordem, com zero nos que não tiveram voto; o último está em curso se o
    paredão está aberto. Vazia se ainda não abriu. Em uma consulta."""
    if paredao.abre_em is None or agora < paredao.abre_em:
        return []
    # Depois de encerrado, a janela para no último minuto em que ainda se gravava.
    fim = agora if paredao.fecha_em is None else min(agora, paredao.fecha_em + timedelta(seconds=30))
    ultimo = _minuto(fim)
    primeiro = max(ultimo - timedelta(minutes=MINUTOS - 1), _minuto(paredao.abre_em))
    somas = _somas(paredao.pk, primeiro, ultimo, agora)
    quantos = int((ultimo - primeiro) / timedelta(minutes=1)) + 1
    minutos = []
    for inicio in (primeiro + timedelta(minutes=i) for i in range(quantos)):
        dele = somas.get(inicio, Counter())
        votos = tuple(dele[modalidade, False] + dele[modalidade, True] for modalidade in paredao.modalidades)
        suspeitos = sum(dele[modalidade, True] for modalidade in paredao.modalidades)
        minutos.append(Minuto(inicio, votos, suspeitos))
    return minutos


def _somas(paredao: int, primeiro: datetime, ultimo: datetime, agora: datetime) -> dict[datetime, _Somas]:
    with _trinco:
        lembrado = _memoria.get(paredao)
    if lembrado is None or not lembrado.desde <= primeiro <= lembrado.ate:
        lembrado = _Lembrado(ate=primeiro, desde=primeiro)
    minutos = {inicio: dele for inicio, dele in lembrado.minutos.items() if inicio >= primeiro}
    # Só se soma a minutos que não estão na memória, que é de todas as threads.
    for gravado_em, modalidade, suspeita, votos in _ler(paredao, lembrado.ate, ultimo + timedelta(minutes=1)):
        minutos.setdefault(_minuto(gravado_em), Counter())[modalidade, suspeita != 0] += votos
    assentado = max(lembrado.ate, min(_minuto(agora - _ASSENTA), ultimo))
    with _trinco:
        completos = {inicio: dele for inicio, dele in minutos.items() if inicio < assentado}
        _memoria[paredao] = _Lembrado(ate=assentado, desde=primeiro, minutos=completos)
        _memoria.move_to_end(paredao)
        while len(_memoria) > _PAREDOES_NA_MEMORIA:
            _memoria.popitem(last=False)
    return minutos


def _ler(paredao: int, desde: datetime, ate: datetime) -> list[tuple[datetime, int, int, int]]:
    """Somado por segundo, que é como os lotes são datados: no máximo 60 linhas por minuto e modalidade, e o banco não
    precisa saber truncar datas."""
    return list(
        Lote.objects.filter(paredao=paredao, gravado_em__gte=desde, gravado_em__lt=ate)
        .order_by()
        .values_list("gravado_em", "modalidade", "suspeita")
        .annotate(soma=Sum("quantidade"))
    )


def _minuto(instante: datetime) -> datetime:
    return instante.replace(second=0, microsecond=0)


def nomes(paredao: Paredao) -> list[str]:
    """As modalidades do paredão, na ordem de `Minuto.votos`."""
    return [Modalidade(modalidade).label for modalidade in paredao.modalidades]
