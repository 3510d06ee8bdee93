"""O que os produtores fazem com um paredão. O admin (e depois a API) chama estas funções; nenhuma grava votos."""

import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from inscricoes.models import Candidato
from votacao import registro
from votacao.models import Paredao, Participante
from votacao.recusas import UrnaIndisponivel

MINIMO_DE_PARTICIPANTES = 2
ESPERA_DO_PRODUTOR = 10.0
"""Segundos que uma ação de produtor espera pela vez de escrever entre as gravações de votos."""
EDITAVEIS = (Paredao.Situacao.RASCUNHO, Paredao.Situacao.AGENDADO)
"""Situações em que o público ainda não votou: tudo pode mudar."""


class AcaoRecusada(Exception):
    """O paredão não está num momento em que a ação seja possível. A mensagem é para o produtor ler."""


@contextmanager
def vez_do_produtor() -> Iterator[None]:
    """Uma transação que espera a sua vez entre as gravações de votos. Levanta `AcaoRecusada` se a vez não vem.

    Sem a vez, no SQLite, encerrar no horário nobre disputaria a espera ocupada com a urna e perderia.
    """
    try:
        with registro.vez_de_escrever(time.monotonic() + ESPERA_DO_PRODUTOR, vigiado=False), transaction.atomic():
            yield
    except UrnaIndisponivel:
        raise AcaoRecusada("O banco está ocupado demais neste momento e nada mudou. Tente de novo.") from None


def faltas_nos_pesos(paredao: Paredao) -> list[str]:
    """O que os pesos têm que impede o público de votar."""
    if paredao.peso_torcida == 0:
        return ["O voto único ainda não pode ser colhido nesta versão: dê peso ao voto da torcida."]
    if paredao.peso_unico:
        return ["O voto único ainda não pode ser colhido nesta versão: deixe o voto da torcida com peso 100."]
    return []


def faltas_nos_participantes(edicao_id: int | None, participantes: Iterable[Participante]) -> list[str]:
    """O que a lista de participantes tem que impede o público de votar."""
    lista = list(participantes)
    faltas = []
    if len(lista) < MINIMO_DE_PARTICIPANTES:
        faltas.append(f"O paredão precisa de pelo menos {MINIMO_DE_PARTICIPANTES} participantes.")
    if any(participante.edicao_id != edicao_id for participante in lista):
        faltas.append("Há um participante de outra edição.")
    return faltas


def impedimentos_para_abrir(paredao: Paredao) -> list[str]:
    """O que falta para o público poder votar; vazia se nada falta."""
    participantes = [opcao.participante for opcao in paredao.opcoes.select_related("participante")]
    return faltas_nos_participantes(paredao.edicao_id, participantes) + faltas_nos_pesos(paredao)


def abrir(paredao: Paredao, agora: datetime | None = None) -> None:
    """Abre a votação neste instante. Levanta `AcaoRecusada`; dois cliques abrem uma vez só."""
    with vez_do_produtor():
        agora = _trancar(paredao, agora)
        situacao = paredao.situacao(agora)
        if situacao not in EDITAVEIS:
            raise AcaoRecusada(_recusa(paredao, agora, Paredao.Situacao.ABERTO, f"“{paredao}” não pode ser aberto"))
        faltas = impedimentos_para_abrir(paredao)
        if faltas:
            raise AcaoRecusada(" ".join(faltas))
        Paredao.objects.filter(Q(abre_em__isnull=True) | Q(abre_em__gt=agora), pk=paredao.pk).update(abre_em=agora)
        paredao.refresh_from_db()


def encerrar(paredao: Paredao, agora: datetime | None = None) -> None:
    """Encerra a votação neste instante: um voto aceito antes dele conta, um aceito nele ou depois não."""
    with vez_do_produtor():
        agora = _trancar(paredao, agora)
        mudou = Paredao.objects.abertos(agora).filter(pk=paredao.pk, abre_em__lt=agora).update(fecha_em=agora)
        if not mudou:
            nao_pode = f"“{paredao}” não pode ser encerrado"
            raise AcaoRecusada(_recusa(paredao, agora, Paredao.Situacao.ENCERRADO, nao_pode))
        paredao.refresh_from_db()


def publicar(paredao: Paredao, agora: datetime | None = None) -> None:
    """Publica o resultado, que a partir daqui não muda mais: o banco recusa qualquer voto novo."""
    margem = timedelta(seconds=settings.MARGEM_DE_PUBLICACAO)
    with vez_do_produtor():
        agora = _trancar(paredao, agora)
        mudou = Paredao.objects.filter(
            pk=paredao.pk, publicado_em__isnull=True, abre_em__isnull=False, fecha_em__lte=agora - margem
        ).update(publicado_em=agora)
        if not mudou and paredao.situacao(agora) == Paredao.Situacao.ENCERRADO:
            raise AcaoRecusada(
                f"Espere {settings.MARGEM_DE_PUBLICACAO} segundos depois do encerramento: "
                "os últimos votos aceitos ainda estão sendo gravados."
            )
        if not mudou:
            nao_pode = f"O resultado de “{paredao}” não pode ser publicado"
            raise AcaoRecusada(_recusa(paredao, agora, Paredao.Situacao.PUBLICADO, nao_pode))
        paredao.refresh_from_db()


def excluir(paredao: Paredao, agora: datetime | None = None) -> None:
    """Apaga um paredão que o público ainda não pôde votar. Levanta `AcaoRecusada`."""
    with vez_do_produtor():
        agora = _trancar(paredao, agora)
        if paredao.situacao(agora) not in EDITAVEIS:
            raise AcaoRecusada(f"“{paredao}” não pode ser excluído: está {como_esta(paredao, agora)}.")
        paredao.delete()


def _trancar(paredao: Paredao, agora: datetime | None) -> datetime:
    """Relê o paredão e o tranca até o fim da transação; devolve `agora`.

    Por omissão, `agora` é o instante seguinte à tranca, e não o do clique: enquanto se esperava a vez, outros lotes
    gravaram votos aceitos depois do clique, que ficariam contados além do encerramento.
    """
    registro.trancar_paredao(paredao.pk, ESPERA_DO_PRODUTOR)
    try:
        paredao.refresh_from_db(from_queryset=Paredao.objects.select_for_update())
    except Paredao.DoesNotExist:
        raise AcaoRecusada(f"“{paredao}” não existe mais.") from None
    return timezone.now() if agora is None else agora


def _recusa(paredao: Paredao, agora: datetime, destino: Paredao.Situacao, nao_pode: str) -> str:
    """A frase de quem chegou tarde: outra para o segundo clique, que não é um erro."""
    if paredao.situacao(agora) == destino:
        return f"“{paredao}” já está {como_esta(paredao, agora)}: nada mudou."
    return f"{nao_pode}: está {como_esta(paredao, agora)}."


def como_esta(paredao: Paredao, agora: datetime) -> str:
    """Completa a frase “o paredão está …”."""
    situacao = paredao.situacao(agora)
    match situacao:
        case Paredao.Situacao.RASCUNHO:
            return "em rascunho"
        case Paredao.Situacao.PUBLICADO:
            return "com o resultado publicado"
    return situacao.label


@transaction.atomic
def tornar_participante(candidato: Candidato) -> Participante:
    """Põe na casa um candidato selecionado. Idempotente: o segundo chamado devolve o mesmo participante."""
    ja_existe = Participante.objects.filter(candidato=candidato).first()
    if ja_existe is not None:
        return ja_existe
    nome_curto = candidato.nome_curto
    iguais = Participante.objects.filter(edicao=candidato.edicao, nome_curto__startswith=nome_curto[:36]).values_list(
        "nome_curto", flat=True
    )
    sufixo = 2
    while nome_curto in set(iguais):
        nome_curto = f"{candidato.nome_curto[:36]} {sufixo}"
        sufixo += 1
    return Participante.objects.create(
        edicao=candidato.edicao,
        candidato=candidato,
        nome=candidato.nome,
        nome_curto=nome_curto,
        nascimento=candidato.nascimento,
        profissao=candidato.profissao,
        cidade=candidato.cidade,
        uf=candidato.uf,
        apresentacao=candidato.apresentacao,
    )
