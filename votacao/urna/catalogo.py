"""Os paredões na memória de cada processo, para a porta rápida não perguntar ao banco a cada voto.

A memória pode estar até `INTERVALO` segundos atrasada. Isso não conta voto fora de hora: a transação que grava relê a
janela (`votacao.registro`). Só faz um voto tardio receber a recusa do banco em vez da recusa imediata.
"""

import math
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.db import DatabaseError, InterfaceError

from votacao.models import Opcao, Paredao
from votacao.recusas import UrnaIndisponivel

INTERVALO = 1.0
"""Segundos entre duas leituras do banco."""
MAXIMO = 500
"""Paredões guardados, dos mais novos: várias temporadas. Os outros são respondidos pelo Django."""


@dataclass(frozen=True, slots=True)
class ParedaoNaUrna:
    """O que o exame precisa saber. Instantes em segundos desde 1970; `fecha_em` infinito: sem hora marcada."""

    id: int
    abre_em: float
    fecha_em: float
    participantes: frozenset[int]
    tem_torcida: bool
    bits: int
    """Da prova de trabalho das suas cédulas."""
    tem_unico: bool = False


def _instante(data: datetime | None) -> float:
    return math.inf if data is None else data.timestamp()


def _montar(paredoes: Iterable[Paredao], opcoes: Iterable[tuple[int, int]]) -> dict[int, ParedaoNaUrna]:
    participantes: dict[int, set[int]] = {}
    for paredao_id, participante_id in opcoes:
        participantes.setdefault(paredao_id, set()).add(participante_id)
    return {
        paredao.pk: ParedaoNaUrna(
            id=paredao.pk,
            abre_em=_instante(paredao.abre_em),
            fecha_em=_instante(paredao.fecha_em),
            participantes=frozenset(participantes.get(paredao.pk, ())),
            tem_torcida=paredao.peso_torcida > 0,
            tem_unico=paredao.peso_unico > 0,
            bits=settings.CEDULA_BITS if paredao.bits is None else paredao.bits,
        )
        for paredao in paredoes
    }


def _ler(paredoes: list[Paredao]) -> dict[int, ParedaoNaUrna]:
    opcoes = Opcao.objects.filter(paredao__in=[paredao.pk for paredao in paredoes])
    return _montar(paredoes, opcoes.values_list("paredao_id", "participante_id"))


def ler(paredao_id: int) -> ParedaoNaUrna | None:
    """Direto do banco, em duas consultas. `None` se não existe ou é rascunho. Levanta `UrnaIndisponivel`."""
    try:
        return _ler(list(Paredao.objects.publicos().filter(pk=paredao_id))).get(paredao_id)
    except (DatabaseError, InterfaceError) as erro:
        raise UrnaIndisponivel from erro


class Catalogo:
    """A memória de um processo. `recarregar` roda numa thread própria; `ver`, no laço de eventos, nunca espera."""

    def __init__(self) -> None:
        self._paredoes: dict[int, ParedaoNaUrna] = {}

    def ver(self, paredao_id: int) -> ParedaoNaUrna | None:
        return self._paredoes.get(paredao_id)

    def recarregar(self) -> None:
        self._paredoes = _ler(list(Paredao.objects.publicos().order_by("-pk")[:MAXIMO]))
