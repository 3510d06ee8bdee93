"""O modo fila no banco de provas: votos por segundo publicados no RabbitMQ, e drenados para o PostgreSQL.

Sobre serviços só desta execução. Publica-se sem trabalhadores, para medir só o site; drena-se sem carga, para medir só
os trabalhadores. Ao lado, o mesmo PostgreSQL no modo direto. Cada rodada acaba com a fila vazia e livro = confirmados.
"""

import statistics
import sys
import time
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psycopg

from bench import anotadas
from bench.casa import FILA, Casa
from bench.gerador import Plano, Resultado, cpu_de
from bench.medidas import numero, tabela
from bench.pedidos import cabecalho_post
from bench.servicos import Postgres, RabbitMQ, esperar, faltam
from bench.servidores import PROCESSOS, esperar_sossego

SERVICOS = ("postgres", "rabbitmq")
VAZAO_INICIAL = 30_000
"""Votos/s que se supõem, no mínimo, para emitir cédulas; as rodadas seguintes partem do que se mediu, com folga."""
FOLGA = 1.5
COMECO = 0.1
"""Fração da fila que se deixa drenar antes de medir: os trabalhadores ainda estão a subir."""


@dataclass
class Medida:
    """Uma lista por figura, um valor por rodada; vazões em votos por segundo, CPU em microssegundos por voto."""

    publicados: list[float] = field(default_factory=list)
    p99: list[float] = field(default_factory=list)
    cpu_site: list[float] = field(default_factory=list)
    bytes_por_voto: list[float] = field(default_factory=list)
    drenados: list[float] = field(default_factory=list)
    cpu_trabalhador: list[float] = field(default_factory=list)
    diretos: list[float] = field(default_factory=list)
    p99_direto: list[float] = field(default_factory=list)
    cpu_direto: list[float] = field(default_factory=list)
    confirmados: dict[str, int] = field(default_factory=lambda: {"fila": 0, "direto": 0})
    sem_resposta: dict[str, int] = field(default_factory=lambda: {"fila": 0, "direto": 0})
    gravados: dict[str, int] = field(default_factory=lambda: {"fila": 0, "direto": 0})

    @property
    def confere(self) -> bool:
        """Gravado = confirmado; um pedido sem resposta pode estar de um lado ou do outro."""
        return all(
            0 <= self.gravados[modo] - self.confirmados[modo] <= self.sem_resposta[modo] for modo in self.confirmados
        )


def medir(
    pasta: Path, *, rodadas: int, segundos: float, conexoes: int, disparar: Callable[[Plano], Resultado]
) -> Medida:
    """Levanta `ServicoNaoSubiu` e `ServidorNaoSubiu`. Pergunte antes a `faltam(SERVICOS)`."""
    medida = Medida()
    with Postgres() as postgres, RabbitMQ() as rabbit:
        direto = Casa(postgres, pasta / "modo_direto", "direto")
        fila = Casa(postgres, pasta / "modo_fila", "fila", broker=rabbit.url)
        for casa in (direto, fila):
            casa.preparar()
        vazao = {"direto": float(VAZAO_INICIAL), "fila": float(VAZAO_INICIAL)}
        for rodada in range(1, rodadas + 1):
            dizer(f"modo fila: rodada {rodada} de {rodadas}")
            for nome, casa in (("direto", direto), ("fila", fila)):
                quantas = int(vazao[nome] * (segundos + Plano.aquecimento) * FOLGA) + 1_000
                resultado = votar(casa, quantas, segundos, conexoes, disparar)
                vazao[nome] = max(vazao[nome], resultado.por_segundo)
                medida.confirmados[nome] += resultado.comprovantes
                medida.sem_resposta[nome] += resultado.sem_resposta
                cpu = resultado.cpu_servidor * 1e6 / max(1, resultado.medidos)
                if nome == "direto":
                    medida.diretos.append(resultado.por_segundo)
                    medida.p99_direto.append(resultado.p99)
                    medida.cpu_direto.append(cpu)
                else:
                    medida.publicados.append(resultado.por_segundo)
                    medida.p99.append(resultado.p99)
                    medida.cpu_site.append(cpu)
                    drenar(casa, rabbit, medida)
                medida.gravados[nome] = len(casa.livro())
                relatar(nome, resultado, medida)
        for casa in (direto, fila):
            casa.gerir("conferir")
    return medida


def votar(
    casa: Casa, cedulas: int, segundos: float, conexoes: int, disparar: Callable[[Plano], Resultado]
) -> Resultado:
    corpos = casa.pasta / "corpos.txt"
    corpos.write_text("\n".join(corpo for _, corpo in casa.cedulas(cedulas)))
    with casa.servindo() as (servidor, porta):
        esperar_sossego(servidor.processo.pid)
        pedido = cabecalho_post(porta, f"/paredoes/{casa.paredao}/votar/", "{tamanho}")
        plano = Plano(porta=porta, modo="corpos", pedido=pedido, corpos=str(corpos), conexoes=conexoes)
        plano.segundos, plano.pids = segundos, [servidor.processo.pid]
        resultado = disparar(plano)
    if resultado.segundos < 0.9 * segundos:
        dizer(f"  atenção: as cédulas acabaram em {resultado.segundos:.1f} s")
    return resultado


def drenar(casa: Casa, rabbit: RabbitMQ, medida: Medida) -> None:
    """Liga os trabalhadores sobre a fila cheia e mede do primeiro décimo dos votos ao último."""
    votos = medida.confirmados["fila"] - len(casa.livro())
    medida.bytes_por_voto.append(bytes_na_fila(rabbit) / max(1, votos))
    with ExitStack() as pilha:
        conexao = pilha.enter_context(casa.postgres.conectar(casa.banco))
        antes = contados(conexao)
        trabalhadores = pilha.enter_context(casa.trabalhando(PROCESSOS))
        esperar(lambda: contados(conexao) - antes >= votos * COMECO, "a fila começar a drenar")
        inicio, no_inicio = time.perf_counter(), contados(conexao)
        cpu = sum(cpu_de(trabalhadores.familia()).values())
        # Um pedido sem resposta pode estar na fila: acaba quando ela está vazia, e o ritmo é o dos confirmados.
        esperar(lambda: contados(conexao) - antes >= votos, "a fila drenar", prazo=300)
        passou, drenados = time.perf_counter() - inicio, contados(conexao) - no_inicio
        cpu = sum(cpu_de(trabalhadores.familia()).values()) - cpu
        medida.drenados.append(drenados / passou)
        medida.cpu_trabalhador.append(cpu * 1e6 / max(1, drenados))
        esperar(lambda: rabbit.filas().get(FILA, 0) == 0, "a fila esvaziar")


def bytes_na_fila(rabbit: RabbitMQ) -> int:
    """Soma dos corpos das mensagens, lidas e devolvidas: o RabbitMQ não diz quantos bytes tem uma fila de quórum."""
    total = 0
    with rabbit.conectar() as conexao, conexao.channel() as canal:
        while (mensagem := canal.basic_get(FILA)) is not None:
            total += len(mensagem.body)
    return total


def contados(conexao: "psycopg.Connection[Any]") -> int:
    linha = conexao.execute("SELECT coalesce(sum(votos), 0) FROM votacao_contagem").fetchone()
    assert linha is not None
    return int(linha[0])


def relatorio(medida: Medida) -> str:
    def valor(valores: list[float], casas: int = 0) -> str:
        return numero(statistics.median(valores), casas)

    def extremos(valores: list[float]) -> str:
        return f"{numero(min(valores))} a {numero(max(valores))}"

    def acordo(modo: str) -> str:
        sinal = "=" if medida.gravados[modo] == medida.confirmados[modo] else "≠"
        return f"{numero(medida.gravados[modo])} {sinal} {numero(medida.confirmados[modo])}"

    linhas = [
        [
            "modo fila: votos/s publicados (site → RabbitMQ)",
            f"**{valor(medida.publicados)}**",
            extremos(medida.publicados),
            valor(medida.p99, 1),
            valor(medida.cpu_site, 1),
            "",
        ],
        [
            "modo fila: votos/s drenados (RabbitMQ → PostgreSQL)",
            f"**{valor(medida.drenados)}**",
            extremos(medida.drenados),
            "",
            valor(medida.cpu_trabalhador, 1),
            acordo("fila"),
        ],
        [
            "modo direto: votos/s no PostgreSQL",
            f"**{valor(medida.diretos)}**",
            extremos(medida.diretos),
            valor(medida.p99_direto, 1),
            valor(medida.cpu_direto, 1),
            acordo("direto"),
        ],
    ]
    titulos = ["Além de uma máquina", "votos/s", "mín. a máx.", "p99 ms", "CPU µs/voto", "gravados = confirmados"]
    return (
        f"{tabela(titulos, linhas)}\n\nCada voto ocupa {valor(medida.bytes_por_voto, 1)} B na fila. Publicou-se sem "
        f"trabalhadores e drenou-se sem carga, {PROCESSOS} processos de cada; PostgreSQL, RabbitMQ e o gerador dividem "
        "a máquina com eles. Cada processo publica no máximo uma remessa a cada 20 ms, e cada conexão espera pela sua "
        "resposta: com poucas conexões são elas que limitam o que se publica."
    )


def anotar(medida: Medida, arquivo: Path = anotadas.ARQUIVO) -> None:
    """Em docs/medidas.json, para `manage.py capacidade`."""
    mediana = statistics.median
    anotadas.anotar(
        "fila",
        {
            "publicados_por_segundo": round(mediana(medida.publicados)),
            "drenados_por_segundo": round(mediana(medida.drenados)),
            "bytes_por_voto": round(mediana(medida.bytes_por_voto), 1),
            "trabalhadores": PROCESSOS,
            "processos_do_site": PROCESSOS,
            "cpu_us_por_voto_publicado": round(mediana(medida.cpu_site), 1),
            "cpu_us_por_voto_drenado": round(mediana(medida.cpu_trabalhador), 1),
        },
        arquivo,
    )
    anotadas.anotar(
        "direto_postgres",
        {
            "votos_por_segundo": round(mediana(medida.diretos)),
            "processos": PROCESSOS,
            "cpu_us_por_voto": round(mediana(medida.cpu_direto), 1),
        },
        arquivo,
    )


def relatar(nome: str, resultado: Resultado, medida: Medida) -> None:
    drenados = f"  drenados {numero(medida.drenados[-1])}/s" if nome == "fila" else ""
    dizer(
        f"  {nome:<10}{numero(resultado.por_segundo):>8}/s  p50 {resultado.p50:.1f}  p99 {resultado.p99:.1f} ms  "
        f"{resultado.status} {resultado.erros or ''}{drenados}"
    )


def dizer(frase: str) -> None:
    print(frase, file=sys.stderr, flush=True)


def ausentes() -> list[str]:
    """O que falta na máquina para medir o modo fila."""
    return faltam(SERVICOS)
