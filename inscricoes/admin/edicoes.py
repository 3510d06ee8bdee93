from django.contrib import admin

from inscricoes.models import Edicao


@admin.register(Edicao)
class EdicaoAdmin(admin.ModelAdmin):
    list_display = ("nome", "ano")
    search_fields = ("nome", "ano")
    show_full_result_count = False
