"""Cada grupo vê e faz só o seu. A tabela é literal: o que não está escrito aqui não é permitido."""

from datetime import timedelta

import pytest
from django.contrib.auth.models import Group, User
from django.test import Client
from django.utils import timezone

from inscricoes.models import Candidato, Edicao
from votacao import registro, services
from votacao.models import Lote, Paredao, Participante
from votacao.registro import VotoAceito

VOTO = "0192f0c0000070008000000000000001"
PODE = {
    "/admin/": "VSA",
    "/admin/votacao/": "VSA",
    "/admin/inscricoes/": "VSA",
    "/admin/votacao/participante/": "VSA",
    "/admin/votacao/participante/add/": "V",
    "/admin/votacao/participante/{participante}/change/": "VSA",
    "/admin/votacao/participante/{participante}/delete/": "",
    "/admin/votacao/paredao/": "VA",
    "/admin/votacao/paredao/add/": "V",
    "/admin/votacao/paredao/{rascunho}/change/": "VA",
    "/admin/votacao/paredao/{rascunho}/delete/": "V",
    "/admin/votacao/paredao/{rascunho}/previa/": "VA",
    "/admin/votacao/paredao/{rascunho}/abrir/": "V",
    "/admin/votacao/paredao/{paredao}/change/": "VA",
    "/admin/votacao/paredao/{paredao}/delete/": "",
    "/admin/votacao/paredao/{paredao}/history/": "VA",
    "/admin/votacao/paredao/{paredao}/encerrar/": "V",
    "/admin/votacao/paredao/{paredao}/publicar/": "V",
    "/admin/votacao/paredao/{paredao}/contagem/": "VA",
    "/admin/votacao/paredao/{paredao}/sala/": "VA",
    "/admin/votacao/paredao/{paredao}/sala/dados/": "VA",
    "/admin/votacao/paredao/{paredao}/sala/por-minuto.svg": "VA",
    "/admin/votacao/paredao/{paredao}/sala/por-hora.svg": "VA",
    "/admin/votacao/paredao/{rascunho}/sala/": "VA",
    "/admin/votacao/paredao/{paredao}/telao/": "VA",
    "/admin/votacao/paredao/{paredao}/telao/dados/": "VA",
    "/admin/votacao/paredao/{paredao}/telao/resultado/": "VA",
    "/admin/votacao/paredao/{encerrado}/ata/": "VA",
    "/admin/temporada/": "VSA",
    "/admin/temporada/funil.svg": "S",
    "/admin/temporada/por-dia.svg": "S",
    "/admin/temporada/por-estado.svg": "S",
    "/admin/temporada/por-regiao.svg": "S",
    "/admin/votacao/lote/": "A",
    "/admin/votacao/lote/add/": "",
    "/admin/votacao/lote/{lote}/change/": "A",
    "/admin/votacao/lote/{lote}/delete/": "",
    "/admin/votacao/voto/": "A",
    "/admin/votacao/voto/add/": "",
    "/admin/votacao/voto/{voto}/change/": "A",
    "/admin/votacao/voto/{voto}/delete/": "",
    "/admin/votacao/contagem/": "A",
    "/admin/votacao/contagem/add/": "",
    "/admin/inscricoes/candidato/": "S",
    "/admin/inscricoes/candidato/add/": "",
    "/admin/inscricoes/candidato/{candidato}/change/": "S",
    "/admin/inscricoes/candidato/{candidato}/delete/": "",
    "/admin/inscricoes/edicao/": "VSA",
    "/admin/inscricoes/edicao/add/": "V",
    "/admin/inscricoes/aviso/": "S",
    "/admin/inscricoes/aviso/add/": "",
    "/admin/inscricoes/eliminacao/": "SA",
    "/admin/inscricoes/eliminacao/add/": "",
    "/admin/admin/logentry/": "A",
    "/admin/admin/logentry/add/": "",
    "/admin/auth/user/": "",
    "/admin/auth/group/": "",
}
GRUPOS = {"V": "Votação", "S": "Seleção", "A": "Auditoria"}
PERMISSOES_DE_ESCREVER = {
    "votacao/participante": "V",
    "votacao/paredao": "V",
    "inscricoes/candidato": "S",
    "inscricoes/edicao": "V",
}


def entrar(grupo: str = "", *, superusuario: bool = False) -> Client:
    usuario = User.objects.create_user(grupo or "chefe", is_staff=True, is_superuser=superusuario)
    if grupo:
        usuario.groups.add(Group.objects.get(name=grupo))
    cliente = Client()
    cliente.force_login(usuario)
    return cliente


@pytest.fixture
def enderecos(edicao: Edicao, participantes: list[Participante], paredao: Paredao) -> dict[str, object]:
    chave = bytes.fromhex(VOTO)
    registro.gravar([VotoAceito(chave, paredao.pk, 1, participantes[0].pk, timezone.now().timestamp())])
    candidato = Candidato.objects.create(
        edicao=edicao, nome="Dora Reis", nome_curto="Dora", email="dora@example.com", nascimento="1991-02-03",
        profissao="Médica", cidade="Belém", uf="PA",
    )  # fmt: skip
    return {
        "participante": participantes[0].pk,
        "rascunho": Paredao.objects.create(edicao=edicao, titulo="Rascunho").pk,
        "encerrado": Paredao.objects.create(
            edicao=edicao,
            titulo="Encerrado",
            abre_em=timezone.now() - timedelta(hours=3),
            fecha_em=timezone.now() - timedelta(hours=1),
        ).pk,
        "paredao": paredao.pk,
        "lote": Lote.objects.get().pk,
        "voto": "0192f0c0-0000-7000-8000-000000000001",
        "candidato": candidato.pk,
    }


@pytest.mark.parametrize("letra", GRUPOS)
def test_cada_grupo_ve_so_o_seu(enderecos: dict[str, object], letra: str) -> None:
    cliente = entrar(GRUPOS[letra])
    vistos = {modelo: cliente.get(modelo.format(**enderecos)).status_code for modelo in PODE}
    # Sem nada que possa ver num aplicativo, o índice dele não existe.
    assert vistos == {modelo: 200 if letra in quem else 403 for modelo, quem in PODE.items()}


def test_superusuario_nao_escreve_no_livro(enderecos: dict[str, object]) -> None:
    cliente = entrar(superusuario=True)
    voto, lote = enderecos["voto"], enderecos["lote"]
    assert {
        caminho: cliente.post(f"/admin/votacao/{caminho}", {"post": "yes"}).status_code
        for caminho in (
            "voto/add/", f"voto/{voto}/change/", f"voto/{voto}/delete/",
            "lote/add/", f"lote/{lote}/change/", f"lote/{lote}/delete/",
            "contagem/add/",
        )
    } == {
        "voto/add/": 403, f"voto/{voto}/change/": 403, f"voto/{voto}/delete/": 403,
        "lote/add/": 403, f"lote/{lote}/change/": 403, f"lote/{lote}/delete/": 403,
        "contagem/add/": 403,
    }  # fmt: skip


def test_quem_nao_entrou_vai_para_a_porta(enderecos: dict[str, object]) -> None:
    for modelo in PODE:
        resposta = Client().get(modelo.format(**enderecos))
        assert (resposta.status_code, resposta["Location"].partition("?")[0]) == (302, "/admin/login/"), modelo


@pytest.mark.parametrize("acao", ["abrir", "encerrar", "publicar"])
@pytest.mark.parametrize("letra", ["S", "A"])
def test_post_de_quem_nao_conduz_nao_faz_nada(enderecos: dict[str, object], acao: str, letra: str) -> None:
    antes = list(Paredao.objects.order_by("pk").values())
    for qual in ("rascunho", "paredao"):
        assert entrar_de_novo(letra).post(f"/admin/votacao/paredao/{enderecos[qual]}/{acao}/").status_code == 403
    assert list(Paredao.objects.order_by("pk").values()) == antes


@pytest.mark.parametrize(("letra", "codigo"), [("V", 200), ("S", 403), ("A", 200)])
def test_exportar_e_de_quem_ve_a_contagem(enderecos: dict[str, object], letra: str, codigo: int) -> None:
    resposta = entrar(GRUPOS[letra]).post(f"/admin/votacao/paredao/{enderecos['paredao']}/exportar/")
    assert resposta.status_code == codigo


@pytest.mark.parametrize("letra", GRUPOS)
def test_o_que_cada_grupo_encontra_no_inicio(enderecos: dict[str, object], letra: str) -> None:
    contexto = entrar(GRUPOS[letra]).get("/admin/").context
    modelos = {
        "V": ["Edicao", "Paredao", "Participante"],
        "S": ["Aviso", "Candidato", "Edicao", "Eliminacao", "Participante", "Pergunta", "Secao", "Termo"],
        "A": ["LogEntry", "Contagem", "Edicao", "Eliminacao", "Lote", "Paredao", "Participante", "Voto"],
    }
    achados = [modelo["object_name"] for app in contexto["app_list"] for modelo in app["models"]]
    assert sorted(achados) == sorted(modelos[letra])


def test_auditoria_ve_o_paredao_sem_botoes(enderecos: dict[str, object]) -> None:
    pagina = entrar("Auditoria").get(f"/admin/votacao/paredao/{enderecos['paredao']}/change/").content.decode()
    assert "Encerrar a votação" not in pagina
    assert 'name="_save"' not in pagina
    assert "Contagem</h2>" in pagina


def test_quem_conduz_sem_ver_a_contagem_publica_sem_ver_os_numeros(enderecos: dict[str, object]) -> None:
    grupo = Group.objects.get(name="Votação")
    grupo.permissions.remove(grupo.permissions.get(codename="ver_contagem"))
    cliente = entrar("Votação")
    paredao = Paredao.objects.get(pk=enderecos["paredao"])
    services.encerrar(paredao, timezone.now() - timedelta(seconds=10))
    confirmacao = cliente.get(f"/admin/votacao/paredao/{paredao.pk}/publicar/").content.decode()
    assert "%" not in confirmacao.partition('id="content-main"')[2]
    lista = cliente.get("/admin/votacao/paredao/").content.decode()
    assert "column-votos" not in lista
    cliente.post(f"/admin/votacao/paredao/{paredao.pk}/publicar/")
    assert Paredao.objects.get(pk=paredao.pk).publicado_em is not None


def entrar_de_novo(letra: str) -> Client:
    usuario = User.objects.filter(username=GRUPOS[letra]).first()
    if usuario is None:
        return entrar(GRUPOS[letra])
    cliente = Client()
    cliente.force_login(usuario)
    return cliente
