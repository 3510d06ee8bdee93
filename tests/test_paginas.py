"""Cada página do público, em cada situação: as palavras certas, o contrato do botão, e nada de quem está pedindo."""

import datetime as dt
import re
from collections.abc import Callable

import pytest
from django.template.loader import render_to_string
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries
from uuid_utils import uuid7

from inscricoes.models import Edicao
from votacao import fotos, recusas, registro
from votacao.models import Opcao, Paredao, Participante
from votacao.recusas import Recusa
from votacao.registro import VotoAceito

pytestmark = pytest.mark.django_db
CriarParedao = Callable[..., Paredao]


def todas_as_recusas() -> list[type[Recusa]]:
    return [r for r in vars(recusas).values() if isinstance(r, type) and issubclass(r, Recusa) and r is not Recusa]


@pytest.fixture
def agora() -> dt.datetime:
    return timezone.now()


@pytest.fixture
def casa() -> list[Participante]:
    edicao = Edicao.objects.create(nome="BBB 24", ano=2024)
    return [
        Participante.objects.create(edicao=edicao, nome=f"{nome} da Silva", nome_curto=nome, profissao="Artista")
        for nome in ("Bela", "Caio", "Duda")
    ]


@pytest.fixture
def criar(casa: list[Participante], agora: dt.datetime) -> CriarParedao:
    def criar_paredao(abre: float = -2, fecha: float | None = 2, **campos: object) -> Paredao:
        horas = dt.timedelta(hours=1)
        paredao = Paredao.objects.create(
            edicao=casa[0].edicao,
            abre_em=agora + abre * horas,
            fecha_em=None if fecha is None else agora + fecha * horas,
            **{"titulo": f"{Paredao.objects.count() + 1}º Paredão", **campos},
        )
        for ordem, participante in enumerate(casa):
            Opcao.objects.create(paredao=paredao, participante=participante, ordem=ordem)
        return paredao

    return criar_paredao


def votar(paredao: Paredao, votos: list[int], modalidade: int = 1) -> list[str]:
    """Grava os votos na ordem da página e devolve os códigos."""
    assert paredao.abre_em is not None
    aceito_em = paredao.abre_em.timestamp() + 60
    aceitos = [
        VotoAceito(uuid7().bytes, paredao.pk, modalidade, opcao.participante_id, aceito_em)
        for opcao, quantos in zip(paredao.opcoes.all(), votos, strict=True)
        for _ in range(quantos)
    ]
    registro.gravar(aceitos)
    return [voto.id.hex() for voto in aceitos]


def publicar(paredao: Paredao) -> None:
    paredao.publicado_em = paredao.fecha_em
    paredao.save(update_fields=["publicado_em"])


def texto(client: Client, endereco: str, status: int = 200) -> str:
    resposta = client.get(endereco)
    assert resposta.status_code == status
    return resposta.content.decode()


# --- A página de votar ------------------------------------------------------------------------------------------------


def test_paredao_aberto_tem_um_botao_por_participante(
    client: Client, criar: CriarParedao, casa: list[Participante]
) -> None:
    paredao = criar()
    pagina = texto(client, f"/paredoes/{paredao.pk}/")
    botoes = re.findall(r'<button class="botao" type="submit" name="participante" value="(\d+)">', pagina)
    assert botoes == [str(participante.pk) for participante in casa]
    assert pagina.count("<form") == 1
    assert f'<form method="get" action="/paredoes/{paredao.pk}/confirmar/">' in pagina
    assert "No ar" in pagina
    assert "para <b>Bela</b> sair" in pagina
    assert "Quem tiver a maior média sai da casa." in pagina


@pytest.mark.parametrize(
    ("decisao", "pergunta", "regra", "verbo"),
    [
        ("sai", "Quem deve sair?", "Quem tiver a maior média sai da casa.", "sair"),
        ("fica", "Quem deve ficar?", "Quem tiver a menor média sai da casa.", "ficar"),
        ("entra", "Quem deve entrar na casa?", "Quem tiver a maior média entra na casa.", "entrar"),
        ("vence", "Quem deve vencer?", "Quem tiver a maior média vence o programa.", "vencer"),
    ],
)
def test_paredao_diz_o_que_o_voto_decide(
    client: Client, criar: CriarParedao, decisao: str, pergunta: str, regra: str, verbo: str
) -> None:
    pagina = texto(client, f"/paredoes/{criar(decisao=decisao).pk}/")
    assert pergunta in pagina
    assert regra in pagina
    assert f"<b>Bela</b> {verbo}" in pagina


def test_paredao_agendado_diz_quando_abre_e_nao_deixa_votar(client: Client, criar: CriarParedao) -> None:
    paredao = criar(abre=30, fecha=50)
    abre = timezone.localtime(paredao.abre_em)
    pagina = texto(client, f"/paredoes/{paredao.pk}/")
    assert "A votação abre" in pagina
    assert f"{abre:%d/%m}, às {abre.hour}h" in pagina
    assert "<form" not in pagina
    assert "voto.js" not in pagina


def test_paredao_encerrado_espera_o_resultado(client: Client, criar: CriarParedao) -> None:
    pagina = texto(client, f"/paredoes/{criar(abre=-3, fecha=-1).pk}/")
    assert "Votação encerrada" in pagina
    assert "<form" not in pagina
    # O voto que ficou sem resposta antes de encerrar ainda precisa saber se foi contado.
    assert "voto.js" in pagina


def test_paredao_publicado_leva_ao_resultado(client: Client, criar: CriarParedao) -> None:
    paredao = criar(abre=-3, fecha=-1)
    publicar(paredao)
    pagina = texto(client, f"/paredoes/{paredao.pk}/")
    assert f'href="/paredoes/{paredao.pk}/resultado/"' in pagina
    assert re.findall(r'<script src="[^"]*/js/(\w+)', pagina) == ["pagina"]


def test_paredao_sem_torcida_nao_tem_botao(client: Client, criar: CriarParedao) -> None:
    pagina = texto(client, f"/paredoes/{criar(peso_torcida=0, peso_unico=100).pk}/")
    assert "não tem voto da torcida" in pagina
    assert "<form" not in pagina


def test_paredao_com_parciais_publicas_as_mostra(client: Client, criar: CriarParedao) -> None:
    paredao = criar(parciais="sempre")
    votar(paredao, [3, 1, 0])
    pagina = texto(client, f"/paredoes/{paredao.pk}/")
    assert "Como está agora" in pagina
    assert "75,00%" in pagina
    assert "Bela sai" not in pagina


def test_paredao_com_parciais_ocultas_nao_mostra_numero_nenhum(client: Client, criar: CriarParedao) -> None:
    paredao = criar()
    votar(paredao, [3, 1, 0])
    assert "%" not in texto(client, f"/paredoes/{paredao.pk}/")
    assert "75,00%" not in texto(client, f"/paredoes/{paredao.pk}/resultado/")


def test_rascunho_nao_existe_para_o_publico(client: Client, casa: list[Participante]) -> None:
    rascunho = Paredao.objects.create(edicao=casa[0].edicao, titulo="Segredo")
    assert "Esta página não existe" in texto(client, f"/paredoes/{rascunho.pk}/", 404)
    assert "Segredo" not in texto(client, "/paredoes/")


def test_foto_tem_duas_larguras_e_sem_foto_tem_iniciais(
    client: Client, criar: CriarParedao, casa: list[Participante]
) -> None:
    Participante.objects.filter(pk=casa[0].pk).update(foto="0123456789abcdef0123")
    Participante.objects.filter(pk=casa[1].pk).update(nome_curto="Caio de Sá")
    pagina = texto(client, f"/paredoes/{criar().pk}/")
    base = "/midia/participantes/0123456789abcdef0123"
    assert f'srcset="{base}-240.webp 240w, {base}-480.webp 480w"' in pagina
    assert 'width="240" height="320" alt="Foto de Bela"' in pagina
    assert '<span class="foto iniciais" aria-hidden="true">CS</span>' in pagina
    assert fotos.LARGURAS == (240, 480)


# --- Confirmar e comprovante ------------------------------------------------------------------------------------------


def test_confirmar_leva_o_voto_pronto_e_vota(client: Client, criar: CriarParedao, casa: list[Participante]) -> None:
    paredao = criar()
    resposta = client.get(f"/paredoes/{paredao.pk}/confirmar/", {"participante": casa[1].pk})
    pagina = resposta.content.decode()
    assert "Seu voto é para Caio sair?" in pagina
    assert "no-store" in resposta["Cache-Control"]
    campos = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)">', pagina))
    assert campos.keys() == {"participante", "cedula", "prova"}
    assert campos["participante"] == str(casa[1].pk)
    assert campos["prova"] == ""
    corpo = "&".join(f"{nome}={valor}" for nome, valor in campos.items())
    voto = client.post(f"/paredoes/{paredao.pk}/votar/", corpo, content_type="application/x-www-form-urlencoded")
    assert voto.status_code == 303
    assert "Seu voto está contado" in texto(client, voto["Location"])


def test_comprovante_aberto_convida_a_votar_de_novo(client: Client, criar: CriarParedao) -> None:
    paredao = criar(parciais="apos_voto")
    codigo = votar(paredao, [1, 0, 0])[0]
    pagina = texto(client, f"/comprovantes/{codigo}/")
    assert "Seu voto está contado" in pagina
    assert "Você votou para <b>Bela</b> sair" in pagina
    assert "Votar de novo" in pagina
    assert " ".join(codigo[i : i + 4] for i in range(0, 32, 4)) in pagina
    assert "100,00%" in pagina


def test_comprovante_com_parciais_ocultas_guarda_segredo(client: Client, criar: CriarParedao) -> None:
    codigo = votar(criar(), [1, 0, 0])[0]
    pagina = texto(client, f"/comprovantes/{codigo}/")
    assert "em segredo até o resultado" in pagina
    assert "100,00%" not in pagina


def test_comprovante_depois_do_resultado_leva_a_ele(client: Client, criar: CriarParedao) -> None:
    paredao = criar(abre=-3, fecha=-1)
    codigo = votar(paredao, [1, 0, 0])[0]
    publicar(paredao)
    pagina = texto(client, f"/comprovantes/{codigo}/")
    assert "Votar de novo" not in pagina
    assert f'href="/paredoes/{paredao.pk}/resultado/"' in pagina


def modelo_do_comprovante(client: Client, paredao: Paredao, participante: Participante, modalidade: int = 1) -> str:
    endereco = f"/comprovantes/modelo/{paredao.pk}/{participante.pk}/{modalidade}/"
    return client.get(endereco, **{"asgi.scope": {"interno": True}}).content.decode()  # type: ignore[arg-type]


def test_modelo_do_comprovante_nao_tem_endereco_publico(
    client: Client, criar: CriarParedao, casa: list[Participante]
) -> None:
    """Mostraria as parciais a quem não votou."""
    texto(client, f"/comprovantes/modelo/{criar(parciais='apos_voto').pk}/{casa[0].pk}/1/", 404)


def test_modelo_do_comprovante_tem_as_marcas_intactas_e_e_pequeno(
    client: Client, criar: CriarParedao, casa: list[Participante]
) -> None:
    pagina = modelo_do_comprovante(client, criar(parciais="apos_voto"), casa[0])
    assert set(re.findall(r"@@\w+@@", pagina)) == {"@@CODIGO@@", "@@LEGIVEL@@", "@@HORA@@"}
    assert pagina.count("@") == 2 * 2 * len(re.findall(r"@@\w+@@", pagina))
    assert 'href="../@@CODIGO@@/"' in pagina
    assert len(pagina.encode()) < 6_000


@pytest.mark.parametrize(
    ("modalidade", "diz", "depois"),
    [
        (1, "5º Paredão · voto da torcida<", ["Votar de novo", "Dar também o voto único"]),
        (2, "5º Paredão · voto único<", ["Votar também pela torcida"]),
    ],
)
def test_o_comprovante_diz_a_modalidade_pelas_duas_portas(
    client: Client, criar: CriarParedao, casa: list[Participante], modalidade: int, diz: str, depois: list[str]
) -> None:
    paredao = criar(titulo="5º Paredão", peso_torcida=50, peso_unico=50)
    codigo = votar(paredao, [1, 0, 0], modalidade=modalidade)[0]
    paginas = (
        texto(client, f"/comprovantes/{codigo}/"),
        modelo_do_comprovante(client, paredao, casa[0], modalidade),
    )
    for pagina in paginas:
        assert diz in pagina
        assert [frase for frase in ("Votar de novo", "Dar também o voto único", "Votar também pela torcida")
                if frase in pagina] == depois  # fmt: skip


@pytest.mark.parametrize("modalidade", [1, 2])
def test_modelo_preenchido_e_igual_ao_comprovante_do_livro(
    client: Client, criar: CriarParedao, casa: list[Participante], modalidade: int
) -> None:
    paredao = criar(peso_torcida=50, peso_unico=50)
    codigo = votar(paredao, [1, 0, 0], modalidade=modalidade)[0]
    do_livro = texto(client, f"/comprovantes/{codigo}/")
    modelo = modelo_do_comprovante(client, paredao, casa[0], modalidade)
    hora = re.search(r"\d\d/\d\d/\d{4} às \d\d:\d\d:\d\d", do_livro)
    assert hora is not None
    legivel = " ".join(codigo[i : i + 4] for i in range(0, 32, 4))
    preenchido = modelo.replace("@@CODIGO@@", codigo).replace("@@LEGIVEL@@", legivel).replace("@@HORA@@", hora[0])
    assert preenchido == do_livro


def test_comprovante_desconhecido_diz_o_que_fazer(client: Client) -> None:
    pagina = texto(client, f"/comprovantes/{'0' * 32}/", 404)
    assert "Não achamos este comprovante" in pagina
    assert "vote de novo" in pagina


@pytest.mark.parametrize("recusa", todas_as_recusas(), ids=lambda recusa: recusa.codigo)
@pytest.mark.parametrize("paredao_id", [None, 7])
def test_recusa_diz_a_frase_e_para_onde_ir(recusa: type[Recusa], paredao_id: int | None) -> None:
    pagina = render_to_string("votacao/recusa.html", {"recusa": recusa, "paredao_id": paredao_id})
    assert recusa.mensagem in pagina
    assert ('href="/paredoes/7/"' if paredao_id else ">Ver o que está no ar<") in pagina


# --- Resultado --------------------------------------------------------------------------------------------------------


def test_resultado_publicado_tem_frase_conta_e_horas(client: Client, criar: CriarParedao) -> None:
    paredao = criar(abre=-3, fecha=-1, peso_torcida=50, peso_unico=50)
    votar(paredao, [2, 1, 1])
    votar(paredao, [1, 2, 1], modalidade=2)
    publicar(paredao)
    pagina = texto(client, f"/paredoes/{paredao.pk}/resultado/")
    assert "Empate entre Bela e Caio, com 37,50%" in pagina
    assert pagina.count(">Empate</span>") == 2
    assert "50,00% <small>2</small>" in pagina
    assert "Voto único" in pagina
    assert "peso 50%" in pagina
    assert "Ver a tabela hora a hora" in pagina
    assert '<rect width="37.50%"' in pagina


def test_resultado_de_quem_fica_marca_o_menor(client: Client, criar: CriarParedao) -> None:
    paredao = criar(abre=-3, fecha=-1, decisao="fica")
    votar(paredao, [5, 3, 1])
    publicar(paredao)
    pagina = texto(client, f"/paredoes/{paredao.pk}/resultado/")
    assert "Duda sai: teve a menor média para ficar, 11,11%." in pagina
    assert pagina.count("lugar decidido") == 1
    assert pagina.index("lugar decidido") > pagina.index("Caio")


def test_resultado_sem_uma_modalidade_avisa(client: Client, criar: CriarParedao) -> None:
    paredao = criar(abre=-3, fecha=-1, peso_torcida=50, peso_unico=50)
    votar(paredao, [5, 3, 1])
    publicar(paredao)
    pagina = texto(client, f"/paredoes/{paredao.pk}/resultado/")
    assert "Não houve voto único" in pagina
    assert "<td>– <small>0</small></td>" in pagina


@pytest.mark.parametrize(
    ("abre", "fecha", "frase"),
    [
        (5, 8, "O resultado sai depois que ela encerrar."),
        (-2, 2, "depois que a votação encerrar"),
        (-3, -1, "O resultado sai em instantes"),
    ],
)
def test_resultado_que_ainda_nao_saiu_diz_quando(
    client: Client, criar: CriarParedao, abre: int, fecha: int, frase: str
) -> None:
    pagina = texto(client, f"/paredoes/{criar(abre=abre, fecha=fecha).pk}/resultado/")
    assert "O resultado ainda não saiu" in pagina
    assert frase in pagina
    assert "<table" not in pagina


# --- Início e lista ---------------------------------------------------------------------------------------------------


def test_inicio_leva_ao_voto_de_cada_paredao_aberto(client: Client, criar: CriarParedao) -> None:
    um, outro = criar(), criar(fecha=None)
    pagina = texto(client, "/")
    for paredao in (um, outro):
        assert f'<a class="botao botao-grande" href="/paredoes/{paredao.pk}/">Votar agora' in pagina
    assert pagina.count("<h1") == 1


def test_inicio_sem_nada_diz_que_nao_ha_votacao(client: Client) -> None:
    pagina = texto(client, "/")
    assert "Nenhuma votação no ar" in pagina
    assert "Votar agora" not in pagina


def test_inicio_mostra_o_que_vem_o_que_encerrou_e_o_ultimo_resultado(client: Client, criar: CriarParedao) -> None:
    publicado = criar(abre=-30, fecha=-20)
    votar(publicado, [9, 1, 0])
    publicar(publicado)
    encerrado = criar(abre=-3, fecha=-1)
    agendado = criar(abre=5, fecha=9)
    pagina = texto(client, "/")
    assert "Votação encerrada" in pagina
    assert f'href="/paredoes/{encerrado.pk}/"' in pagina
    assert "Vem aí" in pagina
    assert f'href="/paredoes/{agendado.pk}/"' in pagina
    assert "Bela sai, com 90,00% da média." in pagina


def test_lista_diz_a_situacao_de_cada_um(client: Client, criar: CriarParedao) -> None:
    publicar(criar(abre=-30, fecha=-20))
    criar(abre=-3, fecha=-1)
    criar()
    criar(abre=5, fecha=9)
    pagina = texto(client, "/paredoes/")
    for selo in ("Em breve", "No ar", "Aguardando o resultado", "Resultado publicado"):
        assert pagina.count(f">{selo}</span>") == 1


# --- O que vale para todas --------------------------------------------------------------------------------------------


@pytest.fixture
def temporada(criar: CriarParedao) -> list[str]:
    """Os endereços de todas as páginas públicas que um cache pode guardar, em todas as situações."""
    agendado, aberto, encerrado, publicado = criar(5, 9), criar(parciais="sempre"), criar(-3, -1), criar(-30, -20)
    votar(aberto, [2, 1, 0])
    votar(publicado, [2, 1, 0])
    publicar(publicado)
    enderecos = ["/", "/paredoes/"]
    for paredao in (agendado, aberto, encerrado, publicado):
        enderecos += [f"/paredoes/{paredao.pk}/", f"/paredoes/{paredao.pk}/resultado/"]
    return enderecos


def test_paginas_publicas_sao_iguais_para_todos(client: Client, admin_client: Client, temporada: list[str]) -> None:
    for endereco in temporada:
        resposta = client.get(endereco)
        assert resposta.status_code == 200, endereco
        assert resposta["Cache-Control"].startswith("public, max-age=0, s-maxage="), endereco
        assert not resposta.cookies, endereco
        assert "Cookie" not in resposta.get("Vary", ""), endereco
        assert "csrf" not in resposta.content.decode(), endereco
        assert admin_client.get(endereco).content == resposta.content, endereco


def test_nenhuma_pagina_tem_estilo_script_ou_origem_de_fora(
    client: Client, temporada: list[str], criar: CriarParedao, casa: list[Participante]
) -> None:
    aberto = criar()
    soltas = [f"/paredoes/{aberto.pk}/confirmar/?participante={casa[0].pk}"]
    paginas = {endereco: texto(client, endereco) for endereco in temporada + soltas}
    paginas["desconhecido"] = texto(client, f"/comprovantes/{'0' * 32}/", 404)
    for nome in ("400.html", "403.html", "404.html", "500.html"):
        paginas[nome] = render_to_string(nome)
    paginas["recusa"] = render_to_string("votacao/recusa.html", {"recusa": recusas.CedulaVencida, "paredao_id": 1})
    for nome, pagina in paginas.items():
        assert re.search(r"\sstyle\s*=|<style", pagina) is None, nome
        assert re.search(r"\son\w+\s*=", pagina) is None, nome
        assert re.search(r"<script(?![^>]*\ssrc=)", pagina) is None, nome
        assert re.search(r'(?:src|href|action|srcset)="(?:https?:)?//', pagina) is None, nome
        assert pagina.startswith("<!doctype html>"), nome
        assert '<html lang="pt-BR">' in pagina, nome
        assert pagina.count("<h1") == 1, nome
        assert 'href="#conteudo"' in pagina, nome
        assert len(pagina.encode()) < 12_000, nome


def test_pagina_de_votar_nao_faz_mais_consultas_com_mais_participantes(
    client: Client,
    criar: CriarParedao,
    casa: list[Participante],
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    paredao = criar()
    extra = Participante.objects.create(edicao=casa[0].edicao, nome="Eva", nome_curto="Eva")
    Opcao.objects.create(paredao=paredao, participante=extra, ordem=9)
    with django_assert_num_queries(2):
        texto(client, f"/paredoes/{paredao.pk}/")
