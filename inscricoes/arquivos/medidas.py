"""Os limites dos arquivos, para os dois lados da oficina. Não importa nada: o site não carrega leitores de vídeo."""

MB = 1024 * 1024

# --- Fotos ------------------------------------------------------------------------------------------------------------
FOTO_BYTES_MAXIMOS = 10 * MB
FOTO_FORMATOS = ("JPEG", "PNG", "WEBP", "HEIF")
FOTO_PIXELS_MAXIMOS = 40_000_000
FOTO_LADO_MINIMO = 400
FOTO_LADO_GRANDE = 1600
FOTO_LADO_DA_MINIATURA = 320
"""Pixels; os dois últimos, do maior lado."""
PERFIL_MAXIMO = 64 * 1024
"""Bytes do maior perfil de cor que se lê: o de um telefone tem meio kB."""
GRANDE = "grande.webp"
MINIATURA = "miniatura.webp"
FOTO_MEMORIA = 1024 * MB
FOTO_PROCESSADOR = 20
FOTO_PRAZO = 40
FOTO_ESCRITA = 20 * MB

# --- Vídeo ------------------------------------------------------------------------------------------------------------
VIDEO_FOLGA = 1.0
"""Segundos a mais que se aceitam: a câmera para um pouco depois do que o relógio dela mostra."""
VIDEO_PIXELS_MAXIMOS = 4096 * 2304
"""De um quadro: 4K com folga."""
VIDEO_LADO_MINIMO = 120
QUADRO_LADO = 960
"""Pixels do maior lado da imagem que aparece antes de o vídeo tocar."""
QUADRO_EM = 1.0
"""Segundos: o começo costuma ser escuro."""
QUADROS_DECODIFICADOS = 150
PACOTES_MAXIMOS = 400_000
"""De um vídeo de 5 minutos a 240 quadros por segundo, com som, há folga para o dobro."""
QUADRO = "quadro.webp"
VIDEO_MEMORIA = 2048 * MB
VIDEO_PROCESSADOR = 60
VIDEO_PRAZO = 90
