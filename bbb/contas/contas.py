"""De quem é um e-mail. A conta nasce quando a pessoa prova que o e-mail é seu, e não antes."""

import secrets

from allauth.account.models import EmailAddress
from django.contrib.auth.models import User
from django.db import IntegrityError, transaction
from django.utils import timezone

from votacao import eleitores


class EntradaRecusada(Exception):
    """Este e-mail é de uma conta que não entra por código: da produção, ou desativada."""


def do_email(email: str) -> User | None:
    """A conta deste e-mail, já em minúsculas: a que o provou, ou a mais antiga que o tem escrito."""
    provado = EmailAddress.objects.filter(email=email, verified=True).select_related("user").first()
    if provado is not None:
        return provado.user
    return User.objects.filter(email=email).order_by("pk").first()


def conta_para(email: str) -> User:
    """A conta de quem acaba de provar que `email` é seu; cria-a se não há.

    Levanta `EntradaRecusada`. Quem produz entra pela senha (e pelo fator): um e-mail lido por outro não abre o admin.
    Duas abas que provam ao mesmo tempo acabam na mesma conta: a restrição do banco deixa um só e-mail provado.
    """
    if User.objects.filter(is_staff=True, email__iexact=email).exists():
        raise EntradaRecusada
    conta = do_email(email)
    if conta is None:
        try:
            return _criar(email)
        except IntegrityError:
            conta = EmailAddress.objects.select_related("user").get(email=email, verified=True).user
    if conta.is_staff or not conta.is_active:
        raise EntradaRecusada
    _provado(conta, email)
    return conta


def conta_com_cpf(cpf: str, email: str, atual: User | None) -> User:
    """A conta de quem um provedor diz ter este CPF, já com ele confirmado. `email`, vazio se o provedor não o confirma.

    É a que está aberta; senão a que já confirmou este CPF; senão a do e-mail; senão uma nova. Uma conta que só digitou
    este CPF perde-o (`eleitores.cadastrar`), e não se entra nela. Levanta `EntradaRecusada`, `CpfRecusado`
    e `UrnaIndisponivel`.
    """
    conta = atual or eleitores.quem_confirmou(cpf) or (conta_para(email) if email else None)
    if conta is None:
        return _criar_com_cpf(cpf)
    if conta.is_staff or not conta.is_active:
        raise EntradaRecusada
    eleitores.cadastrar(conta=conta, cpf=cpf, agora=timezone.now(), verificado=True)
    return conta


def _criar_com_cpf(cpf: str) -> User:
    """Se o CPF não fica com ela, a conta não fica: sem e-mail, ninguém mais entraria nela."""
    conta = User.objects.create_user(f"conta-{secrets.token_hex(8)}")
    try:
        eleitores.cadastrar(conta=conta, cpf=cpf, agora=timezone.now(), verificado=True)
    except Exception:
        conta.delete()
        raise
    return conta


@transaction.atomic
def _criar(email: str) -> User:
    # O nome de usuário não diz nada da pessoa: ele aparece no admin e no histórico.
    conta = User.objects.create_user(f"conta-{secrets.token_hex(8)}", email)
    EmailAddress.objects.create(user=conta, email=email, verified=True, primary=True)
    return conta


def _provado(conta: User, email: str) -> None:
    endereco, _ = EmailAddress.objects.get_or_create(user=conta, email=email)
    if not endereco.verified:
        endereco.set_verified()
        endereco.set_as_primary(conditional=True)
