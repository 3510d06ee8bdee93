"""As contas atrás da porta da frente: de onde vem quem pede, quanto cabe num formulário, quem pode servir."""

import http.client
import os
import re
import subprocess
import sys
from pathlib import Path
from urllib.parse import urlencode

import pytest
from django.core.cache import cache

from tests.servidor import RAIZ, servidor

pytestmark = [pytest.mark.processos, pytest.mark.django_db(transaction=True)]


class Navegador:
    """Uma conexão que guarda o cookie e a ficha do formulário."""

    def __init__(self, porta: int) -> None:
        self.conexao = http.client.HTTPConnection("127.0.0.1", porta, timeout=20)
        self.conexao.request("GET", "/conta/entrar/")
        resposta = self.conexao.getresponse()
        ficha = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', resposta.read().decode())
        assert ficha is not None
        self.ficha = ficha[1]
        self.cookie = str(resposta.headers["Set-Cookie"]).partition(";")[0]

    def pedir(self, email: str, **cabecalhos: str) -> int:
        corpo = urlencode({"csrfmiddlewaretoken": self.ficha, "email": email})
        tipo = {"Content-Type": "application/x-www-form-urlencoded", "Cookie": self.cookie}
        self.conexao.request("POST", "/conta/entrar/", corpo, {**tipo, **cabecalhos})
        resposta = self.conexao.getresponse()
        resposta.read()
        return resposta.status


@pytest.mark.parametrize(("proxies", "esperado"), [("", 429), ("127.0.0.1", 302)], ids=["forjado", "de-proxy-nosso"])
def test_origem_e_a_que_a_porta_da_frente_reconhece(tmp_path: Path, proxies: str, esperado: int) -> None:
    """O `X-Forwarded-For` só muda a origem quando quem o manda é um proxy nosso."""
    cache.clear()
    ambiente = {"EMAIL_URL": f"demo://{tmp_path / 'correio'}", "LIMITES": "True", "PROXIES_CONFIAVEIS": proxies}
    with servidor(tmp_path, processos=2, **ambiente) as site:
        # Uma conexão para cada pedido: caem nos dois processos, que contam juntos.
        feitos = [
            Navegador(site.porta).pedir(f"p{n}@exemplo.com.br", **{"X-Forwarded-For": f"203.0.113.{n}"})
            for n in range(31)
        ]
    assert feitos == [302] * 30 + [esperado]


def test_formulario_das_contas_tem_tamanho(tmp_path: Path) -> None:
    cache.clear()
    with servidor(tmp_path, EMAIL_URL=f"demo://{tmp_path / 'correio'}") as site:
        assert Navegador(site.porta).pedir("a" * 12_000) == 422
        assert Navegador(site.porta).pedir("a" * 17_000) == 413


def test_com_https_a_caixa_de_demonstracao_nao_parte(tmp_path: Path) -> None:
    ambiente = {
        **os.environ,
        "DEBUG": "False",
        "HTTPS": "True",
        "SECRET_KEY": "uma-chave-de-teste-bem-comprida-e-variada-0123456789",
        "DATABASE_URL": f"sqlite:///{tmp_path / 'banco.sqlite3'}",
        "EMAIL_URL": "demo://",
    }
    migrar = [sys.executable, "manage.py", "migrate", "-v0", "--skip-checks"]
    subprocess.run(migrar, cwd=RAIZ, env=ambiente, check=True, timeout=120)
    feito = subprocess.run(
        [sys.executable, "manage.py", "servir", "--porta", "1024"],
        cwd=RAIZ,
        env=ambiente,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert feito.returncode == 1
    assert "bbb.E007" in feito.stderr
