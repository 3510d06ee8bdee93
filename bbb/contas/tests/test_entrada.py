"""Entrar por código: quem chega e quem volta, o que não confere, os limites, e o que ninguém fica sabendo."""

import logging
import re
import socket
from typing import Any

import pytest
from allauth.account.models import EmailAddress
from django.conf import settings as configuracao
from django.contrib.auth.models import User
from django.contrib.sessions.models import Session
from django.core import mail
from django.core.cache import cache
from django.db import IntegrityError, connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from pytest_django import Settings

from bbb.contas import contas, views
from bbb.contas.limites import limites_das_contas
from bbb.contas.tests.conftest import SENHA, Pedir, codigo_da

MES = 30 * 24 * 3600
NOVA = "nova@exemplo.com.br"


def quem(cliente: Client) -> User | None:
    chave = cliente.session.get("_auth_user_id")
    return User.objects.get(pk=chave) if chave else None


def digitar(cliente: Client, codigo: str) -> Any:
    return cliente.post("/conta/codigo/", {"codigo": codigo})


def dado_do_pedido(cliente: Client) -> tuple[Any, dict[str, Any]]:
    sessao = cliente.session
    return sessao, sessao["account_login"]["state"]["stages"]["login_by_code"]["data"]


def outro_codigo(certo: str) -> str:
    return f"{(int(certo.replace('-', '')) + 1) % 10**8:08d}"


# --- O caminho --------------------------------------------------------------------------------------------------------


def test_quem_chega_entra_e_a_conta_nasce_so_com_o_codigo(client: Client, pedir_codigo: Pedir) -> None:
    codigo = pedir_codigo(NOVA)
    assert not User.objects.exists()
    assert not EmailAddress.objects.exists()
    resposta = digitar(client, codigo)
    assert (resposta.status_code, resposta["Location"]) == (302, "/inscricoes/")
    conta = quem(client)
    assert conta is not None
    assert (conta.email, conta.is_staff, conta.has_usable_password()) == (NOVA, False, False)
    assert "nova" not in conta.username
    assert list(EmailAddress.objects.values_list("user_id", "email", "verified", "primary")) == [
        (conta.pk, NOVA, True, True)
    ]


def test_quem_volta_entra_na_mesma_conta(client: Client, pedir_codigo: Pedir) -> None:
    digitar(client, pedir_codigo(NOVA))
    primeira = quem(client)
    cache.clear()
    outro = Client()
    digitar(outro, pedir_codigo(NOVA, cliente=outro))
    assert quem(outro) == primeira
    assert User.objects.count() == 1


def test_conta_criada_de_outro_modo_e_reconhecida(client: Client, pedir_codigo: Pedir, dora: User) -> None:
    digitar(client, pedir_codigo(dora.email))
    assert quem(client) == dora
    assert EmailAddress.objects.get().verified


@pytest.mark.parametrize("escrito", ["  DORA@Exemplo.COM.BR ", "dora@exemplo.com.br"])
def test_email_com_maiusculas_e_espacos_e_o_mesmo(
    client: Client, pedir_codigo: Pedir, dora: User, escrito: str
) -> None:
    digitar(client, pedir_codigo(escrito))
    assert quem(client) == dora
    assert mail.outbox[0].to == ["dora@exemplo.com.br"]


def test_dominio_com_acento_vira_o_nome_que_o_correio_usa(client: Client, pedir_codigo: Pedir) -> None:
    pedir_codigo("ana@Ação.com.br")
    assert mail.outbox[0].to == ["ana@xn--ao-siap.com.br"]


@pytest.mark.parametrize("forma", ["{a}-{b}", "{a}{b}", " {a} {b} ", "{a}\u00a0{b}\n", "Código: {a}-{b}.", "{a}–{b}"])
def test_codigo_colado_de_qualquer_jeito(client: Client, pedir_codigo: Pedir, dora: User, forma: str) -> None:
    a, b = pedir_codigo(dora.email).split("-")
    assert digitar(client, forma.format(a=a, b=b)).status_code == 302
    assert quem(client) == dora


def test_a_carta_diz_o_que_e_preciso(pedir_codigo: Pedir) -> None:
    codigo = pedir_codigo(NOVA)
    carta = mail.outbox[0]
    assert carta.subject == "Seu código para entrar no BBB 24"
    texto = str(carta.body)
    assert f"\n    {codigo}\n" in texto
    assert "vale por 10 minutos" in texto
    assert "Não foi você que pediu? Ignore este e-mail." in texto
    assert carta.alternatives == []  # type: ignore[attr-defined]


def test_sessao_troca_de_chave_ao_entrar_e_dura_um_mes(client: Client, pedir_codigo: Pedir) -> None:
    codigo = pedir_codigo(NOVA)
    antes = client.session.session_key
    assert client.session.get_expiry_age() <= configuracao.SESSAO_DA_ENTRADA
    digitar(client, codigo)
    assert client.session.session_key != antes
    assert not Session.objects.filter(session_key=antes).exists()
    assert MES - 60 < client.session.get_expiry_age() <= MES
    biscoito = client.cookies[configuracao.SESSION_COOKIE_NAME]
    assert biscoito["httponly"]
    assert MES - 60 < int(biscoito["max-age"]) <= MES


# --- Para onde se ia --------------------------------------------------------------------------------------------------


def test_volta_para_onde_ia(client: Client, pedir_codigo: Pedir) -> None:
    pagina = client.get("/conta/entrar/?next=/inscricoes/minha/%3Fa%3D1").content.decode()
    assert '<input type="hidden" name="next" value="/inscricoes/minha/?a=1">' in pagina
    resposta = digitar(client, pedir_codigo(NOVA, "/inscricoes/minha/?a=1"))
    assert resposta["Location"] == "/inscricoes/minha/?a=1"


@pytest.mark.parametrize(
    "fora",
    ["https://outro.com.br/", "//outro.com.br/", "http:///outro.com.br", "javascript:alert(1)", "https://localhost/"],
)
def test_next_para_outro_site_e_esquecido(client: Client, pedir_codigo: Pedir, fora: str, settings: Settings) -> None:
    settings.CSRF_TRUSTED_ORIGINS = ["https://outro.com.br"]
    assert 'name="next"' not in client.get("/conta/entrar/", {"next": fora}).content.decode()
    assert digitar(client, pedir_codigo(NOVA, fora))["Location"] == "/inscricoes/"


def test_quem_ja_entrou_escolhe_continuar_ou_sair(client: Client, dora: User) -> None:
    client.force_login(dora)
    pagina = client.get("/conta/entrar/?next=/inscricoes/minha/")
    assert pagina.status_code == 200
    assert 'href="/inscricoes/minha/"' in pagina.content.decode()
    assert dora.email in pagina.content.decode()
    assert client.get("/conta/codigo/")["Location"] == "/conta/entrar/"


# --- Sair -------------------------------------------------------------------------------------------------------------


def test_sair_so_por_post(client: Client, dora: User) -> None:
    client.force_login(dora)
    assert "Sair desta conta?" in client.get("/conta/sair/").content.decode()
    assert quem(client) == dora
    chave = client.session.session_key
    resposta = client.post("/conta/sair/")
    assert (resposta.status_code, resposta["Location"]) == (302, "/conta/sair/")
    assert not Session.objects.filter(session_key=chave).exists()
    assert "Você saiu" in client.get("/conta/sair/").content.decode()


def test_sair_e_entrar_exigem_o_formulario_do_site(dora: User) -> None:
    estrito = Client(enforce_csrf_checks=True)
    estrito.force_login(dora)
    for endereco in ("/conta/sair/", "/conta/entrar/", "/conta/codigo/", "/conta/codigo/outro/"):
        assert estrito.post(endereco, {"email": NOVA}).status_code == 403
    assert mail.outbox == []


# --- O que não confere ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("email", "frase"),
    [
        ("", "Escreva o seu e-mail."),
        ("dora", "Escreva um e-mail completo"),
        ("dora@", "Escreva um e-mail completo"),
        ("a@" + ("b" * 60 + ".") * 4 + "com" + ".br" * 5, "Este e-mail é comprido demais"),
        ("dora@exemplo.com.br\nBcc: x@y.br", "Escreva um e-mail completo"),
    ],
)
def test_email_que_nao_serve(client: Client, email: str, frase: str) -> None:
    resposta = client.post("/conta/entrar/", {"email": email})
    assert resposta.status_code == 422
    assert frase in resposta.content.decode()
    assert mail.outbox == []


def test_codigo_errado_deixa_tentar_de_novo(client: Client, pedir_codigo: Pedir) -> None:
    codigo = pedir_codigo(NOVA)
    resposta = digitar(client, outro_codigo(codigo))
    assert resposta.status_code == 422
    assert "Este código não confere." in resposta.content.decode()
    assert quem(client) is None
    assert not User.objects.exists()
    assert digitar(client, codigo).status_code == 302


@pytest.mark.parametrize("vazio", ["", "   ", "abc", "٣"])
def test_codigo_sem_algarismos_nao_gasta_tentativa(client: Client, pedir_codigo: Pedir, vazio: str) -> None:
    codigo = pedir_codigo(NOVA)
    for _ in range(10):
        assert digitar(client, vazio).status_code == 422
    assert digitar(client, codigo).status_code == 302


def test_cinco_erros_e_o_codigo_nao_vale_mais(client: Client, pedir_codigo: Pedir) -> None:
    codigo = pedir_codigo(NOVA)
    assert [digitar(client, outro_codigo(codigo)).status_code for _ in range(5)] == [422, 422, 422, 422, 429]
    resposta = digitar(client, codigo)
    assert resposta.status_code == 410
    assert "O código venceu ou já foi usado." in resposta.content.decode()
    assert quem(client) is None


def test_tentativas_em_sessoes_copiadas_contam_juntas(client: Client, pedir_codigo: Pedir) -> None:
    """Muitas tentativas ao mesmo tempo leem a sessão antes de qualquer uma gravar o seu erro: o limite é do código."""
    codigo = pedir_codigo(NOVA)
    guardado = client.session["account_login"]
    respostas = []
    for _ in range(7):
        sessao = client.session
        sessao["account_login"] = guardado  # como a leu quem chegou ao mesmo tempo
        sessao.save()
        respostas.append(digitar(client, outro_codigo(codigo)).status_code)
    assert respostas == [422, 422, 422, 422, 422, 429, 429]


def test_codigo_vencido(client: Client, pedir_codigo: Pedir) -> None:
    codigo = pedir_codigo(NOVA)
    sessao, dados = dado_do_pedido(client)
    dados["at"] -= configuracao.ACCOUNT_LOGIN_BY_CODE_TIMEOUT + 1
    sessao.save()
    resposta = digitar(client, codigo)
    assert resposta.status_code == 410
    assert "O código venceu ou já foi usado. Peça outro" in resposta.content.decode()
    assert quem(client) is None
    assert not User.objects.exists()


def test_codigo_de_outra_sessao_nao_serve(client: Client, pedir_codigo: Pedir) -> None:
    codigo = pedir_codigo(NOVA)
    estranho = Client()
    assert digitar(estranho, codigo).status_code == 410
    assert quem(estranho) is None


def test_codigo_vale_uma_vez(client: Client, pedir_codigo: Pedir) -> None:
    codigo = pedir_codigo(NOVA)
    digitar(client, codigo)
    client.post("/conta/sair/")
    assert digitar(client, codigo).status_code == 410


def test_sem_pedido_a_pagina_do_codigo_leva_ao_comeco(client: Client) -> None:
    assert client.get("/conta/codigo/")["Location"] == "/conta/entrar/"
    assert client.post("/conta/codigo/outro/").status_code == 410


def test_conta_desativada_nao_entra(client: Client, pedir_codigo: Pedir, dora: User) -> None:
    dora.is_active = False
    dora.save()
    resposta = digitar(client, pedir_codigo(dora.email))
    assert resposta.status_code == 403
    assert quem(client) is None
    assert User.objects.count() == 1


# --- Dois cliques -----------------------------------------------------------------------------------------------------


def test_dois_cliques_em_receber_mandam_uma_carta(client: Client, dora: User) -> None:
    """O navegador manda os dois sem cookie ainda: cada resposta abre uma sessão, e as duas esperam o mesmo código."""
    outra = Client()
    dados = {"email": dora.email, "pedido": "o-mesmo-formulario"}
    assert [c.post("/conta/entrar/", dados).status_code for c in (client, outra)] == [302, 302]
    assert len(mail.outbox) == 1
    assert digitar(outra, codigo_da(mail.outbox[0])).status_code == 302
    assert quem(outra) == dora


def test_dois_cliques_em_entrar_entram(client: Client, pedir_codigo: Pedir) -> None:
    """O segundo chega com o cookie da sessão que o primeiro já trocou."""
    codigo = pedir_codigo(NOVA, "/inscricoes/minha/")
    segundo = Client()
    segundo.cookies[configuracao.SESSION_COOKIE_NAME] = client.cookies[configuracao.SESSION_COOKIE_NAME].value
    assert [digitar(c, codigo)["Location"] for c in (client, segundo)] == ["/inscricoes/minha/"] * 2
    assert quem(segundo) == quem(client) is not None
    assert User.objects.count() == 1
    terceiro = Client()
    terceiro.cookies[configuracao.SESSION_COOKIE_NAME] = "outra"
    assert digitar(terceiro, codigo).status_code == 410


def test_duas_abas_que_provam_ao_mesmo_tempo_ficam_na_mesma_conta(dora: User) -> None:
    EmailAddress.objects.create(user=dora, email=NOVA, verified=True)
    with pytest.raises(IntegrityError):
        contas._criar(NOVA)


# --- Outro código -----------------------------------------------------------------------------------------------------


def test_outro_codigo_so_depois_de_um_tempo(client: Client, pedir_codigo: Pedir) -> None:
    primeiro = pedir_codigo(NOVA, "/inscricoes/minha/")
    resposta = client.post("/conta/codigo/outro/", {"pedido": "a"})
    assert (resposta.status_code, resposta["Retry-After"]) == (429, "60")
    assert "Espere 30 segundos" in resposta.content.decode()
    assert len(mail.outbox) == 1
    cache.clear()  # passou o tempo
    assert client.post("/conta/codigo/outro/", {"pedido": "b"})["Location"] == "/conta/codigo/"
    segundo = codigo_da(mail.outbox[1])
    assert digitar(client, primeiro).status_code == 422
    assert digitar(client, segundo)["Location"] == "/inscricoes/minha/"


# --- Limites ----------------------------------------------------------------------------------------------------------


def test_limite_por_email_vale_de_qualquer_origem(settings: Settings) -> None:
    settings.ACCOUNT_RATE_LIMITS = {**settings.ACCOUNT_RATE_LIMITS, "request_login_code": "8/h/key"}
    respostas = [
        Client(REMOTE_ADDR=f"203.0.113.{n}").post("/conta/entrar/", {"email": ["Dora@x.br", "dora@X.br"][n % 2]})
        for n in range(9)
    ]
    assert [resposta.status_code for resposta in respostas] == [302] * 8 + [429]
    assert "houve pedidos demais" in respostas[-1].content.decode()
    assert len(mail.outbox) == 8


def test_limite_por_origem_ignora_cabecalhos_forjados() -> None:
    def pedir(n: int, **de: Any) -> int:
        return Client(**de).post("/conta/entrar/", {"email": f"p{n}@exemplo.com.br"}).status_code

    de_um = [pedir(n, REMOTE_ADDR="203.0.113.9", HTTP_X_FORWARDED_FOR=f"198.51.100.{n}") for n in range(31)]
    assert de_um == [302] * 30 + [429]
    assert pedir(99, REMOTE_ADDR="203.0.113.10") == 302


def test_limite_por_origem_e_um_ipv6_de_uma_casa() -> None:
    def pedir(n: int, endereco: str) -> int:
        return Client(REMOTE_ADDR=endereco).post("/conta/entrar/", {"email": f"p{n}@exemplo.com.br"}).status_code

    assert [pedir(n, f"2001:db8::{n:x}") for n in range(31)] == [302] * 30 + [429]
    assert pedir(50, "2001:db8:0:1::1") == 302
    assert pedir(51, "::ffff:203.0.113.1") == 302


def test_sem_limites_por_origem_os_do_email_ficam() -> None:
    com, sem = limites_das_contas(por_origem=True), limites_das_contas(por_origem=False)
    assert com["request_login_code"] == "30/m/ip,300/h/ip,1/30s/key,8/h/key"
    assert sem["request_login_code"] == "1/30s/key,8/h/key"
    assert all("/ip" not in regra for regra in sem.values())


# --- O que ninguém fica sabendo ---------------------------------------------------------------------------------------


def _sem_o_que_muda(pagina: str, email: str) -> str:
    pagina = pagina.replace(email, "E-MAIL")
    return re.sub(r'(name="(?:csrfmiddlewaretoken|pedido)" value=")[^"]+', r"\1", pagina)


def test_conhecido_desconhecido_desativado_e_produtor_sao_iguais(dora: User, produtor: User) -> None:
    User.objects.create_user("fora", "fora@exemplo.com.br", is_active=False)
    vistos = set()
    consultas = set()
    for n, email in enumerate((dora.email, produtor.email, NOVA, "fora@exemplo.com.br")):
        cliente = Client(REMOTE_ADDR=f"203.0.113.{n}")
        with CaptureQueriesContext(connection) as feitas:
            resposta = cliente.post("/conta/entrar/", {"email": email, "next": "/inscricoes/minha/"})
        consultas.add(tuple(q["sql"].split(" ")[0] for q in feitas.captured_queries))
        pagina = cliente.get("/conta/codigo/")
        carta = mail.outbox[-1]
        # O código do pedido é um sorteio, que não sabe quem pede.
        cabecalhos = {nome: valor for nome, valor in resposta.items() if nome not in ("Set-Cookie", "X-Request-ID")}
        vistos.add(
            (
                resposta.status_code,
                resposta["Location"],
                tuple(sorted(cabecalhos.items())),
                tuple(sorted(cliente.cookies)),
                pagina.status_code,
                _sem_o_que_muda(pagina.content.decode(), email),
                carta.subject,
                str(carta.body).replace(codigo_da(carta), ""),
                digitar(cliente, outro_codigo(codigo_da(carta))).status_code,
            )
        )
    assert len(vistos) == 1
    assert len(consultas) == 1


def test_pedir_codigo_nao_consulta_conta_nenhuma(client: Client) -> None:
    with CaptureQueriesContext(connection) as feitas:
        client.post("/conta/entrar/", {"email": NOVA})
    assert feitas.captured_queries
    assert [q["sql"] for q in feitas.captured_queries if "auth_user" in q["sql"] or "emailaddress" in q["sql"]] == []


# --- O correio que falha ----------------------------------------------------------------------------------------------


@pytest.fixture
def correio_fechado(settings: Settings) -> None:
    """Um servidor de e-mail que recusa a conexão, de verdade: uma porta em que ninguém escuta."""
    with socket.socket() as tomada:
        tomada.bind(("127.0.0.1", 0))
        porta = tomada.getsockname()[1]
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST = "127.0.0.1"
    settings.EMAIL_PORT = porta


@pytest.mark.usefixtures("correio_fechado")
def test_correio_fora_do_ar(client: Client, caplog: pytest.LogCaptureFixture, settings: Settings) -> None:
    resposta = client.post("/conta/entrar/", {"email": NOVA, "pedido": "um", "next": "/inscricoes/minha/"})
    pagina = resposta.content.decode()
    assert (resposta.status_code, resposta["Retry-After"]) == (503, "60")
    assert "Não conseguimos mandar o e-mail agora. Confira o endereço e tente de novo em um minuto." in pagina
    assert f'value="{NOVA}"' in pagina
    assert "account_login" not in client.session
    assert not User.objects.exists()
    registros = [r for r in caplog.records if r.name == "bbb.contas"]
    assert [(r.levelno, r.getMessage()) for r in registros] == [
        (logging.ERROR, "o e-mail account/email/login_code não saiu: ConnectionRefusedError")
    ]
    # Consertado o correio, o mesmo formulário serve, sem esperar: a falha não gastou o limite.
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    assert client.post("/conta/entrar/", {"email": NOVA, "pedido": "um"}).status_code == 302
    assert digitar(client, codigo_da(mail.outbox[0])).status_code == 302


def test_correio_fora_do_ar_deixa_valendo_o_codigo_de_antes(
    client: Client, pedir_codigo: Pedir, request: pytest.FixtureRequest
) -> None:
    codigo = pedir_codigo(NOVA)
    cache.clear()
    request.getfixturevalue("correio_fechado")
    resposta = client.post("/conta/codigo/outro/", {"pedido": "x"})
    assert resposta.status_code == 503
    assert views.SEM_CORREIO in resposta.content.decode()
    assert digitar(client, codigo).status_code == 302


def test_nenhum_email_vai_para_o_registro(
    client: Client, pedir_codigo: Pedir, dora: User, caplog: pytest.LogCaptureFixture, request: pytest.FixtureRequest
) -> None:
    caplog.set_level(logging.DEBUG)
    codigo = pedir_codigo(dora.email)
    digitar(client, outro_codigo(codigo))
    for _ in range(6):
        digitar(client, outro_codigo(codigo))
    client.post("/conta/entrar/", {"email": dora.email})
    request.getfixturevalue("correio_fechado")
    cache.clear()
    client.post("/conta/entrar/", {"email": dora.email})
    client.post("/admin/login/", {"username": dora.email, "password": SENHA})
    do_projeto = [r.getMessage() for r in caplog.records if not r.name.startswith("django.db")]
    assert any("não saiu" in linha for linha in do_projeto)
    assert [linha for linha in do_projeto if "dora" in linha or codigo in linha] == []
