"""As figuras medidas: cada seção guarda o que já tinha, e a nota sobre a máquina não sobrevive à medição seguinte."""

from pathlib import Path

from bench.anotadas import anotar, ler


def test_anotar_troca_so_as_chaves_dadas_da_secao(tmp_path: Path) -> None:
    arquivo = tmp_path / "docs" / "medidas.json"
    assert ler(arquivo) == {}
    anotar("fila", {"publicados_por_segundo": 10, "trabalhadores": 2}, arquivo)
    anotar("livro", {"bytes_por_voto_postgres": 100.1}, arquivo)
    anotar("fila", {"publicados_por_segundo": 20}, arquivo)
    lido = ler(arquivo)
    assert (lido["fila"], lido["livro"]) == (
        {"publicados_por_segundo": 20, "trabalhadores": 2},
        {"bytes_por_voto_postgres": 100.1},
    )
    assert set(lido["maquina"]) == {"nucleos", "quando"}
    assert [caminho.name for caminho in arquivo.parent.iterdir()] == ["medidas.json"]


def test_anotar_nota_da_maquina_vale_ate_a_medicao_seguinte(tmp_path: Path) -> None:
    arquivo = tmp_path / "medidas.json"
    anotar("maquina", {"nota": "dividida"}, arquivo)
    assert ler(arquivo)["maquina"]["nota"] == "dividida"
    anotar("web", {"processos": 2}, arquivo)
    assert "nota" not in ler(arquivo)["maquina"]
