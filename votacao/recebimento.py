"""Conta uma remessa que chegou pela fila: o trabalho de um trabalhador, sem Celery no caminho.

Numa transação só: a linha da remessa, os votos (pelo mesmo `registro` do voto direto) e os recusados. A linha da
remessa é o que faz a segunda entrega parar: ou tudo entrou, ou nada. Dois trabalhadores com a mesma remessa: o segundo
espera a transação do primeiro e não acha o que fazer; se o primeiro morre, é o segundo que conta.
"""

import logging
import time
from typing import Final
from uuid import UUID

from django.db import DatabaseError, DataError, IntegrityError, InterfaceError, connection, transaction
from django.utils import timezone

from votacao import registro
from votacao.models import Remessa as RemessaTratada
from votacao.models import VotoRecusado
from votacao.recusas import CedulaUsada, Recusa, UrnaIndisponivel
from votacao.remessas import Remessa

ESPERA_MAXIMA: Final = 8.0
"""Segundos que uma tentativa de contar pode levar; depois nada mais é gravado, e tenta-se de novo. Sem ninguém do outro
lado à espera, é mais folgada do que a de um voto direto."""
ESPERA_MINIMA: Final = 0.2
ESPERA_ENTRE_TENTATIVAS: Final = 5.0
"""Segundos entre duas tentativas, da primeira à mais demorada."""
PACIENCIA: Final = 15 * 60
"""Segundos que um trabalhador insiste com uma remessa na mão. O RabbitMQ toma-lha depois de meia hora sem resposta."""

registro_de_avisos = logging.getLogger("votacao.fila")


class RemessaIncontavel(Exception):
    """O banco recusa o conteúdo da remessa: tentar de novo daria no mesmo."""


class PacienciaEsgotada(Exception):
    """O banco não responde há tempo demais."""


def contar(remessa: Remessa) -> int | None:
    """Conta os votos da remessa e devolve quantos entraram agora no livro ou já lá estavam; `None` se a remessa já
    tinha sido tratada.

    Levanta `UrnaIndisponivel` (nada gravado: tente de novo) ou `RemessaIncontavel` (nada gravado, e não adianta).
    """
    limite = time.monotonic() + ESPERA_MAXIMA
    try:
        with registro.vez_de_escrever(limite, vigiado=False), transaction.atomic():
            return _contar_uma_vez(remessa, limite)
    except UrnaIndisponivel as erro:
        _abandonar_conexao()
        if isinstance(erro.__cause__, IntegrityError | DataError):
            raise RemessaIncontavel(str(erro.__cause__)) from erro
        raise
    except (DatabaseError, InterfaceError) as erro:
        _abandonar_conexao()
        if isinstance(erro, IntegrityError | DataError):
            raise RemessaIncontavel(str(erro)) from erro
        raise UrnaIndisponivel from erro


def insistir(remessa: Remessa) -> None:
    """Conta, tentando de novo, cada vez mais devagar, enquanto o banco não deixa.

    Levanta `RemessaIncontavel` ou, depois de `PACIENCIA` segundos, `PacienciaEsgotada`.
    """
    desistir_em = time.monotonic() + PACIENCIA
    espera = ESPERA_MINIMA
    while True:
        try:
            contar(remessa)
        except UrnaIndisponivel as erro:
            if time.monotonic() + espera > desistir_em:
                raise PacienciaEsgotada("o banco não responde") from erro
            registro_de_avisos.warning("o banco não contou a remessa (%s); de novo em %.1f s", erro.__cause__, espera)
            time.sleep(espera)
            espera = min(espera * 2, ESPERA_ENTRE_TENTATIVAS)
        else:
            return


def _contar_uma_vez(remessa: Remessa, limite: float) -> int | None:
    if not anotar(remessa, RemessaTratada.Desfecho.CONTADA):
        return None
    desfechos = registro.gravar_na_vez(remessa.votos, limite)
    recusados: dict[bytes, type[Recusa]] = {}
    for voto, desfecho in zip(remessa.votos, desfechos, strict=True):
        # Uma cédula usada já tem o seu comprovante no livro, com a escolha que valeu.
        if not isinstance(desfecho, registro.Contado) and desfecho is not CedulaUsada:
            recusados[voto.id] = desfecho
    if recusados:
        agora = timezone.now()
        VotoRecusado.objects.bulk_create(
            [
                VotoRecusado(id=UUID(bytes=chave), paredao=remessa.paredao, motivo=recusa.codigo, recusado_em=agora)
                for chave, recusa in recusados.items()
            ],
            ignore_conflicts=True,
        )
        registro_de_avisos.warning("remessa %s/%d: %d votos recusados", remessa.serie, remessa.numero, len(recusados))
    return sum(isinstance(desfecho, registro.Contado) for desfecho in desfechos)


def anotar(remessa: Remessa, desfecho: RemessaTratada.Desfecho) -> bool:
    """Anota a remessa como tratada, na transação de quem chama; `False` se já estava anotada."""
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO votacao_remessa (serie, numero, paredao, votos, desfecho, tratada_em) "
            "VALUES (%s, %s, %s, %s, %s, %s) ON CONFLICT DO NOTHING",
            [
                remessa.serie.hex if connection.vendor == "sqlite" else remessa.serie,
                remessa.numero,
                remessa.paredao,
                len(remessa.votos),
                desfecho,
                connection.ops.adapt_datetimefield_value(timezone.now()),
            ],
        )
        return bool(cursor.rowcount)


def _abandonar_conexao() -> None:
    """Pode ter ficado inútil (banco reiniciado): a próxima tentativa abre outra."""
    if not connection.in_atomic_block:
        connection.close()
