"""As páginas do candidato, um módulo por ideia."""
