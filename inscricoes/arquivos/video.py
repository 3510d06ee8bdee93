"""Um vídeo, do que chegou à versão que se guarda."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from inscricoes.arquivos import guarda, medidas
from inscricoes.arquivos.oficina import TrabalhoFalhou, trabalhar
from inscricoes.arquivos.recusas import VideoRecusado
from inscricoes.validators import VIDEO_MAXIMO

MONTAGEM = "inscricoes.arquivos.montagem"


@dataclass(frozen=True)
class VideoPronto:
    """Conferido e montado de novo, à espera de um lugar. Os arquivos somem com o bloco `with`."""

    arquivo: Path
    quadro: Path
    formato: str
    """`mp4` ou `webm`."""
    duracao: float
    """Segundos."""
    largura: int
    altura: int
    tamanho: int
    """Bytes."""


@contextmanager
def preparar(entrada: str | Path) -> Iterator[VideoPronto]:
    """Confere pelo conteúdo, mede, e monta sem metadados. Leva alguns segundos.

    Levanta `VideoRecusado`, `OficinaOcupada` ou `SemEspaco`.
    """
    entrada = Path(entrada)
    with guarda.rascunho() as pasta:
        # Sem recodificar, o que sai não passa muito do que entrou.
        escrita = entrada.stat().st_size * 5 // 4 + 4 * medidas.MB
        argumentos = str(entrada), str(pasta), str(VIDEO_MAXIMO), str(escrita)
        try:
            feito = trabalhar(MONTAGEM, *argumentos, prazo=medidas.VIDEO_PRAZO + 5)
        except TrabalhoFalhou:
            raise VideoRecusado("Não conseguimos abrir este vídeo. Salve-o como MP4 e mande outra vez.") from None
        if "recusa" in feito:
            raise VideoRecusado(feito["recusa"])
        arquivo = pasta / f"video.{feito['formato']}"
        yield VideoPronto(
            arquivo=arquivo,
            quadro=pasta / medidas.QUADRO,
            formato=feito["formato"],
            duracao=feito["duracao"],
            largura=feito["largura"],
            altura=feito["altura"],
            tamanho=arquivo.stat().st_size,
        )
