"""A inscrição: começar, ler, preencher, enviar, desistir, retomar, apagar. Serviços e formulários: os das páginas."""

from datetime import datetime
from typing import Any, Literal

from django.contrib.admin.models import ADDITION, DELETION
from django.db import transaction
from django.db.models import Q
from django.forms import modelform_factory
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from ninja import Field, Query, Router, Status

from api.declarar import escrita, privada
from api.formularios import em_consulta, erros_do_formulario, exigir_valido
from api.historico import anotar
from api.listas import Chave, Lista, Recorte, em_lista, recortar
from api.problema import Recusado
from api.quem import Escopo, Quem, exige, quem
from inscricoes import services
from inscricoes.api import esquemas
from inscricoes.api.acesso import DoEndereco, achar, com_recusas, minha
from inscricoes.forms import ConsentimentoForm, ContatoForm, DadosForm, QuestionarioForm
from inscricoes.forms.producao import CORRIGIVEIS, CandidatoForm
from inscricoes.forms.questionario import nome_do_campo
from inscricoes.forms.secao import Secao as FormularioDeSecao
from inscricoes.forms.titular import ApagarForm
from inscricoes.models import Candidato, Edicao, Eliminacao, Pergunta, Regiao, Resposta
from inscricoes.services.eliminacao import ELIMINADA
from inscricoes.situacoes import Situacao

rotas = Router(tags=["inscricoes"])
VER = ("inscricoes.view_candidato", Escopo.INSCRICOES_LER)
MUDAR = ("inscricoes.change_candidato", Escopo.INSCRICOES_ESCREVER)
APAGAR = ("inscricoes.delete_candidato", Escopo.INSCRICOES_ESCREVER)
CRIAR = ("inscricoes.add_candidato", Escopo.INSCRICOES_ESCREVER)
BUSCA = ("nome", "nome_social", "nome_curto", "email", "cidade", "profissao")


class FiltroDeInscricoes(Recorte):
    minhas: bool = Field(False, description="Só as de quem pede, também para a produção.", examples=[False])
    edicao: Chave | None = Field(None, description="Só as desta edição.")
    situacao: esquemas.Situacao | None = Field(None, description="Só as que estão assim.")
    uf: str | None = Field(None, pattern="^[A-Z]{2}$", description="Só as deste estado.", examples=["PA"])
    regiao: Literal["N", "NE", "CO", "SE", "S"] | None = Field(None, description="Só as desta região.")
    nota_minima: float | None = Field(None, ge=0, le=10, description="Média dos pareceres, a partir de. Só a produção.")
    busca: str | None = Field(
        None,
        min_length=2,
        max_length=60,
        pattern="^[^\\x00-\\x1f]*$",
        description="Palavra do nome, e-mail, cidade ou profissão, ou o protocolo. Não procura por CPF.",
    )
    ordem: Literal["-enviada_em", "enviada_em", "-nota", "nome"] = Field("-enviada_em", description="O traço inverte.")


_ORDENS = {
    "-enviada_em": ("-enviado_em", "-pk"),
    "enviada_em": ("enviado_em", "pk"),
    "-nota": ("-nota_media", "-pk"),
    "nome": ("nome_curto", "pk"),
}


@rotas.get(
    "/candidatos",
    response=privada(Lista[esquemas.InscricaoResumida]),
    summary="As inscrições",
    description="As da própria pessoa; a quem produz com `inscricoes.view_candidato` (e, num token, o escopo "
    "`inscricoes:ler`), todas as enviadas, e os rascunhos com `situacao=rascunho`.",
    operation_id="listar_candidatos",
    openapi_extra=exige(*VER),
)
def listar(request: HttpRequest, filtro: Query[FiltroDeInscricoes]) -> dict[str, Any]:
    pessoa = quem(request)
    todas = pessoa.conta.is_staff and not filtro.minhas
    if todas:
        pessoa.exigir(*VER)
        consulta = Candidato.objects.all() if filtro.situacao == "rascunho" else Candidato.objects.enviadas()
    else:
        pessoa.exigir_sessao()
        consulta = Candidato.objects.de(pessoa.conta)
    consulta = consulta.filter(_filtro(filtro, com_nota=todas)).select_related("edicao")
    ordem = filtro.ordem if todas or filtro.ordem != "-nota" else "-enviada_em"
    total, achados = recortar(consulta.order_by(*_ORDENS[ordem]), filtro)
    return em_lista(total, filtro, [esquemas.resumida(candidato, com_nota=todas) for candidato in achados])


def _filtro(filtro: FiltroDeInscricoes, *, com_nota: bool) -> Q:
    onde = Q()
    if filtro.edicao is not None:
        onde &= Q(edicao=filtro.edicao)
    if filtro.situacao is not None:
        onde &= Q(situacao=filtro.situacao)
    if filtro.uf is not None:
        onde &= Q(uf=filtro.uf)
    if filtro.regiao is not None:
        onde &= Q(uf__in=Regiao(filtro.regiao).ufs)
    if com_nota and filtro.nota_minima is not None:
        onde &= Q(nota_media__gte=filtro.nota_minima)
    if filtro.busca is not None:
        achou = Q(protocolo=filtro.busca.strip().upper())
        for campo in BUSCA:
            achou |= Q(**{f"{campo}__icontains": filtro.busca.strip()})
        onde &= achou
    return onde


@rotas.post(
    "/candidatos",
    response=escrita(esquemas.Inscricao, 409, status=201),
    summary="Começar uma inscrição",
    description="O rascunho de quem pede; se já há um, é ele (repetir não cria outro). A quem produz com "
    "`inscricoes.add_candidato` (e, num token, o escopo `inscricoes:escrever`), com `email`, uma inscrição feita por "
    "outra porta, já enviada.",
    operation_id="comecar_inscricao",
    openapi_extra=exige(*CRIAR),
)
@com_recusas
def comecar(request: HttpRequest, response: HttpResponse, dados: esquemas.InscricaoComecada) -> Status[Any]:
    pessoa, agora = quem(request), timezone.now()
    edicao = _edicao(dados.edicao, agora)
    if dados.email is not None or not pessoa.pela_sessao:
        pessoa.exigir(*CRIAR)
        candidato = _criar_pela_producao(pessoa, edicao, dados, agora)
    else:
        sobra = sorted(dados.dict(exclude_unset=True, exclude={"edicao"}))
        if sobra:
            raise Recusado("validacao", erros=[_so_depois(campo) for campo in sobra])
        if not pessoa.conta.email:
            raise Recusado("conflito", "Esta conta não tem e-mail: acrescente um no site antes de se inscrever.")
        candidato = services.comecar(conta=pessoa.conta, email=pessoa.conta.email, edicao=edicao, agora=agora)
    response["Location"] = f"/api/v1/candidatos/{candidato.protocolo}"
    return Status(201, _mostrar(candidato, da_propria=pessoa.pela_sessao and candidato.conta_id == pessoa.conta.pk))


def _so_depois(campo: str) -> dict[str, str]:
    frase = "Comece a inscrição primeiro; depois mude este campo (PATCH)."
    return {"campo": f"corpo.{campo}", "mensagem": frase, "tipo": "extra_forbidden"}


def _edicao(chave: int | None, agora: datetime) -> Edicao:
    if chave is None:
        edicao = Edicao.objects.recebendo(agora).first()
        if edicao is None:
            raise Recusado("conflito", "As inscrições não estão abertas agora.")
        return edicao
    edicao = Edicao.objects.filter(pk=chave).first()
    if edicao is None:
        frase = "Esta edição não existe."
        raise Recusado("validacao", erros=[{"campo": "corpo.edicao", "mensagem": frase, "tipo": "invalid_choice"}])
    return edicao


@transaction.atomic
def _criar_pela_producao(pessoa: Quem, edicao: Edicao, dados: esquemas.InscricaoComecada, agora: datetime) -> Candidato:
    campos = [*CORRIGIVEIS, "apresentacao", "edicao"]
    tipo = modelform_factory(Candidato, form=CandidatoForm, fields=campos)
    form = tipo(em_consulta({**dados.dict(exclude={"edicao"}), "edicao": edicao.pk}))
    exigir_valido(form)
    form.instance.enviado_em = agora
    candidato: Candidato = form.save()
    anotar(pessoa, candidato, "Pôs a inscrição.", acao=ADDITION)
    return candidato


@rotas.get(
    "/candidatos/{protocolo}",
    response=privada(esquemas.Inscricao, 404),
    summary="Uma inscrição",
    description="Inteira, com o que falta para enviar. Para a produção o CPF vem escondido.",
    operation_id="ver_candidato",
    openapi_extra=exige(*VER),
)
def ver(request: HttpRequest, response: HttpResponse, protocolo: DoEndereco) -> dict[str, Any]:
    response["Cache-Control"] = "no-store"
    achada = achar(request, protocolo, *VER)
    return _mostrar(achada.candidato, da_propria=achada.da_propria)


@rotas.patch(
    "/candidatos/{protocolo}",
    response=escrita(esquemas.Inscricao, 404, 409),
    summary="Mudar uma inscrição",
    description="A própria pessoa, enquanto é rascunho: o que está certo se guarda mesmo que outro campo esteja errado "
    "(422 diz qual). A produção corrige os campos que o admin corrige, tudo ou nada.",
    operation_id="mudar_candidato",
    openapi_extra=exige(*MUDAR),
)
@com_recusas
def mudar(request: HttpRequest, protocolo: DoEndereco, dados: esquemas.InscricaoMudada) -> dict[str, Any]:
    achada, agora = achar(request, protocolo, *MUDAR), timezone.now()
    candidato, pedidos = achada.candidato, dados.dict(exclude_unset=True)
    if achada.da_propria:
        _mudar_a_minha(candidato, pedidos, agora)
    else:
        _corrigir(achada.pessoa, candidato, pedidos)
    return _mostrar(_de_novo(candidato), da_propria=achada.da_propria)


def _mudar_a_minha(candidato: Candidato, pedidos: dict[str, Any], agora: datetime) -> None:
    consulta = em_consulta(pedidos)
    secoes: list[FormularioDeSecao] = [
        DadosForm(consulta, instance=candidato, hoje=timezone.localdate(agora)),
        ContatoForm(consulta, instance=_de_novo(candidato)),
    ]
    sobra = sorted(pedidos.keys() - {nome for form in secoes for nome in form.fields})
    erros = [
        {"campo": f"corpo.{c}", "mensagem": "Este campo não se muda por aqui.", "tipo": "extra_forbidden"}
        for c in sobra
    ]
    for form in secoes:
        services.salvar(candidato, campos=form.validos(), agora=agora)
        erros += erros_do_formulario(form)
    if erros:
        raise Recusado(
            "validacao", "O que estava certo foi guardado; falta corrigir o que está em “erros”.", erros=erros
        )


@transaction.atomic
def _corrigir(pessoa: Quem, candidato: Candidato, pedidos: dict[str, Any]) -> None:
    sobra = sorted(pedidos.keys() - set(CORRIGIVEIS))
    if sobra:
        frase = "A produção não muda este campo: é da própria pessoa."
        raise Recusado(
            "validacao", erros=[{"campo": f"corpo.{c}", "mensagem": frase, "tipo": "extra_forbidden"} for c in sobra]
        )
    tipo = modelform_factory(Candidato, form=CandidatoForm, fields=list(pedidos))
    form = tipo(em_consulta(pedidos), instance=candidato)
    exigir_valido(form)
    if form.changed_data:
        # Só o que mudou: quem corrige um telefone não pode desfazer uma seleção feita enquanto isso.
        form.instance.save(update_fields=form.changed_data)
        anotar(pessoa, candidato, f"Corrigiu {', '.join(form.changed_data)}.")


@rotas.delete(
    "/candidatos/{protocolo}",
    response=escrita(None, 404, 409, status=204),
    summary="Apagar uma inscrição",
    description="Elimina os dados, as fotos, o vídeo e, se ninguém mais precisa dela, a conta. Não há volta: mande "
    "`confirmo=true`. A produção precisa de `inscricoes.delete_candidato` e, num token, do escopo "
    "`inscricoes:escrever`.",
    operation_id="apagar_candidato",
    openapi_extra=exige(*APAGAR),
)
@com_recusas
def apagar(
    request: HttpRequest,
    protocolo: DoEndereco,
    confirmo: bool = Query(False, description="Se é mesmo para apagar tudo.", examples=[True]),
) -> Status[None]:
    achada = achar(request, protocolo, *APAGAR)
    form = ApagarForm({"entendi": "on"} if confirmo else {})
    if not form.is_valid():
        frase = str(form.errors["entendi"][0])
        raise Recusado("validacao", erros=[{"campo": "consulta.confirmo", "mensagem": frase, "tipo": "required"}])
    origem = Eliminacao.Origem.PEDIDO if achada.da_propria else Eliminacao.Origem.PRODUCAO
    with transaction.atomic():
        if not achada.da_propria:
            frase = "Eliminou os dados a pedido da pessoa."
            chave = achada.candidato.pk
            services.eliminar(achada.candidato, origem=origem, agora=timezone.now())
            anotar(achada.pessoa, Candidato(pk=chave), frase, acao=DELETION, nome=ELIMINADA)
        else:
            services.eliminar(achada.candidato, origem=origem, agora=timezone.now())
    return Status(204, None)


@rotas.put(
    "/candidatos/{protocolo}/respostas",
    response=escrita(esquemas.Inscricao, 404, 409),
    summary="Responder ao questionário",
    description="As perguntas que vierem; as outras ficam como estão. O que está certo se guarda mesmo que outra "
    "esteja errada (422 diz qual). Só a própria pessoa.",
    operation_id="responder_questionario",
)
@com_recusas
def responder(request: HttpRequest, protocolo: DoEndereco, dados: esquemas.Respostas) -> dict[str, Any]:
    candidato, agora = minha(request, protocolo), timezone.now()
    perguntas = list(Pergunta.objects.no_ar().filter(secao__edicao=candidato.edicao_id))
    guardadas = dict(
        Resposta.objects.filter(candidato=candidato, pergunta__in=perguntas).values_list("pergunta", "texto")
    )
    campos = {str(pergunta.pk): nome_do_campo(pergunta) for pergunta in perguntas}
    consulta = em_consulta({campos[chave]: texto for chave, texto in dados.respostas.items() if chave in campos})
    form = QuestionarioForm(consulta, perguntas=perguntas, respostas=guardadas)
    services.responder(candidato, respostas=form.respostas(), agora=agora)
    erros = [
        {**erro, "campo": erro["campo"].replace("corpo.p", "corpo.respostas.", 1)} for erro in erros_do_formulario(form)
    ]
    erros += [
        {
            "campo": f"corpo.respostas.{chave}",
            "mensagem": "Esta pergunta não está no questionário.",
            "tipo": "extra_forbidden",
        }
        for chave in dados.respostas
        if chave not in campos
    ]
    if erros:
        raise Recusado(
            "validacao", "O que estava certo foi guardado; falta corrigir o que está em “erros”.", erros=erros
        )
    return _mostrar(_de_novo(candidato), da_propria=True)


@rotas.post(
    "/candidatos/{protocolo}/enviar",
    response=escrita(esquemas.Inscricao, 404, 409),
    summary="Enviar a inscrição",
    description="Com a `marca` do termo que se leu. O que falta é 409, com cada pendência em “erros”. Só a própria "
    "pessoa.",
    operation_id="enviar_inscricao",
    openapi_extra={"x-codigos": {409: ("incompleta", "conflito")}},
)
@com_recusas
def enviar(request: HttpRequest, protocolo: DoEndereco, dados: esquemas.Envio) -> dict[str, Any]:
    candidato, agora = minha(request, protocolo), timezone.now()
    termo = candidato.edicao.termo_vigente(agora)
    form = ConsentimentoForm(em_consulta({"termo": dados.termo, "aceito": "on" if dados.aceito else ""}), vigente=termo)
    exigir_valido(form)
    if termo is None:
        raise Recusado("conflito", "Esta edição ainda não tem termo: não há com que concordar.")
    services.enviar(candidato, termo=termo, agora=agora)
    return _mostrar(_de_novo(candidato), da_propria=True)


@rotas.post(
    "/candidatos/{protocolo}/desistir",
    response=escrita(esquemas.Inscricao, 404, 409),
    summary="Desistir",
    description="De uma inscrição enviada. Só a própria pessoa.",
    operation_id="desistir_da_inscricao",
)
@com_recusas
def desistir(request: HttpRequest, protocolo: DoEndereco) -> dict[str, Any]:
    candidato = minha(request, protocolo)
    if candidato.situacao != Situacao.DESISTENTE:
        try:
            services.desistir(candidato, agora=timezone.now())
        except services.MovimentoProibido:
            frase = f"Uma inscrição que está como “{candidato.get_situacao_display()}” não tem de que desistir."
            raise Recusado("conflito", frase) from None
    return _mostrar(_de_novo(candidato), da_propria=True)


@rotas.post(
    "/candidatos/{protocolo}/retomar",
    response=escrita(esquemas.Inscricao, 404, 409),
    summary="Retomar",
    description="Quem desistiu volta ao rascunho, enquanto as inscrições estão abertas. Só a própria pessoa.",
    operation_id="retomar_inscricao",
)
@com_recusas
def retomar(request: HttpRequest, protocolo: DoEndereco) -> dict[str, Any]:
    candidato = minha(request, protocolo)
    if candidato.situacao != Situacao.RASCUNHO:
        services.retomar(candidato, agora=timezone.now())
    return _mostrar(_de_novo(candidato), da_propria=True)


def _de_novo(candidato: Candidato) -> Candidato:
    return Candidato.objects.select_related("edicao", "termo").get(pk=candidato.pk)


def _mostrar(candidato: Candidato, *, da_propria: bool) -> dict[str, Any]:
    faltam = services.pendencias(candidato) if candidato.situacao == Situacao.RASCUNHO else []
    return esquemas.inteira(candidato, da_propria=da_propria, faltam=faltam)
