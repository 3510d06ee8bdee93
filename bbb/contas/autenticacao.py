"""De onde vem o usuário de cada pedido."""

from typing import Any

from allauth.mfa.models import Authenticator
from django.contrib.auth.backends import ModelBackend
from django.contrib.auth.models import User
from django.db.models import Exists, OuterRef


class Contas(ModelBackend):
    """A senha do Django, só para quem tem uma. O usuário chega já dizendo se tem segundo fator, na mesma consulta."""

    def get_user(self, user_id: Any) -> User | None:
        fator = Authenticator.objects.filter(user_id=OuterRef("pk"), type=Authenticator.Type.TOTP)
        usuario = User.objects.annotate(tem_segundo_fator=Exists(fator)).filter(pk=user_id).first()
        return usuario if usuario is not None and self.user_can_authenticate(usuario) else None
