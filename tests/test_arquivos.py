"""Fotos e vídeo pela porta da frente de verdade: corpos grandes, pedaços, Range, e a memória do processo."""

import os
import re
import socket
import threading
import uuid
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.utils import timezone

from inscricoes.arquivos import guarda
from inscricoes.models import Candidato, Edicao, Foto, Video
from inscricoes.services import comecar
from inscricoes.tests.amostras import foto, video
from tests.servidor import Resposta, Servidor, esperar, pedir, servidor

pytestmark = [pytest.mark.processos, pytest.mark.django_db(transaction=True)]
MARCA = "separador"


@pytest.fixture
def candidata() -> Candidato:
    agora = timezone.now()
    edicao = Edicao.objects.create(nome="BBB 30", ano=2030, inscricoes_abrem_em=agora - timedelta(days=1))
    conta = User.objects.create_user("dora", email="dora@example.com")
    return comecar(conta=conta, email=conta.email, edicao=edicao, agora=agora)


@pytest.fixture
def cabecalhos(candidata: Candidato) -> dict[str, str]:
    """Uma sessão da candidata, com a senha do CSRF, que o servidor aceita: os dois usam o mesmo banco."""
    cliente = Client()
    cliente.force_login(candidata.conta)  # type: ignore[arg-type]
    senha = "a" * 32
    sessao = cliente.cookies["sessionid"].value
    return {"Cookie": f"sessionid={sessao}; csrftoken={senha}", "X-CSRFToken": senha, "Accept": "application/json"}


@pytest.fixture
def servindo(tmp_path: Path, settings: object) -> Iterator[Servidor]:
    settings.MEDIA_ROOT = tmp_path / "midia"
    with servidor(tmp_path) as servindo:
        yield servindo


def formulario(candidata: Candidato, campo: str, *arquivos: tuple[str, bytes]) -> tuple[bytes, dict[str, str]]:
    cabeca = f'--{MARCA}\r\nContent-Disposition: form-data; name="inscricao"\r\n\r\n'
    partes = [f"{cabeca}{candidata.protocolo}\r\n".encode()]
    for nome, conteudo in arquivos:
        cabeca = f'--{MARCA}\r\nContent-Disposition: form-data; name="{campo}"; filename="{nome}"\r\n\r\n'
        partes += [cabeca.encode(), conteudo, b"\r\n"]
    corpo = b"".join(partes) + f"--{MARCA}--\r\n".encode()
    return corpo, {"Content-Type": f"multipart/form-data; boundary={MARCA}"}


def enviar(servindo: Servidor, caminho: str, corpo: bytes, *cabecalhos: dict[str, str]) -> Resposta:
    return pedir(servindo.porta, "POST", caminho, corpo, {n: v for c in cabecalhos for n, v in c.items()})


def memoria(servindo: Servidor) -> int:
    """kB da memória residente do processo que atende."""
    (filho,) = servindo.filhos()
    achado = re.search(r"VmRSS:\s+(\d+) kB", Path(f"/proc/{filho}/status").read_text())
    assert achado
    return int(achado[1])


def test_foto_de_dez_megas_e_as_que_passam(
    servindo: Servidor, candidata: Candidato, cabecalhos: dict[str, str]
) -> None:
    inteira = foto(lados=(3000, 4000))
    dez = inteira + b"\0" * (10 * 1024**2 - len(inteira))
    corpo, tipo = formulario(candidata, "fotos", ("a.jpg", dez), ("b.jpg", dez + b"\0"), ("c.jpg", foto(2)))
    resposta = enviar(servindo, "/inscricoes/minha/fotos/", corpo, tipo, cabecalhos)
    assert resposta.status == 200
    assert resposta.json["salvas"] == 2
    assert [r["nome"] for r in resposta.json["recusadas"]] == ["b.jpg"]  # type: ignore[index]
    salva = Foto.objects.order_by("ordem")[0]
    servida = pedir(servindo.porta, "GET", f"/inscricoes/arquivos/fotos/{salva.pk}/", None, cabecalhos)
    assert (servida.status, len(servida.corpo)) == (200, salva.tamanho)
    assert servida.cabecalhos["cache-control"] == "private, no-store"
    assert servida.cabecalhos["content-security-policy"] == "default-src 'none'; sandbox"
    assert servida.corpo[8:12] == b"WEBP"
    assert pedir(servindo.porta, "GET", f"/inscricoes/arquivos/fotos/{salva.pk}/").status == 404


def test_corpo_acima_do_maximo_recebe_a_pagina_413(
    servindo: Servidor, candidata: Candidato, cabecalhos: dict[str, str]
) -> None:
    corpo, tipo = formulario(candidata, "fotos", ("a.jpg", bytes(41 * 1024**2)))
    with socket.create_connection(("127.0.0.1", servindo.porta), timeout=20) as tomada:
        linhas = "".join(f"{n}: {v}\r\n" for n, v in {**tipo, **cabecalhos}.items())
        tomada.sendall(f"POST /inscricoes/minha/fotos/ HTTP/1.1\r\nHost: localhost\r\n{linhas}".encode())
        tomada.sendall(b"Content-Length: %d\r\n\r\n" % len(corpo) + corpo[:1000])
        recebido = b""
        while b"</html>" not in recebido:
            recebido += tomada.recv(65536)
    assert recebido.startswith(b"HTTP/1.1 413 ")
    assert "Cada foto pode ter até 10 MB" in recebido.decode()


def test_video_em_pedacos_e_servido_com_range(
    servindo: Servidor, candidata: Candidato, cabecalhos: dict[str, str], tmp_path: Path
) -> None:
    conteudo = video(tmp_path / "v.mp4", segundos=3)
    formato = {"Content-Type": "application/x-www-form-urlencoded"}
    dados = f"tamanho={len(conteudo)}&inscricao={candidata.protocolo}".encode()
    comecado = enviar(servindo, "/inscricoes/minha/video/envio/", dados, formato, cabecalhos)
    assert comecado.status == 201
    endereco = f"/inscricoes/minha/video/envio/{comecado.json['envio']}/"
    binario = {"Content-Type": "application/octet-stream"}
    passo = len(conteudo) // 3 + 1
    for inicio in range(0, len(conteudo), passo):
        parte = conteudo[inicio : inicio + passo]
        recebido = enviar(servindo, f"{endereco}?inicio={inicio}", parte, binario, cabecalhos)
        assert recebido.json["recebido"] == inicio + len(parte)  # type: ignore[comparison-overlap]
    assert enviar(servindo, f"{endereco}concluir/", b"", cabecalhos).status == 200
    pronto = Video.objects.get()
    bruto = Path(guarda.deposito().path(guarda.caminho_do_video(pronto.pk, "mp4"))).read_bytes()
    arquivo = f"/inscricoes/arquivos/videos/{pronto.pk}/"
    inteiro = pedir(servindo.porta, "GET", arquivo, None, cabecalhos)
    assert (inteiro.status, inteiro.corpo == bruto) == (200, True)
    trecho = pedir(servindo.porta, "GET", arquivo, None, {**cabecalhos, "Range": "bytes=100-299"})
    assert (trecho.status, trecho.corpo) == (206, bruto[100:300])
    assert trecho.cabecalhos["content-range"] == f"bytes 100-299/{len(bruto)}"
    assert pedir(servindo.porta, "HEAD", arquivo, None, cabecalhos).corpo == b""
    fora = pedir(servindo.porta, "GET", arquivo, None, {**cabecalhos, "Range": f"bytes={len(bruto)}-"})
    assert (fora.status, fora.corpo) == (416, b"")


def test_pedaco_de_dois_megas_passa(servindo: Servidor, candidata: Candidato, cabecalhos: dict[str, str]) -> None:
    formato = {"Content-Type": "application/x-www-form-urlencoded"}
    tamanho = 4 * 1024**2
    dados = f"tamanho={tamanho}&inscricao={candidata.protocolo}".encode()
    comecado = enviar(servindo, "/inscricoes/minha/video/envio/", dados, formato, cabecalhos)
    endereco = f"/inscricoes/minha/video/envio/{comecado.json['envio']}/"
    binario = {"Content-Type": "application/octet-stream"}
    conteudo = os.urandom(tamanho)
    for inicio in (0, tamanho // 2):
        parte = conteudo[inicio : inicio + tamanho // 2]
        recebido = enviar(servindo, f"{endereco}?inicio={inicio}", parte, binario, cabecalhos)
        assert recebido.json["recebido"] == inicio + len(parte)  # type: ignore[comparison-overlap]
    caminho = guarda.caminho_da_parte(uuid.UUID(comecado.json["envio"]))
    assert Path(guarda.deposito().path(caminho)).read_bytes() == conteudo


def test_video_grande_nao_passa_pela_memoria_nem_prende_o_site(
    servindo: Servidor, candidata: Candidato, cabecalhos: dict[str, str]
) -> None:
    """Doze leitores parados, mais do que as threads do Django, cada um com um vídeo de 200 MB: o site responde."""
    grande = Video.objects.create(
        candidato=candidata, formato="mp4", duracao=1, largura=160, altura=120, tamanho=200 * 1024**2
    )
    caminho = Path(guarda.deposito().path(guarda.caminho_do_video(grande.pk, "mp4")))
    caminho.parent.mkdir(parents=True)
    with caminho.open("wb") as aberto:
        aberto.truncate(grande.tamanho)
    antes = memoria(servindo)
    linhas = "".join(f"{n}: {v}\r\n" for n, v in cabecalhos.items())
    pedido = f"GET /inscricoes/arquivos/videos/{grande.pk}/ HTTP/1.1\r\nHost: localhost\r\n{linhas}\r\n".encode()
    parados = [socket.create_connection(("127.0.0.1", servindo.porta), timeout=20) for _ in range(12)]
    try:
        for tomada in parados:
            tomada.sendall(pedido)
        for tomada in parados:
            assert tomada.recv(15) == b"HTTP/1.1 200 OK"
        assert pedir(servindo.porta, "GET", "/inscricoes/minha/video/", None, cabecalhos).status == 200
        lido = len(pedir(servindo.porta, "GET", f"/inscricoes/arquivos/videos/{grande.pk}/", None, cabecalhos).corpo)
        assert lido == grande.tamanho
        assert memoria(servindo) - antes < 40 * 1024
    finally:
        for tomada in parados:
            tomada.close()


def test_corpos_grandes_ao_mesmo_tempo_tem_fim(servindo: Servidor, cabecalhos: dict[str, str]) -> None:
    """Seis corpos de 40 MB que não acabam, de uma origem: o sétimo lê 503, e um pedido pequeno nem nota."""
    cabeca = (
        b"POST /inscricoes/minha/fotos/ HTTP/1.1\r\nHost: localhost\r\n"
        b"Content-Type: multipart/form-data; boundary=x\r\nContent-Length: %d\r\n\r\n" % (40 * 1024**2)
    )
    antes = memoria(servindo)
    lentos = [socket.create_connection(("127.0.0.1", servindo.porta), timeout=20) for _ in range(6)]
    try:
        fios = [threading.Thread(target=t.sendall, args=(cabeca + bytes(8 * 1024**2),)) for t in lentos]
        for fio in fios:
            fio.start()
        for fio in fios:
            fio.join(30)
        with socket.create_connection(("127.0.0.1", servindo.porta), timeout=20) as setimo:
            setimo.sendall(cabeca)
            recebido = b""
            while b"</html>" not in recebido:
                recebido += setimo.recv(65536)
        assert recebido.startswith(b"HTTP/1.1 503 ")
        assert b"\r\nretry-after: 5\r\n" in recebido
        assert pedir(servindo.porta, "GET", "/inscricoes/minha/fotos/", None, cabecalhos).status == 200
        # 48 MB chegaram, e estão no disco.
        assert memoria(servindo) - antes < 20 * 1024
    finally:
        for tomada in lentos:
            tomada.close()
    corpo = bytes(200_000)
    tipo = {"Content-Type": "multipart/form-data; boundary=x"}
    # Quem foi embora devolve a vaga.
    esperar(lambda: enviar(servindo, "/inscricoes/minha/fotos/", corpo, tipo, cabecalhos).status != 503, 10)
