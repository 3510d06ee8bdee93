from django.conf import settings
from django.contrib import admin
from django.urls import include, path

from bbb import api, saude
from bbb.ambiente import CAIXA_DE_DEMONSTRACAO
from bbb.contas import correio

urlpatterns = [
    path("", include("votacao.urls")),
    path("inscricoes/", include("inscricoes.urls")),
    path("conta/", include("bbb.contas.urls")),
    path("api/", include(api.proprios)),
    path("api/", api.urls),
    path("admin/", admin.site.urls),
    path("saude/viva/", saude.viva, name="viva"),
    path("saude/pronta/", saude.pronta, name="pronta"),
]
if settings.EMAIL_BACKEND == CAIXA_DE_DEMONSTRACAO:
    urlpatterns.append(path("demo/correio/", correio.caixa, name="correio"))
