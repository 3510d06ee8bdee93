"""Os cabeçalhos de segurança que os middlewares põem em toda resposta, para quem responde sem passar por eles."""

from typing import Any

from csp.middleware import CSPMiddleware
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.middleware.clickjacking import XFrameOptionsMiddleware
from django.middleware.security import SecurityMiddleware
from django_permissions_policy import PermissionsPolicyMiddleware


def cabecalhos_de_seguranca() -> dict[str, str]:
    """Passa uma resposta vazia pelos mesmos middlewares e lê o que eles puseram: não há segunda lista para esquecer."""
    pedido = HttpRequest()
    pedido.method = "GET"
    pedido.META = {"SERVER_NAME": "localhost", "SERVER_PORT": "443"}
    pedido.is_secure = lambda: settings.HTTPS  # type: ignore[method-assign]

    def vazia(_: HttpRequest) -> HttpResponse:
        resposta = HttpResponse()
        del resposta["Content-Type"]
        return resposta

    # Para os tipos, um middleware pode devolver uma corrotina; estes, feitos sobre uma função comum, não devolvem.
    quadro: Any = XFrameOptionsMiddleware(vazia)
    cadeia: Any = SecurityMiddleware(CSPMiddleware(PermissionsPolicyMiddleware(quadro)))
    return dict(cadeia(pedido).items())
