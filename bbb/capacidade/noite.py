"""A curva da noite: quantos votos por segundo, em cada instante da votação."""

import math
from dataclasses import dataclass

from bbb.capacidade.texto import decimal

LARGURA_DO_PICO = 20 * 60.0
"""Segundos (desvio) da corrida final: o programa ao vivo, com o apresentador pedindo votos."""
DO_PICO_AO_FIM = 30 * 60.0
"""Segundos entre o pico e o encerramento."""
BALANCO_DO_DIA = 0.6
"""Quanto a hora nobre de cada dia fica acima da média, e a madrugada abaixo."""
DIA = 24 * 3600.0
PASSO = 10.0
"""Segundos de cada degrau da curva."""


class NoiteImpossivel(Exception):
    """O pico, o total e as horas não cabem numa curva só; a mensagem diz por quê."""


@dataclass(frozen=True, slots=True)
class Noite:
    """Votos por segundo ao longo da votação, em degraus de `PASSO` segundos."""

    pico: float
    total: float
    segundos: float
    instante_do_pico: float
    degraus: tuple[float, ...]

    @property
    def media(self) -> float:
        return self.total / self.segundos

    def acumulado(self) -> list[float]:
        soma, somas = 0.0, [0.0]
        for ritmo in self.degraus:
            soma += ritmo * PASSO
            somas.append(soma)
        return somas


def curva(*, pico: float, total: float, horas: float) -> Noite:
    """Um dia que sobe e desce (hora nobre e madrugada) e, no fim, uma corrida em forma de sino que chega a `pico`.

    A soma dos degraus é `total`, e o maior deles, `pico`. Levanta `NoiteImpossivel`.
    """
    if not (math.isfinite(pico) and pico > 0):
        raise NoiteImpossivel("O pico, em votos por segundo, tem de ser maior que zero.")
    if not (math.isfinite(total) and total >= 1):
        raise NoiteImpossivel("O total de votos tem de ser ao menos 1.")
    if not (math.isfinite(horas) and 1 <= horas <= 24 * 14):
        raise NoiteImpossivel("As horas de votação vão de 1 a 336 (duas semanas).")
    segundos = round(horas * 3600 / PASSO) * PASSO
    media = total / segundos
    if pico < media:
        raise NoiteImpossivel(
            f"O pico ({decimal(pico)} votos/s) fica abaixo da média: {decimal(total)} votos em {decimal(horas)} h são "
            f"{decimal(media)} por segundo. Aumente --pico ou --horas."
        )
    fim = segundos - min(DO_PICO_AO_FIM, segundos / 4)
    instantes = [(i + 0.5) * PASSO for i in range(round(segundos / PASSO))]
    no_pico = min(range(len(instantes)), key=lambda i: abs(instantes[i] - fim))
    centro = instantes[no_pico]
    sino = [math.exp(-(((t - centro) / LARGURA_DO_PICO) ** 2) / 2) for t in instantes]
    medio_do_sino = sum(sino) / len(sino)
    for quanto in (BALANCO_DO_DIA * fatia / 20 for fatia in range(20, -1, -1)):
        dia = [1 + quanto * math.cos(2 * math.pi * (t - centro) / DIA) for t in instantes]
        medio_do_dia = sum(dia) / len(dia)
        # Duas condições, duas incógnitas: a média da soma é a da noite, e no centro a soma é o pico.
        altura = (pico * medio_do_dia - media * dia[no_pico]) / (medio_do_dia - medio_do_sino * dia[no_pico] + 1e-12)
        base = (media - altura * medio_do_sino) / medio_do_dia
        if altura >= 0 and base >= 0:
            degraus = tuple(base * d + altura * s for d, s in zip(dia, sino, strict=True))
            return Noite(pico, total, segundos, centro, degraus)
    raise NoiteImpossivel(
        f"Só a corrida até o pico de {decimal(pico)} votos/s já passaria de {decimal(total)} votos. "
        "Diminua --pico ou aumente --total."
    )
