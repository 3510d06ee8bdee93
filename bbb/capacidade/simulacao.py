"""A noite passada por uma fila com servidores, evento a evento, com e sem falhas."""

import heapq
import math
import random
from bisect import bisect_right
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from bbb.capacidade.noite import PASSO, Noite
from bbb.capacidade.plano import INDISPONIVEL, PROCESSOS_POR_POD, VOTOS_POR_LOTE, Plano

EVENTOS_MAXIMOS = 600_000
"""Da simulação: com mais votos, cada evento é um lote maior."""


@dataclass(frozen=True, slots=True)
class Falha:
    """O que se estraga, quando e por quanto tempo. `fora`: fração dos trabalhadores parados (1: o banco fora)."""

    nome: str
    inicio: float = 0.0
    duracao: float = 0.0
    fora: float = 0.0
    publicacao: bool = False
    """Se, em vez de quem drena, é o broker que não confirma: o servidor responde 503 e os telefones tentam de novo."""


@dataclass(frozen=True, slots=True)
class Ponto:
    instante: float
    chegam: float
    na_fila: float
    atraso: float


@dataclass(frozen=True, slots=True)
class Simulacao:
    """`pontos`: um por minuto. Atraso: segundos entre a aceitação de um voto e a sua contagem."""

    falha: Falha
    trabalhadores: int
    votos_por_evento: float
    pontos: tuple[Ponto, ...]
    contados: float
    maior_fila: float
    maior_atraso: float
    esvaziou_em: float
    """Segundos do fim da falha (ou, sem falha, do pico) até o atraso voltar a menos de 5 s."""
    depois_do_fim: float
    """Segundos do encerramento até o último voto aceito estar contado: o que a publicação espera."""


VOLTAR = 60.0
"""Segundos em que se espalham os que receberam 503 e tentam de novo."""
NORMAL = 5.0
"""Segundos de atraso abaixo dos quais a fila está em dia."""


def falhas_da_noite(noite: Noite) -> list[Falha]:
    """As quatro noites que se ensaiam; todas as falhas começam um minuto antes do pico."""
    antes = max(0.0, noite.instante_do_pico - 60)
    return [
        Falha("sem falhas"),
        Falha("banco fora 2 min no pico", antes, INDISPONIVEL, fora=1.0),
        Falha("um terço dos trabalhadores fora 10 min no pico", antes, 600.0, fora=1 / 3),
        Falha("broker sem confirmar 30 s no pico (503, e os telefones voltam)", antes, 30.0, publicacao=True),
    ]


def simular(plano: Plano, falha: Falha, *, trabalhadores: int | None = None, semente: int = 1) -> Simulacao:
    """A noite inteira, evento a evento: cada lote chega, espera o primeiro trabalhador livre e é gravado.

    Fila única, em ordem de chegada. O tempo de gravar um lote varia à volta do medido (gama de ordem 4, coeficiente de
    variação 0,5). Numa falha, quem está parado não pega lote novo, e o lote que tinha na mão é entregue de novo a
    outro quando ela começa: trabalho refeito, voto contado uma vez. A mesma semente dá a mesma noite.
    """
    noite, medidas = plano.noite, plano.medidas
    quantos = trabalhadores or plano.pods_trabalhadores * PROCESSOS_POR_POD
    por_evento = max(1.0, float(VOTOS_POR_LOTE), noite.total / EVENTOS_MAXIMOS)
    gravar = por_evento / (medidas.drenados / medidas.trabalhadores)
    sorte = random.Random(semente)  # noqa: S311 (é uma simulação, e tem de se repetir)
    tempos = [gravar * sorte.gammavariate(4, 0.25) for _ in range(4096)]
    fim_da_falha = falha.inicio + falha.duracao
    parados = 0 if falha.publicacao else round(quantos * falha.fora)

    livres = [(0.0, i) for i in range(quantos)]
    heapq.heapify(livres)
    minutos = math.ceil(noite.segundos / 60) + 1
    fila_no_minuto = [0.0] * minutos
    atraso_no_minuto = [0.0] * minutos
    saidas: list[float] = []
    contados = maior_fila = maior_atraso = ultimo = 0.0
    em_dia_desde = fim_da_falha if falha.duracao else noite.instante_do_pico
    for numero, chegada in enumerate(_chegadas(noite, por_evento, falha)):
        pronto = chegada
        while True:
            livre, quem = heapq.heappop(livres)
            comeco = max(livre, pronto)
            acaba = comeco + tempos[numero % len(tempos)]
            if quem >= parados or acaba <= falha.inicio or comeco >= fim_da_falha:
                break
            # Parado. Se caiu com o lote na mão, o broker o devolve à fila no instante da queda.
            heapq.heappush(livres, (fim_da_falha, quem))
            pronto = max(pronto, falha.inicio) if comeco < falha.inicio else pronto
        heapq.heappush(livres, (acaba, quem))
        heapq.heappush(saidas, acaba)
        while saidas and saidas[0] <= chegada:
            heapq.heappop(saidas)
        contados += por_evento
        na_fila = len(saidas) * por_evento
        # Um evento pode ser de várias remessas; um voto só espera pela gravação da sua.
        atraso = comeco - chegada + (acaba - comeco) * VOTOS_POR_LOTE / por_evento
        minuto = min(minutos - 1, int(chegada // 60))
        fila_no_minuto[minuto] = max(fila_no_minuto[minuto], na_fila)
        atraso_no_minuto[minuto] = max(atraso_no_minuto[minuto], atraso)
        maior_fila, maior_atraso, ultimo = max(maior_fila, na_fila), max(maior_atraso, atraso), max(ultimo, acaba)
        if atraso >= NORMAL:
            em_dia_desde = max(em_dia_desde, acaba)
    pontos = tuple(
        Ponto(
            m * 60.0,
            noite.degraus[min(len(noite.degraus) - 1, int(m * 60 // PASSO))],
            fila_no_minuto[m],
            atraso_no_minuto[m],
        )
        for m in range(minutos)
    )
    referencia = fim_da_falha if falha.duracao else noite.instante_do_pico
    return Simulacao(
        falha=falha,
        trabalhadores=quantos,
        votos_por_evento=por_evento,
        pontos=pontos,
        contados=contados,
        maior_fila=maior_fila,
        maior_atraso=maior_atraso,
        esvaziou_em=em_dia_desde - referencia,
        depois_do_fim=max(0.0, ultimo - noite.segundos),
    )


def _chegadas(noite: Noite, por_evento: float, falha: Falha) -> Iterator[float]:
    """Os instantes em que chega cada lote de `por_evento` votos, em ordem."""
    acumulado = noite.acumulado()
    eventos = max(1, round(noite.total / por_evento))
    ordinais = ((i + 0.5) * acumulado[-1] / eventos for i in range(eventos))
    instantes = (_inverter(acumulado, voto) for voto in ordinais)
    if not falha.publicacao:
        yield from instantes
        return
    fim = falha.inicio + falha.duracao
    atrasados: list[float] = []
    for instante in instantes:
        if falha.inicio <= instante < fim:
            # 503 agora; o telefone volta, com a mesma cédula, espalhado pelo minuto seguinte.
            atrasados.append(fim + (instante - falha.inicio) / falha.duracao * VOLTAR)
            continue
        while atrasados and atrasados[0] <= instante:
            yield atrasados.pop(0)
        yield instante
    yield from atrasados


def _inverter(acumulado: list[float], voto: float) -> float:
    degrau = min(len(acumulado) - 2, bisect_right(acumulado, voto) - 1)
    neste = acumulado[degrau + 1] - acumulado[degrau]
    return (degrau + (voto - acumulado[degrau]) / neste) * PASSO if neste else degrau * PASSO


def trabalhadores_para(plano: Plano, atraso: float) -> int:
    """Quantos bastam, sem falhas, para nenhum voto esperar mais de `atraso` segundos para ser contado.

    Um fluido, e não eventos: o que chega menos o que se drena, degrau a degrau.
    """
    por_trabalhador = plano.medidas.drenados / plano.medidas.trabalhadores
    return _menor(
        1,
        math.ceil(plano.noite.pico / por_trabalhador) + 1,
        lambda n: _maior_espera(plano.noite, n * por_trabalhador) <= atraso,
    )


def _maior_espera(noite: Noite, drena: float) -> float:
    na_fila = maior = 0.0
    for ritmo in noite.degraus:
        na_fila = max(0.0, na_fila + (ritmo - drena) * PASSO)
        maior = max(maior, na_fila / drena)
    return maior


def _menor(de: int, ate: int, serve: Callable[[int], bool]) -> int:
    while de < ate:
        meio = (de + ate) // 2
        if serve(meio):
            ate = meio
        else:
            de = meio + 1
    return de
