"""A temporada de demonstração: edição, elenco, três paredões e quem produz. Os candidatos estão em `inscritos`.

Cada função cria só o que falta e devolve o que criou; o que alguém mudou à mão fica como está.
"""

import multiprocessing
import re
import secrets
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from django.conf import settings
from django.contrib.auth.models import Group, User
from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from PIL import Image
from uuid_utils import uuid7

from inscricoes.models import Edicao
from votacao import fotos, registro, services
from votacao.demo.elenco import ELENCO, Personagem
from votacao.demo.retratos import desenhar
from votacao.models import Modalidade, Opcao, Paredao, Participante, Suspeita
from votacao.registro import Contado, VotoAceito

EDICAO, ANO = "BBB 24", 2024
LOGIN = "produtor"
GRUPOS = ("Votação", "Seleção", "Seleção (dados sensíveis)")
VOTOS_POR_GRAVACAO = 2000

PRIMEIRO_ABERTO = 5
"""Número do primeiro paredão aberto; o encerrado é o anterior."""
CONCORRENTES = (
    ("Jandira", "Tainan", "Dona Zu"),
    ("Andirá", "Iolanda", "Amaro"),
)
"""Os trios do paredão encerrado e do primeiro aberto; os seguintes saem do elenco em rodízio."""

EXEMPLO_OFICIAL = {
    Modalidade.UNICO: (5_238, 3_576, 1_186),
    Modalidade.TORCIDA: (22_620, 25_000, 2_380),
}
"""Votos do paredão encerrado, na ordem da página. Dão, ao centésimo, o resultado do 4º paredão do BBB 25: 52,38 / 45,24
e média 48,81; 35,76 / 50,00 e 42,88; 11,86 / 4,76 e 8,31."""
EXEMPLO_SUSPEITO = {Suspeita.RITMO: 3_120, Suspeita.TEMPO: 740}
"""Votos da torcida marcados suspeitos, às 3h da manhã, todos para a segunda da página: decidiu-se que não contam."""
HORA_SUSPEITA = 4
JUSTIFICATIVA = (
    "Vieram de um endereço só, dezenas por segundo, às 3h da manhã, e pararam todos juntos. Com eles ou sem eles, o "
    "resultado é o mesmo."
)
RITMO = (9, 6, 3, 2, 1, 1, 1, 2, 3, 4, 5, 6, 8, 7, 6, 6, 7, 8, 10, 14, 20, 34, 58, 72)
"""Peso de cada hora do paredão encerrado: abre às 23h, dorme de madrugada e acaba no horário nobre."""


@dataclass(frozen=True, slots=True)
class Acesso:
    """Quem produz. `senha` é `None` quando não foi definida agora: só o resumo dela está no banco."""

    login: str
    senha: str | None


def edicao() -> Edicao:
    return Edicao.objects.get_or_create(nome=EDICAO, defaults={"ano": ANO})[0]


# --- O elenco ---------------------------------------------------------------------------------------------------------


def elenco(edicao: Edicao) -> int:
    """Põe na casa quem falta. Devolve quantos entraram agora."""
    entraram = 0
    with transaction.atomic():
        for lugar, pessoa in enumerate(ELENCO):
            if _na_casa(edicao, pessoa) is None:
                Participante.objects.create(
                    edicao=edicao,
                    nome=pessoa.nome,
                    nome_curto=pessoa.nome_curto,
                    nascimento=_nascimento(pessoa.idade, lugar),
                    profissao=pessoa.profissao,
                    cidade=pessoa.cidade,
                    uf=pessoa.uf,
                    grupo=pessoa.grupo,
                    apresentacao=pessoa.apresentacao,
                )
                entraram += 1
    return entraram


def retratos(edicao: Edicao, avisar: Callable[[int, int], None] = lambda feitos, total: None) -> int:
    """Desenha, em vários processos, o retrato de quem está sem foto. Devolve quantos; chama `avisar` a cada um."""
    faltam: list[tuple[Participante, Personagem]] = []
    for pessoa in ELENCO:
        participante = _na_casa(edicao, pessoa)
        if participante is not None and not _tem_foto(participante):
            faltam.append((participante, pessoa))
    if not faltam:
        return 0
    largura = fotos.LARGURAS[-1]
    altura = largura * fotos.PROPORCAO[1] // fotos.PROPORCAO[0]
    # `spawn`: os processos do desenho nascem limpos, sem a conexão com o banco e as threads de quem chamou. Só importam
    # `retratos`, que não conhece o Django.
    with ProcessPoolExecutor(mp_context=multiprocessing.get_context("spawn")) as processos:
        desenhos: list[Future[Image.Image]] = [
            processos.submit(desenhar, pessoa.tracos, largura=largura, altura=altura) for _, pessoa in faltam
        ]
        for feitos, ((participante, _), desenho) in enumerate(zip(faltam, desenhos, strict=True), start=1):
            foto = fotos.gravar(desenho.result())
            Participante.objects.filter(pk=participante.pk).update(foto=foto)
            avisar(feitos, len(faltam))
    return len(faltam)


def _na_casa(edicao: Edicao, pessoa: Personagem) -> Participante | None:
    return Participante.objects.filter(Q(nome=pessoa.nome) | Q(nome_curto=pessoa.nome_curto), edicao=edicao).first()


def _tem_foto(participante: Participante) -> bool:
    return bool(participante.foto) and not fotos.pesada(participante.foto)


def _nascimento(idade: int, lugar: int) -> date:
    """Um dia inventado, de quem faz `idade` anos no ano da edição."""
    return date(ANO - idade, 1 + lugar * 5 % 12, 1 + lugar * 11 % 28)


# --- Os paredões ------------------------------------------------------------------------------------------------------


def paredao_encerrado(edicao: Edicao, agora: datetime) -> Paredao | None:
    """O 4º, de ontem, com votos nas duas modalidades e resultado: numa transação só, ou nada. `None`: já havia.

    Levanta `RuntimeError` se algum voto não entrou.
    """
    titulo = _titulo(PRIMEIRO_ABERTO - 1)
    if Paredao.objects.filter(edicao=edicao, titulo=titulo).exists():
        return None
    fecha_em = _fim_do_encerrado(agora)
    with transaction.atomic():
        paredao = Paredao.objects.create(
            edicao=edicao,
            titulo=titulo,
            decisao=Paredao.Decisao.SAI,
            abre_em=fecha_em - timedelta(hours=len(RITMO)),
            fecha_em=fecha_em,
            peso_torcida=50,
            peso_unico=50,
            parciais=Paredao.Parciais.OCULTAS,
        )
        participantes = _por_no_paredao(paredao, CONCORRENTES[0])
        for modalidade, votos in EXEMPLO_OFICIAL.items():
            _votar(_votos(paredao, modalidade, dict(zip(participantes, votos, strict=True))))
        _votar(_suspeitos(paredao, participantes[1]))
        services.decidir_suspeitos(
            paredao,
            contam=False,
            justificativa=JUSTIFICATIVA,
            quem=_quem_produz(),
            agora=fecha_em + timedelta(minutes=3),
        )
        services.publicar(paredao, fecha_em + timedelta(minutes=5))
    return paredao


def paredao_aberto(edicao: Edicao, agora: datetime) -> Paredao | None:
    """Um em que se pode votar, com número novo se os anteriores já fecharam. `None`: já há um aberto."""
    if Paredao.objects.abertos(agora).filter(edicao=edicao).exists():
        return None
    ha_pouco = agora.replace(second=0, microsecond=0) - timedelta(hours=3)
    return _criar(
        edicao,
        _proximo_numero(edicao),
        abre_em=max(ha_pouco, _fim_do_encerrado(agora) + timedelta(minutes=10)),
        fecha_em=_as_onze(agora, dias=3),
    )


def paredao_agendado(edicao: Edicao, agora: datetime) -> Paredao | None:
    """O que abre quando fechar o último marcado. `None`: já há um agendado."""
    if Paredao.objects.agendados(agora).filter(edicao=edicao).exists():
        return None
    fins = Paredao.objects.filter(edicao=edicao, fecha_em__gt=agora).values_list("fecha_em", flat=True)
    abre_em = max((fim for fim in fins if fim is not None), default=_as_onze(agora, dias=3)) + timedelta(hours=1)
    return _criar(edicao, _proximo_numero(edicao), abre_em=abre_em, fecha_em=_as_onze(abre_em, dias=2))


def _criar(edicao: Edicao, numero: int, *, abre_em: datetime, fecha_em: datetime) -> Paredao:
    # Sem a chave do CPF neste servidor, ninguém daria o voto único: o paredão é só da torcida.
    peso_unico = 50 if settings.CHAVES_CPF else 0
    with transaction.atomic():
        paredao = Paredao.objects.create(
            edicao=edicao,
            titulo=_titulo(numero),
            decisao=Paredao.Decisao.SAI,
            abre_em=abre_em,
            fecha_em=fecha_em,
            peso_torcida=100 - peso_unico,
            peso_unico=peso_unico,
            parciais=Paredao.Parciais.APOS_VOTO,
        )
        _por_no_paredao(paredao, _trio(numero))
    return paredao


def _por_no_paredao(paredao: Paredao, nomes: tuple[str, ...]) -> list[Participante]:
    """Os três, na ordem dada. Quem alguém rebatizou é trocado por outro da casa."""
    da_casa = list(Participante.objects.filter(edicao=paredao.edicao).order_by("pk"))
    por_nome = {participante.nome_curto: participante for participante in da_casa}
    escolhidos = [por_nome[nome] for nome in nomes if nome in por_nome]
    escolhidos += [participante for participante in da_casa if participante not in escolhidos]
    escolhidos = escolhidos[: len(nomes)]
    Opcao.objects.bulk_create(
        Opcao(paredao=paredao, participante=participante, ordem=ordem)
        for ordem, participante in enumerate(escolhidos, start=1)
    )
    return escolhidos


def _trio(numero: int) -> tuple[str, ...]:
    if numero == PRIMEIRO_ABERTO:
        return CONCORRENTES[1]
    passo = len(ELENCO) // 3
    return tuple(ELENCO[(numero + i * passo) % len(ELENCO)].nome_curto for i in range(3))


def _titulo(numero: int) -> str:
    return f"{numero}º Paredão"


def _proximo_numero(edicao: Edicao) -> int:
    titulos = Paredao.objects.filter(edicao=edicao).values_list("titulo", flat=True)
    numeros = [int(achado[1]) for titulo in titulos if (achado := re.fullmatch(r"([0-9]{1,4})º Paredão", titulo))]
    return max([PRIMEIRO_ABERTO - 1, *numeros]) + 1


def _as_onze(agora: datetime, dias: int) -> datetime:
    """As 23h locais do dia de `agora`, mais tantos dias."""
    local = timezone.localtime(agora)
    return datetime.combine(local.date() + timedelta(days=dias), time(23), tzinfo=local.tzinfo)


def _fim_do_encerrado(agora: datetime) -> datetime:
    return _as_onze(agora, dias=-1)


# --- Os votos do paredão encerrado ------------------------------------------------------------------------------------


def _votar(votos: Iterator[VotoAceito]) -> None:
    lote: list[VotoAceito] = []
    for voto in votos:
        lote.append(voto)
        if len(lote) == VOTOS_POR_GRAVACAO:
            _gravar(lote)
            lote = []
    if lote:
        _gravar(lote)


def _gravar(votos: list[VotoAceito]) -> None:
    if not all(isinstance(desfecho, Contado) for desfecho in registro.gravar(votos)):
        raise RuntimeError("Um voto da demonstração foi recusado.")


def _votos(paredao: Paredao, modalidade: Modalidade, votos: dict[Participante, int]) -> Iterator[VotoAceito]:
    """Hora por hora, e dentro de cada hora os participantes por igual no tempo."""
    assert paredao.abre_em is not None  # noqa: S101 (o encerrado sempre tem hora)
    inicio = paredao.abre_em.timestamp()
    por_hora = {participante: repartir(total, lugar) for lugar, (participante, total) in enumerate(votos.items())}
    for hora in range(len(RITMO)):
        for participante, partes in por_hora.items():
            for i in range(partes[hora]):
                aceito_em = inicio + 3600 * (hora + (i + 0.5) / partes[hora])
                chave = uuid7(nanoseconds=int(aceito_em * 1_000_000_000)).bytes
                yield VotoAceito(chave, paredao.pk, modalidade, participante.pk, aceito_em)


def _suspeitos(paredao: Paredao, participante: Participante) -> Iterator[VotoAceito]:
    """Em dois minutos, no meio de uma hora da madrugada."""
    assert paredao.abre_em is not None  # noqa: S101 (idem)
    inicio = paredao.abre_em.timestamp() + HORA_SUSPEITA * 3600 + 1200
    for suspeita, quantos in EXEMPLO_SUSPEITO.items():
        for i in range(quantos):
            aceito_em = inicio + 120 * i / quantos
            chave = uuid7(nanoseconds=int(aceito_em * 1_000_000_000)).bytes
            yield VotoAceito(chave, paredao.pk, Modalidade.TORCIDA, participante.pk, aceito_em, suspeita=suspeita.value)


def repartir(total: int, variacao: int) -> list[int]:
    """`total` dividido pelas horas segundo `RITMO`, sem sobrar nem faltar; `variacao` muda um pouco as proporções."""
    pesos = [peso * (12 + (hora * (variacao + 3)) % 7) for hora, peso in enumerate(RITMO)]
    soma, acumulado, dados, partes = sum(pesos), 0, 0, []
    for peso in pesos:
        acumulado += peso
        partes.append(total * acumulado // soma - dados)
        dados += partes[-1]
    return partes


# --- Quem produz -----------------------------------------------------------------------------------------------------


def produtor(senha: str | None) -> Acesso:
    """Quem produz, sem ser superusuário. Sem `senha`, o novo ganha uma sorteada e o que já existe fica com a sua."""
    usuario = _quem_produz()
    if not usuario.has_usable_password():
        senha = senha or secrets.token_urlsafe(9)
    if senha is not None:
        usuario.set_password(senha)
        usuario.save(update_fields=["password"])
    return Acesso(LOGIN, senha)


def _quem_produz() -> User:
    """O usuário da produção; o novo ainda sem senha."""
    usuario, novo = User.objects.get_or_create(username=LOGIN, defaults={"is_staff": True, "first_name": "Produção"})
    if novo:
        usuario.set_unusable_password()
        usuario.save(update_fields=["password"])
        usuario.groups.set(Group.objects.filter(name__in=GRUPOS))
    return usuario
