"""Quando o banco recusa (restrição ou gatilho), a produção lê uma frase, e não um erro 500."""

from typing import Any

from django.contrib import admin, messages
from django.db import IntegrityError
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect

_FRASES = {
    "a pergunta já tem respostas": "alguém acabou de responder a esta pergunta, e ela não muda mais. "
    "Use a ação “Substituir” na lista de perguntas.",
    "o termo já foi aceito": "alguém acabou de concordar com este termo, e ele não muda mais. "
    "Use a ação “Fazer outra versão” na lista de termos.",
    "termo_versao_por_edicao": "já há um termo com esta versão nesta edição.",
    "inscricoes_termo.versao": "já há um termo com esta versão nesta edição.",
    "secao_titulo_por_edicao": "já há uma seção com este título nesta edição.",
}


def frase_do_banco(erro: IntegrityError) -> str:
    for marca, frase in _FRASES.items():
        if marca in str(erro):
            return f"Nada foi gravado: {frase}"
    return "Nada foi gravado: outra pessoa mudou estes dados ao mesmo tempo. Confira e tente de novo."


class ComFraseDoBanco(admin.ModelAdmin):
    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        try:
            return super().changeform_view(request, object_id, form_url, extra_context)
        except IntegrityError as erro:
            self.message_user(request, frase_do_banco(erro), messages.ERROR)
            return HttpResponseRedirect(request.get_full_path())
