"""O cache do Django sobre o Redis de `CACHE_URL`, com a configuração que o projeto monta."""

import os
import subprocess
import sys
from typing import Any

import pytest
import redis
from django.conf import settings

from conftest import REDIS

PROGRAMA = """
import django
django.setup()
from django.core.cache import caches
cache = caches["default"]
cache.set("visita", 7, 30)
print(type(cache).__name__, cache.get("visita"), cache.incr("visita"))
"""


@pytest.mark.servicos("redis")
def test_cache_do_django_fica_no_redis() -> None:
    ambiente = {**os.environ, "DJANGO_SETTINGS_MODULE": "bbb.settings", "CACHE_URL": REDIS}
    cliente: Any = redis.Redis.from_url(REDIS)
    cliente.flushdb()
    try:
        saida = subprocess.run(
            [sys.executable, "-c", PROGRAMA],
            cwd=settings.BASE_DIR,
            env=ambiente,
            capture_output=True,
            text=True,
            check=True,
        )
        assert saida.stdout == "RedisCache 7 8\n"
        (chave,) = cliente.scan_iter()
        assert chave.startswith(b"bbb:")
        assert 0 < cliente.pttl(chave) <= 30_000
    finally:
        cliente.flushdb()
        cliente.close()


def test_sem_cache_url_o_cache_e_do_processo() -> None:
    assert settings.CACHES["default"]["BACKEND"] == "django.core.cache.backends.locmem.LocMemCache"
