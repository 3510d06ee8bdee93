"""O formulário longo: uma seção por página, cada uma salva por si.

O botão e a gravação automática mandam para o mesmo endereço; a segunda pede JSON. O que está certo se guarda mesmo que
outro campo da página esteja errado, e o que falta só impede de enviar.
"""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, JsonResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_http_methods

from inscricoes import services
from inscricoes.forms import ConsentimentoForm, ContatoForm, DadosForm, QuestionarioForm
from inscricoes.forms.secao import Secao as FormularioDeSecao
from inscricoes.models import Candidato, Edicao, Pergunta, Resposta, Secao
from inscricoes.views import duracao, leitura, roteiro
from inscricoes.views.espera import com_conta, pede_json, recuperar

privada = cache_control(private=True, no_store=True)
OUTRA_INSCRICAO = (
    "Esta página era de outra inscrição: alguém entrou com outra conta neste aparelho. Nada foi mudado. "
    "Abra a sua inscrição e continue dela."
)
Montar = Callable[[QueryDict | None], FormularioDeSecao]
Gravar = Callable[[Any], None]


# --- Começar ----------------------------------------------------------------------------------------------------------


@privada
@require_http_methods(["GET", "HEAD", "POST"])
@com_conta
def nova(request: HttpRequest) -> HttpResponse:
    """Mostra o que vem pela frente e, com o botão, começa o rascunho. Quem já tem um segue de onde parou."""
    agora = timezone.now()
    edicao = Edicao.objects.recebendo(agora).first()
    if edicao is None:
        return _recusa(request, "As inscrições não estão abertas agora.", status=410)
    email = getattr(request.user, "email", "")
    if request.method != "POST" or not email:
        if Candidato.objects.de(request.user).filter(edicao=edicao).exists():  # type: ignore[arg-type]
            return redirect("inscricoes:minha")
        contexto = {"edicao": edicao, "email": email, "tamanho": duracao.da_inscricao(edicao)}
        return render(request, "inscricoes/nova.html", contexto)
    try:
        services.comecar(conta=request.user, email=email, edicao=edicao, agora=agora)  # type: ignore[arg-type]
    except (services.InscricaoFechada, services.EmailRepetido, services.ContaEliminada) as recusa:
        return _recusa(request, str(recusa))
    return redirect("inscricoes:dados")


# --- As seções --------------------------------------------------------------------------------------------------------


@privada
@require_http_methods(["GET", "HEAD", "POST"])
@com_conta
def dados(request: HttpRequest) -> HttpResponse:
    agora, candidato = timezone.now(), roteiro.inscricao_da_conta(request)

    def montar(data: QueryDict | None) -> DadosForm:
        return DadosForm(data, instance=candidato, hoje=timezone.localdate(agora))

    def gravar(form: DadosForm) -> None:
        services.salvar(candidato, campos=form.validos(), agora=agora)

    return _secao(request, candidato, "dados", montar, gravar, agora)


@privada
@require_http_methods(["GET", "HEAD", "POST"])
@com_conta
def contato(request: HttpRequest) -> HttpResponse:
    agora, candidato = timezone.now(), roteiro.inscricao_da_conta(request)

    def montar(data: QueryDict | None) -> ContatoForm:
        return ContatoForm(data, instance=candidato)

    def gravar(form: ContatoForm) -> None:
        services.salvar(candidato, campos=form.validos(), agora=agora)

    return _secao(request, candidato, "contato", montar, gravar, agora)


@privada
@require_http_methods(["GET", "HEAD", "POST"])
@com_conta
def questionario(request: HttpRequest, secao: int) -> HttpResponse:
    agora, candidato = timezone.now(), roteiro.inscricao_da_conta(request)
    alvo = get_object_or_404(Secao, pk=secao, edicao=candidato.edicao_id)
    perguntas = list(Pergunta.objects.no_ar().filter(secao=alvo))

    def montar(data: QueryDict | None) -> QuestionarioForm:
        dadas = Resposta.objects.filter(candidato=candidato, pergunta__in=perguntas)
        return QuestionarioForm(data, perguntas=perguntas, respostas=dict(dadas.values_list("pergunta", "texto")))

    def gravar(form: QuestionarioForm) -> None:
        services.responder(candidato, respostas=form.respostas(), agora=agora)

    return _secao(request, candidato, f"questionario-{alvo.pk}", montar, gravar, agora, {"descricao": alvo.descricao})


def _secao(
    request: HttpRequest,
    candidato: Candidato,
    chave: str,
    montar: Montar,
    gravar: Gravar,
    agora: datetime,
    extra: Mapping[str, Any] | None = None,
) -> HttpResponse:
    """O protocolo de toda seção: mostrar, ou guardar o que serve e dizer o que não serve."""
    if request.method != "POST":
        if not candidato.editavel(agora):
            return redirect("inscricoes:minha")
        recuperado = recuperar(request, candidato)
        return _mostrar(request, candidato, chave, montar(recuperado), {**(extra or {}), "recuperado": recuperado})
    if request.POST.get("inscricao") != candidato.protocolo:
        return _recusa(request, OUTRA_INSCRICAO)
    form = montar(request.POST)
    try:
        gravar(form)
    except services.NaoEditavel as recusa:
        return _recusa(request, str(recusa))
    hora = f"{timezone.localtime(agora):%H:%M}"
    if pede_json(request):
        return JsonResponse({"salvo_em": hora, "salvos": sorted(form.validos()), "erros": _frases(form)})
    if form.errors:
        return _mostrar(request, candidato, chave, form, {**(extra or {}), "salvo_em": hora}, status=422)
    contexto = roteiro.contexto(candidato, chave)
    messages.success(request, f"{contexto['passo'].titulo}: salvo às {hora}.")
    return redirect("inscricoes:minha" if "sair" in request.POST else contexto["seguinte"].endereco)


def _frases(form: FormularioDeSecao) -> dict[str, str]:
    return {nome: " ".join(map(str, erros)) for nome, erros in form.errors.items()}


def _mostrar(
    request: HttpRequest,
    candidato: Candidato,
    chave: str,
    form: FormularioDeSecao,
    extra: Mapping[str, Any],
    status: int = 200,
) -> HttpResponse:
    contexto = {**roteiro.contexto(candidato, chave), "form": form, **extra}
    return render(request, "inscricoes/preencher.html", contexto, status=status)


def _recusa(request: HttpRequest, frase: str, status: int = 409) -> HttpResponse:
    if pede_json(request):
        return JsonResponse({"mensagem": frase}, status=status)
    return render(request, "inscricoes/recusa.html", {"frase": frase}, status=status)


# --- Revisar e enviar -------------------------------------------------------------------------------------------------


@privada
@require_http_methods(["GET", "HEAD", "POST"])
@com_conta
def revisao(request: HttpRequest) -> HttpResponse:
    """Tudo como será lido, o que falta, o termo, e o botão de enviar."""
    agora, candidato = timezone.now(), roteiro.inscricao_da_conta(request)
    termo = candidato.edicao.termo_vigente(agora)
    if request.method != "POST":
        if not candidato.editavel(agora):
            return redirect("inscricoes:minha")
        return _mostrar_revisao(request, candidato, ConsentimentoForm(), agora)
    if request.POST.get("inscricao") != candidato.protocolo:
        return _recusa(request, OUTRA_INSCRICAO)
    form = ConsentimentoForm(request.POST, vigente=termo)
    if not form.is_valid() or termo is None:
        return _mostrar_revisao(request, candidato, form, agora, status=422)
    try:
        services.enviar(candidato, termo=termo, agora=agora)
    except services.NaoEditavel as recusa:
        return _recusa(request, str(recusa))
    except (services.InscricaoIncompleta, services.CpfRepetido) as recusa:
        form.add_error(None, str(recusa))
        return _mostrar_revisao(request, candidato, form, agora, status=409)
    return redirect("inscricoes:minha")


def _mostrar_revisao(
    request: HttpRequest, candidato: Candidato, form: ConsentimentoForm, agora: datetime, status: int = 200
) -> HttpResponse:
    contexto = {
        **roteiro.contexto(candidato, "revisao"),
        "form": form,
        "blocos": leitura.blocos(candidato),
        "fotos": candidato.fotos.count(),
        "termo": candidato.edicao.termo_vigente(agora),
    }
    return render(request, "inscricoes/revisao.html", contexto, status=status)
