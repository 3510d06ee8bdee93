"""A sala de controle, o telão e a ata: os números, os botões com os seus porquês, e quantas consultas custam."""

import io
import re
from collections.abc import Callable
from datetime import timedelta
from xml.etree import ElementTree

import pytest
from django.contrib.auth.models import Group, User
from django.core.management import call_command
from django.test import Client
from django.utils import timezone
from pypdf import PdfReader
from uuid_utils import uuid7

from votacao import recusas, registro, services
from votacao.admin import sala
from votacao.models import Lote, Modalidade, Paredao, Participante, Pulso, Suspeita
from votacao.registro import VotoAceito


def entrar(*grupos: str) -> Client:
    usuario = User.objects.create_user("-".join(grupos) or "chefe", is_staff=True, is_superuser=not grupos)
    usuario.groups.set(Group.objects.filter(name__in=grupos))
    cliente = Client()
    cliente.force_login(usuario)
    return cliente


def votar(paredao: Paredao, quem: Participante, quantos: int, modalidade: int = 1, suspeita: int = 0) -> None:
    quando = timezone.now().timestamp() - 30
    registro.gravar(
        [VotoAceito(uuid7().bytes, paredao.pk, modalidade, quem.pk, quando, suspeita=suspeita) for _ in range(quantos)]
    )


@pytest.fixture
def misto(paredao: Paredao, participantes: list[Participante]) -> Paredao:
    """Aberto, com as duas modalidades; na torcida, 40 a 60 e 20 suspeitos para Ana; no único, 8 a 2."""
    paredao.titulo, paredao.peso_torcida, paredao.peso_unico = "4º Paredão", 50, 50
    paredao.save()
    ana, bia, _ = participantes
    votar(paredao, ana, 40)
    votar(paredao, bia, 60)
    votar(paredao, ana, 20, suspeita=Suspeita.RITMO)
    votar(paredao, ana, 8, Modalidade.UNICO)
    votar(paredao, bia, 2, Modalidade.UNICO)
    return paredao


def encerrar(paredao: Paredao, *, ha: int = 20) -> None:
    paredao.fecha_em = timezone.now() - timedelta(seconds=ha)
    paredao.save(update_fields=["fecha_em"])


def decidir(paredao: Paredao, *, contam: bool) -> None:
    quem = User.objects.create_user("vera", first_name="Vera", last_name="Lúcia", is_staff=True)
    services.decidir_suspeitos(paredao, contam=contam, justificativa="Só máquina faz isso às 3h.", quem=quem)


def texto(html: str) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", html).split())


def botoes(cliente: Client, paredao: Paredao) -> dict[str, str]:
    contexto = cliente.get(f"/admin/votacao/paredao/{paredao.pk}/sala/dados/").context
    return {botao.nome: botao.porque_nao for botao in contexto["botoes"]}


# --- A sala ---


def test_sala_diz_os_numeros(misto: Paredao) -> None:
    Pulso.objects.create(
        processo="vm:7:abc", minuto=timezone.now(), visto_em=timezone.now(), aceitos=130,
        recusas={"cedula_vencida": 12},
        demora_ms=25,
    )  # fmt: skip
    pagina = texto(entrar("Votação").get(f"/admin/votacao/paredao/{misto.pk}/sala/").content.decode())
    assert "Votos recebidos 130" in pagina
    assert "Suspeitos 20 15,4% dos recebidos" in pagina
    assert "Recusados 12 em 15 min, no site todo" in pagina
    assert "Processos no ar 1 todos dão sinal" in pagina
    assert "Gravando agora 0 até 25 ms para gravar" in pagina
    assert "Ana 8 80,00% 40 40,00% 60,00% 48 Bia 2 20,00% 60 60,00% 40,00% 62 Caio 0 0,00% 0 0,00% 0,00% 0" in pagina
    assert "Votos demais da mesma origem 20 15,4%" in pagina
    assert "Cédula vencida 12" in pagina
    assert re.search(r"vm, processo 7 atende o público no ar, há \d+ s 130 0", pagina)


def test_sala_sem_pulso_diz_que_ninguem_da_sinal(misto: Paredao) -> None:
    pagina = texto(entrar("Votação").get(f"/admin/votacao/paredao/{misto.pk}/sala/").content.decode())
    assert "Processos no ar 0 nenhum dá sinal" in pagina


def test_sala_mostra_processo_calado(misto: Paredao) -> None:
    Pulso.objects.create(processo="vm:7:abc", minuto=timezone.now(), visto_em=timezone.now() - timedelta(seconds=130))
    pagina = texto(entrar("Votação").get(f"/admin/votacao/paredao/{misto.pk}/sala/").content.decode())
    assert "1 sem sinal" in pagina
    assert re.search(r"sem sinal há 2 min 1\d s", pagina)


def test_minutos_da_sala_somam_os_recebidos(misto: Paredao) -> None:
    contexto = entrar("Votação").get(f"/admin/votacao/paredao/{misto.pk}/sala/dados/").context
    # Gravados agora, e o teste pode cruzar a virada do minuto: em dois minutos vizinhos, no máximo.
    recentes = contexto["minutos"][:2]
    somados = [sum(votos) for votos in zip(*(minuto.votos for minuto in recentes), strict=True)]
    assert (somados, sum(minuto.suspeitos for minuto in recentes)) == ([10, 120], 20)


@pytest.mark.parametrize("endereco", ["sala/", "sala/dados/"])
def test_sala_custa_sempre_as_mesmas_consultas(
    misto: Paredao, endereco: str, django_assert_num_queries: Callable[[int], object]
) -> None:
    cliente = entrar("Votação")
    for i in range(30):
        agora = timezone.now() - timedelta(minutes=i % 10)
        Pulso.objects.create(processo=f"vm:{i}:a", minuto=agora, visto_em=agora)
    # Sessão, usuário e as suas permissões (2); paredão e participantes (2); somas, participantes e decisão (3); horas e
    # participantes (2, duas vezes: a tabela e as 48 horas); minutos; pulso.
    with django_assert_num_queries(CONSULTAS_DA_SALA):
        assert cliente.get(f"/admin/votacao/paredao/{misto.pk}/{endereco}").status_code == 200


CONSULTAS_DA_SALA = 15


def test_cada_recusa_tem_nome_na_sala() -> None:
    def todas(classe: type[recusas.Recusa]) -> set[str]:
        return {codigo for filha in classe.__subclasses__() for codigo in {filha.codigo, *todas(filha)}}

    from votacao.urna import urna  # noqa: F401 (uma recusa mora aqui)

    assert set(sala._RECUSAS) == todas(recusas.Recusa)


@pytest.mark.parametrize("qual", ["por-minuto", "por-hora"])
@pytest.mark.parametrize("formato", ["", "estreito"])
def test_grafico_e_svg_sem_script(misto: Paredao, qual: str, formato: str) -> None:
    resposta = entrar("Votação").get(f"/admin/votacao/paredao/{misto.pk}/sala/{qual}.svg", {"formato": formato})
    assert resposta["Content-Type"] == "image/svg+xml"
    raiz = ElementTree.fromstring(resposta.content)
    assert raiz.tag == "{http://www.w3.org/2000/svg}svg"
    assert [no.tag for no in raiz.iter() if no.tag.endswith("script")] == []
    assert b"http://kozea" not in resposta.content


def test_grafico_por_hora_tem_quem_concorre(misto: Paredao) -> None:
    svg = entrar("Votação").get(f"/admin/votacao/paredao/{misto.pk}/sala/por-hora.svg").content.decode()
    assert [nome for nome in ("Ana", "Bia", "Caio") if f">{nome}</text>" in svg] == ["Ana", "Bia", "Caio"]


# --- Os botões ---


def test_botoes_de_aberto(misto: Paredao) -> None:
    assert botoes(entrar("Votação"), misto) == {
        "abrir": "Já foi feito: o paredão está aberto.",
        "encerrar": "",
        "suspeitos": "Decide-se depois de encerrar, com todos os votos contados.",
        "publicar": "Ainda não: o paredão está aberto.",
        "ata": "Sai depois do encerramento.",
    }


def test_botoes_de_rascunho_sem_participantes(edicao: object) -> None:
    rascunho = Paredao.objects.create(edicao=edicao, titulo="Rascunho")  # type: ignore[misc]
    assert botoes(entrar("Votação"), rascunho) == {
        "abrir": "O paredão precisa de pelo menos 2 participantes.",
        "encerrar": "Ainda não: o paredão está em rascunho.",
        "suspeitos": "Decide-se depois de encerrar, com todos os votos contados.",
        "publicar": "Ainda não: o paredão está em rascunho.",
        "ata": "Sai depois do encerramento.",
    }


def test_botoes_logo_depois_de_encerrar_pedem_espera(misto: Paredao) -> None:
    encerrar(misto, ha=2)
    achados = botoes(entrar("Votação"), misto)
    assert re.fullmatch(r"Os últimos votos aceitos ainda estão sendo gravados: espere [123] s\.", achados["suspeitos"])
    assert achados["publicar"] == "Falta decidir se os votos suspeitos contam."


def test_botoes_de_encerrado_com_suspeitos(misto: Paredao) -> None:
    encerrar(misto)
    assert botoes(entrar("Votação"), misto) == {
        "abrir": "Já foi feito: o paredão está encerrado, à espera do resultado.",
        "encerrar": "Já foi feito: o paredão está encerrado, à espera do resultado.",
        "suspeitos": "",
        "publicar": "Falta decidir se os votos suspeitos contam.",
        "ata": "",
    }


def test_botoes_de_decidido_e_de_publicado(misto: Paredao) -> None:
    encerrar(misto)
    decidir(misto, contam=False)
    cliente = entrar("Votação")
    achados = botoes(cliente, misto)
    assert (achados["suspeitos"], achados["publicar"]) == ("Já se decidiu que não contam.", "")
    services.publicar(misto)
    assert botoes(cliente, misto) == {
        "abrir": "Já foi feito: o paredão está com o resultado publicado.",
        "encerrar": "Já foi feito: o paredão está com o resultado publicado.",
        "suspeitos": "Já se decidiu que não contam.",
        "publicar": "Já foi feito: o paredão está com o resultado publicado.",
        "ata": "",
    }


def test_botoes_de_quem_so_ve(misto: Paredao) -> None:
    assert botoes(entrar("Auditoria"), misto)["encerrar"] == (
        "Quem conduz o paredão é o grupo Votação: peça a quem cuida dos acessos."
    )


def test_acao_a_partir_da_sala_volta_a_ela(misto: Paredao) -> None:
    resposta = entrar("Votação").post(f"/admin/votacao/paredao/{misto.pk}/encerrar/?de=sala")
    assert resposta["Location"] == f"/admin/votacao/paredao/{misto.pk}/sala/"
    assert Paredao.objects.get().fecha_em is not None


def test_inicio_do_admin_leva_a_sala_do_que_esta_no_ar(misto: Paredao) -> None:
    elo = f'href="/admin/votacao/paredao/{misto.pk}/sala/"'
    assert elo in entrar("Votação").get("/admin/").content.decode()
    assert elo not in entrar("Seleção").get("/admin/").content.decode()


# --- O telão ---


def test_telao_nao_traz_o_resultado(misto: Paredao) -> None:
    cliente = entrar("Votação")
    pagina = cliente.get(f"/admin/votacao/paredao/{misto.pk}/telao/").content.decode()
    dados = cliente.get(f"/admin/votacao/paredao/{misto.pk}/telao/dados/")
    assert "%" not in texto(pagina.partition("<body>")[2])
    assert set(dados.json()) == {"agora_iso", "situacao", "situacao_texto", "total", "fecha_em", "abre_em"}
    assert (dados.json()["total"], dados.json()["situacao"]) == (130, "aberto")
    assert "no-store" in dados["Cache-Control"]


def test_telao_revela_por_ultimo_quem_decide(misto: Paredao) -> None:
    pagina = entrar("Votação").get(f"/admin/votacao/paredao/{misto.pk}/telao/resultado/").content.decode()
    assert re.findall(r"<b>(\w+)</b> <span class=\"media\">([\d,]+%)", pagina) == [
        ("Caio", "0,00%"),
        ("Bia", "40,00%"),
        ("Ana", "60,00%"),
    ]
    assert "Parcial" in pagina


def test_telao_publicado_e_de_quem_ve_o_paredao(misto: Paredao) -> None:
    grupo = Group.objects.get(name="Votação")
    grupo.permissions.remove(grupo.permissions.get(codename="ver_contagem"))
    cliente = entrar("Votação")
    enderecos = [f"/admin/votacao/paredao/{misto.pk}/telao/{fim}" for fim in ("", "dados/", "resultado/")]
    assert [cliente.get(endereco).status_code for endereco in enderecos] == [403, 403, 403]
    encerrar(misto)
    decidir(misto, contam=False)
    assert [cliente.get(endereco).status_code for endereco in enderecos] == [403, 403, 403]
    services.publicar(misto)
    assert [cliente.get(endereco).status_code for endereco in enderecos] == [200, 200, 200]


# --- A ata ---


def ata(cliente: Client, paredao: Paredao) -> PdfReader:
    resposta = cliente.get(f"/admin/votacao/paredao/{paredao.pk}/ata/")
    assert (resposta.status_code, resposta["Content-Type"]) == (200, "application/pdf")
    return PdfReader(io.BytesIO(resposta.content))


def lida(pdf: PdfReader) -> str:
    return " ".join(" ".join(folha.extract_text() for folha in pdf.pages).split())


def test_ata_de_aberto_nao_ha(misto: Paredao) -> None:
    resposta = entrar("Votação").get(f"/admin/votacao/paredao/{misto.pk}/ata/")
    assert resposta.status_code == 409
    assert "A ata sai, provisória, depois do encerramento" in resposta.content.decode()


def test_ata_de_encerrado_e_provisoria(misto: Paredao) -> None:
    encerrar(misto)
    folha = lida(ata(entrar("Votação"), misto))
    assert "PROVISÓRIA: o resultado ainda não foi publicado" in folha
    assert "Ainda sem decisão: não estão nos números acima." in folha


def test_ata_de_publicado_diz_tudo(misto: Paredao) -> None:
    encerrar(misto)
    decidir(misto, contam=True)
    services.publicar(misto)
    pdf = ata(entrar("Auditoria"), misto)
    folha = lida(pdf)
    assert "PROVISÓRIA" not in folha
    assert "BBB 24 · 4º Paredão" in folha
    assert "Ana sai, com 65,00% da média." in folha
    assert "Ana 8 80,00% 60 50,00% 65,00% 68 Bia 2 20,00% 60 50,00% 35,00% 62 Caio 0 0,00% 0 0,00% 0,00% 0" in folha
    assert "Todos 10 100,00% 120 100,00% 130" in folha
    assert "Votos demais da mesma origem 20" in folha
    assert "Decisão: contam, e estão nos números acima. Por Vera Lúcia" in folha
    assert "Justificativa: “Só máquina faz isso às 3h.”" in folha
    assert f"O livro deste paredão tem {Lote.objects.count()} lotes." in folha
    assert "Direção do programa Auditoria Apuração" in folha
    assert f"Página 1 de {len(pdf.pages)}" in folha
    assert pdf.metadata is not None
    assert pdf.metadata.title == "Ata da apuração: 4º Paredão"


def test_ata_leva_as_letras_consigo(misto: Paredao) -> None:
    encerrar(misto)
    fontes = ata(entrar("Votação"), misto).pages[0]["/Resources"]["/Font"].values()  # type: ignore[index]
    embutidas = ["/FontFile2" in fonte.get_object()["/FontDescriptor"] for fonte in fontes if "/FontDescriptor" in fonte.get_object()]  # fmt: skip  # noqa: E501
    assert embutidas == [True] * len(embutidas)
    assert len(embutidas) >= 2


def test_ata_com_nomes_que_a_letra_nao_tem(misto: Paredao, participantes: list[Participante]) -> None:
    Participante.objects.filter(pk=participantes[0].pk).update(nome_curto="Zoë Ądam 🎉")
    encerrar(misto)
    assert "Zoë Adam ?" in lida(ata(entrar("Votação"), misto))


def test_selo_da_ata_e_o_que_conferir_refaz_com_o_livro(misto: Paredao) -> None:
    encerrar(misto)
    saida = io.StringIO()
    call_command("conferir", "--paredao", str(misto.pk), "--selos", stdout=saida)
    achado = re.search(r"selo: ((?:[0-9a-f]{8} ?){8})", saida.getvalue())
    assert achado is not None
    assert achado[1] in lida(ata(entrar("Votação"), misto))


def test_selo_muda_com_mais_um_lote(misto: Paredao, participantes: list[Participante]) -> None:
    from votacao import selo

    antes = selo.selar(misto)
    votar(misto, participantes[2], 1)
    depois = selo.selar(misto)
    assert antes.texto() != depois.texto()
    assert depois.lotes == antes.lotes + 1
