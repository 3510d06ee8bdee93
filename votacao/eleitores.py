"""O voto único: um por CPF em cada paredão, sem que o livro saiba de quem.

O CPF se guarda como um resumo com chave (`CHAVE_CPF`), e a identidade do voto é outro resumo, do paredão e desse: quem
vota duas vezes apresenta duas vezes a mesma cédula, e o livro recusa a segunda. O que sabe quem tem a chave, e como se
troca, está em `docs/ANTIRROBO.md`.

Um CPF digitado é um número válido, não uma prova de identidade. Prova dá um provedor que o afirma (`verificado`): ele
vale mais do que a palavra de quem digitou, e o número passa à conta que o provou.
"""

import hashlib
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from functools import lru_cache
from typing import Any

from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser
from django.db import DatabaseError, IntegrityError, InterfaceError, transaction

from votacao import registro
from votacao.models import Eleitor, Paredao
from votacao.recusas import FaltaCpf, FaltaCpfVerificado, UrnaIndisponivel


class CpfRecusado(Exception):
    """A mensagem é para o fã."""


class CpfDeOutraConta(CpfRecusado):
    def __init__(self) -> None:
        super().__init__(
            "Este CPF já dá o voto único por outra conta. Se ele é seu, entre por um serviço que confirme o CPF."
        )


class CpfConfirmadoPorOutra(CpfRecusado):
    def __init__(self) -> None:
        super().__init__(
            "Este CPF já foi confirmado por outra conta. Saia desta e entre de novo pelo mesmo serviço: você cai nela."
        )


class CpfJaDado(CpfRecusado):
    def __init__(self) -> None:
        super().__init__("Esta conta já deu outro CPF. Cada conta vota por um só, e ele não muda.")


@lru_cache(maxsize=8)
def _segredo(chave: str, uso: bytes) -> bytes:
    return hashlib.blake2b(chave.encode(), digest_size=32, person=uso).digest()


@lru_cache(maxsize=8)
def nome_da_chave(chave: str) -> str:
    """Oito dígitos que dizem qual é a chave, sem dizer nada dela."""
    return _segredo(chave, b"bbb.nome").hex()[:8]


def _resumir(cpf: str, chave: str) -> bytes:
    return hashlib.blake2b(cpf.encode(), digest_size=32, key=_segredo(chave, b"bbb.cpf")).digest()


def cadastrar(*, conta: AbstractBaseUser, cpf: str, agora: datetime, verificado: bool = False) -> Eleitor:
    """Guarda o CPF desta conta (11 dígitos, já conferidos), ou confirma o que ela já deu, sob a chave que vale.

    `verificado`: quem o diz é um provedor de identidade. Levanta `CpfDeOutraConta`, `CpfConfirmadoPorOutra` ou
    `CpfJaDado`, sem mudar nada, e `UrnaIndisponivel` se o servidor não tem chave ou o banco está ocupado. Duas contas
    ao mesmo tempo com o mesmo CPF: uma fica com ele.
    """
    if not settings.CHAVES_CPF:
        raise UrnaIndisponivel
    resumos = [_resumir(cpf, chave) for chave in settings.CHAVES_CPF]
    with _vez():
        # Antes de olhar os outros: uma conta que já deu o seu não serve para sondar quem deu os deles.
        meu = Eleitor.objects.select_for_update().filter(conta_id=conta.pk).first()
        # De um resumo sob uma chave já retirada não se sabe de que CPF é: a conta dá o seu de novo, sem confirmação.
        if meu is not None and bytes(meu.cpf_resumo) not in resumos and not verificado:
            if meu.chave_cpf in map(nome_da_chave, settings.CHAVES_CPF):
                raise CpfJaDado
            meu.verificado_em = None
        for outro in Eleitor.objects.select_for_update().filter(cpf_resumo__in=resumos).exclude(conta_id=conta.pk):
            if not verificado:
                raise CpfDeOutraConta
            if outro.verificado_em is not None:
                raise CpfConfirmadoPorOutra
            outro.delete()
        meu = meu or Eleitor(conta_id=conta.pk, cadastrado_em=agora)
        meu.cpf_resumo, meu.chave_cpf = resumos[0], nome_da_chave(settings.CHAVES_CPF[0])
        meu.verificado_em = agora if verificado else meu.verificado_em
        try:
            with transaction.atomic():
                meu.save()
        except IntegrityError:
            if Eleitor.objects.filter(conta_id=conta.pk, cpf_resumo=resumos[0]).exists():
                return Eleitor.objects.get(conta_id=conta.pk)
            raise CpfDeOutraConta from None
        return meu


@contextmanager
def _vez() -> Iterator[None]:
    """Uma transação que espera a sua vez entre as gravações de votos. Levanta `UrnaIndisponivel` se ela não vem."""
    try:
        limite = time.monotonic() + registro.ESPERA_MAXIMA
        with registro.vez_de_escrever(limite, vigiado=False), transaction.atomic():
            yield
    except (DatabaseError, InterfaceError) as erro:
        raise UrnaIndisponivel from erro


def quem_confirmou(cpf: str) -> Any:
    """A conta a que um provedor já confirmou este CPF; `None` se nenhuma."""
    resumos = [_resumir(cpf, chave) for chave in settings.CHAVES_CPF]
    confirmado = Eleitor.objects.filter(cpf_resumo__in=resumos, verificado_em__isnull=False)
    eleitor = confirmado.select_related("conta").first()
    return None if eleitor is None else eleitor.conta


def precisa_do_cpf(eleitor: Eleitor | None) -> bool:
    """Se a conta ainda não deu o CPF, ou o deu sob uma chave que já foi trocada."""
    return eleitor is None or not settings.CHAVES_CPF or eleitor.chave_cpf != nome_da_chave(settings.CHAVES_CPF[0])


def chave_do_voto(paredao: Paredao, eleitor: Eleitor | None) -> bytes:
    """Os 16 bytes que identificam o voto único deste eleitor neste paredão: sempre os mesmos.

    Levanta `FaltaCpf`, `FaltaCpfVerificado` ou, se a chave mudou com o paredão já no ar, `UrnaIndisponivel`: com outra
    chave, quem já votou votaria de novo.
    """
    if eleitor is None or precisa_do_cpf(eleitor):
        raise FaltaCpf
    if paredao.exige_cpf_verificado and eleitor.verificado_em is None:
        raise FaltaCpfVerificado
    _prender_chave(paredao, eleitor.chave_cpf)
    segredo = _segredo(settings.CHAVES_CPF[0], b"bbb.unico")
    conteudo = paredao.pk.to_bytes(8, "big") + bytes(eleitor.cpf_resumo)
    resumo = bytearray(hashlib.blake2b(conteudo, digest_size=16, key=segredo).digest())
    # Um UUIDv8 (RFC 9562): nunca igual ao UUIDv7 de uma cédula da torcida.
    resumo[6] = resumo[6] & 0x0F | 0x80
    resumo[8] = resumo[8] & 0x3F | 0x80
    return bytes(resumo)


def _prender_chave(paredao: Paredao, nome: str) -> None:
    """A primeira cédula de voto único diz, de uma vez por todas, sob que chave este paredão vota."""
    if not paredao.chave_cpf:
        with _vez():
            Paredao.objects.filter(pk=paredao.pk, chave_cpf="").update(chave_cpf=nome)
        paredao.refresh_from_db(fields=["chave_cpf"])
    if paredao.chave_cpf != nome:
        raise UrnaIndisponivel
