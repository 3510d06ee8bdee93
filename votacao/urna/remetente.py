"""Quem este processo é para a fila, e o que ele declara ao banco que já mandou. A prova está em `docs/FILA.md`.

Uma declaração diz: «todo voto que prometi, aceito antes do instante C (o corte), está nestas séries, até estes
números».
Sai uma por segundo, fora do caminho do voto: com o banco parado, os votos seguem, e a próxima declaração diz tudo.

O que a torna verdadeira é um trinco. Quem declara escolhe C e copia as séries com ele na mão; quem recebe do broker a
confirmação de uma remessa soma-a à série e decide, com ele na mão, se promete: um voto aceito antes do último C já
declarado não é prometido (503), porque a declaração em que ele devia estar já foi feita.
"""

import logging
import os
import socket
import threading
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Final
from uuid import UUID

from django.conf import settings
from django.db import DatabaseError, InterfaceError, connection, transaction
from django.utils import timezone
from uuid_utils.compat import uuid7

from votacao import registro
from votacao.models import Remetente as Registrado
from votacao.models import Serie
from votacao.recusas import UrnaIndisponivel

ATRASO: Final = 4.0
"""Segundos que o corte fica atrás do relógio: mais do que o voto mais demorado espera (`grupo.PRAZO`), e menos do que
`MARGEM_DE_PUBLICACAO`."""
INTERVALO: Final = 1.0
"""Segundos entre duas declarações."""
REMESSAS_POR_SERIE: Final = 10_000
"""Depois disso começa outra série: a conta do que falta numa olha só para ela."""

registro_de_avisos = logging.getLogger("votacao.fila")


class SerieLocal:
    """Uma série enquanto cresce. É de uma thread só; `ate` e `votos` mudam com o trinco do remetente na mão."""

    __slots__ = ("ate", "id", "paredao", "votos")

    def __init__(self, paredao: int) -> None:
        self.id: UUID = uuid7()
        self.paredao = paredao
        self.ate = 0
        self.votos = 0


class Remetente:
    """Este processo. Uma vez `registrado`, declara sozinho, numa thread, até `encerrar`."""

    def __init__(self) -> None:
        self._trinco = threading.Lock()
        self._registro = threading.Lock()
        self._id: UUID | None = None
        self._corte = 0.0
        self._por_declarar: dict[UUID, tuple[SerieLocal, UUID]] = {}
        self._arrendado_ate = float("-inf")
        self._parar = threading.Event()
        self._thread: threading.Thread | None = None
        self._calado = False

    # --- no caminho do voto ---

    def exigir(self) -> None:
        """Levanta `UrnaIndisponivel` se este processo não pode prometer votos: não se registrou, parou, ou está há
        tempo demais sem declarar."""
        if self._id is None:
            self.registrar()
        if self._parar.is_set() or time.monotonic() > self._arrendado_ate:
            raise UrnaIndisponivel

    def cabe(self, aceito_em: float) -> bool:
        """Se um voto aceito neste instante ainda pode ser prometido. Quem decide é `confirmar`; isto poupa a viagem."""
        return aceito_em >= self._corte

    def confirmar(self, serie: SerieLocal, votos: int) -> float:
        """Soma à série a remessa seguinte, que o broker confirmou. Devolve o corte: só se promete o que foi aceito dele
        em diante (infinito, se este processo já se encerrou)."""
        with self._trinco:
            serie.ate += 1
            serie.votos += votos
            if self._id is None or self._parar.is_set():
                return float("inf")
            self._por_declarar.setdefault(serie.id, (serie, self._id))
            return self._corte

    # --- fora dele ---

    def registrar(self) -> None:
        """Grava quem é este processo, e começa a declarar. Nenhum voto é mandado antes. Levanta `UrnaIndisponivel`."""
        with self._registro:
            if self._id is not None or self._parar.is_set():
                return
            self._registrar()
            self._thread = threading.Thread(target=self._declarar_sempre, name="remetente", daemon=True)
            self._thread.start()

    def _registrar(self) -> None:
        agora = time.time()
        corte = max(self._corte, agora - ATRASO)
        novo = uuid7()
        limite = time.monotonic() + registro.ESPERA_MAXIMA
        onde = onde_vive()
        try:
            with registro.vez_de_escrever(limite, vigiado=False):
                Registrado.objects.create(
                    id=novo,
                    maquina=onde.maquina,
                    lugar=onde.lugar,
                    processo=onde.processo,
                    nascido=onde.nascido,
                    desde=_data(agora),
                    visto_em=_data(agora),
                    corte=_data(corte),
                )
        except (DatabaseError, InterfaceError) as erro:
            if not connection.in_atomic_block:
                connection.close()
            raise UrnaIndisponivel from erro
        with self._trinco:
            self._id = novo
            self._corte = corte
            self._arrendado_ate = time.monotonic() + settings.ARRENDAMENTO_DA_FILA

    def declarar(self, *, ultima: bool = False) -> None:
        """Uma declaração. Levanta `UrnaIndisponivel` se o banco não a guardou: a próxima dirá o mesmo e mais."""
        with self._trinco:
            eu = self._id
            if eu is None:
                return
            # Vale a partir daqui, mesmo que o banco falhe: o corte só avança.
            comecou = time.monotonic()
            agora = time.time()
            self._corte = max(self._corte, agora if ultima else agora - ATRASO)
            corte = self._corte
            series = [(uma.id, dono, uma.paredao, uma.ate, uma.votos) for uma, dono in self._por_declarar.values()]
        valores: dict[str, object] = {"corte": _data(corte), "visto_em": _data(agora)}
        if ultima:
            valores |= {"encerrado_em": _data(agora), "encerramento": "parou por si, com tudo declarado"}
        try:
            with (
                registro.vez_de_escrever(comecou + registro.ESPERA_MAXIMA, vigiado=False),
                transaction.atomic(),
            ):
                if series:
                    Serie.objects.bulk_create(
                        [
                            Serie(id=chave, remetente_id=dono, paredao_id=paredao, ate=ate, votos=votos)
                            for chave, dono, paredao, ate, votos in sorted(series)
                        ],
                        update_conflicts=True,
                        unique_fields=["id"],
                        update_fields=["ate", "votos"],
                    )
                vivo = Registrado.objects.filter(pk=eu, encerrado_em__isnull=True).update(**valores)
        except (DatabaseError, InterfaceError) as erro:
            if not connection.in_atomic_block:
                connection.close()
            raise UrnaIndisponivel from erro
        with self._trinco:
            self._arrendado_ate = comecou + settings.ARRENDAMENTO_DA_FILA
            for chave, _, _, ate, _ in series:
                # Enquanto se gravava, a série pode ter crescido: fica para a próxima.
                if self._por_declarar[chave][0].ate == ate:
                    del self._por_declarar[chave]
        if not vivo and not ultima:
            # A produção o deu por morto, e está vivo. O que prometeu até aqui acaba de ser declarado.
            registro_de_avisos.error("este processo foi dado por encerrado na fila, e está vivo: registra-se de novo")
            self._registrar()

    def encerrar(self) -> None:
        """A última declaração: nada mais será prometido. Chame depois de responder tudo. Sem banco, avisa e sai."""
        with self._trinco:
            self._parar.set()
        if self._thread is not None:
            self._thread.join(registro.ESPERA_MAXIMA + 1)
        if self._id is None:
            return
        try:
            self.declarar(ultima=True)
        except UrnaIndisponivel as erro:
            registro_de_avisos.error(
                "o banco não guardou a última declaração deste processo (%s): veja `manage.py fila`", erro.__cause__
            )

    def _declarar_sempre(self) -> None:
        try:
            while not self._parar.wait(INTERVALO):
                try:
                    self.declarar()
                except Exception as erro:
                    if not self._calado:
                        self._calado = True
                        registro_de_avisos.warning(
                            "o banco não guardou o que este processo mandou à fila (%s); tenta-se de novo",
                            erro.__cause__ or erro,
                        )
                else:
                    if self._calado:
                        self._calado = False
                        registro_de_avisos.warning("o banco voltou a guardar o que este processo manda à fila")
        finally:
            connection.close()


class OndeVive:
    """Como se reconhece, depois, se um processo ainda vive: número e nascimento, dentro de um lugar."""

    def __init__(self, maquina: str, lugar: str, processo: int, nascido: int) -> None:
        self.maquina = maquina
        self.lugar = lugar
        self.processo = processo
        self.nascido = nascido


def onde_vive() -> OndeVive:
    """Este processo. Em contêineres, o lugar muda a cada contêiner, e ninguém de outro decide que ele morreu."""
    return OndeVive(socket.gethostname()[:200], lugar(), os.getpid(), nascimento(os.getpid()) or 0)


def lugar() -> str:
    try:
        partida = Path("/proc/sys/kernel/random/boot_id").read_text().strip()
        espaco = str(Path("/proc/self/ns/pid").readlink())
    except OSError:
        return ""
    return f"{socket.gethostname()} {partida} {espaco}"[:200]


def nascimento(processo: int) -> int | None:
    """Tiques entre a partida da máquina e o começo do processo (`proc(5)`, campo 22); `None` se ele não existe."""
    try:
        linha = Path(f"/proc/{processo}/stat").read_text()
    except OSError:
        return None
    return int(linha.rpartition(")")[2].split()[19])


def certamente_morto(registrado: Registrado) -> bool:
    """Se o processo vivia aqui mesmo e já não existe. `False` quando não se pode saber."""
    aqui = lugar()
    return bool(aqui) and registrado.lugar == aqui and nascimento(registrado.processo) != registrado.nascido


def arrendamento_vencido(registrado: Registrado) -> bool:
    """Se se calou há tanto tempo que, vivo ou morto, já não promete votos."""
    calado = (timezone.now() - registrado.visto_em).total_seconds()
    return calado > settings.ARRENDAMENTO_DA_FILA + 60


def _data(instante: float) -> datetime:
    return datetime.fromtimestamp(instante, UTC)
