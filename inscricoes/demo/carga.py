"""Põe as inscrições da demonstração no banco. Cada função cria só o que falta e devolve quantos criou.

Nada que alguém tenha feito à mão muda: nem uma inscrição, nem uma pergunta, nem as datas de uma edição com gente de
verdade.
"""

from collections.abc import Callable, Iterable
from datetime import date, datetime, timedelta
from decimal import Decimal

from django.contrib.auth.models import User
from django.core.files.base import ContentFile
from django.db import transaction
from django.db.models import Q

from inscricoes.demo.inscritos import INSCRITOS, Inscrito
from inscricoes.demo.questionario import SECOES
from inscricoes.demo.termo import TERMO
from inscricoes.models import Aviso, Candidato, Edicao, Movimento, Parecer, Pergunta, Resposta, Secao, Termo
from inscricoes.services.arquivos import guardar_foto
from inscricoes.situacoes import Situacao

ABERTA_HA = timedelta(days=20)
ABERTA_POR = timedelta(days=60)
DA_DEMONSTRACAO = "@example.com"
DIAS_POR_PASSO = 3

Fotos = Callable[[Inscrito], Iterable[bytes]]
"""As fotos de um inscrito, cada uma um arquivo inteiro (JPEG, PNG ou WebP)."""


def abrir(edicao: Edicao, agora: datetime) -> bool:
    """Abre as inscrições, ou as reabre se já fecharam. Não mexe se há inscrição que não seja da demonstração."""
    if edicao.recebe_inscricoes(agora):
        return False
    if edicao.candidatos.exclude(email__iendswith=DA_DEMONSTRACAO).exists():
        return False
    edicao.inscricoes_abrem_em = min(edicao.inscricoes_abrem_em or agora, agora - ABERTA_HA)
    edicao.inscricoes_fecham_em = agora + ABERTA_POR
    edicao.save(update_fields=["inscricoes_abrem_em", "inscricoes_fecham_em"])
    return True


def termo(edicao: Edicao, agora: datetime) -> Termo:
    """O primeiro termo publicado; publica o da demonstração se não há nenhum."""
    publicado = edicao.termos.filter(publicado_em__lte=agora).order_by("-publicado_em", "-versao").first()
    if publicado is not None:
        return publicado
    return Termo.objects.get_or_create(
        edicao=edicao, versao=1, defaults={"texto": TERMO, "publicado_em": agora - ABERTA_HA}
    )[0]


def questionario(edicao: Edicao, agora: datetime) -> int:
    """Publica as perguntas, se a edição ainda não tem nenhuma seção."""
    if edicao.secoes.exists():
        return 0
    perguntas: list[Pergunta] = []
    with transaction.atomic():
        for ordem, (titulo, descricao, dela) in enumerate(SECOES, 1):
            secao = Secao.objects.create(edicao=edicao, ordem=ordem, titulo=titulo, descricao=descricao)
            perguntas += [
                Pergunta(
                    secao=secao,
                    ordem=lugar,
                    enunciado=pergunta.enunciado,
                    ajuda=pergunta.ajuda,
                    tipo=pergunta.tipo,
                    obrigatoria=pergunta.obrigatoria,
                    limite=pergunta.limite,
                    opcoes="\n".join(pergunta.opcoes),
                    publicada_em=agora - ABERTA_HA,
                )
                for lugar, pergunta in enumerate(dela, 1)
            ]
        Pergunta.objects.bulk_create(perguntas)
    return len(perguntas)


def inscrever(edicao: Edicao, agora: datetime, *, produtora: User, fotos: Fotos) -> list[Candidato]:
    """Inscreve quem falta, com respostas, fotos, história e pareceres. Devolve os novos."""
    exemplos = {pergunta.enunciado: pergunta.respostas for _, _, dela in SECOES for pergunta in dela}
    novos, aceito = [], termo(edicao, agora)
    for lugar, inscrito in enumerate(INSCRITOS):
        conta = _conta(inscrito)
        if edicao.candidatos.filter(Q(email__iexact=inscrito.email) | Q(conta=conta)).exists():
            continue
        candidato = _rascunho(edicao, inscrito, lugar, conta)
        _responder(candidato, inscrito, lugar, exemplos)
        if candidato.editavel(agora):
            for numero, foto in enumerate(fotos(inscrito), 1):
                guardar_foto(candidato, arquivo=ContentFile(foto, f"foto-{numero}.jpg"), agora=agora)
        _percorrer(candidato, inscrito, agora - timedelta(days=18 - lugar), produtora, aceito)
        novos.append(candidato)
    return novos


def _conta(inscrito: Inscrito) -> User:
    """A conta com que se entra como ele, pela caixa de correio da demonstração: sem senha."""
    ja_existe = User.objects.filter(email__iexact=inscrito.email, is_staff=False).order_by("pk").first()
    return ja_existe or User.objects.create_user(f"demo-{inscrito.chave}", inscrito.email)


def _rascunho(edicao: Edicao, inscrito: Inscrito, lugar: int, conta: User) -> Candidato:
    return Candidato.objects.create(
        edicao=edicao,
        conta=conta,
        situacao=Situacao.RASCUNHO,
        nome=inscrito.nome,
        nome_social=inscrito.nome_social,
        nome_curto=inscrito.nome_curto,
        cpf="" if inscrito.metade else cpf_de_exemplo(lugar),
        nascimento=date(edicao.ano_da_inscricao - inscrito.idade, 1 + lugar * 5 % 12, 1 + lugar * 11 % 28),
        genero=inscrito.genero,
        profissao=inscrito.profissao,
        cidade=inscrito.cidade,
        uf=inscrito.uf,
        apresentacao=inscrito.apresentacao,
        email=inscrito.email,
        telefone="" if inscrito.metade else f"+55119000000{lugar:02}",
        instagram="" if inscrito.metade else f"demo.{inscrito.chave}",
    )


def _responder(candidato: Candidato, inscrito: Inscrito, lugar: int, exemplos: dict[str, tuple[str, ...]]) -> None:
    """Cada pergunta com um dos seus exemplos; a que a produção escreveu à mão fica sem resposta."""
    perguntas = list(Pergunta.objects.no_ar().filter(secao__edicao=candidato.edicao))
    if inscrito.metade:
        perguntas = perguntas[: len(perguntas) * 2 // 5]
    respostas = []
    for numero, pergunta in enumerate(perguntas):
        possiveis = exemplos.get(pergunta.enunciado)
        # Quem pode não responder, às vezes não responde.
        if possiveis and (pergunta.obrigatoria or (numero + lugar) % 4):
            texto = possiveis[(lugar + numero // 3) % len(possiveis)]
            respostas.append(Resposta(candidato=candidato, pergunta=pergunta, texto=texto))
    Resposta.objects.bulk_create(respostas)


@transaction.atomic
def _percorrer(candidato: Candidato, inscrito: Inscrito, comecou: datetime, produtora: User, aceito: Termo) -> None:
    """A história até a situação de agora, um passo a cada poucos dias, com as cartas já mandadas."""
    Candidato.objects.filter(pk=candidato.pk).update(criado_em=comecou)
    passos = [(Situacao.RASCUNHO, comecou)]
    passos += [
        (situacao, comecou + timedelta(hours=5, days=DIAS_POR_PASSO * numero))
        for numero, situacao in enumerate(inscrito.caminho)
    ]
    de = ""
    for situacao, em in passos:
        da_producao = situacao not in (Situacao.RASCUNHO, Situacao.ENVIADA, Situacao.DESISTENTE)
        Movimento.objects.create(
            candidato=candidato, de=de, para=situacao, em=em, por=produtora if da_producao else None
        )
        if situacao != Situacao.RASCUNHO:
            Aviso.objects.create(candidato=candidato, situacao=situacao, criado_em=em, enviado_em=em, tentativas=1)
        de = situacao
    if not inscrito.caminho:
        return
    for nota, texto in inscrito.pareceres:
        Parecer.objects.create(candidato=candidato, autor=produtora, nota=nota, texto=texto)
    notas = [nota for nota, _ in inscrito.pareceres if nota is not None]
    Candidato.objects.filter(pk=candidato.pk).update(
        situacao=inscrito.caminho[-1],
        termo=aceito,
        consentiu_em=passos[1][1],
        enviado_em=passos[1][1],
        nota_media=Decimal(sum(notas)) / len(notas) if notas else None,
    )


def cpf_de_exemplo(lugar: int) -> str:
    """Um CPF que confere e não é de ninguém que se conheça: de uma faixa toda de zeros."""
    digitos = [int(d) for d in f"{10 + lugar:09}"]
    for peso in (10, 11):
        resto = sum(d * (peso - i) for i, d in enumerate(digitos)) * 10 % 11
        digitos.append(0 if resto == 10 else resto)
    return "".join(str(d) for d in digitos)
