"""Toda a configuração, num arquivo só. O que muda entre uma máquina e outra vem do ambiente (`bbb/ambiente.py`)."""

from pathlib import Path

from bootstrap_wrapper import get_bootstrap_css_dir
from csp.constants import NONE, SELF
from django.core.exceptions import ImproperlyConfigured

from bbb.ambiente import BITS_MAXIMOS, REMETENTE_LOCAL, SITE_LOCAL, Ambiente, segredo_local
from bbb.contas.limites import limites_das_contas

BASE_DIR = Path(__file__).resolve().parent.parent
DADOS = BASE_DIR / "dados"
ambiente = Ambiente()

# --- O que vem do ambiente -------------------------------------------------------------------------------------------
DEBUG = ambiente.booleano("DEBUG", omissao=True)
HTTPS = ambiente.booleano("HTTPS", omissao=not DEBUG)
SECRET_KEY = ambiente.texto("SECRET_KEY")
if not SECRET_KEY:
    if HTTPS:
        raise ImproperlyConfigured(
            "SECRET_KEY: falta. Em produção (DEBUG=False) ela assina as cédulas; escreva uma com 50 ou mais caracteres."
        )
    SECRET_KEY = segredo_local(DADOS / "segredo")
ALLOWED_HOSTS = ambiente.lista("ALLOWED_HOSTS", ["localhost", "127.0.0.1", "[::1]"])
CSRF_TRUSTED_ORIGINS = ambiente.origens("CSRF_TRUSTED_ORIGINS")
DATABASES = {"default": ambiente.banco("DATABASE_URL", DADOS / "bbb.sqlite3")}
MEDIA_ROOT = Path(ambiente.texto("MEDIA_ROOT", str(DADOS / "midia")))
SITE_URL = ambiente.site("SITE_URL", SITE_LOCAL)
"""O endereço deste site para quem lê uma carta. Não sai do pedido: quem pede não escolhe para onde vão os elos."""
ENCARREGADO = ambiente.email("ENCARREGADO")
"""O e-mail de quem atende os pedidos sobre dados pessoais (LGPD, art. 41). Aparece em “Meus dados”."""
PROXIES_CONFIAVEIS = ambiente.redes("PROXIES_CONFIAVEIS")
CEDULA_BITS = ambiente.inteiro("CEDULA_BITS", omissao=16, minimo=0, maximo=BITS_MAXIMOS)
LIMITES = ambiente.booleano("LIMITES", omissao=True)
SEGUNDO_FATOR = ambiente.booleano("SEGUNDO_FATOR", omissao=False)
DEFAULT_FROM_EMAIL = ambiente.texto("EMAIL_REMETENTE", REMETENTE_LOCAL)
CORREIO_DEMO = DADOS / "correio"
vars().update(ambiente.correio("EMAIL_URL", CORREIO_DEMO))
ambiente.ainda_nao("BROKER_URL", "a fila de votos ainda não existe nesta versão.")
CACHE_URL = ambiente.redis("CACHE_URL")
CAPTCHA = ambiente.captcha("CAPTCHA_URL")

CHAVES_CPF = ambiente.chaves("CHAVE_CPF") or ([] if HTTPS else [segredo_local(DADOS / "segredo_cpf")])
"""Do voto único: a primeira é a que vale, as outras só reconhecem quem se cadastrou antes da troca. Sem nenhuma, um
paredão com voto único não abre."""

PROVEDOR_CPF = ambiente.provedor("PROVEDOR_CPF_URL", "PROVEDOR_CPF_NOME", "PROVEDOR_CPF_CAMPO")
"""Por onde se entra com o CPF confirmado; `None`: por nenhum lugar."""

# --- A votação -------------------------------------------------------------------------------------------------------
CEDULA_VALIDADE = 15 * 60
"""Segundos entre a emissão de uma cédula e a última hora de usá-la."""
LIMITES_POR_ORIGEM = {
    "voto": "6000/minute",
    "cedula": "9000/minute",
    "confirmacao": "40/minute",
}
"""Por origem (um IPv4 ou um IPv6 /64); além disso, 429. Folgados: mil pessoas de uma escola, atrás de um endereço só,
votam cinco vezes por minuto cada uma. Sem `CACHE_URL`, cada processo conta o seu."""
SUSPEITAS_POR_ORIGEM = {
    "ritmo": "600/minute",
    "tempo": "60/minute",
    "alheia": "60/minute",
    "sem_script": "20/minute",
}
"""Além disto, o voto conta e é confirmado, mas fica marcado: todos os votos; os dados antes de uma pessoa poder; os de
cédulas emitidas para outra origem; os da porta sem JavaScript. Ver `docs/ANTIRROBO.md`."""
PROVA_MAIS_DIFICIL = "900/minute"
"""Cédulas por origem além das quais a prova dela custa mais; também depois de qualquer suspeita."""
CEDULA_BITS_A_MAIS = 4
CEDULA_BITS_TETO = 22
"""Bits a que a suspeita pode levar uma prova; um paredão com mais do que isto fica com os seus."""
MARGEM_DE_PUBLICACAO = 5
"""Segundos entre o encerramento e a publicação: nenhum voto aceito antes de encerrar espera mais do que isto."""

# --- As contas: código por e-mail para o público, senha e segundo fator para a produção (bbb/contas) ------------------
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/inscricoes/"
AUTHENTICATION_BACKENDS = ["bbb.contas.autenticacao.Contas"]
SESSAO_DO_PUBLICO = 30 * 24 * 3600
"""Segundos que dura a entrada de um candidato: dá para voltar noutro dia. A da produção dura `SESSION_COOKIE_AGE`."""
SESSAO_DA_ENTRADA = 20 * 60
"""Segundos que se guarda o e-mail de quem pediu um código e não entrou."""
EMAIL_TIMEOUT = 5
"""Segundos de espera pelo servidor de e-mail; além disso, a pessoa lê que não foi possível."""
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.db.DatabaseCache",
        "LOCATION": "contas_limite",
        "OPTIONS": {"MAX_ENTRIES": 200_000},
    }
}
"""Os limites das contas são contados entre todos os processos, e as contagens morrem sozinhas. No banco, e não no
Redis: entrar não depende de mais um serviço no ar."""
ACCOUNT_ADAPTER = "bbb.contas.adaptadores.Contas"
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*"]
ACCOUNT_EMAIL_VERIFICATION = "none"  # quem digita o código já provou que o e-mail é seu
ACCOUNT_LOGIN_BY_CODE_FORMAT = {"numeric": True, "length": 8, "dashed": True}
ACCOUNT_LOGIN_BY_CODE_TIMEOUT = 10 * 60
"""Segundos que vale um código."""
ACCOUNT_LOGIN_BY_CODE_MAX_ATTEMPTS = 5
"""Tentativas por código. Com oito algarismos, quem chuta acerta uma vez em vinte milhões de códigos."""
ACCOUNT_LOGIN_TIMEOUT = 15 * 60
"""Segundos para acabar de entrar, com o segundo fator."""
ACCOUNT_REAUTHENTICATION_TIMEOUT = 5 * 60
"""Segundos em que a senha recém-digitada vale para mexer no segundo fator."""
ACCOUNT_RATE_LIMITS = limites_das_contas(por_origem=LIMITES)
MFA_ADAPTER = "bbb.contas.adaptadores.Fatores"
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes"]
MFA_TOTP_ISSUER = "BBB 24 Produção"
MFA_TOTP_TOLERANCE = 1
"""Períodos de 30 segundos, para antes e para depois: o relógio do telefone pode estar um pouco fora."""
MFA_ALLOW_UNVERIFIED_EMAIL = True  # a produção não entra por e-mail

# --- As inscrições ---------------------------------------------------------------------------------------------------
AVISOS_EM_SEGUNDO_PLANO = True
"""Se cada processo manda as suas cartas, numa thread, logo depois da mudança. Sem isso, só o `enviar_avisos` manda."""

# --- Django ----------------------------------------------------------------------------------------------------------
INSTALLED_APPS = [
    "bbb.apps.BbbConfig",
    "inscricoes.apps.InscricoesConfig",
    "votacao.apps.VotacaoConfig",
    "bbb.contas.apps.ContasConfig",
    "bbb.contas.apps.ProducaoConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "bbb.apps.EstaticosConfig",
    "django.contrib.humanize",
    "crispy_forms",
    "crispy_bootstrap5",
    "django_htmx",
    "csp",
    "allauth",
    "allauth.account",
    "allauth.mfa",
]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django_permissions_policy.PermissionsPolicyMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
]
ROOT_URLCONF = "bbb.urls"
WSGI_APPLICATION = "bbb.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ],
        },
    },
]
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
LANGUAGE_CODE = "pt-br"
TIME_ZONE = "America/Sao_Paulo"
USE_I18N = True
USE_TZ = True
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{nome}"}
    for nome in (
        "UserAttributeSimilarityValidator",
        "MinimumLengthValidator",
        "CommonPasswordValidator",
        "NumericPasswordValidator",
    )
]
CRISPY_ALLOWED_TEMPLATE_PACKS = "bootstrap5"
CRISPY_TEMPLATE_PACK = "bootstrap5"

# --- Arquivos --------------------------------------------------------------------------------------------------------
STATIC_URL = "/static/"
STATIC_ROOT = DADOS / "static"
STATICFILES_FINDERS = [
    "django.contrib.staticfiles.finders.FileSystemFinder",
    "django.contrib.staticfiles.finders.AppDirectoriesFinder",
    "bbb.estaticos.Juntos",
]
STATICFILES_DIRS = [BASE_DIR / "static", ("bootstrap", get_bootstrap_css_dir())]
MEDIA_URL = "/midia/"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    # Em MEDIA_ROOT/inscricoes, sem endereço público: só as views de inscricoes.views.arquivos as servem.
    "inscricoes": {"BACKEND": "inscricoes.arquivos.deposito.DepositoPrivado"},
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if DEBUG
        else "whitenoise.storage.CompressedManifestStaticFilesStorage"
    },
}
WHITENOISE_SKIP_COMPRESS_EXTENSIONS = ("webp", "png", "jpg", "gif", "ico", "woff2", "map", "gz", "br")
DATA_UPLOAD_MAX_MEMORY_SIZE = 2_500_000
FILE_UPLOAD_MAX_MEMORY_SIZE = 2_500_000
CORPO_MAXIMO = 12 * 1024 * 1024
"""Bytes do maior corpo de pedido que a porta da frente lê no admin (fotos); além disso, 413 sem ler."""
CORPO_DE_ARQUIVOS = 40 * 1024 * 1024
"""Bytes do maior corpo das páginas de fotos e de vídeo: várias fotos juntas, ou o vídeo de quem está sem JavaScript."""
VIDEO_BYTES_MAXIMOS = 300 * 1024 * 1024
VIDEO_SEM_SCRIPT_BYTES_MAXIMOS = 30 * 1024 * 1024
"""O vídeo que vai de uma vez só, num formulário comum, e não em pedaços."""

# --- Segurança -------------------------------------------------------------------------------------------------------
SECURE_SSL_REDIRECT = HTTPS
SESSION_COOKIE_SECURE = HTTPS
CSRF_COOKIE_SECURE = HTTPS
SECURE_HSTS_SECONDS = 365 * 24 * 3600 if HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = HTTPS
SECURE_HSTS_PRELOAD = HTTPS
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if PROXIES_CONFIAVEIS else None
SECURE_REDIRECT_EXEMPT = [r"^saude/"]
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "worker-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "media-src": [SELF],
        "font-src": [SELF],
        "connect-src": [SELF],
        "manifest-src": [SELF],
        "form-action": [SELF],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
    }
}
if CAPTCHA is not None:
    # Só o provedor escolhido, e só com o captcha ligado.
    for diretiva in ("script-src", "style-src", "connect-src", "frame-src"):
        CONTENT_SECURITY_POLICY["DIRECTIVES"].setdefault(diretiva, []).extend(CAPTCHA.origens)
if PROVEDOR_CPF is not None:
    # O navegador confere também para onde um formulário nosso é levado.
    CONTENT_SECURITY_POLICY["DIRECTIVES"]["form-action"].append(PROVEDOR_CPF.origem)
PERMISSIONS_POLICY: dict[str, list[str]] = {
    "camera": [],
    "geolocation": [],
    "microphone": [],
    "payment": [],
    "usb": [],
}

# --- Registros: nada de pessoal neles (bbb/registros.py) -------------------------------------------------------------
DEFAULT_EXCEPTION_REPORTER_FILTER = "bbb.registros.SemDadosDoPedido"
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"linha": {"()": "bbb.registros.Linha", "format": "%(asctime)s %(levelname)s %(name)s %(message)s"}},
    "filters": {"sem_dados_pessoais": {"()": "bbb.registros.SemDadosPessoais"}},
    "handlers": {
        "console": {"class": "logging.StreamHandler", "formatter": "linha", "filters": ["sem_dados_pessoais"]}
    },
    "root": {"handlers": ["console"], "level": "INFO"},
    "loggers": {
        # Os do Django, sem os caminhos que ele lhes dá: um terminal sem filtro, e o e-mail aos administradores.
        "django": {"handlers": [], "level": "INFO"},
        "django.server": {"handlers": ["console"], "level": "INFO", "propagate": False},
        "django.request": {"level": "ERROR"},
        "django.security": {"level": "ERROR"},
        # Em DEBUG escrevem, por natureza, o SQL com os valores e tudo o que a página tinha na mão: nunca.
        "django.db.backends": {"level": "INFO"},
        "django.template": {"level": "INFO"},
    },
}
