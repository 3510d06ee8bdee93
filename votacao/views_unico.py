"""O voto único: entrar, dar o CPF uma vez, e votar. São páginas de uma pessoa, que nenhum cache guarda."""

import time
from functools import wraps
from typing import Any

from django import forms
from django.conf import settings
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from inscricoes.validators import cpf_em_digitos
from votacao import eleitores, registro
from votacao.models import Eleitor, Modalidade, Paredao
from votacao.publica import View
from votacao.recusas import FaltaCpf, FaltaCpfVerificado, FaltaEntrar, ParedaoInexistente, Recusa
from votacao.urna import catalogo, exame, limites, respostas
from votacao.urna import cedula as cedulas


class CpfForm(forms.Form):
    cpf = forms.CharField(
        label="CPF",
        max_length=30,
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off", "placeholder": "000.000.000-00"}),
        error_messages={"required": "Escreva o seu CPF: são 11 números."},
    )

    def clean_cpf(self) -> str:
        return cpf_em_digitos(self.cleaned_data["cpf"])


def recusa_e_pagina(view: View) -> View:
    """Uma `Recusa` vira a página dela, com o caminho de volta ao paredão."""

    @wraps(view)
    def responder(request: HttpRequest, paredao_id: int, **kwargs: Any) -> HttpResponse:
        try:
            return view(request, paredao_id, **kwargs)
        except Recusa as recusa:
            volta = None if isinstance(recusa, ParedaoInexistente) else paredao_id
            return respostas.em_http(respostas.recusa(type(recusa), em_json=False, paredao_id=volta))

    return responder


def so_onde_ha_voto_unico(view: View) -> View:
    """Antes de pedir que alguém entre: não há o que entrar para fazer num paredão sem voto único, ou já encerrado."""

    @wraps(view)
    def conferir(request: HttpRequest, paredao_id: int, **kwargs: Any) -> HttpResponse:
        _na_urna(paredao_id)
        return view(request, paredao_id, **kwargs)

    return conferir


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@recusa_e_pagina
@so_onde_ha_voto_unico
@login_required
def pagina(request: HttpRequest, paredao_id: int) -> HttpResponse:
    """Onde se dá o voto único; antes, o que falta para isso; depois, o comprovante. O POST mostra o que confirmar."""
    paredao = _aberto(paredao_id)
    contexto: dict[str, Any] = {"paredao": paredao, "opcoes": paredao.opcoes.all(), "agora": timezone.now()}
    try:
        texto, _, chave = _emitir(request, paredao)
    except FaltaCpf:
        return render(request, "votacao/unico_cpf.html", contexto | {"form": CpfForm()})
    except FaltaCpfVerificado:
        return render(
            request, "votacao/unico_verificar.html", contexto | {"provedor": settings.PROVEDOR_CPF}, status=403
        )
    if registro.procurar([chave]):
        return render(request, "votacao/unico.html", contexto | {"codigo": chave.hex()})
    # Um voto só, que não se desfaz: escolher e confirmar são dois toques. A escolha não vai no endereço, que os
    # servidores à frente deste e o histórico do navegador guardam.
    escolha = request.POST.get("participante", "")
    for opcao in paredao.opcoes.all():
        if str(opcao.participante_id) == escolha:
            return render(request, "votacao/unico_confirmar.html", contexto | {"opcao": opcao, "cedula": texto})
    return render(request, "votacao/unico.html", contexto)


@require_POST
@never_cache
@recusa_e_pagina
@so_onde_ha_voto_unico
@login_required
def cpf(request: HttpRequest, paredao_id: int) -> HttpResponse:
    """Guarda o CPF da conta, uma vez só, e segue para o voto."""
    limites.contar("confirmacao", request.META["REMOTE_ADDR"])
    paredao = _aberto(paredao_id)
    form = CpfForm(request.POST)
    if form.is_valid():
        try:
            eleitores.cadastrar(conta=request.user, cpf=form.cleaned_data["cpf"], agora=timezone.now())  # type: ignore[arg-type]
            return redirect("votacao:unico", paredao_id)
        except eleitores.CpfRecusado as recusa:
            form.add_error("cpf", ValidationError(str(recusa)))
    return render(request, "votacao/unico_cpf.html", {"paredao": paredao, "form": form}, status=422)


@require_GET
@never_cache
def cedula(request: HttpRequest, paredao_id: int) -> HttpResponse:
    """A cédula do voto único da conta que pede, em JSON como a da torcida: pedida de novo, é o mesmo voto."""
    agora = time.time()
    try:
        if not request.user.is_authenticated:
            raise FaltaEntrar
        limites.contar("cedula", request.META["REMOTE_ADDR"], agora)
        texto, expira_em, _ = _emitir(request, _aberto(paredao_id))
    except Recusa as recusa:
        return respostas.em_http(respostas.recusa(type(recusa), em_json=True, paredao_id=None))
    return respostas.em_http(respostas.cedula_emitida(texto, 0, expira_em))


def _aberto(paredao_id: int) -> Paredao:
    """O paredão, se agora se dá nele o voto único. Levanta a `Recusa` de quem chega fora de hora."""
    _na_urna(paredao_id)
    return Paredao.objects.select_related("edicao").com_participantes().get(pk=paredao_id)


def _na_urna(paredao_id: int) -> None:
    na_urna = catalogo.ler(paredao_id)
    if na_urna is None:
        raise ParedaoInexistente
    exame.pode_emitir(na_urna, time.time(), Modalidade.UNICO)


def _emitir(request: HttpRequest, paredao: Paredao) -> tuple[str, int, bytes]:
    """A cédula de quem pede, quando vence e a chave do seu voto. Sem prova de trabalho: já é uma só por CPF."""
    eleitor = Eleitor.objects.filter(conta_id=request.user.pk).first()
    chave = eleitores.chave_do_voto(paredao, eleitor)
    texto, expira_em = cedulas.emitir(
        paredao=paredao.pk,
        modalidade=Modalidade.UNICO,
        bits=0,
        porta=cedulas.COM_SCRIPT,
        agora=time.time(),
        chave=chave,
    )
    return texto, expira_em, chave
