"""O que é válido numa inscrição, sem banco e sem formulário."""

import re
import unicodedata
from datetime import date

from django.core.exceptions import ValidationError
from validate_docbr import CPF

IDADE_MINIMA = 18
IDADE_MAXIMA = 70
"""Anos completos até o fim do ano da inscrição (regra do programa)."""
FOTOS_MINIMAS = 3
FOTOS_MAXIMAS = 10
VIDEO_MAXIMO = 5 * 60
"""Segundos do maior vídeo de apresentação."""

_PONTUACAO = re.compile(r"[\s.\-/]")
_cpf = CPF()


def cpf_em_digitos(texto: str) -> str:
    """Os 11 dígitos de um CPF escrito como for: com pontos, espaços ou algarismos de largura inteira.

    Levanta `ValidationError` se faltam dígitos, se os verificadores não conferem ou se são todos iguais.
    """
    digitos = _PONTUACAO.sub("", unicodedata.normalize("NFKC", texto))
    if not (digitos.isascii() and digitos.isdigit() and len(digitos) == 11):
        raise ValidationError("O CPF tem 11 números. Confira se não falta nem sobra algum.", code="cpf_tamanho")
    if not _cpf.validate(digitos):
        raise ValidationError("Este CPF não existe. Confira os números.", code="cpf_invalido")
    return digitos


def cpf_mascarado(digitos: str) -> str:
    """Como se mostra a quem não precisa dele inteiro: `***.982.247-**`."""
    return f"***.{digitos[3:6]}.{digitos[6:9]}-**" if len(digitos) == 11 else ""


def cpf_pontuado(digitos: str) -> str:
    return f"{digitos[:3]}.{digitos[3:6]}.{digitos[6:9]}-{digitos[9:]}" if len(digitos) == 11 else digitos


def conferir_idade(nascimento: date, ano: int) -> None:
    """Levanta `ValidationError` se a idade completada até o fim de `ano` não vai de 18 a 70 anos."""
    idade = ano - nascimento.year
    if not IDADE_MINIMA <= idade <= IDADE_MAXIMA:
        raise ValidationError(
            f"Para se inscrever é preciso ter de {IDADE_MINIMA} a {IDADE_MAXIMA} anos completos até o fim de {ano}.",
            code="idade",
        )
