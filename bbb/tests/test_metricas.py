"""As métricas: o que se conta aparece, somado entre processos, e só a quem pode ver."""

import fcntl
import json
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import amqp
import kombu
import pytest
from django.test import Client
from prometheus_client.parser import text_string_to_metric_families

from bbb import metricas
from tests.servidor import porta_livre
from votacao import medidores
from votacao.medidores import Medidores
from votacao.recusas import CedulaUsada

FICHA = "uma-ficha-de-teste-123"


def ler(texto: str) -> dict[str, float]:
    """Cada amostra por nome e rótulos, como o Prometheus a escreve."""
    return {
        amostra.name + "".join(f"|{valor}" for _, valor in sorted(amostra.labels.items())): amostra.value
        for familia in text_string_to_metric_families(texto)
        for amostra in familia.samples
    }


@pytest.fixture
def pasta(tmp_path: Path, settings: Any) -> Iterator[Path]:
    settings.METRICAS_PASTA = tmp_path
    yield tmp_path
    settings.METRICAS_PASTA = None


def processo(pasta: Path, nome: str) -> Medidores:
    medidos = Medidores()
    medidos.ligar(pasta / f"{nome}.med")
    return medidos


def morrer(medidos: Medidores) -> None:
    """Solta a tranca, como a morte do processo."""
    assert medidos._arquivo is not None
    fcntl.flock(medidos._arquivo, fcntl.LOCK_UN)


def test_dois_processos_somam_se_e_os_niveis_sao_so_dos_vivos(pasta: Path) -> None:
    um, outro = processo(pasta, "um"), processo(pasta, "outro")
    um.contar(10)
    outro.contar(32)
    um.recusar("encerrado")
    um.marcar("urna_pendentes", 5)
    outro.marcar("urna_pendentes", 7)
    um.marcar("fila_pendentes", 100, todos_veem=True)
    outro.marcar("fila_pendentes", 103, todos_veem=True)
    lidas = ler(metricas.texto().decode())
    assert lidas["bbb_votos_contados_total"] == 42
    assert lidas["bbb_recusas_total|encerrado|410"] == 1
    assert lidas["bbb_urna_pendentes"] == 12
    assert lidas["bbb_fila_pendentes"] == 103
    assert lidas["bbb_processos"] == 2
    morrer(outro)
    lidas = ler(metricas.texto().decode())
    assert lidas["bbb_votos_contados_total"] == 42
    assert (lidas["bbb_urna_pendentes"], lidas["bbb_fila_pendentes"], lidas["bbb_processos"]) == (5, 100, 1)


def test_recolher_os_mortos_nao_muda_a_soma_nem_se_cair_no_meio(pasta: Path) -> None:
    vivo, morto = processo(pasta, "vivo"), processo(pasta, "morto")
    vivo.contar(1)
    morto.contar(2)
    morrer(morto)
    guardado = (pasta / "morto.med").read_bytes()
    metricas._recolher(pasta)
    assert sorted(arquivo.name for arquivo in pasta.glob("*.med")) == ["vivo.med"]
    assert metricas.somar()["c contados"] == 3
    # Caiu entre escrever a soma e apagar o arquivo: ele ainda está lá, e não conta duas vezes.
    (pasta / "morto.med").write_bytes(guardado)
    assert metricas.somar()["c contados"] == 3
    metricas._recolher(pasta)
    assert metricas.somar()["c contados"] == 3
    # A soma dos mortos atravessa mais de uma limpeza.
    outro = processo(pasta, "outro")
    outro.contar(4)
    morrer(outro)
    metricas._recolher(pasta)
    assert metricas.somar()["c contados"] == 7
    assert json.loads((pasta / "encerrados.json").read_text())["somados"] == ["outro.med"]


def test_histograma_sai_acumulado_e_com_soma(pasta: Path) -> None:
    um = processo(pasta, "um")
    um.anotar_atraso(0.3, 10)
    um.anotar_atraso(45, 2)
    um.anotar_atraso(4000, 1)
    lidas = ler(metricas.texto().decode())
    nome = "bbb_apuracao_atraso_segundos"
    assert [lidas[f"{nome}_bucket|{ate}"] for ate in ("0.1", "0.5", "30.0", "60.0", "1800.0", "+Inf")] == [
        0, 10, 10, 12, 12, 13,
    ]  # fmt: skip
    assert (lidas[f"{nome}_count"], lidas[f"{nome}_sum"]) == (13, 4093)


def test_pedidos_por_familia_e_classe(pasta: Path) -> None:
    um = processo(pasta, "um")
    um.anotar_pedido("votacao:paredao", 200, 0.02)
    um.anotar_pedido("votacao:paredao", 404, 0.2)
    lidas = ler(metricas.texto().decode())
    assert lidas["bbb_http_pedidos_total|2xx|votacao:paredao"] == 1
    assert lidas["bbb_http_pedidos_total|4xx|votacao:paredao"] == 1
    assert lidas["bbb_http_segundos_count|votacao:paredao"] == 2


def test_todos_os_motivos_de_recusa_existem_desde_o_comeco(pasta: Path) -> None:
    lidas = ler(metricas.texto().decode())
    assert lidas["bbb_recusas_total|indisponivel|503"] == 0
    assert lidas[f"bbb_recusas_total|{CedulaUsada.codigo}|409"] == 0


def test_sonda_que_falhou_nao_aparece_como_zero(pasta: Path) -> None:
    um = processo(pasta, "um")
    um.marcar("fila_pendentes", float("nan"), todos_veem=True)
    assert "bbb_fila_pendentes" not in ler(metricas.texto().decode())


@pytest.mark.parametrize(
    ("par", "cabecalhos", "status"),
    [
        ("127.0.0.1", ["host"], 200),
        ("::1", ["Host"], 200),
        ("::ffff:127.0.0.1", ["host"], 200),
        ("203.0.113.9", ["host"], 403),
        ("10.0.0.7", ["host"], 403),
        ("127.0.0.1", ["host", "X-Forwarded-For"], 403),
        ("127.0.0.1", ["host", "x-forwarded-proto"], 403),
        ("127.0.0.1", ["host", "Forwarded"], 403),
        ("127.0.0.1", ["host", "X-Real-IP"], 403),
        ("127.0.0.1", ["host", "Via"], 403),
        ("", ["host"], 403),
    ],
)
def test_sem_ficha_so_de_dentro_e_nunca_pelo_proxy(par: str, cabecalhos: list[str], status: int) -> None:
    assert metricas.pagina(par, cabecalhos, "").status == status


@pytest.mark.parametrize(
    ("autorizacao", "status"),
    [(f"Bearer {FICHA}", 200), ("", 403), (f"Bearer {FICHA}x", 403), (FICHA, 403), ("Bearer é", 403)],
)
def test_com_ficha_so_quem_a_manda_ate_de_dentro(settings: Any, autorizacao: str, status: int) -> None:
    settings.METRICAS_TOKEN = FICHA
    assert metricas.pagina("127.0.0.1", ["host"], autorizacao).status == status
    assert metricas.pagina("203.0.113.9", ["host", "x-forwarded-for"], autorizacao).status == status


def test_sem_a_biblioteca_diz_o_que_falta(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(metricas, "HA_BIBLIOTECA", False)
    pagina = metricas.pagina("127.0.0.1", ["host"], "")
    assert pagina.status == 503
    assert "requirements-producao.txt" in pagina.corpo.decode()


def test_pasta_que_some_e_503_e_nao_um_erro(settings: Any, tmp_path: Path) -> None:
    settings.METRICAS_PASTA = tmp_path / "sumiu"
    pagina = metricas.pagina("127.0.0.1", ["host"], "")
    assert (pagina.status, pagina.corpo.decode()) == (503, "METRICAS_PASTA não se lê: No such file or directory.\n")


def test_pela_porta_do_django(client: Client) -> None:
    resposta = client.get("/metricas/")
    assert (resposta.status_code, resposta["Content-Type"]) == (200, metricas.TIPO)
    assert "no-store" in resposta["Cache-Control"]
    assert client.get("/metricas/", headers={"x-forwarded-for": "203.0.113.9"}).status_code == 403
    assert client.get("/metricas/", REMOTE_ADDR="203.0.113.9").status_code == 403


def test_trabalhador_mostra_as_suas_e_as_dos_vizinhos(pasta: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(metricas, "_sondar_sempre", lambda: None)
    monkeypatch.setattr(medidores, "deste_processo", Medidores())
    vizinho = processo(pasta, "vizinho")
    vizinho.contar(5)
    servidor = None
    while servidor is None:
        porta = porta_livre()
        # Entre achá-la livre e ocupá-la, outro programa pode tomá-la.
        with suppress(OSError):
            servidor = metricas.servir_no_trabalhador(porta)
    try:
        medidores.deste_processo.contar(7)
        with urllib.request.urlopen(f"http://127.0.0.1:{porta}/metricas/", timeout=10) as resposta:
            lidas = ler(resposta.read().decode())
        assert (lidas["bbb_votos_contados_total"], lidas["bbb_processos"]) == (12, 2)
        with pytest.raises(urllib.error.HTTPError, match="404"):
            urllib.request.urlopen(f"http://127.0.0.1:{porta}/outra/", timeout=10)
    finally:
        servidor.shutdown()
        servidor.server_close()


@pytest.mark.servicos("rabbitmq")
def test_filas_de_verdade_medem_se_e_sem_fila_o_nivel_some(pasta: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    medidos = Medidores()
    medidos.ligar(pasta / "um.med")
    monkeypatch.setattr(medidores, "deste_processo", medidos)
    monkeypatch.setattr(medidores, "sondar", medidos.sondar)
    url, votos, mortos = "amqp://guest:guest@127.0.0.1:5672//", f"medir-{pasta.name}", f"medir-mortos-{pasta.name}"
    with kombu.Connection(url) as conexao, conexao.channel() as canal:
        for fila in (votos, mortos):
            canal.queue_declare(fila, exclusive=False, auto_delete=False)
        for _ in range(3):
            canal.basic_publish_confirm(amqp.Message(b"lote"), routing_key=votos)
        metricas.sondar_fila(url, {"fila_pendentes": votos, "fila_mortas": mortos})
        assert medidos.sondas() == {"fila_pendentes": 5}
        medidos.perguntar("fila_pendentes")
        lidas = ler(metricas.texto().decode())
        assert (lidas["bbb_fila_pendentes"], lidas["bbb_fila_mortas"]) == (3, 0)
        for fila in (votos, mortos):
            canal.queue_delete(fila)
    with pytest.raises(amqp.exceptions.NotFound):
        medidos.perguntar("fila_pendentes")
    assert {"bbb_fila_pendentes", "bbb_fila_mortas"} & set(ler(metricas.texto().decode())) == set()
