from django.urls import path

from inscricoes.views import acompanhar, arquivos, formulario, titular

app_name = "inscricoes"

urlpatterns = [
    path("", acompanhar.inicio, name="inicio"),
    path("nova/", formulario.nova, name="nova"),
    path("minha/", acompanhar.minha, name="minha"),
    path("minha/dados/", formulario.dados, name="dados"),
    path("minha/contato/", formulario.contato, name="contato"),
    path("minha/questionario/<int:secao>/", formulario.questionario, name="questionario"),
    path("minha/revisao/", formulario.revisao, name="revisao"),
    path("minha/desistir/", acompanhar.desistir, name="desistir"),
    path("minha/retomar/", acompanhar.retomar, name="retomar"),
    path("minha/meus-dados/", titular.meus_dados, name="meus_dados"),
    path("minha/meus-dados/exportar/", titular.exportar, name="exportar"),
    path("minha/meus-dados/apagar/", titular.apagar, name="apagar"),
    path("apagada/", titular.apagada, name="apagada"),
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
