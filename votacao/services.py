"""O que os produtores fazem com um paredão. O admin (e depois a API) chama estas funções; nenhuma grava votos."""

from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import Q

from inscricoes.models import Candidato
from votacao.models import Paredao, Participante

MINIMO_DE_PARTICIPANTES = 2


class AcaoRecusada(Exception):
    """O paredão não está num momento em que a ação seja possível. A mensagem é para o produtor ler."""


def impedimentos_para_abrir(paredao: Paredao) -> list[str]:
    """O que falta para o público poder votar; vazia se nada falta."""
    faltas = []
    opcoes = list(paredao.opcoes.select_related("participante"))
    if len(opcoes) < MINIMO_DE_PARTICIPANTES:
        faltas.append(f"O paredão precisa de pelo menos {MINIMO_DE_PARTICIPANTES} participantes.")
    if any(opcao.participante.edicao_id != paredao.edicao_id for opcao in opcoes):
        faltas.append("Há um participante de outra edição.")
    if paredao.peso_torcida == 0:
        faltas.append("O voto único ainda não pode ser colhido nesta versão: dê peso ao voto da torcida.")
    elif paredao.peso_unico:
        faltas.append("O voto único ainda não pode ser colhido nesta versão: deixe o voto da torcida com peso 100.")
    return faltas


def abrir(paredao: Paredao, agora: datetime) -> None:
    """Abre a votação neste instante. Levanta `AcaoRecusada`; dois cliques abrem uma vez só."""
    faltas = impedimentos_para_abrir(paredao)
    if faltas:
        raise AcaoRecusada(" ".join(faltas))
    mudou = (
        Paredao.objects.filter(Q(abre_em__isnull=True) | Q(abre_em__gt=agora), pk=paredao.pk)
        .filter(Q(fecha_em__isnull=True) | Q(fecha_em__gt=agora))
        .update(abre_em=agora)
    )
    paredao.refresh_from_db()
    if not mudou:
        raise AcaoRecusada(f"“{paredao}” não pode ser aberto: está {_como(paredao, agora)}.")


def encerrar(paredao: Paredao, agora: datetime) -> None:
    """Encerra a votação neste instante: um voto aceito antes dele conta, um aceito nele ou depois não."""
    mudou = Paredao.objects.abertos(agora).filter(pk=paredao.pk, abre_em__lt=agora).update(fecha_em=agora)
    paredao.refresh_from_db()
    if not mudou:
        raise AcaoRecusada(f"“{paredao}” não pode ser encerrado: está {_como(paredao, agora)}.")


def publicar(paredao: Paredao, agora: datetime) -> None:
    """Publica o resultado, que a partir daqui não muda mais: o banco recusa qualquer voto novo."""
    margem = timedelta(seconds=settings.MARGEM_DE_PUBLICACAO)
    mudou = Paredao.objects.filter(
        pk=paredao.pk, publicado_em__isnull=True, abre_em__isnull=False, fecha_em__lte=agora - margem
    ).update(publicado_em=agora)
    paredao.refresh_from_db()
    if mudou:
        return
    if paredao.situacao(agora) == Paredao.Situacao.ENCERRADO:
        raise AcaoRecusada(
            f"Espere {settings.MARGEM_DE_PUBLICACAO} segundos depois do encerramento: "
            "os últimos votos aceitos ainda estão sendo gravados."
        )
    raise AcaoRecusada(f"O resultado de “{paredao}” não pode ser publicado: está {_como(paredao, agora)}.")


def _como(paredao: Paredao, agora: datetime) -> str:
    return Paredao.Situacao(paredao.situacao(agora)).label


@transaction.atomic
def tornar_participante(candidato: Candidato) -> Participante:
    """Põe na casa um candidato selecionado. Idempotente: o segundo chamado devolve o mesmo participante."""
    ja_existe = Participante.objects.filter(candidato=candidato).first()
    if ja_existe is not None:
        return ja_existe
    nome_curto = candidato.nome_curto
    iguais = Participante.objects.filter(edicao=candidato.edicao, nome_curto__startswith=nome_curto).values_list(
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
