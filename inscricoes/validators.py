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

NASCIMENTO_MINIMO = date(1900, 1, 1)

_PONTUACAO = re.compile(r"[\s.\-/]")
_DATA = re.compile(r"(\d{1,2})[/.\- ](\d{1,2})[/.\- ](\d{4})|(\d{2})(\d{2})(\d{4})")
_DATA_ISO = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})")
_DIRECAO = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
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


def data_escrita(texto: str) -> date:
    """A data de `03/02/1991`, `3-2-1991`, `03021991` ou `1991-02-03` (a que o navegador preenche sozinho).

    Levanta `ValidationError` se não se entende ou se não existe no calendário.
    """
    limpo = unicodedata.normalize("NFKC", texto).strip()
    if achada := _DATA.fullmatch(limpo):
        dia, mes, ano = (parte for parte in achada.groups() if parte)
    elif achada := _DATA_ISO.fullmatch(limpo):
        ano, mes, dia = achada.groups()
    else:
        raise ValidationError("Escreva dia, mês e ano com quatro números, como 03/02/1991.", code="data_formato")
    try:
        return date(int(ano), int(mes), int(dia))
    except ValueError:
        raise ValidationError("Esta data não existe. Confira o dia e o mês.", code="data_inexistente") from None


def conferir_nascimento(nascimento: date, *, hoje: date, ano: int) -> None:
    """Levanta `ValidationError` se a data está no futuro, é antes de 1900, ou se a idade no fim de `ano` não serve."""
    if nascimento > hoje:
        raise ValidationError("Esta data ainda não chegou. Confira o ano em que você nasceu.", code="futuro")
    if nascimento < NASCIMENTO_MINIMO:
        raise ValidationError("Confira o ano em que você nasceu: ele parece ser antes de 1900.", code="antigo")
    conferir_idade(nascimento, ano)


def limpar_texto(texto: str) -> str:
    """O texto como se guarda: composto (NFC), com quebras de linha de um jeito só, sem sinais invisíveis de controle.

    Ficam emojis e letras de qualquer alfabeto. Saem os controles (inclusive o NUL, que o PostgreSQL recusa) e os que
    viram a direção da leitura, que fariam um nome parecer outro na tela da produção.
    """
    limpo = unicodedata.normalize("NFC", texto).replace("\r\n", "\n").replace("\r", "\n")
    return "".join(
        c for c in limpo if c in "\n\t" or not (unicodedata.category(c) in ("Cc", "Cs") or c in _DIRECAO)
    ).strip()


def limpar_linha(texto: str) -> str:
    """Como `limpar_texto`, numa linha só e sem espaços repetidos."""
    return " ".join(limpar_texto(texto).split())


def conferir_letras(texto: str) -> None:
    """Levanta `ValidationError` se o nome não tem nenhuma letra, de qualquer alfabeto."""
    if texto and not any(c.isalpha() for c in texto):
        raise ValidationError("Escreva com letras.", code="sem_letras")
