"""A conferência acha cada adulteração. Cada teste mexe no banco por baixo, com os gatilhos soltos, e desfaz tudo."""

import io
import threading
import time
from collections.abc import Iterator
from datetime import timedelta
from importlib import import_module

import pytest
from django.core.management import CommandError, call_command
from django.db import connection, transaction
from django.utils import timezone
from uuid_utils import uuid7

from inscricoes.models import Edicao
from votacao import registro
from votacao.conferencia import Diferenca, conferir
from votacao.models import Contagem, Lote, Modalidade, Opcao, Paredao, Participante, Voto
from votacao.registro import Contado, VotoAceito

REGRAS = import_module("votacao.migrations.0008_fila_gatilhos").REGRAS


def soltar_gatilhos() -> None:
    with connection.cursor() as cursor:
        for nome, _, tabela, _, _ in REGRAS:
            onde = "" if connection.vendor == "sqlite" else f' ON "{tabela}"'
            cursor.execute(f'DROP TRIGGER IF EXISTS "{nome}"{onde}')


def votar(paredao: Paredao, votos: dict[Participante, int], modalidade: Modalidade = Modalidade.TORCIDA) -> None:
    agora = time.time()
    aceitos = [
        VotoAceito(uuid7().bytes, paredao.pk, modalidade, participante.pk, agora)
        for participante, quantos in votos.items()
        for _ in range(quantos)
    ]
    assert all(isinstance(desfecho, Contado) for desfecho in registro.gravar(aceitos))


def diferencas(paredao: int | None = None) -> list[str]:
    achadas: list[Diferenca] = []
    conferir(paredao=paredao, relatar=achadas.append)
    return [diferenca.frase for diferenca in achadas]


@pytest.fixture
def livro(paredao: Paredao, participantes: list[Participante]) -> Iterator[Lote]:
    """Um lote de seis votos (Ana 3, Bia 2, Caio 1), sem gatilhos. O que o teste fizer é desfeito antes do fim dele."""
    Paredao.objects.filter(pk=paredao.pk).update(titulo="4º Paredão")
    with transaction.atomic():
        soltar_gatilhos()
        votar(paredao, dict(zip(participantes, (3, 2, 1), strict=True)))
        yield Lote.objects.get()
        transaction.set_rollback(True)


def na_hora(lote: Lote) -> str:
    """Como a hora do lote aparece nas frases."""
    return timezone.localtime(lote.hora).strftime("%d/%m/%Y às %Hh")


def test_livro_intacto(livro: Lote) -> None:
    saida = io.StringIO()
    call_command("conferir", stdout=saida)
    assert saida.getvalue() == "4º Paredão: 6 votos em 1 lote, livro e contagens concordam\n"


def test_paredao_sem_votos(paredao: Paredao) -> None:
    Paredao.objects.filter(pk=paredao.pk).update(titulo="5º Paredão")
    saida = io.StringIO()
    call_command("conferir", stdout=saida)
    assert saida.getvalue() == "5º Paredão: 0 votos em 0 lotes, livro e contagens concordam\n"


def test_voto_retirado(livro: Lote, participantes: list[Participante]) -> None:
    _, _, caio = participantes
    Voto.objects.filter(participante=caio).delete()
    assert diferencas() == [
        f"4º Paredão: lote {livro.pk}: diz ter 6 votos, e o livro tem 5.",
        f"4º Paredão: lote {livro.pk}: o resumo não é o das linhas que estão no livro.",
        f"4º Paredão: Caio, voto da torcida, {na_hora(livro)}: a contagem diz 1, e o livro tem 0.",
    ]


def test_voto_acrescentado(livro: Lote, participantes: list[Participante]) -> None:
    ana = participantes[0]
    Voto.objects.create(id=uuid7().hex, participante=ana, lote=livro)
    assert diferencas() == [
        f"4º Paredão: lote {livro.pk}: diz ter 6 votos, e o livro tem 7.",
        f"4º Paredão: lote {livro.pk}: o resumo não é o das linhas que estão no livro.",
        f"4º Paredão: Ana, voto da torcida, {na_hora(livro)}: a contagem diz 3, e o livro tem 4.",
    ]


def test_voto_trocado_de_participante(livro: Lote, participantes: list[Participante]) -> None:
    ana, bia, _ = participantes
    Voto.objects.filter(pk=Voto.objects.filter(participante=ana).values("pk")[:1]).update(participante=bia)
    assert diferencas() == [
        f"4º Paredão: lote {livro.pk}: o resumo não é o das linhas que estão no livro.",
        f"4º Paredão: Ana, voto da torcida, {na_hora(livro)}: a contagem diz 3, e o livro tem 2.",
        f"4º Paredão: Bia, voto da torcida, {na_hora(livro)}: a contagem diz 2, e o livro tem 3.",
    ]


def test_cedula_trocada_por_outra(livro: Lote, participantes: list[Participante]) -> None:
    """As somas ficam iguais: só o resumo mostra."""
    _, _, caio = participantes
    Voto.objects.filter(participante=caio).delete()
    Voto.objects.create(id=uuid7().hex, participante=caio, lote=livro)
    assert diferencas() == [f"4º Paredão: lote {livro.pk}: o resumo não é o das linhas que estão no livro."]


def test_voto_e_contagem_trocados_juntos(livro: Lote, participantes: list[Participante]) -> None:
    ana, bia, _ = participantes
    Voto.objects.filter(participante=ana).update(participante=bia)
    Contagem.objects.filter(participante=bia).update(votos=5)
    Contagem.objects.filter(participante=ana).delete()
    assert diferencas() == [f"4º Paredão: lote {livro.pk}: o resumo não é o das linhas que estão no livro."]


def test_contagem_inflada(livro: Lote, participantes: list[Participante]) -> None:
    Contagem.objects.filter(participante=participantes[1]).update(votos=2_000)
    quando = na_hora(livro)
    assert diferencas() == [f"4º Paredão: Bia, voto da torcida, {quando}: a contagem diz 2000, e o livro tem 2."]


def test_contagem_sem_votos(livro: Lote, participantes: list[Participante]) -> None:
    Contagem.objects.create(
        paredao=livro.paredao, participante=participantes[0], modalidade=Modalidade.UNICO, hora=livro.hora, votos=7
    )
    assert diferencas() == [f"4º Paredão: Ana, voto único, {na_hora(livro)}: a contagem diz 7, e o livro tem 0."]


def test_contagem_apagada(livro: Lote, participantes: list[Participante]) -> None:
    Contagem.objects.filter(participante=participantes[0]).delete()
    assert diferencas() == [f"4º Paredão: Ana, voto da torcida, {na_hora(livro)}: não há contagem, e o livro tem 3."]


def test_lote_com_outra_hora(livro: Lote) -> None:
    depois = livro.hora + timedelta(hours=1)
    Lote.objects.update(hora=depois)
    achadas = diferencas()
    assert len(achadas) == 6
    assert achadas[0] == f"4º Paredão: Ana, voto da torcida, {na_hora(livro)}: a contagem diz 3, e o livro tem 0."
    livro.hora = depois
    assert achadas[3] == f"4º Paredão: Ana, voto da torcida, {na_hora(livro)}: não há contagem, e o livro tem 3."


def test_lote_com_resumo_trocado(livro: Lote) -> None:
    Lote.objects.update(resumo=b"\0" * 32)
    assert diferencas() == [f"4º Paredão: lote {livro.pk}: o resumo não é o das linhas que estão no livro."]


def test_lote_apagado(livro: Lote) -> None:
    Contagem.objects.all().delete()
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM votacao_lote")
    assert diferencas() == [f"lote {livro.pk}: não existe, e o livro tem 6 votos nele."]


def test_lotes_apagados_nas_pontas_e_no_meio(livro: Lote, paredao: Paredao, participantes: list[Participante]) -> None:
    for _ in range(4):
        votar(paredao, {participantes[0]: 1})
    primeiro, _, meio, _, ultimo = Lote.objects.order_by("pk").values_list("pk", flat=True)
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM votacao_lote WHERE id IN (%s, %s, %s)", [primeiro, meio, ultimo])
    assert diferencas()[:3] == [
        f"lote {primeiro}: não existe, e o livro tem 6 votos nele.",
        f"lote {meio}: não existe, e o livro tem 1 voto nele.",
        f"lote {ultimo}: não existe, e o livro tem 1 voto nele.",
    ]


def test_participante_fora_do_paredao(livro: Lote, participantes: list[Participante]) -> None:
    Opcao.objects.filter(participante=participantes[0]).delete()
    assert diferencas() == [f"4º Paredão: lote {livro.pk}: 3 votos para Ana, que não está no paredão."]


def test_um_paredao_so(livro: Lote, edicao: Edicao, participantes: list[Participante]) -> None:
    outro = Paredao.objects.create(edicao=edicao, titulo="Outro", abre_em=timezone.now() - timedelta(hours=1))
    Opcao.objects.create(paredao=outro, participante=participantes[0])
    votar(outro, {participantes[0]: 2})
    Contagem.objects.filter(paredao=outro).update(votos=9)
    assert diferencas(livro.paredao_id) == []
    quando = na_hora(livro)
    assert diferencas(outro.pk) == [f"Outro: Ana, voto da torcida, {quando}: a contagem diz 9, e o livro tem 2."]


def test_comando_com_diferenca_sai_com_um_e_a_nomeia(livro: Lote, participantes: list[Participante]) -> None:
    Contagem.objects.filter(participante=participantes[1]).update(votos=1)
    saida = io.StringIO()
    with pytest.raises(CommandError, match=r"^Livro, lotes e contagens não concordam: 1 diferença\.$") as erro:
        call_command("conferir", stdout=saida)
    assert erro.value.returncode == 1
    assert saida.getvalue().splitlines() == [
        f"DIFERENÇA: 4º Paredão: Bia, voto da torcida, {na_hora(livro)}: a contagem diz 1, e o livro tem 2.",
        "4º Paredão: 6 votos em 1 lote, 1 diferença",
    ]


def test_comando_com_paredao_que_nao_existe(db: None) -> None:
    with pytest.raises(CommandError, match=r"^Não há paredão de número 12345\.$"):
        call_command("conferir", paredao=12345)


def test_progresso_diz_quantos_de_quantos(livro: Lote) -> None:
    avisos: list[tuple[int, int]] = []
    conferir(relatar=lambda diferenca: None, progresso=lambda lidos, total: avisos.append((lidos, total)))
    assert avisos[0] == (0, 6)


def test_com_votacao_no_ar(urna_limpa: None, paredao: Paredao, participantes: list[Participante]) -> None:
    """Quem vota durante a conferência não espera por ela nem a confunde."""
    parar = threading.Event()
    gravados: list[int] = []

    def votar_sem_parar() -> None:
        try:
            while not parar.is_set():
                votar(paredao, {participantes[0]: 20, participantes[1]: 10})
                gravados.append(30)
        finally:
            connection.close()

    eleitor = threading.Thread(target=votar_sem_parar)
    eleitor.start()
    try:
        # Cada leitura do progresso abre espaço para votos entre uma consulta e outra.
        for _ in range(20):
            antes = len(gravados)
            achadas: list[Diferenca] = []

            def esperar_um_lote(lidos: int, total: int, antes: int = antes) -> None:
                prazo = time.monotonic() + 10
                while len(gravados) == antes and eleitor.is_alive() and time.monotonic() < prazo:
                    parar.wait(0.001)

            (balanco,) = conferir(relatar=achadas.append, progresso=esperar_um_lote)
            assert achadas == []
            assert balanco.votos % 30 == 0
    finally:
        parar.set()
        eleitor.join()
    assert conferir(relatar=achadas.append)[0].votos == sum(gravados)
    assert achadas == []
