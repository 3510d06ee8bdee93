"""Um paredão ao vivo: abrir, encerrar e publicar com confirmação, a contagem, a exportação e a prévia."""

import csv
import io
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast

from django.contrib import messages
from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.utils.text import get_text_list, slugify
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from votacao import apuracao, services
from votacao.admin.acesso import agora_de, pode_conduzir, pode_ver_contagem
from votacao.admin.formulario import QuarentenaForm
from votacao.models import Contagem, Modalidade, Paredao, Suspeita
from votacao.templatetags.votacao_tags import milhar
from votacao.views import contexto_do_paredao

ULTIMAS_HORAS = 12
COLUNAS = ("paredão", "hora", "modalidade", "participante", "suspeita", "votos")

LinhaDaPlanilha = tuple[str, datetime, str, str, str, int]


@dataclass(frozen=True, slots=True)
class Acao:
    """Uma ação com confirmação."""

    nome: str
    botao: str
    pergunta: str
    de: tuple[Paredao.Situacao, ...]
    """As situações em que faz sentido."""
    fazer: Callable[[Paredao], None]
    historico: Callable[[Paredao], str]
    """A frase que fica no histórico, depois de feita."""


def _abriu(paredao: Paredao) -> str:
    return f"Abriu a votação entre {_quem(paredao)}."


def _encerrou(paredao: Paredao) -> str:
    return f"Encerrou a votação, com {milhar(apuracao.apurar(paredao).total)} votos contados até então."


def _publicou(paredao: Paredao) -> str:
    apurado = apuracao.apurar(paredao)
    return f"Publicou o resultado, com {milhar(apurado.total)} votos: {apurado.frase}"


ACOES = {
    acao.nome: acao
    for acao in (
        Acao(
            "abrir",
            "Abrir a votação",
            "Abrir a votação agora?",
            services.EDITAVEIS,
            services.abrir,
            _abriu,
        ),
        Acao(
            "encerrar",
            "Encerrar a votação",
            "Encerrar a votação agora?",
            (Paredao.Situacao.ABERTO,),
            services.encerrar,
            _encerrou,
        ),
        Acao(
            "publicar",
            "Publicar o resultado",
            "Publicar este resultado?",
            (Paredao.Situacao.ENCERRADO,),
            services.publicar,
            _publicou,
        ),
    )
}


class Conducao:
    """A parte do `ParedaoAdmin` que age e que mostra a contagem."""

    def get_urls(self: Any) -> list[URLPattern]:
        envolver = self.admin_site.admin_view
        proprias = [
            path("<int:paredao_id>/previa/", envolver(self.previa), name="votacao_paredao_previa"),
            path("<int:paredao_id>/contagem/", envolver(self.contagem), name="votacao_paredao_contagem"),
            path("<int:paredao_id>/exportar/", envolver(self.exportar), name="votacao_paredao_exportar"),
            path("<int:paredao_id>/suspeitos/", envolver(self.suspeitos), name="votacao_paredao_suspeitos"),
            *(
                path(
                    f"<int:paredao_id>/{acao.nome}/",
                    envolver(self.conduzir),
                    {"nome": acao.nome},
                    name=f"votacao_paredao_{acao.nome}",
                )
                for acao in ACOES.values()
            ),
        ]
        return proprias + super().get_urls()  # type: ignore[misc]

    @method_decorator(require_http_methods(["GET", "POST"]))
    def conduzir(self: Any, request: HttpRequest, paredao_id: int, nome: str) -> HttpResponse:
        acao = ACOES[nome]
        paredao = self._achar(request, paredao_id, pode=pode_conduzir(request))
        if request.method == "POST":
            self._fazer(request, acao, paredao)
            return HttpResponseRedirect(_de_onde_veio(request, paredao))
        situacao = paredao.situacao(agora_de(request))
        mostra = pode_ver_contagem(request) and acao.nome != "abrir"
        contexto = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": acao.pergunta,
            "acao": acao,
            "paredao": paredao,
            "situacao": situacao,
            "como_esta": services.como_esta(paredao, agora_de(request)),
            "opcoes": paredao.opcoes.all(),
            "voltar": _de_onde_veio(request, paredao),
            "cabe": situacao in acao.de,
            "faltas": self._faltas(request, acao, paredao),
            "agora": agora_de(request),
            "apuracao": apuracao.apurar(paredao) if mostra else None,
        }
        return TemplateResponse(request, "admin/votacao/paredao/conduzir.html", contexto)

    def _faltas(self, request: HttpRequest, acao: Acao, paredao: Paredao) -> list[str]:
        """O que impede a ação, além da situação do paredão."""
        match acao.nome:
            case "abrir":
                return services.impedimentos_para_abrir(paredao)
            case "publicar" if self.falta_decidir(paredao, request):
                return [services.falta_decidir(paredao)]
        return []

    @method_decorator(require_http_methods(["GET", "POST"]))
    def suspeitos(self: Any, request: HttpRequest, paredao_id: int) -> HttpResponse:
        """Os dois resultados lado a lado, e a decisão: uma vez só, com justificativa, no histórico."""
        paredao = self._achar(request, paredao_id, pode=pode_conduzir(request) and pode_ver_contagem(request))
        form = QuarentenaForm(request.POST if request.method == "POST" else None)
        if request.method == "POST" and form.is_valid():
            self._decidir(request, paredao, **form.cleaned_data)
            return HttpResponseRedirect(_de_onde_veio(request, paredao))
        sem, com = apuracao.apurar_dos_dois_jeitos(paredao)
        contexto = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": "Os votos suspeitos contam?",
            "paredao": paredao,
            "situacao": paredao.situacao(agora_de(request)),
            "voltar": _de_onde_veio(request, paredao),
            "os_dois_jeitos": (sem, com),
            "apuracao": sem,
            "pode_decidir": self.falta_decidir(paredao, request),
            "form": form,
        }
        return TemplateResponse(request, "admin/votacao/paredao/suspeitos.html", contexto)

    def _decidir(self: Any, request: HttpRequest, paredao: Paredao, *, contam: bool, justificativa: str) -> None:
        try:
            with services.vez_do_produtor():
                decidida = services.decidir_suspeitos(
                    paredao, contam=contam, justificativa=justificativa, quem=cast(User, request.user)
                )
                jeito = "contam" if decidida.contam else "não contam"
                frase = f"Decidiu que os votos suspeitos {jeito}: {decidida.justificativa}"
                self.log_change(request, paredao, frase)
        except services.AcaoRecusada as recusa:
            self.message_user(request, str(recusa), messages.WARNING)
        else:
            self.message_user(request, f"“{paredao}”: {frase}", messages.SUCCESS)

    def falta_decidir(self, paredao: Paredao, request: HttpRequest) -> bool:
        """Se está encerrado, com votos suspeitos, e ninguém decidiu ainda."""
        encerrado = paredao.situacao(agora_de(request)) == Paredao.Situacao.ENCERRADO
        return encerrado and services.suspeitos_sem_decisao(paredao) > 0

    def _fazer(self: Any, request: HttpRequest, acao: Acao, paredao: Paredao) -> None:
        try:
            # Numa transação só: ou a ação e a sua linha no histórico, ou nenhuma das duas.
            with services.vez_do_produtor():
                acao.fazer(paredao)
                frase = acao.historico(paredao)
                self.log_change(request, paredao, frase)
        except services.AcaoRecusada as recusa:
            self.message_user(request, str(recusa), messages.WARNING)
        else:
            self.message_user(request, f"“{paredao}”: {frase}", messages.SUCCESS)

    @method_decorator(require_GET)
    def contagem(self: Any, request: HttpRequest, paredao_id: int) -> HttpResponse:
        """O pedaço da página que se renova sozinho."""
        paredao = self._achar(request, paredao_id, pode=pode_ver_contagem(request))
        contexto = self.contexto_da_contagem(paredao, request)
        return TemplateResponse(request, "admin/votacao/paredao/_contagem.html", contexto)

    def contexto_da_contagem(self, paredao: Paredao, request: HttpRequest) -> dict[str, Any]:
        sem, com = apuracao.apurar_dos_dois_jeitos(paredao)
        vale = com if sem.quarentena is not None and sem.quarentena.contam else sem
        participantes, horas = apuracao.por_hora(paredao, suspeitos=vale.suspeitos_contam)
        return {
            "paredao": paredao,
            "situacao": paredao.situacao(agora_de(request)),
            "agora": agora_de(request),
            "apuracao": vale,
            "os_dois_jeitos": (sem, com) if sem.suspeitos else (),
            "participantes": participantes,
            "horas": horas[: -ULTIMAS_HORAS - 1 : -1],
            "mais_horas": len(horas) > ULTIMAS_HORAS,
        }

    @method_decorator(require_POST)
    def exportar(self: Any, request: HttpRequest, paredao_id: int) -> HttpResponse:
        """A contagem em CSV. É POST porque deixa uma linha no histórico."""
        paredao = self._achar(request, paredao_id, pode=pode_ver_contagem(request))
        agora = agora_de(request)
        linhas = _linhas(paredao)
        resposta = HttpResponse(em_csv(linhas), content_type="text/csv; charset=utf-8")
        nome = f"contagem-{slugify(str(paredao))}-{paredao.pk}-{timezone.localtime(agora):%Y%m%d-%H%M%S}.csv"
        resposta["Content-Disposition"] = f'attachment; filename="{nome}"'
        total = sum(linha[-1] for linha in linhas)
        try:
            with services.vez_do_produtor():
                self.log_change(request, paredao, f"Exportou a contagem, com {milhar(total)} votos.")
        except services.AcaoRecusada as recusa:
            self.message_user(request, str(recusa), messages.WARNING)
            return HttpResponseRedirect(reverse("admin:votacao_paredao_change", args=[paredao.pk]))
        return resposta

    @method_decorator(require_GET)
    def previa(self: Any, request: HttpRequest, paredao_id: int) -> HttpResponse:
        """A página de votação como o público a vê; a de um rascunho ou agendado, como ficará depois de aberta."""
        paredao = self._achar(request, paredao_id, pode=True)
        agora = agora_de(request)
        if paredao.situacao(agora) not in services.EDITAVEIS:
            return HttpResponseRedirect(paredao.get_absolute_url())
        paredao.abre_em = agora  # Só neste objeto: nada é gravado.
        return TemplateResponse(
            request, "admin/votacao/paredao/previa.html", contexto_do_paredao(paredao, agora) | {"previa": True}
        )

    def _achar(self: Any, request: HttpRequest, paredao_id: int, *, pode: bool) -> Paredao:
        """Levanta 403 para quem não pode e 404 se não existe, nesta ordem."""
        if not (pode and self.has_view_permission(request)):
            raise PermissionDenied
        paredao = Paredao.objects.select_related("edicao").com_participantes().filter(pk=paredao_id).first()
        if paredao is None:
            raise Http404
        return paredao


def _de_onde_veio(request: HttpRequest, paredao: Paredao) -> str:
    """A sala de controle, para quem agiu a partir dela; senão, a página do paredão."""
    pagina = "sala" if request.GET.get("de") == "sala" and pode_ver_contagem(request) else "change"
    return reverse(f"admin:votacao_paredao_{pagina}", args=[paredao.pk])


def em_csv(linhas: list[LinhaDaPlanilha]) -> bytes:
    """Para abrir direto na planilha brasileira: `;`, UTF-8 com marca, hora local, nenhuma célula que vire fórmula."""
    saida = io.StringIO(newline="")
    escritor = csv.writer(saida, delimiter=";")
    escritor.writerow(COLUNAS)
    for paredao, hora, modalidade, participante, suspeita, votos in linhas:
        quando = f"{timezone.localtime(hora):%d/%m/%Y %H:%M}"
        escritor.writerow([_celula(paredao), quando, modalidade, _celula(participante), suspeita, votos])
    return saida.getvalue().encode("utf-8-sig")


def _celula(texto: str) -> str:
    """https://owasp.org/www-community/attacks/CSV_Injection: o apóstrofo faz a planilha ler texto."""
    return f"'{texto}" if texto.lstrip().startswith(("=", "+", "-", "@")) or texto[:1] in ("\t", "\r", "\n") else texto


def _linhas(paredao: Paredao) -> list[LinhaDaPlanilha]:
    contagens = (
        Contagem.objects.filter(paredao=paredao)
        .order_by("hora", "modalidade", "participante__nome_curto", "participante", "suspeita")
        .values_list("hora", "modalidade", "participante__nome_curto", "suspeita", "votos")
    )
    return [
        (paredao.titulo, hora, Modalidade(modalidade).label, participante, Suspeita(suspeita).label, votos)
        for hora, modalidade, participante, suspeita, votos in contagens
    ]


def _quem(paredao: Paredao) -> str:
    nomes = [
        opcao.participante.nome_curto for opcao in paredao.opcoes.select_related("participante").order_by("ordem", "id")
    ]
    return get_text_list(nomes, "e")
