"""As contas por origem: a janela que desliza, o que se esquece, e a soma entre processos por um Redis de verdade."""

import logging
import select
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from typing import Any
from urllib.parse import urlsplit

import pytest
import redis

from conftest import REDIS
from votacao.recusas import PedidosDemais
from votacao.urna import contas, limites
from votacao.urna.contas import CEDULA, VOTO, Contas

MINUTO = 1_732_000_020.0  # começo de um minuto cheio
ESCOLA = "203.0.113.9"


def contar(vezes: int, endereco: str = ESCOLA, agora: float = MINUTO) -> int:
    """Quantos dos pedidos de voto passaram."""
    passaram = 0
    for _ in range(vezes):
        try:
            limites.contar("voto", endereco, agora)
        except PedidosDemais:
            continue
        passaram += 1
    return passaram


# --- A janela ---------------------------------------------------------------------------------------------------------


def test_o_ritmo_soma_o_minuto_e_o_que_resta_do_anterior() -> None:
    todas = Contas()
    conta = todas.de(ESCOLA, MINUTO + 30)
    for _ in range(100):
        conta.somar(VOTO)
    assert conta.ritmo(VOTO, MINUTO + 59.9) == 100
    assert todas.de(ESCOLA, MINUTO + 60).ritmo(VOTO, MINUTO + 60) == 100
    seguinte = todas.de(ESCOLA, MINUTO + 75)
    seguinte.somar(VOTO)
    assert seguinte.ritmo(VOTO, MINUTO + 75) == 76
    assert seguinte.ritmo(CEDULA, MINUTO + 75) == 0
    assert todas.de(ESCOLA, MINUTO + 180).ritmo(VOTO, MINUTO + 180) == 0


def test_limite_em_cheio_volta_aos_poucos_e_quem_insiste_nao_fica_de_fora(settings: Any) -> None:
    settings.LIMITES_POR_ORIGEM = {"voto": "60/minute"}
    assert contar(1000, agora=MINUTO) == 60
    assert contar(1000, agora=MINUTO + 59) == 0
    assert contar(1000, agora=MINUTO + 90) == 30
    assert contar(1000, agora=MINUTO + 240) == 60


def test_uma_escola_de_mil_pessoas_nao_e_recusada(settings: Any) -> None:
    """Mil pessoas, cinco votos por minuto cada uma, um endereço só, por cinco minutos."""
    for minuto in range(5):
        for segundo in range(60):
            votos = 5000 * (segundo + 1) // 60 - 5000 * segundo // 60
            assert contar(votos, agora=MINUTO + minuto * 60 + segundo) == votos


def test_enderecos_da_mesma_rede_ipv6_dividem_a_conta(settings: Any) -> None:
    settings.LIMITES_POR_ORIGEM = {"voto": "10/minute"}
    assert sum(contar(1, f"2001:db8:1:2::{numero:x}") for numero in range(1, 100)) == 10
    assert contar(20, "2001:db8:1:3::1") == 10


def test_quem_para_de_pedir_e_esquecido(settings: Any) -> None:
    limites.envelhecer(MINUTO)
    contar(1)
    assert limites.envelhecer(MINUTO + 59) is False
    assert limites.envelhecer(MINUTO + 61) is True
    assert list(limites.contas()._anteriores) == [ESCOLA]
    assert limites.envelhecer(MINUTO + 121) is True
    assert limites.contas()._anteriores == {}
    assert limites.contas()._atuais == {}


def test_a_memoria_tem_fim(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(contas, "MAXIMO", 100)
    todas = Contas()
    for numero in range(1000):
        todas.de(f"10.0.{numero % 250}.{numero // 250}", MINUTO).somar(VOTO)
        assert len(todas._atuais) <= 100


def test_so_regras_por_minuto() -> None:
    assert contas.por_minuto("600/minute") == 600
    with pytest.raises(contas.ImproperlyConfigured, match="por minuto"):
        contas.por_minuto("10/second")


def test_chave_no_redis_nao_mostra_a_origem_nem_liga_um_dia_a_outro(settings: Any) -> None:
    minuto = int(MINUTO) // 60
    hoje = contas.chave(ESCOLA, minuto, VOTO)
    assert ESCOLA not in hoje
    assert hoje != contas.chave(ESCOLA, minuto + 1, VOTO)
    assert hoje != contas.chave("203.0.113.10", minuto, VOTO)
    settings.SECRET_KEY = "outra chave, de outra instalação"
    assert hoje != contas.chave(ESCOLA, minuto, VOTO)


def test_etiqueta_e_da_origem_e_nunca_a_de_qualquer_uma() -> None:
    etiquetas = {contas.etiqueta(f"10.0.{n // 250}.{n % 250}") for n in range(2000)}
    assert len(etiquetas) > 1990
    assert b"\0\0\0" not in etiquetas


# --- Entre processos --------------------------------------------------------------------------------------------------


@pytest.fixture
def banco(settings: Any) -> Iterator[Any]:
    cliente = redis.Redis.from_url(REDIS)
    cliente.flushdb()
    settings.CACHE_URL = REDIS
    yield cliente
    cliente.flushdb()
    cliente.close()


@pytest.fixture
def processo() -> Iterator[Callable[[], Contas]]:
    """Cada `Contas` é a memória de um processo; só o Redis as junta."""
    feitas: list[Contas] = []

    def fazer() -> Contas:
        feitas.append(Contas())
        return feitas[-1]

    yield fazer
    for uma in feitas:
        uma.fechar()


def ate(pronto: Callable[[], bool], segundos: float = 10) -> None:
    limite = time.monotonic() + segundos
    while not pronto():
        assert time.monotonic() < limite, "não aconteceu a tempo"
        time.sleep(0.01)


@pytest.mark.servicos("redis")
def test_dois_processos_somam_as_suas_contas(banco: Any, processo: Callable[[], Contas]) -> None:
    um, outro = processo(), processo()
    for _ in range(500):
        um.de(ESCOLA, MINUTO).somar(VOTO)
    ate(lambda: um.de(ESCOLA, MINUTO).enviadas[VOTO] == 500)
    for _ in range(100):
        outro.de(ESCOLA, MINUTO).somar(VOTO)
    ate(lambda: outro.de(ESCOLA, MINUTO).ritmo(VOTO, MINUTO) == 600)
    for _ in range(20):
        um.de(ESCOLA, MINUTO).somar(VOTO)
    ate(lambda: um.de(ESCOLA, MINUTO).ritmo(VOTO, MINUTO) == 620)
    assert um.de("203.0.113.10", MINUTO).ritmo(VOTO, MINUTO) == 0
    # E o minuto seguinte de um processo que não viu o anterior sabe dele.
    novo = processo()
    for _ in range(20):
        novo.de(ESCOLA, MINUTO + 60).somar(VOTO)
    ate(lambda: novo.de(ESCOLA, MINUTO + 60).ritmo(VOTO, MINUTO + 60) == 640)


@pytest.mark.servicos("redis")
def test_no_redis_so_resumos_que_somem_em_minutos(banco: Any, processo: Callable[[], Contas]) -> None:
    conta = processo().de(ESCOLA, MINUTO)
    for _ in range(500):
        conta.somar(VOTO)
    ate(lambda: conta.enviadas[VOTO] == 500)
    (chave,) = banco.keys()
    assert banco.get(chave) == b"500"
    assert ESCOLA.encode() not in chave
    assert 0 < banco.ttl(chave) <= contas.EXPIRA


@pytest.mark.servicos("redis")
def test_quem_vota_em_casa_nunca_sai_do_processo(banco: Any, processo: Callable[[], Contas]) -> None:
    todas = processo()
    casa, escola = todas.de("198.51.100.7", MINUTO), todas.de(ESCOLA, MINUTO)
    for _ in range(contas.parcelas()[VOTO] - 1):
        casa.somar(VOTO)
    for _ in range(500):
        escola.somar(VOTO)
    ate(lambda: escola.enviadas[VOTO] == 500)
    assert casa.enviadas[VOTO] == 0
    assert len(banco.keys()) == 1


@pytest.mark.servicos("redis")
def test_o_excesso_entre_processos_e_o_prometido(banco: Any, processo: Callable[[], Contas], settings: Any) -> None:
    """Quatro processos, uma origem que pede tão depressa quanto pode: passa do limite por muito menos que 4 vezes."""
    settings.LIMITES_POR_ORIGEM = settings.LIMITES_POR_ORIGEM | {"voto": "600/minute"}
    quatro = [processo() for _ in range(4)]
    passaram, fim = 0, time.monotonic() + 3
    while time.monotonic() < fim:
        for um in quatro:
            conta = um.de(ESCOLA, MINUTO)
            if conta.ritmo(VOTO, MINUTO) < 600:
                conta.somar(VOTO)
                passaram += 1
        time.sleep(0.001)  # uns 3 mil pedidos por segundo, nos quatro juntos
    por_intervalo = 4 * contas.INTERVALO / 0.001
    assert 600 <= passaram <= 600 + por_intervalo + 4 * contas.parcelas()[VOTO]
    ate(lambda: all(um.de(ESCOLA, MINUTO).ritmo(VOTO, MINUTO) >= 600 for um in quatro))


class Ponte:
    """Uma porta que leva ao Redis de verdade enquanto está aberta, e que se pode fechar e reabrir."""

    def __init__(self) -> None:
        self._escuta: socket.socket | None = None
        self.porta = 0
        self._abertas: list[socket.socket] = []
        self.abrir()

    def abrir(self) -> None:
        self._escuta = socket.create_server(("127.0.0.1", self.porta))
        self.porta = self._escuta.getsockname()[1]
        threading.Thread(target=self._aceitar, args=[self._escuta], daemon=True).start()

    def fechar(self) -> None:
        if self._escuta is not None:
            self._escuta.shutdown(socket.SHUT_RDWR)
            self._escuta.close()
            self._escuta = None
        for tomada in self._abertas:
            with suppress(OSError):
                tomada.shutdown(socket.SHUT_RDWR)
        self._abertas.clear()

    def _aceitar(self, escuta: socket.socket) -> None:
        partes = urlsplit(REDIS)
        while True:
            try:
                de_ca, _ = escuta.accept()
            except OSError:
                return
            de_la = socket.create_connection((partes.hostname, partes.port or 6379))
            self._abertas += [de_ca, de_la]
            threading.Thread(target=self._levar, args=[de_ca, de_la], daemon=True).start()

    @staticmethod
    def _levar(de_ca: socket.socket, de_la: socket.socket) -> None:
        outra = {de_ca: de_la, de_la: de_ca}
        with de_ca, de_la, suppress(OSError):
            while True:
                for tomada in select.select([de_ca, de_la], [], [])[0]:
                    bytes_lidos = tomada.recv(65536)
                    if not bytes_lidos:
                        return
                    outra[tomada].sendall(bytes_lidos)


@pytest.mark.servicos("redis")
def test_redis_cai_ninguem_para_avisa_uma_vez_e_volta_sozinho(
    settings: Any,
    banco: Any,
    processo: Callable[[], Contas],
    caplog: pytest.LogCaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(contas, "ESPERA", 0.05)
    caplog.set_level(logging.WARNING, "votacao.urna")
    agora = time.time()
    ponte = Ponte()
    settings.CACHE_URL = f"redis://127.0.0.1:{ponte.porta}{urlsplit(REDIS).path}"
    todas = processo()
    partilha, conta = todas._partilha, todas.de(ESCOLA, agora)
    assert partilha is not None
    for _ in range(100):
        conta.somar(VOTO)
    ate(lambda: conta.enviadas[VOTO] == 100)
    ponte.fechar()
    inicio = time.perf_counter()
    for _ in range(900):
        conta.somar(VOTO)
    assert time.perf_counter() - inicio < 0.2
    ate(lambda: partilha.falhas >= 3)
    assert conta.ritmo(VOTO, agora) == 1000
    assert [registro.message.partition(" (")[0] for registro in caplog.records] == [
        "limites: o Redis de CACHE_URL não responde"
    ]
    ponte.abrir()
    ate(lambda: conta.enviadas[VOTO] == 1000)
    assert partilha.falhas == 0
    assert len(caplog.records) == 2
    assert "voltou" in caplog.records[1].message
    ponte.fechar()
