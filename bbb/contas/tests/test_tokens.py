"""Os tokens da API: o que se guarda, quanto valem, quem os faz, e como acabam."""

import re
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.contrib.auth.models import Group, Permission, User
from django.core.management import CommandError, call_command
from django.test import Client
from django.utils import timezone

from api.quem import Escopo
from bbb.contas import tokens
from bbb.contas.models import Token
from inscricoes.tests.pessoa import banco_inteiro

pytestmark = pytest.mark.django_db


@pytest.fixture
def dona() -> User:
    dona = User.objects.create_user("dona", "dona@example.com", is_staff=True)
    dona.groups.add(Group.objects.get(name="Votação"))
    return dona


def fazer(dona: User, *escopos: Escopo, dias: float = 1, agora: datetime | None = None) -> tuple[Token, str]:
    agora = agora or timezone.now()
    return tokens.criar(dono=dona, nome="Painel", escopos=escopos, expira_em=agora + timedelta(days=dias), agora=agora)


def pedir(segredo: str, caminho: str = "/api/v1/eu") -> Any:
    return Client().get(caminho, headers={"Authorization": f"Bearer {segredo}"})


def test_do_segredo_so_se_guarda_um_resumo(dona: User) -> None:
    _, segredo = fazer(dona, Escopo.PAREDOES_LER)
    assert re.fullmatch(r"bbb_[A-Za-z0-9_-]{43}", segredo)
    assert segredo.lower() not in banco_inteiro()
    assert segredo[12:].lower() not in banco_inteiro()
    assert pedir(segredo).json() == {
        "por": "token",
        "conta": dona.pk,
        "da_producao": True,
        "permissoes": sorted(dona.get_all_permissions()),
        "escopos": ["paredoes:ler"],
        "expira_em": pedir(segredo).json()["expira_em"],
        "csrf": None,
    }


@pytest.mark.parametrize(
    "fim", ["vencido", "revogado", "desativada", "saiu_da_producao", "apagada", "sem_fator", "outro", "cortado"]
)
def test_token_que_ja_nao_vale_e_401(dona: User, settings: Any, fim: str) -> None:
    token, segredo = fazer(dona, Escopo.PAREDOES_LER)
    assert pedir(segredo).status_code == 200
    match fim:
        case "vencido":
            agora = timezone.now()
            Token.objects.update(criado_em=agora - timedelta(days=2), expira_em=agora)
        case "revogado":
            assert tokens.revogar(token, timezone.now())
            assert not tokens.revogar(token, timezone.now())
        case "desativada":
            User.objects.update(is_active=False)
        case "saiu_da_producao":
            User.objects.update(is_staff=False)
        case "apagada":
            dona.delete()
        case "sem_fator":
            settings.SEGUNDO_FATOR = True
        case "outro":
            segredo = segredo[:-1] + ("A" if segredo[-1] != "A" else "B")
        case "cortado":
            segredo = segredo[:20]
    resposta = pedir(segredo)
    assert (resposta.status_code, resposta.json()["codigo"]) == (401, "token_invalido")
    assert resposta["WWW-Authenticate"] == 'Bearer realm="api"'


def test_token_nao_pode_mais_do_que_a_conta_pode_agora(dona: User) -> None:
    _, segredo = fazer(dona, *Escopo)
    assert pedir(segredo, "/api/v1/producao/paredoes").status_code == 200
    assert pedir(segredo, "/api/v1/candidatos").json()["codigo"] == "sem_permissao"
    dona.groups.clear()
    assert pedir(segredo, "/api/v1/producao/paredoes").json()["codigo"] == "sem_permissao"


def test_o_uso_se_anota_no_maximo_uma_vez_por_minuto(dona: User, django_assert_num_queries: Any) -> None:
    _, segredo = fazer(dona, Escopo.PAREDOES_LER)
    agora = timezone.now()
    assert tokens.reconhecer(segredo, agora) is not None
    assert Token.objects.get().usado_em == agora
    with django_assert_num_queries(1):
        tokens.reconhecer(segredo, agora + timedelta(seconds=59))
    assert Token.objects.get().usado_em == agora
    tokens.reconhecer(segredo, agora + timedelta(seconds=61))
    assert Token.objects.get().usado_em == agora + timedelta(seconds=61)


def test_authorization_errado_nao_cai_na_sessao(dona: User) -> None:
    cliente = Client()
    cliente.force_login(dona)
    assert cliente.get("/api/v1/eu").status_code == 200
    for valor in ("Bearer bbb_errado", "Basic abc", "bbb_errado"):
        resposta = cliente.get("/api/v1/eu", headers={"Authorization": valor})
        assert (resposta.status_code, resposta.json()["codigo"]) == (401, "token_invalido")


def test_sessao_sem_csrf_nao_muda_nada(dona: User) -> None:
    cliente = Client(enforce_csrf_checks=True)
    cliente.force_login(dona)
    csrf = cliente.get("/api/v1/eu").json()["csrf"]
    resposta = cliente.post("/api/v1/candidatos", "{}", content_type="application/json")
    assert (resposta.status_code, resposta.json()["codigo"]) == (403, "csrf")
    certa = cliente.post("/api/v1/candidatos", "{}", content_type="application/json", headers={"X-CSRFToken": csrf})
    # Passou do CSRF: o que a impede agora é não haver inscrições abertas.
    assert (certa.status_code, certa.json()["codigo"]) == (409, "conflito")


def test_produtora_sem_o_segundo_fator_que_se_exige_nao_produz(dona: User, settings: Any) -> None:
    cliente = Client()
    cliente.force_login(dona)
    settings.SEGUNDO_FATOR = True
    resposta = cliente.get("/api/v1/producao/paredoes")
    assert (resposta.status_code, resposta.json()["codigo"]) == (403, "falta_segundo_fator")


# --- No admin ---------------------------------------------------------------------------------------------------------


def test_criado_no_admin_mostra_se_uma_vez(dona: User) -> None:
    cliente = Client()
    cliente.force_login(dona)
    pagina = cliente.post(
        "/admin/contas/token/add/", {"nome": "Painel do estúdio", "escopos": ["paredoes:ler"], "dias": "30"}
    )
    assert pagina.status_code == 200
    assert "no-store" in pagina["Cache-Control"]
    achado = re.search(r'<code id="segredo">(bbb_[A-Za-z0-9_-]{43})</code>', pagina.content.decode())
    assert achado is not None
    segredo = achado[1]
    assert pedir(segredo).json()["escopos"] == ["paredoes:ler"]
    token = Token.objects.get()
    assert (token.dono, token.expira_em - token.criado_em) == (dona, timedelta(days=30))
    for endereco in ("/admin/contas/token/", f"/admin/contas/token/{token.pk}/change/"):
        outra = cliente.get(endereco)
        assert outra.status_code == 200
        assert segredo not in outra.content.decode()
        assert segredo[:12] in outra.content.decode()


def test_cada_um_ve_e_revoga_so_os_seus(dona: User) -> None:
    outra = User.objects.create_user("outra", is_staff=True)
    outra.groups.add(Group.objects.get(name="Votação"))
    token, segredo = fazer(dona, Escopo.PAREDOES_LER)
    dela, minha = Client(), Client()
    dela.force_login(outra)
    minha.force_login(dona)
    assert segredo[:12] not in dela.get("/admin/contas/token/").content.decode()
    dela.post(f"/admin/contas/token/{token.pk}/revogar/")
    assert pedir(segredo).status_code == 200
    assert minha.get(f"/admin/contas/token/{token.pk}/revogar/").status_code == 405
    minha.post(f"/admin/contas/token/{token.pk}/revogar/")
    assert pedir(segredo).status_code == 401
    assert minha.post(f"/admin/contas/token/{token.pk}/delete/", {"post": "yes"}).status_code == 403


def test_formulario_do_admin_recusa_o_que_falta(dona: User) -> None:
    cliente = Client()
    cliente.force_login(dona)
    pagina = cliente.post("/admin/contas/token/add/", {"nome": "  ", "dias": "5000"}).content.decode()
    assert "Marque pelo menos um." in pagina
    assert Token.objects.count() == 0


def test_quem_nao_pode_criar_tokens_nao_os_ve() -> None:
    cliente = Client()
    cliente.force_login(User.objects.create_user("novata", is_staff=True))
    assert cliente.get("/admin/contas/token/").status_code == 403
    assert not Permission.objects.filter(codename="add_token", group__name="Qualquer").exists()


def test_comando_cria_e_mostra_so_o_token(dona: User, capsys: pytest.CaptureFixture[str]) -> None:
    call_command("criar_token", "dona", "--nome", "Painel", "--escopo", "contagem:ler", "--dias", "2")
    segredo = capsys.readouterr().out.strip()
    assert pedir(segredo).json()["escopos"] == ["contagem:ler"]
    with pytest.raises(CommandError, match="Não há ninguém da produção com o usuário “ninguem”"):
        call_command("criar_token", "ninguem", "--nome", "x", "--escopo", "contagem:ler")
    with pytest.raises(CommandError, match="--dias vai de 1 a 365"):
        call_command("criar_token", "dona", "--nome", "x", "--escopo", "contagem:ler", "--dias", "900")
