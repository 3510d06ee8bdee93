"""A ficha de um candidato: tudo numa página, e o que a produção faz com um só (mover, dar parecer)."""

from dataclasses import dataclass
from typing import Any

from django.db import OperationalError, transaction
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path
from django.utils.decorators import method_decorator
from django.views.decorators.http import require_http_methods

from inscricoes.admin.acesso import OCUPADO, Acesso, endereco_do_arquivo, pode, quem
from inscricoes.admin.acoes import DESTINOS, Passo, Relatorio, mover_e_anotar, passos_de
from inscricoes.forms.producao import ParecerForm
from inscricoes.models import Candidato, Pergunta, Resposta, Video
from inscricoes.services import ParecerRecusado, opinar
from inscricoes.situacoes import DO_CANDIDATO, ENVIADAS, Situacao
from inscricoes.validators import IDADE_MAXIMA, IDADE_MINIMA

SIM_OU_NAO = {"sim": "sim", "nao": "não"}


@dataclass(frozen=True, slots=True)
class Respondida:
    pergunta: Pergunta
    texto: str

    @property
    def retirada(self) -> bool:
        return self.pergunta.retirada_em is not None


def questionario_de(candidato: Candidato) -> list[tuple[str, list[Respondida]]]:
    """As perguntas no ar e as já retiradas que ele respondeu, por seção, na ordem do questionário. Duas consultas."""
    respostas = {
        resposta.pergunta_id: resposta
        for resposta in Resposta.objects.filter(candidato=candidato).select_related("pergunta__secao")
    }
    no_ar = list(Pergunta.objects.no_ar().filter(secao__edicao=candidato.edicao_id).select_related("secao"))
    perguntas = {pergunta.pk: pergunta for pergunta in no_ar}
    perguntas |= {pk: resposta.pergunta for pk, resposta in respostas.items() if pk not in perguntas}
    secoes: dict[int, tuple[str, list[Respondida]]] = {}
    for pergunta in sorted(perguntas.values(), key=lambda p: (p.secao.ordem, p.secao_id, p.ordem, p.pk)):
        resposta = respostas.get(pergunta.pk)
        texto = "" if resposta is None else por_extenso(pergunta, resposta.texto)
        secoes.setdefault(pergunta.secao_id, (pergunta.secao.titulo, []))[1].append(Respondida(pergunta, texto))
    return list(secoes.values())


def por_extenso(pergunta: Pergunta, texto: str) -> str:
    return SIM_OU_NAO.get(texto, texto) if pergunta.tipo == Pergunta.Tipo.SIM_NAO else texto


def fora_da_idade(candidato: Candidato) -> bool:
    idade = candidato.idade_na_regra
    return idade is not None and not IDADE_MINIMA <= idade <= IDADE_MAXIMA


class Ficha(Acesso):
    """A parte do `CandidatoAdmin` que mostra um candidato e age sobre ele."""

    def get_urls(self: Any) -> list[URLPattern]:
        envolver = self.admin_site.admin_view
        proprias = [
            *(
                path(
                    f"<int:candidato_id>/mover/{para.value}/",
                    envolver(self.mover),
                    {"para": para},
                    name=f"inscricoes_candidato_{para.value}",
                )
                for para in DESTINOS
            ),
            path("<int:candidato_id>/parecer/", envolver(self.parecer), name="inscricoes_candidato_parecer"),
        ]
        return proprias + super().get_urls()  # type: ignore[misc]

    # --- A página ---

    def contexto_da_ficha(self: Any, request: HttpRequest, candidato: Candidato) -> dict[str, Any]:
        """O que a ficha mostra além dos campos. Um número fixo de consultas, qualquer que seja a inscrição."""
        ve_pareceres = self.ve_pareceres(request)
        conduz = self.has_conduzir_permission(request)
        pareceres = list(candidato.pareceres.select_related("autor")) if ve_pareceres else []
        meu = next((parecer for parecer in pareceres if parecer.autor_id == request.user.pk), None)
        return {
            "candidato": candidato,
            "fora_da_idade": fora_da_idade(candidato),
            "sem_consentimento": candidato.situacao in ENVIADAS and candidato.consentiu_em is None,
            "passos": self.passos_com_endereco(request, candidato) if conduz else [],
            "fotos": fotos_de(candidato),
            "video": video_de(candidato),
            "questionario": questionario_de(candidato),
            "ve_pareceres": ve_pareceres,
            "pareceres": [(parecer, quem(parecer.autor)) for parecer in pareceres],
            "opina": conduz and candidato.situacao in ENVIADAS,
            "form_do_parecer": ParecerForm(initial={"nota": meu.nota, "texto": meu.texto} if meu else None),
            "endereco_do_parecer": self._endereco(request, "parecer", candidato),
            "movimentos": [
                (movimento, "a própria pessoa" if movimento.para in DO_CANDIDATO else quem(movimento.por))
                for movimento in candidato.movimentos.select_related("por")
            ],
            "avisos": list(candidato.avisos.all()),
            "vizinhos": [
                vizinho and (vizinho, self.endereco_da_ficha(request, vizinho.pk))
                for vizinho in self.vizinhos(request, candidato)
            ],
            "endereco_da_fila": self.endereco_da_fila(request),
            "endereco_do_cpf": self._endereco(request, "cpf", candidato),
            "pode_ver_cpf": bool(candidato.cpf) and pode(request, "ver_cpf"),
        }

    def ve_pareceres(self: Any, request: HttpRequest) -> bool:
        return pode(request, "view_parecer") or pode(request, "conduzir_selecao")

    def passos_com_endereco(self: Any, request: HttpRequest, candidato: Candidato) -> list[tuple[Passo, str]]:
        return [
            (passo, self._endereco(request, passo.para.value, candidato)) for passo in passos_de(candidato.situacao)
        ]

    def _endereco(self: Any, request: HttpRequest, nome: str, candidato: Candidato) -> str:
        endereco: str = self.com_o_filtro(request, self.endereco(nome, candidato.pk))
        return endereco

    # --- O que se faz ---

    @method_decorator(require_http_methods(["GET", "POST"]))
    def mover(self: Any, request: HttpRequest, candidato_id: int, para: Situacao) -> HttpResponse:
        """GET pergunta; POST faz."""
        candidato = self.achar(request, candidato_id, "conduzir_selecao")
        passo = DESTINOS[para]
        if request.method == "POST":
            relatorio = Relatorio(passo)
            mover_e_anotar(self, request, candidato, relatorio)
            for nivel, frase in relatorio.frases():
                self.message_user(request, frase, nivel)
            if relatorio.sumidos:
                return HttpResponseRedirect(self.endereco_da_fila(request))
            return self.voltar_a_ficha(request, candidato)
        contexto = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": passo.pergunta,
            "passo": passo,
            "candidato": candidato,
            "cabe": passo in passos_de(candidato.situacao),
            "voltar": self.endereco_da_ficha(request, candidato.pk),
        }
        return TemplateResponse(request, "admin/inscricoes/candidato/mover.html", contexto)

    @method_decorator(require_http_methods(["GET", "POST"]))
    def parecer(self: Any, request: Any, candidato_id: int) -> HttpResponse:
        """O parecer de quem pede; o novo fica no lugar do velho."""
        candidato = self.achar(request, candidato_id, "conduzir_selecao")
        meu = candidato.pareceres.filter(autor=request.user.pk).values("nota", "texto").first()
        form = ParecerForm(request.POST if request.method == "POST" else None, initial=meu)
        if request.method == "POST" and form.is_valid():
            try:
                with transaction.atomic():
                    opinar(candidato, autor=request.user, **form.cleaned_data)
                    self.log_change(request, candidato, "Deu o seu parecer." if meu is None else "Mudou o seu parecer.")
            except ParecerRecusado as recusa:
                form.add_error(None, str(recusa))
            except Candidato.DoesNotExist:
                raise Http404 from None
            except OperationalError:
                form.add_error(None, OCUPADO)
            else:
                self.message_user(request, "Seu parecer está guardado.")
                return self.voltar_a_ficha(request, candidato)
        contexto = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": f"Seu parecer sobre {candidato.nome_de_tratamento}",
            "candidato": candidato,
            "form_do_parecer": form,
            "endereco_do_parecer": self._endereco(request, "parecer", candidato),
            "voltar": self.endereco_da_ficha(request, candidato.pk),
        }
        return TemplateResponse(request, "admin/inscricoes/candidato/parecer.html", contexto)


def fotos_de(candidato: Candidato) -> list[tuple[str | None, str | None]]:
    """Endereço da foto e da miniatura, na ordem do candidato."""
    return [
        (endereco_do_arquivo("foto", pk), endereco_do_arquivo("miniatura", pk))
        for pk in candidato.fotos.values_list("pk", flat=True)
    ]


def video_de(candidato: Candidato) -> dict[str, Any] | None:
    video = Video.objects.filter(candidato=candidato).first()
    if video is None:
        return None
    minutos, segundos = divmod(round(video.duracao), 60)
    return {
        "endereco": endereco_do_arquivo("video_arquivo", video.pk),
        "quadro": endereco_do_arquivo("quadro", video.pk),
        "duracao": f"{minutos} min {segundos:02d} s",
    }
