"""Os arquivos que as páginas pedem inteiros e que aqui se guardam em partes: uma folha de estilo, um script da casa, um
do voto. Um pedido a menos, na rede de um celular, vale mais do que os bytes que ele pouparia.

É um localizador do `staticfiles`: serve igual ao `runserver`, ao `collectstatic` e aos testes, sem passo de construção.
"""

import os
import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, Final

from bootstrap_wrapper import get_bootstrap_css_dir
from django.conf import settings
from django.contrib.staticfiles.finders import BaseFinder
from django.contrib.staticfiles.utils import matches_patterns
from django.core.files.storage import FileSystemStorage

_CASA: Final = Path(__file__).resolve().parent.parent / "static"
_BOOTSTRAP: Final = Path(get_bootstrap_css_dir())
JUNTOS: Final[dict[str, tuple[Path, ...]]] = {
    # Do Bootstrap, as páginas do público usam o chão (reboot); as que têm formulário pedem a folha inteira dele.
    "css/publico.css": (_BOOTSTRAP / "bootstrap-reboot.min.css", _CASA / "css" / "bbb.css"),
    "js/pagina.js": tuple(_CASA / "js" / f"{nome}.js" for nome in ("tema", "relogio", "aparelho")),
    # O trabalhador da prova é este mesmo arquivo, que o navegador já tem: não é um pedido a mais.
    "js/voto.js": tuple(_CASA / "js" / f"{nome}.js" for nome in ("prova", "votar")),
}
# O mapa não vai junto, e o armazenamento com manifesto o procuraria.
_MAPA: Final = re.compile(r"/\*# sourceMappingURL=[^*]*\*/")


class Juntos(BaseFinder):
    """Junta as partes num arquivo em `dados/juntos`, com a data da mais nova, e o refaz quando alguma muda."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        self.deposito = FileSystemStorage(location=settings.DADOS / "juntos")

    def check(self, **kwargs: Any) -> list[Any]:
        return []

    def find(self, path: str, find_all: bool = False, **kwargs: Any) -> Any:
        if path not in JUNTOS:
            return [] if find_all else None
        arquivo = str(self._juntar(path))
        return [arquivo] if find_all else arquivo

    def list(self, ignore_patterns: Iterable[str] | None) -> Iterator[Any]:
        for nome in JUNTOS:
            if not matches_patterns(nome, list(ignore_patterns or [])):
                self._juntar(nome)
                yield nome, self.deposito

    def _juntar(self, nome: str) -> Path:
        destino = Path(self.deposito.path(nome))
        partes = JUNTOS[nome]
        mais_nova = max(os.path.getmtime(parte) for parte in partes)
        inteiro = _MAPA.sub("", "\n".join(parte.read_text("utf-8") for parte in partes))
        if not destino.exists() or destino.read_text("utf-8") != inteiro:
            destino.parent.mkdir(parents=True, exist_ok=True)
            # Troca de uma vez: outro processo pode estar lendo.
            novo = destino.with_name(f"{destino.name}.{os.getpid()}")
            novo.write_text(inteiro, "utf-8")
            os.utime(novo, (mais_nova, mais_nova))
            novo.replace(destino)
        return destino
