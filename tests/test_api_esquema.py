"""O esquema diz a verdade: pedidos feitos dele, certos e errados, nunca dão 5xx nem uma resposta que ele não declara.

Quem os faz é o Schemathesis, sempre os mesmos (sem acaso), contra o WSGI de verdade, no processo: sem se identificar,
com a sessão de uma candidata, com a da produção e com um token de todos os escopos.
"""

import json
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
import schemathesis
from django.contrib.auth.models import User
from django.core.serializers.json import DjangoJSONEncoder
from django.core.signals import request_finished, request_started
from django.db import close_old_connections, transaction
from django.utils import timezone
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from api.problema import CASOS, TIPO
from api.quem import Escopo
from bbb.api import api
from bbb.wsgi import application
from inscricoes.models import Candidato, Edicao
from inscricoes.tests import conftest as inscritos
from tests.api import Ator, com_sessao, com_token, enviada, novo_paredao, produtor
from votacao.models import Paredao, Participante

EXEMPLOS = 10
"""Por rota e por quem pede: uns 1.600 pedidos ao todo."""
CHECAGENS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]
aberta, dora, elis = inscritos.aberta, inscritos.dora, inscritos.elis
rascunho_da_dora = inscritos.rascunho_da_dora
QUEM = ("ninguem", "candidata", "producao", "token")


@pytest.fixture(scope="module")
def esquema() -> Any:
    """O que `/api/openapi.json` responde, ligado ao WSGI."""
    lido = schemathesis.openapi.from_dict(json.loads(json.dumps(api.get_openapi_schema(), cls=DjangoJSONEncoder)))
    lido.app = com_endereco
    return lido


def com_endereco(environ: dict[str, Any], start_response: Any) -> Any:
    """Todo servidor diz de que endereço vem o pedido; o cliente do Schemathesis, não."""
    return application({**environ, "REMOTE_ADDR": "127.0.0.1"}, start_response)


@pytest.fixture
def conexao_do_teste(atores: dict[str, dict[str, str]]) -> Iterator[None]:
    """Cada pedido fecharia a conexão do teste, e com ela a transação. Depois dos atores, que a religam."""
    request_started.disconnect(close_old_connections)
    request_finished.disconnect(close_old_connections)
    yield
    request_started.connect(close_old_connections)
    request_finished.connect(close_old_connections)


@pytest.fixture
def enderecos(
    paredao: Paredao,
    participantes: list[Participante],
    aberta: Edicao,
    rascunho_da_dora: Candidato,
    elis: User,
    settings: Any,
) -> dict[str, list[Any]]:
    settings.LIMITES = False
    settings.CEDULA_BITS = 0
    agora = timezone.now()
    Paredao.objects.filter(pk=paredao.pk).update(parciais="sempre")
    encerrado = novo_paredao(
        paredao, "Encerrado", abre_em=agora - timedelta(hours=2), fecha_em=agora - timedelta(hours=1)
    )
    de_elis = enviada(Candidato.objects.create(edicao=aberta, conta=elis, email=elis.email, situacao="rascunho"))
    return {
        "paredao_id": [paredao.pk, encerrado.pk, novo_paredao(paredao, "Rascunho").pk],
        "edicao_id": [aberta.pk],
        "protocolo": [rascunho_da_dora.protocolo, de_elis.protocolo],
    }


def cabecalhos_de(ator: Ator) -> dict[str, str]:
    bolachas = "; ".join(f"{nome}={bolacha.value}" for nome, bolacha in ator.cliente.cookies.items())
    return {**ator.cabecalhos, **({"Cookie": bolachas} if bolachas else {})}


@pytest.fixture
def atores(dora: User) -> dict[str, dict[str, str]]:
    chefe = produtor()
    return {
        "ninguem": {},
        "candidata": cabecalhos_de(com_sessao(dora)),
        "producao": cabecalhos_de(com_sessao(chefe)),
        "token": cabecalhos_de(com_token(chefe, *Escopo)),
    }


def operacoes() -> Iterator[tuple[str, str]]:
    for caminho, metodos in api.get_openapi_schema()["paths"].items():
        for metodo in metodos:
            yield metodo.upper(), caminho


class Desfazer(Exception):
    pass


@pytest.mark.django_db
@pytest.mark.usefixtures("conexao_do_teste")
@pytest.mark.parametrize(("metodo", "caminho"), list(operacoes()))
def test_nenhuma_resposta_fora_do_esquema(
    esquema: Any, enderecos: dict[str, list[Any]], atores: dict[str, dict[str, str]], metodo: str, caminho: str
) -> None:
    assert tuple(atores) == QUEM
    for quem, cabecalhos in atores.items():
        vistos = perguntar_como(esquema[caminho][metodo], enderecos, cabecalhos)
        assert vistos, quem
        if quem == "ninguem" and "security" in esquema[caminho][metodo].definition.raw:
            assert set(vistos) == {401}


def perguntar_como(operacao: Any, enderecos: dict[str, list[Any]], cabecalhos: dict[str, str]) -> list[int]:
    """Os status de cada pedido; falha no primeiro que o esquema não declara."""
    vistos: list[int] = []

    @settings(
        max_examples=EXEMPLOS,
        derandomize=True,
        database=None,
        deadline=None,
        phases=[Phase.explicit, Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(caso=operacao.as_strategy())
    def perguntar(caso: Any) -> None:
        # Na maior parte das vezes, algo que existe: um endereço ao acaso só mostraria o 404.
        for nome, existentes in enderecos.items():
            if nome in (caso.path_parameters or {}) and len(vistos) % 4:
                caso.path_parameters[nome] = existentes[len(vistos) % len(existentes)]
        try:
            with transaction.atomic():
                resposta = caso.call(headers=cabecalhos)
                raise Desfazer
        except Desfazer:
            vistos.append(resposta.status_code)
        caso.validate_response(resposta, checks=CHECAGENS)
        if resposta.status_code >= 400:
            assert resposta.headers["content-type"][0] == TIPO
            problema = resposta.json()
            assert (problema["status"], problema["title"]) == (resposta.status_code, CASOS[problema["codigo"]].titulo)

    perguntar()
    assert max(vistos) < 500
    return vistos


def test_cada_rota_diz_o_que_faz_com_exemplos_e_todos_os_seus_erros() -> None:
    for caminho, metodos in api.get_openapi_schema()["paths"].items():
        for metodo, rota in metodos.items():
            onde = f"{metodo} {caminho}"
            assert rota["summary"], onde
            assert rota["description"], onde
            assert rota["tags"], onde
            assert not any(nome.startswith("x-codigos") for nome in rota), onde
            assert {429, 500, 503} <= set(rota["responses"]), onde
            for status, resposta in rota["responses"].items():
                assert resposta["description"], onde
                if status >= 400:
                    assert list(resposta["content"]) == [TIPO], onde
                    assert resposta["content"][TIPO]["examples"], onde
            if "security" in rota:
                assert {401, 403} <= set(rota["responses"]), onde
                assert rota["security"] == [{"Token": []}, {"Sessao": []}], onde


def test_o_esquema_se_le_pelo_site(client: Any) -> None:
    resposta = client.get("/api/openapi.json")
    assert (resposta.status_code, resposta.json()["openapi"]) == (200, "3.1.0")
    assert {caminho.split("/")[2] for caminho in resposta.json()["paths"]} == {"v1"}
