"""O que acontece ao mesmo tempo, com threads e banco de verdade."""

from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

import pytest
from allauth.account.models import EmailAddress
from django.conf import settings as configuracao
from django.contrib.auth.models import User
from django.core import mail
from django.core.cache import cache
from django.db import connection
from django.test import Client

from bbb.contas import contas
from bbb.contas.tests.conftest import Pedir, codigo_da

pytestmark = pytest.mark.django_db(transaction=True)
JUNTOS = 6
NOVA = "nova@exemplo.com.br"


@pytest.fixture(autouse=True)
def _do_zero(transactional_db: None) -> None:
    cache.clear()


def ao_mesmo_tempo(fazer: Callable[[int], Any], quantos: int = JUNTOS) -> list[Any]:
    largada = Barrier(quantos)

    def um(n: int) -> Any:
        try:
            largada.wait()
            return fazer(n)
        finally:
            connection.close()

    with ThreadPoolExecutor(quantos) as threads:
        return list(threads.map(um, range(quantos)))


def com_a_sessao_de(cliente: Client) -> Client:
    outro = Client()
    outro.cookies[configuracao.SESSION_COOKIE_NAME] = cliente.cookies[configuracao.SESSION_COOKIE_NAME].value
    return outro


def test_provar_o_mesmo_email_ao_mesmo_tempo_cria_uma_conta() -> None:
    feitas = ao_mesmo_tempo(lambda _: contas.conta_para(NOVA).pk)
    assert len(set(feitas)) == 1
    assert [conta.pk for conta in User.objects.all()] == [feitas[0]]
    assert EmailAddress.objects.count() == 1


def test_o_mesmo_formulario_ao_mesmo_tempo_manda_uma_carta() -> None:
    clientes = [Client() for _ in range(JUNTOS)]
    dados = {"email": NOVA, "pedido": "o-mesmo-formulario"}
    status = ao_mesmo_tempo(lambda n: clientes[n].post("/conta/entrar/", dados).status_code)
    assert status == [302] * JUNTOS
    assert len(mail.outbox) == 1
    codigo = codigo_da(mail.outbox[0])
    # Qualquer das sessões que o navegador tenha guardado serve.
    assert clientes[-1].post("/conta/codigo/", {"codigo": codigo}).status_code == 302


def test_o_mesmo_codigo_ao_mesmo_tempo_entra_em_uma_conta(client: Client, pedir_codigo: Pedir) -> None:
    codigo = pedir_codigo(NOVA)
    clientes = [com_a_sessao_de(client) for _ in range(4)]
    status = ao_mesmo_tempo(lambda n: clientes[n].post("/conta/codigo/", {"codigo": codigo}).status_code, 4)
    assert status == [302] * 4
    assert len({cliente.session["_auth_user_id"] for cliente in clientes}) == 1
    assert User.objects.count() == 1


def test_chutes_ao_mesmo_tempo_contam_um_a_um(client: Client, pedir_codigo: Pedir) -> None:
    """Todos leem a sessão antes de qualquer um gravar nela o seu erro; ainda assim, só cinco são olhados."""
    certo = int(pedir_codigo(NOVA).replace("-", ""))
    clientes = [com_a_sessao_de(client) for _ in range(JUNTOS)]

    def chutar(n: int) -> int:
        return clientes[n].post("/conta/codigo/", {"codigo": f"{(certo + 1 + n) % 10**8:08d}"}).status_code

    status = Counter(ao_mesmo_tempo(chutar))
    assert status[422] <= 5
    assert status[302] == 0
    assert not User.objects.exists()
