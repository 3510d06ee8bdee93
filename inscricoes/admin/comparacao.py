"""De dois a quatro candidatos lado a lado: as mesmas perguntas, uma por linha."""

from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path
from django.utils.decorators import method_decorator
from django.views.decorators.http import require_GET

from inscricoes.admin.acesso import Acesso, endereco_do_arquivo, na_ordem, quem
from inscricoes.admin.ficha import fora_da_idade, por_extenso
from inscricoes.admin.fila import com_retrato
from inscricoes.models import Candidato, Parecer, Resposta

MINIMO, MAXIMO = 2, 4


class Comparacao(Acesso):
    def get_urls(self: Any) -> list[URLPattern]:
        proprias = [path("comparar/", self.admin_site.admin_view(self.comparar), name="inscricoes_candidato_comparar")]
        return proprias + super().get_urls()  # type: ignore[misc]

    @method_decorator(require_GET)
    def comparar(self: Any, request: HttpRequest) -> HttpResponse:
        self.exigir(request)
        pks = [int(pk) for pk in dict.fromkeys(request.GET.getlist("id")) if pk.isascii() and pk.isdigit()]
        candidatos: list[Any] = na_ordem(pks[:MAXIMO], com_retrato(Candidato.objects.all()))
        if len(candidatos) < MINIMO or len(pks) > MAXIMO:
            self.recusar(request, f"Para comparar, marque de {MINIMO} a {MAXIMO} candidatos.")
            return HttpResponseRedirect(self.endereco("changelist"))
        contexto = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": "Comparar candidatos",
            "cabecas": [(c, endereco_do_arquivo("foto", c.retrato), fora_da_idade(c)) for c in candidatos],
            "linhas": linhas(candidatos),
            "pareceres": pareceres(candidatos) if self.ve_pareceres(request) else None,
            "secoes": respostas(candidatos),
        }
        return TemplateResponse(request, "admin/inscricoes/candidato/comparar.html", contexto)


def linhas(candidatos: list[Candidato]) -> list[tuple[str, list[tuple[Candidato, Any]]]]:
    """O que se compara da própria inscrição: nome da linha e o valor de cada um."""
    campos = {
        "nome completo": lambda c: c.nome,
        "nome social": lambda c: c.nome_social,
        "idade": lambda c: f"{c.idade_na_regra} anos até o fim de {c.edicao.ano_da_inscricao}" if c.nascimento else "",
        "gênero": lambda c: c.get_genero_display(),
        "profissão": lambda c: c.profissao,
        "cidade": lambda c: f"{c.cidade}/{c.uf}" if c.uf else c.cidade,
        "edição": lambda c: c.edicao.nome,
        "apresentação": lambda c: c.apresentacao,
    }
    tabela = [(nome, [(c, valor(c)) for c in candidatos]) for nome, valor in campos.items()]
    return [(nome, valores) for nome, valores in tabela if any(valor for _, valor in valores)]


def pareceres(candidatos: list[Candidato]) -> list[tuple[Candidato, list[tuple[str, Parecer]]]]:
    todos: dict[int, list[tuple[str, Parecer]]] = {c.pk: [] for c in candidatos}
    for parecer in Parecer.objects.filter(candidato__in=todos).select_related("autor"):
        todos[parecer.candidato_id].append((quem(parecer.autor), parecer))
    return [(c, todos[c.pk]) for c in candidatos]


def respostas(candidatos: list[Candidato]) -> list[tuple[str, list[tuple[str, list[tuple[Candidato, str]]]]]]:
    """Por seção, cada pergunta que algum deles respondeu e a resposta de cada um. Uma consulta.

    Candidatos de edições diferentes responderam a perguntas diferentes, mesmo que com as mesmas palavras.
    """
    dadas = (
        Resposta.objects.filter(candidato__in=[c.pk for c in candidatos])
        .select_related("pergunta__secao")
        .order_by("pergunta__secao__edicao", "pergunta__secao__ordem", "pergunta__secao", "pergunta__ordem", "pergunta")
    )
    secoes: dict[int, tuple[str, dict[int, tuple[str, dict[int, str]]]]] = {}
    for resposta in dadas:
        pergunta = resposta.pergunta
        _, perguntas = secoes.setdefault(pergunta.secao_id, (pergunta.secao.titulo, {}))
        _, de_cada = perguntas.setdefault(pergunta.pk, (pergunta.enunciado, {}))
        de_cada[resposta.candidato_id] = por_extenso(pergunta, resposta.texto)
    return [
        (titulo, [(enunciado, [(c, de_cada.get(c.pk, "")) for c in candidatos]) for enunciado, de_cada in ps.values()])
        for titulo, ps in secoes.values()
    ]
