"""O exame de um voto: as mesmas regras para as duas portas, sem banco, sem HTTP e sem Django no caminho."""

import json
import re
from collections.abc import Callable
from functools import lru_cache
from typing import Any, NamedTuple
from urllib.parse import parse_qsl, urlsplit

from django.conf import settings

from votacao.models import Modalidade
from votacao.recusas import (
    CedulaDeOutroParedao,
    CedulaVencida,
    ForaDoParedao,
    ParedaoFechado,
    ParedaoNaoAberto,
    PedidoMalformado,
    ProvaInsuficiente,
    Recusa,
    SemTorcida,
    SemUnico,
)
from votacao.registro import VotoAceito
from votacao.urna import cedula as cedulas
from votacao.urna.catalogo import ParedaoNaUrna
from votacao.urna.contas import Conta
from votacao.urna.suspeita import julgar

CORPO_MAXIMO = 4096
"""Bytes do maior corpo de um voto; além disso, 413."""
TIPO_DO_FORMULARIO = "application/x-www-form-urlencoded"
TIPO_DA_API = "application/json"

# O corpo que o script da página e os formulários mandam. Qualquer outro é lido campo por campo.
_CORPO = re.compile(rb"participante=([0-9]{1,9})&cedula=([A-Za-z0-9_-]{63})&prova=([0-9]{0,20})")
_CAMPOS = {
    b"participante": re.compile(rb"[0-9]{1,9}"),
    b"cedula": re.compile(rb"[A-Za-z0-9_-]{63}"),
    b"prova": re.compile(rb"[0-9]{0,20}"),
}


_TEXTOS = {"cedula": re.compile(r"[A-Za-z0-9_-]{63}"), "prova": re.compile(r"[0-9]{0,20}")}
PARTICIPANTE_MAXIMO = 999_999_999


class Formulario(NamedTuple):
    participante: int
    cedula: bytes
    prova: bytes


Ler = Callable[[bytes], Formulario]
"""Tira os três campos do corpo. Levanta `PedidoMalformado`."""


def ler_formulario(corpo: bytes) -> Formulario:
    """Os três campos, cada um exatamente uma vez; campos a mais são ignorados. Levanta `PedidoMalformado`."""
    exato = _CORPO.fullmatch(corpo)
    if exato is not None:
        participante, cedula, prova = exato.groups()
        return Formulario(int(participante), cedula, prova)
    try:
        pares = parse_qsl(corpo, keep_blank_values=True, strict_parsing=True, max_num_fields=20)
    except ValueError:
        raise PedidoMalformado from None
    achados: dict[bytes, bytes] = {}
    for nome, valor in pares:
        if nome in _CAMPOS:
            if nome in achados or _CAMPOS[nome].fullmatch(valor) is None:
                raise PedidoMalformado
            achados[nome] = valor
    # Um formulário sem prova é o da página sem JavaScript, com o campo vazio ou ausente.
    if b"participante" not in achados or b"cedula" not in achados:
        raise PedidoMalformado
    return Formulario(int(achados[b"participante"]), achados[b"cedula"], achados.get(b"prova", b""))


def ler_json(corpo: bytes) -> Formulario:
    """O mesmo voto como a API o recebe: `{"participante": 1, "cedula": "…", "prova": "…"}`; campos a mais, ignorados.

    Levanta `PedidoMalformado`, também se um campo se repete.
    """
    try:
        dados = json.loads(corpo, object_pairs_hook=_sem_repetir)
    except (ValueError, RecursionError):
        raise PedidoMalformado from None
    if not isinstance(dados, dict):
        raise PedidoMalformado
    participante, cedula, prova = dados.get("participante"), dados.get("cedula"), dados.get("prova", "")
    if type(participante) is not int or not 0 <= participante <= PARTICIPANTE_MAXIMO:
        raise PedidoMalformado
    return Formulario(participante, _texto("cedula", cedula), _texto("prova", prova))


def _texto(nome: str, valor: object) -> bytes:
    if not isinstance(valor, str) or _TEXTOS[nome].fullmatch(valor) is None:
        raise PedidoMalformado
    return valor.encode()


def _sem_repetir(pares: list[tuple[str, Any]]) -> dict[str, Any]:
    dados = dict(pares)
    if len(dados) != len(pares):
        raise ValueError("campo repetido")
    return dados


def examinar(
    corpo: bytes, paredao: ParedaoNaUrna, agora: float, conta: Conta | None = None, ler: Ler = ler_formulario
) -> VotoAceito:
    """Aplica as regras na ordem do contrato, de 400 a 410. `agora` em segundos desde 1970. Levanta uma `Recusa`.

    `conta` é a da origem do pedido (`limites.contar`): diz se o voto aceito é suspeito.

    Cédula vencida e paredão fechado não levantam: a cédula pode já ter sido contada, e quem sabe é o livro.
    """
    participante, texto, prova = ler(corpo)
    if participante not in paredao.participantes:
        raise ForaDoParedao
    cedula = cedulas.abrir(texto)
    if cedula.paredao != paredao.id:
        raise CedulaDeOutroParedao
    if not cedulas.prova_basta(texto, prova, cedula.bits):
        raise ProvaInsuficiente
    recusa: type[Recusa] | None = None
    if agora >= cedula.expira_em:
        recusa = CedulaVencida
    elif agora < paredao.abre_em:
        recusa = ParedaoNaoAberto
    elif agora >= paredao.fecha_em:
        recusa = ParedaoFechado
    suspeita = julgar(conta, cedula, agora)
    return VotoAceito(cedula.id, paredao.id, cedula.modalidade, participante, agora, recusa, suspeita)


def pode_emitir(paredao: ParedaoNaUrna, agora: float, modalidade: Modalidade = Modalidade.TORCIDA) -> None:
    """Levanta a `Recusa` de quem pede uma cédula fora de hora."""
    if agora < paredao.abre_em:
        raise ParedaoNaoAberto
    if agora >= paredao.fecha_em:
        raise ParedaoFechado
    if modalidade == Modalidade.TORCIDA and not paredao.tem_torcida:
        raise SemTorcida
    if modalidade == Modalidade.UNICO and not paredao.tem_unico:
        raise SemUnico


@lru_cache(maxsize=4096)
def mesmo_site(sec_fetch_site: str, origem: str, host: str) -> bool:
    """Se o pedido vem da nossa página (ou de fora de um navegador, que não manda nenhum dos dois cabeçalhos).

    `Sec-Fetch-Site` é do navegador e nenhuma página o falsifica; `Origin` vale para os navegadores que não o têm.
    """
    if origem and origem in settings.CSRF_TRUSTED_ORIGINS:
        return True
    if sec_fetch_site:
        return sec_fetch_site in ("same-origin", "none")
    if not origem:
        return True
    try:
        partes = urlsplit(origem)
    except ValueError:
        return False
    return partes.scheme in (("https",) if settings.HTTPS else ("http", "https")) and partes.netloc == host


def e_formulario(tipo: str) -> bool:
    """Se o `Content-Type` é o de um formulário comum."""
    return tipo.partition(";")[0].strip().lower() == TIPO_DO_FORMULARIO


def e_json(tipo: str) -> bool:
    """Se o `Content-Type` é o de um corpo da API."""
    return tipo.partition(";")[0].strip().lower() == TIPO_DA_API


def quer_json(aceita: str) -> bool:
    """Se o cabeçalho `Accept` pede JSON. Um navegador que abre a página pede HTML antes."""
    return "application/json" in aceita and "text/html" not in aceita
