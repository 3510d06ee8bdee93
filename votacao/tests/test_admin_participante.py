"""Cadastro de participante: a foto é conferida antes, gravada depois de tudo o mais, e servida."""

import io
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import Group, User
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone
from PIL import Image
from pytest_django import Settings
from pytest_django.fixtures import DjangoAssertNumQueries

from inscricoes.models import Candidato, Edicao
from votacao import services
from votacao.models import Opcao, Paredao, Participante


@pytest.fixture
def produtor(db: None) -> Client:
    usuario = User.objects.create_user("produtor", is_staff=True)
    usuario.groups.add(Group.objects.get(name="Votação"))
    cliente = Client()
    cliente.force_login(usuario)
    return cliente


def foto(largura: int = 600, altura: int = 800, cor: str = "teal") -> SimpleUploadedFile:
    saida = io.BytesIO()
    Image.new("RGB", (largura, altura), cor).save(saida, "JPEG")
    return SimpleUploadedFile("rosto.jpg", saida.getvalue(), "image/jpeg")


def dados(edicao: Edicao, **outros: Any) -> dict[str, Any]:
    return {"edicao": edicao.pk, "nome": "Dora Reis", "nome_curto": "Dora", "grupo": "pipoca", **outros}


def arquivos() -> list[str]:
    return sorted(default_storage.listdir("participantes")[1]) if default_storage.exists("participantes") else []


def test_criar_com_foto_grava_e_serve(produtor: Client, edicao: Edicao) -> None:
    resposta = produtor.post("/admin/votacao/participante/add/", dados(edicao, nova_foto=foto(cor="navy")))
    assert (resposta.status_code, resposta["Location"]) == (302, "/admin/votacao/participante/")
    dora = Participante.objects.get()
    assert [nome for nome in arquivos() if nome.startswith(dora.foto)] == [
        f"{dora.foto}-240.webp",
        f"{dora.foto}-480.webp",
    ]
    assert Client().get(f"/midia/participantes/{dora.foto}-240.webp")["Content-Type"] == "image/webp"
    assert f'src="/midia/participantes/{dora.foto}-240.webp"' in (
        produtor.get("/admin/votacao/participante/").content.decode()
    )


def test_foto_com_outro_erro_no_formulario_nao_e_gravada(produtor: Client, edicao: Edicao) -> None:
    antes = arquivos()
    resposta = produtor.post(
        "/admin/votacao/participante/add/", dados(edicao, nome_curto="", nova_foto=foto(cor="olive"))
    )
    assert resposta.context["adminform"].form.errors == {"nome_curto": ["Este campo é obrigatório."]}
    assert arquivos() == antes
    assert Participante.objects.count() == 0


@pytest.mark.parametrize(
    ("arquivo", "frase"),
    [
        (
            SimpleUploadedFile("a.jpg", b"GIF89a isto nao e uma foto", "image/jpeg"),
            "Não é uma foto que se consiga abrir: mande JPEG, PNG ou WebP.",
        ),
        (foto(100, 800), "A foto é pequena demais: o menor lado precisa ter 240 pixels."),
        (SimpleUploadedFile("a.jpg", b"x" * (10 * 1024 * 1024 + 1)), "A foto passa de 10 MB. Mande uma menor."),
    ],
)
def test_foto_que_nao_serve_diz_por_que(
    produtor: Client, edicao: Edicao, arquivo: SimpleUploadedFile, frase: str
) -> None:
    arquivo.seek(0)
    resposta = produtor.post("/admin/votacao/participante/add/", dados(edicao, nova_foto=arquivo))
    assert resposta.context["adminform"].form.errors == {"nova_foto": [frase]}
    assert Participante.objects.count() == 0


def test_mudar_o_texto_guarda_a_foto_que_estava(produtor: Client, edicao: Edicao) -> None:
    produtor.post("/admin/votacao/participante/add/", dados(edicao, nova_foto=foto()))
    dora = Participante.objects.get()
    endereco = f"/admin/votacao/participante/{dora.pk}/change/"
    produtor.post(endereco, dados(edicao, cidade="Belém"))
    assert Participante.objects.values_list("cidade", "foto").get() == ("Belém", dora.foto)
    produtor.post(endereco, dados(edicao, cidade="Belém", nova_foto=foto(cor="purple")))
    nova = Participante.objects.get().foto
    assert nova != dora.foto
    assert f"{nova}-240.webp" in produtor.get(endereco).content.decode()


def test_disco_que_recusa_a_foto_vira_recado_e_o_resto_fica(
    produtor: Client, edicao: Edicao, settings: Settings, tmp_path: Path
) -> None:
    ocupado = tmp_path / "ocupado"
    ocupado.write_text("um arquivo onde deveria haver uma pasta")
    settings.MEDIA_ROOT = ocupado
    resposta = produtor.post("/admin/votacao/participante/add/", dados(edicao, nova_foto=foto(cor="gold")), follow=True)
    assert "Os dados foram gravados, mas a foto não: o disco a recusou. Tente de novo." in resposta.content.decode()
    assert Participante.objects.values_list("nome_curto", "foto").get() == ("Dora", "")


def test_nome_repetido_na_edicao_e_uma_frase(
    produtor: Client, edicao: Edicao, participantes: list[Participante]
) -> None:
    resposta = produtor.post("/admin/votacao/participante/add/", dados(edicao, nome_curto="Ana"))
    assert resposta.context["adminform"].form.errors == {
        "__all__": ["Já há um participante com este nome na casa nesta edição."]
    }


def test_inscricao_de_origem_aparece(produtor: Client, edicao: Edicao) -> None:
    candidato = Candidato.objects.create(
        edicao=edicao, nome="Dora Reis", nome_curto="Dora", email="dora@example.com", nascimento="1991-02-03",
        profissao="Médica", cidade="Belém", uf="PA",
    )  # fmt: skip
    participante = services.tornar_participante(candidato)
    texto = produtor.get(f"/admin/votacao/participante/{participante.pk}/change/").content.decode()
    assert "Dora (Belém/PA)" in texto


def test_quem_esta_num_paredao_nao_sai_e_a_pagina_diz_qual(
    paredao: Paredao, participantes: list[Participante], django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    chefe = Client()
    chefe.force_login(User.objects.create_superuser("chefe"))
    ana = participantes[0]
    endereco = f"/admin/votacao/participante/{ana.pk}/delete/"
    frase = f"Ana está no paredão “{paredao.titulo}” (aberto)."
    assert frase in chefe.get(endereco).content.decode()
    # Sessão, usuário, o participante e onde ele está: nenhuma varredura do livro de votos.
    with django_assert_num_queries(4):
        chefe.get(endereco)
    assert frase in chefe.post(endereco, {"post": "yes"}).content.decode()
    assert Participante.objects.filter(pk=ana.pk).count() == 1
    em_lote = chefe.post(
        "/admin/votacao/participante/", {"action": "delete_selected", "_selected_action": [ana.pk], "post": "yes"}
    )
    assert frase in em_lote.content.decode()
    assert Participante.objects.filter(pk=ana.pk).count() == 1


def test_quem_nao_esta_em_paredao_pode_ser_excluido(participantes: list[Participante]) -> None:
    chefe = Client()
    chefe.force_login(User.objects.create_superuser("chefe"))
    chefe.post(f"/admin/votacao/participante/{participantes[0].pk}/delete/", {"post": "yes"})
    assert list(Participante.objects.values_list("nome_curto", flat=True)) == ["Bia", "Caio"]


def test_lista_com_poucas_consultas(
    produtor: Client,
    edicao: Edicao,
    participantes: list[Participante],
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    outro = Paredao.objects.create(edicao=edicao, titulo="X", abre_em=timezone.now())
    Opcao.objects.create(paredao=outro, participante=participantes[0])
    # Sessão, usuário, duas de permissões; edições do filtro; a conta; a lista.
    with django_assert_num_queries(7):
        lista = produtor.get("/admin/votacao/participante/?q=silva").context["cl"].result_list
    assert [participante.nome_curto for participante in lista] == ["Ana", "Bia", "Caio"]
