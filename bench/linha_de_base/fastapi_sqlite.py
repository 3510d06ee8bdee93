# mypy: disable-error-code="import-not-found, misc, untyped-decorator"
# (o FastAPI só existe onde se roda o banco de provas)
"""Linha de base A: a API que se escreve primeiro. FastAPI e SQLAlchemy sobre SQLite, um commit por voto.

BANCO=a.sqlite3 uvicorn bench.linha_de_base.fastapi_sqlite:aplicacao --workers 2 --no-access-log
POST /votos/ com JSON {"paredao": 1, "participante": 2}
"""

import os
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Annotated

from fastapi import Depends, FastAPI
from pydantic import BaseModel
from sqlalchemy import create_engine
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column, sessionmaker

# Opções padrão do SQLite, sem WAL: é o que este desenho traz de fábrica. Só a espera por tranca foi alargada, para que
# a fila vire lentidão e não erro.
motor = create_engine(
    f"sqlite:///{os.environ.get('BANCO', 'fastapi_sqlite.sqlite3')}",
    connect_args={"check_same_thread": False, "timeout": 30},
)
abrir_sessao = sessionmaker(motor)


class Base(DeclarativeBase):
    pass


class Voto(Base):
    __tablename__ = "votos"

    id: Mapped[int] = mapped_column(primary_key=True)
    paredao: Mapped[int]
    participante: Mapped[int]
    em: Mapped[datetime] = mapped_column(default=lambda: datetime.now(UTC))


class VotoRecebido(BaseModel):
    paredao: int
    participante: int


def sessao() -> Iterator[Session]:
    with abrir_sessao() as aberta:
        yield aberta


aplicacao = FastAPI()


@aplicacao.post("/votos/")
def votar(recebido: VotoRecebido, banco: Annotated[Session, Depends(sessao)]) -> dict[str, int]:
    voto = Voto(paredao=recebido.paredao, participante=recebido.participante)
    banco.add(voto)
    banco.commit()
    banco.refresh(voto)
    return {"id": voto.id}


if __name__ == "__main__":  # cria a tabela; os processos do servidor não disputam por ela
    Base.metadata.create_all(motor)
