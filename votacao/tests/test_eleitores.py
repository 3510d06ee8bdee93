"""O CPF de cada conta, a identidade do voto único, e a troca da chave."""

import threading
import time
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from votacao import eleitores, registro
from votacao.models import Eleitor, Paredao
from votacao.recusas import FaltaCpf, FaltaCpfVerificado, UrnaIndisponivel

CPF = "52998224725"
OUTRO_CPF = "11144477735"
NOVA = "chave nova, com mais de trinta e dois caracteres"
VELHA = "chave velha, com mais de trinta e dois caracteres"


@pytest.fixture(autouse=True)
def _chave(settings: Any) -> None:
    settings.CHAVES_CPF = [VELHA]


@pytest.fixture
def ana(db: None) -> User:
    return User.objects.create_user("ana", email="ana@example.com")


@pytest.fixture
def bia(db: None) -> User:
    return User.objects.create_user("bia", email="bia@example.com")


def cadastrar(conta: User, cpf: str = CPF, *, verificado: bool = False) -> Eleitor:
    return eleitores.cadastrar(conta=conta, cpf=cpf, agora=timezone.now(), verificado=verificado)


def test_do_cpf_fica_so_um_resumo(ana: User) -> None:
    eleitor = cadastrar(ana)
    assert len(bytes(eleitor.cpf_resumo)) == 32
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM votacao_eleitor")
        assert CPF not in repr(cursor.fetchall())


def test_dar_o_mesmo_cpf_de_novo_e_o_mesmo_eleitor(ana: User) -> None:
    assert cadastrar(ana).pk == cadastrar(ana).pk
    assert Eleitor.objects.count() == 1


def test_uma_conta_nao_troca_de_cpf(ana: User) -> None:
    cadastrar(ana)
    with pytest.raises(eleitores.CpfJaDado, match="Esta conta já deu outro CPF"):
        cadastrar(ana, OUTRO_CPF)


def test_um_cpf_e_de_uma_conta_so(ana: User, bia: User) -> None:
    cadastrar(ana)
    with pytest.raises(eleitores.CpfDeOutraConta, match="já dá o voto único por outra conta"):
        cadastrar(bia)
    assert list(Eleitor.objects.values_list("conta", flat=True)) == [ana.pk]


def test_quem_ja_deu_o_seu_cpf_nao_sonda_os_dos_outros(ana: User, bia: User) -> None:
    cadastrar(ana)
    cadastrar(bia, OUTRO_CPF)
    for alheio in (CPF, "39053344705"):
        with pytest.raises(eleitores.CpfJaDado):
            cadastrar(bia, alheio)


def test_com_o_banco_ocupado_o_cpf_espera_e_e_recusado_com_uma_frase(
    transactional_db: None, ana: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(registro, "ESPERA_MAXIMA", 0.05)
    pegou, pode_soltar = threading.Event(), threading.Event()

    def segurar() -> None:
        try:
            with registro.vez_de_escrever(time.monotonic() + 5, vigiado=False), transaction.atomic():
                Eleitor.objects.create(conta=ana, cpf_resumo=b"x" * 32, chave_cpf="", cadastrado_em=timezone.now())
                pegou.set()
                pode_soltar.wait(10)
        finally:
            connection.close()

    dono = threading.Thread(target=segurar)
    dono.start()
    assert pegou.wait(10)
    try:
        with connection.cursor() as cursor:
            if connection.vendor != "sqlite":
                cursor.execute("SET statement_timeout = 200")
        with pytest.raises(UrnaIndisponivel):
            cadastrar(ana)
    finally:
        pode_soltar.set()
        dono.join(10)
        connection.close()


def test_quem_prova_o_cpf_fica_com_ele(ana: User, bia: User) -> None:
    cadastrar(ana)
    cadastrar(bia, verificado=True)
    assert list(Eleitor.objects.filter(verificado_em__isnull=False).values_list("conta", flat=True)) == [bia.pk]
    assert Eleitor.objects.count() == 1
    with pytest.raises(eleitores.CpfConfirmadoPorOutra, match="Saia desta"):
        cadastrar(ana, verificado=True)


def test_o_provado_vale_mais_do_que_o_digitado(ana: User) -> None:
    cadastrar(ana, OUTRO_CPF)
    assert cadastrar(ana, verificado=True).verificado_em is not None
    assert bytes(Eleitor.objects.get().cpf_resumo) == bytes(cadastrar(ana).cpf_resumo)


def test_duas_contas_ao_mesmo_tempo_uma_fica_com_o_cpf(transactional_db: None, ana: User, bia: User) -> None:
    saidas: list[str] = []
    largada = threading.Barrier(8)

    def pedir(conta: User) -> None:
        try:
            largada.wait()
            cadastrar(conta)
            saidas.append("ficou")
        except Exception as erro:
            saidas.append(type(erro).__name__)
        finally:
            connection.close()

    threads = [threading.Thread(target=pedir, args=(conta,)) for conta in (ana, bia) * 4]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert sorted(saidas) == [*["CpfDeOutraConta"] * 4, *["ficou"] * 4]
    assert Eleitor.objects.count() == 1


def test_a_identidade_do_voto_e_a_mesma_por_paredao_e_cpf(ana: User, bia: User, paredao: Paredao) -> None:
    outro = Paredao.objects.create(edicao=paredao.edicao, titulo="Outro", abre_em=timezone.now())
    chave = eleitores.chave_do_voto(paredao, cadastrar(ana))
    assert len(chave) == 16
    assert (chave[6] >> 4, chave[8] >> 6) == (8, 2)
    assert eleitores.chave_do_voto(outro, Eleitor.objects.get()) != chave
    # Quem apaga a conta e volta com outra é o mesmo CPF, e o mesmo voto.
    ana.delete()
    assert eleitores.chave_do_voto(paredao, cadastrar(bia)) == chave
    assert eleitores.chave_do_voto(paredao, cadastrar(User.objects.create_user("caio"), OUTRO_CPF)) != chave


def test_sem_cpf_nao_ha_identidade(paredao: Paredao) -> None:
    with pytest.raises(FaltaCpf):
        eleitores.chave_do_voto(paredao, None)


def test_paredao_que_exige_cpf_provado_recusa_o_digitado(ana: User, paredao: Paredao) -> None:
    paredao.exige_cpf_verificado = True
    with pytest.raises(FaltaCpfVerificado):
        eleitores.chave_do_voto(paredao, cadastrar(ana))
    assert len(eleitores.chave_do_voto(paredao, cadastrar(ana, verificado=True))) == 16


def test_trocar_a_chave_pede_o_cpf_de_novo_e_reconhece_a_conta(
    ana: User, bia: User, paredao: Paredao, settings: Any
) -> None:
    eleitor = cadastrar(ana)
    settings.CHAVES_CPF = [NOVA, VELHA]
    with pytest.raises(FaltaCpf):
        eleitores.chave_do_voto(paredao, eleitor)
    with pytest.raises(eleitores.CpfDeOutraConta):
        cadastrar(bia)
    assert not eleitores.precisa_do_cpf(cadastrar(ana))
    assert Eleitor.objects.count() == 1


def test_tirada_a_chave_velha_a_conta_da_o_cpf_de_novo_e_sem_confirmacao(ana: User, settings: Any) -> None:
    cadastrar(ana, verificado=True)
    settings.CHAVES_CPF = [NOVA]
    eleitor = cadastrar(ana, OUTRO_CPF)
    assert (eleitor.verificado_em, eleitores.precisa_do_cpf(eleitor)) == (None, False)
    with pytest.raises(eleitores.CpfJaDado):
        cadastrar(ana)


def test_trocar_a_chave_com_o_paredao_no_ar_nao_deixa_votar_de_novo(ana: User, paredao: Paredao, settings: Any) -> None:
    eleitores.chave_do_voto(paredao, cadastrar(ana))
    settings.CHAVES_CPF = [NOVA, VELHA]
    with pytest.raises(UrnaIndisponivel):
        eleitores.chave_do_voto(Paredao.objects.get(pk=paredao.pk), cadastrar(ana))


def test_a_chave_de_um_paredao_nao_muda(urna_limpa: None, ana: User, paredao: Paredao) -> None:
    eleitores.chave_do_voto(paredao, cadastrar(ana))
    with pytest.raises(IntegrityError, match="a chave do voto único não muda"), transaction.atomic():
        Paredao.objects.filter(pk=paredao.pk).update(chave_cpf="")


def test_sem_chave_no_servidor_ninguem_se_cadastra(ana: User, settings: Any) -> None:
    settings.CHAVES_CPF = []
    with pytest.raises(UrnaIndisponivel):
        cadastrar(ana)
