"""Fotos e vídeo de uma inscrição."""
