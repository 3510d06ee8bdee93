"""O que as telas da seleção compartilham: quem pode o quê, como se acha uma inscrição, e para onde se volta."""

from typing import Any

from django.contrib import messages
from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.auth.models import User
from django.contrib.contenttypes.models import ContentType
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponseRedirect
from django.urls import NoReverseMatch, reverse

from inscricoes.models import Candidato

OCUPADO = "O banco está ocupado demais neste momento e nada mudou. Tente de novo."


def pode(request: HttpRequest, codinome: str) -> bool:
    return request.user.has_perm(f"inscricoes.{codinome}")


class Acesso:
    """Base das partes do `CandidatoAdmin`: cada endereço novo começa por `achar` ou por `exigir`."""

    def exigir(self: Any, request: HttpRequest, *codinomes: str) -> None:
        """Levanta 403 se falta uma destas permissões, ou a de ver candidatos."""
        if not self.has_view_permission(request) or not all(pode(request, codinome) for codinome in codinomes):
            raise PermissionDenied

    def achar(self: Any, request: HttpRequest, candidato_id: int, *codinomes: str) -> Candidato:
        """Levanta 403 para quem não pode e 404 se não existe, nesta ordem."""
        self.exigir(request, *codinomes)
        candidato = Candidato.objects.select_related("edicao", "termo").filter(pk=candidato_id).first()
        if candidato is None:
            raise Http404
        return candidato

    def endereco_da_ficha(self: Any, request: HttpRequest, candidato_id: int) -> str:
        """A ficha, com o filtro da fila de onde se veio."""
        return self.com_o_filtro(request, reverse("admin:inscricoes_candidato_change", args=[candidato_id]))

    def com_o_filtro(self: Any, request: HttpRequest, endereco: str) -> str:
        filtro = self.get_preserved_filters(request)
        return f"{endereco}?{filtro}" if filtro else endereco

    def endereco_da_fila(self: Any, request: HttpRequest) -> str:
        filtro = request.GET.get("_changelist_filters", "")
        return reverse("admin:inscricoes_candidato_changelist") + (f"?{filtro}" if filtro else "")

    def voltar_a_ficha(self: Any, request: HttpRequest, candidato: Candidato) -> HttpResponseRedirect:
        return HttpResponseRedirect(self.endereco_da_ficha(request, candidato.pk))

    def recusar(self: Any, request: HttpRequest, frase: str) -> None:
        self.message_user(request, frase, messages.WARNING)


def anotar_sobre_a_fila(request: HttpRequest, frase: str) -> None:
    """No histórico, o que não é sobre um candidato só: exportar, procurar um CPF que não está na fila."""
    LogEntry.objects.create(
        user=request.user,  # type: ignore[misc]
        content_type=ContentType.objects.get_for_model(Candidato),
        object_repr="Candidatos",
        action_flag=CHANGE,
        change_message=frase,
    )


def endereco_do_arquivo(nome: str, chave: Any) -> str | None:
    """O endereço de uma foto ou vídeo (`inscricoes:<nome>`); `None` onde as páginas de inscrição não estão montadas."""
    if chave is None:
        return None
    try:
        return reverse(f"inscricoes:{nome}", args=[chave])
    except NoReverseMatch:
        return None


def quem(usuario: User | None) -> str:
    """Como a produção aparece na ficha."""
    return "conta removida" if usuario is None else usuario.get_full_name() or usuario.get_username()


def na_ordem(pks: list[int], candidatos: QuerySet[Candidato]) -> list[Candidato]:
    """Os candidatos na ordem destas chaves; os que já não existem faltam."""
    por_pk = {candidato.pk: candidato for candidato in candidatos.filter(pk__in=pks)}
    return [por_pk[pk] for pk in pks if pk in por_pk]
