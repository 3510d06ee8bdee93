"""O que a produção faz com paredões, por permissão: os mesmos serviços, formulários e frases do admin."""

from collections.abc import Callable
from datetime import datetime
from typing import Annotated, Any, Literal

from django.contrib.admin.models import ADDITION, DELETION
from django.db import IntegrityError
from django.forms import modelform_factory
from django.forms.models import model_to_dict
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from ninja import Field, Path, Query, Router, Status

from api.declarar import escrita, privada
from api.formularios import em_consulta, exigir_valido
from api.historico import anotar
from api.listas import Chave, Lista, Recorte, em_lista, recortar
from api.problema import Recusado
from api.quem import Escopo, exige, exigir
from inscricoes.models import Edicao
from votacao import apuracao, services
from votacao.api import esquemas
from votacao.forms import ANTES_DE_ABRIR, SEMPRE_EDITAVEIS, ParedaoForm, QuarentenaForm, somente_leitura, versao
from votacao.models import Opcao, Paredao, Participante

da_producao = Router(tags=["producao"])
ParedaoId = Annotated[Chave, Path(description="O `id` do paredão.")]
CAMPOS = (*ANTES_DE_ABRIR, "fecha_em", *SEMPRE_EDITAVEIS)


class FiltroDaProducao(Recorte):
    situacao: esquemas.Situacao | None = Field(None, description="Só os que estão assim agora.")
    edicao: Chave | None = Field(None, description="Só os desta edição.")
    ordem: Literal["-abre_em", "abre_em", "titulo"] = Field(
        "-abre_em", description="O traço inverte; rascunhos vêm antes."
    )


@da_producao.get(
    "/paredoes",
    response=privada(Lista[esquemas.ParedaoDaProducao]),
    summary="Todos os paredões",
    description="Também os rascunhos. Precisa de `votacao.view_paredao` e, num token, do escopo `paredoes:ler`.",
    operation_id="listar_paredoes_da_producao",
    openapi_extra=exige("votacao.view_paredao", Escopo.PAREDOES_LER),
)
def listar(request: HttpRequest, filtro: Query[FiltroDaProducao]) -> dict[str, Any]:
    exigir(request, "votacao.view_paredao", Escopo.PAREDOES_LER)
    agora = timezone.now()
    consulta = Paredao.objects.select_related("edicao").com_participantes()
    if filtro.edicao is not None:
        consulta = consulta.filter(edicao=filtro.edicao)
    match filtro.situacao:
        case "rascunho":
            consulta = consulta.filter(abre_em__isnull=True)
        case "agendado":
            consulta = consulta.agendados(agora)
        case "aberto":
            consulta = consulta.abertos(agora)
        case "encerrado":
            consulta = consulta.encerrados(agora).filter(publicado_em__isnull=True)
        case "publicado":
            consulta = consulta.publicados()
    ordem: Any = (filtro.ordem, "-pk") if filtro.ordem != "-abre_em" else Paredao._meta.ordering
    total, achados = recortar(consulta.order_by(*ordem), filtro)
    return em_lista(total, filtro, [_mostrar(paredao, agora) for paredao in achados])


@da_producao.post(
    "/paredoes",
    response=escrita(esquemas.ParedaoDaProducao, 409, status=201),
    summary="Criar um paredão",
    description="Sem `abre_em`, nasce rascunho; com, abre sozinho nessa hora. Precisa de `votacao.add_paredao` e, num "
    "token, do escopo `paredoes:escrever`.",
    operation_id="criar_paredao",
    openapi_extra=exige("votacao.add_paredao", Escopo.PAREDOES_ESCREVER),
)
def criar(request: HttpRequest, response: HttpResponse, dados: esquemas.ParedaoNovo) -> Status[Any]:
    pessoa = exigir(request, "votacao.add_paredao", Escopo.PAREDOES_ESCREVER)
    agora = timezone.now()
    paredao = Paredao()
    valores = dados.dict(exclude={"participantes"})
    with _frases_do_banco(), services.vez_do_produtor():
        form = _formulario(paredao, valores, CAMPOS, agora)
        exigir_valido(form)
        escolhidos = _escolhidos(dados.participantes, form.instance, agora)
        paredao = form.save()
        _por_no_paredao(paredao, escolhidos)
        anotar(pessoa, paredao, "Criou o paredão.", acao=ADDITION)
    response["Location"] = f"/api/v1/producao/paredoes/{paredao.pk}"
    return Status(201, _mostrar(_achar(paredao.pk), agora))


@da_producao.get(
    "/paredoes/{paredao_id}",
    response=privada(esquemas.ParedaoDaProducao, 404),
    summary="Um paredão, como a produção o vê",
    description="Com a `versao`, que se manda ao editar. Precisa de `votacao.view_paredao` e, num token, do escopo "
    "`paredoes:ler`.",
    operation_id="ver_paredao_da_producao",
    openapi_extra=exige("votacao.view_paredao", Escopo.PAREDOES_LER),
)
def ver(request: HttpRequest, paredao_id: ParedaoId) -> dict[str, Any]:
    exigir(request, "votacao.view_paredao", Escopo.PAREDOES_LER)
    return _mostrar(_achar(paredao_id), timezone.now())


@da_producao.patch(
    "/paredoes/{paredao_id}",
    response=escrita(esquemas.ParedaoDaProducao, 404, 409),
    summary="Mudar um paredão",
    description="Só o que vem muda. O que já não pode mudar na situação de agora é 409, e nada muda. Precisa de "
    "`votacao.change_paredao` e, num token, do escopo `paredoes:escrever`.",
    operation_id="mudar_paredao",
    openapi_extra=exige("votacao.change_paredao", Escopo.PAREDOES_ESCREVER)
    | {"x-codigos": {409: ("conflito", "mudou")}},
)
def mudar(request: HttpRequest, paredao_id: ParedaoId, dados: esquemas.ParedaoMudado) -> dict[str, Any]:
    pessoa = exigir(request, "votacao.change_paredao", Escopo.PAREDOES_ESCREVER)
    agora = timezone.now()
    pedidos = dados.dict(exclude_unset=True, exclude={"versao", "participantes"})
    with _frases_do_banco(), services.vez_do_produtor():
        paredao = _achar(paredao_id, trancado=True)
        if dados.versao is not None and dados.versao != versao(paredao, agora):
            raise Recusado(
                "mudou", f"Este paredão mudou e agora está {services.como_esta(paredao, agora)}. Leia-o de novo."
            )
        fixos = somente_leitura(paredao.situacao(agora))
        _recusar_fixos(paredao, [nome for nome in pedidos if nome in fixos], agora)
        if dados.participantes is not None and paredao.situacao(agora) not in services.EDITAVEIS:
            _recusar_fixos(paredao, ["participantes"], agora)
        campos = [campo for campo in CAMPOS if campo not in fixos]
        form = _formulario(paredao, pedidos, campos, agora)
        if form.changed_data:
            exigir_valido(form)
        atuais = [opcao.participante_id for opcao in paredao.opcoes.all()]
        escolhidos = _escolhidos(
            dados.participantes if dados.participantes is not None else atuais, form.instance, agora
        )
        mudados = [nome for nome in form.changed_data if nome in pedidos]
        if mudados:
            form.instance.save(update_fields=mudados)
        if dados.participantes is not None and dados.participantes != atuais:
            _por_no_paredao(paredao, escolhidos)
            mudados.append("participantes")
        if mudados:
            anotar(pessoa, paredao, f"Mudou {', '.join(mudados)}.")
    return _mostrar(_achar(paredao_id), agora)


@da_producao.delete(
    "/paredoes/{paredao_id}",
    response=escrita(None, 404, 409, status=204),
    summary="Apagar um paredão",
    description="Só o que o público ainda não pôde votar; o resto é 409. Precisa de `votacao.delete_paredao` e, num "
    "token, do escopo `paredoes:escrever`.",
    operation_id="apagar_paredao",
    openapi_extra=exige("votacao.delete_paredao", Escopo.PAREDOES_ESCREVER),
)
def apagar(request: HttpRequest, paredao_id: ParedaoId) -> Status[None]:
    pessoa = exigir(request, "votacao.delete_paredao", Escopo.PAREDOES_ESCREVER)
    paredao = _achar(paredao_id)
    with services.vez_do_produtor():
        anotar(pessoa, paredao, "Apagou o paredão.", acao=DELETION)
        services.excluir(paredao)
    return Status(204, None)


# --- Conduzir ---------------------------------------------------------------------------------------------------------


def _conduzir(request: HttpRequest, paredao_id: int, fazer: Callable[[Paredao], None], frase: str) -> dict[str, Any]:
    pessoa = exigir(request, "votacao.conduzir_paredao", Escopo.PAREDOES_CONDUZIR)
    paredao = _achar(paredao_id)
    # Numa transação só: ou a ação e a sua linha no histórico, ou nenhuma das duas.
    with services.vez_do_produtor():
        fazer(paredao)
        anotar(pessoa, paredao, frase)
    return _mostrar(_achar(paredao_id), timezone.now())


_CONDUZ = {
    "response": escrita(esquemas.ParedaoDaProducao, 404, 409),
    "openapi_extra": exige("votacao.conduzir_paredao", Escopo.PAREDOES_CONDUZIR),
}
_PRECISA = "Precisa de `votacao.conduzir_paredao` e, num token, do escopo `paredoes:conduzir`."


@da_producao.post(
    "/paredoes/{paredao_id}/abrir",
    summary="Abrir a votação",
    description=f"Neste instante. O que falta para o público poder votar é 409, com a frase. {_PRECISA}",
    operation_id="abrir_paredao",
    **_CONDUZ,  # type: ignore[arg-type]
)
def abrir(request: HttpRequest, paredao_id: ParedaoId) -> dict[str, Any]:
    return _conduzir(request, paredao_id, services.abrir, "Abriu a votação.")


@da_producao.post(
    "/paredoes/{paredao_id}/encerrar",
    summary="Encerrar a votação",
    description=f"Neste instante: um voto aceito antes conta, um aceito depois não. {_PRECISA}",
    operation_id="encerrar_paredao",
    **_CONDUZ,  # type: ignore[arg-type]
)
def encerrar(request: HttpRequest, paredao_id: ParedaoId) -> dict[str, Any]:
    return _conduzir(request, paredao_id, services.encerrar, "Encerrou a votação.")


@da_producao.post(
    "/paredoes/{paredao_id}/publicar",
    summary="Publicar o resultado",
    description="Alguns segundos depois de encerrar, e com os votos suspeitos decididos; senão, 409. Não se desfaz. "
    + _PRECISA,
    operation_id="publicar_paredao",
    **_CONDUZ,  # type: ignore[arg-type]
)
def publicar(request: HttpRequest, paredao_id: ParedaoId) -> dict[str, Any]:
    return _conduzir(request, paredao_id, services.publicar, "Publicou o resultado.")


@da_producao.post(
    "/paredoes/{paredao_id}/suspeitos",
    response=escrita(esquemas.ParedaoDaProducao, 404, 409),
    summary="Decidir sobre os votos suspeitos",
    description="Uma vez só, depois de encerrar, com uma justificativa que o público lê. Precisa também de "
    f"`votacao.ver_contagem` e do escopo `contagem:ler`. {_PRECISA}",
    operation_id="decidir_suspeitos",
    openapi_extra=exige("votacao.conduzir_paredao", Escopo.PAREDOES_CONDUZIR),
)
def decidir(request: HttpRequest, paredao_id: ParedaoId, dados: esquemas.DecisaoSobreSuspeitos) -> dict[str, Any]:
    pessoa = exigir(request, "votacao.conduzir_paredao", Escopo.PAREDOES_CONDUZIR)
    exigir(request, "votacao.ver_contagem", Escopo.CONTAGEM_LER)
    form = QuarentenaForm(
        em_consulta({"contam": "sim" if dados.contam else "nao", "justificativa": dados.justificativa})
    )
    exigir_valido(form)

    def fazer(paredao: Paredao) -> None:
        services.decidir_suspeitos(paredao, quem=pessoa.conta, **form.cleaned_data)

    jeito = "contam" if dados.contam else "não contam"
    return _conduzir(request, paredao_id, fazer, f"Decidiu que os votos suspeitos {jeito}: {dados.justificativa}")


@da_producao.get(
    "/paredoes/{paredao_id}/estatisticas",
    response=privada(esquemas.Estatisticas, 404),
    summary="A contagem",
    description="Total, por participante e por hora, também antes do resultado, e dos dois jeitos: sem os votos "
    "suspeitos e com eles. Precisa de `votacao.ver_contagem` e, num token, do escopo `contagem:ler`.",
    operation_id="ver_estatisticas",
    openapi_extra=exige("votacao.ver_contagem", Escopo.CONTAGEM_LER),
)
def estatisticas(request: HttpRequest, paredao_id: ParedaoId) -> dict[str, Any]:
    exigir(request, "votacao.ver_contagem", Escopo.CONTAGEM_LER)
    paredao = _achar(paredao_id)
    situacao = paredao.situacao(timezone.now())
    sem, com = apuracao.apurar_dos_dois_jeitos(paredao)
    vale = com if sem.quarentena is not None and sem.quarentena.contam else sem
    return {
        "paredao": paredao.pk,
        "situacao": situacao.value,
        "total": vale.total,
        "conta": esquemas.conta(vale, suspeitos=vale.frase_dos_suspeitos),
        "sem_suspeitos": esquemas.conta(sem, suspeitos=""),
        "com_suspeitos": esquemas.conta(com, suspeitos=""),
        "suspeitos": [{"motivo": motivo.label, "votos": votos} for motivo, votos in vale.suspeitos],
        "falta_decidir": bool(vale.suspeitos) and vale.quarentena is None,
        "por_hora": esquemas.horas(*apuracao.por_hora(paredao, suspeitos=vale.suspeitos_contam)),
    }


class FiltroDeParticipantes(Recorte):
    edicao: Chave | None = Field(None, description="Só os desta edição.")
    ordem: Literal["nome", "-nome"] = Field("nome", description="O traço inverte.")


@da_producao.get(
    "/participantes",
    response=privada(Lista[esquemas.ParticipanteDaCasa]),
    summary="Quem está na casa",
    description="Os `id` com que se monta um paredão. Precisa de `votacao.view_participante` e, num token, do escopo "
    "`paredoes:ler`.",
    operation_id="listar_participantes",
    openapi_extra=exige("votacao.view_participante", Escopo.PAREDOES_LER),
)
def participantes(request: HttpRequest, filtro: Query[FiltroDeParticipantes]) -> dict[str, Any]:
    exigir(request, "votacao.view_participante", Escopo.PAREDOES_LER)
    consulta = Participante.objects.all()
    if filtro.edicao is not None:
        consulta = consulta.filter(edicao=filtro.edicao)
    total, achados = recortar(consulta.order_by(filtro.ordem.replace("nome", "nome_curto"), "pk"), filtro)
    return em_lista(total, filtro, [esquemas.da_casa(participante) for participante in achados])


# --- Por dentro -------------------------------------------------------------------------------------------------------


def _achar(paredao_id: int, *, trancado: bool = False) -> Paredao:
    consulta = Paredao.objects.select_related("edicao").com_participantes()
    if trancado:
        consulta = consulta.select_for_update(of=("self",))
    paredao = consulta.filter(pk=paredao_id).first()
    if paredao is None:
        raise Recusado("paredao_inexistente", "Este paredão não existe.")
    return paredao


def _mostrar(paredao: Paredao, agora: datetime) -> dict[str, Any]:
    return esquemas.paredao_publico(paredao, agora) | {
        "bits": paredao.bits,
        "exige_cpf_verificado": paredao.exige_cpf_verificado,
        "versao": versao(paredao, agora, paredao.opcoes.all()),
    }


def _formulario(paredao: Paredao, valores: dict[str, Any], campos: Any, agora: datetime) -> Any:
    """O do admin, com os campos que se podem mudar agora; o que não veio vai como está."""
    tipo: Any = modelform_factory(Paredao, form=ParedaoForm, fields=list(campos))
    tipo.agora = agora
    if paredao.pk is None and not Edicao.objects.filter(pk=valores["edicao"]).exists():
        raise Recusado(
            "validacao",
            erros=[{"campo": "corpo.edicao", "mensagem": "Esta edição não existe.", "tipo": "invalid_choice"}],
        )
    atuais = {} if paredao.pk is None else model_to_dict(paredao, fields=campos)
    dados = {nome: _escrito(valor) for nome, valor in (atuais | valores).items() if nome in campos}
    if paredao.pk is not None:
        # O que não se pediu para mudar não se confere de novo: um agendado que já abriu não impede mudar o título.
        for nome in [nome for nome in dados if nome not in valores]:
            if nome in ("abre_em", "fecha_em") and atuais[nome] is not None and atuais[nome] <= agora:
                tipo.base_fields.pop(nome, None)
        dados["versao"] = versao(paredao, agora)
    return tipo(em_consulta(dados), instance=paredao)


def _escrito(valor: Any) -> Any:
    """Como um formulário o manda: a caixa desmarcada não vai, e a hora vai sem fuso, na do site."""
    if isinstance(valor, bool):
        return "on" if valor else ""
    if isinstance(valor, datetime):
        return timezone.make_naive(valor).isoformat(sep=" ")
    return valor


def _recusar_fixos(paredao: Paredao, fixos: list[str], agora: datetime) -> None:
    if fixos:
        raise Recusado(
            "conflito", f"“{paredao}” está {services.como_esta(paredao, agora)}: já não mudam {', '.join(fixos)}."
        )


def _escolhidos(chaves: list[int], paredao: Paredao, agora: datetime) -> list[Participante]:
    """Na ordem pedida. Levanta `Recusado` (422) com as frases do admin."""
    por_id = Participante.objects.in_bulk(chaves)
    escolhidos = [por_id[chave] for chave in chaves if chave in por_id]
    faltas = []
    if len(escolhidos) < len(chaves):
        faltas.append("Há um participante que não existe.")
    if len(set(chaves)) < len(chaves):
        faltas.append("Este participante já está neste paredão.")
    if any(participante.edicao_id != paredao.edicao_id for participante in escolhidos):
        faltas.append("Este participante é de outra edição.")
    if not faltas and paredao.abre_em is not None and paredao.abre_em > agora:
        faltas += services.faltas_nos_participantes(paredao.edicao_id, escolhidos)
    if faltas:
        raise Recusado(
            "validacao",
            erros=[{"campo": "corpo.participantes", "mensagem": falta, "tipo": "invalido"} for falta in faltas],
        )
    return escolhidos


def _por_no_paredao(paredao: Paredao, escolhidos: list[Participante]) -> None:
    Opcao.objects.filter(paredao=paredao).exclude(participante__in=escolhidos).delete()
    for ordem, participante in enumerate(escolhidos, start=1):
        Opcao.objects.update_or_create(paredao=paredao, participante=participante, defaults={"ordem": ordem})


class _frases_do_banco:
    """A recusa do banco (restrição ou gatilho) vira um conflito, com a frase do admin."""

    def __enter__(self) -> None:
        pass

    def __exit__(self, tipo: Any, erro: BaseException | None, rastro: Any) -> None:
        if isinstance(erro, IntegrityError):
            raise Recusado("conflito", services.frase_do_banco(erro)) from erro
