"""As páginas das inscrições, um módulo por ideia."""
