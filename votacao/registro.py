"""O único que escreve o livro de votos e as contagens.

Numa transação curta por chamada: relê a janela de cada paredão, insere os votos novos, numera e resume o lote, e soma
às contagens só o que foi de fato inserido. Livro e contagens concordam sempre; `manage.py conferir` reconta.

Corridas: dois processos gravam ao mesmo tempo; no SQLite a tranca os põe em fila, no PostgreSQL uma tranca por paredão,
que as gravações dividem, impede que ele encerre ou publique no meio. Um voto aceito antes do encerramento e gravado
depois conta: vale a hora em que o pedido ficou completo, e a publicação espera `MARGEM_DE_PUBLICACAO`.
"""

import fcntl
import hashlib
import os
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any, NamedTuple

from django.db import DatabaseError, InterfaceError, connection, transaction

from votacao import medidores
from votacao.recusas import (
    CedulaUsada,
    ForaDoParedao,
    ParedaoFechado,
    ParedaoInexistente,
    ParedaoNaoAberto,
    Recusa,
    UrnaIndisponivel,
)

ESPERA_MAXIMA = 2.0
"""Segundos que uma gravação espera por outro escritor antes de desistir (503)."""

_INSERE_SQLITE = """
INSERT INTO votacao_voto (id, participante_id, lote_id)
WITH RECURSIVE linha(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM linha WHERE i + 1 < %s)
SELECT substr(%s, i * 16 + 1, 16), CASE {casos} END, %s FROM linha WHERE true
ON CONFLICT DO NOTHING
"""
"""As chaves vão juntas num texto de bytes, agrupadas por participante: um parâmetro, e o laço corre em C, sem o GIL."""
_INSERE_POSTGRES = """
INSERT INTO votacao_voto (id, participante_id, lote_id)
SELECT unnest(%s::uuid[]), unnest(%s::bigint[]), %s
ON CONFLICT DO NOTHING
"""
_SOMA = """
INSERT INTO votacao_contagem (paredao_id, modalidade, participante_id, hora, suspeita, votos) VALUES {linhas}
ON CONFLICT (paredao_id, modalidade, participante_id, hora, suspeita)
DO UPDATE SET votos = votacao_contagem.votos + excluded.votos
"""
_JANELAS = """
SELECT p.id, p.abre_em, p.fecha_em, p.publicado_em, o.participante_id
FROM votacao_paredao p JOIN votacao_opcao o ON o.paredao_id = p.id
WHERE p.abre_em IS NOT NULL AND p.id IN ({marcas})
"""


_FAMILIA_DE_TRANCAS = 24
"""O primeiro número das trancas consultivas do PostgreSQL: as deste projeto, uma por paredão."""


class VotoAceito(NamedTuple):
    """Um voto que passou no exame e espera ser gravado."""

    id: bytes
    paredao: int
    modalidade: int
    participante: int
    aceito_em: float
    """Relógio do servidor quando o corpo do pedido ficou completo, em segundos desde 1970."""
    recusa: type[Recusa] | None = None
    """Se preenchida, o voto chegou tarde: não é gravado; só se responde o comprovante se a cédula já foi contada."""
    suspeita: int = 0
    """Um `Suspeita`: conta e é confirmado como os outros, num lote à parte."""


class Contado(NamedTuple):
    """O voto está no livro."""

    participante: int
    paredao: int
    gravado_em: float
    """Segundos desde 1970."""
    modalidade: int


Desfecho = Contado | type[Recusa]


class _Janela(NamedTuple):
    abre_em: float
    fecha_em: float
    publicado: bool
    participantes: frozenset[int]


class _HaUsadas(Exception):
    """Uma cédula do lote já está no livro."""


def gravar(votos: Sequence[VotoAceito]) -> list[Desfecho]:
    """Espera a vez e grava (`gravar_na_vez`). Levanta `UrnaIndisponivel` se ela não vem em `ESPERA_MAXIMA`."""
    limite = time.monotonic() + ESPERA_MAXIMA
    with vez_de_escrever(limite, vigiado=False):
        return gravar_na_vez(votos, limite)


def gravar_na_vez(votos: Sequence[VotoAceito], limite: float) -> list[Desfecho]:
    """Grava os votos e diz o desfecho de cada um, na mesma ordem. Tudo ou nada: levanta `UrnaIndisponivel` sem ter
    gravado nenhum. Ao voltar, o que foi `Contado` sobrevive à queda do processo e, com `synchronous=FULL`, da máquina.

    `limite`, no relógio monotônico: a partir dele nada mais é gravado, porque quem chama já terá respondido 503.
    """
    primeiros: dict[bytes, VotoAceito] = {}
    for voto in votos:
        primeiros.setdefault(voto.id, voto)
    try:
        desfechos, usadas = _gravar_unicos(primeiros, limite)
    except (DatabaseError, InterfaceError) as erro:
        # A conexão pode ter ficado inútil (banco reiniciado, disco cheio): a próxima gravação abre outra.
        if not connection.in_atomic_block:
            connection.close()
        raise UrnaIndisponivel from erro
    if len(primeiros) == len(votos) and not usadas:
        return [desfechos[voto.id] for voto in votos]
    return [_conferir_escolha(voto, desfechos.get(voto.id), usadas.get(voto.id)) for voto in votos]


def procurar(chaves: Sequence[bytes]) -> dict[bytes, Contado]:
    """Os votos do livro com estas chaves. Levanta `UrnaIndisponivel` se o banco não responde."""
    try:
        return _ler(chaves)
    except (DatabaseError, InterfaceError) as erro:
        if not connection.in_atomic_block:
            connection.close()
        raise UrnaIndisponivel from erro


def _conferir_escolha(voto: VotoAceito, desfecho: Desfecho | None, usada: Contado | None) -> Desfecho:
    """A mesma escolha recebe o comprovante, a qualquer hora; outra, a recusa que vem antes no contrato."""
    contado = usada or desfecho
    if isinstance(contado, Contado) and contado.participante != voto.participante:
        return desfecho if desfecho is not None and not isinstance(desfecho, Contado) else CedulaUsada
    if contado is None:
        raise AssertionError("um voto sem desfecho")
    return contado


def _gravar_unicos(votos: dict[bytes, VotoAceito], limite: float) -> tuple[dict[bytes, Desfecho], dict[bytes, Contado]]:
    """Supõe que todas as cédulas são novas, o que é quase sempre verdade; se não são, desfaz, tira as usadas e repete.

    Devolve o desfecho das que não estavam no livro ou chegaram fora de hora, e o que o livro tem das que já estavam.
    """
    usadas: dict[bytes, Contado] = {}
    while True:
        novos = {chave: voto for chave, voto in votos.items() if chave not in usadas} if usadas else votos
        try:
            with transaction.atomic():
                if time.monotonic() >= limite:
                    raise UrnaIndisponivel
                desfechos = _gravar_novos(novos, limite) if novos else {}
                # Quem chegou fora de hora ainda pode ter uma cédula já contada. Lê-se antes de fechar a transação: uma
                # leitura que falhe não pode dar por perdidos os votos que acabam de ser gravados.
                tardios = [chave for chave, desfecho in desfechos.items() if not isinstance(desfecho, Contado)]
                if tardios:
                    usadas |= _ler(tardios)
                if time.monotonic() >= limite:
                    raise UrnaIndisponivel
            medidores.deste_processo.contar(len(desfechos) - len(tardios))
            return desfechos, usadas
        except _HaUsadas:
            usadas = _ler(list(votos))


def _gravar_novos(votos: dict[bytes, VotoAceito], limite: float) -> dict[bytes, Desfecho]:
    # Em segundos inteiros: a hora do comprovante é a mesma lida da memória ou do banco.
    agora = int(time.time())
    desfechos: dict[bytes, Desfecho] = {}
    grupos: dict[tuple[int, int, int, int], dict[int, list[bytes]]] = {}
    with connection.cursor() as cursor:
        paredoes = {voto.paredao for voto in votos.values()}
        _limitar_espera(cursor, limite)
        if connection.vendor != "sqlite":
            # Em ordem, e por uma fila justa: quem encerra ou publica (`trancar_paredao`) não espera para sempre.
            for paredao in sorted(paredoes):
                cursor.execute("SELECT pg_advisory_xact_lock_shared(%s, %s)", [_FAMILIA_DE_TRANCAS, paredao % 2**31])
        janelas = _ler_janelas(cursor, paredoes)
        for chave, voto in votos.items():
            recusa = _recusa(voto, janelas.get(voto.paredao))
            if recusa is not None:
                desfechos[chave] = recusa
                continue
            qual = (voto.paredao, voto.modalidade, int(voto.aceito_em // 3600), voto.suspeita)
            grupo = grupos.setdefault(qual, {})
            grupo.setdefault(voto.participante, []).append(chave)
        for qual, escolhas in sorted(grupos.items()):
            _limitar_espera(cursor, limite)
            _gravar_lote(cursor, qual, escolhas, agora)
            for participante, chaves in escolhas.items():
                desfechos.update(dict.fromkeys(chaves, Contado(participante, qual[0], agora, qual[1])))
    return desfechos


def _limitar_espera(cursor: Any, limite: float) -> None:
    """No SQLite quem limita a espera é o `timeout` da conexão; no PostgreSQL, uma linha travada esperaria sem fim."""
    if connection.vendor != "sqlite":
        restam = max(50, int((limite - time.monotonic()) * 1000))
        cursor.execute("SELECT set_config('statement_timeout', %s, true)", [str(restam)])


def trancar_paredao(paredao: int, espera: float) -> None:
    """No PostgreSQL, para a gravação de votos deste paredão até o fim da transação; no SQLite, quem a para é a vez de
    escrever. Levanta `UrnaIndisponivel` se não consegue em `espera` segundos."""
    if connection.vendor == "sqlite":
        return
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SELECT set_config('lock_timeout', %s, true)", [str(int(espera * 1000))])
            cursor.execute("SELECT pg_advisory_xact_lock(%s, %s)", [_FAMILIA_DE_TRANCAS, paredao % 2**31])
    except DatabaseError as erro:
        raise UrnaIndisponivel from erro


def _recusa(voto: VotoAceito, janela: _Janela | None) -> type[Recusa] | None:
    if janela is None:
        return ParedaoInexistente
    if voto.recusa is not None:
        return voto.recusa
    if voto.aceito_em < janela.abre_em:
        return ParedaoNaoAberto
    if voto.aceito_em >= janela.fecha_em or janela.publicado:
        return ParedaoFechado
    if voto.participante not in janela.participantes:
        return ForaDoParedao
    return None


def _gravar_lote(cursor: Any, qual: tuple[int, int, int, int], escolhas: dict[int, list[bytes]], agora: int) -> None:
    """Lote, votos e contagens. `qual`: paredão, modalidade, hora (desde 1970, em horas) e suspeita.

    Levanta `_HaUsadas` se algum voto não é novo: a transação inteira é desfeita.

    O lote vai antes dos votos: no SQLite, uma linha mãe que chega depois das filhas custa uma varredura do livro.
    """
    linhas = [linha_do_livro(chave, quem) for quem, chaves in escolhas.items() for chave in chaves]
    paredao, modalidade, hora, suspeita = qual
    inicio = _data(hora * 3600)
    cursor.execute(
        "INSERT INTO votacao_lote (paredao_id, modalidade, hora, suspeita, quantidade, resumo, gravado_em) "
        "VALUES (%s, %s, %s, %s, %s, %s, %s) RETURNING id",
        [paredao, modalidade, inicio, suspeita, len(linhas), resumir(linhas), _data(agora)],
    )
    (numero,) = cursor.fetchone()
    if connection.vendor == "sqlite":
        casos, limites, ate = [], [], 0
        for participante, chaves in escolhas.items():
            ate += len(chaves)
            casos.append("WHEN i < %s THEN %s")
            limites += [ate, participante]
        juntas = b"".join(chave for chaves in escolhas.values() for chave in chaves)
        cursor.execute(_INSERE_SQLITE.format(casos=" ".join(casos)), [len(linhas), juntas, *limites, numero])
    else:
        # Em ordem de chave: dois escritores com as mesmas cédulas esperam um pelo outro, e nunca em círculo.
        pares = sorted((chave.hex(), quem) for quem, chaves in escolhas.items() for chave in chaves)
        cursor.execute(_INSERE_POSTGRES, [[chave for chave, _ in pares], [quem for _, quem in pares], numero])
    if cursor.rowcount != len(linhas):
        raise _HaUsadas
    somas: list[Any] = []
    # Em ordem de participante: dois escritores no PostgreSQL pegam as linhas sempre na mesma ordem.
    for participante in sorted(escolhas):
        somas += [paredao, modalidade, participante, inicio, suspeita, len(escolhas[participante])]
    cursor.execute(_SOMA.format(linhas=", ".join(["(%s, %s, %s, %s, %s, %s)"] * len(escolhas))), somas)


def resumir(linhas: list[bytes]) -> bytes:
    """SHA-256 das linhas de um lote em ordem de chave; cada linha é chave (16 bytes) e participante (8 bytes)."""
    return hashlib.sha256(b"".join(sorted(linhas))).digest()


def linha_do_livro(chave: bytes, participante: int) -> bytes:
    return chave + participante.to_bytes(8, "big")


def _ler_janelas(cursor: Any, paredoes: set[int]) -> dict[int, _Janela]:
    marcas = ",".join(["%s"] * len(paredoes))
    cursor.execute(_JANELAS.format(marcas=marcas), list(paredoes))
    linhas = cursor.fetchall()
    participantes: dict[int, set[int]] = {}
    for paredao_id, *_, participante_id in linhas:
        participantes.setdefault(paredao_id, set()).add(participante_id)
    return {
        paredao_id: _Janela(
            abre_em=_instante(abre_em),
            fecha_em=float("inf") if fecha_em is None else _instante(fecha_em),
            publicado=publicado_em is not None,
            participantes=frozenset(participantes[paredao_id]),
        )
        for paredao_id, abre_em, fecha_em, publicado_em, _ in {linha[0]: linha for linha in linhas}.values()
    }


def _ler(chaves: Sequence[bytes]) -> dict[bytes, Contado]:
    achados: dict[bytes, Contado] = {}
    with connection.cursor() as cursor:
        for inicio in range(0, len(chaves), 500):
            parte: list[Any] = list(chaves[inicio : inicio + 500])
            if connection.vendor != "sqlite":
                parte = [chave.hex() for chave in parte]
            marcas = ",".join(["%s"] * len(parte))
            cursor.execute(
                f"SELECT v.id, v.participante_id, l.paredao_id, l.gravado_em, l.modalidade FROM votacao_voto v "  # noqa: S608
                f"JOIN votacao_lote l ON l.id = v.lote_id WHERE v.id IN ({marcas})",
                parte,
            )
            for chave, participante, paredao, gravado_em, modalidade in cursor.fetchall():
                bruta = chave if isinstance(chave, bytes) else chave.bytes
                achados[bruta] = Contado(participante, paredao, _instante(gravado_em), modalidade)
    return achados


def _instante(data: datetime) -> float:
    # O SQLite devolve a data sem fuso, em UTC, como o Django a gravou.
    return (data if data.tzinfo else data.replace(tzinfo=UTC)).timestamp()


def _data(instante: float) -> Any:
    return connection.ops.adapt_datetimefield_value(datetime.fromtimestamp(instante, UTC))


@contextmanager
def vez_de_escrever(limite: float, *, vigiado: bool) -> Iterator[None]:
    """No SQLite, a vez de escrever entre os processos desta máquina, por `flock`. Levanta `UrnaIndisponivel`.

    Sem a tranca, dois escritores se encontram na espera ocupada do SQLite, que dorme até 100 ms por tentativa e deixa
    o -wal crescer sem fim. O PostgreSQL não precisa dela.

    `vigiado`: dorme no núcleo, que acorda quem espera assim que a tranca se solta. Se um processo parado a segurar para
    além do limite, o vigia já terá respondido 503 (e `gravar_na_vez` não grava mais). Os outros perguntam de tempos em
    tempos, e desistem no limite.
    """
    if connection.vendor != "sqlite" or connection.in_atomic_block:
        yield
        return
    try:
        arquivo = os.open(f"{connection.settings_dict['NAME']}.tranca", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
    except OSError as erro:
        raise UrnaIndisponivel from erro
    try:
        while True:
            try:
                fcntl.flock(arquivo, fcntl.LOCK_EX if vigiado else fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError as erro:
                if time.monotonic() >= limite:
                    raise UrnaIndisponivel from erro
                time.sleep(0.002)
        yield
    finally:
        os.close(arquivo)
