"""Elenco inventado da temporada de demonstração.

Ninguém aqui existe: nomes, cidades de origem e histórias foram criados para a demonstração e não
retratam participante de edição alguma. O módulo só guarda dados; quem desenha é `retratos`.
"""

from dataclasses import dataclass
from typing import Literal

Grupo = Literal["pipoca", "camarote", "puxadinho"]
Cabelo = Literal[
    "afro",
    "cacheado_longo",
    "cachos_curtos",
    "calvo",
    "careca",
    "chanel",
    "coque",
    "curto",
    "degrade",
    "dreads",
    "duas_trancas",
    "entradas",
    "franja",
    "longo",
    "lateral",
    "nago",
    "ondulado",
    "pixie",
    "rabo",
    "samurai",
    "topete",
    "trancas",
]
Cobertura = Literal["nenhuma", "bone", "chapeu", "hijab", "turbante"]
Rosto = Literal["oval", "redondo", "quadrado", "coracao", "longo"]
Roupa = Literal[
    "alcinha",
    "blazer",
    "camisa",
    "camiseta",
    "decote_v",
    "gola_alta",
    "jaqueta",
    "jardineira",
    "moletom",
    "ombro_a_ombro",
    "regata",
]
Estampa = Literal["lisa", "flores", "folhas", "listras", "poa"]
Sorriso = Literal["fechado", "dentes", "gargalhada", "de_lado"]
Olhar = Literal["aberto", "amendoado", "rindo"]
Barba = Literal["nenhuma", "por_fazer", "cavanhaque", "bigode", "cheia", "longa"]
Oculos = Literal["nenhum", "redondo", "quadrado", "gatinho"]
Brinco = Literal["nenhum", "argola", "ponto", "pendente"]
Colar = Literal["nenhum", "corrente", "contas", "pingente"]


@dataclass(frozen=True, slots=True)
class Fundo:
    """Cenário de estúdio: cores em `#rrggbb`; o motivo é o do grupo."""

    alto: str
    baixo: str
    luz: str
    motivo: Grupo


@dataclass(frozen=True, slots=True)
class Tracos:
    """O que o retrato desenha. Cores em `#rrggbb`.

    `inclinacao` é em graus (positivo pende para a direita de quem olha); `giro` vai de -1 a 1 e
    diz para que lado o rosto se volta; `porte` multiplica a largura dos ombros.
    """

    pele: str
    cabelo: Cabelo
    cor_cabelo: str
    roupa: Roupa
    cor_roupa: str
    cor_detalhe: str
    fundo: Fundo
    rosto: Rosto = "oval"
    olhar: Olhar = "aberto"
    cor_olhos: str = "#4b2a18"
    sorriso: Sorriso = "dentes"
    batom: str = ""
    cilios: bool = False
    barba: Barba = "nenhuma"
    cor_barba: str = ""
    oculos: Oculos = "nenhum"
    cor_oculos: str = "#2a1f2d"
    brinco: Brinco = "nenhum"
    colar: Colar = "nenhum"
    cor_adorno: str = "#f2bd3f"
    cobertura: Cobertura = "nenhuma"
    cor_cobertura: str = "#333333"
    estampa: Estampa = "lisa"
    nariz: float = 1.0
    porte: float = 1.0
    inclinacao: float = 0.0
    giro: float = 0.0
    sardas: bool = False
    rugas: bool = False
    pinta: bool = False


@dataclass(frozen=True, slots=True)
class Personagem:
    """Uma pessoa inventada do elenco; `idade` em anos, `apresentacao` com até 200 caracteres."""

    nome: str
    nome_curto: str
    idade: int
    profissao: str
    cidade: str
    uf: str
    grupo: Grupo
    apresentacao: str
    tracos: Tracos


# Uma ficha por pessoa, com os traços vários por linha.
# fmt: off
_SOL = Fundo("#ff9a3d", "#e8345f", "#ffe08a", "pipoca")
_CORAL = Fundo("#ff7a59", "#c2257a", "#ffd0a1", "pipoca")
_MANGA = Fundo("#ffc043", "#f0602f", "#fff0b0", "pipoca")
_ROSA = Fundo("#ff6f91", "#a81e6f", "#ffc9c0", "pipoca")
_NOITE = Fundo("#5a35c8", "#231258", "#b59bff", "camarote")
_VIOLETA = Fundo("#9a3fd0", "#3c1273", "#eab0ff", "camarote")
_AZUL = Fundo("#3f5be0", "#1b1a63", "#a8c3ff", "camarote")
_UVA = Fundo("#c13fae", "#4a1263", "#ffb8ec", "camarote")
_MATA = Fundo("#1fb58f", "#0b4f5c", "#b6ffdc", "puxadinho")
_MAR = Fundo("#22a7d0", "#0e3f73", "#b7f0ff", "puxadinho")
_LIMA = Fundo("#7fc242", "#12695a", "#efffb0", "puxadinho")

ELENCO: tuple[Personagem, ...] = (
    # Pipoca
    Personagem(
        "Jandira Cauípe Amoras", "Jandira", 34, "Agente comunitária de saúde", "Santarém", "PA",
        "pipoca",
        "Visita de barco cada família da sua comunidade e sabe o nome de todos os cachorros do "
        "caminho. Promete café forte e conversa franca.",
        Tracos(
            "#b9784f", "franja", "#1c1416", "alcinha", "#f4efe4", "#d8443c",
            _SOL,
            rosto="redondo", olhar="amendoado", cor_olhos="#2e1a12", sorriso="fechado",
            batom="#b5473f", cilios=True, brinco="pendente", cor_adorno="#e5432f", colar="contas",
            estampa="lisa", porte=0.88, inclinacao=-2.5, giro=0.3,
        ),
    ),
    Personagem(
        "Tainan Brandão Vaz", "Tainan", 27, "Professor de educação física", "Feira de Santana",
        "BA", "pipoca",
        "Transformou a quadra rachada da escola em campeonato de bairro. Dança em qualquer fila e "
        "jura que nunca perdeu no dominó.",
        Tracos(
            "#6b4029", "degrade", "#15100f", "camiseta", "#f6c945", "#1d7f5f",
            _CORAL,
            rosto="oval", sorriso="gargalhada", barba="por_fazer", brinco="ponto", nariz=1.2,
            porte=1.08, inclinacao=3.0, giro=-0.4,
        ),
    ),
    Personagem(
        "Zuleica Moraes Pinto", "Dona Zu", 66, "Costureira aposentada", "Juiz de Fora", "MG",
        "pipoca",
        "Fez o vestido de metade das noivas da cidade e chorou em todos os casamentos. Chega com "
        "agulha, linha e nenhum filtro.",
        Tracos(
            "#e2ac88", "cachos_curtos", "#d9d6d8", "camisa", "#4f8fc9", "#f7f3ea",
            _ROSA,
            rosto="redondo", olhar="rindo", sorriso="dentes", batom="#c74a55", cilios=True,
            oculos="gatinho", cor_oculos="#b3224f", brinco="ponto", cor_adorno="#f4efe6",
            estampa="poa", porte=0.9, inclinacao=-3.0, giro=-0.2, rugas=True,
        ),
    ),
    Personagem(
        "Otávio Kenzo Murakawa", "Kenzo", 29, "Engenheiro agrônomo", "Londrina", "PR", "pipoca",
        "Conversa com as mudas de café do sítio dos avós e garante que elas respondem. Tímido até "
        "a segunda música do karaokê.",
        Tracos(
            "#f0c49c", "lateral", "#1b171b", "jaqueta", "#2f5d50", "#f3e9d6",
            _MANGA,
            rosto="oval", olhar="amendoado", cor_olhos="#2b1a14", sorriso="fechado",
            oculos="redondo", cor_oculos="#3a2a24", porte=0.98, inclinacao=2.0, giro=0.4,
            nariz=0.95,
        ),
    ),
    Personagem(
        "Rosilene Batuíra Gomes", "Rosi", 41, "Motorista de ônibus", "Duque de Caxias", "RJ",
        "pipoca",
        "Dirige a linha das cinco da manhã e conhece a vida de cada passageiro. Criou três filhos "
        "e não leva desaforo até o ponto final.",
        Tracos(
            "#56321f", "trancas", "#1a1110", "decote_v", "#1f6fd1", "#ffd35c",
            _CORAL,
            rosto="coracao", sorriso="dentes", batom="#a82a4c", cilios=True, brinco="argola",
            colar="pingente", nariz=1.2, porte=0.94, inclinacao=-2.0, giro=0.3,
        ),
    ),
    Personagem(
        "Valdomiro Piaçava Reis", "Seu Miro", 58, "Pescador", "Canavieiras", "BA", "pipoca",
        "Lê o tempo na cor da maré e conta cada peixe um pouco maior do que foi. Quer o prêmio "
        "para um barco com o nome da esposa.",
        Tracos(
            "#8a5536", "entradas", "#d8d4cf", "camisa", "#f3ead9", "#c9b68e",
            _MANGA,
            rosto="quadrado", olhar="rindo", sorriso="fechado", barba="cheia", cor_barba="#d8d4cf",
            cobertura="chapeu", cor_cobertura="#e3bf7c", nariz=1.15, porte=1.04, inclinacao=2.0,
            giro=-0.3, rugas=True,
        ),
    ),
    Personagem(
        "Heloá Steinmetz Kraus", "Heloá", 23, "Estudante de veterinária", "Santa Cruz do Sul", "RS",
        "pipoca",
        "Já fez parto de égua na chuva e desmaia em exame de sangue. Fala alto, ri mais alto ainda "
        "e acorda antes do galo.",
        Tracos(
            "#f7d0b4", "ondulado", "#d9a04e", "jardineira", "#3f6fb0", "#fbf3e6",
            _ROSA,
            rosto="coracao", cor_olhos="#3f7f86", sorriso="dentes", batom="#d9656b", cilios=True,
            brinco="ponto", sardas=True, porte=0.86, inclinacao=3.5, giro=-0.4, nariz=0.88,
        ),
    ),
    Personagem(
        "Caíque Aldenor Freire", "Caíque", 31, "Entregador e poeta de slam", "Fortaleza", "CE",
        "pipoca",
        "Escreve versos entre uma entrega e outra, no verso da notinha. Conhece cada ladeira da "
        "cidade e rima até com o síndico.",
        Tracos(
            "#c98c60", "degrade", "#241712", "moletom", "#e64a3b", "#fff1dc",
            _SOL,
            rosto="oval", sorriso="de_lado", barba="cavanhaque", cobertura="bone",
            cor_cobertura="#26335e", brinco="ponto", porte=1.0, inclinacao=-3.0, giro=0.5,
        ),
    ),
    Personagem(
        "Nayana Tucumã Lopes", "Nayana", 26, "Técnica de enfermagem", "Manaus", "AM", "pipoca",
        "Trabalha no turno da noite e dança toada de manhã. Cuida de todo mundo, mas avisa: mexeu "
        "no açaí dela, virou paredão.",
        Tracos(
            "#a9683f", "duas_trancas", "#17110f", "regata", "#18a08c", "#fbe27a",
            _CORAL,
            rosto="oval", olhar="amendoado", cor_olhos="#2b1710", sorriso="gargalhada",
            batom="#c23b4e", cilios=True, brinco="argola", porte=0.88, inclinacao=2.5, giro=0.2,
        ),
    ),
    Personagem(
        "Everton Quirino da Luz", "Quirino", 37, "Pedreiro e sambista", "São Paulo", "SP", "pipoca",
        "De segunda a sexta levanta parede; no sábado levanta a roda de samba da Zona Leste. Pai "
        "de gêmeas e especialista em feijoada.",
        Tracos(
            "#4a2a1c", "careca", "#140e0d", "camiseta", "#f4f0e8", "#d6322f",
            _MANGA,
            rosto="quadrado", sorriso="dentes", barba="cavanhaque", brinco="argola",
            colar="corrente", estampa="listras", nariz=1.25, porte=1.14, inclinacao=-2.0, giro=-0.3,
        ),
    ),
    # Camarote
    Personagem(
        "Lavínia Montarroyos", "Lavínia", 32, "Atriz de novelas", "Recife", "PE", "camarote",
        "Foi a vilã mais odiada do horário das sete e, na vida real, devolve até carrinho de "
        "mercado. Diz que veio sem roteiro.",
        Tracos(
            "#edbd98", "longo", "#7a2f1d", "blazer", "#1c1730", "#f0dcc4",
            _VIOLETA,
            rosto="oval", cor_olhos="#5a6b2f", sorriso="fechado", batom="#b3182f", cilios=True,
            brinco="pendente", pinta=True, porte=0.88, inclinacao=-3.0, giro=0.4, nariz=0.9,
        ),
    ),
    Personagem(
        "Jefferson Dorival Lins", "Jeff Dorival", 25, "Cantor de pagode", "São Gonçalo", "RJ",
        "camarote",
        "Compôs o primeiro sucesso no fundo do ônibus, batucando no banco. Romântico assumido, "
        "canta até para agradecer o almoço.",
        Tracos(
            "#7b4a30", "nago", "#17100f", "jaqueta", "#e9e4f2", "#2a2342",
            _NOITE,
            rosto="quadrado", sorriso="dentes", barba="por_fazer", brinco="ponto", colar="corrente",
            nariz=1.15, porte=1.06, inclinacao=3.0, giro=-0.4,
        ),
    ),
    Personagem(
        "Zahra Haddouche Nasser", "Zahra", 30, "Estilista", "Foz do Iguaçu", "PR", "camarote",
        "Veste noivas, atrizes e a própria avó com o mesmo capricho. Cresceu entre três fronteiras "
        "e discute em quatro idiomas.",
        Tracos(
            "#dca27a", "longo", "#231512", "gola_alta", "#2d2250", "#7d5fc4",
            _UVA,
            rosto="oval", cor_olhos="#5b3a1e", sorriso="fechado", batom="#b24a5f", cilios=True,
            cobertura="hijab", cor_cobertura="#f3d3b4", porte=0.9, inclinacao=2.5, giro=-0.3,
            nariz=0.95,
        ),
    ),
    Personagem(
        "Bento Aragonês Prates", "Bento", 45, "Chef de cozinha", "Porto Alegre", "RS", "camarote",
        "Tem restaurante premiado e continua achando o arroz da mãe melhor que o seu. Exigente na "
        "cozinha, manteiga derretida fora dela.",
        Tracos(
            "#efc3a0", "topete", "#6d6668", "camisa", "#22283f", "#e8e2d8",
            _AZUL,
            rosto="quadrado", cor_olhos="#3b6a8c", sorriso="de_lado", barba="cheia",
            cor_barba="#6d6668", porte=1.06, inclinacao=-2.0, giro=0.4,
        ),
    ),
    Personagem(
        "Ayomi Nascimento Sena", "Ayomi", 28, "Atleta do salto triplo", "Salvador", "BA",
        "camarote",
        "Coleciona medalhas, cicatrizes no joelho e plantas batizadas com nome de cantora. Compete "
        "até para ver quem lava a louça.",
        Tracos(
            "#7d4a2e", "afro", "#1d1211", "regata", "#ff8a3c", "#fff0d8",
            _NOITE,
            rosto="coracao", sorriso="gargalhada", batom="#a8324f", cilios=True, brinco="argola",
            nariz=1.15, porte=0.96, inclinacao=-2.5, giro=0.3,
        ),
    ),
    Personagem(
        "Dalvanira Serpa", "Dalva Serpa", 52, "Cantora de forró", "Campina Grande", "PB",
        "camarote",
        "Trinta anos de estrada, sanfona no peito e um São João por semana. Já avisou que a casa "
        "vai dormir tarde.",
        Tracos(
            "#dfa57c", "cacheado_longo", "#a5301f", "ombro_a_ombro", "#f2b632", "#fff4dc",
            _UVA,
            rosto="redondo", cor_olhos="#53341c", sorriso="gargalhada", batom="#c4122f",
            cilios=True, brinco="pendente", cor_adorno="#ffd765", colar="nenhum", porte=0.94,
            inclinacao=3.0, giro=-0.2, estampa="flores",
        ),
    ),
    Personagem(
        "Ícaro Vellasco Prado", "Ícaro", 33, "Ator e dançarino", "Niterói", "RJ", "camarote",
        "Começou no teatro da igreja e já dançou em quatro continentes. Organiza a geladeira por "
        "cor e não sabe ficar parado.",
        Tracos(
            "#b57a51", "cachos_curtos", "#33201a", "decote_v", "#0f8a8a", "#bff0e6",
            _VIOLETA,
            rosto="oval", cor_olhos="#6a4a22", sorriso="dentes", barba="por_fazer", brinco="argola",
            colar="corrente", porte=1.04, inclinacao=-3.5, giro=-0.4,
        ),
    ),
    Personagem(
        "Mirela Tavolaro Bastos", "Mirela", 38, "Jornalista esportiva", "Campinas", "SP",
        "camarote",
        "Narrou final de campeonato com febre e unha quebrada. Decora escalações, aniversários e "
        "tudo o que disserem dela na cozinha.",
        Tracos(
            "#f4cdae", "chanel", "#4a2a1c", "blazer", "#e23d6d", "#fff6ee",
            _AZUL,
            rosto="coracao", cor_olhos="#6b4423", sorriso="dentes", batom="#cf3f58", cilios=True,
            oculos="quadrado", cor_oculos="#2b2030", brinco="ponto", porte=0.9, inclinacao=2.5,
            giro=0.4, nariz=0.9,
        ),
    ),
    Personagem(
        "Téo Hanashiro Lobo", "Téo", 22, "Streamer", "Santos", "SP", "camarote",
        "Joga para meio milhão de pessoas e perde o controle da televisão para a irmã caçula. Veio "
        "aprender a dormir cedo.",
        Tracos(
            "#f3cfab", "samurai", "#e0609f", "moletom", "#2b2d5c", "#58e0d4",
            _NOITE,
            rosto="coracao", olhar="amendoado", cor_olhos="#2b1a16", sorriso="fechado",
            brinco="argola", cor_adorno="#d9dde6", porte=0.94, inclinacao=-3.0, giro=0.4, nariz=0.9,
        ),
    ),
    # Puxadinho
    Personagem(
        "Ubirajara Ponciano Terra", "Bira", 44, "Professor de história", "Dourados", "MS",
        "puxadinho",
        "Dá aula embaixo da mangueira quando o ventilador quebra. Toca viola, guarda causo e tem "
        "paciência de quem corrige quarenta redações.",
        Tracos(
            "#a4663f", "rabo", "#1a1413", "camisa", "#d9622b", "#f8e3b4",
            _MATA,
            rosto="quadrado", olhar="amendoado", cor_olhos="#27160f", sorriso="fechado",
            colar="contas", cor_adorno="#f0e2c0", nariz=1.1, porte=1.04, inclinacao=2.0, giro=-0.4,
        ),
    ),
    Personagem(
        "Conceição Malaquias Dantas", "Ceiça", 49, "Cozinheira de acarajé", "Cachoeira", "BA",
        "puxadinho",
        "Herdou o tabuleiro da bisavó e tempera até conselho. Se a casa brigar, ela frita primeiro "
        "e pergunta depois.",
        Tracos(
            "#4d2c1d", "afro", "#1a1210", "ombro_a_ombro", "#fbf6ec", "#e2a93b",
            _LIMA,
            rosto="redondo", sorriso="dentes", batom="#93264a", cilios=True, brinco="argola",
            colar="contas", cor_adorno="#f6c445", cobertura="turbante", cor_cobertura="#f08a24",
            nariz=1.2, porte=0.98, inclinacao=-2.5, giro=0.3,
        ),
    ),
    Personagem(
        "Leopoldo Farkas Wendt", "Leopoldo", 61, "Relojoeiro", "Blumenau", "SC", "puxadinho",
        "Conserta relógio de torre e chega sempre dez minutos antes. Viúvo, aprendeu a dançar aos "
        "sessenta e não parou mais.",
        Tracos(
            "#f3c8ab", "calvo", "#e4e1df", "jaqueta", "#7a4b2c", "#cfe3ea",
            _MAR,
            rosto="longo", olhar="aberto", cor_olhos="#4a7f9c", sorriso="fechado", barba="bigode",
            cor_barba="#efecea", oculos="redondo", cor_oculos="#b38a3a", porte=0.98,
            inclinacao=-2.0, giro=0.3, rugas=True, nariz=1.05,
        ),
    ),
    Personagem(
        "Maitê Sorrentino Vidal", "Maitê", 19, "Estudante de física", "Belo Horizonte", "MG",
        "puxadinho",
        "Caiu na prova de cálculo e montou um telescópio de cano no mesmo dia. Caçula da edição, "
        "faz conta de votos de cabeça.",
        Tracos(
            "#e9b892", "coque", "#5a3420", "camiseta", "#f7f2e8", "#e5568a",
            _MAR,
            rosto="redondo", cor_olhos="#5b3a20", sorriso="fechado", batom="#d26a70", cilios=True,
            oculos="redondo", cor_oculos="#c2467a", brinco="ponto", sardas=True, estampa="listras",
            porte=0.84, inclinacao=3.5, giro=-0.3, nariz=0.9,
        ),
    ),
    Personagem(
        "Wesley Andirá Campos", "Andirá", 24, "Guia de trilhas", "Alto Paraíso de Goiás", "GO",
        "puxadinho",
        "Sabe o nome de cada cachoeira da Chapada e se perde em shopping. Fala com calma, acorda "
        "com o sol e cozinha para vinte.",
        Tracos(
            "#8f5a38", "dreads", "#3a2117", "camisa", "#1f7a5c", "#ffd66b",
            _LIMA,
            rosto="longo", cor_olhos="#5a3a1c", sorriso="dentes", barba="por_fazer", colar="contas",
            cor_adorno="#d9512f", nariz=1.1, porte=1.0, inclinacao=-3.0, giro=-0.3,
            estampa="folhas",
        ),
    ),
    Personagem(
        "Iolanda Brasilino Rocha", "Iolanda", 35, "Caminhoneira", "Rondonópolis", "MT", "puxadinho",
        "Cruzou o país onze vezes com uma playlist só e um cachorro chamado Diesel. Troca pneu, "
        "chora em filme e não foge de conversa.",
        Tracos(
            "#d39a6e", "pixie", "#2a1a17", "jaqueta", "#b3272d", "#f4ead8",
            _MATA,
            rosto="oval", cor_olhos="#4f6b3a", sorriso="de_lado", batom="#b8424f", cilios=True,
            brinco="argola", cor_adorno="#dfe3e8", porte=0.94, inclinacao=2.5, giro=0.4,
        ),
    ),
    Personagem(
        "Amaro Quintela Nunes", "Amaro", 39, "Tatuador", "Aracaju", "SE", "puxadinho",
        "Tem cara de bravo e desenha passarinhos. Aprendeu tricô com a sogra e promete um gorro "
        "para quem chegar à final.",
        Tracos(
            "#e5b48e", "curto", "#5b2e1b", "regata", "#23303a", "#8fd0b8",
            _MAR,
            rosto="quadrado", cor_olhos="#4d6b45", sorriso="fechado", barba="longa",
            cor_barba="#5b2e1b", brinco="ponto", porte=1.12, inclinacao=-2.5, giro=-0.4,
        ),
    ),
)
