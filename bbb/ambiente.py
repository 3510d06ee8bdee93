"""Leitura estrita das variáveis de ambiente: um valor errado para a partida com uma frase que diz qual é.

Fica fora do `settings.py` para poder ser testada sem recarregar o Django. Nenhuma outra parte do projeto lê
`os.environ`.
"""

import ipaddress
import os
import secrets
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

import environ
from django.core.exceptions import ImproperlyConfigured, ValidationError
from django.core.validators import validate_email

Rede = ipaddress.IPv4Network | ipaddress.IPv6Network

SITE_LOCAL = "http://127.0.0.1:8000"
VERDADEIROS = frozenset({"1", "true", "on", "yes", "sim"})
FALSOS = frozenset({"0", "false", "off", "no", "nao", "não"})
CAIXA_DE_DEMONSTRACAO = "bbb.contas.correio.CaixaDeDemonstracao"
REMETENTE_LOCAL = "nao-responda@localhost"
BITS_MAXIMOS = 30
"""Acima disto um telefone levaria horas: com certeza é engano."""
CHAVE_MINIMA = 32
"""Caracteres de uma chave do CPF: são só mil milhões de CPFs, e o segredo da chave é tudo o que os esconde."""
FICHA_MINIMA = 16
"""Caracteres do `METRICAS_TOKEN`."""
PRAGMAS_SQLITE = (
    "PRAGMA journal_mode=WAL;"
    "PRAGMA synchronous=FULL;"
    "PRAGMA recursive_triggers=ON;"
    "PRAGMA cache_size=-65536;"
    "PRAGMA mmap_size=268435456;"
    "PRAGMA journal_size_limit=16777216;"
)
"""FULL: o voto confirmado sobrevive também à queda da máquina. Em lotes, custa o mesmo que NORMAL."""


@dataclass(frozen=True, slots=True)
class Provedor:
    """Quem afirma o CPF de quem entra."""

    nome: str
    """Como o público o chama."""
    campo: str
    """A afirmação que traz o CPF: no gov.br, `sub`."""
    emissor: str
    origem: str
    cliente: str
    segredo: str


@dataclass(frozen=True, slots=True)
class Captcha:
    """Um captcha de fora: quem é, as suas chaves e os seus endereços."""

    provedor: str
    """`turnstile` ou `hcaptcha`: também o nome do objeto que o script dele põe na página."""
    chave: str
    """A do site, pública."""
    segredo: str
    script: str
    verificacao: str
    origens: tuple[str, ...]
    """O que a página precisa poder carregar (CSP)."""


@dataclass(frozen=True, slots=True)
class Broker:
    """Onde está o RabbitMQ da fila de votos."""

    servidor: str
    porta: int
    usuario: str
    senha: str
    vhost: str
    url: str
    """O endereço como o Celery o lê."""


CAPTCHAS = {
    "turnstile": ("/turnstile/v0/api.js?render=explicit", "/turnstile/v0/siteverify"),
    "hcaptcha": ("/1/api.js?render=explicit", "/siteverify"),
}
"""Caminhos do script e da verificação de cada provedor."""
_HOSTS = {
    "turnstile": ("challenges.cloudflare.com", "challenges.cloudflare.com", ("https://challenges.cloudflare.com",)),
    "hcaptcha": ("js.hcaptcha.com", "api.hcaptcha.com", ("https://hcaptcha.com", "https://*.hcaptcha.com")),
}


class Ambiente:
    """Lê variáveis de um mapa (por omissão o ambiente do processo). Todo erro é `ImproperlyConfigured` com o nome."""

    def __init__(self, valores: Mapping[str, str] | None = None) -> None:
        self._valores = os.environ if valores is None else valores

    def definida(self, nome: str) -> bool:
        return bool(self._valores.get(nome, "").strip())

    def texto(self, nome: str, omissao: str = "") -> str:
        return self._valores.get(nome, "").strip() or omissao

    def booleano(self, nome: str, *, omissao: bool) -> bool:
        bruto = self.texto(nome).lower()
        if not bruto:
            return omissao
        if bruto in VERDADEIROS:
            return True
        if bruto in FALSOS:
            return False
        raise ImproperlyConfigured(f"{nome}: escreva True ou False, e não {bruto!r}.")

    def inteiro(self, nome: str, *, omissao: int, minimo: int, maximo: int) -> int:
        bruto = self.texto(nome)
        if not bruto:
            return omissao
        if not (bruto.isascii() and bruto.isdigit() and minimo <= int(bruto) <= maximo):
            raise ImproperlyConfigured(f"{nome}: escreva um inteiro de {minimo} a {maximo}, e não {bruto!r}.")
        return int(bruto)

    def pasta(self, nome: str) -> Path | None:
        """Uma pasta, pelo caminho inteiro: os processos não partem todos do mesmo lugar."""
        bruto = self.texto(nome)
        if bruto and not Path(bruto).is_absolute():
            raise ImproperlyConfigured(f"{nome}: escreva o caminho inteiro, a começar por /, e não {bruto!r}.")
        return Path(bruto) if bruto else None

    def ficha(self, nome: str) -> str:
        """Um segredo que vai num cabeçalho HTTP, ou vazio."""
        bruto = self.texto(nome)
        if bruto and (len(bruto) < FICHA_MINIMA or not bruto.isascii() or not bruto.isprintable() or " " in bruto):
            raise ImproperlyConfigured(f"{nome}: escreva {FICHA_MINIMA} ou mais letras ASCII, sem espaços.")
        return bruto

    def lista(self, nome: str, omissao: list[str]) -> list[str]:
        bruto = self.texto(nome)
        return [parte.strip() for parte in bruto.split(",") if parte.strip()] if bruto else omissao

    def origens(self, nome: str) -> list[str]:
        origens = self.lista(nome, [])
        for origem in origens:
            partes = urlsplit(origem)
            if partes.scheme not in ("http", "https") or not partes.netloc or partes.path or partes.query:
                raise ImproperlyConfigured(
                    f"{nome}: {origem!r} não é uma origem; escreva como https://exemplo.com.br, sem barra no fim."
                )
        return origens

    def origens_com_credenciais(self, nome: str, aceitas: list[str]) -> list[str]:
        """Das outras origens aceitas, as que podem mandar a sessão. Uma que não está em `aceitas` é um engano."""
        origens = self.origens(nome)
        for origem in origens:
            if origem not in aceitas:
                raise ImproperlyConfigured(f"{nome}: {origem!r} também precisa estar em CORS_ORIGENS.")
        return origens

    def site(self, nome: str, omissao: str) -> str:
        """O endereço público do site, sem barra no fim: é dele que saem os elos das cartas."""
        bruto = self.texto(nome, omissao)
        try:
            partes = urlsplit(bruto)
            boa = partes.port != 0 and bool(partes.hostname) and partes.username is None
        except ValueError:
            boa = False
        if not boa or partes.scheme not in ("http", "https") or bruto != f"{partes.scheme}://{partes.netloc}":
            raise ImproperlyConfigured(
                f"{nome}: {bruto!r} não é o endereço de um site; escreva como https://exemplo.com.br, sem barra no fim."
            )
        return bruto

    def email(self, nome: str) -> str:
        """Um endereço de e-mail, ou vazio."""
        bruto = self.texto(nome)
        try:
            if bruto:
                validate_email(bruto)
        except ValidationError:
            raise ImproperlyConfigured(
                f"{nome}: {bruto!r} não é um e-mail; escreva como dados@exemplo.com.br."
            ) from None
        return bruto

    def redes(self, nome: str) -> list[Rede]:
        redes: list[Rede] = []
        for texto in self.lista(nome, []):
            try:
                redes.append(ipaddress.ip_network(texto))
            except ValueError:
                raise ImproperlyConfigured(
                    f"{nome}: {texto!r} não é um endereço IP nem uma rede como 10.0.0.0/8."
                ) from None
        return redes

    def banco(self, nome: str, arquivo_padrao: Path) -> dict[str, Any]:
        """Configuração de `DATABASES["default"]`. SQLite ganha WAL e IMMEDIATE; PostgreSQL, conexão que fica."""
        if not self.definida(nome):
            arquivo_padrao.parent.mkdir(parents=True, exist_ok=True)
        url = self.texto(nome, f"sqlite:///{arquivo_padrao}")
        esquema = url.split(":", 1)[0]
        if esquema not in ("sqlite", "postgres", "postgresql"):
            raise ImproperlyConfigured(f"{nome}: só sqlite:// e postgres:// são aceitos, e não {esquema!r}.")
        try:
            banco: dict[str, Any] = dict(environ.Env.db_url_config(url))
        except (ValueError, environ.ImproperlyConfigured) as erro:
            raise ImproperlyConfigured(f"{nome}: endereço que não se entende ({erro}).") from None
        if not banco.get("NAME"):
            raise ImproperlyConfigured(f"{nome}: falta o nome do banco no fim do endereço.")
        if esquema == "sqlite":
            if banco["NAME"] == ":memory:":
                raise ImproperlyConfigured(f"{nome}: a urna tem vários processos; um banco na memória não serve.")
            banco["OPTIONS"] = {
                "transaction_mode": "IMMEDIATE",
                "timeout": 1.5,
                "init_command": PRAGMAS_SQLITE,
                **banco.get("OPTIONS", {}),
            }
        else:
            banco["CONN_MAX_AGE"] = 60
            if "pool" in banco.get("OPTIONS", {}):
                banco["OPTIONS"]["pool"] = self._conjunto(nome, banco["OPTIONS"]["pool"])
                # As conexões são do conjunto: uma que ficasse com uma thread faltaria às outras.
                banco["CONN_MAX_AGE"] = 0
            banco["CONN_HEALTH_CHECKS"] = True
            banco["OPTIONS"] = {
                "connect_timeout": 3,
                "keepalives_idle": 10,
                "tcp_user_timeout": 5000,
                **banco.get("OPTIONS", {}),
            }
        return banco

    def _conjunto(self, nome: str, maximo: object) -> dict[str, Any]:
        """Um conjunto de conexões (psycopg-pool) com tantas por processo, no máximo. Sem vaga em 2 segundos, 503."""
        # O django-environ já lê os números do endereço.
        if not (isinstance(maximo, int) and 1 <= maximo <= 100):
            raise ImproperlyConfigured(f"{nome}: em pool vai o máximo de conexões por processo, de 1 a 100.")
        if find_spec("psycopg_pool") is None:
            raise ImproperlyConfigured(f"{nome}: para pool, rode antes: pip install -r requirements-producao.txt.")
        return {"min_size": 1, "max_size": maximo, "timeout": 2.0}

    def correio(self, nome: str, pasta_padrao: Path) -> dict[str, Any]:
        """Configuração do e-mail. `demo://` guarda as cartas em `pasta_padrao`; `demo:///outra/pasta`, noutra."""
        url = self.texto(nome, "consolemail://")
        if url.startswith("demo:"):
            partes = urlsplit(url)
            if partes.netloc or partes.query or not url.startswith("demo://"):
                raise ImproperlyConfigured(f"{nome}: escreva demo:// ou demo:///caminho/da/pasta.")
            return {"EMAIL_BACKEND": CAIXA_DE_DEMONSTRACAO, "CORREIO_DEMO": Path(partes.path or pasta_padrao)}
        try:
            return dict(environ.Env.email_url_config(url))
        except (KeyError, ValueError, environ.ImproperlyConfigured):
            raise ImproperlyConfigured(
                f"{nome}: endereço que não se entende; escreva como smtp+tls://usuario:senha@servidor:587."
            ) from None

    def redis(self, nome: str) -> str:
        """Endereço de um Redis, conferido; vazio se a variável não está definida."""
        endereco = self.texto(nome)
        if not endereco:
            return ""
        partes = urlsplit(endereco)
        if partes.scheme not in ("redis", "rediss") or not partes.hostname:
            raise ImproperlyConfigured(
                f"{nome}: só um Redis serve; escreva como redis://servidor:6379/0, ou rediss:// para TLS."
            )
        try:
            porta_boa = partes.port is None or partes.port > 0
        except ValueError:
            porta_boa = False
        if not porta_boa:
            raise ImproperlyConfigured(f"{nome}: a porta de {partes.hostname!r} não é um número de 1 a 65535.")
        numero = partes.path.removeprefix("/")
        if numero and not (numero.isascii() and numero.isdigit()):
            raise ImproperlyConfigured(f"{nome}: depois da barra vai o número do banco do Redis, e não {numero!r}.")
        if partes.query or partes.fragment:
            raise ImproperlyConfigured(f"{nome}: opções no endereço não são aceitas; as esperas são as do projeto.")
        return endereco

    def broker(self, nome: str) -> Broker | None:
        """O RabbitMQ da fila de votos, ou `None`: `amqp://usuario:senha@servidor:5672/vhost`. Sem vhost, o `/`."""
        url = self.texto(nome)
        if not url:
            return None
        como = f"{nome}: escreva como amqp://usuario:senha@servidor:5672/vhost"
        partes = urlsplit(url)
        try:
            porta = partes.port
        except ValueError:
            porta = 0
        if porta == 0:
            raise ImproperlyConfigured(f"{como}; a porta é um número de 1 a 65535.")
        if partes.scheme != "amqp" or not partes.hostname:
            raise ImproperlyConfigured(f"{como}; só um RabbitMQ serve (com outro broker, um voto poderia se perder).")
        if not partes.username or not partes.password:
            raise ImproperlyConfigured(f"{como}; falta o usuário ou a senha.")
        vhost = partes.path.removeprefix("/")
        if partes.query or partes.fragment or "/" in vhost:
            raise ImproperlyConfigured(f"{como}, sem opções; uma barra dentro do vhost se escreve %2F.")
        return Broker(
            servidor=partes.hostname,
            porta=porta or 5672,
            usuario=unquote(partes.username),
            senha=unquote(partes.password),
            vhost=unquote(vhost) or "/",
            url=url if vhost else url.rstrip("/") + "//",
        )

    def captcha(self, nome: str) -> Captcha | None:
        """Captcha de fora, ou `None`. `turnstile://CHAVE:SEGREDO@` fala com o provedor.

        Com um host depois da arroba, fala com ele: por HTTPS, ou por HTTP se for esta máquina (os ensaios).
        """
        url = self.texto(nome)
        if not url:
            return None
        partes = urlsplit(url)
        como = f"{nome}: escreva como turnstile://CHAVE_DO_SITE:SEGREDO@ ou hcaptcha://CHAVE_DO_SITE:SEGREDO@"
        if partes.scheme not in CAPTCHAS:
            raise ImproperlyConfigured(f"{como}.")
        if not partes.username or not partes.password:
            raise ImproperlyConfigured(f"{como}; falta a chave do site ou o segredo.")
        if partes.path or partes.query or partes.fragment:
            raise ImproperlyConfigured(f"{como}, sem caminho nem opções.")
        caminho_do_script, caminho_da_verificacao = CAPTCHAS[partes.scheme]
        host = partes.netloc.rpartition("@")[2]
        if host:
            origem = f"{'http' if partes.hostname in ('127.0.0.1', 'localhost', '::1') else 'https'}://{host}"
            base_do_script = base_da_verificacao = origem
            origens: tuple[str, ...] = (origem,)
        else:
            do_script, da_verificacao, origens = _HOSTS[partes.scheme]
            base_do_script, base_da_verificacao = f"https://{do_script}", f"https://{da_verificacao}"
        return Captcha(
            provedor=partes.scheme,
            chave=unquote(partes.username),
            segredo=unquote(partes.password),
            script=base_do_script + caminho_do_script,
            verificacao=base_da_verificacao + caminho_da_verificacao,
            origens=origens,
        )

    def provedor(self, url: str, nome: str, campo: str) -> Provedor | None:
        """Provedor OpenID Connect que afirma o CPF, ou `None`: `https://CLIENTE:SEGREDO@emissor/caminho`."""
        endereco = self.texto(url)
        if not endereco:
            return None
        partes = urlsplit(endereco)
        local = partes.hostname in ("127.0.0.1", "localhost", "::1")
        if partes.scheme != "https" and not (partes.scheme == "http" and local):
            raise ImproperlyConfigured(f"{url}: só https://, e http:// para um provedor nesta mesma máquina.")
        if not partes.username or not partes.password or not partes.hostname or partes.query or partes.fragment:
            raise ImproperlyConfigured(f"{url}: escreva como https://CLIENTE:SEGREDO@emissor.")
        origem = f"{partes.scheme}://{partes.netloc.rpartition('@')[2]}"
        return Provedor(
            nome=self.texto(nome, "gov.br"),
            campo=self.texto(campo, "sub"),
            emissor=origem + partes.path.rstrip("/"),
            origem=origem,
            cliente=unquote(partes.username),
            segredo=unquote(partes.password),
        )

    def chaves(self, nome: str) -> list[str]:
        """Chaves secretas, da que vale à mais velha, separadas por vírgula; cada uma com 32 caracteres ou mais."""
        chaves = self.lista(nome, [])
        if any(len(chave) < CHAVE_MINIMA for chave in chaves) or len(set(chaves)) < len(chaves):
            raise ImproperlyConfigured(
                f"{nome}: cada chave precisa de {CHAVE_MINIMA} caracteres ou mais, e não se repete."
            )
        return chaves


def segredo_local(arquivo: Path) -> str:
    """Chave própria desta máquina, criada uma vez: assim nenhuma instalação usa uma chave que outros conhecem."""
    try:
        return arquivo.read_text(encoding="ascii")
    except FileNotFoundError:
        pass
    arquivo.parent.mkdir(parents=True, exist_ok=True)
    # O `mkstemp` já cria só para o dono, com um nome que ninguém mais tem.
    descritor, nome = tempfile.mkstemp(dir=arquivo.parent, prefix=arquivo.name)
    with os.fdopen(descritor, "w", encoding="ascii") as aberto:
        aberto.write(secrets.token_urlsafe(48))
    rascunho = Path(nome)
    try:
        # Dois processos podem criar a chave ao mesmo tempo: vale a que chegou primeiro, para os dois.
        os.link(rascunho, arquivo)
    except FileExistsError:
        pass
    finally:
        rascunho.unlink()
    return arquivo.read_text(encoding="ascii")
