"""Números, tamanhos e tabelas como se escrevem em português."""

KB, MB, GB, TB = 10**3, 10**6, 10**9, 10**12


def decimal(valor: float, casas: int = 0) -> str:
    """Como se escreve em português: 1.532.944.337,5."""
    texto = f"{valor:,.{casas}f}"
    return texto.replace(",", " ").replace(".", ",").replace(" ", ".")


def tamanho(bytes_: float) -> str:
    for unidade, nome in ((TB, "TB"), (GB, "GB"), (MB, "MB"), (KB, "kB")):
        if bytes_ >= unidade:
            return f"{decimal(bytes_ / unidade, 1)} {nome}"
    return f"{decimal(bytes_)} B"


def duracao(segundos: float) -> str:
    if segundos < 60:
        return f"{decimal(segundos, 1)} s"
    if segundos < 3600:
        return f"{decimal(segundos / 60, 1)} min"
    return f"{decimal(segundos / 3600, 1)} h"


def tabela(cabecalho: list[str], linhas: list[list[str]]) -> str:
    """Em Markdown, com as colunas alinhadas para se ler também no terminal."""
    larguras = [max(len(linha[i]) for linha in [cabecalho, *linhas]) for i in range(len(cabecalho))]

    def escrever(linha: list[str]) -> str:
        return "| " + " | ".join(celula.ljust(largura) for celula, largura in zip(linha, larguras, strict=True)) + " |"

    return "\n".join(
        [escrever(cabecalho), "|" + "|".join("-" * (n + 2) for n in larguras) + "|", *map(escrever, linhas)]
    )
