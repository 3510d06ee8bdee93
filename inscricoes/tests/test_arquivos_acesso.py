"""Quem abre cada endereço de fotos e vídeo: o dono, e a produção com permissão. Para todos os outros não existe."""

import re
from pathlib import Path
from typing import Any, NamedTuple
from uuid import uuid4

import pytest
from django.contrib.auth.models import Permission, User
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import URLPattern, get_resolver
from django.utils import timezone

from inscricoes.arquivos import guarda
from inscricoes.models import Candidato, EnvioDeVideo, Foto, Video
from inscricoes.services import comecar, comecar_envio, guardar_foto, guardar_video, receber_pedaco
from inscricoes.tests.amostras import enviado, foto, video
from inscricoes.tests.conftest import entrar
from inscricoes.views.entrega import ForaDoArquivo, trecho

JSON = {"Accept": "application/json"}


class Guardado(NamedTuple):
    candidato: Candidato
    foto: Foto
    video: Video
    envio: EnvioDeVideo

    @property
    def arquivos(self) -> dict[str, str]:
        """Endereço -> caminho no depósito."""
        return {
            f"/inscricoes/arquivos/fotos/{self.foto.pk}/": guarda.caminho_da_foto(self.foto.pk),
            f"/inscricoes/arquivos/fotos/{self.foto.pk}/miniatura/": guarda.caminho_da_miniatura(self.foto.pk),
            f"/inscricoes/arquivos/videos/{self.video.pk}/": guarda.caminho_do_video(self.video.pk, "mp4"),
            f"/inscricoes/arquivos/videos/{self.video.pk}/quadro/": guarda.caminho_do_quadro(self.video.pk),
        }

    @property
    def acoes(self) -> dict[str, tuple[dict[str, str], str]]:
        """Endereço de POST -> campos e tipo do corpo."""
        campos = {"inscricao": self.candidato.protocolo}
        return {
            f"/inscricoes/minha/fotos/{self.foto.pk}/apagar/": (campos, ""),
            f"/inscricoes/minha/video/envio/{self.envio.pk}/?inicio=1": ({}, "application/octet-stream"),
            f"/inscricoes/minha/video/envio/{self.envio.pk}/concluir/": ({}, ""),
            f"/inscricoes/minha/video/envio/{self.envio.pk}/cancelar/": ({}, ""),
            "/inscricoes/minha/fotos/": (campos, ""),
            "/inscricoes/minha/fotos/ordem/": (
                {**campos, "ordem": str(self.foto.pk), "mover": f"{self.foto.pk}:antes"},
                "",
            ),
            "/inscricoes/minha/video/": (campos, ""),
            "/inscricoes/minha/video/apagar/": (campos, ""),
            "/inscricoes/minha/video/envio/": ({**campos, "tamanho": "5"}, ""),
        }


@pytest.fixture(autouse=True)
def _deposito_vazio(tmp_path: Path, settings: Any) -> None:
    settings.MEDIA_ROOT = tmp_path / "midia"


@pytest.fixture
def guardado(rascunho_da_dora: Candidato, tmp_path: Path) -> Guardado:
    agora = timezone.now()
    nova = guardar_foto(rascunho_da_dora, arquivo=enviado(foto()), agora=agora)
    filme = guardar_video(
        rascunho_da_dora, arquivo=SimpleUploadedFile("v.mp4", video(tmp_path / "v.mp4", segundos=1)), agora=agora
    )
    envio = comecar_envio(rascunho_da_dora, tamanho=10, agora=agora)
    receber_pedaco(rascunho_da_dora, envio=envio.pk, inicio=0, dados=b"x", agora=agora)
    envio.refresh_from_db()
    return Guardado(rascunho_da_dora, nova, filme, envio)


@pytest.fixture
def inscrita(elis: User, rascunho_da_dora: Candidato) -> User:
    """Outra candidata da mesma edição."""
    comecar(conta=elis, email=elis.email, edicao=rascunho_da_dora.edicao, agora=timezone.now())
    return elis


def produtor(*permissoes: str, **campos: Any) -> User:
    conta = User.objects.create_user(f"produtor{User.objects.count()}", **{"is_staff": True, **campos})
    for nome in permissoes:
        conta.user_permissions.add(Permission.objects.get(codename=nome, content_type__app_label="inscricoes"))
    return conta


def lido(resposta: Any) -> bytes:
    return b"".join(resposta.streaming_content)


# --- Os arquivos ------------------------------------------------------------------------------------------------------


def test_dona_e_producao_abrem_e_nada_fica_guardado(guardado: Guardado, dora: User) -> None:
    for conta in (dora, produtor("view_candidato"), User.objects.create_superuser("chefe")):
        for endereco, caminho in guardado.arquivos.items():
            resposta = entrar(conta).get(endereco)
            assert (resposta.status_code, endereco) == (200, endereco)
            bruto = Path(guarda.deposito().path(caminho)).read_bytes()
            assert lido(resposta) == bruto
            tipo = "video/mp4" if caminho.endswith("mp4") else "image/webp"
            assert {nome: resposta[nome] for nome in CABECALHOS} == {
                **CABECALHOS,
                "Content-Type": tipo,
                "Content-Length": str(len(bruto)),
            }
            assert re.fullmatch(r'inline; filename="[a-z0-9.-]+"', resposta["Content-Disposition"])


CABECALHOS = {
    "Cache-Control": "private, no-store",
    "X-Content-Type-Options": "nosniff",
    "Content-Security-Policy": "default-src 'none'; sandbox",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Accept-Ranges": "bytes",
    "Content-Type": "",
    "Content-Length": "",
}


@pytest.mark.parametrize("quem", ["ninguém", "outra candidata", "sem inscrição", "produção sem permissão", "de saída"])
def test_para_os_outros_nao_existe(
    guardado: Guardado, inscrita: User, estranho: User, client: Client, quem: str
) -> None:
    contas = {
        "outra candidata": inscrita,
        "sem inscrição": estranho,
        "produção sem permissão": produtor("change_edicao"),
        # Tem a permissão e já não é da produção.
        "de saída": produtor("view_candidato", is_staff=False),
    }
    cliente = client if quem == "ninguém" else entrar(contas[quem])
    for metodo in ("get", "head"):
        for endereco in guardado.arquivos:
            resposta = getattr(cliente, metodo)(endereco)
            assert (resposta.status_code, resposta.streaming) == (404, False)
    # Igual ao que responde um endereço que nunca existiu.
    assert cliente.get(f"/inscricoes/arquivos/fotos/{uuid4()}/").status_code == 404


def test_conta_desativada_ou_apagada_nao_abre(guardado: Guardado, dora: User) -> None:
    cliente = entrar(dora)
    User.objects.filter(pk=dora.pk).update(is_active=False)
    assert {cliente.get(endereco).status_code for endereco in guardado.arquivos} == {404}


def test_arquivo_que_falta_no_disco_e_404(guardado: Guardado, dora: User) -> None:
    guarda.apagar(guardado.arquivos.values())
    assert {entrar(dora).get(endereco).status_code for endereco in guardado.arquivos} == {404}


def test_nada_serve_a_pasta_de_midia(guardado: Guardado, dora: User) -> None:
    cliente = entrar(dora)
    for caminho in guardado.arquivos.values():
        for endereco in (
            f"/midia/inscricoes/{caminho}",
            f"/midia/{caminho}",
            f"/midia/participantes/../inscricoes/{caminho}",
        ):
            assert cliente.get(endereco).status_code == 404


def test_so_se_pede_para_ler(guardado: Guardado, dora: User) -> None:
    assert {entrar(dora).post(endereco).status_code for endereco in guardado.arquivos} == {405}


# --- Range ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("faixa", "esperado"),
    [
        ("", None),
        ("bytes=0-1", (0, 2)),
        ("bytes=0-", (0, 100)),
        ("bytes=90-", (90, 10)),
        ("bytes=99-99", (99, 1)),
        ("bytes=0-999999", (0, 100)),
        ("bytes=-10", (90, 10)),
        ("bytes=-1000", (0, 100)),
        ("bytes=5-4", None),
        ("bytes=-", None),
        ("bytes=0-1,5-6", None),
        ("itens=0-1", None),
        ("bytes=a-b", None),
        ("bytes=٣-٤", None),
    ],
)
def test_trecho(faixa: str, esperado: tuple[int, int] | None) -> None:
    assert trecho(faixa, 100) == esperado


@pytest.mark.parametrize("faixa", ["bytes=100-", "bytes=200-300", "bytes=-0"])
def test_trecho_fora_do_arquivo(faixa: str) -> None:
    with pytest.raises(ForaDoArquivo):
        trecho(faixa, 100)


def test_video_em_trechos_como_o_iphone_pede(guardado: Guardado, dora: User) -> None:
    endereco = f"/inscricoes/arquivos/videos/{guardado.video.pk}/"
    caminho = guarda.caminho_do_video(guardado.video.pk, "mp4")
    bruto = Path(guarda.deposito().path(caminho)).read_bytes()
    cliente = entrar(dora)
    primeiro = cliente.get(endereco, headers={"Range": "bytes=0-1"})
    assert (primeiro.status_code, lido(primeiro)) == (206, bruto[:2])
    assert primeiro["Content-Range"] == f"bytes 0-1/{len(bruto)}"
    meio = cliente.get(endereco, headers={"Range": "bytes=500-1499", "If-Range": primeiro["ETag"]})
    assert (meio.status_code, lido(meio), meio["Content-Length"]) == (206, bruto[500:1500], "1000")
    outro = cliente.get(endereco, headers={"Range": "bytes=500-1499", "If-Range": '"outro"'})
    assert (outro.status_code, lido(outro)) == (200, bruto)
    fora = cliente.get(endereco, headers={"Range": f"bytes={len(bruto)}-"})
    assert (fora.status_code, fora["Content-Range"], fora.content) == (416, f"bytes */{len(bruto)}", b"")
    cabeca = cliente.head(endereco, headers={"Range": "bytes=0-1"})
    assert (cabeca.status_code, cabeca["Content-Length"], cabeca.content) == (206, "2", b"")


# --- As páginas e as ações --------------------------------------------------------------------------------------------


def agir(cliente: Client, endereco: str, campos: dict[str, str], tipo: str) -> Any:
    if tipo:
        return cliente.post(endereco, b"x", content_type=tipo, headers=JSON)
    return cliente.post(endereco, campos, headers=JSON)


def intacto(guardado: Guardado) -> bool:
    envio = EnvioDeVideo.objects.filter(candidato=guardado.candidato).first()
    return (
        list(Foto.objects.filter(candidato=guardado.candidato)) == [guardado.foto]
        and list(Video.objects.filter(candidato=guardado.candidato)) == [guardado.video]
        and envio == guardado.envio
        and envio.recebido == 1
    )


def test_sem_entrar_nenhuma_acao_muda_nada(guardado: Guardado, client: Client) -> None:
    for endereco, (campos, tipo) in guardado.acoes.items():
        assert agir(client, endereco, campos, tipo).status_code == 401
    for endereco in ("fotos/", "video/", "video/envio/"):
        assert client.get(f"/inscricoes/minha/{endereco}").status_code == 302
    assert intacto(guardado)


def test_outra_candidata_nao_muda_o_que_nao_e_dela(guardado: Guardado, inscrita: User) -> None:
    cliente = entrar(inscrita)
    respostas = {
        re.sub("[0-9a-f-]{36}", "ID", endereco): agir(cliente, endereco, campos, tipo).status_code
        for endereco, (campos, tipo) in guardado.acoes.items()
    }
    assert respostas == {
        "/inscricoes/minha/fotos/ID/apagar/": 409,
        "/inscricoes/minha/video/envio/ID/?inicio=1": 404,
        "/inscricoes/minha/video/envio/ID/concluir/": 404,
        "/inscricoes/minha/video/envio/ID/cancelar/": 200,  # repetir um cancelamento não é um erro
        "/inscricoes/minha/fotos/": 409,
        "/inscricoes/minha/fotos/ordem/": 409,
        "/inscricoes/minha/video/": 409,
        "/inscricoes/minha/video/apagar/": 409,
        "/inscricoes/minha/video/envio/": 409,
    }
    # Com o protocolo dela e o UUID da outra.
    dela = {"inscricao": Candidato.objects.get(conta=inscrita).protocolo}
    assert cliente.post(f"/inscricoes/minha/fotos/{guardado.foto.pk}/apagar/", dela, headers=JSON).status_code == 404
    assert str(guardado.foto.pk) not in cliente.get("/inscricoes/minha/fotos/").content.decode()
    assert str(guardado.video.pk) not in cliente.get("/inscricoes/minha/video/").content.decode()
    assert cliente.get("/inscricoes/minha/video/envio/").json() == {"envio": None}
    assert intacto(guardado)


def test_quem_nao_tem_inscricao_e_a_producao_nao_agem_por_ninguem(guardado: Guardado, estranho: User) -> None:
    for conta in (estranho, produtor("view_candidato", "change_candidato")):
        cliente = entrar(conta)
        for endereco, (campos, tipo) in guardado.acoes.items():
            assert agir(cliente, endereco, campos, tipo).status_code == 404
        assert cliente.get("/inscricoes/minha/fotos/").status_code == 404
        assert cliente.get("/inscricoes/minha/video/").status_code == 404
    assert intacto(guardado)


def test_nenhum_endereco_ficou_fora_destes_testes(guardado: Guardado) -> None:
    """Uma view nova de `views.arquivos` precisa entrar aqui."""
    nossas = {
        padrao.name
        for padrao in get_resolver("inscricoes.urls").url_patterns
        if isinstance(padrao, URLPattern) and padrao.callback.__module__ == "inscricoes.views.arquivos"
    }
    assert nossas == {
        "fotos",
        "ordenar_fotos",
        "apagar_foto",
        "video",
        "apagar_video",
        "envio",
        "pedaco",
        "concluir_envio",
        "cancelar_envio",
        "foto",
        "miniatura",
        "video_arquivo",
        "quadro",
    }
    assert len(guardado.arquivos) + len(guardado.acoes) == len(nossas)
