"""Vida e prontidão de um processo, para quem cuida deles. Sem cookie, sem dados, sem cache.

**Viva**: o laço deste processo responde. Não pergunta nada a ninguém: reiniciar não conserta um banco parado.

**Pronta**: mandem-lhe público. O que isso exige depende de para onde vai um voto:

- sem `BROKER_URL`, o voto vai ao banco: sem banco, 503;
- com `BROKER_URL`, o voto vai à fila: sem RabbitMQ, 503. Um banco fora do ar **não** tira o pod: ele continua a receber
  votos e a servir as páginas que tem na memória, e a fila guarda os votos até o banco voltar;
- sempre: as tabelas em dia (confirmado uma vez, vale até o fim do processo) e o relógio certo, porque é ele que diz se
  um voto chegou antes do encerramento. Sem banco não se mede o relógio: vale a última medida;
- depois de SIGTERM, 503: termina o que aceitou, e o público vai para os outros.

Cada parte é conferida a cada `CADA` segundos por uma thread só dela; quem pergunta lê o que ela viu, e nunca espera.
Uma parte que não dá notícia há mais de `VALE` segundos (um banco que aceita a conexão e cala) está fora do ar.
"""

import json
import logging
import threading
import time
from collections.abc import Callable
from typing import Any, Final, NamedTuple

from django.conf import settings
from django.db import connection
from django.http import HttpRequest, HttpResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from bbb import tabelas
from bbb.metricas import Pagina
from votacao import medidores

CADA: Final = 2.0
"""Segundos entre duas conferências de uma parte."""
VALE: Final = 6.0
"""Segundos que vale o que uma conferência viu."""
ESPERA: Final = 2.0
"""Segundos que o `runserver` (ou outro WSGI) espera por todas as partes, que ali se conferem na hora."""
DESVIO_MAXIMO: Final = 2.0
"""Segundos que o relógio desta máquina pode estar longe do relógio do banco."""
JSON = "application/json; charset=utf-8"
registro_de_erros = logging.getLogger("bbb.saude")


class Visto(NamedTuple):
    """O que uma conferência viu."""

    em_ordem: bool
    diz: str
    quando: float
    """Relógio monotônico."""


class Parte:
    """Algo de que o processo depende."""

    def __init__(self, nome: str, conferir: Callable[[], str], *, fica: bool = False) -> None:
        """`conferir` diz como está, e levanta se está mal. `fica`: o que já esteve em ordem não se perde porque não se
        consegue perguntar de novo (só um `ForaDeOrdem` o desmente)."""
        self.nome = nome
        self._conferir = conferir
        self._fica = fica
        self._visto: Visto | None = None
        self._em_curso = threading.Lock()

    def ver(self) -> Visto:
        visto = self._visto
        if visto is None:
            return Visto(False, "ainda não se sabe", time.monotonic())
        idade = time.monotonic() - visto.quando
        if idade > VALE and not (self._fica and visto.em_ordem):
            return Visto(False, f"não dá notícia há {idade:.0f} s", visto.quando)
        return visto

    def conferir(self) -> None:
        """Confere agora. Nunca levanta; se outra thread já está nisso, não faz nada."""
        if not self._em_curso.acquire(blocking=False):
            return
        try:
            self._visto = self._olhar()
        finally:
            self._em_curso.release()

    def _olhar(self) -> Visto:
        anterior = self._visto
        try:
            visto = Visto(True, self._conferir(), time.monotonic())
        except ForaDeOrdem as erro:
            visto = Visto(False, str(erro), time.monotonic())
        except Exception as erro:
            if self._fica and anterior is not None and anterior.em_ordem:
                return anterior
            # O nome do erro, e não o texto: a resposta é pública, e no texto há endereços e usuários.
            visto = Visto(False, f"não responde ({type(erro).__name__})", time.monotonic())
        if anterior is not None and anterior.em_ordem != visto.em_ordem:
            registro_de_erros.warning("%s: %s", self.nome, visto.diz)
        return visto


class ForaDeOrdem(Exception):
    """Respondeu, e o que disse está errado."""


# --- As partes --------------------------------------------------------------------------------------------------------


def _banco() -> str:
    inicio = time.monotonic()
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
            cursor.fetchone()
    except Exception:
        medidores.deste_processo.marcar("banco_responde", 0, todos_veem=True)
        connection.close()
        raise
    levou = time.monotonic() - inicio
    medidores.deste_processo.marcar("banco_responde", 1, todos_veem=True)
    medidores.deste_processo.marcar("banco_segundos", levou, todos_veem=True)
    return f"responde em {levou * 1000:.0f} ms"


_tabelas_em_dia = False


def _tabelas() -> str:
    """Perguntar custa ler todas as migrações: em dia uma vez, em dia até o fim do processo."""
    global _tabelas_em_dia
    if not _tabelas_em_dia:
        try:
            faltam = tabelas.faltam()
        except Exception:
            connection.close()
            raise
        if faltam:
            raise ForaDeOrdem(f"faltam {faltam} migrações: rode manage.py migrate")
        _tabelas_em_dia = True
    return "em dia"


def _relogio() -> str:
    if connection.vendor == "sqlite":
        return "o mesmo do banco"
    try:
        with connection.cursor() as cursor:
            # A ida e volta é incerteza: só o que passa dela é desvio.
            antes = time.time()
            cursor.execute("SELECT extract(epoch FROM clock_timestamp())")
            (do_banco,) = cursor.fetchone()
            depois = time.time()
    except Exception:
        connection.close()
        raise
    desvio = float(do_banco) - (antes + depois) / 2
    medidores.deste_processo.marcar("relogio_desvio", desvio, todos_veem=True)
    return conferir_desvio(desvio, incerteza=(depois - antes) / 2)


def conferir_desvio(desvio: float, incerteza: float) -> str:
    """Segundos. Levanta `ForaDeOrdem` se o relógio está longe demais do do banco."""
    if abs(desvio) - incerteza > DESVIO_MAXIMO:
        raise ForaDeOrdem(f"a {abs(desvio):.1f} s do relógio do banco; o limite são {DESVIO_MAXIMO:.0f} s")
    return f"a {abs(desvio) * 1000:.0f} ms do relógio do banco"


_canal: Any = None


def _broker() -> str:
    """Uma ida e volta num canal que fica aberto: abrir uma conexão por conferência cansaria o RabbitMQ."""
    global _canal
    from kombu import Connection  # só com fila: o `make demo` não a instala

    assert settings.BROKER is not None  # noqa: S101 (`conferidas` só pede esta parte com fila)
    try:
        if _canal is None:
            conexao = Connection(settings.BROKER.url, connect_timeout=ESPERA, heartbeat=0)
            conexao.ensure_connection(max_retries=1, timeout=ESPERA)
            _canal = conexao.channel()
        inicio = time.monotonic()
        _canal.basic_qos(0, 1, False)
    except Exception:
        _canal = None
        medidores.deste_processo.marcar("broker_responde", 0, todos_veem=True)
        raise
    medidores.deste_processo.marcar("broker_responde", 1, todos_veem=True)
    return f"responde em {(time.monotonic() - inicio) * 1000:.0f} ms"


PARTES = {
    "banco": Parte("banco", _banco),
    "tabelas": Parte("tabelas", _tabelas, fica=True),
    "relogio": Parte("relogio", _relogio, fica=True),
    "fila": Parte("fila", _broker),
}


def com_fila() -> bool:
    return settings.BROKER is not None


def exigidas() -> tuple[str, ...]:
    """As partes sem as quais este processo não recebe público."""
    return ("fila", "tabelas", "relogio") if com_fila() else ("banco", "tabelas", "relogio")


def conferidas() -> tuple[str, ...]:
    return ("banco", *exigidas()) if com_fila() else exigidas()


# --- Quem confere -----------------------------------------------------------------------------------------------------

_parando = threading.Event()


def acompanhar() -> None:
    """Põe uma thread por parte a conferir, até `parar`; daqui em diante `pronta` só lê."""
    _parando.clear()
    for nome in conferidas():
        threading.Thread(target=_repetir, args=(PARTES[nome],), name=f"saude-{nome}", daemon=True).start()


def _repetir(parte: Parte) -> None:
    try:
        while not _parando.is_set():
            parte.conferir()
            _parando.wait(CADA)
    finally:
        connection.close()


def parando() -> bool:
    return _parando.is_set()


def parar() -> None:
    """O processo vai acabar: deixa de estar pronto."""
    _parando.set()


# --- As respostas -----------------------------------------------------------------------------------------------------


def viva() -> Pagina:
    return Pagina(200, JSON, b'{"viva": true}')


def pronta() -> Pagina:
    """Cada parte em palavras; 503 se falta uma das exigidas."""
    vistas = {nome: PARTES[nome].ver() for nome in conferidas()}
    esta = not _parando.is_set() and all(vistas[nome].em_ordem for nome in exigidas())
    dados: dict[str, Any] = {
        "pronta": esta,
        "votos": "fila" if com_fila() else "banco",
        "partes": {
            nome: {"em_ordem": visto.em_ordem, "exigida": nome in exigidas(), "diz": visto.diz}
            for nome, visto in vistas.items()
        },
    }
    if _parando.is_set():
        dados["parando"] = True
    return Pagina(200 if esta else 503, JSON, json.dumps(dados, ensure_ascii=False).encode())


# --- Para o runserver e outros servidores WSGI ------------------------------------------------------------------------


@require_safe
@never_cache
def ver_viva(request: HttpRequest) -> HttpResponse:
    return _em_http(viva())


@require_safe
@never_cache
def ver_pronta(request: HttpRequest) -> HttpResponse:
    """Sem threads que acompanhem, confere na hora: em threads à parte, por no máximo `ESPERA` segundos."""
    limite = time.monotonic() + ESPERA
    threads = [threading.Thread(target=_conferir_e_fechar, args=(PARTES[n],), daemon=True) for n in conferidas()]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(max(0.0, limite - time.monotonic()))
    return _em_http(pronta())


def _conferir_e_fechar(parte: Parte) -> None:
    try:
        parte.conferir()
    finally:
        connection.close()


def _em_http(resposta: Pagina) -> HttpResponse:
    return HttpResponse(resposta.corpo, status=resposta.status, content_type=resposta.tipo)
