"""Este projeto como concorrente: subido, semeado e recontado pelos comandos que ele mesmo documenta."""

import os
import re
import sqlite3
import sys
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from contextlib import closing
from dataclasses import dataclass, field
from functools import partial
from itertools import cycle

from bench.gerador import ENDERECO, Plano, resolver
from bench.pedidos import JSON, cabecalho_post, corpo_de_voto, corpo_de_voto_em_json, ler, pedir
from bench.servidores import BITS, PROCESSOS, Concorrente, ServidorNaoSubiu, Tamanhos, contar, jornada

TABELA_DE_VOTOS = "votacao_voto"
# O que o desenvolvedor tiver no ambiente não entra na prova.
ALHEIAS = {
    "BROKER_URL",
    "CACHE_URL",
    "CAPTCHA_URL",
    "CHAVE_CPF",
    "CORS_COM_CREDENCIAIS",
    "CORS_ORIGENS",
    "CSRF_TRUSTED_ORIGINS",
    "DJANGO_SETTINGS_MODULE",
    "EMAIL_URL",
    "PROXIES_CONFIAVEIS",
}


@dataclass
class Projeto(Concorrente):
    """Este projeto, subido pelos comandos que ele documenta. `vazao_esperada` (votos/s) diz quantas cédulas emitir."""

    vazao_esperada: float = 60_000
    limites: bool = True
    """Limites por origem e sinais de robô, ligados como em produção."""
    unico: bool = False
    """Vota com cédulas de voto único, de chaves ao acaso, em vez das da torcida."""
    api: bool = False
    """Vota pela API: o mesmo voto, em JSON."""
    paredao: int = 0
    participantes: list[str] = field(default_factory=list)
    votos_no_inicio: int = 0
    bytes_no_inicio: int = 0

    def ambiente(self) -> dict[str, str]:
        return {
            **{nome: valor for nome, valor in os.environ.items() if nome not in ALHEIAS},
            "ALLOWED_HOSTS": ENDERECO,
            "CEDULA_BITS": str(BITS),
            "DATABASE_URL": f"sqlite:///{self.banco}",
            "DEBUG": "False",
            "HTTPS": "False",
            "LIMITES": str(self.limites),
            "MEDIA_ROOT": str(self.pasta / "media"),
            "SECRET_KEY": "so-para-medir-" * 4,
        }

    def gerir(self, *argumentos: str) -> str:
        return self.chamar("manage.py", *argumentos)

    def preparar(self) -> None:
        self.gerir("migrate", "-v", "0")
        self.gerir("carregar_demo")
        with self.no_ar() as (porta, _):
            self.paredao = self.achar_paredao(porta)
            _, pagina = ler(porta, f"/paredoes/{self.paredao}/")
        self.participantes = nomes_dos_botoes(pagina)
        if not self.participantes:
            raise ServidorNaoSubiu(f"a página do paredão {self.paredao} não tem botões de voto")
        self.marcar_inicio()

    def marcar_inicio(self) -> None:
        self.votos_no_inicio = contar(self.banco, TABELA_DE_VOTOS)
        self.bytes_no_inicio = self.bytes_no_disco()

    def achar_paredao(self, porta: int) -> int:
        """O paredão aberto da temporada de demonstração: aquele cuja cédula responde 200."""
        paginas = "".join(texto for _, texto in (ler(porta, "/paredoes/"), ler(porta, "/")))
        for numero in dict.fromkeys(re.findall(r'href="/paredoes/(\d+)/', paginas)):
            if ler(porta, f"/paredoes/{numero}/cedula/")[0] == 200:
                return int(numero)
        raise ServidorNaoSubiu("nenhum paredão aberto em /paredoes/ nem em /")

    def medir_tamanhos(self) -> Tamanhos:
        """Vota uma vez, com os cabeçalhos da prova, e anota o tamanho de cada corpo."""
        (cedula_de_prova,) = self.gerir("emitir_cedulas", str(self.paredao)).split()
        (corpo,) = resolver_lote([(self.participantes[0], cedula_de_prova)], corpo_de_voto)
        with self.no_ar() as (porta, _):
            plano = jornada(porta, self.paredao, self.participantes)
            _, _, pagina = pedir(porta, plano.pagina)
            _, _, cedula = pedir(porta, plano.cedula)
            status, cabecalhos, _ = pedir(porta, plano.votar.format(tamanho=len(corpo)) + corpo)
            if status != 303:
                raise ServidorNaoSubiu(f"o voto de prova recebeu {status} em vez de 303")
            _, _, comprovante = pedir(porta, plano.comprovante.format(caminho=cabecalhos["location"]))
        self.marcar_inicio()
        return Tamanhos(len(pagina), len(cedula), len(comprovante))

    def corpos(self, quantos: int) -> list[str]:
        """Corpos de voto prontos: cédulas emitidas pelo projeto, provas resolvidas aqui."""
        if self.unico:
            cedulas = self.chamar("-m", "bench.cedulas_unicas", str(self.paredao), str(quantos)).split()
            # Não pedem prova: já é uma só por CPF.
            return [corpo_de_voto(*par, "") for par in zip(cycle(self.participantes), cedulas, strict=False)]
        cedulas = self.gerir("emitir_cedulas", str(self.paredao), "--quantidade", str(quantos)).split()
        pares = list(zip(cycle(self.participantes), cedulas, strict=False))
        escrever = corpo_de_voto_em_json if self.api else corpo_de_voto
        if quantos < 10_000:
            return resolver_lote(pares, escrever)
        lotes = [pares[i : i + 10_000] for i in range(0, quantos, 10_000)]
        with ProcessPoolExecutor(PROCESSOS) as grupo:
            return [corpo for lote in grupo.map(partial(resolver_lote, escrever=escrever), lotes) for corpo in lote]

    def comando(self, porta: int) -> list[str]:
        return [sys.executable, "manage.py", "servir", "--porta", str(porta), "--processos", str(PROCESSOS)]

    def preparar_rodada(self, segundos: float) -> None:
        """Corpos para `segundos` na vazão esperada. Emitidos a cada rodada, porque cédula vence."""
        if self.jornada:
            return
        corpos = self.corpos(int(self.vazao_esperada * segundos) + 1_000)
        (self.pasta / "corpos.txt").write_text("\n".join(corpos))

    def plano(self, porta: int) -> Plano:
        if self.jornada:
            return jornada(porta, self.paredao, self.participantes)
        if self.api:
            cabecalho = cabecalho_post(porta, f"/api/v1/paredoes/{self.paredao}/votos", "{tamanho}", JSON)
        else:
            cabecalho = cabecalho_post(porta, f"/paredoes/{self.paredao}/votar/", "{tamanho}")
        return Plano(porta=porta, modo="corpos", pedido=cabecalho, corpos=str(self.pasta / "corpos.txt"))

    def gravados(self) -> int | None:
        return contar(self.banco, TABELA_DE_VOTOS) - self.votos_no_inicio

    def conferir(self) -> bool:
        """O projeto reconta o livro e compara com as contagens."""
        try:
            self.gerir("conferir")
        except ServidorNaoSubiu as erro:
            print(erro, file=sys.stderr)
            return False
        return True

    def bytes_no_disco(self) -> int:
        """Tamanho do banco com o -wal já recolhido para dentro dele."""
        with closing(sqlite3.connect(self.banco)) as conexao:
            conexao.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        return self.banco.stat().st_size

    def bytes_por_voto(self) -> float:
        gravados = self.gravados() or 0
        return (self.bytes_no_disco() - self.bytes_no_inicio) / gravados if gravados else 0.0


def nomes_dos_botoes(pagina: str) -> list[str]:
    botoes = re.findall(r"<button\b[^>]*>", pagina)
    valores = [re.search(r'\bvalue="(\d+)"', botao) for botao in botoes if 'name="participante"' in botao]
    return list(dict.fromkeys(valor[1] for valor in valores if valor))


def resolver_lote(pares: list[tuple[str, str]], escrever: Callable[[str, str, str], str] = corpo_de_voto) -> list[str]:
    return [escrever(participante, cedula, resolver(cedula.encode(), BITS).decode()) for participante, cedula in pares]
