import io
import secrets
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from django.contrib.auth.models import User
from django.core.files.storage import default_storage
from django.core.management import CommandError, call_command
from django.utils import timezone
from PIL import Image
from pytest_django import Settings

from inscricoes import services as inscricoes_services
from inscricoes.demo import carga
from inscricoes.demo.inscritos import INSCRITOS, Inscrito
from inscricoes.demo.questionario import SECOES
from inscricoes.models import (
    Aviso,
    Candidato,
    Edicao,
    Foto,
    Movimento,
    Parecer,
    Pergunta,
    Resposta,
    Secao,
    Termo,
)
from inscricoes.situacoes import PASSOS, Situacao
from inscricoes.validators import conferir_idade, cpf_em_digitos
from votacao import fotos, services
from votacao.apuracao import apurar, apurar_dos_dois_jeitos, por_hora
from votacao.demo import inscritos, temporada
from votacao.models import Lote, Modalidade, Paredao, Participante, Voto

pytestmark = pytest.mark.django_db
AGORA = datetime(2026, 3, 10, 2, 30, tzinfo=timezone.get_fixed_timezone(0))
"""23h30 do dia 9 em São Paulo."""


@pytest.fixture
def casa(edicao: Edicao) -> Edicao:
    temporada.elenco(edicao)
    return edicao


def carregar(**opcoes: object) -> str:
    saida = io.StringIO()
    call_command("carregar_demo", stdout=saida, **opcoes)
    return saida.getvalue()


def retrato_de_graca(*args: object, **kwargs: object) -> int:
    """Os retratos têm o seu teste; aqui só custariam segundos."""
    return 0


class AtelieDeGraca:
    """As fotos dos inscritos também."""

    def __init__(self, edicao: Edicao) -> None:
        pass

    def __enter__(self) -> "AtelieDeGraca":
        return self

    def __exit__(self, *_: object) -> None:
        pass

    def fotos(self, inscrito: Inscrito) -> list[bytes]:
        return []


@pytest.fixture
def sem_desenhar(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(temporada, "retratos", retrato_de_graca)
    monkeypatch.setattr(inscritos, "_Atelie", AtelieDeGraca)


def test_carregar_duas_vezes_nao_muda_nada(sem_desenhar: None) -> None:
    def tudo() -> list[object]:
        das_inscricoes = (Candidato, Termo, Secao, Pergunta, Resposta, Foto, Movimento, Parecer, Aviso)
        modelos = (Edicao, Participante, Paredao, Lote, User, *das_inscricoes)
        return [list(modelo._default_manager.order_by("pk").values()) for modelo in modelos] + [Voto.objects.count()]

    primeira = carregar()
    antes = tudo()
    segunda = carregar()
    assert tudo() == antes
    produtor = User.objects.get(is_staff=True)
    senha = primeira.split("usuário produtor, senha ")[1].split()[0]
    assert produtor.check_password(senha)
    assert "usuário produtor, senha (a de antes)" in segunda
    assert (produtor.is_staff, produtor.is_superuser) == (True, False)
    assert sorted(produtor.groups.values_list("name", flat=True)) == [
        "Seleção",
        "Seleção (dados sensíveis)",
        "Votação",
    ]
    assert Participante.objects.count() == 26
    assert set(Participante.objects.values_list("grupo", flat=True)) == {"pipoca", "camarote", "puxadinho"}
    assert set(Candidato.objects.values_list("situacao", flat=True)) == {situacao.value for situacao in Situacao}
    call_command("conferir")


def test_senha_dada_vale_tambem_ao_recarregar(sem_desenhar: None) -> None:
    carregar()
    senha = secrets.token_urlsafe()
    assert f"senha {senha}" in carregar(senha=senha)
    assert User.objects.get(is_staff=True).check_password(senha)


def test_recusa_producao(settings: Settings) -> None:
    settings.HTTPS = True
    with pytest.raises(CommandError, match="HTTPS está ligado"):
        carregar()
    assert not Edicao.objects.exists()


def test_encerrado_reproduz_o_exemplo_oficial(casa: Edicao) -> None:
    paredao = temporada.paredao_encerrado(casa, AGORA)
    assert paredao is not None
    apurado = apurar(paredao)
    assert [[str(parcela.porcentagem) for parcela in linha.parcelas] for linha in apurado.linhas] == [
        ["52.38", "45.24"],
        ["35.76", "50.00"],
        ["11.86", "4.76"],
    ]
    assert [str(linha.media) for linha in apurado.linhas] == ["48.81", "42.88", "8.31"]
    assert paredao.situacao(AGORA) == Paredao.Situacao.PUBLICADO
    assert (apurado.total, apurado.total_suspeitos, apurado.suspeitos_contam) == (60_000, 3_860, False)
    # A justificativa da demonstração não mente: com eles, o resultado é o mesmo.
    assert [linha.participante for apuracao in apurar_dos_dois_jeitos(paredao) for linha in apuracao.decididos] == [
        apurado.linhas[0].participante
    ] * 2
    horas = por_hora(paredao, suspeitos=False)[1]
    assert len(horas) == 24
    assert max(horas, key=lambda hora: hora.total).inicio == horas[-1].inicio
    assert timezone.localtime(horas[-1].inicio).hour == 22
    assert temporada.paredao_encerrado(casa, AGORA) is None


@pytest.mark.parametrize("hora", [0, 2, 12, 23])
def test_sempre_ha_um_aberto_e_um_agendado(casa: Edicao, hora: int) -> None:
    """Qualquer que seja a hora, e por mais que o tempo passe entre uma carga e outra."""
    agora = AGORA + timedelta(hours=hora, minutes=31)
    for dias in (0, 1, 4, 5, 30):
        momento = agora + timedelta(days=dias)
        temporada.paredao_aberto(casa, momento)
        temporada.paredao_agendado(casa, momento)
        assert Paredao.objects.abertos(momento).count() == 1
        assert Paredao.objects.agendados(momento).count() == 1
    titulos = list(Paredao.objects.order_by("pk").values_list("titulo", flat=True))
    assert titulos == [f"{numero}º Paredão" for numero in range(5, 5 + len(titulos))]
    assert {paredao.participantes.count() for paredao in Paredao.objects.all()} == {3}


@pytest.mark.parametrize(
    ("chaves", "modalidades"),
    [(["x" * 32], [Modalidade.UNICO, Modalidade.TORCIDA]), ([], [Modalidade.TORCIDA])],
)
def test_o_aberto_tem_as_modalidades_que_o_servidor_pode_colher(
    casa: Edicao, settings: Settings, chaves: list[str], modalidades: list[Modalidade]
) -> None:
    settings.CHAVES_CPF = chaves
    for criar in (temporada.paredao_aberto, temporada.paredao_agendado):
        paredao = criar(casa, AGORA)
        assert paredao is not None
        assert paredao.modalidades == modalidades
        assert services.impedimentos_para_abrir(paredao) == []


def test_repartir_nao_perde_nem_inventa() -> None:
    for votos in temporada.EXEMPLO_OFICIAL.values():
        for lugar, total in enumerate(votos):
            partes = temporada.repartir(total, lugar)
            assert sum(partes) == total
            assert min(partes) > 0
    assert list(temporada.EXEMPLO_OFICIAL) == [Modalidade.UNICO, Modalidade.TORCIDA]


def test_retratos_so_de_quem_esta_sem_foto(
    casa: Edicao, settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.MEDIA_ROOT = tmp_path
    primeiros = temporada.ELENCO[:2]
    monkeypatch.setattr(temporada, "ELENCO", primeiros)
    assert temporada.retratos(casa) == 2
    assert temporada.retratos(casa) == 0
    ana = Participante.objects.get(nome_curto=primeiros[0].nome_curto)
    menor = fotos.caminho_da_foto(ana.foto, fotos.LARGURAS[0])
    with default_storage.open(menor) as arquivo, Image.open(arquivo) as imagem:
        assert imagem.size == (240, 320)
    default_storage.delete(menor)
    assert temporada.retratos(casa) == 1
    assert default_storage.exists(menor)


# --- As inscrições ----------------------------------------------------------------------------------------------------


def inscrever(edicao: Edicao, agora: datetime) -> list[Candidato]:
    carga.abrir(edicao, agora)
    carga.questionario(edicao, agora)
    produtora = temporada.produtor(None).login
    return carga.inscrever(
        edicao, agora, produtora=User.objects.get(username=produtora), fotos=AtelieDeGraca(edicao).fotos
    )


def test_questionario_de_oitenta_perguntas_de_todos_os_tipos(edicao: Edicao) -> None:
    assert carga.questionario(edicao, AGORA) == 80
    assert carga.questionario(edicao, AGORA) == 0
    assert (Secao.objects.count(), len(SECOES)) == (8, 8)
    assert set(Pergunta.objects.no_ar().values_list("tipo", flat=True)) == set(Pergunta.Tipo.values)
    assert 20 < Pergunta.objects.filter(obrigatoria=False).count() < 40
    enunciados = list(Pergunta.objects.values_list("enunciado", flat=True))
    assert len(set(enunciados)) == 80
    for pergunta in Pergunta.objects.all():
        pergunta.full_clean()


def test_cada_resposta_cabe_na_sua_pergunta(edicao: Edicao) -> None:
    inscrever(edicao, AGORA)
    for resposta in Resposta.objects.select_related("pergunta"):
        pergunta = resposta.pergunta
        if pergunta.tipo == Pergunta.Tipo.ESCOLHA:
            assert resposta.texto in pergunta.lista_de_opcoes
        elif pergunta.tipo == Pergunta.Tipo.NUMERO:
            assert 0 <= int(resposta.texto) <= (pergunta.limite or 0)
        elif pergunta.tipo == Pergunta.Tipo.SIM_NAO:
            assert resposta.texto in ("sim", "nao")
        else:
            assert 0 < len(resposta.texto) <= pergunta.caracteres


def test_inscritos_seguem_as_regras_de_todos(edicao: Edicao) -> None:
    inscrever(edicao, AGORA)
    for candidato in Candidato.objects.all():
        caminho = list(candidato.movimentos.order_by("em").values_list("de", "para"))
        assert caminho[0] == ("", "rascunho")
        assert all(Situacao(para) in PASSOS[Situacao(de)] for de, para in caminho[1:])
        assert candidato.situacao == caminho[-1][1]
        assert candidato.movimentos.latest("em").em <= AGORA
        assert candidato.nascimento is not None
        conferir_idade(candidato.nascimento, edicao.ano_da_inscricao)
        if candidato.situacao != Situacao.RASCUNHO:
            assert cpf_em_digitos(candidato.cpf) == candidato.cpf
            assert candidato.consentiu_em == candidato.enviado_em
            # Só faltam as fotos, que este teste não desenha, e o vídeo.
            assert {p.secao for p in inscricoes_services.pendencias(candidato)} <= {"fotos", "video"}
    assert Aviso.objects.filter(enviado_em__isnull=True).count() == 0


def test_o_rascunho_da_candidata_espera_um_visitante(edicao: Edicao) -> None:
    inscrever(edicao, AGORA)
    conta = User.objects.get(email="candidata@example.com")
    assert not conta.has_usable_password()
    candidato = Candidato.objects.de(conta).get()
    assert candidato.editavel(AGORA)
    assert candidato.respostas.count() > 25
    secoes = {pendencia.secao.split("-")[0] for pendencia in inscricoes_services.pendencias(candidato)}
    assert secoes == {"dados", "contato", "questionario", "fotos", "video"}


def test_conta_que_ja_existia_e_aproveitada_e_a_inscricao_dela_fica(edicao: Edicao) -> None:
    conta = User.objects.create_user("conta-de-visitante", "candidata@example.com")
    carga.abrir(edicao, AGORA)
    dela = inscricoes_services.comecar(conta=conta, email=conta.email, edicao=edicao, agora=AGORA)
    assert len(inscrever(edicao, AGORA)) == len(INSCRITOS) - 1
    assert list(Candidato.objects.de(conta)) == [dela]
    assert dela.respostas.count() == 0


def test_sempre_aberta_sem_mexer_no_que_e_de_verdade(edicao: Edicao) -> None:
    inscrever(edicao, AGORA)
    for dias in (1, 59, 61, 400):
        momento = AGORA + timedelta(days=dias)
        carga.abrir(edicao, momento)
        assert Edicao.objects.get(pk=edicao.pk).recebe_inscricoes(momento)
    Candidato.objects.create(edicao=edicao, email="gente@exemplo.com.br", situacao="rascunho")
    fim = Edicao.objects.get(pk=edicao.pk).inscricoes_fecham_em
    assert fim is not None
    assert carga.abrir(Edicao.objects.get(pk=edicao.pk), fim + timedelta(days=1)) is False
    assert Edicao.objects.get(pk=edicao.pk).inscricoes_fecham_em == fim


def test_questionario_da_producao_fica_como_esta(edicao: Edicao) -> None:
    Secao.objects.create(edicao=edicao, titulo="A nossa")
    assert carga.questionario(edicao, AGORA) == 0
    assert Pergunta.objects.count() == 0


def test_selecionada_e_quem_ja_esta_na_casa(casa: Edicao, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(inscritos, "_Atelie", AtelieDeGraca)
    temporada.produtor(None)
    inscritos.carregar(casa, AGORA, produtora=User.objects.get(username=temporada.LOGIN))
    ligados = Participante.objects.filter(candidato__isnull=False)
    assert [(p.nome_curto, p.candidato and p.candidato.situacao) for p in ligados] == [("Jandira", "selecionada")]


def test_fotos_desenhadas_para_dois(
    edicao: Edicao, settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.MEDIA_ROOT = tmp_path
    for modulo in (inscritos, carga):
        monkeypatch.setattr(modulo, "INSCRITOS", INSCRITOS[:2])
    temporada.produtor(None)
    agora = timezone.now()
    inscritos.carregar(edicao, agora, produtora=User.objects.get(username=temporada.LOGIN))
    assert [candidato.fotos.count() for candidato in Candidato.objects.order_by("pk")] == [1, 3]
    assert Foto.objects.values("resumo").distinct().count() == 4
