"""O que se aceita em cada campo, como se guarda, e o que se diz de volta."""

from datetime import date

import pytest
from django.core.exceptions import ValidationError
from django.http import QueryDict

from inscricoes.contatos import Rede, perfil_escrito, telefone_em_e164, telefone_escrito, usuario_do_perfil
from inscricoes.forms import ContatoForm, DadosForm, QuestionarioForm
from inscricoes.models import Candidato, Pergunta, Secao
from inscricoes.validators import conferir_nascimento, data_escrita, limpar_linha, limpar_texto

HOJE = date(2029, 6, 1)


def dados(candidato: Candidato, **campos: str) -> DadosForm:
    corpo = QueryDict(mutable=True)
    corpo.update(campos)
    return DadosForm(corpo, instance=candidato, hoje=HOJE)


@pytest.mark.parametrize(
    "escrito", ["529.982.247-25", "52998224725", "529 982 247 25", "５２９.９８２.２４７-２５", " 529982247-25 "]
)
def test_cpf_escrito_de_qualquer_jeito_guarda_digitos(rascunho_da_dora: Candidato, escrito: str) -> None:
    assert dados(rascunho_da_dora, cpf=escrito).validos() == {"cpf": "52998224725"}


@pytest.mark.parametrize("escrito", ["111.111.111-11", "529.982.247-26", "5299822472", "abc", "٥٢٩٩٨٢٢٤٧٢٥"])
def test_cpf_que_nao_existe_e_recusado_e_fica_na_tela(rascunho_da_dora: Candidato, escrito: str) -> None:
    form = dados(rascunho_da_dora, cpf=escrito, nome="Dora Reis")
    assert form.validos() == {"nome": "Dora Reis"}
    assert list(form.errors) == ["cpf"]
    assert form["cpf"].value() == escrito


@pytest.mark.parametrize(
    "escrito", ["03/02/1991", "3/2/1991", "03-02-1991", "03021991", "1991-02-03", "０３/０２/１９９１"]
)
def test_data_escrita_de_varios_jeitos(escrito: str) -> None:
    assert data_escrita(escrito) == date(1991, 2, 3)


@pytest.mark.parametrize(
    ("escrito", "codigo"),
    [
        ("31/02/1991", "data_inexistente"),
        ("00/00/0000", "data_inexistente"),
        ("03/02/91", "data_formato"),
        ("ontem", "data_formato"),
        ("1/2/19911", "data_formato"),
    ],
)
def test_data_que_nao_se_entende_e_recusada(escrito: str, codigo: str) -> None:
    with pytest.raises(ValidationError) as recusa:
        data_escrita(escrito)
    assert recusa.value.code == codigo


@pytest.mark.parametrize(
    ("nascimento", "codigo"),
    [
        (date(2030, 6, 2), "futuro"),
        (date(1899, 12, 31), "antigo"),
        (date(2013, 1, 1), "idade"),
        (date(1959, 12, 31), "idade"),
    ],
)
def test_nascimento_fora_da_regra_diz_qual(nascimento: date, codigo: str) -> None:
    with pytest.raises(ValidationError) as recusa:
        conferir_nascimento(nascimento, hoje=date(2030, 6, 1), ano=2030)
    assert recusa.value.code == codigo


@pytest.mark.parametrize("nascimento", [date(2012, 12, 31), date(1960, 1, 1)])
def test_18_e_70_completados_ate_o_fim_do_ano_servem(nascimento: date) -> None:
    conferir_nascimento(nascimento, hoje=date(2030, 1, 2), ano=2030)


@pytest.mark.parametrize(
    "escrito", ["(11) 91234-5678", "11912345678", "+55 11 91234-5678", "011 91234 5678", "１１９１２３４５６７８"]
)
def test_telefone_guarda_uma_forma_so(escrito: str) -> None:
    assert telefone_em_e164(escrito) == "+5511912345678"
    assert telefone_escrito("+5511912345678") == "(11) 91234-5678"


@pytest.mark.parametrize("escrito", ["91234-5678", "(10) 91234-5678", "+1 212 555 1234", "0800", "um dois", "１"])
def test_telefone_que_nao_e_do_brasil_com_ddd_e_recusado(rascunho_da_dora: Candidato, escrito: str) -> None:
    corpo = QueryDict(mutable=True)
    corpo.update({"telefone": escrito, "instagram": "@dora"})
    form = ContatoForm(corpo, instance=rascunho_da_dora)
    assert form.validos() == {"instagram": "dora"}
    assert form["telefone"].value() == escrito


@pytest.mark.parametrize(
    ("escrito", "rede", "usuario"),
    [
        ("@dora.reis", Rede.INSTAGRAM, "dora.reis"),
        ("dora", Rede.INSTAGRAM, "dora"),
        ("https://www.instagram.com/dora/?hl=pt", Rede.INSTAGRAM, "dora"),
        ("instagram.com/dora", Rede.INSTAGRAM, "dora"),
        ("https://www.tiktok.com/@dora", Rede.TIKTOK, "dora"),
        ("https://twitter.com/dora_r", Rede.X, "dora_r"),
        ("x.com/dora_r/", Rede.X, "dora_r"),
        ("https://youtube.com/@dóra", Rede.YOUTUBE, "dóra"),
        ("youtube.com/channel/UC1234567890123456789012", Rede.YOUTUBE, "UC1234567890123456789012"),
    ],
)
def test_perfil_guarda_o_usuario(escrito: str, rede: Rede, usuario: str) -> None:
    assert usuario_do_perfil(escrito, rede) == usuario


@pytest.mark.parametrize(
    ("escrito", "rede", "codigo"),
    [
        ("https://evil.com/dora", Rede.INSTAGRAM, "outro_lugar"),
        ("instagram.com.evil.com/dora", Rede.INSTAGRAM, "outro_lugar"),
        ("https://instagram.com@evil.com/dora", Rede.INSTAGRAM, "outro_lugar"),
        ("https://[::1", Rede.X, "outro_lugar"),
        ("https://youtu.be/abc", Rede.YOUTUBE, "outro_lugar"),
        ("https://instagram.com/p/abc/", Rede.INSTAGRAM, "sem_perfil"),
        ("https://vm.tiktok.com/ZM123/", Rede.TIKTOK, "sem_perfil"),
        ("javascript:alert(1)", Rede.X, "usuario"),
        ("dora reis", Rede.INSTAGRAM, "usuario"),
        ("instagram.com", Rede.INSTAGRAM, "usuario"),
        ("d" * 16, Rede.X, "usuario"),
    ],
)
def test_perfil_de_outro_lugar_e_recusado(escrito: str, rede: Rede, codigo: str) -> None:
    with pytest.raises(ValidationError) as recusa:
        usuario_do_perfil(escrito, rede)
    assert recusa.value.code == codigo


def test_perfil_se_le_com_arroba_e_canal_sem() -> None:
    assert [perfil_escrito(u) for u in ("dora", "", "UC1234567890123456789012")] == [
        "@dora",
        "",
        "UC1234567890123456789012",
    ]


@pytest.mark.parametrize(
    ("escrito", "guardado"),
    [
        ("  Dora \t\n Reis ", "Dora Reis"),
        ("Do\x00ra\x07", "Dora"),
        ("Jose\u0301", "José"),
        ("a\u202eb\u2066c", "abc"),
        ("👩‍👩‍👧 נועה", "👩‍👩‍👧 נועה"),
        ("\ud800x", "x"),
    ],
)
def test_texto_sai_sem_sinais_invisiveis(escrito: str, guardado: str) -> None:
    assert limpar_linha(escrito) == guardado


def test_quebra_de_linha_conta_um_caractere() -> None:
    assert limpar_texto("a\r\nb\rc\n") == "a\nb\nc"


@pytest.mark.parametrize("nome", ["🙂", "123", "..."])
def test_nome_sem_letras_e_recusado(rascunho_da_dora: Candidato, nome: str) -> None:
    assert dados(rascunho_da_dora, nome=nome).errors == {"nome": ["Escreva com letras."]}


def test_o_que_nao_veio_fica_como_esta_na_tela_e_nao_e_salvo(rascunho_da_dora: Candidato) -> None:
    rascunho_da_dora.cidade = "Belém"
    rascunho_da_dora.nascimento = date(1991, 2, 3)
    form = dados(rascunho_da_dora, nome="Dora Reis")
    assert form.validos() == {"nome": "Dora Reis"}
    assert form["cidade"].value() == "Belém"
    assert 'value="03/02/1991"' in str(form["nascimento"])


# --- Questionário -----------------------------------------------------------------------------------------------------


def responder(secao: Secao, **por_tipo: str) -> QuestionarioForm:
    perguntas = list(Pergunta.objects.no_ar().filter(secao=secao))
    corpo = QueryDict(mutable=True)
    corpo.update({f"p{p.pk}": por_tipo[p.tipo] for p in perguntas if p.tipo in por_tipo})
    return QuestionarioForm(corpo, perguntas=perguntas, respostas={})


def por_tipo(form: QuestionarioForm) -> dict[str, str]:
    tipos = dict(Pergunta.objects.values_list("pk", "tipo"))
    return {tipos[pergunta]: texto for pergunta, texto in form.respostas().items()}


def test_respostas_de_cada_tipo_viram_texto(secao: Secao) -> None:
    form = responder(secao, curta=" oi ", longa="a\r\nb", escolha="praia", numero="007", sim_nao="nao")
    assert form.errors == {}
    assert por_tipo(form) == {"curta": "oi", "longa": "a\nb", "escolha": "praia", "numero": "7", "sim_nao": "nao"}


def test_resposta_errada_nao_leva_as_certas(secao: Secao) -> None:
    form = responder(secao, curta="x" * 11, longa="fica", escolha="montanha", numero="1,5", sim_nao="talvez")
    assert por_tipo(form) == {"longa": "fica"}
    assert len(form.errors) == 4


@pytest.mark.parametrize(
    ("numero", "frase"),
    [
        ("100", "O maior número aceito é 99."),
        ("-1", "Escreva só um número inteiro, sem pontos nem vírgulas."),
        ("1.000", "Escreva só um número inteiro, sem pontos nem vírgulas."),
        ("9" * 13, "Escreva só um número inteiro, sem pontos nem vírgulas."),
    ],
)
def test_numero_fora_do_que_se_pede(secao: Secao, numero: str, frase: str) -> None:
    assert list(responder(secao, numero=numero).errors.values()) == [[frase]]


def test_vazio_apaga_a_resposta_e_nada_e_obrigatorio_antes_de_enviar(secao: Secao) -> None:
    form = responder(secao, curta="", sim_nao="")
    assert form.errors == {}
    assert por_tipo(form) == {"curta": "", "sim_nao": ""}


def test_opcional_tem_como_desmarcar_e_obrigatoria_nao(secao: Secao) -> None:
    Pergunta.objects.filter(tipo="escolha").update(obrigatoria=False)
    form = responder(secao)
    opcoes = {
        p.tipo: [valor for valor, _ in form.fields[f"p{p.pk}"].choices]
        for p in secao.perguntas.all()
        if p.tipo in ("escolha", "sim_nao")
    }
    assert opcoes == {"escolha": ["praia", "campo", ""], "sim_nao": ["sim", "nao"]}
