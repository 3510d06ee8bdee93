"""Eliminar de verdade: nada da pessoa no banco inteiro nem nas pastas, com qualquer corrida no meio."""

import os
import threading
import time
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.apps import apps
from django.contrib.admin.models import DELETION, LogEntry
from django.contrib.auth.models import Group, Permission, User
from django.contrib.sessions.models import Session
from django.core.management import call_command
from django.db import IntegrityError, connection, transaction
from django.db.models import Q
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoCaptureOnCommitCallbacks, Settings

from inscricoes import services
from inscricoes.arquivos import guarda
from inscricoes.models import Candidato, Edicao, Eliminacao, Foto, Parecer
from inscricoes.services.eliminacao import ELIMINADA, conta_eliminavel
from inscricoes.situacoes import Situacao
from inscricoes.tests import pessoa

PEDIDO = Eliminacao.Origem.PEDIDO
# As inscrições não conhecem a votação: quem foi para a casa se acha pelo nome do modelo.
Participante = apps.get_model("votacao", "Participante")


@pytest.fixture(autouse=True)
def _midia_so_deste(settings: Settings, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = tmp_path / "guardados" / "midia"


@pytest.fixture
def completa(aberta: Edicao, dora: User, produtora: User, tmp_path: Path) -> Candidato:
    return pessoa.inscricao_completa(dora, aberta, tmp_path, produtora)


def eliminar(candidato: Candidato, **opcoes: Any) -> bool:
    return services.eliminar(candidato, origem=PEDIDO, agora=timezone.now(), **opcoes)


# --- Não sobra nada ---------------------------------------------------------------------------------------------------


def test_nao_sobra_nada_no_banco_nem_nas_pastas(
    completa: Candidato, dora: User, django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks
) -> None:
    # O participante é um fato público do programa: o que é dele não conta como resto.
    Participante.objects.filter(candidato=completa).update(
        nome="Público", nome_curto="Público", profissao="", cidade="", apresentacao=""
    )
    chave, conta = completa.pk, dora.pk
    assert pessoa.achados(pessoa.banco_inteiro()) == [
        marca for marca in pessoa.PROCURAR if marca not in ("529.982.247-25", "pixelmarca")
    ]
    assert pessoa.achados(pessoa.pasta_inteira()) == ["pixelmarca"]
    assert sorted(nome for nome, quantas in pessoa.ligacoes(Candidato, chave).items() if quantas == 0) == []

    with django_capture_on_commit_callbacks(execute=True):
        assert eliminar(completa) is True

    assert pessoa.achados(pessoa.banco_inteiro()) == []
    assert pessoa.pasta_inteira() == ""
    assert set(pessoa.ligacoes(Candidato, chave).values()) == {0}
    assert set(pessoa.ligacoes(User, conta).values()) == {0}
    assert not User.objects.filter(pk=conta).exists()
    assert Session.objects.count() == 0
    assert list(Eliminacao.objects.values_list("edicao__nome", "origem")) == [("BBB 30", "pedido")]


def test_do_historico_fica_quem_fez_e_quando(completa: Candidato, produtora: User) -> None:
    antes = list(LogEntry.objects.order_by("pk").values_list("pk", "user", "action_flag", "action_time"))
    eliminar(completa)
    assert list(LogEntry.objects.order_by("pk").values_list("pk", "user", "action_flag", "action_time")) == antes
    assert set(LogEntry.objects.values_list("object_repr", "change_message")) == {(ELIMINADA, "")}


def test_quem_foi_para_a_casa_continua_participante_sem_ligacao(completa: Candidato) -> None:
    antes = Participante.objects.get(candidato=completa)
    eliminar(completa)
    depois = Participante.objects.get()
    assert (depois.pk, depois.nome, depois.candidato_id) == (antes.pk, antes.nome, None)


def test_os_dados_dos_outros_ficam(
    completa: Candidato,
    aberta: Edicao,
    elis: User,
    tmp_path: Path,
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    outra = services.comecar(conta=elis, email=elis.email, edicao=aberta, agora=timezone.now())
    pessoa.guardar_arquivos(outra, tmp_path)
    Client().force_login(elis)
    antes = pessoa.ligacoes(Candidato, outra.pk)
    with django_capture_on_commit_callbacks(execute=True):
        eliminar(completa)
    assert pessoa.ligacoes(Candidato, outra.pk) == antes
    assert [nome for nome, _ in guarda.arquivos_do_candidato(outra)] == [
        "fotos/foto-01.webp",
        "fotos/foto-02.webp",
        "fotos/foto-03.webp",
        "video/video.mp4",
    ]
    assert [sessao.get_decoded()["_auth_user_id"] for sessao in Session.objects.all()] == [str(elis.pk)]


def test_eliminar_duas_vezes_elimina_uma(completa: Candidato) -> None:
    assert eliminar(completa) is True
    assert eliminar(completa) is False
    assert Eliminacao.objects.count() == 1


def test_so_elimina_se_a_inscricao_relida_ainda_serve(completa: Candidato) -> None:
    assert eliminar(completa, se=~Q(situacao=Situacao.SELECIONADA)) is False
    assert Candidato.objects.filter(pk=completa.pk).exists()
    assert Eliminacao.objects.count() == 0


def test_se_a_transacao_se_desfaz_os_arquivos_ficam(
    completa: Candidato, django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks
) -> None:
    antes = pessoa.pasta_inteira()

    def eliminar_e_falhar() -> None:
        with transaction.atomic():
            eliminar(completa)
            raise ZeroDivisionError

    with django_capture_on_commit_callbacks(execute=True), pytest.raises(ZeroDivisionError):
        eliminar_e_falhar()
    assert pessoa.pasta_inteira() == antes
    assert Candidato.objects.filter(pk=completa.pk).exists()


def test_arquivo_que_nao_se_apagou_e_recolhido_pelo_comando(completa: Candidato, settings: Settings) -> None:
    """O processo morre entre o commit e a limpeza: é como não rodar o que ficou para depois dele."""
    with transaction.atomic():
        eliminar(completa)
        connection.run_on_commit.clear()
    assert pessoa.achados(pessoa.pasta_inteira()) == ["pixelmarca"]
    antes_de_ontem = time.time() - 2 * 24 * 3600
    for arquivo in Path(settings.MEDIA_ROOT).rglob("*"):
        if arquivo.is_file():
            os.utime(arquivo, (antes_de_ontem, antes_de_ontem))
    call_command("aplicar_retencao", aplicar=True)
    assert pessoa.pasta_inteira() == ""


# --- A conta ----------------------------------------------------------------------------------------------------------


def test_a_conta_com_outra_inscricao_fica(completa: Candidato, dora: User) -> None:
    velha = Edicao.objects.create(nome="BBB 29", ano=2029)
    outra = Candidato.objects.create(edicao=velha, conta=dora, email=dora.email, situacao="rascunho")
    eliminar(completa)
    assert Candidato.objects.get(conta=dora) == outra
    eliminar(outra)
    assert not User.objects.filter(pk=dora.pk).exists()


def test_a_conta_da_producao_fica(completa: Candidato, dora: User) -> None:
    User.objects.filter(pk=dora.pk).update(is_staff=True)
    eliminar(completa)
    assert User.objects.filter(pk=dora.pk).exists()


def test_a_conta_de_quem_ja_produziu_fica_por_quem_fala_o_historico(completa: Candidato, dora: User) -> None:
    LogEntry.objects.create(user=dora, object_repr="4º Paredão", action_flag=DELETION, change_message="Apagou.")
    eliminar(completa)
    assert User.objects.filter(pk=dora.pk).exists()
    assert LogEntry.objects.filter(user=dora).values_list("change_message", flat=True).get() == "Apagou."


def test_quem_ainda_precisa_da_conta_diz_nao(completa: Candidato, dora: User) -> None:
    def precisa(conta: User, **_: Any) -> bool:
        return conta.pk != dora.pk

    conta_eliminavel.connect(precisa)
    try:
        eliminar(completa)
    finally:
        conta_eliminavel.disconnect(precisa)
    assert User.objects.filter(pk=dora.pk).exists()
    assert not Candidato.objects.filter(pk=completa.pk).exists()


def test_sem_conta_tambem_se_elimina(aberta: Edicao) -> None:
    candidato = Candidato.objects.create(edicao=aberta, email="papel@example.com", situacao="rascunho")
    assert eliminar(candidato) is True
    assert Eliminacao.objects.count() == 1


# --- Pela produção ----------------------------------------------------------------------------------------------------


@pytest.fixture
def quem_elimina(db: None) -> Client:
    usuario = User.objects.create_user("guardia", is_staff=True)
    usuario.groups.add(Group.objects.get(name="Seleção (dados sensíveis)"))
    cliente = Client()
    cliente.force_login(usuario)
    return cliente


def pagina(candidato: Candidato) -> str:
    return f"/admin/inscricoes/candidato/{candidato.pk}/delete/"


def test_a_producao_so_elimina_com_o_protocolo_escrito(quem_elimina: Client, completa: Candidato) -> None:
    assert "continua participante" in quem_elimina.get(pagina(completa)).content.decode()
    for escrito in ("", "sim", "AAAA-AAAA"):
        resposta = quem_elimina.post(pagina(completa), {"post": "yes", "protocolo": escrito})
        assert (resposta.status_code, Candidato.objects.count()) == (422, 1)
    resposta = quem_elimina.post(pagina(completa), {"protocolo": f" {completa.protocolo.lower().replace('-', ' ')}"})
    assert resposta.status_code == 302
    assert Candidato.objects.count() == 0
    assert list(Eliminacao.objects.values_list("origem", flat=True)) == ["producao"]
    assert LogEntry.objects.filter(action_flag=DELETION).values_list(
        "user__username", "object_repr", "change_message"
    ).get() == ("guardia", ELIMINADA, "Eliminou os dados a pedido da pessoa.")
    assert quem_elimina.get(pagina(completa)).status_code in (302, 404)


def test_sem_a_permissao_nao_elimina(completa: Candidato) -> None:
    usuario = User.objects.create_user("curiosa", is_staff=True)
    usuario.groups.add(Group.objects.get(name="Seleção"))
    usuario.user_permissions.remove(*Permission.objects.filter(codename="delete_candidato"))
    cliente = Client()
    cliente.force_login(usuario)
    assert cliente.get(pagina(completa)).status_code == 403
    assert cliente.post(pagina(completa), {"protocolo": completa.protocolo}).status_code == 403
    assert Candidato.objects.count() == 1


def test_nao_ha_acao_que_apague_muitas(quem_elimina: Client, completa: Candidato) -> None:
    quem_elimina.post(
        "/admin/inscricoes/candidato/",
        {"action": "delete_selected", "_selected_action": [completa.pk], "post": "yes"},
    )
    assert Candidato.objects.count() == 1


# --- Corridas ---------------------------------------------------------------------------------------------------------


class Junto:
    """Duas threads: a segunda só começa quando a primeira tem a transação aberta, e a primeira só acaba depois que a
    segunda está à espera do banco (ou já o perdeu)."""

    def __init__(self) -> None:
        self.erros: list[BaseException] = []
        self._primeira_dentro = threading.Event()
        self._segunda_comecou = threading.Event()

    def __call__(self, primeira: Callable[[], object], segunda: Callable[[], object]) -> None:
        threads = [
            threading.Thread(target=self._rodar, args=[self._primeira, primeira]),
            threading.Thread(target=self._rodar, args=[self._segunda, segunda]),
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(30)
        assert not any(thread.is_alive() for thread in threads)

    def _primeira(self, fazer: Callable[[], object]) -> None:
        with transaction.atomic():
            fazer()
            self._primeira_dentro.set()
            assert self._segunda_comecou.wait(10)

    def _segunda(self, fazer: Callable[[], object]) -> None:
        assert self._primeira_dentro.wait(10)
        self._segunda_comecou.set()
        fazer()

    def _rodar(self, papel: Callable[[Any], None], fazer: Callable[[], object]) -> None:
        try:
            papel(fazer)
        except BaseException as erro:
            self.erros.append(erro)
        finally:
            connection.close()


@pytest.fixture
def junto(transactional_db: None) -> Junto:
    return Junto()


def tipos(junto: Junto) -> list[str]:
    return [type(erro).__name__ for erro in junto.erros]


def test_mover_antes_e_eliminar_leva_junto(junto: Junto, completa: Candidato, produtora: User) -> None:
    junto(lambda: services.mover(completa, Situacao.DESISTENTE, por=produtora), lambda: eliminar(completa))
    assert (tipos(junto), Candidato.objects.count(), Eliminacao.objects.count()) == ([], 0, 1)


def test_eliminar_antes_e_quem_move_le_uma_frase(junto: Junto, completa: Candidato, produtora: User) -> None:
    junto(lambda: eliminar(completa), lambda: services.mover(completa, Situacao.DESISTENTE, por=produtora))
    assert [str(erro) for erro in junto.erros] == ["Esta inscrição acaba de ser eliminada: nada mudou."]
    assert (Candidato.objects.count(), Eliminacao.objects.count()) == (0, 1)


def test_eliminar_antes_e_quem_opina_le_uma_frase(junto: Junto, completa: Candidato, produtora: User) -> None:
    outro = Candidato.objects.get(pk=completa.pk)
    junto(lambda: eliminar(completa), lambda: services.opinar(outro, autor=produtora, nota=1, texto=""))
    assert (tipos(junto), Parecer.objects.count()) == (["InscricaoEliminada"], 0)


def test_eliminar_antes_e_quem_salva_le_uma_frase(junto: Junto, rascunho_da_dora: Candidato) -> None:
    outra_aba = Candidato.objects.get(pk=rascunho_da_dora.pk)
    junto(
        lambda: eliminar(rascunho_da_dora),
        lambda: services.salvar(outra_aba, campos={"cidade": "Natal"}, agora=timezone.now()),
    )
    assert [str(erro) for erro in junto.erros] == ["Esta inscrição acaba de ser eliminada: nada foi salvo."]


def test_dois_eliminam_ao_mesmo_tempo(junto: Junto, completa: Candidato) -> None:
    junto(lambda: eliminar(completa), lambda: eliminar(completa))
    assert (tipos(junto), Eliminacao.objects.count(), Candidato.objects.count()) == ([], 1, 0)


def mandar_foto(candidato: Candidato, tmp_path: Path) -> None:
    """O arquivo primeiro, a linha depois: como em `services.arquivos`."""
    with transaction.atomic():
        foto = Foto(candidato=candidato, largura=600, altura=800, tamanho=9, resumo="outra")
        rascunho = tmp_path / "outra"
        rascunho.write_bytes(b"outra foto")
        guarda.guardar({guarda.caminho_da_foto(foto.pk): rascunho})
        try:
            foto.save()
        except IntegrityError:
            guarda.apagar([guarda.caminho_da_foto(foto.pk)])
            raise


def test_foto_mandada_antes_vai_junto(junto: Junto, rascunho_da_dora: Candidato, tmp_path: Path) -> None:
    junto(lambda: mandar_foto(rascunho_da_dora, tmp_path), lambda: eliminar(rascunho_da_dora))
    if junto.erros:
        # No PostgreSQL a foto por gravar não tranca a inscrição: quem a guardava perde, e recolhe o arquivo.
        assert tipos(junto) == ["IntegrityError"]
    assert (Foto.objects.count(), Candidato.objects.count(), Eliminacao.objects.count()) == (0, 0, 1)


def test_foto_mandada_depois_e_recusada(junto: Junto, rascunho_da_dora: Candidato, tmp_path: Path) -> None:
    junto(lambda: eliminar(rascunho_da_dora), lambda: mandar_foto(rascunho_da_dora, tmp_path))
    assert (tipos(junto), Foto.objects.count(), Candidato.objects.count()) == (["IntegrityError"], 0, 0)


def test_comecar_outra_enquanto_a_conta_se_apaga(junto: Junto, rascunho_da_dora: Candidato, dora: User) -> None:
    agora = timezone.now()
    nova = Edicao.objects.create(nome="BBB 31", ano=2031, inscricoes_abrem_em=agora)
    junto(
        lambda: eliminar(rascunho_da_dora),
        lambda: services.comecar(conta=dora, email=dora.email, edicao=nova, agora=agora + timedelta(seconds=1)),
    )
    assert (tipos(junto), User.objects.filter(pk=dora.pk).count(), Candidato.objects.count()) == (
        ["ContaEliminada"],
        0,
        0,
    )


def test_quem_comecou_outra_antes_fica_com_a_conta(junto: Junto, rascunho_da_dora: Candidato, dora: User) -> None:
    agora = timezone.now()
    nova = Edicao.objects.create(nome="BBB 31", ano=2031, inscricoes_abrem_em=agora)
    junto(
        lambda: services.comecar(conta=dora, email=dora.email, edicao=nova, agora=agora + timedelta(seconds=1)),
        lambda: eliminar(rascunho_da_dora),
    )
    assert (tipos(junto), Candidato.objects.get().conta) == ([], dora)
