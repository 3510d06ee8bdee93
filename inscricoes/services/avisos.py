"""As cartas ao candidato: anotadas na transação que mudou a situação, mandadas depois dela.

Quem manda é `enviar_pendentes`, chamada por uma thread deste processo (`acordar`, depois do commit), pelo comando
`enviar_avisos`, ou por uma fila de fora: todos fazem o mesmo, ao mesmo tempo se for o caso.

**Uma carta chega ao menos uma vez, e quase sempre uma só.** Quem vai mandar toma a carta com um UPDATE condicional, que
a empurra para a próxima tentativa; manda; e só depois a marca como enviada. Dois processos nunca mandam a mesma
tentativa. Se quem a tomou cai entre o servidor aceitar e a marca, ela vai outra vez quando a espera vence: uma
repetição por queda, e nunca mais que `len(ESPERAS)` ao todo. As repetições levam o mesmo Message-ID, e muitos programas
mostram uma só.

**Só se manda a carta da situação de agora.** Se a inscrição já mudou outra vez, a carta velha fica sem mandar
(`SUPERADA`): quem recebesse “em análise” depois de “não segue” não saberia em que acreditar.

**O servidor de e-mail fora do ar** gasta uma tentativa de uma carta por volta, e não de todas.
"""

import logging
import smtplib
import threading
from datetime import datetime, timedelta
from typing import NamedTuple
from urllib.parse import urlsplit

from django.conf import settings
from django.core.mail import EmailMessage, get_connection
from django.core.mail.backends.base import BaseEmailBackend
from django.db import OperationalError, connection, transaction
from django.db.models import F, Min, QuerySet
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone

from inscricoes.models import Aviso, Candidato
from inscricoes.situacoes import Situacao

AVISAM = frozenset(
    {
        Situacao.ENVIADA,
        Situacao.EM_ANALISE,
        Situacao.ENTREVISTA,
        Situacao.SELECIONADA,
        Situacao.RESERVA,
        Situacao.REPROVADA,
        Situacao.DESISTENTE,
    }
)
"""Situações a que o candidato chega com uma carta."""
ESPERAS = tuple(timedelta(minutes=minutos) for minutos in (5, 15, 60, 4 * 60, 12 * 60, 24 * 60, 24 * 60))
"""Depois de cada tentativa, quanto se espera pela próxima; com a última, desiste-se. A menor precisa ser bem maior do
que uma conversa com o servidor (`EMAIL_TIMEOUT` a cada passo), porque é também o prazo de quem tomou a carta."""
POR_VOLTA = 500
PAUSA = 60
"""Segundos que a thread espera depois de o servidor de e-mail, ou o banco, não responder."""
SUPERADA = "a situação mudou antes"
INTERROMPIDA = "interrompida"

registro = logging.getLogger("inscricoes.avisos")


class Remessa(NamedTuple):
    """O que uma volta fez."""

    enviadas: int
    falhas: int
    superadas: int
    fora_do_ar: bool
    """O servidor de e-mail não respondeu: o resto fica para a próxima volta."""


def avisar(candidato: Candidato, *, agora: datetime) -> None:
    """Anota a carta sobre a situação em que o candidato acaba de entrar. Chama-se dentro da transação da mudança."""
    if candidato.situacao in AVISAM:
        Aviso.objects.create(
            candidato=candidato, situacao=Situacao(candidato.situacao), criado_em=agora, tentar_em=agora
        )
        transaction.on_commit(acordar, robust=True)


def pendentes() -> QuerySet[Aviso]:
    """As que ainda vão, agora ou mais tarde."""
    return Aviso.objects.filter(enviado_em__isnull=True, tentar_em__isnull=False)


def enviar_pendentes(*, limite: int = POR_VOLTA) -> Remessa:
    """Manda até `limite` cartas cuja hora chegou, das mais velhas às mais novas. Erros de e-mail se anotam.

    Não se chama dentro de uma transação: cada carta é tomada e marcada na sua.
    """
    enviadas = falhas = superadas = 0
    correio = get_connection()
    aberto = False
    try:
        da_vez = pendentes().filter(tentar_em__lte=timezone.now()).order_by("criado_em", "id")
        for pk in list(da_vez.values_list("pk", flat=True)[:limite]):
            aviso = _tomar(pk, timezone.now())
            if aviso is None:
                continue
            if _superada(aviso):
                Aviso.objects.filter(pk=pk).update(tentar_em=None, erro=SUPERADA)
                superadas += 1
                continue
            try:
                if not aberto:
                    correio.open()
                    aberto = True
                correio.send_messages([_carta(aviso)])
            except Exception as erro:
                _falhou(aviso, erro)
                falhas += 1
                if not aberto:
                    return Remessa(enviadas, falhas, superadas, fora_do_ar=True)
                # A conversa ficou pela metade: a próxima carta começa outra.
                _fechar(correio)
                aberto = False
            else:
                _marcar(aviso)
                enviadas += 1
    finally:
        _fechar(correio)
    return Remessa(enviadas, falhas, superadas, fora_do_ar=False)


def _tomar(pk: int, agora: datetime) -> Aviso | None:
    """A carta, se ninguém a tomou antes: quem decide é a linha que o UPDATE mudou."""
    aviso = pendentes().select_related("candidato__edicao").filter(pk=pk, tentar_em__lte=agora).first()
    if aviso is None:
        return None
    minha = pendentes().filter(pk=pk, tentar_em__lte=agora, tentativas=aviso.tentativas)
    if aviso.tentativas >= len(ESPERAS):
        # Quem fazia a última tentativa caiu no meio dela: pode ter chegado, e não se repete sem fim.
        minha.update(tentar_em=None, erro=INTERROMPIDA)
        return None
    tomei = minha.update(tentativas=F("tentativas") + 1, tentar_em=agora + ESPERAS[aviso.tentativas])
    aviso.tentativas += 1
    return aviso if tomei else None


def _superada(aviso: Aviso) -> bool:
    return (
        aviso.candidato.situacao != aviso.situacao
        or Aviso.objects.filter(candidato=aviso.candidato_id, pk__gt=aviso.pk).exists()
    )


def _carta(aviso: Aviso) -> EmailMessage:
    candidato = aviso.candidato
    contexto = {
        # Numa linha só: quem escolhe o próprio nome não escreve o resto da carta.
        "tratamento": " ".join(candidato.nome_de_tratamento.split()),
        "protocolo": candidato.protocolo,
        "edicao": candidato.edicao,
        "endereco": settings.SITE_URL + reverse("inscricoes:minha"),
    }
    modelo = f"inscricoes/avisos/{aviso.situacao}"
    assunto = " ".join(render_to_string(f"{modelo}.assunto.txt", contexto).split())
    host = urlsplit(settings.SITE_URL).hostname
    return EmailMessage(
        assunto,
        render_to_string(f"{modelo}.txt", contexto).strip() + "\n",
        to=[candidato.email],
        headers={
            "Auto-Submitted": "auto-generated",
            "Message-ID": f"<aviso-{aviso.pk}-{int(aviso.criado_em.timestamp())}@{host}>",
        },
    )


def _marcar(aviso: Aviso) -> None:
    """A carta já foi: insiste um pouco em anotá-lo, para não mandar outra."""
    for falta in (2, 1, 0):
        try:
            Aviso.objects.filter(pk=aviso.pk).update(enviado_em=timezone.now(), tentar_em=None, erro="")
        except OperationalError:
            if not falta:
                raise
        else:
            return


def _falhou(aviso: Aviso, erro: Exception) -> None:
    """Anota só o tipo do erro e o código do servidor: a mensagem costuma trazer o endereço da pessoa."""
    codigo = f" {erro.smtp_code}" if isinstance(erro, smtplib.SMTPResponseException) else ""
    if isinstance(erro, smtplib.SMTPRecipientsRefused):
        codigo = "".join(f" {resposta[0]}" for resposta in list(erro.recipients.values())[:1])
    tipo = f"{type(erro).__name__}{codigo}"
    desistiu = aviso.tentativas >= len(ESPERAS)
    mudanca: dict[str, object] = {"tentar_em": None} if desistiu else {}
    Aviso.objects.filter(pk=aviso.pk).update(erro=tipo[:80], **mudanca)
    registro.warning("a carta %d não saiu (%s), tentativa %d de %d", aviso.pk, tipo, aviso.tentativas, len(ESPERAS))


def _fechar(correio: BaseEmailBackend) -> None:
    try:
        correio.close()
    except Exception as erro:
        # Despedir-se de quem já foi embora não desfaz as cartas que ele aceitou.
        registro.info("o servidor de e-mail não se despediu: %s", type(erro).__name__)


# --- A thread deste processo ------------------------------------------------------------------------------------------

_tranca = threading.Lock()
_chamada = threading.Event()
_carteiro: threading.Thread | None = None


def acordar() -> None:
    """Faz a thread das cartas olhar se há alguma; começa-a, se não há. Não espera por ela nem levanta nada.

    A thread morre com o processo, e sozinha quando não há mais o que mandar. O que ela deixar, o `enviar_avisos` manda.
    """
    global _carteiro
    if not settings.AVISOS_EM_SEGUNDO_PLANO:
        return
    with _tranca:
        _chamada.set()
        if _carteiro is None or not _carteiro.is_alive():
            _carteiro = threading.Thread(target=_trabalhar, name="avisos", daemon=True)
            _carteiro.start()


def _trabalhar() -> None:
    global _carteiro
    while True:
        _chamada.clear()
        espera = _uma_volta()
        with _tranca:
            # Na mesma tranca de `acordar`: quem chama agora ou é visto aqui, ou começa outra thread.
            if espera is None and not _chamada.is_set():
                _carteiro = None
                return
        _chamada.wait(espera)


def _uma_volta() -> float | None:
    """Manda o que há; devolve em quantos segundos olhar de novo, ou `None` se não espera mais nada."""
    try:
        while True:
            remessa = enviar_pendentes()
            if remessa.fora_do_ar:
                return PAUSA
            if not (remessa.enviadas or remessa.falhas or remessa.superadas):
                break
        proxima = pendentes().aggregate(proxima=Min("tentar_em"))["proxima"]
        return None if proxima is None else max(1.0, (proxima - timezone.now()).total_seconds())
    except Exception as erro:
        # O banco fora do ar, quase sempre. A thread não morre por isso, e nada se perdeu.
        registro.warning("as cartas esperam: %s", type(erro).__name__)
        return PAUSA
    finally:
        connection.close()
