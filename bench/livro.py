"""`python -m bench.livro`: o livro no PostgreSQL com dez milhões de votos: bytes por voto, ritmo, planos e VACUUM.

Num PostgreSQL só desta execução, com as opções de fábrica, e na tabela que as migrações criam. A maior parte dos votos
entra por `COPY`, que é só o jeito rápido de encher; o ritmo medido é o de `registro.gravar`, de tantos em tantos votos.
"""

import argparse
import os
import random
import shutil
import statistics
import sys
import tempfile
import time
from array import array
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from bench import anotadas
from bench.medidas import MB, ambiente, escrever_entre_marcas, numero, tabela
from bench.projeto import ALHEIAS
from bench.servicos import Postgres, faltam
from bench.servidores import RAIZ

POR_SEGUNDO = 8_870
"""Ritmo simulado da noite recorde (1.532.944.337 votos em 48 h): dá a distância entre os instantes das chaves."""
DEMORA = 15.0
"""Segundos, em média, entre a cédula ser emitida e o voto chegar: a chave é da emissão, a linha é da chegada."""
LOTE = 500
ALTERNANCIAS = 8
LOTES_SEGUIDOS = 50
VAZIO, CONTROLE = "vazio", "controle"
"""Bancos sem votos: o modelo, e a cópia que cada medição enche um pouco e joga fora."""
FATIAS = (0.0, 0.1, 0.25, 0.5, 1.0)
"""Em que partes do total se mede o ritmo."""
POR_COPY = 100_000
TORCIDA = 1
FOLGA_DO_DISCO = 400
"""Bytes por voto que o disco precisa ter livres: a tabela, o índice, o WAL e a ordenação da conferência."""


@dataclass
class Ponto:
    """O ritmo de gravação quando o livro já tinha `votos`."""

    votos: int
    por_segundo: float
    lote_ms: float
    """Mediana: um ponto de verificação do PostgreSQL, ou outro trabalho da máquina, não a move."""
    lote_vazio_ms: float
    """O mesmo, num livro vazio, em rodadas alternadas: a razão entre os dois é o que o tamanho custa."""
    bytes_por_voto: float

    @property
    def razao(self) -> float:
        return self.lote_ms / self.lote_vazio_ms


@dataclass
class Medida:
    pontos: list[Ponto] = field(default_factory=list)
    votos: int = 0
    tabela: int = 0
    indice: int = 0
    lotes: int = 0
    enchimento: float = 0.0
    vacuo: float = 0.0
    conferencia: float = 0.0
    planos: list[tuple[str, str, bool]] = field(default_factory=list)
    """O que se pergunta, o plano, e se ele passa pelo livro."""
    estado: dict[str, Any] = field(default_factory=dict)
    versao: str = ""

    @property
    def bytes_por_voto(self) -> float:
        return (self.tabela + self.indice + self.lotes) / self.votos


# --- os votos ---------------------------------------------------------------------------------------------------------


class Chegadas:
    """Chaves UUIDv7 na ordem em que os votos chegam, cada uma com o instante da sua cédula, um pouco antes."""

    def __init__(self, inicio: float) -> None:
        self._acaso = random.Random(24)
        self._inicio = inicio
        self._n = 0

    def proximas(self, quantas: int) -> list[bytes]:
        """Ordenadas, como `registro` as manda ao banco."""
        sorteio, primeiro = self._acaso, self._n
        self._n += quantas
        chaves = []
        for n in range(primeiro, self._n):
            ms = int((self._inicio + n / POR_SEGUNDO - sorteio.expovariate(1 / DEMORA)) * 1000)
            # O contador no lugar de parte do acaso: nenhuma se repete.
            valor = ms << 80 | 7 << 76 | sorteio.getrandbits(12) << 64 | 2 << 62 | sorteio.getrandbits(22) << 40 | n
            chaves.append(valor.to_bytes(16, "big"))
        chaves.sort()
        return chaves

    @property
    def instante(self) -> float:
        """Da próxima chegada."""
        return self._inicio + self._n / POR_SEGUNDO


def medir(votos: int, copiar: Callable[[str, str], None]) -> Medida:
    """Enche, mede e confere, no banco de `DATABASE_URL`, já migrado e semeado.

    `copiar(novo, modelo)` faz um banco novo como o outro, no mesmo PostgreSQL.
    """
    from django.core.management import call_command
    from django.db import connection

    from votacao.models import Paredao

    medida = Medida()
    paredao = Paredao.objects.filter(fecha_em=None).order_by("-pk").first() or Paredao.objects.latest("pk")
    abriu = datetime.now(UTC).replace(minute=0, second=0, microsecond=0) - timedelta(hours=2)
    with connection.cursor() as cursor:
        # O que a demonstração traz fica; só a janela muda, para caber a noite simulada.
        cursor.execute("UPDATE votacao_paredao SET abre_em = %s, fecha_em = NULL WHERE id = %s", [abriu, paredao.pk])
    participantes = list(paredao.opcoes.order_by("participante_id").values_list("participante_id", flat=True))
    chegadas = Chegadas(abriu.timestamp() + 60)
    livro = str(connection.settings_dict["NAME"])
    connection.close()
    copiar(VAZIO, livro)
    antes = tamanhos()
    ja = quantos_votos()
    inicio = time.perf_counter()
    medindo = 0.0
    for fatia in FATIAS:
        alvo = int(votos * fatia)
        while (falta := alvo - (quantos_votos() - ja)) > 0:
            encher(paredao.pk, participantes, chegadas, min(POR_COPY, falta))
            dizer(f"  {numero(alvo - falta)} de {numero(votos)}")
        comeco = time.perf_counter()
        medida.pontos.append(medir_ritmo(paredao.pk, participantes, chegadas, quantos_votos() - ja, antes, copiar))
        medindo += time.perf_counter() - comeco
        ponto = medida.pontos[-1]
        dizer(f"com {numero(ponto.votos)} votos: {numero(ponto.por_segundo)} votos/s por um escritor")
    medida.enchimento = time.perf_counter() - inicio - medindo
    depois = tamanhos()
    medida.votos = quantos_votos() - ja
    medida.tabela, medida.indice, medida.lotes = (depois[nome] - antes[nome] for nome in ("tabela", "indice", "lotes"))
    comeco = time.perf_counter()
    with connection.cursor() as cursor:
        cursor.execute("VACUUM (ANALYZE) votacao_voto")
        medida.vacuo = time.perf_counter() - comeco
        cursor.execute("SHOW server_version")
        medida.versao = cursor.fetchone()[0].split()[0]
    medida.estado = estado_do_vacuo()
    medida.planos = planos(paredao.pk)
    dizer("conferindo o livro, voto por voto")
    comeco = time.perf_counter()
    call_command("conferir", stdout=sys.stderr)
    medida.conferencia = time.perf_counter() - comeco
    return medida


def encher(paredao: int, participantes: list[int], chegadas: Chegadas, quantos: int) -> None:
    """Lotes, votos e contagens como `registro` os escreveria, com os votos por `COPY`; `conferir` tem de aceitar."""
    from django.db import connection, transaction

    from votacao.registro import linha_do_livro, resumir

    contagens: Counter[tuple[int, datetime]] = Counter()
    agora = datetime.now(UTC)
    with transaction.atomic(), connection.cursor() as cursor:
        lotes: list[tuple[datetime, list[tuple[bytes, int]]]] = []
        for primeiro in range(0, quantos, LOTE):
            hora = datetime.fromtimestamp(chegadas.instante // 3600 * 3600, UTC)
            chaves = chegadas.proximas(min(LOTE, quantos - primeiro))
            pares = [(chave, participantes[n % len(participantes)]) for n, chave in enumerate(chaves)]
            contagens.update((quem, hora) for _, quem in pares)
            lotes.append((hora, pares))
        cursor.execute("SELECT nextval('votacao_lote_id_seq') FROM generate_series(1, %s)", [len(lotes)])
        numeros = [linha[0] for linha in cursor.fetchall()]
        cursor.executemany(
            "INSERT INTO votacao_lote (id, paredao_id, modalidade, hora, suspeita, quantidade, resumo, gravado_em) "
            "VALUES (%s, %s, %s, %s, 0, %s, %s, %s)",
            [
                (lote, paredao, TORCIDA, hora, len(pares), resumir([linha_do_livro(*par) for par in pares]), agora)
                for lote, (hora, pares) in zip(numeros, lotes, strict=True)
            ],
        )
        with cursor.copy("COPY votacao_voto (id, participante_id, lote_id) FROM STDIN") as copia:
            for lote, (_, pares) in zip(numeros, lotes, strict=True):
                copia.write("".join(f"{chave.hex()}\t{quem}\t{lote}\n" for chave, quem in pares))
        cursor.executemany(
            "INSERT INTO votacao_contagem (paredao_id, participante_id, modalidade, hora, suspeita, votos) "
            "VALUES (%s, %s, %s, %s, 0, %s) ON CONFLICT (paredao_id, modalidade, participante_id, hora, suspeita) "
            "DO UPDATE SET votos = votacao_contagem.votos + excluded.votos",
            [(paredao, quem, TORCIDA, hora, votos) for (quem, hora), votos in contagens.items()],
        )


def medir_ritmo(
    paredao: int,
    participantes: list[int],
    chegadas: Chegadas,
    ja: int,
    antes: dict[str, int],
    copiar: Callable[[str, str], None],
) -> Ponto:
    """Um escritor, pelo caminho de verdade, ora no livro, ora num livro vazio: o que a máquina faça pesa nos dois."""
    from django.db import connection

    copiar(CONTROLE, VAZIO)
    cheio, controle = array("d"), array("d")
    for _ in range(ALTERNANCIAS):
        gravar_lotes(paredao, participantes, chegadas, cheio)
        with no_banco(CONTROLE):
            gravar_lotes(paredao, participantes, chegadas, controle)
    connection.close()
    agora = tamanhos()
    bytes_ = sum(agora[nome] - antes[nome] for nome in agora)
    votos = LOTE * len(cheio)
    return Ponto(
        ja,
        votos / sum(cheio),
        statistics.median(cheio) * 1e3,
        statistics.median(controle) * 1e3,
        bytes_ / (ja + votos),
    )


@contextmanager
def no_banco(nome: str) -> Iterator[None]:
    """A conexão do Django noutro banco do mesmo PostgreSQL."""
    from django.db import connection

    de_antes = connection.settings_dict["NAME"]
    connection.close()
    connection.settings_dict["NAME"] = nome
    try:
        yield
    finally:
        connection.close()
        connection.settings_dict["NAME"] = de_antes


def gravar_lotes(paredao: int, participantes: list[int], chegadas: Chegadas, tempos: "array[float]") -> None:
    """Acrescenta a `tempos` os segundos de cada lote, menos os do primeiro, que abre a conexão."""
    from votacao.registro import Contado, VotoAceito, gravar

    for n_do_lote in range(LOTES_SEGUIDOS + 1):
        aceito_em = chegadas.instante
        votos = [
            VotoAceito(chave, paredao, TORCIDA, participantes[n % len(participantes)], aceito_em)
            for n, chave in enumerate(chegadas.proximas(LOTE))
        ]
        comeco = time.perf_counter()
        desfechos = gravar(votos)
        if n_do_lote:
            tempos.append(time.perf_counter() - comeco)
        if not all(isinstance(desfecho, Contado) for desfecho in desfechos):
            raise SystemExit("o registro recusou votos da medição")


def quantos_votos() -> int:
    """Pelos lotes: contar o livro seria uma varredura."""
    from django.db.models import Sum

    from votacao.models import Lote

    return int(Lote.objects.aggregate(total=Sum("quantidade"))["total"] or 0)


def tamanhos() -> dict[str, int]:
    """Bytes no disco."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_table_size('votacao_voto'), pg_indexes_size('votacao_voto'),"
            " pg_total_relation_size('votacao_lote') + pg_total_relation_size('votacao_contagem')"
        )
        return dict(zip(("tabela", "indice", "lotes"), map(int, cursor.fetchone()), strict=True))


# --- planos -----------------------------------------------------------------------------------------------------------


def planos(paredao: int) -> list[tuple[str, str, bool]]:
    """O que a página do resultado e o comprovante perguntam de fato, e como o PostgreSQL o responde.

    As perguntas são apanhadas das próprias funções, e não copiadas: se elas mudarem, o plano é o novo.
    """
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    from votacao import apuracao, registro
    from votacao.models import Paredao

    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
        cursor.execute("SELECT id FROM votacao_voto ORDER BY id OFFSET 1000 LIMIT 1")
        chave = cursor.fetchone()[0].bytes
    achados: list[tuple[str, str, bool]] = []
    alvo = Paredao.objects.get(pk=paredao)
    for nome, perguntar in (
        ("resultado", lambda: apuracao.apurar(alvo)),
        ("por hora", lambda: apuracao.por_hora(alvo, suspeitos=True)),
        ("comprovante", lambda: registro.procurar([chave])),
    ):
        with CaptureQueriesContext(connection) as consultas:
            perguntar()
        for consulta in consultas.captured_queries:
            if consulta["sql"].startswith("SELECT") and "set_config" not in consulta["sql"]:
                achados.append((nome, *explicar(consulta["sql"])))
    return achados


def explicar(sql: str) -> tuple[str, bool]:
    """O plano numa linha, com blocos lidos e tempo, e se alguma parte dele passa pelo livro."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) {sql}")
        (plano,) = cursor.fetchone()[0]
    partes = list(nos(plano["Plan"]))
    blocos = plano["Plan"]["Shared Hit Blocks"] + plano["Plan"]["Shared Read Blocks"]
    caminhos = [
        f"{no['Node Type']} em {no['Relation Name']}" + (f" ({no['Index Name']})" if "Index Name" in no else "")
        for no in partes
        if "Relation Name" in no
    ]
    frase = f"{'; '.join(caminhos)}: {numero(blocos)} blocos, {numero(plano['Execution Time'], 2)} ms"
    return frase, any(no.get("Relation Name") == "votacao_voto" for no in partes)


def nos(no: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield no
    for filho in no.get("Plans", []):
        yield from nos(filho)


def estado_do_vacuo() -> dict[str, Any]:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT n_live_tup, n_dead_tup, autovacuum_count, autoanalyze_count, age(c.relfrozenxid), c.relpages,"
            " c.relallvisible FROM pg_stat_user_tables s JOIN pg_class c ON c.oid = s.relid"
            " WHERE s.relname = 'votacao_voto'"
        )
        nomes = ("vivas", "mortas", "autovacuos", "autoanalises", "idade", "paginas", "visiveis")
        return dict(zip(nomes, cursor.fetchone(), strict=True))


# --- relatório --------------------------------------------------------------------------------------------------------


def relatorio(medida: Medida, onde: str) -> str:
    cheio = medida.pontos[-1]
    estado = medida.estado
    ritmo = [
        [
            numero(p.votos),
            numero(p.por_segundo),
            *(numero(valor, 2) for valor in (p.lote_ms, p.lote_vazio_ms, p.razao)),
            numero(p.bytes_por_voto, 1),
        ]
        for p in medida.pontos
    ]
    titulos = ["Votos no livro", "votos/s", "lote mediano, ms", "num livro vazio, ms", "razão", "bytes por voto"]
    gasto = [
        ["tabela `votacao_voto`", numero(medida.tabela / MB), numero(medida.tabela / medida.votos, 1)],
        ["índice da chave primária", numero(medida.indice / MB), numero(medida.indice / medida.votos, 1)],
        ["lotes e contagens", numero(medida.lotes / MB, 1), numero(medida.lotes / medida.votos, 1)],
        ["**tudo**", numero(medida.bytes_por_voto * medida.votos / MB), f"**{numero(medida.bytes_por_voto, 1)}**"],
    ]
    passos = [[nome, "uma linha" if livro else "não", plano] for nome, plano, livro in medida.planos]
    return "\n\n".join(
        [
            f"PostgreSQL {medida.versao} com as opções de fábrica (`fsync` e `synchronous_commit` ligados). {onde}.",
            f"{numero(medida.votos)} votos de um paredão, com chaves na ordem em que as cédulas saíram e linhas na "
            f"ordem em que os votos chegaram (em média {numero(DEMORA)} s depois, a {numero(POR_SEGUNDO)}/s). Encher "
            f"por `COPY` levou {numero(medida.enchimento)} s; isso não é o ritmo da urna, que está na segunda tabela.",
            tabela(["O que ocupa", "MB", "bytes por voto"], gasto),
            f"Ritmo de `registro.gravar` (um escritor, {ALTERNANCIAS * LOTES_SEGUIDOS} lotes de {LOTE}, uma transação "
            "durável por lote), em rodadas alternadas com o mesmo num livro vazio, e o que cada voto ocupava até ali:",
            tabela(titulos, ritmo),
            "O que se pergunta ao banco, apanhado das próprias funções:\n\n"
            + tabela(["Quem pergunta", "passa pelo livro?", "plano (`EXPLAIN (ANALYZE, BUFFERS)`)"], passos),
            f"VACUUM: {numero(estado['mortas'])} linhas mortas, {numero(estado['autovacuos'])} passagens automáticas e "
            f"{numero(estado['autoanalises'])} análises durante a carga; ao fim, `VACUUM (ANALYZE)` levou "
            f"{numero(medida.vacuo, 1)} s, {numero(estado['visiveis'])} das {numero(estado['paginas'])} páginas estão "
            f"marcadas como visíveis a todos, e a idade da tabela é de {numero(estado['idade'])} transações. "
            f"`manage.py conferir` leu tudo e conferiu em {numero(medida.conferencia)} s.",
            f"**O livro não é particionado.** Com {numero(cheio.votos)} votos, um lote leva "
            f"{numero(cheio.razao, 2)} do tempo que leva num livro vazio, medidos em alternância; "
            + ("o resultado não lê o livro" if not le_o_livro(medida, "resultado") else "**O RESULTADO LÊ O LIVRO**")
            + " e o comprovante lê uma linha pela chave.",
        ]
    )


def le_o_livro(medida: Medida, quem: str) -> bool:
    return any(livro for nome, _, livro in medida.planos if nome == quem)


def confere(medida: Medida) -> list[str]:
    """O que desmente a conclusão; vazio se ela se sustenta."""
    erros = [f"{nome}: lê o livro" for nome, _, livro in medida.planos if livro and nome != "comprovante"]
    pelo_indice = [plano for nome, plano, livro in medida.planos if livro and nome == "comprovante"]
    if not pelo_indice or any("em votacao_voto (votacao_voto_pkey)" not in plano for plano in pelo_indice):
        erros.append("o comprovante não usa a chave primária do livro")
    return erros


def preparar_ambiente(banco: str) -> None:
    for nome in ALHEIAS:
        os.environ.pop(nome, None)
    os.environ |= {"DATABASE_URL": banco, "DEBUG": "False", "HTTPS": "False", "ALLOWED_HOSTS": "localhost"}
    os.environ["DJANGO_SETTINGS_MODULE"] = "bbb.settings"
    os.environ["SECRET_KEY"] = "so-para-medir-" * 4


def dizer(frase: str) -> None:
    print(frase, file=sys.stderr, flush=True)


def main() -> int:
    leitor = argparse.ArgumentParser(prog="python -m bench.livro", description=__doc__)
    leitor.add_argument("--votos", type=int, default=10_000_000)
    leitor.add_argument("--escrever", action="store_true", help="atualiza docs/LIVRO.md e docs/medidas.json")
    opcoes = leitor.parse_args()
    if faltam(["postgres"]):
        dizer("falta o PostgreSQL nesta máquina (apt-get install postgresql)")
        return 2
    livre = shutil.disk_usage(tempfile.gettempdir()).free
    if livre < opcoes.votos * FOLGA_DO_DISCO:
        dizer(
            f"disco de menos: {numero(livre / MB)} MB livres, e pedem-se {numero(opcoes.votos * FOLGA_DO_DISCO / MB)}"
        )
        return 2
    with Postgres() as postgres, tempfile.TemporaryDirectory(prefix="bench-livro-") as pasta:
        postgres.criar_banco("livro")
        preparar_ambiente(postgres.url("livro"))
        os.environ["MEDIA_ROOT"] = pasta
        import django
        from django.core.management import call_command
        from django.db import connection

        django.setup()
        call_command("migrate", verbosity=0)
        call_command("carregar_demo", stdout=sys.stderr)
        medida = medir(opcoes.votos, postgres.criar_banco)
        connection.close()
        texto = relatorio(medida, f"Ambiente: {ambiente(Path(pasta))}")
    print(texto)
    if opcoes.escrever:
        escrever_entre_marcas(RAIZ / "docs" / "LIVRO.md", texto, "livro")
        cheio = medida.pontos[-1]
        anotadas.anotar(
            "livro",
            {
                "bytes_por_voto_postgres": round(medida.bytes_por_voto, 1),
                "votos": medida.votos,
                "gravados_por_segundo_um_escritor": round(cheio.por_segundo),
            },
        )
    erros = confere(medida)
    for erro in erros:
        dizer(f"não se sustenta: {erro}")
    return 1 if erros else 0


if __name__ == "__main__":
    sys.exit(main())
