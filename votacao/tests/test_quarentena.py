"""Votos suspeitos: contados à parte, decididos uma vez só por escrito, e recontados."""

import io
import threading
import time
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import Group, User
from django.contrib.messages import get_messages
from django.core.management import call_command
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.utils import timezone
from uuid_utils import uuid7

from votacao import apuracao, registro, services
from votacao.conferencia import conferir
from votacao.models import Contagem, Lote, Paredao, Participante, Quarentena, Suspeita, Voto
from votacao.registro import Contado, VotoAceito

POR_QUE = "O endereço de onde vieram votou a noite inteira, sem parar para dormir."


def votar(
    paredao: Paredao, quem: Participante, quantos: int, suspeita: Suspeita = Suspeita.NENHUMA
) -> list[VotoAceito]:
    votos = [
        VotoAceito(uuid7().bytes, paredao.pk, 1, quem.pk, time.time(), None, suspeita.value) for _ in range(quantos)
    ]
    assert all(isinstance(desfecho, Contado) for desfecho in registro.gravar(votos))
    return votos


@pytest.fixture
def produtor(db: None) -> User:
    usuario = User.objects.create_user("produtor", is_staff=True)
    usuario.groups.add(Group.objects.get(name="Votação"))
    return usuario


@pytest.fixture
def cliente(produtor: User) -> Client:
    cliente = Client()
    cliente.force_login(produtor)
    return cliente


@pytest.fixture
def suspeito(paredao: Paredao, participantes: list[Participante]) -> Paredao:
    """Encerrado agora: Ana 3, Bia 2; e mais 4 suspeitos para a Bia, que a fariam sair."""
    ana, bia, _ = participantes
    Paredao.objects.filter(pk=paredao.pk).update(titulo="4º Paredão")
    votar(paredao, ana, 3)
    votar(paredao, bia, 2)
    votar(paredao, bia, 3, Suspeita.RITMO)
    votar(paredao, bia, 1, Suspeita.ALHEIA)
    services.encerrar(paredao)
    return paredao


@pytest.fixture
def depois(suspeito: Paredao) -> Any:
    """Um instante em que já se pode decidir e publicar."""
    assert suspeito.fecha_em is not None
    return suspeito.fecha_em + timedelta(minutes=1)


def decidir(paredao: Paredao, quem: User, agora: Any, *, contam: bool, por_que: str = POR_QUE) -> Quarentena:
    return services.decidir_suspeitos(paredao, contam=contam, justificativa=por_que, quem=quem, agora=agora)


# --- Contados à parte -------------------------------------------------------------------------------------------------


def test_o_voto_suspeito_e_contado_num_lote_a_parte(suspeito: Paredao) -> None:
    assert list(Lote.objects.order_by("pk").values_list("suspeita", "quantidade")) == [(0, 3), (0, 2), (1, 3), (3, 1)]
    assert sorted(Contagem.objects.values_list("suspeita", "votos")) == [(0, 2), (0, 3), (1, 3), (3, 1)]


def test_num_mesmo_grupo_cada_suspeita_tem_o_seu_lote(paredao: Paredao, participantes: list[Participante]) -> None:
    agora = time.time()
    votos = [VotoAceito(uuid7().bytes, paredao.pk, 1, participantes[0].pk, agora, None, n % 3) for n in range(9)]
    assert all(isinstance(desfecho, Contado) for desfecho in registro.gravar(votos))
    assert list(Lote.objects.order_by("pk").values_list("suspeita", "quantidade")) == [(0, 3), (1, 3), (2, 3)]


def test_a_mesma_cedula_com_outra_suspeita_conta_uma_vez_com_a_primeira(
    paredao: Paredao, participantes: list[Participante]
) -> None:
    (voto,) = votar(paredao, participantes[0], 1)
    (desfecho,) = registro.gravar([voto._replace(suspeita=Suspeita.RITMO.value)])
    assert isinstance(desfecho, Contado)
    assert Voto.objects.get().lote.suspeita == Suspeita.NENHUMA
    assert Contagem.objects.get().votos == 1


def test_sem_decisao_nao_entram_na_conta(suspeito: Paredao) -> None:
    apurado = apuracao.apurar(suspeito)
    assert (apurado.total, apurado.total_suspeitos, apurado.suspeitos_contam) == (5, 4, False)
    assert apurado.frase == "Ana sai, com 60,00% da média."
    assert apurado.frase_dos_suspeitos == (
        "Houve 4 votos suspeitos (votos demais da mesma origem: 3; cédulas colhidas noutras origens: 1), "
        "que não entram na conta até a produção decidir."
    )


def test_os_dois_jeitos(suspeito: Paredao) -> None:
    sem, com = apuracao.apurar_dos_dois_jeitos(suspeito)
    assert (sem.total, sem.frase) == (5, "Ana sai, com 60,00% da média.")
    assert (com.total, com.frase) == (9, "Bia sai, com 66,67% da média.")
    assert sem.suspeitos == com.suspeitos == ((Suspeita.RITMO, 3), (Suspeita.ALHEIA, 1))


# --- Decididos uma vez só ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("contam", "total", "frase", "decidiu"),
    [
        (False, 5, "Ana sai, com 60,00% da média.", "que eles não contam"),
        (True, 9, "Bia sai, com 66,67% da média.", "que eles contam"),
    ],
)
def test_o_resultado_segue_a_decisao(
    suspeito: Paredao, produtor: User, depois: Any, contam: bool, total: int, frase: str, decidiu: str
) -> None:
    decidida = decidir(suspeito, produtor, depois, contam=contam)
    assert (decidida.decidido_por, decidida.decidido_em, decidida.justificativa) == (produtor, depois, POR_QUE)
    services.publicar(suspeito, depois)
    apurado = apuracao.apurar(suspeito)
    assert (apurado.total, apurado.frase) == (total, frase)
    assert apuracao.por_hora(suspeito, suspeitos=apurado.suspeitos_contam)[1][0].total == total
    pagina = Client().get(f"/paredoes/{suspeito.pk}/resultado/").content.decode()
    assert frase in pagina
    assert (
        "Houve 4 votos suspeitos (votos demais da mesma origem: 3; cédulas colhidas noutras origens: 1), "
        f"e a produção decidiu {decidiu}: “{POR_QUE[:-1]}”."
    ) in pagina
    saida = io.StringIO()
    call_command("conferir", stdout=saida)
    assert saida.getvalue() == (
        f"4º Paredão: 9 votos em 4 lotes, 4 sob suspeita, livro e contagens concordam. Refeito com o livro: {frase}\n"
    )


def test_nao_se_publica_sem_decidir(suspeito: Paredao, depois: Any) -> None:
    with pytest.raises(services.AcaoRecusada) as recusa:
        services.publicar(suspeito, depois)
    assert str(recusa.value) == (
        "Há 4 votos suspeitos em “4º Paredão”. Decida antes se contam, com uma justificativa: só então o resultado sai."
    )
    with pytest.raises(IntegrityError, match="há votos suspeitos sem decisão"), transaction.atomic():
        Paredao.objects.filter(pk=suspeito.pk).update(publicado_em=depois)


def test_a_decisao_nao_muda(suspeito: Paredao, produtor: User, depois: Any) -> None:
    decidir(suspeito, produtor, depois, contam=False)
    with pytest.raises(services.AcaoRecusada, match="Já se decidiu que os votos suspeitos de “4º Paredão” não contam"):
        decidir(suspeito, produtor, depois, contam=True)
    for mexer in (
        lambda: Quarentena.objects.update(contam=True),
        lambda: Quarentena.objects.update(justificativa="Outra."),
        lambda: Quarentena.objects.all().delete(),
    ):
        with pytest.raises(IntegrityError, match="a decisão sobre os votos suspeitos não muda"), transaction.atomic():
            mexer()
    assert Quarentena.objects.get().contam is False


def test_o_banco_nao_aceita_decisao_depois_de_publicar(paredao: Paredao, produtor: User) -> None:
    agora = timezone.now()
    Paredao.objects.filter(pk=paredao.pk).update(fecha_em=agora, publicado_em=agora)
    with pytest.raises(IntegrityError, match="o resultado já foi publicado"), transaction.atomic():
        Quarentena.objects.create(
            paredao=paredao, contam=True, justificativa="x", decidido_por=produtor, decidido_em=agora
        )


@pytest.mark.parametrize("por_que", ["", "   \n\t "])
def test_sem_justificativa_nao_se_decide(suspeito: Paredao, produtor: User, depois: Any, por_que: str) -> None:
    with pytest.raises(services.AcaoRecusada, match="o público vai ler"):
        decidir(suspeito, produtor, depois, contam=True, por_que=por_que)
    assert Quarentena.objects.count() == 0


def test_so_depois_de_encerrar_e_com_todos_os_votos_gravados(suspeito: Paredao, produtor: User, depois: Any) -> None:
    assert suspeito.fecha_em is not None
    with pytest.raises(services.AcaoRecusada, match="Espere 5 segundos"):
        decidir(suspeito, produtor, suspeito.fecha_em + timedelta(seconds=1), contam=True)
    with pytest.raises(services.AcaoRecusada, match="depois de encerrar: “4º Paredão” está aberto"):
        decidir(suspeito, produtor, suspeito.fecha_em - timedelta(seconds=1), contam=True)


def test_sem_suspeitos_nada_a_decidir_e_publica_se(
    paredao: Paredao, participantes: list[Participante], produtor: User
) -> None:
    votar(paredao, participantes[0], 2)
    services.encerrar(paredao)
    assert paredao.fecha_em is not None
    depois = paredao.fecha_em + timedelta(minutes=1)
    with pytest.raises(services.AcaoRecusada, match="não tem votos suspeitos"):
        decidir(paredao, produtor, depois, contam=True)
    services.publicar(paredao, depois)
    assert apuracao.apurar(paredao).frase_dos_suspeitos == ""


@pytest.mark.usefixtures("urna_limpa")
def test_dois_produtores_ao_mesmo_tempo_vale_um(paredao: Paredao, participantes: list[Participante]) -> None:
    votar(paredao, participantes[0], 1, Suspeita.RITMO)
    services.encerrar(paredao)
    assert paredao.fecha_em is not None
    depois = paredao.fecha_em + timedelta(minutes=1)
    produtores = [User.objects.create_user(f"produtor{n}", is_staff=True) for n in range(4)]
    largada, desfechos = threading.Barrier(4), []

    def correr(quem: User) -> None:
        largada.wait()
        try:
            decidir(Paredao.objects.get(pk=paredao.pk), quem, depois, contam=bool(quem.pk % 2))
            desfechos.append("decidiu")
        except services.AcaoRecusada as recusa:
            desfechos.append(str(recusa))
        finally:
            connection.close()

    threads = [threading.Thread(target=correr, args=[quem]) for quem in produtores]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert desfechos.count("decidiu") == 1
    assert sum("Já se decidiu" in frase for frase in desfechos) == 3
    assert Quarentena.objects.count() == 1


# --- Na sala da produção ----------------------------------------------------------------------------------------------


@pytest.fixture
def encerrado_ha_pouco(suspeito: Paredao) -> Paredao:
    """Para o admin, que usa a hora de verdade: encerrado há mais que a margem."""
    Paredao.objects.filter(pk=suspeito.pk).update(fecha_em=timezone.now() - timedelta(seconds=6))
    suspeito.refresh_from_db()
    return suspeito


def endereco(paredao: Paredao, resto: str) -> str:
    return f"/admin/votacao/paredao/{paredao.pk}/{resto}/"


def test_a_pagina_mostra_as_duas_contagens_e_por_motivo(cliente: Client, encerrado_ha_pouco: Paredao) -> None:
    for resto in ("change", "contagem", "suspeitos"):
        pagina = cliente.get(endereco(encerrado_ha_pouco, resto)).content.decode()
        for trecho in (
            "Ana sai, com 60,00% da média.",
            "Bia sai, com 66,67% da média.",
            '<th scope="row">Votos demais da mesma origem</th><td class="numero">3</td>',
            '<th scope="row">Cédulas colhidas noutras origens</th><td class="numero">1</td>',
        ):
            assert trecho in pagina, (resto, trecho)


def test_decidir_pela_pagina_fica_no_historico_com_quem_e_quando(
    cliente: Client, produtor: User, encerrado_ha_pouco: Paredao
) -> None:
    antes = timezone.now()
    texto = cliente.get(endereco(encerrado_ha_pouco, "publicar")).content.decode()
    assert "Há 4 votos suspeitos em “4º Paredão”." in texto
    assert 'value="Publicar o resultado"' not in texto
    resposta = cliente.post(endereco(encerrado_ha_pouco, "publicar"))
    assert "Decida antes se contam" in str(next(iter(get_messages(resposta.wsgi_request))))
    dados = {"contam": "nao", "justificativa": f"  {POR_QUE}\n"}
    resposta = cliente.post(endereco(encerrado_ha_pouco, "suspeitos"), dados)
    assert (resposta.status_code, resposta["Location"]) == (302, endereco(encerrado_ha_pouco, "change"))
    decidida = Quarentena.objects.get()
    assert (decidida.contam, decidida.justificativa, decidida.decidido_por) == (False, POR_QUE, produtor)
    assert antes <= decidida.decidido_em <= timezone.now()
    entrada = LogEntry.objects.get()
    assert (entrada.user, entrada.get_change_message()) == (
        produtor,
        f"Decidiu que os votos suspeitos não contam: {POR_QUE}",
    )
    de_novo = cliente.post(endereco(encerrado_ha_pouco, "suspeitos"), dados | {"contam": "sim"})
    assert "a decisão não muda" in str(list(get_messages(de_novo.wsgi_request))[-1])
    assert "A decisão já foi tomada" in cliente.get(endereco(encerrado_ha_pouco, "suspeitos")).content.decode()
    assert cliente.post(endereco(encerrado_ha_pouco, "publicar")).status_code == 302
    encerrado_ha_pouco.refresh_from_db()
    assert encerrado_ha_pouco.publicado_em is not None
    assert LogEntry.objects.count() == 2


@pytest.mark.parametrize(
    "dados", [{}, {"contam": "sim"}, {"justificativa": "x"}, {"contam": "talvez", "justificativa": "x"}]
)
def test_decisao_incompleta_volta_ao_formulario(
    cliente: Client, encerrado_ha_pouco: Paredao, dados: dict[str, str]
) -> None:
    resposta = cliente.post(endereco(encerrado_ha_pouco, "suspeitos"), dados)
    assert resposta.status_code == 200
    assert "errorlist" in resposta.content.decode()
    assert Quarentena.objects.count() == 0


def test_com_a_votacao_aberta_mostra_e_nao_decide(
    cliente: Client, paredao: Paredao, participantes: list[Participante]
) -> None:
    votar(paredao, participantes[0], 1, Suspeita.TEMPO)
    assert "Decide-se depois de encerrar" in cliente.get(endereco(paredao, "suspeitos")).content.decode()
    resposta = cliente.post(endereco(paredao, "suspeitos"), {"contam": "sim", "justificativa": "x"})
    assert "depois de encerrar" in str(next(iter(get_messages(resposta.wsgi_request))))
    assert Quarentena.objects.count() == 0


@pytest.mark.parametrize("grupo", ["Auditoria", "Seleção"])
def test_so_quem_conduz_decide(encerrado_ha_pouco: Paredao, grupo: str) -> None:
    usuario = User.objects.create_user("outro", is_staff=True)
    usuario.groups.add(Group.objects.get(name=grupo))
    cliente = Client()
    cliente.force_login(usuario)
    assert (
        cliente.post(endereco(encerrado_ha_pouco, "suspeitos"), {"contam": "sim", "justificativa": "x"}).status_code
        == 403
    )
    assert Quarentena.objects.count() == 0


# --- Recontados -------------------------------------------------------------------------------------------------------


def diferencas() -> list[str]:
    achadas: list[str] = []
    conferir(relatar=lambda diferenca: achadas.append(diferenca.frase))
    return achadas


@pytest.fixture
def sem_gatilhos(db: None) -> Callable[[], None]:
    from votacao.tests.test_conferir import soltar_gatilhos

    return soltar_gatilhos


def test_trocar_a_suspeita_de_um_lote_aparece(
    suspeito: Paredao, produtor: User, depois: Any, sem_gatilhos: Callable[[], None]
) -> None:
    """Adulterar depois de publicado: os 3 suspeitos de ritmo passam por limpos, e a Bia sairia."""
    decidir(suspeito, produtor, depois, contam=False)
    services.publicar(suspeito, depois)
    with transaction.atomic():
        sem_gatilhos()
        Lote.objects.filter(suspeita=Suspeita.RITMO).update(suspeita=Suspeita.NENHUMA)
        achadas = diferencas()
        transaction.set_rollback(True)
    assert any("a contagem diz 2, e o livro tem 5" in frase for frase in achadas)
    assert any("suspeitos (votos demais da mesma origem)" in frase for frase in achadas)
    assert any("o resultado sem os votos suspeitos é outro quando refeito com o livro: Bia sai" in f for f in achadas)


def test_publicado_sem_decisao_aparece(suspeito: Paredao, depois: Any, sem_gatilhos: Callable[[], None]) -> None:
    with transaction.atomic():
        sem_gatilhos()
        Paredao.objects.filter(pk=suspeito.pk).update(publicado_em=depois)
        achadas = diferencas()
        transaction.set_rollback(True)
    assert achadas == ["4º Paredão: o resultado foi publicado sem decisão sobre os votos suspeitos."]
