"""`python -m bench`: todos os concorrentes, lado a lado, nesta máquina, com bancos e portas temporários.

Progresso na saída de erro, tabelas em Markdown na saída. Nunca falha por um tempo; sai com 1 quando o que está gravado
não é o que foi confirmado, e com 2 quando um servidor não sobe.
"""

import argparse
import json
import os
import signal
import subprocess
import sys
import tempfile
from contextlib import ExitStack
from dataclasses import asdict, dataclass, field
from pathlib import Path

from bench import anotadas, medidas, modo_fila
from bench.carga import carregar_votos
from bench.gerador import Plano, Resultado
from bench.medidas import MB, Meta, Serie, numero, razao
from bench.pedidos import cabecalho_get
from bench.projeto import Projeto
from bench.servicos import ServicoNaoSubiu
from bench.servidores import (
    PROCESSOS,
    RAIZ,
    Concorrente,
    DjangoSimples,
    FastAPISQLite,
    ServidorNaoSubiu,
    Tamanhos,
    Teto,
    VigiaDoWal,
)

CONCORRENTES = [
    "fastapi",
    "django",
    "teto",
    "projeto",
    "projeto_unico",
    "projeto_api",
    "teto_jornada",
    "projeto_jornada",
]
CONEXOES_DO_FASTAPI = 24
FOLGA_DE_CEDULAS = 1.4  # sobre a vazão do teto na mesma rodada
VOTOS_DO_RESULTADO = [10_000, 10_000_000]


@dataclass
class Prova:
    """Uma execução do banco de provas: o que foi pedido e o que se mediu até agora."""

    opcoes: argparse.Namespace
    pasta: Path
    series: dict[str, Serie] = field(default_factory=dict)
    resultado: list[Serie] = field(default_factory=list)
    maior_wal: int = 0
    bytes_por_voto: float = 0.0
    bytes_por_voto_unico: float = 0.0
    recontagem_confere: bool = True
    fila: modo_fila.Medida | None = None

    # --- rodadas -----------------------------------------------------------------------------------------------------

    def medir(self, concorrente: Concorrente) -> None:
        """Uma rodada de um concorrente: sobe, dispara, derruba, conta."""
        serie = self.series.setdefault(concorrente.chave, Serie(concorrente.chave, concorrente.rotulo))
        if isinstance(concorrente, Projeto) and "teto" in self.series:
            concorrente.vazao_esperada = self.series["teto"].rodadas[-1].por_segundo * FOLGA_DE_CEDULAS
        concorrente.preparar_rodada(self.opcoes.segundos + Plano.aquecimento)
        with ExitStack() as pilha:
            porta, pid = pilha.enter_context(concorrente.no_ar())
            vigia = pilha.enter_context(VigiaDoWal(concorrente.banco))
            rodada = disparar(self.ajustar(concorrente, concorrente.plano(porta), pid))
        if isinstance(concorrente, Projeto):
            self.maior_wal = max(self.maior_wal, vigia.maior)
        serie.rodadas.append(rodada)
        # Do projeto contam-se comprovantes distintos, não respostas: dois votos com o mesmo comprovante são um só.
        serie.confirmados += (
            rodada.comprovantes if isinstance(concorrente, Projeto) else rodada.status.get(concorrente.aceito, 0)
        )
        serie.sem_resposta += rodada.sem_resposta
        serie.gravados = concorrente.gravados()
        relatar(serie, rodada, self.opcoes.segundos)

    def ajustar(self, concorrente: Concorrente, plano: Plano, pid: int) -> Plano:
        plano.conexoes = min(self.opcoes.conexoes, concorrente.conexoes_maximas)
        plano.segundos, plano.pids = self.opcoes.segundos, [pid]
        return plano

    def rodar(self) -> None:
        concorrentes = self.montar()
        for rodada in range(1, self.opcoes.rodadas + 1):
            dizer(f"rodada {rodada} de {self.opcoes.rodadas}")
            for concorrente in concorrentes:
                self.medir(concorrente)
        for concorrente in concorrentes:
            if isinstance(concorrente, Projeto):
                self.recontagem_confere &= concorrente.conferir()
                if not concorrente.jornada:
                    gasto = concorrente.bytes_por_voto()
                    if concorrente.unico:
                        self.bytes_por_voto_unico = gasto
                    elif not concorrente.api:
                        self.bytes_por_voto = gasto

    def montar(self) -> list[Concorrente]:
        """Os concorrentes pedidos, preparados, na ordem de medir; o teto imita os tamanhos das respostas do projeto."""
        pasta, pedidos = self.pasta, self.opcoes.so
        tamanhos = Tamanhos()
        projetos: dict[str, Concorrente] = {}
        rotulos = {"projeto": "este projeto", "projeto_jornada": "este projeto"}
        rotulos["projeto_unico"] = "este projeto, voto único"
        rotulos["projeto_api"] = "este projeto, pela API"
        for chave, rotulo in rotulos.items():
            if chave in pedidos:
                jornada, limites = chave.endswith("jornada"), not self.opcoes.sem_limites
                unico = chave == "projeto_unico"
                api = chave == "projeto_api"
                projeto = Projeto(
                    pasta / chave,
                    chave,
                    rotulo,
                    aceito="201" if api else "303",
                    jornada=jornada,
                    limites=limites,
                    unico=unico,
                    api=api,
                )
                dizer(f"preparando {chave}: migrate, carregar_demo, um voto de prova")
                projeto.preparar()
                tamanhos = projeto.medir_tamanhos()
                projetos[chave] = projeto
        todos: dict[str, Concorrente] = {
            # O SQLAlchemy tem 15 conexões por processo: com centenas de pedidos ao mesmo tempo, todos esperam e caem.
            "fastapi": FastAPISQLite(
                pasta / "fastapi",
                "fastapi",
                f"FastAPI + SQLAlchemy + SQLite ({CONEXOES_DO_FASTAPI} conexões)",
                aceito="200",
                conexoes_maximas=CONEXOES_DO_FASTAPI,
            ),
            "django": DjangoSimples(pasta / "django", "django", "view Django comum + SQLite", aceito="302"),
            "teto": Teto(pasta / "teto", "teto", "teto: uvicorn sem fazer nada"),
            "teto_jornada": Teto(
                pasta / "teto_jornada", "teto_jornada", "teto: uvicorn sem fazer nada", jornada=True, tamanhos=tamanhos
            ),
            **projetos,
        }
        dizer(f"corpos: página {tamanhos.pagina} B, cédula {tamanhos.cedula} B, comprovante {tamanhos.comprovante} B")
        for chave in pedidos:
            if chave not in projetos:
                todos[chave].preparar()
        return [todos[chave] for chave in CONCORRENTES if chave in pedidos]

    # --- página de resultado -----------------------------------------------------------------------------------------

    def medir_resultado(self) -> None:
        """A mesma página com poucos e com muitos votos, em rodadas intercaladas."""
        cargas: list[tuple[Projeto, int, Serie]] = []
        for quantos in self.opcoes.votos_do_resultado:
            dizer(f"carregando {numero(quantos)} votos")
            projeto = Projeto(self.pasta / f"resultado_{quantos}", f"resultado_{quantos}")
            projeto.preparar()
            paredao = carregar_votos(projeto.banco, quantos)
            self.recontagem_confere &= projeto.conferir()
            serie = Serie(projeto.chave, f"{numero(quantos)} votos")
            self.resultado.append(serie)
            cargas.append((projeto, paredao, serie))
        for _ in range(self.opcoes.rodadas):
            for projeto, paredao, serie in cargas:
                with projeto.no_ar() as (porta, pid):
                    pedido = cabecalho_get(porta, f"/paredoes/{paredao}/resultado/")
                    plano = self.ajustar(projeto, Plano(porta=porta, modo="repete", pedido=pedido), pid)
                    plano.segundos = min(plano.segundos, 2.0)
                    rodada = disparar(plano)
                if set(rodada.status) != {"200"}:
                    raise ServidorNaoSubiu(f"a página de resultado respondeu {rodada.status}, e não só 200")
                serie.rodadas.append(rodada)
                relatar(serie, rodada, plano.segundos)

    # --- além de uma máquina ---

    def medir_fila(self) -> None:
        """O modo fila e o PostgreSQL, se a máquina os tem; senão diz o que falta, e o resto da prova vale."""
        if falta := modo_fila.ausentes():
            dizer(f"modo fila: pulado, falta nesta máquina: {', '.join(falta)}")
            return
        self.fila = modo_fila.medir(
            self.pasta,
            rodadas=self.opcoes.rodadas,
            segundos=self.opcoes.segundos,
            conexoes=self.opcoes.conexoes,
            disparar=disparar,
        )

    # --- relatório ---------------------------------------------------------------------------------------------------

    def metas(self) -> list[Meta]:
        """Os alvos da prova que os concorrentes medidos permitem julgar."""
        metas: list[Meta] = []
        mediana = {chave: serie.mediana("por_segundo") for chave, serie in self.series.items()}
        if projeto := self.series.get("projeto"):
            for chave, nome, alvo in [("teto", "voto ÷ teto", 0.9), ("django", "voto ÷ view Django comum", 15.0)]:
                if chave in mediana:
                    metas.append(ao_menos(nome, alvo, razao(mediana["projeto"], mediana[chave])))
            vezes = razao(projeto.mediana("p99"), projeto.mediana("p50"))
            metas.append(Meta("voto: p99 ÷ p50", "até 10", numero(vezes, 1), vezes <= 10))
            wal = self.maior_wal / MB
            metas.append(Meta("maior -wal durante a carga", "menos de 32 MB", f"{numero(wal, 1)} MB", wal < 32))
            gasto = self.bytes_por_voto
            metas.append(Meta("bytes por voto no SQLite", "até 40", numero(gasto, 1), 0 < gasto <= 40))
        jornadas = [self.series.get(chave) for chave in ("projeto_jornada", "teto_jornada")]
        if jornadas[0] and jornadas[1]:
            vazoes = [serie.mediana("jornadas_por_segundo") for serie in jornadas if serie]
            metas.append(ao_menos("jornada ÷ teto da jornada", 0.8, razao(*vazoes)))
        if len(self.resultado) > 1:
            vezes = razao(self.resultado[-1].mediana("por_segundo"), self.resultado[0].mediana("por_segundo"))
            votos = [serie.rotulo.removesuffix(" votos") for serie in self.resultado]
            nome = f"resultado com {votos[-1]} votos ÷ com {votos[0]}"
            metas.append(Meta(nome, "ao menos 1 (ruído: 5 %)", numero(vezes, 2), vezes >= 0.95))
        exatos = self.tudo_confere
        metas.append(Meta("gravados = confirmados, recontagem confere", "sempre", "sim" if exatos else "não", exatos))
        return metas

    @property
    def tudo_confere(self) -> bool:
        fila_confere = self.fila is None or self.fila.confere
        return self.recontagem_confere and fila_confere and all(serie.confere for serie in self.series.values())

    def onde(self) -> str:
        opcoes = self.opcoes
        return (
            f"Ambiente: {medidas.ambiente(self.pasta)}.\n\n"
            f"Medianas de {opcoes.rodadas} rodadas intercaladas de {numero(opcoes.segundos, 1)} s, {opcoes.conexoes} "
            f"conexões persistentes, {PROCESSOS} processos por servidor, gerador de carga na mesma máquina: leia as "
            "razões, não os números. Cada conexão vem de um endereço só seu; limites por origem e sinais de robô "
            f"{'desligados' if opcoes.sem_limites else 'ligados'}."
        )

    def relatorio(self) -> str:
        partes = [self.onde()]
        votos = [serie for chave, serie in self.series.items() if not chave.endswith("jornada")]
        jornadas = [serie for chave, serie in self.series.items() if chave.endswith("jornada")]
        if votos:
            partes.append(medidas.tabela_de_votos(votos))
        if "projeto_unico" in self.series:
            partes.append(
                "O voto único vai com chaves ao acaso, que caem em lugar qualquer do índice: "
                f"{numero(self.bytes_por_voto_unico, 1)} B por voto. O livro começa quase vazio e cabe na memória; num "
                "que não caiba, a diferença para a torcida é maior do que aqui."
            )
        if jornadas:
            partes.append(medidas.tabela_de_jornadas(jornadas))
        if self.resultado:
            partes.append(medidas.tabela_de_resultado(self.resultado))
        partes.append(medidas.tabela_de_metas(self.metas()))
        return "\n\n".join(partes)

    def escrever(self, docs: Path) -> None:
        arquivo = docs / anotadas.ARQUIVO.name
        if self.fila is not None:
            # Entre marcas suas, com a sua máquina: mede-se também à parte (`--so-fila`).
            texto = f"{modo_fila.relatorio(self.fila)}\n\n{self.onde()}"
            medidas.escrever_entre_marcas(docs / "DESEMPENHO.md", texto, "modo-fila")
            modo_fila.anotar(self.fila, arquivo)
        if not self.series:
            return
        if projeto := self.series.get("projeto"):
            site = {"votos_por_segundo": round(projeto.mediana("por_segundo")), "processos": PROCESSOS}
            anotadas.anotar("web", {**site, "cpu_us_por_voto": round(projeto.cpu("cpu_servidor"), 1)}, arquivo)
            if self.bytes_por_voto:
                anotadas.anotar("livro", {"bytes_por_voto_sqlite": round(self.bytes_por_voto, 1)}, arquivo)
        medidas.escrever_entre_marcas(docs / "DESEMPENHO.md", self.relatorio())
        votos = [serie for chave, serie in self.series.items() if not chave.endswith("jornada")]
        nota = (
            f"Medianas de {self.opcoes.rodadas} rodadas, {self.opcoes.conexoes} conexões, "
            f"{os.cpu_count()} núcleos divididos com o gerador de carga."
        )
        (docs / "img").mkdir(parents=True, exist_ok=True)
        (docs / "img" / "desempenho.svg").write_text(medidas.desenho(votos, nota))


def ao_menos(nome: str, alvo: float, medido: float) -> Meta:
    return Meta(nome, f"ao menos {numero(alvo, 1)}", numero(medido, 2), medido >= alvo)


def disparar(plano: Plano) -> Resultado:
    """O gerador num processo à parte; o prazo dele é o do plano, com folga para ler os corpos."""
    feito = subprocess.run(
        [sys.executable, "-m", "bench.gerador"],
        cwd=RAIZ,
        input=json.dumps(asdict(plano)),
        stdout=subprocess.PIPE,
        text=True,
        timeout=plano.aquecimento + plano.segundos + plano.espera + 60,
        check=True,
    )
    return Resultado(**json.loads(feito.stdout))


def relatar(serie: Serie, rodada: Resultado, segundos: float) -> None:
    vazao = f"{numero(rodada.por_segundo):>8}/s"
    if rodada.jornadas_por_segundo:
        vazao += f"  {numero(rodada.jornadas_por_segundo)} jornadas/s"
    linha = f"  {serie.chave:<18}{vazao}  p50 {rodada.p50:.1f}  p99 {rodada.p99:.1f}  máx {rodada.maxima:.1f} ms  "
    dizer(linha + f"{rodada.status} {rodada.erros or ''} {medidas.acordo(serie)}")
    if rodada.segundos < 0.9 * segundos:
        dizer(f"  atenção: os pedidos acabaram em {rodada.segundos:.1f} s")


def dizer(frase: str) -> None:
    print(frase, file=sys.stderr, flush=True)


def ler_opcoes() -> argparse.Namespace:
    leitor = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    leitor.add_argument("--rodadas", type=int, default=5)
    leitor.add_argument("--segundos", type=float, default=4.0, help="de cada rodada de cada concorrente")
    leitor.add_argument("--conexoes", type=int, default=1024)
    leitor.add_argument("--rapido", action="store_true", help="2 rodadas de 2 s")
    leitor.add_argument("--pular-resultado", action="store_true", help="não mede a página de resultado")
    leitor.add_argument("--pular-fila", action="store_true", help="não mede o modo fila nem o PostgreSQL")
    leitor.add_argument("--so-fila", action="store_true", help="mede só o modo fila e o PostgreSQL")
    leitor.add_argument(
        "--votos-do-resultado", type=int, nargs="+", default=VOTOS_DO_RESULTADO, metavar="N", help="tamanhos a comparar"
    )
    leitor.add_argument("--so", nargs="+", choices=CONCORRENTES, default=CONCORRENTES, help="só estes concorrentes")
    leitor.add_argument("--pasta", type=Path, help="onde criar a pasta temporária; escolha o disco que quer medir")
    leitor.add_argument("--sem-limites", action="store_true", help="desliga os limites por origem do projeto")
    leitor.add_argument("--escrever", action="store_true", help="atualiza docs/DESEMPENHO.md e o desenho")
    leitor.add_argument("--docs", type=Path, default=RAIZ / "docs", help="pasta que --escrever atualiza")
    opcoes = leitor.parse_args()
    if opcoes.rapido:
        opcoes.rodadas, opcoes.segundos = 2, 2.0
    if opcoes.so_fila:
        opcoes.so, opcoes.pular_resultado = [], True
    return opcoes


def main() -> int:
    opcoes = ler_opcoes()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # para que os servidores também sejam derrubados
    with tempfile.TemporaryDirectory(prefix="bench-", dir=opcoes.pasta, ignore_cleanup_errors=True) as pasta:
        prova = Prova(opcoes, Path(pasta))
        try:
            if opcoes.so:
                prova.rodar()
            if not opcoes.pular_resultado:
                prova.medir_resultado()
            if not opcoes.pular_fila:
                prova.medir_fila()
        except (ServidorNaoSubiu, ServicoNaoSubiu) as erro:
            dizer(f"a prova parou: {erro}")
            return 2
        if prova.series:
            print(prova.relatorio())
        if prova.fila is not None:
            print(f"\n{modo_fila.relatorio(prova.fila)}\n\n{prova.onde()}")
        if opcoes.escrever:
            prova.escrever(opcoes.docs)
    return 0 if prova.tudo_confere else 1


if __name__ == "__main__":
    sys.exit(main())
