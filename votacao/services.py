"""O que os produtores fazem com um paredão. O admin (e depois a API) chama estas funções; nenhuma grava votos."""

import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta

from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser
from django.db import IntegrityError, transaction
from django.db.models import Q, Sum
from django.utils import timezone

from inscricoes.models import Candidato
from votacao import pendencias, registro
from votacao.models import Contagem, Paredao, Participante, Quarentena, Suspeita
from votacao.recusas import UrnaIndisponivel

MINIMO_DE_PARTICIPANTES = 2
ESPERA_DO_PRODUTOR = 10.0
"""Segundos que uma ação de produtor espera pela vez de escrever entre as gravações de votos."""
EDITAVEIS = (Paredao.Situacao.RASCUNHO, Paredao.Situacao.AGENDADO)
"""Situações em que o público ainda não votou: tudo pode mudar."""


_FRASES = {
    "o paredão já tem votos": "este paredão já recebeu votos, e o que define a votação não muda mais.",
    "há votos suspeitos sem decisão": "há votos suspeitos, e falta decidir se contam.",
    "a decisão sobre os votos suspeitos não muda": "a decisão sobre os votos suspeitos não muda.",
    "paredao_bits_possiveis": "os bits da prova vão de 0 a 30.",
    "o resultado já foi publicado": "o resultado deste paredão já foi publicado.",
    "a contagem não diminui": "uma contagem de votos não diminui.",
    "o livro de votos não muda": "um voto gravado não muda.",
    "paredao_titulo_por_edicao": "já há um paredão com este título nesta edição.",
    "participante_nome_por_edicao": "já há um participante com este nome na casa nesta edição.",
    "opcao_unica": "este participante já está neste paredão.",
}


class AcaoRecusada(Exception):
    """O paredão não está num momento em que a ação seja possível. A mensagem é para o produtor ler."""


def frase_do_banco(erro: IntegrityError) -> str:
    """A recusa do banco (restrição ou gatilho), para quem está na tela."""
    for marca, frase in _FRASES.items():
        if marca in str(erro):
            return f"Nada foi gravado: {frase}"
    return "Nada foi gravado: outra pessoa mudou estes dados ao mesmo tempo. Confira e tente de novo."


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
    if paredao.peso_unico and not settings.CHAVES_CPF:
        return ["Falta a chave do voto único neste servidor (CHAVE_CPF): peça a quem o opera, ou dê 100 à torcida."]
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
    """Publica o resultado, que a partir daqui não muda mais: o banco recusa qualquer voto novo.

    Havendo votos suspeitos, só depois de decidir se contam (`decidir_suspeitos`); o banco confere.
    """
    with vez_do_produtor():
        agora = _trancar(paredao, agora)
        if paredao.situacao(agora) == Paredao.Situacao.ENCERRADO:
            _esperar_ultimos_votos(paredao, agora)
            _esperar_a_fila(paredao)
            if suspeitos_sem_decisao(paredao):
                raise AcaoRecusada(falta_decidir(paredao))
        mudou = Paredao.objects.filter(
            pk=paredao.pk, publicado_em__isnull=True, abre_em__isnull=False, fecha_em__lte=agora
        ).update(publicado_em=agora)
        if not mudou:
            nao_pode = f"O resultado de “{paredao}” não pode ser publicado"
            raise AcaoRecusada(_recusa(paredao, agora, Paredao.Situacao.PUBLICADO, nao_pode))
        paredao.refresh_from_db()


def decidir_suspeitos(
    paredao: Paredao, *, contam: bool, justificativa: str, quem: AbstractBaseUser, agora: datetime | None = None
) -> Quarentena:
    """Decide se os votos suspeitos contam: uma vez só, depois de encerrado, e por escrito. Levanta `AcaoRecusada`.

    A justificativa vai para a página do resultado. Dois produtores ao mesmo tempo: vale o
    primeiro, e o segundo lê o que ele decidiu.
    """
    justificativa = " ".join(justificativa.split())
    if not justificativa:
        raise AcaoRecusada("Escreva por que os votos suspeitos contam ou não: o público vai ler.")
    with vez_do_produtor():
        agora = _trancar(paredao, agora)
        if paredao.situacao(agora) != Paredao.Situacao.ENCERRADO:
            raise AcaoRecusada(
                f"Os votos suspeitos são decididos depois de encerrar: “{paredao}” está {como_esta(paredao, agora)}."
            )
        _esperar_ultimos_votos(paredao, agora)
        _esperar_a_fila(paredao)
        if not suspeitos_sem_decisao(paredao):
            decidida = Quarentena.objects.filter(paredao=paredao).first()
            if decidida is None:
                raise AcaoRecusada(f"“{paredao}” não tem votos suspeitos: não há o que decidir.")
            ja = "contam" if decidida.contam else "não contam"
            raise AcaoRecusada(f"Já se decidiu que os votos suspeitos de “{paredao}” {ja}, e a decisão não muda.")
        return Quarentena.objects.create(
            paredao=paredao, contam=contam, justificativa=justificativa, decidido_por_id=quem.pk, decidido_em=agora
        )


def suspeitos_sem_decisao(paredao: Paredao) -> int:
    """Votos suspeitos à espera de decisão; 0 se não há nenhum ou se já se decidiu."""
    if Quarentena.objects.filter(paredao=paredao).exists():
        return 0
    suspeitos = Contagem.objects.filter(paredao=paredao).exclude(suspeita=Suspeita.NENHUMA)
    return suspeitos.aggregate(total=Sum("votos"))["total"] or 0


def excluir(paredao: Paredao, agora: datetime | None = None) -> None:
    """Apaga um paredão que o público ainda não pôde votar. Levanta `AcaoRecusada`."""
    with vez_do_produtor():
        agora = _trancar(paredao, agora)
        if paredao.situacao(agora) not in EDITAVEIS:
            raise AcaoRecusada(f"“{paredao}” não pode ser excluído: está {como_esta(paredao, agora)}.")
        paredao.delete()


def falta_decidir(paredao: Paredao) -> str:
    quantos = suspeitos_sem_decisao(paredao)
    ha = "Há 1 voto suspeito" if quantos == 1 else f"Há {quantos:,} votos suspeitos".replace(",", ".")
    return f"{ha} em “{paredao}”. Decida antes se contam, com uma justificativa: só então o resultado sai."


def _esperar_ultimos_votos(paredao: Paredao, agora: datetime) -> None:
    """Supõe `paredao` encerrado. Levanta `AcaoRecusada` se um voto aceito antes disso ainda pode estar a caminho."""
    if paredao.fecha_em is not None and agora < paredao.fecha_em + timedelta(seconds=settings.MARGEM_DE_PUBLICACAO):
        raise AcaoRecusada(
            f"Espere {settings.MARGEM_DE_PUBLICACAO} segundos depois do encerramento: "
            "os últimos votos aceitos ainda estão sendo gravados."
        )


def falta_contar(paredao: Paredao) -> str:
    """A frase de quem ainda não pode publicar por causa da fila de votos; vazia se nada falta. Supõe-no encerrado."""
    if paredao.fecha_em is None:
        return ""
    falta = pendencias.pendencia(paredao.pk, paredao.fecha_em)
    frases = []
    if falta.por_contar:
        quantos = "1 voto recebido ainda está sendo contado"
        if falta.por_contar != 1:
            quantos = f"{falta.por_contar:,} votos recebidos ainda estão sendo contados".replace(",", ".")
        frases.append(f"{quantos}: espere, e tente de novo.")
    if falta.sem_noticia:
        quem = "; ".join(
            f"{remetente} (visto às {timezone.localtime(remetente.visto_em):%H:%M:%S})"
            for remetente in falta.sem_noticia[:5]
        )
        calados = len(falta.sem_noticia)
        sujeito = "um processo que recebe votos" if calados == 1 else f"{calados} processos que recebem votos"
        frases.append(
            f"Falta a notícia de {sujeito}, e não se sabe o que há dele na fila: {quem}. Costuma chegar em segundos; "
            "se não chegar, quem opera o servidor vê o que fazer com “manage.py fila”."
        )
    return " ".join(frases)


def _esperar_a_fila(paredao: Paredao) -> None:
    """Supõe `paredao` encerrado e trancado. Levanta `AcaoRecusada` se um voto recebido ainda não está no livro."""
    frase = falta_contar(paredao)
    if frase:
        raise AcaoRecusada(f"“{paredao}”: {frase}")


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
