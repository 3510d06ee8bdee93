"""Participantes: cadastro e foto."""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import ValidationError
from django.db import IntegrityError
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString

from inscricoes.models import Edicao
from votacao import fotos, services
from votacao.admin.acesso import agora_de
from votacao.models import Opcao, Participante


class FotoField(forms.FileField):
    """Um arquivo que é mesmo uma foto. A imagem já aberta fica em `arquivo.imagem`."""

    widget = forms.FileInput(attrs={"accept": "image/jpeg,image/png,image/webp"})

    def clean(self, data: Any, initial: Any = None) -> Any:
        arquivo = super().clean(data, initial)
        if arquivo and not hasattr(arquivo, "imagem"):
            arquivo.seek(0)
            arquivo.imagem = fotos.ler(arquivo)
        return arquivo


class ParticipanteForm(forms.ModelForm):
    nova_foto = FotoField(
        label="Nova foto",
        required=False,
        help_text="JPEG, PNG ou WebP, de até 10 MB, com o rosto no alto e no meio. Será cortada em pé (3 por 4).",
    )

    class Meta:
        model = Participante
        fields = "__all__"  # noqa: DJ007 (o ModelAdmin diz quais)
        help_texts = {"edicao": "A temporada em que está na casa."}  # noqa: RUF012

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.pk is None and "edicao" in self.fields and not self.initial.get("edicao"):
            self.initial["edicao"] = Edicao.objects.values_list("pk", flat=True).first()


@admin.register(Participante)
class ParticipanteAdmin(admin.ModelAdmin):
    form = ParticipanteForm
    list_display = ("miniatura", "nome_curto", "grupo", "nome", "cidade", "uf", "edicao")
    list_display_links = ("miniatura", "nome_curto")
    list_filter = ("edicao", "grupo")
    list_per_page = 60
    show_full_result_count = False
    search_fields = ("nome_curto", "nome", "cidade", "profissao")
    search_help_text = "Nome, cidade ou profissão."
    readonly_fields = ("previa_da_foto", "origem")
    fieldsets = (
        (None, {"fields": ("edicao", "nome_curto", "nome", "grupo")}),
        ("Foto", {"fields": ("previa_da_foto", "nova_foto")}),
        ("Quem é", {"fields": ("nascimento", "profissao", "cidade", "uf", "apresentacao", "origem")}),
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[Participante]:
        return super().get_queryset(request).select_related("edicao", "candidato")

    @admin.display(description="foto")
    def miniatura(self, participante: Participante) -> SafeString:
        return _foto(participante, "miniatura", 45, 60)

    @admin.display(description="foto atual")
    def previa_da_foto(self, participante: Participante) -> SafeString | str:
        return _foto(participante, "retrato", 180, 240) if participante.foto else "Ainda não tem foto."

    @admin.display(description="inscrição de origem")
    def origem(self, participante: Participante) -> SafeString | str:
        candidato = participante.candidato
        if candidato is None:
            return "Cadastrado pela produção."
        endereco = reverse("admin:inscricoes_candidato_change", args=[candidato.pk])
        return format_html('<a href="{}">{}</a>', endereco, candidato)

    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        if request.method != "POST":
            return super().changeform_view(request, object_id, form_url, extra_context)
        # Abrir a foto antes da transação e gravá-la depois: nem uma coisa nem outra segura a urna.
        try:
            FotoField(required=False).clean(request.FILES.get("nova_foto"))
        except ValidationError:
            pass  # O formulário o dirá.
        try:
            with services.vez_do_produtor():
                resposta = super().changeform_view(request, object_id, form_url, extra_context)
        except IntegrityError as erro:
            self.message_user(request, services.frase_do_banco(erro), messages.ERROR)
            return HttpResponseRedirect(request.get_full_path())
        except services.AcaoRecusada as recusa:
            self.message_user(request, str(recusa), messages.WARNING)
            return HttpResponseRedirect(request.get_full_path())
        if hasattr(request, "foto_a_gravar"):
            self._gravar_foto(request, *request.foto_a_gravar)
        return resposta

    def formfield_for_dbfield(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        campo = super().formfield_for_dbfield(db_field, request, **kwargs)
        if db_field.name == "edicao" and campo is not None:
            campo.widget.can_change_related = campo.widget.can_view_related = campo.widget.can_delete_related = False
        return campo

    def save_model(self, request: HttpRequest, obj: Participante, form: Any, change: bool) -> None:
        if change:
            campos = {campo.name for campo in Participante._meta.concrete_fields}
            obj.save(update_fields=[nome for nome in form.changed_data if nome in campos])
        else:
            obj.save()
        if form.cleaned_data.get("nova_foto"):
            request.foto_a_gravar = (obj.pk, form.cleaned_data["nova_foto"].imagem)  # type: ignore[attr-defined]

    def _gravar_foto(self, request: HttpRequest, pk: int, imagem: Any) -> None:
        try:
            nome = fotos.gravar(imagem)
        except OSError:
            self.message_user(
                request, "Os dados foram gravados, mas a foto não: o disco a recusou. Tente de novo.", messages.ERROR
            )
            return
        Participante.objects.filter(pk=pk).update(foto=nome)

    def get_deleted_objects(self, objs: Any, request: HttpRequest) -> Any:
        """Antes de tudo pergunta pelos paredões: a resposta do Django varreria o livro de votos inteiro."""
        agora = agora_de(request)
        opcoes = Opcao.objects.filter(participante__in=[obj.pk for obj in objs]).select_related(
            "paredao", "participante"
        )
        presos = [
            f"{opcao.participante} está no paredão “{opcao.paredao}” ({opcao.paredao.situacao(agora).label})."
            for opcao in opcoes.select_related("paredao", "participante").order_by(
                "participante__nome_curto", "paredao"
            )
        ]
        if presos:
            return [], {}, set(), presos
        return super().get_deleted_objects(objs, request)


def _foto(participante: Participante, classe: str, largura: int, altura: int) -> SafeString:
    if not participante.foto:
        return format_html('<span class="{} sem-foto">sem foto</span>', classe)
    endereco = reverse("votacao:foto", kwargs={"arquivo": f"{participante.foto}-240.webp"})
    return format_html(
        '<img class="{}" src="{}" width="{}" height="{}" alt="Foto de {}" loading="lazy">',
        classe, endereco, largura, altura, participante.nome_curto,
    )  # fmt: skip
