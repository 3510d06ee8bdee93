"""Quem não usa o mouse, quem amplia, quem pediu sossego ou troca as cores: num Chromium, as mesmas páginas."""

from collections.abc import Iterator
from typing import Any

import pytest

from tests.servidor import esperar, pedir
from vistoria import rol
from vistoria.visita import Visitante

pytestmark = [pytest.mark.navegador, pytest.mark.processos]

TELEFONE = {"width": 390, "height": 844}
PUBLICAS = {pagina.nome: pagina for pagina in [*rol.publicas(), *rol.da_conta(), *rol.da_inscricao()]}
PRODUCAO = {pagina.nome: pagina for pagina in rol.da_producao()}
FOCO = """() => {
    const alvo = document.activeElement;
    if (!alvo || alvo === document.body) return null;
    const visto = alvo.matches(".opcao input, .caixa input") ? alvo.closest(".opcao, .caixa") : alvo;
    const estilo = getComputedStyle(visto);
    const caixa = visto.getBoundingClientRect();
    return {
        nome: (alvo.getAttribute("aria-label") || alvo.innerText || alvo.value || alvo.tagName).trim().slice(0, 60),
        quem: alvo.outerHTML.slice(0, 160),
        // Os botões de dentro de um vídeo são do navegador, e o contorno deles também.
        contorno: alvo.tagName === "VIDEO" || (estilo.outlineStyle !== "none" && parseFloat(estilo.outlineWidth) >= 2),
        aVista: caixa.width > 1 && caixa.height > 1 && caixa.bottom > 0 && caixa.top < innerHeight,
        posicao: [...document.querySelectorAll("*")].indexOf(alvo),
    };
}"""


PELO_TECLADO = [
    *("inicio", "paredao-aberto", "resultado", "comprovante", "entrar-com-erro", "inscricoes", "minha-rascunho"),
    *("dados", "questionario", "fotos-completas", "video-completo", "revisao", "meus-dados", "fator"),
]


@pytest.fixture
def visitante(navegador: Any, sementes: Any) -> Visitante:
    return Visitante(navegador, sementes)


def percorrer(aba: Any, maximo: int = 60) -> Iterator[dict[str, Any]]:
    """Cada parada do Tab, até o foco sair da página."""
    for _ in range(maximo):
        aba.keyboard.press("Tab")
        foco = aba.evaluate(FOCO)
        if foco is None:
            return
        yield foco


# --- O caminho do Tab -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "nome",
    PELO_TECLADO,
)
def test_tab_passa_por_tudo_na_ordem_da_pagina_com_o_foco_a_vista(visitante: Visitante, nome: str) -> None:
    with visitante.abrir(PUBLICAS[nome]) as aba:
        aba.evaluate("document.activeElement.blur()")
        aba.evaluate("window.getSelection().removeAllRanges()")
        paradas = list(percorrer(aba))
    assert [p["quem"] for p in paradas if not p["contorno"]] == []
    assert [p["quem"] for p in paradas if not p["aVista"]] == []
    posicoes = [parada["posicao"] for parada in paradas]
    assert posicoes == sorted(posicoes)
    assert len(paradas) >= 5


@pytest.mark.parametrize("nome", ["inicio", "dados", "entrar", "nao-existe", "erro-503", "admin-inicio"])
def test_primeira_parada_pula_para_o_conteudo(visitante: Visitante, nome: str) -> None:
    with visitante.abrir({**PUBLICAS, **PRODUCAO}[nome]) as aba:
        aba.keyboard.press("Tab")
        assert aba.evaluate(FOCO)["nome"] in ("Pular para o conteúdo", "Ir para o conteúdo principal")
        aba.keyboard.press("Enter")
        destino = "document.activeElement.closest('main') !== null || location.hash.startsWith('#content')"
        assert aba.evaluate(destino) is True


def test_secao_da_inscricao_so_com_o_teclado(visitante: Visitante, sementes: Any) -> None:
    pagina = rol.Pagina("teclado", "inscricoes:questionario", PUBLICAS["questionario"].caminho, "pronta")
    with visitante.abrir(pagina) as aba:
        texto = aba.locator("textarea").first
        texto.focus()
        aba.keyboard.press("Control+A")
        aba.keyboard.type("Escrevi sem tocar no mouse.")
        radio = aba.locator("input[type=radio]:checked").first
        radio.focus()
        antes = radio.get_attribute("value")
        aba.keyboard.press("ArrowDown")
        depois = aba.evaluate("document.activeElement.value")
        assert depois != antes
        assert aba.evaluate("document.activeElement.checked") is True
        aba.locator("#estado", has_text="Salvo às").wait_for()
        botao = aba.get_by_role("button", name="Salvar e continuar")
        for _ in range(60):
            aba.keyboard.press("Tab")
            if botao.evaluate("botao => botao === document.activeElement"):
                break
        aba.keyboard.press("Enter")
        aba.get_by_text("salvo às").first.wait_for()
        aba.goto(sementes["cheio"]["url"] + pagina.caminho.format_map(sementes["cheio"]))
        assert aba.locator("textarea").first.input_value() == "Escrevi sem tocar no mouse."


def test_abrir_um_paredao_so_com_o_teclado(visitante: Visitante, sementes: Any) -> None:
    pagina = rol.Pagina("abrir", "", "/admin/votacao/paredao/{por_abrir}/change/", "chefe", publica=False)
    with visitante.abrir(pagina) as aba:
        for parada in percorrer(aba, 120):
            if parada["nome"].startswith("Abrir a votação"):
                assert parada["contorno"]
                break
        aba.keyboard.press("Enter")
        aba.wait_for_url("**/abrir/")
        for parada in percorrer(aba, 120):
            if parada["nome"].startswith("Abrir a votação"):
                assert parada["contorno"]
                break
        aba.keyboard.press("Enter")
        aba.wait_for_url("**/change/")
    cheio = sementes["cheio"]
    cedula = f"/paredoes/{cheio['por_abrir']}/cedula/"
    esperar(lambda: pedir(int(cheio["url"].rsplit(":", 1)[1]), "GET", cedula).status == 200, 15)


# --- O que se ouve ----------------------------------------------------------------------------------------------------


def test_erros_no_alto_levam_ao_campo_e_o_campo_diz_o_seu(visitante: Visitante) -> None:
    with visitante.abrir(PUBLICAS["dados-com-erros"]) as aba:
        assert aba.evaluate("document.activeElement.id") == "erros"
        assert aba.locator("#erros").get_attribute("role") == "alert"
        aba.keyboard.press("Tab")
        aba.keyboard.press("Enter")
        assert aba.evaluate("document.activeElement.id") == "id_cpf"
        descrito = aba.locator("#id_cpf").get_attribute("aria-describedby") or ""
        assert "11 números" in aba.locator(f"#{descrito.split()[-1]}").inner_text()
        assert aba.locator("#id_cpf").get_attribute("aria-invalid") == "true"


def test_gravacao_da_secao_e_anunciada(visitante: Visitante) -> None:
    with visitante.abrir(PUBLICAS["dados"]) as aba:
        estado = aba.locator("#estado")
        assert estado.get_attribute("role") == "status"
        assert estado.inner_text() == "Salva sozinho enquanto você escreve."
        aba.get_by_label("Profissão").fill("Oleira e vizinha")
        estado.filter(has_text="Salvo às").wait_for()


# --- Escrever no telefone ---------------------------------------------------------------------------------------------


def test_mascaras_pontuam_quem_digita_e_deixam_quem_cola(visitante: Visitante) -> None:
    with visitante.abrir(PUBLICAS["contato"], viewport=TELEFONE) as aba:
        telefone = aba.get_by_label("Telefone")
        telefone.fill("")
        telefone.press_sequentially("1134567890")
        assert telefone.input_value() == "(11) 3456-7890"
        telefone.press_sequentially("1")
        assert telefone.input_value() == "(11) 34567-8901"
        telefone.press("Backspace")
        assert telefone.input_value() == "(11) 34567-890"
        telefone.fill("+55 11 91234 5678")
        assert telefone.input_value() == "+55 11 91234 5678"
        telefone.fill("(11) 91234-5678")
        telefone.evaluate("campo => campo.setSelectionRange(6, 6)")
        telefone.press_sequentially("7")
        assert telefone.input_value() == "(11) 971234-5678"
        assert telefone.evaluate("campo => campo.selectionStart") == 7
        assert [telefone.get_attribute(n) for n in ("type", "inputmode", "autocomplete")] == ["tel", "tel", "tel"]


def test_tecla_proximo_do_telefone_vai_ao_proximo_campo_sem_mandar_a_pagina(visitante: Visitante) -> None:
    with visitante.abrir(PUBLICAS["contato"], viewport=TELEFONE, has_touch=True, is_mobile=True) as aba:
        endereco = aba.url
        aba.get_by_label("Instagram").focus()
        aba.keyboard.press("Enter")
        assert aba.evaluate("document.activeElement.name") == "tiktok"
        assert aba.url == endereco


# --- Quem amplia, pediu sossego ou troca as cores ---------------------------------------------------------------------


@pytest.mark.parametrize(
    "nome", ["inicio", "paredao-aberto", "resultado", "dados", "questionario", "revisao", "entrar"]
)
def test_letra_em_dobro_nao_faz_rolar_de_lado(visitante: Visitante, nome: str) -> None:
    for largura in (1280, 640):
        with visitante.abrir(PUBLICAS[nome], viewport={"width": largura, "height": 800}) as aba:
            aba.evaluate("document.documentElement.style.fontSize = '200%'")
            medida = "[document.documentElement.scrollWidth, document.documentElement.clientWidth]"
            assert aba.evaluate(medida) == [largura, largura], largura


@pytest.mark.parametrize("nome", ["inicio", "paredao-aberto", "comprovante", "resultado", "fotos-escolhidas"])
def test_quem_pediu_sossego_nao_ve_nada_se_mexer(visitante: Visitante, nome: str) -> None:
    quantas = "document.getAnimations().filter((animacao) => animacao.playState === 'running').length"
    with visitante.abrir(PUBLICAS[nome]) as aba:
        assert aba.evaluate("matchMedia('(prefers-reduced-motion: reduce)').matches") is True
        assert aba.evaluate(quantas) == 0


def test_a_festa_do_comprovante_se_mexe_para_quem_nao_pediu_sossego(visitante: Visitante) -> None:
    """Senão o teste de cima não provaria nada."""
    with visitante.abrir(PUBLICAS["paredao-aberto"], reduced_motion="no-preference") as aba:
        aba.locator("button[name=participante]").first.click()
        aba.wait_for_url("**/comprovantes/*/")
        assert aba.evaluate("document.getAnimations().length") > 0


def test_sem_as_nossas_cores_a_escolha_continua_a_vista(visitante: Visitante) -> None:
    with visitante.abrir(PUBLICAS["paredao-sem-rede"], forced_colors="active") as aba:
        assert aba.evaluate("matchMedia('(forced-colors: active)').matches") is True
        contornos = aba.locator(".cartao").evaluate_all("todos => todos.map((c) => getComputedStyle(c).outlineStyle)")
        assert contornos[0] == "solid"
        assert set(contornos[1:]) == {"none"}
    with visitante.abrir(PUBLICAS["questionario"], forced_colors="active") as aba:
        marca = "e => [getComputedStyle(e).appearance, e.getBoundingClientRect().width >= 16]"
        assert aba.locator("input[type=radio]").first.evaluate(marca) == ["auto", True]


@pytest.mark.parametrize("nome", ["resultado", "admin-paredao-sala", "admin-paredao-sala-publicado", "admin-temporada"])
def test_todo_grafico_tem_nome_e_uma_tabela_com_os_mesmos_numeros(visitante: Visitante, nome: str) -> None:
    with visitante.abrir({**PUBLICAS, **PRODUCAO}[nome]) as aba:
        graficos = aba.evaluate(
            """() => [...document.querySelectorAll("main img[src*='.svg'], svg.colunas, .grafico")]
                .filter((g) => !g.querySelector("img"))
                .map((g) => [
                    (g.getAttribute("alt") || g.getAttribute("aria-label") || "").length > 10
                        || g.getAttribute("aria-hidden") === "true",
                    Boolean(g.closest("section, figure, .module, .painel")?.querySelector("table td")),
                ])"""
        )
    assert graficos != []
    assert graficos == [[True, True]] * len(graficos)


# --- O tema escolhido -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("nome", ["inicio", "dados-com-erros", "questionario", "fotos-completas", "entrar", "apagar"])
def test_tema_escolhido_tem_as_mesmas_cores_do_tema_do_aparelho(visitante: Visitante, nome: str) -> None:
    cores = """() => [...document.querySelectorAll("body, body *:not([data-vestir])")].map((e) => {
        const { color, backgroundColor, borderTopColor, backgroundImage } = getComputedStyle(e);
        return [e.tagName, color, backgroundColor, borderTopColor, backgroundImage].join(" ");
    })"""
    with visitante.abrir(PUBLICAS[nome]) as aba:
        aba.emulate_media(color_scheme="dark", reduced_motion="reduce")
        do_aparelho = aba.evaluate(cores)
        aba.emulate_media(color_scheme="light", reduced_motion="reduce")
        claras = aba.evaluate(cores)
        aba.evaluate("document.documentElement.dataset.tema = 'escuro'")
        assert aba.evaluate(cores) == do_aparelho
        aba.emulate_media(color_scheme="dark", reduced_motion="reduce")
        aba.evaluate("document.documentElement.dataset.tema = 'claro'")
        assert aba.evaluate(cores) == claras
        assert claras != do_aparelho
