"""Fotos e vídeo de uma inscrição: receber, ordenar, tirar.

O trabalho demorado (conferir, refazer) é feito antes da transação, e o arquivo se guarda antes da linha: nenhuma linha
fica sem arquivo, e a transação só tranca a inscrição, confere e grava.

Corridas: duas fotos para o último lugar (a inscrição é trancada; a segunda lê `FotosDemais`); o mesmo pedaço mandado
duas vezes (o arquivo é de um pedido por vez, e o `UPDATE` condicional conta o pedaço uma vez só); concluir duas vezes
(a segunda lê `EmConferencia` ou acha o vídeo já pronto, com o mesmo UUID do envio); concluir enquanto outra aba envia a
inscrição (trancada e relida: o vídeo novo é recusado, e o velho fica).
"""

import hashlib
from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple
from uuid import UUID, uuid4

from django.conf import settings
from django.core.files.base import File
from django.db import IntegrityError, transaction
from django.db.models import Max

from inscricoes.arquivos import fotos, guarda, video
from inscricoes.arquivos.recusas import Recusa, VideoRecusado
from inscricoes.models import Candidato, EnvioDeVideo, Foto, Video
from inscricoes.services.inscricao import NaoEditavel, trancar_editavel
from inscricoes.validators import FOTOS_MAXIMAS

PEDACO_MAXIMO = 2 * 1024 * 1024
"""Bytes de cada pedaço de um vídeo."""
COMECO = 64 * 1024
"""Bytes do começo de um vídeo pela metade por que a página reconhece o mesmo arquivo."""


class FotosDemais(Recusa):
    status = 409
    codigo = "fotos_demais"
    frase = f"A inscrição já tem {FOTOS_MAXIMAS} fotos, que é o máximo. Apague uma para mandar outra."


class FotoRepetida(Recusa):
    status = 409
    codigo = "foto_repetida"
    frase = "Esta foto já está na sua inscrição."


class FotoDesconhecida(Recusa):
    status = 404
    codigo = "foto_desconhecida"
    frase = "Esta foto já não está na sua inscrição."


class OrdemDesatualizada(Recusa):
    status = 409
    codigo = "ordem_desatualizada"
    frase = "As fotos mudaram noutra janela. Confira a ordem e tente de novo."


class EnvioDesconhecido(Recusa):
    status = 404
    codigo = "envio_desconhecido"
    frase = "Este envio foi cancelado ou trocado por outro. Escolha o vídeo de novo."


class PedacoForaDeLugar(Recusa):
    """O pedaço não começa onde o anterior acabou; `recebido` diz onde continuar."""

    status = 409
    codigo = "fora_de_lugar"
    frase = "Este pedaço do vídeo não é o que se esperava. O envio continua de onde parou."

    def __init__(self, recebido: int) -> None:
        self.recebido = recebido
        super().__init__()


class EnvioIncompleto(Recusa):
    status = 409
    codigo = "incompleto"
    frase = "O vídeo ainda não chegou inteiro. Continue o envio."


class EmConferencia(Recusa):
    status = 409
    codigo = "em_conferencia"
    frase = "Este vídeo já está sendo conferido. Espere um instante e atualize a página."


# --- Fotos ------------------------------------------------------------------------------------------------------------


def guardar_foto(candidato: Candidato, *, arquivo: "File[bytes]", agora: datetime) -> Foto:
    """Confere a foto, refaz sem metadados e a põe no fim da inscrição.

    Levanta `FotoRecusada`, `FotoRepetida`, `FotosDemais`, `OficinaOcupada`, `SemEspaco` ou `NaoEditavel`; nada muda.
    """
    # Antes do trabalho, para não o fazer em vão; quem decide é a conferência dentro da transação.
    if not candidato.editavel(agora):
        raise NaoEditavel(candidato)
    if Foto.objects.filter(candidato=candidato).count() >= FOTOS_MAXIMAS:
        raise FotosDemais
    with fotos.preparar(arquivo) as pronta:
        foto = Foto(
            id=uuid4(),
            candidato=candidato,
            largura=pronta.largura,
            altura=pronta.altura,
            tamanho=pronta.tamanho,
            resumo=pronta.resumo,
        )
        grande, miniatura = guarda.caminhos_de(foto)
        guarda.guardar({grande: pronta.grande, miniatura: pronta.miniatura})
    try:
        _anotar_foto(foto, agora)
    except BaseException:
        guarda.apagar([grande, miniatura])
        raise
    return foto


def _anotar_foto(foto: Foto, agora: datetime) -> None:
    try:
        with transaction.atomic():
            trancar_editavel(foto.candidato, agora)
            todas = Foto.objects.filter(candidato=foto.candidato)
            if todas.filter(resumo=foto.resumo).exists():
                raise FotoRepetida
            if todas.count() >= FOTOS_MAXIMAS:
                raise FotosDemais
            ultima = todas.aggregate(ultima=Max("ordem"))["ultima"]
            foto.ordem = 0 if ultima is None else ultima + 1
            foto.save(force_insert=True)
    except IntegrityError:
        # A mesma foto entrou por um caminho que não tranca a inscrição.
        raise FotoRepetida from None


@transaction.atomic
def remover_foto(candidato: Candidato, *, foto: UUID, agora: datetime) -> None:
    """Tira a foto; os arquivos saem depois da transação. Levanta `NaoEditavel` ou `FotoDesconhecida`."""
    trancar_editavel(candidato, agora)
    achada = Foto.objects.filter(candidato=candidato, pk=foto).first()
    if achada is None:
        raise FotoDesconhecida
    achada.delete()


@transaction.atomic
def ordenar_fotos(candidato: Candidato, *, ordem: Sequence[UUID], agora: datetime) -> None:
    """Põe as fotos nesta ordem, que tem de citar todas uma vez. Levanta `NaoEditavel` ou `OrdemDesatualizada`."""
    trancar_editavel(candidato, agora)
    por_id = {foto.pk: foto for foto in Foto.objects.filter(candidato=candidato)}
    if len(ordem) != len(por_id) or set(ordem) != set(por_id):
        raise OrdemDesatualizada
    for lugar, chave in enumerate(ordem):
        por_id[chave].ordem = lugar
    Foto.objects.bulk_update(por_id.values(), ["ordem"])


# --- Vídeo ------------------------------------------------------------------------------------------------------------


class Andamento(NamedTuple):
    """Até onde um vídeo já chegou."""

    envio: EnvioDeVideo
    conferidos: int
    """Quantos bytes do começo entram no resumo."""
    resumo: str
    """SHA-256 desses bytes: a página só continua o envio do mesmo arquivo."""


def comecar_envio(candidato: Candidato, *, tamanho: int, agora: datetime) -> EnvioDeVideo:
    """Abre um envio de `tamanho` bytes, no lugar do que estivesse pela metade. O vídeo pronto, se há, fica.

    Levanta `VideoRecusado`, `SemEspaco` ou `NaoEditavel`.
    """
    if tamanho < 1:
        raise VideoRecusado("O arquivo está vazio.")
    if tamanho > settings.VIDEO_BYTES_MAXIMOS:
        raise VideoRecusado(f"O vídeo passa de {settings.VIDEO_BYTES_MAXIMOS // 1024**2} MB. Mande um menor.")
    guarda.conferir_espaco(tamanho)
    with transaction.atomic():
        trancar_editavel(candidato, agora)
        for velho in EnvioDeVideo.objects.filter(candidato=candidato):
            velho.delete()
        return EnvioDeVideo.objects.create(candidato=candidato, tamanho=tamanho)


def andamento(candidato: Candidato) -> Andamento | None:
    """O vídeo que ficou pela metade, se há um."""
    envio = EnvioDeVideo.objects.filter(candidato=candidato).first()
    if envio is None:
        return None
    try:
        with guarda.abrir(guarda.caminho_da_parte(envio.pk)) as aberto:
            comeco = aberto.read(min(COMECO, envio.recebido))
    except FileNotFoundError:
        comeco = b""
    return Andamento(envio, len(comeco), hashlib.sha256(comeco).hexdigest())


def receber_pedaco(candidato: Candidato, *, envio: UUID, inicio: int, dados: bytes, agora: datetime) -> int:
    """Junta `dados` ao vídeo a caminho e devolve quantos bytes já chegaram. O que já chegou pode vir de novo.

    Levanta `EnvioDesconhecido`, `PedacoForaDeLugar` (com onde continuar), `SemEspaco` ou `NaoEditavel`.
    """
    if not candidato.editavel(agora):
        raise NaoEditavel(candidato)
    _achar(candidato, envio)
    with guarda.parte(envio) as arquivo:
        # Relido com o arquivo na mão: até aqui, outro pedido podia estar a gravar este pedaço.
        atual = EnvioDeVideo.objects.filter(candidato=candidato, pk=envio).first()
        if atual is None:
            # Cancelado entre as duas leituras: a `parte` que acabou de renascer não é de ninguém.
            guarda.apagar([guarda.caminho_da_parte(envio)])
            raise EnvioDesconhecido
        fim = inicio + len(dados)
        if fim <= atual.recebido:
            return atual.recebido
        if inicio != atual.recebido or fim > atual.tamanho or not dados:
            raise PedacoForaDeLugar(atual.recebido)
        guarda.escrever(arquivo, inicio, dados)
        contou = EnvioDeVideo.objects.filter(pk=envio, recebido=inicio).update(recebido=fim, mudou_em=agora)
        if not contou:
            raise EnvioDesconhecido
    return fim


def _achar(candidato: Candidato, envio: UUID) -> EnvioDeVideo:
    achado = EnvioDeVideo.objects.filter(candidato=candidato, pk=envio).first()
    if achado is None:
        raise EnvioDesconhecido
    return achado


def concluir_envio(candidato: Candidato, *, envio: UUID, agora: datetime) -> Video:
    """Confere o vídeo que chegou e o põe no lugar do anterior; repetir devolve o mesmo. Leva alguns segundos.

    Levanta `EnvioDesconhecido`, `EnvioIncompleto`, `EmConferencia`, `OficinaOcupada`, `SemEspaco` ou `NaoEditavel`, e o
    envio pode ser concluído depois; ou `VideoRecusado`, e o envio se apaga. Em todos, o vídeo anterior continua.
    """
    pronto = Video.objects.filter(candidato=candidato, pk=envio).first()
    if pronto is not None:
        return pronto
    if not candidato.editavel(agora):
        raise NaoEditavel(candidato)
    achado = _achar(candidato, envio)
    if achado.recebido != achado.tamanho:
        raise EnvioIncompleto
    try:
        with guarda.parte(envio, esperar=False) as arquivo:
            arquivo.truncate(achado.tamanho)
            return _trocar_video(candidato, achado, agora)
    except guarda.ParteEmUso:
        raise EmConferencia from None
    except VideoRecusado:
        achado.delete()
        raise


def _trocar_video(candidato: Candidato, envio: EnvioDeVideo, agora: datetime) -> Video:
    entrada = guarda.deposito().path(guarda.caminho_da_parte(envio.pk))
    with video.preparar(entrada) as pronto:
        novo = Video(
            id=envio.pk,
            candidato=candidato,
            formato=pronto.formato,
            duracao=pronto.duracao,
            largura=pronto.largura,
            altura=pronto.altura,
            tamanho=pronto.tamanho,
        )
        arquivo, quadro = guarda.caminhos_de(novo)
        guarda.guardar({arquivo: pronto.arquivo, quadro: pronto.quadro})
    try:
        with transaction.atomic():
            trancar_editavel(candidato, agora)
            _achar(candidato, envio.pk).delete()
            for velho in Video.objects.filter(candidato=candidato):
                velho.delete()
            novo.save(force_insert=True)
    except BaseException:
        guarda.apagar([arquivo, quadro])
        raise
    return novo


def guardar_video(candidato: Candidato, *, arquivo: "File[bytes]", agora: datetime) -> Video:
    """O vídeo inteiro, de uma vez, para quem está sem JavaScript. Como `comecar_envio`, `receber_pedaco` e
    `concluir_envio` juntos, e levanta o mesmo que eles."""
    tamanho = arquivo.size or 0
    maximo = settings.VIDEO_SEM_SCRIPT_BYTES_MAXIMOS
    if tamanho > maximo:
        raise VideoRecusado(
            f"Sem JavaScript, o vídeo pode ter até {maximo // 1024**2} MB. Ligue o JavaScript ou mande um menor."
        )
    envio = comecar_envio(candidato, tamanho=tamanho, agora=agora)
    recebido = 0
    try:
        for dados in arquivo.chunks(PEDACO_MAXIMO):
            recebido = receber_pedaco(candidato, envio=envio.pk, inicio=recebido, dados=dados, agora=agora)
        return concluir_envio(candidato, envio=envio.pk, agora=agora)
    except Recusa:
        # Quem mandou tudo de uma vez não tem como continuar um envio.
        EnvioDeVideo.objects.filter(pk=envio.pk).delete()
        raise


@transaction.atomic
def cancelar_envio(candidato: Candidato, *, envio: UUID, agora: datetime) -> None:
    """Apaga o que já chegou deste envio; repetir não faz nada. Levanta `NaoEditavel`."""
    trancar_editavel(candidato, agora)
    for achado in EnvioDeVideo.objects.filter(candidato=candidato, pk=envio):
        achado.delete()


@transaction.atomic
def remover_video(candidato: Candidato, *, agora: datetime) -> None:
    """Tira o vídeo; os arquivos saem depois da transação. Repetir não faz nada. Levanta `NaoEditavel`."""
    trancar_editavel(candidato, agora)
    for achado in Video.objects.filter(candidato=candidato):
        achado.delete()
