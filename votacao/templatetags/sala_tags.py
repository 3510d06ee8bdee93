"""Tempos curtos, como se dizem na sala de controle."""

from django import template

register = template.Library()


@register.filter
def tempo(milissegundos: int) -> str:
    """50 vira 50 ms; 2500 vira 2,5 s; zero, um traço."""
    if not milissegundos:
        return "–"
    if milissegundos < 1000:
        return f"{milissegundos} ms"
    return f"{milissegundos / 1000:.1f} s".replace(".", ",").replace(",0 s", " s")


@register.filter
def segundos(quantos: int) -> str:
    """45 vira 45 s; 130 vira 2 min 10 s."""
    minutos, resto = divmod(quantos, 60)
    return f"{minutos} min {resto} s" if minutos else f"{resto} s"
