"""Telefone e perfis: como a pessoa escreve, e como se guardam. Sem banco e sem formulário."""

import re
import unicodedata
from enum import StrEnum
from urllib.parse import unquote, urlsplit

import phonenumbers
from django.core.exceptions import ValidationError

_TELEFONE = re.compile(r"[\d\s().+\-/]+")
_GUARDADO = re.compile(r"\+55\d{10,11}")


def telefone_em_e164(texto: str) -> str:
    """`(11) 91234-5678`, com ou sem pontuação e +55, como `+5511912345678`.

    Levanta `ValidationError` se não é um telefone do Brasil com DDD (plano da Anatel, como a `phonenumbers` o traz).
    """
    limpo = unicodedata.normalize("NFKC", texto).strip()
    try:
        numero = phonenumbers.parse(limpo if _TELEFONE.fullmatch(limpo) else "", "BR")
    except phonenumbers.NumberParseException:
        numero = None
    if numero is None or numero.country_code != 55 or not phonenumbers.is_valid_number(numero):
        raise ValidationError("Escreva um telefone do Brasil com DDD, como (11) 91234-5678.", code="telefone")
    return phonenumbers.format_number(numero, phonenumbers.PhoneNumberFormat.E164)


def telefone_escrito(guardado: str) -> str:
    """Como se lê: `(11) 91234-5678`. O que não está na forma guardada volta como está."""
    if not _GUARDADO.fullmatch(guardado):
        return guardado
    numero = phonenumbers.parse(guardado)
    return phonenumbers.format_number(numero, phonenumbers.PhoneNumberFormat.NATIONAL)


class Rede(StrEnum):
    INSTAGRAM = "instagram"
    TIKTOK = "tiktok"
    X = "x"
    YOUTUBE = "youtube"


_NOMES = {Rede.INSTAGRAM: "Instagram", Rede.TIKTOK: "TikTok", Rede.X: "X", Rede.YOUTUBE: "YouTube"}
_DOMINIOS = {
    Rede.INSTAGRAM: ("instagram.com",),
    Rede.TIKTOK: ("tiktok.com",),
    Rede.X: ("x.com", "twitter.com"),
    Rede.YOUTUBE: ("youtube.com",),
}
_USUARIO = {
    Rede.INSTAGRAM: re.compile(r"[A-Za-z0-9._]{1,30}"),
    Rede.TIKTOK: re.compile(r"[A-Za-z0-9._]{2,24}"),
    Rede.X: re.compile(r"[A-Za-z0-9_]{1,15}"),
    # O YouTube aceita letras de outros alfabetos no @, e o canal sem @ tem um código que começa por UC.
    Rede.YOUTUBE: re.compile(r"[\w.\-·]{3,30}"),
}
_CAMINHO = {
    Rede.INSTAGRAM: re.compile(r"/([^/@]+)(?:/.*)?"),
    Rede.TIKTOK: re.compile(r"/@([^/]+)(?:/.*)?"),
    Rede.X: re.compile(r"/@?([^/]+)(?:/.*)?"),
    Rede.YOUTUBE: re.compile(r"/(?:@|c/|user/|channel/)([^/]+)(?:/.*)?"),
}
_CANAL = re.compile(r"UC[\w-]{22}")
_NAO_SAO_PESSOAS = frozenset({"p", "reel", "reels", "stories", "explore", "i", "home", "intent", "search", "hashtag"})
"""O primeiro pedaço de um endereço que é uma publicação ou uma página da rede, e não alguém."""
_ENDERECO = re.compile(r"(?:https?://)?(?:[\w-]+\.)+[a-z]{2,}/.*|https?://.*|www\..*", re.IGNORECASE)


def usuario_do_perfil(texto: str, rede: Rede) -> str:
    """O nome de usuário em `@fulana`, `fulana` ou no endereço do perfil.

    Levanta `ValidationError` se o endereço é de outro lugar, ou se o nome não pode existir nessa rede.
    """
    limpo = unicodedata.normalize("NFKC", texto).strip()
    usuario = _do_endereco(limpo, rede) if _ENDERECO.fullmatch(limpo) else limpo.removeprefix("@")
    if not _USUARIO[rede].fullmatch(usuario) or usuario.lower() in _DOMINIOS[rede]:
        raise ValidationError(
            f"Isto não parece um nome de usuário do {_NOMES[rede]}. Escreva como @fulana.", code="usuario"
        )
    return usuario


def _do_endereco(endereco: str, rede: Rede) -> str:
    try:
        partes = urlsplit(endereco if "://" in endereco else f"https://{endereco}")
        dominio = (partes.hostname or "").lower()
    except ValueError:
        dominio = ""
    if not any(dominio == d or dominio.endswith(f".{d}") for d in _DOMINIOS[rede]):
        raise ValidationError(
            f"Este endereço não é do {_NOMES[rede]}. Escreva só o nome de usuário, como @fulana.", code="outro_lugar"
        )
    achado = _CAMINHO[rede].fullmatch(unquote(partes.path))
    if achado is None or achado[1].lower() in _NAO_SAO_PESSOAS:
        raise ValidationError(
            f"Este endereço do {_NOMES[rede]} não é de um perfil. Escreva só o nome de usuário, como @fulana.",
            code="sem_perfil",
        )
    return achado[1]


def perfil_escrito(usuario: str) -> str:
    """Como se lê: `@fulana`. Um canal do YouTube sem @ é só o seu código."""
    return f"@{usuario}" if usuario and not _CANAL.fullmatch(usuario) else usuario
