"""Um cliente gerado do esquema (openapi-python-client) vota e se inscreve contra o servidor de verdade."""

import importlib
import io
import json
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core.serializers.json import DjangoJSONEncoder
from django.test import Client

from bbb.api import api
from inscricoes.models import Candidato, Edicao, Foto
from inscricoes.tests import amostras
from inscricoes.tests import conftest as inscritos
from tests.servidor import BITS, Servidor, esperar_paredao, servidor
from votacao.models import Paredao, Participante, Voto
from votacao.urna import cedula as cedulas

pytestmark = [pytest.mark.processos, pytest.mark.usefixtures("urna_limpa")]
aberta, dora, secao = inscritos.aberta, inscritos.dora, inscritos.secao


@pytest.fixture(scope="module")
def gerado(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """O pacote gerado, importável. Um esquema que o gerador não entende falha aqui."""
    pasta = tmp_path_factory.mktemp("cliente")
    esquema = pasta / "openapi.json"
    esquema.write_text(json.dumps(api.get_openapi_schema(path_prefix="/api/"), cls=DjangoJSONEncoder))
    destino = pasta / "cliente_bbb"
    feito = subprocess.run(
        [sys.executable, "-m", "openapi_python_client", "generate", "--path", str(esquema), "--meta", "none",
         "--output-path", str(destino)],
        capture_output=True, text=True, cwd=pasta, timeout=120,
    )  # fmt: skip
    assert feito.returncode == 0, feito.stdout + feito.stderr
    with pytest.MonkeyPatch.context() as caminho:
        caminho.syspath_prepend(str(pasta))
        yield "cliente_bbb"


def rota(gerado: str, assunto: str, nome: str) -> Any:
    return importlib.import_module(f"{gerado}.api.{assunto}.{nome}")


def modelo(gerado: str, nome: str) -> Any:
    return getattr(importlib.import_module(f"{gerado}.models"), nome)


def test_o_cliente_gerado_vota(
    gerado: str, paredao: Paredao, participantes: list[Participante], tmp_path: Path
) -> None:
    with servidor(tmp_path) as servindo:
        esperar_paredao(servindo, paredao)
        cliente = importlib.import_module(gerado).Client(base_url=servindo.url)
        lista = rota(gerado, "votar", "listar_paredoes").sync(client=cliente)
        assert [linha.titulo for linha in lista.itens] == [paredao.titulo]
        cedula = rota(gerado, "votar", "pedir_cedula").sync(paredao.pk, client=cliente)
        assert cedula.bits == BITS
        voto = modelo(gerado, "Voto")(
            participante=participantes[2].pk, cedula=cedula.cedula, prova=cedulas.resolver(cedula.cedula, BITS)
        )
        contado = rota(gerado, "votar", "votar").sync(paredao.pk, client=cliente, body=voto)
        assert Voto.objects.get().participante == participantes[2]
        comprovante = rota(gerado, "votar", "ver_comprovante").sync(contado.comprovante, client=cliente)
        assert comprovante.nome == "Caio"
        outro = modelo(gerado, "Voto")(participante=participantes[0].pk, cedula=voto.cedula, prova=voto.prova)
        recusado = rota(gerado, "votar", "votar").sync(paredao.pk, client=cliente, body=outro)
        assert (recusado.status, recusado.codigo) == (409, "cedula_usada")


def sessao(servindo: Servidor, conta: User, gerado: str) -> Any:
    navegador = Client()
    navegador.force_login(conta)
    bolacha = navegador.cookies["sessionid"].value
    anonima = importlib.import_module(gerado).Client(base_url=servindo.url, cookies={"sessionid": bolacha})
    resposta = anonima.get_httpx_client().get("/api/v1/eu")
    csrf = resposta.json()["csrf"]
    return importlib.import_module(gerado).Client(
        base_url=servindo.url,
        cookies={"sessionid": bolacha, "csrftoken": resposta.cookies["csrftoken"]},
        headers={"X-CSRFToken": csrf},
        timeout=60,
    )


def test_o_cliente_gerado_se_inscreve(gerado: str, aberta: Edicao, dora: User, secao: Any, tmp_path: Path) -> None:
    """Do começo ao envio, com fotos e vídeo de verdade."""
    tipos = importlib.import_module(f"{gerado}.types")
    with servidor(tmp_path) as servindo:
        cliente = sessao(servindo, dora, gerado)
        edicao = rota(gerado, "inscricoes", "ver_edicao").sync(aberta.pk, client=cliente)
        comecada = rota(gerado, "inscricoes", "comecar_inscricao").sync(
            client=cliente, body=modelo(gerado, "InscricaoComecada")(edicao=aberta.pk)
        )
        protocolo = comecada.protocolo
        dados = modelo(gerado, "InscricaoMudada")(
            nome="Dora Reis", nome_curto="Dora", cpf="529.982.247-25", nascimento="03/02/1991", genero="mulher",
            profissao="Médica", cidade="Belém", uf="PA", telefone="(91) 91234-5678",
        )  # fmt: skip
        mudada = rota(gerado, "inscricoes", "mudar_candidato").sync(protocolo, client=cliente, body=dados)
        assert (mudada.cpf, str(mudada.nascimento), mudada.telefone) == (
            "529.982.247-25",
            "1991-02-03",
            "+5591912345678",
        )
        dadas = {"curta": "sim", "escolha": "praia", "sim_nao": "sim"}
        corpo = {
            str(pergunta.id): dadas[pergunta.tipo] for pergunta in edicao.secoes[0].perguntas if pergunta.tipo in dadas
        }
        respondida = rota(gerado, "inscricoes", "responder_questionario").sync(
            protocolo, client=cliente, body=modelo(gerado, "Respostas").from_dict({"respostas": corpo})
        )
        assert sorted(pendencia.secao for pendencia in respondida.pendencias) == ["fotos", "video"]
        mandar_foto = rota(gerado, "inscricoes", "mandar_foto")
        for numero in range(3):
            arquivo = tipos.File(
                payload=io.BytesIO(amostras.foto(numero, exif=True)), file_name="f.jpg", mime_type="image/jpeg"
            )
            feita = mandar_foto.sync(protocolo, client=cliente, body=corpo_multipart(gerado, mandar_foto, foto=arquivo))
            assert feita.ordem == numero
        repetida = mandar_foto.sync(
            protocolo, client=cliente,
            body=corpo_multipart(gerado, mandar_foto, foto=tipos.File(
                payload=io.BytesIO(amostras.foto(0)), file_name="f.jpg", mime_type="image/jpeg")),
        )  # fmt: skip
        assert (repetida.status, repetida.codigo) == (409, "foto_repetida")
        mandar_video = rota(gerado, "inscricoes", "mandar_video")
        filme = amostras.video(tmp_path / "v.mp4")
        video = mandar_video.sync(
            protocolo, client=cliente,
            body=corpo_multipart(gerado, mandar_video, video=tipos.File(
                payload=io.BytesIO(filme), file_name="v.mp4", mime_type="video/mp4")),
        )  # fmt: skip
        assert video.formato == "mp4"
        enviada = rota(gerado, "inscricoes", "enviar_inscricao").sync(
            protocolo, client=cliente, body=modelo(gerado, "Envio")(termo=edicao.termo.marca, aceito=True)
        )
        assert enviada.situacao == "enviada"
        candidato = Candidato.objects.get()
        assert (candidato.situacao, candidato.cpf, candidato.fotos.count()) == ("enviada", "52998224725", 3)
        assert Foto.objects.first() is not None


def corpo_multipart(gerado: str, modulo: Any, **campos: Any) -> Any:
    """O modelo que o gerador fez para o corpo desta rota, qualquer que seja o nome."""
    tipo = re.search(r"body: (\w+)", Path(modulo.__file__).read_text())
    assert tipo is not None
    return modelo(gerado, tipo[1])(**campos)
