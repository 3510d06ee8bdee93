"""Fotos: o que se aceita e o que se recusa, o que sai delas, a ordem, o limite sob corrida, e os arquivos no disco."""

import base64
import io
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.contrib.auth.models import User
from django.contrib.messages import get_messages
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection, connections, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from PIL import Image

from inscricoes.arquivos import guarda, oficina
from inscricoes.arquivos.recusas import FotoRecusada, Recusa, SemEspaco
from inscricoes.models import Candidato, Foto
from inscricoes.services import (
    FotoDesconhecida,
    FotoRepetida,
    FotosDemais,
    NaoEditavel,
    OrdemDesatualizada,
    guardar_foto,
    ordenar_fotos,
    remover_foto,
)
from inscricoes.tests.amostras import enviado, foto, imagem
from inscricoes.tests.conftest import entrar

NAO_ABRE = "Não é uma foto que se consiga abrir: mande JPEG, PNG, WebP ou HEIC."
HEIC = base64.b64decode(
    "AAAAHGZ0eXBoZWljAAAAAG1pZjFoZWljbWlhZgAAAVdtZXRhAAAAAAAAACFoZGxyAAAAAAAAAABwaWN0AAAAAAAAAAAAAAAAAAAA"
    "ACJpbG9jAAAAAERAAAEAAQAAAAABewABAAAAAAAAAKYAAAAjaWluZgAAAAAAAQAAABVpbmZlAgAAAAABAABodmMxAAAAAA5waXRt"
    "AAAAAAABAAAA12lwcnAAAAC4aXBjbwAAAHlodmNDAQNwAAAAkAAAAAAAWvAA/P34+AAADwNgAAEAGEABDAH//wNwAAADAJAAAAMA"
    "AAMAWroCQGEAAQAsQgEBA3AAAAMAkAAAAwAAAwBaoA8IAoFlupJKa5uAhoMCAAADADIAAAMAAhBiAAEAB0QBwXKwYkAAAAATY29s"
    "cm5jbHgAAQANAAaAAAAAFGlzcGUAAAAAAAAB4AAAAoAAAAAQcGl4aQAAAAADCAgIAAAAF2lwbWEAAAAAAAAAAQABBIECAwQAAACu"
    "bWRhdAAAAKIoAa8LRRmSyiSaiSCI+sbB1948s374sD7B7TLFFSHskIIUKkogRsCob8VBKhnlYAAAS8CTCkJIAAADAADkgIcAAAMA"
    "AAMAAwYAAAMAAAMAALGA3u8Axc+a/Pfx17+LeG8YOKFsjWOzxbA8CATMz48Csvg511r24pYHiPUdmQAAAwAAAwAAQEAAAAMAAAMA"
    "B4QAAAMAAAMAKyAAAAMAAAMAb0A="
)
"""480 × 640, metade de cima clara e metade de baixo escura, como `amostras.imagem`: o que um iPhone manda."""


def guardar(candidato: Candidato, conteudo: bytes, nome: str = "foto.jpg") -> Foto:
    return guardar_foto(candidato, arquivo=enviado(conteudo, nome), agora=timezone.now())


def anotar(candidato: Candidato, quantas: int) -> None:
    """Linhas sem arquivo, para os testes que só contam."""
    for n in range(quantas):
        Foto.objects.create(candidato=candidato, ordem=n, largura=600, altura=800, tamanho=1, resumo=f"{n:064}")


def abrir(caminho: str) -> Image.Image:
    with guarda.abrir(caminho) as aberto:
        return Image.open(io.BytesIO(aberto.read()))


def no_disco() -> set[str]:
    return {caminho for caminho, _ in guarda.todos()}


@pytest.fixture(autouse=True)
def _deposito_vazio(tmp_path: Path, settings: Any) -> None:
    settings.MEDIA_ROOT = tmp_path


# --- O que se aceita --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("formato", ["JPEG", "PNG", "WEBP", "HEIC"])
def test_formato_se_ve_pelo_conteudo_e_sai_sempre_webp(rascunho_da_dora: Candidato, formato: str) -> None:
    conteudo = HEIC if formato == "HEIC" else foto(formato=formato, lados=(480, 640))
    nova = guardar(rascunho_da_dora, conteudo, "documento.txt")
    grande, pequena = abrir(guarda.caminho_da_foto(nova.pk)), abrir(guarda.caminho_da_miniatura(nova.pk))
    assert (grande.format, grande.size, nova.largura, nova.altura) == ("WEBP", (480, 640), 480, 640)
    assert (pequena.format, pequena.size) == ("WEBP", (240, 320))
    assert grande.convert("L").getpixel((240, 100)) > grande.convert("L").getpixel((240, 600)) + 100  # type: ignore[operator]


def test_metadados_somem_e_a_orientacao_e_aplicada(rascunho_da_dora: Candidato) -> None:
    original = foto(lados=(800, 600), exif=True, giro=6)
    assert b"MarcaSecreta" in original
    assert Image.open(io.BytesIO(original)).getexif().get_ifd(0x8825)[1] == "S"
    nova = guardar(rascunho_da_dora, original)
    for caminho in guarda.caminhos_de(nova):
        with guarda.abrir(caminho) as aberto:
            bruto = aberto.read()
        assert b"MarcaSecreta" not in bruto
        assert b"EXIF" not in bruto
        assert b"ICCP" not in bruto
        assert dict(abrir(caminho).getexif()) == {}
    em_pe = abrir(guarda.caminho_da_foto(nova.pk)).convert("L")
    assert em_pe.size == (600, 800)
    # Giro 6: o que estava em cima, claro, mostra-se à direita.
    assert em_pe.getpixel((500, 400)) > em_pe.getpixel((100, 400)) + 100  # type: ignore[operator]


def test_foto_grande_e_reduzida(rascunho_da_dora: Candidato) -> None:
    nova = guardar(rascunho_da_dora, foto(lados=(4000, 3000)))
    assert (nova.largura, nova.altura) == (1600, 1200)
    assert abrir(guarda.caminho_da_miniatura(nova.pk)).size == (320, 240)


def test_transparencia_fica_sobre_branco(rascunho_da_dora: Candidato) -> None:
    saida = io.BytesIO()
    Image.new("RGBA", (500, 500), (255, 0, 0, 0)).save(saida, "PNG")
    nova = guardar(rascunho_da_dora, saida.getvalue())
    assert min(abrir(guarda.caminho_da_foto(nova.pk)).convert("RGB").getpixel((250, 250))) > 250  # type: ignore[type-var, arg-type]


def test_arquivo_de_duas_caras_perde_a_outra(rascunho_da_dora: Candidato) -> None:
    """Um JPEG que também é HTML e ZIP: do que se guarda, só os pixels vieram dele."""
    carga = b"<html><script>alert(1)</script>PK\x03\x04carga"
    nova = guardar(rascunho_da_dora, foto() + carga)
    with guarda.abrir(guarda.caminho_da_foto(nova.pk)) as aberto:
        bruto = aberto.read()
    assert b"script" not in bruto
    assert b"PK\x03\x04" not in bruto
    assert len(bruto) == int.from_bytes(bruto[4:8], "little") + 8  # nada depois do fim do WebP


# --- O que se recusa --------------------------------------------------------------------------------------------------


def animacao(formato: str) -> bytes:
    saida = io.BytesIO()
    imagem(1).save(saida, formato, save_all=True, append_images=[imagem(2)], duration=100)
    return saida.getvalue()


def lisa(lados: tuple[int, int]) -> bytes:
    """Muitos pixels em poucos bytes."""
    saida = io.BytesIO()
    Image.new("1", lados).save(saida, "PNG")
    return saida.getvalue()


def gif() -> bytes:
    saida = io.BytesIO()
    imagem().save(saida, "GIF")
    return saida.getvalue()


@pytest.mark.parametrize(
    ("fazer", "frase"),
    [
        pytest.param(lambda: b"", "O arquivo está vazio.", id="vazio"),
        pytest.param(lambda: b"foto da praia", NAO_ABRE, id="texto"),
        pytest.param(lambda: b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>", NAO_ABRE, id="svg"),
        pytest.param(lambda: b"<!doctype html><script>alert(1)</script>", NAO_ABRE, id="html"),
        pytest.param(gif, NAO_ABRE, id="gif"),
        pytest.param(lambda: b"\xff\xd8\xff\xe0" + b"\0" * 500, NAO_ABRE, id="só o começo de um JPEG"),
        pytest.param(
            lambda: foto(lados=(900, 900))[:-3000],
            "Esta foto está cortada ou com defeito. Mande-a de novo, ou escolha outra.",
            id="cortada",
        ),
        pytest.param(lambda: animacao("WEBP"), "É uma animação. Mande uma foto parada.", id="WebP animado"),
        pytest.param(lambda: animacao("PNG"), "É uma animação. Mande uma foto parada.", id="PNG animado"),
        pytest.param(
            lambda: foto(lados=(399, 800)),
            "A foto é pequena demais (399 × 800): o menor lado precisa ter 400 pixels.",
            id="pequena",
        ),
        pytest.param(
            lambda: lisa((8001, 5000)), "A foto passa de 40 megapixels. Mande uma menor.", id="40 megapixels e pouco"
        ),
        pytest.param(lambda: lisa((30000, 30000)), "A foto passa de 40 megapixels. Mande uma menor.", id="bomba"),
        pytest.param(
            lambda: foto() + b"\0" * (10 * 1024 * 1024), "A foto passa de 10 MB. Mande uma menor.", id="10 MB e pouco"
        ),
    ],
)
def test_recusada_com_frase_e_sem_rastro(rascunho_da_dora: Candidato, fazer: Callable[[], bytes], frase: str) -> None:
    with pytest.raises(FotoRecusada) as recusa:
        guardar(rascunho_da_dora, fazer(), "foto.jpg")
    assert str(recusa.value) == frase
    assert (Foto.objects.count(), no_disco()) == (0, set())


def test_no_limite_de_pixels_entra(rascunho_da_dora: Candidato) -> None:
    assert guardar(rascunho_da_dora, lisa((8000, 5000))).largura == 1600


def test_repetida_recusada_mesmo_com_outro_exif(rascunho_da_dora: Candidato) -> None:
    guardar(rascunho_da_dora, foto(3))
    with pytest.raises(FotoRepetida, match="já está na sua inscrição"):
        guardar(rascunho_da_dora, foto(3, exif=True))
    assert Foto.objects.count() == 1
    assert len(no_disco()) == 2


def test_a_mesma_foto_serve_a_duas_pessoas(rascunho_da_dora: Candidato, elis: User) -> None:
    outra = Candidato.objects.create(
        conta=elis, edicao=rascunho_da_dora.edicao, email=elis.email, situacao=Candidato.Situacao.RASCUNHO
    )
    guardar(rascunho_da_dora, foto(3))
    guardar(outra, foto(3))
    assert Foto.objects.count() == 2


def test_decima_primeira_recusada(rascunho_da_dora: Candidato) -> None:
    anotar(rascunho_da_dora, 10)
    with pytest.raises(FotosDemais, match="já tem 10 fotos"):
        guardar(rascunho_da_dora, foto())


def test_inscricao_que_nao_muda_mais_recusa_tudo(rascunho_da_dora: Candidato) -> None:
    nova = guardar(rascunho_da_dora, foto())
    depois = timezone.now() + timedelta(days=11)
    for fazer in (
        lambda: guardar_foto(rascunho_da_dora, arquivo=enviado(foto(2)), agora=depois),
        lambda: remover_foto(rascunho_da_dora, foto=nova.pk, agora=depois),
        lambda: ordenar_fotos(rascunho_da_dora, ordem=[nova.pk], agora=depois),
    ):
        with pytest.raises(NaoEditavel):
            fazer()
    assert [f.pk for f in Foto.objects.all()] == [nova.pk]


def test_enviada_enquanto_a_foto_se_confere_recusa_e_nao_deixa_rastro(
    rascunho_da_dora: Candidato, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Outra aba desiste da inscrição depois de a foto ser conferida e antes da transação."""
    de_verdade = guarda.guardar

    def guardar_e_perder(arquivos: Any) -> None:
        de_verdade(arquivos)
        Candidato.objects.filter(pk=rascunho_da_dora.pk).update(situacao=Candidato.Situacao.DESISTENTE)

    monkeypatch.setattr(guarda, "guardar", guardar_e_perder)
    with pytest.raises(NaoEditavel):
        guardar(rascunho_da_dora, foto())
    assert (Foto.objects.count(), no_disco()) == (0, set())


# --- Corrida ----------------------------------------------------------------------------------------------------------


def ao_mesmo_tempo(fazer: Callable[[int], Any], quantos: int) -> list[Any]:
    def um(n: int) -> Any:
        try:
            return fazer(n)
        except Recusa as recusa:
            return type(recusa)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(quantos) as fila:
        return list(fila.map(um, range(quantos)))


@pytest.mark.django_db(transaction=True)
def test_quatro_threads_na_decima_foto(rascunho_da_dora: Candidato) -> None:
    anotar(rascunho_da_dora, 9)

    def mandar(n: int) -> str:
        return str(guardar(Candidato.objects.get(pk=rascunho_da_dora.pk), foto(20 + n)).pk)

    respostas = ao_mesmo_tempo(mandar, 4)
    assert [r for r in respostas if not isinstance(r, str)] == [FotosDemais] * 3
    assert rascunho_da_dora.fotos.count() == 10
    (salva,) = [r for r in respostas if isinstance(r, str)]
    assert {caminho.split("/")[-1] for caminho in no_disco()} == {f"{salva}.webp", f"{salva}-mini.webp"}


@pytest.mark.django_db(transaction=True)
def test_a_mesma_foto_duas_vezes_ao_mesmo_tempo(rascunho_da_dora: Candidato) -> None:
    respostas = ao_mesmo_tempo(lambda n: str(guardar(Candidato.objects.get(pk=rascunho_da_dora.pk), foto(5)).pk), 2)
    assert [r for r in respostas if not isinstance(r, str)] == [FotoRepetida]
    assert len(no_disco()) == 2


# --- Ordem e remoção --------------------------------------------------------------------------------------------------


def test_ordem_muda_e_a_nova_entra_no_fim(rascunho_da_dora: Candidato) -> None:
    a, b = guardar(rascunho_da_dora, foto(1)), guardar(rascunho_da_dora, foto(2))
    ordenar_fotos(rascunho_da_dora, ordem=[b.pk, a.pk], agora=timezone.now())
    c = guardar(rascunho_da_dora, foto(3))
    assert [f.pk for f in rascunho_da_dora.fotos.all()] == [b.pk, a.pk, c.pk]


@pytest.mark.parametrize("mudar", [lambda o: o[:1], lambda o: [*o, uuid4()], lambda o: [o[0], o[0]], lambda o: []])
def test_ordem_que_nao_e_das_fotos_de_agora_e_recusada(rascunho_da_dora: Candidato, mudar: Any) -> None:
    anotar(rascunho_da_dora, 2)
    antes = [f.pk for f in rascunho_da_dora.fotos.all()]
    with pytest.raises(OrdemDesatualizada):
        ordenar_fotos(rascunho_da_dora, ordem=mudar(antes[::-1]), agora=timezone.now())
    assert [f.pk for f in rascunho_da_dora.fotos.all()] == antes


def test_arquivos_saem_com_a_linha_e_so_depois_da_transacao(
    rascunho_da_dora: Candidato, django_capture_on_commit_callbacks: Any
) -> None:
    nova = guardar(rascunho_da_dora, foto())
    with django_capture_on_commit_callbacks(execute=True):
        remover_foto(rascunho_da_dora, foto=nova.pk, agora=timezone.now())
        assert len(no_disco()) == 2
    assert no_disco() == set()
    with pytest.raises(FotoDesconhecida):
        remover_foto(rascunho_da_dora, foto=nova.pk, agora=timezone.now())


@pytest.mark.django_db(transaction=True)
def test_remocao_desfeita_nao_apaga_o_arquivo(rascunho_da_dora: Candidato) -> None:
    nova = guardar(rascunho_da_dora, foto())

    def remover_e_falhar() -> None:
        with transaction.atomic():
            remover_foto(rascunho_da_dora, foto=nova.pk, agora=timezone.now())
            raise RuntimeError

    with pytest.raises(RuntimeError):
        remover_e_falhar()
    assert len(no_disco()) == 2
    assert Foto.objects.filter(pk=nova.pk).exists()


def test_apagar_a_inscricao_leva_os_arquivos(
    rascunho_da_dora: Candidato, django_capture_on_commit_callbacks: Any
) -> None:
    guardar(rascunho_da_dora, foto(1))
    guardar(rascunho_da_dora, foto(2))
    assert sorted(guarda.caminhos_do_candidato(rascunho_da_dora)) == sorted(no_disco())
    with django_capture_on_commit_callbacks(execute=True):
        rascunho_da_dora.delete()
    assert no_disco() == set()


def test_para_exportar_vem_nome_e_arquivo_na_ordem(rascunho_da_dora: Candidato) -> None:
    a, b = guardar(rascunho_da_dora, foto(1)), guardar(rascunho_da_dora, foto(2))
    ordenar_fotos(rascunho_da_dora, ordem=[b.pk, a.pk], agora=timezone.now())
    vieram = [(nome, aberto.read()) for nome, aberto in guarda.arquivos_do_candidato(rascunho_da_dora)]
    esperados = [Path(guarda.deposito().path(guarda.caminho_da_foto(f.pk))).read_bytes() for f in (b, a)]
    assert vieram == [("fotos/foto-01.webp", esperados[0]), ("fotos/foto-02.webp", esperados[1])]


def test_so_o_dono_do_processo_le_os_arquivos(rascunho_da_dora: Candidato) -> None:
    nova = guardar(rascunho_da_dora, foto())
    arquivo = Path(guarda.deposito().path(guarda.caminho_da_foto(nova.pk)))
    assert (arquivo.stat().st_mode & 0o777, arquivo.parent.stat().st_mode & 0o777) == (0o600, 0o700)
    with pytest.raises(NotImplementedError):
        guarda.deposito().url(guarda.caminho_da_foto(nova.pk))


# --- Disco que falha --------------------------------------------------------------------------------------------------


def test_sem_disco_uma_frase_e_nenhuma_linha(rascunho_da_dora: Candidato, tmp_path: Path, settings: Any) -> None:
    (tmp_path / "ocupado").write_bytes(b"")
    settings.MEDIA_ROOT = tmp_path / "ocupado"  # um arquivo no lugar da pasta: nada se grava ali
    with pytest.raises(SemEspaco, match="a falha é nossa"):
        guardar(rascunho_da_dora, foto())
    assert Foto.objects.count() == 0


def test_disco_que_falha_no_meio_nao_deixa_metade(rascunho_da_dora: Candidato) -> None:
    """A pasta de uma foto é um arquivo: a primeira das duas grava, a segunda não."""
    pasta = Path(guarda.deposito().location)
    pasta.mkdir(parents=True)
    nova = Foto(candidato=rascunho_da_dora)
    origem = pasta / "origem"
    origem.write_bytes(b"x")
    sumida = pasta / "nunca-existiu"
    with pytest.raises(SemEspaco):
        guarda.guardar({guarda.caminho_da_foto(nova.pk): origem, guarda.caminho_da_miniatura(nova.pk): sumida})
    assert not guarda.existe(guarda.caminho_da_foto(nova.pk))


# --- A página ---------------------------------------------------------------------------------------------------------


def enviar(conta: User, candidato: Candidato, *arquivos: SimpleUploadedFile, **extras: Any) -> Any:
    dados = {"fotos": list(arquivos), "inscricao": candidato.protocolo}
    return entrar(conta).post("/inscricoes/minha/fotos/", {**dados, **extras.pop("dados", {})}, **extras)


def test_varias_num_pedido_cada_uma_julgada_por_si(rascunho_da_dora: Candidato, dora: User) -> None:
    arquivos = [
        enviado(foto(1), "a.jpg"),
        enviado(b"nada", "ruim.png"),
        enviado(foto(2, "PNG"), "b.png"),
        enviado(foto(1), "de-novo.jpg"),
        enviado(foto(3), "c.jpg"),
    ]
    resposta = enviar(dora, rascunho_da_dora, *arquivos)
    assert (resposta.status_code, resposta["Location"]) == (302, "/inscricoes/minha/fotos/")
    assert [str(m) for m in get_messages(resposta.wsgi_request)] == [
        "3 fotos salvas.",
        f"ruim.png: {NAO_ABRE}",
        "de-novo.jpg: Esta foto já está na sua inscrição.",
    ]
    assert rascunho_da_dora.fotos.count() == 3


def test_ao_script_responde_em_json(rascunho_da_dora: Candidato, dora: User) -> None:
    boa = enviar(dora, rascunho_da_dora, enviado(foto(1), "a.jpg"), headers={"Accept": "application/json"})
    assert (boa.status_code, boa.json()) == (200, {"salvas": 1, "recusadas": []})
    ruim = enviar(dora, rascunho_da_dora, enviado(b"nada", "ruim.png"), headers={"Accept": "application/json"})
    assert (ruim.status_code, ruim.json()) == (
        422,
        {"salvas": 0, "recusadas": [{"nome": "ruim.png", "erro": "foto_recusada", "mensagem": NAO_ABRE}]},
    )


def test_mais_de_dez_num_pedido_nem_se_abrem(rascunho_da_dora: Candidato, dora: User) -> None:
    arquivos = [enviado(foto(n), f"{n}.jpg") for n in range(11)]
    resposta = enviar(dora, rascunho_da_dora, *arquivos, headers={"Accept": "application/json"})
    assert (resposta.status_code, resposta.json()["mensagem"]) == (422, "Mande até 10 fotos de cada vez.")
    assert Foto.objects.count() == 0


def test_oficina_cheia_e_503_e_pode_tentar_de_novo(
    rascunho_da_dora: Candidato, dora: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(oficina, "ESPERA", 0.01)
    with oficina._bancadas, oficina._bancadas:
        resposta = enviar(dora, rascunho_da_dora, enviado(foto()), headers={"Accept": "application/json"})
    assert (resposta.status_code, resposta["Retry-After"]) == (503, "5")
    assert resposta.json()["recusadas"][0]["erro"] == "ocupada"
    assert enviar(dora, rascunho_da_dora, enviado(foto())).status_code == 302
    assert Foto.objects.count() == 1


def test_sem_foto_ou_de_outra_inscricao_nada_muda(rascunho_da_dora: Candidato, dora: User) -> None:
    vazia = enviar(dora, rascunho_da_dora, headers={"Accept": "application/json"})
    assert (vazia.status_code, vazia.json()["mensagem"]) == (422, "Escolha pelo menos uma foto.")
    outra = enviar(
        dora,
        rascunho_da_dora,
        enviado(foto()),
        dados={"inscricao": "AAAA-AAAA"},
        headers={"Accept": "application/json"},
    )
    assert (outra.status_code, outra.json()["erro"]) == (409, "outra_inscricao")
    assert Foto.objects.count() == 0


def test_sessao_que_acabou_leva_a_entrar(rascunho_da_dora: Candidato, client: Any) -> None:
    dados = {"fotos": enviado(foto()), "inscricao": rascunho_da_dora.protocolo}
    resposta = client.post("/inscricoes/minha/fotos/", dados, headers={"Accept": "application/json"})
    assert (resposta.status_code, resposta.json()["erro"]) == (401, "entrar")
    assert resposta.json()["entrar"].endswith("?next=/inscricoes/minha/fotos/")
    assert client.post("/inscricoes/minha/fotos/", dados).status_code == 302
    assert Foto.objects.count() == 0


def test_botoes_de_ordem_e_de_apagar(rascunho_da_dora: Candidato, dora: User) -> None:
    anotar(rascunho_da_dora, 3)
    a, b, c = (f.pk for f in rascunho_da_dora.fotos.all())
    cliente = entrar(dora)
    dados = {"ordem": [a, b, c], "mover": f"{c}:antes", "inscricao": rascunho_da_dora.protocolo}
    resposta = cliente.post("/inscricoes/minha/fotos/ordem/", dados)
    assert resposta["Location"] == f"/inscricoes/minha/fotos/#foto-{c}"
    assert [f.pk for f in rascunho_da_dora.fotos.all()] == [a, c, b]
    # A página velha, de antes da mudança, ainda cita todas as fotos: vale a ordem que ela mostrava.
    cliente.post("/inscricoes/minha/fotos/ordem/", {**dados, "mover": f"{a}:depois"})
    assert [f.pk for f in rascunho_da_dora.fotos.all()] == [b, a, c]
    cliente.post(f"/inscricoes/minha/fotos/{a}/apagar/", {"inscricao": rascunho_da_dora.protocolo})
    resposta = cliente.post("/inscricoes/minha/fotos/ordem/", dados)
    assert [str(m) for m in get_messages(resposta.wsgi_request)][-1].startswith("As fotos mudaram noutra janela.")
    assert [f.pk for f in rascunho_da_dora.fotos.all()] == [b, c]


@pytest.mark.parametrize("mover", ["", "x", "x:antes", f"{UUID(int=7)}:antes", "lado"])
def test_ordem_malformada_e_recusada(rascunho_da_dora: Candidato, dora: User, mover: str) -> None:
    anotar(rascunho_da_dora, 2)
    dados = {"ordem": [f.pk for f in rascunho_da_dora.fotos.all()], "mover": mover}
    resposta = entrar(dora).post(
        "/inscricoes/minha/fotos/ordem/",
        {**dados, "inscricao": rascunho_da_dora.protocolo},
        headers={"Accept": "application/json"},
    )
    assert (resposta.status_code, resposta.json()["erro"]) == (409, "ordem_desatualizada")


def test_pagina_com_dez_fotos_faz_as_mesmas_consultas(
    rascunho_da_dora: Candidato, dora: User, django_assert_num_queries: Any
) -> None:
    cliente = entrar(dora)
    cliente.get("/inscricoes/minha/fotos/")
    anotar(rascunho_da_dora, 1)
    with CaptureQueriesContext(connection) as com_uma:
        cliente.get("/inscricoes/minha/fotos/")
    anotar_mais = [Foto(candidato=rascunho_da_dora, largura=1, altura=1, tamanho=1, resumo=f"m{n}") for n in range(9)]
    Foto.objects.bulk_create(anotar_mais)
    with django_assert_num_queries(len(com_uma)):
        pagina = cliente.get("/inscricoes/minha/fotos/")
    assert pagina["Cache-Control"] == "private, no-store"
    assert "img-src 'self' data: blob:" in pagina["Content-Security-Policy"]
    assert pagina.content.count(b'<li id="foto-') == 10


def test_depois_do_prazo_a_pagina_so_mostra(rascunho_da_dora: Candidato, dora: User) -> None:
    anotar(rascunho_da_dora, 2)
    agora = timezone.now()
    rascunho_da_dora.edicao.inscricoes_fecham_em = agora - timedelta(minutes=1)
    rascunho_da_dora.edicao.save()
    pagina = entrar(dora).get("/inscricoes/minha/fotos/").content.decode()
    assert "A inscrição não muda mais" in pagina
    assert 'type="file"' not in pagina
    assert "botao-de-apagar" not in pagina
    resposta = enviar(dora, rascunho_da_dora, enviado(foto()), headers={"Accept": "application/json"})
    assert (resposta.status_code, resposta.json()["erro"]) == (409, "nao_editavel")
