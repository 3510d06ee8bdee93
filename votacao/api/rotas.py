"""As rotas da votação, para `bbb/api.py` montar."""

from votacao.api.producao import da_producao
from votacao.api.publico import publicas

__all__ = ["da_producao", "publicas"]
