import json
import time
from argparse import ArgumentParser
from collections.abc import Iterator
from typing import Any

from django.conf import settings
from django.core.management import BaseCommand, CommandError

from votacao import recebimento, remessas, topologia, zelador
from votacao.models import Remessa


class Command(BaseCommand):
    help = (
        "As remessas que nenhum trabalhador pôde contar. Sem opções, mostra; --reenviar as manda de volta à fila; "
        "--descartar desiste delas, com --justificativa. Sai com 1 se sobra alguma."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        oque = parser.add_mutually_exclusive_group()
        oque.add_argument("--listar", action="store_true", help="Só mostra (é o que se faz sem opções).")
        oque.add_argument("--reenviar", action="store_true", help="Depois de resolvido o que as matou.")
        oque.add_argument("--descartar", action="store_true", help="Os seus votos não serão contados.")
        parser.add_argument("--maximo", type=int, default=1000, help="Quantas, das mais velhas.")
        parser.add_argument("--justificativa", default="", help="Por que se descartam.")

    def handle(self, *args: Any, reenviar: bool, descartar: bool, maximo: int, **opcoes: Any) -> None:
        if settings.BROKER is None:
            raise CommandError("Sem BROKER_URL não há fila.")
        if descartar and not opcoes["justificativa"].strip():
            raise CommandError("Falta --justificativa: descartar é não contar estes votos.")
        sobram = 0
        for mensagem, canal in self._mensagens(maximo):
            remessa, frase = _ler(mensagem)
            motivo = _motivo(mensagem)
            self.stdout.write(f"{frase}{f' [{motivo}]' if motivo else ''}")
            if reenviar:
                _reenviar(canal, mensagem)
                canal.basic_ack(mensagem.delivery_tag)
            elif descartar:
                if remessa is not None:
                    zelador.descartar(remessa)
                    zelador.registro_de_avisos.error(
                        "remessa %s/%d, de %d votos, descartada: %s",
                        remessa.serie,
                        remessa.numero,
                        len(remessa.votos),
                        opcoes["justificativa"],
                    )
                canal.basic_ack(mensagem.delivery_tag)
            else:
                sobram += 1
        if sobram:
            raise CommandError(f"{sobram} em {topologia.MORTOS}.")
        self.stdout.write("Nenhuma." if not (reenviar or descartar) else "Feito.")

    def _mensagens(self, maximo: int) -> Iterator[tuple[Any, Any]]:
        """As mensagens, uma a uma; as que não se confirmam voltam à fila quando a conexão fecha."""
        import amqp

        broker = settings.BROKER
        assert broker is not None  # noqa: S101 (quem chama já olhou)
        conexao = amqp.Connection(
            f"{broker.servidor}:{broker.porta}",
            broker.usuario,
            broker.senha,
            virtual_host=broker.vhost,
            connect_timeout=5,
        )
        try:
            conexao.connect()
        except (OSError, amqp.AMQPError) as erro:
            raise CommandError(f"O broker não responde: {erro or type(erro).__name__}") from None
        try:
            canal = conexao.channel()
            topologia.declarar(canal)
            canal.confirm_select()
            for _ in range(maximo):
                mensagem = canal.basic_get(topologia.MORTOS)
                if mensagem is None:
                    return
                yield mensagem, canal
        finally:
            conexao.close()


def _ler(mensagem: Any) -> tuple[remessas.Remessa | None, str]:
    try:
        (texto,), _, _ = json.loads(mensagem.body)
        remessa = remessas.ler(texto)
    except (ValueError, TypeError, KeyError) as defeito:
        tamanho = len(mensagem.body)
        return None, f"ilegível, {tamanho} bytes: {defeito}"
    nome = f"remessa {remessa.serie}/{remessa.numero}, paredão {remessa.paredao}, {len(remessa.votos)} votos"
    if Remessa.objects.filter(serie=remessa.serie, numero=remessa.numero).exists():
        nome += ", já contada"
    return remessa, nome


def _motivo(mensagem: Any) -> str:
    """Por que morreu, como o RabbitMQ o escreve: https://www.rabbitmq.com/docs/dlx#effects"""
    mortes = mensagem.headers.get("x-death") or []
    return ", ".join(f"{morte.get('reason')} {morte.get('count')}x" for morte in mortes)


def _reenviar(canal: Any, mensagem: Any) -> None:
    """Uma cópia, com a conta de entregas zerada; só depois de confirmada se tira a original."""
    from amqp.basic_message import Message

    confirmadas: list[bool] = []
    anotar = {"basic_ack": lambda *_: confirmadas.append(True), "basic_nack": lambda *_: confirmadas.append(False)}
    for evento, funcao in anotar.items():
        canal.events[evento].add(funcao)
    cabecalhos = {nome: valor for nome, valor in mensagem.headers.items() if not nome.startswith("x-")}
    propriedades = {
        nome: mensagem.properties[nome]
        for nome in ("content_type", "content_encoding", "correlation_id")
        if nome in mensagem.properties
    }
    copia = Message(mensagem.body, delivery_mode=2, application_headers=cabecalhos, **propriedades)
    canal.basic_publish(copia, routing_key=topologia.FILA, mandatory=True)
    limite = time.monotonic() + recebimento.ESPERA_MAXIMA
    while not confirmadas:
        canal.connection.drain_events(timeout=max(0.01, limite - time.monotonic()))
    for evento, funcao in anotar.items():
        canal.events[evento].discard(funcao)
    if not confirmadas[0]:
        raise CommandError("O broker recusou a cópia; a original ficou onde estava.")
