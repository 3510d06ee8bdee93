"""O prazo de guarda: o que vence, o que não vence, e o comando que o cumpre."""

import io
import threading
from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.contrib.sessions.models import Session
from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.utils import timezone

from inscricoes import services
from inscricoes.models import Candidato, Edicao, Eliminacao
from inscricoes.services import retencao
from inscricoes.situacoes import Situacao

AGORA = timezone.now()


def edicao_de(nome: str, ano: int, *, fechou_ha: int, guarda: int) -> Edicao:
    """Dias: há quanto fecharam as inscrições, e por quanto se guardam."""
    fim = AGORA - timedelta(days=fechou_ha)
    return Edicao.objects.create(
        nome=nome,
        ano=ano,
        inscricoes_abrem_em=fim - timedelta(days=10),
        inscricoes_fecham_em=fim,
        retencao_dias=guarda,
    )


def inscritos(edicao: Edicao, **quantos: int) -> None:
    for situacao, quantas in quantos.items():
        for n in range(quantas):
            conta = User.objects.create_user(f"{edicao.ano}-{situacao}-{n}", f"{situacao}{n}@{edicao.ano}.example.com")
            Candidato.objects.create(
                edicao=edicao,
                conta=conta,
                email=conta.email,
                situacao=situacao,
                nome="Ana",
                nome_curto="Ana",
                uf="PA",
                nascimento="1991-02-03",
            )


@pytest.fixture
def vencida(db: None) -> Edicao:
    edicao = edicao_de("BBB 22", 2022, fechou_ha=31, guarda=30)
    inscritos(
        edicao, rascunho=2, enviada=1, em_analise=1, entrevista=1, selecionada=2, reprovada=1, desistente=1, reserva=1
    )
    return edicao


def rodar(**opcoes: object) -> list[str]:
    saida = io.StringIO()
    call_command("aplicar_retencao", stdout=saida, **opcoes)
    return saida.getvalue().splitlines()


def situacoes(edicao: Edicao) -> list[str]:
    return sorted(Candidato.objects.filter(edicao=edicao).values_list("situacao", flat=True))


def test_sem_aplicar_so_conta(vencida: Edicao) -> None:
    Edicao.objects.create(nome="BBB 21", ano=2021)
    em_prazo = edicao_de("BBB 23", 2023, fechou_ha=29, guarda=30)
    linhas = rodar()
    assert linhas == [
        "BBB 21: as inscrições não têm fim marcado; a guarda não vence.",
        f"BBB 22: a guarda venceu em {timezone.localtime(vencida.eliminar_em):%d/%m/%Y}; 8 a eliminar.",
        f"BBB 23: a guarda vence em {timezone.localtime(em_prazo.eliminar_em):%d/%m/%Y}.",
        "Contas sem inscrição e sem uso: 0 a eliminar.",
        "Nada mudou. Para eliminar: python manage.py aplicar_retencao --aplicar",
    ]
    assert (Candidato.objects.count(), Eliminacao.objects.count()) == (10, 0)


def test_aplicar_elimina_so_quem_nao_foi_selecionado(vencida: Edicao, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(retencao, "LOTE", 3)
    em_prazo = edicao_de("BBB 23", 2023, fechou_ha=29, guarda=30)
    inscritos(em_prazo, enviada=2, rascunho=1)
    linhas = rodar(aplicar=True)
    assert linhas[:4] == [
        "  3 de 8",
        "  6 de 8",
        "  8 de 8",
        f"BBB 22: a guarda venceu em {timezone.localtime(vencida.eliminar_em):%d/%m/%Y}; 8 de 8 eliminadas.",
    ]
    assert situacoes(vencida) == ["selecionada", "selecionada"]
    assert situacoes(em_prazo) == ["enviada", "enviada", "rascunho"]
    assert list(Eliminacao.objects.values_list("edicao__nome", "origem").distinct()) == [("BBB 22", "retencao")]
    assert Eliminacao.objects.count() == 8
    assert User.objects.count() == 2 + 3
    rodar(aplicar=True)
    assert Eliminacao.objects.count() == 8


def test_interrompido_recomeca_de_onde_parou(vencida: Edicao, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(retencao, "LOTE", 3)

    def cair(eliminadas: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        retencao.eliminar_vencidas(vencida, agora=AGORA, avisar=cair)
    assert Eliminacao.objects.count() == 3
    assert retencao.eliminar_vencidas(vencida, agora=AGORA) == 5
    assert Eliminacao.objects.count() == 8


def test_vence_no_instante_exato(vencida: Edicao) -> None:
    assert vencida.eliminar_em is not None
    antes = vencida.eliminar_em - timedelta(microseconds=1)
    assert retencao.vencidas(vencida, agora=antes).count() == 0
    assert retencao.vencidas(vencida, agora=vencida.eliminar_em).count() == 8


def test_quem_e_selecionado_enquanto_isso_escapa(vencida: Edicao, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(retencao, "LOTE", 100)
    reserva = Candidato.objects.get(edicao=vencida, situacao="reserva")
    primeiro = Candidato.objects.filter(edicao=vencida, situacao="rascunho").earliest("pk")
    eliminar = retencao.eliminar

    def eliminar_e_selecionar(candidato: Candidato, **opcoes: object) -> bool:
        if candidato == primeiro:
            services.selecionar(reserva)
        return eliminar(candidato, **opcoes)  # type: ignore[arg-type]

    monkeypatch.setattr(retencao, "eliminar", eliminar_e_selecionar)
    assert retencao.eliminar_vencidas(vencida, agora=AGORA) == 7
    assert situacoes(vencida) == ["selecionada", "selecionada", "selecionada"]


@pytest.mark.django_db(transaction=True)
def test_dois_ao_mesmo_tempo_eliminam_cada_um_uma_vez(vencida: Edicao) -> None:
    feitas: list[int] = []

    def aplicar() -> None:
        try:
            feitas.append(retencao.eliminar_vencidas(vencida, agora=AGORA))
        finally:
            connection.close()

    threads = [threading.Thread(target=aplicar) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert (sum(feitas), Eliminacao.objects.count(), situacoes(vencida)) == (8, 8, ["selecionada", "selecionada"])


def test_contas_sem_uso(vencida: Edicao, aberta: Edicao, dora: User) -> None:
    services.comecar(conta=dora, email=dora.email, edicao=aberta, agora=AGORA)
    velho, novo = AGORA - timedelta(days=181), AGORA - timedelta(days=179)
    for nome, entrou, entrada, produz in (
        ("esquecida", velho, None, False),
        ("voltou", velho, novo, False),
        ("nova", novo, None, False),
        ("produtora", velho, None, True),
    ):
        User.objects.create_user(nome, date_joined=entrou, last_login=entrada, is_staff=produz)
    User.objects.filter(pk=dora.pk).update(date_joined=velho)
    assert [conta.get_username() for conta in retencao.contas_sem_uso(agora=AGORA)] == ["esquecida"]
    rodar(aplicar=True)
    assert not User.objects.filter(username="esquecida").exists()
    assert User.objects.filter(username__in=["voltou", "nova", "produtora", "dora"]).count() == 4


def test_depois_de_uma_copia_antiga_elimina_de_novo(aberta: Edicao, dora: User) -> None:
    voltou = services.comecar(conta=dora, email=dora.email, edicao=aberta, agora=AGORA)
    pedido = [voltou.pk, voltou.pk + 1000]
    assert rodar(de_novo=pedido)[0] == "De novo: 1 de 2 voltaram com a cópia, a eliminar."
    assert Candidato.objects.count() == 1
    assert rodar(de_novo=pedido, aplicar=True)[0] == "De novo: 1 de 2 eliminadas."
    assert (Candidato.objects.count(), User.objects.count()) == (0, 0)


def test_sessoes_vencidas_tambem_somem(vencida: Edicao) -> None:
    sessao = Client().session
    sessao["escrito"] = "dora@example.com"
    sessao.save()
    Session.objects.update(expire_date=AGORA - timedelta(days=1))
    rodar(aplicar=True)
    assert Session.objects.count() == 0


def test_prazo_novo_vale(vencida: Edicao) -> None:
    """Reabrir as inscrições, ou guardar por mais tempo, adia o vencimento de todos."""
    Edicao.objects.filter(pk=vencida.pk).update(retencao_dias=60)
    vencida.refresh_from_db()
    assert retencao.vencidas(vencida, agora=AGORA).count() == 0
    assert Candidato.objects.filter(edicao=vencida, situacao=Situacao.ENVIADA).count() == 1


def test_sessoes_de_quem_foi_eliminado_somem_e_as_outras_ficam(vencida: Edicao) -> None:
    eliminada, fica = (
        Candidato.objects.filter(edicao=vencida, situacao=s)[0].conta for s in ("enviada", "selecionada")
    )
    assert eliminada is not None
    assert fica is not None
    for conta in (eliminada, fica):
        Client().force_login(conta)
    anonima = Client().session
    anonima["lembrete"] = "de ninguém"
    anonima.save()
    rodar(aplicar=True)
    assert sorted(str(sessao.get_decoded().get("_auth_user_id")) for sessao in Session.objects.all()) == sorted(
        [str(fica.pk), "None"]
    )
