"""O pulso: de poucos em poucos segundos, cada processo escreve numa linha o que fez no minuto; a sala lê as de todos.

Fica fora do caminho do voto: uma thread própria lê os medidores da memória e escreve uma linha. Se o banco não
responde, guarda o que contou para a próxima, e ninguém que vota sabe disso.
"""

import logging
import os
import secrets
import socket
import threading
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import DatabaseError, InterfaceError, connection, transaction
from django.utils import timezone

from votacao import registro
from votacao.medidores import ATRASOS, CONTADOR, DEMORAS, Medidores, deste_processo
from votacao.models import Pulso
from votacao.recusas import UrnaIndisponivel

INTERVALO = 10.0
"""Segundos entre duas escritas de um processo."""
SILENCIO = 30
"""Segundos sem escrever a partir dos quais um processo é dado por mudo."""
JANELA = 15
"""Minutos que a sala soma e mostra."""
GUARDA = timedelta(days=3)
"""Por quanto tempo as linhas ficam."""
_ESPERA = 1.0
"""Segundos pela vez de escrever; a urna espera até 2,7 e tem de passar à frente."""
_FAXINA = 3600.0
"""Segundos entre duas limpezas do que passou de `GUARDA`."""

registro_de_erros = logging.getLogger("votacao.pulso")


@dataclass(frozen=True, slots=True)
class _Leitura:
    """Os números de um processo desde que nasceu."""

    aceitos: int
    recusas: Counter[str]
    demoras: tuple[int, ...]
    atrasos: tuple[int, ...]


class Batedor:
    """Escreve o pulso deste processo, numa thread, até `parar`."""

    def __init__(
        self,
        pendentes: Callable[[], int],
        papel: Pulso.Papel = Pulso.Papel.SITE,
        medidores: Medidores = deste_processo,
        intervalo: float = INTERVALO,
    ) -> None:
        """`pendentes`: quantos votos esperam ser gravados agora; é chamado da thread do pulso."""
        self.processo = f"{socket.gethostname()[:50]}:{os.getpid()}:{secrets.token_hex(3)}"
        self._papel = papel
        self._pendentes = pendentes
        self._medidores = medidores
        self._intervalo = intervalo
        self._parar = threading.Event()
        self._thread: threading.Thread | None = None
        self._escrito = self._ler()
        self._minuto: datetime | None = None
        self._do_minuto = _nada()
        self._faxina_em = time.monotonic() + secrets.randbelow(int(_FAXINA))

    def iniciar(self) -> None:
        self._thread = threading.Thread(target=self._viver, name="pulso", daemon=True)
        self._thread.start()

    def parar(self, espera: float = 3.0) -> None:
        """Despede-se no banco, se ele responder em `espera` segundos. Pode bloquear até lá."""
        self._parar.set()
        if self._thread is not None:
            self._thread.join(espera)

    def bater(self, agora: datetime, *, saiu: bool = False) -> bool:
        """Escreve o que se fez desde a última escrita; falso se o banco não deixou, e fica para a próxima."""
        lido = self._ler()
        minuto = agora.replace(second=0, microsecond=0)
        do_minuto = self._do_minuto if minuto == self._minuto else _nada()
        do_minuto = _somar(do_minuto, _diferenca(lido, self._escrito))
        valores = {
            "papel": self._papel,
            "visto_em": agora,
            "saiu": saiu,
            "aceitos": do_minuto.aceitos,
            "recusas": dict(do_minuto.recusas),
            "pendentes": max(0, self._pendentes()),
            "demora_ms": _pior(do_minuto.demoras, DEMORAS),
            "atraso_ms": _pior(do_minuto.atrasos, ATRASOS),
        }
        try:
            # No SQLite há um escritor de cada vez: quem dá o pulso espera pouco, e a urna passa à frente.
            with registro.vez_de_escrever(time.monotonic() + _ESPERA, vigiado=False), transaction.atomic():
                _limitar_espera()
                Pulso.objects.bulk_create(
                    [Pulso(processo=self.processo, minuto=minuto, **valores)],
                    update_conflicts=True,
                    update_fields=list(valores),
                    unique_fields=["processo", "minuto"],
                )
        except (DatabaseError, InterfaceError, UrnaIndisponivel) as erro:
            registro_de_erros.warning("pulso não escrito: %s", erro.__cause__ or erro)
            _largar_conexao()
            return False
        self._escrito, self._minuto, self._do_minuto = lido, minuto, do_minuto
        return True

    def _viver(self) -> None:
        try:
            while not self._parar.is_set():
                self._tentar(saiu=False)
                if time.monotonic() >= self._faxina_em:
                    self._faxina_em = time.monotonic() + _FAXINA
                    limpar(timezone.now())
                self._parar.wait(self._intervalo)
            self._tentar(saiu=True)
        finally:
            connection.close()

    def _tentar(self, *, saiu: bool) -> None:
        try:
            self.bater(timezone.now(), saiu=saiu)
        except Exception:
            # O que quer que haja com os números, a votação segue.
            registro_de_erros.exception("pulso: falha inesperada")
            _largar_conexao()

    def _ler(self) -> _Leitura:
        todos = self._medidores.todos()
        return _Leitura(
            aceitos=self._medidores.aceitos,
            recusas=Counter(self._medidores.recusas),
            demoras=_faixas(todos, "demora", DEMORAS),
            atrasos=_faixas(todos, "atraso", ATRASOS),
        )


def limpar(agora: datetime) -> int:
    """Apaga as linhas com mais de `GUARDA`; devolve quantas, e zero se o banco não deixou."""
    try:
        with registro.vez_de_escrever(time.monotonic() + _ESPERA, vigiado=False):
            return Pulso.objects.filter(minuto__lt=agora - GUARDA).delete()[0]
    except (DatabaseError, InterfaceError, UrnaIndisponivel) as erro:
        registro_de_erros.warning("pulsos velhos não apagados: %s", erro.__cause__ or erro)
        _largar_conexao()
        return 0


# --- Para quem acompanha ---------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Processo:
    """Um processo que deu sinal na última `JANELA`."""

    nome: str
    papel: str
    silencio: int
    """Segundos desde o último sinal."""
    saiu: bool
    aceitos: int
    """Na janela."""
    pendentes: int
    """No último sinal."""

    @property
    def mudo(self) -> bool:
        return not self.saiu and self.silencio >= SILENCIO


@dataclass(frozen=True, slots=True)
class Painel:
    """O site inteiro nos últimos minutos, por todos os processos."""

    processos: tuple[Processo, ...]
    recusas: tuple[tuple[str, int], ...]
    """Código da recusa e quantas, da mais comum à menos."""
    aceitos: int
    demora_ms: int
    """Segundo os últimos dois minutos: o limite da pior faixa."""
    atraso_ms: int

    @property
    def vivos(self) -> int:
        return sum(not processo.saiu and not processo.mudo for processo in self.processos)

    @property
    def mudos(self) -> int:
        return sum(processo.mudo for processo in self.processos)

    @property
    def pendentes(self) -> int:
        return sum(p.pendentes for p in self.processos if not p.saiu and not p.mudo)

    @property
    def recusados(self) -> int:
        return sum(quantas for _, quantas in self.recusas)


def painel(agora: datetime) -> Painel:
    """O que os processos escreveram na última `JANELA`. Em uma consulta."""
    linhas = list(Pulso.objects.filter(minuto__gt=agora - timedelta(minutes=JANELA)).order_by("processo", "minuto"))
    recusas: Counter[str] = Counter()
    dos: dict[str, list[Pulso]] = {}
    for linha in linhas:
        recusas.update(linha.recusas)
        dos.setdefault(linha.processo, []).append(linha)
    processos = [_processo(nome, suas, agora) for nome, suas in dos.items()]
    processos.sort(key=lambda processo: (processo.saiu, not processo.mudo, processo.nome))
    recentes = [linha for linha in linhas if linha.visto_em > agora - timedelta(minutes=2)]
    return Painel(
        processos=tuple(processos),
        recusas=tuple(recusas.most_common()),
        aceitos=sum(linha.aceitos for linha in linhas),
        demora_ms=max((linha.demora_ms for linha in recentes), default=0),
        atraso_ms=max((linha.atraso_ms for linha in recentes), default=0),
    )


def na_fila() -> int | None:
    """Votos aceitos que ainda esperam na fila para serem contados; `None` quando não há fila (`BROKER_URL` vazia).

    Sem fila, um voto só é aceito depois de contado. Quem liga a fila responde aqui com o que o banco diz que falta.
    """
    return None


def _processo(nome: str, linhas: Sequence[Pulso], agora: datetime) -> Processo:
    ultima = max(linhas, key=lambda linha: linha.visto_em)
    maquina, pid, _ = nome.rsplit(":", 2)
    return Processo(
        nome=f"{maquina}, processo {pid}",
        papel=ultima.get_papel_display(),
        silencio=max(0, int((agora - ultima.visto_em).total_seconds())),
        saiu=ultima.saiu,
        aceitos=sum(linha.aceitos for linha in linhas),
        pendentes=ultima.pendentes,
    )


# --- Por dentro ------------------------------------------------------------------------------------------------------


def _limitar_espera() -> None:
    if connection.vendor != "sqlite":
        with connection.cursor() as cursor:
            cursor.execute("SELECT set_config('statement_timeout', '2000', true)")


def _largar_conexao() -> None:
    if not connection.in_atomic_block:
        connection.close()


def _faixas(todos: dict[str, float], nome: str, limites: Sequence[float]) -> tuple[int, ...]:
    return tuple(int(todos.get(f"{CONTADOR} {nome}|{i}", 0)) for i in range(len(limites) + 1))


def _nada() -> _Leitura:
    return _Leitura(0, Counter(), (0,) * (len(DEMORAS) + 1), (0,) * (len(ATRASOS) + 1))


def _somar(a: _Leitura, b: _Leitura) -> _Leitura:
    return _Leitura(
        a.aceitos + b.aceitos,
        a.recusas + b.recusas,
        tuple(x + y for x, y in zip(a.demoras, b.demoras, strict=True)),
        tuple(x + y for x, y in zip(a.atrasos, b.atrasos, strict=True)),
    )


def _diferenca(agora: _Leitura, antes: _Leitura) -> _Leitura:
    return _Leitura(
        agora.aceitos - antes.aceitos,
        agora.recusas - antes.recusas,
        tuple(x - y for x, y in zip(agora.demoras, antes.demoras, strict=True)),
        tuple(x - y for x, y in zip(agora.atrasos, antes.atrasos, strict=True)),
    )


def _pior(faixas: Sequence[int], limites: Sequence[float]) -> int:
    """O limite, em milissegundos, da faixa mais alta com algum voto; acima da última, o dobro do último limite."""
    altas = [i for i, quantos in enumerate(faixas) if quantos > 0]
    if not altas:
        return 0
    limite = limites[altas[-1]] if altas[-1] < len(limites) else 2 * limites[-1]
    return max(1, round(limite * 1000))
