"""O trabalho em grupo: em lotes, com fim, sem responder antes da hora, e sem fazer o que já deu por perdido."""

import asyncio
import threading
import time
from collections.abc import Sequence
from typing import Any

import pytest

from votacao.recusas import Recusa, UrnaIndisponivel
from votacao.urna import grupo as modulo
from votacao.urna.grupo import Grupo


class Trabalho:
    """Dobra números; para quando o teste manda."""

    def __init__(self) -> None:
        self.lotes: list[list[int]] = []
        self.livre = threading.Event()
        self.livre.set()
        self.comecou = threading.Event()

    def __call__(self, pedidos: Sequence[int], limite: float) -> list[int | type[Recusa]]:
        self.lotes.append(list(pedidos))
        self.comecou.set()
        self.livre.wait()
        if -1 in pedidos:
            raise UrnaIndisponivel
        if -2 in pedidos:
            raise ZeroDivisionError
        return [2 * pedido for pedido in pedidos]


def rodar(roteiro: Any, trabalho: Trabalho) -> None:
    async def tudo() -> None:
        grupo: Grupo[int, int] = Grupo("teste", trabalho)
        grupo.iniciar(asyncio.get_running_loop())
        try:
            await roteiro(grupo)
        finally:
            trabalho.livre.set()
            await grupo.encerrar()

    asyncio.run(tudo())


def promessa(grupo: Grupo[int, int], pedido: int) -> "asyncio.Future[Any]":
    futuro: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
    grupo.depositar(pedido, futuro.set_result)
    return futuro


def test_o_que_chega_durante_um_lote_vai_junto_no_seguinte() -> None:
    trabalho = Trabalho()

    async def roteiro(grupo: Grupo[int, int]) -> None:
        trabalho.livre.clear()
        primeiro = promessa(grupo, 0)
        await asyncio.to_thread(trabalho.comecou.wait)
        outros = [promessa(grupo, i) for i in range(1, 50)]
        assert not primeiro.done()
        trabalho.livre.set()
        assert await primeiro == 0
        assert await asyncio.gather(*outros) == [2 * i for i in range(1, 50)]
        assert [len(lote) for lote in trabalho.lotes] == [1, 49]

    rodar(roteiro, trabalho)


def test_alem_do_maximo_responde_503_na_hora(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(modulo, "PENDENTES_MAXIMOS", 10)
    trabalho = Trabalho()

    async def roteiro(grupo: Grupo[int, int]) -> None:
        trabalho.livre.clear()
        primeiro = promessa(grupo, 0)
        await asyncio.to_thread(trabalho.comecou.wait)
        aceitos = [promessa(grupo, i) for i in range(10)]
        recusado = promessa(grupo, 99)
        assert recusado.result() is UrnaIndisponivel
        assert not any(aceito.done() for aceito in aceitos)
        trabalho.livre.set()
        await asyncio.gather(primeiro, *aceitos)
        assert 99 not in [pedido for lote in trabalho.lotes for pedido in lote]

    rodar(roteiro, trabalho)


def test_quem_espera_demais_recebe_503_e_nao_e_mais_feito(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(modulo, "PRAZO", 0.3)
    trabalho = Trabalho()

    async def roteiro(grupo: Grupo[int, int]) -> None:
        trabalho.livre.clear()
        em_curso = promessa(grupo, 1)
        await asyncio.to_thread(trabalho.comecou.wait)
        na_fila = promessa(grupo, 2)
        async with asyncio.timeout(2):
            assert await na_fila is UrnaIndisponivel
            assert await em_curso is UrnaIndisponivel
        trabalho.livre.set()
        depois = promessa(grupo, 3)
        assert await depois == 6
        assert [pedido for lote in trabalho.lotes for pedido in lote] == [1, 3]

    rodar(roteiro, trabalho)


def test_uma_resposta_que_quebra_nao_para_o_vigia(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(modulo, "PRAZO", 0.3)
    trabalho = Trabalho()

    async def roteiro(grupo: Grupo[int, int]) -> None:
        def quebra(_: Any) -> None:
            raise ConnectionError

        trabalho.livre.clear()
        grupo.depositar(1, quebra)
        await asyncio.to_thread(trabalho.comecou.wait)
        async with asyncio.timeout(5):
            assert await promessa(grupo, 2) is UrnaIndisponivel
            assert await promessa(grupo, 3) is UrnaIndisponivel

    rodar(roteiro, trabalho)


def test_quem_chegou_ha_pouco_nao_paga_pelo_atraso_dos_ja_respondidos(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(modulo, "PRAZO", 0.8)
    limites: list[float] = []
    trabalho = Trabalho()

    def fazer(pedidos: Sequence[int], limite: float) -> list[int | type[Recusa]]:
        limites.append(limite - time.monotonic())
        return trabalho(pedidos, limite)

    async def tudo() -> None:
        grupo: Grupo[int, int] = Grupo("teste", fazer)
        grupo.iniciar(asyncio.get_running_loop())
        trabalho.livre.clear()
        promessa(grupo, 0)
        await asyncio.to_thread(trabalho.comecou.wait)
        assert await promessa(grupo, 1) is UrnaIndisponivel
        novo = promessa(grupo, 2)
        trabalho.livre.set()
        assert await novo == 4
        await grupo.encerrar()
        assert trabalho.lotes == [[0], [2]]
        assert limites[1] > 0.3

    asyncio.run(tudo())


@pytest.mark.parametrize("defeito", [-1, -2])
def test_um_lote_que_falha_responde_503_a_todos_e_o_seguinte_anda(defeito: int) -> None:
    trabalho = Trabalho()

    async def roteiro(grupo: Grupo[int, int]) -> None:
        assert await promessa(grupo, defeito) is UrnaIndisponivel
        assert await promessa(grupo, 4) == 8

    rodar(roteiro, trabalho)


def test_encerrar_termina_o_pendente_e_recusa_o_novo() -> None:
    trabalho = Trabalho()

    async def tudo() -> None:
        grupo: Grupo[int, int] = Grupo("teste", trabalho)
        grupo.iniciar(asyncio.get_running_loop())
        pendentes = [promessa(grupo, i) for i in range(100)]
        await grupo.encerrar()
        assert [pendente.result() for pendente in pendentes] == [2 * i for i in range(100)]
        assert promessa(grupo, 1).result() is UrnaIndisponivel

    asyncio.run(tudo())


def test_resposta_que_quebra_nao_cala_as_outras() -> None:
    trabalho = Trabalho()

    async def roteiro(grupo: Grupo[int, int]) -> None:
        def quebra(_: Any) -> None:
            raise ConnectionError

        grupo.depositar(1, quebra)
        assert await promessa(grupo, 2) == 4

    rodar(roteiro, trabalho)
