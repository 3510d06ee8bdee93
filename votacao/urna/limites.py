"""De quem vem um pedido, e o limite além do qual ele é recusado. Quem conta é `votacao.urna.contas`.

Origem é um endereço IPv4 ou uma rede IPv6 /64 (o que um provedor dá a uma casa). Só o que a porta da frente reconhece
como vindo de um proxy de confiança muda a origem: um `X-Forwarded-For` forjado não muda nada.
"""

import ipaddress
import threading
import time
from functools import lru_cache

from django.conf import settings

from votacao.recusas import PedidosDemais
from votacao.urna.contas import CEDULA, CONFIRMACAO, JANELA, VOTO, Conta, Contas, por_minuto

_QUAL = {"voto": VOTO, "cedula": CEDULA, "confirmacao": CONFIRMACAO}
_contas: Contas | None = None
_trinco = threading.Lock()
_minuto = 0


@lru_cache(maxsize=65536)
def origem(endereco: str) -> str:
    """A chave de quem pede: o próprio IPv4, ou o /64 de um IPv6. Um endereço que não se entende é ele mesmo."""
    try:
        ip = ipaddress.ip_address(endereco)
    except ValueError:
        return endereco
    if isinstance(ip, ipaddress.IPv6Address):
        if ip.ipv4_mapped is not None:
            return str(ip.ipv4_mapped)
        return str(ipaddress.ip_network((ip, 64), strict=False))
    return str(ip)


@lru_cache(maxsize=4096)
def confiavel(endereco: str) -> bool:
    """Se é um proxy nosso (`PROXIES_CONFIAVEIS`), cuja palavra sobre a origem vale."""
    try:
        ip = ipaddress.ip_address(endereco)
    except ValueError:
        return False
    if isinstance(ip, ipaddress.IPv6Address) and ip.ipv4_mapped is not None:
        ip = ip.ipv4_mapped
    return any(ip in rede for rede in settings.PROXIES_CONFIAVEIS)


def quem_pede(par: str, encaminhado: str) -> str:
    """O endereço de quem pede. `par` é a outra ponta da conexão; `encaminhado`, o `X-Forwarded-For` que ela mandou.

    Lê-se da direita para a esquerda: o primeiro que não é um proxy nosso é a origem; o que vem antes dele, qualquer um
    pode ter escrito.
    """
    if not encaminhado or not confiavel(par):
        return par
    for endereco in reversed(encaminhado.split(",")):
        limpo = _sem_porta(endereco.strip())
        if not confiavel(limpo):
            try:
                return str(ipaddress.ip_address(limpo))
            except ValueError:
                return par
    return par


def _sem_porta(endereco: str) -> str:
    """Alguns proxies escrevem a porta: `203.0.113.9:4444` ou `[2001:db8::1]:4444`."""
    if endereco.startswith("["):
        return endereco[1:].partition("]")[0]
    return endereco.partition(":")[0] if endereco.count(":") == 1 else endereco


def veio_por_https(encaminhado: bytes) -> bool:
    """Se o `X-Forwarded-Proto` de um proxy de confiança diz que o navegador usou HTTPS: vale o primeiro da lista."""
    return encaminhado.partition(b",")[0].strip().lower() == b"https"


def contar(acao: str, endereco: str, agora: float | None = None) -> Conta | None:
    """Conta um pedido e devolve a conta da sua origem; `None` com os limites desligados.

    `acao` é uma chave de `LIMITES_POR_ORIGEM`; `agora`, em segundos desde 1970. Levanta `PedidosDemais` além do limite:
    o que se recusa não conta, e quem insiste não fica de fora por insistir.
    """
    if not settings.LIMITES:
        return None
    agora = time.time() if agora is None else agora
    conta = (_contas or contas()).de(origem(endereco) if ":" in endereco else endereco, agora)
    qual = _QUAL[acao]
    if conta.ritmo(qual, agora) >= por_minuto(settings.LIMITES_POR_ORIGEM[acao]):
        raise PedidosDemais
    conta.somar(qual)
    return conta


def contas() -> Contas:
    """As deste processo, feitas no primeiro pedido: só então se fala com o Redis."""
    global _contas
    if _contas is None:
        with _trinco:
            if _contas is None:
                _contas = Contas()
    return _contas


def envelhecer(agora: float) -> bool:
    """Uma vez por minuto, esquece as origens que não pediram nada nos dois últimos; diz se esqueceu.

    A faixa chama a cada segundo: sem isso, quem votou por último ficaria na memória até o pedido seguinte.
    """
    global _minuto
    minuto = int(agora) // JANELA
    if minuto == _minuto:
        return False
    _minuto = minuto
    origem.cache_clear()
    confiavel.cache_clear()
    if _contas is not None:
        _contas.virar(minuto)
    return True


def esquecer() -> None:
    """Zera as contagens deste processo: para os testes começarem do zero."""
    global _contas
    if _contas is not None:
        _contas.fechar()
    _contas = None
