"""Banco de provas: o projeto, as linhas de base e o teto, medidos lado a lado (`python -m bench`)."""
