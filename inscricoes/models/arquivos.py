"""Fotos e vídeo de uma inscrição. O endereço de cada um é um UUID ao acaso; e só o dono e a produção o abrem."""

import uuid
from typing import ClassVar

from django.db import models
from django.db.models import Q

from inscricoes.models.candidato import Candidato


class Foto(models.Model):
    """Uma foto já conferida e gravada de novo, sem metadados."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    candidato = models.ForeignKey(Candidato, models.CASCADE, verbose_name="candidato", related_name="fotos")
    ordem = models.PositiveSmallIntegerField("ordem", default=0)
    largura = models.PositiveSmallIntegerField("largura")
    altura = models.PositiveSmallIntegerField("altura")
    tamanho = models.PositiveIntegerField("bytes")
    resumo = models.CharField("resumo", max_length=64, help_text="SHA-256 dos pixels: a mesma foto entra uma vez só.")
    criada_em = models.DateTimeField("recebida em", auto_now_add=True)

    class Meta:
        verbose_name = "foto"
        verbose_name_plural = "fotos"
        ordering: ClassVar = ["ordem", "criada_em"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["candidato", "resumo"],
                name="foto_sem_repetir",
                violation_error_message="Esta foto já está na sua inscrição.",
            ),
        ]

    def __str__(self) -> str:
        return f"foto {self.pk}"


class Video(models.Model):
    """O vídeo de apresentação, conferido e sem metadados."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    candidato = models.OneToOneField(Candidato, models.CASCADE, verbose_name="candidato", related_name="video")
    formato = models.CharField("formato", max_length=4, help_text="Extensão do arquivo gravado: mp4 ou webm.")
    duracao = models.FloatField("duração (s)")
    largura = models.PositiveSmallIntegerField("largura")
    altura = models.PositiveSmallIntegerField("altura")
    tamanho = models.PositiveBigIntegerField("bytes")
    criado_em = models.DateTimeField("recebido em", auto_now_add=True)

    class Meta:
        verbose_name = "vídeo"
        verbose_name_plural = "vídeos"
        constraints: ClassVar = [
            models.CheckConstraint(name="video_formato_conhecido", condition=Q(formato__in=["mp4", "webm"])),
        ]

    def __str__(self) -> str:
        return f"vídeo {self.pk}"


class EnvioDeVideo(models.Model):
    """Um vídeo que chega em pedaços: se a conexão cai, continua de onde parou."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    candidato = models.OneToOneField(Candidato, models.CASCADE, verbose_name="candidato", related_name="envio_de_video")
    tamanho = models.PositiveBigIntegerField("bytes ao todo")
    recebido = models.PositiveBigIntegerField("bytes recebidos", default=0)
    mudou_em = models.DateTimeField("último pedaço em", auto_now=True)

    class Meta:
        verbose_name = "vídeo a caminho"
        verbose_name_plural = "vídeos a caminho"
        constraints: ClassVar = [
            models.CheckConstraint(name="envio_nao_passa_do_fim", condition=Q(recebido__lte=models.F("tamanho"))),
        ]

    def __str__(self) -> str:
        return f"vídeo a caminho {self.pk}"
