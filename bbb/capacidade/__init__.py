"""Quanta máquina pede uma noite de recorde: conta feita com o que o banco de provas mediu, e simulação da fila.

texto < medidas, noite < plano < simulacao < relatorio. À parte, porque usam bibliotecas que o site não instala:
`manifestos` (o que o plano muda no Kubernetes) e `figura`. Nada aqui usa o banco nem a rede.
"""

from bbb.capacidade.medidas import MedidaFaltando, Medidas, ler
from bbb.capacidade.noite import PASSO, Noite, NoiteImpossivel, curva
from bbb.capacidade.plano import COPIAS_DA_FILA, COPIAS_DO_BANCO, PROCESSOS_POR_POD, USO_DO_WEB, Plano, planejar
from bbb.capacidade.relatorio import relatorio
from bbb.capacidade.simulacao import Falha, Ponto, Simulacao, falhas_da_noite, simular, trabalhadores_para
from bbb.capacidade.texto import decimal

__all__ = [
    "COPIAS_DA_FILA",
    "COPIAS_DO_BANCO",
    "PASSO",
    "PROCESSOS_POR_POD",
    "USO_DO_WEB",
    "Falha",
    "MedidaFaltando",
    "Medidas",
    "Noite",
    "NoiteImpossivel",
    "Plano",
    "Ponto",
    "Simulacao",
    "curva",
    "decimal",
    "falhas_da_noite",
    "ler",
    "planejar",
    "relatorio",
    "simular",
    "trabalhadores_para",
]
