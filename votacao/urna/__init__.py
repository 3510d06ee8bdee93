"""A urna: o caminho quente do voto. Ver `docs/ARQUITETURA.md`."""
