"""Serve um arquivo privado, inteiro ou um trecho (`Range`), sem o ler todo para a memória.

Pela porta da frente (`bbb.corpo`), quem manda os bytes é o laço de eventos; sob `runserver` ou outro servidor WSGI, a
própria view. Quem chama já decidiu que a pessoa pode ver o arquivo.
"""

import os
import re
from collections.abc import Iterator
from typing import IO

from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase

PEDACO = 64 * 1024
_FAIXA = re.compile(r"bytes=(\d{0,15})-(\d{0,15})", re.ASCII)
_NOME = re.compile(r"[A-Za-z0-9._-]+")


class ForaDoArquivo(Exception):
    """O trecho pedido começa depois do fim (416)."""


def trecho(faixa: str, tamanho: int) -> tuple[int, int] | None:
    """(início, quantos bytes) do cabeçalho `Range` (RFC 9110, 14.2); `None`: o arquivo inteiro.

    Vários trechos, ou o que não se entende, valem como se não houvesse `Range`. Levanta `ForaDoArquivo`.
    """
    achada = _FAIXA.fullmatch(faixa.strip())
    if achada is None or achada[0] == "bytes=-":
        return None
    if not achada[1]:
        quantos = min(int(achada[2]), tamanho)
        if not quantos:
            raise ForaDoArquivo
        return tamanho - quantos, quantos
    inicio = int(achada[1])
    fim = int(achada[2]) if achada[2] else tamanho - 1
    if achada[2] and fim < inicio:
        return None
    if inicio >= tamanho:
        raise ForaDoArquivo
    return inicio, min(fim, tamanho - 1) - inicio + 1


def entregar(
    request: HttpRequest, arquivo: IO[bytes], *, tipo: str, nome: str, etag: str, anexo: bool = False
) -> HttpResponseBase:
    """Responde com `arquivo` (de disco, que passa a ser desta resposta), só para quem o pediu: nada o guarda.

    `nome`: o que o navegador propõe ao salvar, em ASCII sem espaços. `etag`: muda se o conteúdo muda.
    """
    if not _NOME.fullmatch(nome):
        arquivo.close()
        raise ValueError(f"nome inseguro para Content-Disposition: {nome!r}")
    tamanho = os.fstat(arquivo.fileno()).st_size
    marca = f'"{etag}"'
    cabecalhos = {
        "Content-Type": tipo,
        "Content-Disposition": f'{"attachment" if anexo else "inline"}; filename="{nome}"',
        "Cache-Control": "private, no-store",
        "ETag": marca,
        "Accept-Ranges": "bytes",
        # Aberto como página, o arquivo não roda nada, não carrega nada e não é deste site.
        "Content-Security-Policy": "default-src 'none'; sandbox",
        "Cross-Origin-Resource-Policy": "same-origin",
        "X-Content-Type-Options": "nosniff",
    }
    condicao = request.headers.get("If-Range", marca)
    try:
        pedido = trecho(request.headers.get("Range", ""), tamanho) if condicao == marca else None
    except ForaDoArquivo:
        arquivo.close()
        return HttpResponse(status=416, headers={**cabecalhos, "Content-Range": f"bytes */{tamanho}"})
    inicio, quantos = pedido or (0, tamanho)
    cabecalhos["Content-Length"] = str(quantos)
    if pedido:
        cabecalhos["Content-Range"] = f"bytes {inicio}-{inicio + quantos - 1}/{tamanho}"
    status = 206 if pedido else 200
    if request.method == "HEAD":
        arquivo.close()
        return HttpResponse(status=status, headers=cabecalhos)
    pela_porta = request.META.get("asgi.scope", {}).get("entregar")
    if pela_porta is not None:
        pela_porta(arquivo, inicio, quantos)
        return HttpResponse(status=status, headers=cabecalhos)
    return StreamingHttpResponse(_ler(arquivo, inicio, quantos), status=status, headers=cabecalhos)


def _ler(arquivo: IO[bytes], inicio: int, falta: int) -> Iterator[bytes]:
    with arquivo:
        arquivo.seek(inicio)
        while falta and (parte := arquivo.read(min(PEDACO, falta))):
            falta -= len(parte)
            yield parte
