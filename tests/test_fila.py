"""A fila de votos inteira: servidor, RabbitMQ e trabalhadores de verdade, cada um no seu processo."""

import json
import os
import signal
from datetime import timedelta
from pathlib import Path
from typing import Any

import amqp
import pytest
from django.db import connection
from django.utils import timezone

from bbb.ambiente import Broker
from tests.servidor import (
    corpo_do_voto,
    emitir,
    esperar,
    esperar_paredao,
    pedir,
    servidor,
    trabalhador,
    votar,
)
from votacao import pendencias, registro, services, topologia
from votacao.conferencia import conferir
from votacao.models import Contagem, Paredao, Participante, Remessa, Remetente, Voto
from votacao.tests.test_fila import aceito, entregar

pytestmark = [
    pytest.mark.servicos("rabbitmq"),
    pytest.mark.processos,
    pytest.mark.usefixtures("urna_limpa", "broker"),
    pytest.mark.django_db(transaction=True),
]


def livro_e_contagens(paredao: Paredao) -> tuple[int, int]:
    connection.close()
    return Voto.objects.count(), sum(Contagem.objects.filter(paredao=paredao).values_list("votos", flat=True))


def contar_ate(quantos: int, registro: Path) -> None:
    esperar(lambda: Voto.objects.count() == quantos, 40, registro)


def test_do_voto_ao_resultado(
    paredao: Paredao, participantes: list[Participante], tmp_path: Path, broker: Broker
) -> None:
    with servidor(tmp_path, processos=2, BROKER_URL=broker.url) as servindo:
        esperar_paredao(servindo, paredao)
        corpos = [corpo_do_voto(participantes[n % 3].pk, emitir(paredao)) for n in range(30)]
        respostas = [votar(servindo, paredao, corpo, Accept="application/json") for corpo in corpos]
        assert [resposta.status for resposta in respostas] == [201] * 30
        # A mesma cédula outra vez, à mesma urna ou a outra: o mesmo comprovante.
        assert [votar(servindo, paredao, corpo).status for corpo in corpos[:5]] == [303] * 5
        comprovante = f"/comprovantes/{respostas[0].json['comprovante']}/"
        antes = {pedir(servindo.porta, "GET", comprovante).status for _ in range(10)}
        assert antes <= {200, 202}
        services.encerrar(paredao)
        esperar(lambda: not pendencias.pendencia(paredao.pk, paredao.fecha_em).sem_noticia, 15)  # type: ignore[arg-type]
        with pytest.raises(services.AcaoRecusada, match=r"“.*”: 3\d votos recebidos ainda estão sendo contados"):
            services.publicar(paredao, agora=timezone.now() + timedelta(seconds=6))
        with trabalhador(tmp_path, processos=2, BROKER_URL=broker.url) as trabalhando:
            contar_ate(30, trabalhando.registro)
            esperar(lambda: not pendencias.pendencia(paredao.pk, paredao.fecha_em), 15, trabalhando.registro)  # type: ignore[arg-type]
            services.publicar(paredao, agora=timezone.now() + timedelta(seconds=6))
            assert livro_e_contagens(paredao) == (30, 30)
            pagina = pedir(servindo.porta, "GET", comprovante)
            assert (pagina.status, b"Seu voto est\xc3\xa1 contado" in pagina.corpo) == (200, True)
            assert trabalhando.parar() == 0
        servindo.parar()
    assert list(Remetente.objects.values_list("encerramento", flat=True)) == ["parou por si, com tudo declarado"] * 2
    diferencas: list[Any] = []
    conferir(relatar=diferencas.append)
    assert diferencas == []


def test_o_que_nao_se_le_vai_para_os_mortos_e_o_resto_segue(
    paredao: Paredao, participantes: list[Participante], tmp_path: Path, broker: Broker
) -> None:
    conexao = amqp.Connection(
        f"{broker.servidor}:{broker.porta}", broker.usuario, broker.senha, virtual_host=broker.vhost
    )
    conexao.connect()
    canal = conexao.channel()
    venenos = [
        ("application/json", json.dumps([["AAAA"], {}, {}]), {"task": topologia.TAREFA, "id": "a"}),
        ("application/json", json.dumps([[7], {}, {}]), {"task": topologia.TAREFA, "id": "b"}),
        ("application/json", json.dumps([[], {}, {}]), {"task": topologia.TAREFA, "id": "c"}),
        ("application/json", "{", {"task": topologia.TAREFA, "id": "d"}),
        ("application/json", json.dumps([["x"], {}, {}]), {"task": "outra.tarefa", "id": "e"}),
        ("application/x-python-serialize", "x", {"task": topologia.TAREFA, "id": "f"}),
        ("text/plain", "oi", {}),
    ]
    for tipo, corpo, cabecalhos in venenos:
        mensagem = amqp.Message(
            corpo,
            content_type=tipo,
            content_encoding="utf-8",
            delivery_mode=2,
            application_headers={"lang": "py", **cabecalhos},
        )
        canal.basic_publish(mensagem, routing_key=topologia.FILA)
    entregar([aceito(paredao, participantes[0])])
    with trabalhador(tmp_path, BROKER_URL=broker.url) as trabalhando:
        contar_ate(1, trabalhando.registro)
        esperar(
            lambda: canal.queue_declare(topologia.MORTOS, passive=True).message_count == len(venenos),
            20,
            trabalhando.registro,
        )
        trabalhando.parar()
    assert canal.queue_declare(topologia.FILA, passive=True).message_count == 0
    conexao.close()


def test_trabalhador_morto_no_meio_nao_perde_nem_repete(
    paredao: Paredao, participantes: list[Participante], tmp_path: Path, broker: Broker
) -> None:
    for _ in range(40):
        entregar([aceito(paredao, participantes[0]) for _ in range(25)])
    with trabalhador(tmp_path, processos=2, BROKER_URL=broker.url) as trabalhando:
        esperar(lambda: Remessa.objects.count() >= 2, 40, trabalhando.registro)
        os.kill(trabalhando.filhos()[-1], signal.SIGKILL)
        esperar(lambda: Remessa.objects.count() >= 6, 40, trabalhando.registro)
        trabalhando.matar()
    with trabalhador(tmp_path, BROKER_URL=broker.url) as trabalhando:
        contar_ate(1000, trabalhando.registro)
        esperar(lambda: Remessa.objects.count() == 40, 20, trabalhando.registro)
    assert livro_e_contagens(paredao) == (1000, 1000)


def test_parado_com_o_banco_ocupado_devolve_a_remessa(
    paredao: Paredao, participantes: list[Participante], tmp_path: Path, broker: Broker
) -> None:
    """SIGTERM no meio da espera pelo banco: sai no prazo, e a remessa conta quando ele volta."""
    entregar([aceito(paredao, participantes[0])])
    with trabalhador(tmp_path, BROKER_URL=broker.url) as trabalhando, services.vez_do_produtor():
        registro.trancar_paredao(paredao.pk, 5)
        esperar(lambda: "o banco não contou" in trabalhando.registro.read_text(), 40, trabalhando.registro)
        trabalhando.parar()
    assert Voto.objects.count() == 0
    with trabalhador(tmp_path, BROKER_URL=broker.url) as trabalhando:
        contar_ate(1, trabalhando.registro)
