"""Mover candidatos, um ou muitos: cada um na sua transação, com a sua linha no histórico e a sua recusa em palavras."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from django.contrib import admin, messages
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.db import IntegrityError, OperationalError, transaction
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.text import get_text_list

from inscricoes.admin.acesso import OCUPADO, Acesso, na_ordem, pode
from inscricoes.models import Candidato
from inscricoes.services import MovimentoProibido, mover
from inscricoes.situacoes import DO_CANDIDATO, PASSOS, Situacao, origens

MAXIMO_POR_VEZ = 500
"""Candidatos movidos num pedido: mais do que isto o navegador desistiria de esperar."""
FINAIS = (Situacao.SELECIONADA, Situacao.REPROVADA)
"""Pedem confirmação: a casa não se desfaz por aqui, e uma reprovação chega por e-mail à pessoa."""


@dataclass(frozen=True, slots=True)
class Passo:
    """Como se fala de um destino nas telas."""

    para: Situacao
    botao: str
    pergunta: str
    historico: str

    @property
    def final(self) -> bool:
        return self.para in FINAIS


DESTINOS = {
    passo.para: passo
    for passo in (
        Passo(Situacao.EM_ANALISE, "Pôr em análise", "Pôr em análise?", "Pôs em análise."),
        Passo(Situacao.ENTREVISTA, "Chamar para entrevista", "Chamar para entrevista?", "Chamou para entrevista."),
        Passo(Situacao.RESERVA, "Pôr na reserva", "Pôr na reserva?", "Pôs na reserva."),
        Passo(Situacao.REPROVADA, "Reprovar", "Reprovar?", "Reprovou."),
        Passo(Situacao.SELECIONADA, "Selecionar para a casa", "Selecionar para a casa?", "Selecionou para a casa."),
    )
}
"""Os destinos da produção, na ordem dos botões. Os outros (`DO_CANDIDATO`) só a própria pessoa escolhe."""


def passos_de(situacao: str) -> list[Passo]:
    """Os que a produção pode dar a partir desta situação."""
    destinos = set(PASSOS[Situacao(situacao)]) - DO_CANDIDATO
    return [passo for para, passo in DESTINOS.items() if para in destinos]


@dataclass
class Relatorio:
    """O que aconteceu a cada um dos escolhidos."""

    passo: Passo
    movidos: list[Candidato] = field(default_factory=list)
    recusados: dict[str, list[tuple[Candidato, str]]] = field(default_factory=dict)
    """Por motivo: quem, e a frase de quando é um só."""
    sumidos: int = 0

    def recusar(self, candidato: Candidato, motivo: str, frase: str) -> None:
        self.recusados.setdefault(motivo, []).append((candidato, frase))

    def frases(self) -> list[tuple[int, str]]:
        """Nível e frase: primeiro quem não passou e por quê, depois quantos passaram."""
        frases = []
        for motivo, casos in self.recusados.items():
            nomes = get_text_list([str(candidato) for candidato, _ in casos], "e")
            juntos = f"{len(casos)} não passaram a “{self.passo.para.label}” ({motivo}): {nomes}."
            frases.append((messages.WARNING, casos[0][1] if len(casos) == 1 else juntos))
        if self.sumidos:
            frases.append((messages.WARNING, _sumiram(self.sumidos)))
        if self.movidos:
            frases.append((messages.SUCCESS, self._passaram()))
        return frases

    def _passaram(self) -> str:
        if self.passo.para == Situacao.SELECIONADA:
            return "Já entre os participantes da casa: " + ", ".join(c.nome_curto for c in self.movidos) + "."
        if len(self.movidos) == 1:
            return f"{self.movidos[0]} passou a “{self.passo.para.label}”."
        return f"{len(self.movidos)} candidatos passaram a “{self.passo.para.label}”."


def mover_e_anotar(modeladmin: Any, request: HttpRequest, candidato: Candidato, relatorio: Relatorio) -> None:
    """Move um, na sua transação: a recusa de um não desfaz o que se fez dos outros."""
    passo = relatorio.passo
    try:
        with transaction.atomic():
            mover(candidato, passo.para, por=request.user)  # type: ignore[arg-type]
            modeladmin.log_change(request, candidato, passo.historico)
    except MovimentoProibido as recusa:
        # `mover` releu o candidato: a situação é a de agora, talvez posta por outro produtor.
        relatorio.recusar(candidato, f"estão como “{candidato.get_situacao_display()}”", str(recusa))
    except Candidato.DoesNotExist:
        relatorio.sumidos += 1
    except IntegrityError:
        # Outro produtor pôs na casa alguém com o mesmo nome neste instante.
        feito = "selecionado" if passo.para == Situacao.SELECIONADA else "movido"
        relatorio.recusar(candidato, "tente de novo", f"{candidato} não foi {feito} agora. Tente de novo.")
    except OperationalError:
        relatorio.recusar(candidato, "o banco está ocupado; tente de novo", f"{candidato}: {OCUPADO}")
    else:
        relatorio.movidos.append(candidato)


def acao_de_mover(passo: Passo) -> Callable[..., HttpResponse | None]:
    """A ação em lote que leva a este destino."""

    @admin.action(description=passo.botao, permissions=["conduzir"])
    def acao(modeladmin: Any, request: HttpRequest, queryset: QuerySet[Candidato]) -> HttpResponse | None:
        resposta: HttpResponse | None = modeladmin.mover_varios(request, queryset, passo)
        return resposta

    acao.__name__ = nome_da_acao(passo)
    return acao


def nome_da_acao(passo: Passo) -> str:
    return "selecionar_para_a_casa" if passo.para == Situacao.SELECIONADA else f"passar_a_{passo.para.value}"


ACOES: tuple[Any, ...] = (*(acao_de_mover(passo) for passo in DESTINOS.values()), "comparar_escolhidos")


class Acoes(Acesso):
    """A parte do `CandidatoAdmin` que age sobre muitos."""

    def has_conduzir_permission(self: Any, request: HttpRequest) -> bool:
        return pode(request, "conduzir_selecao") and bool(self.has_view_permission(request))

    def mover_varios(
        self: Any, request: HttpRequest, queryset: QuerySet[Candidato], passo: Passo
    ) -> HttpResponse | None:
        """Com a confirmação de quem é final, move; conta o que fez e nomeia quem recusou."""
        pks, candidatos = self.escolhidos(request, queryset)
        if len(pks) > MAXIMO_POR_VEZ:
            self.recusar(request, f"Nada mudou: escolha até {MAXIMO_POR_VEZ} candidatos por vez.")
            return None
        if passo.final and "confirmado" not in request.POST:
            return self._confirmar(request, passo, candidatos)
        relatorio = Relatorio(passo, sumidos=len(pks) - len(candidatos))
        for candidato in candidatos:
            mover_e_anotar(self, request, candidato, relatorio)
        for nivel, frase in relatorio.frases():
            self.message_user(request, frase, nivel)
        return None

    def escolhidos(self: Any, request: HttpRequest, queryset: QuerySet[Candidato]) -> tuple[list[int], list[Candidato]]:
        """As chaves que o produtor marcou e os candidatos que ainda existem, na ordem da fila.

        Não pelo filtro da fila: quem outro produtor moveu enquanto isso já não está nele, e sumiria sem uma palavra.
        """
        if request.POST.get("select_across") == "1":
            pks = list(queryset.values_list("pk", flat=True)[: MAXIMO_POR_VEZ + 1])
        else:
            marcados = {int(pk) for pk in request.POST.getlist(ACTION_CHECKBOX_NAME) if _e_chave(pk)}
            existem = Candidato.objects.filter(pk__in=marcados).order_by(*queryset.query.order_by)
            pks = list(existem.values_list("pk", flat=True))
            pks += sorted(marcados - set(pks))
        todos = Candidato.objects.select_related("edicao")
        return pks, [] if len(pks) > MAXIMO_POR_VEZ else na_ordem(pks, todos)

    def _confirmar(self: Any, request: HttpRequest, passo: Passo, candidatos: list[Candidato]) -> HttpResponse:
        permitidas = origens(passo.para)
        contexto = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": passo.pergunta,
            "passo": passo,
            "acao": nome_da_acao(passo),
            "candidatos": [(candidato, candidato.situacao in permitidas) for candidato in candidatos],
            "quantos": sum(candidato.situacao in permitidas for candidato in candidatos),
            "action_checkbox_name": ACTION_CHECKBOX_NAME,
            "voltar": request.get_full_path(),
        }
        return TemplateResponse(request, "admin/inscricoes/candidato/confirmar_varios.html", contexto)

    @admin.action(description="Comparar lado a lado (2 a 4)", permissions=["view"])
    def comparar_escolhidos(
        self: Any, request: HttpRequest, queryset: QuerySet[Candidato]
    ) -> HttpResponseRedirect | None:
        _, candidatos = self.escolhidos(request, queryset)
        if not 2 <= len(candidatos) <= 4:
            self.recusar(request, "Para comparar, marque de 2 a 4 candidatos.")
            return None
        quais = "&".join(f"id={candidato.pk}" for candidato in candidatos)
        return HttpResponseRedirect(f"{reverse('admin:inscricoes_candidato_comparar')}?{quais}")


def _e_chave(texto: str) -> bool:
    return texto.isascii() and texto.isdigit() and len(texto) < 19


def _sumiram(quantos: int) -> str:
    if quantos == 1:
        return "Uma das inscrições escolhidas já não existe."
    return f"{quantos} das inscrições escolhidas já não existem."
