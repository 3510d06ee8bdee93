"""As tabelas das inscrições, um arquivo por ideia."""

from inscricoes.models.arquivos import EnvioDeVideo, Foto, Video
from inscricoes.models.candidato import Candidato
from inscricoes.models.edicao import UF, Edicao, Regiao, Termo
from inscricoes.models.questionario import Pergunta, Resposta, Secao
from inscricoes.models.selecao import Aviso, Eliminacao, Movimento, Parecer

__all__ = [
    "UF",
    "Aviso",
    "Candidato",
    "Edicao",
    "Eliminacao",
    "EnvioDeVideo",
    "Foto",
    "Movimento",
    "Parecer",
    "Pergunta",
    "Regiao",
    "Resposta",
    "Secao",
    "Termo",
    "Video",
]
