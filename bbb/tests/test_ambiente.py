import ipaddress
import stat
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from django.core.exceptions import ImproperlyConfigured

from bbb.ambiente import PRAGMAS_SQLITE, Ambiente, Broker, segredo_local

PADRAO = Path("/dados/bbb.sqlite3")
Leitura = Callable[[Ambiente], Any]

LEITURAS: dict[str, Leitura] = {
    "DEBUG": lambda ambiente: ambiente.booleano("DEBUG", omissao=True),
    "HTTPS": lambda ambiente: ambiente.booleano("HTTPS", omissao=False),
    "LIMITES": lambda ambiente: ambiente.booleano("LIMITES", omissao=True),
    "CEDULA_BITS": lambda ambiente: ambiente.inteiro("CEDULA_BITS", omissao=16, minimo=0, maximo=30),
    "CSRF_TRUSTED_ORIGINS": lambda ambiente: ambiente.origens("CSRF_TRUSTED_ORIGINS"),
    "CORS_ORIGENS": lambda ambiente: ambiente.origens("CORS_ORIGENS"),
    "CORS_COM_CREDENCIAIS": lambda ambiente: ambiente.origens_com_credenciais("CORS_COM_CREDENCIAIS", ["https://a.br"]),
    "PROXIES_CONFIAVEIS": lambda ambiente: ambiente.redes("PROXIES_CONFIAVEIS"),
    "DATABASE_URL": lambda ambiente: ambiente.banco("DATABASE_URL", PADRAO),
    "CACHE_URL": lambda ambiente: ambiente.redis("CACHE_URL"),
    "CAPTCHA_URL": lambda ambiente: ambiente.captcha("CAPTCHA_URL"),
    "EMAIL_URL": lambda ambiente: ambiente.correio("EMAIL_URL", Path("/dados/correio")),
    "SITE_URL": lambda ambiente: ambiente.site("SITE_URL", "http://127.0.0.1:8000"),
    "ENCARREGADO": lambda ambiente: ambiente.email("ENCARREGADO"),
    "METRICAS_PASTA": lambda ambiente: ambiente.pasta("METRICAS_PASTA"),
    "METRICAS_TOKEN": lambda ambiente: ambiente.ficha("METRICAS_TOKEN"),
    "METRICAS_PORTA": lambda ambiente: ambiente.inteiro("METRICAS_PORTA", omissao=0, minimo=0, maximo=65535),
    "LOG_JSON": lambda ambiente: ambiente.booleano("LOG_JSON", omissao=False),
    "BROKER_URL": lambda ambiente: ambiente.broker("BROKER_URL"),
}


def ler(nome: str, valor: str | None) -> Any:
    return LEITURAS[nome](Ambiente({} if valor is None else {nome: valor}))


@pytest.mark.parametrize(
    ("nome", "valor"),
    [
        ("DEBUG", "talvez"),
        ("DEBUG", "2"),
        ("HTTPS", "http"),
        ("LIMITES", "None"),
        ("CEDULA_BITS", "abc"),
        ("CEDULA_BITS", "-1"),
        ("CEDULA_BITS", "31"),
        ("CEDULA_BITS", "1.5"),
        ("CEDULA_BITS", "1_6"),
        ("CEDULA_BITS", "١٦"),
        ("METRICAS_PASTA", "metricas"),
        ("METRICAS_PASTA", "./metricas"),
        ("METRICAS_TOKEN", "curta"),
        ("METRICAS_TOKEN", "com espaço no meio dela"),
        ("METRICAS_TOKEN", "çççççççççççççççççççç"),
        ("METRICAS_TOKEN", "quebra\nde-linha-na-ficha"),
        ("METRICAS_PORTA", "65536"),
        ("METRICAS_PORTA", "-1"),
        ("LOG_JSON", "json"),
        ("CSRF_TRUSTED_ORIGINS", "exemplo.com.br"),
        ("CSRF_TRUSTED_ORIGINS", "https://exemplo.com.br/"),
        ("CSRF_TRUSTED_ORIGINS", "https://exemplo.com.br,ftp://exemplo.com.br"),
        ("CSRF_TRUSTED_ORIGINS", "https://"),
        ("CORS_ORIGENS", "*"),
        ("CORS_ORIGENS", "https://exemplo.com.br/fas"),
        ("CORS_COM_CREDENCIAIS", "https://b.br"),
        ("PROXIES_CONFIAVEIS", "proxy"),
        ("PROXIES_CONFIAVEIS", "10.0.0.1/8"),
        ("PROXIES_CONFIAVEIS", "10.0.0.0/8,300.1.1.1"),
        ("DATABASE_URL", "mysql://root@127.0.0.1/bbb"),
        ("DATABASE_URL", "bbb.sqlite3"),
        ("DATABASE_URL", "sqlite://:memory:"),
        ("DATABASE_URL", "sqlite://"),
        ("DATABASE_URL", "postgres://127.0.0.1"),
        ("DATABASE_URL", "postgres://127.0.0.1:porta/bbb"),
        ("DATABASE_URL", "postgres://127.0.0.1/bbb?pool=true"),
        ("DATABASE_URL", "postgres://127.0.0.1/bbb?pool=0"),
        ("CACHE_URL", "127.0.0.1:6379"),
        ("CACHE_URL", "memcached://127.0.0.1"),
        ("CACHE_URL", "redis://"),
        ("CACHE_URL", "redis://127.0.0.1:porta/0"),
        ("CACHE_URL", "redis://127.0.0.1:6379/votos"),
        ("CACHE_URL", "redis://127.0.0.1:6379/0?socket_timeout=60"),
        ("CAPTCHA_URL", "recaptcha://site:segredo@"),
        ("CAPTCHA_URL", "turnstile://"),
        ("CAPTCHA_URL", "turnstile://site@"),
        ("CAPTCHA_URL", "turnstile://site:segredo@/caminho"),
        ("CAPTCHA_URL", "hcaptcha://site:segredo@host?x=1"),
        ("EMAIL_URL", "correio.exemplo.com.br"),
        ("EMAIL_URL", "foo://servidor"),
        ("EMAIL_URL", "demo:"),
        ("EMAIL_URL", "demo:pasta"),
        ("EMAIL_URL", "demo://pasta/cartas"),
        ("EMAIL_URL", "demo:///pasta?x=1"),
        ("EMAIL_URL", "smtp://servidor:porta"),
        ("SITE_URL", "exemplo.com.br"),
        ("SITE_URL", "https://exemplo.com.br/"),
        ("SITE_URL", "https://exemplo.com.br/site"),
        ("SITE_URL", "https://exemplo.com.br?x=1"),
        ("SITE_URL", "ftp://exemplo.com.br"),
        ("SITE_URL", "https://"),
        ("SITE_URL", "https://exemplo.com.br:porta"),
        ("SITE_URL", "https://exemplo.com.br:0"),
        ("SITE_URL", "https://alguem@exemplo.com.br"),
        ("SITE_URL", "https://[::1"),
        ("ENCARREGADO", "dados"),
        ("ENCARREGADO", "dados@exemplo.com.br, outro@exemplo.com.br"),
        ("BROKER_URL", "127.0.0.1:5672"),
        ("BROKER_URL", "amqp://127.0.0.1"),
        ("BROKER_URL", "amqp://ana@127.0.0.1"),
        ("BROKER_URL", "amqp://ana:senha@"),
        ("BROKER_URL", "amqp://ana:senha@127.0.0.1:porta"),
        ("BROKER_URL", "amqp://ana:senha@127.0.0.1:0"),
        ("BROKER_URL", "amqp://ana:senha@127.0.0.1/a/b"),
        ("BROKER_URL", "amqp://ana:senha@127.0.0.1/a?heartbeat=1"),
        ("BROKER_URL", "amqps://ana:senha@127.0.0.1"),
        ("BROKER_URL", "redis://127.0.0.1:6379/0"),
    ],
)
def test_valor_errado_e_recusado_pelo_nome(nome: str, valor: str) -> None:
    with pytest.raises(ImproperlyConfigured, match=rf"^{nome}: .+\.$"):
        ler(nome, valor)


@pytest.mark.parametrize(
    ("nome", "valor", "esperado"),
    [
        ("DEBUG", None, True),
        ("DEBUG", "", True),
        ("DEBUG", "False", False),
        ("DEBUG", "não", False),
        ("DEBUG", " TRUE ", True),
        ("HTTPS", None, False),
        ("HTTPS", "sim", True),
        ("CEDULA_BITS", None, 16),
        ("CEDULA_BITS", "0", 0),
        ("CEDULA_BITS", "30", 30),
        ("CSRF_TRUSTED_ORIGINS", None, []),
        ("CSRF_TRUSTED_ORIGINS", "https://a.br, http://b.br:8000,", ["https://a.br", "http://b.br:8000"]),
        ("CORS_ORIGENS", None, []),
        ("CORS_ORIGENS", "https://a.br", ["https://a.br"]),
        ("CORS_COM_CREDENCIAIS", None, []),
        ("CORS_COM_CREDENCIAIS", "https://a.br", ["https://a.br"]),
        ("PROXIES_CONFIAVEIS", None, []),
        (
            "PROXIES_CONFIAVEIS",
            "10.0.0.0/8,::1",
            [ipaddress.ip_network("10.0.0.0/8"), ipaddress.ip_network("::1/128")],
        ),
        ("CACHE_URL", None, ""),
        ("CACHE_URL", "redis://127.0.0.1:6379/9", "redis://127.0.0.1:6379/9"),
        ("CACHE_URL", "rediss://:senha@cache.exemplo", "rediss://:senha@cache.exemplo"),
        ("SITE_URL", None, "http://127.0.0.1:8000"),
        ("SITE_URL", "https://exemplo.com.br", "https://exemplo.com.br"),
        ("SITE_URL", "http://[::1]:8000", "http://[::1]:8000"),
        ("ENCARREGADO", None, ""),
        ("ENCARREGADO", "dados@exemplo.com.br", "dados@exemplo.com.br"),
        ("METRICAS_PASTA", None, None),
        ("METRICAS_PASTA", "/var/metricas", Path("/var/metricas")),
        ("METRICAS_TOKEN", None, ""),
        ("METRICAS_TOKEN", "dezesseis-letras", "dezesseis-letras"),
        ("METRICAS_PORTA", None, 0),
        ("METRICAS_PORTA", "9100", 9100),
        ("LOG_JSON", None, False),
        ("LOG_JSON", "True", True),
        ("BROKER_URL", "", None),
        (
            "BROKER_URL",
            "amqp://ana:a%40b@fila.br",
            Broker("fila.br", 5672, "ana", "a@b", "/", "amqp://ana:a%40b@fila.br//"),
        ),
        (
            "BROKER_URL",
            "amqp://ana:s@fila.br:5673/",
            Broker("fila.br", 5673, "ana", "s", "/", "amqp://ana:s@fila.br:5673//"),
        ),
        (
            "BROKER_URL",
            "amqp://ana:s@[::1]:5673/a%2Fb",
            Broker("::1", 5673, "ana", "s", "a/b", "amqp://ana:s@[::1]:5673/a%2Fb"),
        ),
    ],
)
def test_valor_certo(nome: str, valor: str | None, esperado: object) -> None:
    assert ler(nome, valor) == esperado


def test_postgres_com_um_conjunto_de_conexoes() -> None:
    banco = ler("DATABASE_URL", "postgres://127.0.0.1/bbb?pool=4")
    assert banco["OPTIONS"]["pool"] == {"min_size": 1, "max_size": 4, "timeout": 2.0}
    assert banco["CONN_MAX_AGE"] == 0


def test_lista_separada_por_virgulas() -> None:
    assert Ambiente({"H": " a.br ,, b.br"}).lista("H", []) == ["a.br", "b.br"]
    assert Ambiente({}).lista("H", ["x"]) == ["x"]


def test_sqlite_por_omissao_com_wal_e_escrita_imediata() -> None:
    banco = ler("DATABASE_URL", None)
    assert banco["ENGINE"] == "django.db.backends.sqlite3"
    assert banco["NAME"] == str(PADRAO)
    assert banco["OPTIONS"]["init_command"] == PRAGMAS_SQLITE
    assert banco["OPTIONS"]["transaction_mode"] == "IMMEDIATE"


def test_postgres_com_conexao_que_fica() -> None:
    banco = ler("DATABASE_URL", "postgres://bbb:segredo@db:5433/votos?sslmode=require")
    assert (banco["ENGINE"], banco["NAME"], banco["HOST"], banco["PORT"]) == (
        "django.db.backends.postgresql",
        "votos",
        "db",
        5433,
    )
    assert banco["OPTIONS"] == {
        "connect_timeout": 3,
        "keepalives_idle": 10,
        "tcp_user_timeout": 5000,
        "sslmode": "require",
    }
    assert (banco["CONN_MAX_AGE"], banco["CONN_HEALTH_CHECKS"]) == (60, True)


def test_correio_por_omissao_vai_para_o_terminal() -> None:
    assert ler("EMAIL_URL", None)["EMAIL_BACKEND"] == "django.core.mail.backends.console.EmailBackend"


def test_correio_de_demonstracao() -> None:
    caixa = "bbb.contas.correio.CaixaDeDemonstracao"
    assert ler("EMAIL_URL", "demo://") == {"EMAIL_BACKEND": caixa, "CORREIO_DEMO": Path("/dados/correio")}
    assert ler("EMAIL_URL", "demo:///outra/pasta")["CORREIO_DEMO"] == Path("/outra/pasta")


def test_correio_com_servidor() -> None:
    correio = ler("EMAIL_URL", "smtp+tls://usuario:senha@correio.br:587")
    assert (correio["EMAIL_HOST"], correio["EMAIL_PORT"], correio["EMAIL_USE_TLS"]) == ("correio.br", 587, True)


def test_segredo_local_e_criado_uma_vez(tmp_path: Path) -> None:
    arquivo = tmp_path / "novo" / "segredo"
    with ThreadPoolExecutor(8) as threads:
        segredos = set(threads.map(lambda _: segredo_local(arquivo), range(32)))
    assert len(segredos) == 1
    assert len(segredos.pop()) == 64
    assert stat.S_IMODE(arquivo.stat().st_mode) == 0o600
    assert [caminho.name for caminho in arquivo.parent.iterdir()] == ["segredo"]
