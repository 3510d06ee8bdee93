"""`python -m bench.ao_vivo`: o voto com mil ouvintes ligados ao panorama, e sem nenhum, no mesmo servidor.

Rodadas intercaladas; imprime medianas e a razão. Com `--escrever`, põe a tabela em `docs/API.md`. Nunca falha por um
tempo; sai com 1 se algum ouvinte caiu ou não ouviu os votos.
"""

import argparse
import asyncio
import re
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from bench.projeto import Projeto
from bench.servidores import RAIZ

VOTOS_POR_SEGUNDO = 25_000
"""Mais do que o gerador consegue: as cédulas não podem acabar no meio de uma rodada."""
DOCUMENTO = RAIZ / "docs" / "API.md"


async def ouvinte(porta: int, paredao: int, ouvidos: list[int], lugar: int, pronto: asyncio.Semaphore) -> None:
    leitor, escritor = await asyncio.open_connection("127.0.0.1", porta)
    try:
        escritor.write(b"GET /api/v1/paredoes/%d/ao-vivo HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n" % paredao)
        if b" 200 " not in await leitor.readline():
            raise RuntimeError("o servidor recusou um ouvinte")
        primeiro = True
        while linha := await leitor.readline():
            if linha.startswith(b"event: panorama"):
                ouvidos[lugar] += 1
                if primeiro:
                    primeiro = False
                    pronto.release()
    finally:
        escritor.close()


async def ouvir(porta: int, paredao: int, quantos: int) -> None:
    """O processo dos ouvintes: diz «prontos» quando todos ouviram o primeiro evento; uma linha na entrada, e acaba."""
    ouvidos = [0] * quantos
    pronto = asyncio.Semaphore(0)
    tarefas = [asyncio.create_task(ouvinte(porta, paredao, ouvidos, i, pronto)) for i in range(quantos)]
    for _ in tarefas:
        await asyncio.wait_for(pronto.acquire(), 60)
    print("prontos", flush=True)
    await asyncio.get_running_loop().run_in_executor(None, sys.stdin.readline)
    caidos = sum(tarefa.done() for tarefa in tarefas)
    for tarefa in tarefas:
        tarefa.cancel()
    await asyncio.gather(*tarefas, return_exceptions=True)
    print(caidos, min(ouvidos), max(ouvidos), flush=True)


async def disparar(
    porta: int, corpos: list[bytes], paredao: int, segundos: float, conexoes: int
) -> tuple[float, float]:
    """(votos por segundo, p99 em ms) de um gerador que só manda o próximo depois da resposta."""
    tempos: list[float] = []
    ate = time.perf_counter() + segundos

    async def mandar() -> None:
        leitor, escritor = await asyncio.open_connection("127.0.0.1", porta)
        try:
            while corpos and time.perf_counter() < ate:
                corpo = corpos.pop()
                comeco = time.perf_counter()
                escritor.write(
                    b"POST /paredoes/%d/votar/ HTTP/1.1\r\nHost: 127.0.0.1\r\n"
                    b"Content-Type: application/x-www-form-urlencoded\r\nContent-Length: %d\r\n\r\n%s"
                    % (paredao, len(corpo), corpo)
                )
                cabeca = await leitor.readuntil(b"\r\n\r\n")
                if b" 303 " not in cabeca.partition(b"\r\n")[0]:
                    raise RuntimeError(cabeca.decode("latin-1"))
                tempos.append(time.perf_counter() - comeco)
        finally:
            escritor.close()

    comeco = time.perf_counter()
    await asyncio.gather(*(mandar() for _ in range(conexoes)))
    passou = time.perf_counter() - comeco
    return len(tempos) / passou, statistics.quantiles(tempos, n=100)[98] * 1000


async def medir(porta: int, paredao: int, corpos: list[bytes], opcoes: argparse.Namespace) -> tuple[list[str], bool]:
    sem: list[tuple[float, float]] = []
    com: list[tuple[float, float]] = []
    inteiro = True
    for rodada in range(opcoes.rodadas):
        sem.append(await disparar(porta, corpos, paredao, opcoes.segundos, opcoes.conexoes))
        # Noutro processo: o que os ouvintes gastam do lado de cá não é do servidor, nem de quem vota.
        ouvintes = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "bench.ao_vivo", "--ouvir", str(porta), str(paredao), str(opcoes.ouvintes),
            cwd=RAIZ, stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE,
        )  # fmt: skip
        assert ouvintes.stdin is not None
        assert ouvintes.stdout is not None
        if (await ouvintes.stdout.readline()).strip() != b"prontos":
            raise RuntimeError("os ouvintes não ficaram prontos")
        com.append(await disparar(porta, corpos, paredao, opcoes.segundos, opcoes.conexoes))
        await asyncio.sleep(5)
        ouvintes.stdin.write(b"fim\n")
        caidos, menos, mais = map(int, (await ouvintes.stdout.readline()).split())
        await ouvintes.wait()
        inteiro &= not caidos and menos >= 2
        print(f"rodada {rodada + 1}: {caidos} caídos; ouviram de {menos} a {mais} vezes", file=sys.stderr)
    mediana_sem, mediana_com = (statistics.median(v for v, _ in rodadas) for rodadas in (sem, com))
    p99_sem, p99_com = (statistics.median(p for _, p in rodadas) for rodadas in (sem, com))
    tabela = [
        f"| com {opcoes.rodadas} rodadas intercaladas de {opcoes.segundos:g} s | votos/s | p99 (ms) |",
        "|---|---|---|",
        f"| sem ouvintes | {mediana_sem:,.0f} | {p99_sem:.0f} |",
        f"| com {opcoes.ouvintes:,} ouvintes | {mediana_com:,.0f} | {p99_com:.0f} |",
        f"| razão | **{mediana_com / mediana_sem:.2f}** | {p99_com / p99_sem:.1f} |",
    ]
    return [linha.replace(",", ".") for linha in tabela], inteiro


def main() -> int:
    analisador = argparse.ArgumentParser(prog="python -m bench.ao_vivo", description=__doc__)
    analisador.add_argument("--ouvintes", type=int, default=1000)
    analisador.add_argument("--rodadas", type=int, default=5)
    analisador.add_argument("--segundos", type=float, default=4.0)
    analisador.add_argument("--conexoes", type=int, default=32)
    analisador.add_argument("--escrever", action="store_true", help="Põe a tabela em docs/API.md.")
    analisador.add_argument("--ouvir", type=int, nargs=3, help=argparse.SUPPRESS)
    opcoes = analisador.parse_args()
    # Mil conexões de um lado e mil do outro; o servidor herda o limite.
    _, maximo = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (maximo, maximo))
    if opcoes.ouvir:
        asyncio.run(ouvir(*opcoes.ouvir))
        return 0
    with tempfile.TemporaryDirectory(prefix="bench-ao-vivo-") as pasta:
        projeto = Projeto(Path(pasta) / "projeto", "projeto", "este projeto", jornada=False, limites=False, unico=False)
        projeto.preparar()
        mudar = (
            "from votacao.models import Paredao; "
            f"Paredao.objects.filter(pk={projeto.paredao}).update(parciais='sempre')"
        )
        subprocess.run(
            [sys.executable, "manage.py", "shell", "-c", mudar], cwd=RAIZ, env=projeto.ambiente(),
            check=True, stdout=subprocess.DEVNULL,
        )  # fmt: skip
        quantas = int(opcoes.rodadas * 2 * opcoes.segundos * VOTOS_POR_SEGUNDO)
        corpos = [corpo.encode() for corpo in projeto.corpos(quantas)]
        with projeto.no_ar() as (porta, _):
            linhas, inteiro = asyncio.run(medir(porta, projeto.paredao, corpos, opcoes))
    print("\n".join(linhas))
    if opcoes.escrever:
        texto = DOCUMENTO.read_text()
        novo = "<!-- bench.ao_vivo -->\n" + "\n".join(linhas) + "\n<!-- fim -->"
        DOCUMENTO.write_text(re.sub(r"<!-- bench\.ao_vivo -->.*?<!-- fim -->", lambda _: novo, texto, flags=re.DOTALL))
    return 0 if inteiro else 1


if __name__ == "__main__":
    sys.exit(main())
