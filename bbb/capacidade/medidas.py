"""O que o banco de provas mediu, lido de docs/medidas.json e conferido."""

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

MEDIR = "make bench"
"""O comando que escreve as medidas."""
JORNADA = 3.1
"""Custo de uma jornada (página, cédula, voto, comprovante) sobre o do voto só, quando a medida não traz jornadas:
27.098 votos/s ÷ 8.848 jornadas/s na tabela de docs/DESEMPENHO.md."""
WAL_POR_BYTE = 2.5
"""Bytes de WAL por byte de livro, se a medida não traz: linha, chave e páginas inteiras depois de um checkpoint."""
PARTE_DO_BANCO = 0.5
"""Da CPU gasta para drenar um voto, quanto foi do banco e não do trabalhador, se não foi medido."""


class MedidaFaltando(Exception):
    """As medidas não existem ou não servem; a mensagem diz qual, e com que comando se escrevem."""


@dataclass(frozen=True, slots=True)
class Medidas:
    """O que se mediu numa máquina, por segundo e em bytes."""

    publicados: float
    """Votos/s aceitos pelo servidor em modo de fila."""
    drenados: float
    """Votos/s que os trabalhadores, juntos, passam da fila ao PostgreSQL."""
    bytes_na_fila: float
    trabalhadores: int
    votos_web: float
    jornadas_web: float | None
    processos_web: int
    """Os do servidor sem fila."""
    processos_publicando: int
    """Os do servidor em modo de fila."""
    parte_do_banco: float
    """Da CPU de drenar um voto, a fração que não foi dos trabalhadores: banco e broker."""
    parte_medida: bool
    bytes_no_livro: float
    um_escritor: float | None
    """Votos/s que um escritor sozinho grava no livro: o que todos, somando nas mesmas linhas, não passam de muito."""
    wal_por_voto: float
    wal_medido: bool
    nucleos: int
    maquina: str

    @property
    def jornada(self) -> float:
        return self.votos_web / self.jornadas_web if self.jornadas_web else JORNADA


def ler(arquivo: Path) -> Medidas:
    """Levanta `MedidaFaltando`."""
    try:
        dados = json.loads(arquivo.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise MedidaFaltando(f"{arquivo} não existe. Escreva-o com: {MEDIR}") from None
    except (OSError, ValueError) as erro:
        raise MedidaFaltando(f"{arquivo} não se lê ({erro}). Escreva-o de novo com: {MEDIR}") from None

    def numero(secao: str, nome: str, *, obrigatorio: bool = True) -> float | None:
        bruto = dados.get(secao, {}).get(nome) if isinstance(dados, dict) else None
        if bruto is None and not obrigatorio:
            return None
        if isinstance(bruto, bool) or not isinstance(bruto, int | float) or not math.isfinite(bruto) or bruto <= 0:
            raise MedidaFaltando(
                f"{arquivo}: {secao}.{nome} falta ou não é um número acima de zero. Meça de novo com: {MEDIR}"
            )
        return float(bruto)

    def certo(secao: str, nome: str) -> float:
        valor = numero(secao, nome)
        assert valor is not None  # noqa: S101 (obrigatório: `numero` já teria levantado)
        return valor

    livro = certo("livro", "bytes_por_voto_postgres")
    wal = numero("livro", "wal_por_voto_postgres", obrigatorio=False)
    maquina = dados.get("maquina", {})
    nucleos = numero("maquina", "nucleos", obrigatorio=False) or 2
    drenados = certo("fila", "drenados_por_segundo")
    processos_web = certo("web", "processos")
    # Microssegundos de CPU dos trabalhadores por voto: o resto da máquina, nesse tempo, foi do banco e do broker.
    cpu_drenar = numero("fila", "cpu_us_por_voto_drenado", obrigatorio=False)
    parte = 1 - cpu_drenar * drenados / 1e6 / nucleos if cpu_drenar else PARTE_DO_BANCO
    return Medidas(
        publicados=certo("fila", "publicados_por_segundo"),
        drenados=drenados,
        bytes_na_fila=certo("fila", "bytes_por_voto"),
        trabalhadores=int(certo("fila", "trabalhadores")),
        votos_web=certo("web", "votos_por_segundo"),
        jornadas_web=numero("web", "jornadas_por_segundo", obrigatorio=False),
        processos_web=int(processos_web),
        processos_publicando=int(numero("fila", "processos_do_site", obrigatorio=False) or processos_web),
        parte_do_banco=min(0.9, max(0.1, parte)),
        parte_medida=cpu_drenar is not None,
        bytes_no_livro=livro,
        um_escritor=numero("livro", "gravados_por_segundo_um_escritor", obrigatorio=False),
        wal_por_voto=wal or livro * WAL_POR_BYTE,
        wal_medido=wal is not None,
        nucleos=int(nucleos),
        maquina=_descrever(maquina),
    )


def _descrever(maquina: object) -> str:
    if isinstance(maquina, str):
        return maquina
    if isinstance(maquina, Mapping):
        return "; ".join(f"{nome}: {valor}" for nome, valor in maquina.items())
    return "não diz qual"
