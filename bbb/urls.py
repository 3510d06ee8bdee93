from django.conf import settings
from django.contrib import admin
from django.urls import include, path

from bbb import saude
from bbb.ambiente import CAIXA_DE_DEMONSTRACAO
from bbb.contas import correio
from votacao.admin import temporada

urlpatterns = [
    path("", include("votacao.urls")),
    path("inscricoes/", include("inscricoes.urls")),
    path("conta/", include("bbb.contas.urls")),
    path("admin/temporada/", admin.site.admin_view(temporada.painel), name="temporada"),
    path("admin/temporada/<slug:qual>.svg", admin.site.admin_view(temporada.grafico), name="temporada_grafico"),
    path("admin/", admin.site.urls),
    path("saude/viva/", saude.viva, name="viva"),
    path("saude/pronta/", saude.pronta, name="pronta"),
]
if settings.EMAIL_BACKEND == CAIXA_DE_DEMONSTRACAO:
    urlpatterns.append(path("demo/correio/", correio.caixa, name="correio"))
