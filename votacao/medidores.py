"""Os medidores da votação num processo: quanto se aceitou, se recusou e por quê, quanto demorou, quanto espera.

Python puro, sem biblioteca e sem HTTP: quem os mostra ao Prometheus é `bbb.metricas`. O caminho do voto anota uma vez
por lote, e uma soma por recusa; o que aqui se gasta por voto são dezenas de nanossegundos (docs/OBSERVAR.md).

Os números moram num bloco de memória de tamanho fixo. Ligado a um arquivo (`ligar`), o bloco é o próprio arquivo: quem
soma os processos de uma máquina lê os arquivos de todos, e o que um processo contou fica lá mesmo depois de um
`kill -9`.
"""

import fcntl
import mmap
import os
import threading
import time
from bisect import bisect_left
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Final

VAGAS: Final = 512
"""Números diferentes que um processo pode ter."""
_NOME_MAXIMO: Final = 120
"""Bytes do nome de um número."""
_BYTES: Final = VAGAS * (8 + _NOME_MAXIMO)

CONTADOR: Final = "c"
"""Só cresce; entre processos, soma-se, também o dos que já morreram."""
NIVEL: Final = "n"
"""Sobe e desce; entre processos, soma-se o dos vivos."""
VISTO: Final = "v"
"""Sobe e desce, e todos veem o mesmo (a fila do RabbitMQ): entre processos vivos, vale o maior."""

DEMORAS: Final = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.0, 2.7)
"""Segundos, da chegada de um voto até ele estar durável; o último é o prazo da urna."""
LOTES: Final = (1, 2, 5, 10, 25, 50, 100, 250, 500, 1000, 2000)
"""Votos gravados juntos; o último é o lote máximo."""
ATRASOS: Final = (0.1, 0.5, 1.0, 2.0, 5.0, 10.0, 30.0, 60.0, 120.0, 300.0, 600.0, 1800.0)
"""Segundos entre aceitar um voto e contá-lo: com fila, o que a apuração está atrás."""
TEMPOS: Final = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
"""Segundos de uma resposta do Django."""


class Medidores:
    """Os números de um processo. Todos os métodos podem ser chamados de qualquer thread."""

    def __init__(self) -> None:
        # Somar a um número são três passos do interpretador, e anotam o laço, a thread da urna e as do Django.
        self._trinco = threading.Lock()
        self._onde: dict[str, int] = {}
        self._bloco: bytearray | mmap.mmap = bytearray(_BYTES)
        self._valores = memoryview(self._bloco)[: VAGAS * 8].cast("d")
        self._arquivo: int | None = None
        self._sondas: dict[str, Callable[[], float]] = {}
        self._aceitos = self._abrir(CONTADOR, "aceitos")
        self._contados = self._abrir(CONTADOR, "contados")
        self._lote = _Histograma(self, "lote", LOTES)
        self._demora = _Histograma(self, "demora", DEMORAS)
        self._atraso = _Histograma(self, "atraso", ATRASOS)
        self._tempos: dict[str, _Histograma] = {}
        self._recusas: dict[str, int] = {}

    # --- anotar ---

    def anotar_lote(self, chegadas: Sequence[float], desfechos: Sequence[object]) -> None:
        """Um lote que acaba de ficar durável, ou que não pôde. `chegadas`, no relógio monotônico e em ordem, e
        `desfechos`, na mesma: uma `Recusa` (a classe) é de quem não entrou, e quem a responde é que a conta."""
        agora = time.monotonic()
        recusados = list(map(type, desfechos)).count(type)
        aceitos = len(desfechos) - recusados
        if not aceitos:
            return
        if recusados:
            chegadas = [quando for quando, qual in zip(chegadas, desfechos, strict=True) if not isinstance(qual, type)]
        with self._trinco:
            self._valores[self._aceitos] += aceitos
            self._lote.anotar(aceitos)
            self._demora.anotar_desde(chegadas, agora)

    def recusar(self, codigo: str) -> None:
        """Um pedido recusado, por qualquer das portas: `codigo` é o da `Recusa`."""
        with self._trinco:
            try:
                onde = self._recusas[codigo]
            except KeyError:
                onde = self._recusas[codigo] = self._abrir(CONTADOR, f"recusas|{codigo}")
            self._valores[onde] += 1

    def contar(self, novos: int) -> None:
        """Votos que acabam de entrar no livro. Uma cédula repetida é aceita outra vez, mas não conta outra vez."""
        with self._trinco:
            self._valores[self._contados] += novos

    def anotar_atraso(self, segundos: float, votos: int) -> None:
        """`votos` contados agora que tinham sido aceitos há `segundos`."""
        with self._trinco:
            self._atraso.anotar(max(0.0, segundos), votos)

    def anotar_pedido(self, familia: str, status: int, segundos: float) -> None:
        """Uma resposta do Django. `familia` é um nome fixo, nunca um caminho: num caminho há códigos e nomes."""
        with self._trinco:
            self._valores[self._abrir(CONTADOR, f"pedidos|{familia}|{status // 100}xx")] += 1
            if familia not in self._tempos:
                self._tempos[familia] = _Histograma(self, f"tempo|{familia}", TEMPOS)
            self._tempos[familia].anotar(segundos)

    def marcar(self, nome: str, valor: float, *, todos_veem: bool = False) -> None:
        """Um nível: quanto há agora. `todos_veem`: cada processo vê o mesmo número, que então não se soma."""
        with self._trinco:
            self._valores[self._abrir(VISTO if todos_veem else NIVEL, nome)] = valor

    # --- sondas: o que só se sabe perguntando ---

    def sondar(self, nome: str, funcao: Callable[[], float], *, todos_veem: bool = False) -> None:
        """`funcao` diz um nível (ver `marcar`), e é chamada a cada segundo numa thread só dela (`bbb.metricas`): pode
        demorar e falhar. Um nome que já tem sonda passa a ter esta.
        """
        with self._trinco:
            self._abrir(VISTO if todos_veem else NIVEL, nome)
            self._sondas[nome] = funcao

    def sondas(self) -> list[str]:
        return list(self._sondas)

    def perguntar(self, nome: str) -> None:
        """Chama a sonda e guarda o que ela disse. Se ela falha, o nível fica desconhecido (`nan`), e o erro sobe."""
        funcao = self._sondas[nome]
        valor = float("nan")
        try:
            valor = float(funcao())
        finally:
            with self._trinco:
                onde = self._onde.get(f"{NIVEL} {nome}")
                self._valores[self._onde[f"{VISTO} {nome}"] if onde is None else onde] = valor

    # --- ler ---

    @property
    def aceitos(self) -> int:
        """Votos que ficaram duráveis: no livro, ou na fila. Inclui os de uma cédula repetida com a mesma escolha."""
        return int(self._valores[self._aceitos])

    @property
    def contados(self) -> int:
        """Votos novos que este processo pôs no livro."""
        return int(self._valores[self._contados])

    @property
    def lotes(self) -> int:
        """Lotes que ficaram duráveis."""
        return self._lote.quantos()

    @property
    def recusas(self) -> dict[str, int]:
        """Pedidos recusados, por `Recusa.codigo`; só os motivos que já aconteceram."""
        return {codigo: int(self._valores[onde]) for codigo, onde in self._recusas.copy().items()}

    @property
    def demora_media(self) -> float:
        """Segundos entre a chegada e o voto durável, em média; zero se ainda não houve voto."""
        return self._demora.media()

    def todos(self) -> dict[str, float]:
        """Cada número pelo seu nome: o tipo (`CONTADOR`…), um espaço e o nome."""
        with self._trinco:
            return {nome: self._valores[onde] for nome, onde in self._onde.items()}

    # --- guardar ---

    def ligar(self, arquivo: Path) -> None:
        """Passa a morar em `arquivo`, que é criado, e leva o que já contou. Levanta `OSError` se não pode.

        O processo fica com a tranca do arquivo: por ela, e não pelo número do processo, se sabe se ele vive.
        """
        aberto = os.open(arquivo, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(aberto, fcntl.LOCK_EX | fcntl.LOCK_NB)
            # Escreve-se tudo já: num disco cheio o erro é agora, e não um SIGBUS no meio da votação.
            os.posix_fallocate(aberto, 0, _BYTES)
            bloco = mmap.mmap(aberto, _BYTES)
        except OSError:
            os.close(aberto)
            arquivo.unlink(missing_ok=True)
            raise
        with self._trinco:
            bloco[:] = bytes(self._bloco)
            self._bloco = bloco
            self._valores = memoryview(bloco)[: VAGAS * 8].cast("d")
            anterior, self._arquivo = self._arquivo, aberto
        if anterior is not None:
            os.close(anterior)

    def _abrir(self, tipo: str, nome: str) -> int:
        """A vaga deste número. Sem vagas, vai para a última, que ninguém lê: medir nunca derruba o que se mede."""
        chave = f"{tipo} {nome}"
        onde = self._onde.get(chave)
        if onde is None:
            onde = len(self._onde)
            bruto = chave.encode()
            if onde >= VAGAS - 1 or len(bruto) > _NOME_MAXIMO:
                return VAGAS - 1
            inicio = VAGAS * 8 + onde * _NOME_MAXIMO
            self._bloco[inicio : inicio + _NOME_MAXIMO] = bruto.ljust(_NOME_MAXIMO, b"\0")
            self._onde[chave] = onde
        return onde


class _Histograma:
    """Quantos em cada faixa (até o limite, inclusive), e a soma. Quem chama segura o trinco."""

    def __init__(self, medidores: Medidores, nome: str, limites: Sequence[float]) -> None:
        self._medidores = medidores
        self._limites = limites
        self._soma = medidores._abrir(CONTADOR, f"{nome}|soma")
        self._faixas = [medidores._abrir(CONTADOR, f"{nome}|{i}") for i in range(len(limites) + 1)]

    def anotar(self, valor: float, vezes: int = 1) -> None:
        valores = self._medidores._valores
        valores[self._faixas[bisect_left(self._limites, valor)]] += vezes
        valores[self._soma] += valor * vezes

    def anotar_desde(self, inicios: Sequence[float], agora: float) -> None:
        """O tempo desde cada início, que vêm em ordem: procura onde muda de faixa em vez de olhar um por um."""
        valores = self._medidores._valores
        quantos = len(inicios)
        valores[self._soma] += agora * quantos - sum(inicios)
        faixa = bisect_left(self._limites, agora - inicios[-1])
        ultima = bisect_left(self._limites, agora - inicios[0])
        # Do mais novo (que esperou menos) ao mais velho.
        while quantos and faixa < ultima:
            restam = bisect_left(inicios, agora - self._limites[faixa], 0, quantos)
            valores[self._faixas[faixa]] += quantos - restam
            quantos = restam
            faixa += 1
        valores[self._faixas[ultima]] += quantos

    def quantos(self) -> int:
        return int(sum(self._medidores._valores[faixa] for faixa in self._faixas))

    def media(self) -> float:
        quantos = self.quantos()
        return self._medidores._valores[self._soma] / quantos if quantos else 0.0


def ler(arquivo: Path) -> tuple[dict[str, float], bool]:
    """Os números de um arquivo (`Medidores.todos`), e se o processo que o escreve ainda vive.

    De um bloco que outro processo escreve: cada número está inteiro, mas podem ser de instantes vizinhos.
    """
    with arquivo.open("rb") as aberto:
        try:
            fcntl.flock(aberto, fcntl.LOCK_SH | fcntl.LOCK_NB)
            vive = False
        except BlockingIOError:
            vive = True
        bloco = aberto.read(_BYTES)
    numeros: dict[str, float] = {}
    if len(bloco) == _BYTES:
        valores = memoryview(bloco)[: VAGAS * 8].cast("d")
        for onde in range(VAGAS):
            inicio = VAGAS * 8 + onde * _NOME_MAXIMO
            nome = bloco[inicio : inicio + _NOME_MAXIMO].rstrip(b"\0")
            if not nome:
                break
            numeros[nome.decode()] = valores[onde]
    return numeros, vive


deste_processo: Final = Medidores()
anotar_atraso = deste_processo.anotar_atraso
sondar = deste_processo.sondar
