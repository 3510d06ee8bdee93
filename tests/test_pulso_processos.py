"""O pulso nos processos de verdade: quem morre de repente fica mudo, quem sai em ordem se despede, e sem a tabela os
votos seguem como se nada fosse."""

import os
import signal
from pathlib import Path

import pytest
from django.db import connection
from django.utils import timezone

from tests.servidor import corpo_do_voto, emitir, esperar, esperar_paredao, servidor, votar
from votacao import pulso
from votacao.models import Contagem, Paredao, Participante, Pulso

pytestmark = pytest.mark.processos


def pids() -> set[int]:
    return {int(processo.split(":")[-2]) for processo in Pulso.objects.values_list("processo", flat=True)}


def test_cada_processo_da_sinal_e_se_despede(
    urna_limpa: None, tmp_path: Path, paredao: Paredao, participantes: list[Participante]
) -> None:
    with servidor(tmp_path, processos=2) as site:
        esperar(lambda: pids() == set(site.filhos()), 20, site.registro)
        esperar_paredao(site, paredao)
        for _ in range(7):
            assert votar(site, paredao, corpo_do_voto(participantes[0].pk, emitir(paredao))).status == 303
        assert votar(site, paredao, b"nada").status == 400
        site.parar()
    # A despedida leva o que ainda não tinha sido escrito.
    painel = pulso.painel(timezone.now())
    assert (painel.aceitos, painel.recusas) == (7, (("malformado", 1),))
    assert [processo.saiu for processo in painel.processos] == [True, True]


def test_processo_morto_fica_mudo(urna_limpa: None, tmp_path: Path, paredao: Paredao) -> None:
    with servidor(tmp_path) as site:
        esperar(lambda: pids() == set(site.filhos()), 20, site.registro)
        site.matar()
        painel = pulso.painel(timezone.now() + pulso.timedelta(seconds=pulso.SILENCIO))
    assert [(processo.mudo, processo.saiu) for processo in painel.processos] == [(True, False)]
    assert (painel.vivos, painel.mudos) == (0, 1)


def test_sem_a_tabela_do_pulso_os_votos_seguem(
    urna_limpa: None, tmp_path: Path, paredao: Paredao, participantes: list[Participante]
) -> None:
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE votacao_pulso RENAME TO votacao_pulso_fora")
    try:
        with servidor(tmp_path) as site:
            esperar_paredao(site, paredao)
            assert votar(site, paredao, corpo_do_voto(participantes[0].pk, emitir(paredao))).status == 303
            esperar(lambda: "pulso não escrito" in site.registro.read_text(), 20, site.registro)
            assert votar(site, paredao, corpo_do_voto(participantes[0].pk, emitir(paredao))).status == 303
            os.kill(site.processo.pid, signal.SIGTERM)
            assert site.processo.wait(timeout=30) == -signal.SIGTERM
    finally:
        with connection.cursor() as cursor:
            cursor.execute("ALTER TABLE votacao_pulso_fora RENAME TO votacao_pulso")
    assert [contagem.votos for contagem in Contagem.objects.all()] == [2]
