"""As faltas de `bench.faltas`, uma por teste, sobre PostgreSQL, RabbitMQ e Redis só destes testes.

Cada uma é a mesma função que faz a linha da tabela de docs/FALTAS.md, com menos votos. Na integração contínua nenhuma é
pulada.
"""

from collections.abc import Iterator

import pytest

from bench.faltas import FALTAS, Bancada, Linha, bancada, comparar, ensaiar
from bench.servicos import faltam

pytestmark = pytest.mark.processos
PROPRIOS = {"postgres": "postgres_proprio", "rabbitmq": "rabbitmq_proprio", "redis": "redis_proprio"}


@pytest.fixture(scope="module")
def mesa() -> Iterator[Bancada]:
    """Os serviços ligam uma vez para todas as faltas: cada uma tem o seu banco, e começa com as filas vazias."""
    with bancada({nome for nome in PROPRIOS if not faltam([nome])}) as pronta:
        yield pronta


@pytest.mark.parametrize(
    "nome",
    [
        pytest.param(nome, marks=pytest.mark.servicos(*(PROPRIOS[servico] for servico in falta.servicos)))
        for nome, falta in FALTAS.items()
    ],
)
def test_falta_nao_perde_nem_repete_voto(nome: str, mesa: Bancada) -> None:
    linha = ensaiar(nome, mesa, pequeno=True)
    assert linha.erros == []
    assert linha.livro == linha.contados
    assert linha.livro - linha.incertos == linha.respondidos


A, B, C = "a" * 32, "b" * 32, "c" * 32


@pytest.mark.parametrize(
    ("livro", "contados", "conferir", "erro"),
    [
        ({A, B, C}, 3, 0, None),
        ({A, B}, 2, 0, None),
        ({A, C}, 2, 0, "1 votos respondidos não estão no livro"),
        ({A, B, "d" * 32}, 3, 0, "1 votos do livro não foram enviados nesta prova"),
        ({A, B}, 3, 0, "as contagens somam 3, e o livro tem 2"),
        ({A, B}, 2, 1, "manage.py conferir saiu com 1"),
    ],
    ids=["incerto no livro", "incerto fora dele", "perdido", "intruso", "contado duas vezes", "não confere"],
)
def test_tabela_acusa_a_diferenca(livro: set[str], contados: int, conferir: int, erro: str | None) -> None:
    linha = Linha("x", "x")
    comparar(linha, respondidos={A, B}, incertos={B, C}, livro=livro, contados=contados, conferir=conferir)
    assert linha.erros == ([] if erro is None else [erro])


def test_tabela_acusa_prova_sem_voto_nenhum() -> None:
    linha = Linha("x", "x")
    comparar(linha, respondidos=set(), incertos=set(), livro=set(), contados=0, conferir=0)
    assert linha.erros == ["nenhum voto foi respondido: a prova não provou nada"]
