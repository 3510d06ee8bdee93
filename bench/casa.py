"""A casa inteira sobre os serviços privados: servidor de verdade, trabalhadores de verdade, e quem vota sem parar.

Serve às faltas (`bench.faltas`) e à medida do modo fila (`bench.modo_fila`): nenhum dos dois importa o projeto, que é
subido pelos comandos que ele mesmo documenta.
"""

import base64
import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections import Counter, deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from http.client import HTTPConnection, HTTPException
from itertools import cycle
from pathlib import Path
from uuid import UUID

from bench.gerador import ENDERECO, familia
from bench.projeto import ALHEIAS, resolver_lote
from bench.servicos import Postgres, esperar
from bench.servidores import BITS, PROCESSOS, RAIZ, ServidorNaoSubiu, porta_livre

FILA = "votos"
MORTOS = "votos.mortos"
MODELO = "modelo"
"""O banco migrado e semeado de que os outros são cópia: copiar leva um décimo de segundo, migrar leva cinco."""
TEMPORADA = """
from datetime import timedelta
from django.utils import timezone
from inscricoes.models import Edicao
from votacao.models import Opcao, Paredao, Participante
edicao, _ = Edicao.objects.get_or_create(nome="BBB 24", ano=2024)
paredao = Paredao.objects.create(edicao=edicao, titulo="Paredão", abre_em=timezone.now() - timedelta(hours=1))
for ordem, nome in enumerate(("Ana", "Bia", "Caio")):
    quem = Participante.objects.create(edicao=edicao, nome=f"{nome} da Silva", nome_curto=nome)
    Opcao.objects.create(paredao=paredao, participante=quem, ordem=ordem)
"""
"""Um paredão aberto, e mais nada: a temporada de demonstração traz votos, e aqui conta-se tudo o que há."""
PAUSA = 0.004
"""Segundos entre o fim de um voto e o começo do seguinte, por votante: a carga é modesta de propósito."""


@dataclass
class Processo:
    """Um comando do projeto no ar, num grupo de processos seu."""

    argumentos: list[str]
    ambiente: dict[str, str]
    registro: Path
    processo: "subprocess.Popen[bytes]" = field(init=False)

    def comecar(self) -> None:
        with self.registro.open("ab") as saida:
            self.processo = subprocess.Popen(
                [sys.executable, "manage.py", *self.argumentos],
                cwd=RAIZ,
                env=self.ambiente,
                stdout=saida,
                stderr=saida,
                stdin=subprocess.DEVNULL,
                start_new_session=True,
            )

    def familia(self) -> list[int]:
        """O processo e os seus descendentes vivos; vazio se ele acabou."""
        return [] if self.processo.poll() is not None else familia(self.processo.pid)

    def garantir(self) -> None:
        """Quem os supervisiona em produção põe outro no lugar do que morreu."""
        if self.processo.poll() is not None:
            self.comecar()

    def parar(self, prazo: float = 40) -> None:
        """SIGTERM e espera; depois do prazo, SIGKILL no grupo."""
        descendentes = self.familia()
        if self.processo.poll() is None:
            self.processo.terminate()
            try:
                self.processo.wait(prazo)
            except subprocess.TimeoutExpired:
                print(f"  não saiu com SIGTERM em {prazo:.0f} s: {self.argumentos}", file=sys.stderr)
        with suppress(ProcessLookupError):
            os.killpg(self.processo.pid, signal.SIGKILL)
        # Quem fez um grupo só seu não morre com o pai.
        for pid in descendentes:
            if _e_do_projeto(pid):
                with suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)
        self.processo.wait()

    def fim_do_registro(self) -> str:
        return self.registro.read_text(errors="replace")[-3000:]


def _e_do_projeto(pid: int) -> bool:
    """O número pode já ser de outro: só se mata o que ainda é um Python desta pasta."""
    try:
        return Path(f"/proc/{pid}/cwd").resolve() == RAIZ and b"python" in Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:
        return False


@dataclass
class Casa:
    """Um banco só seu num PostgreSQL privado; com `broker`, modo fila."""

    postgres: Postgres
    pasta: Path
    banco: str
    broker: str = ""
    cache: str = ""
    limites: bool = False
    paredao: int = 0
    participantes: list[str] = field(default_factory=list)

    def ambiente(self) -> dict[str, str]:
        return {
            **{nome: valor for nome, valor in os.environ.items() if nome not in ALHEIAS},
            "ALLOWED_HOSTS": ENDERECO,
            "BROKER_URL": self.broker,
            "CACHE_URL": self.cache,
            "CEDULA_BITS": str(BITS),
            "DATABASE_URL": self.postgres.url(self.banco),
            "DEBUG": "False",
            "HTTPS": "False",
            "LIMITES": str(self.limites),
            "MEDIA_ROOT": str(self.pasta / "midia"),
            "SECRET_KEY": "so-para-medir-" * 4,
        }

    def gerir(self, *argumentos: str, certo: bool = True) -> "subprocess.CompletedProcess[str]":
        """Um comando até o fim. Levanta `ServidorNaoSubiu` se sai com erro e `certo` é pedido."""
        feito = subprocess.run(
            [sys.executable, "manage.py", *argumentos],
            cwd=RAIZ,
            env=self.ambiente(),
            capture_output=True,
            text=True,
            timeout=900,
            check=False,
        )
        if certo and feito.returncode:
            raise ServidorNaoSubiu(f"{argumentos}: saiu com {feito.returncode}\n{feito.stdout}{feito.stderr[-3000:]}")
        return feito

    def preparar(self) -> None:
        """Banco novo, copiado do modelo, que se faz na primeira vez; e o número do paredão aberto."""
        self.pasta.mkdir(parents=True, exist_ok=True)
        with self.postgres.conectar("postgres") as conexao:
            ha = conexao.execute("SELECT 1 FROM pg_database WHERE datname = %s", [MODELO]).fetchone()
        if ha is None:
            modelo = Casa(self.postgres, self.pasta, MODELO)
            self.postgres.criar_banco(MODELO)
            modelo.gerir("migrate", "-v", "0")
            modelo.gerir("shell", "-c", TEMPORADA)
        self.postgres.criar_banco(self.banco, MODELO)
        with self.postgres.conectar(self.banco) as conexao:
            linha = conexao.execute(
                "SELECT id FROM votacao_paredao WHERE abre_em <= %(agora)s"
                " AND (fecha_em IS NULL OR fecha_em > %(agora)s) ORDER BY id LIMIT 1",
                {"agora": datetime.now(UTC)},
            ).fetchone()
            if linha is None:
                raise ServidorNaoSubiu("não há paredão aberto")
            self.paredao = int(linha[0])
            escolhas = conexao.execute(
                "SELECT participante_id FROM votacao_opcao WHERE paredao_id = %s ORDER BY 1", [self.paredao]
            )
            self.participantes = [str(quem) for (quem,) in escolhas]

    def cedulas(self, quantas: int) -> "deque[tuple[str, str]]":
        """Pares (chave do voto, corpo do pedido), com cédulas que o próprio projeto assinou."""
        cedulas = self.gerir("emitir_cedulas", str(self.paredao), "--quantidade", str(quantas)).stdout.split()
        corpos = resolver_lote(list(zip(cycle(self.participantes), cedulas, strict=False)))
        return deque(zip(map(chave_da_cedula, cedulas), corpos, strict=True))

    @contextmanager
    def servindo(
        self, processos: int = PROCESSOS, enquanto_sobe: Callable[[], object] = bool
    ) -> Iterator[tuple[Processo, int]]:
        """O servidor com todos os processos a atender."""
        porta = porta_livre()
        argumentos = ["servir", "--porta", str(porta), "--processos", str(processos)]
        servidor = Processo(argumentos, self.ambiente(), self.pasta / "servidor.log")
        servidor.comecar()
        try:
            enquanto_sobe()
            esperar(
                lambda: escutam(porta) == processos and _pronto(porta, self.paredao),
                "servidor",
                registro=servidor.registro,
            )
            yield servidor, porta
        finally:
            servidor.parar()

    @contextmanager
    def trabalhando(self, processos: int = PROCESSOS) -> Iterator[Processo]:
        """Os trabalhadores no ar. Não espera por eles: a fila guarda o que chega antes."""
        argumentos = ["trabalhar", "--processos", str(processos)]
        trabalhadores = Processo(argumentos, self.ambiente(), self.pasta / "trabalhadores.log")
        trabalhadores.comecar()
        try:
            yield trabalhadores
        finally:
            trabalhadores.parar()

    def livro(self) -> set[str]:
        """As chaves de todos os votos que estão no livro."""
        with self.postgres.conectar(self.banco) as conexao:
            return {linha[0].hex for linha in conexao.execute("SELECT id FROM votacao_voto")}

    def contados(self) -> int:
        """A soma das contagens."""
        with self.postgres.conectar(self.banco) as conexao:
            linha = conexao.execute("SELECT coalesce(sum(votos), 0) FROM votacao_contagem").fetchone()
        assert linha is not None
        return int(linha[0])

    def por_contar(self) -> int:
        """Votos que o site declarou ter posto na fila e que nenhum trabalhador deu por tratados (`pendencias`)."""
        with self.postgres.conectar(self.banco) as conexao:
            linha = conexao.execute(
                "SELECT coalesce(sum(s.votos - coalesce((SELECT sum(r.votos) FROM votacao_remessa r"
                " WHERE r.serie = s.id AND r.numero <= s.ate), 0)), 0) FROM votacao_serie s"
                " WHERE s.desistida_em IS NULL"
            ).fetchone()
        assert linha is not None
        return int(linha[0])


def chave_da_cedula(texto: str) -> str:
    """O identificador do voto, que é também o código do comprovante: vai às claras dentro da cédula assinada."""
    return UUID(bytes=base64.urlsafe_b64decode(texto + "=")[1:17]).hex


def escutam(porta: int) -> int:
    """Quantos processos escutam na porta: no nosso servidor, cada um abre o seu soquete quando está pronto."""
    linhas = (linha.split() for linha in Path("/proc/net/tcp").read_text().splitlines()[1:])
    return sum(campos[3] == "0A" and int(campos[1].partition(":")[2], 16) == porta for campos in linhas)


def _pronto(porta: int, paredao: int) -> bool:
    conexao = HTTPConnection(ENDERECO, porta, timeout=5)
    try:
        conexao.request("GET", f"/paredoes/{paredao}/cedula/")
        return conexao.getresponse().status == 200
    except (OSError, HTTPException):
        return False
    finally:
        conexao.close()


class Votantes:
    """Quem vota sem parar, cada um da sua origem, e insiste na mesma cédula depois de um 503 ou de uma queda.

    Só o 201 é uma resposta que vale: `respondidos`. Em `incertos` ficam os votos que ouviram 503 ou cuja conexão caiu e
    que, até o fim, não ouviram 201: o livro pode tê-los ou não.
    """

    def __init__(
        self, porta: int, paredao: int, cedulas: "deque[tuple[str, str]]", quantos: int = 16, pausa: float = PAUSA
    ) -> None:
        self.respondidos: set[str] = set()
        self.incertos: set[str] = set()
        self.recusas = 0
        self.quedas = 0
        self.outros: Counter[int] = Counter()
        self.trocados: list[tuple[str, str]] = []
        """Comprovantes que não são o da cédula enviada."""
        self.maior = 0.0
        """Segundos da resposta que mais demorou, qualquer que seja."""
        self.parar = threading.Event()
        self._alvo = (porta, f"/paredoes/{paredao}/votar/")
        self._cedulas = cedulas
        self._pausa = pausa
        self._trinco = threading.Lock()
        self._threads = [threading.Thread(target=self._votar, args=(n,), daemon=True) for n in range(quantos)]
        for thread in self._threads:
            thread.start()

    def terminar(self) -> None:
        """Para todos, e espera pela resposta que cada um ainda tem por ouvir."""
        self.parar.set()
        for thread in self._threads:
            thread.join()
        self.incertos -= self.respondidos

    def _votar(self, numero: int) -> None:
        porta, _ = self._alvo
        origem = (f"127.0.{20 + numero // 200}.{1 + numero % 200}", 0)
        conexao = HTTPConnection(ENDERECO, porta, timeout=15, source_address=origem)
        while not self.parar.is_set():
            try:
                chave, corpo = self._cedulas.popleft()
            except IndexError:
                break
            while not self._pedir(conexao, chave, corpo) and not self.parar.wait(0.1):
                pass
            self.parar.wait(self._pausa)
        conexao.close()

    def _pedir(self, conexao: HTTPConnection, chave: str, corpo: str) -> bool:
        """Diz se acabou: se não há por que insistir na mesma cédula."""
        cabecalhos = {"Content-Type": "application/x-www-form-urlencoded", "Accept": "application/json"}
        inicio = time.monotonic()
        try:
            if conexao.sock is None:
                conexao.connect()
            conexao.request("POST", self._alvo[1], corpo, cabecalhos)
            resposta = conexao.getresponse()
            texto = resposta.read()
        except (OSError, HTTPException):
            conexao.close()
            with self._trinco:
                self.quedas += 1
                self.incertos.add(chave)
            return False
        with self._trinco:
            self.maior = max(self.maior, time.monotonic() - inicio)
            if resposta.status == 503:
                self.recusas += 1
                self.incertos.add(chave)
                return False
            if resposta.status != 201:
                self.outros[resposta.status] += 1
                return True
            codigo = json.loads(texto)["comprovante"]
            if codigo != chave:
                self.trocados.append((chave, codigo))
            self.respondidos.add(chave)
            return True
