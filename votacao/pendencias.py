"""O que a fila ainda deve ao livro: quantos votos prometidos faltam contar, e de quem falta notícia.

Sai só do banco, da conta em dois lados: o remetente declara o que o broker lhe confirmou (`Serie`), o trabalhador anota
o que tratou (`Remessa`). A diferença é o que falta. O porquê de ser exata está em `docs/FILA.md`.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import connection

from votacao.models import Remetente, Serie

_POR_CONTAR = """
SELECT s.id, s.remetente_id, s.paredao_id, s.ate, s.votos,
       s.votos - COALESCE((SELECT SUM(r.votos) FROM votacao_remessa r WHERE r.serie = s.id AND r.numero <= s.ate), 0)
FROM votacao_serie s WHERE s.desistida_em IS NULL{filtro} ORDER BY s.id
"""


@dataclass(frozen=True, slots=True)
class SerieAberta:
    """Uma série com votos por contar."""

    id: UUID
    remetente: UUID
    paredao: int
    ate: int
    votos: int
    por_contar: int


@dataclass(frozen=True, slots=True)
class Pendencia:
    """O que falta para o livro de um paredão estar inteiro."""

    por_contar: int
    """Votos que o broker confirmou e que nenhum trabalhador contou ainda."""
    sem_noticia: tuple[Remetente, ...]
    """Processos que ainda não disseram o que mandaram antes do instante perguntado."""

    def __bool__(self) -> bool:
        return bool(self.por_contar or self.sem_noticia)


def pendencia(paredao: int, ate: datetime) -> Pendencia:
    """O que falta dos votos deste paredão aceitos antes de `ate`. Se nada falta, nada mais virá a faltar.

    Os remetentes leem-se antes das séries: quem já declarou até depois de `ate` escreveu, na mesma transação, as séries
    de tudo o que prometeu antes disso.
    """
    calados = tuple(Remetente.objects.filter(encerrado_em__isnull=True, corte__lt=ate).order_by("desde"))
    return Pendencia(sum(serie.por_contar for serie in series_abertas(paredao)), calados)


def por_contar(paredao: int) -> int:
    """Votos já declarados e ainda não contados. Com a votação aberta, um segundo atrasado."""
    return sum(serie.por_contar for serie in series_abertas(paredao))


def series_abertas(paredao: int | None = None) -> Iterator[SerieAberta]:
    """As que têm votos por contar; sem `paredao`, de todos."""
    filtro, valores = ("", []) if paredao is None else (" AND s.paredao_id = %s", [paredao])
    with connection.cursor() as cursor:
        cursor.execute(_POR_CONTAR.format(filtro=filtro), valores)
        for serie, remetente, paredao_id, ate, votos, falta in cursor.fetchall():
            if falta > 0:
                yield SerieAberta(_uuid(serie), _uuid(remetente), paredao_id, ate, votos, int(falta))


def _uuid(valor: object) -> UUID:
    return valor if isinstance(valor, UUID) else UUID(str(valor))


def desistir(serie: UUID, *, por_que: str, agora: datetime) -> bool:
    """Dá por perdidos os votos que faltam numa série. `False` se ela não existe ou já tinha sido dada por perdida."""
    return bool(
        Serie.objects.filter(pk=serie, desistida_em__isnull=True).update(desistida_em=agora, desistencia=por_que[:500])
    )


def encerrar_remetente(remetente: UUID, *, por_que: str, agora: datetime) -> bool:
    """Diz que este processo não promete mais votos. `False` se não existe ou já estava encerrado.

    Quem chama garante que ele morreu e que não há nada dele por contar na fila.
    """
    return bool(
        Remetente.objects.filter(pk=remetente, encerrado_em__isnull=True).update(
            encerrado_em=agora, encerramento=por_que[:500]
        )
    )
