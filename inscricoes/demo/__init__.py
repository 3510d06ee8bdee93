"""As inscrições da temporada de demonstração. Ninguém aqui existe: pessoas, perguntas e respostas foram inventadas."""
