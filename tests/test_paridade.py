"""As duas portas dão a mesma resposta: cada caso vai à faixa rápida e, com um cabeçalho incomum, ao Django.

Quem respondeu se sabe pela grafia dos cabeçalhos: a faixa os escreve como o Django os nomeia, o a2wsgi em minúsculas.
"""

import json
import re
import socket
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest
import redis
from django.utils import timezone

from conftest import REDIS
from tests.servidor import Servidor, corpo_do_voto, emitir, esperar, esperar_paredao, servidor
from tests.servidor import pedir as perguntar
from votacao import services
from votacao.models import Opcao, Paredao, Participante, Suspeita, Voto
from votacao.urna import cedula as cedulas
from votacao.urna.contas import EXPIRA, INTERVALO

pytestmark = [pytest.mark.processos, pytest.mark.usefixtures("urna_limpa")]


@dataclass
class Crua:
    """Uma resposta lida byte a byte de uma conexão."""

    status: int
    cabecalhos: dict[str, str]
    corpo: bytes
    da_faixa: bool


def enviar(porta: int, pedido: bytes) -> Crua:
    with socket.create_connection(("127.0.0.1", porta), timeout=10) as tomada:
        tomada.sendall(pedido)
        return ler(tomada)


def ler(tomada: socket.socket) -> Crua:
    bruto = b""
    while b"\r\n\r\n" not in bruto:
        parte = tomada.recv(65536)
        if not parte:
            raise AssertionError(f"a conexão fechou antes da resposta: {bruto!r}")
        bruto += parte
    cabeca, _, corpo = bruto.partition(b"\r\n\r\n")
    linhas = cabeca.decode("latin-1").split("\r\n")
    pares = [linha.partition(": ")[::2] for linha in linhas[1:]]
    cabecalhos = {nome.lower(): valor for nome, valor in pares}
    tamanho = int(cabecalhos.get("content-length", 0))
    while len(corpo) < tamanho:
        corpo += tomada.recv(65536)
    status = int(linhas[0].split()[1])
    return Crua(status, cabecalhos, corpo, any(nome == "X-Frame-Options" for nome, _ in pares))


def pedido(
    alvo: str, corpo: bytes | None = None, *, tipo: str = "application/x-www-form-urlencoded", extras: str = ""
) -> bytes:
    metodo = "GET" if corpo is None else "POST"
    linhas = f"{metodo} {alvo} HTTP/1.1\r\nHost: 127.0.0.1\r\n{extras}"
    if corpo is not None:
        linhas += f"Content-Type: {tipo}\r\nContent-Length: {len(corpo)}\r\n"
    return linhas.encode() + b"\r\n" + (corpo or b"")


def nas_duas(porta: int, na_faixa: bytes) -> Crua:
    """Manda às duas portas, exige a mesma resposta, e a devolve. Ao Django vai o mesmo pedido com um `TE`."""
    rapida = enviar(porta, na_faixa)
    lenta = enviar(porta, na_faixa.replace(b"\r\nHost:", b"\r\nTE: trailers\r\nHost:", 1))
    assert (rapida.da_faixa, lenta.da_faixa) == (True, False)
    assert rapida.status == lenta.status
    assert rapida.corpo == lenta.corpo
    for resposta in (rapida, lenta):
        del resposta.cabecalhos["date"]
    # Só o Django escreve registros, e só ele dá um código ao pedido (`bbb.pedidos`).
    assert len(lenta.cabecalhos.pop("x-request-id")) == 16
    assert rapida.cabecalhos == lenta.cabecalhos
    return rapida


@pytest.fixture
def servindo(paredao: Paredao, tmp_path: Path) -> Iterator[Servidor]:
    with servidor(tmp_path) as servindo:
        esperar_paredao(servindo, paredao)
        yield servindo


def test_voto_e_repeticao_nas_duas_portas(
    servindo: Servidor, paredao: Paredao, participantes: list[Participante]
) -> None:
    alvo = f"/paredoes/{paredao.pk}/votar/"
    for extras, status in (("", 303), ("Accept: application/json\r\n", 201), ("Accept: text/html\r\n", 303)):
        corpo = corpo_do_voto(participantes[0].pk, emitir(paredao))
        resposta = nas_duas(servindo.porta, pedido(alvo, corpo, extras=extras))
        assert resposta.status == status
        assert re.fullmatch(r"/comprovantes/[0-9a-f]{32}/", resposta.cabecalhos["location"])
    assert Voto.objects.count() == 3


def test_cada_recusa_do_contrato_nas_duas_portas(
    servindo: Servidor, paredao: Paredao, participantes: list[Participante]
) -> None:
    ana, bia, caio = participantes
    fechado = outro_paredao(paredao, "fechado", abre=-5)
    agendado = outro_paredao(paredao, "agendado", abre=5)
    contada, contada_tarde = emitir(paredao), emitir(fechado)
    esperar_paredao(servindo, fechado)
    alvo = f"/paredoes/{paredao.pk}/votar/"
    alvo_fechado = f"/paredoes/{fechado.pk}/votar/"
    enviar(servindo.porta, pedido(alvo, corpo_do_voto(ana.pk, contada)))
    enviar(servindo.porta, pedido(alvo_fechado, corpo_do_voto(ana.pk, contada_tarde)))
    services.encerrar(fechado, timezone.now())
    esperar_paredao(servindo, fechado, 410)
    vencida, nova = emitir(paredao, ha=3600), emitir(paredao)
    forjada = nova[:-4] + ("AAAA" if nova[-4:] != "AAAA" else "BBBB")
    sem_prova = next(
        texto for texto in iter(lambda: emitir(paredao), None) if not cedulas.prova_basta(texto.encode(), b"0", 4)
    )
    bom = corpo_do_voto(ana.pk, nova)
    json = "Accept: application/json\r\n"
    casos: list[tuple[str, int, bytes]] = [
        ("outro_site", 403, pedido(alvo, bom, extras=json + "Sec-Fetch-Site: cross-site\r\n")),
        ("outro_site", 403, pedido(alvo, bom, extras=json + "Sec-Fetch-Site: same-site\r\n")),
        ("outro_site", 403, pedido(alvo, bom, extras=json + "Origin: https://outro.example\r\n")),
        ("outro_site", 403, pedido(alvo, bom, extras=json + "Origin: null\r\n")),
        ("malformado", 400, pedido(alvo, b"", extras=json)),
        ("malformado", 400, pedido(alvo, b"\x00\xff\xfe", extras=json)),
        ("malformado", 400, pedido(alvo, b"participante=1", extras=json)),
        ("malformado", 400, pedido(alvo, bom + b"&participante=2", extras=json)),
        ("malformado", 400, pedido(alvo, bom.replace(b"participante=", b"participante=%00"), extras=json)),
        ("malformado", 400, pedido(alvo, bom.replace(b"prova=", b"prova=x"), extras=json)),
        ("malformado", 400, pedido(alvo, "participante=🙂&cedula=é".encode(), extras=json)),
        ("malformado", 400, pedido(alvo, b"participante=1&cedula=%ff%fe&prova=", extras=json)),
        ("malformado", 400, pedido(alvo, bom, tipo="application/json", extras=json)),
        ("malformado", 400, pedido(alvo, bom, tipo="multipart/form-data; boundary=x", extras=json)),
        ("fora_do_paredao", 400, pedido(alvo, corpo_do_voto(999999, nova), extras=json)),
        ("cedula_forjada", 403, pedido(alvo, corpo_do_voto(ana.pk, forjada), extras=json)),
        ("cedula_de_outro_paredao", 403, pedido(alvo, corpo_do_voto(ana.pk, emitir(fechado)), extras=json)),
        ("prova_insuficiente", 403, pedido(alvo, campos(ana.pk, sem_prova, "0"), extras=json)),
        ("cedula_vencida", 403, pedido(alvo, corpo_do_voto(ana.pk, vencida), extras=json)),
        ("encerrado", 410, pedido(alvo_fechado, corpo_do_voto(bia.pk, emitir(fechado)), extras=json)),
        (
            "nao_aberto",
            410,
            pedido(f"/paredoes/{agendado.pk}/votar/", corpo_do_voto(bia.pk, emitir(agendado)), extras=json),
        ),
        ("cedula_usada", 409, pedido(alvo, corpo_do_voto(caio.pk, contada), extras=json)),
        # Fora de hora, a outra escolha é recusada pela hora, que no contrato vem antes.
        ("encerrado", 410, pedido(alvo_fechado, corpo_do_voto(caio.pk, contada_tarde), extras=json)),
    ]
    for codigo, status, bytes_do_pedido in casos:
        resposta = nas_duas(servindo.porta, bytes_do_pedido)
        assert (codigo, resposta.status) == (codigo, status)
        assert f'"erro": "{codigo}"'.encode() in resposta.corpo
        em_html = nas_duas(servindo.porta, bytes_do_pedido.replace(json.encode(), b""))
        assert em_html.status == status
        assert em_html.cabecalhos["content-type"] == "text/html; charset=utf-8"
    # Contada antes de encerrar: o comprovante, ainda.
    assert nas_duas(servindo.porta, pedido(alvo_fechado, corpo_do_voto(ana.pk, contada_tarde))).status == 303
    assert Voto.objects.count() == 2


def test_pedidos_que_so_o_django_responde(
    servindo: Servidor, paredao: Paredao, participantes: list[Participante]
) -> None:
    alvo = f"/paredoes/{paredao.pk}/votar/"
    json = "Accept: application/json\r\n"
    corpo = corpo_do_voto(participantes[0].pk, emitir(paredao))
    casos = [
        (405, pedido(alvo, extras=json)),
        (413, pedido(alvo, b"x" * 4097, extras=json)),
        (404, pedido("/paredoes/999999/votar/", corpo, extras=json)),
        (404, pedido("/paredoes/999999/cedula/", extras=json)),
        (405, pedido(alvo, b"", extras=json).replace(b"POST", b"PUT", 1)),
        (400, pedido(alvo, corpo, extras=json).replace(b"Host: 127.0.0.1", b"Host: mau.example")),
    ]
    for status, bytes_do_pedido in casos:
        assert enviar(servindo.porta, bytes_do_pedido).status == status
    assert enviar(servindo.porta, casos[0][1]).cabecalhos["allow"] == "POST"
    pedacos = b"%x\r\n%s\r\n0\r\n\r\n" % (len(corpo), corpo)
    chunked = pedido(alvo, b"", extras=json + "Transfer-Encoding: chunked\r\n").replace(b"Content-Length: 0\r\n", b"")
    assert enviar(servindo.porta, chunked + pedacos).status == 201
    grande = b"%x\r\n%s\r\n0\r\n\r\n" % (5000, b"x" * 5000)
    assert enviar(servindo.porta, chunked + grande).status == 413


def test_cedula_nas_duas_portas(servindo: Servidor, paredao: Paredao) -> None:
    alvo = pedido(f"/paredoes/{paredao.pk}/cedula/")
    rapida = enviar(servindo.porta, alvo)
    lenta = enviar(servindo.porta, alvo.replace(b"\r\nHost:", b"\r\nTE: trailers\r\nHost:", 1))
    assert (rapida.da_faixa, lenta.da_faixa) == (True, False)
    forma = re.compile(
        rb'\{"cedula": "[A-Za-z0-9_-]{63}", "bits": 4, "expira_em": "20\d\d-\d\d-\d\dT\d\d:\d\d:\d\dZ"\}'
    )
    for resposta in (rapida, lenta):
        assert resposta.status == 200
        assert forma.fullmatch(resposta.corpo)
        assert resposta.cabecalhos["cache-control"] == "no-store"
    assert rapida.corpo != lenta.corpo


def test_pedidos_demais_nas_duas_portas(paredao: Paredao, participantes: list[Participante], tmp_path: Path) -> None:
    with servidor(tmp_path, LIMITES="True") as servindo:
        esperar_paredao(servindo, paredao)
        alvo = pedido(f"/paredoes/{paredao.pk}/votar/", b"", extras="Accept: application/json\r\n")
        with socket.create_connection(("127.0.0.1", servindo.porta), timeout=10) as tomada:
            for _ in range(6100):
                tomada.sendall(alvo)
                if ler(tomada).status == 429:
                    break
        resposta = nas_duas(servindo.porta, alvo)
        assert (resposta.status, resposta.cabecalhos["retry-after"]) == (429, "60")
        # Um X-Forwarded-For forjado não muda quem pede.
        forjado = pedido(
            f"/paredoes/{paredao.pk}/votar/", b"", extras="Accept: application/json\r\nX-Forwarded-For: 8.8.8.8\r\n"
        )
        assert nas_duas(servindo.porta, forjado).status == 429


def test_bits_do_paredao_e_da_origem_suspeita_nas_duas_portas(
    paredao: Paredao, participantes: list[Participante], tmp_path: Path
) -> None:
    """A produção muda os bits com a votação no ar; a origem que vota depressa demais recebe mais quatro."""
    with servidor(tmp_path, LIMITES="True") as servindo:
        esperar_paredao(servindo, paredao)
        alvo = f"/paredoes/{paredao.pk}/cedula/"
        Paredao.objects.filter(pk=paredao.pk).update(bits=7)
        esperar(lambda: perguntar(servindo.porta, "GET", alvo).json["bits"] == 7, 10)  # type: ignore[comparison-overlap]
        for _ in range(100):
            cedula = perguntar(servindo.porta, "GET", alvo).json["cedula"]
            bits = cedulas.abrir(cedula.encode()).bits
            corpo = corpo_do_voto(participantes[0].pk, cedula, bits)
            assert enviar(servindo.porta, pedido(f"/paredoes/{paredao.pk}/votar/", corpo)).status == 303
        for extras in ("", "TE: trailers\r\n"):
            resposta = enviar(servindo.porta, pedido(alvo, extras=extras))
            assert resposta.da_faixa is (extras == "")
            assert b'"bits": 11' in resposta.corpo
    assert Voto.objects.filter(lote__suspeita=Suspeita.TEMPO).count() > 20
    assert Voto.objects.count() == 100


@pytest.mark.servicos("redis")
def test_dois_processos_dividem_o_limite_pelo_redis(
    paredao: Paredao, participantes: list[Participante], tmp_path: Path
) -> None:
    """Quarenta confirmações repartidas pelos dois: sem a soma, cada um ainda daria umas vinte."""
    cliente: Any = redis.Redis.from_url(REDIS)
    cliente.flushdb()
    alvo = f"/paredoes/{paredao.pk}/confirmar/?participante={participantes[0].pk}"
    try:
        with servidor(tmp_path, processos=2, LIMITES="True", CACHE_URL=REDIS) as servindo:
            esperar_paredao(servindo, paredao)
            assert {perguntar(servindo.porta, "GET", alvo).status for _ in range(40)} == {200}
            esperar(lambda: sum(int(cliente.get(chave) or 0) for chave in cliente.scan_iter("*:2")) == 40, 10)
            time.sleep(3 * INTERVALO)  # a soma já está no Redis; cada processo a lê na volta seguinte
            assert {perguntar(servindo.porta, "GET", alvo).status for _ in range(20)} == {429}
        assert all(0 < cliente.ttl(chave) <= EXPIRA for chave in cliente.scan_iter())
        assert b"127.0.0.1" not in b" ".join(cliente.scan_iter())
    finally:
        cliente.flushdb()
        cliente.close()


def campos(participante: int, cedula: str, prova: str) -> bytes:
    return urlencode({"participante": participante, "cedula": cedula, "prova": prova}).encode()


def outro_paredao(paredao: Paredao, titulo: str, *, abre: int) -> Paredao:
    outro = Paredao.objects.create(edicao=paredao.edicao, titulo=titulo, abre_em=timezone.now() + timedelta(hours=abre))
    for opcao in paredao.opcoes.all():
        Opcao.objects.create(paredao=outro, participante=opcao.participante, ordem=opcao.ordem)
    return outro


# --- A API ------------------------------------------------------------------------------------------------------------


def pedido_da_api(paredao: int, corpo: bytes, *, tipo: str = "application/json", extras: str = "") -> bytes:
    return pedido(f"/api/v1/paredoes/{paredao}/votos", corpo, tipo=tipo, extras=extras)


def voto_em_json(participante: int, cedula: str, /, **outros: object) -> bytes:
    dados = {"participante": participante, "cedula": cedula, "prova": cedulas.resolver(cedula, 4), **outros}
    return json.dumps(dados).encode()


def test_voto_e_recusas_da_api_nas_duas_portas(
    servindo: Servidor, paredao: Paredao, participantes: list[Participante]
) -> None:
    ana, bia, _ = participantes
    contada, fechado = emitir(paredao), outro_paredao(paredao, "fechado", abre=-5)
    esperar_paredao(servindo, fechado)
    services.encerrar(fechado, timezone.now())
    esperar_paredao(servindo, fechado, 410)
    resposta = nas_duas(servindo.porta, pedido_da_api(paredao.pk, voto_em_json(ana.pk, contada)))
    codigo = json.loads(resposta.corpo)["comprovante"]
    assert (resposta.status, resposta.cabecalhos["location"]) == (201, f"/api/v1/comprovantes/{codigo}")
    nova = emitir(paredao)
    bom = voto_em_json(ana.pk, nova)
    casos: list[tuple[str, int, bytes]] = [
        ("outro_site", 403, pedido_da_api(paredao.pk, bom, extras="Sec-Fetch-Site: cross-site\r\n")),
        ("outro_site", 403, pedido_da_api(paredao.pk, bom, extras="Origin: https://outro.example\r\n")),
        ("malformado", 400, pedido_da_api(paredao.pk, bom, tipo="application/x-www-form-urlencoded")),
        ("malformado", 400, pedido_da_api(paredao.pk, b"")),
        ("malformado", 400, pedido_da_api(paredao.pk, b"[1]")),
        ("malformado", 400, pedido_da_api(paredao.pk, b"[" * 4000)),
        ("malformado", 400, pedido_da_api(paredao.pk, b'{"participante": 1}')),
        ("malformado", 400, pedido_da_api(paredao.pk, bom.replace(b"}", b', "participante": 2}'))),
        ("malformado", 400, pedido_da_api(paredao.pk, voto_em_json(ana.pk, nova, participante=True))),
        ("malformado", 400, pedido_da_api(paredao.pk, voto_em_json(ana.pk, nova, participante=1.0))),
        ("malformado", 400, pedido_da_api(paredao.pk, voto_em_json(ana.pk, nova, participante=str(ana.pk)))),
        ("malformado", 400, pedido_da_api(paredao.pk, voto_em_json(ana.pk, nova, prova=7))),
        ("malformado", 400, pedido_da_api(paredao.pk, voto_em_json(ana.pk, nova, prova="é"))),
        ("fora_do_paredao", 400, pedido_da_api(paredao.pk, voto_em_json(999_999, nova))),
        ("cedula_forjada", 403, pedido_da_api(paredao.pk, voto_em_json(ana.pk, nova, cedula="A" * 63))),
        ("cedula_de_outro_paredao", 403, pedido_da_api(paredao.pk, voto_em_json(ana.pk, emitir(fechado)))),
        ("cedula_vencida", 403, pedido_da_api(paredao.pk, voto_em_json(ana.pk, emitir(paredao, ha=3600)))),
        ("encerrado", 410, pedido_da_api(fechado.pk, voto_em_json(bia.pk, emitir(fechado)))),
        ("cedula_usada", 409, pedido_da_api(paredao.pk, voto_em_json(bia.pk, contada))),
    ]
    for nome, status, bytes_do_pedido in casos:
        resposta = nas_duas(servindo.porta, bytes_do_pedido)
        problema = json.loads(resposta.corpo)
        assert (nome, problema["codigo"], problema["status"], resposta.status) == (nome, nome, status, status)
        assert resposta.cabecalhos["content-type"] == "application/problem+json"
    # A mesma cédula, pela página, devolve o mesmo comprovante: é uma urna só.
    pela_pagina = enviar(servindo.porta, pedido(f"/paredoes/{paredao.pk}/votar/", corpo_do_voto(ana.pk, contada)))
    assert (pela_pagina.status, pela_pagina.cabecalhos["location"]) == (303, f"/comprovantes/{codigo}/")
    assert Voto.objects.count() == 1
    # O que a faixa não atende, o Django atende com as mesmas palavras.
    for status, bytes_do_pedido in (
        (404, pedido_da_api(999_999, bom)),
        (413, pedido_da_api(paredao.pk, b"x" * 4097)),
        (405, pedido(f"/api/v1/paredoes/{paredao.pk}/votos")),
    ):
        resposta = enviar(servindo.porta, bytes_do_pedido)
        assert (resposta.status, resposta.cabecalhos["content-type"]) == (status, "application/problem+json")


def test_outra_origem_aceita_nas_duas_portas(
    paredao: Paredao, participantes: list[Participante], tmp_path: Path
) -> None:
    fas, outro = "https://fas.example", "https://outro.example"
    with servidor(tmp_path, CORS_ORIGENS=fas) as servindo:
        esperar_paredao(servindo, paredao)
        cruzado = f"Origin: {fas}\r\nSec-Fetch-Site: cross-site\r\n"
        resposta = nas_duas(
            servindo.porta,
            pedido_da_api(paredao.pk, voto_em_json(participantes[0].pk, emitir(paredao)), extras=cruzado),
        )
        assert (resposta.status, resposta.cabecalhos["access-control-allow-origin"]) == (201, fas)
        assert "access-control-allow-credentials" not in resposta.cabecalhos
        recusada = nas_duas(servindo.porta, pedido_da_api(paredao.pk, b"", extras=f"Origin: {outro}\r\n"))
        assert (recusada.status, recusada.cabecalhos["vary"]) == (403, "Origin")
        assert "access-control-allow-origin" not in recusada.cabecalhos
        # A página, que não é da API, não muda: o voto de outro site continua recusado.
        pagina = pedido(f"/paredoes/{paredao.pk}/votar/", b"", extras=cruzado)
        assert nas_duas(servindo.porta, pagina).status == 403
        ensaio = f"OPTIONS /api/v1/paredoes/{paredao.pk}/votos HTTP/1.1\r\nHost: 127.0.0.1\r\nOrigin: {{}}\r\n"
        ensaio += "Access-Control-Request-Method: POST\r\n\r\n"
        assert enviar(servindo.porta, ensaio.format(fas).encode()).cabecalhos["access-control-allow-origin"] == fas
        assert "access-control-allow-origin" not in enviar(servindo.porta, ensaio.format(outro).encode()).cabecalhos
        for alvo in ("/api/v1/paredoes", f"/api/v1/paredoes/{paredao.pk}", "/api/v1/eu", "/api/nada"):
            for _ in range(2):  # a segunda, se se guarda, sai do micro-cache
                lida = enviar(servindo.porta, pedido(alvo, extras=cruzado))
                assert lida.cabecalhos["access-control-allow-origin"] == fas, alvo
