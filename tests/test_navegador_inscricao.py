"""A inscrição num navegador de verdade, contra o `servir` de verdade: preencher, parar no meio, voltar, ficar sem
conexão ou sem sessão, com e sem JavaScript; e a leitura das páginas em tela pequena ou com leitor de tela.
"""

import re
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.auth.models import User
from django.contrib.sessions.backends.db import SessionStore
from django.utils import timezone

from inscricoes import services
from inscricoes.models import Candidato, Edicao, Foto, Pergunta, Secao, Termo, Video
from tests.servidor import Servidor, esperar, servidor

TELEFONE = {"width": 390, "height": 844}
MESA = {"width": 1280, "height": 800}
MINHA = "/inscricoes/minha/"

pytestmark = [pytest.mark.navegador, pytest.mark.processos]


class Pessoa:
    """Uma conta com um navegador só dela, que guarda o que ele reclamou."""

    def __init__(self, site: Servidor, navegador: Any, conta: User, **opcoes: Any) -> None:
        self.site, self.conta = site, conta
        self.contexto = navegador.new_context(**{"viewport": TELEFONE, "locale": "pt-BR", **opcoes})
        self.queixas: list[str] = []
        self.aba = self.nova_aba()

    def nova_aba(self) -> Any:
        aba = self.contexto.new_page()
        aba.set_default_timeout(15_000)
        aba.on("pageerror", lambda erro: self.queixas.append(str(erro)))
        # O que o navegador diz quando o teste lhe tira a rede, da página e do trabalhador dela, não é queixa.
        da_rede = ("Failed to load", "when fetching the script")
        aba.on(
            "console",
            lambda m: (
                self.queixas.append(m.text) if m.type == "error" and not any(f in m.text for f in da_rede) else None
            ),
        )
        return aba

    def entrar(self) -> None:
        """Uma sessão nova, como a que se ganha ao entrar com o código."""
        sessao = SessionStore()
        sessao[SESSION_KEY] = str(self.conta.pk)
        sessao[BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[0]
        sessao[HASH_SESSION_KEY] = self.conta.get_session_auth_hash()
        sessao.save()
        self.contexto.add_cookies([{"name": "sessionid", "value": sessao.session_key, "url": self.site.url}])

    def sair(self) -> None:
        """A sessão acaba, e o aparelho guarda o resto."""
        self.contexto.clear_cookies(name="sessionid")

    def ir(self, caminho: str, aba: Any = None) -> Any:
        (aba or self.aba).goto(self.site.url + caminho)
        return aba or self.aba

    def no_aparelho(self) -> list[str]:
        chaves: list[str] = self.aba.evaluate("Object.keys(localStorage)")
        return chaves


@pytest.fixture
def aberta(transactional_db: None) -> Edicao:
    agora = timezone.now()
    edicao = Edicao.objects.create(
        nome="BBB 30",
        ano=2030,
        inscricoes_abrem_em=agora - timedelta(days=1),
        inscricoes_fecham_em=agora + timedelta(days=10),
    )
    Termo.objects.create(edicao=edicao, versao=1, texto="Concordo.\n\n" * 40, publicado_em=agora)
    secao = Secao.objects.create(edicao=edicao, titulo="Sobre você", descricao="Conte do seu jeito.")
    tipos = ["curta", "longa", "escolha", "numero", "sim_nao"]
    for n in range(10):
        Pergunta.objects.create(
            secao=secao,
            ordem=n,
            enunciado=f"Pergunta {n}?",
            ajuda="Até duas linhas." if n % 2 else "",
            tipo=tipos[n % 5],
            opcoes="Praia\nCampo",
            limite=20 if n % 5 == 1 else None,
            obrigatoria=n < 5,
            publicada_em=agora,
        )
    return edicao


@pytest.fixture
def site(aberta: Edicao, tmp_path: Path) -> Iterator[Servidor]:
    with servidor(tmp_path) as servindo:
        yield servindo


@pytest.fixture
def pessoa(site: Servidor, navegador: Any) -> Iterator[Any]:
    abertas: list[Pessoa] = []

    def abrir(nome: str = "dora", **opcoes: Any) -> Pessoa:
        conta, _ = User.objects.get_or_create(username=nome, defaults={"email": f"{nome}@example.com"})
        abertas.append(Pessoa(site, navegador, conta, **opcoes))
        abertas[-1].entrar()
        return abertas[-1]

    yield abrir
    for aberta in abertas:
        aberta.contexto.close()
        assert aberta.queixas == []


def comecar(conta: User) -> Candidato:
    return services.comecar(conta=conta, email=conta.email, edicao=Edicao.objects.get(), agora=timezone.now())


def salvo(aba: Any) -> None:
    aba.locator("#estado", has_text="Salvo às").wait_for()


def aparece(**campos: Any) -> None:
    """Até o banco ter estes valores."""
    esperar(lambda: Candidato.objects.filter(**campos).exists(), 15)


# --- Preencher --------------------------------------------------------------------------------------------------------


def test_preencher_parar_no_meio_voltar_e_enviar_no_telefone(pessoa: Any, site: Servidor) -> None:
    dora = pessoa(has_touch=True, is_mobile=True)
    aba = dora.ir("/inscricoes/")
    aba.get_by_role("link", name="Começar inscrição").tap()
    aba.get_by_role("button", name="Começar").tap()
    aba.get_by_label("Nome completo").fill("Dora Reis")
    aba.get_by_label("CPF").press_sequentially("52998224725")
    assert aba.get_by_label("CPF").input_value() == "529.982.247-25"
    aba.get_by_label("Data de nascimento").press_sequentially("03021991")
    assert aba.get_by_label("Data de nascimento").input_value() == "03/02/1991"
    salvo(aba)
    aparece(nome="Dora Reis", cpf="52998224725", nascimento=date(1991, 2, 3))
    assert dora.no_aparelho() == []
    # Para no meio, a sessão acaba; entra de novo e está tudo lá.
    dora.sair()
    aba = dora.ir(f"{MINHA}dados/")
    assert "/inscricoes/" not in aba.url.split("?")[0]
    dora.entrar()
    aba = dora.ir(MINHA)
    aba.get_by_role("link", name="Continuar: Dados pessoais").tap()
    assert aba.get_by_label("CPF").input_value() == "529.982.247-25"
    aba.get_by_label("Como você quer ser chamado").fill("Dora")
    aba.get_by_label("Gênero").select_option("mulher")
    aba.get_by_label("Profissão").fill("Médica")
    aba.get_by_label("Estado").select_option("PA")
    aba.get_by_label("Cidade").fill("Belém")
    aba.get_by_role("button", name="Salvar e continuar").tap()
    aba.get_by_role("heading", level=1, name="Contato").wait_for()
    assert aba.get_by_text("Dados pessoais: salvo às").is_visible()
    aba.get_by_label("Telefone").fill("(91) 91234-5678")
    aba.get_by_label("Instagram").fill("https://instagram.com/dora.reis")
    aba.get_by_role("button", name="Salvar e continuar").tap()
    aba.get_by_role("heading", level=1, name="Sobre você").wait_for()
    aba.get_by_label("Pergunta 0?").fill("Sim 🙂")
    aba.get_by_label("Pergunta 1?").fill("linha 1\nlinha 2")
    assert aba.get_by_text("15 de 20").is_visible()
    aba.get_by_label("Praia").first.check()
    aba.get_by_label("Pergunta 3?").fill("3")
    aba.get_by_label("Não", exact=True).first.check()
    aba.get_by_role("button", name="Salvar e sair").tap()
    aba.wait_for_url(site.url + MINHA)
    candidato = Candidato.objects.get()
    assert (candidato.telefone, candidato.instagram) == ("+5591912345678", "dora.reis")
    respostas = list(candidato.respostas.order_by("pergunta__ordem").values_list("texto", flat=True))
    assert respostas == ["Sim 🙂", "linha 1\nlinha 2", "Praia", "3", "nao"]
    for n in range(3):
        Foto.objects.create(candidato=candidato, ordem=n, largura=600, altura=800, tamanho=1000, resumo=f"{n:064}")
    Video.objects.create(candidato=candidato, formato="mp4", duracao=60, largura=640, altura=480, tamanho=1000)
    aba = dora.ir(MINHA)
    aba.get_by_role("link", name="Revisar e enviar").first.tap()
    aba.get_by_role("button", name="Enviar inscrição").tap()
    aba.get_by_text("Para enviar, leia o termo e marque que concorda.").first.wait_for()
    assert aba.evaluate("document.activeElement.id") == "erros"
    aba.get_by_label("Li e concordo").check()
    aba.get_by_role("button", name="Enviar inscrição").tap()
    aba.get_by_text("Recebemos tudo").wait_for()
    assert aba.get_by_text(candidato.protocolo).is_visible()


def test_sem_javascript_o_erro_fica_ao_lado_e_a_sessao_que_acaba_nao_perde_nada(pessoa: Any, site: Servidor) -> None:
    dora = pessoa(java_script_enabled=False)
    comecar(dora.conta)
    aba = dora.ir(f"{MINHA}dados/")
    aba.get_by_label("Nome completo").fill("Dora Reis")
    aba.get_by_label("CPF").fill("529.982.247-99")
    aba.get_by_role("button", name="Salvar e continuar").click()
    aba.get_by_text("Confira estes campos. O resto está salvo.").wait_for()
    assert aba.get_by_label("CPF").input_value() == "529.982.247-99"
    assert aba.get_by_label("CPF").get_attribute("aria-describedby") == "id_cpf_helptext id_cpf_error"
    aba.get_by_role("link", name="CPF").click()
    aba.get_by_label("CPF").fill("５２９９８２２４７２５")
    dora.sair()
    aba.get_by_role("button", name="Salvar e continuar").click()
    aba.wait_for_url(re.compile(r"\?next="))
    guardada = next(c for c in dora.contexto.cookies() if c["name"] == "sessionid")
    # Entrar mantém o que a sessão sem dono guardava (`django.contrib.auth.login`).
    sessao = SessionStore(guardada["value"])
    sessao[SESSION_KEY] = str(dora.conta.pk)
    sessao[BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[0]
    sessao[HASH_SESSION_KEY] = dora.conta.get_session_auth_hash()
    sessao.save()
    aba = dora.ir(f"{MINHA}dados/")
    assert aba.get_by_text("o que você escreveu está aqui").is_visible()
    assert aba.get_by_label("CPF").input_value() == "５２９９８２２４７２５"
    aba.get_by_role("button", name="Salvar e continuar").click()
    aba.get_by_role("heading", level=1, name="Contato").wait_for()
    assert Candidato.objects.values_list("nome", "cpf").get() == ("Dora Reis", "52998224725")


# --- O que se perde numa rede ruim ------------------------------------------------------------------------------------


def test_sem_conexao_o_texto_espera_no_aparelho_e_se_salva_quando_ela_volta(pessoa: Any) -> None:
    dora = pessoa()
    candidato = comecar(dora.conta)
    aba = dora.ir(f"{MINHA}dados/")
    dora.contexto.set_offline(True)
    aba.get_by_label("Cidade").fill("Belém")
    aba.locator("#estado", has_text="Sem conexão").wait_for()
    assert dora.no_aparelho() == [f"inscricao:{candidato.protocolo}:dados"]
    dora.contexto.set_offline(False)
    salvo(aba)
    aparece(cidade="Belém")
    assert dora.no_aparelho() == []


def test_aba_que_morre_sem_conexao_recupera_o_texto(pessoa: Any) -> None:
    dora = pessoa()
    comecar(dora.conta)
    aba = dora.ir(f"{MINHA}dados/")
    dora.contexto.set_offline(True)
    aba.get_by_label("Quem é você").fill("Gente boa")
    aba.locator("#estado", has_text="Sem conexão").wait_for()
    aba.close()
    assert Candidato.objects.get().apresentacao == ""
    dora.contexto.set_offline(False)
    dora.aba = dora.nova_aba()
    aba = dora.ir(f"{MINHA}dados/")
    assert aba.get_by_label("Quem é você").input_value() == "Gente boa"
    salvo(aba)
    aparece(apresentacao="Gente boa")
    assert dora.no_aparelho() == []


def test_sessao_que_acaba_ao_salvar_sozinho_nao_perde_o_texto(pessoa: Any) -> None:
    dora = pessoa()
    comecar(dora.conta)
    aba = dora.ir(f"{MINHA}dados/")
    dora.sair()
    aba.get_by_label("Cidade").fill("Belém")
    aba.get_by_role("link", name="Entrar de novo").wait_for()
    dora.entrar()
    aba = dora.ir(f"{MINHA}dados/")
    aba.locator("#estado", has_text="Salvo às").wait_for()
    assert aba.get_by_label("Cidade").input_value() == "Belém"
    aparece(cidade="Belém")


def test_outra_conta_no_mesmo_aparelho_nao_acha_nem_grava_o_texto_da_primeira(pessoa: Any) -> None:
    dora = pessoa()
    comecar(dora.conta)
    aba = dora.ir(f"{MINHA}dados/")
    elis = User.objects.create_user("elis", email="elis@example.com")
    da_elis = comecar(elis)
    dora.conta = elis
    dora.sair()
    dora.entrar()
    aba.get_by_label("Cidade").fill("Segredo da Dora")
    aba.locator("#estado", has_text="outra inscrição").wait_for()
    aba = dora.ir(f"{MINHA}dados/")
    assert aba.get_by_label("Cidade").input_value() == ""
    assert dora.no_aparelho() == []
    da_elis.refresh_from_db()
    assert da_elis.cidade == ""


def test_duas_abas_da_mesma_secao_nao_se_desfazem(pessoa: Any) -> None:
    dora = pessoa()
    comecar(dora.conta)
    velha = dora.ir(f"{MINHA}dados/")
    nova = dora.ir(f"{MINHA}dados/", dora.nova_aba())
    nova.get_by_label("Cidade").fill("Belém")
    salvo(nova)
    velha.get_by_label("Profissão").fill("Médica")
    velha.get_by_role("button", name="Salvar e continuar").click()
    velha.get_by_role("heading", level=1, name="Contato").wait_for()
    assert Candidato.objects.values_list("cidade", "profissao").get() == ("Belém", "Médica")


def test_erro_ao_salvar_sozinho_aparece_ao_sair_do_campo_e_some_ao_corrigir(pessoa: Any) -> None:
    dora = pessoa()
    comecar(dora.conta)
    aba = dora.ir(f"{MINHA}dados/")
    aba.get_by_label("CPF").fill("529.982.247-99")
    aba.get_by_label("Cidade").fill("Belém")
    erro = aba.locator("#id_cpf_error", has_text="Este CPF não existe.")
    erro.wait_for()
    assert aba.get_by_label("CPF").get_attribute("aria-invalid") == "true"
    aba.get_by_label("CPF").fill("529.982.247-25")
    aba.get_by_label("Cidade").focus()
    erro.wait_for(state="hidden")
    assert aba.get_by_label("CPF").get_attribute("aria-invalid") is None
    aparece(cpf="52998224725", cidade="Belém")


# --- Ler --------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("tema", ["light", "dark"])
@pytest.mark.parametrize("tela", [TELEFONE, MESA, {"width": 360, "height": 640}], ids=["telefone", "mesa", "pequena"])
def test_paginas_sem_violacao_de_acessibilidade_nem_rolagem_de_lado(
    pessoa: Any, tela: dict[str, int], tema: str
) -> None:
    dora = pessoa(viewport=tela, color_scheme=tema, reduced_motion="reduce")
    elis = pessoa("elis", viewport=tela, color_scheme=tema, reduced_motion="reduce")
    frida = pessoa("frida", viewport=tela, color_scheme=tema, reduced_motion="reduce")
    comecar(dora.conta)
    enviada = comecar(elis.conta)
    Candidato.objects.filter(pk=enviada.pk).update(
        situacao="entrevista", nome="E", nome_curto="Elis", uf="RS", nascimento="1990-01-02", enviado_em=timezone.now()
    )
    secao = Secao.objects.get()
    visitas = [
        (frida, "/inscricoes/"),
        (frida, "/inscricoes/nova/"),
        (frida, MINHA),
        (dora, MINHA),
        (dora, f"{MINHA}dados/"),
        (dora, f"{MINHA}contato/"),
        (dora, f"{MINHA}questionario/{secao.pk}/"),
        (dora, f"{MINHA}revisao/"),
        (dora, f"{MINHA}desistir/"),
        (elis, MINHA),
        (elis, f"{MINHA}desistir/"),
    ]
    for quem, caminho in visitas:
        conferir(quem.ir(caminho), tela, caminho)
    aba = dora.ir(f"{MINHA}dados/")
    aba.get_by_label("CPF").fill("1")
    aba.get_by_role("button", name="Salvar e continuar").click()
    aba.locator("#erros").wait_for()
    assert aba.evaluate("document.activeElement.id") == "erros"
    conferir(aba, tela, "dados com erro")


def conferir(aba: Any, tela: dict[str, int], onde: str) -> None:
    folhas = aba.evaluate("[...document.styleSheets].map((folha) => folha.cssRules.length > 50)")
    assert folhas == [True, True, True], onde
    achado = Axe().run(aba)
    assert achado.violations_count == 0, f"{onde}\n{achado.generate_report()}"
    assert aba.evaluate("document.documentElement.scrollWidth") == tela["width"], onde
    baixos = aba.evaluate(
        """["a", "button", "summary", "input:not([type=hidden])", "select", "textarea"]
            .flatMap((tipo) => [...document.querySelectorAll(`main ${tipo}, header nav ${tipo}, .marca`)])
            .map((alvo) => alvo.closest(".opcao") || alvo)
            .filter((alvo) => alvo.offsetParent && alvo.getBoundingClientRect().height < 44)
            .map((alvo) => alvo.outerHTML)"""
    )
    assert baixos == [], onde


def test_sair_leva_do_aparelho_o_que_ficou_por_mandar(pessoa: Any, site: Servidor) -> None:
    dora = pessoa()
    comecar(dora.conta)
    aba = dora.ir(f"{MINHA}dados/")
    aba.route("**/inscricoes/minha/dados/", lambda rota: rota.abort("connectionreset"))
    aba.get_by_label("Nome completo").fill("Dora Reis")
    esperar(lambda: len(dora.no_aparelho()) == 1, 15)
    aba.unroute_all(behavior="ignoreErrors")
    aba = dora.ir(MINHA)
    aba.get_by_role("link", name="Sair desta conta").click()
    aba.get_by_role("button", name="Sair").click()
    aba.get_by_role("heading", name="Você saiu").wait_for()
    assert dora.no_aparelho() == []
