"""A fila de candidatos: a busca, a página, os vizinhos de cada um, e a fila inteira para quem a exporta ou imprime.

Com 50 mil inscrições, duas coisas a mantêm rápida. Os índices `candidato_recentes` e `candidato_por_situacao` já estão
na ordem da fila; e o banco ordena só chaves: os campos de cada candidato são lidos depois, para os da página.
"""

import re
from copy import copy
from typing import Any, NamedTuple

from django.contrib import messages
from django.contrib.admin.exceptions import DisallowedModelAdminLookup
from django.contrib.admin.options import IncorrectLookupParameters
from django.contrib.admin.views.main import ERROR_FLAG, PAGE_VAR, ChangeList
from django.core.exceptions import ValidationError
from django.db import connection
from django.db.models import F, OuterRef, Q, QuerySet, Subquery
from django.db.models.expressions import BaseExpression, Combinable, OrderBy
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.urls import reverse

from inscricoes.admin.filtros import PARAMETROS
from inscricoes.models import Candidato, Foto
from inscricoes.models.candidato import ALFABETO
from inscricoes.validators import cpf_em_digitos

_PROTOCOLO = re.compile(rf"([{ALFABETO}]{{4}})-([{ALFABETO}]{{4}})")
CAMPOS_DA_BUSCA = ("nome", "nome_social", "nome_curto", "email", "cidade", "profissao", "apresentacao")


class Fila(ChangeList):
    """A lista do admin, que lê por inteiro só os candidatos da página que mostra."""

    def get_results(self, request: HttpRequest) -> None:
        super().get_results(request)
        pagina = self.result_list
        self.result_list = com_retrato(Candidato.objects.filter(pk__in=pagina.values("pk"))).order_by(
            *pagina.query.order_by
        )

    def get_ordering(self, request: HttpRequest, queryset: Any) -> list[Any]:
        ordem = []
        # O que vem depois da chave não desempata nada, e tira do banco a chance de usar o índice.
        for termo in super().get_ordering(request, queryset):
            ordem.append(termo)
            if termo in ("pk", "-pk"):
                break
        return ordem

    def resumo(self) -> str:
        """O filtro em palavras, para a folha e o histórico. O que se procurou pode ser um nome: não se repete."""
        partes = [
            f"{spec.title} {escolha['display']}"
            for spec in self.filter_specs
            for n, escolha in enumerate(spec.choices(self))
            if escolha["selected"] and (n or getattr(spec, "sempre_no_resumo", False))
        ]
        if self.query:
            partes.append("com uma busca por texto")
        return f"Filtro: {'; '.join(partes)}." if partes else "Sem filtro."


class FilaInteira(Fila):
    """Só os filtros e a ordem, sem contar nem ler uma página."""

    def get_results(self, request: HttpRequest) -> None:
        self.result_count = 0
        self.result_list = self.queryset


class Vizinhos(NamedTuple):
    anterior: Candidato | None
    proximo: Candidato | None


class Busca:
    """A parte do `CandidatoAdmin` que procura e que percorre a fila."""

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[ChangeList]:
        return FilaInteira if getattr(request, "fila_inteira", False) else Fila

    def lookup_allowed(self, lookup: str, value: str, request: HttpRequest | None = None) -> bool:
        """Só os filtros da fila. O Django aceitaria `?cpf__startswith=5`, e assim se descobriria um CPF aos poucos."""
        return lookup in PARAMETROS

    def get_search_results(
        self: Any, request: HttpRequest, queryset: QuerySet[Candidato], search_term: str
    ) -> tuple[QuerySet[Candidato], bool]:
        termo = search_term.strip()
        protocolo = _PROTOCOLO.fullmatch(termo.upper())
        if protocolo:
            return queryset.filter(protocolo="-".join(protocolo.groups())), False
        if "@" in termo and " " not in termo:
            return queryset.filter(email__icontains=termo), False
        return super().get_search_results(request, queryset, termo)  # type: ignore[misc]

    def changelist_view(self: Any, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        # Um CPF num endereço fica no navegador e nos registros do servidor: não se leva adiante.
        if parece_cpf(request.GET.get("q", "")):
            self.message_user(request, "Por CPF não se procura aqui: o número ficaria gravado no endereço da página. "
                              "Quem pode ver CPFs tem o seu campo no alto da fila.", messages.WARNING)  # fmt: skip
            limpo = request.GET.copy()
            del limpo["q"]
            return HttpResponseRedirect(f"{request.path}?{limpo.urlencode()}")
        return super().changelist_view(request, extra_context)  # type: ignore[misc]

    def fila_inteira(self: Any, request: HttpRequest, filtro: str) -> FilaInteira:
        """A fila que este filtro (a parte do endereço depois de `?`) mostra.

        Levanta `IncorrectLookupParameters` se o filtro não se entende.
        """
        pedido = copy(request)
        parametros = QueryDict(filtro, mutable=True)
        for nome in (PAGE_VAR, ERROR_FLAG, "_changelist_filters", "pagina"):
            parametros.pop(nome, None)
        pedido.GET = parametros  # type: ignore[assignment]
        pedido.fila_inteira = True  # type: ignore[attr-defined]
        fila: FilaInteira = self.get_changelist_instance(pedido)
        return fila

    def vizinhos(self: Any, request: HttpRequest, candidato: Candidato) -> Vizinhos:
        """Quem vem antes e depois na fila de onde se veio, mesmo que o candidato já tenha saído dela.

        Move-se um de “enviada” a “em análise” e o próximo “enviada” continua a um clique.
        """
        try:
            fila = self.fila_inteira(request, request.GET.get("_changelist_filters", "")).queryset
        except (IncorrectLookupParameters, DisallowedModelAdminLookup):
            return Vizinhos(None, None)
        chaves = [_chave(termo) for termo in fila.query.order_by]
        nomes = [f"chave_{n}" for n in range(len(chaves))]
        anotadas = dict(zip(nomes, (expressao for expressao, _ in chaves), strict=True))
        valores = Candidato.objects.filter(pk=candidato.pk).annotate(**anotadas).values_list(*nomes).first()
        if valores is None:
            return Vizinhos(None, None)
        lados = []
        for inverter in (True, False):
            descendo = [desce != inverter for _, desce in chaves]
            ordem = [F(nome).desc() if desce else F(nome).asc() for nome, desce in zip(nomes, descendo, strict=True)]
            depois = _depois(nomes, descendo, valores)
            vizinho = fila.select_related(None).alias(**anotadas).filter(depois).order_by(*ordem)
            lados.append(vizinho.only("nome_curto", "protocolo").first())
        return Vizinhos(*lados)


def com_retrato(candidatos: QuerySet[Candidato]) -> QuerySet[Candidato]:
    """Cada um com `retrato`, a chave da sua primeira foto."""
    primeira = Foto.objects.filter(candidato=OuterRef("pk")).order_by("ordem", "criada_em").values("pk")[:1]
    return candidatos.select_related("edicao").annotate(retrato=Subquery(primeira))


def parece_cpf(texto: str) -> bool:
    try:
        cpf_em_digitos(texto)
    except ValidationError:
        return False
    return True


def endereco_da_lista(filtro: str) -> str:
    return reverse("admin:inscricoes_candidato_changelist") + (f"?{filtro}" if filtro else "")


def _chave(termo: Any) -> tuple[Combinable | BaseExpression, bool]:
    """Um termo de `order_by` como expressão, e se desce."""
    if isinstance(termo, OrderBy):
        return termo.expression, termo.descending
    return F(termo.removeprefix("-")), termo.startswith("-")


def _depois(nomes: list[str], descendo: list[bool], valores: tuple[Any, ...]) -> Q:
    """A condição de vir depois destes valores, nesta ordem, com os vazios onde este banco os põe."""
    condicao, iguais = Q(pk__in=[]), Q()
    for nome, desce, valor in zip(nomes, descendo, valores, strict=True):
        vazios_antes = connection.features.order_by_nulls_first != desce
        if valor is None:
            adiante = Q(**{f"{nome}__isnull": False}) if vazios_antes else Q(pk__in=[])
            igual = Q(**{f"{nome}__isnull": True})
        else:
            adiante = Q(**{f"{nome}__{'lt' if desce else 'gt'}": valor})
            if not vazios_antes:
                adiante |= Q(**{f"{nome}__isnull": True})
            igual = Q(**{nome: valor})
        condicao |= iguais & adiante
        iguais &= igual
    primeiro, desce, valor = nomes[0], descendo[0], valores[0]
    if valor is not None and connection.features.order_by_nulls_first != desce:
        # Redundante, mas é por onde o banco entra no índice sem percorrer o começo da fila.
        condicao &= Q(**{f"{primeiro}__{'lte' if desce else 'gte'}": valor})
    return condicao
