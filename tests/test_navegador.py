"""O voto num navegador de verdade, contra o `servir` de verdade: com e sem JavaScript, só com o teclado, com a rede que
cai no meio, e a leitura das páginas por quem precisa de leitor de tela ou de tela pequena.
"""

import hashlib
import os
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe

from tests.servidor import RAIZ, esperar, pedir, porta_livre
from votacao.recusas import CedulaUsada, ParedaoFechado, Recusa

TELEFONE = {"width": 390, "height": 844}
MESA = {"width": 1280, "height": 800}
SEMENTE = """
import datetime as dt
from django.utils import timezone
from uuid_utils import uuid7
from inscricoes.models import Edicao
from votacao import fotos, registro
from votacao.demo.elenco import ELENCO
from votacao.demo.retratos import desenhar
from votacao.models import Opcao, Paredao, Participante
agora = timezone.now()
edicao = Edicao.objects.create(nome="BBB 24", ano=2024)
casa = [
    Participante.objects.create(edicao=edicao, nome=p.nome, nome_curto=p.nome_curto, profissao=p.profissao,
        cidade=p.cidade, uf=p.uf, apresentacao=p.apresentacao, foto=fotos.gravar(desenhar(p.tracos)) if i < 2 else "")
    for i, p in enumerate(ELENCO[:3])
]
def paredao(titulo, abre, fecha, **campos):
    novo = Paredao.objects.create(edicao=edicao, titulo=titulo, abre_em=agora + dt.timedelta(hours=abre),
        fecha_em=agora + dt.timedelta(hours=fecha), **campos)
    for ordem, participante in enumerate(casa):
        Opcao.objects.create(paredao=novo, participante=participante, ordem=ordem)
    return novo
aberto = paredao("1º Paredão", -2, 5)
parciais = paredao("2º Paredão", -2, 5, parciais="sempre")
agendado = paredao("3º Paredão", 30, 50)
encerrado = paredao("4º Paredão", -5, -1)
publicado = paredao("5º Paredão", -30, -20, peso_torcida=50, peso_unico=50)
for alvo in (parciais, publicado):
    registro.gravar([
        registro.VotoAceito(uuid7().bytes, alvo.pk, modalidade, casa[n % 5 % 3].pk, alvo.abre_em.timestamp() + n * 300)
        for modalidade in (1, 2) for n in range(20)
    ])
publicado.publicado_em = publicado.fecha_em
publicado.save(update_fields=["publicado_em"])
"""


pytestmark = [pytest.mark.navegador, pytest.mark.processos]


class Site:
    """Um `manage.py servir` só deste arquivo, com banco e fotos próprios."""

    def __init__(self, pasta: Path) -> None:
        self.banco = pasta / "votos.sqlite3"
        self.porta = porta_livre()
        self.endereco = f"http://127.0.0.1:{self.porta}"
        self.ambiente = {
            **os.environ,
            "DJANGO_SETTINGS_MODULE": "bbb.settings",
            "DATABASE_URL": f"sqlite:///{self.banco}",
            "MEDIA_ROOT": str(pasta / "midia"),
            "SECRET_KEY": "navegador-" * 6,
            "DEBUG": "False",
            "HTTPS": "False",
            "CEDULA_BITS": "12",
        }
        self._gerir("migrate", "-v0")
        self._gerir("shell", "-v0", "-c", SEMENTE)
        self.saida = pasta / "servidor.log"
        with self.saida.open("wb") as saida:
            self.processo = subprocess.Popen(
                [sys.executable, "manage.py", "servir", "--porta", str(self.porta), "--processos", "1"],
                cwd=RAIZ,
                env=self.ambiente,
                stdout=saida,
                stderr=subprocess.STDOUT,
            )
        esperar(self._pronto, 120, self.saida)

    def _gerir(self, *argumentos: str) -> None:
        subprocess.run([sys.executable, "manage.py", *argumentos], cwd=RAIZ, env=self.ambiente, check=True)

    def _pronto(self) -> bool:
        assert self.processo.poll() is None, self.saida.read_text()
        try:
            return pedir(self.porta, "GET", "/saude/pronta/").status == 200
        except OSError:
            return False

    def parar(self) -> None:
        self.processo.terminate()
        self.processo.wait(20)

    def votos(self, paredao: int = 1) -> int:
        with closing(sqlite3.connect(self.banco)) as banco:
            consulta = "SELECT COALESCE(SUM(votos), 0) FROM votacao_contagem WHERE paredao_id = ?"
            return int(banco.execute(consulta, [paredao]).fetchone()[0])


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    site = Site(tmp_path_factory.mktemp("navegador"))
    yield site
    site.parar()


class Pagina:
    """Uma aba que guarda o que o navegador reclamou."""

    def __init__(self, navegador: Any, **opcoes: Any) -> None:
        self.contexto = navegador.new_context(
            **{"viewport": TELEFONE, "locale": "pt-BR", "service_workers": "block", **opcoes}
        )
        self.aba = self.contexto.new_page()
        self.aba.set_default_timeout(15_000)
        self.queixas: list[str] = []
        self.aba.on("pageerror", lambda erro: self.queixas.append(str(erro)))
        self.aba.on(
            "console",
            lambda m: self.queixas.append(m.text) if m.type == "error" and "Failed to load" not in m.text else None,
        )


@pytest.fixture
def abrir(navegador: Any) -> Iterator[Any]:
    abertas: list[Pagina] = []

    def abrir_pagina(**opcoes: Any) -> Pagina:
        abertas.append(Pagina(navegador, **opcoes))
        return abertas[-1]

    yield abrir_pagina
    for pagina in abertas:
        pagina.contexto.close()
        assert pagina.queixas == []


def _esperar_comprovante(aba: Any, site: Site) -> str:
    aba.wait_for_url(f"{site.endereco}/comprovantes/*/")
    assert aba.get_by_role("heading", level=1).inner_text() == "Seu voto está contado"
    return str(aba.url)


# --- Votar ------------------------------------------------------------------------------------------------------------


def test_votar_no_telefone_com_um_toque(site: Site, abrir: Any) -> None:
    antes = site.votos()
    pagina = abrir(has_touch=True, is_mobile=True)
    aba = pagina.aba
    aba.goto(f"{site.endereco}/paredoes/1/")
    botoes = aba.locator("button[name=participante]")
    assert botoes.count() == 3
    for indice in range(3):
        caixa = botoes.nth(indice).bounding_box()
        assert caixa["height"] >= 44
        assert caixa["y"] + caixa["height"] <= TELEFONE["height"]
    botoes.nth(1).tap()
    _esperar_comprovante(aba, site)
    assert site.votos() == antes + 1
    assert pagina.contexto.cookies() == []
    aba.get_by_role("link", name="Escolher outra pessoa").tap()
    aba.locator("button[name=participante]").nth(0).tap()
    _esperar_comprovante(aba, site)
    assert site.votos() == antes + 2


def test_votar_de_novo_num_toque_e_outro_voto_na_mesma_pessoa(site: Site, abrir: Any) -> None:
    antes = site.votos()
    aba = abrir(has_touch=True, is_mobile=True).aba
    aba.goto(f"{site.endereco}/paredoes/1/")
    nome = aba.locator("button[name=participante] b").nth(2).inner_text()
    aba.locator("button[name=participante]").nth(2).tap()
    primeiro = _esperar_comprovante(aba, site)
    aba.get_by_role("link", name=f"Votar de novo em {nome}").tap()
    aba.wait_for_url(lambda endereco: "/comprovantes/" in endereco and endereco != primeiro)
    assert aba.locator(".escolha b").inner_text() == nome
    assert site.votos() == antes + 2
    assert aba.evaluate("Object.keys(sessionStorage)") == []


def test_toque_duplo_conta_um_voto(site: Site, abrir: Any) -> None:
    antes = site.votos()
    aba = abrir().aba
    envios = []
    aba.on("request", lambda pedido: envios.append(pedido.url) if pedido.method == "POST" else None)
    aba.goto(f"{site.endereco}/paredoes/1/")
    aba.evaluate("document.querySelectorAll('button[name=participante]').forEach(b => { b.click(); b.click(); })")
    _esperar_comprovante(aba, site)
    assert len(envios) == 1
    assert site.votos() == antes + 1


def test_votar_sem_javascript(site: Site, abrir: Any) -> None:
    antes = site.votos()
    aba = abrir(java_script_enabled=False).aba
    aba.goto(f"{site.endereco}/paredoes/1/")
    aba.locator("button[name=participante]").nth(2).click()
    aba.wait_for_url(f"{site.endereco}/paredoes/1/confirmar/?participante=3")
    aba.get_by_role("button", name="Confirmar voto").click()
    _esperar_comprovante(aba, site)
    assert site.votos() == antes + 1


def test_votar_so_com_o_teclado(site: Site, abrir: Any) -> None:
    antes = site.votos()
    aba = abrir(viewport=MESA).aba
    aba.goto(f"{site.endereco}/")
    aba.keyboard.press("Tab")
    assert aba.locator(":focus").inner_text() == "Pular para o conteúdo"
    aba.keyboard.press("Enter")
    aba.keyboard.press("Tab")
    assert aba.locator(":focus").inner_text().startswith("Votar agora")
    aba.keyboard.press("Enter")
    aba.wait_for_url(f"{site.endereco}/paredoes/*/")
    paredao = int(aba.url.rstrip("/").rsplit("/", 1)[1])
    antes = site.votos(paredao)
    for _ in range(20):
        aba.keyboard.press("Tab")
        if aba.locator(":focus").get_attribute("name") == "participante":
            break
    contorno = aba.evaluate("getComputedStyle(document.activeElement).outlineStyle")
    assert contorno == "solid"
    aba.keyboard.press("Enter")
    _esperar_comprovante(aba, site)
    assert site.votos(paredao) == antes + 1


def test_leitor_de_tela_ouve_cada_passo(site: Site, abrir: Any) -> None:
    aba = abrir().aba
    aba.add_init_script(
        """document.addEventListener("DOMContentLoaded", () => {
            const regiao = document.querySelector("#aviso [role=status]");
            if (!regiao) return;
            new MutationObserver(() => regiao.textContent &&
                sessionStorage.setItem("ouvido", (sessionStorage.getItem("ouvido") || "") + regiao.textContent + "|")
            ).observe(regiao, { childList: true, characterData: true, subtree: true });
        });"""
    )
    aba.goto(f"{site.endereco}/paredoes/1/")
    nome = aba.locator("button[name=participante] b").first.inner_text()
    aba.locator("button[name=participante]").first.click()
    _esperar_comprovante(aba, site)
    passos = aba.evaluate("sessionStorage.getItem('ouvido')").split("|")[:-1]
    assert passos[-2:] == [f"Enviando seu voto para {nome}…", "Voto contado!"]


# --- A rede que falha -------------------------------------------------------------------------------------------------


def test_conexao_cortada_antes_de_chegar_reenvia_a_mesma_cedula(site: Site, abrir: Any) -> None:
    antes = site.votos()
    aba = abrir().aba
    corpos: list[str] = []

    def cortar(rota: Any) -> None:
        corpos.append(rota.request.post_data)
        rota.abort("connectionreset") if len(corpos) == 1 else rota.continue_()

    aba.route("**/votar/", cortar)
    aba.goto(f"{site.endereco}/paredoes/1/")
    aba.locator("button[name=participante]").first.click()
    aba.get_by_text("Sem resposta da rede.").wait_for()
    aba.get_by_role("button", name="Tentar de novo").click()
    _esperar_comprovante(aba, site)
    assert len(corpos) == 2
    assert corpos[0] == corpos[1]
    assert site.votos() == antes + 1


def test_resposta_perdida_depois_de_contado_reenvia_e_conta_uma_vez(site: Site, abrir: Any) -> None:
    antes = site.votos()
    aba = abrir().aba
    respostas: list[str] = []

    def perder(rota: Any) -> None:
        resposta = rota.fetch()
        respostas.append(resposta.json()["comprovante"])
        rota.abort("connectionreset") if len(respostas) == 1 else rota.fulfill(response=resposta)

    aba.route("**/votar/", perder)
    aba.goto(f"{site.endereco}/paredoes/1/")
    aba.locator("button[name=participante]").first.click()
    endereco = _esperar_comprovante(aba, site)  # sem apertar nada: tenta sozinha
    assert len(respostas) == 2
    assert respostas[0] == respostas[1] == endereco.rstrip("/").rsplit("/", 1)[1]
    assert site.votos() == antes + 1


def test_recarregar_no_meio_retoma_a_mesma_cedula(site: Site, abrir: Any) -> None:
    antes = site.votos()
    aba = abrir().aba
    corpos: list[str] = []

    def cortar(rota: Any) -> None:
        corpos.append(rota.request.post_data)
        rota.abort("failed")

    aba.route("**/votar/", cortar)
    aba.goto(f"{site.endereco}/paredoes/1/")
    aba.locator("button[name=participante]").nth(2).click()
    aba.get_by_text("Sem resposta da rede.").wait_for()
    aba.unroute("**/votar/")
    aba.on("request", lambda pedido: corpos.append(pedido.post_data) if pedido.method == "POST" else None)
    aba.reload()
    _esperar_comprovante(aba, site)
    assert len(set(corpos)) == 1
    assert site.votos() == antes + 1


def test_indisponivel_espera_e_tenta_de_novo(site: Site, abrir: Any) -> None:
    antes = site.votos()
    aba = abrir().aba
    vezes: list[int] = []

    def recusar(rota: Any) -> None:
        vezes.append(1)
        if len(vezes) == 1:
            corpo = {"erro": "indisponivel", "mensagem": "Não conseguimos guardar o voto agora."}
            rota.fulfill(status=503, json=corpo, headers={"Retry-After": "1"})
        else:
            rota.continue_()

    aba.route("**/votar/", recusar)
    aba.goto(f"{site.endereco}/paredoes/1/")
    aba.locator("button[name=participante]").first.click()
    aba.get_by_text("Não conseguimos guardar o voto agora.").wait_for()
    _esperar_comprovante(aba, site)
    assert site.votos() == antes + 1


def test_cedula_vencida_troca_por_outra_uma_vez(site: Site, abrir: Any) -> None:
    antes = site.votos()
    aba = abrir().aba
    corpos: list[str] = []

    def vencer(rota: Any) -> None:
        corpos.append(rota.request.post_data)
        if len(corpos) == 1:
            rota.fulfill(status=403, json={"erro": "cedula_vencida", "mensagem": "A cédula venceu."})
        else:
            rota.continue_()

    aba.route("**/votar/", vencer)
    aba.goto(f"{site.endereco}/paredoes/1/")
    aba.locator("button[name=participante]").first.click()
    _esperar_comprovante(aba, site)
    assert len(corpos) == 2
    assert corpos[0] != corpos[1]
    assert site.votos() == antes + 1


@pytest.mark.parametrize("recusa", [CedulaUsada, ParedaoFechado])
def test_recusa_definitiva_diz_a_frase_e_para(site: Site, abrir: Any, recusa: type[Recusa]) -> None:
    antes = site.votos()
    aba = abrir().aba
    corpo = {"erro": recusa.codigo, "mensagem": recusa.mensagem}
    aba.route("**/votar/", lambda rota: rota.fulfill(status=recusa.status, json=corpo))
    aba.goto(f"{site.endereco}/paredoes/1/")
    aba.locator("button[name=participante]").first.click()
    aba.get_by_role("status").filter(has_text=recusa.mensagem).wait_for()
    aba.get_by_role("button", name="Atualizar a página").wait_for()
    assert aba.evaluate("Object.keys(sessionStorage)") == []
    assert aba.locator("button[aria-disabled]").count() == 0
    assert site.votos() == antes


def test_pedidos_demais_guarda_a_cedula_e_espera(site: Site, abrir: Any) -> None:
    aba = abrir().aba
    mensagem = "Muitos pedidos vindos do mesmo lugar."
    corpos: list[str] = []

    def segurar(rota: Any) -> None:
        corpos.append(rota.request.post_data)
        if len(corpos) == 1:
            corpo = {"erro": "pedidos_demais", "mensagem": mensagem}
            rota.fulfill(status=429, json=corpo, headers={"Retry-After": "60"})
        else:
            rota.continue_()

    aba.route("**/votar/", segurar)
    aba.goto(f"{site.endereco}/paredoes/1/")
    aba.locator("button[name=participante]").first.click()
    aba.get_by_text(mensagem).wait_for()
    aba.get_by_role("button", name="Tentar de novo").click()
    _esperar_comprovante(aba, site)
    assert corpos[0] == corpos[1]


def test_pedidos_demais_na_cedula_guarda_a_escolha_e_vota_sozinho(site: Site, abrir: Any) -> None:
    """A recusa vem antes de haver cédula; recarregar não perde a escolha, e ninguém precisa apertar nada."""
    antes = site.votos()
    aba = abrir().aba
    segurar = [True]

    def recusar(rota: Any) -> None:
        if segurar[0]:
            corpo = {"erro": "pedidos_demais", "mensagem": "Muitos pedidos."}
            rota.fulfill(status=429, json=corpo, headers={"Retry-After": "2"})
        else:
            rota.continue_()

    aba.route("**/cedula/", recusar)
    aba.goto(f"{site.endereco}/paredoes/1/")
    nome = aba.locator("button[name=participante] b").nth(1).inner_text()
    aba.locator("button[name=participante]").nth(1).click()
    guardada = f"Sua escolha está guardada: o voto para {nome} vai sozinho em"
    aba.get_by_role("status").filter(has_text=guardada).wait_for()
    aba.reload()
    aba.get_by_role("status").filter(has_text=guardada).wait_for()
    segurar[0] = False
    _esperar_comprovante(aba, site)
    assert aba.locator(".escolha b").inner_text() == nome
    assert aba.evaluate("Object.keys(sessionStorage)") == []
    assert site.votos() == antes + 1


def test_espera_longa_pela_prova_e_explicada(site: Site, abrir: Any) -> None:
    aba = abrir().aba
    aba.route("**/cedula/", lambda rota: rota.fulfill(json={**rota.fetch().json(), "bits": 30}))
    aba.goto(f"{site.endereco}/paredoes/1/")
    aba.locator("button[name=participante]").first.click()
    aba.get_by_role("status").filter(has_text="Leva alguns segundos.").wait_for()


def test_cedula_mais_dificil_reparte_a_conta_e_vota(site: Site, abrir: Any) -> None:
    antes = site.votos()
    aba = abrir().aba
    trabalhadores: list[str] = []
    aba.on("worker", lambda trabalhador: trabalhadores.append(trabalhador.url))

    def endurecer(rota: Any) -> None:
        resposta = rota.fetch()
        # A cédula pede 12 bits ao servidor; ao navegador diz-se 21, e a prova que ele acha serve aos dois.
        rota.fulfill(response=resposta, json={**resposta.json(), "bits": 21})

    aba.route("**/cedula/", endurecer)
    aba.goto(f"{site.endereco}/paredoes/1/")
    nucleos = min(4, aba.evaluate("navigator.hardwareConcurrency"))
    aba.locator("button[name=participante]").first.click()
    _esperar_comprovante(aba, site)
    assert len(trabalhadores) == nucleos
    assert site.votos() == antes + 1


def test_sem_worker_o_voto_segue_pela_confirmacao(site: Site, abrir: Any) -> None:
    antes = site.votos()
    aba = abrir().aba
    aba.add_init_script("Worker = class { constructor() { throw new Error('sem Worker'); } }")
    aba.goto(f"{site.endereco}/paredoes/1/")
    aba.locator("button[name=participante]").first.click()
    aba.wait_for_url(f"{site.endereco}/paredoes/1/confirmar/?participante=1")
    aba.get_by_role("button", name="Confirmar voto").click()
    _esperar_comprovante(aba, site)
    assert site.votos() == antes + 1


def test_voltar_do_comprovante_usa_cedula_nova(site: Site, abrir: Any) -> None:
    antes = site.votos()
    aba = abrir().aba
    aba.goto(f"{site.endereco}/paredoes/1/")
    aba.locator("button[name=participante]").first.click()
    primeiro = _esperar_comprovante(aba, site)
    aba.go_back()
    aba.locator("button[name=participante]").nth(1).click()
    segundo = _esperar_comprovante(aba, site)
    assert primeiro != segundo
    assert site.votos() == antes + 2


# --- A prova ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("bits", [1, 8, 16])
def test_prova_do_navegador_confere_com_sha256(site: Site, abrir: Any, bits: int) -> None:
    aba = abrir().aba
    aba.goto(f"{site.endereco}/paredoes/1/")
    cedula = "Az09_-" * 10 + "xyz"
    prova, resumo = aba.evaluate(
        """async ([cedula, bits]) => {
            const trabalhador = new Worker(document.getElementById("urna").dataset.prova);
            const prova = await new Promise((pronto) => {
                trabalhador.onmessage = ({ data }) => pronto(data);
                trabalhador.postMessage({ cedula, bits });
            });
            const bytes = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(`${cedula}.${prova}`));
            return [prova, [...new Uint8Array(bytes)].map((b) => b.toString(16).padStart(2, "0")).join("")];
        }""",
        [cedula, bits],
    )
    assert prova.isdigit()
    assert len(prova) <= 20
    assert hashlib.sha256(f"{cedula}.{prova}".encode()).hexdigest() == resumo
    assert int(resumo[:8], 16) >> (32 - bits) == 0


# --- Ler --------------------------------------------------------------------------------------------------------------

PAGINAS = [
    "/",
    "/paredoes/",
    "/paredoes/1/",
    "/paredoes/2/",
    "/paredoes/3/",
    "/paredoes/4/",
    "/paredoes/5/",
    "/paredoes/1/resultado/",
    "/paredoes/2/resultado/",
    "/paredoes/4/resultado/",
    "/paredoes/5/resultado/",
    "/participantes/1/",
    "/sem-rede/",
    "/paredoes/1/confirmar/?participante=1",
    "/paredoes/4/confirmar/?participante=1",
    "/comprovantes/00000000000000000000000000000000/",
    "/nao-existe/",
]


@pytest.mark.parametrize("tema", ["light", "dark"])
@pytest.mark.parametrize("tela", [TELEFONE, MESA], ids=["telefone", "mesa"])
def test_paginas_sem_violacao_de_acessibilidade(site: Site, abrir: Any, tela: dict[str, int], tema: str) -> None:
    aba = abrir(viewport=tela, color_scheme=tema, reduced_motion="reduce").aba
    for endereco in PAGINAS:
        aba.goto(site.endereco + endereco)
        folhas = aba.evaluate("[...document.styleSheets].map((folha) => folha.cssRules.length > 50)")
        assert folhas == [True], endereco
        fundo = aba.evaluate("getComputedStyle(document.body).backgroundColor")
        assert fundo == ("rgb(15, 8, 29)" if tema == "dark" else "rgb(244, 241, 250)"), endereco
        achado = Axe().run(aba)
        assert achado.violations_count == 0, f"{endereco}\n{achado.generate_report()}"


def test_aviso_de_rede_sem_violacao_de_acessibilidade(site: Site, abrir: Any) -> None:
    for tema in ("light", "dark"):
        aba = abrir(color_scheme=tema, reduced_motion="reduce").aba
        aba.route("**/votar/", lambda rota: rota.abort("failed"))
        aba.goto(f"{site.endereco}/paredoes/1/")
        aba.locator("button[name=participante]").first.click()
        aba.get_by_role("button", name="Tentar de novo").wait_for()
        achado = Axe().run(aba)
        assert achado.violations_count == 0, achado.generate_report()


def test_nenhuma_pagina_rola_de_lado_a_360_pixels(site: Site, abrir: Any) -> None:
    aba = abrir(viewport={"width": 360, "height": 640}).aba
    for endereco in PAGINAS:
        aba.goto(site.endereco + endereco)
        assert aba.evaluate("document.documentElement.scrollWidth") == 360, endereco


def test_alvos_de_toque_tem_44_pixels(site: Site, abrir: Any) -> None:
    aba = abrir(viewport={"width": 360, "height": 640}).aba
    for endereco in PAGINAS:
        aba.goto(site.endereco + endereco)
        baixos = aba.evaluate(
            """[...document.querySelectorAll("main a, main button, main summary, header nav a, .marca")]
                .filter((alvo) => alvo.offsetParent && alvo.getBoundingClientRect().height < 44)
                .map((alvo) => alvo.outerHTML)"""
        )
        assert baixos == [], endereco
