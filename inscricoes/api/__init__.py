"""As rotas JSON das inscrições: `edicoes`, aberta a todos; `minha`, da própria pessoa; `producao`, por permissão."""
