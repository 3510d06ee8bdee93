"""Toda a configuração, num arquivo só. O que muda entre uma máquina e outra vem do ambiente (`bbb/ambiente.py`)."""

from pathlib import Path

from bootstrap_wrapper import get_bootstrap_css_dir
from csp.constants import NONE, SELF
from django.core.exceptions import ImproperlyConfigured

from bbb.ambiente import BITS_MAXIMOS, Ambiente, segredo_local

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
PROXIES_CONFIAVEIS = ambiente.redes("PROXIES_CONFIAVEIS")
CEDULA_BITS = ambiente.inteiro("CEDULA_BITS", omissao=16, minimo=0, maximo=BITS_MAXIMOS)
LIMITES = ambiente.booleano("LIMITES", omissao=True)
vars().update(ambiente.correio("EMAIL_URL"))
ambiente.ainda_nao("BROKER_URL", "a fila de votos ainda não existe nesta versão.")
ambiente.ainda_nao("CACHE_URL", "nada nesta versão usa um cache fora do processo.")

# --- A votação -------------------------------------------------------------------------------------------------------
CEDULA_VALIDADE = 15 * 60
"""Segundos entre a emissão de uma cédula e a última hora de usá-la."""
LIMITES_POR_ORIGEM = {
    "voto": "1200/minute",
    "cedula": "1200/minute",
    "confirmacao": "40/minute",
}
"""Por origem (um IPv4 ou um IPv6 /64) e por processo: folgados para uma escola inteira atrás de um endereço."""
MARGEM_DE_PUBLICACAO = 5
"""Segundos entre o encerramento e a publicação: nenhum voto aceito antes de encerrar espera mais do que isto."""

# --- Django ----------------------------------------------------------------------------------------------------------
INSTALLED_APPS = [
    "bbb.apps.BbbConfig",
    "inscricoes.apps.InscricoesConfig",
    "votacao.apps.VotacaoConfig",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "bbb.apps.EstaticosConfig",
    "django.contrib.humanize",
    "crispy_forms",
    "crispy_bootstrap5",
    "csp",
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
LOGIN_URL = "admin:login"
CRISPY_ALLOWED_TEMPLATE_PACKS = "bootstrap5"
CRISPY_TEMPLATE_PACK = "bootstrap5"
DEFAULT_FROM_EMAIL = "nao-responda@localhost"

# --- Arquivos --------------------------------------------------------------------------------------------------------
STATIC_URL = "/static/"
STATIC_ROOT = DADOS / "static"
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
PERMISSIONS_POLICY: dict[str, list[str]] = {
    "camera": [],
    "geolocation": [],
    "microphone": [],
    "payment": [],
    "usb": [],
}

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"linha": {"format": "%(asctime)s %(levelname)s %(name)s %(message)s"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "linha"}},
    "root": {"handlers": ["console"], "level": "INFO"},
    "loggers": {"django.request": {"level": "ERROR"}, "django.security": {"level": "ERROR"}},
}
