"""O escritor do livro: uma vez cada cédula, livro igual às contagens, janela exata, e o banco que recusa mudanças."""

import random
import threading
import time
from datetime import timedelta

import pytest
from django.db import DatabaseError, OperationalError, connection, transaction
from django.db.models import F
from django.utils import timezone
from uuid_utils import uuid7

from votacao import registro
from votacao.models import Contagem, Lote, Modalidade, Opcao, Paredao, Participante, Voto
from votacao.recusas import (
    CedulaUsada,
    CedulaVencida,
    ForaDoParedao,
    ParedaoFechado,
    ParedaoInexistente,
    ParedaoNaoAberto,
    UrnaIndisponivel,
)
from votacao.registro import Contado, VotoAceito

pytestmark = pytest.mark.django_db


def aceito(
    paredao: Paredao,
    participante: Participante,
    *,
    chave: bytes | None = None,
    em: float | None = None,
    **outros: object,
) -> VotoAceito:
    return VotoAceito(
        id=chave or uuid7().bytes,
        paredao=paredao.pk,
        modalidade=Modalidade.TORCIDA,
        participante=participante.pk,
        aceito_em=time.time() if em is None else em,
        **outros,  # type: ignore[arg-type]
    )


def contagens(paredao: Paredao) -> dict[int, int]:
    somas: dict[int, int] = {}
    for quem, votos in Contagem.objects.filter(paredao=paredao).values_list("participante_id", "votos"):
        somas[quem] = somas.get(quem, 0) + votos
    return somas


def test_lote_de_votos_vai_para_o_livro_e_para_as_contagens(
    paredao: Paredao, participantes: list[Participante]
) -> None:
    ana, bia, _ = participantes
    votos = [aceito(paredao, ana), aceito(paredao, bia), aceito(paredao, ana)]
    desfechos = registro.gravar(votos)
    assert [desfecho.participante for desfecho in desfechos if isinstance(desfecho, Contado)] == [
        ana.pk,
        bia.pk,
        ana.pk,
    ]
    assert {voto.id.bytes: voto.participante_id for voto in Voto.objects.all()} == {
        voto.id: voto.participante for voto in votos
    }
    assert contagens(paredao) == {ana.pk: 2, bia.pk: 1}
    (lote,) = Lote.objects.all()
    assert (lote.paredao_id, lote.modalidade, lote.quantidade) == (paredao.pk, 1, 3)
    assert bytes(lote.resumo) == registro.resumir([registro.linha_do_livro(v.id, v.participante) for v in votos])


def test_repetida_conta_uma_vez_e_outra_escolha_e_recusada(paredao: Paredao, participantes: list[Participante]) -> None:
    ana, bia, caio = participantes
    voto = aceito(paredao, ana)
    (primeiro,) = registro.gravar([voto])
    novo = aceito(paredao, caio)
    outra = aceito(paredao, bia, chave=voto.id)
    desfechos = registro.gravar([novo, voto, outra])
    assert isinstance(desfechos[0], Contado)
    assert desfechos[1] == primeiro
    assert desfechos[2] is CedulaUsada
    assert contagens(paredao) == {ana.pk: 1, caio.pk: 1}
    assert [lote.quantidade for lote in Lote.objects.order_by("pk")] == [1, 1]


def test_duas_escolhas_no_mesmo_lote_vale_a_primeira(paredao: Paredao, participantes: list[Participante]) -> None:
    ana, bia, _ = participantes
    chave = uuid7().bytes
    votos = [aceito(paredao, ana, chave=chave), aceito(paredao, bia, chave=chave), aceito(paredao, ana, chave=chave)]
    primeiro, segundo, terceiro = registro.gravar(votos)
    assert isinstance(primeiro, Contado)
    assert segundo is CedulaUsada
    assert terceiro == primeiro
    assert contagens(paredao) == {ana.pk: 1}


def test_no_mesmo_lote_cada_voto_se_compara_com_o_que_esta_no_livro(
    paredao: Paredao, participantes: list[Participante]
) -> None:
    """A primeira do lote perdeu para um voto já gravado; quem repetiu a escolha gravada recebe o comprovante dela."""
    ana, bia, _ = participantes
    chave = uuid7().bytes
    (gravado,) = registro.gravar([aceito(paredao, ana, chave=chave)])
    votos = [aceito(paredao, bia, chave=chave), aceito(paredao, ana, chave=chave)]
    assert registro.gravar(votos) == [CedulaUsada, gravado]


def test_leitura_que_falha_desfaz_o_lote_inteiro(
    paredao: Paredao, participantes: list[Participante], monkeypatch: pytest.MonkeyPatch
) -> None:
    """503 para todos e nada gravado: nunca um lote gravado que se diz perdido."""

    def falha(chaves: object) -> None:
        raise OperationalError("o banco caiu")

    monkeypatch.setattr(registro, "_ler", falha)
    bons = [aceito(paredao, participantes[0]) for _ in range(5)]
    with pytest.raises(UrnaIndisponivel):
        registro.gravar([*bons, aceito(paredao, participantes[0], recusa=CedulaVencida)])
    assert Voto.objects.count() == 0
    assert contagens(paredao) == {}


def test_lote_so_de_repetidas_nao_cria_lote(paredao: Paredao, participantes: list[Participante]) -> None:
    votos = [aceito(paredao, participantes[0]) for _ in range(3)]
    antes = registro.gravar(votos)
    assert registro.gravar(votos) == antes
    assert Lote.objects.count() == 1
    assert contagens(paredao) == {participantes[0].pk: 3}


def test_a_janela_e_relida_dentro_da_transacao(paredao: Paredao, participantes: list[Participante]) -> None:
    ana, *_ = participantes
    fim = timezone.now()
    Paredao.objects.filter(pk=paredao.pk).update(fecha_em=fim)
    abre, fecha = paredao.abre_em.timestamp(), fim.timestamp()  # type: ignore[union-attr]
    desfechos = registro.gravar(
        [
            aceito(paredao, ana, em=abre - 0.001),
            aceito(paredao, ana, em=abre),
            aceito(paredao, ana, em=fecha - 0.001),
            aceito(paredao, ana, em=fecha),
        ]
    )
    assert [desfecho if isinstance(desfecho, type) else "contado" for desfecho in desfechos] == [
        ParedaoNaoAberto,
        "contado",
        "contado",
        ParedaoFechado,
    ]
    assert contagens(paredao) == {ana.pk: 2}


def test_publicado_nao_recebe_mais_nada(paredao: Paredao, participantes: list[Participante]) -> None:
    agora = timezone.now()
    Paredao.objects.filter(pk=paredao.pk).update(fecha_em=agora, publicado_em=agora + timedelta(seconds=6))
    (desfecho,) = registro.gravar([aceito(paredao, participantes[0], em=agora.timestamp() - 1)])
    assert desfecho is ParedaoFechado
    with pytest.raises(DatabaseError), transaction.atomic():
        Lote.objects.create(paredao=paredao, modalidade=1, hora=agora, quantidade=1, resumo=b"", gravado_em=agora)


def test_contagem_de_resultado_publicado_nao_muda(paredao: Paredao, participantes: list[Participante]) -> None:
    registro.gravar([aceito(paredao, participantes[0])])
    agora = timezone.now()
    Paredao.objects.filter(pk=paredao.pk).update(fecha_em=agora, publicado_em=agora + timedelta(seconds=6))
    with pytest.raises(DatabaseError), transaction.atomic():
        Contagem.objects.update(votos=F("votos") + 1)
    with pytest.raises(DatabaseError), transaction.atomic():
        Contagem.objects.create(paredao=paredao, participante=participantes[1], modalidade=1, hora=agora, votos=1)
    assert contagens(paredao) == {participantes[0].pk: 1}


def test_tardia_nao_conta_mas_mostra_a_que_ja_contou(paredao: Paredao, participantes: list[Participante]) -> None:
    ana, bia, _ = participantes
    voto = aceito(paredao, ana)
    (primeiro,) = registro.gravar([voto])
    desfechos = registro.gravar(
        [
            voto._replace(recusa=CedulaVencida),
            voto._replace(recusa=CedulaVencida, participante=bia.pk),
            aceito(paredao, ana, recusa=CedulaVencida),
        ]
    )
    assert desfechos == [primeiro, CedulaVencida, CedulaVencida]
    assert contagens(paredao) == {ana.pk: 1}


def test_quem_nao_esta_no_paredao_e_recusado(
    paredao: Paredao, participantes: list[Participante], edicao: object
) -> None:
    de_fora = Participante.objects.create(edicao=paredao.edicao, nome="Davi", nome_curto="Davi")
    rascunho = Paredao.objects.create(edicao=paredao.edicao, titulo="rascunho")
    Opcao.objects.create(paredao=rascunho, participante=de_fora)
    desfechos = registro.gravar(
        [aceito(paredao, de_fora), aceito(rascunho, de_fora), aceito(paredao, participantes[0])]
    )
    assert desfechos[:2] == [ForaDoParedao, ParedaoInexistente]
    assert contagens(paredao) == {participantes[0].pk: 1}


def test_votos_de_horas_e_modalidades_diferentes_vao_em_lotes_separados(
    paredao: Paredao, participantes: list[Participante]
) -> None:
    ana, *_ = participantes
    Paredao.objects.filter(pk=paredao.pk).update(
        abre_em=timezone.now() - timedelta(hours=9), peso_torcida=50, peso_unico=50
    )
    agora = time.time()
    votos = [
        aceito(paredao, ana, em=agora - 7200),
        aceito(paredao, ana, em=agora),
        aceito(paredao, ana, em=agora)._replace(modalidade=Modalidade.UNICO),
    ]
    assert all(isinstance(desfecho, Contado) for desfecho in registro.gravar(votos))
    assert sorted(Contagem.objects.values_list("modalidade", "votos")) == [(1, 1), (1, 1), (2, 1)]
    assert Lote.objects.count() == 3


@pytest.mark.parametrize(
    "mudanca",
    [
        lambda paredao: Voto.objects.update(participante=F("participante")),
        lambda paredao: Voto.objects.all()._raw_delete(Voto.objects.db),
        lambda paredao: Lote.objects.update(quantidade=9),
        lambda paredao: Lote.objects.all()._raw_delete(Lote.objects.db),
        lambda paredao: Contagem.objects.update(votos=0),
        lambda paredao: Contagem.objects.all()._raw_delete(Contagem.objects.db),
        lambda paredao: Opcao.objects.filter(paredao=paredao)._raw_delete(Opcao.objects.db),
        lambda paredao: Contagem.objects.update(hora=timezone.now() - timedelta(days=9)),
        lambda paredao: Paredao.objects.filter(pk=paredao.pk).update(decisao="fica"),
        lambda paredao: Paredao.objects.filter(pk=paredao.pk).update(peso_torcida=30, peso_unico=70),
        lambda paredao: Paredao.objects.filter(pk=paredao.pk).update(abre_em=timezone.now()),
    ],
    ids=[
        "voto",
        "voto-",
        "lote",
        "lote-",
        "contagem",
        "contagem-",
        "opcao-",
        "contagem-hora",
        "decisao",
        "pesos",
        "abertura",
    ],
)
def test_o_banco_recusa_mudar_o_que_ja_tem_votos(mudanca, paredao: Paredao, participantes: list[Participante]) -> None:  # type: ignore[no-untyped-def]
    registro.gravar([aceito(paredao, participantes[0])])
    with pytest.raises(DatabaseError), transaction.atomic():
        mudanca(paredao)
    assert contagens(paredao) == {participantes[0].pk: 1}


@pytest.mark.usefixtures("urna_limpa")
@pytest.mark.django_db(transaction=True)
def test_oito_escritores_ao_mesmo_tempo_com_cedulas_repetidas(
    paredao: Paredao, participantes: list[Participante]
) -> None:
    chaves = [uuid7().bytes for _ in range(300)]
    escolha = {chave: random.choice(participantes) for chave in chaves}
    falhas: list[BaseException] = []

    def escrever(semente: int) -> None:
        sorteio = random.Random(semente)
        try:
            for _ in range(20):
                votos = [aceito(paredao, escolha[chave], chave=chave) for chave in sorteio.sample(chaves, 40)]
                assert all(isinstance(desfecho, Contado) for desfecho in registro.gravar(votos))
        except BaseException as erro:
            falhas.append(erro)
        finally:
            connection.close()

    threads = [threading.Thread(target=escrever, args=(semente,)) for semente in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert falhas == []
    livro = {voto.id.bytes: voto.participante_id for voto in Voto.objects.all()}
    assert livro == {chave: escolha[chave].pk for chave in livro}
    assert sum(contagens(paredao).values()) == len(livro)
    assert sum(Lote.objects.values_list("quantidade", flat=True)) == len(livro)
