"""A porta de entrada das inscrições, e como uma pessoa acompanha a sua: ler, desistir, retomar."""

from datetime import datetime

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from inscricoes import services
from inscricoes.models import Candidato, Edicao, Movimento
from inscricoes.situacoes import PASSOS, Situacao
from inscricoes.validators import FOTOS_MAXIMAS, FOTOS_MINIMAS, IDADE_MAXIMA, IDADE_MINIMA, VIDEO_MAXIMO
from inscricoes.views import duracao, roteiro
from inscricoes.views.espera import com_conta

privada = cache_control(private=True, no_store=True)
FRASES = {
    Situacao.RASCUNHO: "Inscrição retomada",
    Situacao.ENVIADA: "Inscrição enviada",
    Situacao.EM_ANALISE: "A produção começou a ler a inscrição",
    Situacao.ENTREVISTA: "Chamada para entrevista",
    Situacao.SELECIONADA: "Selecionada para a casa",
    Situacao.RESERVA: "Na lista de reserva",
    Situacao.REPROVADA: "Não segue na seleção",
    Situacao.DESISTENTE: "Desistência registrada",
}


@privada
@require_safe
def inicio(request: HttpRequest) -> HttpResponse:
    """Quando abrem e fecham, quem pode e o que preparar. Não põe cookie; a quem já entrou, oferece continuar."""
    agora = timezone.now()
    edicao, estado = _edicao_da_vez(agora)
    contexto = {
        "edicao": edicao,
        "estado": estado,
        "tamanho": duracao.da_inscricao(edicao) if edicao else None,
        "minha": _minha_em(request, edicao),
        "idade_minima": IDADE_MINIMA,
        "idade_maxima": IDADE_MAXIMA,
        "fotos_minimas": FOTOS_MINIMAS,
        "fotos_maximas": FOTOS_MAXIMAS,
        "video_minutos": VIDEO_MAXIMO // 60,
    }
    return render(request, "inscricoes/inicio.html", contexto)


def _edicao_da_vez(agora: datetime) -> tuple[Edicao | None, str]:
    """A que recebe inscrições; sem ela, a próxima a abrir; sem ela, a última que fechou."""
    aberta = Edicao.objects.recebendo(agora).first()
    if aberta is not None:
        return aberta, "aberta"
    proxima = Edicao.objects.filter(inscricoes_abrem_em__gt=agora).order_by("inscricoes_abrem_em").first()
    if proxima is not None:
        return proxima, "em breve"
    ultima = Edicao.objects.filter(inscricoes_fecham_em__lte=agora).order_by("-inscricoes_fecham_em").first()
    return ultima, "encerrada"


def _minha_em(request: HttpRequest, edicao: Edicao | None) -> Candidato | None:
    if edicao is None or not request.user.is_authenticated:
        return None
    return Candidato.objects.de(request.user).filter(edicao=edicao).first()


@privada
@require_safe
@com_conta
def minha(request: HttpRequest) -> HttpResponse:
    """Em que pé está, o que falta, o protocolo e a história."""
    agora, candidato = timezone.now(), roteiro.inscricao_da_conta(request)
    editavel = candidato.editavel(agora)
    passos = roteiro.passos(candidato) if editavel else []
    contexto = {
        "candidato": candidato,
        "edicao": candidato.edicao,
        "editavel": editavel,
        "passos": passos,
        "incompletos": [passo for passo in passos if not passo.pronto],
        "restam": sum(passo.minutos for passo in passos if not passo.pronto),
        "historia": [(_frase(movimento), movimento.em) for movimento in candidato.movimentos.order_by("-em", "-id")],
        "pode_desistir": Situacao.DESISTENTE in PASSOS[Situacao(candidato.situacao)],
        "pode_retomar": candidato.situacao == Situacao.DESISTENTE and candidato.edicao.recebe_inscricoes(agora),
        "outras": [outra for outra in roteiro.inscricoes_da_conta(request) if outra.pk != candidato.pk],
    }
    return render(request, "inscricoes/minha.html", contexto)


def _frase(movimento: Movimento) -> str:
    return FRASES[Situacao(movimento.para)] if movimento.de else "Inscrição começada"


@privada
@require_http_methods(["GET", "HEAD", "POST"])
@com_conta
def desistir(request: HttpRequest) -> HttpResponse:
    """Pergunta antes; com o botão, registra a desistência. O segundo clique encontra a mesma página."""
    candidato = roteiro.inscricao_da_conta(request)
    if candidato.situacao == Situacao.DESISTENTE:
        return _de_volta(request, candidato)
    if request.method != "POST":
        agora = timezone.now()
        contexto = {
            "candidato": candidato,
            "edicao": candidato.edicao,
            "pode": Situacao.DESISTENTE in PASSOS[Situacao(candidato.situacao)],
            "aberta": candidato.edicao.recebe_inscricoes(agora),
        }
        return render(request, "inscricoes/desistir.html", contexto, status=200 if contexto["pode"] else 409)
    try:
        services.desistir(candidato, agora=timezone.now())
    except services.MovimentoProibido:
        frase = f"Uma inscrição que está como “{candidato.get_situacao_display()}” não tem de que desistir."
        return render(request, "inscricoes/recusa.html", {"frase": frase}, status=409)
    messages.success(request, "Sua desistência está registrada.")
    return _de_volta(request, candidato)


def _de_volta(request: HttpRequest, candidato: Candidato) -> HttpResponse:
    """À página da inscrição de que se falava: quem tem várias não cai noutra."""
    escolhida = f"?inscricao={candidato.protocolo}" if "inscricao" in request.GET else ""
    return redirect(reverse("inscricoes:minha") + escolhida)


@privada
@require_POST
@com_conta
def retomar(request: HttpRequest) -> HttpResponse:
    """Quem desistiu volta ao rascunho, enquanto as inscrições estão abertas."""
    candidato = roteiro.inscricao_da_conta(request)
    if candidato.situacao != Situacao.RASCUNHO:
        try:
            services.retomar(candidato, agora=timezone.now())
        except (services.InscricaoFechada, services.MovimentoProibido) as recusa:
            return render(request, "inscricoes/recusa.html", {"frase": str(recusa)}, status=409)
        messages.success(request, "Sua inscrição voltou a ser um rascunho. Confira e envie de novo.")
    return _de_volta(request, candidato)
