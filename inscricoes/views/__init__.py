"""As páginas da inscrição, um módulo por ideia."""
