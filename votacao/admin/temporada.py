"""A temporada em números: as inscrições, o funil da seleção e os paredões de uma edição."""

from collections.abc import Callable
from typing import Any

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import reverse
from django.views.decorators.http import require_GET

from inscricoes.models import Edicao
from inscricoes.services import balanco
from votacao import apuracao
from votacao.admin import graficos
from votacao.admin.acesso import agora_de, pode_ver_contagem
from votacao.models import Paredao


def _ve_inscricoes(request: HttpRequest) -> bool:
    return request.user.has_perm("inscricoes.view_candidato")


def _ve_paredoes(request: HttpRequest) -> bool:
    return request.user.has_perm("votacao.view_paredao") and pode_ver_contagem(request)


@require_GET
def painel(request: HttpRequest) -> HttpResponse:
    """Cada grupo vê a sua parte. A edição vem em `?edicao=`; sem ela, a mais nova."""
    inscricoes, paredoes = _ve_inscricoes(request), _ve_paredoes(request)
    if not (inscricoes or paredoes):
        raise PermissionDenied
    edicoes = list(Edicao.objects.all())
    edicao = _escolher(edicoes, request.GET.get("edicao"))
    contexto: dict[str, Any] = {
        **admin.site.each_context(request),
        "title": f"A temporada em números: {edicao}" if edicao else "A temporada em números",
        "edicoes": edicoes,
        "edicao": edicao,
        "ve_inscricoes": inscricoes,
        "ve_paredoes": paredoes,
        "tamanhos": {"largo": graficos.LARGO, "estreito": graficos.ESTREITO},
    }
    if edicao is not None and inscricoes:
        contexto |= _inscricoes(edicao)
    if edicao is not None and paredoes:
        contexto |= _paredoes(edicao, request)
    return TemplateResponse(request, "admin/temporada.html", contexto)


def _inscricoes(edicao: Edicao) -> dict[str, Any]:
    dias, estados = balanco.por_dia(edicao), balanco.por_estado(edicao)
    situacoes = balanco.por_situacao(edicao)
    total = sum(quantas for _, quantas in dias)
    fila = reverse("admin:inscricoes_candidato_changelist")
    return {
        "total": total,
        "dias": dias[: -balanco.DIAS - 1 : -1],
        "mais_dias": len(dias) > balanco.DIAS,
        "melhor_dia": max(dias, key=lambda par: par[1], default=None),
        "estados": [(uf.label, uf.value, quantas, _parte(quantas, total)) for uf, quantas in estados],
        "regioes": [(r.label, quantas, _parte(quantas, total)) for r, quantas in balanco.por_regiao(estados)],
        "situacoes": [
            (situacao.label, quantas, f"{fila}?edicao__id__exact={edicao.pk}&situacao={situacao.value}")
            for situacao, quantas in situacoes
        ],
        "funil": [
            (etapa.nome, etapa.quantas, "" if etapa.da_anterior is None else _parte(etapa.da_anterior, 1))
            for etapa in balanco.funil(edicao, situacoes)
        ],
        # O número de inscrições e onde estão: muda quando um desenho muda.
        "versao": "-".join(str(quantas) for _, quantas in situacoes),
    }


def _paredoes(edicao: Edicao, request: HttpRequest) -> dict[str, Any]:
    agora = agora_de(request)
    linhas = [
        (apurado.paredao, apurado.paredao.situacao(agora), apurado)
        for apurado in apuracao.apurar_todos(Paredao.objects.filter(edicao=edicao).publicos())
    ]
    return {"paredoes": linhas, "votos_da_temporada": sum(apurado.total for _, _, apurado in linhas)}


@require_GET
def grafico(request: HttpRequest, qual: str) -> HttpResponse:
    if not _ve_inscricoes(request):
        raise PermissionDenied
    edicao = _escolher(list(Edicao.objects.all()), request.GET.get("edicao"))
    if edicao is None or qual not in _GRAFICOS:
        raise Http404
    return _GRAFICOS[qual](edicao, request.GET.get("formato") == "estreito")


def _por_dia(edicao: Edicao, estreito: bool) -> HttpResponse:
    dias = balanco.por_dia(edicao)[-balanco.DIAS :]
    serie = ("Inscrições", [quantas for _, quantas in dias])
    return graficos.colunas([f"{dia:%d/%m}" for dia, _ in dias], [serie], estreito=estreito)


def _por_estado(edicao: Edicao, estreito: bool) -> HttpResponse:
    return graficos.barras([(uf.value, n) for uf, n in balanco.por_estado(edicao)], estreito=estreito)


def _por_regiao(edicao: Edicao, estreito: bool) -> HttpResponse:
    regioes = balanco.por_regiao(balanco.por_estado(edicao))
    return graficos.barras([(regiao.label, n) for regiao, n in regioes], estreito=estreito)


def _funil(edicao: Edicao, estreito: bool) -> HttpResponse:
    etapas = balanco.funil(edicao, balanco.por_situacao(edicao))
    return graficos.barras([(etapa.nome, etapa.quantas) for etapa in etapas], estreito=estreito)


_GRAFICOS: dict[str, Callable[[Edicao, bool], HttpResponse]] = {
    "por-dia": _por_dia,
    "por-estado": _por_estado,
    "por-regiao": _por_regiao,
    "funil": _funil,
}


def _escolher(edicoes: list[Edicao], pedida: str | None) -> Edicao | None:
    """A pedida; sem pedido, a mais nova; levanta `Http404` se a pedida não existe."""
    if pedida is None:
        return edicoes[0] if edicoes else None
    for edicao in edicoes:
        if str(edicao.pk) == pedida:
            return edicao
    raise Http404


def _parte(quantas: float, total: float) -> str:
    return f"{quantas * 100 / total:.1f}%".replace(".", ",") if total else "–"
