from django.contrib import admin
from django.urls import include, path

from bbb import saude

urlpatterns = [
    path("", include("votacao.urls")),
    path("inscricoes/", include("inscricoes.urls")),
    path("admin/", admin.site.urls),
    path("saude/viva/", saude.viva, name="viva"),
    path("saude/pronta/", saude.pronta, name="pronta"),
]
