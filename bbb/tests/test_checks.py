import os
import secrets
import subprocess
import sys
from pathlib import Path

import pytest
from django.conf import settings as configuracao
from django.core.checks import CheckMessage, run_checks
from django.db import connection
from pytest_django import Settings

from bbb import checks
from bbb.ambiente import Broker

BOA = secrets.token_urlsafe(48)


def ids(mensagens: list[CheckMessage]) -> list[str]:
    assert all(mensagem.hint for mensagem in mensagens)
    return [str(mensagem.id) for mensagem in mensagens]


def gerir(*comando: str, **ambiente: str) -> subprocess.CompletedProcess[str]:
    """`manage.py` num processo próprio, com um ambiente limpo."""
    limpo = {nome: os.environ[nome] for nome in ("PATH", "HOME", "LANG", "VIRTUAL_ENV") if nome in os.environ}
    return subprocess.run(
        [sys.executable, "manage.py", *comando],
        cwd=configuracao.BASE_DIR,
        env={**limpo, **ambiente},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


@pytest.mark.parametrize(("debug", "esperado"), [(True, ["bbb.E001"]), (False, [])])
def test_debug_em_producao(settings: Settings, debug: bool, esperado: list[str]) -> None:
    settings.DEBUG = debug
    assert ids(checks.debug_em_producao(None)) == esperado


@pytest.mark.parametrize(
    ("chave", "esperado"),
    [
        (BOA, []),
        ("curta", ["bbb.E002"]),
        ("a" * 80, ["bbb.E002"]),
        ("django-insecure-" + BOA, ["bbb.E002"]),
    ],
    ids=["boa", "curta", "repetida", "do-django"],
)
def test_chave_fraca(settings: Settings, chave: str, esperado: list[str], tmp_path: Path) -> None:
    settings.DADOS = tmp_path
    settings.SECRET_KEY = chave
    assert ids(checks.chave_fraca(None)) == esperado


def test_chave_criada_pela_maquina(settings: Settings, tmp_path: Path) -> None:
    settings.DADOS = tmp_path
    settings.SECRET_KEY = BOA
    (tmp_path / "segredo").write_text(BOA, encoding="ascii")
    assert ids(checks.chave_fraca(None)) == ["bbb.E002"]


@pytest.mark.parametrize(
    ("debug", "https", "hosts", "esperado"),
    [
        (False, True, ["exemplo.com.br"], []),
        (False, True, ["exemplo.com.br", "*"], ["bbb.E003"]),
        (False, False, ["exemplo.com.br", "*"], ["bbb.W003"]),
        (True, False, ["*"], []),
    ],
)
def test_qualquer_host(settings: Settings, debug: bool, https: bool, hosts: list[str], esperado: list[str]) -> None:
    settings.DEBUG = debug
    settings.HTTPS = https
    settings.ALLOWED_HOSTS = hosts
    assert ids(checks.qualquer_host(None)) == esperado


@pytest.mark.parametrize(
    ("limites", "bits", "debug", "esperado"),
    [
        (True, 16, False, []),
        (False, 16, False, ["bbb.W001"]),
        (False, 16, True, ["bbb.W001"]),
        (True, 0, False, ["bbb.W002"]),
        (True, 0, True, []),
        (False, 0, False, ["bbb.W001", "bbb.W002"]),
    ],
)
def test_urna_sem_defesa(settings: Settings, limites: bool, bits: int, debug: bool, esperado: list[str]) -> None:
    settings.LIMITES = limites
    settings.CEDULA_BITS = bits
    settings.DEBUG = debug
    assert ids(checks.urna_sem_defesa(None)) == esperado


@pytest.mark.parametrize(
    ("https", "site", "encarregado", "esperado"),
    [
        (True, "https://exemplo.com.br", "dados@exemplo.com.br", []),
        (True, "http://127.0.0.1:8000", "dados@exemplo.com.br", ["bbb.W007"]),
        (True, "https://exemplo.com.br", "", ["bbb.W008"]),
        (False, "http://127.0.0.1:8000", "", []),
    ],
)
def test_publico_de_verdade(settings: Settings, https: bool, site: str, encarregado: str, esperado: list[str]) -> None:
    settings.HTTPS = https
    settings.SITE_URL = site
    settings.ENCARREGADO = encarregado
    assert ids(checks.publico_de_verdade(None)) == esperado


@pytest.mark.django_db
def test_sqlite_duravel_no_banco_do_projeto() -> None:
    assert checks.sqlite_duravel(None, databases=["default"]) == []
    assert checks.sqlite_duravel(None, databases=None) == []


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("pragmas", "esperado"),
    [
        ("PRAGMA journal_mode=WAL;PRAGMA synchronous=FULL;", []),
        ("PRAGMA journal_mode=WAL;PRAGMA synchronous=EXTRA;", []),
        ("PRAGMA journal_mode=WAL;PRAGMA synchronous=NORMAL;", ["bbb.E005"]),
        ("PRAGMA journal_mode=DELETE;PRAGMA synchronous=FULL;", ["bbb.E004"]),
        ("PRAGMA journal_mode=DELETE;PRAGMA synchronous=OFF;", ["bbb.E004", "bbb.E005"]),
    ],
)
def test_sqlite_duravel_le_os_pragmas_de_volta(
    pragmas: str, esperado: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if connection.vendor != "sqlite":
        pytest.skip("só vale para o SQLite")
    outra = connection.copy(alias="outra")
    outra.settings_dict = {
        **connection.settings_dict,
        "NAME": str(tmp_path / "outro.sqlite3"),
        "OPTIONS": {"init_command": pragmas},
    }
    monkeypatch.setattr(checks, "connections", {"outra": outra})
    try:
        assert ids(checks.sqlite_duravel(None, databases=["outra"])) == esperado
    finally:
        outra.close()


def test_estao_registrados(settings: Settings) -> None:
    settings.LIMITES = False
    settings.DEBUG = False
    settings.HTTPS = True
    settings.ALLOWED_HOSTS = ["*"]
    settings.SECRET_KEY = "curta"
    achados = {str(mensagem.id) for mensagem in run_checks(include_deployment_checks=True)}
    assert {"bbb.E002", "bbb.E003", "bbb.W001", "bbb.W007", "bbb.W008"} <= achados


def test_producao_nao_tem_aviso(tmp_path: Path) -> None:
    feito = gerir(
        "check",
        "--deploy",
        "--database",
        "default",
        "--fail-level",
        "WARNING",
        DEBUG="False",
        HTTPS="True",
        SECRET_KEY=BOA,
        ALLOWED_HOSTS="exemplo.com.br",
        SITE_URL="https://exemplo.com.br",
        ENCARREGADO="dados@exemplo.com.br",
        DATABASE_URL=f"sqlite:///{tmp_path / 'banco.sqlite3'}",
        EMAIL_URL="smtp+tls://correio.exemplo.com.br:587",
        EMAIL_REMETENTE="nao-responda@exemplo.com.br",
    )
    assert (feito.returncode, feito.stderr) == (0, "")
    assert feito.stdout == "System check identified no issues (0 silenced).\n"


def test_sqlite_sem_espera_pelo_disco_e_apontado(tmp_path: Path) -> None:
    feito = gerir(
        "check",
        "--database",
        "default",
        DATABASE_URL=f"sqlite:///{tmp_path / 'banco.sqlite3'}?init_command=PRAGMA synchronous=OFF;",
    )
    assert feito.returncode == 1
    assert "bbb.E004" in feito.stderr
    assert "bbb.E005" in feito.stderr


def test_valor_errado_para_a_partida_com_uma_frase() -> None:
    feito = gerir("check", CEDULA_BITS="abc")
    assert feito.returncode == 1
    assert feito.stderr == "Configuração errada. CEDULA_BITS: escreva um inteiro de 0 a 30, e não 'abc'.\n"
    assert feito.stdout == ""


def test_valor_errado_com_traceback_pedido() -> None:
    feito = gerir("check", "--traceback", CEDULA_BITS="abc")
    assert feito.returncode == 1
    assert "Traceback" in feito.stderr


@pytest.mark.parametrize("comando", ["servir", "carregar_demo", "conferir"])
def test_valor_errado_para_os_comandos_do_projeto(comando: str) -> None:
    feito = gerir(comando, DEBUG="talvez")
    assert feito.returncode == 1
    assert feito.stderr == "Configuração errada. DEBUG: escreva True ou False, e não 'talvez'.\n"


@pytest.mark.parametrize(
    ("nome", "valor", "esperado"),
    [
        ("PROVA_MAIS_DIFICIL", "900/minute", []),
        ("PROVA_MAIS_DIFICIL", "900/second", ["bbb.E006"]),
        ("PROVA_MAIS_DIFICIL", "novecentas", ["bbb.E006"]),
        ("LIMITES_POR_ORIGEM", {"voto": "1/hour", "cedula": "x"}, ["bbb.E006", "bbb.E006"]),
        ("LIMITES_POR_ORIGEM", {"voto": "500/minute"}, ["bbb.W004"]),
    ],
)
def test_limites_que_se_entendem(settings: Settings, nome: str, valor: object, esperado: list[str]) -> None:
    setattr(settings, nome, valor)
    assert [achado.id for achado in checks.limites_que_se_entendem(None)] == esperado


@pytest.mark.parametrize(("margem", "esperado"), [(5, []), (4, ["bbb.E008"]), (0, ["bbb.E008"])])
def test_margem_maior_do_que_o_corte(settings: Settings, margem: int, esperado: list[str]) -> None:
    settings.BROKER = Broker("127.0.0.1", 5672, "guest", "guest", "/", "amqp://guest:guest@127.0.0.1//")
    settings.MARGEM_DE_PUBLICACAO = margem
    assert ids(checks.margem_maior_do_que_o_corte(None)) == esperado
    settings.BROKER = None
    assert ids(checks.margem_maior_do_que_o_corte(None)) == []


def python(codigo: str, **ambiente: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", codigo],
        cwd=configuracao.BASE_DIR,
        env={**os.environ, "DJANGO_SETTINGS_MODULE": "bbb.settings", **ambiente},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def test_sem_broker_nada_do_celery_e_importado() -> None:
    codigo = "import sys, bbb.asgi; print(sorted({'amqp', 'celery', 'kombu'} & set(sys.modules)))"
    assert python(codigo, BROKER_URL="").stdout == "[]\n"


def test_broker_sem_celery_instalado_para_a_partida() -> None:
    codigo = (
        "import importlib.util as util; antes = util.find_spec; "
        "util.find_spec = lambda nome, *a: None if nome == 'celery' else antes(nome, *a); import bbb.settings"
    )
    saida = python(codigo, BROKER_URL="amqp://ana:senha@127.0.0.1/votos")
    assert saida.stderr.strip().splitlines()[-1] == (
        "django.core.exceptions.ImproperlyConfigured: BROKER_URL: falta o Celery. "
        "Rode antes: pip install -r requirements-producao.txt."
    )


def test_trabalhar_sem_fila_diz_o_que_falta() -> None:
    saida = gerir("trabalhar")
    assert (saida.returncode, saida.stderr.strip()) == (
        1,
        "CommandError: Sem BROKER_URL não há fila: os votos vão direto ao banco, e não há o que trabalhar.",
    )
