"""PostgreSQL, RabbitMQ e Redis só desta execução: pastas temporárias e portas livres de 127.0.0.1.

Cada um liga, desliga, morre (`kill -9`), volta e se apaga sem tocar nos serviços da máquina. O que se encerra,
encerra-se pelo número do processo que aqui começou.
"""

import json
import os
import pwd
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import amqp
import psycopg
import redis

from bench.gerador import ENDERECO, familia

PRAZO = 60.0
"""Segundos que um serviço tem para ligar ou desligar."""
DONO_DO_POSTGRES = "postgres"


class ServicoNaoSubiu(Exception):
    """O serviço privado não ligou, ou não desligou: a frase traz o fim do registro dele."""


# --- o que há nesta máquina -------------------------------------------------------------------------------------------


@cache
def programas_do_postgres() -> Path | None:
    """A pasta do `initdb` mais novo; `None` se não há PostgreSQL (o servidor, e não só o cliente)."""
    pastas = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda pasta: int(pasta.parent.name.split(".")[0]))
    achado = shutil.which("initdb")
    candidatas = [*reversed(pastas), *([Path(achado).resolve().parent] if achado else [])]
    return next((pasta for pasta in candidatas if (pasta / "initdb").exists() and (pasta / "pg_ctl").exists()), None)


@cache
def programas_do_rabbitmq() -> Path | None:
    """A pasta do `rabbitmq-server` que não troca de usuário; o de /usr/sbin, no Debian, exige ser root."""
    achado = shutil.which("rabbitmq-server")
    candidatas = [Path("/usr/lib/rabbitmq/bin"), *([Path(achado).resolve().parent] if achado else [])]
    if shutil.which("epmd") is None:
        return None
    return next((pasta for pasta in candidatas if (pasta / "rabbitmq-server").exists()), None)


def faltam(nomes: Sequence[str]) -> list[str]:
    """Quais destes serviços ("postgres", "rabbitmq", "redis") esta máquina não sabe ligar."""
    ha: dict[str, Callable[[], object]] = {
        "postgres": programas_do_postgres,
        "rabbitmq": programas_do_rabbitmq,
        "redis": lambda: shutil.which("redis-server"),
    }
    return [nome for nome in nomes if not ha[nome]()]


# --- o que têm em comum -----------------------------------------------------------------------------------------------


def portas_livres(quantas: int) -> list[int]:
    """Portas de 127.0.0.1, todas diferentes: só se soltam depois de escolhidas todas."""
    tomadas = [socket.socket() for _ in range(quantas)]
    try:
        for tomada in tomadas:
            tomada.bind((ENDERECO, 0))
        return [int(tomada.getsockname()[1]) for tomada in tomadas]
    finally:
        for tomada in tomadas:
            tomada.close()


def esperar(pronto: Callable[[], bool], o_que: str, prazo: float = PRAZO, registro: Path | None = None) -> None:
    """Pergunta até ser verdade. Levanta `ServicoNaoSubiu` depois de `prazo` segundos, com o fim do registro."""
    limite = time.monotonic() + prazo
    while not pronto():
        if time.monotonic() >= limite:
            texto = registro.read_text(errors="replace")[-3000:] if registro and registro.exists() else ""
            raise ServicoNaoSubiu(f"{o_que}: não ficou pronto em {prazo:.0f} s\n{texto}")
        time.sleep(0.05)


@dataclass
class Servico:
    """Um serviço privado. Usar com `with`: liga ao entrar; ao sair, desliga e apaga a pasta."""

    pasta: Path = field(init=False)
    porta: int = field(init=False, default=0)
    processo: "subprocess.Popen[bytes] | None" = field(init=False, default=None)

    def __enter__(self) -> Any:
        self.pasta = Path(tempfile.mkdtemp(prefix=f"bench-{type(self).__name__.lower()}-"))
        # O PostgreSQL roda como outro usuário, que precisa atravessar a pasta.
        self.pasta.chmod(0o711)
        try:
            self.preparar()
            self.ligar()
        except BaseException:
            self.apagar()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        self.apagar()

    @property
    def registro(self) -> Path:
        return self.pasta / "registro.log"

    def preparar(self) -> None:
        """O que se faz uma vez, antes de ligar."""

    def ligar(self) -> None:
        raise NotImplementedError

    def desligar(self) -> None:
        """Parada ordeira."""
        self._encerrar(signal.SIGTERM)

    def matar(self) -> None:
        """`kill -9`: nada é avisado, nada é guardado."""
        self._encerrar(signal.SIGKILL)

    def religar(self) -> None:
        self.desligar()
        self.ligar()

    def apagar(self) -> None:
        with suppress(ServicoNaoSubiu, OSError):
            self.matar()
        shutil.rmtree(self.pasta, ignore_errors=True)

    def _comecar(self, comando: list[str], ambiente: dict[str, str] | None = None) -> None:
        with self.registro.open("ab") as saida:
            self.processo = subprocess.Popen(
                comando,
                cwd=self.pasta,
                env=ambiente,
                stdout=saida,
                stderr=saida,
                stdin=subprocess.DEVNULL,
                start_new_session=True,
            )

    def _encerrar(self, sinal: signal.Signals) -> None:
        """Avisa o processo (no SIGKILL, o grupo inteiro, que é só dele) e espera que acabe."""
        processo = self.processo
        if processo is None:
            return
        try:
            if sinal == signal.SIGKILL:
                os.killpg(processo.pid, signal.SIGKILL)
            elif processo.poll() is None:
                processo.send_signal(sinal)
            processo.wait(PRAZO)
        except ProcessLookupError:
            processo.wait(PRAZO)
        except subprocess.TimeoutExpired:
            with suppress(ProcessLookupError):
                os.killpg(processo.pid, signal.SIGKILL)
            raise ServicoNaoSubiu(f"{type(self).__name__}: não desligou em {PRAZO:.0f} s") from None
        self.processo = None


# --- PostgreSQL -------------------------------------------------------------------------------------------------------


@dataclass
class Postgres(Servico):
    """Um grupo de bancos privado, com as opções de fábrica (`fsync` ligado), e as de `opcoes` por cima."""

    opcoes: dict[str, str] = field(default_factory=dict)

    def preparar(self) -> None:
        pasta = programas_do_postgres()
        if pasta is None:
            raise ServicoNaoSubiu("falta o PostgreSQL nesta máquina (apt-get install postgresql)")
        self._programas = pasta
        (self.porta,) = portas_livres(1)
        self.dados = self.pasta / "dados"
        self.dados.mkdir(mode=0o700)
        self.registro.touch()
        if os.geteuid() == 0:
            dono = pwd.getpwnam(DONO_DO_POSTGRES)
            os.chown(self.dados, dono.pw_uid, dono.pw_gid)
            os.chown(self.registro, dono.pw_uid, dono.pw_gid)
        modo = ["-U", DONO_DO_POSTGRES, "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8", "--no-sync"]
        feito = subprocess.run(
            [*self._como_dono(), str(pasta / "initdb"), "-D", str(self.dados), *modo],
            cwd=self.pasta,
            capture_output=True,
            text=True,
            check=False,
        )
        if feito.returncode:
            raise ServicoNaoSubiu(f"initdb: {feito.stderr[-2000:]}")
        opcoes = {
            "listen_addresses": f"'{ENDERECO}'",
            "port": str(self.porta),
            "unix_socket_directories": "''",
            "logging_collector": "off",
            "lc_messages": "'C'",
            **self.opcoes,
        }
        with (self.dados / "postgresql.conf").open("a", encoding="ascii") as arquivo:
            arquivo.writelines(f"{nome} = {valor}\n" for nome, valor in opcoes.items())

    def _como_dono(self) -> list[str]:
        """O PostgreSQL recusa rodar como root."""
        if os.geteuid() != 0:
            return []
        return ["setpriv", f"--reuid={DONO_DO_POSTGRES}", f"--regid={DONO_DO_POSTGRES}", "--init-groups", "--"]

    def ligar(self) -> None:
        # `setpriv` dá lugar ao programa: o processo aqui guardado é o próprio PostgreSQL.
        def comecar() -> bool:
            if self.processo is None or self.processo.poll() is not None:
                # Depois de um `kill -9` os filhos do morto ainda seguram a memória por um instante, e ele se recusa.
                self._comecar([*self._como_dono(), str(self._programas / "postgres"), "-D", str(self.dados)])
            return self.responde()

        esperar(comecar, "PostgreSQL", registro=self.registro)

    def desligar(self) -> None:
        """Parada rápida (`pg_ctl stop -m fast`): as transações em curso são desfeitas."""
        self._encerrar(signal.SIGINT)

    def matar(self) -> None:
        """Cada processo do PostgreSQL tem um grupo só seu: matar o do mestre deixaria vivos os das conexões."""
        for pid in familia(self.processo.pid) if self.processo is not None else []:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        super().matar()

    def responde(self) -> bool:
        try:
            with self.conectar("postgres"):
                return True
        except psycopg.Error:
            return False

    def url(self, banco: str) -> str:
        return f"postgres://{DONO_DO_POSTGRES}@{ENDERECO}:{self.porta}/{banco}"

    def conectar(self, banco: str) -> "psycopg.Connection[Any]":
        """Cada comando vale por si: quem quer uma transação, abre-a."""
        return psycopg.connect(self.url(banco), autocommit=True, connect_timeout=3)

    def criar_banco(self, nome: str, modelo: str = "template0") -> None:
        with self.conectar("postgres") as conexao:
            conexao.execute(f'DROP DATABASE IF EXISTS "{nome}" WITH (FORCE)')
            conexao.execute(f'CREATE DATABASE "{nome}" TEMPLATE "{modelo}"')

    def impasses(self, banco: str) -> int:
        """Quantos impasses (deadlocks) o PostgreSQL desfez neste banco, desde que ligou."""
        with self.conectar(banco) as conexao:
            linha = conexao.execute("SELECT deadlocks FROM pg_stat_database WHERE datname = %s", [banco]).fetchone()
        assert linha is not None
        return int(linha[0])


# --- RabbitMQ ---------------------------------------------------------------------------------------------------------


@dataclass
class RabbitMQ(Servico):
    """Um nó só, sem extensões, com o seu próprio epmd: nada dele aparece ao RabbitMQ da máquina."""

    vhost: str = "/"

    def preparar(self) -> None:
        pasta = programas_do_rabbitmq()
        if pasta is None:
            raise ServicoNaoSubiu("falta o RabbitMQ nesta máquina (apt-get install rabbitmq-server)")
        self._programas = pasta
        self.porta, distribuicao, epmd = portas_livres(3)
        self.no = f"bench{self.porta}@localhost"
        extensoes, configuracao = self.pasta / "enabled_plugins", self.pasta / "rabbitmq.conf"
        extensoes.write_text("[].\n")
        # O alarme de disco não tem o que fazer aqui; o de memória é uma das faltas.
        configuracao.write_text(
            f"listeners.tcp.local = {ENDERECO}:{self.porta}\ndisk_free_limit.absolute = 1MB\nlog.console = false\n"
        )
        biscoito = self.pasta / ".erlang.cookie"
        biscoito.write_text(f"so-desta-execucao-{self.porta}")
        biscoito.chmod(0o400)
        self._ambiente = {
            **{nome: valor for nome, valor in os.environ.items() if not nome.startswith("RABBITMQ_")},
            "HOME": str(self.pasta),
            "LANG": "C.UTF-8",
            "LC_ALL": "C.UTF-8",
            "ERL_EPMD_PORT": str(epmd),
            "ERL_EPMD_ADDRESS": ENDERECO,
            "RABBITMQ_NODENAME": self.no,
            "RABBITMQ_NODE_PORT": str(self.porta),
            "RABBITMQ_NODE_IP_ADDRESS": ENDERECO,
            "RABBITMQ_DIST_PORT": str(distribuicao),
            "RABBITMQ_MNESIA_BASE": str(self.pasta / "mnesia"),
            "RABBITMQ_LOG_BASE": str(self.pasta / "log"),
            "RABBITMQ_LOGS": str(self.registro),
            "RABBITMQ_PID_FILE": str(self.pasta / "pid"),
            "RABBITMQ_ENABLED_PLUGINS_FILE": str(extensoes),
            "RABBITMQ_CONFIG_FILE": str(configuracao),
            "RABBITMQ_CONF_ENV_FILE": str(self.pasta / "nenhum.conf"),
            "RABBITMQ_GENERATED_CONFIG_DIR": str(self.pasta / "gerada"),
            "RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS": "-kernel inet_dist_use_interface {127,0,0,1} +S 2:2",
        }
        caminho = shutil.which("epmd")
        assert caminho is not None
        # Sem isto o Erlang deixaria um epmd de pé para sempre.
        self._epmd = subprocess.Popen(
            [caminho, "-port", str(epmd), "-address", ENDERECO],
            env=self._ambiente,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            stdin=subprocess.DEVNULL,
            start_new_session=True,
        )

    @property
    def url(self) -> str:
        return f"amqp://guest:guest@{ENDERECO}:{self.porta}/{'' if self.vhost == '/' else self.vhost}"

    def ligar(self) -> None:
        def comecar() -> bool:
            if self.processo is None or self.processo.poll() is not None:
                self._comecar([str(self._programas / "rabbitmq-server")], self._ambiente)
            return self.responde()

        esperar(comecar, "RabbitMQ", prazo=2 * PRAZO, registro=self.registro)

    def desligar(self) -> None:
        """SIGTERM à máquina virtual: o nó fecha as conexões e guarda o que deve."""
        for pid in self._maquina_virtual():
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGTERM)
        self._esperar_o_fim()

    def matar(self) -> None:
        for pid in self._maquina_virtual():
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        super().matar()

    def _maquina_virtual(self) -> list[int]:
        if self.processo is None:
            return []
        return [pid for pid in familia(self.processo.pid) if _nome(pid) == "beam.smp"]

    def _esperar_o_fim(self) -> None:
        if self.processo is not None:
            try:
                self.processo.wait(PRAZO)
            except subprocess.TimeoutExpired:
                raise ServicoNaoSubiu(f"RabbitMQ: não desligou em {PRAZO:.0f} s") from None
            self.processo = None

    def apagar(self) -> None:
        with suppress(ServicoNaoSubiu, OSError):
            self.matar()
        epmd = getattr(self, "_epmd", None)
        if epmd is not None:
            epmd.kill()
            epmd.wait()
        super().apagar()

    def responde(self) -> bool:
        try:
            with self.conectar():
                return True
        except (OSError, amqp.exceptions.AMQPError):
            return False

    def conectar(self) -> amqp.Connection:
        return amqp.Connection(
            f"{ENDERECO}:{self.porta}", "guest", "guest", virtual_host=self.vhost, connect_timeout=3, read_timeout=20
        )

    def controlar(self, *argumentos: str) -> str:
        """`rabbitmqctl` neste nó; devolve o que escreveu. Levanta `ServicoNaoSubiu` se ele falha."""
        feito = subprocess.run(
            [str(self._programas / "rabbitmqctl"), "-q", "-n", self.no, *argumentos],
            env=self._ambiente,
            cwd=self.pasta,
            capture_output=True,
            text=True,
            timeout=PRAZO,
            check=False,
        )
        if feito.returncode:
            raise ServicoNaoSubiu(f"rabbitmqctl {argumentos}: {feito.stderr[-1000:] or feito.stdout[-1000:]}")
        return feito.stdout

    def mudar_de_vhost(self, nome: str) -> None:
        """Cria um vhost vazio, que passa a ser o de `url`; apaga o anterior com as suas filas."""
        if self.vhost != "/":
            self.controlar("delete_vhost", self.vhost)
        self.controlar("add_vhost", nome)
        self.controlar("set_permissions", "-p", nome, "guest", ".*", ".*", ".*")
        self.vhost = nome

    def alarme_de_memoria(self, ligado: bool) -> None:
        """Com o alarme, o RabbitMQ deixa de ler de quem publica: a publicação fica parada, e não é recusada."""
        self.controlar("set_vm_memory_high_watermark", "0.0000001" if ligado else "0.6")

    def filas(self) -> dict[str, int]:
        """Mensagens de cada fila: as que esperam e as que um trabalhador tem na mão."""
        texto = self.controlar("list_queues", "-p", self.vhost, "name", "messages", "--formatter", "json")
        return {linha["name"]: int(linha["messages"]) for linha in json.loads(texto)}


def _nome(pid: int) -> str:
    try:
        return Path(f"/proc/{pid}/comm").read_text().strip()
    except OSError:
        return ""


# --- Redis ------------------------------------------------------------------------------------------------------------


@dataclass
class Redis(Servico):
    """Sem nada em disco: quem o usa não pode contar com o que ele guardava."""

    def preparar(self) -> None:
        if shutil.which("redis-server") is None:
            raise ServicoNaoSubiu("falta o Redis nesta máquina (apt-get install redis-server)")
        (self.porta,) = portas_livres(1)

    @property
    def url(self) -> str:
        return f"redis://{ENDERECO}:{self.porta}/0"

    def ligar(self) -> None:
        comando = ["redis-server", "--port", str(self.porta), "--bind", ENDERECO, "--save", "", "--appendonly", "no"]
        self._comecar([*comando, "--dir", str(self.pasta)])
        esperar(self.responde, "Redis", registro=self.registro)

    def responde(self) -> bool:
        try:
            with redis.Redis.from_url(self.url, socket_connect_timeout=1, socket_timeout=1) as cliente:
                return bool(cliente.ping())
        except redis.RedisError:
            return False
