"""As fotos dos inscritos da demonstração, desenhadas como as do elenco, e quem deles já está na casa."""

import io
import multiprocessing
from collections.abc import Iterable
from concurrent.futures import ProcessPoolExecutor
from datetime import datetime

from django.contrib.auth.models import User
from PIL import Image, ImageEnhance, ImageOps

from inscricoes.demo import carga
from inscricoes.demo.inscritos import INSCRITOS, Inscrito
from inscricoes.models import Candidato, Edicao
from inscricoes.situacoes import Situacao
from votacao.demo.elenco import ELENCO, Fundo, Tracos
from votacao.demo.retratos import desenhar
from votacao.models import Participante

LARGURA, ALTURA = 600, 800
_OLARIA = Fundo("#d98a5b", "#6e2f2a", "#ffd9b0", "pipoca")
_PRAIA = Fundo("#3fb7c9", "#145a7a", "#c8f6ff", "puxadinho")
_CERRADO = Fundo("#e0b64a", "#8a5a1e", "#fff0b8", "pipoca")
_ESTUDIO = Fundo("#5b6bd6", "#20245e", "#b9c6ff", "camarote")

# Uma ficha por pessoa, com os traços vários por linha.
# fmt: off
TRACOS: dict[str, Tracos] = {
    "candidata": Tracos(
        "#a9714b", "coque", "#2a1a14", "jardineira", "#c4623a", "#f4e3d0", _OLARIA,
        rosto="oval", sorriso="dentes", batom="#a8433f", cilios=True, brinco="argola", sardas=True, inclinacao=2.0,
    ),
    "vado": Tracos(
        "#8a5a3c", "entradas", "#3a3436", "camisa", "#e9edf2", "#31506f", _PRAIA,
        rosto="quadrado", olhar="rindo", sorriso="fechado", barba="bigode", cor_barba="#4a4244", porte=1.1, rugas=True,
    ),
    "yara": Tracos(
        "#c98f63", "longo", "#1d1413", "camiseta", "#3f8f5a", "#f2d16b", _CERRADO,
        rosto="coracao", olhar="amendoado", sorriso="dentes", cilios=True, colar="contas", porte=0.88, giro=0.3,
    ),
    "bem": Tracos(
        "#edbf9b", "topete", "#5b3a24", "gola_alta", "#20252e", "#8fa3b5", _ESTUDIO,
        rosto="longo", sorriso="de_lado", barba="por_fazer", oculos="quadrado", inclinacao=-3.0,
    ),
    "lud": Tracos(
        "#5e3823", "cacheado_longo", "#1b1210", "ombro_a_ombro", "#f06a8a", "#fff2e0", _PRAIA,
        rosto="redondo", sorriso="gargalhada", batom="#b3264a", cilios=True, brinco="pendente", giro=-0.3,
    ),
    "creuza": Tracos(
        "#7a4a2e", "curto", "#b9b3b2", "alcinha", "#f3c14b", "#b3441f", _OLARIA,
        rosto="redondo", olhar="rindo", sorriso="dentes", oculos="redondo", brinco="ponto", rugas=True,
        estampa="flores",
    ),
    "icaro": Tracos(
        "#e8b58f", "samurai", "#8a5a2e", "jaqueta", "#8a4b2a", "#e8dcc4", _CERRADO,
        rosto="longo", cor_olhos="#3f6b4a", sorriso="fechado", barba="cheia", cor_barba="#7a4e28", porte=1.08,
    ),
    "rui": Tracos(
        "#b97f58", "pixie", "#7b2fbf", "regata", "#1d1d24", "#d9d9e6", _ESTUDIO,
        rosto="oval", sorriso="de_lado", brinco="argola", colar="corrente", pinta=True, inclinacao=3.0, giro=0.4,
    ),
}
# fmt: on


def carregar(edicao: Edicao, agora: datetime, *, produtora: User) -> int:
    """Abre as inscrições, com termo e questionário, e inscreve quem falta. Devolve quantos."""
    carga.abrir(edicao, agora)
    carga.questionario(edicao, agora)
    with _Atelie(edicao) as atelie:
        novos = carga.inscrever(edicao, agora, produtora=produtora, fotos=atelie.fotos)
    for candidato in novos:
        _ligar_a_casa(candidato)
    return len(novos)


class _Atelie:
    """Desenha quem ainda não se inscreveu, em vários processos, enquanto os primeiros se gravam."""

    def __init__(self, edicao: Edicao) -> None:
        ja_inscritos = {email.lower() for email in edicao.candidatos.values_list("email", flat=True)}
        elenco = {pessoa.nome_curto: pessoa.tracos for pessoa in ELENCO}
        self._faltam = {
            inscrito.chave: TRACOS.get(inscrito.chave) or elenco[inscrito.nome_curto]
            for inscrito in INSCRITOS
            if inscrito.email not in ja_inscritos
        }

    def __enter__(self) -> "_Atelie":
        # `spawn`: os processos do desenho nascem limpos, sem a conexão com o banco e as threads de quem chamou.
        self._processos = ProcessPoolExecutor(mp_context=multiprocessing.get_context("spawn"))
        self._desenhos = {
            chave: self._processos.submit(desenhar, tracos, largura=LARGURA, altura=ALTURA)
            for chave, tracos in self._faltam.items()
        }
        return self

    def __exit__(self, *_: object) -> None:
        self._processos.shutdown(cancel_futures=True)

    def fotos(self, inscrito: Inscrito) -> Iterable[bytes]:
        """Três fotos do mesmo desenho: o retrato, o rosto de perto, e o espelho noutra luz. De um rascunho, uma só."""
        retrato = self._desenhos[inscrito.chave].result()
        perto = retrato.crop((LARGURA // 8, ALTURA // 10, LARGURA * 7 // 8, ALTURA * 7 // 10))
        espelho = ImageEnhance.Color(ImageOps.mirror(retrato)).enhance(0.35)
        return [_jpeg(imagem) for imagem in ([retrato] if inscrito.metade else [retrato, perto, espelho])]


def _jpeg(imagem: Image.Image) -> bytes:
    saida = io.BytesIO()
    imagem.save(saida, "JPEG", quality=88)
    return saida.getvalue()


def _ligar_a_casa(candidato: Candidato) -> None:
    """Quem foi selecionado é o participante de mesmo nome, que já está na casa."""
    if Candidato.objects.filter(pk=candidato.pk, situacao=Situacao.SELECIONADA).exists():
        mesmo = Participante.objects.filter(edicao=candidato.edicao, nome=candidato.nome, candidato__isnull=True)
        mesmo.update(candidato=candidato)
