from django.urls import path, re_path

from votacao import views, views_aparelho, views_unico

app_name = "votacao"

urlpatterns = [
    path("", views.inicio, name="inicio"),
    path("paredoes/", views.paredoes, name="paredoes"),
    path("paredoes/<int:paredao_id>/", views.paredao, name="paredao"),
    path("paredoes/<int:paredao_id>/resultado/", views.resultado, name="resultado"),
    path("paredoes/<int:paredao_id>/resultado/horas.svg", views.horas, name="horas"),
    path("paredoes/<int:paredao_id>/panorama/", views.panorama, name="panorama"),
    path("participantes/<int:participante_id>/", views.participante, name="participante"),
    path("paredoes/<int:paredao_id>/cedula/", views.cedula, name="cedula"),
    path("paredoes/<int:paredao_id>/confirmar/", views.confirmar, name="confirmar"),
    path("paredoes/<int:paredao_id>/unico/", views_unico.pagina, name="unico"),
    path("paredoes/<int:paredao_id>/unico/cpf/", views_unico.cpf, name="unico_cpf"),
    path("paredoes/<int:paredao_id>/unico/cedula/", views_unico.cedula, name="unico_cedula"),
    path("paredoes/<int:paredao_id>/votar/", views.votar, name="votar"),
    path(
        "comprovantes/modelo/<int:paredao_id>/<int:participante_id>/<int:modalidade>/",
        views.comprovante_modelo,
        name="modelo",
    ),
    re_path(r"^comprovantes/(?P<codigo>[0-9a-f]{32})/$", views.comprovante, name="comprovante"),
    path("manifest.webmanifest", views_aparelho.manifesto, name="manifesto"),
    path("sw.js", views_aparelho.trabalhador, name="trabalhador"),
    path("sem-rede/", views_aparelho.sem_rede, name="sem_rede"),
    re_path(
        r"^paredoes/(?P<paredao_id>[0-9]{1,9})/cartaz-(?P<resumo>[0-9a-f]{20})\.jpg$",
        views_aparelho.cartaz,
        name="cartaz",
    ),
    re_path(r"^midia/participantes/(?P<arquivo>[0-9a-f]{20}-[0-9]{3}\.webp)$", views.foto, name="foto"),
]
