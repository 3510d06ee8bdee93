"""Quanto cada origem pediu no último minuto: na memória do processo e, com `CACHE_URL`, somado ao dos outros processos.

**Janela.** O ritmo de uma origem são os pedidos do minuto corrente mais a parte do anterior que ainda está nos últimos
60 segundos. Não há virada em que tudo recomece do zero, e quem mantém um ritmo acima do limite fica acima dele.

**Memória.** Uma `Conta` por origem e minuto; só existem as deste minuto e as do anterior. Quem para de pedir é
esquecido em menos de dois minutos.

**Entre processos.** Cada um conta na hora, na sua memória, e decide com ela e com a última soma que conhece: nenhum
voto espera pelo Redis. Uma thread manda, a cada `INTERVALO`, o que cresceu, e recebe de volta o total. Só vai o que
passou de uma parcela (1/50 do menor limite), e dessas se relê o total a cada volta: a origem de quem vota em casa nunca
sai do processo. No Redis, a chave é um resumo com chave do dia, e some em `EXPIRA` segundos.

**Quanto se passa do limite.** Com P processos, uma origem consegue além do limite, no máximo, o que os outros P - 1
aceitam dela num `INTERVALO` (e na ida e volta ao Redis) mais uma parcela de cada um. E nunca mais do que P vezes o
limite, que é o que valeria sem Redis nenhum. Se o Redis cai, cada processo segue com a sua própria conta.

Corrida: o laço de eventos e as threads do Django somam sem tranca. Perder-se-ia, no pior caso, um pedido na conta de um
limite; nenhum voto depende disso.
"""

import hashlib
import logging
import threading
import time
from functools import lru_cache
from typing import Any, Final

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from limits import parse
from limits.errors import StorageError
from limits.storage import RedisStorage
from redis.backoff import NoBackoff
from redis.retry import Retry

VOTO, CEDULA, CONFIRMACAO, RAPIDO, ALHEIA, SEM_SCRIPT = range(6)
"""O que se conta de cada origem: pedidos de voto, cédula e confirmação; votos rápidos, de cédula alheia, sem script."""
QUANTAS: Final = 6
JANELA: Final = 60
"""Segundos."""
MAXIMO: Final = 50_000
"""Origens por minuto na memória (uns 30 MB). Além disso, esquece-se tudo: quem tem tantas não é parado por limites."""
INTERVALO: Final = 0.2
"""Segundos entre duas idas ao Redis."""
ESPERA: Final = 1.0
"""Segundos até tentar de novo um Redis que falhou."""
EXPIRA: Final = 150
"""Segundos de vida de uma conta no Redis: a janela, a anterior, e folga entre relógios."""
POR_VEZ: Final = 1_000
"""Contas mandadas de cada vez: uns 20 ms de trabalho."""
OPCOES_DO_REDIS: Final[dict[str, Any]] = {
    "socket_connect_timeout": 0.5,
    "socket_timeout": 0.5,
    "retry": Retry(NoBackoff(), 0),  # quem tenta de novo é a volta seguinte
}

registro_de_avisos = logging.getLogger("votacao.urna")


@lru_cache(maxsize=64)
def por_minuto(regra: str) -> int:
    """Quantos por minuto diz uma regra como `600/minute` (a notação da biblioteca `limits`)."""
    item = parse(regra)
    if item.get_expiry() != JANELA:
        raise ImproperlyConfigured(f"{regra!r}: os limites por origem são por minuto; escreva como 600/minute.")
    return item.amount


@lru_cache(maxsize=2)
def _chave_da_etiqueta(segredo: str) -> bytes:
    return hashlib.blake2b(segredo.encode(), digest_size=32, person=b"bbb.etiqueta").digest()


@lru_cache(maxsize=4)
def _chave_do_dia(segredo: str, dia: int) -> bytes:
    return hashlib.blake2b(b"%s %d" % (segredo.encode(), dia), digest_size=32, person=b"bbb.limite").digest()


def etiqueta(origem: str) -> bytes:
    """Três bytes que dizem ao servidor, e só a ele, se duas origens são a mesma (erra em uma de 16 milhões)."""
    curta = hashlib.blake2b(origem.encode(), digest_size=3, key=_chave_da_etiqueta(settings.SECRET_KEY)).digest()
    return curta if any(curta) else b"\0\0\1"


def chave(origem: str, minuto: int, qual: int) -> str:
    """O nome de uma conta no Redis: sem a `SECRET_KEY` não se volta à origem, nem se liga um dia a outro."""
    dia = _chave_do_dia(settings.SECRET_KEY, minuto * JANELA // 86_400)
    return f"{hashlib.blake2b(f'{minuto} {origem}'.encode(), digest_size=16, key=dia).hexdigest()}:{qual}"


def parcelas() -> tuple[int, ...]:
    """Quanto um processo guarda para si de cada conta antes de a partilhar."""
    duros, moles = settings.LIMITES_POR_ORIGEM, settings.SUSPEITAS_POR_ORIGEM
    menores = {
        VOTO: min(por_minuto(duros["voto"]), por_minuto(moles["ritmo"])),
        CEDULA: min(por_minuto(duros["cedula"]), por_minuto(settings.PROVA_MAIS_DIFICIL)),
        CONFIRMACAO: por_minuto(duros["confirmacao"]),
        RAPIDO: por_minuto(moles["tempo"]),
        ALHEIA: por_minuto(moles["alheia"]),
        SEM_SCRIPT: por_minuto(moles["sem_script"]),
    }
    return tuple(max(1, menores[qual] // 50) for qual in range(QUANTAS))


class Conta:
    """Uma origem num minuto."""

    __slots__ = ("_partilha", "antes", "contas", "enviadas", "etiqueta", "fora", "minuto", "origem")

    def __init__(self, origem: str, minuto: int, antes: "Conta | None", partilha: "Partilha | None") -> None:
        self._partilha = partilha
        self.origem = origem
        self.minuto = minuto
        self.etiqueta: bytes = etiqueta(origem) if antes is None else antes.etiqueta
        self.contas = [0] * QUANTAS
        """Neste processo."""
        self.fora = [0] * QUANTAS
        """Nos outros, até onde se sabe."""
        self.enviadas = [0] * QUANTAS
        """Da `contas`, o que o Redis já tem."""
        self.antes = [0] * QUANTAS if antes is None else [a + b for a, b in zip(antes.contas, antes.fora, strict=True)]
        """No minuto anterior, em todos."""

    def somar(self, qual: int) -> None:
        self.contas[qual] += 1
        if self._partilha is not None and self.contas[qual] - self.enviadas[qual] >= self._partilha.parcelas[qual]:
            self._partilha.mandar(self)

    def ritmo(self, qual: int, agora: float) -> float:
        """Pedidos nos últimos 60 segundos, supondo os do minuto anterior por igual. `agora` em segundos desde 1970."""
        antes = self.antes[qual]
        soma = self.contas[qual] + self.fora[qual]
        return soma + antes * (1 - agora % JANELA / JANELA) if antes else soma


class Contas:
    """As contas de um processo."""

    def __init__(self) -> None:
        self._minuto = 0
        self._ate = 0.0
        """Fim do minuto corrente, em segundos desde 1970."""
        self._atuais: dict[str, Conta] = {}
        self._anteriores: dict[str, Conta] = {}
        self._virada = threading.Lock()
        self._partilha = Partilha(settings.CACHE_URL) if settings.CACHE_URL else None

    def de(self, origem: str, agora: float) -> Conta:
        if agora >= self._ate:
            self.virar(int(agora) // JANELA)
        try:
            return self._atuais[origem]
        except KeyError:
            pass
        if len(self._atuais) >= MAXIMO:
            self._atuais.clear()
        conta = Conta(origem, self._minuto, self._anteriores.get(origem), self._partilha)
        return self._atuais.setdefault(origem, conta)

    def fechar(self) -> None:
        if self._partilha is not None:
            self._partilha.fechar()

    def virar(self, minuto: int) -> None:
        """Passa a contar no minuto `minuto` (desde 1970), e esquece o anterior ao anterior."""
        with self._virada:
            if minuto > self._minuto:
                self._anteriores = self._atuais if minuto == self._minuto + 1 else {}
                self._atuais = {}
                self._minuto = minuto
                self._ate = float((minuto + 1) * JANELA)


class Partilha:
    """A soma entre processos, por um Redis, numa thread própria. Nenhum método espera pela rede."""

    def __init__(self, endereco: str) -> None:
        self.parcelas = parcelas()
        self._redis = RedisStorage(endereco, wrap_exceptions=True, key_prefix="bbb:limite", **OPCOES_DO_REDIS)
        self._por_mandar: set[Conta] = set()
        self._quentes: set[Conta] = set()
        """As deste minuto que já foram mandadas: a cada volta se lê quanto os outros contaram delas."""
        self._parar = threading.Event()
        self._fora_do_ar = False
        self.falhas = 0
        """Voltas seguidas em que o Redis não respondeu."""
        self._thread = threading.Thread(target=self._acompanhar, name="limites", daemon=True)
        self._thread.start()

    def mandar(self, conta: Conta) -> None:
        self._por_mandar.add(conta)

    def fechar(self) -> None:
        self._parar.set()
        self._thread.join(2)

    def _acompanhar(self) -> None:
        while not self._parar.wait(ESPERA if self._fora_do_ar else INTERVALO):
            juntas, self._por_mandar = self._por_mandar, set()
            novas = list(juntas)
            self._por_mandar.update(novas[POR_VEZ:])
            agora = int(time.time()) // JANELA
            self._quentes = {conta for conta in self._quentes if conta.minuto >= agora}
            lote = list(self._quentes.union(novas[:POR_VEZ]))
            try:
                if lote or self._fora_do_ar:
                    self._sincronizar(lote)
            except StorageError as erro:
                self._queixar(erro)
                self._por_mandar.update(conta for conta in lote if conta.minuto >= agora - 1)
            except Exception:
                registro_de_avisos.exception("limites: falha inesperada ao somar com os outros processos")
            else:
                self._quentes.update(lote[:POR_VEZ])
                self._sossegar()

    def _sincronizar(self, lote: list[Conta]) -> None:
        """Manda o que cresceu e guarda os totais. Se a resposta se perde no caminho, uma parcela conta duas vezes."""
        cano: Any = self._redis.storage.pipeline(transaction=False)
        cano.ping()
        antigas: list[tuple[Conta, int]] = []
        novas: list[tuple[Conta, int, int]] = []
        for conta in lote:
            if not any(conta.enviadas):
                # A primeira vez neste minuto: o que os outros contaram no anterior.
                antigas += [(conta, qual) for qual in range(QUANTAS)]
            for qual in range(QUANTAS):
                cresceu = conta.contas[qual] - conta.enviadas[qual]
                if cresceu > 0 or conta.enviadas[qual]:
                    novas.append((conta, qual, cresceu))
        for conta, qual in antigas:
            cano.get(self._redis.prefixed_key(chave(conta.origem, conta.minuto - 1, qual)))
        for conta, qual, cresceu in novas:
            nome = self._redis.prefixed_key(chave(conta.origem, conta.minuto, qual))
            if cresceu:
                self._redis.lua_incr_expire([nome], [EXPIRA, cresceu], client=cano)
            else:
                cano.get(nome)
        try:
            _, *totais = cano.execute()
        except self._redis.base_exceptions as erro:
            raise StorageError(erro) from erro
        for (conta, qual), total in zip(antigas, totais, strict=False):
            conta.antes[qual] = max(conta.antes[qual], int(total or 0))
        for (conta, qual, cresceu), total in zip(novas, totais[len(antigas) :], strict=True):
            conta.enviadas[qual] += cresceu
            # O Redis pode ter voltado vazio: nunca menos do que já se mandou.
            conta.fora[qual] = max(0, int(total or 0) - conta.enviadas[qual])

    def _queixar(self, erro: Exception) -> None:
        if not self._fora_do_ar:
            registro_de_avisos.warning(
                "limites: o Redis de CACHE_URL não responde (%s); cada processo segue com a sua própria conta", erro
            )
        self._fora_do_ar = True
        self.falhas += 1

    def _sossegar(self) -> None:
        if self._fora_do_ar:
            registro_de_avisos.warning("limites: o Redis de CACHE_URL voltou; as contas são outra vez de todos")
        self._fora_do_ar = False
        self.falhas = 0
