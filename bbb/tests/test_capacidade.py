"""A conta da noite e a simulação da fila: o que se conserva, o que cresce com o quê, e o que se recusa."""

import json
from io import StringIO
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
import yaml
from django.core.management import CommandError, call_command

from bbb import capacidade
from bbb.capacidade import manifestos

MEDIDAS: dict[str, dict[str, Any]] = {
    "fila": {
        "publicados_por_segundo": 14_000,
        "drenados_por_segundo": 20_000,
        "bytes_por_voto": 60,
        "trabalhadores": 2,
    },
    "web": {"votos_por_segundo": 27_000, "jornadas_por_segundo": 9_000, "processos": 2},
    "livro": {"bytes_por_voto_postgres": 100},
    "maquina": {"nucleos": 2},
}
"""Redondas de propósito: as contas dos testes fazem-se de cabeça."""
RECORDE = 1_532_944_337


@pytest.fixture
def arquivo(tmp_path: Path) -> Path:
    arquivo = tmp_path / "medidas.json"
    arquivo.write_text(json.dumps(MEDIDAS))
    return arquivo


@pytest.fixture
def medidas(arquivo: Path) -> capacidade.Medidas:
    return capacidade.ler(arquivo)


def _com(tmp_path: Path, secao: str, **mudancas: Any) -> Path:
    arquivo = tmp_path / "outras.json"
    arquivo.write_text(json.dumps({**MEDIDAS, secao: {**MEDIDAS[secao], **mudancas}}))
    return arquivo


# --- A curva ---


@pytest.mark.parametrize(
    ("pico", "total", "horas"), [(60_000, RECORDE, 48), (100, 1_000_000, 24), (10, 36_000, 1), (20_000, RECORDE, 48)]
)
def test_curva_soma_o_total_e_chega_ao_pico(pico: float, total: float, horas: float) -> None:
    noite = capacidade.curva(pico=pico, total=total, horas=horas)

    assert sum(noite.degraus) * capacidade.PASSO == pytest.approx(total, rel=1e-9)
    assert max(noite.degraus) == pytest.approx(pico, rel=1e-6)
    assert min(noite.degraus) >= 0
    assert len(noite.degraus) * capacidade.PASSO == horas * 3600


def test_curva_constante_quando_o_pico_e_a_media() -> None:
    noite = capacidade.curva(pico=10, total=36_000, horas=1)

    assert (min(noite.degraus), max(noite.degraus)) == (pytest.approx(10), pytest.approx(10))


@pytest.mark.parametrize(
    ("pico", "total", "horas", "diz"),
    [
        (0, 100, 1, "O pico, em votos por segundo, tem de ser maior que zero."),
        (-5, 100, 1, "O pico, em votos por segundo, tem de ser maior que zero."),
        (float("nan"), 100, 1, "O pico, em votos por segundo, tem de ser maior que zero."),
        (10, 0, 1, "O total de votos tem de ser ao menos 1."),
        (10, float("inf"), 1, "O total de votos tem de ser ao menos 1."),
        (10, 100, 0, "As horas de votação vão de 1 a 336 (duas semanas)."),
        (10, 100, 1000, "As horas de votação vão de 1 a 336 (duas semanas)."),
        (
            10,
            RECORDE,
            48,
            "O pico (10 votos/s) fica abaixo da média: 1.532.944.337 votos em 48 h são 8.871 por segundo. "
            "Aumente --pico ou --horas.",
        ),
        (
            60_000,
            1000,
            48,
            "Só a corrida até o pico de 60.000 votos/s já passaria de 1.000 votos. Diminua --pico ou aumente --total.",
        ),
    ],
)
def test_noite_impossivel_diz_por_que(pico: float, total: float, horas: float, diz: str) -> None:
    with pytest.raises(capacidade.NoiteImpossivel) as erro:
        capacidade.curva(pico=pico, total=total, horas=horas)

    assert str(erro.value) == diz


# --- O plano ---


def test_plano_da_noite_de_recorde(medidas: capacidade.Medidas) -> None:
    plano = capacidade.planejar(medidas, capacidade.curva(pico=60_000, total=RECORDE, horas=48))

    # 60.000/s × (2/14.000 + (3 − 1) × 2/27.000) = 17,46 processos ocupados; a 60 %, 29,1.
    assert (plano.processos_web, plano.pods_web) == (30, 15)
    # 10.000/s por trabalhador: 6 ocupados; a 80 %, 7,5.
    assert (plano.processos_trabalhadores, plano.pods_trabalhadores, plano.drena) == (8, 4, 80_000)
    assert plano.represado == 60_000 * 120
    assert plano.fila_bytes_por_segundo == 60_000 * 60
    assert plano.banco_livro == RECORDE * 100
    assert plano.banco_wal_por_segundo == 60_000 * 250
    # 2 núcleos drenam 20.000/s: 6 núcleos no pico, metade do banco, a 80 %.
    assert plano.banco_cpu == 4
    assert plano.banco_conexoes == 30 * 10 + 8 + 40


def test_plano_cresce_com_o_pico_e_diminui_com_maquina_melhor(tmp_path: Path, medidas: capacidade.Medidas) -> None:
    def planejar(pico: float, quais: capacidade.Medidas) -> capacidade.Plano:
        return capacidade.planejar(quais, capacidade.curva(pico=pico, total=RECORDE, horas=48))

    melhor = capacidade.ler(_com(tmp_path, "fila", publicados_por_segundo=28_000, drenados_por_segundo=40_000))

    assert planejar(30_000, medidas).pods_web < planejar(60_000, medidas).pods_web
    assert planejar(60_000, melhor).pods_web < planejar(60_000, medidas).pods_web
    assert planejar(60_000, melhor).pods_trabalhadores == planejar(60_000, medidas).pods_trabalhadores // 2


def test_cpu_medida_dos_trabalhadores_diz_quanto_sobra_para_o_banco(tmp_path: Path) -> None:
    # 20.000/s × 25 µs = 0,5 dos 2 núcleos: três quartos são do banco e do broker.
    medidas = capacidade.ler(_com(tmp_path, "fila", cpu_us_por_voto_drenado=25))

    assert (medidas.parte_do_banco, medidas.parte_medida) == (0.75, True)


# --- As medidas ---


def test_medidas_que_nao_existem_dizem_que_comando_as_escreve(tmp_path: Path) -> None:
    with pytest.raises(capacidade.MedidaFaltando) as erro:
        capacidade.ler(tmp_path / "nada.json")

    assert str(erro.value) == f"{tmp_path}/nada.json não existe. Escreva-o com: make bench"


@pytest.mark.parametrize("valor", [None, 0, -1, "14000", True, float("nan")])
def test_medida_que_falta_ou_nao_serve_e_dita_pelo_nome(tmp_path: Path, valor: Any) -> None:
    with pytest.raises(capacidade.MedidaFaltando, match=r"fila\.publicados_por_segundo falta ou não é um número"):
        capacidade.ler(_com(tmp_path, "fila", publicados_por_segundo=valor))


@pytest.mark.parametrize("texto", ["", "[]", "{", "null"])
def test_arquivo_que_nao_e_de_medidas_e_recusado(tmp_path: Path, texto: str) -> None:
    arquivo = tmp_path / "m.json"
    arquivo.write_text(texto)
    with pytest.raises(capacidade.MedidaFaltando, match="make bench"):
        capacidade.ler(arquivo)


# --- A simulação ---


@pytest.fixture
def plano(medidas: capacidade.Medidas) -> capacidade.Plano:
    """Uma noite pequena: 8 horas, pico de 5.000/s; dois pods de trabalhadores, que drenam 40.000/s."""
    return capacidade.planejar(medidas, capacidade.curva(pico=5000, total=20_000_000, horas=8))


def test_simulacao_conta_todos_os_votos_em_todas_as_noites(plano: capacidade.Plano) -> None:
    for falha in capacidade.falhas_da_noite(plano.noite):
        simulacao = capacidade.simular(plano, falha)
        assert simulacao.contados == pytest.approx(20_000_000, abs=simulacao.votos_por_evento), falha.nome


def test_simulacao_sem_falhas_fica_em_dia(plano: capacidade.Plano) -> None:
    simulacao = capacidade.simular(plano, capacidade.Falha("sem falhas"))

    assert simulacao.maior_atraso < 1
    assert simulacao.esvaziou_em == 0


def test_banco_fora_represa_o_que_chega_e_depois_esvazia(plano: capacidade.Plano) -> None:
    inicio = plano.noite.instante_do_pico - 60
    simulacao = capacidade.simular(plano, capacidade.Falha("banco fora", inicio, 120, fora=1.0))

    # Chegam quase 5.000/s por 120 s, e ninguém grava.
    assert simulacao.maior_fila == pytest.approx(5000 * 120, rel=0.02)
    # Quem chega no primeiro instante espera os 120 s, e a sua vez.
    assert 120 < simulacao.maior_atraso < 125
    # A drenar 40.000/s com 5.000/s a chegar, 600.000 votos levam 17 s.
    assert simulacao.esvaziou_em == pytest.approx(600_000 / 35_000, rel=0.25)


def test_trabalhadores_de_menos_atrasam_e_mesmo_assim_contam_tudo(plano: capacidade.Plano, tmp_path: Path) -> None:
    lentos = capacidade.ler(_com(tmp_path, "fila", drenados_por_segundo=2000))
    noite = capacidade.curva(pico=5000, total=20_000_000, horas=8)
    plano_lento = capacidade.planejar(lentos, noite)
    simulacao = capacidade.simular(plano_lento, capacidade.Falha("sem falhas"), trabalhadores=1)

    assert simulacao.contados == pytest.approx(20_000_000, abs=simulacao.votos_por_evento)
    # 20 milhões a 1.000/s são 20.000 s; a votação tem 28.800 s, mas o pico é no fim dela.
    assert simulacao.maior_atraso > 60
    assert simulacao.depois_do_fim > 60


def test_menos_trabalhadores_bastam_a_quem_pode_esperar(plano: capacidade.Plano, tmp_path: Path) -> None:
    lentos = capacidade.ler(_com(tmp_path, "fila", drenados_por_segundo=400))
    plano_lento = capacidade.planejar(lentos, plano.noite)
    quantos = [capacidade.trabalhadores_para(plano_lento, espera) for espera in (0, 60, 600, 3600)]

    assert quantos == sorted(quantos, reverse=True)
    assert quantos[0] == 25  # 5.000/s a 200/s cada um
    assert quantos[-1] < quantos[0]


def test_mesma_semente_da_a_mesma_noite(plano: capacidade.Plano) -> None:
    falha = capacidade.falhas_da_noite(plano.noite)[2]

    assert capacidade.simular(plano, falha, semente=7) == capacidade.simular(plano, falha, semente=7)


# --- O comando ---


def _comando(*argumentos: str) -> str:
    saida = StringIO()
    call_command("capacidade", *argumentos, stdout=saida, stderr=StringIO())
    return saida.getvalue()


def test_comando_imprime_o_que_se_mediu_o_que_se_supos_e_a_simulacao(arquivo: Path) -> None:
    saida = _comando("--pico", "5000", "--total", "20000000", "--horas", "8", "--medidas", str(arquivo))

    assert "20.000.000 votos em 8 h (média de 694/s), pico de 5.000/s" in saida
    for titulo in ("O que se mediu", "O que a noite pede (extrapolado)", "A fila, simulada", "Suposições"):
        assert f"### {titulo}" in saida
    assert "| banco fora 2 min no pico " in saida
    assert "Mais processos e mais máquinas rendem em proporção ao medido." in saida


@pytest.mark.parametrize(
    ("um_escritor", "diz"),
    [(10_000, "2,0 vezes o pico: chega"), (2500, "50 % do pico: o resto atrasa na fila até o pico passar")],
)
def test_comando_diz_o_primeiro_gargalo_quando_um_escritor_foi_medido(
    tmp_path: Path, um_escritor: int, diz: str
) -> None:
    medidas = _com(tmp_path, "livro", gravados_por_segundo_um_escritor=um_escritor)
    saida = _comando("--pico", "5000", "--total", "20000000", "--horas", "8", "--medidas", str(medidas))

    assert "### O primeiro gargalo" in saida
    assert diz in saida


def test_figura_e_um_svg_que_nao_carrega_nada_de_fora(arquivo: Path, tmp_path: Path) -> None:
    figura = tmp_path / "fila.svg"
    _comando(
        "--pico", "5000", "--total", "20000000", "--horas", "8", "--medidas", str(arquivo), "--figura", str(figura)
    )

    raiz = ElementTree.fromstring(figura.read_text())
    assert raiz.tag == "{http://www.w3.org/2000/svg}svg"
    assert [elemento.tag for elemento in raiz.iter() if elemento.tag.endswith(("script", "image"))] == []
    textos = {(elemento.text or "").strip() for elemento in raiz.iter()}
    assert {
        "fila: sem falhas",
        "fila: banco fora 2 min no pico",
        "Votos na fila à volta do pico, com e sem falhas",
    } <= (textos)


def test_comando_recusa_figura_que_nao_e_svg_e_noite_impossivel(arquivo: Path) -> None:
    with pytest.raises(CommandError, match=r"--figura escreve um \.svg, e não 'fila\.png'"):
        _comando("--pico", "5000", "--total", "20000000", "--medidas", str(arquivo), "--figura", "fila.png")
    with pytest.raises(CommandError, match="fica abaixo da média"):
        _comando("--pico", "1", "--total", "20000000", "--medidas", str(arquivo))
    with pytest.raises(CommandError, match=r"Escreva-o com: make bench"):
        _comando("--pico", "5000", "--total", "20000000", "--medidas", "/nao/existe.json")


def test_remendos_trazem_o_plano(medidas: capacidade.Medidas) -> None:
    plano = capacidade.planejar(medidas, capacidade.curva(pico=60_000, total=RECORDE, horas=48))
    documentos = {
        d["kind"]: d["spec"] for d in yaml.safe_load_all(manifestos.remendos(plano)) if d["kind"] != "Deployment"
    }

    assert documentos["HorizontalPodAutoscaler"] == {"minReplicas": plano.pods_web_minimo, "maxReplicas": 15}
    assert documentos["ScaledObject"]["maxReplicaCount"] == 4
    assert documentos["Cluster"]["postgresql"]["parameters"]["max_connections"] == "348"
