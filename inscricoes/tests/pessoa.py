"""Uma inscrição com tudo o que pode ter, e o que procurar dela depois: no banco, nos arquivos, nos registros."""

import uuid
from collections.abc import Iterable
from datetime import date
from pathlib import Path

from django.apps import apps
from django.conf import settings
from django.contrib.admin.models import ADDITION, CHANGE, LogEntry
from django.contrib.auth.models import User
from django.contrib.contenttypes.models import ContentType
from django.contrib.sessions.models import Session
from django.db import connection, models
from django.test import Client
from django.utils import timezone

from inscricoes import services
from inscricoes.arquivos import guarda
from inscricoes.models import Candidato, Edicao, EnvioDeVideo, Foto, Pergunta, Secao, Video
from inscricoes.situacoes import Situacao

MARCAS = {
    "nome": "Doralina Quaresma Ximenes",
    "nome_social": "Dora Ximenesocial",
    "nome_curto": "Doraquaresma",
    "cpf": "52998224725",
    "profissao": "Ourivesmarca",
    "cidade": "Belemarca",
    "apresentacao": "apresentacaomarca",
    "telefone": "+5591987651234",
    "instagram": "dora.instamarca",
    "tiktok": "dora.tiktokmarca",
    "x": "doraxmarca",
    "youtube": "dora.youtubemarca",
}
"""O que a pessoa escreveu, em palavras que não aparecem em mais nada."""
EMAIL = "dora@example.com"
RESPOSTA = "respostamarca de quem não esquece"
COMENTARIO = "comentariomarca da produção"
ARQUIVO = b"pixelmarca"
PROCURAR = (*MARCAS.values(), EMAIL, "respostamarca", "comentariomarca", "529.982.247-25", ARQUIVO.decode())


def inscricao_completa(conta: User, edicao: Edicao, tmp_path: Path, produtora: User) -> Candidato:
    """Começada, preenchida, com arquivos, enviada, vista pela produção, selecionada; e com sessões e histórico."""
    agora = timezone.now()
    candidato = services.comecar(conta=conta, email=conta.email, edicao=edicao, agora=agora)
    services.salvar(
        candidato, campos={**MARCAS, "nascimento": date(1991, 2, 3), "genero": "mulher", "uf": "PA"}, agora=agora
    )
    secao, _ = Secao.objects.get_or_create(edicao=edicao, titulo="Sobre você")
    pergunta, _ = Pergunta.objects.get_or_create(
        secao=secao, enunciado="Do que você não abre mão?", defaults={"publicada_em": agora, "tipo": "longa"}
    )
    services.responder(candidato, respostas={pergunta.pk: RESPOSTA}, agora=agora)
    guardar_arquivos(candidato, tmp_path)
    services.enviar(candidato, termo=edicao.termos.get(), agora=agora)
    services.mover(candidato, Situacao.EM_ANALISE, por=produtora)
    services.opinar(candidato, autor=produtora, nota=8, texto=COMENTARIO)
    services.selecionar(candidato, por=produtora)
    entrar(conta, candidato)
    anotar_no_historico(candidato, produtora)
    return candidato


def guardar_arquivos(candidato: Candidato, tmp_path: Path) -> None:
    for n in range(3):
        foto = Foto.objects.create(
            candidato=candidato, ordem=n, largura=600, altura=800, tamanho=len(ARQUIVO), resumo=f"{candidato.pk}{n:050}"
        )
        _guardar(guarda.caminho_da_foto(foto.pk), ARQUIVO + b" foto %d" % n, tmp_path)
        _guardar(guarda.caminho_da_miniatura(foto.pk), ARQUIVO + b" mini %d" % n, tmp_path)
    video = Video.objects.create(
        candidato=candidato, formato="mp4", duracao=60, largura=640, altura=480, tamanho=len(ARQUIVO)
    )
    _guardar(guarda.caminho_do_video(video.pk, "mp4"), ARQUIVO + b" video", tmp_path)
    _guardar(guarda.caminho_do_quadro(video.pk), ARQUIVO + b" quadro", tmp_path)
    envio = EnvioDeVideo.objects.create(candidato=candidato, tamanho=1000, recebido=10)
    _guardar(guarda.caminho_da_parte(envio.pk), ARQUIVO + b" parte", tmp_path)


def _guardar(caminho: str, conteudo: bytes, tmp_path: Path) -> None:
    rascunho = tmp_path / uuid.uuid4().hex
    rascunho.write_bytes(conteudo)
    guarda.guardar({caminho: rascunho})


def entrar(conta: User, candidato: Candidato) -> None:
    """Duas sessões dela, noutros aparelhos, e uma de quem só pediu um código para este e-mail."""
    for _ in range(2):
        Client().force_login(conta)
    desconhecido = Client()
    sessao = desconhecido.session
    sessao["pedido"] = {"email": conta.email.upper()}
    sessao.save()


def anotar_no_historico(candidato: Candidato, produtora: User) -> None:
    for objeto in (candidato, candidato.fotos.first(), candidato.pareceres.first(), candidato.conta):
        assert objeto is not None
        for acao in (ADDITION, CHANGE):
            LogEntry.objects.create(
                user=produtora,
                content_type=ContentType.objects.get_for_model(objeto),
                object_id=str(objeto.pk),
                object_repr=f"{MARCAS['nome']} {EMAIL}",
                action_flag=acao,
                change_message=f"Viu o CPF {MARCAS['cpf']} de {MARCAS['nome_social']}.",
            )


def banco_inteiro() -> str:
    """Cada valor de cada linha de cada tabela, e o que há dentro das sessões."""
    pedacos: list[str] = []
    with connection.cursor() as cursor:
        for tabela in connection.introspection.table_names(cursor):
            cursor.execute(f"SELECT * FROM {connection.ops.quote_name(tabela)}")
            for linha in cursor.fetchall():
                pedacos += [texto(valor) for valor in linha]
    pedacos += [str(sessao.get_decoded()) for sessao in Session.objects.all()]
    return "\n".join(pedacos).lower()


def texto(valor: object) -> str:
    return bytes(valor).decode("latin-1") if isinstance(valor, bytes | memoryview) else str(valor)


def pasta_inteira() -> str:
    """O nome e o conteúdo de cada arquivo guardado."""
    arquivos = [arquivo for arquivo in Path(settings.MEDIA_ROOT).rglob("*") if arquivo.is_file()]
    return "\n".join(f"{arquivo} {arquivo.read_bytes().decode('latin-1')}" for arquivo in arquivos).lower()


def achados(onde: str, procurar: Iterable[str] = PROCURAR) -> list[str]:
    return [marca for marca in procurar if marca.lower() in onde]


def ligacoes(alvo: type[models.Model], chave: object) -> dict[str, int]:
    """Quantas linhas de cada tabela apontam para esta linha de `alvo`."""
    return {
        f"{modelo._meta.label}.{campo.name}": modelo._base_manager.filter(**{campo.name: chave}).count()
        for modelo in apps.get_models(include_auto_created=True)
        for campo in modelo._meta.concrete_fields
        if campo.is_relation and campo.related_model is alvo
    }
