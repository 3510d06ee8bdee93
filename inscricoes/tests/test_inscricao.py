"""Começar, salvar, responder, enviar, desistir e retomar: as regras, e quem perde cada corrida."""

import threading
from collections.abc import Callable
from datetime import date, timedelta

import pytest
from django.contrib.auth.models import User
from django.core.exceptions import ValidationError
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from inscricoes.models import Candidato, Edicao, Foto, Movimento, Pergunta, Resposta, Secao, Termo, Video
from inscricoes.services import (
    CpfRepetido,
    EmailRepetido,
    InscricaoFechada,
    InscricaoIncompleta,
    MovimentoProibido,
    NaoEditavel,
    comecar,
    desistir,
    enviar,
    pendencias,
    responder,
    retomar,
    salvar,
)
from inscricoes.validators import cpf_em_digitos, cpf_mascarado

CPF_DA_DORA = "52998224725"
COMPLETA = {
    "nome": "Dora Reis Prado",
    "nome_curto": "Dora",
    "cpf": "529.982.247-25",
    "nascimento": date(1991, 2, 3),
    "genero": "mulher",
    "profissao": "Médica",
    "cidade": "Belém",
    "uf": "PA",
    "telefone": "(91) 91234-5678",
}


@pytest.fixture
def recebendo(edicao: Edicao) -> Edicao:
    edicao.inscricoes_abrem_em = timezone.now() - timedelta(days=1)
    edicao.inscricoes_fecham_em = timezone.now() + timedelta(days=1)
    edicao.save()
    return edicao


@pytest.fixture
def termo(recebendo: Edicao) -> Termo:
    return Termo.objects.create(edicao=recebendo, versao=1, texto="Concordo.", publicado_em=timezone.now())


@pytest.fixture
def pergunta(recebendo: Edicao) -> Pergunta:
    secao = Secao.objects.create(edicao=recebendo, titulo="Você")
    return Pergunta.objects.create(secao=secao, enunciado="Por que você?", publicada_em=timezone.now())


def rascunho(edicao: Edicao, nome: str = "dora") -> Candidato:
    conta = User.objects.create_user(nome, email=f"{nome}@example.com")
    return comecar(conta=conta, email=conta.email, edicao=edicao, agora=timezone.now())


def completa(edicao: Edicao, nome: str = "dora") -> Candidato:
    candidato = rascunho(edicao, nome)
    salvar(candidato, campos=COMPLETA, agora=timezone.now())
    for ordem in range(3):
        Foto.objects.create(
            candidato=candidato, ordem=ordem, largura=9, altura=9, tamanho=9, resumo=f"{candidato.pk}-{ordem}"
        )
    Video.objects.create(candidato=candidato, formato="mp4", duracao=9, largura=9, altura=9, tamanho=9)
    return candidato


def ao_mesmo_tempo(*tarefas: Callable[[], object]) -> list[str]:
    """Roda cada uma na sua thread, com a mesma largada, e devolve em ordem alfabética o que cada uma teve."""
    saidas: list[str] = []
    largada = threading.Barrier(len(tarefas))

    def correr(tarefa: Callable[[], object]) -> None:
        try:
            largada.wait()
            tarefa()
            saidas.append("fez")
        except Exception as erro:
            saidas.append(type(erro).__name__)
        finally:
            connection.close()

    threads = [threading.Thread(target=correr, args=(tarefa,)) for tarefa in tarefas]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    return sorted(saidas)


@pytest.mark.parametrize(
    "escrito",
    ["52998224725", "529.982.247-25", " 529 982 247 25 ", "５２９９８２２４７２５", "529.982.247/25", "529982247-25"],
)
def test_cpf_escrito_como_for_e_o_mesmo(escrito: str) -> None:
    assert cpf_em_digitos(escrito) == CPF_DA_DORA


@pytest.mark.parametrize(
    ("escrito", "frase"),
    [
        ("111.111.111-11", "Este CPF não existe. Confira os números."),
        ("52998224724", "Este CPF não existe. Confira os números."),
        ("5299822472", "O CPF tem 11 números. Confira se não falta nem sobra algum."),
        ("529982247250", "O CPF tem 11 números. Confira se não falta nem sobra algum."),
        ("5299822472a", "O CPF tem 11 números. Confira se não falta nem sobra algum."),
        ("٥٢٩٩٨٢٢٤٧٢٥", "O CPF tem 11 números. Confira se não falta nem sobra algum."),
        ("🙂", "O CPF tem 11 números. Confira se não falta nem sobra algum."),
    ],
)
def test_cpf_errado_e_uma_frase(escrito: str, frase: str) -> None:
    with pytest.raises(ValidationError) as erro:
        cpf_em_digitos(escrito)
    assert erro.value.messages == [frase]


def test_cpf_guarda_se_em_digitos_e_mostra_se_mascarado(recebendo: Edicao) -> None:
    candidato = rascunho(recebendo)
    salvar(candidato, campos={"cpf": "529.982.247-25"}, agora=timezone.now())
    assert Candidato.objects.filter(cpf="529.982.247-25").values_list("cpf", flat=True).get() == CPF_DA_DORA
    assert cpf_mascarado(CPF_DA_DORA) == "***.982.247-**"


def test_comecar_duas_vezes_e_o_mesmo_rascunho(transactional_db: None, recebendo: Edicao) -> None:
    conta = User.objects.create_user("dora", email="dora@example.com")

    def clicar() -> None:
        comecar(conta=conta, email=conta.email, edicao=recebendo, agora=timezone.now())

    assert ao_mesmo_tempo(*[clicar] * 6) == ["fez"] * 6
    assert list(Candidato.objects.values_list("conta", "situacao", "email")) == [
        (conta.pk, "rascunho", "dora@example.com")
    ]
    assert list(Movimento.objects.values_list("de", "para")) == [("", "rascunho")]


@pytest.mark.parametrize(("abre", "fecha"), [(None, None), (1, None), (-2, -1)])
def test_comecar_fora_do_prazo_recusa(edicao: Edicao, abre: int | None, fecha: int | None) -> None:
    agora = timezone.now()
    edicao.inscricoes_abrem_em = None if abre is None else agora + timedelta(days=abre)
    edicao.inscricoes_fecham_em = None if fecha is None else agora + timedelta(days=fecha)
    edicao.save()
    conta = User.objects.create_user("dora", email="dora@example.com")
    with pytest.raises(InscricaoFechada, match="As inscrições do BBB 24 não estão abertas"):
        comecar(conta=conta, email=conta.email, edicao=edicao, agora=agora)
    assert Candidato.objects.count() == 0


def test_no_instante_em_que_fecham_ja_nao_recebe(edicao: Edicao) -> None:
    agora = timezone.now()
    edicao.inscricoes_abrem_em, edicao.inscricoes_fecham_em = agora - timedelta(days=1), agora
    assert not edicao.recebe_inscricoes(agora)
    assert edicao.recebe_inscricoes(agora - timedelta(microseconds=1))


def test_inscricao_posta_pela_producao_passa_a_quem_prova_o_email(recebendo: Edicao) -> None:
    posta = Candidato.objects.create(edicao=recebendo, email="Dora@example.com", situacao="rascunho")
    assert rascunho(recebendo).pk == posta.pk


def test_email_de_outra_conta_e_uma_frase(recebendo: Edicao) -> None:
    rascunho(recebendo)
    outra = User.objects.create_user("outra", email="dora@example.com")
    with pytest.raises(EmailRepetido, match="feita por outra conta"):
        comecar(conta=outra, email=outra.email, edicao=recebendo, agora=timezone.now())


def test_salvar_muda_so_os_campos_dados(recebendo: Edicao) -> None:
    candidato = rascunho(recebendo)
    velho = Candidato.objects.get(pk=candidato.pk)
    salvar(candidato, campos={"nome": "Dora Reis"}, agora=timezone.now())
    salvar(velho, campos={"cidade": "Belém"}, agora=timezone.now())
    assert Candidato.objects.values_list("nome", "cidade").get() == ("Dora Reis", "Belém")


def test_responder_guarda_troca_e_apaga(recebendo: Edicao, pergunta: Pergunta) -> None:
    candidato = rascunho(recebendo)
    agora = timezone.now()
    responder(candidato, respostas={pergunta.pk: "Porque sim 🙂"}, agora=agora)
    responder(candidato, respostas={pergunta.pk: "Porque quero"}, agora=agora)
    assert list(Resposta.objects.values_list("candidato", "texto")) == [(candidato.pk, "Porque quero")]
    responder(candidato, respostas={pergunta.pk: ""}, agora=agora)
    assert Resposta.objects.count() == 0


def test_depois_de_enviada_nada_muda(recebendo: Edicao, termo: Termo, pergunta: Pergunta) -> None:
    pergunta.obrigatoria = False
    pergunta.save()
    candidato = completa(recebendo)
    agora = timezone.now()
    enviar(candidato, termo=termo, agora=agora)
    with pytest.raises(NaoEditavel, match="está como “enviada” e não muda mais"):
        salvar(candidato, campos={"nome": "Outra"}, agora=agora)
    with pytest.raises(NaoEditavel):
        responder(candidato, respostas={pergunta.pk: "tarde"}, agora=agora)
    assert Candidato.objects.get().nome == "Dora Reis Prado"
    assert Resposta.objects.count() == 0


def test_depois_do_prazo_o_rascunho_fica_e_nao_muda(recebendo: Edicao, termo: Termo) -> None:
    candidato = completa(recebendo)
    depois = timezone.now() + timedelta(days=2)
    for tarde in (
        lambda: salvar(candidato, campos={"nome": "Outra"}, agora=depois),
        lambda: enviar(candidato, termo=termo, agora=depois),
    ):
        with pytest.raises(NaoEditavel, match="O prazo de inscrição acabou"):
            tarde()
    assert Candidato.objects.values_list("nome", "situacao").get() == ("Dora Reis Prado", "rascunho")


def test_pendencias_de_um_rascunho_novo_vao_na_ordem_das_secoes(recebendo: Edicao, pergunta: Pergunta) -> None:
    faltam = pendencias(rascunho(recebendo))
    assert [(pendencia.secao, pendencia.frase) for pendencia in faltam] == [
        ("dados", "preencher nome completo"),
        ("dados", "preencher como quer ser chamado"),
        ("dados", "preencher CPF"),
        ("dados", "preencher data de nascimento"),
        ("dados", "preencher gênero"),
        ("dados", "preencher profissão"),
        ("dados", "preencher cidade"),
        ("dados", "preencher estado"),
        ("contato", "preencher telefone"),
        (f"questionario-{pergunta.secao_id}", "responder 1 pergunta de “Você”"),
        ("fotos", "mandar de 3 a 10 fotos (0 até agora)"),
        ("video", "mandar o vídeo de apresentação"),
    ]


def test_enviar_incompleta_recusa_e_diz_o_que_falta(recebendo: Edicao, termo: Termo, pergunta: Pergunta) -> None:
    candidato = completa(recebendo)
    with pytest.raises(InscricaoIncompleta) as recusa:
        enviar(candidato, termo=termo, agora=timezone.now())
    assert str(recusa.value) == "Ainda falta: responder 1 pergunta de “Você”."
    assert Candidato.objects.get().situacao == "rascunho"


@pytest.mark.parametrize(
    ("nascimento", "cabe"),
    [("{18}-12-31", True), ("{17}-01-01", False), ("{70}-01-01", True), ("{71}-12-31", False)],
)
def test_idade_conta_se_no_fim_do_ano_da_inscricao(recebendo: Edicao, nascimento: str, cabe: bool) -> None:
    idade = int(nascimento[1:3])
    candidato = completa(recebendo)
    quando = date.fromisoformat(f"{recebendo.ano_da_inscricao - idade}{nascimento[4:]}")
    salvar(candidato, campos={"nascimento": quando}, agora=timezone.now())
    assert [pendencia.secao for pendencia in pendencias(candidato)] == ([] if cabe else ["dados"])


def test_enviar_guarda_consentimento_protocolo_e_hora(recebendo: Edicao, termo: Termo) -> None:
    candidato = completa(recebendo)
    agora = timezone.now()
    enviar(candidato, termo=termo, agora=agora)
    enviar(candidato, termo=termo, agora=agora + timedelta(seconds=1))
    assert list(Candidato.objects.values_list("situacao", "termo", "consentiu_em", "enviado_em", "protocolo")) == [
        ("enviada", termo.pk, agora, agora, candidato.protocolo)
    ]
    assert list(Movimento.objects.values_list("para", flat=True)) == ["rascunho", "enviada"]


def test_dois_envios_com_o_mesmo_cpf_um_vence_o_outro_le_uma_frase(
    transactional_db: None, recebendo: Edicao, termo: Termo
) -> None:
    duas = [completa(recebendo, "dora"), completa(recebendo, "elis")]

    def enviar_esta(pk: int) -> Callable[[], None]:
        return lambda: enviar(Candidato.objects.get(pk=pk), termo=termo, agora=timezone.now())

    assert ao_mesmo_tempo(*[enviar_esta(candidato.pk) for candidato in duas]) == ["CpfRepetido", "fez"]
    assert sorted(Candidato.objects.values_list("situacao", flat=True)) == ["enviada", "rascunho"]
    assert str(CpfRepetido()) == "Já há uma inscrição enviada com este CPF nesta edição."


def test_rascunho_alheio_com_o_meu_cpf_nao_me_impede(recebendo: Edicao, termo: Termo) -> None:
    completa(recebendo, "intruso")
    minha = completa(recebendo, "dora")
    enviar(minha, termo=termo, agora=timezone.now())
    assert minha.situacao == "enviada"


def test_desistir_e_retomar_volta_com_tudo_menos_o_consentimento(recebendo: Edicao, termo: Termo) -> None:
    candidato = completa(recebendo)
    enviar(candidato, termo=termo, agora=timezone.now())
    desistir(candidato)
    with pytest.raises(MovimentoProibido):
        desistir(candidato)
    retomar(candidato)
    assert Candidato.objects.values_list("situacao", "nome", "termo", "consentiu_em", "enviado_em").get() == (
        "rascunho",
        "Dora Reis Prado",
        None,
        None,
        None,
    )


def test_retomar_depois_do_prazo_recusa(recebendo: Edicao, termo: Termo) -> None:
    candidato = completa(recebendo)
    enviar(candidato, termo=termo, agora=timezone.now())
    desistir(candidato)
    with pytest.raises(InscricaoFechada):
        retomar(candidato, agora=timezone.now() + timedelta(days=2))
    assert Candidato.objects.get().situacao == "desistente"


@pytest.mark.parametrize("mudanca", [{"enunciado": "Outra?"}, {"tipo": "longa"}, {"obrigatoria": False}, {"limite": 7}])
def test_pergunta_respondida_nao_muda_de_sentido(
    recebendo: Edicao, pergunta: Pergunta, mudanca: dict[str, object]
) -> None:
    responder(rascunho(recebendo), respostas={pergunta.pk: "Porque sim"}, agora=timezone.now())
    with pytest.raises(IntegrityError, match="a pergunta já tem respostas"), transaction.atomic():
        Pergunta.objects.filter(pk=pergunta.pk).update(**mudanca)
    Pergunta.objects.filter(pk=pergunta.pk).update(ajuda="Sem pressa.", ordem=3, retirada_em=timezone.now())


def test_termo_aceito_nao_muda(recebendo: Edicao, termo: Termo) -> None:
    Termo.objects.filter(pk=termo.pk).update(texto="Concordo muito.")
    enviar(completa(recebendo), termo=termo, agora=timezone.now())
    with pytest.raises(IntegrityError, match="o termo já foi aceito"), transaction.atomic():
        Termo.objects.filter(pk=termo.pk).update(texto="Concordo com tudo.")
