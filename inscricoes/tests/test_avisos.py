"""As cartas, com um servidor SMTP de verdade: o que chega, quantas vezes, e o que acontece quando ele não responde."""

import socket
import threading
from collections.abc import Callable, Iterator
from datetime import timedelta
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default as politica
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session
from django.contrib.auth.models import Group, User
from django.core.management import CommandError, call_command
from django.db import connection, transaction
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from inscricoes import services
from inscricoes.models import Aviso, Candidato, Edicao, Eliminacao
from inscricoes.services import avisos
from inscricoes.situacoes import Situacao

pytestmark = pytest.mark.django_db(transaction=True)
DADOS = {"nome": "Doralina Reis", "nome_curto": "Dora", "uf": "PA", "nascimento": "1991-02-03"}


class Carteira:
    """Guarda o que chega. `responder` pode recusar um destinatário, com a resposta do SMTP."""

    def __init__(self) -> None:
        self.cartas: list[EmailMessage] = []
        self.para: list[str] = []
        self.responder: Callable[[str], str] = lambda endereco: "250 OK"
        self._chegou = threading.Condition()

    async def handle_RCPT(self, server: SMTP, session: Session, envelope: Envelope, address: str, _: Any) -> str:
        resposta = self.responder(address)
        if resposta.startswith("250"):
            envelope.rcpt_tos.append(address)
        return resposta

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        assert isinstance(envelope.content, bytes)
        with self._chegou:
            self.cartas.append(message_from_bytes(envelope.content, policy=politica))  # type: ignore[arg-type]
            self.para += envelope.rcpt_tos
            self._chegou.notify_all()
        return "250 OK"

    def esperar(self, quantas: int) -> None:
        with self._chegou:
            assert self._chegou.wait_for(lambda: len(self.cartas) >= quantas, timeout=20)


class Correio:
    """O servidor, que se liga e desliga sempre na mesma porta."""

    def __init__(self) -> None:
        self.chegou = Carteira()
        with socket.socket() as livre:
            livre.bind(("127.0.0.1", 0))
            self.porta = livre.getsockname()[1]
        self._servidor: Controller | None = None

    def ligar(self) -> None:
        self._servidor = Controller(self.chegou, hostname="127.0.0.1", port=self.porta)
        self._servidor.start()

    def desligar(self) -> None:
        if self._servidor is not None:
            self._servidor.stop()
            self._servidor = None


@pytest.fixture
def correio(settings: Settings) -> Iterator[Correio]:
    """Desligado: cada teste o liga quando quer."""
    correio = Correio()
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", correio.porta
    settings.DEFAULT_FROM_EMAIL = "nao-responda@exemplo.com.br"
    settings.SITE_URL = "https://exemplo.com.br"
    yield correio
    correio.desligar()


@pytest.fixture
def enviada(aberta: Edicao, dora: User) -> Candidato:
    return Candidato.objects.create(edicao=aberta, conta=dora, email=dora.email, situacao="enviada", **DADOS)


def carta_de(correio: Correio, candidato: Candidato) -> EmailMessage:
    avisos.avisar(candidato, agora=timezone.now())
    assert avisos.enviar_pendentes() == avisos.Remessa(1, 0, 0, fora_do_ar=False)
    return correio.chegou.cartas[-1]


def assunto_de(carta: EmailMessage) -> str:
    """Sem o espaço da linha em que um assunto longo continua."""
    return str(carta["Subject"]).strip()


def texto_de(carta: EmailMessage) -> str:
    return str(carta.get_content()).replace("\r\n", "\n")


def adiantar() -> None:
    """Como se a espera de cada carta tivesse vencido."""
    Aviso.objects.filter(tentar_em__isnull=False).update(tentar_em=timezone.now() - timedelta(seconds=1))


# --- O que chega ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("situacao", "assunto", "frase"),
    [
        ("enviada", "Recebemos a sua inscrição no BBB 30", "Recebemos a sua inscrição no BBB 30."),
        ("em_analise", "A sua inscrição no BBB 30 está em análise", "A produção começou a ler"),
        ("entrevista", "Entrevista: a sua inscrição no BBB 30 seguiu adiante", "chegou à fase de entrevista"),
        ("selecionada", "A sua inscrição no BBB 30 foi selecionada", "selecionada para a casa do BBB 30"),
        ("reserva", "A sua inscrição no BBB 30 está na reserva", "lista de reserva do BBB 30"),
        ("reprovada", "Sobre a sua inscrição no BBB 30", "não segue na seleção do BBB 30"),
        ("desistente", "A sua desistência do BBB 30 está registrada", "Você retirou a sua inscrição no BBB 30"),
    ],
)
def test_a_carta_de_cada_situacao(
    correio: Correio, enviada: Candidato, situacao: str, assunto: str, frase: str
) -> None:
    correio.ligar()
    Candidato.objects.filter(pk=enviada.pk).update(situacao=situacao)
    enviada.refresh_from_db()
    carta = carta_de(correio, enviada)
    assert correio.chegou.para == ["dora@example.com"]
    assert (assunto_de(carta), carta["To"], carta["From"]) == (
        assunto,
        "dora@example.com",
        "nao-responda@exemplo.com.br",
    )
    assert carta["Auto-Submitted"] == "auto-generated"
    texto = texto_de(carta)
    assert texto.startswith("Olá, Dora!\n")
    assert frase in texto
    assert "\nAcompanhe em https://exemplo.com.br/inscricoes/minha/\n" in texto
    assert f"\nProtocolo: {enviada.protocolo}\n" in texto
    assert "Doralina" not in texto


def test_ha_carta_para_cada_situacao_que_avisa() -> None:
    assert {situacao for situacao in Situacao if situacao != Situacao.RASCUNHO} == avisos.AVISAM


@pytest.mark.parametrize(
    ("campos", "saudacao"),
    [
        ({"nome_curto": "D'Ávila & Cia <Dora>"}, "Olá, D'Ávila & Cia <Dora>!"),
        ({"nome_curto": "", "nome_social": "Dora Social", "situacao": "desistente"}, "Olá, Dora Social!"),
        (
            {"nome_curto": "", "nome_social": "", "nome": "", "situacao": "desistente"},
            "Olá!",
        ),
        ({"nome_curto": "Dora\r\n\r\nGanhe já: http://golpe"}, "Olá, Dora Ganhe já: http://golpe!"),
    ],
    ids=["sinais", "nome-social", "sem-nome", "linhas"],
)
def test_o_nome_escolhido(correio: Correio, enviada: Candidato, campos: dict[str, str], saudacao: str) -> None:
    correio.ligar()
    Candidato.objects.filter(pk=enviada.pk).update(**campos)
    enviada.refresh_from_db()
    assert texto_de(carta_de(correio, enviada)).splitlines()[0] == saudacao


def test_nenhum_cabecalho_se_injeta(correio: Correio, enviada: Candidato, aberta: Edicao) -> None:
    correio.ligar()
    Edicao.objects.filter(pk=aberta.pk).update(nome="BBB\r\nBcc: outra@example.com\r\n 30")
    enviada.refresh_from_db()
    carta = carta_de(correio, Candidato.objects.get(pk=enviada.pk))
    assert (carta["Bcc"], correio.chegou.para) == (None, ["dora@example.com"])
    assert assunto_de(carta) == "Recebemos a sua inscrição no BBB Bcc: outra@example.com 30"
    Candidato.objects.filter(pk=enviada.pk).update(email="dora@example.com\nBcc: outra@example.com")
    avisos.avisar(enviada, agora=timezone.now())
    avisos.enviar_pendentes()
    assert len(correio.chegou.cartas) == 1
    erro = Aviso.objects.latest("pk").erro
    assert erro
    assert "@" not in erro


# --- Quando, e quantas vezes ------------------------------------------------------------------------------------------


def test_so_depois_do_commit_e_pela_thread(
    correio: Correio, enviada: Candidato, settings: Settings, produtora: User
) -> None:
    settings.AVISOS_EM_SEGUNDO_PLANO = True
    correio.ligar()
    with transaction.atomic():
        services.mover(enviada, Situacao.EM_ANALISE, por=produtora)
        assert avisos._carteiro is None
        assert correio.chegou.cartas == []
    carteiro = avisos._carteiro
    correio.chegou.esperar(1)
    if carteiro is not None:
        carteiro.join(20)
        assert not carteiro.is_alive()
    assert avisos._carteiro is None
    assert Aviso.objects.get().enviado_em is not None


def test_o_que_se_desfaz_nao_se_manda(correio: Correio, enviada: Candidato, settings: Settings) -> None:
    settings.AVISOS_EM_SEGUNDO_PLANO = True
    correio.ligar()

    def mover_e_falhar() -> None:
        with transaction.atomic():
            services.mover(enviada, Situacao.EM_ANALISE)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        mover_e_falhar()
    assert avisos._carteiro is None
    assert Aviso.objects.count() == 0


def test_mover_centenas_nao_espera_pelo_servidor(
    correio: Correio, aberta: Edicao, settings: Settings, produtora: User
) -> None:
    """A thread começa, o servidor demora, e quem move já acabou: nenhuma carta saiu ainda."""
    settings.AVISOS_EM_SEGUNDO_PLANO = True
    pode = threading.Event()
    chegou = correio.chegou

    def esperar(endereco: str) -> str:
        assert pode.wait(20)
        return "250 OK"

    chegou.responder = esperar
    correio.ligar()
    candidatos = [
        Candidato.objects.create(edicao=aberta, email=f"c{n}@example.com", situacao="enviada", **DADOS)
        for n in range(120)
    ]
    settings.EMAIL_TIMEOUT = 30
    for candidato in candidatos:
        services.mover(candidato, Situacao.EM_ANALISE, por=produtora)
    carteiro = avisos._carteiro
    assert carteiro is not None
    assert chegou.cartas == []
    pode.set()
    chegou.esperar(120)
    carteiro.join(30)
    assert sorted(chegou.para) == sorted(candidato.email for candidato in candidatos)
    assert Aviso.objects.filter(enviado_em__isnull=False, tentar_em__isnull=True, tentativas=1).count() == 120


def test_dois_processos_nao_mandam_a_mesma(correio: Correio, aberta: Edicao) -> None:
    correio.ligar()
    for n in range(30):
        candidato = Candidato.objects.create(edicao=aberta, email=f"c{n}@example.com", situacao="enviada", **DADOS)
        avisos.avisar(candidato, agora=timezone.now())
    remessas: list[avisos.Remessa] = []
    juntos = threading.Barrier(3)

    def mandar() -> None:
        try:
            juntos.wait(10)
            remessas.append(avisos.enviar_pendentes())
        finally:
            connection.close()

    threads = [threading.Thread(target=mandar) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert len(remessas) == 3
    assert (sum(remessa.enviadas for remessa in remessas), sum(remessa.falhas for remessa in remessas)) == (30, 0)
    assert sorted(correio.chegou.para) == sorted(f"c{n}@example.com" for n in range(30))


def test_servidor_fora_do_ar_e_depois_de_volta(correio: Correio, enviada: Candidato) -> None:
    antes = timezone.now()
    avisos.avisar(enviada, agora=antes)
    assert avisos.enviar_pendentes() == avisos.Remessa(0, 1, 0, fora_do_ar=True)
    aviso = Aviso.objects.get()
    assert (aviso.tentativas, aviso.erro, aviso.enviado_em) == (1, "ConnectionRefusedError", None)
    assert aviso.tentar_em is not None
    assert aviso.tentar_em - antes > timedelta(minutes=4)
    correio.ligar()
    assert avisos.enviar_pendentes() == avisos.Remessa(0, 0, 0, fora_do_ar=False)
    adiantar()
    assert avisos.enviar_pendentes().enviadas == 1
    adiantar()
    assert avisos.enviar_pendentes().enviadas == 0
    aviso.refresh_from_db()
    assert (aviso.tentativas, aviso.erro, aviso.tentar_em) == (2, "", None)
    assert len(correio.chegou.cartas) == 1


def test_fora_do_ar_gasta_uma_tentativa_e_nao_a_de_todas(correio: Correio, aberta: Edicao) -> None:
    for n in range(3):
        candidato = Candidato.objects.create(edicao=aberta, email=f"c{n}@example.com", situacao="enviada", **DADOS)
        avisos.avisar(candidato, agora=timezone.now())
    assert avisos.enviar_pendentes().fora_do_ar
    assert list(Aviso.objects.order_by("pk").values_list("tentativas", flat=True)) == [1, 0, 0]
    correio.ligar()
    assert avisos.enviar_pendentes().enviadas == 2


def test_recusa_de_um_nao_atrapalha_os_outros_nem_deixa_o_endereco(correio: Correio, aberta: Edicao) -> None:
    correio.ligar()
    correio.chegou.responder = lambda para: f"550 <{para}> nao existe" if para.startswith("c0") else "250 OK"
    for n in range(3):
        candidato = Candidato.objects.create(edicao=aberta, email=f"c{n}@example.com", situacao="enviada", **DADOS)
        avisos.avisar(candidato, agora=timezone.now())
    assert avisos.enviar_pendentes() == avisos.Remessa(2, 1, 0, fora_do_ar=False)
    assert correio.chegou.para == ["c1@example.com", "c2@example.com"]
    assert Aviso.objects.get(candidato__email="c0@example.com").erro == "SMTPRecipientsRefused 550"


def test_espera_cada_vez_mais_e_desiste_a_vista(correio: Correio, enviada: Candidato) -> None:
    correio.ligar()
    correio.chegou.responder = lambda para: "450 tente mais tarde"
    avisos.avisar(enviada, agora=timezone.now())
    esperas = []
    for _ in avisos.ESPERAS:
        adiantar()
        antes = timezone.now()
        assert avisos.enviar_pendentes().falhas == 1
        tentar_em = Aviso.objects.get().tentar_em
        esperas.append(None if tentar_em is None else round((tentar_em - antes).total_seconds() / 60))
    assert esperas == [5, 15, 60, 240, 720, 1440, None]
    assert avisos.enviar_pendentes() == avisos.Remessa(0, 0, 0, fora_do_ar=False)
    aviso = Aviso.objects.get()
    assert (aviso.tentativas, aviso.erro) == (7, "SMTPRecipientsRefused 450")


def test_queda_entre_mandar_e_marcar_repete_uma_vez_por_queda_e_tem_fim(
    correio: Correio, enviada: Candidato, monkeypatch: pytest.MonkeyPatch
) -> None:
    correio.ligar()
    avisos.avisar(enviada, agora=timezone.now())
    marcar = avisos._marcar

    def cair(aviso: Aviso) -> None:
        raise SystemExit

    monkeypatch.setattr(avisos, "_marcar", cair)
    with pytest.raises(SystemExit):
        avisos.enviar_pendentes()
    assert avisos.enviar_pendentes().enviadas == 0  # enquanto a espera não vence, ninguém a manda
    adiantar()
    monkeypatch.setattr(avisos, "_marcar", marcar)
    assert avisos.enviar_pendentes().enviadas == 1
    assert len(correio.chegou.cartas) == 2
    assert len({carta["Message-ID"] for carta in correio.chegou.cartas}) == 1
    monkeypatch.setattr(avisos, "_marcar", cair)
    avisos.avisar(enviada, agora=timezone.now())
    for _ in avisos.ESPERAS:
        adiantar()
        with pytest.raises(SystemExit):
            avisos.enviar_pendentes()
    adiantar()
    assert avisos.enviar_pendentes() == avisos.Remessa(0, 0, 0, fora_do_ar=False)
    assert Aviso.objects.latest("pk").erro == avisos.INTERROMPIDA
    assert len(correio.chegou.cartas) == 2 + len(avisos.ESPERAS)


def test_so_se_manda_a_carta_da_situacao_de_agora(correio: Correio, enviada: Candidato, produtora: User) -> None:
    services.mover(enviada, Situacao.EM_ANALISE, por=produtora)
    services.mover(enviada, Situacao.REPROVADA, por=produtora)
    services.mover(enviada, Situacao.EM_ANALISE, por=produtora)
    correio.ligar()
    assert avisos.enviar_pendentes() == avisos.Remessa(1, 0, 2, fora_do_ar=False)
    assert [assunto_de(carta) for carta in correio.chegou.cartas] == ["A sua inscrição no BBB 30 está em análise"]
    assert list(Aviso.objects.order_by("pk").values_list("erro", flat=True)) == [avisos.SUPERADA, avisos.SUPERADA, ""]


def test_eliminada_nao_recebe_mais_nada(correio: Correio, enviada: Candidato, produtora: User) -> None:
    services.mover(enviada, Situacao.EM_ANALISE, por=produtora)
    services.eliminar(enviada, origem=Eliminacao.Origem.PEDIDO, agora=timezone.now())
    correio.ligar()
    assert avisos.enviar_pendentes() == avisos.Remessa(0, 0, 0, fora_do_ar=False)
    assert correio.chegou.cartas == []


# --- O comando e o admin ----------------------------------------------------------------------------------------------


def test_o_comando_manda_o_que_espera(correio: Correio, enviada: Candidato, capsys: pytest.CaptureFixture[str]) -> None:
    avisos.avisar(enviada, agora=timezone.now())
    with pytest.raises(CommandError, match="não respondeu"):
        call_command("enviar_avisos")
    assert capsys.readouterr().out == "0 cartas enviadas, 1 não saíram; 1 esperam a sua hora.\n"
    correio.ligar()
    adiantar()
    call_command("enviar_avisos")
    assert capsys.readouterr().out == "1 cartas enviadas, 0 não saíram; 0 esperam a sua hora.\n"


def test_o_admin_mostra_o_estado_e_manda_de_novo(correio: Correio, enviada: Candidato) -> None:
    usuario = User.objects.create_superuser("chefe")
    cliente = Client()
    cliente.force_login(usuario)
    avisos.avisar(enviada, agora=timezone.now())
    Aviso.objects.update(tentativas=7, tentar_em=None, erro="ConnectionRefusedError")
    lista = "/admin/inscricoes/aviso/"
    for estado, quantas in (("desistidos", 1), ("esperam", 0), ("enviados", 0), ("superados", 0)):
        assert len(cliente.get(f"{lista}?estado={estado}").context["cl"].result_list) == quantas
    assert "não foi: acabaram as tentativas" in cliente.get(lista).content.decode()
    cliente.post(lista, {"action": "mandar_de_novo", "_selected_action": [Aviso.objects.get().pk]})
    correio.ligar()
    assert avisos.enviar_pendentes().enviadas == 1


def test_quem_so_ve_nao_manda_de_novo(enviada: Candidato) -> None:
    usuario = User.objects.create_user("curiosa", is_staff=True)
    usuario.groups.add(Group.objects.get_or_create(name="Auditoria")[0])
    cliente = Client()
    cliente.force_login(usuario)
    avisos.avisar(enviada, agora=timezone.now())
    Aviso.objects.update(tentar_em=None)
    cliente.post("/admin/inscricoes/aviso/", {"action": "mandar_de_novo", "_selected_action": [Aviso.objects.get().pk]})
    assert Aviso.objects.get().tentar_em is None
