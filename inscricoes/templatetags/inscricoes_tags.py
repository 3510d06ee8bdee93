"""As datas das páginas de inscrição, sempre do mesmo jeito."""

from datetime import datetime

from django import template
from django.utils import formats, timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString

register = template.Library()


@register.filter
def quando(instante: datetime) -> SafeString:
    """`segunda-feira, 14 de dezembro de 2026, às 23h59`, no fuso do site, com o instante exato para as máquinas."""
    local = timezone.localtime(instante)
    dia = formats.date_format(local, r"l, j \d\e F \d\e Y").lower()
    return format_html('<time datetime="{}">{}, às {}</time>', local.isoformat(), dia, f"{local:%Hh%M}")
