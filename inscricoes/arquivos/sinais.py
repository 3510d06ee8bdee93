"""Um arquivo sai com a sua linha, seja quem for que a apague: a pessoa, o admin, uma cascata, a retenção."""

from typing import Any

from django.db import models
from django.db.models.signals import post_delete
from django.dispatch import receiver

from inscricoes.arquivos import guarda
from inscricoes.models import EnvioDeVideo, Foto, Video


@receiver(post_delete, sender=Foto)
@receiver(post_delete, sender=Video)
@receiver(post_delete, sender=EnvioDeVideo)
def apagar_arquivos(sender: type[models.Model], instance: models.Model, **_: Any) -> None:
    guarda.apagar_depois(guarda.caminhos_de(instance))
