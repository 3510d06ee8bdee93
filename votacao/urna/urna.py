"""A urna de um processo: grava votos em grupo, lê comprovantes em grupo, guarda na memória os últimos que contou."""

import asyncio
from collections import OrderedDict
from collections.abc import Callable, Sequence
from functools import partial

from votacao import medidores, registro
from votacao.recusas import Recusa
from votacao.registro import Contado, Desfecho, VotoAceito
from votacao.urna.grupo import Grupo

RECENTES = 50_000
"""Comprovantes na memória (uns 15 MB): quem acaba de votar vê o seu sem uma ida ao banco."""


class ComprovanteDesconhecido(Recusa):
    codigo = "comprovante_desconhecido"
    status = 404
    mensagem = "Não há voto contado com este código."


class Urna:
    """`votar` e `comprovante` só no laço de eventos; a resposta chega por `responder`, também no laço."""

    def __init__(self) -> None:
        self._gravacao: Grupo[VotoAceito, Contado] = Grupo(
            "urna-gravacao",
            registro.gravar_na_vez,
            partial(registro.vez_de_escrever, vigiado=True),
            medidores.deste_processo.anotar_lote,
        )
        self._leitura: Grupo[bytes, Contado] = Grupo("urna-leitura", _procurar)
        self._recentes: OrderedDict[bytes, Contado] = OrderedDict()

    def iniciar(self, laco: asyncio.AbstractEventLoop) -> None:
        self._gravacao.iniciar(laco)
        self._leitura.iniciar(laco)
        medidores.sondar("urna_pendentes", self.pendentes)

    async def encerrar(self) -> None:
        await self._gravacao.encerrar()
        await self._leitura.encerrar()

    def votar(self, voto: VotoAceito, responder: Callable[[Desfecho], None]) -> None:
        self._gravacao.depositar(voto, responder)

    def lembrar(self, chave: bytes, contado: Contado) -> None:
        recentes = self._recentes
        recentes[chave] = contado
        if len(recentes) > RECENTES:
            recentes.popitem(last=False)

    def comprovante(self, chave: bytes, responder: Callable[[Desfecho], None]) -> None:
        """Responde na hora se o voto é recente; senão, lê do livro junto com quem mais perguntar."""
        contado = self._recentes.get(chave)
        if contado is not None:
            responder(contado)
        else:
            self._leitura.depositar(chave, responder)

    def pendentes(self) -> int:
        """Votos aceitos que ainda não foram respondidos."""
        return self._gravacao.pendentes()


def _procurar(chaves: Sequence[bytes], _limite: float) -> list[Desfecho]:
    achados = registro.procurar(chaves)
    return [achados.get(chave, ComprovanteDesconhecido) for chave in chaves]
