"""Os filtros da fila. Sem escolha nenhuma ela já vem útil: a edição que recebe inscrições, sem os rascunhos."""

from collections.abc import Iterator
from datetime import date
from typing import Any

from django.contrib import admin
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.http import HttpRequest
from django.utils import timezone

from inscricoes.models import UF, Candidato, Edicao, Parecer, Regiao
from inscricoes.situacoes import Situacao
from inscricoes.validators import IDADE_MAXIMA, IDADE_MINIMA

TODAS = "todas"
FAIXAS = ((18, 24), (25, 29), (30, 39), (40, 49), (50, 59), (60, 70))


def edicoes_de(request: HttpRequest) -> list[Edicao]:
    """As edições, lidas uma vez por pedido."""
    if not hasattr(request, "edicoes"):
        request.edicoes = list(Edicao.objects.all())  # type: ignore[attr-defined]
    return request.edicoes  # type: ignore[attr-defined]


def edicao_da_vez(edicoes: list[Edicao]) -> Edicao | None:
    """A mais nova que já abriu inscrições; se nenhuma abriu, a mais nova."""
    agora = timezone.now()
    abertas = [e for e in edicoes if e.inscricoes_abrem_em is not None and e.inscricoes_abrem_em <= agora]
    return next(iter(abertas or edicoes), None)


class Filtro(admin.SimpleListFilter):
    """Um filtro cuja primeira escolha, a de quem não escolheu, tem nome próprio."""

    sem_escolha = "todas"
    sempre_no_resumo = False
    """Se o resumo da fila o diz mesmo quando é o de quem não escolheu."""

    def choices(self, changelist: Any) -> Iterator[Any]:
        for numero, escolha in enumerate(super().choices(changelist)):
            yield {**escolha, "display": self.sem_escolha} if numero == 0 else escolha

    def queryset(self, request: HttpRequest, queryset: QuerySet[Candidato]) -> QuerySet[Candidato]:
        valor = self.value()
        # Um valor que não está na lista (endereço escrito à mão) é como se não estivesse.
        if valor not in {str(escolha) for escolha, _ in self.lookup_choices}:
            return self.sem_filtrar(queryset)
        return self.filtrar(queryset, str(valor))

    def sem_filtrar(self, queryset: QuerySet[Candidato]) -> QuerySet[Candidato]:
        return queryset

    def filtrar(self, queryset: QuerySet[Candidato], valor: str) -> QuerySet[Candidato]:
        raise NotImplementedError


class FiltroDeEdicao(Filtro):
    title = "edição"
    parameter_name = "edicao"
    sempre_no_resumo = True

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [(str(edicao.pk), edicao.nome) for edicao in edicoes_de(request)]

    def escolhida(self) -> str | None:
        """A chave da edição que a fila mostra; `None` são todas."""
        if self.value() == TODAS:
            return None
        if self.value() in dict(self.lookup_choices):
            return self.value()
        da_vez = edicao_da_vez(edicoes_de(self.request))
        return None if da_vez is None else str(da_vez.pk)

    def choices(self, changelist: Any) -> Iterator[Any]:
        escolhida = self.escolhida()
        for chave, nome in [*self.lookup_choices, (TODAS, "todas")]:
            yield {
                "selected": chave == (escolhida or TODAS),
                "query_string": changelist.get_query_string({self.parameter_name: chave}),
                "display": nome,
            }

    def queryset(self, request: HttpRequest, queryset: QuerySet[Candidato]) -> QuerySet[Candidato]:
        escolhida = self.escolhida()
        return queryset if escolhida is None else queryset.filter(edicao_id=int(escolhida))


class FiltroDeSituacao(Filtro):
    """Quem ainda escreve a inscrição não está na fila: o rascunho só aparece a quem o procura."""

    title = "situação"
    parameter_name = "situacao"
    sempre_no_resumo = True
    sem_escolha = "todas, sem rascunhos"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        sem_rascunho = [(s.value, s.label) for s in Situacao if s != Situacao.RASCUNHO]
        return [*sem_rascunho, (Situacao.RASCUNHO.value, "rascunho"), (TODAS, "todas, com rascunhos")]

    def sem_filtrar(self, queryset: QuerySet[Candidato]) -> QuerySet[Candidato]:
        return queryset.exclude(situacao=Situacao.RASCUNHO)

    def filtrar(self, queryset: QuerySet[Candidato], valor: str) -> QuerySet[Candidato]:
        return queryset if valor == TODAS else queryset.filter(situacao=valor)


class FiltroDeNota(Filtro):
    title = "nota"
    parameter_name = "nota"
    sem_escolha = "com ou sem nota"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [
            ("com", "com nota"),
            ("sem", "sem nota"),
            ("falta_a_minha", "falta o meu parecer"),
            ("ja_dei", "já dei o meu parecer"),
        ]

    def filtrar(self, queryset: QuerySet[Candidato], valor: str) -> QuerySet[Candidato]:
        meu = Exists(Parecer.objects.filter(candidato=OuterRef("pk"), autor=self.request.user.pk))
        filtro = {
            "com": Q(nota_media__isnull=False),
            "sem": Q(nota_media__isnull=True),
            "falta_a_minha": ~Q(meu),
            "ja_dei": Q(meu),
        }
        return queryset.filter(filtro[valor])


class FiltroDeRegiao(Filtro):
    title = "região"
    parameter_name = "regiao"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return list(Regiao.choices)

    def filtrar(self, queryset: QuerySet[Candidato], valor: str) -> QuerySet[Candidato]:
        return queryset.filter(uf__in=Regiao(valor).ufs)


class FiltroDeUF(Filtro):
    title = "estado"
    parameter_name = "uf"
    sem_escolha = "todos"
    template = "admin/inscricoes/candidato/filtro_fechado.html"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return list(UF.choices)

    def filtrar(self, queryset: QuerySet[Candidato], valor: str) -> QuerySet[Candidato]:
        return queryset.filter(uf=valor)


class FiltroDeGenero(Filtro):
    title = "gênero"
    parameter_name = "genero"
    sem_escolha = "todos"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return list(Candidato.Genero.choices)

    def filtrar(self, queryset: QuerySet[Candidato], valor: str) -> QuerySet[Candidato]:
        return queryset.filter(genero=valor)


class FiltroDeIdade(admin.ListFilter):
    """De tantos a tantos anos, contados como a regra conta: completos até o fim do ano da inscrição."""

    title = "idade"
    template = "admin/inscricoes/candidato/filtro_idade.html"
    parametros = ("idade_de", "idade_ate")

    def __init__(self, request: HttpRequest, params: dict[str, Any], model: Any, model_admin: Any) -> None:
        super().__init__(request, params, model, model_admin)
        self.de, self.ate = (_anos(params.pop(nome, [""])[-1]) for nome in self.parametros)
        self.used_parameters.update(idade_de=self.de, idade_ate=self.ate)
        self.filtro_de_edicao = FiltroDeEdicao(request, {"edicao": [request.GET.get("edicao", "")]}, model, model_admin)

    def expected_parameters(self) -> list[str | None]:
        return list(self.parametros)

    def has_output(self) -> bool:
        return True

    def choices(self, changelist: Any) -> Iterator[Any]:
        outros = {nome: valor for nome, valor in changelist.params.items() if nome not in self.parametros}
        atual = (self.de, self.ate)
        yield {
            "selected": atual == (None, None),
            "query_string": changelist.get_query_string(remove=list(self.parametros)),
            "display": "todas",
            "outros": outros,
            "de": self.de,
            "ate": self.ate,
            "minima": IDADE_MINIMA,
            "maxima": IDADE_MAXIMA,
        }
        for de, ate in FAIXAS:
            yield {
                "selected": atual == (de, ate),
                "query_string": changelist.get_query_string({"idade_de": de, "idade_ate": ate}),
                "display": f"{de} a {ate} anos",
            }
        if atual != (None, None) and atual not in FAIXAS:
            yield {
                "selected": True,
                "query_string": changelist.get_query_string(),
                "display": _por_extenso(self.de, self.ate),
            }

    def queryset(self, request: HttpRequest, queryset: QuerySet[Candidato]) -> QuerySet[Candidato]:
        if self.de is None and self.ate is None:
            return queryset
        escolhida = self.filtro_de_edicao.escolhida()
        # Cada edição conta a idade no seu ano.
        filtro = Q()
        for edicao in edicoes_de(request):
            if escolhida in (None, str(edicao.pk)):
                filtro |= Q(edicao=edicao) & self._nascidos(edicao.ano_da_inscricao)
        return queryset.filter(filtro) if filtro else queryset.none()

    def _nascidos(self, ano: int) -> Q:
        nascidos = Q(nascimento__isnull=False)
        if self.ate is not None:
            nascidos &= Q(nascimento__gte=date(max(1, ano - self.ate), 1, 1))
        if self.de is not None:
            nascidos &= Q(nascimento__lte=date(max(1, ano - self.de), 12, 31))
        return nascidos


FILTROS = (
    FiltroDeEdicao,
    FiltroDeSituacao,
    FiltroDeNota,
    FiltroDeRegiao,
    FiltroDeUF,
    FiltroDeIdade,
    FiltroDeGenero,
)
PARAMETROS = frozenset({"edicao", "situacao", "nota", "regiao", "uf", "genero", *FiltroDeIdade.parametros})
"""Tudo o que um endereço da fila pode filtrar."""


def _anos(texto: str) -> int | None:
    return int(texto) if texto.isascii() and texto.isdigit() and len(texto) <= 3 else None


def _por_extenso(de: int | None, ate: int | None) -> str:
    if de is None:
        return f"até {ate} anos"
    return f"{de} anos ou mais" if ate is None else f"{de} a {ate} anos"
