"""O site no aparelho de quem vota: o manifesto, o trabalhador que guarda as páginas, a página de quem está sem rede.

E o cartaz, que é o que aparece quando alguém manda um paredão a outra pessoa.
"""

import hashlib
import json

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import get_object_or_404, render
from django.templatetags.static import static
from django.urls import reverse
from django.views.decorators.http import require_safe

from votacao import cartaz as cartazes
from votacao.models import Paredao
from votacao.publica import publica
from votacao.templatetags.votacao_tags import pergunta

PARA_SEMPRE = 365 * 24 * 3600
GUARDADOS = ("css/publico.css", "js/pagina.js", "js/voto.js")
"""Os arquivos que a página sem rede e as páginas do público pedem."""


@require_safe
@publica(segundos=60)
def manifesto(request: HttpRequest) -> HttpResponse:
    """O que o aparelho precisa saber para instalar o site (W3C, Web Application Manifest)."""
    icones = [("192", "any"), ("512", "any"), ("512", "maskable")]
    conteudo = {
        "id": "/",
        "name": "BBB 24 · Votação",
        "short_name": "BBB 24",
        "description": "Vote no paredão, guarde seu comprovante e veja o resultado.",
        "lang": "pt-BR",
        "start_url": "/",
        "scope": "/",
        "display": "standalone",
        "background_color": "#1b0738",
        "theme_color": "#1b0738",
        "icons": [
            {
                "src": static(f"img/icone-{'cheio-' if para == 'maskable' else ''}{lado}.png"),
                "sizes": f"{lado}x{lado}",
                "type": "image/png",
                "purpose": para,
            }
            for lado, para in icones
        ],
        "shortcuts": [{"name": "Paredões", "url": reverse("votacao:paredoes")}],
    }
    return JsonResponse(conteudo, content_type="application/manifest+json", json_dumps_params={"ensure_ascii": False})


@require_safe
@publica(segundos=60)
def trabalhador(request: HttpRequest) -> HttpResponse:
    """O service worker. Na raiz, para cuidar do site todo; muda sozinho quando muda um arquivo que ele guarda."""
    guardar = [reverse("votacao:sem_rede"), *(static(nome) for nome in GUARDADOS)]
    versao = hashlib.sha256(json.dumps(guardar).encode()).hexdigest()[:12]
    contexto = {"versao": versao, "guardar": json.dumps(guardar), "sem_rede": guardar[0]}
    return render(request, "votacao/sw.js", contexto, content_type="text/javascript; charset=utf-8")


@require_safe
@publica(segundos=60)
def sem_rede(request: HttpRequest) -> HttpResponse:
    return render(request, "votacao/sem_rede.html")


@require_safe
@publica(segundos=60, navegador=PARA_SEMPRE)
def cartaz(request: HttpRequest, paredao_id: int, resumo: str) -> HttpResponse:
    """A imagem do paredão. O endereço velho, que alguém já mandou, leva ao de agora."""
    publicos = Paredao.objects.publicos().select_related("edicao").com_participantes()
    paredao = get_object_or_404(publicos, pk=paredao_id)
    atual = cartazes.resumo(paredao, pergunta(paredao))
    if resumo != atual:
        return HttpResponseRedirect(reverse("votacao:cartaz", args=[paredao_id, atual]))
    return HttpResponse(cartazes.ler_ou_desenhar(paredao, pergunta(paredao)), content_type="image/jpeg")
