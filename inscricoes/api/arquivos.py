"""Fotos e vídeo por multipart, conferidos como os das páginas. Só da própria pessoa, enquanto é rascunho."""

from typing import Annotated, Any
from uuid import UUID

from django.http import HttpRequest
from django.utils import timezone
from ninja import File, Path, Router, Status, UploadedFile

from api.declarar import escrita, privada
from api.problema import Recusado
from api.quem import exige
from inscricoes import services
from inscricoes.api import esquemas
from inscricoes.api.acesso import DoEndereco, achar, com_recusas, minha
from inscricoes.api.candidatos import VER
from inscricoes.models import Foto

rotas = Router(tags=["inscricoes"])
FotoId = Annotated[UUID, Path(description="O `id` da foto.")]
_DE_ARQUIVOS = (404, 409, 507)


@rotas.get(
    "/candidatos/{protocolo}/fotos",
    response=privada(list[esquemas.FotoDaInscricao], 404),
    summary="As fotos",
    description="Na ordem em que se mostram. Os endereços só se abrem pela sessão de quem as pode ver.",
    operation_id="listar_fotos",
    openapi_extra=exige(*VER),
)
def listar(request: HttpRequest, protocolo: DoEndereco) -> list[dict[str, Any]]:
    candidato = achar(request, protocolo, *VER).candidato
    return [esquemas.foto(foto) for foto in Foto.objects.filter(candidato=candidato)]


@rotas.post(
    "/candidatos/{protocolo}/fotos",
    response=escrita(esquemas.FotoDaInscricao, *_DE_ARQUIVOS, status=201),
    summary="Mandar uma foto",
    description="JPEG, PNG, WebP ou HEIC, no campo `foto` de um `multipart/form-data`. É conferida e gravada de novo, "
    "sem metadados. Só a própria pessoa.",
    operation_id="mandar_foto",
    openapi_extra={
        "x-codigos": {
            409: ("fotos_demais", "foto_repetida", "conflito"),
            422: ("foto_recusada", "validacao"),
            503: ("ocupada", "indisponivel"),
        }
    },
)
@com_recusas
def mandar(request: HttpRequest, protocolo: DoEndereco, foto: File[UploadedFile]) -> Status[Any]:
    candidato = minha(request, protocolo)
    guardada = services.guardar_foto(candidato, arquivo=foto, agora=timezone.now())
    return Status(201, esquemas.foto(guardada))


@rotas.put(
    "/candidatos/{protocolo}/fotos",
    response=escrita(list[esquemas.FotoDaInscricao], 404, 409),
    summary="Pôr as fotos noutra ordem",
    description="Cite todas, uma vez cada. Só a própria pessoa.",
    operation_id="ordenar_fotos",
    openapi_extra={"x-codigos": {409: ("ordem_desatualizada", "conflito")}},
)
@com_recusas
def ordenar(request: HttpRequest, protocolo: DoEndereco, dados: esquemas.OrdemDasFotos) -> list[dict[str, Any]]:
    candidato = minha(request, protocolo)
    try:
        ordem = [UUID(chave) for chave in dados.ordem]
    except ValueError:
        frase = "Escreva os UUIDs das fotos."
        raise Recusado(
            "validacao", erros=[{"campo": "corpo.ordem", "mensagem": frase, "tipo": "uuid_parsing"}]
        ) from None
    services.ordenar_fotos(candidato, ordem=ordem, agora=timezone.now())
    return [esquemas.foto(foto) for foto in Foto.objects.filter(candidato=candidato)]


@rotas.delete(
    "/candidatos/{protocolo}/fotos/{foto_id}",
    response=escrita(None, 404, 409, status=204),
    summary="Tirar uma foto",
    description="Some também o arquivo. Só a própria pessoa.",
    operation_id="tirar_foto",
    openapi_extra={"x-codigos": {404: ("foto_desconhecida", "nao_encontrado")}},
)
@com_recusas
def tirar(request: HttpRequest, protocolo: DoEndereco, foto_id: FotoId) -> Status[None]:
    services.remover_foto(minha(request, protocolo), foto=foto_id, agora=timezone.now())
    return Status(204, None)


@rotas.post(
    "/candidatos/{protocolo}/video",
    response=escrita(esquemas.VideoDaInscricao, *_DE_ARQUIVOS, status=201),
    summary="Mandar o vídeo",
    description="MP4 ou WebM de até 5 minutos e 30 MB, no campo `video` de um `multipart/form-data`; o novo fica no "
    "lugar do velho. Um vídeo maior vai em pedaços, pela página. Só a própria pessoa.",
    operation_id="mandar_video",
    openapi_extra={
        "x-codigos": {
            409: ("em_conferencia", "conflito"),
            422: ("video_recusado", "validacao"),
            503: ("ocupada", "indisponivel"),
        }
    },
)
@com_recusas
def mandar_video(request: HttpRequest, protocolo: DoEndereco, video: File[UploadedFile]) -> Status[Any]:
    candidato = minha(request, protocolo)
    return Status(201, esquemas.video(services.guardar_video(candidato, arquivo=video, agora=timezone.now())))


@rotas.delete(
    "/candidatos/{protocolo}/video",
    response=escrita(None, 404, 409, status=204),
    summary="Tirar o vídeo",
    description="Repetir não faz nada. Só a própria pessoa.",
    operation_id="tirar_video",
)
@com_recusas
def tirar_video(request: HttpRequest, protocolo: DoEndereco) -> Status[None]:
    services.remover_video(minha(request, protocolo), agora=timezone.now())
    return Status(204, None)
