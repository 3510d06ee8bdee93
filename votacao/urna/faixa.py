"""A faixa rápida: responde, dentro do protocolo do uvicorn, os pedidos que são quase todos no horário nobre.

São quatro: o voto (o da página e o da API), a cédula, uma página que o micro-cache tem e o comprovante. Só os
completos, pequenos e comuns; todo o resto (corpo em pedaços, dois tamanhos, `Expect`, pedido atrás de pedido) segue
intacto para o uvicorn e o Django, que são um leitor estrito de HTTP e aplicam as mesmas regras (`exame`, `respostas`).
Assim não há segunda implementação.

Depende de detalhes do uvicorn, que por isso está preso numa versão exata: `tests/test_faixa_contrato.py` os confere.
"""

import asyncio
import re
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from email.utils import formatdate
from functools import lru_cache
from typing import Any, Final, NamedTuple, Protocol
from zoneinfo import ZoneInfo

from django.conf import settings
from django.http.request import split_domain_port, validate_host
from uvicorn.protocols.http.httptools_impl import STATUS_LINE, HttpToolsProtocol

from api import cors
from votacao.recusas import OutroSite, Recusa, UrnaIndisponivel
from votacao.registro import Contado
from votacao.urna import captcha, exame, limites, respostas
from votacao.urna.catalogo import Catalogo, ParedaoNaUrna
from votacao.urna.contas import Conta
from votacao.urna.destino import Recebido, Resultado
from votacao.urna.urna import Urna

CABECA_MAXIMA = 8192
"""Bytes de linha e cabeçalhos que a faixa lê; os maiores seguem para o uvicorn."""
ESPERA_DO_RESTO = 10.0
"""Segundos que um pedido pela metade fica na faixa antes de 408."""
ESPERA_DO_PEDIDO = 120.0
"""Segundos que um pedido entregue ao uvicorn tem para chegar inteiro (uma foto por rede lenta)."""
ESPERA_DO_NAVEGADOR = 30.0
"""Segundos que uma resposta fica sem que o outro lado leia nada dela; depois a conexão é cortada."""
CABECA_ENTREGUE_MAXIMA = 65536
"""Bytes de cabeçalhos de um pedido entregue ao uvicorn, que por si não tem limite; além disso, 431."""
GUARDADO_MAXIMO = 65536
"""Bytes que se guardam de quem manda mais pedidos antes da resposta do voto; além disso, para-se de ler."""

CAPTCHAS_MAXIMOS = 500
"""Fichas a conferir ao mesmo tempo num processo; além disso, 503."""

_VOTO: Final = re.compile(rb"POST /paredoes/([0-9]{1,9})/votar/ HTTP/1\.1\r\n")
_VOTO_DA_API: Final = re.compile(rb"POST /api/v1/paredoes/([1-9][0-9]{0,8})/votos HTTP/1\.1\r\n")
_GET: Final = re.compile(rb"GET (/[!-~]*) HTTP/1\.1\r\n")
_CEDULA: Final = re.compile(rb"/paredoes/([0-9]{1,9})/cedula/")
_COMPROVANTE: Final = re.compile(rb"/comprovantes/([0-9a-f]{32})/")
_CABECALHO: Final = re.compile(rb"([A-Za-z0-9!#$%&'*+.^_`|~-]+):[ \t]*([\t -~\x80-\xff]*?)[ \t]*")
_INTEIRO: Final = re.compile(rb"[0-9]{1,9}")
_SO_DO_UVICORN: Final = frozenset({b"transfer-encoding", b"expect", b"upgrade", b"content-encoding", b"range", b"te"})
_UNICOS: Final = frozenset({b"host", b"content-length", b"content-type", b"origin", b"sec-fetch-site"})
_MARCAS: Final = re.compile(rb"@@(CODIGO|LEGIVEL|HORA)@@")
_PEDIDO: Final = re.compile(rb"\r\n[Xx]-[Rr]equest-[Ii][Dd]:[ \t]*([A-Za-z0-9._:/+=-]{8,64})[ \t]*(?=\r\n)")
_431: Final = STATUS_LINE[431] + b"content-length: 0\r\nconnection: close\r\n\r\n"
_408: Final = STATUS_LINE[408] + b"content-length: 0\r\nconnection: close\r\n\r\n"


class Pagina(Protocol):
    """Uma página pronta no micro-cache."""

    etag: bytes
    corpo: bytes
    """Sem compressão."""
    cabecalhos: list[tuple[bytes, bytes]]
    """Sem os de cache, tamanho e compressão."""


class Paginas(Protocol):
    """O que a faixa precisa do micro-cache."""

    def pronta(self, https: bool, host: str, alvo: bytes, *, interno: bool = False) -> Pagina | None: ...
    def em_bytes(self, pagina: Any, codificacao: str, etag_do_navegador: bytes) -> tuple[bytes, bytes]: ...
    def pedir(self, https: bool, host: str, alvo: bytes) -> "asyncio.Future[Any] | None": ...


class Fatos(NamedTuple):
    """O que importa dos cabeçalhos de um pedido. Não depende de quem o mandou."""

    host: str
    tamanho: int
    mesmo_site: bool
    formulario: bool
    corpo_em_json: bool
    json: bool
    origem: str
    """O `Origin`, de quem pede de uma página."""
    fechar: bool
    encaminhado: str
    https: bool
    """Se um proxy diz que o navegador usou HTTPS; só vale vindo de um de confiança."""
    codificacao: str
    etag: bytes
    captcha: str
    """A ficha do provedor (`captcha`), que muda a cada pedido de cédula."""


def ler_fatos(bloco: bytes) -> Fatos | None:
    """`bloco`: as linhas de cabeçalho, cada uma terminada por CRLF. `None`: algo incomum, que é do uvicorn."""
    achados: dict[bytes, bytes] = {}
    for linha in bloco.split(b"\r\n")[:-1]:
        partes = _CABECALHO.fullmatch(linha)
        if partes is None:
            return None
        nome = partes[1].lower()
        if nome in _SO_DO_UVICORN or (nome in _UNICOS and nome in achados):
            return None
        achados[nome] = achados[nome] + b"," + partes[2] if nome in achados else partes[2]
    host = achados.get(b"host", b"").decode("latin-1")
    if not validate_host(split_domain_port(host)[0], settings.ALLOWED_HOSTS):
        return None
    conexao = achados.get(b"connection", b"keep-alive").lower()
    if conexao not in (b"keep-alive", b"close"):
        return None
    tamanho = achados.get(b"content-length")
    if tamanho is not None and _INTEIRO.fullmatch(tamanho) is None:
        return None
    sec_fetch_site = achados.get(b"sec-fetch-site", b"").decode("latin-1")
    origem = achados.get(b"origin", b"").decode("latin-1")
    return Fatos(
        host=host,
        tamanho=-1 if tamanho is None else int(tamanho),
        mesmo_site=exame.mesmo_site(sec_fetch_site, origem, host),
        formulario=exame.e_formulario(achados.get(b"content-type", b"").decode("latin-1")),
        corpo_em_json=exame.e_json(achados.get(b"content-type", b"").decode("latin-1")),
        origem=origem,
        json=exame.quer_json(achados.get(b"accept", b"").decode("latin-1")),
        fechar=conexao == b"close",
        encaminhado=achados.get(b"x-forwarded-for", b"").decode("latin-1"),
        https=limites.veio_por_https(achados.get(b"x-forwarded-proto", b"")),
        codificacao=escolher_codificacao(achados.get(b"accept-encoding", b"")),
        etag=achados.get(b"if-none-match", b""),
        captcha=achados.get(b"x-captcha", b"").decode("latin-1"),
    )


def escolher_codificacao(aceita: bytes) -> str:
    """`br`, `gzip` ou nenhuma. Com pesos (`;q=`), nenhuma: é raro e a página sem compressão serve a todos."""
    if b"q=" in aceita:
        return ""
    aceitas = {parte.strip().lower() for parte in aceita.split(b",")}
    return "br" if b"br" in aceitas else "gzip" if b"gzip" in aceitas else ""


class Servico:
    """O que as conexões de um processo compartilham. É criado na partida e vive no laço de eventos."""

    FATOS_MAXIMOS = 4096

    def __init__(
        self, urna: Urna, catalogo: Catalogo, paginas: Paginas, cabecalhos_de_seguranca: dict[str, str]
    ) -> None:
        self.urna = urna
        self.catalogo = catalogo
        self.paginas = paginas
        self.conexoes: set[Faixa] = set()
        self.ao_parar: list[Callable[[], None]] = []
        self.exige_https: bool = settings.SECURE_SSL_REDIRECT
        self.limites: bool = settings.LIMITES
        self.ha_proxies = bool(settings.PROXIES_CONFIAVEIS)
        self.ajudantes: ThreadPoolExecutor | None = None
        """As threads que falam com o provedor do captcha, se há um: o laço não espera por ninguém."""
        if settings.CAPTCHA is not None:
            self.ajudantes = ThreadPoolExecutor(32, "captcha")
        self.captchas_em_curso = 0
        self.seguranca = "".join(f"{nome}: {valor}\r\n" for nome, valor in cabecalhos_de_seguranca.items()).encode()
        self.relogio = time.monotonic()
        self.data = b""
        self._fatos: dict[bytes, Fatos | None] = {}
        self._modelos: dict[bytes, tuple[bytes, bytes, list[bytes]]] = {}
        self._ritmo: asyncio.TimerHandle | None = None
        zeros = "0" * 32
        self._voto_html = self.em_bytes(respostas.voto_contado(zeros, em_json=False)).split(zeros.encode())
        self._voto_json = self.em_bytes(respostas.voto_contado(zeros, em_json=True)).split(zeros.encode())
        self._voto_da_api = self.em_bytes(respostas.voto_da_api(zeros)).split(zeros.encode())

    def iniciar(self, laco: asyncio.AbstractEventLoop) -> None:
        self._bater(laco)

    def avisar_que_para(self) -> None:
        """O servidor recebeu o sinal de parar: quem segura conexões abertas (`ao_parar`) solta-as agora."""
        avisos, self.ao_parar = self.ao_parar, []
        for avisar in avisos:
            avisar()

    def encerrar(self) -> None:
        if self._ritmo is not None:
            self._ritmo.cancel()
        if self.ajudantes is not None:
            self.ajudantes.shutdown(wait=False, cancel_futures=True)

    def _bater(self, laco: asyncio.AbstractEventLoop) -> None:
        """Uma vez por segundo: a hora dos cabeçalhos, e as conexões que ficaram paradas ou pela metade."""
        self.relogio = time.monotonic()
        self.data = b"date: " + formatdate(usegmt=True).encode() + b"\r\n"
        if limites.envelhecer(time.time()):
            # Atrás de um proxy, um bloco de cabeçalhos tem o endereço de quem pediu: também ele é esquecido.
            self._fatos.clear()
        for conexao in list(self.conexoes):
            conexao.conferir_prazo(self.relogio)
        self._ritmo = laco.call_later(1.0, self._bater, laco)

    def fatos(self, bloco: bytes) -> Fatos | None:
        """Telefones iguais mandam cabeçalhos iguais: lê cada bloco uma vez."""
        try:
            return self._fatos[bloco]
        except KeyError:
            pass
        if len(self._fatos) >= self.FATOS_MAXIMOS:
            self._fatos.clear()
        fatos = ler_fatos(bloco)
        if fatos is None or not fatos.captcha:
            self._fatos[bloco] = fatos
        return fatos

    def em_bytes(self, resposta: respostas.Resposta) -> bytes:
        """Tudo o que vem depois da linha de status e da data."""
        return _cabeca(resposta.cabecalhos, len(resposta.corpo), self.seguranca) + resposta.corpo

    def voto_contado(self, codigo: bytes, *, em_json: bool) -> bytes:
        if em_json:
            return STATUS_LINE[201] + self.data + codigo.join(self._voto_json)
        return STATUS_LINE[303] + self.data + codigo.join(self._voto_html)

    def voto_da_api(self, codigo: bytes, origem: str) -> bytes:
        return STATUS_LINE[201] + self.data + _de_outra_origem(origem) + codigo.join(self._voto_da_api)

    def completo(self, resposta: respostas.Resposta) -> bytes:
        return STATUS_LINE[resposta.status] + self.data + self.em_bytes(resposta)

    def recusa_da_api(self, tipo: type[Recusa], origem: str) -> bytes:
        resposta = respostas.recusa_da_api(tipo)
        return STATUS_LINE[resposta.status] + self.data + _de_outra_origem(origem) + self.em_bytes(resposta)

    def comprovante(self, codigo: bytes, voto: Contado | Recebido, https: bool, host: str) -> bytes | None:
        """O comprovante: o modelo que o Django fez há pouco, com código e hora deste voto. `None`: sem modelo."""
        alvo = alvo_do_modelo(voto)
        pagina = self.paginas.pronta(https, host, alvo, interno=True)
        if pagina is None:
            return None
        chave = b"%d %s %s" % (https, host.encode(), alvo)
        etag, cabeca, partes = self._modelos.get(chave, (b"", b"", []))
        if etag != pagina.etag:
            if len(self._modelos) > 1000:
                self._modelos.clear()
            cabeca = b"".join(b"%s: %s\r\n" % par for par in pagina.cabecalhos)
            partes = _MARCAS.split(pagina.corpo)
            self._modelos[chave] = (pagina.etag, cabeca, partes)
        quando = voto.gravado_em if isinstance(voto, Contado) else voto.recebido_em
        valores = {b"CODIGO": codigo, b"LEGIVEL": legivel(codigo), b"HORA": hora_legivel(int(quando))}
        trechos = [valores[parte] if i % 2 else parte for i, parte in enumerate(partes)]
        corpo = b"".join(trechos)
        return b"%s%s%scache-control: no-store\r\ncontent-length: %d\r\n\r\n%s" % (
            STATUS_LINE[200],
            self.data,
            cabeca,
            len(corpo),
            corpo,
        )


@lru_cache(maxsize=4096)
def _cabeca(cabecalhos: tuple[tuple[str, str], ...], tamanho: int, seguranca: bytes) -> bytes:
    linhas = "".join(f"{nome}: {valor}\r\n" for nome, valor in cabecalhos)
    return linhas.encode("latin-1") + b"content-length: %d\r\n" % tamanho + seguranca + b"\r\n"


def _de_outra_origem(origem: str) -> bytes:
    """Os cabeçalhos de CORS; sem lista de origens, nenhum."""
    return "".join(f"{nome}: {valor}\r\n" for nome, valor in cors.cabecalhos(origem)).encode("latin-1")


def alvo_do_modelo(voto: Contado | Recebido) -> bytes:
    alvo = b"/comprovantes/modelo/%d/%d/%d/" % (voto.paredao, voto.participante, voto.modalidade)
    return alvo if isinstance(voto, Contado) else alvo + b"recebido/"


def legivel(codigo: bytes) -> bytes:
    """Os 32 dígitos em oito grupos de quatro."""
    return b" ".join(codigo[i : i + 4] for i in range(0, 32, 4))


@lru_cache(maxsize=256)
def hora_legivel(segundos: int) -> bytes:
    return datetime.fromtimestamp(segundos, ZoneInfo(settings.TIME_ZONE)).strftime("%d/%m/%Y às %H:%M:%S").encode()


class Faixa(HttpToolsProtocol):
    """Uma conexão. Só uma resposta por vez: o que chega durante um voto pendente espera por ele."""

    def __init__(
        self, config: Any, server_state: Any, app_state: dict[str, Any], _loop: asyncio.AbstractEventLoop | None = None
    ) -> None:
        super().__init__(config, server_state, app_state, _loop)
        self._servico: Servico = app_state["faixa"]
        self._guardado = b""
        self._pendente = False
        self._lendo = True
        self._encerrando = False
        self._desde = self._servico.relogio
        # Pedidos que o uvicorn começou a ler, leu inteiros e respondeu. Iguais: ele está parado, e a faixa pode agir.
        self._comecados = 0
        self._lidos = 0
        self._respondidos = 0
        self._cabeca_entregue = 0
        self._por_escoar = 0
        self._escoa_desde = 0.0
        self._fatos: Fatos | None = None
        self._chave = b""
        self._paredao_id = 0
        self._codigo_do_pedido = b""
        self._pela_api = False

    # --- a conexão ---

    def connection_made(self, transport: Any) -> None:
        super().connection_made(transport)
        self._servico.conexoes.add(self)
        self._desde = self._servico.relogio

    def connection_lost(self, exc: Exception | None) -> None:
        self._servico.conexoes.discard(self)
        super().connection_lost(exc)

    def on_message_begin(self) -> None:
        self._comecados += 1
        self._cabeca_entregue = 0
        super().on_message_begin()

    def on_headers_complete(self) -> None:
        self._cabeca_entregue = -1
        super().on_headers_complete()

    def on_message_complete(self) -> None:
        self._lidos += 1
        super().on_message_complete()

    def on_response_complete(self) -> None:
        self._respondidos += 1
        self._desde = self._servico.relogio
        super().on_response_complete()

    def shutdown(self) -> None:
        """Responde o que já foi aceito e fecha. Uma conexão parada tem meio segundo: pode haver um voto a caminho."""
        self._encerrando = True
        self._servico.avisar_que_para()
        if self._pendente:
            return
        if self._parado():
            self.loop.call_later(0.5, self._fechar_se_parado)
        else:
            super().shutdown()

    def _fechar_se_parado(self) -> None:
        if not self._pendente and not self.transport.is_closing():
            if self._parado():
                self.transport.close()
            else:
                super().shutdown()

    def _parado(self) -> bool:
        return self._comecados == self._respondidos == self._lidos

    def conferir_prazo(self, relogio: float) -> None:
        """Chamado uma vez por segundo."""
        if self._parou_de_ler(relogio):
            self.transport.abort()
            return
        if self._pendente or self.transport.is_closing():
            return
        passaram = relogio - self._desde
        if self._guardado:
            if passaram > ESPERA_DO_RESTO:
                self.transport.write(_408)
                self.transport.close()
        elif self._parado():
            if self.timeout_keep_alive_task is None and passaram > self.timeout_keep_alive:
                self.transport.close()
        elif self._comecados != self._lidos and passaram > ESPERA_DO_PEDIDO:
            self.transport.close()

    def _parou_de_ler(self, relogio: float) -> bool:
        por_escoar = self.transport.get_write_buffer_size()
        if por_escoar == 0 or por_escoar < self._por_escoar or self._por_escoar == 0:
            self._escoa_desde = relogio
        self._por_escoar = por_escoar
        return por_escoar > 0 and relogio - self._escoa_desde > ESPERA_DO_NAVEGADOR

    # --- os bytes ---

    def data_received(self, data: bytes) -> None:
        if self._pendente:
            self._guardado += data
            if len(self._guardado) > GUARDADO_MAXIMO and self._lendo:
                self._lendo = False
                self.transport.pause_reading()
            return
        if not (self._comecados == self._respondidos == self._lidos):
            self._entregar(data)
            return
        if self._guardado:
            data = self._guardado + data
            self._guardado = b""
        else:
            self._desde = self._servico.relogio
        if self.timeout_keep_alive_task is not None:
            self._unset_keepalive_if_required()
        if not self._responder(data):
            self._desde = self._servico.relogio
            self._entregar(data)

    def _entregar(self, data: bytes) -> None:
        """Ao uvicorn, intacto. Ele acumula cabeçalhos sem fim; a faixa não deixa."""
        super().data_received(data)
        if self._comecados > self._lidos and self._cabeca_entregue >= 0:
            self._cabeca_entregue += len(data)
            if self._cabeca_entregue > CABECA_ENTREGUE_MAXIMA and not self.transport.is_closing():
                self.transport.write(_431)
                self.transport.close()

    def _responder(self, data: bytes) -> bool:
        """Cuida do pedido, ou devolve `False` para que siga intacto para o uvicorn."""
        if self.flow.write_paused:
            # O outro lado não lê o que já lhe foi mandado: o uvicorn espera por ele.
            return False
        if data.startswith(b"POST /paredoes/"):
            linha = _VOTO.match(data)
        elif data.startswith(b"POST /api/v1/p"):
            linha = _VOTO_DA_API.match(data)
        elif data.startswith(b"GET /"):
            linha = _GET.match(data)
        else:
            return False
        fim = data.find(b"\r\n\r\n")
        if fim < 0:
            return len(data) <= CABECA_MAXIMA and self._guardar(data)
        if linha is None or fim > CABECA_MAXIMA:
            return False
        bloco = data[linha.end() : fim + 2]
        if self._servico.ha_proxies:
            bloco = self._sem_codigo(data[linha.end() - 2 : fim + 2])
        fatos = self._servico.fatos(bloco)
        if fatos is None:
            return False
        https = fatos.https and limites.confiavel(self._par())
        if self._servico.exige_https and not https:
            return False
        if data[0] == 71:  # G
            return len(data) == fim + 4 and fatos.tamanho < 0 and self._get(linha[1], fatos, https, data)
        if not 0 <= fatos.tamanho <= exame.CORPO_MAXIMO:
            return False
        falta = fim + 4 + fatos.tamanho - len(data)
        if falta > 0:
            return self._guardar(data)
        self._pela_api = linha.re is _VOTO_DA_API
        return falta == 0 and self._votar(int(linha[1]), fatos, data[fim + 4 :])

    def _sem_codigo(self, linhas: bytes) -> bytes:
        """O bloco sem o `X-Request-ID`, que muda a cada pedido: com ele nenhum bloco se repetiria, e leria cada um.

        O de um proxy nosso volta na resposta; a faixa não faz códigos (`bbb.pedidos` diz por quê).
        """
        achado = _PEDIDO.search(linhas)
        if achado is None:
            self._codigo_do_pedido = b""
            return linhas[2:]
        self._codigo_do_pedido = achado[1] if limites.confiavel(self._par()) else b""
        return (linhas[: achado.start()] + linhas[achado.end() :])[2:]

    def _guardar(self, data: bytes) -> bool:
        self._guardado = data
        return True

    def _par(self) -> str:
        return self.client[0] if self.client else ""

    def _contar(self, acao: str, fatos: Fatos, agora: float) -> Conta | None:
        if not self._servico.limites:
            return None
        return limites.contar(acao, limites.quem_pede(self._par(), fatos.encaminhado), agora)

    def _escrever(self, resposta: bytes, fatos: Fatos) -> None:
        self.server_state.total_requests += 1
        if self._codigo_do_pedido:
            status, _, resto = resposta.partition(b"\r\n")
            resposta = b"%s\r\nx-request-id: %s\r\n%s" % (status, self._codigo_do_pedido, resto)
        if fatos.fechar or self._encerrando:
            cabeca, separador, corpo = resposta.partition(b"\r\n\r\n")
            self.transport.write(cabeca + b"\r\nconnection: close" + separador + corpo)
            self.transport.close()
        else:
            self.transport.write(resposta)

    def _recusar(self, tipo: type[Recusa], fatos: Fatos, paredao_id: int) -> None:
        if self._pela_api:
            self._escrever(self._servico.recusa_da_api(tipo, fatos.origem), fatos)
            return
        resposta = respostas.recusa(tipo, em_json=fatos.json, paredao_id=paredao_id)
        self._escrever(self._servico.completo(resposta), fatos)

    # --- o voto ---

    def _votar(self, paredao_id: int, fatos: Fatos, corpo: bytes) -> bool:
        paredao = self._servico.catalogo.ver(paredao_id)
        if paredao is None:
            return False
        try:
            if not (fatos.mesmo_site or (self._pela_api and cors.aceita(fatos.origem))):
                raise OutroSite
            agora = time.time()
            conta = self._contar("voto", fatos, agora)
            if self._pela_api:
                voto = exame.examinar(corpo if fatos.corpo_em_json else b"", paredao, agora, conta, exame.ler_json)
            else:
                voto = exame.examinar(corpo if fatos.formulario else b"", paredao, agora, conta)
        except Recusa as recusa:
            self._recusar(type(recusa), fatos, paredao_id)
            return True
        self._pendente = True
        self._fatos = fatos
        self._chave = voto.id
        self._paredao_id = paredao_id
        self._servico.urna.votar(voto, self._voto_decidido)
        return True

    def _voto_decidido(self, desfecho: Resultado) -> None:
        fatos = self._fatos
        if fatos is None:
            return
        if isinstance(desfecho, Contado):
            self._servico.urna.lembrar(self._chave, desfecho)
        if not self.transport.is_closing():
            if isinstance(desfecho, Contado | Recebido):
                codigo = self._chave.hex().encode()
                if self._pela_api:
                    self._escrever(self._servico.voto_da_api(codigo, fatos.origem), fatos)
                else:
                    self._escrever(self._servico.voto_contado(codigo, em_json=fatos.json), fatos)
            else:
                self._recusar(desfecho, fatos, self._paredao_id)
        self._seguir()

    def _seguir(self) -> None:
        """Solta a conexão depois de uma resposta que demorou, e lê o que chegou nesse meio-tempo."""
        self._pendente = False
        self._fatos = None
        self._desde = self._servico.relogio
        if not self._lendo:
            self._lendo = True
            self.transport.resume_reading()
        if self._guardado and not self.transport.is_closing():
            guardado, self._guardado = self._guardado, b""
            self.data_received(guardado)

    # --- o resto ---

    def _get(self, alvo: bytes, fatos: Fatos, https: bool, data: bytes) -> bool:
        cedula = _CEDULA.fullmatch(alvo)
        if cedula is not None:
            return self._emitir(int(cedula[1]), fatos)
        comprovante = _COMPROVANTE.fullmatch(alvo)
        if comprovante is not None:
            return self._comprovante(comprovante[1], fatos, https, data)
        if fatos.origem and alvo.startswith(b"/api/"):
            # O que está no micro-cache é igual para todos; os cabeçalhos de outra origem, a porta da frente os põe.
            return False
        pagina = self._servico.paginas.pronta(https, fatos.host, alvo)
        if pagina is None:
            return False
        inicio, resto = self._servico.paginas.em_bytes(pagina, fatos.codificacao, fatos.etag)
        self._escrever(inicio + self._servico.data + resto, fatos)
        return True

    def _emitir(self, paredao_id: int, fatos: Fatos) -> bool:
        paredao = self._servico.catalogo.ver(paredao_id)
        if paredao is None:
            return False
        agora = time.time()
        try:
            conta = self._contar("cedula", fatos, agora)
            exame.pode_emitir(paredao, agora)
            if self._servico.captchas_em_curso >= CAPTCHAS_MAXIMOS:
                raise UrnaIndisponivel
        except Recusa as recusa:
            self._recusar_cedula(type(recusa), fatos)
            return True
        if self._servico.ajudantes is None:
            self._escrever(self._servico.completo(respostas.cedula_da_torcida(paredao, conta, agora)), fatos)
        else:
            self._emitir_com_captcha(self._servico.ajudantes, paredao, conta, fatos)
        return True

    def _recusar_cedula(self, tipo: type[Recusa], fatos: Fatos) -> None:
        self._escrever(self._servico.completo(respostas.recusa(tipo, em_json=True, paredao_id=None)), fatos)

    def _emitir_com_captcha(
        self, ajudantes: ThreadPoolExecutor, paredao: ParedaoNaUrna, conta: Conta | None, fatos: Fatos
    ) -> None:
        """A conexão espera pelo provedor; o laço, não."""
        self._pendente = True
        self._servico.captchas_em_curso += 1

        def responder(feito: "asyncio.Future[int]") -> None:
            self._servico.captchas_em_curso -= 1
            if not self.transport.is_closing():
                erro = asyncio.CancelledError() if feito.cancelled() else feito.exception()
                if erro is None:
                    resposta = respostas.cedula_da_torcida(paredao, conta, time.time(), mais_bits=feito.result())
                    self._escrever(self._servico.completo(resposta), fatos)
                else:
                    self._recusar_cedula(type(erro) if isinstance(erro, Recusa) else UrnaIndisponivel, fatos)
            self._seguir()

        self.loop.run_in_executor(ajudantes, captcha.exigir, fatos.captcha).add_done_callback(responder)

    def _comprovante(self, codigo: bytes, fatos: Fatos, https: bool, data: bytes) -> bool:
        self._pendente = True
        self._fatos = fatos

        def responder(desfecho: Resultado) -> None:
            contado = desfecho if isinstance(desfecho, Contado | Recebido) else None
            pagina = contado and self._servico.comprovante(codigo, contado, https, fatos.host)
            if contado is None or pagina is not None:
                concluir(pagina)
                return
            # O modelo venceu: é feito uma vez, e todos os que acabaram de votar esperam por ele.
            feito = self._servico.paginas.pedir(https, fatos.host, alvo_do_modelo(contado))
            if feito is None:
                concluir(None)
            else:
                feito.add_done_callback(
                    lambda _: concluir(self._servico.comprovante(codigo, contado, https, fatos.host))
                )

        def concluir(pagina: bytes | None) -> None:
            if self.transport.is_closing():
                pass
            elif pagina is not None:
                self._escrever(pagina, fatos)
            else:
                # Sem voto, sem banco ou sem modelo: é o Django que diz qual dos três.
                self._pendente = False
                super(Faixa, self).data_received(data)
            self._seguir()

        self._servico.urna.comprovante(bytes.fromhex(codigo.decode()), responder)
        return True
