"""As páginas da produção e endereços de fotos e vídeos com a forma que `inscricoes.urls` lhes dá."""

from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.urls import include, path


def arquivo(request: HttpRequest, chave: object) -> HttpResponse:
    return HttpResponse()


arquivos = [
    path("arquivos/fotos/<uuid:chave>/", arquivo, name="foto"),
    path("arquivos/fotos/<uuid:chave>/miniatura/", arquivo, name="miniatura"),
    path("arquivos/videos/<uuid:chave>/", arquivo, name="video_arquivo"),
    path("arquivos/videos/<uuid:chave>/quadro/", arquivo, name="quadro"),
]
urlpatterns = [
    path("admin/", admin.site.urls),
    path("inscricoes/", include((arquivos, "inscricoes"))),
]
