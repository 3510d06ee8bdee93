"""Abrir, encerrar e publicar com confirmação; a contagem, a planilha e a prévia."""

import csv
import io
import re
import threading
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import Group, User
from django.contrib.messages import get_messages
from django.db import connection
from django.test import Client
from django.utils import timezone
from pytest_django.fixtures import DjangoAssertNumQueries

from inscricoes.models import Edicao
from votacao import registro
from votacao.admin.conducao import em_csv
from votacao.models import Contagem, Opcao, Paredao, Participante
from votacao.registro import VotoAceito

SP = ZoneInfo("America/Sao_Paulo")


@pytest.fixture
def produtor(db: None) -> Client:
    usuario = User.objects.create_user("produtor", is_staff=True)
    usuario.groups.add(Group.objects.get(name="Votação"))
    cliente = Client()
    cliente.force_login(usuario)
    return cliente


@pytest.fixture
def rascunho(edicao: Edicao, participantes: list[Participante]) -> Paredao:
    paredao = Paredao.objects.create(edicao=edicao, titulo="7º Paredão")
    for ordem, participante in enumerate(participantes):
        Opcao.objects.create(paredao=paredao, participante=participante, ordem=ordem)
    return paredao


def votar(paredao: Paredao, votos: list[tuple[Participante, int, datetime]]) -> None:
    registro.gravar(
        [
            VotoAceito(numero.to_bytes(16, "big"), paredao.pk, modalidade, quem.pk, quando.timestamp())
            for numero, (quem, modalidade, quando) in enumerate(votos, start=1)
        ]
    )


def recados(resposta: Any) -> list[str]:
    return [str(recado) for recado in get_messages(resposta.wsgi_request)]


def historico() -> list[str]:
    return [entrada.get_change_message() for entrada in LogEntry.objects.order_by("pk")]


def pagina(cliente: Client, paredao: Paredao, resto: str) -> Any:
    return cliente.get(f"/admin/votacao/paredao/{paredao.pk}/{resto}/")


def enviar(cliente: Client, paredao: Paredao, acao: str) -> Any:
    return cliente.post(f"/admin/votacao/paredao/{paredao.pk}/{acao}/")


def test_confirmar_abertura_nao_abre(produtor: Client, rascunho: Paredao) -> None:
    resposta = pagina(produtor, rascunho, "abrir")
    texto = resposta.content.decode()
    assert resposta.status_code == 200
    assert [nome for nome in ("Ana", "Bia", "Caio") if f"{nome}</li>" in texto] == ["Ana", "Bia", "Caio"]
    assert 'value="Abrir a votação"' in texto
    assert Paredao.objects.get(pk=rascunho.pk).abre_em is None
    assert historico() == []


def test_abrir_abre_e_escreve_no_historico(produtor: Client, rascunho: Paredao) -> None:
    resposta = enviar(produtor, rascunho, "abrir")
    assert (resposta.status_code, resposta["Location"]) == (302, f"/admin/votacao/paredao/{rascunho.pk}/change/")
    assert recados(resposta) == ["“7º Paredão”: Abriu a votação entre Ana, Bia e Caio."]
    assert historico() == ["Abriu a votação entre Ana, Bia e Caio."]
    assert Paredao.objects.get(pk=rascunho.pk).situacao(timezone.now()) == Paredao.Situacao.ABERTO


def test_abrir_incompleto_diz_o_que_falta_antes_e_depois_de_confirmar(produtor: Client, rascunho: Paredao) -> None:
    rascunho.opcoes.all().delete()
    texto = pagina(produtor, rascunho, "abrir").content.decode()
    assert "O paredão precisa de pelo menos 2 participantes." in texto
    assert 'value="Abrir a votação"' not in texto
    assert recados(enviar(produtor, rascunho, "abrir")) == ["O paredão precisa de pelo menos 2 participantes."]
    assert historico() == []


def test_encerrar_mostra_os_votos_e_encerra_uma_vez(
    produtor: Client, paredao: Paredao, participantes: list[Participante]
) -> None:
    agora = timezone.now()
    votar(paredao, [(participantes[0], 1, agora)] * 1 + [(participantes[1], 1, agora)] * 1)
    assert "2 votos contados até agora" in pagina(produtor, paredao, "encerrar").content.decode()
    primeira = enviar(produtor, paredao, "encerrar")
    fecha_em = Paredao.objects.get(pk=paredao.pk).fecha_em
    segunda = enviar(produtor, paredao, "encerrar")
    assert recados(primeira) == [f"“{paredao}”: Encerrou a votação, com 2 votos contados até então."]
    assert recados(segunda)[-1] == f"“{paredao}” já está encerrado, à espera do resultado: nada mudou."
    assert historico() == ["Encerrou a votação, com 2 votos contados até então."]
    assert Paredao.objects.get(pk=paredao.pk).fecha_em == fecha_em


def test_publicar_mostra_o_resultado_inteiro_e_publica(
    produtor: Client, paredao: Paredao, participantes: list[Participante]
) -> None:
    ana, bia, _caio = participantes
    ha_pouco = timezone.now() - timedelta(minutes=10)
    votar(paredao, [(ana, 1, ha_pouco)] * 1 + [(bia, 1, ha_pouco), (bia, 1, ha_pouco)])
    Paredao.objects.filter(pk=paredao.pk).update(fecha_em=timezone.now() - timedelta(seconds=10))
    texto = pagina(produtor, paredao, "publicar").content.decode()
    assert "Bia sai, com 66,67% da média." in texto
    assert [p for p in ("66,67%", "33,33%", "0,00%") if p in texto] == ["66,67%", "33,33%", "0,00%"]
    enviar(produtor, paredao, "publicar")
    assert historico() == ["Publicou o resultado, com 3 votos: Bia sai, com 66,67% da média."]
    assert Paredao.objects.get(pk=paredao.pk).situacao(timezone.now()) == Paredao.Situacao.PUBLICADO


def test_publicar_cedo_demais_avisa_e_nao_publica(produtor: Client, paredao: Paredao) -> None:
    enviar(produtor, paredao, "encerrar")
    resposta = enviar(produtor, paredao, "publicar")
    assert recados(resposta)[-1] == (
        "Espere 5 segundos depois do encerramento: os últimos votos aceitos ainda estão sendo gravados."
    )
    assert Paredao.objects.get(pk=paredao.pk).publicado_em is None


def test_acao_que_nao_cabe_nao_tem_botao(produtor: Client, paredao: Paredao) -> None:
    texto = pagina(produtor, paredao, "publicar").content.decode()
    assert "Não é possível publicar o resultado: este paredão está aberto." in texto
    assert '<input type="submit"' not in texto.partition('id="content-main"')[2]


def test_acao_por_outro_site_e_recusada(produtor: Client, paredao: Paredao) -> None:
    rigoroso = Client(enforce_csrf_checks=True)
    rigoroso.cookies = produtor.cookies
    assert enviar(rigoroso, paredao, "encerrar").status_code == 403
    assert Paredao.objects.get(pk=paredao.pk).fecha_em is None


def test_cliques_simultaneos_de_dois_produtores_fazem_um_historico(urna_limpa: None, paredao: Paredao) -> None:
    chefe = User.objects.create_superuser("chefe")
    respostas: list[int] = []

    def clicar() -> None:
        cliente = Client()
        cliente.force_login(chefe)
        respostas.append(enviar(cliente, paredao, "encerrar").status_code)
        connection.close()

    cliques = [threading.Thread(target=clicar) for _ in range(6)]
    for clique in cliques:
        clique.start()
    for clique in cliques:
        clique.join(30)
    assert respostas == [302] * 6
    assert historico() == ["Encerrou a votação, com 0 votos contados até então."]


def test_contagem_ao_vivo_por_participante_modalidade_e_hora(
    produtor: Client,
    paredao: Paredao,
    participantes: list[Participante],
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    ana, bia, _ = participantes
    Paredao.objects.filter(pk=paredao.pk).update(
        peso_torcida=50, peso_unico=50, abre_em=datetime(2026, 3, 1, 20, 0, tzinfo=SP)
    )
    as_21, as_22 = datetime(2026, 3, 1, 21, 5, tzinfo=SP), datetime(2026, 3, 1, 22, 5, tzinfo=SP)
    votar(paredao, [(ana, 1, as_21), (ana, 1, as_22), (bia, 1, as_22), (bia, 2, as_22)])
    # Sessão, usuário, permissões dele e dos grupos; paredão e opções; duas leituras da apuração e duas por hora.
    with django_assert_num_queries(10):
        resposta = pagina(produtor, paredao, "contagem")
    texto = resposta.content.decode()
    assert resposta["Cache-Control"] == "max-age=0, no-cache, no-store, must-revalidate, private"
    assert "<strong>4</strong> votos contados" in texto
    celulas = [pedaco.partition("</td>")[0] for pedaco in texto.split('<td class="numero">')[1:]]
    assert celulas == [
        # Bia: único, torcida, média, total; Ana; Caio
        "1", "100,00%", "1", "33,33%", "66,67%", "2",
        "0", "0,00%", "2", "66,67%", "33,33%", "2",
        "0", "0,00%", "0", "0,00%", "0,00%", "0",
        # Todos
        "1", "3", "4",
        # Por hora, da última para a primeira, na ordem da página
        "1", "2", "0", "3",
        "1", "0", "0", "1",
    ]  # fmt: skip
    assert [hora for hora in ("01/03 22h", "01/03 21h") if hora in texto] == ["01/03 22h", "01/03 21h"]


def test_contagem_com_milhares_escreve_em_portugues(
    produtor: Client, paredao: Paredao, participantes: list[Participante]
) -> None:
    hora = timezone.now().replace(minute=0, second=0, microsecond=0)
    Contagem.objects.create(paredao=paredao, participante=participantes[0], modalidade=1, hora=hora, votos=1_234_567)
    assert "<strong>1.234.567</strong> votos contados" in pagina(produtor, paredao, "contagem").content.decode()


def test_planilha_traz_hora_modalidade_e_participante(
    produtor: Client, paredao: Paredao, participantes: list[Participante]
) -> None:
    ana, bia, _ = participantes
    Participante.objects.filter(pk=ana.pk).update(nome_curto="=HYPERLINK(1)")
    Paredao.objects.filter(pk=paredao.pk).update(
        titulo="4º Paredão; o falso", abre_em=datetime(2026, 3, 1, 20, 0, tzinfo=SP)
    )
    as_21, as_22 = datetime(2026, 3, 1, 21, 5, tzinfo=SP), datetime(2026, 3, 1, 22, 5, tzinfo=SP)
    votar(paredao, [(ana, 1, as_21), (ana, 1, as_22), (bia, 1, as_22), (bia, 2, as_22)])
    resposta = enviar(produtor, paredao, "exportar")
    assert resposta.content[:3] == b"\xef\xbb\xbf"
    assert list(csv.reader(io.StringIO(resposta.content.decode("utf-8-sig")), delimiter=";")) == [
        ["paredão", "hora", "modalidade", "participante", "suspeita", "votos"],
        ["4º Paredão; o falso", "01/03/2026 21:00", "voto da torcida", "'=HYPERLINK(1)", "nenhuma", "1"],
        ["4º Paredão; o falso", "01/03/2026 22:00", "voto da torcida", "'=HYPERLINK(1)", "nenhuma", "1"],
        ["4º Paredão; o falso", "01/03/2026 22:00", "voto da torcida", "Bia", "nenhuma", "1"],
        ["4º Paredão; o falso", "01/03/2026 22:00", "voto único", "Bia", "nenhuma", "1"],
    ]
    nome = resposta["Content-Disposition"]
    assert nome.startswith(f'attachment; filename="contagem-4o-paredao-o-falso-{paredao.pk}-20')
    assert nome.endswith('.csv"')
    assert historico() == ["Exportou a contagem, com 4 votos."]


@pytest.mark.parametrize(
    ("nome", "celula"),
    [
        ("Ana", "Ana"),
        ("=1+1", "'=1+1"),
        ("+1", "'+1"),
        ("-1", "'-1"),
        ("@x", "'@x"),
        ("\t=1", "'\t=1"),
        ("  =1", "'  =1"),
        ("\uff1d1", "\uff1d1"),
        ("D'Ávila", "D'Ávila"),
        ('Zé "=1"', 'Zé "=1"'),
    ],
)
def test_celula_nunca_vira_formula(nome: str, celula: str) -> None:
    hora = datetime(2026, 3, 1, 21, 0, tzinfo=SP)
    lidas = list(
        csv.reader(
            io.StringIO(em_csv([("P", hora, "voto único", nome, "nenhuma", 1)]).decode("utf-8-sig"), newline=""),
            delimiter=";",
        )
    )
    assert lidas[1] == ["P", "01/03/2026 21:00", "voto único", celula, "nenhuma", "1"]


def test_exportar_por_get_nao_existe(produtor: Client, paredao: Paredao) -> None:
    assert pagina(produtor, paredao, "exportar").status_code == 405
    assert historico() == []


def test_previa_de_rascunho_mostra_a_pagina_aberta_sem_abrir(produtor: Client, rascunho: Paredao) -> None:
    resposta = pagina(produtor, rascunho, "previa")
    texto = resposta.content.decode()
    assert resposta.status_code == 200
    assert texto.count('name="participante"') == 3
    assert "Prévia para a produção: assim ficará quando abrir." in texto
    assert re.findall(r"<script [^>]*src=[^>]*/js/(\w+)", texto) == ["pagina"]
    assert Paredao.objects.get(pk=rascunho.pk).abre_em is None


def test_previa_do_que_o_publico_ja_ve_leva_a_pagina_dele(produtor: Client, paredao: Paredao) -> None:
    resposta = pagina(produtor, paredao, "previa")
    assert (resposta.status_code, resposta["Location"]) == (302, f"/paredoes/{paredao.pk}/")


@pytest.mark.parametrize("resto", ["abrir", "encerrar", "publicar", "contagem", "previa"])
def test_paredao_que_nao_existe_e_404(produtor: Client, resto: str) -> None:
    assert produtor.get(f"/admin/votacao/paredao/999/{resto}/").status_code == 404
