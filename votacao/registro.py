"""O único que escreve o livro de votos e as contagens.

Numa transação curta por chamada: relê a janela de cada paredão, insere os votos novos, numera e resume o lote, e soma
às contagens só o que foi de fato inserido. Livro e contagens concordam sempre; `manage.py conferir` reconta.

Corridas: dois processos gravam ao mesmo tempo; no SQLite a tranca os põe em fila, no PostgreSQL o `FOR SHARE` na linha
do paredão impede que ele encerre ou publique no meio. Um voto aceito antes do encerramento e gravado depois conta: vale
a hora em que o pedido ficou completo, e a publicação espera `MARGEM_DE_PUBLICACAO`.
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
SELECT substr(%s, i * 16 + 1, 16), %s, %s FROM linha WHERE true
ON CONFLICT DO NOTHING
"""
_INSERE_POSTGRES = """
INSERT INTO votacao_voto (id, participante_id, lote_id)
SELECT unnest(%s::uuid[]), %s, %s
ON CONFLICT DO NOTHING
"""
_SOMA = """
INSERT INTO votacao_contagem (paredao_id, modalidade, participante_id, hora, votos) VALUES (%s, %s, %s, %s, %s)
ON CONFLICT (paredao_id, modalidade, participante_id, hora)
DO UPDATE SET votos = votacao_contagem.votos + excluded.votos
"""


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


class Contado(NamedTuple):
    """O voto está no livro."""

    participante: int
    paredao: int
    gravado_em: float
    """Segundos desde 1970."""


Desfecho = Contado | type[Recusa]


class _Janela(NamedTuple):
    abre_em: float
    fecha_em: float
    publicado: bool
    participantes: frozenset[int]


def gravar(votos: Sequence[VotoAceito], limite: float | None = None) -> list[Desfecho]:
    """Grava os votos e diz o desfecho de cada um, na mesma ordem. Tudo ou nada: levanta `UrnaIndisponivel` sem ter
    gravado nenhum, no máximo em `limite` (relógio monotônico; por omissão, `ESPERA_MAXIMA` a partir de agora) mais o
    tempo da própria transação. Ao voltar, o que foi `Contado` sobrevive à queda do processo e, com `synchronous=FULL`, da máquina.
    """
    primeiros: dict[bytes, VotoAceito] = {}
    for voto in votos:
        primeiros.setdefault(voto.id, voto)
    if limite is None:
        limite = time.monotonic() + ESPERA_MAXIMA
    try:
        with _vez_de_escrever(limite), transaction.atomic():
            desfechos = _gravar_unicos(primeiros)
    except (DatabaseError, InterfaceError, OSError) as erro:
        # A conexão pode ter ficado inútil (banco reiniciado, disco cheio): a próxima gravação abre outra.
        if not connection.in_atomic_block:
            connection.close()
        raise UrnaIndisponivel from erro
    if len(primeiros) == len(votos):
        return [desfechos[voto.id] for voto in votos]
    return [_repetido(voto, desfechos[voto.id]) for voto in votos]


def procurar(chaves: Sequence[bytes]) -> dict[bytes, Contado]:
    """Os votos do livro com estas chaves. Levanta `UrnaIndisponivel` se o banco não responde."""
    try:
        return {chave: contado for chave, (contado, _) in _ler(chaves).items()}
    except (DatabaseError, InterfaceError) as erro:
        if not connection.in_atomic_block:
            connection.close()
        raise UrnaIndisponivel from erro


def _repetido(voto: VotoAceito, desfecho: Desfecho) -> Desfecho:
    if isinstance(desfecho, Contado) and desfecho.participante != voto.participante:
        return CedulaUsada
    return desfecho


def _gravar_unicos(votos: dict[bytes, VotoAceito]) -> dict[bytes, Desfecho]:
    agora = time.time()
    janelas = _ler_janelas({voto.paredao for voto in votos.values()})
    desfechos: dict[bytes, Desfecho] = {}
    grupos: dict[tuple[int, int, int], dict[int, list[bytes]]] = {}
    for chave, voto in votos.items():
        recusa = _recusa(voto, janelas.get(voto.paredao))
        if recusa is not None:
            desfechos[chave] = recusa
            continue
        grupo = grupos.setdefault((voto.paredao, voto.modalidade, int(voto.aceito_em // 3600)), {})
        grupo.setdefault(voto.participante, []).append(chave)
    for (paredao, modalidade, hora), escolhas in grupos.items():
        desfechos.update(_gravar_lote(paredao, modalidade, hora, escolhas, agora))
    # Quem chegou fora de hora ainda pode ter uma cédula já contada.
    recusados = [chave for chave, desfecho in desfechos.items() if not isinstance(desfecho, Contado)]
    if recusados:
        for chave, (contado, _) in _ler(recusados).items():
            desfechos[chave] = _repetido(votos[chave], contado)
    return desfechos


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


def _gravar_lote(
    paredao: int, modalidade: int, hora: int, escolhas: dict[int, list[bytes]], agora: float
) -> dict[bytes, Desfecho]:
    numero = _proximo_numero()
    desfechos: dict[bytes, Desfecho] = {}
    inseridos: dict[int, list[bytes]] = {}
    with connection.cursor() as cursor:
        for participante, chaves in escolhas.items():
            if connection.vendor == "sqlite":
                cursor.execute(_INSERE_SQLITE, [len(chaves), b"".join(chaves), participante, numero])
            else:
                cursor.execute(_INSERE_POSTGRES, [[chave.hex() for chave in chaves], participante, numero])
            novos = chaves
            if cursor.rowcount != len(chaves):
                no_livro = _ler(chaves)
                novos = [chave for chave in chaves if no_livro[chave][1] == numero]
                for chave in chaves:
                    contado, lote = no_livro[chave]
                    if lote != numero:
                        desfechos[chave] = contado if contado.participante == participante else CedulaUsada
            if novos:
                inseridos[participante] = novos
                desfechos.update(dict.fromkeys(novos, Contado(participante, paredao, agora)))
        if inseridos:
            inicio = _data(hora * 3600)
            linhas = [chave + _oito_bytes(quem) for quem, chaves in inseridos.items() for chave in chaves]
            cursor.execute(
                "INSERT INTO votacao_lote (id, paredao_id, modalidade, hora, quantidade, resumo, gravado_em) "
                "VALUES (%s, %s, %s, %s, %s, %s, %s)",
                [numero, paredao, modalidade, inicio, len(linhas), resumir(linhas), _data(agora)],
            )
            # Em ordem de participante: dois escritores no PostgreSQL pegam as linhas sempre na mesma ordem.
            for participante in sorted(inseridos):
                cursor.execute(_SOMA, [paredao, modalidade, participante, inicio, len(inseridos[participante])])
    return desfechos


def resumir(linhas: list[bytes]) -> bytes:
    """SHA-256 das linhas de um lote em ordem de chave; cada linha é chave (16 bytes) e participante (8 bytes)."""
    return hashlib.sha256(b"".join(sorted(linhas))).digest()


def linha_do_livro(chave: bytes, participante: int) -> bytes:
    return chave + _oito_bytes(participante)


def _oito_bytes(participante: int) -> bytes:
    return participante.to_bytes(8, "big")


def _proximo_numero() -> int:
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            # Ninguém mais escreve durante esta transação (BEGIN IMMEDIATE): o número não pode ser de outro.
            cursor.execute("SELECT coalesce((SELECT seq FROM sqlite_sequence WHERE name = 'votacao_lote'), 0) + 1")
        else:
            cursor.execute("SELECT nextval(pg_get_serial_sequence('votacao_lote', 'id'))")
        return int(cursor.fetchone()[0])


def _ler_janelas(paredoes: set[int]) -> dict[int, _Janela]:
    marcas = ",".join(["%s"] * len(paredoes))
    trava = "" if connection.vendor == "sqlite" else " FOR SHARE"
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT id, abre_em, fecha_em, publicado_em FROM votacao_paredao "  # noqa: S608 (só marcas)
            f"WHERE abre_em IS NOT NULL AND id IN ({marcas}) ORDER BY id{trava}",
            list(paredoes),
        )
        linhas = cursor.fetchall()
        cursor.execute(
            f"SELECT paredao_id, participante_id FROM votacao_opcao WHERE paredao_id IN ({marcas})",  # noqa: S608
            list(paredoes),
        )
        participantes: dict[int, set[int]] = {}
        for paredao_id, participante_id in cursor.fetchall():
            participantes.setdefault(paredao_id, set()).add(participante_id)
    return {
        paredao_id: _Janela(
            abre_em=_instante(abre_em),
            fecha_em=float("inf") if fecha_em is None else _instante(fecha_em),
            publicado=publicado_em is not None,
            participantes=frozenset(participantes.get(paredao_id, ())),
        )
        for paredao_id, abre_em, fecha_em, publicado_em in linhas
    }


def _ler(chaves: Sequence[bytes]) -> dict[bytes, tuple[Contado, int]]:
    """Por chave, o voto e o número do seu lote. O lote que está sendo escrito ainda não tem linha, nem paredão."""
    achados: dict[bytes, tuple[Contado, int]] = {}
    with connection.cursor() as cursor:
        for inicio in range(0, len(chaves), 500):
            parte: list[Any] = list(chaves[inicio : inicio + 500])
            if connection.vendor != "sqlite":
                parte = [chave.hex() for chave in parte]
            marcas = ",".join(["%s"] * len(parte))
            cursor.execute(
                f"SELECT v.id, v.participante_id, v.lote_id, l.paredao_id, l.gravado_em FROM votacao_voto v "  # noqa: S608
                f"LEFT JOIN votacao_lote l ON l.id = v.lote_id WHERE v.id IN ({marcas})",
                parte,
            )
            for chave, participante, lote, paredao, gravado_em in cursor.fetchall():
                bruta = chave if isinstance(chave, bytes) else chave.bytes
                instante = 0.0 if gravado_em is None else _instante(gravado_em)
                achados[bruta] = (Contado(participante, paredao or 0, instante), lote)
    return achados


def _instante(data: datetime | str) -> float:
    # O SQLite devolve o texto que o Django gravou, em UTC e sem fuso.
    if isinstance(data, str):
        return datetime.fromisoformat(data).replace(tzinfo=UTC).timestamp()
    return data.timestamp()


def _data(instante: float) -> Any:
    return connection.ops.adapt_datetimefield_value(datetime.fromtimestamp(instante, UTC))


@contextmanager
def _vez_de_escrever(limite: float) -> Iterator[None]:
    """No SQLite, a vez de escrever entre os processos desta máquina, por `flock`.

    Sem a tranca, dois escritores se encontram na espera ocupada do SQLite, que dorme até 100 ms por tentativa e deixa
    o -wal crescer sem fim. O PostgreSQL não precisa dela.
    """
    if connection.vendor != "sqlite" or connection.in_atomic_block:
        yield
        return
    arquivo = os.open(f"{connection.settings_dict['NAME']}.tranca", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
    try:
        espera = 0.0002
        while True:
            try:
                fcntl.flock(arquivo, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError:
                if time.monotonic() >= limite:
                    raise
                time.sleep(espera)
                espera = min(espera * 1.5, 0.002)
        with connection.cursor() as cursor:
            cursor.execute(f"PRAGMA busy_timeout = {max(50, int((limite - time.monotonic()) * 1000))}")
        try:
            yield
        finally:
            with connection.cursor() as cursor:
                cursor.execute(f"PRAGMA busy_timeout = {int(connection.settings_dict['OPTIONS']['timeout'] * 1000)}")
    finally:
        os.close(arquivo)
