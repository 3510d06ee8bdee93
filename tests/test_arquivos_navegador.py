"""Fotos e vídeo num navegador de verdade: com e sem JavaScript, com a rede que cai, e para quem não vê."""

import os
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.contrib.auth.models import User
from django.test import Client
from django.utils import timezone

from inscricoes.models import Candidato, Edicao, EnvioDeVideo, Foto, Video
from inscricoes.services import comecar, guardar_foto
from inscricoes.tests.amostras import enviado, foto, video
from tests.servidor import Servidor, esperar, servidor
from tests.test_navegador import MESA, TELEFONE, Pagina

pytestmark = [pytest.mark.navegador, pytest.mark.processos, pytest.mark.django_db(transaction=True)]
FOTOS, VIDEO = "/inscricoes/minha/fotos/", "/inscricoes/minha/video/"


@pytest.fixture
def candidata() -> Candidato:
    agora = timezone.now()
    edicao = Edicao.objects.create(nome="BBB 30", ano=2030, inscricoes_abrem_em=agora - timedelta(days=1))
    conta = User.objects.create_user("dora", email="dora@example.com")
    return comecar(conta=conta, email=conta.email, edicao=edicao, agora=agora)


@pytest.fixture
def site(tmp_path: Path, settings: Any, candidata: Candidato) -> Iterator[Servidor]:
    settings.MEDIA_ROOT = tmp_path / "midia"
    with servidor(tmp_path) as servindo:
        yield servindo


@pytest.fixture
def abrir(navegador: Any, site: Servidor, candidata: Candidato) -> Iterator[Any]:
    """Uma aba em que a candidata já entrou."""
    abertas: list[Pagina] = []
    cliente = Client()
    cliente.force_login(candidata.conta)  # type: ignore[arg-type]
    sessao = {"name": "sessionid", "value": cliente.cookies["sessionid"].value, "url": site.url}

    def abrir_pagina(**opcoes: Any) -> Any:
        pagina = Pagina(navegador, base_url=site.url, **opcoes)
        pagina.contexto.add_cookies([sessao])
        abertas.append(pagina)
        return pagina.aba

    yield abrir_pagina
    for pagina in abertas:
        pagina.contexto.close()
        assert pagina.queixas == []


@pytest.fixture
def arquivos(tmp_path: Path) -> dict[str, Path]:
    pasta = tmp_path / "do-telefone"
    pasta.mkdir()
    for n in range(3):
        (pasta / f"praia{n}.jpg").write_bytes(foto(n, exif=True))
    (pasta / "ruim.png").write_bytes(b"isto nao e uma foto")
    video(pasta / "apresentacao.mp4", segundos=3)
    (pasta / "lixo.mp4").write_bytes(b"lixo" * 1000)
    return {caminho.name: caminho for caminho in pasta.iterdir()}


def estado(aba: Any, frase: str) -> None:
    aba.locator("#estado-do-envio").get_by_text(frase).wait_for()


# --- Fotos ------------------------------------------------------------------------------------------------------------


def test_fotos_do_telefone_com_previa_e_uma_ruim(abrir: Any, arquivos: dict[str, Path]) -> None:
    aba = abrir(has_touch=True, is_mobile=True)
    aba.goto(FOTOS)
    escolhidas = [arquivos[nome] for nome in ("praia0.jpg", "ruim.png", "praia1.jpg")]
    aba.get_by_label("Mandar fotos").set_input_files(escolhidas)
    estado(aba, "3 fotos escolhidas. Falta enviar.")
    previa = aba.locator("#fila img").first
    previa.evaluate("img => img.decode()")
    assert previa.evaluate("img => img.naturalWidth") == 600
    assert Foto.objects.count() == 0
    aba.get_by_role("button", name="Enviar 3 fotos").tap()
    estado(aba, "2 fotos salvas. 1 foto não foi salva: o motivo está ao lado de cada uma.")
    assert aba.locator("#fila li").count() == 1
    assert aba.locator("#fila .recado-da-foto").inner_text().startswith("Não é uma foto que se consiga abrir")
    # A galeria mudou sem recarregar, com as fotos que o servidor tem.
    assert aba.locator(".galeria img").count() == 2
    miniatura = aba.locator(".galeria img").first
    miniatura.evaluate("img => img.decode()")
    assert miniatura.evaluate("img => img.naturalHeight") == 320
    assert Foto.objects.count() == 2


def test_ordem_e_apagar_so_com_o_teclado(abrir: Any, arquivos: dict[str, Path]) -> None:
    aba = abrir(viewport=MESA)
    aba.goto(FOTOS)
    aba.get_by_label("Mandar fotos").set_input_files([arquivos[f"praia{n}.jpg"] for n in range(3)])
    aba.get_by_role("button", name="Enviar 3 fotos").press("Enter")
    estado(aba, "3 fotos salvas.")
    a, b, c = (f.pk for f in Foto.objects.order_by("ordem"))
    aba.get_by_role("button", name="Pôr a foto 3 antes da 2").press("Enter")
    aba.wait_for_url(f"**{FOTOS}#foto-{c}")
    assert [f.pk for f in Foto.objects.order_by("ordem")] == [a, c, b]
    # O próximo Tab parte da foto que se moveu.
    aba.keyboard.press("Tab")
    assert aba.locator(":focus").evaluate("e => e.closest('li').id") == f"foto-{c}"
    aba.get_by_label("Apagar a foto 1", exact=True).press("Enter")
    aba.get_by_role("button", name="Apagar mesmo a foto 1").press("Enter")
    aba.get_by_text("Foto apagada.").wait_for()
    assert [f.pk for f in Foto.objects.order_by("ordem")] == [c, b]


def test_fotos_sem_javascript(abrir: Any, arquivos: dict[str, Path]) -> None:
    aba = abrir(java_script_enabled=False)
    aba.goto(FOTOS)
    escolhidas = [arquivos[nome] for nome in ("praia0.jpg", "ruim.png", "praia1.jpg")]
    aba.get_by_label("Mandar fotos").set_input_files(escolhidas)
    aba.get_by_role("button", name="Enviar fotos").click()
    aba.get_by_text("2 fotos salvas.").wait_for()
    assert aba.get_by_text("ruim.png: Não é uma foto").count() == 1
    aba.get_by_role("button", name="Pôr a foto 1 depois da 2").click()
    aba.wait_for_url(f"**{FOTOS}#foto-*")
    assert aba.locator(".galeria img").count() == 2


def test_rede_que_cai_no_meio_de_uma_foto_tenta_de_novo(
    abrir: Any, candidata: Candidato, arquivos: dict[str, Path]
) -> None:
    aba = abrir()
    aba.goto(FOTOS)
    idas: list[str] = []

    def cortar(rota: Any) -> None:
        if rota.request.method != "POST":
            rota.continue_()
            return
        idas.append(rota.request.url)
        if len(idas) == 2:
            # Esta chegou, e a resposta é que se perdeu.
            guardar_foto(candidata, arquivo=enviado(arquivos["praia0.jpg"].read_bytes()), agora=timezone.now())
        rota.abort("connectionreset") if len(idas) < 3 else rota.continue_()

    aba.route(f"**{FOTOS}", cortar)
    aba.get_by_label("Mandar fotos").set_input_files(arquivos["praia0.jpg"])
    aba.get_by_role("button", name="Enviar 1 foto").click()
    # A terceira ida leva uma foto que o servidor já tem: é a mesma, e não um erro.
    estado(aba, "1 foto salva.")
    assert len(idas) == 3
    assert Foto.objects.count() == 1


# --- Vídeo ------------------------------------------------------------------------------------------------------------


def test_video_interrompido_continua_de_onde_parou(abrir: Any, arquivos: dict[str, Path]) -> None:
    aba = abrir(has_touch=True, is_mobile=True)
    pedacos: list[int] = []

    def so_o_primeiro(rota: Any) -> None:
        if "inicio=" not in rota.request.url:
            rota.continue_()
            return
        pedacos.append(int(rota.request.url.rsplit("=", 1)[1]))
        rota.continue_() if len(pedacos) == 1 else rota.abort("internetdisconnected")

    def pedacos_pequenos(rota: Any) -> None:
        pagina = rota.fetch()
        rota.fulfill(response=pagina, body=pagina.text().replace('data-pedaco="2097152"', 'data-pedaco="2000"'))

    aba.route("**/video/envio/**", so_o_primeiro)
    aba.route(f"**{VIDEO}", pedacos_pequenos)
    aba.goto(VIDEO)
    aba.get_by_label("Mandar o vídeo").set_input_files(arquivos["apresentacao.mp4"])
    aba.get_by_role("button", name="Enviar vídeo").tap()
    estado(aba, "Tentando de novo…")
    assert pedacos == [0, 2000]
    assert EnvioDeVideo.objects.get().recebido == 2000
    aba.unroute("**/video/envio/**")
    aba.unroute(f"**{VIDEO}")
    aba.on("dialog", lambda dialogo: dialogo.accept())
    aba.goto(VIDEO)
    estado(aba, "Um vídeo ficou pela metade")
    outros: list[str] = []
    aba.on("request", lambda pedido: outros.append(pedido.url) if pedido.method == "POST" else None)
    aba.get_by_label("Mandar o vídeo").set_input_files(arquivos["apresentacao.mp4"])
    aba.get_by_role("button", name="Enviar vídeo").tap()
    aba.get_by_role("heading", name="Seu vídeo", exact=True).wait_for()
    assert [url.rsplit("/", 1)[1] for url in outros] == [f"?inicio={2000}", ""]
    aba.locator("video").evaluate(
        "v => v.readyState >= 1 || new Promise(r => v.addEventListener('loadedmetadata', r, { once: true }))"
    )
    assert 2.5 < aba.locator("video").evaluate("v => v.duration") < 3.5
    assert Video.objects.count() == 1


def test_video_ruim_deixa_o_anterior_e_diz_o_motivo(abrir: Any, arquivos: dict[str, Path]) -> None:
    aba = abrir()
    aba.goto(VIDEO)
    aba.get_by_label("Mandar o vídeo").set_input_files(arquivos["apresentacao.mp4"])
    aba.get_by_role("button", name="Enviar vídeo").click()
    aba.get_by_role("heading", name="Seu vídeo", exact=True).wait_for()
    antes = Video.objects.get()
    aba.get_by_label("Trocar o vídeo").set_input_files(arquivos["lixo.mp4"])
    aba.get_by_role("button", name="Enviar vídeo").click()
    estado(aba, "Não é um vídeo que se consiga abrir: mande MP4, MOV ou WebM.")
    assert (Video.objects.get(), EnvioDeVideo.objects.count()) == (antes, 0)


def test_video_sem_javascript(abrir: Any, arquivos: dict[str, Path]) -> None:
    aba = abrir(java_script_enabled=False)
    aba.goto(VIDEO)
    assert aba.get_by_text("Sem JavaScript, o vídeo pode ter até 30 MB").is_visible()
    aba.get_by_label("Mandar o vídeo").set_input_files(arquivos["apresentacao.mp4"])
    aba.get_by_role("button", name="Enviar vídeo").click()
    aba.get_by_text("Vídeo salvo.").wait_for()
    assert Video.objects.count() == 1


# --- Para quem não vê, e para o dedo ----------------------------------------------------------------------------------


@pytest.mark.parametrize("tela", [TELEFONE, MESA], ids=["telefone", "mesa"])
@pytest.mark.parametrize("esquema", ["light", "dark"])
def test_acessivel_e_cabe_na_tela(abrir: Any, arquivos: dict[str, Path], tela: Any, esquema: str) -> None:
    aba = abrir(viewport=tela, color_scheme=esquema)
    aba.goto(FOTOS)
    aba.get_by_label("Mandar fotos").set_input_files([arquivos["praia0.jpg"], arquivos["praia1.jpg"]])
    aba.get_by_role("button", name="Enviar 2 fotos").click()
    estado(aba, "2 fotos salvas.")
    aba.get_by_label("Mandar fotos").set_input_files([arquivos["praia2.jpg"], arquivos["ruim.png"]])
    for secao in (FOTOS, VIDEO):
        if secao == VIDEO:
            aba.goto(VIDEO)
            aba.get_by_label("Mandar o vídeo").set_input_files(arquivos["apresentacao.mp4"])
            aba.get_by_role("button", name="Enviar vídeo").click()
            aba.get_by_role("heading", name="Seu vídeo", exact=True).wait_for()
        assert aba.evaluate("getComputedStyle(document.querySelector('.envio .escolher')).borderTopStyle") == "dashed"
        resultado = Axe().run(aba)
        assert [(v["id"], [n["html"] for n in v["nodes"]]) for v in resultado.response["violations"]] == []
        assert aba.evaluate("document.documentElement.scrollWidth <= innerWidth")
        alturas = aba.locator("main button:visible, main summary:visible").evaluate_all(
            "els => els.map(e => e.getBoundingClientRect().height)"
        )
        assert min(alturas) >= 44
        if pasta := os.environ.get("CAPTURAS"):
            aba.screenshot(path=f"{pasta}/{secao.split('/')[-2]}-{tela['width']}-{esquema}.png", full_page=True)


def test_fotos_escolhidas_antes_de_o_script_chegar(abrir: Any, arquivos: dict[str, Path]) -> None:
    aba = abrir()
    presos: list[Any] = []
    aba.route("**/js/fotos*.js", lambda rota: presos.append(rota))
    aba.goto(FOTOS, wait_until="commit")
    aba.get_by_label("Mandar fotos").set_input_files([arquivos["praia0.jpg"]])
    esperar(lambda: bool(presos), 15)
    presos[0].continue_()
    aba.get_by_role("button", name="Enviar 1 foto").click()
    estado(aba, "1 foto salva.")
