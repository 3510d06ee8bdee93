"""O que a noite pede, em contas: tudo é proporcional ao que se mediu, e cada suposição tem nome aqui."""

import math
from dataclasses import dataclass

from bbb.capacidade.medidas import Medidas
from bbb.capacidade.noite import Noite
from bbb.capacidade.texto import GB

# --- Suposições: o que nenhuma medida desta máquina diz. Cada uma sai impressa com o plano. ---------------------------

USO_DO_WEB = 0.6
"""Fração da CPU de um processo web em que ele deve trabalhar no pico: a carga nunca se divide por igual entre pods."""
USO_DO_TRABALHADOR = 0.8
"""O mesmo para quem drena a fila: a sobra de um quinto é o que esvazia o que se juntou numa falha."""
PROCESSOS_POR_POD = 2
"""Web e trabalhador: dois processos por pod, dois núcleos pedidos."""
MEMORIA_WEB_MIB = 192
"""MiB por processo web; medido no ensaio da imagem (tests/test_imagem.py imprime), com folga."""
MEMORIA_TRABALHADOR_MIB = 160
COPIAS_DA_FILA = 3
COPIAS_DO_BANCO = 3
INDISPONIVEL = 120.0
"""Segundos de banco fora, no pico, que a noite tem de aguentar."""
FOLGA_DE_DISCO = 2.0
VALIDADE_DA_CEDULA = 15 * 60
"""Segundos: o que foi votado neste tempo é a parte do índice em que o `ON CONFLICT` mexe, e tem de estar na memória."""
PAGINA = 8192
VOTOS_POR_LOTE = 500
"""Votos numa mensagem no pico; um lote nunca passa de 2.000 (`votacao.urna.grupo.LOTE_MAXIMO`)."""
CONEXOES_POR_PROCESSO_WEB = 10
"""As 8 threads do Django (`bbb.asgi.THREADS`), o catálogo e a leitura de comprovantes."""


@dataclass(frozen=True, slots=True)
class Plano:
    """O que a noite pede. Bytes em unidades decimais, salvo onde diz MiB; CPU em núcleos como os da máquina medida."""

    noite: Noite
    medidas: Medidas
    processos_web: int
    pods_web: int
    pods_web_minimo: int
    processos_trabalhadores: int
    pods_trabalhadores: int
    pods_trabalhadores_minimo: int
    drena: float
    """Votos/s que os trabalhadores do plano passam ao banco."""
    fila_bytes_por_segundo: float
    fila_disco: float
    fila_memoria: float
    fila_cpu: int
    represado: float
    """Votos que se juntam na fila com o banco fora por `INDISPONIVEL` no pico."""
    banco_livro: float
    banco_disco: float
    banco_disco_do_wal: float
    banco_wal_por_segundo: float
    banco_iops: float
    banco_memoria: float
    banco_cpu: int
    banco_conexoes: int
    transacoes_por_segundo: float

    @property
    def cpu_web(self) -> int:
        return PROCESSOS_POR_POD

    @property
    def memoria_web_mib(self) -> int:
        return PROCESSOS_POR_POD * MEMORIA_WEB_MIB

    @property
    def memoria_trabalhador_mib(self) -> int:
        return PROCESSOS_POR_POD * MEMORIA_TRABALHADOR_MIB


def planejar(medidas: Medidas, noite: Noite) -> Plano:
    """Contas só, sem simulação. Tudo é proporcional ao que se mediu: nenhum ganho por máquina maior é suposto."""
    # Um voto pelo web em modo de fila, e o resto da jornada (página, cédula, comprovante) como o medido sem fila.
    por_jornada = medidas.processos_publicando / medidas.publicados
    por_jornada += (medidas.jornada - 1) * medidas.processos_web / medidas.votos_web
    processos_web = math.ceil(noite.pico * por_jornada / USO_DO_WEB)
    pods_web = max(2, math.ceil(processos_web / PROCESSOS_POR_POD))
    minimo_web = max(2, math.ceil(noite.media * por_jornada / USO_DO_WEB / PROCESSOS_POR_POD))

    por_trabalhador = medidas.drenados / medidas.trabalhadores
    trabalhadores = math.ceil(noite.pico / por_trabalhador / USO_DO_TRABALHADOR)
    pods_trabalhadores = max(2, math.ceil(trabalhadores / PROCESSOS_POR_POD))
    minimo_trabalhadores = max(2, math.ceil(noite.media / por_trabalhador / USO_DO_TRABALHADOR / PROCESSOS_POR_POD))

    represado = noite.pico * INDISPONIVEL
    entra = noite.pico * medidas.bytes_na_fila
    livro = noite.total * medidas.bytes_no_livro
    wal = noite.pico * medidas.wal_por_voto
    transacoes = noite.pico / VOTOS_POR_LOTE
    quente = min(noite.total, noite.pico * VALIDADE_DA_CEDULA) * medidas.bytes_no_livro
    cpu_por_voto = medidas.nucleos / medidas.drenados
    return Plano(
        noite=noite,
        medidas=medidas,
        processos_web=processos_web,
        pods_web=pods_web,
        pods_web_minimo=min(minimo_web, pods_web),
        processos_trabalhadores=trabalhadores,
        pods_trabalhadores=pods_trabalhadores,
        pods_trabalhadores_minimo=min(minimo_trabalhadores, pods_trabalhadores),
        drena=pods_trabalhadores * PROCESSOS_POR_POD * por_trabalhador,
        fila_bytes_por_segundo=entra,
        fila_disco=max(10 * GB, represado * medidas.bytes_na_fila * FOLGA_DE_DISCO * 2),
        # A fila quórum tem em memória o índice e o fim do registro; o corpo das mensagens fica em disco.
        fila_memoria=max(2 * GB, entra * 60),
        fila_cpu=max(2, math.ceil(noite.pico / medidas.publicados * medidas.nucleos / 4)),
        represado=represado,
        banco_livro=livro,
        banco_disco=max(10 * GB, livro * FOLGA_DE_DISCO),
        banco_disco_do_wal=max(10 * GB, wal * 15 * 60 * FOLGA_DE_DISCO),
        banco_wal_por_segundo=wal,
        # Um fsync por transação, mais a escrita do WAL e, ao ritmo médio, a das páginas pelo checkpoint.
        banco_iops=transacoes + wal / (16 * PAGINA) + noite.pico * medidas.bytes_no_livro / PAGINA,
        banco_memoria=max(4 * GB, quente * 4),
        banco_cpu=max(2, math.ceil(noite.pico * cpu_por_voto * medidas.parte_do_banco / USO_DO_TRABALHADOR)),
        banco_conexoes=pods_web * PROCESSOS_POR_POD * CONEXOES_POR_PROCESSO_WEB
        + pods_trabalhadores * PROCESSOS_POR_POD
        + 40,
        transacoes_por_segundo=transacoes,
    )
