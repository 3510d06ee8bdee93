"""O que `bench.inscricoes` semeia e mede. Importa-se depois de escolhido o banco."""

import random
import statistics
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import django

django.setup()

from django.contrib.auth.models import User  # noqa: E402
from django.core.management import call_command  # noqa: E402
from django.db import connection  # noqa: E402
from django.test import Client  # noqa: E402
from django.test.utils import CaptureQueriesContext, override_settings  # noqa: E402
from django.utils import timezone  # noqa: E402

from bench.medidas import numero, tabela  # noqa: E402
from inscricoes.models import UF, Candidato, Edicao, Foto, Parecer, Pergunta, Resposta, Secao  # noqa: E402
from inscricoes.situacoes import Situacao  # noqa: E402

LISTA = "/admin/inscricoes/candidato/"
LOTE = 5_000
PESOS = {
    Situacao.RASCUNHO: 25,
    Situacao.ENVIADA: 50,
    Situacao.EM_ANALISE: 10,
    Situacao.ENTREVISTA: 2,
    Situacao.RESERVA: 1,
    Situacao.REPROVADA: 10,
    Situacao.DESISTENTE: 2,
}
NOMES = ["Ana", "Bia", "Caio", "Davi", "Elis", "Frida", "Gil", "Hugo", "João", "Kátia", "Mara", "Nina", "Otto", "Rosa"]
SOBRENOMES = ["Alves", "Barros", "Castro", "Dias", "Freitas", "Gomes", "Hora", "Klein", "Lima", "Nunes", "Reis"]
CIDADES = ["Belém", "Recife", "Curitiba", "Manaus", "Goiânia", "Salvador", "Niterói", "Santos", "Palmas", "Olinda"]


@dataclass(frozen=True, slots=True)
class Pedido:
    rotulo: str
    endereco: str
    post: bool = False


@contextmanager
def banco() -> Iterator[None]:
    """Um banco vazio e migrado, só desta prova."""
    if connection.vendor == "sqlite":
        call_command("migrate", verbosity=0)
        yield
        return
    nome = str(connection.settings_dict["NAME"])
    connection.creation.create_test_db(verbosity=0, autoclobber=True)
    try:
        yield
    finally:
        connection.creation.destroy_test_db(nome, verbosity=0)


def medir(*, quantidade: int, vezes: int) -> str:
    """Semeia, mede e devolve o relatório em Markdown."""
    with override_settings(DEBUG=False), banco():
        inicio = time.perf_counter()
        semear(quantidade)
        dizer(f"{numero(quantidade)} inscrições semeadas em {time.perf_counter() - inicio:.1f} s")
        cliente = entrar()
        linhas = [linha(cliente, pedido, vezes) for pedido in pedidos()]
        nome = "SQLite" if connection.vendor == "sqlite" else f"PostgreSQL {connection.pg_version // 10_000}"  # type: ignore[attr-defined]
    titulo = f"{numero(quantidade)} inscrições, {nome}, mediana de {vezes} pedidos pelo cliente de testes do Django."
    return f"{titulo}\n\n{tabela(['Página', 'consultas', 'ms', 'resposta'], linhas)}"


def semear(quantidade: int) -> None:
    """Inscrições verossímeis, sempre as mesmas: situações, idades, lugares, fotos, notas e respostas."""
    acaso = random.Random(24)
    agora = timezone.now()
    edicao = Edicao.objects.create(nome="BBB 24", ano=2024, inscricoes_abrem_em=agora - timedelta(days=90))
    autor = User.objects.create_user("avaliadora", is_staff=True)
    secao = Secao.objects.create(edicao=edicao, titulo="Você")
    perguntas = [
        Pergunta.objects.create(secao=secao, ordem=n, enunciado=f"Pergunta {n}?", publicada_em=agora) for n in range(5)
    ]
    for inicio in range(0, quantidade, LOTE):
        candidatos = [candidato(edicao, n, acaso, agora) for n in range(inicio, min(inicio + LOTE, quantidade))]
        Candidato.objects.bulk_create(candidatos)
        fotos = [
            Foto(candidato=c, ordem=ordem, largura=900, altura=1200, tamanho=90_000, resumo=f"{c.pk}-{ordem}")
            for c in candidatos
            for ordem in range(3)
        ]
        Foto.objects.bulk_create(fotos, batch_size=LOTE)
        com_nota = [c for c in candidatos if c.nota_media is not None]
        Parecer.objects.bulk_create([Parecer(candidato=c, autor=autor, nota=int(c.nota_media or 0)) for c in com_nota])
        Resposta.objects.bulk_create(
            [Resposta(candidato=c, pergunta=p, texto="Moro com meus avós.") for c in candidatos for p in perguntas],
            batch_size=LOTE,
        )
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")


def candidato(edicao: Edicao, n: int, acaso: random.Random, agora: Any) -> Candidato:
    situacao = acaso.choices(list(PESOS), list(PESOS.values()))[0]
    curto = acaso.choice(NOMES)
    enviada = situacao != Situacao.RASCUNHO
    return Candidato(
        edicao=edicao,
        nome=f"{curto} {acaso.choice(SOBRENOMES)} {acaso.choice(SOBRENOMES)}",
        nome_curto=curto,
        cpf="",
        nascimento=date(edicao.ano_da_inscricao - acaso.randint(18, 70), acaso.randint(1, 12), acaso.randint(1, 28)),
        genero=acaso.choice(Candidato.Genero.values),
        profissao=acaso.choice(["Médica", "Motorista", "Professora", "Cantor"]),
        cidade=acaso.choice(CIDADES),
        uf=acaso.choice(UF.values),
        apresentacao="Gosto de gente, de festa e de cozinhar para muitos. " * acaso.randint(1, 6),
        email=f"pessoa{n}@example.com",
        telefone="(11) 91234-5678",
        situacao=situacao,
        criado_em=agora,
        enviado_em=agora - timedelta(minutes=acaso.randint(1, 120_000)) if enviada else None,
        nota_media=acaso.randint(0, 10) if enviada and acaso.random() < 0.2 else None,
    )


def pedidos() -> list[Pedido]:
    do_meio = Candidato.objects.filter(situacao=Situacao.ENVIADA).order_by("-enviado_em")[2_000:2_001].first()
    protocolo = Candidato.objects.filter(situacao=Situacao.ENVIADA).values_list("protocolo", flat=True)[0]
    achado = do_meio or Candidato.objects.latest("enviado_em")
    enviadas = Candidato.objects.enviadas().count()
    exportar = f"{LISTA}exportar"
    return [
        Pedido("a fila", LISTA),
        Pedido("a fila, na página do meio", f"{LISTA}?p={max(1, enviadas // 100)}"),
        Pedido("em todas as edições", f"{LISTA}?edicao=todas"),
        Pedido("situação: enviada", f"{LISTA}?situacao=enviada"),
        Pedido("situação: rascunho", f"{LISTA}?situacao=rascunho"),
        Pedido("região: Nordeste", f"{LISTA}?regiao=NE"),
        Pedido("estado: PA", f"{LISTA}?uf=PA"),
        Pedido("idade: 25 a 29", f"{LISTA}?idade_de=25&idade_ate=29"),
        Pedido("gênero: mulher", f"{LISTA}?genero=mulher"),
        Pedido("com nota", f"{LISTA}?nota=com"),
        Pedido("falta o meu parecer", f"{LISTA}?nota=falta_a_minha"),
        Pedido("por nota, da maior", f"{LISTA}?o=-6"),
        Pedido("cinco filtros juntos", f"{LISTA}?situacao=enviada&regiao=NE&genero=mulher&idade_de=25&idade_ate=39"),
        Pedido("busca: uma palavra", f"{LISTA}?q=frida"),
        Pedido("busca: duas palavras", f"{LISTA}?q=frida+recife"),
        Pedido("busca: e-mail", f"{LISTA}?q={achado.email}"),
        Pedido("busca: protocolo", f"{LISTA}?q={protocolo}"),
        Pedido("a ficha, no meio da fila", f"{LISTA}{achado.pk}/change/?_changelist_filters=situacao%3Denviada"),
        Pedido("a folha de fotos", f"{LISTA}folha/?situacao=enviada"),
        Pedido("exportar CSV, a fila toda", f"{exportar}/csv/", post=True),
        Pedido("exportar XLSX, só enviadas do Nordeste", f"{exportar}/xlsx/?situacao=enviada&regiao=NE", post=True),
    ]


def linha(cliente: Client, pedido: Pedido, vezes: int) -> list[str]:
    with CaptureQueriesContext(connection) as consultas:
        _, tamanho = pedir(cliente, pedido)
        quantas = len(consultas)
    longo = pedido.post
    tempos = [pedir(cliente, pedido)[0] for _ in range(3 if longo else vezes)]
    mediana = statistics.median(tempos)
    dizer(f"  {pedido.rotulo}: {quantas} consultas, {mediana:.0f} ms")
    return [pedido.rotulo, str(quantas), numero(mediana, 0 if longo else 1), f"{numero(tamanho / 1000)} kB"]


def pedir(cliente: Client, pedido: Pedido) -> tuple[float, int]:
    """Milissegundos até o último byte, e quantos bytes."""
    inicio = time.perf_counter()
    resposta: Any = cliente.post(pedido.endereco) if pedido.post else cliente.get(pedido.endereco)
    tamanho = sum(len(p) for p in resposta.streaming_content) if resposta.streaming else len(resposta.content)
    passou = (time.perf_counter() - inicio) * 1e3
    if resposta.status_code != 200:
        raise SystemExit(f"{pedido.endereco} respondeu {resposta.status_code}")
    return passou, tamanho


def entrar() -> Client:
    usuario = User.objects.create_superuser("produtora")
    cliente = Client(headers={"host": "localhost"})
    cliente.force_login(usuario)
    return cliente


def dizer(frase: str) -> None:
    print(frase, file=sys.stderr, flush=True)
