"""Os endereços das contas. Os nomes são os do allauth, porque ele os procura; a lista é a nossa: o que o allauth tem e
não está aqui (cadastro, senha esquecida, troca de senha, troca de e-mail) não existe neste site.
"""

from typing import Any

from allauth.account.views import reauthenticate
from allauth.mfa.base import views as mfa
from allauth.mfa.recovery_codes import views as reserva
from allauth.mfa.totp import views as totp
from django.contrib.admin.views.decorators import staff_member_required
from django.urls import path
from django.views.generic import RedirectView

from bbb.contas import producao, views


def da_producao(view: Any) -> Any:
    """Só para quem produz, e sem ficar em cache nenhum: a página mostra segredos."""
    return views.privada(staff_member_required(view, login_url="admin:login"))


urlpatterns = [
    path("", RedirectView.as_view(pattern_name="account_login")),
    path("entrar/", views.entrar, name="account_login"),
    path("codigo/", views.codigo, name="account_confirm_login_code"),
    path("codigo/outro/", views.outro_codigo, name="outro_codigo"),
    path("sair/", views.sair, name="account_logout"),
    path("provedor/", views.ir_ao_provedor, name="provedor"),
    path("provedor/volta/", views.voltar_do_provedor, name="provedor_volta"),
    path("senha/", da_producao(reauthenticate), name="account_reauthenticate"),
    path("segundo-fator/", da_producao(mfa.index), name="mfa_index"),
    path("segundo-fator/entrar/", views.privada(producao.segundo_passo), name="mfa_authenticate"),
    path("segundo-fator/confirmar/", da_producao(mfa.reauthenticate), name="mfa_reauthenticate"),
    path("segundo-fator/ativar/", da_producao(producao.Ativar.as_view()), name="mfa_activate_totp"),
    path("segundo-fator/desativar/", da_producao(totp.deactivate_totp), name="mfa_deactivate_totp"),
    path("segundo-fator/reserva/", da_producao(reserva.view_recovery_codes), name="mfa_view_recovery_codes"),
    path(
        "segundo-fator/reserva/novos/", da_producao(reserva.generate_recovery_codes), name="mfa_generate_recovery_codes"
    ),
    path(
        "segundo-fator/reserva/baixar/",
        da_producao(reserva.download_recovery_codes),
        name="mfa_download_recovery_codes",
    ),
]
