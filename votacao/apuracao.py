"""Lê as contagens e diz o resultado. Não escreve nada; custa horas x participantes, quantos forem os votos.

Por dentro são inteiros e frações exatas; só o que se mostra é arredondado, no fim, com duas casas, meio para cima.

Regra da edição 24 (e 25): a média do voto único e do voto da torcida, com os pesos do paredão. Quando uma modalidade
não tem nenhum voto, não há porcentagem a ponderar: vale a outra sozinha, e o resultado o diz.

Votos suspeitos ficam à parte até a produção decidir (`Quarentena`): sem decisão, não entram na conta.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from typing import cast

from django.db.models import Prefetch, QuerySet, Sum

from votacao.models import Contagem, Modalidade, Opcao, Paredao, Participante, Quarentena, Suspeita

Soma = tuple[int, int, int, int]
"""Participante, modalidade, suspeita, votos."""


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
    suspeitos: tuple[tuple[Suspeita, int], ...] = ()
    """Votos aceitos e contados à parte, por motivo; só os motivos que houve."""
    suspeitos_contam: bool = False
    """Se `linhas` e `totais` os incluem."""
    quarentena: Quarentena | None = None
    """O que a produção decidiu sobre eles, se já decidiu."""

    @property
    def total_suspeitos(self) -> int:
        return sum(votos for _, votos in self.suspeitos)

    @property
    def frase_dos_suspeitos(self) -> str:
        """Quantos foram, o que se decidiu e por quê; vazia se não houve nenhum."""
        if not self.suspeitos:
            return ""
        quantos = self.total_suspeitos
        sao = f"{_milhar(quantos)} voto suspeito" if quantos == 1 else f"{_milhar(quantos)} votos suspeitos"
        motivos = "; ".join(f"{motivo.label}: {_milhar(votos)}" for motivo, votos in self.suspeitos)
        if self.quarentena is None:
            return f"Houve {sao} ({motivos}), que não entram na conta até a produção decidir."
        contam = self.quarentena.contam
        decidiu = (
            ("que ele conta" if contam else "que ele não conta")
            if quantos == 1
            else ("que eles contam" if contam else "que eles não contam")
        )
        return (
            f"Houve {sao} ({motivos}), e a produção decidiu {decidiu}: “{self.quarentena.justificativa.rstrip('.')}”."
        )

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
            if self.paredao.publicado_em is not None:
                return "Nenhum voto contou: a produção decide pelo regulamento."
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
    """O resultado como vale: os votos suspeitos entram se a produção decidiu que contam.

    Em duas consultas, participantes e somas; e mais uma, a da decisão, se há votos suspeitos.
    """
    somas = _somas(paredao)
    quarentena = decisao_sobre_suspeitos(paredao) if any(suspeita for _, _, suspeita, _ in somas) else None
    return apurar_somas(paredao, _participantes(paredao), somas, quarentena)


def apurar_varios(paredoes: Sequence[Paredao]) -> dict[int, Apuracao]:
    """O mesmo que `apurar` de cada um, por id, em duas consultas quantos forem (e os participantes, se não vieram)."""
    somas: dict[int, list[Soma]] = {paredao.pk: [] for paredao in paredoes}
    contagens = Contagem.objects.filter(paredao__in=somas)
    for paredao_id, *soma in (
        contagens.values_list("paredao_id", "participante_id", "modalidade", "suspeita")
        .annotate(votos=Sum("votos"))
        .order_by()
    ):
        somas[paredao_id].append((soma[0], soma[1], soma[2], soma[3]))
    quarentenas = {q.paredao_id: q for q in Quarentena.objects.filter(paredao__in=somas)}
    return {
        paredao.pk: apurar_somas(
            paredao,
            [opcao.participante for opcao in sorted(paredao.opcoes.all(), key=lambda o: (o.ordem, o.pk))],
            somas[paredao.pk],
            quarentenas.get(paredao.pk),
        )
        for paredao in paredoes
    }


def apurar_todos(paredoes: QuerySet[Paredao]) -> list[Apuracao]:
    """O resultado de cada um, na ordem de `paredoes`. Em quatro consultas, quantos forem."""
    todos = list(
        paredoes.select_related("edicao").prefetch_related(
            Prefetch("opcoes", Opcao.objects.select_related("participante"))
        )
    )
    somas: dict[int, list[Soma]] = {paredao.pk: [] for paredao in todos}
    contagens = Contagem.objects.filter(paredao__in=list(somas)).order_by()
    for paredao, *soma in contagens.values_list("paredao", "participante_id", "modalidade", "suspeita").annotate(
        votos=Sum("votos")
    ):
        somas[paredao].append(cast(Soma, tuple(soma)))
    quarentenas = {
        decisao.paredao_id: decisao
        for decisao in Quarentena.objects.filter(paredao__in=list(somas)).select_related("decidido_por")
    }
    apurados = []
    for paredao in todos:
        opcoes = sorted(paredao.opcoes.all(), key=lambda opcao: (opcao.ordem, opcao.pk))
        participantes = [opcao.participante for opcao in opcoes]
        apurados.append(apurar_somas(paredao, participantes, somas[paredao.pk], quarentenas.get(paredao.pk)))
    return apurados


def apurar_dos_dois_jeitos(paredao: Paredao) -> tuple[Apuracao, Apuracao]:
    """Sem os votos suspeitos e com eles, para quem vai decidir. Em três consultas, no máximo."""
    somas, participantes = _somas(paredao), _participantes(paredao)
    quarentena = decisao_sobre_suspeitos(paredao) if any(suspeita for _, _, suspeita, _ in somas) else None
    sem, com = (apurar_somas(paredao, participantes, somas, quarentena, contam=contam) for contam in (False, True))
    return sem, com


def decisao_sobre_suspeitos(paredao: Paredao) -> Quarentena | None:
    return Quarentena.objects.filter(paredao=paredao).select_related("decidido_por").first()


def por_hora(paredao: Paredao, *, suspeitos: bool) -> tuple[list[Participante], list[Hora]]:
    """Os participantes na ordem da página e, da primeira à última hora com voto, os votos de cada um.

    `suspeitos`: se os votos suspeitos entram; para dizer o mesmo que uma `Apuracao`, é o seu `suspeitos_contam`.
    """
    participantes = _participantes(paredao)
    lugar = {participante.pk: i for i, participante in enumerate(participantes)}
    horas: dict[datetime, list[int]] = {}
    contagens = Contagem.objects.filter(paredao=paredao)
    if not suspeitos:
        contagens = contagens.filter(suspeita=Suspeita.NENHUMA)
    for hora, participante, votos in (
        contagens.values_list("hora", "participante_id").annotate(votos=Sum("votos")).order_by("hora")
    ):
        horas.setdefault(hora, [0] * len(participantes))[lugar[participante]] += votos
    return participantes, [Hora(inicio, tuple(votos)) for inicio, votos in horas.items()]


def apurar_somas(
    paredao: Paredao,
    participantes: list[Participante],
    somas: Iterable[Soma],
    quarentena: Quarentena | None,
    *,
    contam: bool | None = None,
) -> Apuracao:
    """O resultado destas somas, sem consulta nenhuma. `contam`: se os suspeitos entram; por omissão, como decidido."""
    contam = (quarentena is not None and quarentena.contam) if contam is None else contam
    votos_de: Counter[tuple[int, int]] = Counter()
    suspeitos: Counter[int] = Counter()
    for participante, modalidade, suspeita, votos in somas:
        if suspeita:
            suspeitos[suspeita] += votos
        if contam or not suspeita:
            votos_de[participante, modalidade] += votos
    apurado = _apurar(paredao, participantes, votos_de)
    motivos = tuple((motivo, suspeitos[motivo]) for motivo in Suspeita if suspeitos[motivo])
    return replace(apurado, suspeitos=motivos, suspeitos_contam=contam, quarentena=quarentena)


def _somas(paredao: Paredao) -> list[Soma]:
    return list(
        Contagem.objects.filter(paredao=paredao)
        .values_list("participante_id", "modalidade", "suspeita")
        .annotate(votos=Sum("votos"))
        .order_by()
    )


def _participantes(paredao: Paredao) -> list[Participante]:
    return [opcao.participante for opcao in _opcoes(paredao)]


def _opcoes(paredao: Paredao) -> list[Opcao]:
    return sorted(paredao.opcoes.select_related("participante"), key=lambda opcao: (opcao.ordem, opcao.pk))


def _apurar(paredao: Paredao, participantes: list[Participante], somas: Mapping[tuple[int, int], int]) -> Apuracao:
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
    if paredao.publicado_em is None:
        return [f"Ainda não houve {vazia.label}: por enquanto a conta é só da outra modalidade." for vazia in vazias]
    return [f"Não houve {modalidade.label}: o resultado é só da outra modalidade." for modalidade in vazias]


def _enumerar(nomes: list[str]) -> str:
    return nomes[0] if len(nomes) == 1 else f"{', '.join(nomes[:-1])} e {nomes[-1]}"


def _por_cento(valor: Decimal | None) -> str:
    return f"{valor}%".replace(".", ",")


def _milhar(quanto: int) -> str:
    return f"{quanto:,}".replace(",", ".")
