"""Um paredão com as duas modalidades, da abertura ao resultado, num navegador de verdade: a produção numa mesa, a fã no
telefone, com o código que chega na caixa de demonstração.
"""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.contrib.auth.models import User
from django.core.cache import cache
from playwright.sync_api import expect

from inscricoes.models import Edicao
from tests.servidor import Servidor, servidor
from votacao.models import Contagem, Opcao, Paredao, Participante

pytestmark = [pytest.mark.navegador, pytest.mark.processos]

TELEFONE = {"width": 390, "height": 844}
MESA = {"width": 1280, "height": 800}
SENHA = "uma-senha-bem-comprida-24"
CAPTURAS = Path(__file__).resolve().parent.parent / "capturas"


@pytest.fixture
def site(urna_limpa: None, tmp_path: Path) -> Iterator[Servidor]:
    cache.clear()  # os limites contados pelo teste de antes; a tabela deles não é de um modelo
    with servidor(tmp_path, processos=2, EMAIL_URL=f"demo://{tmp_path / 'correio'}") as site:
        yield site


@pytest.fixture
def rascunho(edicao: Edicao, participantes: list[Participante]) -> Paredao:
    paredao = Paredao.objects.create(edicao=edicao, titulo="4º Paredão", peso_torcida=50, peso_unico=50)
    for ordem, participante in enumerate(participantes):
        Opcao.objects.create(paredao=paredao, participante=participante, ordem=ordem)
    return paredao


def abrir(navegador: Any, tela: dict[str, int]) -> Any:
    aba = navegador.new_context(viewport=tela, locale="pt-BR", reduced_motion="reduce").new_page()
    aba.set_default_timeout(20_000)
    return aba


def olhar(aba: Any, nome: str) -> None:
    """Nas duas larguras, sem rolar de lado; claro e escuro, sem nenhuma violação; e uma captura para olhos de gente."""
    CAPTURAS.mkdir(exist_ok=True)
    tamanho = aba.viewport_size
    for tela in (TELEFONE, MESA):
        aba.set_viewport_size(tela)
        assert aba.evaluate("document.documentElement.scrollWidth <= innerWidth"), nome
        aba.screenshot(path=CAPTURAS / f"unico-{nome}-{tela['width']}.png", full_page=True)
        for tema in ("light", "dark"):
            aba.emulate_media(color_scheme=tema)
            achado = Axe().run(aba)
            assert achado.violations_count == 0, f"{nome} {tema}\n{achado.generate_report()}"
        aba.emulate_media(color_scheme="light")
    aba.set_viewport_size(tamanho)


def conduzir(produtora: Any, site: Servidor, paredao: Paredao, acao: str, botao: str) -> None:
    produtora.goto(f"{site.url}/admin/votacao/paredao/{paredao.pk}/{acao}/")
    produtora.get_by_role("button", name=botao).click()


def test_duas_modalidades_da_abertura_ao_resultado(
    site: Servidor, navegador: Any, rascunho: Paredao, participantes: list[Participante]
) -> None:
    User.objects.create_superuser("chefe", None, SENHA)
    produtora = abrir(navegador, MESA)
    produtora.goto(f"{site.url}/admin/")
    produtora.locator("input[name=username]").fill("chefe")
    produtora.locator("input[name=password]").fill(SENHA)
    produtora.locator("input[type=submit]").click()
    conduzir(produtora, site, rascunho, "abrir", "Abrir a votação")

    fa = abrir(navegador, TELEFONE)
    pagina = f"{site.url}/paredoes/{rascunho.pk}/"
    esperar_texto(fa, pagina, "Voto único")
    olhar(fa, "paredao")
    fa.get_by_role("button", name=re.compile("^Votar para Bia")).click()
    fa.wait_for_url(re.compile("/comprovantes/"))

    fa.goto(pagina)
    fa.get_by_role("link", name=re.compile("^Voto único")).click()
    fa.get_by_label("Seu e-mail").fill("ana@exemplo.com.br")
    fa.get_by_role("button", name="Receber o código").click()
    fa.wait_for_url(f"{site.url}/conta/codigo/")
    caixa = abrir(navegador, TELEFONE)
    caixa.goto(f"{site.url}/demo/correio/")
    achado = re.search(r"\d{4}-\d{4}", caixa.locator("article").first.inner_text())
    assert achado is not None
    fa.get_by_label("Código de 8 algarismos").fill(achado[0])
    fa.get_by_role("button", name="Entrar").click()
    fa.wait_for_url(f"{pagina}unico/")
    olhar(fa, "cpf")
    fa.get_by_label("CPF").fill("111.111.111-11")
    fa.get_by_role("button", name="Continuar").click()
    expect(fa.get_by_text("Este CPF não existe.")).to_be_visible()
    olhar(fa, "cpf-errado")
    fa.get_by_label("CPF").fill("529.982.247-25")
    fa.get_by_role("button", name="Continuar").click()
    fa.wait_for_url(f"{pagina}unico/")
    olhar(fa, "escolher")
    fa.get_by_role("button", name=re.compile("^Votar para Ana")).click()
    expect(fa.get_by_role("heading", name="Seu voto único é para Ana sair?")).to_be_visible()
    olhar(fa, "confirmar")
    fa.get_by_role("button", name="Confirmar voto único").dblclick()
    fa.wait_for_url(re.compile("/comprovantes/"))
    expect(fa.get_by_role("heading", name="Seu voto está contado")).to_be_visible()
    fa.goto(f"{pagina}unico/")
    expect(fa.get_by_role("heading", name="Seu voto único já está contado")).to_be_visible()
    olhar(fa, "ja-votou")
    contados = Contagem.objects.order_by("modalidade").values_list("modalidade", "participante__nome_curto", "votos")
    assert list(contados) == [(1, "Bia", 1), (2, "Ana", 1)]

    conduzir(produtora, site, rascunho, "encerrar", "Encerrar a votação")
    for _ in range(40):
        conduzir(produtora, site, rascunho, "publicar", "Publicar o resultado")
        if Paredao.objects.get(pk=rascunho.pk).publicado_em is not None:
            break
        produtora.wait_for_timeout(500)  # a margem de publicação é do produto: 5 s depois de encerrar
    esperar_texto(fa, f"{pagina}resultado/", "Empate")
    olhar(fa, "resultado")


def esperar_texto(aba: Any, endereco: str, texto: str) -> None:
    """Recarrega até a página pública, que o micro-cache guarda por segundos, mostrar o que já é verdade."""
    for _ in range(40):
        aba.goto(endereco)
        if aba.get_by_text(texto).count():
            return
        aba.wait_for_timeout(250)
    raise AssertionError(f"{endereco} não mostrou {texto!r}: {aba.locator('main').inner_text()}")
