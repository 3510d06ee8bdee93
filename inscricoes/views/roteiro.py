"""Lugar do ramo `formulario`, só para este andar sozinho: na junção vale o de lá. Os nomes são os mesmos."""

from django.http import Http404, HttpRequest
from django.utils import timezone

from inscricoes.models import Candidato


def inscricoes_da_conta(request: HttpRequest) -> list[Candidato]:
    """Todas as desta pessoa, a da edição mais nova primeiro."""
    minhas = Candidato.objects.de(request.user).select_related("edicao", "termo")  # type: ignore[arg-type]
    return list(minhas.order_by("-edicao__ano", "-edicao_id"))


def inscricao_da_conta(request: HttpRequest) -> Candidato:
    """A da edição aberta ou, sem ela, a mais nova; `?inscricao=<protocolo>` escolhe outra da mesma conta.

    Levanta `Http404` se a conta não tem inscrição, ou não tem essa.
    """
    minhas = inscricoes_da_conta(request)
    pedida = request.GET.get("inscricao")
    if pedida is not None:
        minhas = [candidato for candidato in minhas if candidato.protocolo == pedida]
    if not minhas:
        raise Http404("Esta conta não tem inscrição.")
    agora = timezone.now()
    return next((candidato for candidato in minhas if candidato.edicao.recebe_inscricoes(agora)), minhas[0])
