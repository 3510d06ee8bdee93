"""O micro-cache: obedece ao Cache-Control, chama o Django uma vez, tem fim, e não mostra a um a página de outro."""

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any

import pytest

from bbb import microcache
from bbb.microcache import MicroCache
from votacao.urna.faixa import escolher_codificacao

PUBLICA = b"public, max-age=0, s-maxage=2, stale-while-revalidate=30, stale-if-error=600"


class Django:
    """Faz o papel da aplicação: conta os pedidos e responde o que o teste mandar."""

    def __init__(self) -> None:
        self.pedidos: list[dict[str, Any]] = []
        self.status = 200
        self.cabecalhos: list[tuple[bytes, bytes]] = [(b"content-type", b"text/html"), (b"cache-control", PUBLICA)]
        self.corpo: Callable[[dict[str, Any]], bytes] = lambda escopo: b"ola " * 300
        self.solta: asyncio.Event | None = None
        self.erro: Exception | None = None

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        self.pedidos.append(scope)
        if self.solta is not None:
            await self.solta.wait()
        if self.erro is not None:
            raise self.erro
        await send({"type": "http.response.start", "status": self.status, "headers": list(self.cabecalhos)})
        await send({"type": "http.response.body", "body": self.corpo(scope)})


class Mesa:
    def __init__(self) -> None:
        self.django = Django()
        self.cache = MicroCache(
            self.django,
            lambda c: ("pagina",) if c == "/lista/" else None if c == "/privada/" else (),
            escolher_codificacao,
        )
        self.relogio = 1000.0

    async def pedir(self, alvo: str = "/", metodo: str = "GET", **cabecalhos: str) -> tuple[int, dict[str, str], bytes]:
        caminho, _, consulta = alvo.partition("?")
        nomes = {"host": "site.example", **{nome.replace("_", "-"): valor for nome, valor in cabecalhos.items()}}
        escopo = {
            "type": "http",
            "method": metodo,
            "scheme": "http",
            "path": caminho,
            "raw_path": caminho.encode(),
            "query_string": consulta.encode(),
            "headers": [(nome.encode(), valor.encode()) for nome, valor in nomes.items()],
        }
        recebidas: list[dict[str, Any]] = []

        async def enviar(mensagem: Any) -> None:
            recebidas.append(mensagem)

        async def receber() -> Any:
            return {"type": "http.request", "body": b""}

        await self.cache(escopo, receber, enviar)
        lidos = {nome.decode().lower(): valor.decode() for nome, valor in recebidas[0]["headers"]}
        return recebidas[0]["status"], lidos, b"".join(m.get("body", b"") for m in recebidas[1:])


@pytest.fixture
def mesa(monkeypatch: pytest.MonkeyPatch) -> Mesa:
    mesa = Mesa()
    monkeypatch.setattr(microcache.time, "monotonic", lambda: mesa.relogio)
    return mesa


def rodar(roteiro: Coroutine[Any, Any, None]) -> None:
    async def com_laco() -> None:
        await roteiro

    asyncio.run(com_laco())


async def sossego() -> None:
    for _ in range(10):
        await asyncio.sleep(0)


def test_segunda_vez_nao_chama_o_django(mesa: Mesa) -> None:
    async def roteiro() -> None:
        primeira = await mesa.pedir()
        assert await mesa.pedir() == primeira
        assert primeira[0] == 200
        assert primeira[2] == b"ola " * 300
        assert primeira[1]["vary"] == "accept-encoding"
        assert len(mesa.django.pedidos) == 1

    rodar(roteiro())


def test_parametro_desconhecido_nao_cria_entrada_nem_trabalho(mesa: Mesa) -> None:
    async def roteiro() -> None:
        for alvo in ("/", "/?utm=1", "/?utm=2&x=%00", "/?" + "a=1&" * 50, "/?" + "z" * 3000):
            await mesa.pedir(alvo)
        assert len(mesa.django.pedidos) == 1
        assert mesa.django.pedidos[0]["query_string"] == b""

    rodar(roteiro())


def test_parametro_declarado_muda_a_pagina(mesa: Mesa) -> None:
    mesa.django.corpo = lambda escopo: escopo["query_string"] * 10

    async def roteiro() -> None:
        assert (await mesa.pedir("/lista/?pagina=2&utm=9"))[2] == b"pagina=2" * 10
        assert (await mesa.pedir("/lista/?x=1&pagina=3"))[2] == b"pagina=3" * 10
        assert (await mesa.pedir("/lista/?pagina=2"))[2] == b"pagina=2" * 10
        assert len(mesa.django.pedidos) == 2

    rodar(roteiro())


def test_nada_de_quem_pediu_chega_a_pagina_guardada(mesa: Mesa) -> None:
    async def roteiro() -> None:
        await mesa.pedir(cookie="sessionid=segredo", authorization="x", accept_language="fr", x_forwarded_for="1.2.3.4")
        assert mesa.django.pedidos[0]["headers"] == [(b"host", b"site.example")]

    rodar(roteiro())


def test_hosts_diferentes_tem_paginas_diferentes(mesa: Mesa) -> None:
    mesa.django.corpo = lambda escopo: dict(escopo["headers"])[b"host"]

    async def roteiro() -> None:
        assert (await mesa.pedir(host="a.example"))[2] == b"a.example"
        assert (await mesa.pedir(host="b.example"))[2] == b"b.example"

    rodar(roteiro())


@pytest.mark.parametrize(
    "cabecalhos",
    [
        [(b"cache-control", b"private, s-maxage=60")],
        [(b"cache-control", b"public, max-age=60")],
        [(b"cache-control", b"public, s-maxage=60, no-store")],
        [(b"cache-control", PUBLICA), (b"vary", b"Cookie")],
        [(b"cache-control", PUBLICA), (b"vary", b"Accept-Encoding, Accept-Language")],
        [],
    ],
)
def test_o_que_nao_e_publico_nao_e_guardado(mesa: Mesa, cabecalhos: list[tuple[bytes, bytes]]) -> None:
    mesa.django.cabecalhos = cabecalhos

    async def roteiro() -> None:
        await mesa.pedir()
        await mesa.pedir()
        assert len(mesa.django.pedidos) == 2

    rodar(roteiro())


def test_resposta_com_cookie_nunca_e_dividida(mesa: Mesa) -> None:
    """Dois pedem juntos uma página que, por engano, põe um cookie: cada um vai ao Django por si, com os seus."""
    mesa.django.cabecalhos.append((b"set-cookie", b"sessionid=um"))
    mesa.django.corpo = lambda escopo: dict(escopo["headers"]).get(b"cookie", b"ninguem")

    async def roteiro() -> None:
        ana, bia = await asyncio.gather(mesa.pedir(cookie="ana"), mesa.pedir(cookie="bia"))
        assert (ana[2], bia[2]) == (b"ana", b"bia")

    rodar(roteiro())


def test_pagina_privada_passa_direto_com_tudo(mesa: Mesa) -> None:
    async def roteiro() -> None:
        await mesa.pedir("/privada/", cookie="ana")
        await mesa.pedir("/privada/", cookie="ana")
        assert [dict(escopo["headers"])[b"cookie"] for escopo in mesa.django.pedidos] == [b"ana", b"ana"]

    rodar(roteiro())


def test_muitos_ao_mesmo_tempo_chamam_o_django_uma_vez(mesa: Mesa) -> None:
    async def roteiro() -> None:
        mesa.django.solta = asyncio.Event()
        pedidos = [asyncio.create_task(mesa.pedir()) for _ in range(50)]
        await sossego()
        mesa.django.solta.set()
        assert {resposta[0] for resposta in await asyncio.gather(*pedidos)} == {200}
        assert len(mesa.django.pedidos) == 1

    rodar(roteiro())


def test_vencida_serve_a_velha_e_renova_uma_vez(mesa: Mesa) -> None:
    mesa.django.corpo = lambda escopo: b"versao %d" % len(mesa.django.pedidos)

    async def roteiro() -> None:
        assert (await mesa.pedir())[2] == b"versao 1"
        mesa.relogio += 2.1
        assert {resposta[2] for resposta in [await mesa.pedir() for _ in range(1)]} == {b"versao 1"}
        await sossego()
        assert (await mesa.pedir())[2] == b"versao 2"
        assert len(mesa.django.pedidos) == 2
        mesa.relogio += 40
        assert (await mesa.pedir())[2] == b"versao 3"

    rodar(roteiro())


@pytest.mark.parametrize("falha", ["500", "exceção"])
def test_se_o_django_falha_a_velha_socorre(mesa: Mesa, falha: str) -> None:
    async def roteiro() -> None:
        boa = await mesa.pedir()
        if falha == "500":
            mesa.django.status = 500
        else:
            mesa.django.erro = RuntimeError("quebrou")
        mesa.relogio += 3
        assert await mesa.pedir() == boa
        await sossego()
        mesa.relogio += 0.5
        assert await mesa.pedir() == boa
        mesa.relogio += 40
        assert await mesa.pedir() == boa
        await sossego()

    rodar(roteiro())


def test_compressao_e_304(mesa: Mesa) -> None:
    async def roteiro() -> None:
        inteira = await mesa.pedir()
        br = await mesa.pedir(accept_encoding="gzip, deflate, br")
        gz = await mesa.pedir(accept_encoding="gzip")
        assert (br[1]["content-encoding"], gz[1]["content-encoding"]) == ("br", "gzip")
        assert len(br[2]) < len(inteira[2])
        assert (await mesa.pedir(if_none_match=inteira[1]["etag"]))[0] == 304
        assert (await mesa.pedir(if_none_match='W/"outra"'))[0] == 200
        assert (await mesa.pedir(metodo="HEAD"))[2] == b""
        assert len(mesa.django.pedidos) == 1

    rodar(roteiro())


def test_o_cache_tem_fim(mesa: Mesa, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(microcache, "PAGINAS_MAXIMAS", 10)

    async def roteiro() -> None:
        for i in range(100):
            await mesa.pedir(f"/pagina/{i}/")
        assert len(mesa.cache._paginas) == 10
        assert len(mesa.cache._conhecidos) <= 20
        assert mesa.cache._bytes == sum(pagina.tamanho for pagina in mesa.cache._paginas.values())

    rodar(roteiro())


def test_bytes_tambem_tem_fim(mesa: Mesa, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(microcache, "BYTES_MAXIMOS", 20_000)
    mesa.django.corpo = lambda escopo: bytes(range(256)) * 8
    mesa.django.cabecalhos[0] = (b"content-type", b"image/webp")

    async def roteiro() -> None:
        for i in range(50):
            await mesa.pedir(f"/foto/{i}/")
        assert mesa.cache._bytes <= 20_000

    rodar(roteiro())


def test_404_de_pagina_publica_nao_e_guardado(mesa: Mesa) -> None:
    mesa.django.status = 404

    async def roteiro() -> None:
        assert (await mesa.pedir())[0] == 404
        mesa.django.status = 200
        assert (await mesa.pedir())[0] == 200

    rodar(roteiro())
