"""O que se responde a um voto, a um pedido de cédula e a uma recusa: uma vez só, para as duas portas."""

import json
from datetime import UTC, datetime
from functools import lru_cache
from typing import NamedTuple

from django.conf import settings
from django.http import HttpResponse
from django.template.loader import render_to_string

from votacao import medidores
from votacao.models import Modalidade
from votacao.recusas import MetodoErrado, Recusa
from votacao.urna import cedula as cedulas
from votacao.urna.catalogo import ParedaoNaUrna
from votacao.urna.contas import Conta
from votacao.urna.suspeita import bits_da_cedula

HTML = "text/html; charset=utf-8"
JSON = "application/json; charset=utf-8"
SEM_GUARDAR = ("Cache-Control", "no-store")


class Resposta(NamedTuple):
    status: int
    cabecalhos: tuple[tuple[str, str], ...]
    """Sem os de segurança, que são de cada porta."""
    corpo: bytes = b""


def voto_contado(codigo: str, *, em_json: bool) -> Resposta:
    """`codigo`: os 32 dígitos hexadecimais da cédula."""
    destino = ("Location", f"/comprovantes/{codigo}/")
    if not em_json:
        return Resposta(303, (destino, SEM_GUARDAR))
    return Resposta(201, (destino, SEM_GUARDAR, ("Content-Type", JSON)), b'{"comprovante": "%s"}' % codigo.encode())


def cedula_da_torcida(paredao: ParedaoNaUrna, conta: Conta | None, agora: float, mais_bits: int = 0) -> Resposta:
    """Emite uma cédula para a página com JavaScript, no peso que a origem merece, e a responde."""
    bits = min(bits_da_cedula(paredao.bits, conta, agora) + mais_bits, settings.BITS_MAXIMOS)
    texto, expira_em = cedulas.emitir(
        paredao=paredao.id,
        modalidade=Modalidade.TORCIDA,
        bits=bits,
        porta=cedulas.COM_SCRIPT,
        agora=agora,
        etiqueta=cedulas.SEM_ETIQUETA if conta is None else conta.etiqueta,
    )
    return cedula_emitida(texto, bits, expira_em)


def cedula_emitida(cedula: str, bits: int, expira_em: int) -> Resposta:
    """`expira_em` em segundos desde 1970; no JSON vai em ISO 8601, UTC."""
    prazo = datetime.fromtimestamp(expira_em, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    corpo = f'{{"cedula": "{cedula}", "bits": {bits}, "expira_em": "{prazo}"}}'.encode()
    return Resposta(200, (SEM_GUARDAR, ("Content-Type", JSON)), corpo)


def recusa(tipo: type[Recusa], *, em_json: bool, paredao_id: int | None) -> Resposta:
    """`paredao_id`: para onde a página manda voltar; só um paredão que existe, para a memória ter fim.

    As duas portas recusam por aqui, e aqui se conta cada recusa.
    """
    medidores.deste_processo.recusar(tipo.codigo)
    return _recusa(tipo, em_json, paredao_id)  # type: ignore[arg-type] # o mypy não sabe que uma classe é hashable


@lru_cache(maxsize=2048)
def _recusa(tipo: type[Recusa], em_json: bool, paredao_id: int | None) -> Resposta:
    cabecalhos = [SEM_GUARDAR]
    if tipo.apos is not None:
        cabecalhos.append(("Retry-After", str(tipo.apos)))
    if tipo is MetodoErrado:
        cabecalhos.append(("Allow", "POST"))
    if em_json:
        corpo = json.dumps({"erro": tipo.codigo, "mensagem": tipo.mensagem}, ensure_ascii=False).encode()
        return Resposta(tipo.status, (*cabecalhos, ("Content-Type", JSON)), corpo)
    pagina = render_to_string("votacao/recusa.html", {"recusa": tipo, "paredao_id": paredao_id})
    return Resposta(tipo.status, (*cabecalhos, ("Content-Type", HTML)), pagina.encode())


def em_http(resposta: Resposta) -> HttpResponse:
    """A mesma resposta pela porta do Django, que põe os seus próprios cabeçalhos de segurança."""
    http = HttpResponse(resposta.corpo, status=resposta.status)
    del http["Content-Type"]
    for nome, valor in resposta.cabecalhos:
        http[nome] = valor
    return http
