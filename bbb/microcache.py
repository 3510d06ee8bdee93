"""Um pequeno cache de páginas públicas, na frente do Django, que obedece ao `Cache-Control` de cada resposta.

Só olha para endereços que a aplicação declarou públicos (`declaradas`), e guarda só o que responder `public` com
`s-maxage`, sem `Set-Cookie` e sem `Vary` além da compressão. A página é pedida ao Django sem cookie, sem credencial e
sem nenhum cabeçalho do navegador: nada de quem pediu primeiro pode aparecer para os outros.

A chave é aquilo de que a página depende: HTTPS, host, caminho e os parâmetros declarados. Parâmetros a mais (`?utm=`)
não criam entrada nem trabalho. Vencida a página, quem pedir recebe a velha e o Django é chamado uma vez só
(`stale-while-revalidate`); se ele falhar, a velha continua (`stale-if-error`).
"""

import asyncio
import gzip
import hashlib
import logging
import re
import time
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any
from urllib.parse import parse_qsl, unquote, urlencode

import brotli

Mensagem = MutableMapping[str, Any]
Escopo = MutableMapping[str, Any]
Receber = Callable[[], Awaitable[Mensagem]]
Enviar = Callable[[Mensagem], Awaitable[None]]
Aplicacao = Callable[[Escopo, Receber, Enviar], Awaitable[None]]
Declaradas = Callable[[str], tuple[str, ...] | None]
"""Dado um caminho, os nomes dos parâmetros de que a página depende; `None` se não é pública."""

PAGINAS_MAXIMAS = 1000
BYTES_MAXIMOS = 64 * 1024 * 1024
ENTRADA_MAXIMA = 1024 * 1024
"""Bytes da maior resposta que se guarda."""
COMPRIMIVEIS = (b"text/", b"application/json", b"application/javascript", b"image/svg", b"application/manifest")
registro_de_erros = logging.getLogger("bbb.microcache")
_SEGUNDOS = re.compile(r"(s-maxage|stale-while-revalidate|stale-if-error)=(\d{1,8})")
_DO_CACHE = frozenset({b"content-length", b"content-encoding", b"etag", b"vary", b"connection", b"transfer-encoding"})


class Resposta:
    """O que o Django respondeu."""

    def __init__(self, status: int, cabecalhos: list[tuple[bytes, bytes]], corpo: bytes) -> None:
        self.status = status
        self.cabecalhos = cabecalhos
        self.corpo = corpo

    def valores(self, nome: bytes) -> list[bytes]:
        return [valor for outro, valor in self.cabecalhos if outro.lower() == nome]


class Pagina:
    """Uma resposta guardada, com a compressão feita uma vez."""

    def __init__(self, resposta: Resposta, agora: float) -> None:
        controle = b",".join(resposta.valores(b"cache-control")).decode("latin-1")
        segundos = {nome: int(valor) for nome, valor in _SEGUNDOS.findall(controle)}
        self.fresca_ate = agora + segundos.get("s-maxage", 0)
        self.serve_ate = self.fresca_ate + segundos.get("stale-while-revalidate", 0)
        self.socorre_ate = self.fresca_ate + segundos.get("stale-if-error", 0)
        self.corpo = resposta.corpo
        self.etag = b'W/"' + hashlib.blake2b(self.corpo, digest_size=12).hexdigest().encode() + b'"'
        self.controle = b"cache-control: " + controle.encode("latin-1") + b"\r\n"
        self.cabecalhos = [
            (nome, valor)
            for nome, valor in resposta.cabecalhos
            if nome.lower() not in _DO_CACHE and nome.lower() != b"cache-control"
        ]
        tipo = (resposta.valores(b"content-type") or [b""])[0]
        self.corpos = {"": self.corpo}
        if tipo.startswith(COMPRIMIVEIS) and len(self.corpo) > 500:
            self.corpos["gzip"] = gzip.compress(self.corpo, 6, mtime=0)
            self.corpos["br"] = brotli.compress(self.corpo, quality=5)
        linhas = b"".join(b"%s: %s\r\n" % par for par in self.cabecalhos) + self.controle
        linhas += b"etag: " + self.etag + b"\r\nvary: accept-encoding\r\n"
        self.resto = {codificacao: self._resto(linhas, codificacao) for codificacao in self.corpos}
        self.resto_304 = linhas + b"\r\n"
        self.tamanho = sum(map(len, self.corpos.values())) + sum(map(len, self.resto.values()))

    def _resto(self, linhas: bytes, codificacao: str) -> bytes:
        corpo = self.corpos[codificacao]
        if codificacao:
            linhas += b"content-encoding: " + codificacao.encode() + b"\r\n"
        return linhas + b"content-length: %d\r\n\r\n" % len(corpo) + corpo

    def codificacao(self, aceita: str) -> str:
        return aceita if aceita in self.corpos else ""


Chave = tuple[bool, str, str, tuple[tuple[str, str], ...], bool]
"""HTTPS, host, caminho, parâmetros declarados, e se é uma página só da casa (`MicroCache.pedir`)."""


class MicroCache:
    """Aplicação ASGI que guarda as páginas de `aplicacao`. Só é usada no laço de eventos."""

    def __init__(
        self, aplicacao: Aplicacao, declaradas: Declaradas, escolher_codificacao: Callable[[bytes], str]
    ) -> None:
        self._aplicacao = aplicacao
        self._declaradas = declaradas
        self._escolher_codificacao = escolher_codificacao
        self._paginas: dict[Chave, Pagina] = {}
        self._bytes = 0
        self._em_curso: dict[Chave, asyncio.Task[Resposta]] = {}
        # Caminho -> parâmetros declarados, só dos que têm página guardada: a procura não chama o Django.
        self._conhecidos: dict[str, tuple[str, ...]] = {}

    # --- para a faixa ---

    def pronta(self, https: bool, host: str, alvo: bytes, *, interno: bool = False) -> Pagina | None:
        """A página, se pode ser servida já. Vencida dentro da tolerância, serve e manda renovar."""
        caminho, _, consulta = alvo.decode("latin-1").partition("?")
        parametros = self._conhecidos.get(caminho)
        if parametros is None:
            return None
        chave = (https, host, caminho, _escolher(consulta, parametros), interno)
        pagina = self._paginas.get(chave)
        if pagina is None:
            return None
        agora = time.monotonic()
        if agora < pagina.fresca_ate:
            return pagina
        if agora < pagina.serve_ate:
            if chave not in self._em_curso:
                self._renovar(chave)
            return pagina
        return None

    def em_bytes(self, pagina: Pagina, codificacao: str, etag_do_navegador: bytes) -> tuple[bytes, bytes]:
        """A resposta em bytes: a linha de status, e tudo o que vem depois da data."""
        if etag_do_navegador and etag_do_navegador == pagina.etag:
            return b"HTTP/1.1 304 Not Modified\r\n", pagina.resto_304
        return b"HTTP/1.1 200 OK\r\n", pagina.resto[pagina.codificacao(codificacao)]

    def pedir(self, https: bool, host: str, alvo: bytes, *, interno: bool = True) -> "asyncio.Task[Resposta] | None":
        """Manda fazer uma página, ou espera a que já está sendo feita. `None`: não foi declarada.

        Por omissão, uma que só a casa usa.
        A view a reconhece por `scope["interno"]`; guardada, nunca é servida a quem a pedir pelo endereço.
        """
        caminho, _, consulta = alvo.decode("latin-1").partition("?")
        parametros = self._declaradas(unquote(caminho))
        if parametros is None:
            return None
        return self._renovar((https, host, caminho, _escolher(consulta, parametros), interno))

    # --- ASGI ---

    async def __call__(self, scope: Escopo, receive: Receber, send: Enviar) -> None:
        if scope["type"] != "http" or scope["method"] not in ("GET", "HEAD"):
            await self._aplicacao(scope, receive, send)
            return
        cabecalhos = {nome.lower(): valor for nome, valor in scope["headers"]}
        caminho = scope["raw_path"].decode("latin-1")
        parametros = self._conhecidos.get(caminho)
        if parametros is None:
            parametros = self._declaradas(scope["path"])
        if parametros is None:
            await self._aplicacao(scope, receive, send)
            return
        host = cabecalhos.get(b"host", b"").decode("latin-1")
        https = scope["scheme"] == "https" or cabecalhos.get(b"x-forwarded-proto") == b"https"
        consulta = scope["query_string"].decode("latin-1")
        chave = (https, host, caminho, _escolher(consulta, parametros), False)
        pagina = self.pronta(https, host, caminho.encode("latin-1") + b"?" + scope["query_string"])
        if pagina is None:
            resposta = await asyncio.shield(self._buscar(chave))
            if resposta.valores(b"set-cookie"):
                # É de uma pessoa só: nem guardada, nem dividida com quem pediu junto.
                await self._aplicacao(scope, receive, send)
                return
            pagina = self._paginas.get(chave)
            if pagina is None:
                await _enviar(send, scope, resposta.status, resposta.cabecalhos, resposta.corpo)
                return
        if cabecalhos.get(b"if-none-match") == pagina.etag:
            await _enviar(send, scope, 304, _linhas(pagina.resto_304), b"")
            return
        codificacao = pagina.codificacao(self._escolher_codificacao(cabecalhos.get(b"accept-encoding", b"")))
        linhas = _linhas(pagina.resto[codificacao].partition(b"\r\n\r\n")[0] + b"\r\n")
        await _enviar(send, scope, 200, linhas, pagina.corpos[codificacao])

    def _renovar(self, chave: Chave) -> "asyncio.Task[Resposta]":
        tarefa = self._buscar(chave)
        # Uma renovação que falha pode não ter quem a espere: a página velha continua valendo.
        tarefa.add_done_callback(lambda feita: feita.cancelled() or feita.exception())
        return tarefa

    def _buscar(self, chave: Chave) -> "asyncio.Task[Resposta]":
        """Um pedido ao Django por chave de cada vez: quem chega depois espera o mesmo."""
        tarefa = self._em_curso.get(chave)
        if tarefa is None:
            tarefa = asyncio.get_running_loop().create_task(self._pedir_e_guardar(chave))
            self._em_curso[chave] = tarefa
            tarefa.add_done_callback(lambda _: self._em_curso.pop(chave, None))
        return tarefa

    async def _pedir_e_guardar(self, chave: Chave) -> Resposta:
        velha = self._paginas.get(chave)
        socorre = velha is not None and time.monotonic() < velha.socorre_ate
        try:
            resposta = await _pedir(self._aplicacao, chave)
        except Exception:
            if not socorre:
                raise
            registro_de_erros.exception("%s: o Django falhou; segue a página velha", chave[2])
            resposta = Resposta(500, [], b"")
        if resposta.status >= 500 and velha is not None and socorre:
            # Um segundo de cada vez: assim que o Django voltar, a página também volta.
            velha.serve_ate = max(velha.serve_ate, time.monotonic() + 1)
            return resposta
        self._esquecer(chave)
        if _pode_guardar(resposta):
            self._guardar(chave, Pagina(resposta, time.monotonic()))
        return resposta

    def _guardar(self, chave: Chave, pagina: Pagina) -> None:
        if pagina.tamanho > ENTRADA_MAXIMA:
            return
        self._paginas[chave] = pagina
        self._bytes += pagina.tamanho
        self._conhecidos[chave[2]] = tuple(self._declaradas(unquote(chave[2])) or ())
        while len(self._paginas) > PAGINAS_MAXIMAS or self._bytes > BYTES_MAXIMOS:
            self._esquecer(next(iter(self._paginas)))

    def _esquecer(self, chave: Chave) -> None:
        pagina = self._paginas.pop(chave, None)
        if pagina is not None:
            self._bytes -= pagina.tamanho
            if len(self._conhecidos) > 2 * PAGINAS_MAXIMAS:
                self._conhecidos.clear()


def _escolher(consulta: str, parametros: tuple[str, ...]) -> tuple[tuple[str, str], ...]:
    if not consulta or not parametros:
        return ()
    valores = dict(parse_qsl(consulta, max_num_fields=100)) if consulta.count("&") < 100 else {}
    return tuple((nome, valores[nome]) for nome in parametros if nome in valores)


def _pode_guardar(resposta: Resposta) -> bool:
    controle = b",".join(resposta.valores(b"cache-control")).lower()
    variam = {parte.strip().lower() for valor in resposta.valores(b"vary") for parte in valor.split(b",")}
    return (
        resposta.status == 200
        and b"public" in controle
        and b"s-maxage" in controle
        and b"no-store" not in controle
        and not resposta.valores(b"set-cookie")
        and variam <= {b"accept-encoding"}
        and not resposta.valores(b"content-encoding")
    )


async def _pedir(aplicacao: Aplicacao, chave: Chave) -> Resposta:
    https, host, caminho, parametros, interno = chave
    escopo: Escopo = {
        "type": "http",
        "asgi": {"version": "3.0", "spec_version": "2.3"},
        "http_version": "1.1",
        "method": "GET",
        "scheme": "https" if https else "http",
        "path": unquote(caminho),
        "raw_path": caminho.encode("latin-1"),
        "query_string": urlencode(parametros).encode("ascii"),
        "root_path": "",
        "interno": interno,
        "headers": [(b"host", host.encode("latin-1"))],
        "client": ("127.0.0.1", 0),
        "server": ("127.0.0.1", 0),
    }
    if https:
        escopo["headers"].append((b"x-forwarded-proto", b"https"))
    status = 500
    cabecalhos: list[tuple[bytes, bytes]] = []
    partes: list[bytes] = []

    async def receber() -> Mensagem:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def enviar(mensagem: Mensagem) -> None:
        nonlocal status
        if mensagem["type"] == "http.response.start":
            status = mensagem["status"]
            cabecalhos.extend(mensagem.get("headers", []))
        else:
            partes.append(mensagem.get("body", b""))

    await aplicacao(escopo, receber, enviar)
    return Resposta(status, cabecalhos, b"".join(partes))


def _linhas(bloco: bytes) -> list[tuple[bytes, bytes]]:
    pares = [linha.partition(b": ") for linha in bloco.split(b"\r\n") if linha]
    return [(nome, valor) for nome, _, valor in pares]


async def _enviar(
    send: Enviar, scope: Escopo, status: int, cabecalhos: list[tuple[bytes, bytes]], corpo: bytes
) -> None:
    await send({"type": "http.response.start", "status": status, "headers": cabecalhos})
    await send({"type": "http.response.body", "body": b"" if scope["method"] == "HEAD" else corpo})
