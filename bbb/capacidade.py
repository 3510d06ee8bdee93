"""Quanta máquina pede uma noite de recorde: conta feita com o que o banco de provas mediu, e simulação da fila.

Três passos: `ler` confere as medidas, `planejar` faz as contas (cada suposição tem nome e aparece na saída), `simular`
passa a noite por uma fila com servidores, evento a evento, com e sem falhas. Nada aqui usa o banco nem a rede.
"""

import heapq
import json
import math
import random
from bisect import bisect_right
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

KB, MB, GB, TB = 10**3, 10**6, 10**9, 10**12
MEDIR = "make bench"
"""O comando que escreve as medidas."""

# --- Suposições: o que nenhuma medida desta máquina diz. Cada uma sai impressa com o plano. ---------------------------

USO_DO_WEB = 0.6
"""Fração da CPU de um processo web em que ele deve trabalhar no pico: a carga nunca se divide por igual entre pods."""
USO_DO_TRABALHADOR = 0.8
"""O mesmo para quem drena a fila: a sobra de um quinto é o que esvazia o que se juntou numa falha."""
JORNADA = 3.1
"""Custo de uma jornada (página, cédula, voto, comprovante) sobre o do voto só, quando a medida não traz jornadas:
27.098 votos/s ÷ 8.848 jornadas/s na tabela de docs/DESEMPENHO.md."""
PROCESSOS_POR_POD = 2
"""Web e trabalhador: dois processos por pod, dois núcleos pedidos."""
MEMORIA_WEB_MIB = 192
"""MiB por processo web; medido no ensaio da imagem (tests/test_imagem.py imprime), com folga."""
MEMORIA_TRABALHADOR_MIB = 160
WAL_POR_BYTE = 2.5
"""Bytes de WAL por byte de livro, se a medida não traz: linha, chave e páginas inteiras depois de um checkpoint."""
PARTE_DO_BANCO = 0.5
"""Da CPU gasta para drenar um voto, quanto foi do banco e não do trabalhador, se não foi medido."""
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
EVENTOS_MAXIMOS = 600_000
"""Da simulação: com mais votos, cada evento é um lote maior."""


class MedidaFaltando(Exception):
    """As medidas não existem ou não servem; a mensagem diz qual, e com que comando se escrevem."""


class NoiteImpossivel(Exception):
    """O pico, o total e as horas não cabem numa curva só; a mensagem diz por quê."""


# --- As medidas -------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Medidas:
    """O que se mediu numa máquina, por segundo e em bytes."""

    publicados: float
    """Votos/s aceitos pelo servidor em modo de fila."""
    drenados: float
    """Votos/s que os trabalhadores, juntos, passam da fila ao PostgreSQL."""
    bytes_na_fila: float
    trabalhadores: int
    votos_web: float
    jornadas_web: float | None
    processos_web: int
    """Os do servidor sem fila."""
    processos_publicando: int
    """Os do servidor em modo de fila."""
    parte_do_banco: float
    """Da CPU de drenar um voto, a fração que não foi dos trabalhadores: banco e broker."""
    parte_medida: bool
    bytes_no_livro: float
    wal_por_voto: float
    wal_medido: bool
    nucleos: int
    maquina: str

    @property
    def jornada(self) -> float:
        return self.votos_web / self.jornadas_web if self.jornadas_web else JORNADA


def ler(arquivo: Path) -> Medidas:
    """Levanta `MedidaFaltando`."""
    try:
        dados = json.loads(arquivo.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise MedidaFaltando(f"{arquivo} não existe. Escreva-o com: {MEDIR}") from None
    except (OSError, ValueError) as erro:
        raise MedidaFaltando(f"{arquivo} não se lê ({erro}). Escreva-o de novo com: {MEDIR}") from None

    def numero(secao: str, nome: str, *, obrigatorio: bool = True) -> float | None:
        bruto = dados.get(secao, {}).get(nome) if isinstance(dados, dict) else None
        if bruto is None and not obrigatorio:
            return None
        if isinstance(bruto, bool) or not isinstance(bruto, int | float) or not math.isfinite(bruto) or bruto <= 0:
            raise MedidaFaltando(
                f"{arquivo}: {secao}.{nome} falta ou não é um número acima de zero. Meça de novo com: {MEDIR}"
            )
        return float(bruto)

    def certo(secao: str, nome: str) -> float:
        valor = numero(secao, nome)
        assert valor is not None  # noqa: S101 (obrigatório: `numero` já teria levantado)
        return valor

    livro = certo("livro", "bytes_por_voto_postgres")
    wal = numero("livro", "wal_por_voto_postgres", obrigatorio=False)
    maquina = dados.get("maquina", {})
    nucleos = numero("maquina", "nucleos", obrigatorio=False) or 2
    drenados = certo("fila", "drenados_por_segundo")
    processos_web = certo("web", "processos")
    # Microssegundos de CPU dos trabalhadores por voto: o resto da máquina, nesse tempo, foi do banco e do broker.
    cpu_drenar = numero("fila", "cpu_us_por_voto_drenado", obrigatorio=False)
    parte = 1 - cpu_drenar * drenados / 1e6 / nucleos if cpu_drenar else PARTE_DO_BANCO
    return Medidas(
        publicados=certo("fila", "publicados_por_segundo"),
        drenados=drenados,
        bytes_na_fila=certo("fila", "bytes_por_voto"),
        trabalhadores=int(certo("fila", "trabalhadores")),
        votos_web=certo("web", "votos_por_segundo"),
        jornadas_web=numero("web", "jornadas_por_segundo", obrigatorio=False),
        processos_web=int(processos_web),
        processos_publicando=int(numero("fila", "processos_do_site", obrigatorio=False) or processos_web),
        parte_do_banco=min(0.9, max(0.1, parte)),
        parte_medida=cpu_drenar is not None,
        bytes_no_livro=livro,
        wal_por_voto=wal or livro * WAL_POR_BYTE,
        wal_medido=wal is not None,
        nucleos=int(nucleos),
        maquina=_descrever(maquina),
    )


def _descrever(maquina: object) -> str:
    if isinstance(maquina, str):
        return maquina
    if isinstance(maquina, Mapping):
        return "; ".join(f"{nome}: {valor}" for nome, valor in maquina.items())
    return "não diz qual"


# --- A curva da noite -------------------------------------------------------------------------------------------------

LARGURA_DO_PICO = 20 * 60.0
"""Segundos (desvio) da corrida final: o programa ao vivo, com o apresentador pedindo votos."""
DO_PICO_AO_FIM = 30 * 60.0
"""Segundos entre o pico e o encerramento."""
BALANCO_DO_DIA = 0.6
"""Quanto a hora nobre de cada dia fica acima da média, e a madrugada abaixo."""
DIA = 24 * 3600.0
PASSO = 10.0
"""Segundos de cada degrau da curva."""


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


# --- O plano ----------------------------------------------------------------------------------------------------------


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


# --- A simulação ------------------------------------------------------------------------------------------------------


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
        atraso = acaba - chegada
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


# --- Como se mostra ---------------------------------------------------------------------------------------------------


def decimal(valor: float, casas: int = 0) -> str:
    """Como se escreve em português: 1.532.944.337,5."""
    texto = f"{valor:,.{casas}f}"
    return texto.replace(",", " ").replace(".", ",").replace(" ", ".")


def tamanho(bytes_: float) -> str:
    for unidade, nome in ((TB, "TB"), (GB, "GB"), (MB, "MB"), (KB, "kB")):
        if bytes_ >= unidade:
            return f"{decimal(bytes_ / unidade, 1)} {nome}"
    return f"{decimal(bytes_)} B"


def duracao(segundos: float) -> str:
    if segundos < 60:
        return f"{decimal(segundos, 1)} s"
    if segundos < 3600:
        return f"{decimal(segundos / 60, 1)} min"
    return f"{decimal(segundos / 3600, 1)} h"


def tabela(cabecalho: list[str], linhas: list[list[str]]) -> str:
    """Em Markdown, com as colunas alinhadas para se ler também no terminal."""
    larguras = [max(len(linha[i]) for linha in [cabecalho, *linhas]) for i in range(len(cabecalho))]

    def escrever(linha: list[str]) -> str:
        return "| " + " | ".join(celula.ljust(largura) for celula, largura in zip(linha, larguras, strict=True)) + " |"

    return "\n".join(
        [escrever(cabecalho), "|" + "|".join("-" * (n + 2) for n in larguras) + "|", *map(escrever, linhas)]
    )


def relatorio(plano: Plano, simulacoes: list[Simulacao]) -> str:
    """O texto que o comando imprime e que `docs/ESCALA.md` mostra."""
    noite, medidas = plano.noite, plano.medidas
    partes = [
        f"Noite: {decimal(noite.total)} votos em {decimal(noite.segundos / 3600)} h "
        f"(média de {decimal(noite.media)}/s), pico de {decimal(noite.pico)}/s, {decimal(noite.pico / noite.media, 1)} vezes a média.",
        f"Máquina medida: {medidas.maquina}.",
        "### O que se mediu (e com quê se faz a conta)\n\n"
        + tabela(
            ["Medida", "Valor", "Por processo"],
            [
                [
                    "publicados, modo de fila",
                    f"{decimal(medidas.publicados)} votos/s",
                    f"{decimal(medidas.publicados / medidas.processos_publicando)} votos/s",
                ],
                [
                    "drenados para o PostgreSQL",
                    f"{decimal(medidas.drenados)} votos/s",
                    f"{decimal(medidas.drenados / medidas.trabalhadores)} votos/s",
                ],
                [
                    "web sem fila",
                    f"{decimal(medidas.votos_web)} votos/s",
                    f"{decimal(medidas.votos_web / medidas.processos_web)} votos/s",
                ],
                ["jornada ÷ voto", f"{decimal(medidas.jornada, 1)}", "medida" if medidas.jornadas_web else "suposta"],
                ["na fila", f"{decimal(medidas.bytes_na_fila, 1)} B/voto", ""],
                ["no livro (PostgreSQL)", f"{decimal(medidas.bytes_no_livro, 1)} B/voto", ""],
                [
                    "WAL do PostgreSQL",
                    f"{decimal(medidas.wal_por_voto, 1)} B/voto",
                    "medido" if medidas.wal_medido else "suposto",
                ],
            ],
        ),
        "### O que a noite pede (extrapolado)\n\n"
        + tabela(
            ["Peça", "Quanto", "Por quê"],
            [
                [
                    "web",
                    f"{plano.pods_web_minimo} a {plano.pods_web} pods de {PROCESSOS_POR_POD} processos",
                    f"{plano.processos_web} processos a {decimal(USO_DO_WEB * 100)} % no pico; o mínimo leva a média",
                ],
                [
                    "cada pod web",
                    f"{plano.cpu_web} CPU, {plano.memoria_web_mib} MiB",
                    "um núcleo por processo, como na medida",
                ],
                [
                    "trabalhadores",
                    f"{plano.pods_trabalhadores_minimo} a {plano.pods_trabalhadores} pods de {PROCESSOS_POR_POD} "
                    "processos",
                    f"drenam {decimal(plano.drena)} votos/s; {decimal(USO_DO_TRABALHADOR * 100)} % no pico",
                ],
                [
                    "cada pod trabalhador",
                    f"{PROCESSOS_POR_POD} CPU, {plano.memoria_trabalhador_mib} MiB",
                    "como na medida",
                ],
                [
                    "broker: ritmo",
                    f"{decimal(plano.transacoes_por_segundo)} mensagens/s, {tamanho(plano.fila_bytes_por_segundo)}/s",
                    f"lotes de {VOTOS_POR_LOTE}; cada byte vai aos {COPIAS_DA_FILA} nós",
                ],
                [
                    "broker: cada nó",
                    f"{plano.fila_cpu} CPU, {tamanho(plano.fila_memoria)} de RAM, {tamanho(plano.fila_disco)} de disco",
                    f"guarda {decimal(plano.represado)} votos se o banco parar {decimal(INDISPONIVEL)} s no pico",
                ],
                [
                    "banco: livro",
                    f"{tamanho(plano.banco_livro)}, disco de {tamanho(plano.banco_disco)}",
                    f"em cada uma das {COPIAS_DO_BANCO} cópias",
                ],
                [
                    "banco: WAL no pico",
                    f"{tamanho(plano.banco_wal_por_segundo)}/s, disco de {tamanho(plano.banco_disco_do_wal)}",
                    "15 minutos ao ritmo do pico, em dobro",
                ],
                [
                    "banco: escrita",
                    f"{decimal(plano.banco_iops)} IOPS, {decimal(plano.transacoes_por_segundo)} transações/s",
                    "um fsync por lote, o WAL e as páginas do livro",
                ],
                [
                    "banco: máquina",
                    f"{plano.banco_cpu} CPU, {tamanho(plano.banco_memoria)} de RAM, {plano.banco_conexoes} conexões",
                    f"o índice dos últimos {VALIDADE_DA_CEDULA // 60} min em shared_buffers, um quarto da RAM",
                ],
            ],
        ),
        "### A fila, simulada\n\n"
        + f"{simulacoes[0].trabalhadores} processos trabalhadores; cada evento é um lote de "
        + f"{decimal(simulacoes[0].votos_por_evento)} votos; {decimal(len(simulacoes))} noites.\n\n"
        + tabela(
            ["Noite", "Maior fila", "Maior atraso", "Em dia depois de", "Contados após o fim"],
            [
                [
                    simulacao.falha.nome,
                    f"{decimal(simulacao.maior_fila)} votos",
                    duracao(simulacao.maior_atraso),
                    duracao(simulacao.esvaziou_em),
                    duracao(simulacao.depois_do_fim),
                ]
                for simulacao in simulacoes
            ],
        ),
        "### Se a contagem puder atrasar\n\n"
        + tabela(
            ["Espera máxima de um voto, sem falhas", "Processos trabalhadores"],
            [[duracao(espera), decimal(trabalhadores_para(plano, espera))] for espera in (0.0, 60.0, 600.0, 3600.0)],
        ),
        "### Suposições\n\n" + "\n".join(f"- {linha}" for linha in suposicoes(medidas)),
    ]
    return "\n\n".join(partes) + "\n"


def suposicoes(medidas: Medidas) -> list[str]:
    """O que não foi medido e entra na conta."""
    return [
        "Mais processos e mais máquinas rendem em proporção ao medido. É a suposição maior: um banco só tem um disco "
        "de WAL e umas poucas linhas de contagem por hora, e acima de alguma taxa deixa de ser verdade.",
        f"Curva: dia de {decimal(BALANCO_DO_DIA * 100)} % acima e abaixo da média e, {decimal(DO_PICO_AO_FIM / 60)} "
        f"min antes do fim, um sino de {decimal(LARGURA_DO_PICO / 60)} min de desvio até o pico.",
        f"Cada voto traz uma jornada inteira ao servidor, sem CDN: {decimal(medidas.jornada, 1)} vezes o seu custo.",
        f"Uso no pico: web {decimal(USO_DO_WEB * 100)} %, trabalhadores {decimal(USO_DO_TRABALHADOR * 100)} %.",
        f"Lotes de {VOTOS_POR_LOTE} votos no pico, e um por transação.",
        f"Da CPU de drenar um voto, {decimal(medidas.parte_do_banco * 100)} % é do banco e do broker "
        f"({'o que não foi dos trabalhadores, medidos' if medidas.parte_medida else 'suposto'}). Na máquina medida "
        f"tudo divide os mesmos {medidas.nucleos} núcleos, o gerador de carga também: em máquinas separadas cada parte "
        "rende mais do que aqui se conta.",
        *(
            []
            if medidas.wal_medido
            else [f"WAL: {decimal(WAL_POR_BYTE, 1)} bytes por byte de livro, com checkpoints espaçados."]
        ),
        f"Memória de um processo: {MEMORIA_WEB_MIB} MiB no web e {MEMORIA_TRABALHADOR_MIB} MiB no trabalhador.",
        "Só torcida: a chave do voto único é ao acaso por natureza, e mexe no índice inteiro, e não no fim dele.",
    ]
