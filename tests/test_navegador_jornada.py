"""A jornada inteira de uma candidata, num telefone de verdade: entrar por código, preencher tudo com arquivos do
aparelho, parar no meio e voltar, enviar; a produção a seleciona e a põe num paredão; ela leva e apaga os seus dados.
"""

import json
import re
import zipfile
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core.cache import cache
from django.utils import timezone
from playwright.sync_api import expect

from inscricoes.models import Candidato, Edicao, Eliminacao, Pergunta, Secao, Termo
from inscricoes.tests import amostras
from tests.servidor import RAIZ, Servidor, servidor
from votacao.models import Participante

pytestmark = [pytest.mark.navegador, pytest.mark.processos]

TELEFONE = {"width": 390, "height": 844}
MESA = {"width": 1280, "height": 800}
CAPTURAS = RAIZ / "capturas"
SENHA = "uma-senha-bem-comprida-24"
EMAIL = "dora@exemplo.com.br"


@pytest.fixture
def aberta(transactional_db: None) -> Edicao:
    agora = timezone.now()
    edicao = Edicao.objects.create(
        nome="BBB 30",
        ano=2030,
        inscricoes_abrem_em=agora - timedelta(days=1),
        inscricoes_fecham_em=agora + timedelta(days=10),
    )
    Termo.objects.create(edicao=edicao, versao=1, texto="Concordo.", publicado_em=agora)
    secao = Secao.objects.create(edicao=edicao, titulo="Sobre você")
    Pergunta.objects.create(secao=secao, enunciado="Por que você?", tipo="longa", publicada_em=agora)
    return edicao


@pytest.fixture
def site(aberta: Edicao, tmp_path: Path) -> Iterator[Servidor]:
    cache.clear()  # os limites contados pelo teste de antes; a tabela deles não é de um modelo
    with servidor(tmp_path, processos=2, EMAIL_URL=f"demo://{tmp_path / 'correio'}") as site:
        yield site


@pytest.fixture
def arquivos(tmp_path: Path) -> dict[str, Path]:
    feitos = {f"foto{n}.jpg": tmp_path / f"foto{n}.jpg" for n in range(3)}
    for n, caminho in enumerate(feitos.values()):
        caminho.write_bytes(amostras.foto(n, exif=True))
    feitos["video.mp4"] = tmp_path / "video.mp4"
    amostras.video(feitos["video.mp4"])
    return feitos


def abrir(navegador: Any, tela: dict[str, int], **opcoes: Any) -> Any:
    aba = navegador.new_context(viewport=tela, locale="pt-BR", reduced_motion="reduce", **opcoes).new_page()
    aba.set_default_timeout(20_000)
    return aba


def entrar(aba: Any, leitor: Any, site: Servidor) -> None:
    """Pede o código e o lê na caixa da demonstração."""
    aba.get_by_label("Seu e-mail").fill(EMAIL)
    aba.get_by_role("button", name="Receber o código").click()
    aba.wait_for_url(f"{site.url}/conta/codigo/")
    leitor.goto(f"{site.url}/demo/correio/")
    achado = re.search(r"\d{4}-\d{4}", leitor.locator("article").first.inner_text())
    assert achado is not None
    aba.get_by_label("Código de 8 algarismos").fill(achado[0])
    aba.get_by_role("button", name="Entrar").click()


@pytest.mark.parametrize("tela", [TELEFONE, MESA], ids=["390", "1280"])
def test_da_inscricao_ao_paredao_e_de_volta(
    site: Servidor, navegador: Any, aberta: Edicao, arquivos: dict[str, Path], tela: dict[str, int]
) -> None:
    no_telefone = tela is TELEFONE
    toque: dict[str, bool] = {"has_touch": True, "is_mobile": True} if no_telefone else {}
    CAPTURAS.mkdir(exist_ok=True)

    def tocar(alvo: Any) -> None:
        alvo.tap() if no_telefone else alvo.click()

    def olhar(passo: str) -> None:
        assert aba.evaluate("document.documentElement.scrollWidth <= innerWidth"), passo
        aba.screenshot(path=CAPTURAS / f"candidata-{passo}-{tela['width']}.png", full_page=True)

    aba = abrir(navegador, tela, **toque)
    leitor = abrir(navegador, TELEFONE)
    aba.goto(f"{site.url}/inscricoes/")
    tocar(aba.get_by_role("link", name="Começar inscrição"))
    entrar(aba, leitor, site)
    tocar(aba.get_by_role("button", name="Começar"))
    aba.get_by_label("Nome completo").fill("Dora Reis Prado")
    olhar("dados")
    aba.get_by_label("Como você quer ser chamado").fill("Dora")
    aba.get_by_label("CPF").fill("529.982.247-25")
    aba.get_by_label("Data de nascimento").fill("03/02/1991")
    aba.get_by_label("Gênero").select_option("mulher")
    aba.get_by_label("Profissão").fill("Médica")
    aba.get_by_label("Estado").select_option("PA")
    aba.get_by_label("Cidade").fill("Belém")
    tocar(aba.get_by_role("button", name="Salvar e continuar"))
    aba.get_by_role("heading", level=1, name="Contato").wait_for()

    # Para no meio, noutro dia e noutro aparelho, e volta ao mesmo lugar.
    aba.context.close()
    cache.clear()
    aba = abrir(navegador, tela, **toque)
    aba.goto(f"{site.url}/inscricoes/minha/")
    entrar(aba, leitor, site)
    tocar(aba.get_by_role("link", name="Continuar: Contato"))
    aba.get_by_label("Telefone").fill("(91) 91234-5678")
    olhar("contato")
    tocar(aba.get_by_role("button", name="Salvar e continuar"))
    aba.get_by_label("Por que você?").fill("Porque sim 🙂")
    olhar("questionario")
    tocar(aba.get_by_role("button", name="Salvar e continuar"))
    aba.get_by_label("Mandar fotos").set_input_files([arquivos[f"foto{n}.jpg"] for n in range(3)])
    tocar(aba.get_by_role("button", name="Enviar 3 fotos"))
    expect(aba.locator(".galeria img")).to_have_count(3)
    olhar("fotos")
    aba.goto(f"{site.url}/inscricoes/minha/video/")
    aba.get_by_label("Mandar o vídeo").set_input_files(arquivos["video.mp4"])
    tocar(aba.get_by_role("button", name="Enviar vídeo"))
    aba.locator("video").wait_for()
    olhar("video")
    aba.goto(f"{site.url}/inscricoes/minha/revisao/")
    olhar("revisao")
    aba.get_by_role("checkbox").check()
    tocar(aba.get_by_role("button", name="Enviar inscrição"))
    expect(aba.get_by_role("heading", name=re.compile("Enviada"))).to_be_visible()
    olhar("enviada")
    candidato = Candidato.objects.get()
    assert (candidato.situacao, candidato.email, candidato.telefone) == ("enviada", EMAIL, "+5591912345678")

    User.objects.create_superuser("chefe", None, SENHA)
    produtora = abrir(navegador, MESA)
    produtora.goto(f"{site.url}/admin/inscricoes/candidato/")
    produtora.locator("input[name=username]").fill("chefe")
    produtora.locator("input[name=password]").fill(SENHA)
    produtora.locator("input[type=submit]").click()
    produtora.get_by_role("link", name=re.compile("Dora")).first.click()
    produtora.get_by_role("button", name="Pôr em análise").click()
    produtora.get_by_role("link", name=re.compile("Selecionar para a casa")).click()
    produtora.get_by_role("button", name="Selecionar para a casa").click()
    expect(produtora.get_by_text("selecionada").first).to_be_visible()
    dora = Participante.objects.get()
    assert (dora.nome_curto, dora.candidato_id) == ("Dora", candidato.pk)
    outro = Participante.objects.create(edicao=aberta, nome="Caio Sá", nome_curto="Caio")
    produtora.goto(f"{site.url}/admin/votacao/paredao/add/")
    produtora.get_by_label("Título").fill("1º Paredão")
    for lugar, quem in enumerate((dora, outro)):
        produtora.locator(f"#id_opcoes-{lugar}-participante").select_option(str(quem.pk))
    produtora.get_by_role("button", name="Salvar", exact=True).click()
    produtora.get_by_role("link", name="1º Paredão").first.click()
    produtora.get_by_role("link", name=re.compile("Abrir a votação")).click()
    produtora.get_by_role("button", name="Abrir a votação").click()
    for _ in range(40):
        aba.goto(f"{site.url}/")
        if aba.get_by_text("Dora").count():
            break
        aba.wait_for_timeout(250)  # o micro-cache guarda a página por segundos
    expect(aba.get_by_text("Dora").first).to_be_visible()

    aba.goto(f"{site.url}/inscricoes/minha/")
    expect(aba.get_by_role("heading", name="Você foi selecionado(a)!")).to_be_visible()
    olhar("selecionada")
    tocar(aba.get_by_role("link", name="Meus dados: baixar ou apagar"))
    with aba.expect_download() as baixado:
        tocar(aba.get_by_role("button", name="Baixar meus dados"))
    with zipfile.ZipFile(baixado.value.path()) as pacote:
        assert "Dora Reis Prado" in json.dumps(json.loads(pacote.read("dados.json")), ensure_ascii=False)
        assert len([nome for nome in pacote.namelist() if nome.endswith((".webp", ".mp4"))]) >= 4
    tocar(aba.get_by_role("link", name="Apagar minha inscrição"))
    aba.get_by_role("checkbox").check()
    tocar(aba.get_by_role("button", name="Apagar para sempre"))
    aba.wait_for_url(f"{site.url}/inscricoes/apagada/")
    olhar("apagada")
    assert Candidato.objects.count() == 0
    assert list(Eliminacao.objects.values_list("edicao", "origem")) == [(aberta.pk, "pedido")]
    assert not User.objects.filter(email=EMAIL).exists()
    assert Participante.objects.get(pk=dora.pk).candidato_id is None
