"""O que todos os testes usam: banco de verdade em arquivo, atores da temporada, e o que falta na máquina, por nome."""

import os
import shutil
import socket
import subprocess
from collections.abc import Iterator
from datetime import timedelta
from functools import cache
from importlib import import_module
from importlib.util import find_spec
from urllib.parse import urlsplit

import pytest
import redis
from django.apps import apps
from django.conf import settings
from django.db import connection, connections
from django.utils import timezone

from bbb.ambiente import Ambiente, Broker
from bbb.api import esquecer as esquecer_pedidos_da_api
from bench.servicos import faltam
from inscricoes.models import Edicao
from votacao import ritmo, topologia
from votacao.models import Opcao, Paredao, Participante
from votacao.urna import destino, limites

EM_CI = os.environ.get("CI") == "true"
NAVEGADOR = shutil.which("chromium") or shutil.which("chromium-browser")


RABBITMQ = os.environ.get("RABBITMQ_DE_TESTE", "amqp://guest:guest@127.0.0.1:5672")
"""Os testes criam nele um vhost só seu, e o apagam; para isso precisam do `rabbitmqctl` da mesma máquina."""
REDIS = os.environ.get("REDIS_DE_TESTE", "redis://127.0.0.1:6379/9")
"""Um número só dos testes, que o deixam vazio."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Pula pelo nome o que a máquina não tem; na integração contínua nada é pulado, e a falta é uma falha."""
    if EM_CI:
        return
    for item in items:
        if "navegador" in item.keywords and not NAVEGADOR:
            item.add_marker(pytest.mark.skip(reason="falta o Chromium nesta máquina (apt-get install chromium)"))
        if any("redis" in marca.args for marca in item.iter_markers("servicos")) and not _ha_redis():
            item.add_marker(pytest.mark.skip(reason="falta um Redis em 127.0.0.1:6379 (ou em REDIS_DE_TESTE)"))
        if any("rabbitmq" in marca.args for marca in item.iter_markers("servicos")) and not _ha_rabbitmq():
            item.add_marker(
                pytest.mark.skip(reason="falta um RabbitMQ em 127.0.0.1:5672, com o rabbitmqctl (ou o Celery)")
            )
        if any("caddy" in marca.args for marca in item.iter_markers("servicos")) and not shutil.which("caddy"):
            item.add_marker(pytest.mark.skip(reason="falta o Caddy nesta máquina (apt-get install caddy)"))
        if any("promtool" in marca.args for marca in item.iter_markers("servicos")) and not shutil.which("promtool"):
            item.add_marker(pytest.mark.skip(reason="falta o promtool nesta máquina (apt-get install prometheus)"))
        pedidos = [nome for marca in item.iter_markers("servicos") for nome in marca.args]
        # Os «próprios» o teste liga sozinho: basta o programa estar na máquina.
        if ausentes := faltam([nome.removesuffix("_proprio") for nome in pedidos if nome.endswith("_proprio")]):
            item.add_marker(pytest.mark.skip(reason=f"falta nesta máquina o servidor: {', '.join(ausentes)}"))


@cache
def _ha_redis() -> bool:
    try:
        with redis.Redis.from_url(REDIS, socket_connect_timeout=1, socket_timeout=1) as cliente:
            return bool(cliente.ping())
    except redis.RedisError:
        return False


@cache
def _ha_rabbitmq() -> bool:
    if find_spec("celery") is None or shutil.which("rabbitmqctl") is None:
        return False
    partes = urlsplit(RABBITMQ)
    try:
        with socket.create_connection((partes.hostname or "", partes.port or 5672), timeout=1):
            return True
    except OSError:
        return False


@pytest.fixture(scope="session")
def vhost() -> Iterator[str]:
    """O endereço de um vhost só destes testes, apagado no fim."""
    nome = f"bbb_teste_{os.getpid()}"
    usuario = urlsplit(RABBITMQ).username or "guest"
    _rabbitmqctl("add_vhost", nome)
    try:
        _rabbitmqctl("set_permissions", "-p", nome, usuario, ".*", ".*", ".*")
        yield f"{RABBITMQ}/{nome}"
    finally:
        _rabbitmqctl("delete_vhost", nome)


def _rabbitmqctl(*args: str) -> None:
    subprocess.run(["rabbitmqctl", "-q", *args], check=True, timeout=60, capture_output=True)


@pytest.fixture
def broker(vhost: str) -> Iterator[Broker]:
    """A fila ligada, vazia, neste processo; no fim, desligada."""
    import amqp  # só há nos testes que precisam dele

    destino.encerrar()
    nosso = Ambiente({"BROKER_URL": vhost}).broker("BROKER_URL")
    assert nosso is not None
    with amqp.Connection(
        f"{nosso.servidor}:{nosso.porta}", nosso.usuario, nosso.senha, virtual_host=nosso.vhost
    ) as conexao:
        canal = conexao.channel()
        topologia.declarar(canal)
        for fila in (topologia.FILA, topologia.MORTOS):
            canal.queue_purge(fila)
    settings.BROKER = nosso
    yield nosso
    destino.encerrar()
    settings.BROKER = None


@pytest.fixture(scope="session")
def django_db_modify_db_settings(
    django_db_modify_db_settings_parallel_suffix: None, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """Um arquivo, e não a memória: a urna grava noutra thread, e os servidores dos testes noutro processo."""
    banco = connections.databases["default"]
    banco["CONN_MAX_AGE"] = 0
    if banco["ENGINE"].endswith("sqlite3"):
        banco["TEST"] = {**banco.get("TEST", {}), "NAME": str(tmp_path_factory.mktemp("banco") / "teste.sqlite3")}


@pytest.fixture(autouse=True)
def _cada_teste_por_si(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    limites.esquecer()
    ritmo.esquecer()
    esquecer_pedidos_da_api()
    midia = settings.MEDIA_ROOT
    settings.MEDIA_ROOT = tmp_path_factory.getbasetemp() / "midia"
    # Uma thread que manda cartas não respeita o fim de um teste; quem a testa, liga-a.
    settings.AVISOS_EM_SEGUNDO_PLANO = False
    yield
    settings.MEDIA_ROOT = midia


@pytest.fixture
def urna_limpa(transactional_db: None) -> Iterator[None]:
    """Para testes que gravam votos de verdade: no fim, solta os gatilhos do livro para o banco poder ser esvaziado."""
    gatilhos = import_module("votacao.migrations.0008_fila_gatilhos")
    if connection.vendor != "sqlite":
        yield
        return
    with connection.schema_editor() as editor:
        gatilhos.criar(apps, editor)
    yield
    with connection.schema_editor() as editor:
        gatilhos.remover(apps, editor)


@pytest.fixture
def edicao(db: None) -> Edicao:
    return Edicao.objects.get_or_create(nome="BBB 24", ano=2024)[0]


@pytest.fixture
def participantes(edicao: Edicao) -> list[Participante]:
    return [
        Participante.objects.create(edicao=edicao, nome=f"{nome} da Silva", nome_curto=nome)
        for nome in ("Ana", "Bia", "Caio")
    ]


@pytest.fixture
def paredao(edicao: Edicao, participantes: list[Participante]) -> Paredao:
    """Aberto há uma hora, sem hora para fechar, só torcida."""
    paredao = Paredao.objects.create(
        edicao=edicao,
        titulo=f"Paredão {timezone.now().timestamp()}",
        abre_em=timezone.now() - timedelta(hours=1),
    )
    for ordem, participante in enumerate(participantes):
        Opcao.objects.create(paredao=paredao, participante=participante, ordem=ordem)
    return paredao
