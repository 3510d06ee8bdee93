"""A faixa dentro do protocolo do uvicorn, sem rede: o pedido cortado em cada byte, um atrás do outro, e hostil."""

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any

import pytest
import uvicorn
from uvicorn.server import ServerState

from bbb.asgi import Processo
from tests.servidor import corpo_do_voto, emitir
from votacao.models import Contagem, Paredao, Participante, Voto
from votacao.urna import faixa as modulo
from votacao.urna.faixa import Faixa

pytestmark = pytest.mark.usefixtures("urna_limpa")


class Fio(asyncio.Transport):
    """A outra ponta da conexão: guarda o que a faixa escreve."""

    def __init__(self) -> None:
        super().__init__()
        self.saida = b""
        self.fechado = False
        self.cortado = False
        self.por_escoar = 0
        self.lendo = True

    def get_extra_info(self, nome: str, omissao: Any = None) -> Any:
        return {"peername": ("127.0.0.1", 5000), "sockname": ("127.0.0.1", 80)}.get(nome, omissao)

    def write(self, data: Any) -> None:
        assert not self.fechado, "escreveu depois de fechar"
        self.saida += bytes(data)

    def is_closing(self) -> bool:
        return self.fechado

    def close(self) -> None:
        self.fechado = True

    def abort(self) -> None:
        self.fechado = self.cortado = True

    def get_write_buffer_size(self) -> int:
        return self.por_escoar

    def pause_reading(self) -> None:
        self.lendo = False

    def resume_reading(self) -> None:
        self.lendo = True

    def status(self) -> list[int]:
        """Dos pedidos respondidos, em ordem."""
        partes = self.saida.split(b"HTTP/1.1 ")[1:]
        return [int(parte[:3]) for parte in partes]


class Bancada:
    """Um processo servindo, e conexões sem rede."""

    def __init__(self) -> None:
        self.processo = Processo()
        self.estado: dict[str, Any] = {}
        self.config = uvicorn.Config(self.processo, http=Faixa, ws="none", proxy_headers=False, log_level="critical")
        self.servidor = ServerState()
        self._mensagens: asyncio.Queue[dict[str, str]] = asyncio.Queue()
        self._vida: asyncio.Task[None] | None = None

    async def ligar(self) -> None:
        pronto = asyncio.Event()

        async def enviar(_: Any) -> None:
            pronto.set()

        await self._mensagens.put({"type": "lifespan.startup"})
        escopo = {"type": "lifespan", "state": self.estado}
        self._vida = asyncio.get_running_loop().create_task(self.processo(escopo, self._mensagens.get, enviar))
        await pronto.wait()
        self.config.load()

    async def desligar(self) -> None:
        await self._mensagens.put({"type": "lifespan.shutdown"})
        assert self._vida is not None
        await self._vida

    def conectar(self) -> tuple[Faixa, Fio]:
        conexao = Faixa(self.config, self.servidor, self.estado, asyncio.get_running_loop())
        fio = Fio()
        conexao.connection_made(fio)
        return conexao, fio


async def ate(condicao: Callable[[], bool]) -> None:
    async with asyncio.timeout(10):
        while not condicao():
            await asyncio.sleep(0.001)


@pytest.fixture
def rodar() -> Callable[[Callable[[Bancada], Coroutine[Any, Any, None]]], None]:
    def _rodar(roteiro: Callable[[Bancada], Coroutine[Any, Any, None]]) -> None:
        async def tudo() -> None:
            bancada = Bancada()
            await bancada.ligar()
            try:
                await roteiro(bancada)
            finally:
                await bancada.desligar()

        asyncio.run(tudo())

    return _rodar


def pedido(paredao: Paredao, corpo: bytes, extras: bytes = b"") -> bytes:
    return (
        b"POST /paredoes/%d/votar/ HTTP/1.1\r\nHost: localhost\r\n"
        b"Content-Type: application/x-www-form-urlencoded\r\nContent-Length: %d\r\n%s\r\n%s"
        % (paredao.pk, len(corpo), extras, corpo)
    )


def voto(paredao: Paredao, participante: Participante) -> bytes:
    return pedido(paredao, corpo_do_voto(participante.pk, emitir(paredao)))


def test_pedido_cortado_em_cada_byte_conta_um_voto(
    rodar: Any, paredao: Paredao, participantes: list[Participante]
) -> None:
    inteiro = voto(paredao, participantes[0])
    cortes = range(1, len(inteiro))
    pedidos = [voto(paredao, participantes[0]) for _ in cortes]

    async def roteiro(bancada: Bancada) -> None:
        for corte, bruto in zip(cortes, pedidos, strict=True):
            conexao, fio = bancada.conectar()
            conexao.data_received(bruto[:corte])
            conexao.data_received(bruto[corte:])
            await ate(lambda fio=fio: bool(fio.status()))
            assert (corte, fio.status()) == (corte, [303])
            conexao.connection_lost(None)

    rodar(roteiro)
    assert Voto.objects.count() == len(pedidos)


def test_pedido_byte_a_byte_conta_um_voto(rodar: Any, paredao: Paredao, participantes: list[Participante]) -> None:
    bruto = voto(paredao, participantes[0])

    async def roteiro(bancada: Bancada) -> None:
        conexao, fio = bancada.conectar()
        for i in range(len(bruto)):
            conexao.data_received(bruto[i : i + 1])
        await ate(lambda: bool(fio.status()))
        assert fio.status() == [303]

    rodar(roteiro)
    assert Voto.objects.count() == 1


def test_pedidos_em_fila_no_mesmo_pacote_sao_todos_respondidos_em_ordem(
    rodar: Any, paredao: Paredao, participantes: list[Participante]
) -> None:
    tres = voto(paredao, participantes[0]) + pedido(paredao, b"lixo") + voto(paredao, participantes[1])

    async def roteiro(bancada: Bancada) -> None:
        conexao, fio = bancada.conectar()
        conexao.data_received(tres)
        await ate(lambda: len(fio.status()) == 3)
        assert fio.status() == [303, 400, 303]

    rodar(roteiro)
    assert Voto.objects.count() == 2


def test_pedido_que_chega_durante_um_voto_pendente_espera_por_ele(
    rodar: Any, paredao: Paredao, participantes: list[Participante]
) -> None:
    async def roteiro(bancada: Bancada) -> None:
        conexao, fio = bancada.conectar()
        conexao.data_received(primeiro)
        # Ainda pendente: nada respondido. O segundo chega cortado ao meio.
        assert fio.saida == b""
        conexao.data_received(segundo[:100])
        conexao.data_received(segundo[100:] + terceiro[:50])
        conexao.data_received(terceiro[50:])
        await ate(lambda: len(fio.status()) == 3)
        assert fio.status() == [303, 200, 303]

    primeiro, terceiro = voto(paredao, participantes[0]), voto(paredao, participantes[1])
    segundo = b"GET /saude/viva/ HTTP/1.1\r\nHost: localhost\r\nX-Enche: %s\r\n\r\n" % (b"x" * 100)
    rodar(roteiro)
    assert Voto.objects.count() == 2


def test_quem_enche_a_conexao_durante_um_voto_deixa_de_ser_lido(
    rodar: Any, paredao: Paredao, participantes: list[Participante]
) -> None:
    bruto = voto(paredao, participantes[0])

    async def roteiro(bancada: Bancada) -> None:
        conexao, fio = bancada.conectar()
        conexao.data_received(bruto)
        conexao.data_received(b"G" * (modulo.GUARDADO_MAXIMO + 1))
        assert fio.lendo is False
        await ate(lambda: fio.fechado)
        assert fio.status() == [303, 400]

    rodar(roteiro)
    assert Voto.objects.count() == 1


def test_contrabando_de_pedidos_nao_passa(rodar: Any, paredao: Paredao, participantes: list[Participante]) -> None:
    """Cabeçalhos em que dois leitores de HTTP discordariam: a faixa não os lê, e o uvicorn os recusa ou os lê bem."""
    corpo = corpo_do_voto(participantes[0].pk, emitir(paredao))
    base = pedido(paredao, corpo)
    escondido = b"Content-Length: 5\r\nContent-Length: %d\r\n" % len(corpo)
    casos = {
        "dois tamanhos": base.replace(b"Content-Length: %d\r\n" % len(corpo), escondido),
        "tamanho e pedaços": base.replace(b"\r\n\r\n", b"\r\nTransfer-Encoding: chunked\r\n\r\n", 1),
        "espaço antes dos dois-pontos": base.replace(b"Content-Length:", b"Content-Length :"),
        "linha dobrada": base.replace(b"Host: localhost", b"Host: localhost\r\n dobrada"),
        "tamanho com sinal": base.replace(b"Content-Length: ", b"Content-Length: +"),
        "NUL no cabeçalho": base.replace(b"Host: localhost", b"Host: localhost\r\nX: a\x00b"),
    }

    async def roteiro(bancada: Bancada) -> None:
        for nome, bruto in casos.items():
            conexao, fio = bancada.conectar()
            conexao.data_received(bruto)
            await ate(lambda fio=fio: bool(fio.status()))
            assert (nome, fio.status()[0]) == (nome, 400)
            conexao.connection_lost(None)

    rodar(roteiro)
    assert Voto.objects.count() == 0


def test_corpo_grande_respondido_cedo_nao_vira_outro_pedido(
    rodar: Any, paredao: Paredao, participantes: list[Participante]
) -> None:
    """O resto de um corpo recusado por tamanho não pode ser lido como um pedido novo, mesmo que pareça um voto."""
    recheio = voto(paredao, participantes[0])
    bruto = pedido(paredao, b"x" * 5000 + recheio)

    async def roteiro(bancada: Bancada) -> None:
        conexao, fio = bancada.conectar()
        conexao.data_received(bruto[: -len(recheio)])
        await ate(lambda: bool(fio.status()))
        conexao.data_received(recheio)
        assert fio.status() == [413]
        conexao.data_received(b"GET /saude/viva/ HTTP/1.1\r\nHost: localhost\r\n\r\n")
        await ate(lambda: len(fio.status()) == 2 or fio.fechado)
        assert fio.status()[1:] in ([], [200])

    rodar(roteiro)
    assert Voto.objects.count() == 0


def test_connection_close_fecha_depois_de_responder(
    rodar: Any, paredao: Paredao, participantes: list[Participante]
) -> None:
    bruto = pedido(paredao, corpo_do_voto(participantes[0].pk, emitir(paredao)), b"Connection: close\r\n")

    async def roteiro(bancada: Bancada) -> None:
        conexao, fio = bancada.conectar()
        conexao.data_received(bruto)
        await ate(lambda: fio.fechado)
        assert fio.status() == [303]
        assert b"\r\nconnection: close\r\n" in fio.saida

    rodar(roteiro)


def test_pedido_pela_metade_recebe_408_no_prazo(rodar: Any, paredao: Paredao) -> None:
    async def roteiro(bancada: Bancada) -> None:
        conexao, fio = bancada.conectar()
        conexao.data_received(b"POST /paredoes/%d/votar/ HTTP/1.1\r\nHost: loc" % paredao.pk)
        conexao.conferir_prazo(bancada.processo.faixa.relogio + modulo.ESPERA_DO_RESTO)
        assert fio.saida == b""
        conexao.conferir_prazo(bancada.processo.faixa.relogio + modulo.ESPERA_DO_RESTO + 1)
        assert (fio.status(), fio.fechado) == ([408], True)

    rodar(roteiro)


def test_quem_nao_le_a_resposta_e_cortado_e_nao_enche_a_memoria(rodar: Any, paredao: Paredao) -> None:
    pedir = b"GET /paredoes/%d/cedula/ HTTP/1.1\r\nHost: localhost\r\n\r\n" % paredao.pk

    async def roteiro(bancada: Bancada) -> None:
        conexao, fio = bancada.conectar()
        conexao.pause_writing()
        fio.por_escoar = 1_000_000
        conexao.data_received(pedir)
        # Entregue ao uvicorn, que espera o outro lado ler antes de escrever mais.
        await asyncio.sleep(0.05)
        assert fio.saida == b""
        inicio = bancada.processo.faixa.relogio
        for segundo in range(int(modulo.ESPERA_DO_NAVEGADOR) + 1):
            conexao.conferir_prazo(inicio + segundo)
        assert fio.cortado is False
        fio.por_escoar = 900_000  # leu alguma coisa: a espera recomeça
        conexao.conferir_prazo(inicio + 40)
        conexao.conferir_prazo(inicio + 70)
        assert fio.cortado is False
        conexao.conferir_prazo(inicio + 71)
        assert fio.cortado is True
        conexao.connection_lost(None)

    rodar(roteiro)


@pytest.mark.parametrize("comeco", [b"GET / HTTP/1.1\r\nHost: localhost\r\nX: ", b"GET /"])
def test_cabecalhos_sem_fim_recebem_431(rodar: Any, paredao: Paredao, comeco: bytes) -> None:
    async def roteiro(bancada: Bancada) -> None:
        conexao, fio = bancada.conectar()
        conexao.data_received(comeco)
        for _ in range(20):
            if not fio.fechado:
                conexao.data_received(b"x" * 8000)
        assert (fio.status(), fio.fechado) == ([431], True)

    rodar(roteiro)


def test_origem_malformada_e_outro_site(rodar: Any, paredao: Paredao, participantes: list[Participante]) -> None:
    bruto = pedido(paredao, corpo_do_voto(participantes[0].pk, emitir(paredao)), b"Origin: http://[\r\n")

    async def roteiro(bancada: Bancada) -> None:
        conexao, fio = bancada.conectar()
        conexao.data_received(bruto)
        assert fio.status() == [403]

    rodar(roteiro)


def test_conexao_muda_e_fechada(rodar: Any, paredao: Paredao) -> None:
    async def roteiro(bancada: Bancada) -> None:
        conexao, fio = bancada.conectar()
        conexao.conferir_prazo(bancada.processo.faixa.relogio + 1000)
        assert (fio.status(), fio.fechado) == ([], True)

    rodar(roteiro)


def test_quem_desliga_antes_da_resposta_tem_o_voto_contado(
    rodar: Any, paredao: Paredao, participantes: list[Participante]
) -> None:
    bruto = voto(paredao, participantes[0])

    async def roteiro(bancada: Bancada) -> None:
        conexao, fio = bancada.conectar()
        conexao.data_received(bruto)
        fio.fechado = True
        conexao.connection_lost(None)
        await ate(lambda: bancada.processo.urna.pendentes() == 0)

    rodar(roteiro)
    assert Voto.objects.count() == 1
    assert Contagem.objects.get(paredao=paredao).votos == 1


def test_encerrar_responde_o_voto_pendente_e_fecha(
    rodar: Any, paredao: Paredao, participantes: list[Participante]
) -> None:
    bruto = voto(paredao, participantes[0])

    async def roteiro(bancada: Bancada) -> None:
        conexao, fio = bancada.conectar()
        conexao.data_received(bruto)
        conexao.shutdown()
        assert fio.fechado is False
        await ate(lambda: fio.fechado)
        assert fio.status() == [303]

    rodar(roteiro)
    assert Voto.objects.count() == 1


def test_comprovante_sai_da_faixa_com_codigo_e_hora(
    rodar: Any, paredao: Paredao, participantes: list[Participante]
) -> None:
    bruto = voto(paredao, participantes[0])

    async def roteiro(bancada: Bancada) -> None:
        conexao, fio = bancada.conectar()
        conexao.data_received(bruto)
        await ate(lambda: bool(fio.status()))
        caminho = fio.saida.split(b"Location: ")[1].split(b"\r\n")[0]
        codigo = caminho.split(b"/")[2]
        pedir = b"GET %s HTTP/1.1\r\nHost: localhost\r\n\r\n" % caminho
        paginas = []
        for _ in range(2):
            fio.saida = b""
            conexao.data_received(pedir)
            await ate(lambda: b"</html>" in fio.saida)
            paginas.append(fio.saida)
            await ate(lambda: bool(bancada.processo.paginas._paginas))
        do_django, da_faixa = (pagina.partition(b"\r\n\r\n")[2] for pagina in paginas)
        assert do_django == da_faixa
        assert b"\r\ncache-control: no-store\r\n" in paginas[1].lower()
        assert codigo in da_faixa
        assert b"@@" not in da_faixa

    rodar(roteiro)
