"""O que as telas da produção compartilham: quem pode o quê, e como um erro do banco vira uma frase."""

from typing import Any

from django.contrib import admin
from django.db import IntegrityError
from django.http import HttpRequest
from django.utils import timezone

_FRASES = {
    "o paredão já tem votos": "este paredão já recebeu votos, e o que define a votação não muda mais.",
    "há votos suspeitos sem decisão": "há votos suspeitos, e falta decidir se contam.",
    "a decisão sobre os votos suspeitos não muda": "a decisão sobre os votos suspeitos não muda.",
    "paredao_bits_possiveis": "os bits da prova vão de 0 a 30.",
    "o resultado já foi publicado": "o resultado deste paredão já foi publicado.",
    "a contagem não diminui": "uma contagem de votos não diminui.",
    "o livro de votos não muda": "um voto gravado não muda.",
    "paredao_titulo_por_edicao": "já há um paredão com este título nesta edição.",
    "participante_nome_por_edicao": "já há um participante com este nome na casa nesta edição.",
    "opcao_unica": "este participante já está neste paredão.",
}


class SomenteLeitura(admin.ModelAdmin):
    """Ninguém acrescenta, muda ou exclui por aqui, nem quem é superusuário."""

    actions = None

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


def pode_conduzir(request: HttpRequest) -> bool:
    return request.user.has_perm("votacao.conduzir_paredao")


def pode_ver_contagem(request: HttpRequest) -> bool:
    return request.user.has_perm("votacao.ver_contagem")


def agora_de(request: HttpRequest) -> Any:
    """O mesmo instante durante todo o pedido: a situação de um paredão não muda no meio da página."""
    if not hasattr(request, "agora"):
        request.agora = timezone.now()  # type: ignore[attr-defined]
    return request.agora  # type: ignore[attr-defined]


def frase_do_banco(erro: IntegrityError) -> str:
    """A recusa do banco (restrição ou gatilho), para quem está na tela."""
    for marca, frase in _FRASES.items():
        if marca in str(erro):
            return f"Nada foi gravado: {frase}"
    return "Nada foi gravado: outra pessoa mudou estes dados ao mesmo tempo. Confira e tente de novo."
