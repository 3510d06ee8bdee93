"""O voto único pelas páginas e pela cédula em JSON: um por CPF, o mesmo comprovante, a mesma urna."""

import re
import threading
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core.management import CommandError, call_command
from django.db import connection
from django.test import Client
from django.utils import timezone

from votacao import apuracao, eleitores
from votacao.models import Contagem, Eleitor, Lote, Modalidade, Paredao, Participante, Voto
from votacao.urna import cedula as cedulas

CPF = "529.982.247-25"


@pytest.fixture
def misto(paredao: Paredao) -> Paredao:
    Paredao.objects.filter(pk=paredao.pk).update(peso_unico=50, peso_torcida=50)
    return Paredao.objects.get(pk=paredao.pk)


@pytest.fixture
def ana(db: None) -> Client:
    cliente = Client()
    cliente.force_login(User.objects.create_user("ana", email="ana@example.com"))
    return cliente


def dar_cpf(cliente: Client, paredao: Paredao, cpf: str = CPF) -> Any:
    return cliente.post(f"/paredoes/{paredao.pk}/unico/cpf/", {"cpf": cpf})


def pedir_cedula(cliente: Client, paredao: Paredao) -> str:
    resposta = cliente.get(f"/paredoes/{paredao.pk}/unico/cedula/")
    assert resposta.status_code == 200
    assert resposta["Cache-Control"].split(", ")[0] == "no-store"
    assert resposta.json()["bits"] == 0
    return str(resposta.json()["cedula"])


def votar(cliente: Client, paredao: Paredao, participante: Participante, cedula: str) -> Any:
    return cliente.post(
        f"/paredoes/{paredao.pk}/votar/",
        f"participante={participante.pk}&cedula={cedula}&prova=",
        content_type="application/x-www-form-urlencoded",
        headers={"accept": "application/json"},
    )


def test_da_pagina_ao_comprovante(
    urna_limpa: None, ana: Client, misto: Paredao, participantes: list[Participante]
) -> None:
    endereco = f"/paredoes/{misto.pk}/unico/"
    pagina = ana.get(endereco)
    assert (pagina.status_code, pagina.templates[0].name) == (200, "votacao/unico_cpf.html")
    assert "Você entrou como <b>ana@example.com</b>" in pagina.content.decode()
    resposta = dar_cpf(ana, misto)
    assert (resposta.status_code, resposta["Location"]) == (302, endereco)
    pagina = ana.get(endereco)
    assert pagina.templates[0].name == "votacao/unico.html"
    assert "Você entrou como <b>ana@example.com</b>" in pagina.content.decode()
    confirmar = ana.post(endereco, {"participante": participantes[0].pk})
    assert confirmar.templates[0].name == "votacao/unico_confirmar.html"
    # No endereço, a escolha ficaria nos registros de quem está à frente.
    assert ana.get(endereco, {"participante": participantes[0].pk}).templates[0].name == "votacao/unico.html"
    assert "Seu voto único é para Ana sair?" in " ".join(confirmar.content.decode().split())
    (cedula,) = re.findall(r'name="cedula" value="([\w-]{63})"', confirmar.content.decode())
    feito = votar(ana, misto, participantes[0], cedula)
    assert feito.status_code == 201
    codigo = feito.json()["comprovante"]
    assert ana.get(f"/comprovantes/{codigo}/").status_code == 200
    depois = ana.post(endereco, {"participante": participantes[1].pk}).content.decode()
    assert "Seu voto único já está contado" in depois
    assert f"/comprovantes/{codigo}/" in depois
    assert list(Contagem.objects.values_list("modalidade", "participante", "votos")) == [
        (Modalidade.UNICO, participantes[0].pk, 1)
    ]


def test_segundo_voto_do_mesmo_cpf_nao_conta(
    urna_limpa: None, ana: Client, misto: Paredao, participantes: list[Participante]
) -> None:
    dar_cpf(ana, misto)
    primeira, segunda = pedir_cedula(ana, misto), pedir_cedula(ana, misto)
    comprovante = votar(ana, misto, participantes[0], primeira).json()["comprovante"]
    assert votar(ana, misto, participantes[0], segunda).json() == {"comprovante": comprovante}
    outra = votar(ana, misto, participantes[1], segunda)
    assert (outra.status_code, outra.json()["erro"]) == (409, "cedula_usada")
    assert Voto.objects.count() == 1


def test_cem_votos_em_paralelo_de_um_cpf_contam_um(
    urna_limpa: None, ana: Client, misto: Paredao, participantes: list[Participante]
) -> None:
    dar_cpf(ana, misto)
    papeis = [pedir_cedula(ana, misto) for _ in range(100)]
    status: list[int] = []
    largada = threading.Barrier(20)

    def votar_cinco(minhas: list[str], participante: Participante) -> None:
        try:
            largada.wait()
            for cedula in minhas:
                status.append(votar(Client(), misto, participante, cedula).status_code)
        finally:
            connection.close()

    threads = [
        threading.Thread(target=votar_cinco, args=(papeis[i * 5 : i * 5 + 5], participantes[i % 2])) for i in range(20)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert len(status) == 100
    assert sorted(set(status) - {503}) == [201, 409]
    assert Voto.objects.count() == 1
    assert list(Contagem.objects.values_list("votos", flat=True)) == [1]


def test_duas_modalidades_do_voto_ao_resultado(
    urna_limpa: None, ana: Client, misto: Paredao, participantes: list[Participante]
) -> None:
    dar_cpf(ana, misto)
    votar(ana, misto, participantes[0], pedir_cedula(ana, misto))
    for _ in range(3):
        texto, _ = cedulas.emitir(
            paredao=misto.pk, modalidade=Modalidade.TORCIDA, bits=0, porta=0, agora=timezone.now().timestamp()
        )
        assert votar(ana, misto, participantes[1], texto).status_code == 201
    apurado = apuracao.apurar(misto)
    assert [(linha.participante.nome_curto, str(linha.media)) for linha in apurado.linhas] == [
        ("Ana", "50.00"),
        ("Bia", "50.00"),
        ("Caio", "0.00"),
    ]
    assert "Empate" in apurado.frase
    call_command("conferir")


def test_sem_entrar_vai_para_a_entrada_e_volta(misto: Paredao, client: Client) -> None:
    resposta = client.get(f"/paredoes/{misto.pk}/unico/")
    assert resposta.status_code == 302
    assert resposta["Location"].endswith(f"?next=/paredoes/{misto.pk}/unico/")
    em_json = client.get(f"/paredoes/{misto.pk}/unico/cedula/")
    assert (em_json.status_code, em_json.json()["erro"]) == (401, "falta_entrar")


def test_sem_cpf_a_cedula_diz_o_que_falta(misto: Paredao, ana: Client) -> None:
    resposta = ana.get(f"/paredoes/{misto.pk}/unico/cedula/")
    assert (resposta.status_code, resposta.json()["erro"]) == (403, "falta_cpf")


@pytest.mark.parametrize("cpf", ["", "123", "111.111.111-11", "52998224724", "🙂"])
def test_cpf_errado_volta_ao_formulario_com_a_frase(misto: Paredao, ana: Client, cpf: str) -> None:
    resposta = dar_cpf(ana, misto, cpf)
    assert (resposta.status_code, resposta.templates[0].name) == (422, "votacao/unico_cpf.html")
    assert len(resposta.context["form"].errors["cpf"]) == 1
    assert Eleitor.objects.count() == 0


def test_cpf_de_outra_conta_e_uma_frase(misto: Paredao, ana: Client) -> None:
    eleitores.cadastrar(conta=User.objects.create_user("bia"), cpf="52998224725", agora=timezone.now())
    resposta = dar_cpf(ana, misto)
    assert resposta.status_code == 422
    assert resposta.context["form"].errors["cpf"] == [str(eleitores.CpfDeOutraConta())]


def test_paredao_so_da_torcida_nao_tem_voto_unico(paredao: Paredao, ana: Client) -> None:
    resposta = ana.get(f"/paredoes/{paredao.pk}/unico/cedula/")
    assert (resposta.status_code, resposta.json()["erro"]) == (410, "sem_unico")
    assert ana.get(f"/paredoes/{paredao.pk}/unico/").status_code == 410


def test_paredao_sem_voto_unico_o_diz_antes_de_pedir_que_se_entre(paredao: Paredao) -> None:
    fora = Client()
    resposta = fora.get(f"/paredoes/{paredao.pk}/unico/")
    assert resposta.status_code == 410
    assert "Este paredão não tem voto único" in resposta.content.decode()
    assert fora.post(f"/paredoes/{paredao.pk}/unico/cpf/").status_code == 410
    assert fora.get("/paredoes/999/unico/").status_code == 404


def test_paredao_com_voto_unico_pede_que_se_entre(misto: Paredao) -> None:
    endereco = f"/paredoes/{misto.pk}/unico/"
    assert Client().get(endereco)["Location"] == f"/conta/entrar/?next={endereco}"


def test_paredao_que_exige_cpf_confirmado_manda_confirmar(misto: Paredao, ana: Client) -> None:
    Paredao.objects.filter(pk=misto.pk).update(exige_cpf_verificado=True)
    dar_cpf(ana, misto)
    resposta = ana.get(f"/paredoes/{misto.pk}/unico/")
    assert (resposta.status_code, resposta.templates[0].name) == (403, "votacao/unico_verificar.html")


def test_a_pagina_do_paredao_mostra_os_dois_jeitos(misto: Paredao, client: Client) -> None:
    corpo = client.get(f"/paredoes/{misto.pk}/").content.decode()
    assert f'<a class="modalidade" href="/paredoes/{misto.pk}/unico/">' in corpo
    assert corpo.count('aria-current="page"><b>Voto da torcida</b>') == 1


def test_as_paginas_do_voto_unico_nenhum_cache_guarda(misto: Paredao, ana: Client) -> None:
    assert "no-store" in ana.get(f"/paredoes/{misto.pk}/unico/")["Cache-Control"]


def test_o_livro_nao_sabe_de_quem_e_o_voto(
    urna_limpa: None, ana: Client, misto: Paredao, participantes: list[Participante]
) -> None:
    dar_cpf(ana, misto)
    votar(ana, misto, participantes[0], pedir_cedula(ana, misto))
    eleitor = Eleitor.objects.get()
    voto = Voto.objects.get()
    assert voto.id.bytes not in bytes(eleitor.cpf_resumo)
    assert [campo.name for campo in Voto._meta.concrete_fields] == ["id", "participante", "lote"]
    assert Lote.objects.get().quantidade == 1


def test_emitir_cedulas_recusa_paredao_sem_torcida(misto: Paredao) -> None:
    Paredao.objects.filter(pk=misto.pk).update(peso_unico=100, peso_torcida=0)
    with pytest.raises(CommandError, match="não tem voto da torcida"):
        call_command("emitir_cedulas", str(misto.pk))
