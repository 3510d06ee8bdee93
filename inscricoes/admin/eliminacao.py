"""Eliminar os dados de uma pessoa a pedido dela, com confirmação escrita; e o registro do que foi eliminado."""

from typing import Any

from django.contrib import admin, messages
from django.contrib.admin.models import DELETION, LogEntry
from django.contrib.contenttypes.models import ContentType
from django.core.exceptions import PermissionDenied
from django.db import OperationalError
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone

from inscricoes.models import Candidato, Eliminacao
from inscricoes.services import eliminar, titular
from inscricoes.services.eliminacao import ELIMINADA


class Eliminar:
    """A parte do `CandidatoAdmin` que apaga. Todo caminho do admin que apaga uma linha passa por `services.eliminar`.

    O endereço é o do Django (`.../delete/`), que o botão “Apagar” da ficha já conhece; a página é a nossa. Vem antes de
    `admin.ModelAdmin` na lista de bases.
    """

    def has_delete_permission(self, request: HttpRequest, obj: Candidato | None = None) -> bool:
        return request.user.has_perm("inscricoes.delete_candidato")

    def get_actions(self: Any, request: HttpRequest) -> Any:
        # Uma por vez, com o protocolo escrito: não há como apagar uma página inteira por engano.
        acoes = super().get_actions(request)  # type: ignore[misc]
        acoes.pop("delete_selected", None)
        return acoes

    def delete_view(
        self: Any, request: HttpRequest, object_id: str, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        if not self.has_delete_permission(request):
            raise PermissionDenied
        candidato = self.get_object(request, object_id)
        if candidato is None:
            raise Http404
        if request.method != "POST":
            return self._perguntar(request, candidato)
        if not _confere(request.POST.get("protocolo", ""), candidato.protocolo):
            return self._perguntar(request, candidato, erro="O protocolo não confere. Nada foi apagado.", status=422)
        try:
            self.delete_model(request, candidato)
        except OperationalError:
            self.message_user(
                request, "O banco está ocupado demais neste momento e nada mudou. Tente de novo.", messages.ERROR
            )
            return HttpResponseRedirect(request.get_full_path())
        self.message_user(request, "Os dados da inscrição foram eliminados.", messages.SUCCESS)
        return HttpResponseRedirect(reverse("admin:inscricoes_candidato_changelist"))

    def _perguntar(
        self: Any, request: HttpRequest, candidato: Candidato, erro: str = "", status: int = 200
    ) -> HttpResponse:
        contexto = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": "Eliminar os dados desta inscrição?",
            "candidato": candidato,
            "resumo": titular.resumo(candidato),
            "erro": erro,
            "voltar": reverse("admin:inscricoes_candidato_change", args=[candidato.pk]),
        }
        return TemplateResponse(request, "admin/inscricoes/candidato/eliminar.html", contexto, status=status)

    def delete_model(self, request: HttpRequest, obj: Candidato) -> None:
        chave = obj.pk
        if eliminar(obj, origem=Eliminacao.Origem.PRODUCAO, agora=timezone.now()):
            LogEntry.objects.create(
                user=request.user,  # type: ignore[misc]
                content_type=ContentType.objects.get_for_model(Candidato),
                object_id=str(chave),
                object_repr=ELIMINADA,
                action_flag=DELETION,
                change_message="Eliminou os dados a pedido da pessoa.",
            )

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[Candidato]) -> None:
        for candidato in queryset:
            self.delete_model(request, candidato)


def _confere(escrito: str, protocolo: str) -> bool:
    """Sem fazer caso de maiúsculas, espaços e traço."""

    def limpo(texto: str) -> str:
        return "".join(c for c in texto.upper() if c.isalnum())

    return limpo(escrito) == limpo(protocolo)


class SoDeLeitura(admin.ModelAdmin):
    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


@admin.register(Eliminacao)
class EliminacaoAdmin(SoDeLeitura):
    list_display = ("em", "edicao", "origem")
    list_display_links = None
    list_filter = ("edicao", "origem")
    list_select_related = ("edicao",)
    date_hierarchy = "em"
    show_full_result_count = False
