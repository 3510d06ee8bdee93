"""Quem pede: para um programa saber com que conta e com que escopos fala, e o que mandar contra falsificação."""

from datetime import datetime
from typing import Any, Literal

from django.http import HttpRequest, HttpResponse
from django.middleware.csrf import get_token
from ninja import Field, Router, Schema

from api.declarar import privada
from api.quem import quem

rotas = Router(tags=["conta"])


class Eu(Schema):
    """Com quem a API pensa que fala."""

    por: Literal["sessao", "token"] = Field(examples=["token"])
    conta: int = Field(description="O número da conta.", examples=[1])
    da_producao: bool = Field(description="Se pode usar as permissões da produção agora.", examples=[True])
    permissoes: list[str] = Field(examples=[["votacao.ver_contagem"]])
    escopos: list[str] | None = Field(description="Do token; vazio na sessão.", examples=[["contagem:ler"]])
    expira_em: datetime | None = Field(description="Quando o token deixa de valer.")
    csrf: str | None = Field(description="Na sessão: o que mandar em `X-CSRFToken` para mudar alguma coisa.")


@rotas.get(
    "/eu",
    response=privada(Eu),
    summary="Quem pede",
    description="A conta, por onde se entrou e o que se pode. Na sessão, traz também o valor de `X-CSRFToken`.",
    operation_id="ver_quem_pede",
)
def ver(request: HttpRequest, response: HttpResponse) -> dict[str, Any]:
    response["Cache-Control"] = "no-store"
    pessoa = quem(request)
    return {
        "por": "sessao" if pessoa.pela_sessao else "token",
        "conta": pessoa.conta.pk,
        "da_producao": pessoa.da_producao,
        "permissoes": sorted(pessoa.conta.get_all_permissions()) if pessoa.da_producao else [],
        "escopos": None if pessoa.escopos is None else sorted(pessoa.escopos),
        "expira_em": pessoa.expira_em,
        "csrf": get_token(request) if pessoa.pela_sessao else None,
    }
