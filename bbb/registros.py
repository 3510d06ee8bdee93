"""O que se escreve nos registros: nada que diga quem é alguém.

O código não escreve dados pessoais (`inscricoes/tests/test_logs.py` acompanha uma inscrição inteira). Isto é a última
rede, para o que vem de fora dele: a mensagem de erro do banco, o servidor de e-mail que repete o destinatário.
"""

import json
import logging
import re
from contextvars import ContextVar
from datetime import datetime
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.views.debug import SafeExceptionReporterFilter

_REGRAS = (
    # `%40`: o arroba num endereço.
    (re.compile(r"[\w.+%-]+(?:@|%40)[\w-]+(?:\.[\w-]+)+"), "[e-mail]"),
    (re.compile(r"(?<![\w.-])\d{3}\.\d{3}\.\d{3}-?\d{2}(?![\w-])"), "[cpf]"),
    (re.compile(r"\+55[ .-]?\(?\d{2}\)?[ .-]?\d{4,5}[ .-]?\d{4}(?!\d)"), "[telefone]"),
    (re.compile(r"\(\d{2}\) ?\d{4,5}[ .-]?\d{4}(?!\d)"), "[telefone]"),
    # Onze algarismos seguidos: um CPF ou um celular com DDD. Um número assim, nos registros, não faz falta.
    (re.compile(r"(?<![\w.-])\d{11}(?![\w-])"), "[cpf]"),
    # O código de um comprovante mostra a escolha a quem o abrir.
    (re.compile(r"(?<![0-9A-Za-z])[0-9a-f]{32}(?![0-9A-Za-z])"), "[código]"),
)
pedido: ContextVar[str] = ContextVar("pedido", default="")
"""O código do pedido que esta thread atende (`bbb.pedidos`)."""
_CAMPOS = ("metodo", "familia", "status", "duracao_ms")
"""O que uma linha pode ter além da mensagem: nada que diga quem é alguém."""


def sem_dados_pessoais(texto: str) -> str:
    """O texto com e-mails, CPFs e telefones trocados por `[e-mail]`, `[cpf]` e `[telefone]`."""
    for padrao, troca in _REGRAS:
        texto = padrao.sub(troca, texto)
    return texto


class SemDadosPessoais(logging.Filter):
    """Troca na mensagem, com os argumentos já dentro dela. Vale para qualquer formato que venha depois."""

    def filter(self, record: logging.LogRecord) -> bool:
        try:
            mensagem = record.getMessage()
        except (TypeError, ValueError, KeyError):
            # Argumentos que não cabem na mensagem: nem por isso eles se escrevem.
            mensagem = str(record.msg)
        caminho = getattr(getattr(record, "request", None), "path", "")
        if len(caminho) > 1:
            # O Django escreve o caminho do pedido que falhou, e nos caminhos há códigos: fica o desenho do endereço.
            mensagem = mensagem.replace(caminho, _desenho(record.request))  # type: ignore[attr-defined]
        record.msg, record.args = sem_dados_pessoais(mensagem), ()
        record.pedido = pedido.get()
        return True


def _desenho(request: HttpRequest) -> str:
    achada = getattr(request, "resolver_match", None)
    return "[endereço desconhecido]" if achada is None else f"/{achada.route}"


class Linha(logging.Formatter):
    """Troca também no rastro de um erro, que só existe depois de formatado."""

    def formatException(self, ei: Any) -> str:
        return sem_dados_pessoais(super().formatException(ei))

    def formatStack(self, stack_info: str) -> str:
        return sem_dados_pessoais(super().formatStack(stack_info))

    def format(self, record: logging.LogRecord) -> str:
        # Outro formato pode ter deixado no registro o rastro inteiro.
        record.exc_text = None
        return super().format(record)


class LinhaJson(Linha):
    """Um objeto JSON por linha, para um coletor. A hora é a do fato, com fuso; `pedido` é o mesmo `X-Request-ID` da
    resposta."""

    def format(self, record: logging.LogRecord) -> str:
        record.exc_text = None
        dados: dict[str, Any] = {
            "hora": datetime.fromtimestamp(record.created).astimezone().isoformat(timespec="milliseconds"),
            "nivel": record.levelname,
            "de": record.name,
            "mensagem": record.getMessage(),
            "processo": record.process,
        }
        if codigo := getattr(record, "pedido", ""):
            dados["pedido"] = codigo
        dados |= {campo: getattr(record, campo) for campo in _CAMPOS if hasattr(record, campo)}
        if record.exc_info:
            dados["erro"] = self.formatException(record.exc_info)
        if record.stack_info:
            dados["pilha"] = self.formatStack(record.stack_info)
        return json.dumps(dados, ensure_ascii=False, default=str)


class SemDadosDoPedido(SafeExceptionReporterFilter):
    """Fora do DEBUG, um relato de erro não leva o que a pessoa mandou nem o que as funções tinham na mão."""

    def is_active(self, request: HttpRequest | None) -> bool:
        return settings.DEBUG is False

    def get_post_parameters(self, request: HttpRequest | None) -> Any:
        if request is None or not self.is_active(request):
            return super().get_post_parameters(request)
        return dict.fromkeys(request.POST, self.cleansed_substitute)

    def get_traceback_frame_variables(self, request: HttpRequest | None, tb_frame: Any) -> Any:
        if not self.is_active(request):
            return super().get_traceback_frame_variables(request, tb_frame)
        return [(nome, self.cleansed_substitute) for nome in tb_frame.f_locals]

    def get_safe_request_meta(self, request: HttpRequest) -> dict[str, Any]:
        meta = super().get_safe_request_meta(request)
        if self.is_active(request):
            for nome in ("HTTP_COOKIE", "QUERY_STRING", "HTTP_REFERER", "REQUEST_URI"):
                if nome in meta:
                    meta[nome] = self.cleansed_substitute
        return meta

    def get_safe_cookies(self, request: HttpRequest) -> dict[str, Any]:
        return (
            dict.fromkeys(request.COOKIES, self.cleansed_substitute)
            if self.is_active(request)
            else super().get_safe_cookies(request)
        )
