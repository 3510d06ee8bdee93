"""O que a faixa supõe do uvicorn. Se uma atualização mudar isto, é aqui que se vê, e não no horário nobre."""

import inspect
from importlib.metadata import version

import httptools
from uvicorn.protocols.http import httptools_impl
from uvicorn.protocols.http.httptools_impl import STATUS_LINE, HttpToolsProtocol, RequestResponseCycle


def test_uvicorn_e_httptools_sao_as_versoes_conferidas() -> None:
    assert (version("uvicorn"), version("httptools")) == ("0.54.0", "0.9.0")


def test_o_protocolo_tem_o_que_a_faixa_usa() -> None:
    assert list(inspect.signature(HttpToolsProtocol.__init__).parameters) == [
        "self",
        "config",
        "server_state",
        "app_state",
        "_loop",
    ]
    for nome in (
        "connection_made",
        "connection_lost",
        "data_received",
        "on_message_begin",
        "on_message_complete",
        "on_response_complete",
        "shutdown",
        "_unset_keepalive_if_required",
    ):
        assert callable(getattr(HttpToolsProtocol, nome))
    fonte = inspect.getsource(HttpToolsProtocol.__init__)
    for atributo in ("timeout_keep_alive_task", "timeout_keep_alive", "server_state", "client", "loop", "transport"):
        assert f"self.{atributo}" in fonte


def test_cada_ciclo_avisa_o_fim_uma_vez_e_so_depois_de_escrever_tudo() -> None:
    fonte = inspect.getsource(RequestResponseCycle.send)
    assert fonte.count("self.on_response()") == 1
    assert fonte.index("self.transport.write(body)") < fonte.index("self.on_response()")


def test_linhas_de_status() -> None:
    assert STATUS_LINE[303] == b"HTTP/1.1 303 See Other\r\n"
    assert STATUS_LINE[408] == b"HTTP/1.1 408 Request Timeout\r\n"


def test_o_leitor_avisa_o_comeco_no_primeiro_byte_e_o_fim_de_cada_pedido() -> None:
    """A faixa só age quando o uvicorn está parado: começados, lidos e respondidos iguais."""
    avisos: list[str] = []

    class Ouvinte:
        def on_message_begin(self) -> None:
            avisos.append("começo")

        def on_message_complete(self) -> None:
            avisos.append("fim")

    leitor = httptools.HttpRequestParser(Ouvinte())
    leitor.feed_data(b"P")
    assert avisos == ["começo"]
    leitor.feed_data(b"OST / HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n\r\nab")
    assert avisos == ["começo"]
    leitor.feed_data(b"cGET / HTTP/1.1\r\nHost: x\r\n\r\n")
    assert avisos == ["começo", "fim", "começo", "fim"]


def test_o_modulo_do_protocolo_e_o_de_httptools() -> None:
    assert httptools_impl.httptools is httptools
