"""Reconta o livro, voto por voto, e o compara com os lotes e com as contagens. Só lê.

O resultado publicado é refeito com o livro, com e sem os votos suspeitos, e comparado com o que o site mostra, que vem
das contagens.

Tudo é lido de uma fotografia só do banco: pode-se conferir com a votação no ar. Os votos vêm do banco já em ordem e
passam um a um: a memória não cresce com o livro, só com as contagens (horas x participantes).
"""

import hashlib
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from django.db import connection, transaction
from django.db.models import QuerySet, Sum
from django.utils import timezone

from votacao import apuracao
from votacao.models import Contagem, Lote, Modalidade, Opcao, Paredao, Participante, Suspeita
from votacao.registro import linha_do_livro
from votacao.selo import Selo

INTERVALO_DO_PROGRESSO = 1.0
"""Segundos."""
_PARTE = 5000
"""Linhas pedidas ao banco de cada vez."""


class Diferenca(NamedTuple):
    """Algo que não confere, em palavras. `paredao` é `None` quando não se sabe de qual é."""

    paredao: int | None
    frase: str


@dataclass(slots=True)
class Balanco:
    """O que se achou de um paredão."""

    paredao: int
    nome: str
    votos: int = 0
    """Linhas no livro."""
    suspeitos: int = 0
    """Dessas, as marcadas suspeitas."""
    lotes: int = 0
    selo: str = ""
    """Refeito com o livro; o da ata vem dos lotes."""
    diferencas: int = 0
    resultado: str = ""
    """A frase do resultado publicado, refeita com o livro."""


class _Voto(NamedTuple):
    lote: int
    chave: bytes
    participante: int


class _Celula(NamedTuple):
    """Uma contagem: o que se soma."""

    paredao: int
    modalidade: int
    participante: int
    hora: datetime
    suspeita: int


def conferir(
    *,
    paredao: int | None = None,
    relatar: Callable[[Diferenca], None],
    progresso: Callable[[int, int], None] = lambda lidos, total: None,
) -> list[Balanco]:
    """Confere um paredão (o de número `paredao`) ou todos, e devolve um balanço de cada um.

    `relatar` recebe cada diferença assim que aparece; `progresso`, no começo e a cada segundo, os votos lidos e os que
    os lotes dizem ter. Votos cujo lote não existe só aparecem quando se conferem todos: sem o lote, não têm paredão.
    Levanta `Paredao.DoesNotExist`.
    """
    with _fotografia():
        return _Conferencia(paredao, relatar, progresso).fazer()


@contextmanager
def _fotografia() -> Iterator[None]:
    """Uma transação de leitura: quem vota não espera, e o que votam enquanto isso não aparece aqui."""
    if connection.in_atomic_block:
        yield
    elif connection.vendor == "sqlite":
        # `atomic()` abriria com IMMEDIATE, que toma a vez de escrever até o fim da conferência.
        with connection.cursor() as cursor:
            cursor.execute("BEGIN DEFERRED")
        try:
            yield
        finally:
            with connection.cursor() as cursor:
                cursor.execute("ROLLBACK")
    else:
        with transaction.atomic():
            with connection.cursor() as cursor:
                cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
            yield


class _Conferencia:
    def __init__(
        self,
        paredao: int | None,
        relatar: Callable[[Diferenca], None],
        progresso: Callable[[int, int], None],
    ) -> None:
        self._paredao = paredao
        self._relatar = relatar
        self._progresso = progresso
        self._livro: Counter[_Celula] = Counter()
        self._somas: dict[int, Counter[tuple[int, int, int]]] = {}
        self._selos: dict[int, Selo] = {}
        self._lidos = 0
        self._total = 0
        self._proximo_aviso = 0.0

    def fazer(self) -> list[Balanco]:
        paredoes = Paredao.objects.order_by("pk").select_related("edicao")
        if self._paredao is not None:
            paredoes = paredoes.filter(pk=paredoes.get(pk=self._paredao).pk)
        todos = list(paredoes)
        uma_edicao = len({paredao.edicao_id for paredao in todos}) < 2
        self._balancos = {
            paredao.pk: Balanco(paredao.pk, str(paredao) if uma_edicao else f"{paredao.edicao}, {paredao}")
            for paredao in todos
        }
        self._nomes = dict(Participante.objects.values_list("pk", "nome_curto"))
        self._opcoes = set(Opcao.objects.values_list("paredao_id", "participante_id"))
        self._total = self._lotes().aggregate(total=Sum("quantidade"))["total"] or 0
        self._avisar()
        self._conferir_lotes()
        self._conferir_contagens()
        for paredao in todos:
            if paredao.publicado_em is not None:
                self._conferir_resultado(paredao)
        for balanco in self._balancos.values():
            balanco.selo = self._selos.get(balanco.paredao, Selo()).texto()
        return list(self._balancos.values())

    # --- livro e lotes ---

    def _conferir_lotes(self) -> None:
        """As duas leituras vêm em ordem de lote e andam juntas."""
        votos = self._votos()
        voto = next(votos, None)
        for lote in self._lotes().order_by("pk").iterator(chunk_size=_PARTE):
            while voto is not None and voto.lote < lote.pk:
                voto = self._orfaos(voto, votos)
            resumo = hashlib.sha256()
            votados: Counter[int] = Counter()
            while voto is not None and voto.lote == lote.pk:
                # O mesmo que `registro.resumir`, que quer as linhas em ordem de chave, sem guardar o lote na memória.
                resumo.update(linha_do_livro(voto.chave, voto.participante))
                votados[voto.participante] += 1
                voto = next(votos, None)
            self._conferir_lote(lote, votados, resumo.digest())
        while voto is not None:
            voto = self._orfaos(voto, votos)

    def _conferir_lote(self, lote: Lote, votados: Counter[int], resumo: bytes) -> None:
        balanco = self._balanco(lote.paredao_id)
        quantos = votados.total()
        balanco.lotes += 1
        balanco.votos += quantos
        balanco.suspeitos += quantos if lote.suspeita else 0
        self._selos.setdefault(lote.paredao_id, Selo()).juntar(
            numero=lote.pk,
            modalidade=lote.modalidade,
            hora=lote.hora,
            suspeita=lote.suspeita,
            quantidade=quantos,
            resumo=resumo,
        )
        somas = self._somas.setdefault(lote.paredao_id, Counter())
        for participante, votos in votados.items():
            somas[participante, lote.modalidade, lote.suspeita] += votos
            self._livro[_Celula(lote.paredao_id, lote.modalidade, participante, lote.hora, lote.suspeita)] += votos
            if (lote.paredao_id, participante) not in self._opcoes:
                self._achou(
                    lote.paredao_id,
                    f"lote {lote.pk}: {_votos(votos)} para {self._nome(participante)}, que não está no paredão",
                )
        if quantos != lote.quantidade:
            self._achou(lote.paredao_id, f"lote {lote.pk}: diz ter {_votos(lote.quantidade)}, e o livro tem {quantos}")
        if resumo != bytes(lote.resumo):
            self._achou(lote.paredao_id, f"lote {lote.pk}: o resumo não é o das linhas que estão no livro")

    def _orfaos(self, primeiro: _Voto, votos: Iterator[_Voto]) -> _Voto | None:
        """Conta os votos de um lote que não existe, e devolve o primeiro voto depois deles."""
        quantos = 0
        voto: _Voto | None = primeiro
        while voto is not None and voto.lote == primeiro.lote:
            quantos += 1
            voto = next(votos, None)
        self._achou(None, f"lote {primeiro.lote}: não existe, e o livro tem {_votos(quantos)} nele")
        return voto

    # --- contagens ---

    def _conferir_contagens(self) -> None:
        contagens = Contagem.objects.order_by("paredao", "modalidade", "hora", "participante", "suspeita")
        if self._paredao is not None:
            contagens = contagens.filter(paredao=self._paredao)
        for contagem in contagens.iterator(chunk_size=_PARTE):
            celula = _Celula(
                contagem.paredao_id, contagem.modalidade, contagem.participante_id, contagem.hora, contagem.suspeita
            )
            no_livro = self._livro.pop(celula, 0)
            if no_livro != contagem.votos:
                quem = self._descrever(celula)
                self._achou(celula.paredao, f"{quem}: a contagem diz {contagem.votos}, e o livro tem {no_livro}")
        for celula, votos in sorted(self._livro.items()):
            self._achou(celula.paredao, f"{self._descrever(celula)}: não há contagem, e o livro tem {votos}")

    def _descrever(self, celula: _Celula) -> str:
        quando = timezone.localtime(celula.hora).strftime("%d/%m/%Y às %Hh")
        nomes = dict(Modalidade.choices)
        modalidade = nomes.get(celula.modalidade, f"modalidade {celula.modalidade}")
        frase = f"{self._nome(celula.participante)}, {modalidade}, {quando}"
        if not celula.suspeita:
            return frase
        motivos = dict(Suspeita.choices)
        return f"{frase}, suspeitos ({motivos.get(celula.suspeita, f'motivo {celula.suspeita}')})"

    # --- resultado ---

    def _conferir_resultado(self, paredao: Paredao) -> None:
        """Refaz com o livro, dos dois jeitos, o que o site mostra com as contagens."""
        quarentena = apuracao.decisao_sobre_suspeitos(paredao)
        balanco = self._balancos[paredao.pk]
        if balanco.suspeitos and quarentena is None:
            self._achou(paredao.pk, "o resultado foi publicado sem decisão sobre os votos suspeitos")
        participantes = [opcao.participante for opcao in paredao.opcoes.select_related("participante")]
        somas = [(*chave, votos) for chave, votos in self._somas.get(paredao.pk, Counter()).items()]
        for do_site in apuracao.apurar_dos_dois_jeitos(paredao):
            contam = do_site.suspeitos_contam
            refeito = apuracao.apurar_somas(paredao, participantes, somas, quarentena, contam=contam)
            if _numeros(refeito) != _numeros(do_site):
                jeito = "com os votos suspeitos" if contam else "sem os votos suspeitos"
                self._achou(paredao.pk, f"o resultado {jeito} é outro quando refeito com o livro: {refeito.frase}")
        balanco.resultado = apuracao.apurar_somas(paredao, participantes, somas, quarentena).frase

    # --- leitura ---

    def _lotes(self) -> "QuerySet[Lote]":
        lotes = Lote.objects.order_by()
        return lotes if self._paredao is None else lotes.filter(paredao=self._paredao)

    def _votos(self) -> Iterator[_Voto]:
        chave = "v.id" if connection.vendor == "sqlite" else "uuid_send(v.id)"
        so_um = "" if self._paredao is None else " JOIN votacao_lote l ON l.id = v.lote_id WHERE l.paredao_id = %s"
        with connection.chunked_cursor() as cursor:
            cursor.execute(
                f"SELECT v.lote_id, {chave}, v.participante_id FROM votacao_voto v{so_um} "  # noqa: S608 (textos daqui)
                "ORDER BY v.lote_id, v.id",
                [] if self._paredao is None else [self._paredao],
            )
            while linhas := cursor.fetchmany(_PARTE):
                yield from map(_Voto._make, linhas)
                self._lidos += len(linhas)
                if time.monotonic() >= self._proximo_aviso:
                    self._avisar()

    # --- relato ---

    def _avisar(self) -> None:
        self._progresso(self._lidos, self._total)
        self._proximo_aviso = time.monotonic() + INTERVALO_DO_PROGRESSO

    def _achou(self, paredao: int | None, frase: str) -> None:
        if paredao is not None:
            balanco = self._balanco(paredao)
            balanco.diferencas += 1
            frase = f"{balanco.nome}: {frase}"
        self._relatar(Diferenca(paredao, f"{frase}."))

    def _balanco(self, paredao: int) -> Balanco:
        return self._balancos.setdefault(paredao, Balanco(paredao, f"Paredão {paredao}, que não existe"))

    def _nome(self, participante: int) -> str:
        return self._nomes.get(participante, f"participante {participante}, que não existe")


def _numeros(apurado: apuracao.Apuracao) -> object:
    """Tudo o que se publica, sem a ordem em que o banco devolveu quem empata."""
    linhas = {linha.participante.pk: (linha.parcelas, linha.fracao, linha.decidido) for linha in apurado.linhas}
    return linhas, apurado.totais, apurado.suspeitos


def _votos(quantos: int) -> str:
    return "1 voto" if quantos == 1 else f"{quantos} votos"
