"""Uma foto, do envio à versão que se guarda."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from django.core.files.base import File

from inscricoes.arquivos import guarda, medidas
from inscricoes.arquivos.oficina import TrabalhoFalhou, trabalhar
from inscricoes.arquivos.recusas import FotoRecusada

REVELACAO = "inscricoes.arquivos.revelacao"


@dataclass(frozen=True)
class FotoPronta:
    """Conferida e feita de novo, à espera de um lugar. Os arquivos somem com o bloco `with`."""

    grande: Path
    miniatura: Path
    largura: int
    altura: int
    tamanho: int
    """Bytes da grande."""
    resumo: str
    """SHA-256 dos pixels."""


@contextmanager
def preparar(arquivo: "File[bytes]") -> Iterator[FotoPronta]:
    """Confere pelo conteúdo, nunca pelo nome, e refaz em WebP.

    Levanta `FotoRecusada`, `OficinaOcupada` ou `SemEspaco`.
    """
    if not arquivo.size:
        raise FotoRecusada("O arquivo está vazio.")
    if arquivo.size > medidas.FOTO_BYTES_MAXIMOS:
        raise FotoRecusada("A foto passa de 10 MB. Mande uma menor.")
    with guarda.rascunho() as pasta:
        entrada = pasta / "entrada"
        guarda.copiar(arquivo, entrada)
        try:
            feito = trabalhar(REVELACAO, str(entrada), str(pasta), prazo=medidas.FOTO_PRAZO + 5)
        except TrabalhoFalhou:
            raise FotoRecusada("Não conseguimos abrir esta foto. Salve-a como JPEG e mande outra vez.") from None
        if "recusa" in feito:
            raise FotoRecusada(feito["recusa"])
        grande = pasta / medidas.GRANDE
        yield FotoPronta(
            grande=grande,
            miniatura=pasta / medidas.MINIATURA,
            largura=feito["largura"],
            altura=feito["altura"],
            tamanho=grande.stat().st_size,
            resumo=feito["resumo"],
        )
