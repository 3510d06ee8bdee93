"""Ensaia um Dockerfile sem Docker: executa as suas instruções numa raiz própria, com os espaços de nomes do Linux.

Cada estágio é uma pasta com o que as instruções puseram nela, sobre o `/usr` e o Python desta máquina (no lugar da
imagem de `FROM`, que não há como buscar). Sabe só as instruções que o nosso Dockerfile usa, e recusa qualquer outra.
"""

import os
import re
import shlex
import shutil
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path

CONHECIDAS = frozenset({"FROM", "ENV", "WORKDIR", "COPY", "RUN", "USER", "EXPOSE", "STOPSIGNAL", "HEALTHCHECK", "CMD"})
COMPILADORES = ("gcc", "cc", "g++", "x86_64-linux-gnu-gcc", "x86_64-linux-gnu-g++", "cargo", "rustc")
"""A imagem `slim` não os tem; aqui são tapados, para um pacote que precise compilar falhar como falharia nela."""


@dataclass(frozen=True)
class Instrucao:
    nome: str
    texto: str


def instrucoes(dockerfile: str) -> list[Instrucao]:
    """As instruções, com as continuações juntas e sem comentários. Levanta `ValueError` para as que não conhece."""
    linhas = [linha for linha in dockerfile.splitlines() if not linha.lstrip().startswith("#")]
    logicas = re.sub(r"\\\n\s*", " ", "\n".join(linhas)).splitlines()
    lidas = [Instrucao(*linha.strip().split(None, 1)) for linha in logicas if linha.strip()]
    for lida in lidas:
        if lida.nome not in CONHECIDAS:
            raise ValueError(f"{lida.nome}: instrução que o ensaio não conhece")
    return lidas


def contexto(raiz: Path) -> list[Path]:
    """Os arquivos que o `.dockerignore` deixa passar, relativos à raiz. As regras: a última que serve decide."""
    regras = []
    for linha in (raiz / ".dockerignore").read_text().splitlines():
        if linha.strip() and not linha.startswith("#"):
            excecao = linha.startswith("!")
            regras.append((_expressao(linha.lstrip("!").strip()), not excecao))
    versionados = subprocess.run(
        ["git", "ls-files", "-co", "--exclude-standard", "-z"], cwd=raiz, check=True, capture_output=True, text=True
    ).stdout.split("\0")
    # O Docker manda o que está na pasta, e não o que está no git: os que o git ignora entram na conta também.
    ignorados = subprocess.run(
        ["git", "ls-files", "-oi", "--exclude-standard", "-z", "--", ":!.venv"],
        cwd=raiz,
        check=True,
        capture_output=True,
        text=True,
    ).stdout.split("\0")
    passam = []
    for nome in sorted({*versionados, *ignorados} - {""}):
        fora = False
        for expressao, ignora in regras:
            if expressao.fullmatch(nome):
                fora = ignora
        if not fora and (raiz / nome).is_file():
            passam.append(Path(nome))
    return passam


def _expressao(padrao: str) -> re.Pattern[str]:
    """Um padrão do `.dockerignore` serve ao caminho e a tudo o que está dentro dele."""
    partes = re.split(r"(\*\*/|\*)", padrao)
    traducao = {"**/": "(?:.*/)?", "*": "[^/]*"}
    return re.compile("".join(traducao.get(parte, re.escape(parte)) for parte in partes) + "(?:/.*)?")


@dataclass
class Estagio:
    raiz: Path
    ambiente: dict[str, str] = field(default_factory=lambda: {"PATH": "/usr/local/bin:/usr/bin:/bin", "HOME": "/tmp"})
    pasta: str = "/"
    usuario: str = "0:0"
    comando: list[str] = field(default_factory=list)
    saude: list[str] = field(default_factory=list)


class Imagem:
    """O que sai de construir o Dockerfile em `pasta`. `venv`: um ambiente pronto, em vez do `pip`."""

    def __init__(self, raiz: Path, dockerfile: Path, pasta: Path, venv: Path | None) -> None:
        self._raiz = raiz
        self._venv = venv
        self._pasta = pasta
        self._estagios: dict[str, Estagio] = {}
        self.arquivos = contexto(raiz)
        self.final = Estagio(pasta)
        for instrucao in instrucoes(dockerfile.read_text()):
            self._fazer(instrucao)

    def _fazer(self, instrucao: Instrucao) -> None:
        estagio, texto = self.final, instrucao.texto
        if instrucao.nome == "FROM":
            nome = texto.split(" AS ")[1] if " AS " in texto else f"estagio-{len(self._estagios)}"
            self.final = self._estagios[nome] = Estagio(self._pasta / nome)
            self.final.raiz.mkdir(mode=0o755)
        elif instrucao.nome == "ENV":
            estagio.ambiente |= dict(par.split("=", 1) for par in shlex.split(texto))
        elif instrucao.nome == "WORKDIR":
            estagio.pasta = texto
            self._em(texto).mkdir(parents=True, exist_ok=True)
        elif instrucao.nome == "USER":
            estagio.usuario = texto
        elif instrucao.nome == "COPY":
            self._copiar(texto)
        elif instrucao.nome == "RUN":
            self._executar(texto)
        elif instrucao.nome == "CMD":
            estagio.comando = _lista(texto)
        elif instrucao.nome == "HEALTHCHECK":
            estagio.saude = _lista(texto.split(" CMD ", 1)[1])

    def _em(self, caminho: str) -> Path:
        return self.final.raiz / str(Path(self.final.pasta, caminho)).lstrip("/")

    def _copiar(self, texto: str) -> None:
        *origens, destino = texto.split()
        if origens[0].startswith("--from="):
            de = self._estagios[origens.pop(0).removeprefix("--from=")].raiz
            (origem,) = origens
            shutil.copytree(de / origem.lstrip("/"), self._em(destino), symlinks=True, dirs_exist_ok=True)
            return
        for origem in origens:
            achados = [a for a in self.arquivos if a == Path(origem) or Path(origem) in a.parents]
            if not achados:
                raise ValueError(f"COPY {origem}: nada no contexto; o .dockerignore o deixa de fora?")
            for achado in achados:
                dentro = achado.relative_to(origem) if achado != Path(origem) else Path()
                alvo = self._em(destino) / (achado.name if destino.endswith("/") else dentro)
                alvo.parent.mkdir(parents=True, exist_ok=True)
                shutil.copy2(self._raiz / achado, alvo)
                # Um clone com umask 077: o que o Dockerfile não corrigir, o usuário da imagem não lê.
                alvo.chmod(0o600)

    def _executar(self, texto: str) -> None:
        if self._venv is not None and "pip install" in texto:
            self._em("/venv").mkdir()
            return
        if self._venv is not None:
            # O ambiente montado é o desta máquina, e só de leitura: não é dele que se trata.
            texto = re.sub(r"(chmod .*) /venv$", r"\1", texto)
        self.rodar(["sh", "-euc", texto], rede=True, de_leitura=False, check=True)

    def rodar(
        self,
        comando: list[str],
        *,
        ambiente: dict[str, str] | None = None,
        rede: bool = False,
        de_leitura: bool = True,
        check: bool = False,
        prazo: float = 600,
    ) -> "subprocess.CompletedProcess[str]":
        """Um comando no último estágio, com o usuário e o ambiente dele.

        `de_leitura`: a raiz inteira só de leitura, salvo /tmp (memória), /dados e /midia, como em produção. Sem `rede`,
        só a própria máquina responde, numa rede que é só deste comando.
        """
        estagio = self.final
        uid, gid = estagio.usuario.split(":")
        preparo = _preparo(estagio.raiz, self._venv, de_leitura=de_leitura, rede=rede)
        entrar = shlex.join(
            ["setpriv", f"--reuid={uid}", f"--regid={gid}", "--clear-groups", "--no-new-privs", "--bounding-set=-all"]
            if uid != "0"
            else []
        )
        variaveis = estagio.ambiente | (ambiente or {})
        if rede:
            variaveis |= {n: v for n, v in os.environ.items() if n.startswith("PIP_") or n.lower().endswith("_proxy")}
        limpo = shlex.join(["env", "-i", *(f"{n}={v}" for n, v in variaveis.items())])
        dentro = f"cd {shlex.quote(estagio.pasta)} && exec {entrar} {limpo} {shlex.join(comando)}"
        roteiro = f"{preparo}\nexec chroot {shlex.quote(str(estagio.raiz))} /bin/sh -c {shlex.quote(dentro)}\n"
        espacos = ["--mount", "--pid", "--fork", "--kill-child", *([] if rede else ["--net"])]
        feito = subprocess.run(
            ["unshare", *espacos, "sh", "-euc", roteiro],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=prazo,
            check=False,
        )
        if check and feito.returncode:
            raise AssertionError(f"{comando}\n{feito.stdout[-3000:]}\n{feito.stderr[-3000:]}")
        return feito


def _lista(texto: str) -> list[str]:
    palavras = shlex.split(texto.strip("[]").replace(",", " "))
    if not texto.startswith("["):
        raise ValueError(f"{texto}: escreva a forma de lista, que não passa por um shell e recebe os sinais")
    return palavras


def _preparo(raiz: Path, venv: Path | None, *, de_leitura: bool, rede: bool) -> str:
    """O shell que monta, num espaço de nomes que morre com o comando, o que a raiz precisa ter."""
    r = shlex.quote(str(raiz))
    python = sys.base_prefix
    linhas = [
        "mount --make-rprivate /",
        f"mount --bind {r} {r}",
        f"mkdir -p {r}/usr {r}/etc {r}/proc {r}/dev {r}/tmp {r}/opt {r}{python}",
    ]
    for atalho in ("bin", "sbin", "lib", "lib64"):
        linhas.append(f"[ -L {r}/{atalho} ] || ln -s usr/{atalho} {r}/{atalho}")
    for pasta in ("/usr", "/etc", "/opt", python):
        linhas += [f"mount --bind {pasta} {r}{pasta}", f"mount -o remount,bind,ro {r}{pasta}"]
    for compilador in COMPILADORES:
        linhas.append(f"[ ! -e {r}/usr/bin/{compilador} ] || mount --bind /dev/null {r}/usr/bin/{compilador} || true")
    # O `python` da imagem de FROM.
    linhas += [
        f"mount -t tmpfs -o mode=755 local {r}/usr/local",
        f"mkdir {r}/usr/local/bin {r}/usr/local/lib",
        f"for n in {python}/lib/python3.*; do ln -s $n {r}/usr/local/lib/; done",
        f"for n in python python3; do ln -s {python}/bin/python3 {r}/usr/local/bin/$n; done",
    ]
    if venv is not None:
        linhas.append(f"mkdir -p {r}/venv && mount --bind {shlex.quote(str(venv))} {r}/venv")
        linhas.append(f"mount -o remount,bind,ro {r}/venv")
    if de_leitura:
        linhas.append(f"mkdir -p {r}/dados {r}/midia")
        for pasta in ("dados", "midia"):
            linhas.append(f"mount --bind {r}/{pasta} {r}/{pasta}")
        linhas.append(f"mount -o remount,bind,ro {r} {r}")
    linhas += [
        f"mount -t tmpfs -o mode=1777,nosuid,nodev temporario {r}/tmp",
        f"mount -t proc proc {r}/proc",
        f"mount --rbind /dev {r}/dev",
    ]
    if not rede:
        linhas.append("ip link set lo up")
    return "\n".join(linhas)
