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

from inscricoes.models import Candidato, Edicao
from votacao import fotos, services
from votacao.apuracao import apurar, apurar_dos_dois_jeitos, por_hora
from votacao.demo import temporada
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


def test_carregar_duas_vezes_nao_muda_nada(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(temporada, "retratos", retrato_de_graca)

    def tudo() -> list[object]:
        modelos = (Edicao, Participante, Paredao, Candidato, Lote, User)
        return [list(modelo._default_manager.order_by("pk").values()) for modelo in modelos] + [Voto.objects.count()]

    primeira = carregar()
    antes = tudo()
    segunda = carregar()
    assert tudo() == antes
    produtor = User.objects.get()
    senha = primeira.split("usuário produtor, senha ")[1].split()[0]
    assert produtor.check_password(senha)
    assert "usuário produtor, senha (a de antes)" in segunda
    assert (produtor.is_staff, produtor.is_superuser) == (True, False)
    assert sorted(produtor.groups.values_list("name", flat=True)) == ["Seleção", "Votação"]
    assert Participante.objects.count() == 26
    assert set(Participante.objects.values_list("grupo", flat=True)) == {"pipoca", "camarote", "puxadinho"}
    assert Candidato.objects.filter(situacao=Candidato.Situacao.ENTREVISTA).count() == 1
    call_command("conferir")


def test_senha_dada_vale_tambem_ao_recarregar(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(temporada, "retratos", retrato_de_graca)
    carregar()
    senha = secrets.token_urlsafe()
    assert f"senha {senha}" in carregar(senha=senha)
    assert User.objects.get().check_password(senha)


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
