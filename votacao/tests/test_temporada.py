"""A temporada em números: o que cada grupo vê, os totais, e quantas consultas custam."""

import re
from collections.abc import Callable
from datetime import timedelta
from xml.etree import ElementTree

import pytest
from django.utils import timezone

from inscricoes.models import Candidato, Edicao
from votacao import apuracao, services
from votacao.models import Opcao, Paredao, Participante, Suspeita
from votacao.tests.test_sala import entrar, texto, votar


@pytest.fixture
def temporada(edicao: Edicao, participantes: list[Participante], paredao: Paredao) -> Edicao:
    """Um paredão publicado, com 30 votos; um aberto, com 5, dois deles suspeitos; um agendado; três inscrições."""
    agora = timezone.now()
    paredao.titulo = "5º Paredão"
    paredao.save()
    votar(paredao, participantes[0], 3)
    votar(paredao, participantes[1], 2, suspeita=Suspeita.TEMPO)
    publicado = Paredao.objects.create(edicao=edicao, titulo="4º Paredão", abre_em=agora - timedelta(hours=9))
    Paredao.objects.create(edicao=edicao, titulo="6º Paredão", abre_em=agora + timedelta(hours=9))
    Paredao.objects.create(edicao=edicao, titulo="Rascunho")
    for participante in participantes:
        Opcao.objects.create(paredao=publicado, participante=participante)
    votar(publicado, participantes[2], 30)
    publicado.fecha_em = agora - timedelta(seconds=20)
    publicado.save()
    services.publicar(publicado)
    for n, uf in enumerate(("SP", "SP", "PA")):
        Candidato.objects.create(
            edicao=edicao, nome=f"Pessoa {n}", nome_curto=f"P{n}", email=f"p{n}@example.com", nascimento="1990-01-01",
            cidade="Cidade", uf=uf, enviado_em=agora,
        )  # fmt: skip
    return edicao


def test_temporada_de_quem_ve_tudo(temporada: Edicao) -> None:
    pagina = texto(entrar("Votação", "Seleção").get("/admin/temporada/").content.decode())
    assert "Inscrições enviadas 3" in pagina
    assert "Estados com inscrição 2 de 27" in pagina
    assert "Votos na temporada 33 em 3 paredões" in pagina
    assert "Norte 1 33,3% Nordeste 0 0,0% Centro-Oeste 0 0,0% Sudeste 2 66,7% Sul 0 0,0%" in pagina
    assert "São Paulo (SP) 2 66,7% Pará (PA) 1 33,3%" in pagina
    assert "Começaram 3 Enviaram 3 100,0% Em análise 0 0,0%" in pagina
    assert "6º Paredão agendado 0 0 –" in pagina
    assert "5º Paredão aberto 3 2 ainda não publicado" in pagina
    assert "4º Paredão resultado publicado 30 0 Caio sai, com 100,00% da média." in pagina
    assert "Rascunho 0 0" not in pagina


def test_temporada_de_cada_grupo(temporada: Edicao) -> None:
    votacao = texto(entrar("Votação").get("/admin/temporada/").content.decode())
    selecao = texto(entrar("Seleção").get("/admin/temporada/").content.decode())
    assert ("Inscrições enviadas" in votacao, "4º Paredão" in votacao) == (False, True)
    assert ("Inscrições enviadas" in selecao, "4º Paredão" in selecao) == (True, False)


def test_temporada_de_outra_edicao_e_de_nenhuma(temporada: Edicao) -> None:
    outra = Edicao.objects.create(nome="BBB 23", ano=2023)
    cliente = entrar("Votação", "Seleção")
    assert "Inscrições enviadas 0" in texto(cliente.get(f"/admin/temporada/?edicao={outra.pk}").content.decode())
    assert [cliente.get(f"/admin/temporada/?edicao={qual}").status_code for qual in ("999999", "x")] == [404, 404]
    assert cliente.get("/admin/temporada/nada.svg").status_code == 404


def test_temporada_custa_sempre_as_mesmas_consultas(
    temporada: Edicao, django_assert_num_queries: Callable[[int], object]
) -> None:
    cliente = entrar("Votação", "Seleção")
    # Sessão, usuário e permissões (2); edições; por dia, estado, situação e funil; paredões, quem concorre, somas e
    # decisões.
    with django_assert_num_queries(13):
        assert cliente.get("/admin/temporada/").status_code == 200


@pytest.mark.parametrize("qual", ["por-dia", "por-estado", "por-regiao", "funil"])
def test_graficos_da_temporada_sao_svg(temporada: Edicao, qual: str) -> None:
    resposta = entrar("Seleção").get(f"/admin/temporada/{qual}.svg")
    assert resposta["Content-Type"] == "image/svg+xml"
    assert ElementTree.fromstring(resposta.content).tag == "{http://www.w3.org/2000/svg}svg"


def test_apurar_todos_diz_o_mesmo_que_apurar_cada_um(temporada: Edicao) -> None:
    todos = Paredao.objects.filter(edicao=temporada)
    assert [(a.frase, a.totais, a.suspeitos) for a in apuracao.apurar_todos(todos)] == [
        (a.frase, a.totais, a.suspeitos) for a in map(apuracao.apurar, todos)
    ]


def test_filtro_que_nao_existe_leva_a_lista_com_um_recado(temporada: Edicao) -> None:
    cliente = entrar("Votação", "Seleção")
    for lista in ("/admin/votacao/paredao/", "/admin/inscricoes/candidato/"):
        resposta = cliente.get(f"{lista}?inventado__x=1", follow=True)
        assert resposta.redirect_chain[-1] == (lista, 302)
        recados = re.findall(r'<li class="warning">(.*?)</li>', resposta.content.decode())
        assert recados == ["O endereço pedia um filtro que esta lista não tem: aqui está ela inteira."]
