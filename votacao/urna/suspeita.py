"""Quando um voto aceito é marcado suspeito, e quando a prova fica mais difícil.

Nenhum sinal olha um voto só: cada um é o ritmo, nos últimos 60 segundos, de um feitio de voto de uma mesma origem. Um
voto rápido, uma cédula trazida do Wi-Fi para o 4G ou alguém sem JavaScript nunca bastam. O que cada sinal vê, e o que
não vê, está em `docs/ANTIRROBO.md`; os números, em `SUSPEITAS_POR_ORIGEM`.
"""

from typing import Final

from django.conf import settings

from votacao.models import Modalidade, Suspeita
from votacao.urna import contas
from votacao.urna.cedula import SEM_ETIQUETA, SEM_SCRIPT, Cedula
from votacao.urna.contas import Conta, por_minuto

RAPIDO: Final = 0.3
"""Segundos entre a emissão de uma cédula e o voto, abaixo dos quais ninguém viu a página, escolheu e tocou."""
_NENHUMA: Final = Suspeita.NENHUMA.value
_RITMO: Final = Suspeita.RITMO.value
_TEMPO: Final = Suspeita.TEMPO.value
_ALHEIA: Final = Suspeita.ALHEIA.value
_SEM_SCRIPT: Final = Suspeita.SEM_SCRIPT.value
_UNICO: Final = Modalidade.UNICO.value


def julgar(conta: Conta | None, cedula: Cedula, agora: float) -> int:
    """O motivo por que este voto, que passou no exame, é suspeito (um `Suspeita`); o mais específico, se há vários.

    `conta` é a da origem do voto, já com ele; `None`, com os limites desligados, não marca nada.
    """
    if conta is None:
        return _NENHUMA
    regras = settings.SUSPEITAS_POR_ORIGEM
    suspeita = _NENHUMA
    if conta.ritmo(contas.VOTO, agora) > por_minuto(regras["ritmo"]):
        suspeita = _RITMO
    if cedula.porta == SEM_SCRIPT:
        conta.somar(contas.SEM_SCRIPT)
        if conta.ritmo(contas.SEM_SCRIPT, agora) > por_minuto(regras["sem_script"]):
            suspeita = _SEM_SCRIPT
    # Os 48 primeiros bits de um UUIDv7 são o instante da emissão, em ms (RFC 9562). O id do voto único é um resumo.
    if cedula.modalidade != _UNICO and agora - int.from_bytes(cedula.id[:6], "big") / 1000 < RAPIDO:
        conta.somar(contas.RAPIDO)
        if conta.ritmo(contas.RAPIDO, agora) > por_minuto(regras["tempo"]):
            suspeita = _TEMPO
    if cedula.etiqueta != conta.etiqueta and cedula.etiqueta != SEM_ETIQUETA:
        conta.somar(contas.ALHEIA)
        if conta.ritmo(contas.ALHEIA, agora) > por_minuto(regras["alheia"]):
            suspeita = _ALHEIA
    return suspeita


def bits_da_cedula(bits: int, conta: Conta | None, agora: float) -> int:
    """Os bits da próxima cédula desta origem: os do paredão, ou mais, se ela está sob suspeita.

    Sem prova nenhuma (0), continua sem: foi o que a produção escolheu.
    """
    if not bits or conta is None or not sob_suspeita(conta, agora):
        return bits
    return max(bits, min(bits + settings.CEDULA_BITS_A_MAIS, settings.CEDULA_BITS_TETO))


def sob_suspeita(conta: Conta, agora: float) -> bool:
    """Se a origem passou, no último minuto, de algum limite brando."""
    regras = settings.SUSPEITAS_POR_ORIGEM
    return (
        conta.ritmo(contas.CEDULA, agora) > por_minuto(settings.PROVA_MAIS_DIFICIL)
        or conta.ritmo(contas.VOTO, agora) > por_minuto(regras["ritmo"])
        or conta.ritmo(contas.RAPIDO, agora) > por_minuto(regras["tempo"])
        or conta.ritmo(contas.ALHEIA, agora) > por_minuto(regras["alheia"])
        or conta.ritmo(contas.SEM_SCRIPT, agora) > por_minuto(regras["sem_script"])
    )
