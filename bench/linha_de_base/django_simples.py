# mypy: disable-error-code="var-annotated"
# (este módulo tem o seu próprio settings, que o plugin de tipos do Django não lê)
"""Linha de base B: a view Django comum. Middleware de costume, um `Voto.objects.create` por pedido, SQLite em WAL.

BANCO=b.sqlite3 python -m bench.linha_de_base.django_simples        # cria a tabela
BANCO=b.sqlite3 granian --interface wsgi bench.linha_de_base.django_simples:application --workers 2 --no-ws
POST /paredoes/1/votar/ com o campo participante=2
"""

import os
import uuid

import django
from django.conf import settings

settings.configure(
    ALLOWED_HOSTS=["*"],
    DEBUG=False,
    INSTALLED_APPS=["django.contrib.contenttypes", "django.contrib.auth", "django.contrib.sessions"],
    MIDDLEWARE=[
        "django.middleware.security.SecurityMiddleware",
        "django.contrib.sessions.middleware.SessionMiddleware",
        "django.middleware.locale.LocaleMiddleware",
        "django.middleware.common.CommonMiddleware",
        "django.middleware.csrf.CsrfViewMiddleware",
        "django.contrib.auth.middleware.AuthenticationMiddleware",
        "django.contrib.messages.middleware.MessageMiddleware",
        "django.middleware.clickjacking.XFrameOptionsMiddleware",
    ],
    ROOT_URLCONF=__name__,
    SECRET_KEY="so-para-medir-" * 4,
    DATABASES={
        "default": {
            "ENGINE": "django.db.backends.sqlite3",
            "NAME": os.environ.get("BANCO", "django_simples.sqlite3"),
            "CONN_MAX_AGE": None,
            "OPTIONS": {
                "transaction_mode": "IMMEDIATE",
                "timeout": 30,
                # NORMAL, e não o FULL do projeto: a vantagem fica com a linha de base.
                "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL;",
            },
        }
    },
)
django.setup()

from django.core.wsgi import get_wsgi_application  # noqa: E402
from django.db import connection, models  # noqa: E402
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect  # noqa: E402
from django.urls import path  # noqa: E402
from django.views.decorators.csrf import csrf_exempt  # noqa: E402


class Voto(models.Model):
    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    paredao = models.IntegerField()
    participante = models.IntegerField()
    em = models.DateTimeField(auto_now_add=True)

    class Meta:
        app_label = "linha_de_base"
        db_table = "votos"


@csrf_exempt
def votar(request: HttpRequest, paredao: int) -> HttpResponse:
    Voto.objects.create(paredao=paredao, participante=int(request.POST["participante"]))
    return HttpResponseRedirect("/ok/")


urlpatterns = [path("paredoes/<int:paredao>/votar/", votar)]
application = get_wsgi_application()

if __name__ == "__main__":
    with connection.schema_editor() as editor:
        editor.create_model(Voto)
