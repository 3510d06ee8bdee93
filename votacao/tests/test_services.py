"""O que os produtores fazem com um paredão: quando pode, quando não, e a frase que se lê."""

import threading
from datetime import timedelta
from typing import Any

import pytest
from django.core.exceptions import ObjectDoesNotExist
from django.db import connection
from django.utils import timezone

from inscricoes.models import Candidato, Edicao
from inscricoes.services import selecionar
from votacao import registro, services
from votacao.models import Opcao, Paredao, Participante
from votacao.recusas import ParedaoFechado
from votacao.registro import Contado, VotoAceito
from votacao.services import AcaoRecusada


@pytest.fixture
def rascunho(edicao: Edicao, participantes: list[Participante]) -> Paredao:
    paredao = Paredao.objects.create(edicao=edicao, titulo="Rascunho")
    for ordem, participante in enumerate(participantes):
        Opcao.objects.create(paredao=paredao, participante=participante, ordem=ordem)
    return paredao


def test_abrir_rascunho_abre_agora(rascunho: Paredao) -> None:
    antes = timezone.now()
    services.abrir(rascunho)
    rascunho.refresh_from_db()
    assert rascunho.abre_em is not None
    assert antes <= rascunho.abre_em <= timezone.now()
    assert rascunho.situacao(timezone.now()) == Paredao.Situacao.ABERTO


def test_abrir_agendado_adianta_a_abertura(rascunho: Paredao) -> None:
    agora = timezone.now()
    Paredao.objects.filter(pk=rascunho.pk).update(abre_em=agora + timedelta(hours=1))
    services.abrir(rascunho, agora)
    assert Paredao.objects.get(pk=rascunho.pk).abre_em == agora


def test_abrir_duas_vezes_diz_que_ja_esta_aberto(rascunho: Paredao) -> None:
    services.abrir(rascunho)
    primeira = Paredao.objects.get(pk=rascunho.pk).abre_em
    with pytest.raises(AcaoRecusada) as recusa:
        services.abrir(rascunho)
    assert str(recusa.value) == "“Rascunho” já está aberto: nada mudou."
    assert Paredao.objects.get(pk=rascunho.pk).abre_em == primeira


def test_abrir_com_um_participante_diz_o_que_falta(rascunho: Paredao) -> None:
    rascunho.opcoes.exclude(participante__nome_curto="Ana").delete()
    with pytest.raises(AcaoRecusada) as recusa:
        services.abrir(rascunho)
    assert str(recusa.value) == "O paredão precisa de pelo menos 2 participantes."
    assert Paredao.objects.get(pk=rascunho.pk).abre_em is None


def test_abrir_com_voto_unico_sem_chave_diz_o_que_falta(rascunho: Paredao, settings: Any) -> None:
    settings.CHAVES_CPF = []
    Paredao.objects.filter(pk=rascunho.pk).update(peso_torcida=50, peso_unico=50)
    with pytest.raises(AcaoRecusada) as recusa:
        services.abrir(rascunho)
    assert str(recusa.value) == (
        "Falta a chave do voto único neste servidor (CHAVE_CPF): peça a quem o opera, ou dê 100 à torcida."
    )
    settings.CHAVES_CPF = ["uma chave com mais de trinta e dois caracteres"]
    services.abrir(rascunho)
    assert Paredao.objects.get(pk=rascunho.pk).abre_em is not None


def test_abrir_com_participante_de_outra_edicao_recusa(rascunho: Paredao) -> None:
    outra = Edicao.objects.create(nome="BBB 23", ano=2023)
    Participante.objects.filter(nome_curto="Bia").update(edicao=outra)
    with pytest.raises(AcaoRecusada) as recusa:
        services.abrir(rascunho)
    assert str(recusa.value) == "Há um participante de outra edição."


def test_encerrar_aberto_fecha_agora(paredao: Paredao) -> None:
    agora = timezone.now()
    services.encerrar(paredao, agora)
    assert Paredao.objects.get(pk=paredao.pk).fecha_em == agora


def test_encerrar_rascunho_recusa(rascunho: Paredao) -> None:
    with pytest.raises(AcaoRecusada) as recusa:
        services.encerrar(rascunho)
    assert str(recusa.value) == "“Rascunho” não pode ser encerrado: está em rascunho."


def test_encerrar_com_objeto_velho_nao_muda_o_encerramento(paredao: Paredao) -> None:
    velho = Paredao.objects.get(pk=paredao.pk)
    agora = timezone.now()
    services.encerrar(paredao, agora)
    with pytest.raises(AcaoRecusada) as recusa:
        services.encerrar(velho, agora + timedelta(seconds=1))
    assert str(recusa.value) == f"“{paredao.titulo}” já está encerrado, à espera do resultado: nada mudou."
    assert Paredao.objects.get(pk=paredao.pk).fecha_em == agora


def test_publicar_antes_da_margem_pede_para_esperar(paredao: Paredao) -> None:
    agora = timezone.now()
    services.encerrar(paredao, agora)
    with pytest.raises(AcaoRecusada) as recusa:
        services.publicar(paredao, agora + timedelta(seconds=4))
    assert str(recusa.value) == (
        "Espere 5 segundos depois do encerramento: os últimos votos aceitos ainda estão sendo gravados."
    )
    services.publicar(paredao, agora + timedelta(seconds=5))
    assert Paredao.objects.get(pk=paredao.pk).publicado_em == agora + timedelta(seconds=5)


def test_publicar_duas_vezes_nao_muda_a_hora(paredao: Paredao) -> None:
    agora = timezone.now()
    services.encerrar(paredao, agora)
    services.publicar(paredao, agora + timedelta(seconds=5))
    with pytest.raises(AcaoRecusada) as recusa:
        services.publicar(paredao, agora + timedelta(seconds=9))
    assert str(recusa.value) == f"“{paredao.titulo}” já está com o resultado publicado: nada mudou."
    assert Paredao.objects.get(pk=paredao.pk).publicado_em == agora + timedelta(seconds=5)


def test_publicar_aberto_recusa(paredao: Paredao) -> None:
    with pytest.raises(AcaoRecusada) as recusa:
        services.publicar(paredao)
    assert str(recusa.value) == f"O resultado de “{paredao.titulo}” não pode ser publicado: está aberto."


def test_excluir_rascunho_apaga_com_os_participantes_dele(rascunho: Paredao) -> None:
    services.excluir(rascunho)
    assert Paredao.objects.count() == 0
    assert Opcao.objects.count() == 0
    assert Participante.objects.count() == 3


def test_excluir_aberto_recusa(paredao: Paredao) -> None:
    with pytest.raises(AcaoRecusada) as recusa:
        services.excluir(paredao)
    assert str(recusa.value) == f"“{paredao.titulo}” não pode ser excluído: está aberto."
    assert Paredao.objects.count() == 1


def test_acao_sobre_um_excluido_diz_que_nao_existe(rascunho: Paredao) -> None:
    Paredao.objects.filter(pk=rascunho.pk).delete()
    with pytest.raises(AcaoRecusada) as recusa:
        services.abrir(rascunho)
    assert str(recusa.value) == "“Rascunho” não existe mais."


def test_encerrar_com_a_urna_gravando_nao_conta_voto_depois(
    urna_limpa: None, edicao: Edicao, participantes: list[Participante], paredao: Paredao
) -> None:
    """Com outra thread gravando sem parar: encerra, e nenhum voto do livro foi aceito no encerramento ou depois."""
    chega = threading.Event()
    contados: list[float] = []
    recusados: list[type] = []
    erros: list[BaseException] = []

    def votar() -> None:
        numero = 0
        try:
            while not chega.is_set() or not recusados:
                numero += 1
                aceito_em = timezone.now().timestamp()
                chave = numero.to_bytes(16, "big")
                (desfecho,) = registro.gravar([VotoAceito(chave, paredao.pk, 1, participantes[0].pk, aceito_em)])
                if isinstance(desfecho, Contado):
                    contados.append(aceito_em)
                else:
                    recusados.append(desfecho)
        except BaseException as erro:
            erros.append(erro)
        finally:
            connection.close()

    urna = threading.Thread(target=votar)
    urna.start()
    while len(contados) < 20 and urna.is_alive():
        pass
    services.encerrar(paredao)
    chega.set()
    urna.join(30)
    assert erros == []
    assert set(recusados) == {ParedaoFechado}
    fecha_em = Paredao.objects.get(pk=paredao.pk).fecha_em
    assert fecha_em is not None
    assert [aceito for aceito in contados if aceito >= fecha_em.timestamp()] == []


def test_dez_cliques_ao_mesmo_tempo_encerram_uma_vez(urna_limpa: None, paredao: Paredao) -> None:
    saidas: list[str] = []

    def clicar() -> None:
        try:
            services.encerrar(Paredao.objects.get(pk=paredao.pk))
            saidas.append("encerrou")
        except AcaoRecusada as recusa:
            saidas.append(str(recusa))
        finally:
            connection.close()

    cliques = [threading.Thread(target=clicar) for _ in range(10)]
    for clique in cliques:
        clique.start()
    for clique in cliques:
        clique.join(30)
    assert sorted(saidas) == [
        "encerrou",
        *[f"“{paredao.titulo}” já está encerrado, à espera do resultado: nada mudou."] * 9,
    ]


def test_selecionar_poe_na_casa_uma_vez(edicao: Edicao) -> None:
    candidato = Candidato.objects.create(
        edicao=edicao, nome="Ana Lua", nome_curto="Ana", email="ana@example.com", nascimento="1990-01-01",
        profissao="Dentista", cidade="Natal", uf="RN",
    )  # fmt: skip
    with pytest.raises(ObjectDoesNotExist):
        _ = candidato.participante
    selecionar(candidato)
    participante = services.tornar_participante(candidato)
    assert list(Participante.objects.values_list("pk", "nome_curto", "cidade")) == [(participante.pk, "Ana", "Natal")]


def test_tornar_participante_com_nome_repetido_numera(edicao: Edicao, participantes: list[Participante]) -> None:
    candidatos = [
        Candidato.objects.create(
            edicao=edicao,
            nome="Ana Lua",
            nome_curto="Ana",
            email=f"ana{i}@example.com",
            nascimento="1990-01-01",
            profissao="Dentista",
            cidade="Natal",
            uf="RN",
        )
        for i in range(2)
    ]
    assert [services.tornar_participante(candidato).nome_curto for candidato in candidatos] == ["Ana 2", "Ana 3"]
