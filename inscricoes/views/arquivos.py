"""As páginas das seções de fotos e de vídeo, o envio em pedaços, e os arquivos, só para o dono e a produção."""

import re
from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar
from uuid import UUID

from csp.decorators import csp_update
from django.conf import settings
from django.contrib import messages
from django.contrib.auth.views import redirect_to_login
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from inscricoes import services
from inscricoes.arquivos import guarda
from inscricoes.arquivos.recusas import Recusa
from inscricoes.models import Candidato, Foto, Video
from inscricoes.validators import FOTOS_MAXIMAS, FOTOS_MINIMAS
from inscricoes.views import roteiro
from inscricoes.views.entrega import entregar

privada = cache_control(private=True, no_store=True)
ESPERE = 5
"""Segundos do `Retry-After`, quando há arquivos demais sendo conferidos."""
_PASSOS = {"antes": -1, "depois": 1}
View = Callable[..., HttpResponseBase]
Linha = TypeVar("Linha", Foto, Video)


class OutraInscricao(Recusa):
    status = 409
    codigo = "outra_inscricao"
    frase = (
        "Esta página era de outra inscrição: alguém entrou com outra conta neste aparelho. Nada foi mudado. "
        "Confira e mande de novo daqui."
    )


def pede_json(request: HttpRequest) -> bool:
    """Se quem manda é o script da página, e não o botão."""
    return request.headers.get("Accept") == "application/json"


def com_conta(view: View) -> View:
    """Como `login_required`; ao script responde 401, com onde se entra."""

    @wraps(view)
    def entrar(request: HttpRequest, *args: object, **kwargs: object) -> HttpResponseBase:
        if request.user.is_authenticated:
            try:
                return view(request, *args, **kwargs)
            except roteiro.SemInscricao:
                if pede_json(request):
                    raise
                return roteiro.oferecer_comeco(request)
        entrada = redirect_to_login(request.get_full_path() if request.method == "GET" else request.path)
        if not pede_json(request):
            return entrada
        mensagem = "Sua sessão acabou. Entre de novo: o que já chegou continua guardado."
        return JsonResponse({"erro": "entrar", "mensagem": mensagem, "entrar": entrada["Location"]}, status=401)

    return entrar


def com_recusas(view: View) -> View:
    """Ao script, a recusa em JSON, com o seu status. A quem está sem ele, de volta à página da seção, com a frase."""

    @wraps(view)
    def responder(request: HttpRequest, *args: object, **kwargs: object) -> HttpResponseBase:
        try:
            return view(request, *args, **kwargs)
        except (Recusa, services.NaoEditavel) as recusa:
            if pede_json(request):
                return _responder_ao_script(_em_json(recusa), getattr(recusa, "status", 409))
            messages.error(request, str(recusa))
            return redirect("inscricoes:fotos" if "/fotos/" in request.path else "inscricoes:video")

    return responder


def _em_json(recusa: Exception) -> dict[str, Any]:
    extra = {"recebido": recusa.recebido} if isinstance(recusa, services.PedacoForaDeLugar) else {}
    return {"erro": getattr(recusa, "codigo", "nao_editavel"), "mensagem": str(recusa), **extra}


def _responder_ao_script(dados: dict[str, Any], status: int) -> JsonResponse:
    return JsonResponse(dados, status=status, headers={"Retry-After": str(ESPERE)} if status == 503 else {})


def _desta_inscricao(request: HttpRequest) -> Candidato:
    """A inscrição que a página enviada mostrava. Levanta `OutraInscricao` se quem manda agora é outra conta."""
    candidato = roteiro.inscricao_da_conta(request)
    if request.POST.get("inscricao") != candidato.protocolo:
        raise OutraInscricao
    return candidato


# --- Fotos ------------------------------------------------------------------------------------------------------------


@privada
@require_http_methods(["GET", "HEAD", "POST"])
@com_conta
@csp_update({"img-src": ["blob:"]})  # A prévia do que se escolheu, antes de enviar.
@com_recusas
def fotos(request: HttpRequest) -> HttpResponse:
    """As fotos da inscrição; com POST, recebe uma ou várias, cada uma julgada por si."""
    agora = timezone.now()
    if request.method == "POST":
        return _receber_fotos(request, _desta_inscricao(request))
    candidato = roteiro.inscricao_da_conta(request)
    todas = list(Foto.objects.filter(candidato=candidato))
    contexto = {
        **roteiro.contexto(candidato, "fotos"),
        "fotos": todas,
        "editavel": candidato.editavel(agora),
        "minimo": FOTOS_MINIMAS,
        "maximo": FOTOS_MAXIMAS,
        "faltam": max(0, FOTOS_MINIMAS - len(todas)),
        "cabem": max(0, FOTOS_MAXIMAS - len(todas)),
    }
    return render(request, "inscricoes/fotos.html", contexto)


def _receber_fotos(request: HttpRequest, candidato: Candidato) -> HttpResponse:
    salvas, recusadas = 0, []
    arquivos = request.FILES.getlist("fotos")
    if len(arquivos) > FOTOS_MAXIMAS:
        # Cada uma ocupa a oficina: um pedido não pode ficar com ela por meio minuto.
        raise Recusa(f"Mande até {FOTOS_MAXIMAS} fotos de cada vez.")
    for arquivo in arquivos:
        try:
            services.guardar_foto(candidato, arquivo=arquivo, agora=timezone.now())
            salvas += 1
        except Recusa as motivo:
            recusadas.append((str(arquivo.name)[-60:], motivo))
    if not salvas and not recusadas:
        raise Recusa("Escolha pelo menos uma foto.")
    if pede_json(request):
        em_json = [{"nome": nome, **_em_json(recusa)} for nome, recusa in recusadas]
        status = 200 if salvas else recusadas[0][1].status
        return _responder_ao_script({"salvas": salvas, "recusadas": em_json}, status)
    if salvas:
        messages.success(request, "1 foto salva." if salvas == 1 else f"{salvas} fotos salvas.")
    for nome, recusa in recusadas:
        messages.error(request, f"{nome}: {recusa}")
    return redirect("inscricoes:fotos")


@privada
@require_POST
@com_conta
@com_recusas
def ordenar(request: HttpRequest) -> HttpResponse:
    """`ordem`: todas as fotos, como a página as mostrava; `mover`: `<foto>:antes` ou `<foto>:depois`."""
    candidato = _desta_inscricao(request)
    foto, _, passo = request.POST.get("mover", "").partition(":")
    try:
        ordem = [UUID(chave) for chave in request.POST.getlist("ordem")]
        de = ordem.index(UUID(foto))
        para = de + _PASSOS[passo]
    except (ValueError, KeyError):
        raise services.OrdemDesatualizada from None
    ordem.insert(min(max(para, 0), len(ordem) - 1), ordem.pop(de))
    services.ordenar_fotos(candidato, ordem=ordem, agora=timezone.now())
    return redirect(f"{reverse('inscricoes:fotos')}#foto-{foto}")


@privada
@require_POST
@com_conta
@com_recusas
def apagar_foto(request: HttpRequest, foto: UUID) -> HttpResponse:
    services.remover_foto(_desta_inscricao(request), foto=foto, agora=timezone.now())
    messages.success(request, "Foto apagada.")
    return redirect("inscricoes:fotos")


# --- Vídeo ------------------------------------------------------------------------------------------------------------


@privada
@require_http_methods(["GET", "HEAD", "POST"])
@com_conta
@com_recusas
def video(request: HttpRequest) -> HttpResponse:
    """O vídeo da inscrição; com POST, recebe um inteiro, de quem está sem JavaScript."""
    agora = timezone.now()
    if request.method == "POST":
        candidato = _desta_inscricao(request)
        arquivo = request.FILES.get("video")
        if arquivo is None:
            raise Recusa("Escolha um vídeo.")
        services.guardar_video(candidato, arquivo=arquivo, agora=agora)
        messages.success(request, "Vídeo salvo.")
        return redirect("inscricoes:video")
    candidato = roteiro.inscricao_da_conta(request)
    pronto = Video.objects.filter(candidato=candidato).first()
    contexto = {
        **roteiro.contexto(candidato, "video"),
        "video": pronto,
        "duracao": _por_extenso(pronto.duracao) if pronto else "",
        "editavel": candidato.editavel(agora),
        "maximo": settings.VIDEO_BYTES_MAXIMOS,
        "maximo_em_mb": settings.VIDEO_BYTES_MAXIMOS // 1024**2,
        "sem_script_em_mb": settings.VIDEO_SEM_SCRIPT_BYTES_MAXIMOS // 1024**2,
        "pedaco": services.PEDACO_MAXIMO,
    }
    return render(request, "inscricoes/video.html", contexto)


def _por_extenso(segundos: float) -> str:
    minutos, resto = divmod(max(1, round(segundos)), 60)
    return " ".join(parte for parte in (f"{minutos} min" * bool(minutos), f"{resto} s" * bool(resto)) if parte)


@privada
@require_POST
@com_conta
@com_recusas
def apagar_video(request: HttpRequest) -> HttpResponse:
    services.remover_video(_desta_inscricao(request), agora=timezone.now())
    messages.success(request, "Vídeo apagado.")
    return redirect("inscricoes:video")


@privada
@require_http_methods(["GET", "POST"])
@com_conta
@com_recusas
def envio(request: HttpRequest) -> HttpResponse:
    """JSON: até onde o vídeo já chegou; com POST (`tamanho`), começa outro."""
    agora = timezone.now()
    if request.method == "POST":
        candidato = _desta_inscricao(request)
        tamanho = request.POST.get("tamanho", "")
        services.comecar_envio(candidato, tamanho=_inteiro(tamanho), agora=agora)
    else:
        candidato = roteiro.inscricao_da_conta(request)
    atual = services.andamento(candidato)
    if atual is None:
        return JsonResponse({"envio": None})
    return JsonResponse(
        {
            "envio": str(atual.envio.pk),
            "tamanho": atual.envio.tamanho,
            "recebido": atual.envio.recebido,
            "conferidos": atual.conferidos,
            "resumo": atual.resumo,
        },
        status=201 if request.method == "POST" else 200,
    )


@privada
@require_POST
@com_conta
@com_recusas
def pedaco(request: HttpRequest, envio: UUID) -> HttpResponse:
    """O corpo do pedido é o pedaço; `?inicio=` diz onde ele começa. JSON: quantos bytes já chegaram."""
    candidato = roteiro.inscricao_da_conta(request)
    if request.content_type != "application/octet-stream":
        raise Recusa("O pedaço do vídeo veio num formato inesperado. Atualize a página.")
    dados = request.read(services.PEDACO_MAXIMO + 1)
    if len(dados) > services.PEDACO_MAXIMO:
        raise Recusa("O pedaço do vídeo é grande demais. Atualize a página.")
    inicio = _inteiro(request.GET.get("inicio", ""))
    recebido = services.receber_pedaco(candidato, envio=envio, inicio=inicio, dados=dados, agora=timezone.now())
    return JsonResponse({"recebido": recebido})


@privada
@require_POST
@com_conta
@com_recusas
def concluir(request: HttpRequest, envio: UUID) -> HttpResponse:
    """JSON: o vídeo pronto, depois de conferido."""
    candidato = roteiro.inscricao_da_conta(request)
    pronto = services.concluir_envio(candidato, envio=envio, agora=timezone.now())
    return JsonResponse({"video": str(pronto.pk), "duracao": pronto.duracao})


@privada
@require_POST
@com_conta
@com_recusas
def cancelar(request: HttpRequest, envio: UUID) -> HttpResponse:
    services.cancelar_envio(roteiro.inscricao_da_conta(request), envio=envio, agora=timezone.now())
    return JsonResponse({"envio": None})


def _inteiro(texto: str) -> int:
    if not re.fullmatch(r"[0-9]{1,15}", texto):
        raise Recusa("O pedido veio incompleto. Atualize a página.")
    return int(texto)


# --- Os arquivos ------------------------------------------------------------------------------------------------------


@require_safe
def foto(request: HttpRequest, foto: UUID) -> HttpResponseBase:
    achada = _visivel(request, Foto.objects.all(), foto)
    return _servir(request, guarda.caminho_da_foto(achada.pk), "image/webp", f"foto-{achada.ordem + 1}.webp")


@require_safe
def miniatura(request: HttpRequest, foto: UUID) -> HttpResponseBase:
    achada = _visivel(request, Foto.objects.all(), foto)
    return _servir(request, guarda.caminho_da_miniatura(achada.pk), "image/webp", f"foto-{achada.ordem + 1}-mini.webp")


@require_safe
def video_arquivo(request: HttpRequest, video: UUID) -> HttpResponseBase:
    achado = _visivel(request, Video.objects.all(), video)
    caminho = guarda.caminho_do_video(achado.pk, achado.formato)
    return _servir(request, caminho, f"video/{achado.formato}", f"video.{achado.formato}")


@require_safe
def quadro(request: HttpRequest, video: UUID) -> HttpResponseBase:
    achado = _visivel(request, Video.objects.all(), video)
    return _servir(request, guarda.caminho_do_quadro(achado.pk), "image/webp", "video.webp")


def _visivel(request: HttpRequest, linhas: QuerySet[Linha], chave: UUID) -> Linha:
    """A linha, se é de quem pede ou se quem pede é da produção. Para todos os outros ela não existe (404)."""
    conta = request.user
    if not (conta.is_staff and conta.has_perm("inscricoes.view_candidato")):
        if not conta.is_authenticated:
            raise Http404
        linhas = linhas.filter(candidato__in=Candidato.objects.de(conta))
    return get_object_or_404(linhas, pk=chave)


def _servir(request: HttpRequest, caminho: str, tipo: str, nome: str) -> HttpResponseBase:
    try:
        arquivo = guarda.abrir(caminho)
    except FileNotFoundError:
        raise Http404 from None
    return entregar(request, arquivo, tipo=tipo, nome=nome, etag=caminho.rpartition("/")[2])
