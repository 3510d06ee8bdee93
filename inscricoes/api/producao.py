"""A seleção, por permissão: mover, dar parecer, ver o CPF inteiro (que fica registrado)."""

from typing import Any

from django.db import transaction
from django.http import HttpRequest, HttpResponse
from ninja import Router

from api.declarar import escrita
from api.formularios import em_consulta, exigir_valido
from api.historico import anotar
from api.problema import Recusado
from api.quem import Escopo, Quem, exige, exigir
from inscricoes import services
from inscricoes.api import esquemas
from inscricoes.api.acesso import DoEndereco, com_recusas
from inscricoes.forms.producao import ParecerForm
from inscricoes.models import Candidato
from inscricoes.situacoes import Situacao
from inscricoes.validators import cpf_pontuado

rotas = Router(tags=["inscricoes"])
CONDUZIR = ("inscricoes.conduzir_selecao", Escopo.INSCRICOES_ESCREVER)
VER_CPF = ("inscricoes.ver_cpf", Escopo.INSCRICOES_CPF)


@rotas.post(
    "/candidatos/{protocolo}/situacao",
    response=escrita(esquemas.InscricaoResumida, 404, 409),
    summary="Mover uma inscrição",
    description="Um passo da seleção; o que não se alcança de onde ela está é 409. A pessoa recebe a carta. Precisa de "
    "`inscricoes.conduzir_selecao` e, num token, do escopo `inscricoes:escrever`.",
    operation_id="mover_candidato",
    openapi_extra=exige(*CONDUZIR),
)
@com_recusas
def mover(request: HttpRequest, protocolo: DoEndereco, dados: esquemas.Movida) -> dict[str, Any]:
    pessoa, candidato = _achar(request, protocolo, *CONDUZIR)
    para = Situacao(dados.para)
    with transaction.atomic():
        services.mover(candidato, para, por=pessoa.conta)
        anotar(pessoa, candidato, f"Passou a “{para.label}”.")
    return esquemas.resumida(candidato, com_nota=True)


@rotas.put(
    "/candidatos/{protocolo}/parecer",
    response=escrita(esquemas.InscricaoResumida, 404, 409),
    summary="Dar o parecer",
    description="O de quem pede; o novo fica no lugar do velho. Precisa de `inscricoes.conduzir_selecao` e, num token, "
    "do escopo `inscricoes:escrever`.",
    operation_id="dar_parecer",
    openapi_extra=exige(*CONDUZIR),
)
@com_recusas
def parecer(request: HttpRequest, protocolo: DoEndereco, dados: esquemas.ParecerDado) -> dict[str, Any]:
    pessoa, candidato = _achar(request, protocolo, *CONDUZIR)
    form = ParecerForm(em_consulta(dados.dict()))
    exigir_valido(form)
    with transaction.atomic():
        services.opinar(candidato, autor=pessoa.conta, **form.cleaned_data)
        anotar(pessoa, candidato, "Deu o seu parecer.")
    return esquemas.resumida(candidato, com_nota=True)


@rotas.post(
    "/candidatos/{protocolo}/cpf",
    response=escrita(esquemas.CpfInteiro, 404),
    summary="Ver o CPF inteiro",
    description="Fica no histórico quem viu, sem o número. Precisa de `inscricoes.ver_cpf` e, num token, do escopo "
    "`inscricoes:cpf`.",
    operation_id="ver_cpf",
    openapi_extra=exige(*VER_CPF),
)
def ver_cpf(request: HttpRequest, response: HttpResponse, protocolo: DoEndereco) -> dict[str, str]:
    response["Cache-Control"] = "no-store"
    pessoa, candidato = _achar(request, protocolo, *VER_CPF)
    # Sem a linha no histórico não se mostra nada.
    anotar(pessoa, candidato, "Viu o CPF inteiro.")
    return {"cpf": cpf_pontuado(candidato.cpf)}


def _achar(request: HttpRequest, protocolo: str, permissao: str, escopo: Escopo) -> tuple[Quem, Candidato]:
    """Levanta 403 para quem não pode e 404 se não existe, nesta ordem."""
    pessoa = exigir(request, permissao, escopo)
    if not pessoa.conta.has_perm("inscricoes.view_candidato"):
        raise Recusado("sem_permissao", "Esta conta não tem permissão para isto.")
    candidato = Candidato.objects.select_related("edicao").filter(protocolo=protocolo).first()
    if candidato is None:
        raise Recusado("nao_encontrado", "Esta inscrição não existe.")
    return pessoa, candidato
