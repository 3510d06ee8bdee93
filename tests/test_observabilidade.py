"""O painel, os alertas e o exemplo de coleta falam de métricas que existem, e o Prometheus os aceita."""

import json
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml
from prometheus_client.parser import text_string_to_metric_families

from bbb import metricas
from votacao import medidores
from votacao.medidores import Medidores

PASTA = Path(__file__).resolve().parent.parent / "deploy" / "observabilidade"
PROMTOOL = shutil.which("promtool")
METRICA = re.compile(r"\bbbb_[a-z0-9_]+")


def regras() -> list[dict[str, Any]]:
    dados = yaml.safe_load((PASTA / "regras.yml").read_text())
    return [regra for grupo in dados["groups"] for regra in grupo["rules"]]


def consultas_do_painel() -> list[tuple[str, str]]:
    painel = json.loads((PASTA / "painel.json").read_text())
    return [(parte["title"], alvo["expr"]) for parte in painel["panels"] for alvo in parte.get("targets", [])]


@pytest.fixture
def expostas(tmp_path: Path, settings: Any) -> dict[str, set[str]]:
    """Cada amostra que `/metricas/` escreve, e os rótulos dela, com um processo que já viu de tudo."""
    settings.METRICAS_PASTA = tmp_path
    medidos = Medidores()
    medidos.ligar(tmp_path / "um.med")
    medidos.anotar_pedido("admin", 200, 0.1)
    for nivel in metricas.NIVEIS:
        if nivel != "processos":
            medidos.marcar(nivel, 1)
    texto = metricas.texto().decode()
    return {
        amostra.name: set(amostra.labels)
        for familia in text_string_to_metric_families(texto)
        for amostra in familia.samples
    }


def test_alertas_e_painel_so_usam_metricas_e_rotulos_que_existem(expostas: dict[str, set[str]]) -> None:
    usadas = [(regra["alert"], regra["expr"]) for regra in regras()] + consultas_do_painel()
    assert len(usadas) > 40
    for onde, consulta in usadas:
        nomes = METRICA.findall(consulta)
        assert nomes or "up{" in consulta, f"{onde}: nenhuma métrica em {consulta}"
        for nome in nomes:
            assert nome in expostas, f"{onde}: {nome} não existe em /metricas/"
        for nome, rotulos in re.findall(r"\b(bbb_[a-z0-9_]+)\{([^}]*)\}", consulta):
            assert set(re.findall(r"(\w+)\s*=", rotulos)) <= expostas[nome], f"{onde}: rótulo de {nome}"


def test_toda_metrica_exposta_aparece_no_painel_ou_num_alerta(expostas: dict[str, set[str]]) -> None:
    usadas = {nome for _, consulta in consultas_do_painel() for nome in METRICA.findall(consulta)}
    usadas |= {nome for regra in regras() for nome in METRICA.findall(regra["expr"])}
    familias = {re.sub(r"_(bucket|sum|count|created)$", "", nome) for nome in usadas}
    assert {re.sub(r"_(bucket|sum|count|created)$", "", nome) for nome in expostas} == familias


def test_quantis_pedem_faixas_que_o_alerta_alcanca() -> None:
    """Um limite fora das faixas do histograma nunca tocaria."""
    assert medidores.ATRASOS.index(60.0) < len(medidores.ATRASOS) - 1
    assert medidores.DEMORAS.index(1.0) < len(medidores.DEMORAS) - 1


def test_alertas_dizem_o_que_houve_e_o_que_fazer_e_estao_na_pagina_do_operador() -> None:
    pagina = (PASTA.parent.parent / "docs" / "OBSERVAR.md").read_text()
    for regra in regras():
        assert regra["labels"]["gravidade"] in ("critica", "aviso")
        assert set(regra["annotations"]) == {"resumo", "oquefazer"}
        assert f"`{regra['alert']}`" in pagina, f"{regra['alert']} não está em docs/OBSERVAR.md"


def test_paineis_cabem_na_grade_e_nao_se_cobrem() -> None:
    painel = json.loads((PASTA / "painel.json").read_text())
    ocupadas: set[tuple[int, int]] = set()
    for parte in painel["panels"]:
        onde = parte["gridPos"]
        celulas = {
            (x, y) for x in range(onde["x"], onde["x"] + onde["w"]) for y in range(onde["y"], onde["y"] + onde["h"])
        }
        assert max(x for x, _ in celulas) < 24
        assert not celulas & ocupadas, parte["title"]
        ocupadas |= celulas
    assert len({parte["id"] for parte in painel["panels"]}) == len(painel["panels"])


def test_coleta_pede_o_endereco_certo() -> None:
    (trabalho,) = yaml.safe_load((PASTA / "prometheus.yml").read_text())["scrape_configs"]
    # O alerta PodSemMetricas e o painel contam com este nome.
    assert (trabalho["job_name"], trabalho["metrics_path"]) == ("bbb", "/metricas/")


@pytest.mark.servicos("promtool")
@pytest.mark.parametrize(
    "conferencia",
    [
        ["check", "rules", "regras.yml"],
        ["test", "rules", "regras_ensaio.yml"],
        ["check", "config", "--syntax-only", "prometheus.yml"],
    ],
)
def test_promtool_aceita(conferencia: list[str]) -> None:
    feito = subprocess.run([str(PROMTOOL), *conferencia], cwd=PASTA, capture_output=True, text=True)
    assert feito.returncode == 0, feito.stdout + feito.stderr


@pytest.mark.servicos("promtool")
def test_promtool_aceita_o_que_metricas_escreve(expostas: dict[str, set[str]]) -> None:
    feito = subprocess.run([str(PROMTOOL), "check", "metrics"], input=metricas.texto(), capture_output=True)
    assert feito.returncode == 0, feito.stdout + feito.stderr
