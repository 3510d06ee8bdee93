"""O que o candidato faz com a própria inscrição: começar, salvar cada seção, enviar, desistir, retomar.

Corridas: dois envios com o mesmo CPF (um vence, o outro lê `CpfRepetido`); dois cliques em “começar” (a restrição
de uma inscrição por conta deixa uma só); salvar enquanto outra aba envia (a linha é trancada e relida antes de mudar,
e o que chega depois do envio é recusado, sem mudar nada).
"""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any, NamedTuple

from django.contrib.auth import get_user_model
from django.contrib.auth.models import AbstractBaseUser
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils import timezone

from inscricoes.models import Candidato, Edicao, Movimento, Pergunta, Resposta, Termo
from inscricoes.services.selecao import cpf_repetido, mover
from inscricoes.situacoes import Situacao
from inscricoes.validators import FOTOS_MAXIMAS, FOTOS_MINIMAS, conferir_idade

OBRIGATORIOS = {
    "dados": ("nome", "nome_curto", "cpf", "nascimento", "genero", "profissao", "cidade", "uf"),
    "contato": ("email", "telefone"),
}
"""Campos sem os quais uma inscrição não se envia, por seção do formulário."""


class InscricaoFechada(Exception):
    """A edição não recebe inscrições neste instante, pelo relógio do servidor."""

    def __init__(self, edicao: Edicao) -> None:
        super().__init__(f"As inscrições do {edicao} não estão abertas.")


class NaoEditavel(Exception):
    """A inscrição já foi enviada, ou o prazo acabou: nada mudou."""

    def __init__(self, candidato: Candidato, frase: str = "") -> None:
        if not frase and candidato.situacao != Situacao.RASCUNHO:
            frase = f"A inscrição está como “{candidato.get_situacao_display()}” e não muda mais."
        super().__init__(
            frase or "O prazo de inscrição acabou: o que você já tinha salvo continua guardado, mas não muda mais."
        )


class Pendencia(NamedTuple):
    """Algo que falta para enviar."""

    secao: str
    """`dados`, `contato`, `questionario-<id da seção>`, `fotos`, `video` ou `revisao`: onde se resolve."""
    frase: str


class InscricaoIncompleta(Exception):
    def __init__(self, pendencias: list[Pendencia]) -> None:
        self.pendencias = pendencias
        super().__init__("Ainda falta: " + "; ".join(pendencia.frase for pendencia in pendencias) + ".")


class CpfRepetido(Exception):
    def __init__(self) -> None:
        super().__init__("Já há uma inscrição enviada com este CPF nesta edição.")


class ContaEliminada(Exception):
    """A pessoa apagou os seus dados noutra aba, e a conta com eles."""

    def __init__(self) -> None:
        super().__init__("Esta conta acaba de ser apagada. Entre de novo para começar outra inscrição.")


class EmailRepetido(Exception):
    def __init__(self) -> None:
        super().__init__("Já há uma inscrição com este e-mail nesta edição, feita por outra conta.")


@transaction.atomic
def comecar(*, conta: AbstractBaseUser, email: str, edicao: Edicao, agora: datetime) -> Candidato:
    """O rascunho desta conta nesta edição; começa um se não há. Idempotente.

    Levanta `InscricaoFechada`, `EmailRepetido` ou `ContaEliminada`.
    """
    # Trancada: quem apaga a conta noutra aba espera por esta inscrição, e a vê; ou já a apagou.
    if not get_user_model()._default_manager.select_for_update().filter(pk=conta.pk).exists():
        raise ContaEliminada
    ja_existe = Candidato.objects.filter(conta_id=conta.pk, edicao=edicao).first()
    if ja_existe is not None:
        return ja_existe
    if not edicao.recebe_inscricoes(agora):
        raise InscricaoFechada(edicao)
    try:
        with transaction.atomic():
            candidato = Candidato.objects.create(
                conta_id=conta.pk, edicao=edicao, email=email, situacao=Situacao.RASCUNHO
            )
    except IntegrityError:
        # O segundo clique, ou uma inscrição sem conta (posta pela produção) com este e-mail, já confirmado pela conta.
        return _adotar(conta, email, edicao)
    Movimento.objects.create(candidato=candidato, para=Situacao.RASCUNHO, em=agora)
    return candidato


def _adotar(conta: AbstractBaseUser, email: str, edicao: Edicao) -> Candidato:
    Candidato.objects.filter(edicao=edicao, email__iexact=email, conta__isnull=True).update(conta_id=conta.pk)
    candidato = Candidato.objects.filter(edicao=edicao, conta_id=conta.pk).first()
    if candidato is None:
        raise EmailRepetido
    return candidato


def _trancar(candidato: Candidato) -> None:
    """Relê e tranca até o fim da transação. Levanta `NaoEditavel` se a pessoa a eliminou enquanto isso."""
    try:
        candidato.refresh_from_db(from_queryset=Candidato.objects.select_for_update().select_related(None))
    except Candidato.DoesNotExist:
        raise NaoEditavel(candidato, "Esta inscrição acaba de ser eliminada: nada foi salvo.") from None


def trancar_editavel(candidato: Candidato, agora: datetime) -> None:
    """Relê e tranca até o fim da transação. Levanta `NaoEditavel`."""
    _trancar(candidato)
    if not candidato.editavel(agora):
        raise NaoEditavel(candidato)


@transaction.atomic
def salvar(candidato: Candidato, *, campos: Mapping[str, Any], agora: datetime) -> None:
    """Guarda só estes campos do rascunho. Levanta `NaoEditavel` sem mudar nada."""
    trancar_editavel(candidato, agora)
    for nome, valor in campos.items():
        setattr(candidato, nome, valor)
    if campos:
        candidato.save(update_fields=list(campos))


@transaction.atomic
def responder(candidato: Candidato, *, respostas: Mapping[int, str], agora: datetime) -> None:
    """Guarda as respostas (pergunta -> texto; vazio apaga). Levanta `NaoEditavel` sem mudar nada."""
    trancar_editavel(candidato, agora)
    vazias = [pergunta for pergunta, texto in respostas.items() if not texto]
    Resposta.objects.filter(candidato=candidato, pergunta_id__in=vazias).delete()
    Resposta.objects.bulk_create(
        [Resposta(candidato=candidato, pergunta_id=p, texto=texto) for p, texto in respostas.items() if texto],
        update_conflicts=True,
        unique_fields=["candidato", "pergunta"],
        update_fields=["texto"],
    )


def pendencias(candidato: Candidato) -> list[Pendencia]:
    """O que falta para enviar, na ordem das seções; vazia, está pronta. O consentimento se pede ao enviar."""
    faltam = [
        Pendencia(secao, f"preencher {Candidato._meta.get_field(nome).verbose_name}")  # type: ignore[union-attr]
        for secao, nomes in OBRIGATORIOS.items()
        for nome in nomes
        if not getattr(candidato, nome)
    ]
    if candidato.nascimento is not None:
        try:
            conferir_idade(candidato.nascimento, candidato.edicao.ano_da_inscricao)
        except ValidationError as erro:
            faltam.append(Pendencia("dados", erro.messages[0].rstrip(".")))
    faltam += _perguntas_sem_resposta(candidato)
    fotos = candidato.fotos.count()
    if fotos < FOTOS_MINIMAS:
        faltam.append(Pendencia("fotos", f"mandar de {FOTOS_MINIMAS} a {FOTOS_MAXIMAS} fotos ({fotos} até agora)"))
    if not hasattr(candidato, "video"):
        faltam.append(Pendencia("video", "mandar o vídeo de apresentação"))
    return faltam


def _perguntas_sem_resposta(candidato: Candidato) -> Iterable[Pendencia]:
    respondidas = Resposta.objects.filter(candidato=candidato).values("pergunta")
    perguntas = Pergunta.objects.no_ar().filter(secao__edicao=candidato.edicao, obrigatoria=True)
    por_secao: dict[int, tuple[str, int]] = {}
    for pergunta in perguntas.exclude(pk__in=respondidas).select_related("secao"):
        titulo, quantas = por_secao.get(pergunta.secao_id, (pergunta.secao.titulo, 0))
        por_secao[pergunta.secao_id] = titulo, quantas + 1
    return [
        Pendencia(
            f"questionario-{secao}",
            f"responder {quantas} {'pergunta' if quantas == 1 else 'perguntas'} de “{titulo}”",
        )
        for secao, (titulo, quantas) in por_secao.items()
    ]


@transaction.atomic
def enviar(candidato: Candidato, *, termo: Termo, agora: datetime) -> None:
    """Envia a inscrição, com o consentimento a este termo. O segundo clique não faz nada.

    Levanta `NaoEditavel`, `InscricaoIncompleta` ou `CpfRepetido`, sem mudar nada.
    """
    _trancar(candidato)
    if candidato.situacao == Situacao.ENVIADA:
        return
    if not candidato.editavel(agora):
        raise NaoEditavel(candidato)
    faltam = pendencias(candidato)
    if faltam:
        raise InscricaoIncompleta(faltam)
    try:
        mover(candidato, Situacao.ENVIADA, agora=agora, termo=termo, consentiu_em=agora, enviado_em=agora)
    except IntegrityError as erro:
        if not cpf_repetido(erro):
            raise
        raise CpfRepetido from None


def desistir(candidato: Candidato, *, agora: datetime | None = None) -> None:
    """O candidato retira a inscrição enviada. Levanta `MovimentoProibido`; o segundo clique também."""
    mover(candidato, Situacao.DESISTENTE, agora=agora)


def retomar(candidato: Candidato, *, agora: datetime | None = None) -> None:
    """Quem desistiu volta ao rascunho, com tudo o que tinha. Levanta `InscricaoFechada` ou `MovimentoProibido`."""
    agora = agora or timezone.now()
    if not candidato.edicao.recebe_inscricoes(agora):
        raise InscricaoFechada(candidato.edicao)
    mover(candidato, Situacao.RASCUNHO, agora=agora, termo=None, consentiu_em=None, enviado_em=None)
