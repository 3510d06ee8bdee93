"""O captcha de fora (Turnstile ou hCaptcha), desligado por omissão: a cédula só sai depois de o provedor confirmar.

A página manda a ficha que o provedor deu ao navegador no cabeçalho `X-Captcha`; aqui se pergunta ao provedor se ela
vale. Não se manda a ele o endereço de quem vota.

Se o provedor não responde, a votação não para: por `DESCANSO` segundos as cédulas saem sem ele, com uma prova mais
difícil. Quem decide que ele está fora do ar é este servidor, ao perguntar; a palavra do navegador não conta.
"""

import json
import logging
import threading
import time
from typing import Final
from urllib.error import HTTPError
from urllib.parse import urlencode
from urllib.request import Request, urlopen

from django.conf import settings

from votacao.recusas import CaptchaRecusado

CABECALHO: Final = "X-Captcha"
FICHA_MAXIMA: Final = 4096
"""Caracteres."""
PRAZO: Final = 2.0
"""Segundos que se espera pelo provedor."""
DESCANSO: Final = 10.0
"""Segundos que vale o que se soube da saúde do provedor."""
BITS_A_MAIS: Final = 4
"""Da prova das cédulas emitidas com o provedor fora do ar."""
_RESPOSTA_MAXIMA: Final = 65536

registro_de_avisos = logging.getLogger("votacao.urna")


class ForaDoAr(Exception):
    """O provedor não disse nem que sim nem que não."""


class _Saude:
    """O que este processo sabe do provedor."""

    def __init__(self) -> None:
        self._trinco = threading.Lock()
        self._caiu_em = float("-inf")
        self._respondeu_em = float("-inf")

    def fora_do_ar(self) -> bool:
        return time.monotonic() - self._caiu_em < DESCANSO

    def respondeu_ha_pouco(self) -> bool:
        return time.monotonic() - self._respondeu_em < DESCANSO

    def anotar(self, erro: Exception | None) -> None:
        with self._trinco:
            if erro is None:
                self._respondeu_em, self._caiu_em = time.monotonic(), float("-inf")
                return
            if not self.fora_do_ar():
                registro_de_avisos.warning("captcha: o provedor não responde (%s); as cédulas saem sem ele", erro)
            self._caiu_em = time.monotonic()


_saude = _Saude()


def exigir(ficha: str) -> int:
    """Quantos bits a mais a prova da cédula precisa ter: 0 com o captcha confirmado, ou desligado.

    Pode esperar `PRAZO` segundos pela rede: nunca no laço de eventos. Levanta `CaptchaRecusado`.
    """
    if settings.CAPTCHA is None:
        return 0
    if _saude.fora_do_ar():
        return BITS_A_MAIS
    if not ficha and _saude.respondeu_ha_pouco():
        raise CaptchaRecusado
    try:
        # Sem ficha também se pergunta: se o provedor caiu, ninguém tem ficha, e é assim que se sabe.
        vale = _perguntar(ficha if len(ficha) <= FICHA_MAXIMA else "")
    except ForaDoAr as erro:
        _saude.anotar(erro)
        return BITS_A_MAIS
    _saude.anotar(None)
    if not vale:
        raise CaptchaRecusado
    return 0


def esquecer() -> None:
    """Esquece a saúde do provedor: para os testes começarem do zero."""
    global _saude
    _saude = _Saude()


def _perguntar(ficha: str) -> bool:
    """https://developers.cloudflare.com/turnstile/get-started/server-side-validation/ e https://docs.hcaptcha.com/#verify"""
    captcha = settings.CAPTCHA
    assert captcha is not None  # noqa: S101 (quem chama já olhou)
    campos = {"secret": captcha.segredo, "response": ficha, "sitekey": captcha.chave}
    pedido = Request(captcha.verificacao, urlencode(campos).encode(), {"Accept": "application/json"})  # noqa: S310 (http só na própria máquina)
    try:
        with urlopen(pedido, timeout=PRAZO) as resposta:  # noqa: S310
            dito = json.loads(resposta.read(_RESPOSTA_MAXIMA))
    except HTTPError as erro:
        # O Turnstile responde 400 a uma ficha que não serve, com o mesmo JSON; um 5xx é dele.
        if erro.code >= 500:
            raise ForaDoAr(f"respondeu {erro.code}") from erro
        dito = _ler(erro.read(_RESPOSTA_MAXIMA))
    except (OSError, ValueError) as erro:
        raise ForaDoAr(str(erro)) from erro
    if not isinstance(dito, dict) or not isinstance(dito.get("success"), bool):
        raise ForaDoAr("respondeu o que não se entende")
    return dito["success"] is True


def _ler(corpo: bytes) -> object:
    try:
        return json.loads(corpo)
    except ValueError:
        return None
