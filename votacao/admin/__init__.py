"""A sala dos produtores: o admin do Django, em português, com as regras do paredão ao vivo.

Aqui só se mostra, se confere e se pergunta. Quem muda um paredão que o público já vê é `votacao.services`.
"""

from django.contrib import admin

from votacao.admin import historico, livro, paredoes, participantes

__all__ = ["historico", "livro", "paredoes", "participantes"]

admin.site.site_header = "BBB 24 · Produção"
admin.site.site_title = "BBB 24 · Produção"
admin.site.index_title = "O que você quer fazer?"
admin.site.empty_value_display = "–"
