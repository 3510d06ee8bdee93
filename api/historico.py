"""O que se muda pela API também fica no histórico do admin, com quem mudou e por onde."""

from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.contenttypes.models import ContentType
from django.db.models import Model

from api.quem import Quem


def anotar(pessoa: Quem, objeto: Model, frase: str, *, acao: int = CHANGE, nome: str = "") -> None:
    """`nome`: como o histórico chama o objeto; por omissão, como ele se chama."""
    por_onde = f"Pela API, com o token “{pessoa.token}”" if pessoa.token else "Pela API"
    LogEntry.objects.create(
        user=pessoa.conta,
        content_type=ContentType.objects.get_for_model(objeto),
        object_id=str(objeto.pk),
        object_repr=(nome or str(objeto))[:200],
        action_flag=acao,
        change_message=f"{por_onde}: {frase}",
    )
