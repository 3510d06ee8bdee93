"""Das rodadas às medianas, das medianas à tabela e ao desenho."""

import os
import platform
import re
import sqlite3
import statistics
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from html import escape
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from bench.gerador import Resultado

MB = 1_000_000


@dataclass
class Serie:
    """As rodadas de um concorrente. `gravados` é None para quem não grava."""

    chave: str
    rotulo: str
    rodadas: list[Resultado] = field(default_factory=list)
    confirmados: int = 0
    sem_resposta: int = 0
    gravados: int | None = None

    def mediana(self, campo: str) -> float:
        return float(statistics.median(getattr(rodada, campo) for rodada in self.rodadas))

    def extremos(self, campo: str) -> tuple[float, float]:
        valores = [getattr(rodada, campo) for rodada in self.rodadas]
        return min(valores), max(valores)

    def cpu(self, de_quem: str, por: str = "por_segundo") -> float:
        """Microssegundos de CPU por pedido (ou por jornada), mediana."""
        gastos = [
            getattr(rodada, de_quem) * 1e6 / (getattr(rodada, por) * rodada.segundos)
            for rodada in self.rodadas
            if getattr(rodada, por)
        ]
        return statistics.median(gastos) if gastos else 0.0

    @property
    def confere(self) -> bool:
        """Gravado = confirmado. Um pedido cuja resposta se perdeu pode estar de um lado ou do outro."""
        return self.gravados is None or 0 <= self.gravados - self.confirmados <= self.sem_resposta


@dataclass
class Meta:
    """Um alvo da seção 7 do projeto e o que se mediu."""

    nome: str
    alvo: str
    medido: str
    atingida: bool


# --- números em português --------------------------------------------------------------------------------------------


def numero(valor: float, casas: int = 0) -> str:
    return f"{valor:,.{casas}f}".translate(str.maketrans(",.", ".,"))


def razao(cima: float, baixo: float) -> float:
    return cima / baixo if baixo else 0.0


def tabela(titulos: Sequence[str], linhas: Sequence[Sequence[str]]) -> str:
    regua = ["---", *["---:"] * (len(titulos) - 1)]
    return "\n".join("| " + " | ".join(linha) + " |" for linha in [titulos, regua, *linhas])


# --- tabelas ---------------------------------------------------------------------------------------------------------


def tabela_de_votos(series: Sequence[Serie]) -> str:
    por_chave = {serie.chave: serie.mediana("por_segundo") for serie in series}
    linhas = []
    for serie in series:
        vazao, (menor, maior) = serie.mediana("por_segundo"), serie.extremos("por_segundo")
        linhas.append(
            [
                serie.rotulo,
                f"**{numero(vazao)}**",
                f"{numero(menor)} a {numero(maior)}",
                comparacao(vazao, por_chave.get("teto")),
                comparacao(vazao, por_chave.get("django")),
                comparacao(vazao, por_chave.get("fastapi")),
                *(numero(serie.mediana(campo), 1) for campo in ("p50", "p99", "maxima")),
                numero(serie.cpu("cpu_servidor"), 1),
                numero(serie.cpu("cpu_gerador"), 1),
                acordo(serie),
            ]
        )
    titulos = "POST de um voto,votos/s,mín. a máx.,÷ teto,÷ Django,÷ FastAPI,p50 ms,p99 ms,máx. ms"
    return tabela([*titulos.split(","), "CPU µs/voto", "gerador µs/voto", "gravados = confirmados"], linhas)


def tabela_de_jornadas(series: Sequence[Serie]) -> str:
    teto = next((serie.mediana("jornadas_por_segundo") for serie in series if serie.chave == "teto_jornada"), None)
    linhas = []
    for serie in series:
        vazao, (menor, maior) = serie.mediana("jornadas_por_segundo"), serie.extremos("jornadas_por_segundo")
        linhas.append(
            [
                serie.rotulo,
                f"**{numero(vazao)}**",
                f"{numero(menor)} a {numero(maior)}",
                comparacao(vazao, teto),
                numero(serie.mediana("por_segundo")),
                numero(serie.mediana("jornada_p50"), 1),
                numero(serie.mediana("jornada_p99"), 1),
                numero(serie.cpu("cpu_servidor", "jornadas_por_segundo"), 1),
                acordo(serie),
            ]
        )
    titulos = "Página + cédula + voto + comprovante,jornadas/s,mín. a máx.,÷ teto,pedidos/s,p50 ms,p99 ms"
    return tabela([*titulos.split(","), "CPU µs/jornada", "gravados = confirmados"], linhas)


def tabela_de_resultado(series: Sequence[Serie]) -> str:
    linhas = [
        [
            serie.rotulo,
            f"**{numero(serie.mediana('por_segundo'))}**",
            *(numero(serie.mediana(campo), 1) for campo in ("p50", "p99", "maxima")),
            numero(serie.cpu("cpu_servidor"), 1),
        ]
        for serie in series
    ]
    return tabela(["Página de resultado", "páginas/s", "p50 ms", "p99 ms", "máx. ms", "CPU µs/página"], linhas)


def tabela_de_metas(metas: Sequence[Meta]) -> str:
    linhas = [
        [meta.nome, meta.alvo, meta.medido, "atingida" if meta.atingida else "**não atingida**"] for meta in metas
    ]
    return tabela(["Meta (medianas)", "alvo", "medido", ""], linhas)


def comparacao(vazao: float, outra: float | None) -> str:
    return "" if outra is None else numero(razao(vazao, outra), 2 if vazao < 10 * outra else 1)


def acordo(serie: Serie) -> str:
    """Compara os dois números; diz também quantas respostas ruins houve, que não contam como confirmação."""
    if serie.gravados is None:
        return "não grava"
    sinal = "=" if serie.gravados == serie.confirmados else "≠"
    ruins = sum(
        quantos for rodada in serie.rodadas for codigo, quantos in rodada.status.items() if codigo[0] not in "23"
    )
    notas = [f"{numero(ruins)} recusas"] * bool(ruins) + [f"{numero(serie.sem_resposta)} sem resposta"] * bool(
        serie.sem_resposta
    )
    return f"{numero(serie.gravados)} {sinal} {numero(serie.confirmados)}" + (f" ({', '.join(notas)})" if notas else "")


# --- onde se mediu ---------------------------------------------------------------------------------------------------


def fsync_ms(pasta: Path, vezes: int = 50) -> float:
    """Mediana de gravar 4 kB e esperar pelo disco: o preço mínimo de um commit sem agrupamento."""
    tempos = []
    arquivo = pasta / "fsync"
    with arquivo.open("wb", buffering=0) as saida:
        for _ in range(vezes):
            saida.write(b"x" * 4096)
            inicio = time.perf_counter()
            os.fsync(saida.fileno())
            tempos.append(time.perf_counter() - inicio)
    arquivo.unlink()
    return statistics.median(tempos) * 1e3


def ambiente(pasta: Path) -> str:
    """Uma linha: máquina, versões, data e disco."""
    cpu = re.search(r"model name\s*:\s*(.+)", Path("/proc/cpuinfo").read_text())
    pacotes = ["Django", "uvicorn", "uvloop", "httptools", "granian", "fastapi", "SQLAlchemy"]
    partes = [
        f"{cpu[1] if cpu else platform.machine()}, {os.cpu_count()} núcleos",
        f"Linux {platform.release()}",
        f"Python {platform.python_version()}",
        f"SQLite {sqlite3.sqlite_version}",
        *(f"{pacote} {versao(pacote)}" for pacote in pacotes),
        f"fsync de 4 kB: {numero(fsync_ms(pasta), 2)} ms",
        f"{datetime.now():%d/%m/%Y %H:%M}",
    ]
    return "; ".join(partes)


def versao(pacote: str) -> str:
    try:
        return version(pacote)
    except PackageNotFoundError:
        return "ausente"


# --- docs ------------------------------------------------------------------------------------------------------------


def escrever_entre_marcas(pagina: Path, conteudo: str, nome: str = "bench") -> None:
    """Troca o que está entre as marcas; numa página sem marcas, acrescenta-as no fim."""
    antigo = pagina.read_text() if pagina.exists() else "# Desempenho\n"
    inicio, fim = f"<!-- {nome}:inicio -->", f"<!-- {nome}:fim -->"
    antes, achou, resto = antigo.partition(inicio)
    depois = resto.partition(fim)[2] if achou else "\n"
    if not achou:
        antes = antes.rstrip() + "\n\n"
    pagina.parent.mkdir(parents=True, exist_ok=True)
    pagina.write_text(f"{antes}{inicio}\n{conteudo.strip()}\n{fim}{depois}")


def desenho(series: Sequence[Serie], nota: str) -> str:
    """Barras horizontais de votos por segundo, em SVG."""
    largura, esquerda, alto, passo = 800, 280, 30, 48
    maior = max(serie.mediana("por_segundo") for serie in series) or 1.0
    altura = 96 + passo * len(series)
    linhas = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {largura} {altura}" role="img" '
        'font-family="system-ui, sans-serif" font-size="15">',
        "<title>Votos por segundo de cada concorrente</title>",
        f'<rect width="{largura}" height="{altura}" fill="#ffffff"/>',
        '<text x="20" y="34" font-size="19" font-weight="600" fill="#1c1c28">Votos por segundo (mais é melhor)</text>',
    ]
    for ordem, serie in enumerate(series):
        topo, vazao = 56 + passo * ordem, serie.mediana("por_segundo")
        comprimento = max(2.0, (largura - esquerda - 110) * vazao / maior)
        cor, peso = ("#b3256b", 700) if serie.chave == "projeto" else ("#8a93a6", 400)
        meio = topo + alto / 2 + 5
        linhas += [
            f'<text x="{esquerda - 12}" y="{meio}" text-anchor="end" font-weight="{peso}" fill="#1c1c28">'
            f"{escape(serie.rotulo)}</text>",
            f'<rect x="{esquerda}" y="{topo}" width="{comprimento:.1f}" height="{alto}" rx="3" fill="{cor}"/>',
            f'<text x="{esquerda + comprimento + 8:.1f}" y="{meio}" font-weight="{peso}" fill="#1c1c28">'
            f"{numero(vazao)}</text>",
        ]
    linhas += [f'<text x="20" y="{altura - 16}" font-size="12" fill="#565d6d">{escape(nota)}</text>', "</svg>"]
    return "\n".join(linhas) + "\n"
