"""As métricas, para o Prometheus: as de todos os processos desta máquina (ou deste pod), responda quem responder.

Cada processo conta num arquivo só dele em `METRICAS_PASTA` (`votacao.medidores`), e quem é perguntado soma os arquivos
de todos. Quem morreu deixa os seus contadores (`_recolher` os junta num arquivo só), para nenhum contador andar para
trás; os níveis (filas, processos) são só dos vivos. Uma pasta é de uma máquina: cada pod tem a sua, e o Prometheus os
soma.

A biblioteca `prometheus_client` só escreve o formato. Sem ela (o `make demo` não a instala), `/metricas/` responde 503.
"""

import contextlib
import fcntl
import hmac
import ipaddress
import json
import logging
import math
import os
import shutil
import tempfile
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, NamedTuple

from django.conf import settings
from django.db import connection
from django.http import HttpRequest, HttpResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from votacao import conferencia, medidores, topologia
from votacao.recusas import Recusa

try:
    from prometheus_client import CollectorRegistry, generate_latest
    from prometheus_client.core import (
        CounterMetricFamily,
        GaugeMetricFamily,
        HistogramMetricFamily,
        Metric,
    )
except ImportError:
    HA_BIBLIOTECA = False
else:
    HA_BIBLIOTECA = True

TIPO = "text/plain; version=0.0.4; charset=utf-8"
_ENCERRADOS = "encerrados.json"
_DE_PROXY = ("x-forwarded", "forwarded", "via", "x-real-ip", "cf-", "true-client-ip")
registro_de_erros = logging.getLogger("bbb.metricas")
_parar = threading.Event()


class Pagina(NamedTuple):
    status: int
    tipo: str
    corpo: bytes


# --- Somar os processos -----------------------------------------------------------------------------------------------


@contextlib.contextmanager
def pasta(avisar: Callable[[str], object]) -> Iterator[None]:
    """Os processos de um comando contam todos numa pasta: a do ambiente, ou uma que acaba com ele."""
    if settings.METRICAS_PASTA is not None:
        yield
        return
    try:
        nova = tempfile.mkdtemp(prefix="bbb-metricas-")
    except OSError as erro:
        avisar(f"Aviso: sem pasta temporária ({erro.strerror}), /metricas/ só diz de um processo.")
        yield
        return
    try:
        settings.METRICAS_PASTA = Path(nova)
        # Os processos filhos releem a configuração, do ambiente.
        os.environ["METRICAS_PASTA"] = nova
        yield
    finally:
        settings.METRICAS_PASTA = None
        os.environ.pop("METRICAS_PASTA", None)
        shutil.rmtree(nova, ignore_errors=True)


def ligar(papel: str) -> None:
    """Passa a contar em `METRICAS_PASTA`, se há uma, e põe as sondas a trabalhar. `papel`: `web` ou `trabalhador`.

    Levanta `OSError` se a pasta não serve: melhor na partida do que métricas erradas a noite inteira.
    """
    pasta: Path | None = settings.METRICAS_PASTA
    if pasta is not None:
        pasta.mkdir(parents=True, exist_ok=True)
        _recolher(pasta)
        medidores.deste_processo.ligar(pasta / f"{papel}-{os.getpid()}-{time.time_ns()}.med")
    _sondar_sempre()


def desligar() -> None:
    """Para as sondas. O que se contou fica no arquivo, e soma-se como o de quem já morreu quando o processo acabar."""
    _parar.set()


def somar() -> dict[str, float]:
    """Os números de todos os processos, com os nomes de `Medidores.todos`; `n processos` são os vivos."""
    pasta: Path | None = settings.METRICAS_PASTA
    if pasta is None:
        return {**_sem_desconhecidos(medidores.deste_processo.todos()), "n processos": 1}
    with _trancada(pasta, fcntl.LOCK_SH):
        total, ja_somados = _encerrados(pasta)
        vivos = 0
        for arquivo in sorted(pasta.glob("*.med")):
            if arquivo.name in ja_somados:
                continue
            numeros, vive = medidores.ler(arquivo)
            vivos += vive
            _juntar(total, numeros, vive)
    total["n processos"] = vivos
    return total


def _juntar(total: dict[str, float], numeros: dict[str, float], vive: bool) -> None:
    for nome, valor in _sem_desconhecidos(numeros).items():
        tipo = nome[0]
        if tipo == medidores.CONTADOR or (vive and tipo == medidores.NIVEL):
            total[nome] = total.get(nome, 0) + valor
        elif vive:
            total[nome] = max(total.get(nome, valor), valor)


def _sem_desconhecidos(numeros: dict[str, float]) -> dict[str, float]:
    """Uma sonda que falhou não diz zero: não diz nada, e um alerta de ausência a apanha."""
    return {nome: valor for nome, valor in numeros.items() if not math.isnan(valor)}


def _recolher(pasta: Path) -> None:
    """Junta os contadores dos mortos num arquivo só: reinícios não enchem a pasta, e nada se perde nem conta dobrado.

    Se cair no meio, os arquivos já somados estão escritos em `_ENCERRADOS`, e ninguém os soma outra vez.
    """
    with _trancada(pasta, fcntl.LOCK_EX):
        total, ja_somados = _encerrados(pasta)
        mortos = [arquivo for arquivo in pasta.glob("*.med") if arquivo.name in ja_somados]
        for arquivo in pasta.glob("*.med"):
            if arquivo.name not in ja_somados:
                numeros, vive = medidores.ler(arquivo)
                if not vive:
                    _juntar(total, numeros, vive)
                    mortos.append(arquivo)
        if not mortos:
            return
        novo = pasta / f"{_ENCERRADOS}.novo"
        novo.write_text(json.dumps({"total": total, "somados": [arquivo.name for arquivo in mortos]}))
        novo.replace(pasta / _ENCERRADOS)
        for arquivo in mortos:
            arquivo.unlink(missing_ok=True)


def _encerrados(pasta: Path) -> tuple[dict[str, float], frozenset[str]]:
    try:
        dados = json.loads((pasta / _ENCERRADOS).read_text())
    except FileNotFoundError:
        return {}, frozenset()
    return dados["total"], frozenset(dados["somados"])


@contextlib.contextmanager
def _trancada(pasta: Path, como: int) -> Iterator[None]:
    with (pasta / ".tranca").open("a") as tranca:
        fcntl.flock(tranca, como)
        yield


# --- As sondas --------------------------------------------------------------------------------------------------------


def _sondar_sempre() -> None:
    medidores.sondar("conferencia_diferencas", lambda: conferencia.ultima()[1], todos_veem=True, cada=30)
    medidores.sondar("conferencia_em", lambda: conferencia.ultima()[0], todos_veem=True, cada=30)
    if settings.BROKER is not None:
        sondar_fila(settings.BROKER.url, {"fila_pendentes": topologia.FILA, "fila_mortas": topologia.MORTOS})
    _parar.clear()
    threading.Thread(target=_por_as_sondas_a_trabalhar, name="sondas", daemon=True).start()


def _por_as_sondas_a_trabalhar() -> None:
    """Uma thread por sonda: a que fica presa num serviço que não responde não cala as outras."""
    postas: set[str] = set()
    while not _parar.is_set():
        for nome, cada in medidores.deste_processo.sondas().items():
            if nome not in postas:
                postas.add(nome)
                threading.Thread(target=_repetir, args=(nome, cada), name=f"sonda-{nome}", daemon=True).start()
        _parar.wait(1)


def _repetir(nome: str, cada: float) -> None:
    falhava = False
    while not _parar.is_set():
        try:
            medidores.deste_processo.perguntar(nome)
            falhava = False
        except Exception as erro:
            if not falhava:
                registro_de_erros.warning("a sonda %s não respondeu: %s", nome, erro)
            falhava = True
            connection.close()
        _parar.wait(cada)
    connection.close()


def sondar_fila(url: str, filas: dict[str, str]) -> None:
    """Mede filas do RabbitMQ a cada 5 segundos, por uma conexão que fica: `filas` dá, a cada nível de `NIVEIS`, o nome
    da fila. O que um trabalhador tem em mãos não está na conta do RabbitMQ."""
    principal, *outras = filas
    conexao: Any = None

    def perguntar() -> float:
        nonlocal conexao
        from kombu import Connection  # só com fila: o `make demo` não a instala

        try:
            if conexao is None:
                conexao = Connection(url, connect_timeout=2, heartbeat=0)
                conexao.ensure_connection(max_retries=1, timeout=2)
            with conexao.channel() as canal:
                quantas = {nome: canal.queue_declare(fila, passive=True).message_count for nome, fila in filas.items()}
        except Exception:
            conexao = None
            for nome in outras:
                medidores.deste_processo.marcar(nome, math.nan, todos_veem=True)
            raise
        for nome in outras:
            medidores.deste_processo.marcar(nome, quantas[nome], todos_veem=True)
        return float(quantas[principal])

    medidores.sondar(principal, perguntar, todos_veem=True, cada=5)


# --- O formato --------------------------------------------------------------------------------------------------------

HISTOGRAMAS = {
    "lote": ("bbb_lote_votos", "Votos gravados (ou publicados) juntos.", medidores.LOTES),
    "demora": ("bbb_voto_duravel_segundos", "Da chegada do voto até ele estar durável.", medidores.DEMORAS),
    "atraso": ("bbb_apuracao_atraso_segundos", "De aceitar um voto até contá-lo no livro.", medidores.ATRASOS),
}
NIVEIS = {
    "processos": ("bbb_processos", "Processos vivos nesta máquina ou pod."),
    "urna_pendentes": ("bbb_urna_pendentes", "Votos aceitos à espera de ficarem duráveis."),
    "fila_pendentes": ("bbb_fila_pendentes", "Lotes na fila do RabbitMQ, fora os que um trabalhador tem em mãos."),
    "fila_mortas": ("bbb_fila_mortas", "Lotes que ninguém conseguiu contar, na fila dos mortos."),
    "banco_responde": ("bbb_banco_responde", "1 se o banco responde."),
    "banco_segundos": ("bbb_banco_segundos", "Tempo de uma pergunta ao banco."),
    "broker_responde": ("bbb_broker_responde", "1 se o RabbitMQ responde; ausente sem BROKER_URL."),
    "relogio_desvio": ("bbb_relogio_desvio_segundos", "Quanto o relógio do banco está à frente deste."),
    "conferencia_diferencas": ("bbb_conferencia_diferencas", "Diferenças que a última conferência achou."),
    "conferencia_em": ("bbb_conferencia_timestamp_seconds", "Quando acabou a última conferência."),
}


def texto() -> bytes:
    """As métricas de todos os processos, no formato do Prometheus."""
    numeros = somar()

    class Coletor:
        def collect(self) -> "Iterable[Metric]":
            return _familias(numeros)

    livro = CollectorRegistry(auto_describe=False)
    livro.register(Coletor())
    return generate_latest(livro)


def _familias(numeros: dict[str, float]) -> "Iterator[Metric]":
    for nome, (metrica, ajuda) in {
        "aceitos": ("bbb_votos_aceitos", "Votos que ficaram duráveis e por isso foram respondidos."),
        "contados": ("bbb_votos_contados", "Votos novos postos no livro."),
    }.items():
        yield CounterMetricFamily(metrica, ajuda, value=numeros.get(f"c {nome}", 0))
    yield _recusas(numeros)
    for nome, (metrica, ajuda, limites) in HISTOGRAMAS.items():
        histograma = HistogramMetricFamily(metrica, ajuda)
        histograma.add_metric([], *_faixas(numeros, nome, limites))
        yield histograma
    pedidos = CounterMetricFamily("bbb_http_pedidos", "Respostas do Django.", labels=["familia", "classe"])
    tempos = HistogramMetricFamily("bbb_http_segundos", "Tempo de uma resposta do Django.", labels=["familia"])
    for nome in sorted(numeros):
        if nome.startswith("c pedidos|"):
            pedidos.add_metric(nome.split("|")[1:], numeros[nome])
        elif nome.startswith("c tempo|") and nome.endswith("|soma"):
            familia = nome.split("|")[1]
            tempos.add_metric([familia], *_faixas(numeros, f"tempo|{familia}", medidores.TEMPOS))
    yield pedidos
    yield tempos
    for chave in sorted(numeros):
        if chave[0] in (medidores.NIVEL, medidores.VISTO):
            nome = chave[2:]
            metrica, ajuda = NIVEIS.get(nome, (f"bbb_{nome}", nome))
            yield GaugeMetricFamily(metrica, ajuda, value=numeros[chave])


def _recusas(numeros: dict[str, float]) -> "Metric":
    """Todos os motivos, também os que ainda não aconteceram: um contador que nasce já em 1 não tem taxa."""
    recusas = CounterMetricFamily("bbb_recusas", "Pedidos recusados, por motivo.", labels=["codigo", "status"])
    for codigo, status in sorted({tipo.codigo: tipo.status for tipo in _todas(Recusa)}.items()):
        recusas.add_metric([codigo, str(status)], numeros.get(f"c recusas|{codigo}", 0))
    return recusas


def _todas(tipo: type[Recusa]) -> Iterator[type[Recusa]]:
    for filha in tipo.__subclasses__():
        if "codigo" in vars(filha):
            yield filha
        yield from _todas(filha)


def _faixas(numeros: dict[str, float], nome: str, limites: Iterable[float]) -> tuple[list[tuple[str, float]], float]:
    ate, faixas = 0.0, []
    for i, limite in enumerate([*limites, math.inf]):
        ate += numeros.get(f"c {nome}|{i}", 0)
        faixas.append(("+Inf" if limite == math.inf else str(float(limite)), ate))
    return faixas, numeros.get(f"c {nome}|soma", 0)


# --- A porta ----------------------------------------------------------------------------------------------------------


def pagina(par: str, cabecalhos: Iterable[str], autorizacao: str) -> Pagina:
    """O que se responde a quem pede as métricas. `par`: a outra ponta da conexão, sem ouvir proxy nenhum; `cabecalhos`,
    os nomes dos que vieram. Nunca levanta: uma falha é 503, com uma frase."""
    if not _pode_ver(par, cabecalhos, autorizacao):
        return _frase(403, "As métricas são só de quem opera: mande o METRICAS_TOKEN (docs/OBSERVAR.md).")
    if not HA_BIBLIOTECA:
        return _frase(503, "Falta a biblioteca prometheus-client: pip install -r requirements-producao.txt")
    try:
        return Pagina(200, TIPO, texto())
    except OSError as erro:
        registro_de_erros.exception("métricas")
        return _frase(503, f"METRICAS_PASTA não se lê: {erro.strerror}.")


def _frase(status: int, frase: str) -> Pagina:
    return Pagina(status, "text/plain; charset=utf-8", f"{frase}\n".encode())


def _pode_ver(par: str, cabecalhos: Iterable[str], autorizacao: str) -> bool:
    """Com `METRICAS_TOKEN`, só quem o manda. Sem ele, só quem fala desta máquina, e não por um proxy: um proxy que
    termina o HTTPS também está em 127.0.0.1, mas diz por quem fala."""
    if settings.METRICAS_TOKEN:
        return hmac.compare_digest(autorizacao.encode(), f"Bearer {settings.METRICAS_TOKEN}".encode())
    try:
        ip = ipaddress.ip_address(par)
    except ValueError:
        return False
    if isinstance(ip, ipaddress.IPv6Address) and ip.ipv4_mapped is not None:
        ip = ip.ipv4_mapped
    return ip.is_loopback and not any(nome.lower().startswith(_DE_PROXY) for nome in cabecalhos)


@require_safe
@never_cache
def metricas(request: HttpRequest) -> HttpResponse:
    """Para `runserver` e outros servidores WSGI; no `servir`, quem responde é `bbb.bastidores`, sem o Django."""
    resposta = pagina(
        request.META.get("REMOTE_ADDR", ""), request.headers.keys(), request.headers.get("Authorization", "")
    )
    return HttpResponse(resposta.corpo, status=resposta.status, content_type=resposta.tipo)


def servir_no_trabalhador(porta: int) -> ThreadingHTTPServer | None:
    """Para um processo que não serve páginas (`manage.py trabalhar`): conta em `METRICAS_PASTA`, e responde a
    `/metricas/` em `porta` (todas as interfaces), com as mesmas regras. Com `porta` 0, só conta. Não espera:
    trabalha em threads.

    Levanta `OSError` se a porta está ocupada.
    """
    ligar("trabalhador")
    if not porta:
        return None
    servidor = ThreadingHTTPServer(("", porta), _DoTrabalhador)
    servidor.daemon_threads = True
    threading.Thread(target=servidor.serve_forever, name="metricas", daemon=True).start()
    return servidor


class _DoTrabalhador(BaseHTTPRequestHandler):
    timeout = 10

    def do_GET(self) -> None:
        if self.path.partition("?")[0] != "/metricas/":
            resposta = _frase(404, "Aqui só há /metricas/.")
        else:
            resposta = pagina(str(self.client_address[0]), self.headers.keys(), self.headers.get("Authorization", ""))
        self.send_response(resposta.status)
        self.send_header("Content-Type", resposta.tipo)
        self.send_header("Content-Length", str(len(resposta.corpo)))
        self.send_header("Cache-Control", "no-store")
        self.end_headers()
        self.wfile.write(resposta.corpo)

    def log_message(self, format: str, *args: Any) -> None:
        """Nada: quem pede métricas pede-as a cada poucos segundos."""
