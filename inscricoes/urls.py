from django.urls import path

from inscricoes.views import titular

app_name = "inscricoes"

urlpatterns = [
    path("minha/meus-dados/", titular.meus_dados, name="meus_dados"),
    path("minha/meus-dados/exportar/", titular.exportar, name="exportar"),
    path("minha/meus-dados/apagar/", titular.apagar, name="apagar"),
    path("apagada/", titular.apagada, name="apagada"),
]
# Lugar do ramo `formulario`, só para este andar sozinho: na junção, sai.
urlpatterns += [path("minha/", titular.meus_dados, name="minha"), path("", titular.apagada, name="inicio")]
