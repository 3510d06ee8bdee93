"""O livro, só para ler: rápido com qualquer tamanho, e o histórico de quem fez o quê."""

import re

import pytest
from django.contrib.auth.models import Group, User
from django.db import connection
from django.test import Client
from django.utils import timezone
from django.utils.formats import date_format
from pytest_django.fixtures import DjangoAssertNumQueries

from votacao import registro
from votacao.models import Lote, Paredao, Participante
from votacao.registro import VotoAceito


@pytest.fixture
def auditor(db: None) -> Client:
    usuario = User.objects.create_user("auditora", is_staff=True)
    usuario.groups.add(Group.objects.get(name="Auditoria"))
    cliente = Client()
    cliente.force_login(usuario)
    return cliente


def votar(paredao: Paredao, participantes: list[Participante], quantos: int) -> None:
    agora = timezone.now().timestamp()
    registro.gravar(
        [
            VotoAceito(numero.to_bytes(16, "big"), paredao.pk, 1, participantes[numero % 3].pk, agora)
            for numero in range(1, quantos + 1)
        ]
    )


def codigos(cliente: Client, consulta: str = "") -> list[str]:
    return [voto.pk.hex for voto in cliente.get(f"/admin/votacao/voto/{consulta}").context["cl"].result_list]


def test_votos_do_mais_novo_para_o_mais_velho_sem_contar_o_livro(
    auditor: Client,
    paredao: Paredao,
    participantes: list[Participante],
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    votar(paredao, participantes, 120)
    # Sessão, usuário, permissões dele e dos grupos; a conta limitada; votos, participantes, lotes, paredões.
    with django_assert_num_queries(9) as consultas:
        achados = codigos(auditor)
    assert achados == [f"{numero:032x}" for numero in range(120, 70, -1)]
    contas = [consulta["sql"] for consulta in consultas.captured_queries if "COUNT" in consulta["sql"]]
    assert len(contas) == 1
    assert "LIMIT 1000" in contas[0]
    assert codigos(auditor, "?p=3") == [f"{numero:032x}" for numero in range(20, 0, -1)]


def test_lista_de_votos_le_pela_chave_e_nao_junta_nem_ordena(
    auditor: Client, paredao: Paredao, participantes: list[Participante]
) -> None:
    if connection.vendor != "sqlite":
        pytest.skip("o plano é do SQLite")
    votar(paredao, participantes, 3)
    plano = auditor.get("/admin/votacao/voto/").context["cl"].queryset.explain()
    assert re.sub(r"^[\d ]+", "", plano) == "SCAN votacao_voto"


def test_mais_de_mil_votos_diz_que_sao_os_mais_recentes(
    auditor: Client, paredao: Paredao, participantes: list[Participante]
) -> None:
    votar(paredao, participantes, 1100)
    texto = auditor.get("/admin/votacao/voto/").content.decode()
    assert "Os 1.000 mais recentes. Para um mais antigo, procure pelo código." in texto
    assert codigos(auditor, "?p=20")[-1] == f"{101:032x}"
    assert codigos(auditor, f"?q={5:032x}") == [f"{5:032x}"]


@pytest.mark.parametrize(
    ("busca", "achados"),
    [
        (f"{7:032x}", [7]),
        ("0000 0000 0000 0000 0000 0000 0000 0007", [7]),
        ("00000000-0000-0000-0000-000000000007", [7]),
        (f"{999:032x}", []),
        ("0000000", []),
        ("Ana", []),
        ("' OR 1=1 --", []),
    ],
)
def test_procurar_voto_so_pelo_codigo_inteiro(
    auditor: Client, paredao: Paredao, participantes: list[Participante], busca: str, achados: list[int]
) -> None:
    votar(paredao, participantes, 9)
    lista = auditor.get("/admin/votacao/voto/", {"q": busca}).context["cl"].result_list
    assert [voto.pk.hex for voto in lista] == [f"{numero:032x}" for numero in achados]


def test_pagina_de_um_voto_mostra_o_lote_e_nada_para_mudar(
    auditor: Client, paredao: Paredao, participantes: list[Participante]
) -> None:
    votar(paredao, participantes, 1)
    texto = auditor.get("/admin/votacao/voto/00000000-0000-0000-0000-000000000001/change/").content.decode()
    assert f"{1:032x}" in texto
    assert "voto da torcida" in texto
    assert 'name="_save"' not in texto
    # A hora cheia do lote, no fuso do programa e escrita como as outras datas.
    hora = timezone.localtime(Lote.objects.get().hora)
    assert f">{date_format(hora, 'DATETIME_FORMAT')}</div>" in texto


def test_lotes_com_consultas_contadas(
    auditor: Client,
    paredao: Paredao,
    participantes: list[Participante],
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    votar(paredao, participantes, 3)
    # Sessão, usuário, duas de permissões; paredões do filtro; a conta limitada; os lotes.
    with django_assert_num_queries(7):
        resposta = auditor.get("/admin/votacao/lote/")
    assert [lote.quantidade for lote in resposta.context["cl"].result_list] == [3]


def test_contagens_com_consultas_contadas(
    auditor: Client,
    paredao: Paredao,
    participantes: list[Participante],
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    votar(paredao, participantes, 3)
    with django_assert_num_queries(7):
        resposta = auditor.get("/admin/votacao/contagem/")
    assert [contagem.votos for contagem in resposta.context["cl"].result_list] == [1, 1, 1]


def test_historico_conta_o_que_os_outros_fizeram(auditor: Client, paredao: Paredao) -> None:
    chefe = User.objects.create_superuser("chefe")
    produtor = Client()
    produtor.force_login(chefe)
    produtor.post(f"/admin/votacao/paredao/{paredao.pk}/encerrar/")
    texto = auditor.get("/admin/admin/logentry/").content.decode()
    assert "Encerrou a votação, com 0 votos contados até então." in texto
    assert f'href="/admin/votacao/paredao/{paredao.pk}/change/"' in texto
    assert "<h1>Histórico: quem fez o quê e quando</h1>" in texto
    assert "Encerrou a votação" in auditor.get(f"/admin/votacao/paredao/{paredao.pk}/history/").content.decode()
