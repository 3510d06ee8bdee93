"""A porta da frente de um processo: quem pede, outras origens, ao vivo, micro-cache, corpo, Django; ao lado, a faixa.

O Django entra pelo seu tratador WSGI (o ASGI dele responde de 300 a 480 pedidos/s; ver `docs/DESEMPENHO.md`). O uvicorn
importa este módulo para achar a classe `Faixa`: aqui o Django já está de pé quando ela é importada.
"""

import asyncio
import gc
import logging
import signal
import threading
from typing import Any, cast

# Antes de tudo o que tem modelos: é quem põe o Django de pé.
from bbb.wsgi import application as django

# isort: split
from a2wsgi import WSGIMiddleware
from django.conf import settings
from django.db import DatabaseError, InterfaceError, connection
from django.template.loader import render_to_string
from django.urls import Resolver404, resolve

from api import problema
from bbb import metricas, saude
from bbb.ao_vivo import AoVivo, endereco_do_panorama
from bbb.bastidores import Bastidores
from bbb.cabecalhos import cabecalhos_de_seguranca
from bbb.corpo import Corpo
from bbb.microcache import Aplicacao, Enviar, Escopo, Mensagem, MicroCache, Receber, Resposta
from bbb.pedidos import Codigo
from bbb.portaria import OutrasOrigens
from votacao.pulso import Batedor
from votacao.recusas import UrnaIndisponivel
from votacao.urna import destino, exame, limites
from votacao.urna.catalogo import INTERVALO, Catalogo
from votacao.urna.faixa import Faixa, Servico, escolher_codificacao
from votacao.urna.urna import Urna

__all__ = ["Faixa", "application"]

THREADS = 8
"""Do Django, por processo: admin, páginas fora do cache, pedidos incomuns."""
ESPERA_PELO_BANCO = 2.0
"""Segundos entre duas tentativas de um processo que nasceu com o banco parado."""
_DE_PROXY = frozenset(
    {b"x-forwarded-for", b"x-forwarded-proto", b"x-forwarded-host", b"x-forwarded-port", b"forwarded"}
)
registro_de_erros = logging.getLogger("bbb")


def declaradas(caminho: str) -> tuple[str, ...] | None:
    """Os parâmetros que a view deste caminho declarou com `@publica`; `None` se a página não é pública."""
    try:
        view = resolve(caminho).func
    except Resolver404:
        return None
    return getattr(view, "parametros_publicos", None)


CORPOS = {
    "/api/v1/candidatos": settings.CORPO_DE_ARQUIVOS,
    "/api/v1/producao/": 64 * 1024,
    "/admin/": settings.CORPO_MAXIMO,
    "/conta/": 16 * 1024,
    "/inscricoes/minha/fotos/": settings.CORPO_DE_ARQUIVOS,
    "/inscricoes/minha/video/envio/": settings.DATA_UPLOAD_MAX_MEMORY_SIZE,
    "/inscricoes/minha/video/": settings.CORPO_DE_ARQUIVOS,
    "/inscricoes/": 256 * 1024,
}
"""Bytes, pelo começo do caminho: fotos da produção; fotos e vídeo do candidato, e o pedaço de um vídeo; uma seção
inteira do questionário. Vale o primeiro que serve."""
ESPERE = 5
"""Segundos do `Retry-After` de quem não achou vaga para um corpo grande."""


def corpo_maximo(caminho: str) -> int:
    """Bytes. Fora do que está em `CORPOS`, ninguém tem por que mandar mais do que um voto."""
    return next((maximo for prefixo, maximo in CORPOS.items() if caminho.startswith(prefixo)), exame.CORPO_MAXIMO)


def grande_demais(caminho: str) -> list[Mensagem] | None:
    """A resposta 413, com a página que diz o que fazer; a urna responde pelos seus endereços."""
    if caminho.startswith(("/paredoes/", "/api/v1/paredoes/")):
        return None
    return _problema("corpo_grande") if caminho.startswith("/api/") else _pagina(413, "413.html")


def sem_vaga() -> list[Mensagem]:
    """A resposta 503 de quem manda um arquivo quando já há muitos chegando."""
    return _pagina(503, "503.html", (b"retry-after", str(ESPERE).encode()))


def _pagina(status: int, modelo: str, *extras: tuple[bytes, bytes]) -> list[Mensagem]:
    return _mensagens(status, b"text/html; charset=utf-8", render_to_string(modelo).encode(), *extras)


def _problema(codigo: str) -> list[Mensagem]:
    return _mensagens(problema.CASOS[codigo].status, problema.TIPO.encode(), problema.corpo(codigo, instancia=""))


def _mensagens(status: int, tipo: bytes, corpo: bytes, *extras: tuple[bytes, bytes]) -> list[Mensagem]:
    seguranca = [(nome.lower().encode(), valor.encode()) for nome, valor in cabecalhos_de_seguranca().items()]
    cabecalhos = [
        (b"content-type", tipo),
        (b"content-length", str(len(corpo)).encode()),
        (b"cache-control", b"no-store"),
        *extras,
        *seguranca,
    ]
    return [
        {"type": "http.response.start", "status": status, "headers": cabecalhos},
        {"type": "http.response.body", "body": corpo},
    ]


class QuemPede:
    """Dá ao Django o endereço de quem pede, e tira os cabeçalhos de proxy de quem não é um proxy nosso."""

    def __init__(self, aplicacao: Aplicacao) -> None:
        self._aplicacao = aplicacao

    async def __call__(self, scope: Escopo, receive: Receber, send: Enviar) -> None:
        if scope["type"] == "http" and scope["client"]:
            par, porta = scope["client"]
            if limites.confiavel(par):
                juntos = {nome: b",".join(v for n, v in scope["headers"] if n == nome) for nome in _DE_PROXY}
                cabecalhos = [cab for cab in scope["headers"] if cab[0] not in _DE_PROXY]
                if limites.veio_por_https(juntos[b"x-forwarded-proto"]):
                    cabecalhos.append((b"x-forwarded-proto", b"https"))
                quem = limites.quem_pede(par, juntos[b"x-forwarded-for"].decode("latin-1"))
                scope = {**scope, "headers": cabecalhos, "client": (quem, porta)}
            else:
                scope = {**scope, "headers": [cab for cab in scope["headers"] if cab[0] not in _DE_PROXY]}
        await self._aplicacao(scope, receive, send)


def _avisar_ao_parar() -> None:
    """Antes que o uvicorn feche as portas, quem sonda já ouve que este processo está de saída."""
    parar = signal.getsignal(signal.SIGTERM)

    def avisar(numero: int, quadro: Any) -> None:
        saude.parar()
        if callable(parar):
            parar(numero, quadro)

    if threading.current_thread() is threading.main_thread():
        signal.signal(signal.SIGTERM, avisar)


class Processo:
    """O que vive enquanto o processo serve: urna, catálogo e faixa nascem e acabam com ele."""

    def __init__(self) -> None:
        django_asgi = cast(Aplicacao, WSGIMiddleware(cast(Any, django), workers=THREADS))
        self.paginas = MicroCache(
            Corpo(django_asgi, corpo_maximo, grande_demais, sem_vaga), declaradas, escolher_codificacao
        )
        self.urna = Urna()
        self.catalogo = Catalogo()
        self.faixa = Servico(self.urna, self.catalogo, self.paginas, cabecalhos_de_seguranca())
        self.ao_vivo = AoVivo(self.paginas, self._panorama)
        self.faixa.ao_parar.append(self.ao_vivo.parar)
        self._frente = Bastidores(Codigo(QuemPede(OutrasOrigens(self.ao_vivo))))
        self._parar = threading.Event()
        self._pulso: Batedor | None = None

    async def __call__(self, scope: Escopo, receive: Receber, send: Enviar) -> None:
        if scope["type"] == "lifespan":
            await self._viver(scope, receive, send)
        else:
            await self._frente(scope, receive, send)

    async def _panorama(self, https: bool, host: str, paredao: int) -> Resposta:
        """O panorama público, do micro-cache se ele o tem fresco, senão de um pedido só ao Django."""
        pagina = self.paginas.pronta(https, host, endereco_do_panorama(paredao))
        if pagina is not None:
            return Resposta(200, pagina.cabecalhos, pagina.corpo)
        feito = self.paginas.pedir(https, host, endereco_do_panorama(paredao), interno=False)
        # `None` só se a rota deixasse de ser pública (`PARAMETROS_PUBLICOS`): então não há ao vivo.
        return Resposta(503, [], b"") if feito is None else await asyncio.shield(feito)

    async def _viver(self, scope: Escopo, receive: Receber, send: Enviar) -> None:
        await receive()
        laco = asyncio.get_running_loop()
        saude.acompanhar()
        _avisar_ao_parar()
        if not await self._banco_no_ar(laco):
            await send({"type": "lifespan.startup.failed", "message": "Parado antes de o banco responder."})
            return
        try:
            metricas.ligar("web")
        except OSError as erro:
            await send({"type": "lifespan.startup.failed", "message": f"METRICAS_PASTA não serve: {erro}"})
            return
        self.urna.iniciar(laco)
        self.faixa.iniciar(laco)
        threading.Thread(target=self._acompanhar, name="catalogo", daemon=True).start()
        self._pulso = Batedor(self.urna.pendentes)
        self._pulso.iniciar()
        scope["state"]["faixa"] = self.faixa
        # O que existe agora vive até o fim: o coletor não precisa reler a cada volta.
        gc.collect()
        gc.freeze()
        await send({"type": "lifespan.startup.complete"})
        await receive()
        self._parar.set()
        saude.parar()
        metricas.desligar()
        await self.urna.encerrar()
        # Depois da última resposta: declara à fila tudo o que este processo prometeu.
        await laco.run_in_executor(None, self._despedir)
        self.faixa.encerrar()
        await laco.run_in_executor(None, self._pulso.parar)
        await send({"type": "lifespan.shutdown.complete"})

    async def _banco_no_ar(self, laco: asyncio.AbstractEventLoop) -> bool:
        """Espera pelo banco; falso se mandam parar antes.

        Um processo que morre com o banco parado é substituído por um que só atende quando ele voltar. Se este
        desistisse, o mestre do uvicorn pararia também os que continuam a receber votos.
        """
        while True:
            try:
                await laco.run_in_executor(None, self._recarregar)
            except (DatabaseError, InterfaceError, UrnaIndisponivel) as erro:
                registro_de_erros.warning(
                    "o banco não responde, e este processo espera por ele: %s", erro.__cause__ or erro
                )
            else:
                return True
            for _ in range(int(ESPERA_PELO_BANCO / 0.1)):
                if saude.parando():
                    return False
                await asyncio.sleep(0.1)

    def _recarregar(self) -> None:
        try:
            self.catalogo.recarregar()
            fila = destino.fila()
            if fila is not None:
                # Com a fila, ninguém vota antes de este processo estar no banco: é ele que se espera ao publicar.
                fila.remetente.registrar()
        finally:
            connection.close()

    def _despedir(self) -> None:
        try:
            destino.encerrar()
        finally:
            connection.close()

    def _acompanhar(self) -> None:
        try:
            while not self._parar.wait(INTERVALO):
                try:
                    self.catalogo.recarregar()
                except Exception as erro:
                    # Fica o que já se sabia; quem decide se o voto conta é a transação que o grava.
                    registro_de_erros.warning("catálogo de paredões não foi relido: %s", erro)
                    connection.close()
        finally:
            connection.close()


application = Processo()
