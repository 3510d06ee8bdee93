"""O HEALTHCHECK da imagem: sai com 0 se o servidor deste contêiner responde 200. Só a biblioteca do Python.

    python deploy/saude.py [/saude/viva/]

O Django só atende hosts de ALLOWED_HOSTS; usa-se o primeiro deles.
"""

import http.client
import os
import sys

PORTA = 8000
PRAZO = 3


def host_aceito() -> str:
    primeiro = os.environ.get("ALLOWED_HOSTS", "").split(",")[0].strip().removeprefix(".")
    return primeiro if primeiro and primeiro != "*" else "localhost"


def conferir(caminho: str) -> int:
    conexao = http.client.HTTPConnection("127.0.0.1", PORTA, timeout=PRAZO)
    try:
        conexao.request("GET", caminho, headers={"Host": host_aceito()})
        status = conexao.getresponse().status
    except OSError as erro:
        print(f"{caminho}: {erro}")
        return 1
    finally:
        conexao.close()
    print(f"{caminho}: {status}")
    return 0 if status == 200 else 1


if __name__ == "__main__":
    sys.exit(conferir(sys.argv[1] if len(sys.argv) > 1 else "/saude/viva/"))
