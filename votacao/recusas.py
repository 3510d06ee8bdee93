"""Tudo o que a urna pode responder que não seja um voto contado: código, status HTTP e a frase para o fã."""

from typing import ClassVar


class Recusa(Exception):
    """Um pedido recusado. `codigo` e `mensagem` são públicos; `apos` são os segundos sugeridos para tentar de novo."""

    codigo: ClassVar[str]
    status: ClassVar[int]
    mensagem: ClassVar[str]
    apos: ClassVar[int | None] = None


class MetodoErrado(Recusa):
    codigo = "metodo"
    status = 405
    mensagem = "Este endereço só recebe votos. Volte ao paredão e vote pelo botão."


class CorpoGrande(Recusa):
    codigo = "corpo_grande"
    status = 413
    mensagem = "O pedido é grande demais para ser um voto. Volte ao paredão e vote pelo botão."


class OutroSite(Recusa):
    codigo = "outro_site"
    status = 403
    mensagem = "O voto veio de outro site. Vote direto na página do paredão."


class PedidosDemais(Recusa):
    codigo = "pedidos_demais"
    status = 429
    mensagem = "Muitos pedidos vindos do mesmo lugar. Espere um minuto e vote de novo."
    apos = 60


class ParedaoInexistente(Recusa):
    codigo = "paredao_inexistente"
    status = 404
    mensagem = "Este paredão não existe. Veja na página inicial o que está no ar."


class PedidoMalformado(Recusa):
    codigo = "malformado"
    status = 400
    mensagem = "O voto chegou incompleto. Volte ao paredão e vote pelo botão."


class ForaDoParedao(Recusa):
    codigo = "fora_do_paredao"
    status = 400
    mensagem = "Esta pessoa não está neste paredão. Volte e escolha uma das opções da página."


class CedulaForjada(Recusa):
    codigo = "cedula_forjada"
    status = 403
    mensagem = "A cédula não é válida. Volte ao paredão para receber outra."


class CedulaDeOutroParedao(Recusa):
    codigo = "cedula_de_outro_paredao"
    status = 403
    mensagem = "Esta cédula é de outro paredão. Volte ao paredão para receber outra."


class ProvaInsuficiente(Recusa):
    codigo = "prova_insuficiente"
    status = 403
    mensagem = "Faltou a prova de que o voto vem de uma pessoa. Volte ao paredão e vote pelo botão."


class CedulaVencida(Recusa):
    codigo = "cedula_vencida"
    status = 403
    mensagem = "A cédula venceu antes de ser usada. Volte ao paredão para receber outra."


class ParedaoNaoAberto(Recusa):
    codigo = "nao_aberto"
    status = 410
    mensagem = "A votação ainda não abriu. Volte na hora marcada."


class ParedaoFechado(Recusa):
    codigo = "encerrado"
    status = 410
    mensagem = (
        "A votação já encerrou e este voto não foi contado. O resultado sai ao vivo, e depois na página do paredão."
    )


class SemTorcida(Recusa):
    codigo = "sem_torcida"
    status = 410
    mensagem = "Este paredão não tem voto da torcida: dê o seu voto único, um por CPF, na página do paredão."


class SemUnico(Recusa):
    codigo = "sem_unico"
    status = 410
    mensagem = "Este paredão não tem voto único: vote pela torcida, quantas vezes quiser."


class FaltaEntrar(Recusa):
    codigo = "falta_entrar"
    status = 401
    mensagem = "O voto único é um por CPF: entre com o seu e-mail para dar o seu."


class FaltaCpf(Recusa):
    codigo = "falta_cpf"
    status = 403
    mensagem = "Para o voto único, informe antes o seu CPF, na página do voto único."


class FaltaCpfVerificado(Recusa):
    codigo = "falta_cpf_verificado"
    status = 403
    mensagem = (
        "Este paredão só aceita voto único de quem confirma o CPF: vá à página do voto único e entre pelo serviço "
        "que ela indica."
    )


class CaptchaRecusado(Recusa):
    codigo = "captcha"
    status = 403
    mensagem = (
        "Faltou confirmar que você é uma pessoa. Volte ao paredão, faça a verificação da página e vote pelo botão; "
        "ela precisa de JavaScript."
    )


class CedulaUsada(Recusa):
    codigo = "cedula_usada"
    status = 409
    mensagem = (
        "Esta cédula já foi usada para outra escolha, e o primeiro voto continua valendo. Para votar de novo pela "
        "torcida, volte ao paredão."
    )


class UrnaIndisponivel(Recusa):
    codigo = "indisponivel"
    status = 503
    mensagem = "Não conseguimos guardar o voto agora. Nada foi contado: tente de novo em instantes, é a mesma cédula."
    apos = 2
