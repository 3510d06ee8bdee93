"""Os pedidos HTTP da prova, byte a byte, os mesmos para todos os concorrentes."""

import socket
from http.client import HTTPResponse

from bench.gerador import ENDERECO

# O que o Chrome de um telefone Android envia; só o caminho, o tipo e o tamanho do corpo mudam.
CABECALHOS = """\
Host: {host}
Connection: keep-alive
User-Agent: Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) \
Chrome/121.0.0.0 Mobile Safari/537.36
Accept: text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,*/*;q=0.8
Accept-Encoding: gzip, deflate, br
Accept-Language: pt-BR,pt;q=0.9,en;q=0.8
Origin: http://{host}
Sec-Fetch-Site: same-origin
"""
FORMULARIO = "application/x-www-form-urlencoded"
JSON = "application/json"


def cabecalho_get(porta: int, caminho: str) -> str:
    """Pedido GET completo. `caminho` pode ser um marcador como `{caminho}`, que o gerador troca depois."""
    linhas = CABECALHOS.format(host=f"{ENDERECO}:{porta}")
    return f"GET {caminho} HTTP/1.1\n{linhas}\n".replace("\n", "\r\n")


def cabecalho_post(porta: int, caminho: str, tamanho: int | str, tipo: str = FORMULARIO) -> str:
    """Pedido POST até a linha vazia; o corpo, de `tamanho` bytes, vem em seguida."""
    linhas = CABECALHOS.format(host=f"{ENDERECO}:{porta}")
    return f"POST {caminho} HTTP/1.1\n{linhas}Content-Type: {tipo}\nContent-Length: {tamanho}\n\n".replace("\n", "\r\n")


def corpo_de_voto(participante: str, cedula: str, prova: str) -> str:
    return f"participante={participante}&cedula={cedula}&prova={prova}"


def corpo_de_voto_em_json(participante: str, cedula: str, prova: str) -> str:
    return f'{{"participante": {participante}, "cedula": "{cedula}", "prova": "{prova}"}}'


def pedir(porta: int, pedido: str) -> tuple[int, dict[str, str], bytes]:
    """Um pedido só, para conhecer o servidor: status, cabeçalhos (nomes em minúsculas) e corpo como veio na rede."""
    with socket.create_connection((ENDERECO, porta), timeout=10) as tomada:
        tomada.sendall(pedido.encode())
        with HTTPResponse(tomada) as resposta:
            resposta.begin()
            return resposta.status, {nome.lower(): valor for nome, valor in resposta.getheaders()}, resposta.read()


def ler(porta: int, caminho: str) -> tuple[int, str]:
    """Status e texto de uma página, pedida sem compressão."""
    pedido = f"GET {caminho} HTTP/1.1\r\nHost: {ENDERECO}:{porta}\r\nConnection: close\r\n\r\n"
    status, _, corpo = pedir(porta, pedido)
    return status, corpo.decode()
