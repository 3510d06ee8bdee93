from django.urls import path

from inscricoes.views import arquivos

app_name = "inscricoes"

urlpatterns = [
    path("minha/fotos/", arquivos.fotos, name="fotos"),
    path("minha/fotos/ordem/", arquivos.ordenar, name="ordenar_fotos"),
    path("minha/fotos/<uuid:foto>/apagar/", arquivos.apagar_foto, name="apagar_foto"),
    path("minha/video/", arquivos.video, name="video"),
    path("minha/video/apagar/", arquivos.apagar_video, name="apagar_video"),
    path("minha/video/envio/", arquivos.envio, name="envio"),
    path("minha/video/envio/<uuid:envio>/", arquivos.pedaco, name="pedaco"),
    path("minha/video/envio/<uuid:envio>/concluir/", arquivos.concluir, name="concluir_envio"),
    path("minha/video/envio/<uuid:envio>/cancelar/", arquivos.cancelar, name="cancelar_envio"),
    path("arquivos/fotos/<uuid:foto>/", arquivos.foto, name="foto"),
    path("arquivos/fotos/<uuid:foto>/miniatura/", arquivos.miniatura, name="miniatura"),
    path("arquivos/videos/<uuid:video>/", arquivos.video_arquivo, name="video_arquivo"),
    path("arquivos/videos/<uuid:video>/quadro/", arquivos.quadro, name="quadro"),
]
