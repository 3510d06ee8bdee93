"""Quem fez o quê e quando, só para ler."""

from django.contrib import admin
from django.contrib.admin.models import LogEntry
from django.utils.html import format_html
from django.utils.safestring import SafeString

from votacao.admin.acesso import SomenteLeitura


@admin.register(LogEntry)
class HistoricoAdmin(SomenteLeitura):
    list_display = ("action_time", "user", "o_que", "sobre", "tipo")
    list_filter = (
        ("user", admin.RelatedOnlyFieldListFilter),
        ("content_type", admin.RelatedOnlyFieldListFilter),
        "action_time",
    )
    list_select_related = ("user", "content_type")
    search_fields = ("object_repr", "change_message")
    search_help_text = "Nome do que mudou ou parte do que foi feito."
    show_full_result_count = False
    list_per_page = 50
    fields = readonly_fields = ("action_time", "user", "o_que", "sobre", "tipo")

    @admin.display(description="o que foi feito")
    def o_que(self, entrada: LogEntry) -> str:
        return entrada.get_change_message() or entrada.get_action_flag_display()

    @admin.display(description="sobre", ordering="object_repr")
    def sobre(self, entrada: LogEntry) -> SafeString | str:
        endereco = None if entrada.is_deletion() else entrada.get_admin_url()
        return format_html('<a href="{}">{}</a>', endereco, entrada.object_repr) if endereco else entrada.object_repr

    @admin.display(description="tipo")
    def tipo(self, entrada: LogEntry) -> str:
        return entrada.content_type.name if entrada.content_type else ""
