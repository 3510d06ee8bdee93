"""O robô: um cliente HTTP comum, noutro processo, que tenta votar em massa. `python -m bench.robo` mede o que consegue.

Cada variante vem de origens só suas (127.0.x.y), para que uma não herde os limites da outra, e acaba por prazo ou por
quantidade. `python -m bench.robo` sobe o servidor, lança as variantes uma a uma e imprime a tabela; com `--escrever`, a
põe em `docs/ANTIRROBO.md`. Quem diz o que foi aceito e o que foi marcado é o banco, não o robô.
"""

import argparse
import hashlib
import http.client
import itertools
import json
import os
import platform
import re
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections import Counter, deque
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import asdict, dataclass, field
from datetime import datetime
from pathlib import Path
from urllib.parse import urlencode

from bench.medidas import escrever_entre_marcas, numero, tabela
from bench.projeto import Projeto
from bench.servidores import RAIZ, ServidorNaoSubiu

SERVIDOR = "127.0.0.1"
ORIGENS = 50
"""Endereços de onde se colhem cédulas."""
IDADE_DE_GENTE = 0.4
"""Segundos que o robô paciente deixa uma cédula envelhecer."""
MOTIVOS = {1: "ritmo", 2: "tempo", 3: "cédula alheia", 4: "sem script"}


@dataclass
class Plano:
    """O que uma variante faz: até `segundos` ou `tentativas`, o que vier primeiro. `rede`: o x de 127.0.x.y."""

    variante: str
    porta: int
    paredao: int
    participante: int
    rede: int
    segundos: float = 60.0
    tentativas: int = 1_000_000


@dataclass
class Resultado:
    """O que o robô viu. `recibos` são comprovantes distintos; `recusas`, por código; `cpu` em segundos, do robô."""

    pedidos: int = 0
    cedulas: int = 0
    recibos: int = 0
    recusas: dict[str, int] = field(default_factory=dict)
    segundos: float = 0.0
    cpu: float = 0.0
    origens: int = 1
    """De quantas votou."""


class Cliente:
    """Uma conexão persistente, vinda de uma origem."""

    def __init__(self, robo: "Robo", origem: str) -> None:
        self._robo = robo
        self._conexao = http.client.HTTPConnection(SERVIDOR, robo.plano.porta, 30, source_address=(origem, 0))

    def pedir(self, metodo: str, caminho: str, corpo: str | None = None, **cabecalhos: str) -> tuple[int, bytes, str]:
        """Status, corpo e `Location`."""
        if corpo is not None:
            cabecalhos["Content-Type"] = "application/x-www-form-urlencoded"
        self._robo.feito.pedidos += 1
        self._conexao.request(metodo, caminho, corpo, {"Accept": "application/json", **cabecalhos})
        resposta = self._conexao.getresponse()
        return resposta.status, resposta.read(), resposta.headers.get("Location", "")

    def cedula(self, **cabecalhos: str) -> tuple[str, int] | None:
        """Uma cédula e os bits que ela pede; `None` se recusada."""
        status, corpo, _ = self.pedir("GET", f"/paredoes/{self._robo.plano.paredao}/cedula/", None, **cabecalhos)
        dados = json.loads(corpo)
        if status != 200:
            self._robo.recusado(dados["erro"])
            return None
        self._robo.feito.cedulas += 1
        return dados["cedula"], dados["bits"]

    def cedula_sem_script(self) -> str | None:
        """A do formulário de confirmação, que não pede prova."""
        plano = self._robo.plano
        caminho = f"/paredoes/{plano.paredao}/confirmar/?participante={plano.participante}"
        status, corpo, _ = self.pedir("GET", caminho, None, Accept="text/html")
        achada = re.search(rb'name="cedula" value="([^"]{63})"', corpo)
        if status != 200 or achada is None:
            self._robo.recusado("pedidos_demais" if status == 429 else f"status {status}")
            return None
        self._robo.feito.cedulas += 1
        return achada[1].decode()

    def votar(self, cedula: str, prova: str, **cabecalhos: str) -> None:
        plano = self._robo.plano
        corpo = urlencode({"participante": plano.participante, "cedula": cedula, "prova": prova})
        status, dados, destino = self.pedir("POST", f"/paredoes/{plano.paredao}/votar/", corpo, **cabecalhos)
        if status == 201:
            self._robo.recebido(destino)
        else:
            self._robo.recusado(json.loads(dados)["erro"])


class Robo:
    """Uma variante em curso."""

    def __init__(self, plano: Plano) -> None:
        self.plano = plano
        self.feito = Resultado()
        self._recibos: set[str] = set()
        self._recusas: Counter[str] = Counter()
        self._inicio = time.monotonic()

    def recebido(self, destino: str) -> None:
        self._recibos.add(destino)

    def recusado(self, codigo: str) -> None:
        self._recusas[codigo] += 1

    def atacar(self) -> Resultado:
        VARIANTES[self.plano.variante].fazer(self)
        self.feito.recibos = len(self._recibos)
        self.feito.recusas = dict(self._recusas.most_common())
        self.feito.segundos = time.monotonic() - self._inicio
        self.feito.cpu = time.process_time()
        return self.feito

    def vezes(self, parte: float = 1.0) -> Iterator[int]:
        """Enquanto houver tentativas e tempo; `parte`, do prazo."""
        for vez in range(self.plano.tentativas):
            if time.monotonic() - self._inicio >= self.plano.segundos * parte:
                return
            yield vez

    def cliente(self, ultimo: int = 1) -> Cliente:
        return Cliente(self, f"127.0.{self.plano.rede}.{ultimo}")


def resolver(cedula: str, bits: int) -> str:
    """A prova, por tentativa: o mesmo que o telefone faz, no processador do robô."""
    if not bits:
        return ""
    base = hashlib.sha256(f"{cedula}.".encode())
    for tentativa in itertools.count():
        copia = base.copy()
        copia.update(b"%d" % tentativa)
        if int.from_bytes(copia.digest()[:4], "big") >> (32 - bits) == 0:
            return str(tentativa)
    raise AssertionError


# --- As variantes -----------------------------------------------------------------------------------------------------


def sem_prova(robo: Robo) -> None:
    cliente = robo.cliente()
    for _ in robo.vezes():
        if (recebida := cliente.cedula()) is not None:
            cliente.votar(recebida[0], "")


def com_prova(robo: Robo) -> None:
    cliente = robo.cliente()
    for _ in robo.vezes():
        if (recebida := cliente.cedula()) is not None:
            cliente.votar(recebida[0], resolver(*recebida))


def paciente(robo: Robo) -> None:
    """Como `com_prova`, sabendo dos sinais: só gasta cédulas com idade de gente, e enquanto espera resolve outras."""
    cliente = robo.cliente()
    prontas: deque[tuple[float, str, str]] = deque()
    for _ in robo.vezes():
        emitida = time.monotonic()
        if (recebida := cliente.cedula()) is not None:
            prontas.append((emitida, recebida[0], resolver(*recebida)))
        while prontas and time.monotonic() - prontas[0][0] > IDADE_DE_GENTE:
            _, cedula, prova = prontas.popleft()
            cliente.votar(cedula, prova)
    for _, cedula, prova in prontas:
        cliente.votar(cedula, prova)


def repetindo(robo: Robo) -> None:
    """Uma cédula só, com prova boa, mandada sem parar."""
    cliente = robo.cliente()
    recebida = cliente.cedula()
    assert recebida is not None
    prova = resolver(*recebida)
    for _ in robo.vezes():
        cliente.votar(recebida[0], prova)


def cabecalhos_forjados(robo: Robo) -> None:
    """Como `com_prova`, dizendo-se a cada pedido outra pessoa, noutro lugar, noutro aparelho."""
    cliente = robo.cliente()
    for vez in robo.vezes():
        outro = f"{vez % 223 + 1}.{vez // 223 % 256}.{vez % 251}.{vez % 241 + 1}"
        forjados = {
            "X-Forwarded-For": outro,
            "X-Real-IP": outro,
            "Forwarded": f"for={outro}",
            "CF-Connecting-IP": outro,
            "True-Client-IP": outro,
            "User-Agent": f"Mozilla/5.0 (Linux; Android {vez % 9 + 6}) Chrome/{vez % 60 + 80}.0.0.0 Mobile",
        }
        if (recebida := cliente.cedula(**forjados)) is not None:
            cliente.votar(recebida[0], resolver(*recebida), **forjados)


def colheita(robo: Robo) -> None:
    """Colhe de 50 origens durante três quartos do prazo, já resolvendo, e gasta tudo de uma."""
    clientes = itertools.cycle([robo.cliente(ultimo) for ultimo in range(2, 2 + ORIGENS)])
    prontas: list[tuple[str, str]] = []
    for _ in robo.vezes(0.75):
        if (recebida := next(clientes).cedula()) is not None:
            prontas.append((recebida[0], resolver(*recebida)))
    gasta = robo.cliente()
    for cedula, prova in prontas:
        gasta.votar(cedula, prova)


def espalhado(robo: Robo) -> None:
    """De 50 origens, cada uma gastando o que pediu: o que uma rede de máquinas alheias faz."""
    robo.feito.origens = ORIGENS
    clientes = itertools.cycle([robo.cliente(ultimo) for ultimo in range(2, 2 + ORIGENS)])
    for _ in robo.vezes():
        cliente = next(clientes)
        if (recebida := cliente.cedula()) is not None:
            cliente.votar(recebida[0], resolver(*recebida))


def sem_script(robo: Robo) -> None:
    cliente = robo.cliente()
    for _ in robo.vezes():
        if (cedula := cliente.cedula_sem_script()) is not None:
            cliente.votar(cedula, "")


@dataclass(frozen=True)
class Variante:
    rotulo: str
    fazer: Callable[[Robo], None]


VARIANTES = {
    "sem_prova": Variante("sem fazer a prova", sem_prova),
    "com_prova": Variante("com a prova, um núcleo", com_prova),
    "paciente": Variante("com a prova, sem pressa, um núcleo", paciente),
    "repetindo": Variante("uma cédula repetida", repetindo),
    "cabecalhos_forjados": Variante("com a prova, cabeçalhos forjados", cabecalhos_forjados),
    "colheita": Variante(f"cédulas de {ORIGENS} origens, gastas de uma", colheita),
    "espalhado": Variante(f"{ORIGENS} origens, cada uma com as suas", espalhado),
    "sem_script": Variante("pela porta sem JavaScript", sem_script),
}


# --- Lançar e medir ---------------------------------------------------------------------------------------------------


def lancar(plano: Plano) -> Resultado:
    """Roda uma variante num processo próprio, até o fim."""
    feito = subprocess.run(
        [sys.executable, "-m", "bench.robo", "--plano"],
        cwd=RAIZ,
        input=json.dumps(asdict(plano)),
        stdout=subprocess.PIPE,
        text=True,
        timeout=plano.segundos * 2 + 120,
        check=True,
    )
    return Resultado(**json.loads(feito.stdout))


class Alvo(Projeto):
    """Este projeto com tudo o que defende a urna ligado, como sai da caixa, num processo: os limites contam exatos."""

    def ambiente(self) -> dict[str, str]:
        return super().ambiente() | {"CEDULA_BITS": "16"}

    def comando(self, porta: int) -> list[str]:
        return [sys.executable, "manage.py", "servir", "--porta", str(porta), "--processos", "1"]

    def por_suspeita(self) -> Counter[int]:
        """Votos no livro deste paredão, por suspeita."""
        with closing(sqlite3.connect(self.banco)) as conexao:
            return Counter(
                dict(
                    conexao.execute(
                        "SELECT suspeita, sum(quantidade) FROM votacao_lote WHERE paredao_id = ? GROUP BY suspeita",
                        [self.paredao],
                    )
                )
            )


def linha_da_tabela(variante: Variante, feito: Resultado, votos: Counter[int]) -> list[str]:
    """`votos`: os que a variante pôs no livro, por suspeita."""
    aceitos = votos.total()
    motivos = [f"{nome}: {numero(votos[codigo])}" for codigo, nome in MOTIVOS.items() if votos[codigo]]
    limpos = numero(votos[0])
    recusas = [f"{codigo}: {numero(vezes)}" for codigo, vezes in feito.recusas.items()]
    return [
        variante.rotulo,
        numero(feito.pedidos),
        numero(feito.cedulas),
        numero(aceitos),
        limpos,
        "; ".join(motivos) or "–",
        "; ".join(recusas) or "–",
        numero(aceitos / feito.segundos / feito.origens, 2),
        f"{numero(1000 * feito.cpu / aceitos, 1)} ms" if aceitos else "–",
    ]


TITULOS = [
    "Robô",
    "pedidos",
    "cédulas",
    "aceitos",
    "sem suspeita",
    "marcados, por motivo",
    "recusados, por código",
    "votos/s por origem",
    "CPU do robô por voto",
]


def medir(opcoes: argparse.Namespace) -> str:
    """A tabela, em Markdown."""
    linhas = []
    with tempfile.TemporaryDirectory(prefix="robo-", ignore_cleanup_errors=True) as pasta:
        alvo = Alvo(Path(pasta) / "alvo", "robo")
        dizer("preparando: migrate, carregar_demo")
        alvo.preparar()
        with alvo.no_ar() as (porta, _):
            for rede, nome in enumerate(opcoes.so, start=10):
                dizer(f"{nome}: até {opcoes.segundos:.0f} s")
                antes = alvo.por_suspeita()
                plano = Plano(nome, porta, alvo.paredao, int(alvo.participantes[0]), rede, opcoes.segundos)
                feito = lancar(plano)
                votos = alvo.por_suspeita()
                votos.subtract(antes)
                if votos.total() != feito.recibos:
                    raise ServidorNaoSubiu(f"{nome}: {feito.recibos} comprovantes e {votos.total()} votos no livro")
                linhas.append(linha_da_tabela(VARIANTES[nome], feito, votos))
                dizer("  " + " | ".join(linhas[-1][1:]))
        if not alvo.conferir():
            raise ServidorNaoSubiu("a recontagem não confere")
    cpu = re.search(r"model name\s*:\s*(.+)", Path("/proc/cpuinfo").read_text())
    onde = (
        f"{cpu[1] if cpu else platform.machine()}, {os.cpu_count()} núcleos divididos entre robô e servidor; Python "
        f"{platform.python_version()}; {datetime.now():%d/%m/%Y %H:%M}. {opcoes.segundos:.0f} s por variante, prova de "
        "16 bits, um processo de servidor, limites como saem da caixa."
    )
    return f"{onde}\n\n{tabela(TITULOS, linhas)}"


def dizer(frase: str) -> None:
    print(frase, file=sys.stderr, flush=True)


def main() -> int:
    leitor = argparse.ArgumentParser(prog="python -m bench.robo", description=__doc__)
    leitor.add_argument("--segundos", type=float, default=75.0, help="de cada variante")
    leitor.add_argument("--so", nargs="+", choices=VARIANTES, default=list(VARIANTES), help="só estas variantes")
    leitor.add_argument("--escrever", action="store_true", help="põe a tabela em docs/ANTIRROBO.md")
    leitor.add_argument("--plano", action="store_true", help=argparse.SUPPRESS)
    opcoes = leitor.parse_args()
    if opcoes.plano:
        print(json.dumps(asdict(Robo(Plano(**json.load(sys.stdin))).atacar())))
        return 0
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # para que o servidor também seja derrubado
    try:
        relatorio = medir(opcoes)
    except ServidorNaoSubiu as erro:
        dizer(f"a prova parou: {erro}")
        return 2
    print(relatorio)
    if opcoes.escrever:
        escrever_entre_marcas(RAIZ / "docs" / "ANTIRROBO.md", relatorio, "robo")
    return 0


if __name__ == "__main__":
    sys.exit(main())
