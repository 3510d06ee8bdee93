"""Quem pede: uma conta, pela sessão do navegador ou por um token, e o que pode com isso."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast

from django.contrib.auth.models import User
from django.db.models import TextChoices
from django.http import HttpRequest

from api.problema import Recusado


class Escopo(TextChoices):
    """Para que serve um token. Nenhum dá mais do que a conta que o fez já pode."""

    INSCRICOES_LER = "inscricoes:ler", "ler as inscrições"
    INSCRICOES_ESCREVER = "inscricoes:escrever", "criar, corrigir, mover e eliminar inscrições"
    INSCRICOES_CPF = "inscricoes:cpf", "ver o CPF inteiro de uma inscrição"
    PAREDOES_LER = "paredoes:ler", "ler os paredões, também os rascunhos"
    PAREDOES_ESCREVER = "paredoes:escrever", "criar, mudar e apagar paredões"
    PAREDOES_CONDUZIR = "paredoes:conduzir", "abrir, encerrar e publicar paredões"
    CONTAGEM_LER = "contagem:ler", "ver a contagem antes do resultado"


@dataclass(frozen=True, slots=True)
class Quem:
    conta: User
    escopos: frozenset[str] | None
    """Do token; `None` na sessão do navegador, que pode tudo o que a conta pode."""
    da_producao: bool
    """Se produz e já mostrou o segundo fator que tem, ou que se exige."""
    token: str = ""
    """O nome do token, para o histórico."""
    expira_em: datetime | None = None

    @property
    def pela_sessao(self) -> bool:
        return self.escopos is None

    def pode(self, permissao: str, escopo: Escopo) -> bool:
        return (
            self.da_producao
            and (self.escopos is None or escopo.value in self.escopos)
            and self.conta.has_perm(permissao)
        )

    def exigir(self, permissao: str, escopo: Escopo) -> None:
        """Levanta `Recusado` (403), com o que falta."""
        if self.pode(permissao, escopo):
            return
        if self.escopos is not None and escopo.value not in self.escopos:
            raise Recusado("sem_escopo", f"Este token não tem o escopo “{escopo.value}”.")
        if self.conta.is_staff and not self.da_producao:
            raise Recusado("falta_segundo_fator", "Entre no admin e mostre o segundo fator antes de usar a API.")
        raise Recusado("sem_permissao", "Esta conta não tem permissão para isto.")

    def exigir_sessao(self) -> None:
        """O que só a própria pessoa faz, no seu navegador. Levanta `Recusado`."""
        if not self.pela_sessao:
            raise Recusado("so_da_propria_pessoa", "Um token não fala por uma candidata: isto se faz pela sessão dela.")


def quem(request: HttpRequest) -> Quem:
    """Quem pede, numa rota que exige saber."""
    return cast(Quem, request.auth)  # type: ignore[attr-defined]


def exigir(request: HttpRequest, permissao: str, escopo: Escopo) -> Quem:
    """Levanta `Recusado` (403) se quem pede não pode."""
    pessoa = quem(request)
    pessoa.exigir(permissao, escopo)
    return pessoa


ESCOPO = "x-escopo"
PERMISSAO = "x-permissao"


def exige(permissao: str, escopo: Escopo) -> dict[str, Any]:
    """O que o esquema diz de uma rota da produção."""
    return {ESCOPO: escopo.value, PERMISSAO: permissao}
