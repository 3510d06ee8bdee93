"""Combinações perigosas de configuração. Cada valor, sozinho, é válido (`bbb/ambiente.py`); juntos, não.

`manage.py check` mostra as de sempre; com `--deploy`, também as que só importam em produção; com `--database default`
(e em todo `migrate`), as do banco.
"""

from collections.abc import Iterable
from pathlib import Path
from typing import Any

from django.apps import AppConfig
from django.conf import settings
from django.core.checks import CheckMessage, Error, Warning
from django.core.exceptions import ImproperlyConfigured
from django.db import connections

from bbb.ambiente import CAIXA_DE_DEMONSTRACAO, REMETENTE_LOCAL
from votacao.urna.contas import por_minuto
from votacao.urna.remetente import ATRASO

CHAVE_MINIMA = 50
"""Caracteres da SECRET_KEY: é ela que assina as cédulas."""
LETRAS_MINIMAS = 5
SINCRONO_COMPLETO = 2
"""O número com que o SQLite diz `synchronous=FULL`."""

Apps = Iterable[AppConfig] | None


def debug_em_producao(app_configs: Apps, **_: Any) -> list[CheckMessage]:
    if not settings.DEBUG:
        return []
    return [
        Error(
            "DEBUG está ligado: uma falha mostraria o código e a configuração a quem a encontrasse.",
            hint="Ponha DEBUG=False no ambiente.",
            id="bbb.E001",
        )
    ]


def chave_fraca(app_configs: Apps, **_: Any) -> list[CheckMessage]:
    chave = settings.SECRET_KEY
    if _da_maquina(chave):
        problema = "é a que esta máquina criou para si, e fica num arquivo ao lado dos dados"
    elif len(chave) < CHAVE_MINIMA or len(set(chave)) < LETRAS_MINIMAS:
        problema = f"tem menos de {CHAVE_MINIMA} caracteres, ou quase só repetidos"
    elif chave.startswith("django-insecure-"):
        problema = "é a que o Django põe num projeto novo"
    else:
        return []
    return [
        Error(
            f"A SECRET_KEY {problema}: quem a adivinhar assina cédulas.",
            hint='Crie uma com: python -c "import secrets; print(secrets.token_urlsafe(64))"',
            id="bbb.E002",
        )
    ]


def _da_maquina(chave: str) -> bool:
    try:
        return chave == (Path(settings.DADOS) / "segredo").read_text(encoding="ascii")
    except OSError:
        return False


def qualquer_host(app_configs: Apps, **_: Any) -> list[CheckMessage]:
    if settings.DEBUG or "*" not in settings.ALLOWED_HOSTS:
        return []
    grave = settings.HTTPS  # sem HTTPS é um ensaio na própria máquina
    return [
        (Error if grave else Warning)(
            "ALLOWED_HOSTS aceita qualquer host: um pedido com host inventado encheria o micro-cache e passaria por "
            "pedido do próprio site.",
            hint="Escreva os nomes do site, separados por vírgula: ALLOWED_HOSTS=exemplo.com.br,www.exemplo.com.br",
            id="bbb.E003" if grave else "bbb.W003",
        )
    ]


def urna_sem_defesa(app_configs: Apps, **_: Any) -> list[CheckMessage]:
    avisos: list[CheckMessage] = []
    if not settings.LIMITES:
        avisos.append(
            Warning(
                "LIMITES está desligado: um endereço só pode pedir e votar sem parar.",
                hint="Desligue apenas em prova de carga; fora dela, tire LIMITES do ambiente.",
                id="bbb.W001",
            )
        )
    if not settings.DEBUG and settings.CEDULA_BITS == 0:
        avisos.append(
            Warning(
                "CEDULA_BITS é 0: votar não custa nada a um robô.",
                hint="Tire CEDULA_BITS do ambiente (a omissão é 16) ou ponha um valor acima de 0.",
                id="bbb.W002",
            )
        )
    return avisos


def limites_que_se_entendem(app_configs: Apps, **_: Any) -> list[CheckMessage]:
    """As regras por origem são lidas no primeiro voto: um erro nelas tem de aparecer antes."""
    regras = {
        **{f"LIMITES_POR_ORIGEM[{nome!r}]": regra for nome, regra in settings.LIMITES_POR_ORIGEM.items()},
        **{f"SUSPEITAS_POR_ORIGEM[{nome!r}]": regra for nome, regra in settings.SUSPEITAS_POR_ORIGEM.items()},
        "PROVA_MAIS_DIFICIL": settings.PROVA_MAIS_DIFICIL,
    }
    erros: list[CheckMessage] = []
    for nome, regra in regras.items():
        try:
            por_minuto(regra)
        except (ImproperlyConfigured, ValueError):
            erros.append(
                Error(
                    f"{nome}: {regra!r} não se entende.",
                    hint="Os limites por origem são por minuto; escreva como 600/minute.",
                    id="bbb.E006",
                )
            )
    if not erros and por_minuto(settings.SUSPEITAS_POR_ORIGEM["ritmo"]) > por_minuto(
        settings.LIMITES_POR_ORIGEM["voto"]
    ):
        erros.append(
            Warning(
                "O limite que marca votos fica acima do que os recusa: nenhum voto seria marcado pelo ritmo.",
                hint="Deixe SUSPEITAS_POR_ORIGEM['ritmo'] abaixo de LIMITES_POR_ORIGEM['voto'].",
                id="bbb.W004",
            )
        )
    return erros


def correio_de_producao(app_configs: Apps, **_: Any) -> list[CheckMessage]:
    """Com HTTPS há público de verdade: os códigos de entrar têm de chegar, e só a quem os pediu."""
    if not settings.HTTPS:
        return []
    if settings.EMAIL_BACKEND == CAIXA_DE_DEMONSTRACAO:
        return [
            Error(
                "EMAIL_URL é a caixa de demonstração: qualquer um leria em /demo/correio/ os códigos de todos.",
                hint="Escreva o servidor de e-mail: EMAIL_URL=smtp+tls://usuario:senha@servidor:587",
                id="bbb.E007",
            )
        ]
    avisos: list[CheckMessage] = []
    if settings.EMAIL_BACKEND.startswith("django.core.mail.") and ".smtp." not in settings.EMAIL_BACKEND:
        avisos.append(
            Warning(
                "O e-mail não sai desta máquina (EMAIL_URL): nenhum candidato recebe o código para entrar, e os "
                "códigos ficam no registro do servidor.",
                hint="Escreva o servidor de e-mail: EMAIL_URL=smtp+tls://usuario:senha@servidor:587",
                id="bbb.W005",
            )
        )
    if settings.DEFAULT_FROM_EMAIL == REMETENTE_LOCAL:
        avisos.append(
            Warning(
                f"As cartas saem de {REMETENTE_LOCAL}, que nenhum servidor aceita.",
                hint="Escreva o remetente: EMAIL_REMETENTE=nao-responda@exemplo.com.br",
                id="bbb.W006",
            )
        )
    return avisos


def publico_de_verdade(app_configs: Apps, **_: Any) -> list[CheckMessage]:
    """Com HTTPS há público: o elo de uma carta tem de levar a este site, e quem pergunta dos seus dados, a alguém."""
    avisos: list[CheckMessage] = []
    if settings.HTTPS and not settings.SITE_URL.startswith("https://"):
        avisos.append(
            Warning(
                f"SITE_URL é {settings.SITE_URL}: é para lá que levam os elos das cartas aos candidatos.",
                hint="Escreva o endereço público do site: SITE_URL=https://exemplo.com.br",
                id="bbb.W007",
            )
        )
    if settings.HTTPS and not settings.ENCARREGADO:
        avisos.append(
            Warning(
                "ENCARREGADO está vazio: “Meus dados” não diz a quem pedir o que a página não resolve (LGPD, art. 41).",
                hint="Escreva o e-mail de quem atende: ENCARREGADO=dados@exemplo.com.br",
                id="bbb.W008",
            )
        )
    return avisos


def margem_maior_do_que_o_corte(app_configs: Apps, **_: Any) -> list[CheckMessage]:
    """A prova de que não se publica com votos por contar supõe isto (`docs/FILA.md`)."""
    if settings.BROKER is None or settings.MARGEM_DE_PUBLICACAO > ATRASO:
        return []
    return [
        Error(
            f"MARGEM_DE_PUBLICACAO é {settings.MARGEM_DE_PUBLICACAO} s: com a fila de votos, um voto a caminho poderia "
            "ficar fora do resultado.",
            hint=f"Deixe-a acima de {ATRASO:.0f} segundos.",
            id="bbb.E008",
        )
    ]


def sqlite_duravel(app_configs: Apps, databases: Iterable[str] | None = None, **_: Any) -> list[CheckMessage]:
    """Lê os PRAGMAs de volta: o SQLite aceita em silêncio o que não pode cumprir (WAL em disco de rede)."""
    erros: list[CheckMessage] = []
    for nome in databases or []:
        conexao = connections[nome]
        if conexao.vendor != "sqlite":
            continue
        with conexao.cursor() as cursor:
            (diario,) = cursor.execute("PRAGMA journal_mode").fetchone()
            (sincrono,) = cursor.execute("PRAGMA synchronous").fetchone()
        if diario != "wal":
            erros.append(
                Error(
                    f"O SQLite está com journal_mode={diario}: quem lê e quem vota se travam um ao outro.",
                    hint="Deixe o arquivo num disco local e não mude init_command em DATABASE_URL.",
                    id="bbb.E004",
                )
            )
        if sincrono < SINCRONO_COMPLETO:
            erros.append(
                Error(
                    "O SQLite não espera o disco (synchronous abaixo de FULL): um voto confirmado pode sumir se a "
                    "máquina cair.",
                    hint="Não mude init_command em DATABASE_URL.",
                    id="bbb.E005",
                )
            )
    return erros
