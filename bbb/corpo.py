"""Lê o corpo inteiro do pedido antes de ocupar uma thread do Django, com fim no tamanho, e só depois de a thread acabar
manda a resposta: uma thread nunca espera por um navegador.

Sem isto, um corpo que chega devagar prende uma thread, e um corpo em pedaços (`chunked`, sem `Content-Length`) chega
vazio ao WSGI.
"""

from collections.abc import Callable

from bbb.microcache import Aplicacao, Enviar, Escopo, Mensagem, Receber


class Corpo:
    """Aplicação ASGI. `maximo(caminho)` dá os bytes aceitos. Além deles, o resto não é guardado e quem responde é
    `grande`; se ela devolve `None`, é o próprio endereço, que recebe o tamanho verdadeiro e nenhum corpo."""

    def __init__(
        self, aplicacao: Aplicacao, maximo: Callable[[str], int], grande: Callable[[str], list[Mensagem] | None]
    ) -> None:
        self._aplicacao = aplicacao
        self._maximo = maximo
        self._grande = grande

    async def __call__(self, scope: Escopo, receive: Receber, send: Enviar) -> None:
        if scope["type"] != "http":
            await self._aplicacao(scope, receive, send)
            return
        maximo = self._maximo(scope["path"])
        corpo = bytearray()
        declarado = [valor for nome, valor in scope["headers"] if nome == b"content-length"]
        grande = bool(declarado) and declarado[0].isdigit() and int(declarado[0]) > maximo
        mais = not grande
        while mais:
            mensagem = await receive()
            if mensagem["type"] == "http.disconnect":
                return
            corpo += mensagem.get("body", b"")
            mais = mensagem.get("more_body", False) and len(corpo) <= maximo
        if grande or len(corpo) > maximo:
            resposta_pronta = self._grande(scope["path"])
            if resposta_pronta is not None:
                for mensagem in resposta_pronta:
                    await send(mensagem)
                return
        tamanho = int(declarado[0]) if grande else len(corpo)
        cabecalhos = [par for par in scope["headers"] if par[0] not in (b"content-length", b"transfer-encoding")]
        if declarado or corpo:
            cabecalhos.append((b"content-length", str(tamanho).encode()))

        async def entregar() -> Mensagem:
            return {"type": "http.request", "body": bytes(corpo), "more_body": False}

        resposta: list[Mensagem] = []

        async def guardar(mensagem: Mensagem) -> None:
            resposta.append(mensagem)

        await self._aplicacao({**scope, "headers": cabecalhos}, entregar, guardar)
        for mensagem in resposta:
            await send(mensagem)
