"""As rotas das inscrições, para `bbb/api.py` montar."""

from ninja import Router

from inscricoes.api import arquivos, candidatos, conta, edicoes, producao

rotas = Router()
rotas.add_router("", conta.rotas)
rotas.add_router("", edicoes.rotas)
rotas.add_router("", candidatos.rotas)
rotas.add_router("", arquivos.rotas)
rotas.add_router("", producao.rotas)
