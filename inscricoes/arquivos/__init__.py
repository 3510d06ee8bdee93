"""Fotos e vídeo de uma inscrição: conferir, refazer sem metadados, guardar em lugar privado, apagar.

O que abre um arquivo que veio de fora (`revelacao`, `montagem`) roda num processo à parte (`oficina`), com limites.
"""
