"""A porta da produção: senha, segundo fator, limite de tentativas, e nenhum outro caminho para o admin."""

import re
from io import StringIO
from typing import Any

import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from django.conf import settings as configuracao
from django.contrib.auth.models import User
from django.core.cache import cache
from django.core.management import CommandError, call_command
from django.test import Client
from pytest_django import Settings

from bbb.contas.adaptadores import CODIGO_ERRADO, DEMAIS
from bbb.contas.tests.conftest import SENHA, Pedir, Telefone

FATOR = "/conta/segundo-fator/"


def dar_senha(cliente: Client, usuario: str = "chefe", senha: str = SENHA, depois: str = "/admin/votacao/") -> Any:
    return cliente.post("/admin/login/", {"username": usuario, "password": senha, "next": depois})


def dar_codigo(cliente: Client, codigo: str) -> Any:
    return cliente.post(f"{FATOR}entrar/", {"code": codigo})


def abre_o_admin(cliente: Client) -> bool:
    """Se a página inicial do admin se abre. Se não, tem de levar à porta, e não a outra coisa."""
    resposta = cliente.get("/admin/")
    if resposta.status_code == 200:
        return True
    assert (resposta.status_code, resposta["Location"]) == (302, "/admin/login/?next=/admin/")
    return False


# --- Senha ------------------------------------------------------------------------------------------------------------


def test_sem_fator_a_senha_abre_como_sempre(client: Client, produtor: User) -> None:
    pagina = client.get("/admin/login/?next=/admin/votacao/").content.decode()
    assert 'name="username"' in pagina
    assert 'value="/admin/votacao/"' in pagina
    resposta = dar_senha(client)
    assert (resposta.status_code, resposta["Location"]) == (302, "/admin/votacao/")
    assert abre_o_admin(client)
    assert client.get("/admin/login/")["Location"] == "/admin/"
    produtor.refresh_from_db()
    assert produtor.last_login is not None
    # A sessão da produção não dura o mês da do público.
    assert client.session.get_expiry_age() == configuracao.SESSION_COOKIE_AGE
    assert client.post("/admin/logout/").status_code == 200
    assert not abre_o_admin(client)


def test_sem_next_vai_ao_inicio_do_admin(client: Client, produtor: User) -> None:
    resposta = client.post("/admin/login/", {"username": "chefe", "password": SENHA})
    assert resposta["Location"] == "/admin/"


def test_next_para_outro_site_e_esquecido(client: Client, produtor: User) -> None:
    assert dar_senha(client, depois="https://outro.com.br/")["Location"] == "/admin/"


@pytest.mark.parametrize(
    ("usuario", "senha"), [("chefe", "errada"), ("ninguem", SENHA), ("chefe@exemplo.com.br", SENHA), ("dora", "x")]
)
def test_senha_errada(client: Client, produtor: User, dora: User, usuario: str, senha: str) -> None:
    resposta = dar_senha(client, usuario, senha)
    assert resposta.status_code == 200
    assert "errornote" in resposta.content.decode()
    assert not abre_o_admin(client)


def test_candidato_com_sessao_troca_de_conta_no_admin(client: Client, dora: User, telefone: Telefone) -> None:
    client.force_login(dora)
    assert not abre_o_admin(client)
    assert dar_senha(client)["Location"] == f"{FATOR}entrar/"
    dar_codigo(client, telefone.codigo())
    assert abre_o_admin(client)


def test_tentativas_de_um_lugar_tem_limite(client: Client, produtor: User) -> None:
    for _ in range(5):
        assert DEMAIS not in dar_senha(client, senha="errada").content.decode()
    assert DEMAIS in dar_senha(client).content.decode()
    assert not abre_o_admin(client)
    # Com outra maiúscula é o mesmo usuário; de outro lugar, o produtor entra.
    assert DEMAIS in dar_senha(client, usuario="CHEFE").content.decode()
    assert dar_senha(Client(REMOTE_ADDR="203.0.113.5")).status_code == 302


def test_tentativas_de_muitos_lugares_tem_um_teto(produtor: User, settings: Settings) -> None:
    settings.ACCOUNT_RATE_LIMITS = {**settings.ACCOUNT_RATE_LIMITS, "conta_da_producao": "7/h/key"}
    for n in range(7):
        dar_senha(Client(REMOTE_ADDR=f"203.0.113.{n}"), senha="errada")
    assert DEMAIS in dar_senha(Client(REMOTE_ADDR="203.0.113.99")).content.decode()


def test_entrar_certo_nao_gasta_tentativas(produtor: User) -> None:
    assert [dar_senha(Client()).status_code for _ in range(8)] == [302] * 8


# --- O código por e-mail não abre o admin -----------------------------------------------------------------------------


@pytest.mark.parametrize("email", ["chefe@exemplo.com.br", "CHEFE@Exemplo.com.br"])
@pytest.mark.parametrize("provado", [True, False])
def test_produtor_nao_entra_por_codigo(
    client: Client, produtor: User, pedir_codigo: Pedir, email: str, provado: bool
) -> None:
    if provado:
        EmailAddress.objects.create(user=produtor, email="chefe@exemplo.com.br", verified=True, primary=True)
    codigo = pedir_codigo(email, "/admin/")
    resposta = client.post("/conta/codigo/", {"codigo": codigo})
    assert resposta.status_code == 403
    assert "Esta conta não entra por aqui" in resposta.content.decode()
    assert "_auth_user_id" not in client.session
    assert not abre_o_admin(client)
    assert User.objects.count() == 1


def test_candidato_que_virou_produtor_deixa_de_entrar_por_codigo(
    client: Client, dora: User, pedir_codigo: Pedir
) -> None:
    EmailAddress.objects.create(user=dora, email="outro@exemplo.com.br", verified=True)
    dora.is_staff = True
    dora.save()
    resposta = client.post("/conta/codigo/", {"codigo": pedir_codigo("outro@exemplo.com.br")})
    assert resposta.status_code == 403


def test_codigo_de_candidato_nao_abre_o_admin(client: Client, dora: User, pedir_codigo: Pedir) -> None:
    client.post("/conta/codigo/", {"codigo": pedir_codigo(dora.email, "/admin/")})
    assert client.session["_auth_user_id"] == str(dora.pk)
    assert not abre_o_admin(client)


def test_quem_deixou_de_produzir_e_tem_fator_o_mostra_tambem_no_codigo(
    client: Client, produtor: User, telefone: Telefone, pedir_codigo: Pedir
) -> None:
    produtor.is_staff = produtor.is_superuser = False
    produtor.save()
    resposta = client.post("/conta/codigo/", {"codigo": pedir_codigo(produtor.email)})
    assert resposta["Location"] == f"{FATOR}entrar/"
    assert "_auth_user_id" not in client.session
    assert dar_codigo(client, telefone.codigo())["Location"] == "/inscricoes/"
    assert client.session["_auth_user_id"] == str(produtor.pk)


# --- Com fator --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("exigido", [False, True])
def test_com_fator_a_senha_sozinha_nao_abre(
    client: Client, telefone: Telefone, settings: Settings, exigido: bool
) -> None:
    settings.SEGUNDO_FATOR = exigido
    assert dar_senha(client)["Location"] == f"{FATOR}entrar/"
    assert "_auth_user_id" not in client.session
    for endereco in ("/admin/", "/admin/votacao/paredao/", "/admin/password_change/", "/admin/auth/user/"):
        assert client.get(endereco)["Location"].startswith("/admin/login/"), endereco
    for endereco in (FATOR, f"{FATOR}desativar/", f"{FATOR}ativar/", f"{FATOR}reserva/", f"{FATOR}reserva/novos/"):
        assert client.get(endereco)["Location"].startswith("/admin/login/"), endereco
    assert "A senha confere." in client.get(f"{FATOR}entrar/").content.decode()
    resposta = dar_codigo(client, telefone.codigo())
    assert (resposta.status_code, resposta["Location"]) == (302, "/admin/votacao/")
    assert abre_o_admin(client)


def test_codigo_errado_do_fator(client: Client, telefone: Telefone) -> None:
    dar_senha(client)
    resposta = dar_codigo(client, telefone.errado())
    assert CODIGO_ERRADO in resposta.content.decode()
    assert "_auth_user_id" not in client.session
    for _ in range(4):
        dar_codigo(client, telefone.errado())
    assert DEMAIS in dar_codigo(client, telefone.codigo()).content.decode()
    assert not abre_o_admin(client)


def test_codigo_do_fator_vale_uma_vez(telefone: Telefone) -> None:
    codigo = telefone.codigo()
    primeiro, segundo = Client(), Client()
    for cliente in (primeiro, segundo):
        dar_senha(cliente)
    assert dar_codigo(primeiro, codigo).status_code == 302
    assert CODIGO_ERRADO in dar_codigo(segundo, codigo).content.decode()


def test_relogio_do_telefone_um_pouco_fora(client: Client, telefone: Telefone) -> None:
    dar_senha(client)
    assert dar_codigo(client, telefone.codigo(-1)).status_code == 302


def test_codigo_de_reserva_abre_uma_vez(produtor: User, telefone: Telefone) -> None:
    reserva = Authenticator.objects.get(user=produtor, type=Authenticator.Type.RECOVERY_CODES).wrap()
    codigo = reserva.get_unused_codes()[3]
    primeiro, segundo = Client(), Client()
    for cliente in (primeiro, segundo):
        dar_senha(cliente)
    assert dar_codigo(primeiro, codigo).status_code == 302
    assert abre_o_admin(primeiro)
    assert CODIGO_ERRADO in dar_codigo(segundo, codigo).content.decode()


def test_sem_senha_a_pagina_do_fator_leva_a_porta(client: Client) -> None:
    assert client.get(f"{FATOR}entrar/")["Location"] == "/admin/login/"
    assert dar_codigo(client, "123456")["Location"] == "/admin/login/"


def test_pedido_de_codigo_por_email_nao_vale_de_senha(client: Client, pedir_codigo: Pedir, telefone: Telefone) -> None:
    pedir_codigo("chefe@exemplo.com.br")
    assert dar_codigo(client, telefone.codigo())["Location"] == "/admin/login/"


def test_sessao_aberta_antes_de_ativar_tem_de_mostrar_o_fator(
    client: Client, produtor: User, telefone: Telefone
) -> None:
    """Seja como for que a sessão começou (aqui, por fora das páginas), o admin pede o fator."""
    client.force_login(produtor)
    resposta = client.get("/admin/votacao/", follow=True)
    assert resposta.redirect_chain == [
        ("/admin/login/?next=/admin/votacao/", 302),
        (f"{FATOR}confirmar/?next=%2Fadmin%2Fvotacao%2F", 302),
    ]
    assert resposta.status_code == 200
    # Só com a senha não se desliga o fator, nem se leem ou trocam os códigos de reserva.
    for endereco in (f"{FATOR}desativar/", f"{FATOR}reserva/", f"{FATOR}reserva/novos/", f"{FATOR}reserva/baixar/"):
        for metodo in (client.get, client.post):
            resposta = metodo(endereco)
            assert resposta.status_code in (302, 405)
            assert resposta.status_code == 405 or resposta["Location"].startswith(f"{FATOR}confirmar/"), endereco
    assert client.post("/conta/senha/", {"password": SENHA})["Location"] == f"{FATOR}confirmar/"
    assert Authenticator.objects.count() == 2
    resposta = client.post(f"{FATOR}confirmar/", {"code": telefone.codigo(), "next": "/admin/votacao/"})
    assert resposta["Location"] == "/admin/votacao/"
    assert abre_o_admin(client)


# --- Ativar, ver, desativar -------------------------------------------------------------------------------------------


def chave_na_pagina(pagina: str) -> Telefone:
    achado = re.search(r'<code class="chave">([A-Z2-7]{32})</code>', pagina)
    assert achado is not None
    return Telefone(achado[1])


def test_ativar_pelo_menu_do_admin(client: Client, produtor: User) -> None:
    dar_senha(client)
    assert f'<a href="{FATOR}">Segundo fator</a>' in client.get("/admin/").content.decode()
    assert f'href="{FATOR}ativar/"' in client.get(FATOR).content.decode()
    pagina = client.get(f"{FATOR}ativar/").content.decode()
    assert 'src="data:image/svg+xml;base64,' in pagina
    assert "Neste site, a produção só entra" not in pagina
    telefone = chave_na_pagina(pagina)
    errado = client.post(f"{FATOR}ativar/", {"code": telefone.errado()})
    assert CODIGO_ERRADO in errado.content.decode()
    assert not Authenticator.objects.exists()
    resposta = client.post(f"{FATOR}ativar/", {"code": telefone.codigo()})
    assert resposta["Location"] == f"{FATOR}reserva/"
    reserva = client.get(f"{FATOR}reserva/")
    codigos = re.findall(r"<li><code>(\d{8})</code></li>", reserva.content.decode())
    assert len(codigos) == 10
    baixado = client.get(f"{FATOR}reserva/baixar/").content.decode()
    assert [linha for linha in baixado.splitlines() if linha.isdigit()] == codigos
    # Esta sessão já mostrou o código: continua no admin. A próxima tem de mostrar outro.
    assert abre_o_admin(client)
    assert dar_senha(Client())["Location"] == f"{FATOR}entrar/"


def test_segredo_nao_fica_em_claro_no_banco(client: Client, produtor: User) -> None:
    dar_senha(client)
    telefone = chave_na_pagina(client.get(f"{FATOR}ativar/").content.decode())
    client.post(f"{FATOR}ativar/", {"code": telefone.codigo()})
    dados = str([fator.data for fator in Authenticator.objects.all()])
    assert telefone.chave not in dados


def test_chave_do_site_trocada_nao_abre_e_nao_quebra(client: Client, telefone: Telefone, settings: Settings) -> None:
    velha, settings.SECRET_KEY = settings.SECRET_KEY, "outra-chave-" * 5
    dar_senha(client)
    assert CODIGO_ERRADO in dar_codigo(client, telefone.codigo()).content.decode()
    settings.SECRET_KEY_FALLBACKS = [velha]
    assert dar_codigo(client, telefone.codigo()).status_code == 302


def test_ativar_muito_depois_da_senha_a_pede_de_novo(client: Client, produtor: User) -> None:
    client.force_login(produtor)
    resposta = client.get(f"{FATOR}ativar/")
    assert resposta["Location"] == "/conta/senha/?next=%2Fconta%2Fsegundo-fator%2Fativar%2F"
    assert "A senha não confere." in client.post("/conta/senha/", {"password": "errada"}).content.decode()
    certo = client.post("/conta/senha/", {"password": SENHA, "next": f"{FATOR}ativar/"})
    assert certo["Location"] == f"{FATOR}ativar/"
    assert client.get(f"{FATOR}ativar/").status_code == 200


def test_trocar_os_codigos_de_reserva(client: Client, telefone: Telefone) -> None:
    dar_senha(client)
    dar_codigo(client, telefone.codigo())
    velhos = client.get(f"{FATOR}reserva/").context["unused_codes"]
    assert "os 10 que ainda não foram usados" in client.get(f"{FATOR}reserva/novos/").content.decode()
    assert client.post(f"{FATOR}reserva/novos/")["Location"] == f"{FATOR}reserva/"
    novos = client.get(f"{FATOR}reserva/").context["unused_codes"]
    assert set(velhos).isdisjoint(novos)


@pytest.mark.parametrize("exigido", [False, True])
def test_desativar(client: Client, telefone: Telefone, settings: Settings, exigido: bool) -> None:
    settings.SEGUNDO_FATOR = exigido
    dar_senha(client)
    dar_codigo(client, telefone.codigo())
    assert "Desativar o segundo fator?" in client.get(f"{FATOR}desativar/").content.decode()
    assert client.post(f"{FATOR}desativar/").status_code == 302
    assert not Authenticator.objects.exists()
    assert abre_o_admin(client) is not exigido


@pytest.mark.parametrize("endereco", ["", "ativar/", "desativar/", "reserva/", "reserva/novos/", "confirmar/"])
def test_fator_e_so_da_producao(client: Client, dora: User, endereco: str) -> None:
    client.force_login(dora)
    assert client.get(FATOR + endereco)["Location"] == f"/admin/login/?next={FATOR}{endereco}"


# --- SEGUNDO_FATOR ----------------------------------------------------------------------------------------------------


def test_exigido_quem_nao_tem_e_levado_a_ativar(client: Client, produtor: User, settings: Settings) -> None:
    settings.SEGUNDO_FATOR = True
    resposta = client.post("/admin/login/", {"username": "chefe", "password": SENHA}, follow=True)
    assert resposta.redirect_chain == [
        ("/admin/", 302),
        ("/admin/login/?next=/admin/", 302),
        (f"{FATOR}ativar/", 302),
    ]
    pagina = resposta.content.decode()
    assert "Neste site, a produção só entra no admin com segundo fator." in pagina
    for endereco in ("/admin/", "/admin/votacao/paredao/add/", "/admin/password_change/", "/admin/jsi18n/"):
        assert client.get(endereco)["Location"].startswith("/admin/login/"), endereco
    client.post(f"{FATOR}ativar/", {"code": chave_na_pagina(pagina).codigo()})
    assert abre_o_admin(client)


def test_exigido_quem_nao_tem_ainda_pode_sair(client: Client, produtor: User, settings: Settings) -> None:
    settings.SEGUNDO_FATOR = True
    dar_senha(client)
    assert 'action="/conta/sair/"' in client.get(f"{FATOR}ativar/").content.decode()
    client.post("/conta/sair/")
    assert "_auth_user_id" not in client.session


def test_exigido_nao_muda_nada_para_candidatos(
    client: Client, dora: User, pedir_codigo: Pedir, settings: Settings
) -> None:
    settings.SEGUNDO_FATOR = True
    resposta = client.post("/conta/codigo/", {"codigo": pedir_codigo(dora.email)})
    assert resposta["Location"] == "/inscricoes/"


# --- Quem opera -------------------------------------------------------------------------------------------------------


def test_tirar_segundo_fator(client: Client, produtor: User, telefone: Telefone) -> None:
    saida = StringIO()
    call_command("tirar_segundo_fator", "chefe", stdout=saida)
    assert saida.getvalue() == "chefe entra agora só com a senha. Peça que ative outro segundo fator.\n"
    cache.clear()
    dar_senha(client)
    assert abre_o_admin(client)
    with pytest.raises(CommandError, match="chefe não tem segundo fator"):
        call_command("tirar_segundo_fator", "chefe")
    with pytest.raises(CommandError, match="Não há nenhum usuário 'ninguem'"):
        call_command("tirar_segundo_fator", "ninguem")


def test_admin_nao_mostra_segredos_nem_emails_do_allauth(client: Client, produtor: User) -> None:
    client.force_login(produtor)
    for endereco in ("/admin/mfa/authenticator/", "/admin/account/emailaddress/", "/admin/account/emailconfirmation/"):
        assert client.get(endereco).status_code == 404
