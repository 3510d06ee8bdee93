"""O que pode dar errado com um arquivo, com a frase para quem o mandou e o que responder."""


class Recusa(Exception):
    """Nada mudou. `str(recusa)` é a frase para a pessoa."""

    status = 422
    """Da resposta HTTP."""
    codigo = "arquivo_recusado"
    """Para o script da página."""
    frase = "Este arquivo não serve."

    def __init__(self, frase: str = "") -> None:
        super().__init__(frase or self.frase)


class FotoRecusada(Recusa):
    codigo = "foto_recusada"


class VideoRecusado(Recusa):
    codigo = "video_recusado"


class OficinaOcupada(Recusa):
    """Já se conferem arquivos demais neste processo; o mesmo pedido pode voltar."""

    status = 503
    codigo = "ocupada"
    frase = "Há muita gente mandando arquivos agora. Espere alguns segundos e tente de novo."


class SemEspaco(Recusa):
    """O disco encheu ou falhou. Nada ficou pela metade."""

    status = 507
    codigo = "sem_espaco"
    frase = (
        "Não conseguimos guardar o arquivo: a falha é nossa, e o que você já tinha mandado continua guardado. "
        "Tente de novo mais tarde."
    )
