"""As outras origens que podem usar a API de um navegador (CORS). Sem lista, nenhuma, e nada se responde.

Uma função só diz os cabeçalhos; usam-na o Django (`bbb/api.py`), a porta da frente e a faixa rápida da urna.
"""

from functools import lru_cache

from django.conf import settings

METODOS = "GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS"
CABECALHOS = "accept, authorization, content-type, last-event-id, x-captcha, x-csrftoken"
EXPOSTOS = "Location, Retry-After, Allow"
PREFIXO = "/api/"


def aceita(origem: str) -> bool:
    """Se esta origem está na lista."""
    return bool(origem) and origem in settings.CORS_ORIGENS


@lru_cache(maxsize=256)
def _cabecalhos(
    origem: str, permitidas: tuple[str, ...], com_credenciais: tuple[str, ...]
) -> tuple[tuple[str, str], ...]:
    if not permitidas:
        return ()
    # Com a lista ligada, a resposta depende da origem, também quando não a aceita.
    if origem not in permitidas:
        return (("Vary", "Origin"),)
    pares = [("Access-Control-Allow-Origin", origem), ("Vary", "Origin"), ("Access-Control-Expose-Headers", EXPOSTOS)]
    if origem in com_credenciais:
        pares.append(("Access-Control-Allow-Credentials", "true"))
    return tuple(pares)


def cabecalhos(origem: str) -> tuple[tuple[str, str], ...]:
    """Os que uma resposta de `/api/` leva."""
    return _cabecalhos(origem, tuple(settings.CORS_ORIGENS), tuple(settings.CORS_COM_CREDENCIAIS))


def do_ensaio(origem: str) -> tuple[tuple[str, str], ...]:
    """Os de um `OPTIONS` que pergunta antes de pedir; vazio se a origem não pode."""
    if not aceita(origem):
        return ()
    return (
        *cabecalhos(origem),
        ("Access-Control-Allow-Methods", METODOS),
        ("Access-Control-Allow-Headers", CABECALHOS),
        ("Access-Control-Max-Age", "600"),
    )
