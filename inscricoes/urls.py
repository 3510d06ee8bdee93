from django.urls import path

from inscricoes.views import acompanhar, formulario

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
]
# Lugares de outros ramos, só para este andar sozinho: na junção, saem.
urlpatterns += [
    path("minha/fotos/", acompanhar.minha, name="fotos"),
    path("minha/video/", acompanhar.minha, name="video"),
    path("minha/meus-dados/", acompanhar.minha, name="meus_dados"),
]
