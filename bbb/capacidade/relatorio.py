"""O plano e a simulação em palavras e tabelas: o que o comando imprime e docs/ESCALA.md mostra."""

from bbb.capacidade.medidas import WAL_POR_BYTE, Medidas
from bbb.capacidade.noite import BALANCO_DO_DIA, DO_PICO_AO_FIM, LARGURA_DO_PICO
from bbb.capacidade.plano import (
    COPIAS_DA_FILA,
    COPIAS_DO_BANCO,
    INDISPONIVEL,
    MEMORIA_TRABALHADOR_MIB,
    MEMORIA_WEB_MIB,
    PROCESSOS_POR_POD,
    USO_DO_TRABALHADOR,
    USO_DO_WEB,
    VALIDADE_DA_CEDULA,
    VOTOS_POR_LOTE,
    Plano,
)
from bbb.capacidade.simulacao import Simulacao, trabalhadores_para
from bbb.capacidade.texto import decimal, duracao, tabela, tamanho


def relatorio(plano: Plano, simulacoes: list[Simulacao]) -> str:
    """O texto que o comando imprime e que `docs/ESCALA.md` mostra."""
    noite, medidas = plano.noite, plano.medidas
    partes = [
        f"Noite: {decimal(noite.total)} votos em {decimal(noite.segundos / 3600)} h "
        f"(média de {decimal(noite.media)}/s), "
        f"pico de {decimal(noite.pico)}/s, {decimal(noite.pico / noite.media, 1)} vezes a média.",
        f"Máquina medida: {medidas.maquina}.",
        "### O que se mediu (e com quê se faz a conta)\n\n"
        + tabela(
            ["Medida", "Valor", "Por processo"],
            [
                [
                    "publicados, modo de fila",
                    f"{decimal(medidas.publicados)} votos/s",
                    f"{decimal(medidas.publicados / medidas.processos_publicando)} votos/s",
                ],
                [
                    "drenados para o PostgreSQL",
                    f"{decimal(medidas.drenados)} votos/s",
                    f"{decimal(medidas.drenados / medidas.trabalhadores)} votos/s",
                ],
                [
                    "web sem fila",
                    f"{decimal(medidas.votos_web)} votos/s",
                    f"{decimal(medidas.votos_web / medidas.processos_web)} votos/s",
                ],
                ["jornada ÷ voto", f"{decimal(medidas.jornada, 1)}", "medida" if medidas.jornadas_web else "suposta"],
                ["na fila", f"{decimal(medidas.bytes_na_fila, 1)} B/voto", ""],
                *(
                    [["um escritor só, sem fila", f"{decimal(medidas.um_escritor)} votos/s", ""]]
                    if medidas.um_escritor
                    else []
                ),
                ["no livro (PostgreSQL)", f"{decimal(medidas.bytes_no_livro, 1)} B/voto", ""],
                [
                    "WAL do PostgreSQL",
                    f"{decimal(medidas.wal_por_voto, 1)} B/voto",
                    "medido" if medidas.wal_medido else "suposto",
                ],
            ],
        ),
        "### O que a noite pede (extrapolado)\n\n"
        + tabela(
            ["Peça", "Quanto", "Por quê"],
            [
                [
                    "web",
                    f"{plano.pods_web_minimo} a {plano.pods_web} pods de {PROCESSOS_POR_POD} processos",
                    f"{plano.processos_web} processos a {decimal(USO_DO_WEB * 100)} % no pico; o mínimo leva a média",
                ],
                [
                    "cada pod web",
                    f"{plano.cpu_web} CPU, {plano.memoria_web_mib} MiB",
                    "um núcleo por processo, como na medida",
                ],
                [
                    "trabalhadores",
                    f"{plano.pods_trabalhadores_minimo} a {plano.pods_trabalhadores} pods de {PROCESSOS_POR_POD} "
                    "processos",
                    f"drenam {decimal(plano.drena)} votos/s; {decimal(USO_DO_TRABALHADOR * 100)} % no pico",
                ],
                [
                    "cada pod trabalhador",
                    f"{PROCESSOS_POR_POD} CPU, {plano.memoria_trabalhador_mib} MiB",
                    "como na medida",
                ],
                [
                    "broker: ritmo",
                    f"{decimal(plano.transacoes_por_segundo)} mensagens/s, {tamanho(plano.fila_bytes_por_segundo)}/s",
                    f"lotes de {VOTOS_POR_LOTE}; cada byte vai aos {COPIAS_DA_FILA} nós",
                ],
                [
                    "broker: cada nó",
                    f"{plano.fila_cpu} CPU, {tamanho(plano.fila_memoria)} de RAM, {tamanho(plano.fila_disco)} de disco",
                    f"guarda {decimal(plano.represado)} votos se o banco parar {decimal(INDISPONIVEL)} s no pico",
                ],
                [
                    "banco: livro",
                    f"{tamanho(plano.banco_livro)}, disco de {tamanho(plano.banco_disco)}",
                    f"em cada uma das {COPIAS_DO_BANCO} cópias",
                ],
                [
                    "banco: WAL no pico",
                    f"{tamanho(plano.banco_wal_por_segundo)}/s, disco de {tamanho(plano.banco_disco_do_wal)}",
                    "15 minutos ao ritmo do pico, em dobro",
                ],
                [
                    "banco: escrita",
                    f"{decimal(plano.banco_iops)} IOPS, {decimal(plano.transacoes_por_segundo)} transações/s",
                    "um fsync por lote, o WAL e as páginas do livro",
                ],
                [
                    "banco: máquina",
                    f"{plano.banco_cpu} CPU, {tamanho(plano.banco_memoria)} de RAM, {plano.banco_conexoes} conexões",
                    f"o índice dos últimos {VALIDADE_DA_CEDULA // 60} min em shared_buffers, um quarto da RAM",
                ],
            ],
        ),
        "### A fila, simulada\n\n"
        + f"{simulacoes[0].trabalhadores} processos trabalhadores; cada evento é um lote de "
        + f"{decimal(simulacoes[0].votos_por_evento)} votos; {decimal(len(simulacoes))} noites.\n\n"
        + tabela(
            ["Noite", "Maior fila", "Maior atraso", "Em dia depois de", "Contados após o fim"],
            [
                [
                    simulacao.falha.nome,
                    f"{decimal(simulacao.maior_fila)} votos",
                    duracao(simulacao.maior_atraso),
                    duracao(simulacao.esvaziou_em),
                    duracao(simulacao.depois_do_fim),
                ]
                for simulacao in simulacoes
            ],
        ),
        "### Se a contagem puder atrasar\n\n"
        + tabela(
            ["Espera máxima de um voto, sem falhas", "Processos trabalhadores"],
            [[duracao(espera), decimal(trabalhadores_para(plano, espera))] for espera in (0.0, 60.0, 600.0, 3600.0)],
        ),
        *([f"### O primeiro gargalo\n\n{_gargalo(plano, medidas.um_escritor)}"] if medidas.um_escritor else []),
        "### Suposições\n\n" + "\n".join(f"- {linha}" for linha in suposicoes(medidas)),
    ]
    return "\n\n".join(partes) + "\n"


def suposicoes(medidas: Medidas) -> list[str]:
    """O que não foi medido e entra na conta."""
    return [
        "Mais processos e mais máquinas rendem em proporção ao medido. É a suposição maior: um banco só tem um disco "
        "de WAL e umas poucas linhas de contagem por hora, e acima de alguma taxa deixa de ser verdade.",
        f"Curva: dia de {decimal(BALANCO_DO_DIA * 100)} % acima e abaixo da média e, {decimal(DO_PICO_AO_FIM / 60)} "
        f"min antes do fim, um sino de {decimal(LARGURA_DO_PICO / 60)} min de desvio até o pico.",
        f"Cada voto traz uma jornada inteira ao servidor, sem CDN: {decimal(medidas.jornada, 1)} vezes o seu custo.",
        f"Uso no pico: web {decimal(USO_DO_WEB * 100)} %, trabalhadores {decimal(USO_DO_TRABALHADOR * 100)} %.",
        f"Lotes de {VOTOS_POR_LOTE} votos no pico, e um por transação.",
        f"Da CPU de drenar um voto, {decimal(medidas.parte_do_banco * 100)} % é do banco e do broker "
        f"({'o que não foi dos trabalhadores, medidos' if medidas.parte_medida else 'suposto'}). Na máquina medida "
        f"tudo divide os mesmos {medidas.nucleos} núcleos, o gerador de carga também: em máquinas separadas cada parte "
        "rende mais do que aqui se conta.",
        *(
            []
            if medidas.wal_medido
            else [f"WAL: {decimal(WAL_POR_BYTE, 1)} bytes por byte de livro, com checkpoints espaçados."]
        ),
        f"Memória de um processo: {MEMORIA_WEB_MIB} MiB no web e {MEMORIA_TRABALHADOR_MIB} MiB no trabalhador.",
        "Só torcida: a chave do voto único é ao acaso por natureza, e mexe no índice inteiro, e não no fim dele.",
    ]


def _gargalo(plano: Plano, um_escritor: float) -> str:
    """A conta que o plano não faz: todos os trabalhadores somam nas mesmas linhas de contagem, um de cada vez."""
    pico = plano.noite.pico
    if pico <= um_escritor:
        comparado = f"{decimal(um_escritor / pico, 1)} vezes o pico: chega, e a folga é só essa"
    else:
        comparado = f"{decimal(um_escritor / pico * 100)} % do pico: o resto atrasa na fila até o pico passar"
    quantos = plano.pods_trabalhadores * PROCESSOS_POR_POD
    return (
        f"Os {quantos} trabalhadores drenariam {decimal(plano.drena)} votos/s se não se esperassem. Mas todos somam "
        "nas mesmas linhas de contagem, cada um até o seu `commit`. Um escritor sozinho, que não espera ninguém, grava "
        f"{decimal(um_escritor)} votos/s na máquina medida: {comparado}. Um disco mais rápido e lotes maiores sobem "
        "esse teto; mais trabalhadores, não."
    )
