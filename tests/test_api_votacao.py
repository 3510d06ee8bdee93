"""A API da votação no processo: paredões, produção, erros, consultas por lista."""

import json
import re
import time
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.admin.models import LogEntry
from django.test import Client
from django.utils import timezone

from api import mensagens
from api.problema import CASOS, TIPO
from api.quem import Escopo
from bbb import api as montada
from tests.api import Ator, anonimo, com_token, novo_paredao, produtor
from votacao import registro
from votacao.models import Paredao, Participante
from votacao.registro import VotoAceito
from votacao.urna import cedula as cedulas

pytestmark = pytest.mark.django_db


@pytest.fixture
def chefe() -> Ator:
    return com_token(produtor(), *Escopo)


def problema(resposta: Any) -> dict[str, Any]:
    dados: dict[str, Any] = json.loads(resposta.content)
    assert resposta["Content-Type"] == TIPO
    assert dados["status"] == resposta.status_code
    assert dados["title"] == CASOS[dados["codigo"]].titulo
    assert dados["type"] == f"/api/problemas#{dados['codigo']}"
    return dados


# --- Votar ------------------------------------------------------------------------------------------------------------


def test_da_cedula_ao_comprovante(paredao: Paredao, participantes: list[Participante], settings: Any) -> None:
    settings.CEDULA_BITS = 4
    fa = anonimo()
    cedula = fa.json("get", f"/api/v1/paredoes/{paredao.pk}/cedula")
    voto = {
        "participante": participantes[1].pk,
        "cedula": cedula["cedula"],
        "prova": cedulas.resolver(cedula["cedula"], cedula["bits"]),
    }
    contado = fa.json("post", f"/api/v1/paredoes/{paredao.pk}/votos", voto, status=201)
    assert fa.json("post", f"/api/v1/paredoes/{paredao.pk}/votos", voto, status=201) == contado
    lido = fa.json("get", f"/api/v1/comprovantes/{contado['comprovante']}")
    assert (lido["nome"], lido["modalidade"], lido["conta"]) == ("Bia", "torcida", None)
    outra = fa.pedir("post", f"/api/v1/paredoes/{paredao.pk}/votos", voto | {"participante": participantes[0].pk})
    assert problema(outra)["codigo"] == "cedula_usada"


def test_parciais_seguem_a_regra_das_paginas(paredao: Paredao, participantes: list[Participante]) -> None:
    registro.gravar([VotoAceito(bytes(16), paredao.pk, 1, participantes[0].pk, time.time())])
    fa, codigo, visto = anonimo(), "0" * 32, {}
    for parciais in ("ocultas", "apos_voto", "sempre"):
        Paredao.objects.filter(pk=paredao.pk).update(parciais=parciais)
        visto[parciais] = (
            fa.json("get", f"/api/v1/comprovantes/{codigo}")["conta"] is not None,
            fa.json("get", f"/api/v1/paredoes/{paredao.pk}/resultado")["conta"] is not None,
            fa.pedir("get", f"/api/v1/paredoes/{paredao.pk}/panorama").status_code,
        )
    assert visto == {"ocultas": (False, False, 403), "apos_voto": (True, False, 403), "sempre": (True, True, 200)}


def test_lista_publica_em_poucas_consultas_e_sem_rascunhos(
    paredao: Paredao, participantes: list[Participante], django_assert_num_queries: Any
) -> None:
    novo_paredao(paredao, "Rascunho")
    for n in range(5):
        novo_paredao(paredao, f"Outro {n}", abre_em=timezone.now() - timedelta(hours=n + 2))
    with django_assert_num_queries(3):
        lista = anonimo().json("get", "/api/v1/paredoes?limite=4&deslocamento=1")
    assert (lista["total"], len(lista["itens"])) == (6, 4)
    assert [linha["titulo"] for linha in lista["itens"]] == ["Outro 0", "Outro 1", "Outro 2", "Outro 3"]


# --- Produção ---------------------------------------------------------------------------------------------------------


def test_conduzir_do_rascunho_ao_resultado(
    paredao: Paredao, participantes: list[Participante], chefe: Ator, settings: Any
) -> None:
    settings.MARGEM_DE_PUBLICACAO = 0
    novo = {"edicao": paredao.edicao_id, "titulo": "6º Paredão", "participantes": [participantes[2].pk]}
    criado = chefe.json("post", "/api/v1/producao/paredoes", novo, status=201)
    base = f"/api/v1/producao/paredoes/{criado['id']}"
    falta = problema(chefe.pedir("post", f"{base}/abrir"))
    assert falta["detail"] == "O paredão precisa de pelo menos 2 participantes."
    dois = [participantes[2].pk, participantes[0].pk]
    mudado = chefe.json("patch", base, {"participantes": dois, "versao": criado["versao"], "parciais": "sempre"})
    assert [linha["nome"] for linha in mudado["participantes"]] == ["Caio", "Ana"]
    assert problema(chefe.pedir("patch", base, {"titulo": "x", "versao": criado["versao"]}))["codigo"] == "mudou"
    assert chefe.json("post", f"{base}/abrir")["situacao"] == "aberto"
    fixo = problema(chefe.pedir("patch", base, {"decisao": "fica"}))
    assert fixo["detail"] == "“6º Paredão” está aberto: já não mudam decisao."
    assert chefe.json("patch", base, {"titulo": "Sexto"})["titulo"] == "Sexto"
    registro.gravar([VotoAceito(bytes(15) + b"\7", criado["id"], 1, participantes[0].pk, time.time())])
    contagem = chefe.json("get", f"{base}/estatisticas")
    assert (contagem["total"], contagem["conta"]["linhas"][0]["nome"]) == (1, "Ana")
    assert [hora["votos"] for hora in contagem["por_hora"]] == [
        {str(participantes[2].pk): 0, str(participantes[0].pk): 1}
    ]
    assert problema(chefe.pedir("delete", base))["codigo"] == "conflito"
    assert chefe.json("post", f"{base}/encerrar")["situacao"] == "encerrado"
    assert chefe.json("post", f"{base}/publicar")["situacao"] == "publicado"
    assert "já está com o resultado publicado" in problema(chefe.pedir("post", f"{base}/publicar"))["detail"]
    frases = list(LogEntry.objects.order_by("pk").values_list("change_message", flat=True))
    assert frases == [
        f"Pela API, com o token “Ensaio”: {frase}"
        for frase in (
            "Criou o paredão.", "Mudou parciais, participantes.", "Abriu a votação.", "Mudou titulo.",
            "Encerrou a votação.", "Publicou o resultado.",
        )
    ]  # fmt: skip


def test_criar_paredao_diz_as_frases_do_admin(paredao: Paredao, participantes: list[Participante], chefe: Ator) -> None:
    ontem = (timezone.now() - timedelta(days=1)).isoformat()
    amanha = (timezone.now() + timedelta(days=1)).isoformat()
    base = {"edicao": paredao.edicao_id, "titulo": "Novo", "participantes": [p.pk for p in participantes]}
    casos: list[tuple[dict[str, Any], str, str]] = [
        ({"titulo": paredao.titulo}, "corpo", "Já há um paredão com este título nesta edição."),
        ({"abre_em": ontem}, "corpo.abre_em", "Este instante já passou. Para abrir já"),
        ({"fecha_em": amanha}, "corpo.abre_em", "Para marcar quando fecha, marque também quando abre."),
        ({"peso_torcida": 60}, "corpo", "Os pesos das duas modalidades precisam somar 100."),
        ({"edicao": 999_999}, "corpo.edicao", "Esta edição não existe."),
        ({"participantes": [999_999]}, "corpo.participantes", "Há um participante que não existe."),
        ({"abre_em": amanha, "participantes": []}, "corpo.participantes", "O paredão precisa de pelo menos 2"),
        ({"titulo": "\0"}, "corpo.titulo", "Caracteres nulos não são permitidos."),
    ]
    for dados, campo, frase in casos:
        erros = problema(chefe.pedir("post", "/api/v1/producao/paredoes", base | dados))["erros"]
        assert [erro["campo"] for erro in erros] == [campo], (dados, erros)
        assert erros[0]["mensagem"].startswith(frase), erros
    assert Paredao.objects.count() == 1


def test_hora_com_fuso_chega_como_se_escreveu(paredao: Paredao, participantes: list[Participante], chefe: Ator) -> None:
    dados = {
        "edicao": paredao.edicao_id, "titulo": "Com hora", "abre_em": "2040-01-31T22:00:00-05:00",
        "participantes": [p.pk for p in participantes],
    }  # fmt: skip
    criado = chefe.json("post", "/api/v1/producao/paredoes", dados, status=201)
    assert Paredao.objects.get(pk=criado["id"]).abre_em == timezone.datetime.fromisoformat("2040-01-31T22:00:00-05:00")
    sem_fuso = problema(chefe.pedir("post", "/api/v1/producao/paredoes", dados | {"abre_em": "2040-01-31T22:00:00"}))[
        "erros"
    ]
    assert sem_fuso == [
        {
            "campo": "corpo.abre_em",
            "mensagem": "Diga o fuso da hora, como em 2024-01-31T22:00:00-03:00.",
            "tipo": "timezone_aware",
        }
    ]


def test_lista_da_producao_em_poucas_consultas(
    paredao: Paredao, participantes: list[Participante], django_assert_num_queries: Any
) -> None:
    ator = com_token(produtor(), Escopo.PAREDOES_LER)
    for n in range(5):
        novo_paredao(paredao, f"Rascunho {n}")
    ator.pedir("get", "/api/v1/eu")
    # O token, as duas das permissões, contar, ler, e as opções com os participantes.
    with django_assert_num_queries(6):
        lista = ator.json("get", "/api/v1/producao/paredoes")
    assert lista["total"] == 6


# --- Os erros ---------------------------------------------------------------------------------------------------------


def test_erros_que_nao_chegam_as_rotas_tambem_sao_problemas(client: Client) -> None:
    achados = {}
    for metodo, caminho, extras in (
        ("get", "/api/nada", {}),
        ("get", "/api/v1/paredoes/1/", {}),
        ("put", "/api/v1/paredoes", {}),
        ("post", "/api/problemas", {}),
        ("get", "/api/v1/paredoes", {"headers": {"Host": "mau.example"}}),
    ):
        resposta = getattr(client, metodo)(caminho, **extras)
        achados[f"{metodo} {caminho} {bool(extras)}"] = (problema(resposta)["codigo"], resposta.get("Allow"))
    assert achados == {
        "get /api/nada False": ("nao_encontrado", None),
        "get /api/v1/paredoes/1/ False": ("nao_encontrado", None),
        "put /api/v1/paredoes False": ("metodo", "GET"),
        "post /api/problemas False": ("metodo", "GET, HEAD"),
        "get /api/v1/paredoes True": ("malformado", None),
    }


def test_corpo_que_nao_se_entende_e_de_outro_tipo(chefe: Ator) -> None:
    def mandar(corpo: bytes, tipo: str = "application/json") -> str:
        resposta = chefe.cliente.post("/api/v1/producao/paredoes", corpo, content_type=tipo, headers=chefe.cabecalhos)
        return f"{resposta.status_code} {problema(resposta)['codigo']}"

    assert mandar(b"{") == "400 malformado"
    assert mandar(b"\xff") == "400 malformado"
    assert mandar(b'{"edicao": NaN}') == "400 malformado"
    assert mandar(b"[" * 100_000) == "400 malformado"
    assert mandar(b"{}", "text/plain") == "415 tipo_de_corpo"
    assert mandar(b"{}") == "422 validacao"


def test_uma_falha_nossa_nao_mostra_nada(
    chefe: Ator, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, settings: Any
) -> None:
    def falhar(*_: Any, **__: Any) -> None:
        raise RuntimeError("SELECT segredo FROM tabela")

    settings.DEBUG = True
    monkeypatch.setattr("votacao.api.producao._mostrar", falhar)
    Paredao.objects.all().delete()
    monkeypatch.setattr("votacao.api.producao.recortar", falhar)
    resposta = chefe.pedir("get", "/api/v1/producao/paredoes")
    dados = problema(resposta)
    assert (resposta.status_code, dados["codigo"]) == (500, "erro")
    assert "segredo" not in resposta.content.decode()
    assert re.fullmatch(r"urn:uuid:[0-9a-f-]{36}", dados["instance"])
    assert dados["instance"] in caplog.text


def test_pedidos_demais_de_uma_origem(settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    settings.API_POR_MINUTO = 3
    montada._pedidos.clear()
    monkeypatch.setattr("bbb.api.time.time", lambda: 6_000_000.0)
    fa = anonimo()
    assert [fa.pedir("get", "/api/v1/eu").status_code for _ in range(4)] == [401, 401, 401, 429]
    demais = fa.pedir("get", "/api/v1/eu")
    assert (problema(demais)["codigo"], demais["Retry-After"]) == ("pedidos_demais", "60")
    # As rotas públicas não contam.
    assert fa.pedir("get", "/api/v1/paredoes").status_code == 200


def test_cada_tipo_de_erro_do_pydantic_tem_frase_em_portugues() -> None:
    ingles = re.compile(r"\b(input|should|valid|field|required|string|integer|value|than)\b", re.IGNORECASE)
    contexto = {"min_length": 2, "max_length": 3, "gt": 1, "ge": 1, "lt": 9, "le": 9, "multiple_of": 2}
    for tipo in mensagens.FRASES:
        frase = mensagens.frase({"type": tipo, "ctx": contexto})
        assert frase.endswith("."), tipo
        assert not ingles.search(frase), frase


@pytest.mark.parametrize(
    ("consulta", "campo", "mensagem"),
    [
        ("limite=0", "consulta.limite", "Escreva um valor a partir de 1."),
        ("limite=101", "consulta.limite", "Escreva um valor até 100."),
        ("limite=abc", "consulta.limite", "Escreva um número inteiro."),
        ("deslocamento=100001", "consulta.deslocamento", "Escreva um valor até 100000."),
        ("situacao=rascunho", "consulta.situacao", "Escolha um dos valores aceitos."),
        ("ordem=cpf", "consulta.ordem", "Escolha um dos valores aceitos."),
    ],
)
def test_parametros_errados_dizem_qual_e_por_que(consulta: str, campo: str, mensagem: str) -> None:
    erros = problema(anonimo().pedir("get", f"/api/v1/paredoes?{consulta}"))["erros"]
    assert [(erro["campo"], erro["mensagem"]) for erro in erros] == [(campo, mensagem)]


def test_toda_recusa_da_urna_e_dos_arquivos_tem_o_seu_caso() -> None:
    from inscricoes.arquivos.recusas import Recusa as DeArquivo
    from votacao.recusas import Recusa as DaUrna

    def todas(tipo: Any) -> list[Any]:
        return [filha for direta in tipo.__subclasses__() for filha in (direta, *todas(direta))]

    so_das_paginas = {"sem_unico", "falta_entrar", "falta_cpf", "falta_cpf_verificado", "outra_inscricao",
                      "envio_desconhecido", "fora_de_lugar", "incompleto"}  # fmt: skip
    for tipo in (*todas(DaUrna), *todas(DeArquivo)):
        assert tipo.codigo in so_das_paginas or CASOS[tipo.codigo].status == tipo.status, tipo
