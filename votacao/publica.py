"""Marca uma view como página pública: a mesma para todos, sem cookie, que qualquer cache pode guardar."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.http import HttpRequest, HttpResponse

View = Callable[..., HttpResponse]
PARAMETROS_PUBLICOS: dict[str, tuple[str, ...]] = {"panorama": (), "resultado_da_api": (), "paredao_da_api": ()}
"""Rotas da API (pelo nome do endereço) que são públicas como uma página, e os parâmetros de que cada uma depende."""


def controle_de_cache(segundos: int, navegador: int = 0) -> str:
    """O `Cache-Control` de uma resposta igual para todos (`publica` diz o que promete)."""
    return f"public, max-age={navegador}, s-maxage={segundos}, stale-while-revalidate={segundos}, stale-if-error=600"


def publica(*, segundos: int, parametros: tuple[str, ...] = (), navegador: int = 0) -> Callable[[View], View]:
    """`segundos`: quanto os caches compartilhados guardam; `navegador`: quanto guarda o próprio navegador.

    `parametros` são os únicos da consulta de que a página depende: a view só recebe esses, e os caches só olham esses.
    A página velha serve por outro tanto enquanto se faz a nova, e por 10 min se o Django falhar: o que a produção muda
    aparece a todos em, no máximo, duas vezes `segundos` e o tempo de fazer a página.
    """
    controle = controle_de_cache(segundos, navegador)

    def decorar(view: View) -> View:
        @wraps(view)
        def publicar(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            consulta = request.GET.copy()
            for nome in set(consulta) - set(parametros):
                del consulta[nome]
            request.GET = consulta  # type: ignore[assignment]
            resposta = view(request, *args, **kwargs)
            if resposta.status_code == 200:
                resposta["Cache-Control"] = controle
            return resposta

        publicar.parametros_publicos = parametros  # type: ignore[attr-defined]
        return publicar

    return decorar
