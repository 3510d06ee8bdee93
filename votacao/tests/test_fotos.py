"""As fotos dos participantes cabem no telefone: dentro do peso, nas duas larguras, e as antigas também."""

import io

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.core.management import call_command
from PIL import Image

from votacao import fotos
from votacao.models import Participante


def guardada(nome: str, largura: int) -> Image.Image:
    with default_storage.open(fotos.caminho_da_foto(nome, largura)) as aberto:
        imagem = Image.open(io.BytesIO(aberto.read()))
        imagem.load()
        return imagem


def pesos(nome: str) -> list[int]:
    return [default_storage.size(fotos.caminho_da_foto(nome, largura)) for largura in fotos.LARGURAS]


def test_foto_que_e_puro_ruido_cabe_no_peso() -> None:
    nome = fotos.gravar(Image.effect_noise((960, 1280), 120).convert("RGB"))
    assert max(pesos(nome)) <= fotos.PESO_MAXIMO < 15_000
    assert [guardada(nome, largura).size for largura in fotos.LARGURAS] == [(240, 320), (480, 640)]
    assert {guardada(nome, largura).format for largura in fotos.LARGURAS} == {"WEBP"}


def test_foto_lisa_fica_na_melhor_qualidade() -> None:
    nome = fotos.gravar(Image.linear_gradient("L").resize((960, 1280)).convert("RGB"))
    assert not fotos.pesada(nome)


def antiga() -> str:
    """Uma foto como as gravadas antes de haver limite."""
    nome = "0123456789abcdef0123"
    for largura in fotos.LARGURAS:
        saida = io.BytesIO()
        Image.effect_noise((largura, largura * 4 // 3), 90).convert("RGB").save(saida, "WEBP", quality=80)
        if not default_storage.exists(fotos.caminho_da_foto(nome, largura)):
            default_storage.save(fotos.caminho_da_foto(nome, largura), ContentFile(saida.getvalue()))
    return nome


def test_refazer_fotos_poe_a_antiga_no_peso_e_de_novo_nao_faz_nada(
    participantes: list[Participante], capsys: pytest.CaptureFixture[str]
) -> None:
    Participante.objects.filter(pk=participantes[0].pk).update(foto=antiga())
    assert fotos.pesada("0123456789abcdef0123")
    call_command("refazer_fotos")
    assert capsys.readouterr().out == "1 foto(s) refeita(s), 0 sem arquivo.\n"
    nova = Participante.objects.get(pk=participantes[0].pk).foto
    assert nova != "0123456789abcdef0123"
    assert not fotos.pesada(nova)
    call_command("refazer_fotos")
    assert capsys.readouterr().out == "0 foto(s) refeita(s), 0 sem arquivo.\n"


def test_refazer_fotos_diz_de_quem_falta_o_arquivo(
    participantes: list[Participante], capsys: pytest.CaptureFixture[str]
) -> None:
    Participante.objects.filter(pk=participantes[0].pk).update(foto="f" * 20)
    call_command("refazer_fotos")
    lido = capsys.readouterr()
    assert lido.out == "0 foto(s) refeita(s), 1 sem arquivo.\n"
    assert "não está no disco" in lido.err
    assert Participante.objects.get(pk=participantes[0].pk).foto == "f" * 20
