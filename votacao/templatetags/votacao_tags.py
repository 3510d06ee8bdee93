"""As palavras e os números das páginas da votação, sempre do mesmo jeito."""

from datetime import datetime
from decimal import Decimal
from typing import Any

from django import template
from django.conf import settings
from django.templatetags.static import static
from django.urls import reverse

from votacao import cartaz
from votacao.apuracao import Apuracao
from votacao.models import Paredao

register = template.Library()

SEM_NUMERO = "–"
_DIAS = ("segunda-feira", "terça-feira", "quarta-feira", "quinta-feira", "sexta-feira", "sábado", "domingo")
_LIGACOES = frozenset({"da", "das", "de", "do", "dos", "e"})
_PERGUNTAS = {
    Paredao.Decisao.SAI: "Quem deve sair?",
    Paredao.Decisao.FICA: "Quem deve ficar?",
    Paredao.Decisao.ENTRA: "Quem deve entrar na casa?",
    Paredao.Decisao.VENCE: "Quem deve vencer?",
}
_REGRAS = {
    Paredao.Decisao.SAI: "Quem tiver a maior média sai da casa.",
    Paredao.Decisao.FICA: "Quem tiver a menor média sai da casa.",
    Paredao.Decisao.ENTRA: "Quem tiver a maior média entra na casa.",
    Paredao.Decisao.VENCE: "Quem tiver a maior média vence o programa.",
}
_VERBOS = {
    Paredao.Decisao.SAI: "sair",
    Paredao.Decisao.FICA: "ficar",
    Paredao.Decisao.ENTRA: "entrar",
    Paredao.Decisao.VENCE: "vencer",
}
_DESFECHOS = {
    Paredao.Decisao.SAI: "Sai da casa",
    Paredao.Decisao.FICA: "Sai da casa",
    Paredao.Decisao.ENTRA: "Entra na casa",
    Paredao.Decisao.VENCE: "Vence",
}

_PASSADOS = {
    Paredao.Decisao.SAI: ("Saiu da casa", "Ficou na casa"),
    Paredao.Decisao.FICA: ("Saiu da casa", "Ficou na casa"),
    Paredao.Decisao.ENTRA: ("Entrou na casa", "Não entrou na casa"),
    Paredao.Decisao.VENCE: ("Venceu", "Não venceu"),
}


@register.filter
def pergunta(paredao: Paredao) -> str:
    """O que o voto responde."""
    return _PERGUNTAS[Paredao.Decisao(paredao.decisao)]


@register.filter
def regra(paredao: Paredao) -> str:
    """O que o resultado decide."""
    return _REGRAS[Paredao.Decisao(paredao.decisao)]


@register.filter
def verbo(paredao: Paredao) -> str:
    """Para completar “votar para Fulana …”."""
    return _VERBOS[Paredao.Decisao(paredao.decisao)]


@register.filter
def desfecho(paredao: Paredao) -> str:
    """O que acontece com quem o resultado decide."""
    return _DESFECHOS[Paredao.Decisao(paredao.decisao)]


@register.filter
def desfecho_de(passo: dict[str, Any]) -> str:
    """O que um resultado publicado decidiu sobre quem está em `passo["linha"]`."""
    if not passo["apuracao"].decididos:
        return "Sem votos na conta"
    decidido = passo["linha"].decidido
    if decidido and passo["apuracao"].empate:
        return "Empatou, e a produção decidiu pelo regulamento"
    return _PASSADOS[Paredao.Decisao(passo["paredao"].decisao)][0 if decidido else 1]


@register.inclusion_tag("votacao/_cartao_social.html")
def cartao_social(paredao: Paredao | None, titulo: str = "") -> dict[str, str]:
    """O que aparece quando alguém manda a página a outra pessoa. Endereços inteiros, que é o que se pede deles."""
    if not paredao:
        return {"titulo": "Votação do paredão", "imagem": settings.SITE_URL + static("img/icone-512.png")}
    caminho = reverse("votacao:cartaz", args=[paredao.pk, cartaz.resumo(paredao, pergunta(paredao))])
    return {
        "titulo": titulo or f"{paredao.titulo}: {pergunta(paredao).lower()}",
        "imagem": settings.SITE_URL + caminho,
        "rostos": ", ".join(opcao.participante.nome_curto for opcao in paredao.opcoes.all()),
        "endereco": settings.SITE_URL + paredao.get_absolute_url(),
    }


@register.filter
def porcento(valor: Decimal | None) -> str:
    """48.81 vira 48,81%; sem número, um traço."""
    return SEM_NUMERO if valor is None else f"{valor:.2f}%".replace(".", ",")


@register.filter
def medida(valor: Decimal | None) -> str:
    """A largura de uma barra em SVG, que pede ponto e não vírgula."""
    return "0" if valor is None else f"{valor:.2f}%"


@register.filter
def milhar(valor: int) -> str:
    """1234567 vira 1.234.567."""
    return f"{valor:,}".replace(",", ".")


@register.filter
def por_participante(jeitos: tuple[Apuracao, ...]) -> list[dict[str, object]]:
    """Várias apurações do mesmo paredão, lado a lado: cada participante e a sua linha em cada uma."""
    por_id = [{linha.participante.pk: linha for linha in apurado.linhas} for apurado in jeitos]
    return [
        {"participante": linha.participante, "jeitos": [linhas[linha.participante.pk] for linhas in por_id]}
        for linha in jeitos[0].linhas
    ]


@register.filter
def iniciais(nome: str) -> str:
    """Até duas letras, para quem está sem foto."""
    partes = [parte for parte in nome.split() if parte.lower() not in _LIGACOES]
    return "".join(parte[0] for parte in (partes[:1] + partes[1:][-1:])).upper()


@register.filter(expects_localtime=True)
def quando(instante: datetime) -> str:
    """Por extenso, sem ambiguidade numa página guardada em cache: terça-feira, 12/03, às 22h30."""
    minutos = f"{instante:%M}" if instante.minute else ""
    return f"{_DIAS[instante.weekday()]}, {instante:%d/%m}, às {instante.hour}h{minutos}"
