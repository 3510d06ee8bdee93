import ipaddress

import pytest

from votacao.recusas import PedidosDemais
from votacao.urna import limites


@pytest.fixture
def proxies(settings):  # type: ignore[no-untyped-def]
    settings.PROXIES_CONFIAVEIS = [ipaddress.ip_network("10.0.0.0/8"), ipaddress.ip_network("fd00::/8")]
    limites.confiavel.cache_clear()
    yield
    limites.confiavel.cache_clear()


@pytest.mark.parametrize(
    ("endereco", "origem"),
    [
        ("203.0.113.9", "203.0.113.9"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:db8:1:2:ffff::1", "2001:db8:1:2::/64"),
        ("2001:db8:1:3::1", "2001:db8:1:3::/64"),
        ("::ffff:203.0.113.9", "203.0.113.9"),
        ("unix", "unix"),
    ],
)
def test_origem_e_um_ipv4_ou_um_ipv6_64(endereco: str, origem: str) -> None:
    assert limites.origem(endereco) == origem


@pytest.mark.parametrize(
    ("par", "encaminhado", "quem"),
    [
        ("203.0.113.9", "8.8.8.8", "203.0.113.9"),
        ("10.1.1.1", "8.8.8.8", "8.8.8.8"),
        ("10.1.1.1", "1.1.1.1, 8.8.8.8", "8.8.8.8"),
        ("10.1.1.1", "1.1.1.1, 8.8.8.8, 10.2.2.2", "8.8.8.8"),
        ("10.1.1.1", "2001:db8::1", "2001:db8::1"),
        ("10.1.1.1", "8.8.8.8:4444", "8.8.8.8"),
        ("10.1.1.1", "[2001:db8::1]:4444", "2001:db8::1"),
        ("::ffff:10.1.1.1", "8.8.8.8", "8.8.8.8"),
        ("10.1.1.1", "lixo", "10.1.1.1"),
        ("10.1.1.1", "", "10.1.1.1"),
        ("10.1.1.1", "10.3.3.3", "10.1.1.1"),
    ],
)
@pytest.mark.usefixtures("proxies")
def test_so_um_proxy_nosso_diz_quem_pede(par: str, encaminhado: str, quem: str) -> None:
    assert limites.quem_pede(par, encaminhado) == quem


def test_alem_do_limite_recusa_so_aquela_origem(settings) -> None:  # type: ignore[no-untyped-def]
    settings.LIMITES_POR_ORIGEM = {"voto": "3/minute", "cedula": "3/minute"}
    for _ in range(3):
        limites.contar("voto", "203.0.113.9")
    with pytest.raises(PedidosDemais):
        limites.contar("voto", "203.0.113.9")
    limites.contar("cedula", "203.0.113.9")
    limites.contar("voto", "203.0.113.10")


def test_limites_desligados_nao_contam(settings) -> None:  # type: ignore[no-untyped-def]
    settings.LIMITES = False
    settings.LIMITES_POR_ORIGEM = {"voto": "1/minute"}
    for _ in range(5):
        limites.contar("voto", "203.0.113.9")
