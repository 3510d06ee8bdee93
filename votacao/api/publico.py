"""Do paredão ao comprovante, aberto a todos. As regras são as das páginas: `views` e a urna decidem."""

from datetime import datetime
from typing import Annotated, Any, Literal

from django.http import Http404, HttpRequest, HttpResponse
from django.utils import timezone
from ninja import Field, Path, Query, Router, Status

from api import cors
from api.declarar import lida, respostas
from api.listas import Chave, Lista, Recorte, em_lista, recortar
from api.problema import Problema, Recusado
from votacao import apuracao, views
from votacao.api import esquemas
from votacao.api.esquemas import CodigoDoComprovante
from votacao.models import Paredao, Participante, VotoRecusado
from votacao.publica import controle_de_cache
from votacao.recusas import Recusa
from votacao.registro import Contado
from votacao.urna import exame
from votacao.urna.respostas import em_http, recusa_da_api, voto_da_api
from votacao.urna.urna import ComprovanteDesconhecido, ComprovanteRecusado

publicas = Router(auth=None)
EVENTO = {
    "type": "object",
    "required": ["event", "data"],
    "properties": {
        "event": {"type": "string", "enum": ["panorama", "fim"]},
        "data": {"type": "string", "description": "O JSON de `Panorama`; no `fim`, `{}`."},
    },
}
RETOMAR = 3000
"""Milissegundos que um navegador espera antes de se ligar de novo ao `ao-vivo`."""
ParedaoId = Annotated[Chave, Path(description="O `id` do paredão.")]


class FiltroDeParedoes(Recorte):
    situacao: Literal["agendado", "aberto", "encerrado", "publicado"] | None = Field(
        None, description="Só os que estão assim agora.", examples=["aberto"]
    )
    ordem: Literal["-abre_em", "abre_em", "titulo"] = Field("-abre_em", description="O traço inverte.")


@publicas.get(
    "/paredoes",
    response=lida(Lista[esquemas.ParedaoPublico]),
    tags=["votar"],
    summary="Os paredões",
    description="Os que o público vê, dos que abrem por último aos primeiros. Rascunhos não aparecem.",
    operation_id="listar_paredoes",
    url_name="paredoes_da_api",
)
def listar_paredoes(request: HttpRequest, filtro: Query[FiltroDeParedoes]) -> dict[str, Any]:
    agora = timezone.now()
    consulta = Paredao.objects.publicos().select_related("edicao").com_participantes()
    match filtro.situacao:
        case "agendado":
            consulta = consulta.agendados(agora)
        case "aberto":
            consulta = consulta.abertos(agora)
        case "encerrado":
            consulta = consulta.encerrados(agora).filter(publicado_em__isnull=True)
        case "publicado":
            consulta = consulta.publicados()
    total, achados = recortar(consulta.order_by(filtro.ordem, "-pk"), filtro)
    return em_lista(total, filtro, [esquemas.paredao_publico(paredao, agora) for paredao in achados])


@publicas.get(
    "/paredoes/{paredao_id}",
    response=lida(esquemas.ParedaoPublico, 404),
    tags=["votar"],
    summary="Um paredão",
    description="Quem concorre e até quando. É a resposta que um aplicativo mostra antes do voto.",
    operation_id="ver_paredao",
    url_name="paredao_da_api",
)
def ver_paredao(request: HttpRequest, response: HttpResponse, paredao_id: ParedaoId) -> dict[str, Any]:
    response["Cache-Control"] = controle_de_cache(views.CURTO)
    return esquemas.paredao_publico(_publico(paredao_id), timezone.now())


@publicas.get(
    "/paredoes/{paredao_id}/cedula",
    response=respostas({200: esquemas.Cedula}, 403, 404, 410, 422),
    tags=["votar"],
    summary="Uma cédula da torcida",
    description="Assinada, de uso único, válida por 15 minutos. Com o captcha do site ligado, mande a ficha dele em "
    "`X-Captcha`. A do voto único é da página, que pede o CPF.",
    operation_id="pedir_cedula",
    openapi_extra={
        "x-codigos": {403: ("captcha",), 404: ("paredao_inexistente",), 410: ("nao_aberto", "encerrado", "sem_torcida")}
    },
)
def pedir_cedula(request: HttpRequest, paredao_id: ParedaoId) -> HttpResponse:
    try:
        return em_http(views.emitir_cedula(request, paredao_id))
    except Recusa as recusa:
        return em_http(recusa_da_api(type(recusa)))


@publicas.post(
    "/paredoes/{paredao_id}/votos",
    response=respostas({201: esquemas.VotoContado}, 400, 403, 404, 409, 410, 413, 422),
    tags=["votar"],
    summary="Votar",
    description="A mesma urna das páginas: 201 só depois de o voto estar em disco, no livro ou, onde a há, na fila. "
    "Repetir com a mesma escolha devolve o mesmo comprovante; com outra, 409. Depois de 503 mande a mesma cédula de "
    "novo: nada foi contado. A ordem das "
    "recusas é 413, 403 (outro site), 429, 404, 400, 403 (cédula ou prova), 410, 409, 503. O corpo precisa de "
    "`Content-Type: application/json`; outro tipo é 400.",
    operation_id="votar",
    openapi_extra={
        **esquemas.CORPO_DO_VOTO,
        "x-codigos": {
            400: ("malformado", "fora_do_paredao"),
            403: ("outro_site", "cedula_forjada", "cedula_de_outro_paredao", "prova_insuficiente", "cedula_vencida"),
            404: ("paredao_inexistente",),
            409: ("cedula_usada",),
        },
    },
)
def votar(request: HttpRequest, paredao_id: ParedaoId) -> HttpResponse:
    outra = cors.aceita(request.headers.get("Origin", ""))
    try:
        voto = views.receber_voto(request, paredao_id, ler=exame.ler_json, e_do_tipo=exame.e_json, outra_origem=outra)
    except Recusa as recusa:
        return em_http(recusa_da_api(type(recusa)))
    return em_http(voto_da_api(voto.id.hex()))


@publicas.get(
    "/comprovantes/{codigo}",
    response=respostas({200: esquemas.Comprovante, 202: esquemas.ComprovanteACaminho}, 404, 410, 422),
    tags=["votar"],
    summary="O comprovante de um voto",
    description="Diz que o voto está no livro, e em quem. Não diz de quem é, porque o livro não sabe. A contagem vem "
    "onde o público já a pode ver. Num site com a fila de votos, um voto recebido e ainda por contar tem o estado "
    "`recebido`, ou 202 em quem não o recebeu; e um que não pôde ser contado é 410.",
    operation_id="ver_comprovante",
    openapi_extra={"x-codigos": {404: ("comprovante_desconhecido",), 410: ("voto_recusado",)}},
)
def ver_comprovante(
    request: HttpRequest, response: HttpResponse, codigo: Annotated[CodigoDoComprovante, Path()]
) -> dict[str, Any] | Status[dict[str, str]]:
    response["Cache-Control"] = "no-store"
    chave = bytes.fromhex(codigo)
    voto = views.procurar_voto(chave)
    if isinstance(voto, VotoRecusado):
        raise ComprovanteRecusado
    if voto is None:
        if views.pode_estar_a_caminho(chave):
            return Status(202, {"comprovante": codigo})
        raise ComprovanteDesconhecido
    agora, paredao = timezone.now(), _publico(voto.paredao)
    situacao = paredao.situacao(agora)
    publicado = situacao == Paredao.Situacao.PUBLICADO
    mostra = publicado or paredao.parciais != Paredao.Parciais.OCULTAS
    return {
        "estado": "contado" if isinstance(voto, Contado) else "recebido",
        "comprovante": codigo,
        "paredao": paredao.pk,
        "titulo": paredao.titulo,
        "situacao": situacao.value,
        "participante": voto.participante,
        "nome": Participante.objects.values_list("nome_curto", flat=True).get(pk=voto.participante),
        "modalidade": esquemas.MODALIDADES[voto.modalidade],  # type: ignore[index]
        "contado_em": _momento(voto.gravado_em) if isinstance(voto, Contado) else None,
        "conta": esquemas.conta_publica(apuracao.apurar(paredao), publicado=publicado) if mostra else None,
    }


def _momento(segundos: float) -> datetime:
    return datetime.fromtimestamp(segundos, timezone.get_default_timezone())


# --- Resultados -------------------------------------------------------------------------------------------------------


@publicas.get(
    "/paredoes/{paredao_id}/resultado",
    response=lida(esquemas.Resultado, 404),
    tags=["resultados"],
    summary="O resultado",
    description="O publicado, ou as parciais nos paredões que as mostram a todos. Enquanto o público não pode ver, "
    "`conta` vem vazia.",
    operation_id="ver_resultado",
    url_name="resultado_da_api",
)
def ver_resultado(request: HttpRequest, response: HttpResponse, paredao_id: ParedaoId) -> dict[str, Any]:
    response["Cache-Control"] = controle_de_cache(views.CURTO)
    paredao = _publico(paredao_id)
    situacao = paredao.situacao(timezone.now())
    publicado = situacao == Paredao.Situacao.PUBLICADO
    resposta: dict[str, Any] = {
        "paredao": paredao.pk,
        "situacao": situacao.value,
        "publicado_em": paredao.publicado_em,
        "conta": None,
        "por_hora": [],
    }
    if publicado or views.parciais_publicas(paredao, situacao):
        apurado = apuracao.apurar(paredao)
        resposta["conta"] = esquemas.conta_publica(apurado, publicado=publicado)
        resposta["por_hora"] = esquemas.horas(*apuracao.por_hora(paredao, suspeitos=apurado.suspeitos_contam))
    return resposta


@publicas.get(
    "/paredoes/{paredao_id}/panorama",
    response=lida(esquemas.Panorama, 403, 404),
    tags=["resultados"],
    summary="O panorama, de uma vez",
    description="O mesmo que o `ao-vivo` manda, para quem prefere perguntar: a resposta vem do cache do servidor, e "
    "perguntar a cada dois segundos basta.",
    operation_id="ver_panorama",
    url_name="panorama",
    openapi_extra={"x-codigos": {403: ("parciais_ocultas",)}},
)
def ver_panorama(request: HttpRequest, response: HttpResponse, paredao_id: ParedaoId) -> dict[str, Any]:
    response["Cache-Control"] = controle_de_cache(views.CURTO)
    return _panorama(paredao_id)


@publicas.get(
    "/paredoes/{paredao_id}/ao-vivo",
    response={
        200: None,
        204: None,
        403: Problema,
        404: Problema,
        422: Problema,
        429: Problema,
        500: Problema,
        503: Problema,
    },
    tags=["resultados"],
    summary="O panorama, ao vivo",
    description="Server-sent events (`text/event-stream`). A cada mudança, um evento `panorama` com o JSON de "
    "`GET …/panorama`; quando a votação acaba, um evento `fim`, e a conexão se fecha. Quem volta depois do fim com "
    "`Last-Event-ID` recebe 204, e o `EventSource` para de tentar. Sem um servidor que segure conexões (`runserver`), "
    "cada resposta traz um evento só e o navegador volta sozinho.",
    operation_id="acompanhar_ao_vivo",
    url_name="ao_vivo",
    openapi_extra={
        "x-codigos": {403: ("parciais_ocultas",)},
        "responses": {200: {"content": {"text/event-stream": {"schema": EVENTO}}}},
    },
)
def acompanhar_ao_vivo(request: HttpRequest, paredao_id: ParedaoId) -> HttpResponse:
    """Quem segura as conexões é a porta da frente (`bbb/ao_vivo.py`); isto responde onde ela não está."""
    panorama = esquemas.Panorama.model_validate(_panorama(paredao_id)).model_dump_json()
    corpo = f"retry: {RETOMAR}\nevent: panorama\ndata: {panorama}\n\n"
    return HttpResponse(corpo, content_type="text/event-stream", headers={"Cache-Control": "no-store"})


def _panorama(paredao_id: int) -> dict[str, Any]:
    paredao = _publico(paredao_id)
    situacao = paredao.situacao(timezone.now())
    if not (situacao == Paredao.Situacao.PUBLICADO or views.parciais_publicas(paredao, situacao)):
        raise Recusado("parciais_ocultas", "As parciais deste paredão não são públicas agora.")
    apurado = apuracao.apurar(paredao)
    return {
        "paredao": paredao.pk,
        "situacao": situacao.value,
        "total": apurado.total,
        "participantes": [
            {"id": linha.participante.pk, "nome": linha.participante.nome_curto, "porcentagem": linha.media}
            for linha in apurado.linhas
        ],
    }


def _publico(paredao_id: int) -> Paredao:
    try:
        return views.publico(paredao_id)
    except Http404:
        raise Recusado("paredao_inexistente", "Este paredão não existe, ou ainda é um rascunho.") from None
