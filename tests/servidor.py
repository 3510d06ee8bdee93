"""O site de verdade, noutro processo, sobre o banco dos testes."""

import http.client
import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlencode

from django.conf import settings
from django.db import connection

from votacao.models import Modalidade, Paredao
from votacao.urna import cedula as cedulas

RAIZ = Path(__file__).resolve().parent.parent
BITS = 4


@dataclass
class Servidor:
    porta: int
    processo: "subprocess.Popen[bytes]"
    registro: Path

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.porta}"

    def matar(self) -> None:
        """`kill -9` no grupo inteiro: mestre e trabalhadores."""
        os.killpg(self.processo.pid, signal.SIGKILL)
        self.processo.wait()

    def parar(self) -> None:
        self.processo.send_signal(signal.SIGTERM)
        self.processo.wait(timeout=30)

    def filhos(self) -> list[int]:
        """Os processos que atendem (ou o único)."""
        tarefa = Path(f"/proc/{self.processo.pid}/task/{self.processo.pid}/children")
        filhos = [int(pid) for pid in tarefa.read_text().split()]
        servem = [pid for pid in filhos if b"spawn_main" in _linha_de_comando(pid)]
        return servem or [self.processo.pid]


def _linha_de_comando(pid: int) -> bytes:
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes()
    except FileNotFoundError:
        return b""  # acabou de morrer


def porta_livre() -> int:
    with socket.socket() as tomada:
        tomada.bind(("127.0.0.1", 0))
        return int(tomada.getsockname()[1])


def url_do_banco() -> str:
    banco = connection.settings_dict
    if connection.vendor == "sqlite":
        return f"sqlite:///{banco['NAME']}"
    senha = f":{banco['PASSWORD']}" if banco["PASSWORD"] else ""
    return f"postgres://{banco['USER']}{senha}@{banco['HOST']}:{banco['PORT'] or 5432}/{banco['NAME']}"


@dataclass
class Trabalhador:
    """Um `manage.py trabalhar`: o processo do Celery e os filhos que contam."""

    processo: "subprocess.Popen[bytes]"
    registro: Path

    def filhos(self) -> list[int]:
        tarefa = Path(f"/proc/{self.processo.pid}/task/{self.processo.pid}/children")
        return [int(pid) for pid in tarefa.read_text().split()]

    def matar(self) -> None:
        """`kill -9` no grupo inteiro."""
        os.killpg(self.processo.pid, signal.SIGKILL)
        self.processo.wait()

    def parar(self) -> int:
        self.processo.send_signal(signal.SIGTERM)
        return self.processo.wait(timeout=30)


@contextmanager
def trabalhador(pasta: Path, *, processos: int = 1, **ambiente: str) -> Iterator[Trabalhador]:
    """Não espera que esteja pronto: quem está pronto esvazia a fila."""
    registro = pasta / f"trabalhador-{time.monotonic_ns()}.log"
    with registro.open("wb") as saida:
        processo = subprocess.Popen(
            [sys.executable, "manage.py", "trabalhar", "--processos", str(processos)],
            cwd=RAIZ,
            env=_variaveis(ambiente),
            stdout=saida,
            stderr=subprocess.STDOUT,
            stdin=subprocess.DEVNULL,
            start_new_session=True,
        )
    trabalhando = Trabalhador(processo, registro)
    try:
        yield trabalhando
    finally:
        if processo.poll() is None:
            trabalhando.matar()


def _variaveis(ambiente: dict[str, str]) -> dict[str, str]:
    return {
        **os.environ,
        "DATABASE_URL": url_do_banco(),
        "DEBUG": "False",
        "HTTPS": "False",
        "LIMITES": "False",
        "CEDULA_BITS": str(BITS),
        "SECRET_KEY": settings.SECRET_KEY,
        "MEDIA_ROOT": str(settings.MEDIA_ROOT),
        **ambiente,
    }


@contextmanager
def servidor(pasta: Path, *, processos: int = 1, **ambiente: str) -> Iterator[Servidor]:
    porta = porta_livre()
    registro = pasta / f"servidor-{porta}.log"
    variaveis = _variaveis(ambiente)
    with registro.open("wb") as saida:
        processo = subprocess.Popen(
            [sys.executable, "manage.py", "servir", "--porta", str(porta), "--processos", str(processos)],
            cwd=RAIZ,
            env=variaveis,
            stdout=saida,
            stderr=subprocess.STDOUT,
            stdin=subprocess.DEVNULL,
            start_new_session=True,
        )
    servindo = Servidor(porta, processo, registro)
    try:
        esperar(lambda: _responde(servindo), 60, registro)
        yield servindo
    finally:
        if processo.poll() is None:
            servindo.matar()


def esperar(pronto, segundos: float, registro: Path | None = None) -> None:  # type: ignore[no-untyped-def]
    """Pergunta até a condição valer; falha com o que o servidor escreveu."""
    limite = time.monotonic() + segundos
    while not pronto():
        if time.monotonic() > limite:
            raise AssertionError(
                f"não ficou pronto em {segundos} s: {registro.read_text()[-3000:] if registro else ''}"
            )
        time.sleep(0.05)


def _responde(servindo: Servidor) -> bool:
    if servindo.processo.poll() is not None:
        raise AssertionError(f"o servidor saiu: {servindo.registro.read_text()[-3000:]}")
    try:
        return pedir(servindo.porta, "GET", "/saude/pronta/").status == 200
    except OSError:
        return False


def esperar_paredao(servindo: Servidor, paredao: Paredao, status: int = 200) -> None:
    """Até todos os processos conhecerem o paredão (o catálogo é relido a cada segundo)."""
    time.sleep(1.2)
    esperar(lambda: pedir(servindo.porta, "GET", f"/paredoes/{paredao.pk}/cedula/").status == status, 10)


@dataclass
class Resposta:
    status: int
    cabecalhos: dict[str, str]
    corpo: bytes

    @property
    def json(self) -> dict[str, str]:
        dados: dict[str, str] = json.loads(self.corpo)
        return dados


def pedir(
    porta: int, metodo: str, caminho: str, corpo: bytes | None = None, cabecalhos: dict[str, str] | None = None
) -> Resposta:
    conexao = http.client.HTTPConnection("127.0.0.1", porta, timeout=10)
    try:
        conexao.request(metodo, caminho, corpo, cabecalhos or {})
        resposta = conexao.getresponse()
        return Resposta(resposta.status, {n.lower(): v for n, v in resposta.getheaders()}, resposta.read())
    finally:
        conexao.close()


def emitir(paredao: Paredao, *, ha: float = 0, bits: int = BITS) -> str:
    """Uma cédula assinada como o servidor assina, emitida `ha` segundos atrás."""
    texto, _ = cedulas.emitir(
        paredao=paredao.pk,
        modalidade=Modalidade.TORCIDA,
        bits=bits,
        porta=cedulas.COM_SCRIPT,
        agora=time.time() - ha,
    )
    return texto


def corpo_do_voto(participante: int, cedula: str, bits: int = BITS) -> bytes:
    prova = cedulas.resolver(cedula, bits)
    return urlencode({"participante": participante, "cedula": cedula, "prova": prova}).encode()


FORMULARIO = {"Content-Type": "application/x-www-form-urlencoded"}


def votar(servindo: Servidor, paredao: Paredao, corpo: bytes, **cabecalhos: str) -> Resposta:
    return pedir(servindo.porta, "POST", f"/paredoes/{paredao.pk}/votar/", corpo, {**FORMULARIO, **cabecalhos})
