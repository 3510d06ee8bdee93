"""De quem é uma inscrição, e o que a recusa de um serviço responde.

Para quem não é o dono nem da produção, ela não existe (404), como nas páginas.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import wraps
from typing import Annotated, Any, NamedTuple

from django.db import IntegrityError
from django.http import HttpRequest
from ninja import Path

from api.problema import Recusado
from api.quem import Escopo, Quem, quem
from inscricoes import services
from inscricoes.api.esquemas import Protocolo
from inscricoes.models import Candidato

DoEndereco = Annotated[Protocolo, Path()]
_NAO_ACHADA = "Esta inscrição não existe, ou não é sua."


class Achada(NamedTuple):
    candidato: Candidato
    pessoa: Quem
    da_propria: bool


def achar(request: HttpRequest, protocolo: str, permissao: str, escopo: Escopo) -> Achada:
    """A inscrição, se é de quem pede ou se a produção pode. Levanta `Recusado`: 403 a quem produz sem poder, ou 404.

    A inscrição que alguém da produção tem é dele como de qualquer um, na sessão.
    """
    pessoa = quem(request)
    candidato = Candidato.objects.select_related("edicao", "termo").filter(protocolo=protocolo).first()
    if pessoa.pela_sessao and candidato is not None and candidato.conta_id == pessoa.conta.pk:
        return Achada(candidato, pessoa, True)
    if pessoa.conta.is_staff:
        pessoa.exigir(permissao, escopo)
    if candidato is None or not pessoa.conta.is_staff:
        raise Recusado("nao_encontrado", _NAO_ACHADA)
    return Achada(candidato, pessoa, False)


def minha(request: HttpRequest, protocolo: str) -> Candidato:
    """Só se é de quem pede: preencher, enviar e desistir ninguém faz por outra pessoa. Levanta `Recusado`."""
    pessoa = quem(request)
    pessoa.exigir_sessao()
    candidato = Candidato.objects.de(pessoa.conta).select_related("edicao", "termo").filter(protocolo=protocolo).first()
    if candidato is None:
        raise Recusado("nao_encontrado", _NAO_ACHADA)
    return candidato


@contextmanager
def recusas() -> Iterator[None]:
    """As recusas dos serviços, com as suas frases, como conflitos (409)."""
    try:
        yield
    except services.InscricaoIncompleta as recusa:
        erros = [{"campo": p.secao, "mensagem": p.frase, "tipo": "pendencia"} for p in recusa.pendencias]
        raise Recusado("incompleta", str(recusa), erros=erros) from None
    except (
        services.ContaEliminada,
        services.CpfRepetido,
        services.EmailRepetido,
        services.InscricaoFechada,
        services.MovimentoProibido,
        services.NaoEditavel,
    ) as recusa:
        raise Recusado("conflito", str(recusa)) from None
    except IntegrityError:
        frase = "Nada foi gravado: outra inscrição desta edição já usa estes dados. Confira e tente de novo."
        raise Recusado("conflito", frase) from None


def com_recusas(rota: Callable[..., Any]) -> Callable[..., Any]:
    @wraps(rota)
    def responder(*args: Any, **kwargs: Any) -> Any:
        with recusas():
            return rota(*args, **kwargs)

    return responder
