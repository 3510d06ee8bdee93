"""A sala de controle de um paredão: os números ao vivo, o que se pode fazer agora e por que não, o telão e a ata."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.utils.text import slugify
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from votacao import apuracao, ata, pulso, ritmo, services
from votacao.admin import graficos
from votacao.admin.acesso import agora_de, pode_conduzir, pode_ver_contagem
from votacao.admin.conducao import ACOES, Acao
from votacao.models import Paredao

RENOVA = 5
"""Segundos entre duas renovações da sala."""
ULTIMAS_HORAS = 48
"""Horas no gráfico e na tabela; a planilha traz todas."""
_RECUSAS = {
    "metodo": "não era um voto (método)",
    "corpo_grande": "pedido grande demais",
    "outro_site": "veio de outro site",
    "pedidos_demais": "pedidos demais da mesma origem",
    "paredao_inexistente": "paredão que não existe",
    "malformado": "voto incompleto",
    "fora_do_paredao": "pessoa fora deste paredão",
    "cedula_forjada": "cédula falsa",
    "cedula_de_outro_paredao": "cédula de outro paredão",
    "prova_insuficiente": "sem a prova de trabalho",
    "cedula_vencida": "cédula vencida",
    "nao_aberto": "votação ainda não aberta",
    "encerrado": "depois do encerramento",
    "sem_torcida": "paredão sem voto da torcida",
    "sem_unico": "paredão sem voto único",
    "falta_entrar": "voto único sem entrar",
    "falta_cpf": "voto único sem CPF",
    "falta_cpf_verificado": "voto único sem CPF confirmado",
    "captcha": "sem a verificação de pessoa",
    "cedula_usada": "cédula já usada para outra escolha",
    "indisponivel": "não deu para gravar (503)",
    "comprovante_desconhecido": "comprovante que não existe",
}
_GRAVES = frozenset({"indisponivel"})
"""As que dizem que algo vai mal no site, e não com quem vota."""


@dataclass(frozen=True, slots=True)
class Botao:
    """Um passo da condução, e por que não se pode dá-lo agora."""

    nome: str
    texto: str
    endereco: str
    porque_nao: str = ""
    feito: bool = False


class Sala:
    """A parte do `ParedaoAdmin` que acompanha um paredão ao vivo."""

    def get_urls(self: Any) -> list[URLPattern]:
        def rota(fim: str, view: Any, nome: str) -> URLPattern:
            endereco = f"<int:paredao_id>/{fim}"
            return path(endereco, self.admin_site.admin_view(view), name=f"votacao_paredao_{nome}")

        proprias = [
            rota("sala/", self.sala, "sala"),
            rota("sala/dados/", self.sala_dados, "sala_dados"),
            rota("sala/por-minuto.svg", self.grafico_por_minuto, "grafico_minuto"),
            rota("sala/por-hora.svg", self.grafico_por_hora, "grafico_hora"),
            rota("telao/", self.telao, "telao"),
            rota("telao/dados/", self.telao_dados, "telao_dados"),
            rota("telao/resultado/", self.telao_resultado, "telao_resultado"),
            rota("ata/", self.ata, "ata"),
        ]
        return proprias + super().get_urls()  # type: ignore[misc]

    # --- A sala ---

    @method_decorator(require_GET)
    def sala(self: Any, request: HttpRequest, paredao_id: int) -> HttpResponse:
        paredao = self._achar(request, paredao_id, pode=pode_ver_contagem(request))
        contexto = {
            **self.admin_site.each_context(request),
            **self._contexto_da_sala(request, paredao),
            "opts": self.opts,
            "title": f"Sala de controle: {paredao}",
            "renova": RENOVA,
            # A largura toda é dos números.
            "is_nav_sidebar_enabled": False,
        }
        return TemplateResponse(request, "admin/votacao/paredao/sala.html", contexto)

    @method_decorator([require_GET, never_cache])
    def sala_dados(self: Any, request: HttpRequest, paredao_id: int) -> HttpResponse:
        """O pedaço da página que se renova."""
        paredao = self._achar(request, paredao_id, pode=pode_ver_contagem(request))
        contexto = self._contexto_da_sala(request, paredao)
        return TemplateResponse(request, "admin/votacao/paredao/_sala.html", contexto)

    def _contexto_da_sala(self: Any, request: HttpRequest, paredao: Paredao) -> dict[str, Any]:
        agora = agora_de(request)
        contexto: dict[str, Any] = self.contexto_da_contagem(paredao, request)
        apurado, situacao = contexto["apuracao"], contexto["situacao"]
        com_todos = contexto["os_dois_jeitos"][1] if contexto["os_dois_jeitos"] else apurado
        minutos = ritmo.por_minuto(paredao, agora)
        cheios = minutos[:-1] if situacao == Paredao.Situacao.ABERTO else minutos
        _, horas = apuracao.por_hora(paredao, suspeitos=apurado.suspeitos_contam)
        painel = pulso.painel(agora)
        return contexto | {
            "botoes": _botoes(request, paredao, situacao, agora, apurado),
            "recebidos": com_todos.total,
            "parte_suspeita": _parte(apurado.total_suspeitos, com_todos.total),
            "suspeitos_por_motivo": [
                (motivo, votos, _parte(votos, com_todos.total)) for motivo, votos in apurado.suspeitos
            ],
            "minutos": minutos[::-1],
            "em_curso": situacao == Paredao.Situacao.ABERTO,
            "modalidades": ritmo.nomes(paredao),
            "ultimo_minuto": cheios[-1] if cheios else None,
            "media_de_cinco": _media([minuto.total for minuto in cheios[-5:]]),
            "maior": max(cheios, key=lambda minuto: minuto.total, default=None),
            "horas": horas[: -ULTIMAS_HORAS - 1 : -1],
            "mais_horas": len(horas) > ULTIMAS_HORAS,
            "painel": painel,
            "janela": pulso.JANELA,
            "recusas": [
                (_RECUSAS.get(codigo, codigo), quantas, codigo in _GRAVES) for codigo, quantas in painel.recusas
            ],
            "na_fila": pulso.na_fila(),
            # Os desenhos só mudam quando os números mudam, ou o minuto vira.
            "versao": f"{com_todos.total}-{agora:%H%M}",
            "tamanhos": {"largo": graficos.LARGO, "estreito": graficos.ESTREITO},
        }

    @method_decorator(require_GET)
    def grafico_por_minuto(self: Any, request: HttpRequest, paredao_id: int) -> HttpResponse:
        paredao = self._achar(request, paredao_id, pode=pode_ver_contagem(request))
        minutos = ritmo.por_minuto(paredao, agora_de(request))
        series = [(nome, [minuto.votos[i] for minuto in minutos]) for i, nome in enumerate(ritmo.nomes(paredao))]
        rotulos = [f"{timezone.localtime(minuto.inicio):%H:%M}" for minuto in minutos]
        return graficos.colunas(rotulos, series, estreito=_estreito(request))

    @method_decorator(require_GET)
    def grafico_por_hora(self: Any, request: HttpRequest, paredao_id: int) -> HttpResponse:
        paredao = self._achar(request, paredao_id, pode=pode_ver_contagem(request))
        apurado = apuracao.apurar(paredao)
        participantes, horas = apuracao.por_hora(paredao, suspeitos=apurado.suspeitos_contam)
        horas = horas[-ULTIMAS_HORAS:]
        series = [
            (participante.nome_curto, [hora.votos[i] for hora in horas]) for i, participante in enumerate(participantes)
        ]
        rotulos = [f"{timezone.localtime(hora.inicio):%d/%m %H}h" for hora in horas]
        return graficos.colunas(rotulos, series, estreito=_estreito(request))

    # --- O telão ---

    @method_decorator(require_GET)
    def telao(self: Any, request: HttpRequest, paredao_id: int) -> HttpResponse:
        """A tela do estúdio. O resultado não vem nesta página: pede-se quando alguém o revela."""
        paredao = self._do_telao(request, paredao_id)
        contexto = {"paredao": paredao, "agora": agora_de(request), **_do_telao(paredao, agora_de(request))}
        return TemplateResponse(request, "admin/votacao/paredao/telao.html", contexto)

    @method_decorator([require_GET, never_cache])
    def telao_dados(self: Any, request: HttpRequest, paredao_id: int) -> HttpResponse:
        return JsonResponse(_do_telao(self._do_telao(request, paredao_id), agora_de(request)))

    @method_decorator([require_GET, never_cache])
    def telao_resultado(self: Any, request: HttpRequest, paredao_id: int) -> HttpResponse:
        paredao = self._do_telao(request, paredao_id)
        apurado = apuracao.apurar(paredao)
        contexto = {
            "paredao": paredao,
            "situacao": paredao.situacao(agora_de(request)),
            "apuracao": apurado,
            "agora": agora_de(request),
            # O nome que todos esperam é o último a aparecer: a maior média ou, se é a menor que decide, a menor.
            "linhas": apurado.linhas if paredao.decisao == Paredao.Decisao.FICA else apurado.linhas[::-1],
        }
        return TemplateResponse(request, "admin/votacao/paredao/_telao_resultado.html", contexto)

    def _do_telao(self: Any, request: HttpRequest, paredao_id: int) -> Paredao:
        """Antes da publicação, só quem vê a contagem; depois, qualquer um que veja o paredão."""
        if pode_ver_contagem(request):
            return self._achar(request, paredao_id, pode=True)
        paredao = self._achar(request, paredao_id, pode=Paredao.objects.publicados().filter(pk=paredao_id).exists())
        return paredao

    # --- A ata ---

    @method_decorator(require_GET)
    def ata(self: Any, request: HttpRequest, paredao_id: int) -> HttpResponse:
        """Em PDF, depois de encerrado; até a publicação, marcada como provisória."""
        paredao = self._achar(request, paredao_id, pode=pode_ver_contagem(request))
        agora = agora_de(request)
        if paredao.situacao(agora) not in ata.SITUACOES:
            contexto = {
                **self.admin_site.each_context(request),
                "opts": self.opts,
                "title": "A ata sai depois do encerramento",
                "paredao": paredao,
                "como_esta": services.como_esta(paredao, agora),
            }
            return TemplateResponse(request, "admin/votacao/paredao/sem_ata.html", contexto, status=409)
        resposta = HttpResponse(ata.em_pdf(paredao, agora), content_type="application/pdf")
        provisoria = "-provisoria" if paredao.publicado_em is None else ""
        nome = f"ata-{slugify(str(paredao))}-{paredao.pk}{provisoria}.pdf"
        resposta["Content-Disposition"] = f'inline; filename="{nome}"'
        resposta["Cache-Control"] = "private, no-store"
        return resposta


def _botoes(
    request: HttpRequest, paredao: Paredao, situacao: Paredao.Situacao, agora: datetime, apurado: apuracao.Apuracao
) -> list[Botao]:
    """Os passos da condução em ordem, os possíveis com endereço e os outros com o motivo."""
    como_esta = services.como_esta(paredao, agora)
    ordem = (*services.EDITAVEIS, Paredao.Situacao.ABERTO, Paredao.Situacao.ENCERRADO, Paredao.Situacao.PUBLICADO)
    lugar = ordem.index(situacao)

    def de(acao: Acao) -> Botao:
        endereco = f"{reverse(f'admin:votacao_paredao_{acao.nome}', args=[paredao.pk])}?de=sala"
        if lugar > max(ordem.index(qual) for qual in acao.de):
            return Botao(acao.nome, acao.botao, endereco, f"Já foi feito: o paredão está {como_esta}.", feito=True)
        return Botao(acao.nome, acao.botao, endereco, _porque_nao(request, acao, paredao, situacao, agora, apurado))

    suspeitos = Botao(
        "suspeitos",
        "Decidir sobre os votos suspeitos",
        f"{reverse('admin:votacao_paredao_suspeitos', args=[paredao.pk])}?de=sala",
        _porque_nao_decidir(request, paredao, situacao, agora, apurado),
        feito=apurado.quarentena is not None,
    )
    ata_ = Botao(
        "ata",
        "Ata da apuração (PDF)" if situacao == Paredao.Situacao.PUBLICADO else "Ata provisória (PDF)",
        reverse("admin:votacao_paredao_ata", args=[paredao.pk]),
        "" if situacao in ata.SITUACOES else "Sai depois do encerramento.",
    )
    return [de(ACOES["abrir"]), de(ACOES["encerrar"]), suspeitos, de(ACOES["publicar"]), ata_]


_SEM_PERMISSAO = "Quem conduz o paredão é o grupo Votação: peça a quem cuida dos acessos."


def _porque_nao(
    request: HttpRequest,
    acao: Acao,
    paredao: Paredao,
    situacao: Paredao.Situacao,
    agora: datetime,
    apurado: apuracao.Apuracao,
) -> str:
    """Vazia se a ação é possível agora."""
    if not pode_conduzir(request):
        return _SEM_PERMISSAO
    if situacao not in acao.de:
        return f"Ainda não: o paredão está {services.como_esta(paredao, agora)}."
    if acao.nome == "abrir":
        return " ".join(services.impedimentos_para_abrir(paredao))
    if acao.nome == "publicar":
        if apurado.suspeitos and apurado.quarentena is None:
            return "Falta decidir se os votos suspeitos contam."
        return _ultimos_votos(paredao, agora)
    return ""


def _porque_nao_decidir(
    request: HttpRequest, paredao: Paredao, situacao: Paredao.Situacao, agora: datetime, apurado: apuracao.Apuracao
) -> str:
    if apurado.quarentena is not None:
        return f"Já se decidiu que {'contam' if apurado.quarentena.contam else 'não contam'}."
    if not pode_conduzir(request):
        return _SEM_PERMISSAO
    if situacao == Paredao.Situacao.ENCERRADO:
        return _ultimos_votos(paredao, agora) if apurado.suspeitos else "Não há votos suspeitos: não há o que decidir."
    if situacao == Paredao.Situacao.PUBLICADO:
        return "Não houve votos suspeitos."
    return "Decide-se depois de encerrar, com todos os votos contados."


def _ultimos_votos(paredao: Paredao, agora: datetime) -> str:
    """Por que é cedo, se ainda é; o mesmo prazo que `services.publicar` confere."""
    if paredao.fecha_em is None:
        return ""
    falta = paredao.fecha_em + timedelta(seconds=settings.MARGEM_DE_PUBLICACAO) - agora
    if falta <= timedelta(0):
        return ""
    return f"Os últimos votos aceitos ainda estão sendo gravados: espere {int(falta.total_seconds()) + 1} s."


def _do_telao(paredao: Paredao, agora: datetime) -> dict[str, Any]:
    """O que o telão mostra antes de revelar; nada que diga para quem foram os votos."""
    sem, com = apuracao.apurar_dos_dois_jeitos(paredao)
    situacao = paredao.situacao(agora)
    vale = com if sem.quarentena is not None and sem.quarentena.contam else sem
    return {
        "agora_iso": agora.isoformat(),
        "situacao": situacao.value,
        "situacao_texto": _DO_TELAO[situacao],
        # Ao vivo, todos os que chegaram; encerrado, os que valem, que são os que o resultado vai somar.
        "total": com.total if situacao == Paredao.Situacao.ABERTO else vale.total,
        "fecha_em": None if paredao.fecha_em is None else paredao.fecha_em.isoformat(),
        "abre_em": None if paredao.abre_em is None else paredao.abre_em.isoformat(),
    }


_DO_TELAO = {
    Paredao.Situacao.RASCUNHO: "Em preparação",
    Paredao.Situacao.AGENDADO: "A votação ainda vai abrir",
    Paredao.Situacao.ABERTO: "Votação aberta",
    Paredao.Situacao.ENCERRADO: "Votação encerrada",
    Paredao.Situacao.PUBLICADO: "Votação encerrada",
}


def _parte(quantos: int, total: int) -> str:
    """A porcentagem, com uma casa; um traço se não há total."""
    return f"{quantos * 100 / total:.1f}%".replace(".", ",") if total else "–"


def _media(valores: Sequence[int]) -> int | None:
    return round(sum(valores) / len(valores)) if valores else None


def _estreito(request: HttpRequest) -> bool:
    return request.GET.get("formato") == "estreito"
