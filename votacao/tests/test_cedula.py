import hashlib
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from votacao.recusas import CedulaForjada
from votacao.urna import cedula as cedulas

AGORA = 1_732_000_000.0


def emitir(**outros: int) -> tuple[str, int]:
    return cedulas.emitir(**{"paredao": 7, "modalidade": 1, "bits": 4, "porta": 0, "agora": AGORA, **outros})  # type: ignore[arg-type]


def test_cedula_volta_como_foi_emitida(settings: object) -> None:
    texto, expira_em = emitir()
    lida = cedulas.abrir(texto.encode())
    assert (lida.paredao, lida.modalidade, lida.bits, lida.porta, lida.expira_em) == (7, 1, 4, 0, expira_em)
    assert expira_em == int(AGORA) + 15 * 60
    assert len(lida.id) == 16


def test_cedula_e_ponto_enchem_um_bloco_de_sha256() -> None:
    texto, _ = emitir()
    assert len(f"{texto}.".encode()) == hashlib.sha256().block_size


def test_ids_vao_em_ordem_de_tempo() -> None:
    ids = []
    for _ in range(5):
        ids.append(cedulas.abrir(emitir()[0].encode()).id)
        time.sleep(0.002)
    assert ids == sorted(ids)
    assert len(set(ids)) == 5


@given(
    st.integers(min_value=0, max_value=61), st.sampled_from("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz-_")
)
def test_qualquer_caractere_trocado_e_forja(posicao: int, novo: str) -> None:
    texto, _ = emitir()
    trocado = texto[:posicao] + novo + texto[posicao + 1 :]
    if trocado == texto:
        assert cedulas.abrir(trocado.encode()).paredao == 7
    else:
        with pytest.raises(CedulaForjada):
            cedulas.abrir(trocado.encode())


@given(st.binary(max_size=200))
def test_lixo_e_forja_e_nunca_outro_erro(lixo: bytes) -> None:
    with pytest.raises(CedulaForjada):
        cedulas.abrir(lixo)


def test_cedula_de_outra_chave_e_forja(settings) -> None:  # type: ignore[no-untyped-def]
    texto, _ = emitir()
    settings.SECRET_KEY = "outra chave, de outra instalação"
    with pytest.raises(CedulaForjada):
        cedulas.abrir(texto.encode())


@pytest.mark.parametrize("bits", [0, 1, 4, 8, 12])
def test_prova_resolvida_basta(bits: int) -> None:
    texto, _ = emitir(bits=bits)
    assert cedulas.prova_basta(texto.encode(), cedulas.resolver(texto, bits).encode(), bits) is True


def test_prova_conta_zeros_a_esquerda() -> None:
    texto, _ = emitir()
    for tentativa in range(200):
        prova = str(tentativa).encode()
        zeros = 256 - int.from_bytes(hashlib.sha256(texto.encode() + b"." + prova).digest(), "big").bit_length()
        for bits in range(1, 12):
            assert cedulas.prova_basta(texto.encode(), prova, bits) is (zeros >= bits)
