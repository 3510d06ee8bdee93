"""Gerador de carga: um processo, uma thread, epoll, só a biblioteca padrão.

Roda à parte (`python -m bench.gerador`, plano JSON na entrada, resultado JSON na saída) para que o tempo de CPU dele
não se misture com o de quem mede. Cada conexão tem no máximo um pedido pendente e segue um roteiro, um gerador Python
que entrega o próximo pedido ao receber a resposta do anterior. Acaba sempre: por prazo, por quantidade ou por espera.
"""

import gc
import hashlib
import json
import resource
import select
import socket
import sys
import time
from array import array
from collections import Counter
from collections.abc import Callable, Generator, Iterable, Iterator
from dataclasses import asdict, dataclass, field
from itertools import repeat
from pathlib import Path

ENDERECO = "127.0.0.1"
LEITURA = 65_536
TIQUES = 100  # USER_HZ do Linux, unidade de /proc/<pid>/stat

# status, bytes recebidos, onde os cabeçalhos terminam, valor de Location
Resposta = tuple[bytes, bytes, int, bytes]
Roteiro = Generator[bytes, Resposta, None]


@dataclass
class Plano:
    """O que disparar. Tempos em segundos; textos são pedidos HTTP, completos ou só os cabeçalhos."""

    porta: int
    modo: str  # "repete" (o mesmo pedido), "corpos" (um corpo por linha do arquivo, cada um uma vez) ou "jornada"
    pedido: str = ""  # no modo "corpos", só até a linha vazia, com {tamanho} no lugar do Content-Length
    corpos: str = ""
    pagina: str = ""
    cedula: str = ""
    votar: str = ""  # idem
    comprovante: str = ""  # com {caminho} no lugar do caminho
    participantes: list[str] = field(default_factory=list)
    conexoes: int = 64
    segundos: float = 4.0
    aquecimento: float = 0.5  # antes da janela medida; os votos deste tempo também contam como confirmados
    maximo: int | None = None
    espera: float = 35.0  # pelas respostas pendentes, depois do prazo
    pids: list[int] = field(default_factory=list)


@dataclass
class Resultado:
    """Latências em milissegundos; `por_segundo` conta só a janela medida, `status` e `comprovantes` contam tudo."""

    por_segundo: float
    jornadas_por_segundo: float
    medidos: int
    segundos: float
    p50: float
    p99: float
    maxima: float
    jornada_p50: float
    jornada_p99: float
    status: dict[str, int]
    comprovantes: int  # Location distintos entre as respostas 303
    erros: dict[str, int]
    sem_resposta: int
    reconexoes: int
    bytes_recebidos: int
    cpu_gerador: float
    cpu_servidor: float
    cpu_por_processo: dict[str, float]


# --- prova de trabalho ---------------------------------------------------------------------------------------------


def resolver(cedula: bytes, bits: int) -> bytes:
    """A menor prova de largura fixa para a cédula: largura fixa, para que todos os corpos tenham o mesmo tamanho."""
    if not bits:
        return b""
    sha256 = hashlib.sha256
    limiar = (1 << (256 - bits)).to_bytes(32, "big")
    prefixo = cedula + b"."
    for prova in candidatas(bits):
        if sha256(prefixo + prova).digest() < limiar:
            return prova
    raise ValueError(f"nenhuma prova de {bits} bits para {cedula!r}")


_pequenas: dict[int, list[bytes]] = {}


def candidatas(bits: int) -> Iterable[bytes]:
    """Provas a tentar, em ordem; a lista das curtas fica pronta, porque formatar custa tanto quanto o resumo."""
    largura = bits // 3 + 3
    if bits > 4:
        return (b"%0*d" % (largura, n) for n in range(10**largura))
    if bits not in _pequenas:
        _pequenas[bits] = [b"%0*d" % (largura, n) for n in range(10**largura)]
    return _pequenas[bits]


# --- roteiros ------------------------------------------------------------------------------------------------------


def roteiro_simples(pedidos: Iterator[bytes]) -> Roteiro:
    # `yield from` repassaria a resposta ao iterador, que não a aceita.
    for pedido in pedidos:  # noqa: UP028
        yield pedido


def roteiro_com_corpos(cabecalhos: dict[int, bytes], corpos: Iterator[bytes]) -> Roteiro:
    for corpo in corpos:
        yield cabecalhos[len(corpo)] + corpo


def roteiro_de_jornada(plano: Plano, duracoes: "array[float]") -> Roteiro:
    """Página, cédula, voto, comprovante, sem parar; `duracoes` recebe a de cada jornada que chegou ao fim."""
    pagina, cedula = plano.pagina.encode(), plano.cedula.encode()
    antes, depois = (parte.encode() for parte in plano.votar.split("{tamanho}"))
    prefixo, sufixo = (parte.encode() for parte in plano.comprovante.split("{caminho}"))
    escolhas = [b"participante=" + nome.encode() for nome in plano.participantes]
    vez = 0
    while True:
        inicio = time.perf_counter()
        yield pagina
        status, dados, fim, _ = yield cedula
        if status != b"200":
            continue
        resposta = json.loads(dados[fim:])
        texto = resposta["cedula"].encode()
        vez += 1
        corpo = b"%s&cedula=%s&prova=%s" % (escolhas[vez % len(escolhas)], texto, resolver(texto, resposta["bits"]))
        status, _, _, destino = yield b"%s%d%s%s" % (antes, len(corpo), depois, corpo)
        if status != b"303":
            continue
        status, *_ = yield prefixo + destino + sufixo
        if status == b"200":
            duracoes.append(time.perf_counter() - inicio)


def fabrica(plano: Plano, duracoes: "array[float]") -> Callable[[], Roteiro]:
    """Um roteiro novo por conexão, todos tirando da mesma fila de pedidos."""
    if plano.modo == "jornada":
        return lambda: roteiro_de_jornada(plano, duracoes)
    pedido = plano.pedido.encode()
    if plano.modo == "repete":
        pedidos = repeat(pedido) if plano.maximo is None else repeat(pedido, plano.maximo)
        return lambda: roteiro_simples(pedidos)
    if plano.modo == "corpos":
        corpos = Path(plano.corpos).read_bytes().split()[: plano.maximo]
        cabecalhos = {n: pedido.replace(b"{tamanho}", b"%d" % n) for n in {len(corpo) for corpo in corpos}}
        fila = iter(corpos)
        return lambda: roteiro_com_corpos(cabecalhos, fila)
    raise ValueError(f"modo desconhecido: {plano.modo}")


# --- CPU dos outros ------------------------------------------------------------------------------------------------


def familia(pid: int) -> list[int]:
    """O processo e os seus descendentes vivos."""
    todos = [pid]
    for atual in todos:
        for filhos in Path(f"/proc/{atual}/task").glob("*/children"):
            try:
                todos += [int(filho) for filho in filhos.read_text().split()]
            except OSError:
                continue
    return todos


def cpu_de(pids: Iterable[int]) -> dict[int, float]:
    """Segundos de CPU (usuário + núcleo) de cada processo que ainda existe."""
    gasto = {}
    for pid in pids:
        try:
            campos = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        except OSError:
            continue
        gasto[pid] = (int(campos[11]) + int(campos[12])) / TIQUES
    return gasto


def cpu_propria() -> float:
    uso = resource.getrusage(resource.RUSAGE_SELF)
    return uso.ru_utime + uso.ru_stime


# --- o laço --------------------------------------------------------------------------------------------------------


class Conexao:
    """Uma conexão persistente e o roteiro que ela segue."""

    __slots__ = ("enviar", "inicio", "origem", "pendente", "receber", "resto", "roteiro", "tomada")

    tomada: socket.socket
    receber: Callable[[int], bytes]
    enviar: Callable[[bytes], int]
    roteiro: Roteiro

    def __init__(self, numero: int) -> None:
        # Cada conexão vem de um endereço só seu, como cada telefone: o projeto conta os pedidos por origem.
        self.origem = f"127.0.{100 + numero // 250}.{1 + numero % 250}"
        self.inicio = 0.0
        self.resto = b""
        self.pendente = False

    def abrir(self, porta: int) -> None:
        self.tomada = socket.create_connection((ENDERECO, porta), timeout=5, source_address=(self.origem, 0))
        self.tomada.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.tomada.setblocking(False)
        self.receber, self.enviar = self.tomada.recv, self.tomada.send
        self.resto = b""


class Carga:
    """Uma execução de um plano, do primeiro pedido à última resposta esperada."""

    def __init__(self, plano: Plano) -> None:
        self.plano = plano
        self.latencias = array("d")
        self.duracoes = array("d")
        self.status: Counter[bytes] = Counter()
        self.erros: Counter[str] = Counter()
        self.destinos: set[bytes] = set()
        self.reconexoes = 0
        self.bytes_recebidos = 0
        self.ultima = 0.0  # hora do último lote de respostas
        self.perdidos = 0  # pedidos cuja resposta não virá: a conexão caiu
        self.novo_roteiro = fabrica(plano, self.duracoes)
        self.espera = select.epoll()
        self.conexoes: dict[int, Conexao] = {}

    def conectar(self) -> None:
        for numero in range(self.plano.conexoes):
            conexao = Conexao(numero)
            conexao.abrir(self.plano.porta)
            self.conexoes[conexao.tomada.fileno()] = conexao
            self.espera.register(conexao.tomada, select.EPOLLIN)
            # Vários processos disputam o mesmo soquete de escuta: de uma rajada, um só levaria tudo.
            time.sleep(0.001)

    def fechar(self, conexao: Conexao) -> None:
        self.conexoes.pop(conexao.tomada.fileno(), None)
        conexao.tomada.close()

    def reabrir(self, conexao: Conexao) -> bool:
        self.fechar(conexao)
        self.reconexoes += 1
        try:
            conexao.abrir(self.plano.porta)
        except OSError:
            self.erros["conexao_recusada"] += 1
            return False
        self.conexoes[conexao.tomada.fileno()] = conexao
        self.espera.register(conexao.tomada, select.EPOLLIN)
        return True

    def comecar(self, conexao: Conexao) -> None:
        """Roteiro novo, primeiro pedido."""
        conexao.roteiro = self.novo_roteiro()
        conexao.pendente = False
        try:
            pedido = next(conexao.roteiro)
        except StopIteration:
            return
        self.disparar(conexao, pedido)

    def disparar(self, conexao: Conexao, pedido: bytes) -> None:
        """Um pedido pequeno sempre cabe no buffer de envio; se não couber, a conexão cai e a leitura o acusa."""
        conexao.pendente = True
        conexao.inicio = time.perf_counter()
        try:
            if conexao.enviar(pedido) != len(pedido):
                conexao.tomada.shutdown(socket.SHUT_RDWR)
        except OSError:
            pass

    def queda(self, conexao: Conexao, erro: str) -> None:
        """A resposta do pedido pendente não virá: o pedido fica sem confirmação e a conexão recomeça."""
        if not conexao.pendente:
            self.fechar(conexao)
            return
        self.erros[erro] += 1
        self.perdidos += 1
        conexao.pendente = False
        if self.perdidos > 10_000:
            self.fechar(conexao)  # servidor que derruba tudo: não insistir para sempre
        elif self.reabrir(conexao) and time.perf_counter() < self.prazo:
            self.comecar(conexao)

    def rodar(self) -> Resultado:
        plano, relogio = self.plano, time.perf_counter
        familias = sorted({pid for raiz in plano.pids for pid in familia(raiz)})
        self.conectar()
        conexoes, espera = self.conexoes, self.espera
        gc.collect()
        gc.disable()

        abertura = relogio() + plano.aquecimento
        self.prazo = abertura + plano.segundos
        primeiro = primeira_jornada = 0
        aberta = False
        gasto, proprio = cpu_de(familias), cpu_propria()
        for conexao in list(conexoes.values()):
            self.comecar(conexao)
        agora = relogio()
        while agora < self.prazo and any(conexao.pendente for conexao in conexoes.values()):
            if not aberta and agora >= abertura:
                aberta, abertura = True, agora
                primeiro, primeira_jornada = len(self.latencias), len(self.duracoes)
                gasto, proprio = cpu_de(familias), cpu_propria()
            # Em fatias, para que o laço de dentro não tenha de olhar para o relógio da janela.
            agora = self.atender(self.prazo if aberta else abertura)
        if not aberta:  # acabou antes do aquecimento: mede tudo
            abertura -= plano.aquecimento
        # Acabaram os pedidos: a janela fecha na última resposta. Servidor calado não encurta a janela.
        acabou = not any(conexao.pendente for conexao in conexoes.values())
        fechamento = self.ultima if acabou and agora < self.prazo else agora
        medidos, ultima_jornada = len(self.latencias) - primeiro, len(self.duracoes)
        gasto_final, proprio_final = cpu_de(familias), cpu_propria()

        limite = relogio() + plano.espera
        while relogio() < limite and any(conexao.pendente for conexao in conexoes.values()):
            self.atender(relogio() + 0.05)
        pendentes = sum(conexao.pendente for conexao in conexoes.values())
        for conexao in list(conexoes.values()):
            self.fechar(conexao)
        espera.close()

        janela = max(fechamento - abertura, 1e-9)
        por_processo = {str(pid): round(gasto_final[pid] - gasto.get(pid, 0.0), 3) for pid in gasto_final}
        # As respostas que passaram do prazo contam na latência, embora não na vazão: são as mais lentas.
        p50, p99, maxima = percentis(self.latencias[primeiro:])
        jornadas = self.duracoes[primeira_jornada:ultima_jornada]
        jornada_p50, jornada_p99, _ = percentis(jornadas)
        return Resultado(
            por_segundo=medidos / janela,
            jornadas_por_segundo=len(jornadas) / janela,
            medidos=medidos,
            segundos=janela,
            p50=p50,
            p99=p99,
            maxima=maxima,
            jornada_p50=jornada_p50,
            jornada_p99=jornada_p99,
            status={codigo.decode(): quantos for codigo, quantos in sorted(self.status.items())},
            comprovantes=len(self.destinos),
            erros=dict(self.erros),
            sem_resposta=pendentes + self.perdidos,
            reconexoes=self.reconexoes,
            bytes_recebidos=self.bytes_recebidos,
            cpu_gerador=proprio_final - proprio,
            cpu_servidor=sum(por_processo.values()),
            cpu_por_processo=por_processo,
        )

    def atender(self, ate: float) -> float:
        """Lê respostas e dispara os pedidos seguintes até `ate`, ou até nada mais estar pendente; devolve a hora.

        Tudo numa função, com nomes locais: uma chamada a mais por pedido custaria um décimo da vazão.
        """
        conexoes, relogio, quantas = self.conexoes, time.perf_counter, self.plano.conexoes
        esperar, prazo = self.espera.poll, self.prazo
        anotar, status_de, guardar = self.latencias.append, self.status, self.destinos.add
        recebidos = 0
        agora = relogio()
        while agora < ate:
            eventos = esperar(min(ate - agora, 0.05), quantas)
            if not eventos:
                agora = relogio()
                if not any(conexao.pendente for conexao in conexoes.values()):
                    break
            for descritor, _ in eventos:
                conexao = conexoes.get(descritor)
                if conexao is None:
                    continue
                try:
                    dados = conexao.receber(LEITURA)
                except BlockingIOError:
                    continue
                except OSError:
                    dados = b""
                if not dados:
                    self.queda(conexao, "conexao_fechada")
                    continue
                recebidos += len(dados)
                if conexao.resto:
                    dados = conexao.resto + dados
                corte = dados.find(b"\r\n\r\n") + 4
                if corte < 4:
                    conexao.resto = dados
                    continue
                cabecalhos = dados[:corte].lower()
                onde = cabecalhos.find(b"\r\ncontent-length:")
                if onde < 0:
                    self.queda(conexao, "sem_content_length")
                    continue
                onde += 17
                falta = corte + int(cabecalhos[onde : cabecalhos.find(b"\r", onde)]) - len(dados)
                if falta:
                    if falta > 0:
                        conexao.resto = dados
                    else:
                        self.queda(conexao, "bytes_a_mais")
                    continue

                agora = relogio()
                anotar(agora - conexao.inicio)
                conexao.resto = b""
                conexao.pendente = False
                status = dados[9:12]
                status_de[status] += 1
                destino = b""
                if status == b"303":
                    onde = cabecalhos.find(b"\r\nlocation:")
                    if onde >= 0:
                        destino = dados[onde + 11 : dados.find(b"\r", onde + 11)].strip()
                        guardar(destino)
                if b"\r\nconnection: close" in cabecalhos and not self.reabrir(conexao):
                    continue
                if agora >= prazo:
                    continue
                try:
                    pedido = conexao.roteiro.send((status, dados, corte, destino))
                except StopIteration:
                    continue
                conexao.pendente = True
                conexao.inicio = relogio()
                try:
                    if conexao.enviar(pedido) == len(pedido):
                        continue
                    conexao.tomada.shutdown(socket.SHUT_RDWR)
                except OSError:
                    continue
            agora = relogio()
            if eventos:
                self.ultima = agora
        self.bytes_recebidos += recebidos
        return agora


def percentis(valores: "array[float]") -> tuple[float, float, float]:
    """p50, p99 e máximo, de segundos para milissegundos."""
    if not valores:
        return 0.0, 0.0, 0.0
    ordem = sorted(valores)
    ultimo = len(ordem) - 1
    return ordem[ultimo // 2] * 1e3, ordem[min(ultimo, len(ordem) * 99 // 100)] * 1e3, ordem[ultimo] * 1e3


def main() -> None:
    texto = Path(sys.argv[1]).read_text() if len(sys.argv) > 1 else sys.stdin.read()
    json.dump(asdict(Carga(Plano(**json.loads(texto))).rodar()), sys.stdout)


if __name__ == "__main__":
    main()
