"""O captcha de fora: um provedor de verdade (um servidor HTTP nesta máquina, com o protocolo do siteverify), as duas
portas da urna e um navegador. Nada é substituído: a troca é HTTP de ponta a ponta.
"""

import json
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

import pytest
from playwright.sync_api import sync_playwright

from bbb.ambiente import Ambiente
from conftest import NAVEGADOR
from tests.servidor import BITS, FORMULARIO, Servidor, corpo_do_voto, esperar_paredao, pedir, servidor
from votacao.models import Paredao, Participante, Voto
from votacao.urna import captcha

pytestmark = [pytest.mark.processos, pytest.mark.usefixtures("urna_limpa")]

CHAVE, SEGREDO = "chave-do-site", "segredo/do+site"
WIDGET = """
window.{nome} = {{
  render(onde, opcoes) {{ this.opcoes = opcoes; this.dar(); return 0; }},
  reset() {{ this.dar(); }},
  async dar() {{
    const resposta = await fetch("{origem}/ficha?sitekey=" + this.opcoes.sitekey);
    this.opcoes.callback(await resposta.text());
  }},
}};
"""


class Provedor(ThreadingHTTPServer):
    """Dá fichas de uso único e diz se uma ficha vale, como o Turnstile e o hCaptcha."""

    daemon_threads = True
    request_queue_size = 128

    def __init__(self, nome: str) -> None:
        super().__init__(("127.0.0.1", 0), Atende)
        self.nome = nome
        self.dadas: set[str] = set()
        self.perguntas: list[dict[str, list[str]]] = []
        self.doente = False
        self.mudo = threading.Event()
        self.mudo.set()

    @property
    def origem(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"

    @property
    def url(self) -> str:
        return f"{self.nome}://{CHAVE}:{SEGREDO.replace('/', '%2F')}@127.0.0.1:{self.server_address[1]}"

    def dar(self) -> str:
        ficha = f"ficha-{len(self.dadas)}-{time.time_ns()}"
        self.dadas.add(ficha)
        return ficha

    def vale(self, campos: dict[str, list[str]]) -> bool:
        self.perguntas.append(campos)
        ficha = campos.get("response", [""])[0]
        if campos.get("secret") != [SEGREDO] or ficha not in self.dadas:
            return False
        self.dadas.remove(ficha)
        return True


class Atende(BaseHTTPRequestHandler):
    server: Provedor
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        if self.path.startswith("/ficha"):
            self._responder(200, self.server.dar().encode(), "text/plain")
        elif self.path in ("/turnstile/v0/api.js?render=explicit", "/1/api.js?render=explicit"):
            texto = WIDGET.format(nome=self.server.nome, origem=self.server.origem)
            self._responder(200, texto.encode(), "text/javascript")
        else:
            self._responder(404, b"", "text/plain")

    def do_POST(self) -> None:
        corpo = self.rfile.read(int(self.headers["Content-Length"])).decode()
        self.server.mudo.wait(30)
        if self.server.doente:
            self._responder(502, b"<html>fora</html>", "text/html")
            return
        vale = self.server.vale(parse_qs(corpo))
        dito = {"success": vale, "error-codes": [] if vale else ["invalid-input-response"]}
        # O Turnstile responde 400 quando falta a ficha; o hCaptcha, 200 com success falso.
        self._responder(200 if vale or self.server.nome == "hcaptcha" else 400, json.dumps(dito).encode())

    def _responder(self, status: int, corpo: bytes, tipo: str = "application/json") -> None:
        self.send_response(status)
        self.send_header("Content-Type", tipo)
        self.send_header("Content-Length", str(len(corpo)))
        self.send_header("Access-Control-Allow-Origin", "*")
        self.end_headers()
        self.wfile.write(corpo)

    def log_message(self, *_: Any) -> None:
        """Em silêncio."""


@pytest.fixture(params=["turnstile", "hcaptcha"])
def provedor(request: pytest.FixtureRequest) -> Iterator[Provedor]:
    provedor = Provedor(request.param)
    threading.Thread(target=provedor.serve_forever, daemon=True).start()
    yield provedor
    provedor.mudo.set()
    provedor.shutdown()
    provedor.server_close()


@pytest.fixture
def servindo(provedor: Provedor, paredao: Paredao, tmp_path: Path) -> Iterator[Servidor]:
    with servidor(tmp_path, CAPTCHA_URL=provedor.url) as servindo:
        esperar_paredao(servindo, paredao, 403)
        yield servindo


def pedir_cedula(servindo: Servidor, paredao: Paredao, ficha: str = "", *, na_faixa: bool = True) -> Any:
    cabecalhos = {"X-Captcha": ficha} if ficha else {}
    if not na_faixa:
        cabecalhos["TE"] = "trailers"
    return pedir(servindo.porta, "GET", f"/paredoes/{paredao.pk}/cedula/", cabecalhos=cabecalhos)


@pytest.mark.parametrize("na_faixa", [True, False])
def test_so_com_ficha_que_o_provedor_confirma_e_uma_vez_so(
    servindo: Servidor, provedor: Provedor, paredao: Paredao, participantes: list[Participante], na_faixa: bool
) -> None:
    for ficha in ("", "inventada", "x" * 5000):
        recusada = pedir_cedula(servindo, paredao, ficha, na_faixa=na_faixa)
        assert (recusada.status, recusada.json["erro"]) == (403, "captcha")
    ficha = provedor.dar()
    dada = pedir_cedula(servindo, paredao, ficha, na_faixa=na_faixa)
    assert (dada.status, dada.json["bits"]) == (200, BITS)
    assert pedir_cedula(servindo, paredao, ficha, na_faixa=na_faixa).status == 403
    assert provedor.perguntas[-2] == {"secret": [SEGREDO], "response": [ficha], "sitekey": [CHAVE]}
    corpo = corpo_do_voto(participantes[0].pk, dada.json["cedula"])
    assert pedir(servindo.porta, "POST", f"/paredoes/{paredao.pk}/votar/", corpo, FORMULARIO).status == 303
    assert Voto.objects.count() == 1


def test_sem_script_a_porta_fecha(servindo: Servidor, paredao: Paredao, participantes: list[Participante]) -> None:
    resposta = pedir(servindo.porta, "GET", f"/paredoes/{paredao.pk}/confirmar/?participante={participantes[0].pk}")
    assert resposta.status == 403
    assert "Faltou confirmar que você é uma pessoa." in resposta.corpo.decode()


def test_provedor_doente_a_cedula_sai_com_prova_mais_dificil(
    servindo: Servidor, provedor: Provedor, paredao: Paredao
) -> None:
    provedor.doente = True
    assert pedir_cedula(servindo, paredao, "qualquer").json["bits"] == BITS + captcha.BITS_A_MAIS
    quantas = len(provedor.perguntas)
    # Enquanto descansa, ninguém pergunta nem espera, com ficha ou sem.
    assert pedir_cedula(servindo, paredao).json["bits"] == BITS + captcha.BITS_A_MAIS
    assert len(provedor.perguntas) == quantas
    assert servindo.registro.read_text().count("captcha: o provedor não responde") == 1


def test_provedor_mudo_nao_para_o_laco(servindo: Servidor, provedor: Provedor, paredao: Paredao) -> None:
    """Vinte cédulas à espera de um provedor que não responde: o resto do site segue, e elas saem no prazo."""
    provedor.mudo.clear()
    respostas: list[Any] = []
    threads = [
        threading.Thread(target=lambda: respostas.append(pedir_cedula(servindo, paredao, "lenta"))) for _ in range(20)
    ]
    inicio = time.monotonic()
    for thread in threads:
        thread.start()
    while len(respostas) < 20:
        antes = time.monotonic()
        assert pedir(servindo.porta, "GET", "/saude/viva/").status == 200
        assert time.monotonic() - antes < 1
        assert time.monotonic() - inicio < captcha.PRAZO + 3
    for thread in threads:
        thread.join()
    assert {resposta.json["bits"] for resposta in respostas} == {BITS + captcha.BITS_A_MAIS}
    assert time.monotonic() - inicio >= captcha.PRAZO


def test_csp_abre_so_para_o_provedor_e_so_com_ele_ligado(
    servindo: Servidor, provedor: Provedor, paredao: Paredao, tmp_path: Path
) -> None:
    def politica(porta: int) -> dict[str, list[str]]:
        resposta = pedir(porta, "GET", f"/paredoes/{paredao.pk}/")
        diretivas = [parte.split() for parte in resposta.cabecalhos["content-security-policy"].split(";")]
        return {nome: valores for nome, *valores in diretivas}

    ligada = politica(servindo.porta)
    with servidor(tmp_path) as sem_captcha:
        desligada = politica(sem_captcha.porta)
        pagina = pedir(sem_captcha.porta, "GET", f"/paredoes/{paredao.pk}/").corpo.decode()
    assert provedor.origem not in str(desligada)
    assert "frame-src" not in desligada
    assert "captcha" not in pagina
    assert ligada == desligada | {
        nome: [*desligada.get(nome, []), provedor.origem]
        for nome in ("script-src", "style-src", "connect-src", "frame-src")
    }


@pytest.mark.navegador
def test_no_navegador_o_voto_passa_pelo_captcha_e_vota_de_novo(
    servindo: Servidor, provedor: Provedor, paredao: Paredao
) -> None:
    queixas: list[str] = []
    with sync_playwright() as playwright:
        navegador = playwright.chromium.launch(executable_path=NAVEGADOR, args=["--no-sandbox"])
        aba = navegador.new_page()
        aba.on("pageerror", lambda erro: queixas.append(str(erro)))
        aba.on("console", lambda m: queixas.append(m.text) if m.type == "error" else None)
        for _ in range(2):
            aba.goto(f"{servindo.url}/paredoes/{paredao.pk}/")
            aba.locator("button[name=participante]").first.click()
            aba.wait_for_url(f"{servindo.url}/comprovantes/*/")
        navegador.close()
    assert queixas == []
    assert Voto.objects.count() == 2


@pytest.mark.navegador
def test_no_navegador_sem_provedor_o_voto_sai_mesmo_assim(
    servindo: Servidor, provedor: Provedor, paredao: Paredao
) -> None:
    provedor.shutdown()
    provedor.server_close()
    # O processo soube há pouco que o provedor estava bem; passado o descanso, pergunta outra vez.
    limite = time.monotonic() + captcha.DESCANSO + 10
    while pedir_cedula(servindo, paredao).status == 403:
        assert time.monotonic() < limite
        time.sleep(0.2)
    with sync_playwright() as playwright:
        navegador = playwright.chromium.launch(executable_path=NAVEGADOR, args=["--no-sandbox"])
        aba = navegador.new_page()
        aba.goto(f"{servindo.url}/paredoes/{paredao.pk}/")
        aba.locator("button[name=participante]").first.click()
        aba.wait_for_url(f"{servindo.url}/comprovantes/*/")
        navegador.close()
    assert Voto.objects.count() == 1


def test_enderecos_dos_provedores_de_verdade() -> None:
    turnstile = Ambiente({"C": "turnstile://site:segredo@"}).captcha("C")
    hcaptcha = Ambiente({"C": "hcaptcha://site:segredo@"}).captcha("C")
    assert turnstile is not None
    assert hcaptcha is not None
    assert (turnstile.verificacao, hcaptcha.verificacao) == (
        "https://challenges.cloudflare.com/turnstile/v0/siteverify",
        "https://api.hcaptcha.com/siteverify",
    )
    assert turnstile.origens == ("https://challenges.cloudflare.com",)
    assert hcaptcha.origens == ("https://hcaptcha.com", "https://*.hcaptcha.com")
    assert Ambiente({}).captcha("C") is None
