"""Enche o livro de votos por SQL, para medir a página de resultado com muitos votos sem esperar por eles."""

import hashlib
import sqlite3
from collections import Counter
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

VOTOS_POR_LOTE = 500  # mais ou menos o que a urna junta sob carga
HORAS = 48
TORCIDA = 1
INSERE_VOTO = "INSERT INTO votacao_voto (id, participante_id, lote_id) VALUES (?, ?, ?)"


def carregar_votos(banco: Path, quantos: int) -> int:
    """Cria um paredão publicado com `quantos` votos da torcida espalhados por 48 horas; devolve o número dele.

    Livro, lotes, resumos e contagens ficam como o projeto os escreveria: `manage.py conferir` tem de aceitar. O banco
    precisa estar sem ninguém: o diário fica desligado durante a carga.
    """
    fim = datetime.now(UTC).replace(minute=0, second=0, microsecond=0) - timedelta(hours=1)
    horas = [fim - timedelta(hours=HORAS - n) for n in range(HORAS)]
    with closing(sqlite3.connect(banco, isolation_level=None)) as conexao:
        conexao.execute("PRAGMA journal_mode=OFF")
        conexao.execute("PRAGMA synchronous=OFF")
        conexao.execute("BEGIN IMMEDIATE")
        paredao, participantes = criar_paredao(conexao, f"Paredão de {quantos} votos", horas[0], fim)
        contagens: Counter[tuple[int, datetime]] = Counter()
        (lote,) = conexao.execute("SELECT coalesce(max(id), 0) FROM votacao_lote").fetchone()
        tamanho = max(1, min(VOTOS_POR_LOTE, quantos // HORAS))  # poucos votos também ocupam as 48 horas
        for primeiro in range(0, quantos, tamanho):
            lote += 1
            hora = horas[primeiro * HORAS // quantos]
            numeros = range(primeiro, min(primeiro + tamanho, quantos))
            linhas = [(chave(hora, paredao, n), participantes[n % len(participantes)], lote) for n in numeros]
            resumo = hashlib.sha256(b"".join(id_ + quem.to_bytes(8, "big") for id_, quem, _ in linhas)).digest()
            conexao.execute(
                "INSERT INTO votacao_lote (id, paredao_id, modalidade, hora, suspeita, quantidade, resumo, gravado_em)"
                " VALUES (?, ?, ?, ?, 0, ?, ?, ?)",
                (lote, paredao, TORCIDA, texto(hora), len(linhas), resumo, texto(hora)),
            )
            conexao.executemany(INSERE_VOTO, linhas)
            contagens.update((quem, hora) for _, quem, _ in linhas)
        conexao.executemany(
            "INSERT INTO votacao_contagem (paredao_id, participante_id, modalidade, hora, suspeita, votos)"
            " VALUES (?, ?, ?, ?, 0, ?)",
            [(paredao, quem, TORCIDA, texto(hora), votos) for (quem, hora), votos in contagens.items()],
        )
        conexao.execute("UPDATE votacao_paredao SET publicado_em = ? WHERE id = ?", (texto(fim), paredao))
        conexao.execute("COMMIT")
        conexao.execute("PRAGMA journal_mode=WAL")
    return paredao


def criar_paredao(conexao: sqlite3.Connection, titulo: str, abre: datetime, fecha: datetime) -> tuple[int, list[int]]:
    """Encerrado, com os participantes do primeiro paredão que existir; devolve o número e os participantes."""
    modelo, edicao = conexao.execute("SELECT id, edicao_id FROM votacao_paredao ORDER BY id LIMIT 1").fetchone()
    cursor = conexao.execute(
        "INSERT INTO votacao_paredao"
        " (edicao_id, titulo, decisao, abre_em, fecha_em, peso_torcida, peso_unico, parciais)"
        " VALUES (?, ?, 'sai', ?, ?, 100, 0, 'ocultas')",
        (edicao, titulo, texto(abre), texto(fecha)),
    )
    paredao = cursor.lastrowid
    assert paredao is not None
    conexao.execute(
        "INSERT INTO votacao_opcao (paredao_id, participante_id, ordem)"
        " SELECT ?, participante_id, ordem FROM votacao_opcao WHERE paredao_id = ?",
        (paredao, modelo),
    )
    escolhas = conexao.execute("SELECT participante_id FROM votacao_opcao WHERE paredao_id = ?", (paredao,))
    return paredao, [quem for (quem,) in escolhas]


def chave(hora: datetime, paredao: int, n: int) -> bytes:
    """UUIDv7 da hora, com um contador no lugar do acaso: único e crescente, como os que a urna emite."""
    return (int(hora.timestamp() * 1000) << 80 | 7 << 76 | 2 << 62 | paredao << 40 | n).to_bytes(16, "big")


def texto(instante: datetime) -> str:
    """Como o Django escreve datas no SQLite: UTC, sem fuso."""
    return instante.strftime("%Y-%m-%d %H:%M:%S")
