"""As páginas da inscrição: começar, preencher em partes, enviar, acompanhar, desistir e retomar."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.contrib.messages import get_messages
from django.test import Client
from django.utils import timezone
from pytest_django.fixtures import DjangoAssertNumQueries

from inscricoes import services
from inscricoes.models import Candidato, Edicao, Movimento, Pergunta, Resposta, Secao, Termo
from inscricoes.tests.conftest import CPF, completar, entrar

RAIZ = "/inscricoes/"
MINHA = "/inscricoes/minha/"
DADOS = f"{MINHA}dados/"
CONTATO = f"{MINHA}contato/"
REVISAO = f"{MINHA}revisao/"
PRIVADA = {"private", "no-store"}
JSON = {"Accept": "application/json"}


def salvar(cliente: Client, endereco: str, candidato: Candidato, **campos: str) -> Any:
    cabecalhos = {"headers": JSON} if campos.pop("_json", "") else {}
    return cliente.post(endereco, {"inscricao": candidato.protocolo, **campos}, **cabecalhos)  # type: ignore[arg-type]


def fechar(edicao: Edicao) -> None:
    Edicao.objects.filter(pk=edicao.pk).update(inscricoes_fecham_em=timezone.now() - timedelta(seconds=1))


def controle(resposta: Any) -> set[str]:
    return {parte.strip() for parte in resposta["Cache-Control"].split(",")}


# --- A porta de entrada -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("abre", "fecha", "frase"),
    [
        (None, None, "As inscrições ainda não têm data"),
        (5, 9, "As inscrições já têm dia para abrir"),
        (-5, 9, "Inscreva-se para entrar na casa"),
        (-5, None, "Abertas, por enquanto sem data para fechar."),
        (-9, -5, "As inscrições encerraram"),
    ],
)
def test_inicio_diz_em_que_pe_estao_e_nao_poe_cookie(
    client: Client, db: None, abre: int | None, fecha: int | None, frase: str
) -> None:
    agora = timezone.now()
    instantes = [dias and agora + timedelta(days=dias) for dias in (abre, fecha)]
    Edicao.objects.create(nome="BBB 30", ano=2030, inscricoes_abrem_em=instantes[0], inscricoes_fecham_em=instantes[1])
    resposta = client.get(RAIZ)
    assert frase in resposta.content.decode()
    assert (resposta.status_code, controle(resposta), resposta.cookies) == (200, PRIVADA, {})
    assert ("Começar inscrição" in resposta.content.decode()) is (abre == -5)


def test_inicio_oferece_continuar_a_quem_ja_comecou(rascunho_da_dora: Candidato, dora: User, elis: User) -> None:
    assert "Continuar minha inscrição" in entrar(dora).get(RAIZ).content.decode()
    assert "Começar inscrição" in entrar(elis).get(RAIZ).content.decode()


def test_inicio_com_poucas_consultas(aberta: Edicao, client: Client, django_assert_num_queries: Any) -> None:
    with django_assert_num_queries(2):  # A edição e quantas perguntas tem.
        client.get(RAIZ)


# --- Começar ----------------------------------------------------------------------------------------------------------


def test_nova_comeca_um_rascunho_e_o_segundo_clique_encontra_o_mesmo(aberta: Edicao, dora: User) -> None:
    cliente = entrar(dora)
    assert cliente.get(f"{RAIZ}nova/").status_code == 200
    assert Candidato.objects.count() == 0
    for _ in range(2):
        assert cliente.post(f"{RAIZ}nova/").headers["Location"] == DADOS
    candidato = Candidato.objects.get()
    assert (candidato.conta, candidato.email, candidato.situacao) == (dora, "dora@example.com", "rascunho")
    assert cliente.get(f"{RAIZ}nova/").headers["Location"] == MINHA
    assert list(Movimento.objects.values_list("de", "para")) == [("", "rascunho")]


def test_nova_fechada_e_uma_pagina_clara(aberta: Edicao, dora: User) -> None:
    fechar(aberta)
    for resposta in (entrar(dora).get(f"{RAIZ}nova/"), entrar(dora).post(f"{RAIZ}nova/")):
        assert resposta.status_code == 410
        assert "As inscrições não estão abertas agora." in resposta.content.decode()
    assert Candidato.objects.count() == 0


def test_nova_com_o_email_de_outra_conta_e_uma_frase(rascunho_da_dora: Candidato, db: None) -> None:
    outra = User.objects.create_user("outra", email="DORA@example.com")
    resposta = entrar(outra).post(f"{RAIZ}nova/")
    assert resposta.status_code == 409
    assert "feita por outra conta" in resposta.content.decode()


def test_nova_sem_email_na_conta_explica(aberta: Edicao, db: None) -> None:
    cliente = entrar(User.objects.create_user("sem_email"))
    assert "não tem um e-mail" in cliente.post(f"{RAIZ}nova/").content.decode()
    assert Candidato.objects.count() == 0


# --- De quem é --------------------------------------------------------------------------------------------------------

ENDERECOS = ["", "dados/", "contato/", "revisao/", "desistir/"]


@pytest.mark.parametrize("endereco", ENDERECOS)
def test_sem_entrar_pede_para_entrar(aberta: Edicao, client: Client, endereco: str) -> None:
    resposta = client.get(MINHA + endereco)
    assert resposta.status_code == 302
    assert resposta["Location"].endswith(f"?next={MINHA}{endereco}")
    assert controle(resposta) == PRIVADA


@pytest.mark.parametrize("endereco", ENDERECOS)
def test_quem_nao_tem_inscricao_nao_ve_a_de_ninguem(rascunho_da_dora: Candidato, estranho: User, endereco: str) -> None:
    Candidato.objects.filter(pk=rascunho_da_dora.pk).update(nome="Segredo da Dora")
    cliente = entrar(estranho)
    for consulta in ({}, {"inscricao": rascunho_da_dora.protocolo}):
        resposta = cliente.get(MINHA + endereco, consulta)
        assert resposta.status_code == 404
        assert "Segredo" not in resposta.content.decode()
        assert rascunho_da_dora.protocolo not in resposta.content.decode()


def test_ninguem_muda_a_inscricao_de_outra(
    rascunho_da_dora: Candidato, aberta: Edicao, elis: User, secao: Secao
) -> None:
    services.comecar(conta=elis, email=elis.email, edicao=aberta, agora=timezone.now())
    cliente = entrar(elis)
    for endereco in (DADOS, CONTATO, REVISAO, f"{MINHA}questionario/{secao.pk}/"):
        resposta = salvar(cliente, endereco, rascunho_da_dora, nome="Elis", telefone="11912345678")
        assert resposta.status_code == 409
        assert "outra inscrição" in resposta.content.decode()
    assert set(Candidato.objects.values_list("nome", "telefone")) == {("", "")}


@pytest.mark.parametrize("endereco", [*ENDERECOS, "questionario/{}/"])
def test_paginas_da_pessoa_nao_se_guardam(rascunho_da_dora: Candidato, dora: User, secao: Secao, endereco: str) -> None:
    resposta = entrar(dora).get(MINHA + endereco.format(secao.pk))
    assert controle(resposta) == PRIVADA


# --- Preencher --------------------------------------------------------------------------------------------------------


def test_secao_incompleta_se_salva_e_segue(rascunho_da_dora: Candidato, dora: User) -> None:
    cliente = entrar(dora)
    resposta = salvar(cliente, DADOS, rascunho_da_dora, nome="Dora Reis", cpf="", nascimento="03/02/1991")
    assert resposta["Location"] == CONTATO
    rascunho_da_dora.refresh_from_db()
    assert (rascunho_da_dora.nome, rascunho_da_dora.nascimento) == ("Dora Reis", date(1991, 2, 3))
    texto = str(next(iter(get_messages(resposta.wsgi_request))))
    assert texto.startswith("Dados pessoais: salvo às ")


def test_salvar_e_sair_volta_para_minha_inscricao(rascunho_da_dora: Candidato, dora: User) -> None:
    assert salvar(entrar(dora), DADOS, rascunho_da_dora, nome="Dora", sair="1")["Location"] == MINHA


def test_valor_errado_aparece_ao_lado_e_o_resto_se_salva(rascunho_da_dora: Candidato, dora: User) -> None:
    resposta = salvar(
        entrar(dora), DADOS, rascunho_da_dora, nome="Dora Reis", cpf="529.982.247-99", nascimento="31/02/1991"
    )
    assert resposta.status_code == 422
    texto = resposta.content.decode()
    for pedaco in (
        "O resto está salvo",
        '<a href="#id_cpf">CPF</a>: Este CPF não existe. Confira os números.',
        'value="529.982.247-99"',
        'value="31/02/1991"',
        'aria-describedby="id_cpf_helptext id_cpf_error"',
    ):
        assert pedaco in texto, pedaco
    assert texto.count('aria-invalid="true"') == 2
    rascunho_da_dora.refresh_from_db()
    assert (rascunho_da_dora.nome, rascunho_da_dora.cpf, rascunho_da_dora.nascimento) == ("Dora Reis", "", None)


def test_valor_errado_nao_apaga_o_certo_ja_salvo(rascunho_da_dora: Candidato, dora: User) -> None:
    cliente = entrar(dora)
    salvar(cliente, DADOS, rascunho_da_dora, cpf=CPF)
    salvar(cliente, DADOS, rascunho_da_dora, cpf="123")
    rascunho_da_dora.refresh_from_db()
    assert rascunho_da_dora.cpf == CPF


@pytest.mark.parametrize(
    "nome",
    [
        "Ana\x00 Reis",
        "Ana\u202e Reis",
        "Ana\ud83d Reis".encode("utf-16", "surrogatepass").decode("utf-16", "replace"),
        "נועה 👩‍👩‍👧",
        "Ana" * 5000,
    ],
)
def test_texto_estranho_nunca_quebra_a_pagina(rascunho_da_dora: Candidato, dora: User, secao: Secao, nome: str) -> None:
    cliente = entrar(dora)
    campos = dict.fromkeys(
        ("nome", "nome_social", "nome_curto", "cpf", "nascimento", "genero", "uf", "cidade", "apresentacao"), nome
    )
    assert salvar(cliente, DADOS, rascunho_da_dora, **campos).status_code == 422
    contatos = dict.fromkeys(("telefone", "instagram", "tiktok", "x", "youtube"), nome)
    assert salvar(cliente, CONTATO, rascunho_da_dora, **contatos).status_code == 422
    respostas = {f"p{pergunta.pk}": nome for pergunta in secao.perguntas.all()}
    assert salvar(cliente, f"{MINHA}questionario/{secao.pk}/", rascunho_da_dora, **respostas).status_code == 422
    assert cliente.get(REVISAO).status_code == 200


def test_campo_de_fora_do_formulario_e_ignorado(rascunho_da_dora: Candidato, dora: User) -> None:
    salvar(
        entrar(dora),
        DADOS,
        rascunho_da_dora,
        nome="Dora",
        situacao="selecionada",
        email="x@example.com",
        nota_media="10",
    )
    rascunho_da_dora.refresh_from_db()
    assert (rascunho_da_dora.situacao, rascunho_da_dora.email, rascunho_da_dora.nota_media) == (
        "rascunho",
        "dora@example.com",
        None,
    )


def test_questionario_salva_apaga_e_ignora_pergunta_de_outra_secao(
    rascunho_da_dora: Candidato, dora: User, secao: Secao, aberta: Edicao
) -> None:
    outra = Secao.objects.create(edicao=aberta, titulo="Outra")
    alheia = Pergunta.objects.create(secao=outra, enunciado="?", publicada_em=timezone.now())
    curta, longa = secao.perguntas.get(tipo="curta"), secao.perguntas.get(tipo="longa")
    cliente, endereco = entrar(dora), f"{MINHA}questionario/{secao.pk}/"
    salvar(cliente, endereco, rascunho_da_dora, **{f"p{curta.pk}": "oi", f"p{longa.pk}": "tal", f"p{alheia.pk}": "x"})
    assert set(Resposta.objects.values_list("pergunta", "texto")) == {(curta.pk, "oi"), (longa.pk, "tal")}
    salvar(cliente, endereco, rascunho_da_dora, **{f"p{curta.pk}": ""})
    assert list(Resposta.objects.values_list("pergunta", "texto")) == [(longa.pk, "tal")]


@pytest.mark.parametrize("secao", ["", "dados/", "contato/", "questionario/1/", "fotos/", "video/", "revisao/"])
def test_quem_nao_tem_inscricao_le_onde_comecar(aberta: Edicao, estranho: User, secao: str) -> None:
    resposta = entrar(estranho).get(f"{MINHA}{secao}")
    assert resposta.status_code == 404
    assert 'href="/inscricoes/nova/">Começar inscrição</a>' in resposta.content.decode()


@pytest.mark.parametrize("pk", ["0", "999999", "99999999999999999999999"])
def test_secao_que_nao_existe_e_404(rascunho_da_dora: Candidato, dora: User, pk: str) -> None:
    assert entrar(dora).get(f"{MINHA}questionario/{pk}/").status_code == 404


def test_secao_de_outra_edicao_e_404(rascunho_da_dora: Candidato, dora: User, edicao: Edicao) -> None:
    velha = Secao.objects.create(edicao=edicao, titulo="Velha")
    assert entrar(dora).get(f"{MINHA}questionario/{velha.pk}/").status_code == 404


def test_andamento_conta_as_secoes_prontas(rascunho_da_dora: Candidato, dora: User, secao: Secao) -> None:
    completar(rascunho_da_dora)
    texto = entrar(dora).get(CONTATO).content.decode()
    assert '<progress id="andamento" value="4" max="5">' in texto
    assert texto.count('<span class="marca-passo marca-falta">falta<span class="tempo">') == 1


def test_80_perguntas_numa_pagina_com_consultas_contadas(
    rascunho_da_dora: Candidato, dora: User, aberta: Edicao, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    secao = Secao.objects.create(edicao=aberta, titulo="Oitenta")
    tipos = ["curta", "longa", "escolha", "numero", "sim_nao"]
    Pergunta.objects.bulk_create(
        Pergunta(
            secao=secao,
            ordem=n,
            enunciado=f"Pergunta {n}",
            tipo=tipos[n % 5],
            opcoes="a\nb",
            publicada_em=timezone.now(),
        )
        for n in range(80)
    )
    cliente, endereco = entrar(dora), f"{MINHA}questionario/{secao.pk}/"
    # Sessão, conta, inscrições; a seção, suas perguntas e respostas; o que falta: perguntas, fotos, vídeo; as seções.
    with django_assert_num_queries(10):
        texto = cliente.get(endereco).content.decode()
    assert texto.count('class="campo"') == 80
    campos = {
        f"p{p.pk}": {"numero": "7", "sim_nao": "sim", "escolha": "a"}.get(p.tipo, "texto")
        for p in secao.perguntas.all()
    }
    # As mesmas, e mais: a transação (2), a inscrição trancada, a sua edição de novo, todas as respostas de uma vez.
    with django_assert_num_queries(15):
        assert salvar(cliente, endereco, rascunho_da_dora, **campos).status_code == 302
    assert Resposta.objects.count() == 80


# --- A gravação automática --------------------------------------------------------------------------------------------


def test_gravacao_automatica_diz_o_que_salvou_e_o_que_nao(rascunho_da_dora: Candidato, dora: User) -> None:
    resposta = salvar(entrar(dora), DADOS, rascunho_da_dora, cidade=" Belém ", cpf="123", _json="1")
    corpo = resposta.json()
    assert (resposta.status_code, corpo["salvos"], list(corpo["erros"])) == (200, ["cidade"], ["cpf"])
    assert len(corpo["salvo_em"]) == 5
    rascunho_da_dora.refresh_from_db()
    assert rascunho_da_dora.cidade == "Belém"


def test_gravacao_automatica_de_uma_aba_nao_desfaz_a_outra(rascunho_da_dora: Candidato, dora: User) -> None:
    cliente = entrar(dora)
    salvar(cliente, DADOS, rascunho_da_dora, cidade="Belém", _json="1")
    salvar(cliente, DADOS, rascunho_da_dora, profissao="Médica", _json="1")
    rascunho_da_dora.refresh_from_db()
    assert (rascunho_da_dora.cidade, rascunho_da_dora.profissao) == ("Belém", "Médica")


def test_gravacao_automatica_sem_sessao_e_401_com_onde_entrar(rascunho_da_dora: Candidato, client: Client) -> None:
    resposta = salvar(client, DADOS, rascunho_da_dora, cidade="Belém", _json="1")
    assert resposta.status_code == 401
    assert resposta.json()["entrar"].endswith(f"?next={DADOS}")
    assert resposta.cookies == {}


def test_gravacao_automatica_depois_do_prazo_e_409_com_a_frase(
    rascunho_da_dora: Candidato, dora: User, aberta: Edicao
) -> None:
    fechar(aberta)
    resposta = salvar(entrar(dora), DADOS, rascunho_da_dora, cidade="Belém", _json="1")
    assert resposta.status_code == 409
    assert resposta.json()["mensagem"].startswith("O prazo de inscrição acabou")


# --- A sessão que acaba -----------------------------------------------------------------------------------------------


def test_o_que_se_mandou_sem_sessao_espera_quem_entra_de_novo(rascunho_da_dora: Candidato, dora: User) -> None:
    cliente = Client()
    resposta = salvar(cliente, DADOS, rascunho_da_dora, nome="Dora Reis", cpf="123")
    assert resposta["Location"].endswith(f"?next={DADOS}")
    cliente.force_login(dora)
    texto = cliente.get(DADOS).content.decode()
    assert "o que você escreveu está aqui" in texto
    assert 'value="Dora Reis"' in texto
    assert 'value="123"' in texto
    assert "data-recuperado" in texto
    assert 'value="Dora Reis"' not in cliente.get(DADOS).content.decode()


def test_o_que_uma_pessoa_mandou_sem_sessao_nao_aparece_para_outra(
    rascunho_da_dora: Candidato, aberta: Edicao, elis: User
) -> None:
    services.comecar(conta=elis, email=elis.email, edicao=aberta, agora=timezone.now())
    cliente = Client()
    salvar(cliente, DADOS, rascunho_da_dora, nome="Dora Reis")
    cliente.force_login(elis)
    assert "Dora Reis" not in cliente.get(DADOS).content.decode()


def test_corpo_enorme_sem_sessao_nao_e_guardado(rascunho_da_dora: Candidato, client: Client) -> None:
    assert salvar(client, DADOS, rascunho_da_dora, apresentacao="x" * 70_000).status_code == 302
    assert client.session.get("inscricao_por_salvar") is None


# --- Revisar e enviar -------------------------------------------------------------------------------------------------


def enviar(cliente: Client, candidato: Candidato, **campos: str) -> Any:
    termo = candidato.edicao.termo_vigente(timezone.now())
    padrao = {"aceito": "on", "termo": termo.marca if termo else ""}
    return salvar(cliente, REVISAO, candidato, **{**padrao, **campos})


def test_revisao_mostra_o_que_falta_com_onde_resolver(rascunho_da_dora: Candidato, dora: User, secao: Secao) -> None:
    texto = entrar(dora).get(REVISAO).content.decode()
    for passo in ("dados", "contato", f"questionario/{secao.pk}", "fotos", "video"):
        assert f'<li><a href="{MINHA}{passo}/">' in texto
    assert "Enviar inscrição" not in texto
    assert "responder 3 perguntas de “Sobre você”" in texto


def test_revisao_mostra_tudo_como_sera_lido(rascunho_da_dora: Candidato, dora: User, secao: Secao) -> None:
    completar(rascunho_da_dora)
    Candidato.objects.filter(pk=rascunho_da_dora.pk).update(instagram="dora", apresentacao="<b>oi</b>\nlinha")
    retirada = secao.perguntas.get(tipo="longa")
    for pergunta, texto in ((secao.perguntas.get(tipo="sim_nao"), "nao"), (retirada, "da retirada")):
        Resposta.objects.create(candidato=rascunho_da_dora, pergunta=pergunta, texto=texto)
    Pergunta.objects.filter(pk=retirada.pk).update(retirada_em=timezone.now())
    texto = entrar(dora).get(REVISAO).content.decode()
    for pedaco in (
        "<dd>529.982.247-25</dd>",
        "<dd>03/02/1991</dd>",
        "<dd>(91) 91234-5678</dd>",
        "<dd>@dora</dd>",
        "<dd>Não</dd>",
        "&lt;b&gt;oi&lt;/b&gt;<br>linha",
        "Perguntas que a produção retirou",
        "da retirada",
        "3 fotos recebidas",
        "versão 1",
    ):
        assert pedaco in texto, pedaco


def test_enviar_guarda_o_consentimento_e_o_segundo_clique_da_na_mesma_pagina(
    rascunho_da_dora: Candidato, dora: User
) -> None:
    completar(rascunho_da_dora)
    cliente = entrar(dora)
    for _ in range(2):
        assert enviar(cliente, rascunho_da_dora)["Location"] == MINHA
    rascunho_da_dora.refresh_from_db()
    termo = Termo.objects.get()
    assert (rascunho_da_dora.situacao, rascunho_da_dora.termo) == ("enviada", termo)
    assert rascunho_da_dora.consentiu_em == rascunho_da_dora.enviado_em
    assert list(Movimento.objects.values_list("de", "para")) == [("", "rascunho"), ("rascunho", "enviada")]
    texto = cliente.get(MINHA).content.decode()
    assert rascunho_da_dora.protocolo in texto
    assert "Recebemos tudo" in texto
    assert cliente.get(DADOS)["Location"] == MINHA


@pytest.mark.parametrize(
    ("campos", "frase"),
    [
        ({"aceito": ""}, "Para enviar, leia o termo e marque que concorda."),
        ({"termo": ""}, "Leia o termo antes de enviar."),
        ({"termo": "1-outro"}, "O termo mudou enquanto esta página estava aberta."),
    ],
)
def test_sem_consentir_ao_termo_que_vale_nao_se_envia(
    rascunho_da_dora: Candidato, dora: User, campos: dict[str, str], frase: str
) -> None:
    completar(rascunho_da_dora)
    resposta = enviar(entrar(dora), rascunho_da_dora, **campos)
    assert resposta.status_code == 422
    assert frase in resposta.content.decode()
    rascunho_da_dora.refresh_from_db()
    assert rascunho_da_dora.situacao == "rascunho"


def test_sem_termo_publicado_explica(rascunho_da_dora: Candidato, dora: User) -> None:
    completar(rascunho_da_dora)
    Termo.objects.update(publicado_em=None)
    cliente = entrar(dora)
    assert "ainda não publicou o termo" in cliente.get(REVISAO).content.decode()
    assert enviar(cliente, rascunho_da_dora, termo="1").status_code == 422


def test_enviar_incompleta_diz_o_que_falta(rascunho_da_dora: Candidato, dora: User) -> None:
    resposta = enviar(entrar(dora), rascunho_da_dora)
    assert resposta.status_code == 409
    assert "Ainda falta: preencher nome completo;" in resposta.content.decode()


def test_cpf_ja_enviado_por_outra_e_uma_frase_e_o_rascunho_fica(
    rascunho_da_dora: Candidato, aberta: Edicao, dora: User, elis: User
) -> None:
    completar(rascunho_da_dora)
    da_elis = services.comecar(conta=elis, email=elis.email, edicao=aberta, agora=timezone.now())
    completar(da_elis)
    enviar(entrar(dora), rascunho_da_dora)
    resposta = enviar(entrar(elis), da_elis)
    assert resposta.status_code == 409
    assert "Já há uma inscrição enviada com este CPF nesta edição." in resposta.content.decode()
    da_elis.refresh_from_db()
    assert (da_elis.situacao, da_elis.nome) == ("rascunho", "Dora Reis")


def test_prazo_que_acaba_entre_abrir_e_enviar(rascunho_da_dora: Candidato, dora: User, aberta: Edicao) -> None:
    completar(rascunho_da_dora)
    cliente = entrar(dora)
    assert "Enviar inscrição" in cliente.get(REVISAO).content.decode()
    fechar(aberta)
    for resposta in (enviar(cliente, rascunho_da_dora), salvar(cliente, DADOS, rascunho_da_dora, nome="Outra")):
        assert resposta.status_code == 409
        assert "O prazo de inscrição acabou" in resposta.content.decode()
    rascunho_da_dora.refresh_from_db()
    assert (rascunho_da_dora.situacao, rascunho_da_dora.nome) == ("rascunho", "Dora Reis")
    assert "ela não participa da seleção" in cliente.get(MINHA).content.decode()
    for endereco in (DADOS, CONTATO, REVISAO):
        assert cliente.get(endereco)["Location"] == MINHA


# --- Acompanhar, desistir, retomar ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("situacao", "frase"),
    [
        ("enviada", "está na fila da produção"),
        ("em_analise", "está lendo a sua inscrição"),
        ("entrevista", "quer conhecer você"),
        ("selecionada", "está entre os participantes"),
        ("reserva", "lista de reserva"),
        ("reprovada", "não segue na seleção"),
        ("desistente", "Você saiu da seleção"),
    ],
)
def test_minha_diz_a_situacao_em_palavras(rascunho_da_dora: Candidato, dora: User, situacao: str, frase: str) -> None:
    completar(rascunho_da_dora)
    Candidato.objects.filter(pk=rascunho_da_dora.pk).update(situacao=situacao)
    texto = entrar(dora).get(MINHA).content.decode()
    assert frase in texto
    assert ("Desistir da inscrição" in texto) is (situacao not in ("reprovada", "desistente"))
    assert ("Retomar a inscrição" in texto) is (situacao == "desistente")


def test_minha_com_poucas_consultas(
    rascunho_da_dora: Candidato, dora: User, secao: Secao, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    # Sessão, conta, inscrições (duas vezes: todas, e a desta página); o que falta e as seções (4); a história.
    cliente = entrar(dora)
    with django_assert_num_queries(9):
        cliente.get(MINHA)


def test_desistir_pergunta_antes_e_retomar_volta_ao_rascunho(rascunho_da_dora: Candidato, dora: User) -> None:
    completar(rascunho_da_dora)
    cliente = entrar(dora)
    enviar(cliente, rascunho_da_dora)
    assert "Sim, desistir" in cliente.get(f"{MINHA}desistir/").content.decode()
    rascunho_da_dora.refresh_from_db()
    assert rascunho_da_dora.situacao == "enviada"
    for _ in range(2):
        assert cliente.post(f"{MINHA}desistir/")["Location"] == MINHA
    assert cliente.get(f"{MINHA}retomar/").status_code == 405
    for _ in range(2):
        assert cliente.post(f"{MINHA}retomar/")["Location"] == MINHA
    rascunho_da_dora.refresh_from_db()
    assert (rascunho_da_dora.situacao, rascunho_da_dora.termo, rascunho_da_dora.nome) == ("rascunho", None, "Dora Reis")
    assert [m.para for m in rascunho_da_dora.movimentos.all()] == ["rascunho", "enviada", "desistente", "rascunho"]
    texto = cliente.get(MINHA).content.decode()
    assert [
        f
        for f in ("Inscrição retomada", "Desistência registrada", "Inscrição enviada", "Inscrição começada")
        if f in texto
    ] == ["Inscrição retomada", "Desistência registrada", "Inscrição enviada", "Inscrição começada"]


def test_retomar_depois_do_prazo_e_uma_frase(rascunho_da_dora: Candidato, dora: User, aberta: Edicao) -> None:
    Candidato.objects.filter(pk=rascunho_da_dora.pk).update(situacao="desistente")
    fechar(aberta)
    resposta = entrar(dora).post(f"{MINHA}retomar/")
    assert resposta.status_code == 409
    assert "não estão abertas" in resposta.content.decode()


def test_rascunho_nao_tem_de_que_desistir(rascunho_da_dora: Candidato, dora: User) -> None:
    cliente = entrar(dora)
    assert cliente.get(f"{MINHA}desistir/").status_code == 409
    resposta = cliente.post(f"{MINHA}desistir/")
    assert (resposta.status_code, "não tem de que desistir" in resposta.content.decode()) == (409, True)


def test_varias_edicoes_se_listam_e_cada_uma_se_abre(rascunho_da_dora: Candidato, dora: User, edicao: Edicao) -> None:
    velha = Candidato.objects.create(
        edicao=edicao,
        conta=dora,
        email=dora.email,
        situacao="reserva",
        nome="D",
        nome_curto="D",
        uf="PA",
        nascimento="1991-02-03",
    )
    cliente = entrar(dora)
    texto = cliente.get(MINHA).content.decode()
    assert f'href="{MINHA}?inscricao={velha.protocolo}"' in texto
    texto = cliente.get(MINHA, {"inscricao": velha.protocolo}).content.decode()
    assert "lista de reserva" in texto
    resposta = cliente.post(f"{MINHA}desistir/?inscricao={velha.protocolo}")
    assert resposta["Location"] == f"{MINHA}?inscricao={velha.protocolo}"
    assert set(Candidato.objects.values_list("edicao", "situacao")) == {
        (edicao.pk, "desistente"),
        (rascunho_da_dora.edicao_id, "rascunho"),
    }
