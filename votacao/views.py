"""As páginas do público e a porta do Django para a urna. Cada view busca, confere, chama uma coisa e responde."""

import time
from contextlib import suppress
from datetime import datetime

from django.conf import settings
from django.core.files.storage import default_storage
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_GET, require_safe

from votacao import apuracao, graficos, medidores, registro
from votacao.models import Modalidade, Opcao, Paredao, Participante
from votacao.publica import publica
from votacao.recusas import (
    CorpoGrande,
    ForaDoParedao,
    MetodoErrado,
    OutroSite,
    ParedaoInexistente,
    PedidoMalformado,
    Recusa,
)
from votacao.registro import Contado
from votacao.urna import captcha, catalogo, exame, limites, respostas
from votacao.urna import cedula as cedulas

CURTO = 2
"""Segundos no cache das páginas que mudam com a votação."""
PARA_SEMPRE = 365 * 24 * 3600

# --- Páginas públicas -------------------------------------------------------------------------------------------------


@require_safe
@publica(segundos=CURTO)
def inicio(request: HttpRequest) -> HttpResponse:
    agora = timezone.now()
    publicos = Paredao.objects.publicos().select_related("edicao").com_participantes()
    ultimo = publicos.publicados().order_by("-publicado_em").first()
    contexto = {
        "agora": agora,
        "abertos": list(publicos.abertos(agora)),
        "agendados": list(publicos.agendados(agora).order_by("abre_em")[:3]),
        "encerrado": publicos.encerrados(agora).filter(publicado_em__isnull=True).first(),
        "ultimo": ultimo,
        "apuracao": apuracao.apurar(ultimo) if ultimo else None,
    }
    return render(request, "votacao/inicio.html", contexto)


@require_safe
@publica(segundos=CURTO)
def paredoes(request: HttpRequest) -> HttpResponse:
    agora = timezone.now()
    lista = Paredao.objects.publicos().select_related("edicao").com_participantes().order_by("-abre_em", "-pk")
    apurados = apuracao.apurar_varios([paredao for paredao in lista if paredao.publicado_em is not None])
    com_situacao = [(paredao, paredao.situacao(agora), apurados.get(paredao.pk)) for paredao in lista]
    # O que está no ar vem antes, depois o que vem aí; o que já foi segue do mais novo ao mais velho.
    ordem = [Paredao.Situacao.ABERTO, Paredao.Situacao.AGENDADO, Paredao.Situacao.ENCERRADO]
    grupos = [[par for par in com_situacao if par[1] == situacao] for situacao in ordem]
    contexto = {
        "agora": agora,
        "agora_e_depois": [par for grupo in grupos for par in grupo],
        "passados": [par for par in com_situacao if par[1] == Paredao.Situacao.PUBLICADO],
    }
    return render(request, "votacao/paredoes.html", contexto)


@require_safe
@publica(segundos=CURTO)
def paredao(request: HttpRequest, paredao_id: int) -> HttpResponse:
    return render(request, "votacao/paredao.html", contexto_do_paredao(_publico(paredao_id), timezone.now()))


@require_safe
@publica(segundos=CURTO)
def panorama(request: HttpRequest, paredao_id: int) -> HttpResponse:
    """O pedaço da página de votar que se atualiza sozinho (htmx). Depois de encerrar, vem sem o que o faria voltar."""
    agora = timezone.now()
    paredao = _publico(paredao_id)
    situacao = paredao.situacao(agora)
    if not _parciais_publicas(paredao, situacao):
        raise Http404
    contexto = {"paredao": paredao, "situacao": situacao, "agora": agora, "apuracao": apuracao.apurar(paredao)}
    return render(request, "votacao/_panorama_vivo.html", contexto)


@require_safe
@publica(segundos=CURTO)
def horas(request: HttpRequest, paredao_id: int) -> HttpResponse:
    """O gráfico de votos por hora, em SVG, para o `<img>` da página do resultado; só quando ela mostra números."""
    paredao = _publico(paredao_id)
    situacao = paredao.situacao(timezone.now())
    if situacao != Paredao.Situacao.PUBLICADO and not _parciais_publicas(paredao, situacao):
        raise Http404
    suspeitos = apuracao.apurar(paredao).suspeitos_contam
    return HttpResponse(
        graficos.votos_por_hora(*apuracao.por_hora(paredao, suspeitos=suspeitos)), content_type="image/svg+xml"
    )


@require_safe
@publica(segundos=10)
def participante(request: HttpRequest, participante_id: int) -> HttpResponse:
    """Quem é, os paredões em que esteve e o que deu cada um. Antes do primeiro paredão público, ninguém a vê."""
    agora = timezone.now()
    pessoa = get_object_or_404(Participante.objects.select_related("edicao"), pk=participante_id)
    seus = Paredao.objects.publicos().filter(opcoes__participante=pessoa).com_participantes().order_by("-abre_em")
    if not seus:
        raise Http404
    apurados = apuracao.apurar_varios([paredao for paredao in seus if paredao.publicado_em is not None])
    trajetoria = []
    for paredao in seus:
        passo: dict[str, object] = {"paredao": paredao, "situacao": paredao.situacao(agora)}
        if apurado := apurados.get(paredao.pk):
            passo["apuracao"] = apurado
            passo["linha"] = next(linha for linha in apurado.linhas if linha.participante.pk == pessoa.pk)
        trajetoria.append(passo)
    contexto = {"pessoa": pessoa, "trajetoria": trajetoria, "agora": agora}
    return render(request, "votacao/participante.html", contexto)


@require_safe
@publica(segundos=CURTO)
def resultado(request: HttpRequest, paredao_id: int) -> HttpResponse:
    """O resultado, se já foi publicado, ou as parciais, se são públicas. Senão, diz quando."""
    agora = timezone.now()
    paredao = _publico(paredao_id)
    situacao = paredao.situacao(agora)
    contexto: dict[str, object] = {"paredao": paredao, "situacao": situacao, "agora": agora}
    if situacao == Paredao.Situacao.PUBLICADO or _parciais_publicas(paredao, situacao):
        contexto["apuracao"] = apurado = apuracao.apurar(paredao)
        participantes, horas = apuracao.por_hora(paredao, suspeitos=apurado.suspeitos_contam)
        contexto["participantes"], contexto["horas"] = participantes, horas
    return render(request, "votacao/resultado.html", contexto)


@require_safe
@publica(segundos=60, navegador=PARA_SEMPRE)
def foto(request: HttpRequest, arquivo: str) -> HttpResponse:
    """Uma foto de participante. O nome muda com o conteúdo, por isso o navegador a guarda para sempre."""
    try:
        with default_storage.open(f"participantes/{arquivo}") as aberto:
            return HttpResponse(aberto.read(), content_type="image/webp")
    except FileNotFoundError:
        raise Http404 from None


def contexto_do_paredao(paredao: Paredao, agora: datetime) -> dict[str, object]:
    """O que a página de votação mostra; a prévia do admin usa o mesmo."""
    situacao = paredao.situacao(agora)
    contexto: dict[str, object] = {
        "paredao": paredao,
        "situacao": situacao,
        "opcoes": paredao.opcoes.all(),
        "agora": agora,
        "captcha": settings.CAPTCHA,
    }
    if _parciais_publicas(paredao, situacao):
        contexto["apuracao"] = apuracao.apurar(paredao)
    return contexto


def _publico(paredao_id: int) -> Paredao:
    return get_object_or_404(Paredao.objects.publicos().select_related("edicao").com_participantes(), pk=paredao_id)


def _parciais_publicas(paredao: Paredao, situacao: Paredao.Situacao) -> bool:
    comecou = situacao not in (Paredao.Situacao.RASCUNHO, Paredao.Situacao.AGENDADO)
    return comecou and paredao.parciais == Paredao.Parciais.SEMPRE


# --- A porta do Django para a urna ------------------------------------------------------------------------------------


@csrf_exempt  # Quem decide é `exame.mesmo_site`: a página é a mesma para todos e não pode levar um segredo.
def votar(request: HttpRequest, paredao_id: int) -> HttpResponse:
    em_json = exame.quer_json(request.headers.get("Accept", ""))
    try:
        if request.method != "POST":
            raise MetodoErrado
        if _tamanho(request) > exame.CORPO_MAXIMO:
            raise CorpoGrande
        if not exame.mesmo_site(
            request.headers.get("Sec-Fetch-Site", ""), request.headers.get("Origin", ""), request.get_host()
        ):
            raise OutroSite
        agora = time.time()
        conta = limites.contar("voto", request.META["REMOTE_ADDR"], agora)
        paredao = catalogo.ler(paredao_id)
        if paredao is None:
            raise ParedaoInexistente
        corpo = request.body if exame.e_formulario(request.headers.get("Content-Type", "")) else b""
        voto = exame.examinar(corpo, paredao, agora, conta)
        chegou = time.monotonic()
        (desfecho,) = registro.gravar([voto])
        medidores.deste_processo.anotar_lote([chegou], [desfecho])
        if not isinstance(desfecho, Contado):
            raise desfecho
    except Recusa as recusa:
        return _recusar(recusa, paredao_id, em_json=em_json)
    return respostas.em_http(respostas.voto_contado(voto.id.hex(), em_json=em_json))


@csrf_exempt
@require_GET
def cedula(request: HttpRequest, paredao_id: int) -> HttpResponse:
    agora = time.time()
    try:
        conta = limites.contar("cedula", request.META["REMOTE_ADDR"], agora)
        paredao = catalogo.ler(paredao_id)
        if paredao is None:
            raise ParedaoInexistente
        exame.pode_emitir(paredao, agora)
        mais_bits = captcha.exigir(request.headers.get(captcha.CABECALHO, ""))
    except Recusa as recusa:
        return respostas.em_http(respostas.recusa(type(recusa), em_json=True, paredao_id=None))
    return respostas.em_http(respostas.cedula_da_torcida(paredao, conta, time.time(), mais_bits=mais_bits))


@require_GET
@never_cache
def confirmar(request: HttpRequest, paredao_id: int) -> HttpResponse:
    """Para quem vota sem JavaScript: a escolha e uma cédula sem prova, num formulário que só falta confirmar."""
    agora = time.time()
    try:
        conta = limites.contar("confirmacao", request.META["REMOTE_ADDR"], agora)
        na_urna = catalogo.ler(paredao_id)
        if na_urna is None:
            raise ParedaoInexistente
        exame.pode_emitir(na_urna, agora)
        # Sem script não há ficha: com o captcha ligado e no ar, esta porta está fechada.
        captcha.exigir("")
        escolha = request.GET.get("participante", "")
        if not (escolha.isascii() and escolha.isdigit() and len(escolha) < 10):
            raise PedidoMalformado
        opcao = (
            Opcao.objects.filter(paredao=paredao_id, participante=int(escolha)).select_related("participante").first()
        )
        if opcao is None:
            raise ForaDoParedao
    except Recusa as recusa:
        return _recusar(recusa, paredao_id, em_json=False)
    texto, _ = cedulas.emitir(
        paredao=paredao_id,
        modalidade=Modalidade.TORCIDA,
        bits=0,
        porta=cedulas.SEM_SCRIPT,
        agora=agora,
        etiqueta=cedulas.SEM_ETIQUETA if conta is None else conta.etiqueta,
    )
    contexto = {"paredao": _publico(paredao_id), "opcao": opcao, "cedula": texto}
    return render(request, "votacao/confirmar.html", contexto)


@require_safe
@never_cache
def comprovante(request: HttpRequest, codigo: str) -> HttpResponse:
    """O comprovante, lido do livro. Logo depois do voto, quem responde é a faixa, com o modelo abaixo."""
    chave = bytes.fromhex(codigo)
    try:
        contado = registro.procurar([chave]).get(chave)
    except Recusa as recusa:
        return respostas.em_http(respostas.recusa(type(recusa), em_json=False, paredao_id=None))
    if contado is None:
        return render(request, "votacao/comprovante_desconhecido.html", {"codigo": codigo}, status=404)
    hora = timezone.localtime(datetime.fromtimestamp(contado.gravado_em, timezone.get_default_timezone()))
    contexto = _contexto_do_comprovante(_publico(contado.paredao), contado.participante, contado.modalidade) | {
        "codigo": codigo,
        "legivel": " ".join(codigo[i : i + 4] for i in range(0, 32, 4)),
        "hora": hora.strftime("%d/%m/%Y às %H:%M:%S"),
    }
    return render(request, "votacao/comprovante.html", contexto)


@require_safe
@publica(segundos=1)
def comprovante_modelo(request: HttpRequest, paredao_id: int, participante_id: int, modalidade: int) -> HttpResponse:
    """O comprovante com marcas no lugar de código e hora; a faixa as preenche (`votacao.urna.faixa`).

    Só para ela: quem pedisse o endereço veria as parciais sem ter votado.
    """
    if not request.META.get("asgi.scope", {}).get("interno"):
        raise Http404
    paredao = _publico(paredao_id)
    if all(opcao.participante_id != participante_id for opcao in paredao.opcoes.all()):
        raise Http404
    contexto = _contexto_do_comprovante(paredao, participante_id, modalidade) | {
        "codigo": "@@CODIGO@@",
        "legivel": "@@LEGIVEL@@",
        "hora": "@@HORA@@",
    }
    return render(request, "votacao/comprovante.html", contexto)


def _contexto_do_comprovante(paredao: Paredao, participante_id: int, modalidade: int) -> dict[str, object]:
    agora = timezone.now()
    situacao = paredao.situacao(agora)
    mostra = paredao.parciais != Paredao.Parciais.OCULTAS or situacao == Paredao.Situacao.PUBLICADO
    return {
        "paredao": paredao,
        "situacao": situacao,
        "agora": agora,
        "participante": Participante.objects.get(pk=participante_id),
        "unico": modalidade == Modalidade.UNICO,
        "apuracao": apuracao.apurar(paredao) if mostra else None,
    }


def _recusar(recusa: Recusa, paredao_id: int, *, em_json: bool) -> HttpResponse:
    """A página da recusa manda de volta ao paredão, se ele existe."""
    existe = False
    if not em_json:
        with suppress(Recusa):
            existe = catalogo.ler(paredao_id) is not None
    return respostas.em_http(respostas.recusa(type(recusa), em_json=em_json, paredao_id=paredao_id if existe else None))


def _tamanho(request: HttpRequest) -> int:
    declarado = request.META.get("CONTENT_LENGTH") or "0"
    return int(declarado) if declarado.isascii() and declarado.isdigit() else 0
