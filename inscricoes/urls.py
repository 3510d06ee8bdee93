from django.urls import path

from inscricoes.views import acompanhar, formulario, titular

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
    # Lugares do ramo `arquivos`: na junção, saem.
    path("minha/fotos/", acompanhar.minha, name="fotos"),
    path("minha/video/", acompanhar.minha, name="video"),
]
