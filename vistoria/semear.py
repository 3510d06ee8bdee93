"""Põe no banco do ambiente a temporada de demonstração e mais um pouco: alguém em cada situação, e uma sessão aberta de
cada. Escreve na saída, em JSON, o que o rol precisa para chegar a cada página.

Roda num processo à parte (`python -m vistoria.semear PASTA`), com as variáveis de ambiente do servidor.
"""

import json
import sys
import time
from contextlib import redirect_stdout
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import django

CODIGO = "0192f0c0000070008000000000000001"
SENHA = "uma-senha-bem-comprida-24"
EMAILS = ("candidata", "vado", "bem", "lud", "creuza", "icaro", "rui", "jandira")


def semear(pasta: Path) -> dict[str, Any]:
    from django.contrib.auth.models import User
    from django.core.management import call_command

    User.objects.create_superuser("vistoria", "vistoria@example.com", SENHA)
    call_command("carregar_demo", senha=SENHA)
    semente: dict[str, Any] = {"senha": SENHA, "sessoes": {}}
    _paredoes(semente)
    _inscricoes(semente, pasta)
    _contas(semente)
    _cartas()
    semente["admin"] = _admin(semente)
    semente["modelos"] = _modelos()
    return semente


def semear_vazio() -> dict[str, Any]:
    """Um site recém-instalado: só quem produz."""
    from django.contrib.auth.models import User

    chefe = User.objects.create_superuser("vistoria", "vistoria@example.com", SENHA)
    return {"senha": SENHA, "sessoes": {"chefe": _sessao(chefe, "password")}, "modelos": {}, "admin": []}


def _paredoes(semente: dict[str, Any]) -> None:
    from django.utils import timezone

    from votacao.models import Opcao, Paredao

    agora = timezone.now()
    publicado = Paredao.objects.get(publicado_em__isnull=False)
    aberto = Paredao.objects.get(abre_em__lte=agora, fecha_em__gt=agora)
    agendado = Paredao.objects.get(abre_em__gt=agora)
    casa = [opcao.participante for opcao in publicado.opcoes.all()]
    mais: dict[str, dict[str, Any]] = {
        "parciais": {"abre_em": agora - timedelta(hours=3), "parciais": "sempre"},
        "encerrado": {"abre_em": agora - timedelta(hours=9), "fecha_em": agora - timedelta(hours=1)},
    }
    for nome, campos in mais.items():
        novo = Paredao.objects.create(edicao=publicado.edicao, titulo=f"Paredão da vistoria: {nome}", **campos)
        for ordem, participante in enumerate(casa):
            Opcao.objects.create(paredao=novo, participante=participante, ordem=ordem)
        _votos(novo, [participante.pk for participante in casa])
        semente[nome] = novo.pk
    # Dois: um abre-se no teste do teclado, e o outro fica como está, para a página de excluir um paredão.
    for nome, titulo in (("por_abrir", "por abrir"), ("rascunho", "rascunho")):
        novo = Paredao.objects.create(edicao=publicado.edicao, titulo=f"Paredão da vistoria: {titulo}")
        for ordem, participante in enumerate(casa):
            Opcao.objects.create(paredao=novo, participante=participante, ordem=ordem)
        semente[nome] = novo.pk
    _votos(aberto, [opcao.participante_id for opcao in aberto.opcoes.all()])
    semente |= {"aberto": aberto.pk, "agendado": agendado.pk, "publicado": publicado.pk}
    semente["participante"] = aberto.opcoes.all()[0].participante_id


def _votos(paredao: Any, participantes: list[int]) -> None:
    """Dois terços para o primeiro, o resto repartido, hora a hora."""
    from uuid_utils import uuid7

    from votacao import registro

    inicio = paredao.abre_em.timestamp()
    registro.gravar(
        [
            registro.VotoAceito(
                uuid7().bytes, paredao.pk, 1, participantes[n % 5 % len(participantes)], inicio + n * 60
            )
            for n in range(90)
        ]
    )


def _inscricoes(semente: dict[str, Any], pasta: Path) -> None:
    from django.contrib.auth.models import User
    from django.core.files.base import ContentFile
    from django.utils import timezone

    from inscricoes import services
    from inscricoes.demo.questionario import SECOES
    from inscricoes.models import Candidato, Edicao, Pergunta, Secao
    from inscricoes.tests import amostras

    agora = timezone.now()
    edicao = Edicao.objects.recebendo(agora).get()
    for nome in EMAILS:
        candidato = Candidato.objects.get(email=f"{nome}@example.com")
        semente[nome] = candidato.pk
        semente["sessoes"][nome] = _sessao(candidato.conta)
    conta = User.objects.create_user("pronta", "pronta@example.com")
    pronta = services.comecar(conta=conta, email=conta.email, edicao=edicao, agora=agora)
    campos = {
        "nome": "Rosalva Peixoto do Amaral",
        "nome_curto": "Rosa",
        "cpf": "52998224725",
        "nascimento": date(1990, 5, 17),
        "genero": "mulher",
        "profissao": "Marceneira",
        "uf": "CE",
        "cidade": "Aracati",
        "apresentacao": "Faço móvel, faço graça e não faço desfeita.",
        "telefone": "+5588912345678",
        "instagram": "rosa.marceneira",
    }
    services.salvar(pronta, campos=campos, agora=agora)
    exemplos = {pergunta.enunciado: pergunta.respostas[0] for _, _, dela in SECOES for pergunta in dela}
    no_ar = Pergunta.objects.no_ar().filter(secao__edicao=edicao)
    services.responder(pronta, respostas={p.pk: exemplos[p.enunciado] for p in no_ar}, agora=agora)
    arquivos = []
    for n in range(3):
        foto = pasta / f"praia {n + 1}.jpg"
        foto.write_bytes(amostras.foto(n + 10))
        arquivos.append(str(foto))
        services.guardar_foto(pronta, arquivo=ContentFile(amostras.foto(n), f"foto-{n}.jpg"), agora=agora)
    video = pasta / "quem sou eu.mp4"
    services.guardar_video(pronta, arquivo=ContentFile(amostras.video(video), video.name), agora=agora)
    texto = pasta / "não é foto.txt"
    texto.write_text("isto não é uma foto")
    semente["sessoes"]["pronta"] = _sessao(conta)
    secao = Secao.objects.filter(edicao=edicao).order_by("ordem").first()
    assert secao is not None
    semente |= {"fotos": arquivos[:2], "texto": str(texto), "video": str(video), "secao": secao.pk, "pronta": pronta.pk}


def _contas(semente: dict[str, Any]) -> None:
    from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
    from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
    from django.contrib.auth.models import User
    from django.utils import timezone

    from votacao import eleitores

    agora = timezone.now()
    sessoes = semente["sessoes"]
    sessoes["fa"] = _sessao(User.objects.create_user("fa", "fa@example.com"))
    for nome, cpf in (("fa_com_cpf", "11144477735"), ("fa_que_votou", "12345678909")):
        conta = User.objects.create_user(nome, f"{nome.replace('_', '.')}@example.com")
        eleitores.cadastrar(conta=conta, cpf=cpf, agora=agora)
        sessoes[nome] = _sessao(conta)
    chefe = User.objects.get(username="vistoria")
    sessoes["chefe"] = _sessao(chefe, "password")
    sessoes["chefe_que_sai"] = _sessao(chefe, "password")
    com_fator = User.objects.create_superuser("vistoria-fator", "fator@example.com", SENHA)
    TOTP.activate(com_fator, generate_totp_secret())
    RecoveryCodes.activate(com_fator)
    sessoes["chefe_com_fator"] = _sessao(com_fator, "password", "mfa")
    sessoes["produtor"] = _sessao(User.objects.get(username="produtor"), "password")


def _sessao(conta: Any, *provas: str) -> str:
    """Como a que se ganha ao entrar; `provas`, o que o allauth anota que foi mostrado."""
    from django.conf import settings
    from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
    from django.contrib.sessions.backends.db import SessionStore

    sessao = SessionStore()
    sessao[SESSION_KEY] = str(conta.pk)
    sessao[BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[0]
    sessao[HASH_SESSION_KEY] = conta.get_session_auth_hash()
    if provas:
        sessao["account_authentication_methods"] = [{"method": prova, "at": time.time()} for prova in provas]
    sessao.save()
    assert sessao.session_key
    return str(sessao.session_key)


def _cartas() -> None:
    from django.core.mail import send_mail

    send_mail(
        "Chegou a sua inscrição", "Recebemos tudo.\n\nhttp://127.0.0.1/inscricoes/minha/", None, ["a@example.com"]
    )


def _admin(semente: dict[str, Any]) -> list[tuple[str, str, int]]:
    """Nome, caminho e status das páginas que o Django faz de cada modelo, para quem pode tudo."""
    from django.contrib import admin
    from django.contrib.auth.models import User
    from django.test import RequestFactory
    from django.urls import reverse

    pedido = RequestFactory().get("/admin/")
    pedido.user = User.objects.get(username="vistoria")
    achadas = []
    for modelo, sala in admin.site._registry.items():
        chave = f"{modelo._meta.app_label}_{modelo._meta.model_name}"
        if not sala.has_module_permission(pedido):
            continue
        objeto = sala.get_queryset(pedido).order_by("pk").last()
        achadas.append((f"{chave}_changelist", reverse(f"admin:{chave}_changelist"), 200))
        pode = 200 if sala.has_add_permission(pedido) else 403
        achadas.append((f"{chave}_add", reverse(f"admin:{chave}_add"), pode))
        if objeto is None:
            continue
        semente[chave] = objeto.pk
        for acao, permitida in (
            ("change", sala.has_view_or_change_permission(pedido, objeto)),
            ("history", sala.has_view_or_change_permission(pedido, objeto)),
            ("delete", sala.has_delete_permission(pedido, objeto)),
        ):
            achadas.append(
                (f"{chave}_{acao}", reverse(f"admin:{chave}_{acao}", args=[objeto.pk]), 200 if permitida else 403)
            )
    return achadas


def _modelos() -> dict[str, str]:
    """As páginas que só aparecem quando algo falha, desenhadas como o site as desenha."""
    from django.template.loader import render_to_string

    from votacao.models import Paredao

    contextos: dict[str, dict[str, Any]] = {
        **{f"{codigo}.html": {} for codigo in ("400", "403", "403_csrf", "404", "413", "429", "500", "503")},
        "conta/recusada.html": {},
        "conta/provedor.html": {"frase": "O serviço não confirmou o seu CPF. Tente de novo."},
        "votacao/unico_verificar.html": {
            "paredao": Paredao.objects.order_by("pk").first(),
            "provedor": {"nome": "Conta do governo"},
        },
        "votacao/comprovante_recebido.html": _recebido(),
        "votacao/comprovante_a_caminho.html": {"codigo": CODIGO},
        "votacao/comprovante_recusado.html": {"codigo": CODIGO, "legivel": CODIGO, "motivo": "encerrado"},
        "inscricoes/recusa.html": {"frase": "As inscrições não estão abertas agora."},
    }
    return {nome: render_to_string(nome, contexto) for nome, contexto in contextos.items()}


def _recebido() -> dict[str, Any]:
    """O comprovante de um voto na fila: aqui não há RabbitMQ, e a página é a mesma."""
    from django.utils import timezone

    from votacao.models import Paredao

    agora = timezone.now()
    paredao = Paredao.objects.abertos(agora).com_participantes().order_by("pk")[0]
    return {
        "paredao": paredao,
        "situacao": paredao.situacao(agora),
        "participante": paredao.opcoes.all()[0].participante,
        "codigo": CODIGO,
        "legivel": " ".join(CODIGO[i : i + 4] for i in range(0, 32, 4)),
        "hora": "24/11/2026 às 22:15:00",
    }


def main() -> None:
    pasta = Path(sys.argv[1])
    django.setup()
    with redirect_stdout(sys.stderr):
        semente = semear_vazio() if "--vazio" in sys.argv else semear(pasta)
    json.dump(semente, sys.stdout, default=str)


if __name__ == "__main__":
    main()
