"""A porta da frente com corpos e respostas grandes: disco em vez de memória, vagas, e entrega de arquivos."""

import asyncio
import tempfile
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import pytest

from bbb.corpo import NA_MEMORIA, PEDACO, Cheio, Corpo, Deposito, Vagas

MAXIMO = 1024 * 1024


class Ida:
    """Um pedido, e o que a porta respondeu."""

    def __init__(self, partes: Iterable[bytes], *, declarado: int | None = None, caminho: str = "/x") -> None:
        self._partes = list(partes) or [b""]
        cabecalhos = [(b"content-length", str(declarado).encode())] if declarado is not None else []
        self.escopo = {
            "type": "http",
            "method": "POST",
            "path": caminho,
            "headers": [*cabecalhos, (b"transfer-encoding", b"chunked")] if declarado is None else cabecalhos,
            "client": ("10.0.0.1", 1),
        }
        self.respostas: list[Any] = []
        self.lidas = 0
        self.foi_embora = asyncio.Event()

    async def receber(self) -> Any:
        if not self._partes:
            await self.foi_embora.wait()
            return {"type": "http.disconnect"}
        self.lidas += 1
        parte = self._partes.pop(0)
        return {"type": "http.request", "body": parte, "more_body": bool(self._partes)}

    async def enviar(self, mensagem: Any) -> None:
        self.respostas.append(mensagem)

    @property
    def status(self) -> int:
        return int(self.respostas[0]["status"])

    @property
    def corpo(self) -> bytes:
        return b"".join(m.get("body", b"") for m in self.respostas[1:])


def pronta(status: int) -> list[Any]:
    return [{"type": "http.response.start", "status": status, "headers": []}, {"type": "http.response.body"}]


def eco(lidos: list[dict[str, Any]]) -> Callable[..., Any]:
    """Devolve o corpo que recebeu, e anota o tamanho que lhe disseram e o maior pedaço."""

    async def aplicacao(scope: Any, receive: Any, send: Any) -> None:
        corpo, maior, mais = b"", 0, True
        while mais:
            mensagem = await receive()
            corpo += mensagem["body"]
            maior = max(maior, len(mensagem["body"]))
            mais = mensagem["more_body"]
        tamanho = dict(scope["headers"]).get(b"content-length", b"0")
        lidos.append({"tamanho": int(tamanho), "maior": maior})
        await send({"type": "http.response.start", "status": 200, "headers": []})
        for inicio in range(0, len(corpo), 50_000):
            await send({"type": "http.response.body", "body": corpo[inicio : inicio + 50_000], "more_body": True})
        await send({"type": "http.response.body", "body": b""})

    return aplicacao


def porta(aplicacao: Any, vagas: Vagas | None = None) -> Corpo:
    nova = Corpo(aplicacao, lambda caminho: MAXIMO, lambda caminho: pronta(413), lambda: pronta(503))
    nova._vagas = vagas or nova._vagas
    return nova


@pytest.mark.parametrize("tamanho", [0, 1, NA_MEMORIA, NA_MEMORIA + 1, 700_001, MAXIMO])
@pytest.mark.parametrize("em_pedacos", [False, True])
def test_corpo_chega_inteiro_e_em_ordem(tamanho: int, em_pedacos: bool) -> None:
    conteudo = (b"%07d " * (tamanho // 8 + 1) % tuple(range(tamanho // 8 + 1)))[:tamanho]
    lidos: list[dict[str, Any]] = []

    async def roteiro() -> Ida:
        partes = [conteudo[i : i + 60_000] for i in range(0, tamanho, 60_000)]
        ida = Ida(partes, declarado=None if em_pedacos else tamanho)
        await porta(eco(lidos))(ida.escopo, ida.receber, ida.enviar)
        return ida

    ida = asyncio.run(roteiro())
    assert (ida.status, ida.corpo == conteudo) == (200, True)
    assert lidos == [{"tamanho": tamanho, "maior": min(tamanho, PEDACO)}]


@pytest.mark.parametrize("em_pedacos", [False, True])
def test_acima_do_maximo_413_sem_ler_tudo(em_pedacos: bool) -> None:
    async def roteiro() -> Ida:
        ida = Ida([b"x" * 60_000] * 50, declarado=None if em_pedacos else 3_000_000)
        await porta(eco([]))(ida.escopo, ida.receber, ida.enviar)
        return ida

    ida = asyncio.run(roteiro())
    assert ida.status == 413
    assert ida.lidas == (18 if em_pedacos else 0)


def test_sem_vaga_503_antes_de_ler_e_pequeno_passa() -> None:
    async def roteiro() -> tuple[Ida, Ida, Ida, Ida]:
        vagas = Vagas(corpos=1)
        lidos: list[dict[str, Any]] = []
        servida = porta(eco(lidos), vagas)
        lento = Ida([b"x" * 60_000], declarado=200_000)
        lento._partes.append(b"")  # o resto não chega
        parado = asyncio.ensure_future(servida(lento.escopo, _so_a_primeira(lento), lento.enviar))
        await asyncio.sleep(0)
        segundo = Ida([b"x" * 200_000], declarado=200_000)
        await servida(segundo.escopo, segundo.receber, segundo.enviar)
        pequeno = Ida([b"x" * 1000], declarado=1000)
        await servida(pequeno.escopo, pequeno.receber, pequeno.enviar)
        aos_pedacos = Ida([b"x" * 100_000] * 3)
        await servida(aos_pedacos.escopo, aos_pedacos.receber, aos_pedacos.enviar)
        lento.foi_embora.set()
        await parado
        depois = Ida([b"x" * 200_000], declarado=200_000)
        await servida(depois.escopo, depois.receber, depois.enviar)
        return segundo, pequeno, aos_pedacos, depois

    segundo, pequeno, aos_pedacos, depois = asyncio.run(roteiro())
    assert (segundo.status, segundo.lidas) == (503, 0)
    assert pequeno.status == 200
    assert aos_pedacos.status == 503
    assert depois.status == 200  # quem foi embora devolveu a vaga


def _so_a_primeira(ida: Ida) -> Any:
    async def receber() -> Any:
        if ida.lidas == 0:
            return await ida.receber()
        await ida.foi_embora.wait()
        return {"type": "http.disconnect"}

    return receber


def test_vagas_por_origem_e_por_bytes() -> None:
    vagas = Vagas(corpos=10, bytes_=1000, por_origem=2)
    with vagas.ocupar("a", 100), vagas.ocupar("a", 100):
        with pytest.raises(Cheio), vagas.ocupar("a", 100):
            pass
        with vagas.ocupar("b", 800), pytest.raises(Cheio), vagas.ocupar("c", 1):
            pass
        with vagas.ocupar("c", 1):
            pass
    with vagas.ocupar("a", 1000):
        pass


def test_disco_temporario_cheio_e_503(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "arquivo").write_bytes(b"")
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "arquivo"))

    async def roteiro() -> Ida:
        ida = Ida([b"x" * 200_000], declarado=200_000)
        await porta(eco([]))(ida.escopo, ida.receber, ida.enviar)
        return ida

    assert asyncio.run(roteiro()).status == 503


def test_deposito_grande_vai_para_o_disco_e_some(tmp_path: Path) -> None:
    async def roteiro() -> tuple[int, int]:
        deposito = Deposito()
        await deposito.guardar(b"x" * NA_MEMORIA)
        na_memoria = deposito._arquivo is None
        await deposito.guardar(b"y" * 10)
        lido = b"".join([parte async for parte in deposito.partes()])
        no_disco = deposito._arquivo
        deposito.fechar()
        assert no_disco is not None
        assert no_disco.closed
        assert lido == b"x" * NA_MEMORIA + b"y" * 10
        return na_memoria, len(deposito._memoria)

    assert asyncio.run(roteiro()) == (True, 0)


# --- Trechos de arquivo -----------------------------------------------------------------------------------------------


def servir(arquivo: Path, inicio: int, quantos: int, abertos: list[Any]) -> Any:
    async def aplicacao(scope: Any, receive: Any, send: Any) -> None:
        aberto = arquivo.open("rb")
        abertos.append(aberto)
        scope["entregar"](aberto, inicio, quantos)
        cabecalhos = [(b"content-length", str(quantos).encode())]
        await send({"type": "http.response.start", "status": 206, "headers": cabecalhos})
        await send({"type": "http.response.body", "body": b""})

    return aplicacao


def test_trecho_entregue_em_pedacos_e_fechado(tmp_path: Path) -> None:
    arquivo = tmp_path / "video"
    conteudo = bytes(range(256)) * 4000
    arquivo.write_bytes(conteudo)
    abertos: list[Any] = []

    async def roteiro() -> Ida:
        ida = Ida([])
        await porta(servir(arquivo, 1000, 900_000, abertos))(ida.escopo, ida.receber, ida.enviar)
        return ida

    ida = asyncio.run(roteiro())
    assert (ida.status, ida.corpo == conteudo[1000:901_000]) == (206, True)
    assert max(len(m.get("body", b"")) for m in ida.respostas) == PEDACO
    assert [m["more_body"] for m in ida.respostas[1:]] == [True] * 6 + [False]
    assert abertos[0].closed


def test_quem_vai_embora_no_meio_para_a_entrega(tmp_path: Path) -> None:
    arquivo = tmp_path / "video"
    arquivo.write_bytes(bytes(5_000_000))
    abertos: list[Any] = []

    async def roteiro() -> Ida:
        ida = Ida([])
        enviar = ida.enviar

        async def enviar_e_partir(mensagem: Any) -> None:
            await enviar(mensagem)
            if len(ida.respostas) == 3:
                ida.foi_embora.set()
                await asyncio.sleep(0)
                await asyncio.sleep(0)

        await porta(servir(arquivo, 0, 5_000_000, abertos))(ida.escopo, ida.receber, enviar_e_partir)
        return ida

    ida = asyncio.run(roteiro())
    assert len(ida.respostas) == 3
    assert abertos[0].closed


def test_arquivo_que_encolheu_nao_finge_o_fim(tmp_path: Path) -> None:
    """A resposta fica sem o fim que prometeu, e o uvicorn corta a conexão: o navegador vê que faltou."""
    arquivo = tmp_path / "video"
    arquivo.write_bytes(bytes(1000))

    async def roteiro() -> Ida:
        ida = Ida([])
        await porta(servir(arquivo, 0, 2000, []))(ida.escopo, ida.receber, ida.enviar)
        return ida

    assert asyncio.run(roteiro()).respostas[-1]["more_body"] is True
