"""Lê as contagens e diz o resultado. Não escreve nada; custa horas x participantes, quantos forem os votos.

Por dentro são inteiros e frações exatas; só o que se mostra é arredondado, no fim, com duas casas, meio para cima.

Regra da edição 24 (e 25): a média do voto único e do voto da torcida, com os pesos do paredão. Quando uma modalidade
não tem nenhum voto, não há porcentagem a ponderar: vale a outra sozinha, e o resultado o diz.
"""

from dataclasses import dataclass
from datetime import datetime
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction

from django.db.models import Sum

from votacao.models import Contagem, Modalidade, Opcao, Paredao, Participante


def arredondar(valor: Fraction) -> Decimal:
    """Com duas casas, meio para cima: 48,805 vira 48,81."""
    exato = Decimal(valor.numerator) / Decimal(valor.denominator)
    # A divisão acima tem 28 algarismos: sobra para decidir o meio exato, que em centésimos termina em 5.
    return exato.quantize(Decimal("0.01"), ROUND_HALF_UP)


@dataclass(frozen=True, slots=True)
class Parcela:
    """Um participante numa modalidade."""

    modalidade: Modalidade
    votos: int
    fracao: Fraction | None
    """Dos votos da modalidade, de 0 a 1; `None` se ela não teve voto nenhum."""

    @property
    def porcentagem(self) -> Decimal | None:
        return None if self.fracao is None else arredondar(self.fracao * 100)


@dataclass(frozen=True, slots=True)
class Linha:
    """Um participante no resultado."""

    participante: Participante
    parcelas: tuple[Parcela, ...]
    fracao: Fraction | None
    """Média ponderada, de 0 a 1; `None` enquanto não há voto."""
    decidido: bool
    """Se é quem sai (ou entra, ou vence). Num empate, todos os empatados."""

    @property
    def media(self) -> Decimal | None:
        return None if self.fracao is None else arredondar(self.fracao * 100)

    @property
    def votos(self) -> int:
        return sum(parcela.votos for parcela in self.parcelas)


@dataclass(frozen=True, slots=True)
class Apuracao:
    """O resultado de um paredão num instante."""

    paredao: Paredao
    linhas: tuple[Linha, ...]
    """Da maior média para a menor; quem empata fica na ordem da página."""
    totais: tuple[tuple[Modalidade, int], ...]
    avisos: tuple[str, ...]

    @property
    def total(self) -> int:
        return sum(votos for _, votos in self.totais)

    @property
    def decididos(self) -> tuple[Linha, ...]:
        return tuple(linha for linha in self.linhas if linha.decidido)

    @property
    def empate(self) -> bool:
        return len(self.decididos) > 1

    @property
    def frase(self) -> str:
        """O resultado em palavras."""
        if not self.decididos:
            return "Ainda não há votos contados."
        nomes = _enumerar([linha.participante.nome_curto for linha in self.decididos])
        media = _por_cento(self.decididos[0].media)
        menor = self.paredao.decisao == Paredao.Decisao.FICA
        if self.empate:
            return f"Empate entre {nomes}, com {media}: a produção decide pelo regulamento."
        match self.paredao.decisao:
            case Paredao.Decisao.SAI:
                return f"{nomes} sai, com {media} da média."
            case Paredao.Decisao.ENTRA:
                return f"{nomes} entra na casa, com {media} da média."
            case Paredao.Decisao.VENCE:
                return f"{nomes} vence, com {media} da média."
        return f"{nomes} sai: teve a menor média para ficar, {media}." if menor else ""


@dataclass(frozen=True, slots=True)
class Hora:
    """Os votos de uma hora cheia, somadas as modalidades, na ordem da página."""

    inicio: datetime
    votos: tuple[int, ...]

    @property
    def total(self) -> int:
        return sum(self.votos)


def apurar(paredao: Paredao) -> Apuracao:
    """Em duas consultas: participantes e somas."""
    opcoes = _opcoes(paredao)
    somas = {
        (participante, modalidade): votos
        for participante, modalidade, votos in Contagem.objects.filter(paredao=paredao)
        .values_list("participante_id", "modalidade")
        .annotate(votos=Sum("votos"))
        .order_by()
    }
    return _apurar(paredao, [opcao.participante for opcao in opcoes], somas)


def por_hora(paredao: Paredao) -> tuple[list[Participante], list[Hora]]:
    """Os participantes na ordem da página e, da primeira à última hora com voto, os votos de cada um."""
    participantes = [opcao.participante for opcao in _opcoes(paredao)]
    lugar = {participante.pk: i for i, participante in enumerate(participantes)}
    horas: dict[datetime, list[int]] = {}
    contagens = (
        Contagem.objects.filter(paredao=paredao)
        .values_list("hora", "participante_id")
        .annotate(votos=Sum("votos"))
        .order_by("hora")
    )
    for hora, participante, votos in contagens:
        horas.setdefault(hora, [0] * len(participantes))[lugar[participante]] += votos
    return participantes, [Hora(inicio, tuple(votos)) for inicio, votos in horas.items()]


def _opcoes(paredao: Paredao) -> list[Opcao]:
    return sorted(paredao.opcoes.select_related("participante"), key=lambda opcao: (opcao.ordem, opcao.pk))


def _apurar(paredao: Paredao, participantes: list[Participante], somas: dict[tuple[int, int], int]) -> Apuracao:
    modalidades = paredao.modalidades
    totais = {m: sum(somas.get((p.pk, m), 0) for p in participantes) for m in modalidades}
    votadas = [m for m in modalidades if totais[m]]
    peso_total = sum(paredao.peso(m) for m in votadas)
    medias: dict[int, Fraction] = {}
    if votadas:
        for p in participantes:
            medias[p.pk] = (
                sum((Fraction(somas.get((p.pk, m), 0), totais[m]) * paredao.peso(m) for m in votadas), Fraction(0))
                / peso_total
            )
    extremo = None
    if medias:
        menor = paredao.decisao == Paredao.Decisao.FICA
        extremo = min(medias.values()) if menor else max(medias.values())
    linhas = [
        Linha(
            participante=p,
            parcelas=tuple(
                Parcela(m, votos, Fraction(votos, totais[m]) if totais[m] else None)
                for m in modalidades
                for votos in [somas.get((p.pk, m), 0)]
            ),
            fracao=medias.get(p.pk),
            decidido=extremo is not None and medias[p.pk] == extremo,
        )
        for p in participantes
    ]
    linhas.sort(key=lambda linha: -(linha.fracao or Fraction(0)))
    return Apuracao(
        paredao=paredao,
        linhas=tuple(linhas),
        totais=tuple(totais.items()),
        avisos=tuple(_avisos(paredao, totais)),
    )


def _avisos(paredao: Paredao, totais: dict[Modalidade, int]) -> list[str]:
    vazias = [modalidade for modalidade, votos in totais.items() if not votos]
    if not vazias or len(vazias) == len(totais):
        return []
    return [f"Não houve {modalidade.label}: o resultado é só da outra modalidade." for modalidade in vazias]


def _enumerar(nomes: list[str]) -> str:
    return nomes[0] if len(nomes) == 1 else f"{', '.join(nomes[:-1])} e {nomes[-1]}"


def _por_cento(valor: Decimal | None) -> str:
    return f"{valor}%".replace(".", ",")
