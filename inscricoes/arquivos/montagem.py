"""Abre um vídeo que veio de fora e o monta de novo, sem recodificar e sem metadados. Roda na oficina.

Só passam a primeira imagem e o primeiro som: legendas, capítulos, posição (GPS) e o resto que a câmera grava ficam.
Uso: `python -m inscricoes.arquivos.montagem ENTRADA PASTA_DE_SAIDA SEGUNDOS_MAXIMOS`.
"""

import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import av
from av.container import InputContainer, OutputContainer
from PIL import Image

from inscricoes.arquivos import medidas
from inscricoes.arquivos.bancada import Recusado, apertar, responder

LEITORES = {"mp4": "mov", "webm": "matroska"}
"""Como o FFmpeg chama o leitor de cada família. Ele nunca escolhe sozinho: tem leitores para listas de endereços."""
CABEM = {
    "webm": ({"vp8", "vp9", "av1"}, {"opus", "vorbis"}),
    "mp4": ({"h264", "hevc", "av1", "vp9"}, {"aac", "mp3", "opus"}),
}
"""O que cada formato leva, imagem e som, e um navegador toca. O vídeo não muda de formato."""
COMECO_DE_WEBM = b"\x1a\x45\xdf\xa3"
COMECOS_DE_MP4 = (b"ftyp", b"moov", b"mdat", b"wide", b"free", b"skip")
NAO_ABRE = "Não é um vídeo que se consiga abrir: mande MP4, MOV ou WebM."
CORTADO = "O vídeo está cortado ou com defeito. Mande-o de novo, ou grave outro."
NAO_TOCA = (
    "O vídeo está num formato que os navegadores não tocam. Grave com a câmera do telefone, ou salve como MP4 (H.264)."
)


def montar(entrada: Path, saida: Path, segundos_maximos: float) -> dict[str, Any]:
    """Escreve `video.mp4` ou `video.webm` e `medidas.QUADRO` em `saida`; devolve formato, duração (s) e tamanho da
    imagem como se vê. A duração é medida nos pacotes: o que o arquivo diz de si não conta.

    Levanta `Recusado`.
    """
    formato = _reconhecer(entrada)
    destino = saida / f"video.{formato}"
    with _abrir(entrada, formato) as origem:
        imagem, som = _faixas(origem, *CABEM[formato])
        duracao = _remontar(origem, imagem, som, destino, segundos_maximos)
        # A duração que o arquivo diz só serve para perceber que falta o fim.
        dita = float(imagem.duration * imagem.time_base) if imagem.duration else (origem.duration or 0) / av.time_base
        if dita - duracao > max(2.0, dita * 0.05):
            raise Recusado(CORTADO)
    largura, altura = _tirar_quadro(destino, formato, saida / medidas.QUADRO)
    return {"formato": formato, "duracao": duracao, "largura": largura, "altura": altura}


def _reconhecer(entrada: Path) -> str:
    """A família do arquivo, pelos primeiros bytes: `mp4` (também MOV e 3GP) ou `webm`."""
    with entrada.open("rb") as aberto:
        comeco = aberto.read(16)
    if comeco[4:8] in COMECOS_DE_MP4:
        return "mp4"
    if comeco[:4] == COMECO_DE_WEBM:
        return "webm"
    raise Recusado(NAO_ABRE)


def _abrir(video: Path, formato: str) -> InputContainer:
    try:
        return av.open(str(video), format=LEITORES[formato], options={"protocol_whitelist": "file"})
    except (av.FFmpegError, ValueError):
        raise Recusado(CORTADO) from None


def _faixas(origem: InputContainer, imagens_que_cabem: set[str], sons_que_cabem: set[str]) -> tuple[Any, Any]:
    """A primeira imagem, e o primeiro som que um navegador toca (ou nenhum, se o vídeo é mudo)."""
    # Uma capa embutida também aparece como imagem, e não é um vídeo.
    imagens = [f for f in origem.streams.video if not f.disposition & av.stream.Disposition.attached_pic]
    if not imagens:
        raise Recusado("Este arquivo só tem som. Mande um vídeo.")
    imagem = imagens[0]
    if imagem.codec_context is None or not imagem.codec_context.width or not imagem.codec_context.height:
        raise Recusado(NAO_ABRE)
    lados = imagem.codec_context.width, imagem.codec_context.height
    if lados[0] * lados[1] > medidas.VIDEO_PIXELS_MAXIMOS:
        raise Recusado("A imagem do vídeo é grande demais: grave em até 4K.")
    if min(lados) < medidas.VIDEO_LADO_MINIMO:
        raise Recusado("A imagem do vídeo é pequena demais.")
    sons = [f for f in origem.streams.audio if f.codec_context is not None]
    som = next((f for f in sons if f.codec.canonical_name in sons_que_cabem), None)
    if imagem.codec.canonical_name not in imagens_que_cabem or (sons and som is None):
        raise Recusado(NAO_TOCA)
    return imagem, som


def _remontar(origem: InputContainer, imagem: Any, som: Any, destino: Path, segundos_maximos: float) -> float:
    """Copia os pacotes e devolve a duração medida, em segundos."""
    opcoes = {"movflags": "+faststart"} if destino.suffix == ".mp4" else {"cues_to_front": "1"}
    try:
        with av.open(str(destino), "w", format=destino.suffix[1:], options=opcoes) as saida:
            faixas = {f.index: _copiar_faixa(saida, f) for f in (imagem, som) if f is not None}
            return _copiar_pacotes(_pacotes(origem, imagem, som), faixas, saida, imagem.index, segundos_maximos)
    except (av.FFmpegError, ValueError):
        raise Recusado(CORTADO) from None


def _copiar_faixa(saida: OutputContainer, faixa: Any) -> Any:
    nova = saida.add_stream_from_template(faixa, opaque=True)
    nova.metadata.clear()
    # O Safari só toca HEVC com este nome.
    nova.codec_context.codec_tag = "hvc1" if faixa.codec.canonical_name == "hevc" else "\0\0\0\0"
    return nova


def _pacotes(origem: InputContainer, imagem: Any, som: Any) -> Iterator[Any]:
    for quantos, pacote in enumerate(origem.demux([f for f in (imagem, som) if f is not None])):
        if quantos > medidas.PACOTES_MAXIMOS:
            raise Recusado(CORTADO)
        if not pacote.size:
            continue  # O fim de cada faixa.
        if pacote.is_corrupt or pacote.dts is None:
            raise Recusado(CORTADO)
        yield pacote


def _copiar_pacotes(
    pacotes: Iterable[Any], faixas: dict[int, Any], saida: OutputContainer, da_imagem: int, segundos_maximos: float
) -> float:
    comeco, fim, imagens = float("inf"), float("-inf"), 0
    for pacote in pacotes:
        hora = float((pacote.pts if pacote.pts is not None else pacote.dts) * pacote.time_base)
        comeco = min(comeco, hora)
        fim = max(fim, hora + float((pacote.duration or 0) * pacote.time_base))
        if fim - comeco > segundos_maximos + medidas.VIDEO_FOLGA:
            minutos = f"{segundos_maximos / 60:g}"
            raise Recusado(f"O vídeo passa de {minutos} minutos. Corte-o no telefone, ou grave um mais curto.")
        imagens += pacote.stream.index == da_imagem
        pacote.stream = faixas[pacote.stream.index]
        saida.mux(pacote)
    if not imagens:
        raise Recusado(CORTADO)
    return round(fim - comeco, 3)


def _tirar_quadro(video: Path, formato: str, destino: Path) -> tuple[int, int]:
    """Decodifica o começo do que se montou: se nem isso abre, não é um vídeo. Devolve largura e altura como se vê."""
    escolhido = None
    with _abrir(video, formato) as aberto:
        faixa = aberto.streams.video[0]
        faixa.codec_context.thread_count = 1
        try:
            for quantos, quadro in enumerate(aberto.decode(faixa)):
                escolhido = quadro
                if (quadro.time or 0) >= medidas.QUADRO_EM or quantos >= medidas.QUADROS_DECODIFICADOS:
                    break
        except (av.FFmpegError, ValueError):
            pass  # Fica o último que abriu; sem nenhum, é recusado.
        if escolhido is None:
            raise Recusado(CORTADO)
        imagem: Image.Image = escolhido.to_image()  # type: ignore[no-untyped-call]
        imagem = imagem.rotate(escolhido.rotation, expand=True) if escolhido.rotation else imagem
    lados = imagem.size
    imagem.thumbnail((medidas.QUADRO_LADO, medidas.QUADRO_LADO))
    imagem.save(destino, "WEBP", quality=80)
    return lados


if __name__ == "__main__":
    apertar(
        memoria=medidas.VIDEO_MEMORIA,
        processador=medidas.VIDEO_PROCESSADOR,
        prazo=medidas.VIDEO_PRAZO,
        escrita=int(sys.argv[4]),
    )
    responder(lambda: montar(Path(sys.argv[1]), Path(sys.argv[2]), float(sys.argv[3])))
