"""Quem pode o quê na API. A tabela é literal e cobre todas as rotas: uma rota nova sem linha falha."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import transaction
from django.utils import timezone

from api.quem import Escopo
from bbb.api import api
from inscricoes.models import Candidato, Edicao, Foto
from inscricoes.tests.conftest import aberta, dora, elis, estranho, rascunho_da_dora  # noqa: F401
from tests.api import Ator, anonimo, com_sessao, com_token, enviada, novo_paredao, produtor
from votacao import registro
from votacao.models import Paredao, Participante
from votacao.registro import VotoAceito

COLUNAS = (
    "anonimo", "fa", "candidata", "outra", "sem_permissao", "producao",
    "inscricoes:ler", "inscricoes:escrever", "inscricoes:cpf", "paredoes:ler", "paredoes:escrever",
    "paredoes:conduzir", "contagem:ler",
)  # fmt: skip
VOTO = "0192f0c0000070008000000000000001"
_T = 403
TABELA: dict[tuple[str, str], tuple[int, ...]] = {
    #                                                         anon fã  cand out sem  prod  i:l  i:e  i:c  p:l  p:e  p:c  c:l
    ("get", "/api/v1/paredoes"):                             (200, 200, 200, 200, 200, 200, 200, 200, 200, 200, 200, 200, 200),
    ("get", "/api/v1/paredoes/{paredao_id}"):                (200, 200, 200, 200, 200, 200, 200, 200, 200, 200, 200, 200, 200),
    ("get", "/api/v1/paredoes/{paredao_id}/cedula"):         (200, 200, 200, 200, 200, 200, 200, 200, 200, 200, 200, 200, 200),
    ("post", "/api/v1/paredoes/{paredao_id}/votos"):         (400, 400, 400, 400, 400, 400, 400, 400, 400, 400, 400, 400, 400),
    ("get", "/api/v1/comprovantes/{codigo}"):                (200, 200, 200, 200, 200, 200, 200, 200, 200, 200, 200, 200, 200),
    ("get", "/api/v1/paredoes/{paredao_id}/resultado"):      (200, 200, 200, 200, 200, 200, 200, 200, 200, 200, 200, 200, 200),
    ("get", "/api/v1/paredoes/{paredao_id}/panorama"):       (200, 200, 200, 200, 200, 200, 200, 200, 200, 200, 200, 200, 200),
    ("get", "/api/v1/paredoes/{paredao_id}/ao-vivo"):        (200, 200, 200, 200, 200, 200, 200, 200, 200, 200, 200, 200, 200),
    ("get", "/api/v1/edicoes"):                              (200, 200, 200, 200, 200, 200, 200, 200, 200, 200, 200, 200, 200),
    ("get", "/api/v1/edicoes/{edicao_id}"):                  (200, 200, 200, 200, 200, 200, 200, 200, 200, 200, 200, 200, 200),
    ("get", "/api/v1/eu"):                                   (401, 200, 200, 200, 200, 200, 200, 200, 200, 200, 200, 200, 200),
    ("get", "/api/v1/producao/paredoes"):                    (401, _T, _T, _T, _T, 200, _T, _T, _T, 200, _T, _T, _T),
    ("post", "/api/v1/producao/paredoes"):                   (401, _T, _T, _T, _T, 201, _T, _T, _T, _T, 201, _T, _T),
    ("get", "/api/v1/producao/paredoes/{paredao_id}"):       (401, _T, _T, _T, _T, 200, _T, _T, _T, 200, _T, _T, _T),
    ("patch", "/api/v1/producao/paredoes/{paredao_id}"):     (401, _T, _T, _T, _T, 200, _T, _T, _T, _T, 200, _T, _T),
    ("delete", "/api/v1/producao/paredoes/{rascunho}"):      (401, _T, _T, _T, _T, 204, _T, _T, _T, _T, 204, _T, _T),
    ("post", "/api/v1/producao/paredoes/{rascunho}/abrir"):  (401, _T, _T, _T, _T, 200, _T, _T, _T, _T, _T, 200, _T),
    ("post", "/api/v1/producao/paredoes/{paredao_id}/encerrar"): (401, _T, _T, _T, _T, 200, _T, _T, _T, _T, _T, 200, _T),
    ("post", "/api/v1/producao/paredoes/{encerrado}/publicar"):  (401, _T, _T, _T, _T, 200, _T, _T, _T, _T, _T, 200, _T),
    # Conduzir e ver a contagem: nenhum escopo sozinho basta.
    ("post", "/api/v1/producao/paredoes/{suspeito}/suspeitos"):  (401, _T, _T, _T, _T, 200, _T, _T, _T, _T, _T, _T, _T),
    ("get", "/api/v1/producao/paredoes/{paredao_id}/estatisticas"): (401, _T, _T, _T, _T, 200, _T, _T, _T, _T, _T, _T, 200),
    ("get", "/api/v1/producao/participantes"):               (401, _T, _T, _T, _T, 200, _T, _T, _T, 200, _T, _T, _T),
    ("get", "/api/v1/candidatos"):                           (401, 200, 200, 200, _T, 200, 200, _T, _T, _T, _T, _T, _T),
    # Uma conta da produção também se pode inscrever, pela sua sessão.
    ("post", "/api/v1/candidatos"):                          (401, 201, 201, 201, 201, 201, _T, 422, _T, _T, _T, _T, _T),
    ("get", "/api/v1/candidatos/{protocolo}"):               (401, 404, 200, 404, _T, 200, 200, _T, _T, _T, _T, _T, _T),
    ("patch", "/api/v1/candidatos/{protocolo}"):             (401, 404, 200, 404, _T, 200, _T, 200, _T, _T, _T, _T, _T),
    ("delete", "/api/v1/candidatos/{protocolo}?confirmo=true"): (401, 404, 204, 404, _T, 204, _T, 204, _T, _T, _T, _T, _T),
    ("get", "/api/v1/candidatos/{protocolo}/fotos"):         (401, 404, 200, 404, _T, 200, 200, _T, _T, _T, _T, _T, _T),
    # Fotos e vídeo sem arquivo: o corpo se recusa antes. Mandá-los tem testes próprios (`test_api_inscricoes`).
    # O que só a própria pessoa faz: para as outras a inscrição não existe, e um token não fala por ninguém.
    ("put", "/api/v1/candidatos/{protocolo}/respostas"):     (401, 404, 200, 404, 404, 404, _T, _T, _T, _T, _T, _T, _T),
    ("post", "/api/v1/candidatos/{protocolo}/enviar"):       (401, 404, 422, 404, 404, 404, _T, _T, _T, _T, _T, _T, _T),
    ("post", "/api/v1/candidatos/{protocolo}/desistir"):     (401, 404, 409, 404, 404, 404, _T, _T, _T, _T, _T, _T, _T),
    ("post", "/api/v1/candidatos/{protocolo}/retomar"):      (401, 404, 200, 404, 404, 404, _T, _T, _T, _T, _T, _T, _T),
    ("post", "/api/v1/candidatos/{protocolo}/fotos"):        (401, 422, 422, 422, 422, 422, 422, 422, 422, 422, 422, 422, 422),
    ("put", "/api/v1/candidatos/{protocolo}/fotos"):         (401, 404, 200, 404, 404, 404, _T, _T, _T, _T, _T, _T, _T),
    ("delete", "/api/v1/candidatos/{protocolo}/fotos/{foto}"): (401, 404, 204, 404, 404, 404, _T, _T, _T, _T, _T, _T, _T),
    ("post", "/api/v1/candidatos/{protocolo}/video"):        (401, 422, 422, 422, 422, 422, 422, 422, 422, 422, 422, 422, 422),
    ("delete", "/api/v1/candidatos/{protocolo}/video"):      (401, 404, 204, 404, 404, 404, _T, _T, _T, _T, _T, _T, _T),
    ("post", "/api/v1/candidatos/{enviada}/situacao"):       (401, _T, _T, _T, _T, 200, _T, 200, _T, _T, _T, _T, _T),
    ("put", "/api/v1/candidatos/{enviada}/parecer"):         (401, _T, _T, _T, _T, 200, _T, 200, _T, _T, _T, _T, _T),
    ("post", "/api/v1/candidatos/{enviada}/cpf"):            (401, _T, _T, _T, _T, 200, _T, _T, 200, _T, _T, _T, _T),
}  # fmt: skip
"""O status de cada um. `403` a quem produz sem poder; `404` a quem não é o dono: para ele, não existe."""
CORPOS: dict[tuple[str, str], Any] = {
    ("post", "/api/v1/paredoes/{paredao_id}/votos"): {"participante": 1},
    ("patch", "/api/v1/producao/paredoes/{paredao_id}"): {"titulo": "Outro nome"},
    ("post", "/api/v1/producao/paredoes/{suspeito}/suspeitos"): {"contam": False, "justificativa": "Máquinas."},
    ("post", "/api/v1/candidatos"): {},
    ("patch", "/api/v1/candidatos/{protocolo}"): {"profissao": "Pescadora"},
    ("put", "/api/v1/candidatos/{protocolo}/respostas"): {"respostas": {}},
    ("post", "/api/v1/candidatos/{protocolo}/enviar"): {"termo": "x", "aceito": True},
    ("post", "/api/v1/candidatos/{enviada}/situacao"): {"para": "em_analise"},
    ("put", "/api/v1/candidatos/{enviada}/parecer"): {"nota": 8},
}


@pytest.fixture
def enderecos(
    paredao: Paredao,
    participantes: list[Participante],
    aberta: Edicao,
    rascunho_da_dora: Candidato,
    elis: User,
) -> dict[str, Any]:
    agora = timezone.now()
    Paredao.objects.filter(pk=paredao.pk).update(parciais="sempre")
    antes = agora - timedelta(minutes=5)
    suspeito = novo_paredao(paredao, "Com suspeitos", abre_em=agora - timedelta(hours=1))
    registro.gravar([VotoAceito(bytes.fromhex(VOTO), paredao.pk, 1, participantes[0].pk, agora.timestamp())])
    registro.gravar([VotoAceito(bytes(15) + b"\1", suspeito.pk, 1, participantes[0].pk, agora.timestamp(), None, 1)])
    Paredao.objects.filter(pk=suspeito.pk).update(fecha_em=antes)
    foto = Foto.objects.create(
        candidato=rascunho_da_dora, ordem=0, largura=600, altura=800, tamanho=1000, resumo=f"{9:064}"
    )
    de_elis = enviada(Candidato.objects.create(edicao=aberta, conta=elis, email=elis.email, situacao="rascunho"))
    Foto.objects.filter(candidato=de_elis).delete()
    return {
        "paredao_id": paredao.pk,
        "rascunho": novo_paredao(paredao, "Rascunho").pk,
        "encerrado": novo_paredao(paredao, "Encerrado", abre_em=antes - timedelta(hours=1), fecha_em=antes).pk,
        "suspeito": suspeito.pk,
        "codigo": VOTO,
        "edicao_id": aberta.pk,
        "protocolo": rascunho_da_dora.protocolo,
        "enviada": de_elis.protocolo,
        "foto": foto.pk,
        "participantes": [participante.pk for participante in participantes],
        "edicao": paredao.edicao_id,
    }


@pytest.fixture
def atores(dora: User, elis: User, estranho: User) -> dict[str, Ator]:
    chefe = produtor()
    return {
        "anonimo": anonimo(),
        "fa": com_sessao(estranho),
        "candidata": com_sessao(dora),
        "outra": com_sessao(elis),
        "sem_permissao": com_sessao(produtor(nome="novato", tudo=False)),
        "producao": com_sessao(chefe),
        **{escopo.value: com_token(chefe, escopo) for escopo in Escopo},
    }


class Desfazer(Exception):
    pass


def perguntar(ator: Ator, rota: tuple[str, str], enderecos: dict[str, Any]) -> int:
    """O status, sem deixar rasto: a linha seguinte da tabela encontra tudo como estava."""
    metodo, caminho = rota
    corpo = CORPOS.get(rota)
    if caminho == "/api/v1/producao/paredoes" and metodo == "post":
        corpo = {"edicao": enderecos["edicao"], "titulo": "Novo", "participantes": enderecos["participantes"]}
    if caminho.endswith("/fotos") and metodo == "put":
        corpo = {"ordem": [str(enderecos["foto"])]}
    if caminho == "/api/v1/candidatos" and metodo == "post" and "Authorization" in ator.cabecalhos:
        corpo = {"email": "nova@example.com"}
    status = 0
    try:
        with transaction.atomic():
            status = ator.pedir(metodo, caminho.format(**enderecos), corpo).status_code
            raise Desfazer
    except Desfazer:
        return status


def rotas_do_esquema() -> Iterator[tuple[str, str]]:
    for caminho, metodos in api.get_openapi_schema()["paths"].items():
        for metodo in metodos:
            yield metodo, caminho


def como_no_esquema(caminho: str) -> str:
    caminho = caminho.partition("?")[0].replace("{enviada}", "{protocolo}").replace("{foto}", "{foto_id}")
    for nome in ("rascunho", "encerrado", "suspeito"):
        caminho = caminho.replace(f"{{{nome}}}", "{paredao_id}")
    return caminho


def test_a_tabela_cobre_todas_as_rotas() -> None:
    assert sorted((metodo, como_no_esquema(caminho)) for metodo, caminho in TABELA) == sorted(rotas_do_esquema())
    assert {len(linha) for linha in TABELA.values()} == {len(COLUNAS)}


@pytest.mark.django_db
@pytest.mark.parametrize("rota", TABELA, ids=lambda rota: " ".join(rota))
def test_cada_rota_responde_a_cada_um_o_que_a_tabela_diz(
    rota: tuple[str, str], atores: dict[str, Ator], enderecos: dict[str, Any]
) -> None:
    assert list(atores) == list(COLUNAS)
    assert {nome: perguntar(ator, rota, enderecos) for nome, ator in atores.items()} == dict(
        zip(COLUNAS, TABELA[rota], strict=True)
    )
