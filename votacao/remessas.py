"""O formato de uma remessa: os votos de um lote, de um paredão, como viajam pela fila.

Binário, com versão e resumo, lido com rigor: o que foge ao formato é `RemessaIlegivel` e vai para a fila dos mortos, em
vez de ser contado pela metade. Vai em base64 dentro da mensagem do Celery, que é JSON: 40 bytes por voto.
"""

import base64
import binascii
import hashlib
import math
import struct
from typing import Final, NamedTuple
from uuid import UUID

from votacao.models import Modalidade, Suspeita
from votacao.registro import VotoAceito

VERSAO: Final = 1
_MAGICA: Final = b"BBV"
_CABECA: Final = struct.Struct(">3sB16sIIH")
_VOTO: Final = struct.Struct(">16sBIdB")
_RESUMO: Final = 8
"""Bytes do SHA-256 de tudo o que vem antes: para acusar o que se estragou, não para impedir uma fraude."""
VOTOS_MAXIMOS: Final = 65535
_MODALIDADES: Final = frozenset(Modalidade.values)
_SUSPEITAS: Final = frozenset(Suspeita.values)
_DESDE: Final = 1_700_000_000.0
_ATE: Final = 4_102_444_800.0
"""Instantes em que um voto pode ter sido aceito: de 2023 a 2099."""


class RemessaIlegivel(ValueError):
    """Não é uma remessa desta versão, inteira e sem defeito."""


class Remessa(NamedTuple):
    """Votos de um paredão, publicados juntos. A série e o número a identificam (`votacao.urna.remetente`)."""

    serie: UUID
    numero: int
    """De 1 em diante, sem saltos dentro da série."""
    paredao: int
    votos: tuple[VotoAceito, ...]


def escrever(remessa: Remessa) -> str:
    """A remessa em base64. Supõe de 1 a `VOTOS_MAXIMOS` votos, todos do paredão dela e sem `recusa`."""
    partes = [_CABECA.pack(_MAGICA, VERSAO, remessa.serie.bytes, remessa.numero, remessa.paredao, len(remessa.votos))]
    partes += [
        _VOTO.pack(voto.id, voto.modalidade, voto.participante, voto.aceito_em, voto.suspeita) for voto in remessa.votos
    ]
    bruto = b"".join(partes)
    return base64.b64encode(bruto + _resumir(bruto)).decode("ascii")


def ler(texto: object) -> Remessa:
    """A remessa que `escrever` escreveu. Levanta `RemessaIlegivel`."""
    if not isinstance(texto, str):
        raise RemessaIlegivel("não é texto")
    try:
        bruto = base64.b64decode(texto.encode("ascii"), validate=True)
    except (UnicodeEncodeError, binascii.Error):
        raise RemessaIlegivel("não é base64") from None
    if len(bruto) < _CABECA.size + _RESUMO:
        raise RemessaIlegivel(f"curta demais: {len(bruto)} bytes")
    magica, versao, serie, numero, paredao, quantos = _CABECA.unpack_from(bruto)
    if magica != _MAGICA or versao != VERSAO:
        raise RemessaIlegivel(f"de outro formato ou versão: {bruto[:4].hex()}")
    if len(bruto) != _CABECA.size + quantos * _VOTO.size + _RESUMO:
        raise RemessaIlegivel(f"de tamanho errado: {len(bruto)} bytes para {quantos} votos")
    if _resumir(bruto[:-_RESUMO]) != bruto[-_RESUMO:]:
        raise RemessaIlegivel("estragada: o resumo não confere")
    if not (numero and paredao and quantos):
        raise RemessaIlegivel("sem número, sem paredão ou sem votos")
    votos = [
        VotoAceito(chave, paredao, modalidade, participante, aceito_em, None, suspeita)
        for chave, modalidade, participante, aceito_em, suspeita in _VOTO.iter_unpack(bruto[_CABECA.size : -_RESUMO])
    ]
    for voto in votos:
        if not (
            voto.modalidade in _MODALIDADES
            and voto.suspeita in _SUSPEITAS
            and math.isfinite(voto.aceito_em)
            and _DESDE <= voto.aceito_em < _ATE
        ):
            raise RemessaIlegivel("com um voto impossível")
    return Remessa(UUID(bytes=serie), numero, paredao, tuple(votos))


def _resumir(bruto: bytes) -> bytes:
    return hashlib.sha256(bruto).digest()[:_RESUMO]
