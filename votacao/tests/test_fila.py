"""A fila de votos, num RabbitMQ de verdade: prometer, contar uma vez só, recusar, publicar só com tudo contado."""

import base64
import json
import random
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from io import StringIO
from typing import Any
from uuid import UUID, uuid4

import amqp
import pytest
from django.conf import settings
from django.contrib.auth.models import User
from django.core.management import CommandError, call_command
from django.db import DatabaseError, connection, transaction
from django.test import Client
from django.utils import timezone
from uuid_utils import uuid7

from bbb.ambiente import Broker
from votacao import pendencias, recebimento, registro, remessas, services, tasks, topologia, zelador
from votacao.models import Contagem, Modalidade, Paredao, Participante, Remessa, Remetente, Serie, Voto, VotoRecusado
from votacao.recusas import CedulaUsada, ParedaoFechado, UrnaIndisponivel
from votacao.registro import Contado, VotoAceito
from votacao.urna import destino
from votacao.urna import remetente as remetentes
from votacao.urna.carteiro import Carta, Carteiro
from votacao.urna.destino import Fila, Recebido

pytestmark = [pytest.mark.servicos("rabbitmq"), pytest.mark.usefixtures("urna_limpa", "broker")]


def aceito(paredao: Paredao, participante: Participante, **mais: Any) -> VotoAceito:
    campos: dict[str, Any] = {"id": uuid7().bytes, "aceito_em": time.time(), "modalidade": Modalidade.TORCIDA} | mais
    return VotoAceito(paredao=paredao.pk, participante=participante.pk, **campos)


def entregar(votos: list[VotoAceito]) -> list[Any]:
    fila = destino.fila()
    assert fila is not None
    return fila.entregar(votos, time.monotonic() + 2)


def declarar() -> None:
    fila = destino.fila()
    assert fila is not None
    fila.remetente.declarar()


@pytest.fixture
def canal(broker: Broker) -> Iterator[Any]:
    conexao = amqp.Connection(
        f"{broker.servidor}:{broker.porta}", broker.usuario, broker.senha, virtual_host=broker.vhost
    )
    conexao.connect()
    yield conexao.channel()
    conexao.close()


def tirar(canal: Any, fila: str = topologia.FILA) -> list[str]:
    """Os textos das remessas prontas, tirados da fila."""
    textos = []
    while (mensagem := canal.basic_get(fila, no_ack=True)) is not None:
        textos.append(json.loads(mensagem.body)[0][0])
    return textos


def votos_contados(paredao: Paredao) -> dict[int, int]:
    return dict(Contagem.objects.filter(paredao=paredao).values_list("participante", "votos"))


def test_um_lote_vira_uma_remessa_por_paredao_e_conta(
    paredao: Paredao, participantes: list[Participante], canal: Any
) -> None:
    ana, bia, _ = participantes
    votos = [aceito(paredao, ana), aceito(paredao, bia), aceito(paredao, ana)]
    resultados = entregar(votos)
    assert [(r.participante, r.paredao, r.modalidade) for r in resultados] == [
        (voto.participante, paredao.pk, 1) for voto in votos
    ]
    assert all(isinstance(resultado, Recebido) for resultado in resultados)
    assert Voto.objects.count() == 0
    (texto,) = tirar(canal)
    assert recebimento.contar(remessas.ler(texto)) == 3
    assert votos_contados(paredao) == {ana.pk: 2, bia.pk: 1}


def test_a_mesma_remessa_entregue_de_novo_nao_conta_outra_vez(
    paredao: Paredao, participantes: list[Participante], canal: Any
) -> None:
    entregar([aceito(paredao, participantes[0]) for _ in range(5)])
    (texto,) = tirar(canal)
    remessa = remessas.ler(texto)
    assert [recebimento.contar(remessa) for _ in range(3)] == [5, None, None]
    assert votos_contados(paredao) == {participantes[0].pk: 5}
    assert Remessa.objects.count() == 1


def test_os_mesmos_votos_noutra_remessa_contam_uma_vez(
    paredao: Paredao, participantes: list[Participante], canal: Any
) -> None:
    votos = [aceito(paredao, participantes[0]) for _ in range(5)]
    for fila in (Fila(), Fila()):
        fila.entregar(votos, time.monotonic() + 2)
        fila.remetente.encerrar()
        fila.fechar_thread()
    assert [recebimento.contar(remessas.ler(texto)) for texto in tirar(canal)] == [5, 5]
    assert votos_contados(paredao) == {participantes[0].pk: 5}


def test_a_mesma_cedula_duas_vezes_no_mesmo_processo(paredao: Paredao, participantes: list[Participante]) -> None:
    ana, bia, _ = participantes
    voto = aceito(paredao, ana)
    (recebido,) = entregar([voto])
    assert entregar([voto, voto._replace(participante=bia.pk)]) == [recebido, CedulaUsada]


def test_o_que_chega_tarde_a_um_processo_atrasado_e_recusado_ao_contar(
    paredao: Paredao, participantes: list[Participante], canal: Any
) -> None:
    antes = aceito(paredao, participantes[0])
    Paredao.objects.filter(pk=paredao.pk).update(fecha_em=timezone.now())
    depois = aceito(paredao, participantes[0])
    entregar([antes, depois])
    (texto,) = tirar(canal)
    assert recebimento.contar(remessas.ler(texto)) == 1
    assert [voto.id.bytes for voto in Voto.objects.all()] == [antes.id]
    assert [(voto.id.bytes, voto.motivo) for voto in VotoRecusado.objects.all()] == [(depois.id, "encerrado")]


def test_tardios_perguntam_ao_livro_e_a_memoria(
    paredao: Paredao, participantes: list[Participante], canal: Any
) -> None:
    ana, bia, _ = participantes
    contado, recebido, novo = aceito(paredao, ana), aceito(paredao, ana), aceito(paredao, ana)
    entregar([contado])
    (texto,) = tirar(canal)
    recebimento.contar(remessas.ler(texto))
    entregar([recebido])
    fila = destino.fila()
    assert fila is not None
    tarde = [
        voto._replace(recusa=ParedaoFechado)
        for voto in (contado, recebido, novo, contado._replace(participante=bia.pk))
    ]
    resultados = fila.tardios(tarde, time.monotonic() + 2)
    assert [type(r) if not isinstance(r, type) else r for r in resultados] == [
        Contado,
        Recebido,
        ParedaoFechado,
        ParedaoFechado,
    ]


def encerrado(paredao: Paredao, ha: float = 30) -> Paredao:
    Paredao.objects.filter(pk=paredao.pk).update(fecha_em=timezone.now() - timedelta(seconds=ha))
    paredao.refresh_from_db()
    return paredao


def test_publicar_espera_o_que_falta_e_diz_quantos(
    paredao: Paredao, participantes: list[Participante], canal: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(settings, "MARGEM_DE_PUBLICACAO", 0)
    votos = [aceito(paredao, participantes[0]) for _ in range(7)]
    entregar(votos)
    paredao = encerrado(paredao, ha=0)
    with pytest.raises(services.AcaoRecusada, match="Falta a notícia de um processo"):
        services.publicar(paredao)
    esperar_corte(paredao)
    with pytest.raises(services.AcaoRecusada, match="7 votos recebidos ainda estão sendo contados"):
        services.publicar(paredao)
    with pytest.raises(DatabaseError, match="ainda não foram contados"), transaction.atomic():
        Paredao.objects.filter(pk=paredao.pk).update(publicado_em=timezone.now())
    for texto in tirar(canal):
        recebimento.contar(remessas.ler(texto))
    services.publicar(paredao)
    assert votos_contados(paredao) == {participantes[0].pk: 7}


def esperar_corte(paredao: Paredao) -> None:
    """Até este processo ter declarado tudo o que prometeu antes do encerramento."""
    limite = time.monotonic() + 15
    while Remetente.objects.filter(encerrado_em=None, corte__lt=paredao.fecha_em).exists():
        assert time.monotonic() < limite
        time.sleep(0.05)


def test_decidir_sobre_suspeitos_espera_a_fila(
    paredao: Paredao, participantes: list[Participante], canal: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(settings, "MARGEM_DE_PUBLICACAO", 0)
    entregar([aceito(paredao, participantes[0], suspeita=1)])
    paredao = encerrado(paredao, ha=0)
    esperar_corte(paredao)
    quem = User.objects.create_user("produtora")
    with pytest.raises(services.AcaoRecusada, match="1 voto recebido ainda está sendo contado"):
        services.decidir_suspeitos(paredao, contam=True, justificativa="porque sim", quem=quem)
    for texto in tirar(canal):
        recebimento.contar(remessas.ler(texto))
    assert services.decidir_suspeitos(paredao, contam=True, justificativa="porque sim", quem=quem).contam is True


def test_so_se_quita_a_serie_que_nao_cresce_e_esta_toda_contada(
    paredao: Paredao, participantes: list[Participante], canal: Any
) -> None:
    entregar([aceito(paredao, participantes[0]) for _ in range(3)])
    declarar()
    assert zelador.quitar() == 0
    destino.encerrar()
    assert zelador.quitar() == 0
    with pytest.raises(DatabaseError, match="toda contada"), transaction.atomic():
        Serie.objects.update(quitada=True)
    assert pendencias.por_contar(paredao.pk) == 3
    for texto in tirar(canal):
        recebimento.contar(remessas.ler(texto))
    assert (zelador.quitar(), zelador.quitar()) == (1, 0)
    assert pendencias.por_contar(paredao.pk) == 0
    with pytest.raises(DatabaseError, match="toda contada"), transaction.atomic():
        Serie.objects.update(ate=2, votos=5)


def test_serie_cheia_quita_se_com_o_remetente_vivo(
    paredao: Paredao, participantes: list[Participante], canal: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(remetentes, "REMESSAS_POR_SERIE", 1)
    entregar([aceito(paredao, participantes[0])])
    declarar()
    for texto in tirar(canal):
        recebimento.contar(remessas.ler(texto))
    assert zelador.quitar() == 1


def test_um_processo_que_se_encerra_declara_tudo(paredao: Paredao, participantes: list[Participante]) -> None:
    entregar([aceito(paredao, participantes[0]) for _ in range(3)])
    destino.encerrar()
    (remetente,) = Remetente.objects.all()
    assert remetente.encerramento == "parou por si, com tudo declarado"
    assert [(serie.ate, serie.votos) for serie in Serie.objects.all()] == [(1, 3)]
    assert pendencias.pendencia(paredao.pk, timezone.now()) == pendencias.Pendencia(3, ())


def test_um_voto_anterior_ao_corte_declarado_nao_e_prometido(
    paredao: Paredao, participantes: list[Participante]
) -> None:
    fila = destino.fila()
    assert fila is not None
    fila.remetente.registrar()
    fila.remetente.declarar()
    with pytest.raises(UrnaIndisponivel):
        entregar([aceito(paredao, participantes[0], aceito_em=time.time() - 5)])


def test_uma_confirmacao_que_chega_depois_do_corte_nao_promete(
    paredao: Paredao, participantes: list[Participante], monkeypatch: pytest.MonkeyPatch, canal: Any
) -> None:
    """A corrida escrita em docs/FILA.md: a declaração passa entre a publicação e a confirmação."""
    fila = destino.fila()
    assert fila is not None
    fila.remetente.registrar()
    velho, novo = aceito(paredao, participantes[0], aceito_em=time.time() - 3.9), aceito(paredao, participantes[0])
    confirmar = fila.remetente.confirmar

    def declara_antes(serie: Any, votos: int) -> float:
        time.sleep(0.2)
        fila.remetente.declarar()
        return confirmar(serie, votos)

    monkeypatch.setattr(fila.remetente, "confirmar", declara_antes)
    resultados = entregar([velho, novo])
    assert resultados[0] is UrnaIndisponivel
    assert isinstance(resultados[1], Recebido)
    # Está na fila, e conta; só não foi prometido.
    declarar()
    assert pendencias.por_contar(paredao.pk) == 2


def test_dado_por_morto_e_vivo_registra_se_de_novo(paredao: Paredao, participantes: list[Participante]) -> None:
    entregar([aceito(paredao, participantes[0])])
    (primeiro,) = Remetente.objects.all()
    assert pendencias.encerrar_remetente(primeiro.pk, por_que="engano", agora=timezone.now())
    declarar()
    assert Remetente.objects.filter(encerrado_em=None).count() == 1
    assert pendencias.por_contar(paredao.pk) == 1
    assert all(isinstance(r, Recebido) for r in entregar([aceito(paredao, participantes[0])]))


def test_sem_broker_responde_503_logo_e_a_mesma_cedula_entra_depois(
    paredao: Paredao, participantes: list[Participante], monkeypatch: pytest.MonkeyPatch, broker: Broker
) -> None:
    voto = aceito(paredao, participantes[0])
    settings.BROKER = replace(broker, porta=1)
    inicio = time.monotonic()
    with pytest.raises(UrnaIndisponivel):
        entregar([voto])
    assert time.monotonic() - inicio < 3
    settings.BROKER = broker
    time.sleep(0.25)  # o descanso do carteiro
    (recebido,) = entregar([voto])
    assert isinstance(recebido, Recebido)


def test_uma_confirmacao_atrasada_nao_passa_por_outra(
    paredao: Paredao, participantes: list[Participante], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Com o broker bloqueado, o que ele confirma tarde é da remessa de antes."""
    carteiro = Carteiro()
    carta = Carta(uuid4(), 1, 1, "AAAA")
    assert carteiro.entregar([carta], time.monotonic() + 2) == [True]
    marca = carteiro._publicadas
    carteiro._bloquear()
    monkeypatch.setattr(carteiro, "_ouvir", lambda: carteiro._ack(marca, False))
    assert carteiro.entregar([carta], time.monotonic() + 2) == [False]
    carteiro.fechar()


def test_uma_fila_apagada_e_refeita_antes_de_prometer(
    paredao: Paredao, participantes: list[Participante], canal: Any
) -> None:
    entregar([aceito(paredao, participantes[0])])
    canal.queue_delete(topologia.FILA)
    # O broker devolve a mensagem e, ainda assim, a confirma: só a segunda viagem, com a fila refeita, vale.
    voto = aceito(paredao, participantes[0])
    (recebido,) = entregar([voto])
    assert isinstance(recebido, Recebido)
    assert [v.id for texto in tirar(canal) for v in remessas.ler(texto).votos] == [voto.id]


def test_comprovante_diz_recebido_e_depois_contado(
    paredao: Paredao, participantes: list[Participante], canal: Any, client: Client
) -> None:
    voto = aceito(paredao, participantes[0])
    entregar([voto])
    pagina = f"/comprovantes/{voto.id.hex()}/"
    resposta = client.get(pagina)
    assert (resposta.status_code, "Recebido, sendo contado" in resposta.content.decode()) == (200, True)
    for texto in tirar(canal):
        recebimento.contar(remessas.ler(texto))
    resposta = client.get(pagina)
    assert (resposta.status_code, "Seu voto está contado" in resposta.content.decode()) == (200, True)


@pytest.mark.parametrize(("ha", "status"), [(0, 202), (25 * 3600, 404)], ids=["recente", "velho"])
def test_comprovante_de_um_voto_que_este_processo_nao_conhece(
    paredao: Paredao, client: Client, ha: int, status: int
) -> None:
    milissegundos = int((time.time() - ha) * 1000)
    chave = milissegundos.to_bytes(6, "big") + uuid7().bytes[6:]
    resposta = client.get(f"/comprovantes/{chave.hex()}/")
    assert resposta.status_code == status
    assert ("Recebido" in resposta.content.decode()) == (status == 202)  # só como o que a pessoa teria visto


def test_comprovante_na_api_diz_recebido_a_caminho_e_contado(
    client: Client, paredao: Paredao, participantes: list[Participante], canal: Any
) -> None:
    voto, alheio = aceito(paredao, participantes[0]), uuid7().hex
    entregar([voto])
    endereco = f"/api/v1/comprovantes/{voto.id.hex()}"
    recebido = client.get(endereco)
    assert (recebido.status_code, recebido.json()["estado"], recebido.json()["contado_em"]) == (200, "recebido", None)
    outro = client.get(f"/api/v1/comprovantes/{alheio}")
    assert (outro.status_code, outro.json()) == (202, {"comprovante": alheio, "estado": "a_caminho"})
    (texto,) = tirar(canal)
    recebimento.contar(remessas.ler(texto))
    assert client.get(endereco).json()["estado"] == "contado"
    VotoRecusado.objects.create(
        id=UUID(alheio), paredao=paredao.pk, motivo=ParedaoFechado.codigo, recusado_em=timezone.now()
    )
    recusado = client.get(f"/api/v1/comprovantes/{alheio}")
    assert (recusado.status_code, recusado.json()["codigo"]) == (410, "voto_recusado")


def test_comprovante_de_um_voto_recusado_diz_que_nao_contou(
    paredao: Paredao, participantes: list[Participante], canal: Any, client: Client
) -> None:
    Paredao.objects.filter(pk=paredao.pk).update(fecha_em=timezone.now())
    voto = aceito(paredao, participantes[0])
    entregar([voto])
    for texto in tirar(canal):
        recebimento.contar(remessas.ler(texto))
    resposta = client.get(f"/comprovantes/{voto.id.hex()}/")
    assert resposta.status_code == 410
    assert "quando a votação já tinha encerrado" in resposta.content.decode()


Estrago = Callable[[bytearray], object]


@pytest.mark.parametrize(
    "estragar",
    [
        lambda b: b.__setitem__(0, 66 ^ 1),
        lambda b: b.__setitem__(3, 9),
        lambda b: b.__setitem__(40, b[40] ^ 1),
        lambda b: b.__delitem__(slice(-1, None)),
        lambda b: b.extend(b"\0"),
        lambda b: b.clear(),
    ],
    ids=["magica", "versao", "um bit", "curta", "comprida", "vazia"],
)
def test_remessa_estragada_e_ilegivel(estragar: Estrago, paredao: Paredao, participantes: list[Participante]) -> None:
    remessa = remessas.Remessa(uuid4(), 1, paredao.pk, (aceito(paredao, participantes[0]),))
    texto = remessas.escrever(remessa)
    assert remessas.ler(texto) == remessa
    bruto = bytearray(base64.b64decode(texto))
    estragar(bruto)
    with pytest.raises(remessas.RemessaIlegivel):
        remessas.ler(base64.b64encode(bytes(bruto)).decode())


# --- O que fica por resolver ------------------------------------------------------------------------------------------


def morto(**campos: Any) -> Remetente:
    """Um processo desta máquina que já não existe, e que se calou antes de o paredão encerrar."""
    agora = timezone.now()
    padrao = {
        "maquina": "aqui",
        "lugar": remetentes.lugar(),
        "processo": 2**31 - 1,
        "nascido": 1,
        "desde": agora,
        "visto_em": agora,
        "corte": agora - timedelta(hours=1),
    }
    return Remetente.objects.create(id=uuid4(), **{**padrao, **campos})


def test_um_processo_morto_encerra_se_com_a_fila_vazia(monkeypatch: pytest.MonkeyPatch) -> None:
    sumido = morto()
    de_longe = morto(lugar="outro lugar")
    filas = {topologia.FILA: 0, topologia.MORTOS: 0}
    ronda = zelador.Zelador(lambda: filas, (OSError,))
    assert ronda.rondar() == []  # vazia, mas ainda não por tempo bastante
    monkeypatch.setattr(zelador, "FILA_VAZIA_POR", 0.0)
    filas[topologia.MORTOS] = 1
    assert ronda.rondar() == []
    filas[topologia.MORTOS] = 0
    assert ronda.rondar() == [sumido]
    assert ronda.rondar() == []
    de_longe.refresh_from_db()
    assert de_longe.encerrado_em is None


def test_um_processo_de_longe_so_some_depois_do_arrendamento() -> None:
    de_longe = morto(lugar="outro lugar")
    assert zelador.sumidos() == []
    ha_muito = timezone.now() - timedelta(seconds=settings.ARRENDAMENTO_DA_FILA + 61)
    Remetente.objects.filter(pk=de_longe.pk).update(visto_em=ha_muito)
    assert zelador.sumidos() == [de_longe]


def test_sem_arrendamento_nao_se_promete(
    paredao: Paredao, participantes: list[Participante], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(settings, "ARRENDAMENTO_DA_FILA", -1)
    with pytest.raises(UrnaIndisponivel):
        entregar([aceito(paredao, participantes[0])])


def test_fila_mostra_o_que_deve_e_aceita_a_decisao_da_producao(
    paredao: Paredao, participantes: list[Participante], canal: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(settings, "MARGEM_DE_PUBLICACAO", 0)
    entregar([aceito(paredao, participantes[0]) for _ in range(4)])
    sumido = morto()
    destino.encerrar()
    encerrado(paredao, ha=0)
    canal.queue_purge(topologia.FILA)  # o broker perdeu o que confirmou
    with pytest.raises(CommandError, match="ainda deve votos"):
        call_command("fila", stdout=(saida := StringIO()))
    serie = Serie.objects.get()
    assert f"4 de 4 votos por contar na série {serie.pk}" in saida.getvalue()
    assert f"Remetente {sumido.pk} (aqui, processo 2147483647): sumido" in saida.getvalue()
    with pytest.raises(CommandError, match="Falta --justificativa"):
        call_command("fila", encerrar=str(sumido.pk))
    with pytest.raises(CommandError, match="ainda deve votos"):
        call_command("fila", encerrar=str(sumido.pk), justificativa="a máquina queimou", stdout=StringIO())
    call_command("fila", dar_por_perdidos=str(serie.pk), justificativa="o disco queimou", stdout=(saida := StringIO()))
    assert saida.getvalue().endswith("A fila não deve nada ao livro.\n")
    services.publicar(paredao)
    serie.refresh_from_db()
    assert serie.desistencia == "o disco queimou"


def test_fila_nao_encerra_quem_esta_vivo(paredao: Paredao, participantes: list[Participante]) -> None:
    entregar([aceito(paredao, participantes[0])])
    (vivo,) = Remetente.objects.all()
    with pytest.raises(CommandError, match="está vivo nesta máquina"):
        call_command("fila", encerrar=str(vivo.pk), justificativa="engano")


def matar(canal: Any) -> None:
    """O que um trabalhador faz com uma remessa que não pode contar."""
    while (mensagem := canal.basic_get(topologia.FILA)) is not None:
        canal.basic_reject(mensagem.delivery_tag, requeue=False)


def na_fila(canal: Any, fila: str, quantas: int) -> bool:
    limite = time.monotonic() + 10
    while canal.queue_declare(fila, passive=True).message_count != quantas:
        if time.monotonic() > limite:
            return False
        time.sleep(0.05)
    return True


def test_fila_morta_mostra_reenvia_e_descarta(paredao: Paredao, participantes: list[Participante], canal: Any) -> None:
    entregar([aceito(paredao, participantes[0]) for _ in range(3)])
    matar(canal)
    assert na_fila(canal, topologia.MORTOS, 1)
    with pytest.raises(CommandError, match=r"1 em votos\.mortos"):
        call_command("fila_morta", stdout=(saida := StringIO()))
    assert f"paredão {paredao.pk}, 3 votos [rejected 1x]" in saida.getvalue()
    call_command("fila_morta", reenviar=True, stdout=StringIO())
    assert na_fila(canal, topologia.FILA, 1)
    assert na_fila(canal, topologia.MORTOS, 0)
    declarar()
    assert pendencias.por_contar(paredao.pk) == 3
    matar(canal)
    assert na_fila(canal, topologia.MORTOS, 1)
    with pytest.raises(CommandError, match="Falta --justificativa"):
        call_command("fila_morta", descartar=True)
    call_command("fila_morta", descartar=True, justificativa="de teste", stdout=StringIO())
    assert na_fila(canal, topologia.MORTOS, 0)
    assert pendencias.por_contar(paredao.pk) == 0
    assert [remessa.desfecho for remessa in Remessa.objects.all()] == [Remessa.Desfecho.DESCARTADA]
    assert Voto.objects.count() == 0


# --- O trabalhador ----------------------------------------------------------------------------------------------------


def test_quatro_trabalhadores_com_as_mesmas_remessas_e_os_mesmos_votos(
    paredao: Paredao, participantes: list[Participante]
) -> None:
    """Nem impasse nem voto a mais: ordens diferentes, remessas repetidas, votos repetidos entre remessas."""
    votos = [aceito(paredao, participantes[n % 3], suspeita=n % 2) for n in range(200)]
    sorteio = random.Random(24)
    todas = [remessas.Remessa(uuid4(), numero, paredao.pk, tuple(sorteio.sample(votos, 20))) for numero in range(1, 41)]
    falhas: list[BaseException] = []

    def trabalhar(semente: int) -> None:
        try:
            for remessa in random.Random(semente).sample(todas, len(todas)):
                recebimento.insistir(remessa)
        except BaseException as erro:
            falhas.append(erro)
        finally:
            connection.close()

    threads = [threading.Thread(target=trabalhar, args=(semente,)) for semente in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert falhas == []
    mandados = {voto.id: voto.participante for remessa in todas for voto in remessa.votos}
    assert {voto.id.bytes: voto.participante_id for voto in Voto.objects.all()} == mandados
    assert sum(Contagem.objects.values_list("votos", flat=True)) == len(mandados)
    assert Remessa.objects.count() == 40


def test_banco_ocupado_por_tempo_demais_manda_a_remessa_para_o_fim_da_fila(
    paredao: Paredao, participantes: list[Participante], canal: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(recebimento, "ESPERA_MAXIMA", 0.2)
    monkeypatch.setattr(recebimento, "PACIENCIA", 0.0)
    entregar([aceito(paredao, participantes[0])])
    (texto,) = tirar(canal)
    ocupado, soltar = threading.Event(), threading.Event()

    def ocupar() -> None:
        with services.vez_do_produtor():
            registro.trancar_paredao(paredao.pk, 5)
            ocupado.set()
            soltar.wait()
        connection.close()

    thread = threading.Thread(target=ocupar)
    thread.start()
    ocupado.wait()
    tasks.contar(texto)
    soltar.set()
    thread.join()
    assert Voto.objects.count() == 0
    assert tirar(canal) == [texto]
    tasks.contar(texto)
    assert Voto.objects.count() == 1


def test_o_que_o_banco_nunca_aceitara_nao_se_tenta_de_novo(paredao: Paredao, participantes: list[Participante]) -> None:
    com_demais = remessas.Remessa(uuid4(), 2**31, paredao.pk, (aceito(paredao, participantes[0]),))
    if connection.vendor == "sqlite":
        # O SQLite não tem limites de inteiro; uma restrição da tabela serve.
        com_demais = com_demais._replace(votos=(com_demais.votos[0]._replace(modalidade=9),))
    with pytest.raises(recebimento.RemessaIncontavel):
        recebimento.insistir(com_demais)
    assert Remessa.objects.count() == 0
