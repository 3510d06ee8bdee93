"""A cédula: um papel assinado, de uso único, que é a identidade do voto.

Por fora são 63 caracteres de base64url; com o ponto que a separa da prova, 64 bytes: um bloco exato de SHA-256. Assim
o telefone calcula o primeiro bloco uma vez e gasta só um bloco por tentativa. Por dentro são 31 bytes de conteúdo e 16
de assinatura (BLAKE2b com chave, RFC 7693).
"""

import binascii
import hashlib
import hmac
import struct
from functools import lru_cache
from typing import NamedTuple

from django.conf import settings
from uuid_utils import uuid7

from votacao.recusas import CedulaForjada

TAMANHO = 63
"""Caracteres de uma cédula."""
PROVA_MAXIMA = 20
"""Dígitos da maior prova aceita."""

COM_SCRIPT = 0
SEM_SCRIPT = 1
"""Porta por onde a cédula saiu. A da página sem JavaScript não pede prova, e é a que tem os limites mais apertados."""

SEM_ETIQUETA = b"\0\0\0"
"""De quem pode votar vindo de qualquer origem: as das provas de carga."""

_VERSAO = 2
_CONTEUDO = struct.Struct(">B16sIBBBI3s")
_SEM_VERSAO = struct.Struct(">x16sIBBBI3s")
_ASSINATURA = 16
"""Bytes. Adivinhar uma custa 2**128 pedidos."""
_PARA_B64 = bytes.maketrans(b"-_", b"+/")
_DE_B64 = bytes.maketrans(b"+/", b"-_")


class Cedula(NamedTuple):
    id: bytes
    """UUIDv7 de 16 bytes: em ordem de tempo, para o índice do livro só crescer no fim. O do voto único é um resumo."""
    paredao: int
    modalidade: int
    bits: int
    """Zeros à esquerda que o SHA-256 da prova precisa ter."""
    porta: int
    expira_em: int
    """Segundos desde 1970, em UTC."""
    etiqueta: bytes
    """A origem para a qual foi emitida (`contas.etiqueta`); zeros, se serve a qualquer uma."""


@lru_cache(maxsize=2)
def _chave(segredo: str) -> bytes:
    return hashlib.blake2b(segredo.encode(), digest_size=32, person=b"bbb.cedula").digest()


def _assinatura(conteudo: bytes) -> bytes:
    return hashlib.blake2b(conteudo, digest_size=_ASSINATURA, key=_chave(settings.SECRET_KEY)).digest()


def emitir(
    *,
    paredao: int,
    modalidade: int,
    bits: int,
    porta: int,
    agora: float,
    etiqueta: bytes = SEM_ETIQUETA,
    chave: bytes | None = None,
) -> tuple[str, int]:
    """Uma cédula e o instante em que vence (segundos desde 1970).

    `chave`, de 16 bytes, é a identidade do voto: a do voto único é sempre a mesma para um CPF num paredão
    (`eleitores.chave_do_voto`). Sem ela, é nova.
    """
    expira_em = int(agora) + settings.CEDULA_VALIDADE
    conteudo = _CONTEUDO.pack(_VERSAO, chave or uuid7().bytes, paredao, modalidade, bits, porta, expira_em, etiqueta)
    texto = binascii.b2a_base64(conteudo + _assinatura(conteudo), newline=False).translate(_DE_B64)
    return texto[:TAMANHO].decode("ascii"), expira_em


def abrir(texto: bytes) -> Cedula:
    """Lê e verifica a assinatura. Levanta `CedulaForjada`; não olha o prazo nem a prova."""
    try:
        bruto = binascii.a2b_base64(texto.translate(_PARA_B64) + b"=")
    except binascii.Error:
        raise CedulaForjada from None
    if len(bruto) != 47:
        raise CedulaForjada
    conteudo = bruto[:31]
    if not hmac.compare_digest(_assinatura(conteudo), bruto[31:]):
        raise CedulaForjada
    if conteudo[0] != _VERSAO:
        raise CedulaForjada
    return Cedula._make(_SEM_VERSAO.unpack(conteudo))


def prova_basta(cedula: bytes, prova: bytes, bits: int) -> bool:
    """Se SHA-256(cédula + "." + prova) começa com pelo menos `bits` zeros (0 a 32)."""
    if not bits:
        return True
    resumo = hashlib.sha256(cedula + b"." + prova).digest()
    return int.from_bytes(resumo[:4], "big") >> (32 - bits) == 0


def resolver(cedula: str, bits: int) -> str:
    """Acha uma prova por tentativa, como o telefone faz: em média 2**bits tentativas. Para testes e carga."""
    if not bits:
        return ""
    base = hashlib.sha256(f"{cedula}.".encode("ascii"))
    for tentativa in range(1 << (bits + 8)):
        copia = base.copy()
        copia.update(b"%d" % tentativa)
        if int.from_bytes(copia.digest()[:4], "big") >> (32 - bits) == 0:
            return str(tentativa)
    raise ArithmeticError("nenhuma prova em 256 vezes o número esperado de tentativas")
