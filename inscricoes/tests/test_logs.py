"""A vida inteira de uma inscrição, com todos os registros no máximo, e nada da pessoa neles."""

import io
import logging
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import pytest
import uvicorn
from django.contrib.auth.models import Group, User
from django.core import mail
from django.core.management import call_command
from django.db import IntegrityError
from django.test import Client, RequestFactory
from django.utils import timezone
from django.views.debug import ExceptionReporter
from pytest_django import DjangoCaptureOnCommitCallbacks, Settings

from bbb.management.commands import servir
from bbb.registros import Linha, SemDadosPessoais, sem_dados_pessoais
from inscricoes import services
from inscricoes.models import Candidato, Edicao
from inscricoes.services import avisos
from inscricoes.situacoes import Situacao
from inscricoes.tests import pessoa
from inscricoes.tests.conftest import entrar
from tests.servidor import porta_livre

PRESOS = ("django.db.backends", "django.template")
"""Os que em DEBUG escrevem valores: a configuração os prende em INFO, com a raiz no nível que for."""


class TudoCru(logging.Handler):
    """Guarda cada linha antes que a última rede mexa nela, com o rastro dos erros."""

    def __init__(self) -> None:
        super().__init__(logging.DEBUG)
        self.linhas: list[str] = []
        self._formato = logging.Formatter("%(name)s %(message)s")

    def emit(self, record: logging.LogRecord) -> None:
        self.linhas.append(self._formato.format(record))
        record.exc_text = None


@pytest.fixture
def registros() -> Iterator[TudoCru]:
    raiz = logging.getLogger()
    todos = [raiz, *(log for log in raiz.manager.loggerDict.values() if isinstance(log, logging.Logger))]
    antes = [(log, log.level, log.propagate, log.disabled) for log in todos]
    captura = TudoCru()
    raiz.handlers.insert(0, captura)
    for log in todos:
        if log.name not in PRESOS:
            log.setLevel(logging.DEBUG)
        log.propagate, log.disabled = True, False
    yield captura
    raiz.handlers.remove(captura)
    for log, nivel, propaga, desligado in antes:
        log.setLevel(nivel)
        log.propagate, log.disabled = propaga, desligado


def test_uma_vida_inteira_sem_nada_da_pessoa_nos_registros(
    registros: TudoCru,
    aberta: Edicao,
    dora: User,
    elis: User,
    produtora: User,
    tmp_path: Path,
    settings: Settings,
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    settings.MEDIA_ROOT = tmp_path / "guardados" / "midia"
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 9  # ninguém atende
    with django_capture_on_commit_callbacks(execute=True):
        candidato = pessoa.inscricao_completa(dora, aberta, tmp_path, produtora)
    assert avisos.enviar_pendentes().fora_do_ar
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    candidato_com_erro(candidato)
    cpf_repetido(elis, aberta, tmp_path)
    with django_capture_on_commit_callbacks(execute=True):
        pelas_paginas(candidato, dora)
    assert [logging.getLogger(nome).level for nome in PRESOS] == [logging.INFO, logging.INFO]
    # Sem isto o teste passaria por não ter ouvido nada.
    assert f"inscrição {candidato.pk} eliminada" in "\n".join(registros.linhas)
    assert "ConnectionRefusedError" in "\n".join(registros.linhas)
    assert any("Not Found" in linha for linha in registros.linhas)
    nomes = ("Doralina", "Quaresma", "Ximenes")
    assert pessoa.achados("\n".join(registros.linhas).lower(), (*pessoa.PROCURAR, *nomes)) == []


def candidato_com_erro(candidato: Candidato) -> None:
    """Uma carta recusada, um passo que não há, uma inscrição fechada."""
    Candidato.objects.filter(pk=candidato.pk).update(email=f"{pessoa.EMAIL}\n")
    avisos.avisar(Candidato.objects.get(pk=candidato.pk), agora=timezone.now())
    assert avisos.enviar_pendentes().falhas == 1
    with pytest.raises(services.MovimentoProibido):
        services.mover(candidato, Situacao.ENTREVISTA)
    with pytest.raises(services.NaoEditavel):
        services.salvar(candidato, campos={"cidade": pessoa.MARCAS["cidade"]}, agora=timezone.now())


def cpf_repetido(outra: User, edicao: Edicao, tmp_path: Path) -> None:
    segunda = services.comecar(conta=outra, email=outra.email, edicao=edicao, agora=timezone.now())
    Candidato.objects.filter(pk=segunda.pk).update(
        **{**pessoa.MARCAS, "nascimento": "1991-02-03", "genero": "mulher", "uf": "PA"}
    )
    segunda.refresh_from_db()
    pergunta = edicao.secoes.get().perguntas.get()
    services.responder(segunda, respostas={pergunta.pk: pessoa.RESPOSTA}, agora=timezone.now())
    pessoa.guardar_arquivos(segunda, tmp_path)
    with pytest.raises(services.CpfRepetido):
        services.enviar(segunda, termo=edicao.termos.get(), agora=timezone.now())


def pelas_paginas(candidato: Candidato, dora: User) -> None:
    """O que a própria pessoa e a produção abrem, e o que dá errado no caminho."""
    dela, de_ninguem = entrar(dora), Client(raise_request_exception=False)
    dados = "/inscricoes/minha/meus-dados/"
    for endereco in (dados, f"{dados}exportar/", f"{dados}apagar/", f"{dados}?inscricao={pessoa.EMAIL}"):
        dela.get(endereco)
        de_ninguem.get(endereco)
    dela.post(f"{dados}apagar/", {"nome": pessoa.MARCAS["nome"], "cpf": pessoa.MARCAS["cpf"]})
    guardia = User.objects.create_user("guardia", is_staff=True)
    guardia.groups.set(Group.objects.all())
    sala = entrar(guardia)
    ficha = f"/admin/inscricoes/candidato/{candidato.pk}"
    for endereco in (f"/admin/inscricoes/candidato/?q={pessoa.MARCAS['nome']}", f"{ficha}/change/", f"{ficha}/delete/"):
        sala.get(endereco)
    sala.post(f"{ficha}/delete/", {"protocolo": pessoa.MARCAS["nome"]})
    dela.post(f"{dados}apagar/", {"entendi": "on"})
    assert not Candidato.objects.filter(pk=candidato.pk).exists()


# --- A última rede ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("cru", "limpo"),
    [
        ("de dora.reis+bbb@mail.example.com.br para", "de [e-mail] para"),
        ("GET /x?q=dora%40example.com HTTP", "GET /x?q=[e-mail] HTTP"),
        ("CPF 529.982.247-25.", "CPF [cpf]."),
        ("(cpf)=(52998224725) already exists", "(cpf)=([cpf]) already exists"),
        ("ligue (91) 98765-1234", "ligue [telefone]"),
        ("ligue +55 91 98765-1234", "ligue [telefone]"),
        ("ligue +5591987651234", "ligue [telefone]"),
        # O que não é de ninguém fica como está.
        ("192.168.100.12:8000", "192.168.100.12:8000"),
        ("0192f0c1-7a2b-7d3e-8f40-12345678901a", "0192f0c1-7a2b-7d3e-8f40-12345678901a"),
        ("0192f0c1-7a2b-7d3e-8f40-123456789012", "0192f0c1-7a2b-7d3e-8f40-123456789012"),
        ("1732450000.123456 s, 123456789012 bytes", "1732450000.123456 s, 123456789012 bytes"),
        ("paredão 4: 1.532.944.337 votos", "paredão 4: 1.532.944.337 votos"),
    ],
)
def test_a_rede_troca_o_que_e_de_alguem_e_so(cru: str, limpo: str) -> None:
    assert sem_dados_pessoais(cru) == limpo


def test_a_rede_alcanca_argumentos_e_rastros() -> None:
    saida = io.StringIO()
    console = logging.StreamHandler(saida)
    console.addFilter(SemDadosPessoais())
    console.setFormatter(Linha("%(levelname)s %(message)s"))
    log = logging.getLogger("teste.da.rede")
    log.addHandler(console)
    try:
        try:
            raise IntegrityError("Key (lower(email), edicao_id)=(dora@example.com, 1) already exists.")
        except IntegrityError:
            log.exception("não gravou %s, CPF %d", "elis@example.com", 52998224725, stack_info=True)
        log.error("argumentos que não cabem: dora@example.com", "demais")
    finally:
        log.removeHandler(console)
    escrito = saida.getvalue()
    assert "ERROR não gravou [e-mail], CPF [cpf]\n" in escrito
    assert "IntegrityError: Key (lower(email), edicao_id)=([e-mail], 1) already exists." in escrito
    assert "argumentos que não cabem: [e-mail]" in escrito
    assert pessoa.achados(escrito, ("example.com", "52998224725")) == ["example.com"] * (
        '"elis@example.com"' in escrito
    )


def test_todo_registro_do_site_passa_pela_rede() -> None:
    """Nenhum logger tem saída própria, sem ela: nem o terminal do Django, nem o e-mail aos administradores."""
    raiz = logging.getLogger()
    todos = [raiz, *(log for log in raiz.manager.loggerDict.values() if isinstance(log, logging.Logger))]
    saidas = {
        (log.name, type(saida).__name__)
        for log in todos
        # Outros testes põem no ar, neste processo, um uvicorn com os registros dele; o `servir` não: veja abaixo.
        if not log.name.startswith("uvicorn")
        for saida in log.handlers
        if type(saida) is logging.StreamHandler or "AdminEmail" in type(saida).__name__
        if not any(isinstance(filtro, SemDadosPessoais) for filtro in saida.filters)
    }
    assert saidas == set()
    assert any(isinstance(saida.formatter, Linha) for saida in raiz.handlers)


@pytest.mark.django_db(transaction=True)
def test_o_servidor_nao_tem_registros_proprios(monkeypatch: pytest.MonkeyPatch) -> None:
    postos: list[uvicorn.Config] = []

    def anotar(config: uvicorn.Config) -> SimpleNamespace:
        postos.append(config)
        return SimpleNamespace(run=lambda: None)

    monkeypatch.setattr(servir.uvicorn, "Server", anotar)
    monkeypatch.setattr(servir.Command, "_conferir_estaticos", lambda comando: None)
    call_command("servir", porta=porta_livre(), processos=1, stdout=io.StringIO())
    assert [config.log_config for config in postos] == [None]


def test_o_relato_de_um_erro_nao_leva_o_que_a_pessoa_mandou(settings: Settings) -> None:
    settings.DEBUG = False
    # Não escrito na linha que falha: o relato mostra o código.
    cpf = pessoa.MARCAS["cpf"]
    pedido = RequestFactory().post(
        "/inscricoes/minha/dados/?q=dora@example.com",
        {"cpf": cpf, "nome": "Doralina"},
        headers={"Cookie": "sessionid=segredinho", "Referer": "/?q=dora@example.com"},
    )

    def falhar(cpf: str) -> None:
        raise ZeroDivisionError

    try:
        falhar(cpf)
    except ZeroDivisionError as erro:
        relato = ExceptionReporter(pedido, type(erro), erro, erro.__traceback__)
        escrito = relato.get_traceback_text()
        variaveis = str([quadro.get("vars") for quadro in relato.get_traceback_frames()])
    assert "ZeroDivisionError" in escrito
    assert pessoa.achados(escrito + variaveis, (cpf, "segredinho")) == []
    assert mail.outbox == []
