"""Vídeo: o que se aceita, o que sai dele, o envio em pedaços que cai e volta, e a troca que não perde o anterior."""

import hashlib
import json
import os
import re
import struct
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import av
import pytest
from django.contrib.auth.models import User
from django.contrib.messages import get_messages
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command
from django.db import connections
from django.test import Client
from django.utils import timezone
from PIL import Image

from inscricoes.arquivos import guarda
from inscricoes.arquivos.montagem import CORTADO, NAO_ABRE, NAO_TOCA
from inscricoes.arquivos.recusas import Recusa, SemEspaco, VideoRecusado
from inscricoes.models import Candidato, EnvioDeVideo, Foto, Video
from inscricoes.services import (
    EnvioDesconhecido,
    EnvioIncompleto,
    NaoEditavel,
    PedacoForaDeLugar,
    andamento,
    cancelar_envio,
    comecar_envio,
    concluir_envio,
    guardar_video,
    receber_pedaco,
    remover_video,
)
from inscricoes.tests.amostras import GPS, foto, video
from inscricoes.tests.conftest import entrar

ENVIO = "/inscricoes/minha/video/envio/"
JSON = {"Accept": "application/json"}


@pytest.fixture(autouse=True)
def _deposito_vazio(tmp_path: Path, settings: Any) -> None:
    settings.MEDIA_ROOT = tmp_path / "midia"


@pytest.fixture(scope="module")
def mp4(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    return video(tmp_path_factory.mktemp("video") / "a.mp4")


@pytest.fixture(scope="module")
def outro_mp4(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    return video(tmp_path_factory.mktemp("video") / "b.mp4", segundos=3)


def mandar(candidato: Candidato, conteudo: bytes) -> Video:
    return guardar_video(candidato, arquivo=SimpleUploadedFile("video.mp4", conteudo), agora=timezone.now())


def receber(candidato: Candidato, envio: EnvioDeVideo, inicio: int, dados: bytes) -> int:
    return receber_pedaco(candidato, envio=envio.pk, inicio=inicio, dados=dados, agora=timezone.now())


def comecar(candidato: Candidato, tamanho: int) -> EnvioDeVideo:
    return comecar_envio(candidato, tamanho=tamanho, agora=timezone.now())


def no_disco() -> set[str]:
    return {caminho for caminho, _ in guarda.todos()}


# --- O que se aceita, e o que sai dele --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("nome", "opcoes", "formato"),
    [
        ("a.mp4", {}, "mp4"),
        ("a.mov", {}, "mp4"),
        ("a.3gp", {}, "mp4"),
        ("mudo.mp4", {"som": None}, "mp4"),
        ("hevc.mp4", {"codec": "libx265"}, "mp4"),
        ("a.webm", {"codec": "libvpx", "som": "libopus"}, "webm"),
        ("vp9.webm", {"codec": "libvpx-vp9", "som": "libopus"}, "webm"),
    ],
)
def test_aceito_sem_recodificar_e_sem_metadados(
    rascunho_da_dora: Candidato, tmp_path: Path, nome: str, opcoes: dict[str, Any], formato: str
) -> None:
    original = video(tmp_path / nome, **opcoes)
    pronto = mandar(rascunho_da_dora, original)
    assert (pronto.formato, pronto.largura, pronto.altura) == (formato, 160, 240)
    assert pronto.duracao == pytest.approx(2, abs=0.1)
    caminho = guarda.deposito().path(guarda.caminho_do_video(pronto.pk, formato))
    bruto = Path(caminho).read_bytes()
    assert len(bruto) == pronto.tamanho
    for vestigio in (GPS.encode(), b"MarcaSecreta", b"2024-01-02", b"\xa9xyz"):
        assert vestigio not in bruto
    with av.open(caminho) as feito, av.open(str(tmp_path / nome)) as antes:
        faixas = [(f.type, f.codec.canonical_name) for f in feito.streams]
        assert faixas == [(f.type, f.codec.canonical_name) for f in antes.streams]
        assert "location" not in " ".join(feito.metadata).lower()
        pacotes = [bytes(p) for p in feito.demux(video=0) if p.size]
        assert pacotes == [bytes(p) for p in antes.demux(video=0) if p.size]
    quadro = Image.open(guarda.deposito().path(guarda.caminho_do_quadro(pronto.pk)))
    assert (quadro.format, quadro.size) == ("WEBP", (160, 240))


def test_metadados_de_gps_estavam_no_original(tmp_path: Path) -> None:
    """Para que o teste de cima não passe por engano."""
    assert GPS.encode() in video(tmp_path / "a.mp4")


def test_gravado_deitado_mostra_se_em_pe(rascunho_da_dora: Candidato, tmp_path: Path) -> None:
    """O telefone grava sempre deitado e diz, na matriz da faixa, como mostrar: essa informação fica."""
    bruto = bytearray(video(tmp_path / "a.mp4", lados=(320, 160)))
    lugar = bruto.index(b"tkhd") + 44
    bruto[lugar : lugar + 36] = struct.pack(">9i", 0, 65536, 0, -65536, 0, 0, 160 * 65536, 0, 0x40000000)
    pronto = mandar(rascunho_da_dora, bytes(bruto))
    assert (pronto.largura, pronto.altura) == (160, 320)
    quadro = Image.open(guarda.deposito().path(guarda.caminho_do_quadro(pronto.pk))).convert("L")
    assert quadro.getpixel((140, 160)) > quadro.getpixel((20, 160)) + 80  # type: ignore[operator]
    feito = Path(guarda.deposito().path(guarda.caminho_do_video(pronto.pk, "mp4"))).read_bytes()
    assert struct.unpack_from(">4i", feito, feito.index(b"tkhd") + 44)[:2] == (0, 65536)


def test_cinco_minutos_entram_e_um_pouco_mais_nao(rascunho_da_dora: Candidato, tmp_path: Path) -> None:
    justo = video(tmp_path / "a.mp4", segundos=300, quadros=1, som=None)
    assert mandar(rascunho_da_dora, justo).duracao == 300
    longo = video(tmp_path / "b.mp4", segundos=303, quadros=1, som=None)
    with pytest.raises(VideoRecusado, match="passa de 5 minutos"):
        mandar(rascunho_da_dora, longo)


def test_duracao_que_o_arquivo_diz_nao_conta(rascunho_da_dora: Candidato, tmp_path: Path) -> None:
    """O cabeçalho jura que são dois segundos; os quadros duram mais de cinco minutos."""
    bruto = bytearray(video(tmp_path / "a.mp4", segundos=303, quadros=1, som=None))
    for caixa, deslocamento in ((b"mvhd", 20), (b"mdhd", 20), (b"tkhd", 24)):
        lugar = bruto.index(caixa) + deslocamento
        bruto[lugar : lugar + 4] = struct.pack(">I", 2000)
    while (edicao := bruto.find(b"edts")) >= 0:
        bruto[edicao : edicao + 4] = b"free"
    with pytest.raises(VideoRecusado, match="passa de 5 minutos"):
        mandar(rascunho_da_dora, bytes(bruto))


@pytest.mark.parametrize(
    ("nome", "opcoes", "frase"),
    [
        ("som.mp4", {"com_imagem": False}, "Este arquivo só tem som. Mande um vídeo."),
        ("velho.3gp", {"codec": "mpeg4"}, NAO_TOCA),
        ("a.mkv", {}, NAO_TOCA),
        ("a.avi", {"som": "libmp3lame"}, NAO_ABRE),
        ("mini.mp4", {"lados": (64, 64)}, "A imagem do vídeo é pequena demais."),
    ],
)
def test_recusado_com_frase(
    rascunho_da_dora: Candidato, tmp_path: Path, nome: str, opcoes: dict[str, Any], frase: str
) -> None:
    with pytest.raises(VideoRecusado) as recusa:
        mandar(rascunho_da_dora, video(tmp_path / nome, **opcoes))
    assert str(recusa.value) == frase
    assert (Video.objects.count(), EnvioDeVideo.objects.count()) == (0, 0)


@pytest.mark.parametrize(
    ("conteudo", "frase"),
    [
        (b"", "O arquivo está vazio."),
        (b"isto nao e um video", NAO_ABRE),
        (b"#EXTM3U\n#EXTINF:1,\nfile:///etc/passwd\n", NAO_ABRE),
        (b"ffconcat version 1.0\nfile /etc/passwd\n", NAO_ABRE),
        (b"<html><video src=x></html>", NAO_ABRE),
        (b"\0\0\0\x18ftypmp42" + b"\xff" * 5000, CORTADO),
        (b"\x1a\x45\xdf\xa3" + b"\x93" * 5000, CORTADO),
    ],
)
def test_lixo_recusado_com_frase(rascunho_da_dora: Candidato, conteudo: bytes, frase: str) -> None:
    with pytest.raises(VideoRecusado) as recusa:
        mandar(rascunho_da_dora, conteudo)
    assert str(recusa.value) == frase


def test_foto_com_nome_de_video_recusada(rascunho_da_dora: Candidato) -> None:
    with pytest.raises(VideoRecusado, match="Não é um vídeo que se consiga abrir"):
        mandar(rascunho_da_dora, foto())


@pytest.mark.parametrize("opcoes", [{}, {"movflags": "+faststart"}])
@pytest.mark.parametrize("parte", [0.3, 0.7])
def test_cortado_recusado(rascunho_da_dora: Candidato, tmp_path: Path, opcoes: dict[str, Any], parte: float) -> None:
    inteiro = video(tmp_path / "a.mp4", segundos=8, **opcoes)
    with pytest.raises(VideoRecusado) as recusa:
        mandar(rascunho_da_dora, inteiro[: int(len(inteiro) * parte)])
    assert str(recusa.value) == CORTADO


# --- Em pedaços -------------------------------------------------------------------------------------------------------


def test_em_pedacos_com_retomada_e_repeticao(rascunho_da_dora: Candidato, mp4: bytes) -> None:
    envio = comecar(rascunho_da_dora, len(mp4))
    assert receber(rascunho_da_dora, envio, 0, mp4[:2000]) == 2000
    # A resposta se perdeu e o pedaço vem de novo: não conta duas vezes, mesmo atrasado.
    assert receber(rascunho_da_dora, envio, 0, mp4[:2000]) == 2000
    with pytest.raises(PedacoForaDeLugar) as fora:
        receber(rascunho_da_dora, envio, 2500, mp4[2500:3000])
    assert fora.value.recebido == 2000
    with pytest.raises(EnvioIncompleto):
        concluir_envio(rascunho_da_dora, envio=envio.pk, agora=timezone.now())
    # A página foi recarregada: o que já chegou reconhece-se pelo começo.
    ate_aqui = andamento(rascunho_da_dora)
    assert ate_aqui is not None
    assert (ate_aqui.envio, ate_aqui.envio.recebido, ate_aqui.conferidos) == (envio, 2000, 2000)
    assert ate_aqui.resumo == hashlib.sha256(mp4[:2000]).hexdigest()
    assert receber(rascunho_da_dora, envio, 2000, mp4[2000:]) == len(mp4)
    pronto = concluir_envio(rascunho_da_dora, envio=envio.pk, agora=timezone.now())
    assert pronto.duracao == pytest.approx(2, abs=0.1)
    # Repetir a conclusão devolve o mesmo vídeo.
    assert concluir_envio(rascunho_da_dora, envio=envio.pk, agora=timezone.now()) == pronto
    assert andamento(rascunho_da_dora) is None


def test_pedaco_que_nao_continua_o_anterior_recusado(rascunho_da_dora: Candidato) -> None:
    envio = comecar(rascunho_da_dora, 10)
    receber(rascunho_da_dora, envio, 0, b"x")
    for inicio, dados in ((1, b"x" * 10), (5, b""), (5, b"x"), (0, b"xx")):
        with pytest.raises(PedacoForaDeLugar):
            receber(rascunho_da_dora, envio, inicio, dados)
    envio.refresh_from_db()
    assert envio.recebido == 1


@pytest.mark.django_db(transaction=True)
def test_o_mesmo_pedaco_ao_mesmo_tempo_conta_uma_vez(rascunho_da_dora: Candidato) -> None:
    conteudo = os.urandom(400_000)
    envio = comecar(rascunho_da_dora, len(conteudo))
    candidato = Candidato.objects.get(pk=rascunho_da_dora.pk)

    def mandar_tudo(_: int) -> int:
        try:
            recebido = 0
            while recebido < len(conteudo):
                try:
                    recebido = receber(candidato, envio, recebido, conteudo[recebido : recebido + 50_000])
                except PedacoForaDeLugar as fora:
                    recebido = fora.recebido
            return recebido
        finally:
            connections.close_all()

    with ThreadPoolExecutor(4) as fila:
        assert list(fila.map(mandar_tudo, range(4))) == [len(conteudo)] * 4
    assert Path(guarda.deposito().path(guarda.caminho_da_parte(envio.pk))).read_bytes() == conteudo
    envio.refresh_from_db()
    assert envio.recebido == len(conteudo)


@pytest.mark.django_db(transaction=True)
def test_concluir_duas_vezes_ao_mesmo_tempo_faz_um_video(rascunho_da_dora: Candidato, mp4: bytes) -> None:
    envio = comecar(rascunho_da_dora, len(mp4))
    receber(rascunho_da_dora, envio, 0, mp4)

    def concluir(_: int) -> str:
        try:
            candidato = Candidato.objects.get(pk=rascunho_da_dora.pk)
            return str(concluir_envio(candidato, envio=envio.pk, agora=timezone.now()).pk)
        except Recusa as recusa:
            return recusa.codigo
        finally:
            connections.close_all()

    with ThreadPoolExecutor(3) as fila:
        respostas = sorted(fila.map(concluir, range(3)))
    assert str(envio.pk) in respostas
    assert set(respostas) <= {str(envio.pk), "em_conferencia"}
    assert Video.objects.filter(candidato=rascunho_da_dora).count() == 1
    assert no_disco() == {guarda.caminho_do_video(envio.pk, "mp4"), guarda.caminho_do_quadro(envio.pk)}


def test_escrita_interrompida_depois_do_disco_recomeca_no_lugar(rascunho_da_dora: Candidato, mp4: bytes) -> None:
    """O processo morreu entre gravar o pedaço e anotá-lo: o arquivo está à frente da linha."""
    envio = comecar(rascunho_da_dora, len(mp4))
    receber(rascunho_da_dora, envio, 0, mp4[:1000])
    with guarda.parte(envio.pk) as arquivo:
        guarda.escrever(arquivo, 1000, b"lixo" * 5000)
    assert receber(rascunho_da_dora, envio, 1000, mp4[1000:]) == len(mp4)
    assert concluir_envio(rascunho_da_dora, envio=envio.pk, agora=timezone.now()).formato == "mp4"


def test_video_novo_ruim_deixa_o_anterior(rascunho_da_dora: Candidato, mp4: bytes) -> None:
    antes = mandar(rascunho_da_dora, mp4)
    with pytest.raises(VideoRecusado):
        mandar(rascunho_da_dora, b"lixo" * 1000)
    assert list(Video.objects.all()) == [antes]
    assert guarda.existe(guarda.caminho_do_video(antes.pk, "mp4"))
    assert EnvioDeVideo.objects.count() == 0


@pytest.mark.django_db(transaction=True)
def test_video_novo_bom_leva_os_arquivos_do_anterior(rascunho_da_dora: Candidato, mp4: bytes, outro_mp4: bytes) -> None:
    mandar(rascunho_da_dora, mp4)
    novo = mandar(rascunho_da_dora, outro_mp4)
    assert list(Video.objects.all()) == [novo]
    assert no_disco() == {guarda.caminho_do_video(novo.pk, "mp4"), guarda.caminho_do_quadro(novo.pk)}
    remover_video(rascunho_da_dora, agora=timezone.now())
    assert no_disco() == set()


@pytest.mark.django_db(transaction=True)
def test_cancelar_apaga_o_que_chegou(rascunho_da_dora: Candidato) -> None:
    envio = comecar(rascunho_da_dora, 100)
    receber(rascunho_da_dora, envio, 0, b"x" * 50)
    cancelar_envio(rascunho_da_dora, envio=envio.pk, agora=timezone.now())
    assert no_disco() == set()
    with pytest.raises(EnvioDesconhecido):
        receber(rascunho_da_dora, envio, 50, b"x" * 50)
    assert no_disco() == set()
    cancelar_envio(rascunho_da_dora, envio=envio.pk, agora=timezone.now())


def test_comecar_outro_toma_o_lugar_do_que_ficou_pela_metade(rascunho_da_dora: Candidato) -> None:
    primeiro, segundo = comecar(rascunho_da_dora, 100), comecar(rascunho_da_dora, 200)
    assert list(EnvioDeVideo.objects.all()) == [segundo]
    with pytest.raises(EnvioDesconhecido):
        receber(rascunho_da_dora, primeiro, 0, b"x")


def test_tamanho_e_espaco_conferidos_antes_de_receber(rascunho_da_dora: Candidato, monkeypatch: Any) -> None:
    with pytest.raises(VideoRecusado, match="passa de 300 MB"):
        comecar(rascunho_da_dora, 300 * 1024**2 + 1)
    with pytest.raises(VideoRecusado, match="vazio"):
        comecar(rascunho_da_dora, 0)
    monkeypatch.setattr(guarda, "ESPACO_LIVRE", 2**62)
    with pytest.raises(SemEspaco):
        comecar(rascunho_da_dora, 10)
    assert EnvioDeVideo.objects.count() == 0


def test_sem_script_tem_um_limite_menor(rascunho_da_dora: Candidato, settings: Any, mp4: bytes) -> None:
    settings.VIDEO_SEM_SCRIPT_BYTES_MAXIMOS = len(mp4) - 1
    with pytest.raises(VideoRecusado, match="Sem JavaScript"):
        mandar(rascunho_da_dora, mp4)


def test_depois_do_prazo_nada_muda(rascunho_da_dora: Candidato, mp4: bytes) -> None:
    antes = mandar(rascunho_da_dora, mp4)
    envio = comecar(rascunho_da_dora, len(mp4))
    receber(rascunho_da_dora, envio, 0, mp4)
    depois = timezone.now() + timedelta(days=11)
    for fazer in (
        lambda: comecar_envio(rascunho_da_dora, tamanho=5, agora=depois),
        lambda: receber_pedaco(rascunho_da_dora, envio=envio.pk, inicio=0, dados=b"x", agora=depois),
        lambda: concluir_envio(rascunho_da_dora, envio=envio.pk, agora=depois),
        lambda: cancelar_envio(rascunho_da_dora, envio=envio.pk, agora=depois),
        lambda: remover_video(rascunho_da_dora, agora=depois),
    ):
        with pytest.raises(NaoEditavel):
            fazer()
    assert list(Video.objects.all()) == [antes]


def test_envio_de_outra_pessoa_nao_existe(rascunho_da_dora: Candidato, elis: User) -> None:
    dela = Candidato.objects.create(
        conta=elis, edicao=rascunho_da_dora.edicao, email=elis.email, situacao=Candidato.Situacao.RASCUNHO
    )
    envio = comecar(rascunho_da_dora, 10)
    with pytest.raises(EnvioDesconhecido):
        receber(dela, envio, 0, b"x" * 10)
    with pytest.raises(EnvioDesconhecido):
        concluir_envio(dela, envio=envio.pk, agora=timezone.now())
    cancelar_envio(dela, envio=envio.pk, agora=timezone.now())
    assert EnvioDeVideo.objects.filter(pk=envio.pk).exists()


# --- As páginas -------------------------------------------------------------------------------------------------------


def test_o_script_manda_em_pedacos_e_conclui(rascunho_da_dora: Candidato, dora: User, mp4: bytes) -> None:
    cliente = entrar(dora)
    assert cliente.get(ENVIO, headers=JSON).json() == {"envio": None}
    dados = {"tamanho": len(mp4), "inscricao": rascunho_da_dora.protocolo}
    comecado = cliente.post(ENVIO, dados, headers=JSON)
    assert comecado.status_code == 201
    endereco = f"{ENVIO}{comecado.json()['envio']}/"

    def pedaco(inicio: int, dados: bytes, tipo: str = "application/octet-stream") -> Any:
        return cliente.post(f"{endereco}?inicio={inicio}", dados, content_type=tipo, headers=JSON)

    assert pedaco(0, mp4[:3000]).json() == {"recebido": 3000}
    fora = pedaco(100, mp4[100:4000])
    assert (fora.status_code, fora.json()["erro"], fora.json()["recebido"]) == (409, "fora_de_lugar", 3000)
    assert pedaco(3000, mp4[3000:], "text/plain").status_code == 422
    assert pedaco(3000, b"x" * (2 * 1024**2 + 1)).status_code == 422
    assert cliente.post(f"{endereco}?inicio=-1", b"x", "application/octet-stream", headers=JSON).status_code == 422
    cedo = cliente.post(f"{endereco}concluir/", headers=JSON)
    assert (cedo.status_code, cedo.json()["erro"]) == (409, "incompleto")
    meio = cliente.get(ENVIO, headers=JSON).json()
    assert (meio["recebido"], meio["tamanho"]) == (3000, len(mp4))
    assert pedaco(3000, mp4[3000:]).json() == {"recebido": len(mp4)}
    fim = cliente.post(f"{endereco}concluir/", headers=JSON)
    assert (fim.status_code, fim.json()["video"]) == (200, comecado.json()["envio"])
    pagina = cliente.get("/inscricoes/minha/video/").content.decode()
    assert re.search(r"<video controls [^>]*preload=\"metadata\"", pagina)
    assert "2 s, " in pagina


def test_sem_script_o_formulario_manda_de_uma_vez(rascunho_da_dora: Candidato, dora: User, mp4: bytes) -> None:
    def enviar(conteudo: bytes) -> list[str]:
        dados = {"video": SimpleUploadedFile("v.mp4", conteudo), "inscricao": rascunho_da_dora.protocolo}
        resposta = entrar(dora).post("/inscricoes/minha/video/", dados)
        assert (resposta.status_code, resposta["Location"]) == (302, "/inscricoes/minha/video/")
        return [str(m) for m in get_messages(resposta.wsgi_request)]

    assert enviar(b"lixo") == [NAO_ABRE]
    assert enviar(mp4) == ["Vídeo salvo."]
    cliente = entrar(dora)
    cliente.post("/inscricoes/minha/video/apagar/", {"inscricao": "de-outra"})
    assert Video.objects.count() == 1
    cliente.post("/inscricoes/minha/video/apagar/", {"inscricao": rascunho_da_dora.protocolo})
    assert Video.objects.count() == 0


def test_pedaco_sem_csrf_recusado(rascunho_da_dora: Candidato, dora: User) -> None:
    envio = comecar(rascunho_da_dora, 10)
    cliente = Client(enforce_csrf_checks=True)
    cliente.force_login(dora)
    endereco = f"{ENVIO}{envio.pk}/?inicio=0"
    assert cliente.post(endereco, b"x" * 10, content_type="application/octet-stream").status_code == 403


# --- limpar_arquivos --------------------------------------------------------------------------------------------------


def envelhecer(caminho: str, dias: float) -> None:
    arquivo = Path(guarda.deposito().path(caminho))
    quando = timezone.now().timestamp() - dias * 86400
    os.utime(arquivo, (quando, quando))


def criar(caminho: str, dias: float) -> str:
    arquivo = Path(guarda.deposito().path(caminho))
    arquivo.parent.mkdir(parents=True, exist_ok=True)
    arquivo.write_bytes(b"x")
    envelhecer(caminho, dias)
    return caminho


@pytest.mark.django_db(transaction=True)
def test_limpar_recolhe_orfaos_e_abandonados_e_acusa_o_que_falta(
    rascunho_da_dora: Candidato, elis: User, mp4: bytes, capsys: pytest.CaptureFixture[str]
) -> None:
    pronto = mandar(rascunho_da_dora, mp4)
    for caminho in guarda.caminhos_de(pronto):
        envelhecer(caminho, 30)
    velhos = {
        criar(guarda.caminho_da_foto(uuid4()), 2),
        criar(guarda.caminho_da_miniatura(uuid4()), 2),
        criar(guarda.caminho_do_video(uuid4(), "webm"), 2),
        # Do vídeo que existe, mas noutro formato: também não é de ninguém.
        criar(guarda.caminho_do_video(pronto.pk, "webm"), 2),
        criar("oficina/tmpabc/entrada", 2),
    }
    novo = criar(guarda.caminho_da_foto(uuid4()), 0.5)
    abandonado = comecar(rascunho_da_dora, 10)
    receber(rascunho_da_dora, abandonado, 0, b"x")
    EnvioDeVideo.objects.update(mudou_em=timezone.now() - timedelta(days=8))
    dela = Candidato.objects.create(
        conta=elis, edicao=rascunho_da_dora.edicao, email=elis.email, situacao=Candidato.Situacao.RASCUNHO
    )
    recente = comecar(dela, 10)
    receber(dela, recente, 0, b"x")
    envelhecer(guarda.caminho_da_parte(recente.pk), 6)
    EnvioDeVideo.objects.filter(pk=recente.pk).update(mudou_em=timezone.now() - timedelta(days=6))
    antes = no_disco()

    call_command("limpar_arquivos", "--simular")
    assert no_disco() == antes
    saida = capsys.readouterr().out
    assert saida.endswith("apagaria: 5 sem linha, 1 pela metade. Linhas sem arquivo: 0.\n")
    assert {linha.removeprefix("apagaria: ") for linha in saida.splitlines()[1:-1]} == velhos

    call_command("limpar_arquivos")
    assert no_disco() == {*guarda.caminhos_de(pronto), novo, guarda.caminho_da_parte(recente.pk)}
    assert list(EnvioDeVideo.objects.all()) == [recente]

    guarda.apagar([guarda.caminho_do_quadro(pronto.pk)])
    Foto.objects.create(candidato=dela, largura=1, altura=1, tamanho=1, resumo="a")
    with pytest.raises(SystemExit) as fim:
        call_command("limpar_arquivos")
    assert fim.value.code == 1
    erros = capsys.readouterr().err
    assert f"falta: {guarda.caminho_do_quadro(pronto.pk)} (vídeo {pronto.pk})" in erros
    assert len(erros.splitlines()) == 3


def test_json_das_recusas_traz_o_codigo(rascunho_da_dora: Candidato, dora: User) -> None:
    dados = {"tamanho": 2**40, "inscricao": rascunho_da_dora.protocolo}
    resposta = entrar(dora).post(ENVIO, dados, headers=JSON)
    assert (resposta.status_code, json.loads(resposta.content)) == (
        422,
        {"erro": "video_recusado", "mensagem": "O vídeo passa de 300 MB. Mande um menor."},
    )
