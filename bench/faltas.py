"""`python -m bench.faltas`: cada falta, de verdade, sobre a casa inteira sob carga; uma tabela diz o que se perdeu.

PostgreSQL, RabbitMQ e Redis só desta execução (`bench.servicos`); servidor e trabalhadores pelos comandos do projeto;
votos de cédulas assinadas por ele. Em cada linha: os votos respondidos estão todos no livro, um por um, pela chave; o
que o livro tem a mais ficou sem resposta certa; a soma das contagens é o tamanho do livro; `manage.py conferir` sai com
0; e a falta aconteceu mesmo. Sai com 1 se algo não confere.
"""

import argparse
import json
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

import amqp

from bench.casa import FILA, MORTOS, Casa, Processo, Votantes, escutam
from bench.medidas import ambiente, escrever_entre_marcas, numero, tabela
from bench.servicos import Postgres, RabbitMQ, Redis, ServicoNaoSubiu, faltam
from bench.servidores import PROCESSOS, RAIZ, ServidorNaoSubiu

ESCOAR = 60.0
"""Segundos para a fila esvaziar depois da falta."""
SOSSEGO = 12.0
"""Segundos de fila vazia e livro parado que dão a falta por terminada."""
ESPERA = 30.0
"""Segundos por um acontecimento que a falta promete (uma recusa, um voto a mais)."""
PROVA_DE_VIDA = 600
"""Votos respondidos a mais que provam que se vota."""


class FaltaNaoConfere(Exception):
    """O que a linha promete não se viu."""


@dataclass
class Linha:
    """O que se mediu de uma falta. `erros` vazio: nada se perdeu e nada se contou duas vezes."""

    nome: str
    titulo: str
    respondidos: int = 0
    livro: int = 0
    contados: int = 0
    incertos: int = 0
    """Votos sem resposta certa que o livro tem."""
    recusas: int = 0
    maior: float = 0.0
    notas: list[str] = field(default_factory=list)
    erros: list[str] = field(default_factory=list)


def comparar(
    linha: Linha,
    *,
    respondidos: set[str],
    incertos: set[str],
    livro: set[str],
    contados: int,
    conferir: int,
) -> None:
    """Preenche a linha e acusa toda diferença: voto respondido que falta, voto que ninguém deu, conta que não fecha."""
    linha.respondidos, linha.livro, linha.contados = len(respondidos), len(livro), contados
    linha.incertos = len(livro & (incertos - respondidos))
    if perdidos := respondidos - livro:
        linha.erros.append(f"{numero(len(perdidos))} votos respondidos não estão no livro")
    if intrusos := livro - respondidos - incertos:
        linha.erros.append(f"{numero(len(intrusos))} votos do livro não foram enviados nesta prova")
    if contados != len(livro):
        linha.erros.append(f"as contagens somam {numero(contados)}, e o livro tem {numero(len(livro))}")
    if conferir:
        linha.erros.append(f"manage.py conferir saiu com {conferir}")
    if not respondidos:
        linha.erros.append("nenhum voto foi respondido: a prova não provou nada")


# --- o ensaio ---------------------------------------------------------------------------------------------------------


@dataclass
class Bancada:
    """Os serviços que as faltas dividem: ligar o RabbitMQ custa segundos, um banco novo custa um décimo."""

    pasta: Path
    postgres: Postgres
    rabbit: RabbitMQ | None
    """`None` se só se pediram faltas do modo direto."""


@contextmanager
def bancada(servicos: set[str]) -> Iterator[Bancada]:
    """Levanta `ServicoNaoSubiu`."""
    with ExitStack() as pilha:
        pasta = Path(pilha.enter_context(tempfile.TemporaryDirectory(prefix="bench-faltas-")))
        postgres = pilha.enter_context(Postgres())
        rabbit = pilha.enter_context(RabbitMQ()) if "rabbitmq" in servicos else None
        yield Bancada(pasta, postgres, rabbit)


@dataclass
class Ensaio:
    """Uma falta: a casa dela, a carga, e o que se anota."""

    bancada: Bancada
    linha: Linha
    casa: Casa
    pequeno: bool = False
    votantes: Votantes | None = None
    trabalhadores: Processo | None = None
    porta: int = 0
    mortos_esperados: int = 0
    escritos: set[str] = field(default_factory=set)
    """Votos que uma falta deu por outro caminho, sem ser a página."""

    # --- a carga ---

    @property
    def rabbit(self) -> RabbitMQ:
        assert self.bancada.rabbit is not None
        return self.bancada.rabbit

    @property
    def postgres(self) -> Postgres:
        return self.bancada.postgres

    def quanto(self, inteiro: int) -> int:
        """Nos testes, um terço."""
        return max(1, inteiro // 3) if self.pequeno else inteiro

    @contextmanager
    def no_ar(
        self, *, trabalhadores: bool = True, cedulas: int = 30_000, pausa: float = 0.004
    ) -> Iterator[tuple[Processo, Votantes]]:
        """Servidor, trabalhadores (no modo fila) e votantes. Ao sair, os votantes param, e a fila é escoada."""
        corpos: deque[tuple[str, str]] = deque()
        with ExitStack() as pilha:
            if trabalhadores and self.casa.broker:
                self.trabalhadores = pilha.enter_context(self.casa.trabalhando())
            emitir = partial(self._emitir, corpos, self.quanto(cedulas))
            servidor, self.porta = pilha.enter_context(self.casa.servindo(enquanto_sobe=emitir))
            self.votantes = Votantes(self.porta, self.casa.paredao, corpos, pausa=pausa)
            try:
                self.mais_respondidos()
                yield servidor, self.votantes
            finally:
                self.votantes.terminar()
            if trabalhadores:
                self.escoar()

    def _emitir(self, corpos: "deque[tuple[str, str]]", quantas: int) -> None:
        corpos.extend(self.casa.cedulas(quantas))

    def esperar(self, acontece: Callable[[], object], o_que: str, prazo: float = ESPERA) -> None:
        """Levanta `FaltaNaoConfere` se não acontece a tempo."""
        limite = time.monotonic() + prazo
        while not acontece():
            if time.monotonic() >= limite:
                raise FaltaNaoConfere(f"esperou {prazo:.0f} s: {o_que}")
            time.sleep(0.02)

    def mais_respondidos(self, quantos: int = PROVA_DE_VIDA, quando: str = "") -> None:
        """Espera que mais votos sejam respondidos, contados a partir de agora."""
        assert self.votantes is not None
        votantes, ja = self.votantes, len(self.votantes.respondidos)
        self.esperar(
            lambda: len(votantes.respondidos) >= ja + self.quanto(quantos), f"mais {quantos} votos respondidos {quando}"
        )

    def mais_recusas(self, quando: str) -> None:
        assert self.votantes is not None
        votantes, ja = self.votantes, self.votantes.recusas
        self.esperar(lambda: votantes.recusas > ja, f"uma recusa {quando}")

    def escoar(self) -> None:
        """Até a fila não ter nada, nem à espera nem na mão de alguém, e o livro parar de crescer.

        O RabbitMQ só refaz a conta de uma fila de quórum de 5 em 5 s: um zero sozinho pode ser velho. Com todos os
        respondidos já no livro, basta; sem isso, o zero e o livro parado têm de durar `SOSSEGO`. Não julga: quem diz se
        falta algum é `fechar`.
        """
        if not self.casa.broker:
            return
        respondidos = set(self.escritos) | (self.votantes.respondidos if self.votantes is not None else set())
        limite, quieto_desde, antes = time.monotonic() + ESCOAR, time.monotonic(), -1
        while True:
            if self.trabalhadores is not None:
                self.trabalhadores.garantir()
            na_fila, livro = self.rabbit.filas().get(FILA, 0), self.casa.livro()
            if na_fila == 0 and respondidos <= livro:
                return
            agora = time.monotonic()
            if na_fila or len(livro) != antes:
                quieto_desde, antes = agora, len(livro)
            if agora - quieto_desde >= SOSSEGO:
                return
            if agora >= limite:
                raise FaltaNaoConfere(f"a fila não esvaziou em {ESCOAR:.0f} s: tem {na_fila} mensagens")
            time.sleep(0.1)

    # --- a conta ---

    def fechar(self) -> None:
        """Compara o que foi respondido com o livro e as contagens."""
        respondidos, incertos = set(self.escritos), set[str]()
        if self.votantes is not None:
            respondidos |= self.votantes.respondidos
            incertos = self.votantes.incertos
            self.linha.recusas, self.linha.maior = self.votantes.recusas, self.votantes.maior
            if self.votantes.outros:
                self.linha.erros.append(f"respostas que não se esperavam: {dict(self.votantes.outros)}")
            if self.votantes.trocados:
                self.linha.erros.append(f"{len(self.votantes.trocados)} comprovantes trocados")
            if self.votantes.quedas:
                self.linha.notas.append(f"{numero(self.votantes.quedas)} conexões caídas")
        feito = self.casa.gerir("conferir", certo=False)
        comparar(
            self.linha,
            respondidos=respondidos,
            incertos=incertos,
            livro=self.casa.livro(),
            contados=self.casa.contados(),
            conferir=feito.returncode,
        )
        if feito.returncode:
            dizer(f"--- conferir\n{feito.stdout[-2000:]}{feito.stderr[-1000:]}")
        if self.casa.broker:
            if por_contar := self.casa.por_contar():
                self.linha.erros.append(f"o site ainda espera por {por_contar} votos: não deixaria publicar")
            mortos = self.rabbit.filas().get(MORTOS, 0)
            if mortos != self.mortos_esperados:
                self.linha.erros.append(f"{mortos} lotes entre os mortos, e não {self.mortos_esperados}")

    # --- por dentro do PostgreSQL ---

    @contextmanager
    def lote_suspenso(self) -> Iterator[None]:
        """Quem grava um lote para entre o livro e as contagens: tranca-se só a tabela das contagens."""
        with self.postgres.conectar(self.casa.banco) as conexao, conexao.transaction():
            conexao.execute("LOCK TABLE votacao_contagem IN SHARE MODE")
            yield

    def suspensos(self) -> dict[int, list[int]]:
        """Dos trabalhadores parados numa tranca dentro de uma transação: o pid de cada um, e de quem espera.

        Quem espera por outro trabalhador tem o pid dele na lista; quem espera pela tranca do ensaio, uma lista vazia.
        """
        if self.trabalhadores is None:
            return {}
        with self.postgres.conectar(self.casa.banco) as conexao:
            esperas = conexao.execute(
                "SELECT pid, client_port, pg_blocking_pids(pid) FROM pg_stat_activity"
                " WHERE datname = current_database() AND wait_event_type = 'Lock' AND xact_start IS NOT NULL"
            ).fetchall()
        donos = donos_das_portas(self.trabalhadores.familia(), self.postgres.porta)
        processo_de = {pid: donos[porta] for pid, porta, _ in esperas if porta in donos}
        return {
            processo_de[pid]: [processo_de[outro] for outro in por_quem if outro in processo_de]
            for pid, _, por_quem in esperas
            if pid in processo_de
        }


def donos_das_portas(pids: list[int], destino: int) -> dict[int, int]:
    """Porta local -> pid, das conexões destes processos à porta `destino` desta máquina."""
    porta_de: dict[str, int] = {}
    for texto in Path("/proc/net/tcp").read_text().splitlines()[1:]:
        campos = texto.split()
        if int(campos[2].partition(":")[2], 16) == destino:
            porta_de[f"socket:[{campos[9]}]"] = int(campos[1].partition(":")[2], 16)
    donos: dict[int, int] = {}
    for pid in pids:
        with suppress(OSError):
            for descritor in Path(f"/proc/{pid}/fd").iterdir():
                with suppress(OSError):
                    alvo = os.readlink(descritor)
                    if alvo in porta_de:
                        donos[porta_de[alvo]] = pid
    return donos


# --- as faltas --------------------------------------------------------------------------------------------------------


def trabalhador_morto(ensaio: Ensaio) -> None:
    with ensaio.no_ar(cedulas=90_000):
        assert ensaio.trabalhadores is not None
        for vez in range(20):
            with ensaio.lote_suspenso():
                ensaio.esperar(ensaio.suspensos, f"um lote no meio, na {vez + 1}ª morte")
                vitima = random.choice(list(ensaio.suspensos()))
                os.kill(vitima, signal.SIGKILL)
                ensaio.esperar(
                    lambda vitima=vitima: vitima not in ensaio.suspensos(),  # type: ignore[misc]
                    "o trabalhador morto sumir",
                )
            ensaio.trabalhadores.garantir()
        ensaio.mais_respondidos(quando="depois das mortes")
    ensaio.linha.notas.append("20 mortes, todas entre o livro e as contagens")


def rabbitmq_parado(ensaio: Ensaio) -> None:
    with ensaio.no_ar():
        ensaio.rabbit.desligar()
        ensaio.mais_recusas("com o RabbitMQ parado")
        ensaio.rabbit.ligar()
        ensaio.mais_respondidos(quando="depois de o RabbitMQ voltar")


def rabbitmq_morto(ensaio: Ensaio) -> None:
    with ensaio.no_ar():
        ensaio.rabbit.matar()
        ensaio.mais_recusas("com o RabbitMQ morto")
        ensaio.rabbit.ligar()
        ensaio.mais_respondidos(quando="depois de o RabbitMQ voltar")


def postgres_parado_na_fila(ensaio: Ensaio) -> None:
    with ensaio.no_ar() as (_, votantes):
        ensaio.postgres.desligar()
        try:
            ja = len(votantes.respondidos)
            # Bem mais do que cabe num lote já a caminho: aceitam-se votos novos sem o banco.
            ensaio.mais_respondidos(6 * PROVA_DE_VIDA, "com o PostgreSQL parado")
            sem_banco = len(votantes.respondidos) - ja
        finally:
            ensaio.postgres.ligar()
        ensaio.mais_respondidos(quando="depois de o PostgreSQL voltar")
    ensaio.linha.notas.append(f"{numero(sem_banco)} votos aceitos sem banco")


def postgres_parado_no_direto(ensaio: Ensaio) -> None:
    with ensaio.no_ar():
        ensaio.postgres.desligar()
        try:
            ensaio.mais_recusas("com o PostgreSQL parado")
        finally:
            ensaio.postgres.ligar()
        ensaio.mais_respondidos(quando="depois de o PostgreSQL voltar")


def alarme_de_memoria(ensaio: Ensaio) -> None:
    with ensaio.no_ar() as (_, votantes):
        ensaio.rabbit.alarme_de_memoria(True)
        try:
            ensaio.mais_recusas("com o alarme de memória")
            # Uma segunda volta: a conexão já parada também recusa a tempo.
            ensaio.mais_recusas("com a conexão já parada")
        finally:
            ensaio.rabbit.alarme_de_memoria(False)
        ensaio.mais_respondidos(quando="depois do alarme")
        maior = votantes.maior
    ensaio.linha.notas.append(f"a recusa mais lenta levou {numero(maior, 2)} s")


def entrega_repetida(ensaio: Ensaio) -> None:
    with ensaio.no_ar(trabalhadores=False):
        ensaio.mais_respondidos(600)
    lotes = repetir_a_fila(ensaio.rabbit, vezes=3)
    with ensaio.casa.trabalhando() as ensaio.trabalhadores:
        ensaio.escoar()
    ensaio.linha.notas.append(f"{lotes} lotes, cada um entregue 3 vezes")


def dois_no_mesmo_lote(ensaio: Ensaio) -> None:
    with ensaio.no_ar(trabalhadores=False):
        ensaio.mais_respondidos(600)
    lotes = repetir_a_fila(ensaio.rabbit, vezes=2)
    with ensaio.lote_suspenso():
        pilha = ExitStack()
        ensaio.trabalhadores = pilha.enter_context(ensaio.casa.trabalhando())
        with pilha:
            # Um parou antes das contagens; o outro, nas mesmas cédulas, espera por ele.
            ensaio.esperar(lambda: any(ensaio.suspensos().values()), "dois trabalhadores no mesmo lote")
            adiar = pilha.pop_all()
    with adiar:
        ensaio.escoar()
    ensaio.linha.notas.append(f"{lotes} lotes em dobro, lado a lado na fila")


def repetir_a_fila(rabbit: RabbitMQ, vezes: int) -> int:
    """Põe na fila `vezes` cópias de cada mensagem que lá está, seguidas; devolve quantas havia."""
    with rabbit.conectar() as conexao, conexao.channel() as canal:
        canal.confirm_select()
        havia = canal.queue_declare(FILA, passive=True).message_count
        for _ in range(havia):
            mensagem = canal.basic_get(FILA)
            if mensagem is None:
                raise FaltaNaoConfere("a fila tinha menos mensagens do que dizia")
            for _ in range(vezes):
                canal.basic_publish_confirm(copia(mensagem), routing_key=FILA)
            canal.basic_ack(mensagem.delivery_tag)
    if not havia:
        raise FaltaNaoConfere("a fila estava vazia: não há o que repetir")
    return int(havia)


def copia(mensagem: Any, corpo: str | bytes | None = None) -> Any:
    """A mesma mensagem, com as mesmas propriedades; com outro corpo, se dado."""
    propriedades = {nome: valor for nome, valor in mensagem.properties.items() if nome != "delivery_info"}
    return amqp.Message(mensagem.body if corpo is None else corpo, **propriedades)


def redis_sumido(ensaio: Ensaio) -> None:
    with Redis() as redis:
        ensaio.casa.cache, ensaio.casa.limites = redis.url, True
        # Devagar: com os limites ligados, cada origem tem os seus 100 votos por segundo.
        with ensaio.no_ar(pausa=0.02) as (_, votantes):
            redis.matar()
            ja = len(votantes.respondidos)
            ensaio.mais_respondidos(4 * PROVA_DE_VIDA, "sem o Redis")
            sem_redis = len(votantes.respondidos) - ja
            redis.ligar()
            ensaio.mais_respondidos(quando="depois de o Redis voltar")
        if votantes.recusas:
            ensaio.linha.erros.append(f"{votantes.recusas} votos recusados por falta do Redis")
    ensaio.linha.notas.append(f"{numero(sem_redis)} votos aceitos sem Redis")


def site_morto(ensaio: Ensaio) -> None:
    vezes = ensaio.quanto(6)
    with ensaio.no_ar() as (servidor, _):
        for _ in range(vezes):
            ensaio.esperar(lambda: escutam(ensaio.porta) == PROCESSOS, "os dois processos atenderem")
            os.kill(random.choice(que_atendem(servidor)), signal.SIGKILL)
            ensaio.mais_respondidos(quando="depois da morte de um processo")
    ensaio.linha.notas.append(f"{vezes} mortes")


def site_morto_sem_banco(ensaio: Ensaio) -> None:
    with ensaio.no_ar() as (servidor, votantes):
        ensaio.esperar(lambda: escutam(ensaio.porta) == PROCESSOS, "os dois processos atenderem")
        ensaio.postgres.desligar()
        try:
            morto = random.choice(que_atendem(servidor))
            os.kill(morto, signal.SIGKILL)
            ja = len(votantes.respondidos)
            ensaio.esperar(
                lambda: len(set(que_atendem(servidor)) - {morto}) == PROCESSOS, "o mestre pôr outro no lugar do morto"
            )
            ensaio.mais_respondidos(3 * PROVA_DE_VIDA, "por um processo só, sem banco")
            sem_banco = len(votantes.respondidos) - ja
        finally:
            ensaio.postgres.ligar()
        ensaio.esperar(lambda: escutam(ensaio.porta) == PROCESSOS, "o novo atender depois de o banco voltar")
        ensaio.mais_respondidos(quando="depois de o PostgreSQL voltar")
    ensaio.linha.notas.append(f"{numero(sem_banco)} votos aceitos por um processo só, sem banco")


def que_atendem(servidor: Processo) -> list[int]:
    """Os filhos do mestre que servem pedidos."""
    achados = []
    for pid in servidor.familia()[1:]:
        with suppress(OSError):
            if b"spawn_main" in Path(f"/proc/{pid}/cmdline").read_bytes():
                achados.append(pid)
    return achados


def mensagem_envenenada(ensaio: Ensaio) -> None:
    with ensaio.no_ar(trabalhadores=False):
        pass
    venenos = envenenar(ensaio.rabbit)
    ensaio.mortos_esperados = venenos
    antes = ensaio.votantes
    assert antes is not None
    with ensaio.no_ar():
        # Outra dose com os trabalhadores no ar, entre lotes que chegam.
        ensaio.mortos_esperados += envenenar(ensaio.rabbit, modelo=ensaio.rabbit)
        ensaio.mais_respondidos(quando="depois do veneno")
    assert ensaio.votantes is not None
    ensaio.escritos |= antes.respondidos
    ensaio.votantes.incertos |= antes.incertos - antes.respondidos
    ensaio.linha.notas.append(f"{ensaio.mortos_esperados} mensagens envenenadas, todas entre os mortos")


_MODELOS: list[Any] = []


def envenenar(rabbit: RabbitMQ, modelo: RabbitMQ | None = None) -> int:
    """Publica mensagens que nenhum trabalhador pode gravar; devolve quantas.

    Uma não é do Celery; as outras têm por fora tudo de um lote de verdade, e por dentro não são votos.
    """
    with rabbit.conectar() as conexao, conexao.channel() as canal:
        canal.confirm_select()
        if modelo is None:
            verdadeira = canal.basic_get(FILA)
            if verdadeira is None:
                raise FaltaNaoConfere("a fila estava vazia: não há lote que imitar")
            _MODELOS[:] = [copia(verdadeira)]
            canal.basic_reject(verdadeira.delivery_tag, requeue=True)
        (imitada,) = _MODELOS
        venenos = [
            amqp.Message("isto não é um lote", content_type="text/plain", content_encoding="utf-8", delivery_mode=2),
            copia(imitada, corpo="{lixo"),
            copia(imitada, corpo=json.dumps([["lixo"], {}, {"callbacks": None, "errbacks": None}])),
        ]
        for veneno in venenos:
            canal.basic_publish_confirm(veneno, routing_key=FILA)
    return len(venenos)


def escritores_juntos(ensaio: Ensaio) -> None:
    """Vários processos somam nas mesmas linhas de contagem, com cédulas em comum, e nenhum impasse."""
    escritores, lotes = 4, ensaio.quanto(150)
    with ensaio.postgres.conectar(ensaio.casa.banco) as conexao:
        paredoes = [ensaio.casa.paredao]
        for _ in range(2):
            linha = conexao.execute(
                "INSERT INTO votacao_paredao (edicao_id, titulo, decisao, abre_em, peso_torcida, peso_unico, parciais,"
                " chave_cpf, exige_cpf_verificado) SELECT edicao_id, titulo || ' ' || gen_random_uuid(), decisao,"
                " abre_em, peso_torcida, peso_unico, parciais, '', false FROM votacao_paredao WHERE id = %s"
                " RETURNING id",
                [ensaio.casa.paredao],
            ).fetchone()
            assert linha is not None
            paredoes.append(linha[0])
            conexao.execute(
                "INSERT INTO votacao_opcao (paredao_id, participante_id, ordem)"
                " SELECT %s, participante_id, ordem FROM votacao_opcao WHERE paredao_id = %s",
                [linha[0], ensaio.casa.paredao],
            )
    impasses = ensaio.postgres.impasses(ensaio.casa.banco)
    processos = [
        subprocess.Popen(
            [sys.executable, "-m", "bench.escritores", str(n), str(lotes), *map(str, paredoes)],
            cwd=RAIZ,
            env={**ensaio.casa.ambiente(), "DJANGO_SETTINGS_MODULE": "bbb.settings"},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        for n in range(escritores)
    ]
    for processo in processos:
        assert processo.stdin is not None
        processo.stdin.write(f"{time.time()}\n")
        processo.stdin.flush()
    repeticoes = 0
    for n, processo in enumerate(processos):
        saida, _ = processo.communicate(timeout=300)
        if processo.returncode:
            raise FaltaNaoConfere(f"o escritor {n} saiu com {processo.returncode}")
        lido = json.loads(saida)
        ensaio.escritos |= set(lido["contados"])
        repeticoes += lido["repeticoes"]
    # As estatísticas do PostgreSQL chegam quando cada conexão se fecha.
    houve = ensaio.postgres.impasses(ensaio.casa.banco) - impasses
    if houve:
        ensaio.linha.erros.append(f"{houve} impasses")
    ensaio.linha.notas.append(
        f"{escritores} escritores, {escritores * lotes} lotes de 3 paredões, {houve} impasses, {repeticoes} repetições"
    )


@dataclass(frozen=True)
class Falta:
    """Uma linha da tabela."""

    titulo: str
    fazer: Callable[[Ensaio], None]
    servicos: tuple[str, ...]
    o_que_prova: str

    @property
    def na_fila(self) -> bool:
        return "rabbitmq" in self.servicos


NA_FILA = ("postgres", "rabbitmq")
FALTAS = {
    "trabalhador": Falta(
        "trabalhador morto (`kill -9`) no meio de um lote, 20 vezes",
        trabalhador_morto,
        NA_FILA,
        "Cada morte pega o trabalhador com as linhas do lote já no livro e as contagens por somar, na mesma transação: "
        "o PostgreSQL a desfaz e o RabbitMQ entrega o lote de novo.",
    ),
    "rabbit_parado": Falta(
        "RabbitMQ parado e religado sob carga",
        rabbitmq_parado,
        NA_FILA,
        "Enquanto está parado, 503; o que foi confirmado antes está em disco e é contado depois.",
    ),
    "rabbit_morto": Falta(
        "RabbitMQ morto (`kill -9`) e religado sob carga",
        rabbitmq_morto,
        NA_FILA,
        "A fila é de quórum: a confirmação só vem com a mensagem em disco.",
    ),
    "postgres_fila": Falta(
        "PostgreSQL parado e religado, modo fila",
        postgres_parado_na_fila,
        NA_FILA,
        "Os votos continuam a ser aceitos sem banco, e contam-se quando ele volta.",
    ),
    "postgres_direto": Falta(
        "PostgreSQL parado e religado, modo direto",
        postgres_parado_no_direto,
        ("postgres",),
        "Sem fila no meio, 503 enquanto o banco não volta; depois, sem reiniciar nada, segue-se.",
    ),
    "alarme": Falta(
        "alarme de memória do RabbitMQ",
        alarme_de_memoria,
        NA_FILA,
        "Com o alarme o RabbitMQ não recusa: para de ler. A publicação tem prazo, e quem vota ouve 503 dentro de 3 s.",
    ),
    "repetida": Falta(
        "cada lote entregue 3 vezes",
        entrega_repetida,
        NA_FILA,
        "A cédula é a chave primária: a segunda e a terceira entregas não inserem nada e não somam nada.",
    ),
    "dois_no_lote": Falta(
        "dois trabalhadores no mesmo lote ao mesmo tempo",
        dois_no_mesmo_lote,
        NA_FILA,
        "Um deles espera pelo outro na mesma remessa (visto em `pg_blocking_pids`), e depois não insere nada.",
    ),
    "redis": Falta(
        "Redis morto (`kill -9`) sob carga, limites ligados",
        redis_sumido,
        (*NA_FILA, "redis"),
        "Os limites passam a ser de cada processo; nenhum voto é recusado por isso.",
    ),
    "site": Falta(
        "processo do site morto (`kill -9`) sob carga, modo fila",
        site_morto,
        NA_FILA,
        "Quem foi respondido já estava na fila; quem não foi insiste na mesma cédula, que conta uma vez.",
    ),
    "site_sem_banco": Falta(
        "processo do site morto (`kill -9`) com o PostgreSQL parado, modo fila",
        site_morto_sem_banco,
        NA_FILA,
        "O outro continua a aceitar votos; o que nasce no lugar do morto espera pelo banco, e atende quando ele volta.",
    ),
    "veneno": Falta(
        "mensagens envenenadas entre lotes bons",
        mensagem_envenenada,
        NA_FILA,
        f"O que não é um lote vai para `{MORTOS}`, e os lotes bons seguem.",
    ),
    "escritores": Falta(
        "vários escritores nas mesmas contagens, com cédulas em comum",
        escritores_juntos,
        ("postgres",),
        "As linhas são pegas sempre na mesma ordem: nenhum impasse (`pg_stat_database.deadlocks`), somas exatas.",
    ),
}


def ensaiar(nome: str, bancada: Bancada, *, pequeno: bool = False) -> Linha:
    """Faz uma falta e devolve a linha dela, com os erros que houver; nunca levanta por um voto perdido."""
    falta = FALTAS[nome]
    linha = Linha(nome, falta.titulo)
    casa = Casa(bancada.postgres, bancada.pasta / nome, f"falta_{nome}")
    if falta.na_fila:
        assert bancada.rabbit is not None
        # O que uma falta anterior tenha deixado não é desta.
        bancada.rabbit.mudar_de_vhost(nome)
        casa.broker = bancada.rabbit.url
    casa.preparar()
    ensaio = Ensaio(bancada, linha, casa, pequeno=pequeno)
    try:
        falta.fazer(ensaio)
    except (FaltaNaoConfere, ServicoNaoSubiu, ServidorNaoSubiu) as erro:
        linha.erros.append(str(erro))
        for registro in ("servidor.log", "trabalhadores.log"):
            arquivo = casa.pasta / registro
            if arquivo.exists():
                dizer(f"--- {registro}\n{arquivo.read_text(errors='replace')[-2500:]}")
    ensaio.fechar()
    return linha


# --- a tabela ---------------------------------------------------------------------------------------------------------


def relatorio(linhas: list[Linha]) -> str:
    titulos = ["Falta", "respondidos", "livro", "contagens", "sem resposta certa", "503", "a mais lenta, s", "", "nota"]
    corpo = [
        [
            linha.titulo,
            numero(linha.respondidos),
            numero(linha.livro),
            numero(linha.contados),
            numero(linha.incertos),
            numero(linha.recusas),
            numero(linha.maior, 2),
            "**NÃO CONFERE**" if linha.erros else "confere",
            "; ".join(linha.erros or linha.notas),
        ]
        for linha in linhas
    ]
    return tabela(titulos, corpo)


def dizer(frase: str) -> None:
    print(frase, file=sys.stderr, flush=True)


def main() -> int:
    leitor = argparse.ArgumentParser(prog="python -m bench.faltas", description=__doc__)
    leitor.add_argument("--so", nargs="+", choices=list(FALTAS), default=list(FALTAS), metavar="NOME")
    leitor.add_argument("--pequeno", action="store_true", help="o tamanho dos testes")
    leitor.add_argument("--escrever", action="store_true", help="atualiza a tabela de docs/FALTAS.md")
    opcoes = leitor.parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # para que os serviços também sejam derrubados
    ha = [nome for nome in opcoes.so if not faltam(FALTAS[nome].servicos)]
    for nome in opcoes.so:
        if nome not in ha:
            dizer(f"{nome}: pulada, falta nesta máquina: {', '.join(faltam(FALTAS[nome].servicos))}")
    if not ha:
        return 2
    linhas: list[Linha] = []
    with bancada({servico for nome in ha for servico in FALTAS[nome].servicos}) as mesa:
        for nome in ha:
            inicio = time.monotonic()
            linhas.append(ensaiar(nome, mesa, pequeno=opcoes.pequeno))
            linha = linhas[-1]
            sinal = f"NÃO CONFERE: {linha.erros}" if linha.erros else "confere"
            dizer(f"{nome}: {linha.respondidos} respondidos, {sinal} ({time.monotonic() - inicio:.0f} s)")
        onde = ambiente(mesa.pasta)
    texto = relatorio(linhas)
    print(texto)
    if opcoes.escrever:
        agora = datetime.now(UTC).astimezone()
        escrever_entre_marcas(
            RAIZ / "docs" / "FALTAS.md", f"{texto}\n\nAmbiente: {onde}. Feita em {agora:%d/%m/%Y %H:%M}.", "faltas"
        )
    return 1 if any(linha.erros for linha in linhas) else 0


if __name__ == "__main__":
    sys.exit(main())
