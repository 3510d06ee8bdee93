"""De qual inscrição se fala, e o que as páginas das seções têm em comum."""

from typing import Any

from django.http import Http404, HttpRequest
from django.urls import reverse
from django.utils import timezone

from inscricoes.models import Candidato


def inscricao_da_conta(request: HttpRequest) -> Candidato:
    """A da edição aberta ou, sem ela, a mais nova. Levanta `Http404` se a conta não tem inscrição."""
    minhas = list(Candidato.objects.de(request.user).select_related("edicao").order_by("-edicao__ano"))  # type: ignore[arg-type]
    if not minhas:
        raise Http404("Esta conta não tem inscrição.")
    agora = timezone.now()
    return next((candidato for candidato in minhas if candidato.edicao.recebe_inscricoes(agora)), minhas[0])


def contexto(candidato: Candidato, secao: str) -> dict[str, Any]:
    titulos = {"fotos": "Fotos", "video": "Vídeo"}
    seguinte = {"titulo": "Vídeo", "endereco": reverse("inscricoes:video")} if secao == "fotos" else None
    return {
        "candidato": candidato,
        "edicao": candidato.edicao,
        "passo": {"chave": secao, "titulo": titulos[secao]},
        "seguinte": seguinte,
    }
