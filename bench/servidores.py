"""Sobe e derruba os concorrentes, cada um num grupo de processos seu, e conta o que cada um gravou."""

import os
import signal
import socket
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

from bench.gerador import ENDERECO, Plano, cpu_de, familia, resolver
from bench.pedidos import cabecalho_get, cabecalho_post, corpo_de_voto, ler

RAIZ = Path(__file__).resolve().parent.parent
PROCESSOS = 2
BITS = 4
CEDULA_FICTICIA = "A" * 63  # mesmo tamanho de uma cédula de verdade, para os que não a conferem
PROVA_FICTICIA = resolver(CEDULA_FICTICIA.encode(), BITS).decode()


class ServidorNaoSubiu(Exception):
    pass


def porta_livre() -> int:
    with socket.socket() as tomada:
        tomada.bind((ENDERECO, 0))
        return int(tomada.getsockname()[1])


@contextmanager
def no_ar(comando: list[str], ambiente: dict[str, str], porta: int, registro: Path) -> Iterator[int]:
    """O servidor de pé e parado de trabalhar; entrega o pid. Ao sair: SIGTERM, prazo, e só então SIGKILL do grupo."""
    with registro.open("ab") as saida:
        processo = subprocess.Popen(
            comando,
            cwd=RAIZ,
            env=ambiente,
            stdout=saida,
            stderr=saida,
            stdin=subprocess.DEVNULL,
            start_new_session=True,
        )
    try:
        esperar_resposta(processo, porta, registro)
        esperar_sossego(processo.pid)
        yield processo.pid
    finally:
        processo.terminate()
        try:
            processo.wait(20)
        except subprocess.TimeoutExpired:
            print(f"  não saiu com SIGTERM em 20 s: {comando[:4]}", file=sys.stderr)
        with suppress(ProcessLookupError):
            os.killpg(processo.pid, signal.SIGKILL)
        processo.wait()


def esperar_resposta(processo: "subprocess.Popen[bytes]", porta: int, registro: Path, prazo: float = 60) -> None:
    limite = time.monotonic() + prazo
    while time.monotonic() < limite and processo.poll() is None:
        try:
            ler(porta, "/")
            return
        except OSError:
            time.sleep(0.1)
    raise ServidorNaoSubiu(f"{processo.args!r}\n{registro.read_text()[-2000:]}")


def esperar_sossego(pid: int, prazo: float = 15) -> None:
    """Um processo do servidor responde antes de o outro acabar de subir: espera que ninguém mais gaste CPU."""
    limite, antes, quietos = time.monotonic() + prazo, -1.0, 0
    while time.monotonic() < limite and quietos < 2:
        time.sleep(0.2)
        agora = sum(cpu_de(familia(pid)).values())
        quietos = quietos + 1 if agora - antes <= 0.02 else 0
        antes = agora


@dataclass
class Concorrente:
    """Um servidor e a carga que recebe. `aceito`: o status que confirma um voto."""

    pasta: Path
    chave: str = ""
    rotulo: str = ""
    aceito: str = "303"
    jornada: bool = False
    conexoes_maximas: int = 1_000_000
    """Acima disto o servidor só devolve erros, e não haveria o que comparar."""

    def __post_init__(self) -> None:
        self.pasta.mkdir(parents=True, exist_ok=True)

    @property
    def banco(self) -> Path:
        return self.pasta / "banco.sqlite3"

    def ambiente(self) -> dict[str, str]:
        return {**os.environ, "BANCO": str(self.banco)}

    def preparar(self) -> None:
        """Cria o que o servidor espera encontrar; uma vez por execução."""

    def preparar_rodada(self, segundos: float) -> None:
        """O que se gasta a cada rodada, pronto antes de o servidor subir."""

    def comando(self, porta: int) -> list[str]:
        raise NotImplementedError

    def plano(self, porta: int) -> Plano:
        raise NotImplementedError

    def gravados(self) -> int | None:
        """Votos no banco desde `preparar`; None para quem não grava."""
        return contar(self.banco, "votos")

    @contextmanager
    def no_ar(self) -> Iterator[tuple[int, int]]:
        porta = porta_livre()
        with no_ar(self.comando(porta), self.ambiente(), porta, self.pasta / "servidor.log") as pid:
            yield porta, pid

    def chamar(self, *argumentos: str) -> str:
        """Roda um comando Python até o fim; a saída de erro só aparece se ele falhar."""
        comando = [sys.executable, *argumentos]
        feito = subprocess.run(
            comando, cwd=RAIZ, env=self.ambiente(), capture_output=True, text=True, timeout=900, check=False
        )
        if feito.returncode:
            raise ServidorNaoSubiu(f"{argumentos}: saiu com {feito.returncode}\n{feito.stderr[-2000:]}")
        return feito.stdout


def contar(banco: Path, tabela: str) -> int:
    with closing(sqlite3.connect(banco)) as conexao:
        return int(conexao.execute(f"SELECT count(*) FROM {tabela}").fetchone()[0])


def uvicorn(modulo: str, porta: int) -> list[str]:
    # Sem o que o projeto também dispensa: o teto não pode perder por trabalho que o outro não faz.
    opcoes = ["--loop", "uvloop", "--http", "httptools", "--log-level", "warning"]
    opcoes += ["--no-access-log", "--no-proxy-headers", "--no-server-header"]
    endereco = ["--host", ENDERECO, "--port", str(porta), "--workers", str(PROCESSOS)]
    return [sys.executable, "-m", "uvicorn", f"bench.linha_de_base.{modulo}:aplicacao", *endereco, *opcoes]


class FastAPISQLite(Concorrente):
    def preparar(self) -> None:
        self.chamar("-m", "bench.linha_de_base.fastapi_sqlite")

    def comando(self, porta: int) -> list[str]:
        return uvicorn("fastapi_sqlite", porta)

    def plano(self, porta: int) -> Plano:
        corpo = '{"paredao": 1, "participante": 2}'.ljust(len(corpo_de_voto("2", CEDULA_FICTICIA, PROVA_FICTICIA)))
        cabecalho = cabecalho_post(porta, "/votos/", len(corpo), "application/json")
        return Plano(porta=porta, modo="repete", pedido=cabecalho + corpo)


class DjangoSimples(Concorrente):
    def preparar(self) -> None:
        self.chamar("-m", "bench.linha_de_base.django_simples")

    def comando(self, porta: int) -> list[str]:
        opcoes = f"--interface wsgi --workers {PROCESSOS} --blocking-threads 16 --no-ws --log-level warning".split()
        endereco = ["--host", ENDERECO, "--port", str(porta)]
        return [sys.executable, "-m", "granian", "bench.linha_de_base.django_simples:application", *endereco, *opcoes]

    def plano(self, porta: int) -> Plano:
        return Plano(porta=porta, modo="repete", pedido=voto_ficticio(porta))


def voto_ficticio(porta: int) -> str:
    corpo = corpo_de_voto("2", CEDULA_FICTICIA, PROVA_FICTICIA)
    return cabecalho_post(porta, "/paredoes/1/votar/", len(corpo)) + corpo


def jornada(porta: int, paredao: int, participantes: list[str]) -> Plano:
    return Plano(
        porta=porta,
        modo="jornada",
        pagina=cabecalho_get(porta, f"/paredoes/{paredao}/"),
        cedula=cabecalho_get(porta, f"/paredoes/{paredao}/cedula/"),
        votar=cabecalho_post(porta, f"/paredoes/{paredao}/votar/", "{tamanho}"),
        comprovante=cabecalho_get(porta, "{caminho}"),
        participantes=participantes,
    )


@dataclass
class Tamanhos:
    """Bytes do corpo de cada resposta da jornada, como o projeto a envia a um telefone."""

    pagina: int = 12_000
    cedula: int = 150
    comprovante: int = 8_000


@dataclass
class Teto(Concorrente):
    tamanhos: Tamanhos = field(default_factory=Tamanhos)

    def ambiente(self) -> dict[str, str]:
        return {
            **super().ambiente(),
            "CEDULA_BITS": str(BITS),
            "TAMANHO_PAGINA": str(self.tamanhos.pagina),
            "TAMANHO_CEDULA": str(self.tamanhos.cedula),
            "TAMANHO_COMPROVANTE": str(self.tamanhos.comprovante),
        }

    def comando(self, porta: int) -> list[str]:
        return uvicorn("sem_trabalho", porta)

    def plano(self, porta: int) -> Plano:
        if self.jornada:
            return jornada(porta, 1, ["1", "2", "3"])
        return Plano(porta=porta, modo="repete", pedido=voto_ficticio(porta))

    def gravados(self) -> int | None:
        return None


class VigiaDoWal(threading.Thread):
    """Guarda o maior tamanho do arquivo -wal, olhando a cada 50 ms. Usar com `with`."""

    def __init__(self, banco: Path) -> None:
        super().__init__(daemon=True)
        self.arquivo = Path(f"{banco}-wal")
        self.maior = 0
        self.fim = threading.Event()

    def run(self) -> None:
        while not self.fim.wait(0.05):
            try:
                self.maior = max(self.maior, self.arquivo.stat().st_size)
            except OSError:
                continue

    def __enter__(self) -> "VigiaDoWal":
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.fim.set()
        self.join()
