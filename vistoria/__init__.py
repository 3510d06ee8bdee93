"""Olhar todas as páginas num Chromium de verdade: o rol delas, o servidor com a demonstração, o exame e as capturas.

    python -m vistoria acessibilidade      a tabela de violações, página por largura e tema
    python -m vistoria capturas PASTA      uma imagem de cada página, nas mesmas larguras e temas

As duas leem o mesmo rol (`vistoria/rol.py`), e um teste falha se um endereço do site não está nele.
"""
