"""Concorrentes do banco de provas: o que se escreveria sem pensar, e o servidor que não faz nada."""
