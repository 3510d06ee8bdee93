"""O CPF inteiro: só para quem tem `ver_cpf`, só a pedido (POST), e sempre com uma linha no histórico, sem o número.

Procurar por um CPF também diz algo de alguém (que se inscreveu, ou que não): é POST, para o número não ficar em
endereço nenhum, e fica registrado, ache ou não ache.
"""

from typing import Any

from django import forms
from django.db import OperationalError, transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path
from django.utils.decorators import method_decorator
from django.views.decorators.http import require_http_methods

from inscricoes.admin.acesso import OCUPADO, Acesso, anotar_sobre_a_fila
from inscricoes.models import Candidato
from inscricoes.validators import cpf_em_digitos, cpf_pontuado


class CpfForm(forms.Form):
    cpf = forms.CharField(
        label="CPF",
        max_length=20,
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off", "size": 16}),
    )

    def clean_cpf(self) -> str:
        return cpf_em_digitos(self.cleaned_data["cpf"])


class Cpf(Acesso):
    """A parte do `CandidatoAdmin` que mostra e que procura um CPF."""

    def get_urls(self: Any) -> list[URLPattern]:
        envolver = self.admin_site.admin_view
        proprias = [
            path("por-cpf/", envolver(self.por_cpf), name="inscricoes_candidato_por_cpf"),
            path("<int:candidato_id>/cpf/", envolver(self.revelar_cpf), name="inscricoes_candidato_cpf"),
        ]
        return proprias + super().get_urls()  # type: ignore[misc]

    @method_decorator(require_http_methods(["GET", "POST"]))
    def revelar_cpf(self: Any, request: HttpRequest, candidato_id: int) -> HttpResponse:
        """Mostra uma vez, numa página que ninguém guarda (o admin a marca `no-store`). Um GET volta à ficha."""
        candidato = self.achar(request, candidato_id, "ver_cpf")
        if request.method == "GET" or not candidato.cpf:
            return self.voltar_a_ficha(request, candidato)
        try:
            self.log_change(request, candidato, "Viu o CPF inteiro.")
        except OperationalError:
            # Sem a linha no histórico não se mostra nada.
            self.recusar(request, OCUPADO)
            return self.voltar_a_ficha(request, candidato)
        contexto = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": "CPF",
            "candidato": candidato,
            "cpf": cpf_pontuado(candidato.cpf),
            "voltar": self.endereco_da_ficha(request, candidato.pk),
        }
        return TemplateResponse(request, "admin/inscricoes/candidato/cpf.html", contexto)

    @method_decorator(require_http_methods(["GET", "POST"]))
    def por_cpf(self: Any, request: HttpRequest) -> HttpResponse:
        """Acha as inscrições de um CPF, em qualquer edição e situação."""
        self.exigir(request, "ver_cpf")
        form = CpfForm(request.POST if request.method == "POST" else None)
        achados: list[Candidato] | None = None
        if request.method == "POST" and form.is_valid():
            achados = list(Candidato.objects.filter(cpf=form.cleaned_data["cpf"]).select_related("edicao"))
            try:
                self._anotar_busca(request, achados)
            except OperationalError:
                self.recusar(request, OCUPADO)
                return HttpResponseRedirect(self.endereco("por_cpf"))
            if len(achados) == 1:
                return HttpResponseRedirect(self.endereco("change", achados[0].pk))
        contexto = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": "Procurar por CPF",
            "form": form,
            "achados": achados,
        }
        return TemplateResponse(request, "admin/inscricoes/candidato/por_cpf.html", contexto)

    @transaction.atomic
    def _anotar_busca(self: Any, request: HttpRequest, achados: list[Candidato]) -> None:
        for candidato in achados:
            self.log_change(request, candidato, "Achou esta inscrição por um CPF.")
        if not achados:
            anotar_sobre_a_fila(request, "Procurou por um CPF que não está em nenhuma inscrição.")
