"""Quantas vezes se pode pedir um código, digitá-lo ou errar uma senha. Quem conta é o allauth.

Fica fora de `settings.py` para ter nomes e motivos, e não importa o Django: é o `settings.py` que o chama.
"""

PEDIR = "request_login_code"
TENTAR = "tentar_codigo"
ENTRAR_NA_PRODUCAO = "entrar_na_producao"
CONTA_DA_PRODUCAO = "conta_da_producao"
INTERVALO_DO_CODIGO = 30
"""Segundos entre dois códigos para o mesmo e-mail."""

_POR_CHAVE = {
    # A chave é o e-mail. Oito por hora: nem quem digita errado fica sem, nem um estranho enche a caixa de alguém.
    PEDIR: f"1/{INTERVALO_DO_CODIGO}s/key,8/h/key",
    # A chave é o código pedido, e não o e-mail: os erros de um estranho não tiram as tentativas do dono.
    TENTAR: "5/15m/key",
    # A chave é o usuário e a origem juntos: um estranho, de longe, não tranca a porta de quem produz.
    ENTRAR_NA_PRODUCAO: "5/5m/key",
    # A chave é o usuário, de onde quer que venham: o teto de quem tem muitos endereços.
    CONTA_DA_PRODUCAO: "100/h/key",
    # O segundo fator e a senha de novo; a chave é a conta.
    "login_failed": "5/5m/key",
}
_POR_ORIGEM = {
    # Uma origem pode ser uma escola, ou um bairro inteiro atrás de um IPv4 de telefonia.
    PEDIR: "30/m/ip,300/h/ip",
    TENTAR: "60/m/ip",
    ENTRAR_NA_PRODUCAO: "30/5m/ip",
    "login_failed": "30/m/ip",
}


def limites_das_contas(*, por_origem: bool) -> dict[str, str]:
    """Para `ACCOUNT_RATE_LIMITS`: `quantas/tempo/quem`. Sem `por_origem` (`LIMITES=False`), só os das chaves."""
    return {
        acao: f"{_POR_ORIGEM[acao]},{regra}" if por_origem and acao in _POR_ORIGEM else regra
        for acao, regra in _POR_CHAVE.items()
    }
