"""Os direitos de quem se inscreveu (LGPD, art. 18): saber o que se guarda, e levar uma cópia.

A cópia leva tudo o que é da pessoa, com o CPF inteiro, e as notas que a inscrição recebeu, com as datas. Não leva quem
deu cada nota, que é dado de outra pessoa, nem os comentários internos, que podem falar de outras: esses se pedem à
produção, que os lê antes (docs/LGPD.md).
"""

import io
import json
import zipfile
from collections.abc import Iterator
from datetime import date, datetime
from typing import Any, NamedTuple

from django.utils import timezone

from inscricoes.arquivos import guarda
from inscricoes.models import Candidato, Movimento, Pergunta, Resposta
from inscricoes.situacoes import DO_CANDIDATO, Situacao
from inscricoes.validators import cpf_pontuado

BLOCO = 256 * 1024
"""Bytes lidos por vez: um vídeo inteiro não passa pela memória."""
_SIM_OU_NAO = {"sim": "sim", "nao": "não"}


class Resumo(NamedTuple):
    """Quanto há de cada coisa, para a página."""

    respostas: int
    fotos: int
    video: bool
    notas: int
    cartas: int
    foi_para_a_casa: bool


def resumo(candidato: Candidato) -> Resumo:
    return Resumo(
        respostas=candidato.respostas.count(),
        fotos=candidato.fotos.count(),
        video=hasattr(candidato, "video"),
        notas=candidato.pareceres.filter(nota__isnull=False).count(),
        cartas=candidato.avisos.count(),
        # Também quem foi e desistiu: o que o público viu continua público.
        foi_para_a_casa=candidato.movimentos.filter(para=Situacao.SELECIONADA).exists(),
    )


def dados(candidato: Candidato, *, agora: datetime) -> dict[str, Any]:
    """Tudo o que se guarda desta inscrição, com nomes que se entendem; datas em ISO 8601, na hora de Brasília."""
    edicao, conta, termo = candidato.edicao, candidato.conta, candidato.termo
    return {
        "gerado_em": _quando(agora),
        "edicao": {
            "nome": edicao.nome,
            "ano": edicao.ano,
            "seus_dados_sao_guardados_ate": _quando(edicao.eliminar_em),
        },
        "inscricao": {
            "protocolo": candidato.protocolo,
            "situacao": candidato.get_situacao_display(),
            "comecada_em": _quando(candidato.criado_em),
            "enviada_em": _quando(candidato.enviado_em),
        },
        "dados_pessoais": {
            "nome_completo": candidato.nome,
            "nome_social": candidato.nome_social,
            "como_quer_ser_chamado": candidato.nome_curto,
            "cpf": cpf_pontuado(candidato.cpf),
            "data_de_nascimento": _quando(candidato.nascimento),
            "genero": candidato.get_genero_display(),
            "profissao": candidato.profissao,
            "cidade": candidato.cidade,
            "estado": candidato.get_uf_display(),
            "apresentacao": candidato.apresentacao,
        },
        "contato": {
            "email": candidato.email,
            "telefone": candidato.telefone,
            "instagram": candidato.instagram,
            "tiktok": candidato.tiktok,
            "x": candidato.x,
            "youtube": candidato.youtube,
        },
        "conta": None
        if conta is None
        else {
            "email": conta.email,
            "criada_em": _quando(conta.date_joined),
            "ultima_entrada": _quando(conta.last_login),
        },
        "consentimento": None
        if termo is None
        else {"versao": termo.versao, "aceito_em": _quando(candidato.consentiu_em), "texto": termo.texto},
        "respostas": [_resposta(resposta) for resposta in _respostas(candidato)],
        "historico": [_movimento(movimento) for movimento in candidato.movimentos.order_by("em", "id")],
        "avaliacao": {
            "media": None if candidato.nota_media is None else float(candidato.nota_media),
            "notas": [
                {"nota": parecer.nota, "em": _quando(parecer.mudou_em)}
                for parecer in candidato.pareceres.order_by("mudou_em", "id")
            ],
        },
        "cartas": [
            {
                "sobre": aviso.get_situacao_display(),
                "criada_em": _quando(aviso.criado_em),
                "enviada_em": _quando(aviso.enviado_em),
            }
            for aviso in candidato.avisos.order_by("criado_em", "id")
        ],
        "fotos": [
            {
                "largura": foto.largura,
                "altura": foto.altura,
                "bytes": foto.tamanho,
                "resumo_sha256": foto.resumo,
                "recebida_em": _quando(foto.criada_em),
            }
            for foto in candidato.fotos.all()
        ],
        "video": _video(candidato),
        "video_a_caminho": _a_caminho(candidato),
    }


def pacote(candidato: Candidato, *, agora: datetime) -> Iterator[bytes]:
    """Os pedaços de um ZIP com `dados.json`, as fotos e o vídeo, à medida que se fazem.

    Se um arquivo falha no meio, o ZIP acaba sem o índice do fim, e quem o abre vê que está incompleto.
    """
    saida = _Saida()
    with zipfile.ZipFile(saida, "w", zipfile.ZIP_STORED) as zip_:
        texto = json.dumps(dados(candidato, agora=agora), ensure_ascii=False, indent=2)
        zip_.writestr(_item("dados.json", agora), texto.encode(), zipfile.ZIP_DEFLATED)
        yield saida.tirar()
        for nome, arquivo in guarda.arquivos_do_candidato(candidato):
            # Já comprimidos: fotos e vídeo vão como estão.
            with zip_.open(_item(nome, agora), "w", force_zip64=True) as dentro:
                while bloco := arquivo.read(BLOCO):
                    dentro.write(bloco)
                    yield saida.tirar()
    yield saida.tirar()


class _Saida(io.RawIOBase):
    """Junta o que o `zipfile` escreve até que alguém tire."""

    def __init__(self) -> None:
        self._pedacos: list[bytes] = []

    def writable(self) -> bool:
        return True

    def write(self, pedaco: Any) -> int:
        self._pedacos.append(bytes(pedaco))
        return len(pedaco)

    def tirar(self) -> bytes:
        pedacos, self._pedacos = self._pedacos, []
        return b"".join(pedacos)


def _item(nome: str, agora: datetime) -> zipfile.ZipInfo:
    item = zipfile.ZipInfo(nome, timezone.localtime(agora).timetuple()[:6])
    item.external_attr = 0o600 << 16
    return item


def _respostas(candidato: Candidato) -> list[Resposta]:
    return list(
        candidato.respostas.select_related("pergunta__secao").order_by(
            "pergunta__secao__ordem", "pergunta__secao_id", "pergunta__ordem", "pergunta_id"
        )
    )


def _resposta(resposta: Resposta) -> dict[str, str]:
    pergunta = resposta.pergunta
    sim_ou_nao = pergunta.tipo == Pergunta.Tipo.SIM_NAO
    return {
        "secao": pergunta.secao.titulo,
        "pergunta": pergunta.enunciado,
        "resposta": _SIM_OU_NAO.get(resposta.texto, resposta.texto) if sim_ou_nao else resposta.texto,
    }


def _movimento(movimento: Movimento) -> dict[str, str | None]:
    return {
        "de": movimento.get_de_display() or None,
        "para": movimento.get_para_display(),
        "em": _quando(movimento.em),
        # Pelo destino, e não por `por`: a conta de quem produzia pode já não existir.
        "por": "você" if movimento.para in DO_CANDIDATO else "produção",
    }


def _video(candidato: Candidato) -> dict[str, Any] | None:
    video = getattr(candidato, "video", None)
    if video is None:
        return None
    return {
        "formato": video.formato,
        "segundos": video.duracao,
        "largura": video.largura,
        "altura": video.altura,
        "bytes": video.tamanho,
        "recebido_em": _quando(video.criado_em),
    }


def _a_caminho(candidato: Candidato) -> dict[str, Any] | None:
    envio = getattr(candidato, "envio_de_video", None)
    if envio is None:
        return None
    return {"bytes": envio.tamanho, "recebidos": envio.recebido, "ultimo_pedaco_em": _quando(envio.mudou_em)}


def _quando(momento: date | datetime | None) -> str | None:
    if isinstance(momento, datetime):
        return timezone.localtime(momento).isoformat(timespec="seconds")
    return None if momento is None else momento.isoformat()
