"""O que todos os testes usam: banco de verdade em arquivo, atores da temporada, e o que falta na máquina, por nome."""

import os
import shutil
from collections.abc import Iterator
from datetime import timedelta
from functools import cache
from importlib import import_module

import pytest
import redis
from django.apps import apps
from django.conf import settings
from django.db import connection, connections
from django.utils import timezone

from inscricoes.models import Edicao
from votacao import ritmo
from votacao.models import Opcao, Paredao, Participante
from votacao.urna import limites

EM_CI = os.environ.get("CI") == "true"
NAVEGADOR = shutil.which("chromium") or shutil.which("chromium-browser")


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


@cache
def _ha_redis() -> bool:
    try:
        with redis.Redis.from_url(REDIS, socket_connect_timeout=1, socket_timeout=1) as cliente:
            return bool(cliente.ping())
    except redis.RedisError:
        return False


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
    midia = settings.MEDIA_ROOT
    settings.MEDIA_ROOT = tmp_path_factory.getbasetemp() / "midia"
    # Uma thread que manda cartas não respeita o fim de um teste; quem a testa, liga-a.
    settings.AVISOS_EM_SEGUNDO_PLANO = False
    yield
    settings.MEDIA_ROOT = midia


@pytest.fixture
def urna_limpa(transactional_db: None) -> Iterator[None]:
    """Para testes que gravam votos de verdade: no fim, solta os gatilhos do livro para o banco poder ser esvaziado."""
    gatilhos = import_module("votacao.migrations.0006_voto_unico")
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
