"""A noite de uma produtora num navegador de verdade, na mesa e no telefone: monta o paredão, abre, vê os votos chegarem
na sala, mostra o telão, encerra, decide, publica e imprime a ata. Nenhum erro no console: o CSP não recusou nada.
"""

import io
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.contrib.auth.models import User
from django.utils import timezone
from playwright.sync_api import expect
from pypdf import PdfReader
from uuid_utils import uuid7

from tests.servidor import Servidor, corpo_do_voto, emitir, esperar_paredao, servidor, votar
from votacao import registro
from votacao.models import Paredao, Participante, Suspeita
from votacao.registro import VotoAceito

pytestmark = [pytest.mark.navegador, pytest.mark.processos]

TELEFONE = {"width": 390, "height": 844}
MESA = {"width": 1280, "height": 800}
SENHA = "uma-senha-bem-comprida-24"
CAPTURAS = Path(__file__).resolve().parent.parent / "capturas"


@pytest.fixture(autouse=True)
def _paciencia() -> Iterator[None]:
    """A sala se renova a cada cinco segundos, e dá os números por velhos depois de quinze."""
    expect.set_options(timeout=30_000)
    yield
    expect.set_options(timeout=5_000)


@pytest.fixture
def site(urna_limpa: None, tmp_path: Path) -> Iterator[Servidor]:
    with servidor(tmp_path, processos=2) as site:
        yield site


@pytest.fixture
def produtora(urna_limpa: None) -> User:
    """Superusuária: o fim de um teste transacional leva os grupos, que nascem de uma migração. Quem pode o quê está em
    votacao/tests/test_admin_acesso.py."""
    return User.objects.create_superuser("vera", None, SENHA, first_name="Vera")


def entrar(navegador: Any, site: Servidor, tela: dict[str, int], **opcoes: Any) -> tuple[Any, list[str]]:
    """Uma aba da produtora, e a lista em que caem os erros do console e da página."""
    contexto = navegador.new_context(viewport=tela, locale="pt-BR", timezone_id="America/Sao_Paulo", **opcoes)
    aba = contexto.new_page()
    aba.set_default_timeout(20_000)
    aba.goto(f"{site.url}/admin/")
    aba.locator("input[name=username]").fill("vera")
    aba.locator("input[name=password]").fill(SENHA)
    aba.locator("input[type=submit]").click()
    aba.wait_for_url(f"{site.url}/admin/")
    erros: list[str] = []
    aba.on("console", lambda linha: erros.append(linha.text) if linha.type in ("error", "warning") else None)
    aba.on("pageerror", lambda erro: erros.append(str(erro)))
    return aba, erros


def olhar(aba: Any, nome: str, fora: str = "") -> None:
    """Sem rolar de lado; claro e escuro, sem nenhuma violação, com a folha de estilo de verdade; e uma captura."""
    CAPTURAS.mkdir(exist_ok=True)
    assert aba.evaluate("document.documentElement.scrollWidth <= innerWidth"), nome
    aba.screenshot(path=CAPTURAS / f"producao-{nome}-{aba.viewport_size['width']}.png", full_page=True)
    for tema in ("light", "dark"):
        aba.emulate_media(color_scheme=tema)
        # O admin passa de uma cor à outra aos poucos, e o meio do caminho não é cor de ninguém.
        aba.evaluate("document.getAnimations().forEach((animacao) => animacao.finish())")
        achado = Axe().run(aba, context=fora or None)
        assert achado.violations_count == 0, f"{nome} {tema}\n{achado.generate_report()}"
    aba.emulate_media(color_scheme="light")


def votos(paredao: Paredao, quem: Participante, quantos: int, suspeita: int = 0) -> None:
    agora = timezone.now().timestamp()
    registro.gravar(
        [VotoAceito(uuid7().bytes, paredao.pk, 1, quem.pk, agora, suspeita=suspeita) for _ in range(quantos)]
    )


@pytest.mark.parametrize("tela", [MESA, TELEFONE], ids=["1280", "390"])
def test_da_montagem_a_ata(
    site: Servidor, navegador: Any, produtora: User, participantes: list[Participante], tela: dict[str, int]
) -> None:
    ana, bia, _ = participantes
    aba, erros = entrar(navegador, site, tela, reduced_motion="reduce")

    aba.goto(f"{site.url}/admin/votacao/paredao/add/")
    aba.get_by_label("Título").fill("7º Paredão")
    for i, participante in enumerate(participantes):
        aba.locator(f"select[name=opcoes-{i}-participante]").select_option(str(participante.pk))
    aba.locator("input[name=_continue]").click()
    aba.wait_for_url(re.compile(r"/change/"))
    paredao = Paredao.objects.get(titulo="7º Paredão")
    aba.get_by_role("link", name="Sala de controle").click()

    aba.get_by_role("link", name="Abrir a votação…").click()
    aba.get_by_role("button", name="Abrir a votação").click()
    aba.wait_for_url(re.compile(r"/sala/$"))
    expect(aba.locator("#sala-dados .situacao")).to_have_text("aberto")

    # Votos de verdade, pela faixa; um malformado, que é recusado; e suspeitos, postos direto no livro.
    esperar_paredao(site, Paredao.objects.get(pk=paredao.pk))
    for quem in (ana, ana, ana, bia):
        assert votar(site, paredao, corpo_do_voto(quem.pk, emitir(paredao))).status == 303
    assert votar(site, paredao, b"nada").status == 400
    votos(paredao, bia, 5, Suspeita.RITMO)
    recebidos = aba.locator(".cartoes dd").first
    expect(recebidos).to_have_text("9")  # sozinha: ninguém recarregou
    expect(aba.locator("#t-suspeitos + div")).to_contain_text("Votos demais da mesma origem")
    # O pulso dos dois processos, a cada dez segundos, traz os aceitos e a recusa.
    expect(aba.locator("#t-recusas + div")).to_contain_text("Voto incompleto", timeout=30_000)
    expect(aba.locator("[data-parte=processos] tbody tr")).to_have_count(2)
    aceitos = aba.locator("[data-parte=processos] tbody td:nth-child(4)").all_inner_texts()
    assert sum(map(int, aceitos)) == 4
    assert aba.locator(".grafico img").evaluate_all("fotos => fotos.every(foto => foto.naturalWidth > 0)")
    aba.get_by_text("Os números, minuto a minuto").click()
    olhar(aba, "sala-aberta")

    aba.get_by_role("link", name="Encerrar a votação…").click()
    aba.get_by_role("button", name="Encerrar a votação").click()
    aba.wait_for_url(re.compile(r"/sala/$"))
    expect(aba.locator("#sala-dados .situacao")).to_have_text("encerrado, à espera do resultado")
    # A margem de publicação é do produto: o botão aparece sozinho quando ela passa.
    aba.get_by_role("link", name="Decidir sobre os votos suspeitos…").click()
    aba.get_by_label("Não contam").check()
    aba.locator("textarea").fill("Vieram todos de um endereço só.")
    aba.get_by_role("button", name="Decidir").click()
    aba.wait_for_url(re.compile(r"/sala/$"))
    olhar(aba, "sala-encerrada")
    aba.get_by_role("link", name="Publicar o resultado…").click()
    aba.get_by_role("button", name="Publicar o resultado").click()
    aba.wait_for_url(re.compile(r"/sala/$"))
    expect(aba.locator("#sala-dados .sala-situacao")).to_contain_text("Ana sai, com 75,00% da média.")
    olhar(aba, "sala-publicada")

    endereco = aba.get_by_role("link", name="Ata da apuração (PDF)").get_attribute("href")
    resposta = aba.context.request.get(f"{site.url}{endereco}")
    folha = " ".join(" ".join(p.extract_text() for p in PdfReader(io.BytesIO(resposta.body())).pages).split())
    assert "Ana 3 75,00% Bia 1 25,00% Caio 0 0,00% Todos 4" in folha
    assert "Vieram todos de um endereço só." in folha

    aba.goto(f"{site.url}/admin/temporada/")
    olhar(aba, "temporada")
    assert erros == []


def test_sala_diz_quando_os_numeros_envelhecem_e_quando_voltam(
    site: Servidor, navegador: Any, produtora: User, paredao: Paredao
) -> None:
    aba, _ = entrar(navegador, site, MESA)
    aba.goto(f"{site.url}/admin/votacao/paredao/{paredao.pk}/sala/")
    expect(aba.locator("#frescor")).to_have_text(re.compile(r"atualizado (agora|há [1-5] s)"))
    aba.context.set_offline(True)
    expect(aba.locator("#sala-aviso")).to_contain_text("Sem resposta do servidor")
    expect(aba.locator("#frescor")).to_have_class(re.compile("velho"))
    aba.context.set_offline(False)
    expect(aba.locator("#sala-aviso")).to_be_hidden()
    expect(aba.locator("#frescor")).not_to_have_class(re.compile("velho"))


def test_sala_de_quem_saiu_para_e_pede_para_entrar(
    site: Servidor, navegador: Any, produtora: User, paredao: Paredao
) -> None:
    aba, _ = entrar(navegador, site, MESA)
    aba.goto(f"{site.url}/admin/votacao/paredao/{paredao.pk}/sala/")
    aba.context.clear_cookies()
    expect(aba.locator("#sala-aviso")).to_contain_text("Recarregue a página para entrar de novo")
    expect(aba.locator("#sala input[name=username]")).to_have_count(0)


def test_sala_no_fundo_nao_pergunta(site: Servidor, navegador: Any, produtora: User, paredao: Paredao) -> None:
    aba, _ = entrar(navegador, site, MESA)
    aba.clock.install()
    aba.goto(f"{site.url}/admin/votacao/paredao/{paredao.pk}/sala/")
    pedidos: list[str] = []
    aba.on("request", lambda pedido: pedidos.append(pedido.url) if pedido.url.endswith("/sala/dados/") else None)
    esconder = "Object.defineProperty(document, 'visibilityState', {configurable: true, get: () => '%s'})"
    aba.evaluate(esconder % "hidden")
    aba.clock.run_for(30_000)
    assert pedidos == []
    aba.evaluate(esconder % "visible")
    with aba.expect_request(re.compile("/sala/dados/$")):
        aba.evaluate("document.dispatchEvent(new Event('visibilitychange'))")


@pytest.mark.parametrize("tela", [MESA, TELEFONE], ids=["1280", "390"])
def test_telao_so_revela_em_dois_passos_pelo_teclado(
    site: Servidor, navegador: Any, produtora: User, paredao: Paredao, participantes: list[Participante],
    tela: dict[str, int],
) -> None:  # fmt: skip
    votos(paredao, participantes[0], 3)
    votos(paredao, participantes[1], 1)
    aba, erros = entrar(navegador, site, tela, reduced_motion="reduce")
    pedidos: list[str] = []
    aba.on("request", lambda pedido: pedidos.append(pedido.url) if pedido.url.endswith("/resultado/") else None)
    aba.goto(f"{site.url}/admin/votacao/paredao/{paredao.pk}/telao/")
    expect(aba.locator("#total")).to_have_text("4")
    olhar(aba, "telao-escondido")

    aba.keyboard.press("r")
    expect(aba.get_by_role("dialog")).to_contain_text("a votação está ABERTA")
    aba.keyboard.press("Enter")  # o foco está em “Ainda não”
    expect(aba.get_by_role("dialog")).to_be_hidden()
    aba.keyboard.press("r")
    aba.keyboard.press("Escape")
    expect(aba.get_by_role("dialog")).to_be_hidden()
    assert (pedidos, aba.locator("#resultado").inner_text()) == ([], "")

    aba.keyboard.press("r")
    aba.keyboard.press("Shift+Tab")
    expect(aba.get_by_role("button", name="Revelar agora")).to_be_focused()
    aba.keyboard.press("Enter")
    expect(aba.locator("#resultado .media")).to_have_text(["0,00%", "25,00%", "75,00%"])
    expect(aba.locator("#espera")).to_be_hidden()
    assert aba.locator("#resultado .barra").evaluate_all(
        "barras => barras.every(barra => getComputedStyle(barra).animationName === 'none')"
    )
    olhar(aba, "telao-revelado")

    aba.keyboard.press("e")
    expect(aba.locator("#espera")).to_be_visible()
    assert aba.locator("#resultado").inner_text() == ""
    assert erros == []


def test_telao_anima_para_quem_nao_pede_calma(
    site: Servidor, navegador: Any, produtora: User, paredao: Paredao, participantes: list[Participante]
) -> None:
    votos(paredao, participantes[0], 3)
    aba, _ = entrar(navegador, site, MESA, reduced_motion="no-preference")
    aba.goto(f"{site.url}/admin/votacao/paredao/{paredao.pk}/telao/")
    aba.get_by_role("button", name="Revelar o resultado").click()
    aba.get_by_role("button", name="Revelar agora").click()
    expect(aba.locator(".barra").first).to_be_visible()
    assert aba.locator(".cheio").first.evaluate("barra => getComputedStyle(barra).animationName") == "crescer"
