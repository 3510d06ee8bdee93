"""As rotas JSON da votação: `publico`, o que qualquer um pode; `producao`, por permissão. `esquemas` diz as formas."""
