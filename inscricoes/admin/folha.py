"""A folha de fotos: os rostos da fila filtrada, para imprimir e pôr na parede."""

from typing import Any

from django.contrib.admin.options import IncorrectLookupParameters
from django.core.paginator import Page, Paginator
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path
from django.utils.decorators import method_decorator
from django.views.decorators.http import require_GET

from inscricoes.admin.acesso import Acesso, endereco_do_arquivo, na_ordem
from inscricoes.admin.fila import com_retrato, endereco_da_lista
from inscricoes.models import Candidato

POR_FOLHA = 20
"""Quatro por linha, cinco linhas: uma A4 em pé."""


class Folha(Acesso):
    def get_urls(self: Any) -> list[URLPattern]:
        proprias = [path("folha/", self.admin_site.admin_view(self.folha), name="inscricoes_candidato_folha")]
        return proprias + super().get_urls()  # type: ignore[misc]

    @method_decorator(require_GET)
    def folha(self: Any, request: HttpRequest) -> HttpResponse:
        self.exigir(request)
        parametros = request.GET.copy()
        numero = parametros.pop("pagina", ["1"])[-1]
        filtro = parametros.urlencode()
        try:
            fila = self.fila_inteira(request, filtro)
        except IncorrectLookupParameters:
            return HttpResponseRedirect(endereco_da_lista(""))
        pagina = Paginator(fila.queryset, POR_FOLHA).get_page(numero)
        contexto = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": "Folha de fotos",
            "pagina": pagina,
            "retratos": retratos(pagina),
            "filtro": filtro,
            "resumo": fila.resumo(),
            "voltar": endereco_da_lista(filtro),
        }
        return TemplateResponse(request, "admin/inscricoes/candidato/folha.html", contexto)


def retratos(pagina: "Page[Candidato]") -> list[tuple[Candidato, str | None]]:
    """Os candidatos da página e o endereço da foto de cada um. Duas consultas."""
    da_pagina: Any = pagina.object_list
    pks = list(da_pagina.values_list("pk", flat=True))
    return [
        (candidato, endereco_do_arquivo("foto", candidato.retrato))  # type: ignore[attr-defined]
        for candidato in na_ordem(pks, com_retrato(Candidato.objects.all()))
    ]
