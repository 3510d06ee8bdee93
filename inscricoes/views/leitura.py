"""Uma inscrição como será lida: o que a pessoa escreveu, seção por seção."""

from collections.abc import Iterable
from typing import NamedTuple

from inscricoes.contatos import Rede, perfil_escrito, telefone_escrito
from inscricoes.models import Candidato, Pergunta, Resposta
from inscricoes.validators import cpf_pontuado


class Linha(NamedTuple):
    rotulo: str
    texto: str
    """Vazio: a pessoa não respondeu."""


class Bloco(NamedTuple):
    chave: str
    """A seção onde se muda; vazia se já não se muda."""
    titulo: str
    linhas: list[Linha]


def blocos(candidato: Candidato) -> list[Bloco]:
    """Na ordem do formulário."""
    return [
        Bloco("dados", "Dados pessoais", _dados(candidato)),
        Bloco("contato", "Contato", _contato(candidato)),
        *_questionario(candidato),
    ]


def _dados(candidato: Candidato) -> list[Linha]:
    nascimento = f"{candidato.nascimento:%d/%m/%Y}" if candidato.nascimento else ""
    return [
        Linha("Nome completo", candidato.nome),
        Linha("Nome social", candidato.nome_social),
        Linha("Como quer ser chamado", candidato.nome_curto),
        Linha("CPF", cpf_pontuado(candidato.cpf)),
        Linha("Data de nascimento", nascimento),
        Linha("Gênero", candidato.get_genero_display()),
        Linha("Profissão", candidato.profissao),
        Linha("Estado", candidato.get_uf_display()),
        Linha("Cidade", candidato.cidade),
        Linha("Apresentação", candidato.apresentacao),
    ]


def _contato(candidato: Candidato) -> list[Linha]:
    return [
        Linha("E-mail", candidato.email),
        Linha("Telefone", telefone_escrito(candidato.telefone)),
        *(
            Linha(str(Candidato._meta.get_field(rede).verbose_name), perfil_escrito(getattr(candidato, rede)))  # type: ignore[union-attr]
            for rede in Rede
        ),
    ]


def _questionario(candidato: Candidato) -> Iterable[Bloco]:
    dadas = {
        resposta.pergunta_id: resposta
        for resposta in Resposta.objects.filter(candidato=candidato).select_related("pergunta")
    }
    por_secao: dict[int, Bloco] = {}
    for pergunta in Pergunta.objects.no_ar().filter(secao__edicao=candidato.edicao_id).select_related("secao"):
        bloco = por_secao.setdefault(
            pergunta.secao_id, Bloco(f"questionario-{pergunta.secao_id}", pergunta.secao.titulo, [])
        )
        bloco.linhas.append(_linha(pergunta, dadas.pop(pergunta.pk, None)))
    yield from por_secao.values()
    if dadas:
        retiradas = [_linha(resposta.pergunta, resposta) for resposta in dadas.values()]
        yield Bloco("", "Perguntas que a produção retirou", retiradas)


def _linha(pergunta: Pergunta, resposta: Resposta | None) -> Linha:
    texto = resposta.texto if resposta else ""
    if pergunta.tipo == Pergunta.Tipo.SIM_NAO:
        texto = {"sim": "Sim", "nao": "Não"}.get(texto, texto)
    return Linha(pergunta.enunciado, texto)
