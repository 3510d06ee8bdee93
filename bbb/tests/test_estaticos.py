"""As partes que viram um arquivo só, e as cores que dizem o mesmo de dois jeitos."""

import re
from pathlib import Path

import pytest
from django.contrib.staticfiles import finders

from bbb.estaticos import JUNTOS, Juntos

FOLHA = Path(__file__).resolve().parents[2] / "static" / "css" / "bbb.css"


@pytest.mark.parametrize("nome", JUNTOS)
def test_o_junto_e_as_partes_na_ordem_sem_o_mapa(nome: str) -> None:
    achado = finders.find(nome)
    assert achado is not None
    inteiro = Path(achado).read_text("utf-8")
    assert "sourceMappingURL" not in inteiro
    partes = [re.sub(r"/\*# sourceMapp.*?\*/", "", parte.read_text("utf-8")) for parte in JUNTOS[nome]]
    assert inteiro == "\n".join(partes)


def test_o_junto_se_refaz_quando_uma_parte_muda(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    parte = tmp_path / "parte.js"
    parte.write_text("um")
    monkeypatch.setitem(JUNTOS, "js/prova-do-teste.js", (parte,))
    junto = Path(Juntos().find("js/prova-do-teste.js"))
    try:
        assert junto.read_text() == "um"
        parte.write_text("dois")
        Juntos().find("js/prova-do-teste.js")
        assert junto.read_text() == "dois"
        assert int(junto.stat().st_mtime) == int(parte.stat().st_mtime)
    finally:
        junto.unlink()


def test_os_dois_blocos_do_tema_escuro_dizem_o_mesmo() -> None:
    folha = FOLHA.read_text()
    do_aparelho = re.search(r':root:not\(\[data-tema="claro"\]\) \{(.*?)\}', folha, re.S)
    da_pessoa = re.search(r':root\[data-tema="escuro"\] \{(.*?)\}', folha, re.S)
    assert do_aparelho is not None
    assert da_pessoa is not None
    assert do_aparelho[1].split() == da_pessoa[1].split()
