"""O que as rotas JSON das duas aplicações dividem: o formato de um problema, quem pede, as listas, as outras origens.

Não conhece nenhuma delas: quem junta tudo é `bbb/api.py`.
"""
