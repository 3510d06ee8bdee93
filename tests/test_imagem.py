"""A imagem, ensaiada sem Docker: o contexto, cada instrução, e o servidor de pé numa raiz só de leitura."""

import ast
import json
import os
import shutil
import sys
from pathlib import Path

import pytest

from tests.imagem import Imagem, contexto, instrucoes

RAIZ = Path(__file__).resolve().parent.parent
DOCKERFILE = RAIZ / "deploy" / "Dockerfile"
COMPLETO = os.environ.get("CI") == "true"
"""Na integração contínua o `pip install` da imagem roda de verdade, sem compiladores; fora dela, serve o que há."""
PRODUCAO = {
    "ALLOWED_HOSTS": "exemplo.com.br",
    "SECRET_KEY": "ensaio-da-imagem-" + "0123456789abcdef" * 4,
    "DATABASE_URL": "sqlite:////dados/bbb.sqlite3",
    "EMAIL_URL": "smtp+tls://correio.exemplo.com.br:587",
    "EMAIL_REMETENTE": "nao-responda@exemplo.com.br",
    "SITE_URL": "https://exemplo.com.br",
    "ENCARREGADO": "dados@exemplo.com.br",
}
SERVIR = """
import json, http.client, os, signal, subprocess, sys, time
from pathlib import Path
comando, saude = json.loads(sys.argv[1]), json.loads(sys.argv[2])
escritos = {}
for caminho in ("/app/x", "/venv/x", "/x", "/dados/x", "/midia/x", "/tmp/x"):
    try:
        open(caminho, "w").close()
        escritos[caminho] = "escreveu"
    except OSError as erro:
        escritos[caminho] = os.strerror(erro.errno)
servidor = subprocess.Popen(comando, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
sinais = []
for _ in range(300):
    sinais.append(subprocess.run(saude, capture_output=True, text=True).returncode)
    if sinais[-1] == 0 or servidor.poll() is not None:
        break
    time.sleep(0.1)
pronta = subprocess.run([*saude, "/saude/pronta/"], capture_output=True, text=True).returncode
nenhuma = subprocess.run([*saude, "/nao-existe/"], capture_output=True, text=True).returncode
conexao = http.client.HTTPConnection("127.0.0.1", 8000, timeout=10)
def pedir(caminho):
    conexao.request("GET", caminho, headers={"Host": "exemplo.com.br", "X-Forwarded-Proto": "https"})
    resposta = conexao.getresponse()
    return resposta.status, resposta.read().decode()
status, pagina = pedir("/")
estilo = next(p for p in pagina.split('"') if p.startswith("/static/") and p.endswith(".css")) if status == 200 else ""
memoria = {}
for pasta in Path("/proc").iterdir():
    if pasta.name.isdigit() and int(pasta.name) != os.getpid() and b"spawn_main" in (pasta / "cmdline").read_bytes():
        campos = dict(l.split(":", 1) for l in (pasta / "status").read_text().splitlines())
        memoria[pasta.name] = int(campos["VmRSS"].split()[0]) // 1024
resultado = {
    "uid": os.getuid(), "gid": os.getgid(), "grupos": os.getgroups(), "escritos": escritos, "saude": sinais[-1],
    "pronta": pronta, "nenhuma": nenhuma, "pagina": status, "estilo": estilo and pedir(estilo)[0],
    "mib": list(memoria.values()),
}
servidor.send_signal(signal.SIGTERM)
try:
    saida, _ = servidor.communicate(timeout=15)
except subprocess.TimeoutExpired:
    servidor.kill()
    saida, _ = servidor.communicate()
    saida += "NAO PAROU"
print(repr(resultado | {"saiu": servidor.returncode, "saida": saida}))
"""


@pytest.fixture(scope="module")
def imagem(tmp_path_factory: pytest.TempPathFactory) -> Imagem:
    if os.geteuid() != 0 or not shutil.which("unshare") or not shutil.which("ip"):
        assert not COMPLETO, "a integração contínua ensaia a imagem: precisa ser root, de unshare e de ip (iproute2)"
        pytest.skip("ensaiar a imagem pede root, unshare e ip (iproute2) nesta máquina")
    pasta = tmp_path_factory.mktemp("imagem")
    # O usuário da imagem tem de poder chegar à raiz dela; as pastas do pytest são só de quem as fez.
    for acima in (pasta, *pasta.parents):
        if acima.stat().st_uid == 0 and acima != Path("/"):
            acima.chmod(acima.stat().st_mode | 0o011)
    return Imagem(RAIZ, DOCKERFILE, pasta, None if COMPLETO else Path(sys.prefix))


def test_contexto_so_leva_o_que_roda() -> None:
    nomes = {str(arquivo) for arquivo in contexto(RAIZ)}

    assert {nome.split("/")[0] for nome in nomes} == {
        "api",
        "bbb",
        "deploy",
        "inscricoes",
        "manage.py",
        "requirements-producao.txt",
        "requirements.txt",
        "static",
        "templates",
        "votacao",
    }
    assert {nome for nome in nomes if nome.startswith("deploy/")} == {"deploy/saude.py"}
    assert [nome for nome in nomes if "/tests/" in nome or nome.endswith(".pyc") or "segredo" in nome] == []


def test_dockerfile_tem_estagios_usuario_numerico_e_forma_de_lista() -> None:
    lidas = instrucoes(DOCKERFILE.read_text())
    finais = lidas[[i for i, lida in enumerate(lidas) if lida.nome == "FROM"][-1] :]

    assert [lida.texto for lida in lidas if lida.nome == "FROM"] == [
        "python:3.11-slim-bookworm AS construcao",
        "python:3.11-slim-bookworm",
    ]
    assert [lida.texto for lida in finais if lida.nome == "USER"] == ["10001:10001"]
    assert all("--from=construcao" in lida.texto for lida in finais if lida.nome == "COPY")
    # Nenhum segredo fica na imagem: as variáveis que persistem são estas.
    assert "SECRET_KEY" not in " ".join(lida.texto for lida in lidas if lida.nome == "ENV")


@pytest.mark.processos
def test_estaticos_estao_na_imagem_e_segredo_nenhum(imagem: Imagem) -> None:
    dados = imagem.final.raiz / "app" / "dados"

    assert sorted(pasta.name for pasta in dados.iterdir()) == ["juntos", "static"]
    assert (dados / "static" / "staticfiles.json").is_file()
    assert list(imagem.final.raiz.glob("app/**/tests")) == []
    assert list(imagem.final.raiz.glob("app/bbb/__pycache__/settings.*.pyc")) != []


@pytest.mark.processos
def test_comandos_da_imagem_com_raiz_so_de_leitura(imagem: Imagem) -> None:
    """O que se faz com a imagem, na ordem: conferir, migrar, servir, perguntar como vai, parar."""
    conferir = imagem.rodar(["python", "manage.py", "check", "--deploy", "--fail-level", "WARNING"], ambiente=PRODUCAO)
    assert (conferir.returncode, conferir.stdout) == (0, "System check identified no issues (0 silenced).\n"), (
        conferir.stderr
    )
    migrar = imagem.rodar(["python", "manage.py", "migrate", "--verbosity", "0"], ambiente=PRODUCAO)
    assert migrar.returncode == 0, migrar.stderr

    servir = imagem.rodar(
        ["python", "-c", SERVIR, json.dumps(imagem.final.comando), json.dumps(imagem.final.saude)],
        ambiente=PRODUCAO | {"PROXIES_CONFIAVEIS": "127.0.0.1"},
    )
    assert servir.returncode == 0, servir.stderr
    resultado = ast.literal_eval(servir.stdout)

    memoria, saida = resultado.pop("mib"), resultado.pop("saida")
    so_leitura = "Read-only file system"
    assert resultado == {
        "uid": 10001,
        "gid": 10001,
        "grupos": [],
        "escritos": {
            "/app/x": so_leitura,
            "/venv/x": so_leitura,
            "/x": so_leitura,
            "/dados/x": "escreveu",
            "/midia/x": "escreveu",
            "/tmp/x": "escreveu",
        },
        "saude": 0,
        "pronta": 0,
        "nenhuma": 1,
        "pagina": 200,
        "estilo": 200,
        "saiu": 0,
    }, saida
    # Os estáticos são os da imagem: numa raiz só de leitura não haveria onde juntá-los de novo.
    assert "Juntando" not in saida
    assert len(memoria) == 2
    print(f"MiB por processo web, parado: {memoria}")
