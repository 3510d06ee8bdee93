"""O que as páginas têm além do voto: panorama vivo, gráfico, participante, cartaz de quem compartilha, aplicativo."""

import io
import json
import re
from xml.etree import ElementTree

import pytest
from django.conf import settings
from django.test import Client
from PIL import Image

from tests.test_paginas import (  # noqa: F401 (são fixtures)
    CriarParedao,
    agora,
    casa,
    criar,
    publicar,
    texto,
    votar,
)
from votacao import apuracao, cartaz
from votacao.models import Paredao, Participante

pytestmark = pytest.mark.django_db


# --- Panorama vivo ----------------------------------------------------------------------------------------------------


def test_pagina_com_parciais_ocultas_nao_carrega_o_htmx(client: Client, criar: CriarParedao) -> None:  # noqa: F811
    for parciais in ("ocultas", "apos_voto"):
        pagina = texto(client, f"/paredoes/{criar(parciais=parciais).pk}/")
        assert "htmx" not in pagina
        assert "hx-get" not in pagina


def test_panorama_vivo_se_pede_de_novo_enquanto_aberto(client: Client, criar: CriarParedao) -> None:  # noqa: F811
    paredao = criar(parciais="sempre")
    votar(paredao, [3, 1, 0])
    pagina = texto(client, f"/paredoes/{paredao.pk}/")
    assert "django_htmx/htmx-2.min.js" in pagina
    assert '"allowEval": false' in pagina
    resposta = client.get(f"/paredoes/{paredao.pk}/panorama/")
    assert resposta["Cache-Control"].startswith("public, max-age=0, s-maxage=2,")
    pedaco = resposta.content.decode()
    assert pedaco.startswith('<div id="panorama-vivo" data-vivo hx-get=')
    assert "75,00%" in pedaco
    assert "Atualizado às" in pedaco


def test_panorama_depois_de_encerrar_nao_se_pede_mais(client: Client, criar: CriarParedao) -> None:  # noqa: F811
    paredao = criar(abre=-3, fecha=-1, parciais="sempre")
    votar(paredao, [3, 1, 0])
    pedaco = texto(client, f"/paredoes/{paredao.pk}/panorama/")
    assert "hx-get" not in pedaco
    assert "é a última parcial" in pedaco
    publicar(paredao)
    assert "Bela sai, com 75,00% da média." in texto(client, f"/paredoes/{paredao.pk}/panorama/")


def test_panorama_de_parciais_ocultas_nao_existe(client: Client, criar: CriarParedao) -> None:  # noqa: F811
    paredao = criar(parciais="apos_voto")
    votar(paredao, [3, 1, 0])
    assert client.get(f"/paredoes/{paredao.pk}/panorama/").status_code == 404
    assert client.get(f"/paredoes/{paredao.pk}/resultado/horas.svg").status_code == 404


def test_parcial_mista_sem_uma_modalidade_diz_ainda(client: Client, criar: CriarParedao) -> None:  # noqa: F811
    paredao = criar(parciais="sempre", peso_torcida=50, peso_unico=50)
    votar(paredao, [3, 1, 0], modalidade=2)
    pagina = texto(client, f"/paredoes/{paredao.pk}/")
    assert "Ainda não houve voto da torcida: por enquanto a conta é só da outra modalidade." in pagina


# --- Gráfico ----------------------------------------------------------------------------------------------------------


def test_grafico_por_hora_e_svg_sem_script_com_as_horas_da_tabela(
    client: Client,
    criar: CriarParedao,  # noqa: F811
) -> None:
    paredao = criar(abre=-5, fecha=-1)
    votar(paredao, [3, 1, 2])
    publicar(paredao)
    pagina = texto(client, f"/paredoes/{paredao.pk}/resultado/")
    assert f'src="/paredoes/{paredao.pk}/resultado/horas.svg" width="640" height="400"' in pagina
    resposta = client.get(f"/paredoes/{paredao.pk}/resultado/horas.svg")
    assert resposta["Content-Type"] == "image/svg+xml"
    svg = resposta.content.decode()
    raiz = ElementTree.fromstring(svg)
    assert (raiz.get("width"), raiz.get("height")) == ("640", "400")
    assert "<script" not in svg
    assert re.search(r'href="https?:', svg) is None
    for nome in ("Bela", "Caio", "Duda"):
        assert nome in svg


# --- Lista e participante ---------------------------------------------------------------------------------------------


def test_lista_diz_o_que_o_publico_decidiu(client: Client, criar: CriarParedao) -> None:  # noqa: F811
    paredao = criar(abre=-30, fecha=-20)
    votar(paredao, [9, 1, 0])
    publicar(paredao)
    assert "Bela sai, com 90,00% da média." in texto(client, "/paredoes/")


def test_participante_tem_os_seus_paredoes_e_o_que_deu_cada_um(
    client: Client,
    criar: CriarParedao,  # noqa: F811
    casa: list[Participante],  # noqa: F811
) -> None:
    ficou, saiu = criar(abre=-90, fecha=-80), criar(abre=-30, fecha=-20)
    votar(ficou, [1, 3, 0])
    votar(saiu, [9, 1, 0])
    for paredao in (ficou, saiu):
        publicar(paredao)
    aberto = criar()
    pagina = texto(client, f"/participantes/{casa[0].pk}/")
    assert re.findall(r"(Saiu|Ficou) na? ?d?a? ?casa", pagina) == ["Ficou"]
    assert "Saiu da casa" in pagina
    assert ("25,00%" in pagina, "90,00%" in pagina) == (True, True)
    lugares = [pagina.index(f'href="/paredoes/{p.pk}/') for p in (aberto, saiu, ficou)]
    assert lugares == sorted(lugares)


def test_participante_sem_paredao_publico_nao_existe(
    client: Client,
    casa: list[Participante],  # noqa: F811
) -> None:
    rascunho = Paredao.objects.create(edicao=casa[0].edicao, titulo="Segredo")
    rascunho.participantes.add(casa[0])
    assert client.get(f"/participantes/{casa[0].pk}/").status_code == 404


def test_apurar_varios_diz_o_mesmo_que_apurar_cada_um(
    criar: CriarParedao,  # noqa: F811
    django_assert_num_queries: object,
) -> None:
    um, outro = criar(abre=-30, fecha=-20, peso_torcida=50, peso_unico=50), criar(abre=-9, fecha=-8, decisao="fica")
    votar(um, [5, 3, 2])
    votar(um, [1, 3, 2], modalidade=2)
    votar(outro, [1, 2, 2])
    paredoes = list(Paredao.objects.com_participantes())
    with django_assert_num_queries(2):  # type: ignore[operator]
        varios = apuracao.apurar_varios(paredoes)
    assert varios == {paredao.pk: apuracao.apurar(paredao) for paredao in paredoes}


# --- Compartilhar -----------------------------------------------------------------------------------------------------


def endereco_do_cartaz(pagina: str) -> str:
    (imagem,) = re.findall(r'<meta property="og:image" content="([^"]+)">', pagina)
    assert imagem.startswith(settings.SITE_URL)
    return str(imagem.removeprefix(settings.SITE_URL))


def test_pagina_de_votar_tem_o_cartaz_de_1200_por_630(client: Client, criar: CriarParedao) -> None:  # noqa: F811
    pagina = texto(client, f"/paredoes/{criar(titulo='5º Paredão').pk}/")
    assert '<meta property="og:title" content="5º Paredão: quem deve sair?">' in pagina
    assert '<meta name="twitter:card" content="summary_large_image">' in pagina
    resposta = client.get(endereco_do_cartaz(pagina))
    assert resposta["Content-Type"] == "image/jpeg"
    assert "max-age=31536000" in resposta["Cache-Control"]
    imagem = Image.open(io.BytesIO(resposta.content))
    assert (imagem.size, imagem.format) == ((cartaz.LARGURA, cartaz.ALTURA), "JPEG")
    assert len(resposta.content) < 200_000


def test_endereco_velho_do_cartaz_leva_ao_de_agora(
    client: Client,
    criar: CriarParedao,  # noqa: F811
    casa: list[Participante],  # noqa: F811
) -> None:
    paredao = criar()
    velho = endereco_do_cartaz(texto(client, f"/paredoes/{paredao.pk}/"))
    Participante.objects.filter(pk=casa[0].pk).update(nome_curto="Belinha")
    novo = endereco_do_cartaz(texto(client, f"/paredoes/{paredao.pk}/"))
    assert novo != velho
    assert client.get(velho)["Location"] == novo


def test_cartaz_de_rascunho_nao_existe(client: Client, casa: list[Participante]) -> None:  # noqa: F811
    rascunho = Paredao.objects.create(edicao=casa[0].edicao, titulo="Segredo")
    assert client.get(f"/paredoes/{rascunho.pk}/cartaz-{'0' * 20}.jpg").status_code == 404


def test_cartaz_de_muita_gente_e_nomes_compridos_cabe(criar: CriarParedao) -> None:  # noqa: F811
    paredao = criar(titulo="Paredão de título comprido como ninguém nunca escreveu antes, mas pode")
    for n in range(6):
        paredao.participantes.add(
            Participante.objects.create(edicao=paredao.edicao, nome="x", nome_curto=f"Maria Aparecida Conceição {n}")
        )
    paredao = Paredao.objects.com_participantes().get(pk=paredao.pk)
    assert cartaz.desenhar(paredao, "Quem deve entrar na casa?").size == (1200, 630)


# --- Aplicativo -------------------------------------------------------------------------------------------------------


def test_manifesto_tem_o_que_se_pede_para_instalar(client: Client) -> None:
    resposta = client.get("/manifest.webmanifest")
    assert resposta["Content-Type"] == "application/manifest+json"
    conteudo = json.loads(resposta.content)
    assert (conteudo["start_url"], conteudo["scope"], conteudo["display"]) == ("/", "/", "standalone")
    assert [(icone["sizes"], icone["purpose"]) for icone in conteudo["icons"]] == [
        ("192x192", "any"),
        ("512x512", "any"),
        ("512x512", "maskable"),
    ]
    for icone in conteudo["icons"]:
        arquivo = settings.BASE_DIR / "static" / icone["src"].removeprefix(settings.STATIC_URL)
        lado = int(icone["sizes"].partition("x")[0])
        assert Image.open(arquivo).size == (lado, lado)


def test_service_worker_guarda_a_pagina_sem_rede_e_os_arquivos_dela(client: Client) -> None:
    resposta = client.get("/sw.js")
    assert resposta["Content-Type"] == "text/javascript; charset=utf-8"
    (guardar,) = re.findall(r"const GUARDAR = (\[.*\]);", resposta.content.decode())
    assert json.loads(guardar) == [
        "/sem-rede/",
        "/static/css/publico.css",
        "/static/js/pagina.js",
        "/static/js/voto.js",
    ]
    assert "Você está sem rede" in texto(client, "/sem-rede/")


def test_paginas_novas_sao_iguais_para_todos(
    client: Client,
    admin_client: Client,
    criar: CriarParedao,  # noqa: F811
    casa: list[Participante],  # noqa: F811
) -> None:
    paredao = criar(parciais="sempre")
    votar(paredao, [2, 1, 0])
    cartaz_dele = endereco_do_cartaz(texto(client, f"/paredoes/{paredao.pk}/"))
    for endereco in (
        f"/paredoes/{paredao.pk}/resultado/horas.svg",
        f"/participantes/{casa[0].pk}/",
        "/manifest.webmanifest",
        "/sw.js",
        "/sem-rede/",
        cartaz_dele,
    ):
        resposta = client.get(endereco)
        assert resposta.status_code == 200, endereco
        assert resposta["Cache-Control"].startswith("public, max-age="), endereco
        assert not resposta.cookies, endereco
        assert "Cookie" not in resposta.get("Vary", ""), endereco
        assert admin_client.get(endereco).content == resposta.content, endereco
