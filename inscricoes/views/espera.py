"""O que a pessoa mandou depois de a sessão acabar espera por ela na sessão nova, enquanto ela entra de novo."""

import time
from collections.abc import Callable
from functools import wraps

from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse, JsonResponse, QueryDict

from inscricoes.models import Candidato
from inscricoes.views.roteiro import SemInscricao, oferecer_comeco

CHAVE = "inscricao_por_salvar"
VALIDADE = 3600
"""Segundos. A sessão anônima que guarda o texto também acaba com ele."""
TAMANHO_MAXIMO = 64 * 1024
"""Caracteres: uma seção do questionário cheia, e não um depósito para quem não entrou."""
View = Callable[..., HttpResponse]


def pede_json(request: HttpRequest) -> bool:
    """Se quem manda é a gravação automática, e não o botão."""
    return request.headers.get("Accept") == "application/json"


def com_conta(view: View) -> View:
    """Como `login_required`, sem perder o que foi escrito. À gravação automática responde 401, com onde se entra.

    A quem entrou e ainda não tem inscrição, a página oferece começar uma, com 404.
    """

    @wraps(view)
    def entrar(request: HttpRequest, *args: object, **kwargs: object) -> HttpResponse:
        if request.user.is_authenticated:
            try:
                return view(request, *args, **kwargs)
            except SemInscricao:
                if pede_json(request):
                    raise
                return oferecer_comeco(request)
        if request.method == "POST" and not pede_json(request):
            _guardar(request)
        entrada = redirect_to_login(request.get_full_path())
        if pede_json(request):
            return JsonResponse({"entrar": entrada["Location"], "mensagem": "Sua sessão acabou."}, status=401)
        return entrada

    return entrar


def _guardar(request: HttpRequest) -> None:
    escrito = request.POST.urlencode()
    if len(escrito) <= TAMANHO_MAXIMO:
        request.session[CHAVE] = {"caminho": request.path, "escrito": escrito, "ate": time.time() + VALIDADE}
        request.session.set_expiry(VALIDADE)


def recuperar(request: HttpRequest, candidato: Candidato) -> QueryDict | None:
    """O que esta pessoa tinha mandado para este endereço antes de entrar de novo; só uma vez."""
    guardado = request.session.get(CHAVE)
    if guardado is None or guardado["caminho"] != request.path:
        return None
    del request.session[CHAVE]
    if request.session.get("_session_expiry") == VALIDADE:
        request.session.set_expiry(None)  # Já não é a de um desconhecido: dura o que duram as outras.
    escrito = QueryDict(guardado["escrito"])
    # Quem entrou pode ser outra pessoa, no mesmo aparelho.
    se_serve = guardado["ate"] > time.time() and escrito.get("inscricao") == candidato.protocolo
    return escrito if se_serve else None
