"""A urna de um processo: entrega votos em grupo (ao livro ou à fila), lê comprovantes em grupo, e guarda na memória os
últimos que contou."""

import asyncio
from collections import OrderedDict
from collections.abc import Callable, Sequence
from functools import partial
from uuid import UUID

from votacao import registro
from votacao.models import VotoRecusado
from votacao.recusas import Recusa, UrnaIndisponivel
from votacao.registro import Contado, VotoAceito
from votacao.urna import destino
from votacao.urna.destino import Recebido, Resultado
from votacao.urna.grupo import Grupo

RECENTES = 50_000
"""Comprovantes na memória (uns 15 MB): quem acaba de votar vê o seu sem uma ida ao banco."""


class ComprovanteDesconhecido(Recusa):
    codigo = "comprovante_desconhecido"
    status = 404
    mensagem = "Não há voto contado com este código."


class ComprovanteRecusado(ComprovanteDesconhecido):
    codigo = "voto_recusado"
    status = 410
    mensagem = "Este voto foi recebido e, na hora de contar, não podia mais ser contado."


class Urna:
    """`votar` e `comprovante` só no laço de eventos; a resposta chega por `responder`, também no laço."""

    def __init__(self) -> None:
        fila = destino.fila()
        self._gravacao: Grupo[VotoAceito, Contado | Recebido]
        self._tardios: Grupo[VotoAceito, Contado | Recebido] | None = None
        if fila is None:
            self._gravacao = Grupo(
                "urna-gravacao", registro.gravar_na_vez, partial(registro.vez_de_escrever, vigiado=True)
            )
        else:
            self._gravacao = Grupo("urna-fila", fila.entregar, fila.vez, fila.fechar_thread)
            # À parte: perguntam ao banco, e um banco parado não pode parar quem só precisa do broker.
            self._tardios = Grupo("urna-tardios", fila.tardios)
        self._leitura: Grupo[bytes, Contado] = Grupo("urna-leitura", _procurar)
        self._recentes: OrderedDict[bytes, Contado] = OrderedDict()

    def iniciar(self, laco: asyncio.AbstractEventLoop) -> None:
        self._gravacao.iniciar(laco)
        self._leitura.iniciar(laco)
        if self._tardios is not None:
            self._tardios.iniciar(laco)

    async def encerrar(self) -> None:
        await self._gravacao.encerrar()
        await self._leitura.encerrar()
        if self._tardios is not None:
            await self._tardios.encerrar()

    def votar(self, voto: VotoAceito, responder: Callable[[Resultado], None]) -> None:
        if voto.recusa is not None and self._tardios is not None:
            self._tardios.depositar(voto, responder)
        else:
            self._gravacao.depositar(voto, responder)

    def lembrar(self, chave: bytes, contado: Contado) -> None:
        recentes = self._recentes
        recentes[chave] = contado
        if len(recentes) > RECENTES:
            recentes.popitem(last=False)

    def comprovante(self, chave: bytes, responder: Callable[[Resultado], None]) -> None:
        """Responde na hora se o voto é recente; senão, lê do livro junto com quem mais perguntar."""
        contado = self._recentes.get(chave)
        if contado is not None:
            responder(contado)
        else:
            self._leitura.depositar(chave, partial(self._depois_de_ler, chave, responder))

    def _depois_de_ler(self, chave: bytes, responder: Callable[[Resultado], None], lido: Resultado) -> None:
        if lido is ComprovanteDesconhecido or lido is UrnaIndisponivel:
            # Com o livro atrasado, ou sem ele, este processo ainda sabe o que pôs na fila.
            responder(destino.lembrado(chave) or lido)
        else:
            responder(lido)

    def pendentes(self) -> int:
        """Votos aceitos que ainda não foram respondidos."""
        return self._gravacao.pendentes()


def _procurar(chaves: Sequence[bytes], _limite: float) -> list[Contado | type[Recusa]]:
    achados = registro.procurar(chaves)
    faltam = [chave for chave in chaves if chave not in achados]
    recusados: set[bytes] = set()
    if faltam and destino.fila() is not None:
        perguntados = [UUID(bytes=chave) for chave in faltam]
        achadas = VotoRecusado.objects.filter(pk__in=perguntados).values_list("pk", flat=True)
        recusados = {chave.bytes for chave in achadas}
    return [
        achados.get(chave) or (ComprovanteRecusado if chave in recusados else ComprovanteDesconhecido)
        for chave in chaves
    ]
