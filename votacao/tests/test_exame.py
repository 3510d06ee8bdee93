"""As regras do voto, sem banco: quem passa, quem não passa, e em que ordem."""

import math
from urllib.parse import urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from votacao.recusas import (
    CedulaDeOutroParedao,
    CedulaForjada,
    CedulaVencida,
    ForaDoParedao,
    ParedaoFechado,
    ParedaoNaoAberto,
    PedidoMalformado,
    ProvaInsuficiente,
    Recusa,
    SemTorcida,
)
from votacao.urna import cedula as cedulas
from votacao.urna import exame
from votacao.urna.catalogo import ParedaoNaUrna

AGORA = 1_732_000_000.0
PAREDAO = ParedaoNaUrna(7, AGORA - 3600, AGORA + 60, frozenset({1, 2}), True, 4)


def corpo(participante: object = 1, *, paredao: int = 7, bits: int = 4, agora: float = AGORA) -> bytes:
    texto, _ = cedulas.emitir(paredao=paredao, modalidade=1, bits=bits, porta=0, agora=agora)
    return f"participante={participante}&cedula={texto}&prova={cedulas.resolver(texto, bits)}".encode()


def test_voto_bom_e_aceito() -> None:
    voto = exame.examinar(corpo(2), PAREDAO, AGORA)
    assert (voto.paredao, voto.participante, voto.modalidade, voto.aceito_em, voto.recusa) == (7, 2, 1, AGORA, None)


@pytest.mark.parametrize(
    ("bruto", "recusa"),
    [
        (b"", PedidoMalformado),
        (b"participante=1&cedula=&prova=", PedidoMalformado),
        (b"participante=1&participante=1&cedula=" + b"A" * 63, PedidoMalformado),
        (b"participante=1&cedula=" + b"A" * 62 + b"&prova=1", PedidoMalformado),
        (b"participante=1&cedula=" + b"A" * 63 + b"&prova=" + b"1" * 21, PedidoMalformado),
        (b"participante=-1&cedula=" + b"A" * 63 + b"&prova=1", PedidoMalformado),
        ("participante=１&cedula=".encode() + b"A" * 63 + b"&prova=1", PedidoMalformado),
        (b"participante=1&cedula=" + b"A" * 63 + b"&prova=1", CedulaForjada),
        (b"participante=3&cedula=" + b"A" * 63 + b"&prova=1", ForaDoParedao),
        (corpo(paredao=8), CedulaDeOutroParedao),
        (corpo(bits=0).replace(b"prova=", b"prova=1"), None),
    ],
)
def test_cada_defeito_tem_a_sua_recusa(bruto: bytes, recusa: type[Recusa] | None) -> None:
    if recusa is None:
        assert exame.examinar(bruto, PAREDAO, AGORA).recusa is None
        return
    with pytest.raises(recusa):
        exame.examinar(bruto, PAREDAO, AGORA)


def test_prova_insuficiente_e_recusada() -> None:
    texto, _ = cedulas.emitir(paredao=7, modalidade=1, bits=30, porta=0, agora=AGORA)
    with pytest.raises(ProvaInsuficiente):
        exame.examinar(f"participante=1&cedula={texto}&prova=1".encode(), PAREDAO, AGORA)


@pytest.mark.parametrize(
    ("agora", "recusa"),
    [
        (PAREDAO.abre_em - 0.001, ParedaoNaoAberto),
        (PAREDAO.abre_em, None),
        (PAREDAO.fecha_em - 0.001, None),
        (PAREDAO.fecha_em, ParedaoFechado),
        (PAREDAO.fecha_em + 0.001, ParedaoFechado),
    ],
)
def test_a_janela_abre_no_instante_e_fecha_no_instante(agora: float, recusa: type[Recusa] | None) -> None:
    assert exame.examinar(corpo(agora=agora), PAREDAO, agora).recusa is recusa


def test_cedula_vence_no_instante() -> None:
    sem_fim = ParedaoNaUrna(7, 0.0, math.inf, frozenset({1}), True, 4)
    bruto = corpo()
    assert exame.examinar(bruto, sem_fim, AGORA + 899).recusa is None
    assert exame.examinar(bruto, sem_fim, AGORA + 900).recusa is CedulaVencida


@given(st.binary(max_size=5000))
def test_qualquer_corpo_e_aceito_ou_recusado_e_nunca_outro_erro(bruto: bytes) -> None:
    with pytest.raises(Recusa):
        exame.examinar(bruto, PAREDAO, AGORA)


@given(
    st.lists(
        st.tuples(
            st.sampled_from(["participante", "cedula", "prova", "csrfmiddlewaretoken", "x"]),
            st.one_of(st.just("1"), st.just("A" * 63), st.text(max_size=30)),
        ),
        max_size=8,
    )
)
def test_qualquer_formulario_da_os_campos_ou_malformado(pares: list[tuple[str, str]]) -> None:
    try:
        lido = exame.ler_formulario(urlencode(pares, errors="surrogatepass").encode())
    except PedidoMalformado:
        return
    valores = dict(pares)
    assert lido.participante == int(valores["participante"])
    assert lido.cedula.decode() == valores["cedula"]
    assert lido.prova.decode() == valores.get("prova", "")
    assert [nome for nome, _ in pares].count("cedula") == 1


@given(st.permutations(["participante=2", "cedula=" + "A" * 63, "prova=12"]))
def test_a_ordem_dos_campos_nao_importa(campos: list[str]) -> None:
    assert exame.ler_formulario("&".join(campos).encode()) == (2, b"A" * 63, b"12")


def test_so_se_emite_cedula_com_a_votacao_aberta() -> None:
    exame.pode_emitir(PAREDAO, AGORA)
    with pytest.raises(ParedaoNaoAberto):
        exame.pode_emitir(PAREDAO, PAREDAO.abre_em - 1)
    with pytest.raises(ParedaoFechado):
        exame.pode_emitir(PAREDAO, PAREDAO.fecha_em)
    with pytest.raises(SemTorcida):
        exame.pode_emitir(ParedaoNaUrna(7, 0.0, math.inf, frozenset({1}), False, 4), AGORA)


@pytest.mark.parametrize(
    ("sec_fetch_site", "origem", "mesmo"),
    [
        ("", "", True),
        ("same-origin", "", True),
        ("none", "", True),
        ("same-site", "", False),
        ("cross-site", "", False),
        ("cross-site", "http://votos.example", False),
        ("", "http://votos.example", True),
        ("", "https://votos.example", True),
        ("", "http://votos.example:81", False),
        ("", "http://outro.example", False),
        ("", "null", False),
        ("", "http://[", False),
        ("", "http://[::1]", False),
        ("same-origin", "http://outro.example", True),
        ("cross-site", "https://amigo.example", True),
    ],
)
def test_de_onde_veio_o_pedido(settings, sec_fetch_site: str, origem: str, mesmo: bool) -> None:  # type: ignore[no-untyped-def]
    settings.CSRF_TRUSTED_ORIGINS = ["https://amigo.example"]
    settings.HTTPS = False
    exame.mesmo_site.cache_clear()
    assert exame.mesmo_site(sec_fetch_site, origem, "votos.example") is mesmo
    exame.mesmo_site.cache_clear()


def test_com_https_uma_origem_http_e_outro_site(settings) -> None:  # type: ignore[no-untyped-def]
    settings.HTTPS = True
    exame.mesmo_site.cache_clear()
    assert exame.mesmo_site("", "http://votos.example", "votos.example") is False
    assert exame.mesmo_site("", "https://votos.example", "votos.example") is True
    exame.mesmo_site.cache_clear()


@pytest.mark.parametrize(
    ("aceita", "json"),
    [
        ("", False),
        ("*/*", False),
        ("application/json", True),
        ("application/json, text/plain", True),
        ("text/html,application/json", False),
    ],
)
def test_quem_quer_json(aceita: str, json: bool) -> None:
    assert exame.quer_json(aceita) is json
