"""Ver, levar e apagar os próprios dados, pelas páginas."""

import io
import json
import zipfile
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries, Settings

from inscricoes import services
from inscricoes.models import Candidato, Edicao, Eliminacao
from inscricoes.services import titular
from inscricoes.tests import pessoa
from inscricoes.tests.conftest import entrar

DADOS = "/inscricoes/minha/meus-dados/"
EXPORTAR = f"{DADOS}exportar/"
APAGAR = f"{DADOS}apagar/"


@pytest.fixture(autouse=True)
def _midia_so_deste(settings: Settings, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = tmp_path / "guardados" / "midia"


@pytest.fixture
def completa(aberta: Edicao, dora: User, produtora: User, tmp_path: Path) -> Candidato:
    return pessoa.inscricao_completa(dora, aberta, tmp_path, produtora)


def baixar(cliente: Client, endereco: str = EXPORTAR) -> zipfile.ZipFile:
    resposta = cliente.post(endereco)
    assert resposta.status_code == 200
    return zipfile.ZipFile(io.BytesIO(resposta.getvalue()))


# --- Levar ------------------------------------------------------------------------------------------------------------


def test_a_copia_traz_tudo_o_que_e_da_pessoa(completa: Candidato, dora: User) -> None:
    completa.refresh_from_db()
    resposta = entrar(dora).post(EXPORTAR)
    assert resposta["Content-Disposition"] == f'attachment; filename="minha-inscricao-{completa.protocolo}.zip"'
    assert (resposta["Content-Type"], resposta["Cache-Control"]) == ("application/zip", "private, no-store")
    with zipfile.ZipFile(io.BytesIO(resposta.getvalue())) as copia:
        assert copia.testzip() is None
        assert copia.namelist() == [
            "dados.json",
            "fotos/foto-01.webp",
            "fotos/foto-02.webp",
            "fotos/foto-03.webp",
            "video/video.mp4",
        ]
        assert copia.read("fotos/foto-02.webp") == b"pixelmarca foto 1"
        assert copia.read("video/video.mp4") == b"pixelmarca video"
        dados = json.loads(copia.read("dados.json"))
    assert dados["dados_pessoais"] == {
        "nome_completo": "Doralina Quaresma Ximenes",
        "nome_social": "Dora Ximenesocial",
        "como_quer_ser_chamado": "Doraquaresma",
        "cpf": "529.982.247-25",
        "data_de_nascimento": "1991-02-03",
        "genero": "mulher",
        "profissao": "Ourivesmarca",
        "cidade": "Belemarca",
        "estado": "Pará",
        "apresentacao": "apresentacaomarca",
    }
    assert dados["contato"] == {
        "email": "dora@example.com",
        **{nome: pessoa.MARCAS[nome] for nome in ("telefone", "instagram", "tiktok", "x", "youtube")},
    }
    assert dados["respostas"] == [
        {"secao": "Sobre você", "pergunta": "Do que você não abre mão?", "resposta": pessoa.RESPOSTA}
    ]
    assert [(passo["de"], passo["para"], passo["por"]) for passo in dados["historico"]] == [
        (None, "rascunho", "você"),
        ("rascunho", "enviada", "você"),
        ("enviada", "em análise", "produção"),
        ("em análise", "selecionada", "produção"),
    ]
    assert dados["consentimento"] == {
        "versao": 1,
        "aceito_em": timezone.localtime(completa.consentiu_em).isoformat(timespec="seconds"),
        "texto": "Concordo.",
    }
    assert [carta["sobre"] for carta in dados["cartas"]] == ["enviada", "em análise", "selecionada"]
    assert (dados["inscricao"]["protocolo"], dados["inscricao"]["situacao"]) == (completa.protocolo, "selecionada")
    assert dados["conta"]["email"] == "dora@example.com"


def test_a_copia_traz_as_notas_sem_quem_as_deu_nem_os_comentarios(completa: Candidato) -> None:
    dados = titular.dados(Candidato.objects.get(pk=completa.pk), agora=timezone.now())
    assert dados["avaliacao"]["media"] == 8.0
    assert [sorted(nota) for nota in dados["avaliacao"]["notas"]] == [["em", "nota"]]
    assert pessoa.achados(json.dumps(dados), ["comentariomarca", "produtora"]) == []


def test_nenhum_campo_da_inscricao_fica_de_fora() -> None:
    """Um campo novo no modelo falha aqui até alguém dizer onde ele vai na cópia."""
    na_copia = {
        *("nome", "nome_social", "nome_curto", "cpf", "nascimento", "genero", "profissao", "cidade", "uf"),
        *("apresentacao", "email", "telefone", "instagram", "tiktok", "x", "youtube", "protocolo", "situacao"),
        *("termo", "consentiu_em", "criado_em", "enviado_em", "nota_media", "edicao", "conta"),
    }
    so_do_banco = {"id"}
    assert {campo.name for campo in Candidato._meta.concrete_fields} == na_copia | so_do_banco
    com_ela = {relacao.related_model._meta.model_name for relacao in Candidato._meta.related_objects}
    na_copia_com_ela = {"movimento", "parecer", "aviso", "resposta", "foto", "video", "enviodevideo"}
    assert com_ela == na_copia_com_ela | {"participante"}


def test_a_copia_de_um_rascunho_vazio(rascunho_da_dora: Candidato, dora: User) -> None:
    with baixar(entrar(dora)) as copia:
        assert copia.namelist() == ["dados.json"]
        dados = json.loads(copia.read("dados.json"))
    assert (dados["consentimento"], dados["video"], dados["respostas"], dados["dados_pessoais"]["cpf"]) == (
        None,
        None,
        [],
        "",
    )


def test_o_zip_sai_em_pedacos(completa: Candidato, monkeypatch: pytest.MonkeyPatch) -> None:
    """Um vídeo de centenas de megabytes não passa pela memória."""
    monkeypatch.setattr(titular, "BLOCO", 4)
    pedacos = list(titular.pacote(completa, agora=timezone.now()))
    assert len(pedacos) > 15
    assert max(len(pedaco) for pedaco in pedacos[1:-1]) < 200
    with zipfile.ZipFile(io.BytesIO(b"".join(pedacos))) as copia:
        assert copia.read("video/video.mp4") == b"pixelmarca video"


def test_de_quem_tem_duas_leva_a_escolhida_e_nunca_a_de_outra(
    rascunho_da_dora: Candidato, dora: User, elis: User, aberta: Edicao
) -> None:
    velha = Candidato.objects.create(
        edicao=Edicao.objects.create(nome="BBB 20", ano=2020), conta=dora, email=dora.email, situacao="rascunho"
    )
    de_elis = services.comecar(conta=elis, email=elis.email, edicao=aberta, agora=timezone.now())
    cliente = entrar(dora)
    for escolhida, esperado in (("", rascunho_da_dora), (f"?inscricao={velha.protocolo}", velha)):
        with baixar(cliente, EXPORTAR + escolhida) as copia:
            assert json.loads(copia.read("dados.json"))["inscricao"]["protocolo"] == esperado.protocolo
    alheia = f"?inscricao={de_elis.protocolo}"
    for endereco in (DADOS, EXPORTAR, APAGAR):
        assert cliente.get(endereco + alheia).status_code == 404
    assert cliente.post(APAGAR + alheia, {"entendi": "on"}).status_code == 404
    assert Candidato.objects.count() == 3


# --- Ver --------------------------------------------------------------------------------------------------------------


def test_a_pagina_diz_ate_quando(rascunho_da_dora: Candidato, dora: User, aberta: Edicao) -> None:
    cliente = entrar(dora)
    fim = datetime(2030, 1, 10, 23, tzinfo=timezone.get_current_timezone())
    Edicao.objects.filter(pk=aberta.pk).update(inscricoes_fecham_em=fim, retencao_dias=30)
    assert "Até <b>9 de fevereiro de 2030</b>" in cliente.get(DADOS).content.decode()
    Edicao.objects.filter(pk=aberta.pk).update(inscricoes_fecham_em=None)
    assert "guardamos por mais 30 dias" in cliente.get(DADOS).content.decode()
    Candidato.objects.update(situacao="selecionada", nome="Dora", nome_curto="Dora", uf="PA", nascimento="1991-02-03")
    assert "enquanto durar a sua participação" in cliente.get(DADOS).content.decode()


def test_a_pagina_com_poucas_consultas(
    completa: Candidato, dora: User, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    cliente = entrar(dora)
    # Sessão e conta; as inscrições, três vezes; respostas, fotos, vídeo, notas, cartas e se foi para a casa.
    with django_assert_num_queries(11):
        cliente.get(DADOS)


# --- Apagar -----------------------------------------------------------------------------------------------------------


def test_sem_a_caixa_marcada_nada_se_apaga(completa: Candidato, dora: User) -> None:
    cliente = entrar(dora)
    assert cliente.get(APAGAR).status_code == 200
    resposta = cliente.post(APAGAR)
    assert resposta.status_code == 422
    assert "Marque a caixa para confirmar. Nada foi apagado." in resposta.content.decode()
    assert Candidato.objects.count() == 1


def test_apagar_apaga_e_sai(completa: Candidato, dora: User) -> None:
    cliente, outro_aparelho = entrar(dora), entrar(dora)
    pagina = cliente.get(APAGAR).content.decode()
    assert "Você foi para a casa" in pagina
    resposta = cliente.post(APAGAR, {"entendi": "on"})
    assert (resposta.status_code, resposta["Location"]) == (302, "/inscricoes/apagada/")
    assert (Candidato.objects.count(), User.objects.filter(pk=dora.pk).count()) == (0, 0)
    assert list(Eliminacao.objects.values_list("origem", flat=True)) == ["pedido"]
    assert cliente.get("/inscricoes/apagada/").status_code == 200
    assert outro_aparelho.get(DADOS).status_code == 302
    # O segundo clique, já sem conta, lê o mesmo; e não apaga mais nada.
    segundo = cliente.post(APAGAR, {"entendi": "on"})
    assert (segundo.status_code, segundo["Location"]) == (302, "/inscricoes/apagada/")
    assert Eliminacao.objects.count() == 1


def test_quem_nao_foi_para_a_casa_nao_le_sobre_ela(rascunho_da_dora: Candidato, dora: User) -> None:
    assert "Você foi para a casa" not in entrar(dora).get(APAGAR).content.decode()


def test_quem_tem_outra_inscricao_continua_dentro(rascunho_da_dora: Candidato, dora: User) -> None:
    velha = Candidato.objects.create(
        edicao=Edicao.objects.create(nome="BBB 20", ano=2020), conta=dora, email=dora.email, situacao="rascunho"
    )
    cliente = entrar(dora)
    cliente.post(APAGAR, {"entendi": "on"})
    assert list(Candidato.objects.all()) == [velha]
    assert cliente.get(DADOS).status_code == 200


def test_a_conta_sem_inscricao_tambem_se_apaga(estranho: User) -> None:
    cliente = entrar(estranho)
    assert "Você não tem inscrição" in cliente.get(DADOS).content.decode()
    assert cliente.post(APAGAR, {"entendi": "on"}).status_code == 302
    assert not User.objects.filter(pk=estranho.pk).exists()
    assert Eliminacao.objects.count() == 0


def test_apagar_de_fora_do_site_e_recusado(completa: Candidato, dora: User) -> None:
    cliente = Client(enforce_csrf_checks=True)
    cliente.force_login(dora)
    assert cliente.post(APAGAR, {"entendi": "on"}).status_code == 403
    assert Candidato.objects.count() == 1


def test_depois_do_prazo_ainda_se_leva_e_se_apaga(rascunho_da_dora: Candidato, dora: User, aberta: Edicao) -> None:
    fim = timezone.now() - timedelta(hours=1)
    Edicao.objects.filter(pk=aberta.pk).update(inscricoes_fecham_em=fim)
    cliente = entrar(dora)
    with baixar(cliente) as copia:
        assert copia.namelist() == ["dados.json"]
    cliente.post(APAGAR, {"entendi": "on"})
    assert Candidato.objects.count() == 0


def test_a_pagina_diz_a_quem_escrever(rascunho_da_dora: Candidato, dora: User, settings: Settings) -> None:
    cliente = entrar(dora)
    settings.ENCARREGADO = ""
    assert "mailto:" not in cliente.get(DADOS).content.decode()
    settings.ENCARREGADO = "dados@exemplo.com.br"
    assert 'href="mailto:dados@exemplo.com.br"' in cliente.get(DADOS).content.decode()
