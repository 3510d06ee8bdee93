"""As 80 perguntas da demonstração, em oito seções, cada uma com respostas de exemplo para os inscritos inventados."""

from dataclasses import dataclass

from inscricoes.models import Pergunta

Tipo = Pergunta.Tipo


@dataclass(frozen=True, slots=True)
class P:
    """Uma pergunta. `respostas` são exemplos, repartidos entre os inscritos."""

    enunciado: str
    tipo: Tipo
    respostas: tuple[str, ...]
    ajuda: str = ""
    obrigatoria: bool = True
    limite: int | None = None
    opcoes: tuple[str, ...] = ()


def curta(enunciado: str, *respostas: str, ajuda: str = "", obrigatoria: bool = True, limite: int | None = None) -> P:
    return P(enunciado, Tipo.CURTA, respostas, ajuda, obrigatoria, limite)


def longa(enunciado: str, *respostas: str, ajuda: str = "", obrigatoria: bool = True, limite: int | None = None) -> P:
    return P(enunciado, Tipo.LONGA, respostas, ajuda, obrigatoria, limite)


def escolha(enunciado: str, *opcoes: str, ajuda: str = "", obrigatoria: bool = True) -> P:
    return P(enunciado, Tipo.ESCOLHA, opcoes, ajuda, obrigatoria, None, opcoes)


def numero(enunciado: str, teto: int, *respostas: int, ajuda: str = "", obrigatoria: bool = True) -> P:
    return P(enunciado, Tipo.NUMERO, tuple(str(n) for n in respostas), ajuda, obrigatoria, teto)


def sim_nao(enunciado: str, *, ajuda: str = "", obrigatoria: bool = True) -> P:
    return P(enunciado, Tipo.SIM_NAO, ("sim", "nao", "sim"), ajuda, obrigatoria)


SECOES: tuple[tuple[str, str, tuple[P, ...]], ...] = (
    (
        "De onde você vem",
        "A sua história antes de qualquer câmera.",
        (
            longa(
                "Conte a sua história em poucas linhas, como contaria a quem senta ao seu lado numa viagem longa.",
                "Cresci entre a feira e o ônibus das seis. Perdi cedo o medo de falar com estranhos e nunca mais parei.",
                "Sou o terceiro de cinco, criado por duas tias. Saí de casa aos dezessete e voltei aos trinta, melhor.",
                "Nasci num sítio sem luz e hoje vivo do que aprendi consertando as coisas dos outros.",
                ajuda="Não precisa ser triste nem grandiosa. Precisa ser sua.",
                limite=1500,
            ),
            curta("Em que bairro ou comunidade você cresceu?", "Beira-rio", "Vila Operária", "Alto do Cruzeiro"),
            numero("Quantas vezes você já mudou de cidade?", 60, 0, 3, 7),
            escolha(
                "Quem criou você?",
                "mãe e pai",
                "só a mãe",
                "só o pai",
                "avós",
                "outros parentes",
                "outra família",
            ),
            numero("Quantas pessoas moram com você hoje?", 40, 1, 4, 6),
            sim_nao("Você tem filhos?"),
            longa(
                "Quem depende de você, e como ficaria se você passasse cem dias fora?",
                "Minha avó. Meu irmão já combinou de ficar com ela, e tem a vizinha do lado.",
                "Ninguém depende de mim para comer, mas meu sócio ia suar a camisa.",
                "Dois filhos, com a mãe deles. Conversamos os quatro antes de eu me inscrever.",
            ),
            curta(
                "Que comida tem gosto de casa?",
                "Peixe na folha",
                "Arroz doce da minha tia",
                "Cuscuz com ovo",
                obrigatoria=False,
            ),
            longa(
                "Qual foi o dia mais difícil da sua vida até aqui, e o que veio depois dele?",
                "O dia em que fechei a loja. No mês seguinte eu já vendia na calçada, e vendia mais.",
                "Quando meu pai adoeceu. Aprendi a pedir ajuda, que era o que eu menos sabia.",
                "A enchente. Perdemos os móveis e ganhamos uma rua inteira de amigos.",
                ajuda="Só se quiser contar.",
                obrigatoria=False,
            ),
            curta(
                "Que apelido você já teve, e quem o deu?",
                "Maré, do meu avô, porque eu sempre voltava",
                "Radinho, da turma da escola",
                "Nenhum que eu possa escrever aqui",
                obrigatoria=False,
            ),
        ),
    ),
    (
        "Como você vive",
        "O seu dia comum diz mais do que parece.",
        (
            longa(
                "Descreva uma terça-feira sua, da hora em que acorda até dormir.",
                "Às cinco já tem massa descansando. Às dez a vitrine está cheia. À noite eu assisto a qualquer coisa e durmo no meio.",
                "Acordo tarde, treino, trabalho até de noite e janto com quem estiver acordado.",
                "Café, trânsito, trabalho, trânsito, violão. A parte boa é o violão.",
            ),
            numero("Quantas horas você dorme por noite?", 24, 5, 7, 8),
            escolha("Na sua casa, quem manda na cozinha?", "eu", "outra pessoa", "ninguém, cada um se vira"),
            sim_nao("Você divide quarto sem problema?"),
            sim_nao("Você ronca?", ajuda="Quem dorme perto de você diz que sim ou que não?"),
            curta(
                "Que tarefa de casa você faz com gosto, e de qual foge?",
                "Lavo louça cantando, fujo do banheiro",
                "Cozinho para vinte, mas não dobro uma camisa",
                "Varro o quintal. O resto eu negocio",
            ),
            escolha(
                "Como está a sua vida amorosa?",
                "sem ninguém",
                "namorando",
                "em casamento",
                "é complicado",
                "prefiro não dizer",
            ),
            curta(
                "Quanto tempo você já passou longe do telefone?",
                "Três dias, num barco",
                "Uma manhã, e contei os minutos",
                "Um mês, no exército",
                obrigatoria=False,
            ),
            longa(
                "O que você faz quando ninguém está olhando?",
                "Danço na frente da geladeira aberta.",
                "Falo sozinho e ganho todas as discussões.",
                "Leio bula de remédio. Acalma.",
                obrigatoria=False,
            ),
            numero("Quantos livros você leu no último ano?", 365, 0, 2, 11, obrigatoria=False),
        ),
    ),
    (
        "Trabalho e dinheiro",
        "O que você faz da vida, e o que faria com outra.",
        (
            longa(
                "Em que você trabalha, e como chegou aí?",
                "Faço bolos. Comecei porque a encomenda da minha irmã não chegou e a festa era em três horas.",
                "Dirijo há vinte anos. Era para ser por um verão.",
                "Estudo e faço bico de tudo o que aparece: pintura, mudança, recepção.",
            ),
            numero("Quantos empregos você já teve?", 100, 2, 6, 14),
            curta(
                "Qual foi o trabalho mais estranho que você já fez?",
                "Provador de ração",
                "Figurante de cadáver",
                "Estátua viva numa inauguração de posto",
            ),
            escolha(
                "Quando o dinheiro aperta, o que sai primeiro?",
                "o passeio",
                "a comida boa",
                "a roupa nova",
                "a conta que pode esperar",
            ),
            sim_nao("Você já ficou sem ter onde trabalhar por mais de seis meses?"),
            longa(
                "O que você faria com o prêmio, na ordem em que faria?",
                "Casa da minha mãe, dívida do meu irmão, forno novo. Depois eu durmo uma semana.",
                "Pagava o que devo, comprava um terreno e sumia por um mês para pensar.",
                "Terminava a faculdade sem trabalhar à noite e levava minha avó para ver o mar.",
            ),
            sim_nao("Você empresta dinheiro a amigos?", obrigatoria=False),
            curta(
                "O que você comprou e nunca usou?",
                "Uma prancha. Moro a oitocentos quilômetros do mar",
                "Um curso de alemão",
                "Patins",
                obrigatoria=False,
            ),
            escolha(
                "Você prefere mandar ou receber ordens?", "mandar", "receber", "depende de quem", "nenhum dos dois"
            ),
            longa(
                "Conte de uma vez em que você foi injustiçado no trabalho e do que fez.",
                "Levaram o crédito de uma ideia minha. Na reunião seguinte eu levei a ideia já pronta, com meu nome.",
                "Fui demitido por defender uma colega. Faria igual, mas com o aviso prévio na mão.",
                "Calei, e me arrependo até hoje. Nunca mais calei.",
                obrigatoria=False,
            ),
        ),
    ),
    (
        "Gente",
        "Com quem você anda, com quem não anda.",
        (
            longa(
                "Como um amigo de verdade descreveria você? E alguém que não gosta de você?",
                "O amigo diria que eu apareço. O outro diria que eu apareço demais.",
                "Leal, teimoso e engraçado sem querer. O resto é a mesma lista, em outro tom.",
                "Que sou calma. Quem não gosta chama isso de frieza.",
            ),
            numero("Quantos amigos você chamaria às três da manhã?", 1000, 1, 3, 5),
            escolha(
                "Numa festa em que não conhece ninguém, você…",
                "puxa conversa com todo mundo",
                "acha uma pessoa e fica com ela",
                "vai para a cozinha",
                "vai embora",
            ),
            sim_nao("Você já rompeu com um amigo de muitos anos?"),
            longa(
                "Que tipo de pessoa tira você do sério, e por quê?",
                "Quem pede sinceridade e não aguenta a primeira.",
                "Gente que atrasa e chega rindo.",
                "Quem trata mal garçom. Ali eu já sei o resto.",
            ),
            escolha(
                "Numa briga entre dois amigos, você costuma…",
                "tomar partido",
                "tentar apaziguar",
                "sair de perto",
                "piorar sem querer",
            ),
            curta(
                "Quem, da sua vida, você levaria para a casa se pudesse?",
                "Minha irmã, que me segura",
                "Meu vizinho de oitenta anos",
                "Ninguém: é a minha vez",
                obrigatoria=False,
            ),
            sim_nao("Você pede desculpas com facilidade?"),
            longa(
                "Conte de uma mentira sua que deu errado.",
                "Disse que sabia nadar. Descobriram no meio da represa.",
                "Inventei um namorado para fugir de um convite e tive que inventar a separação.",
                "Falei que era vegetariano num churrasco e passei dois anos sustentando.",
                obrigatoria=False,
            ),
            sim_nao("Alguém que você conhece já participou de um programa como este?"),
        ),
    ),
    (
        "Temperamento",
        "Não há resposta certa. Há a sua.",
        (
            escolha(
                "O que mais descreve você sob pressão?",
                "fico quieto",
                "falo demais",
                "faço piada",
                "choro",
                "resolvo e desabo depois",
            ),
            longa(
                "Qual é o seu pior defeito na convivência, dito sem enfeite?",
                "Corrijo o português dos outros no meio da frase.",
                "Guardo rancor com etiqueta e data.",
                "Acordo de mau humor e acho que todo mundo tem que respeitar.",
            ),
            numero("De 0 a 10, quanto você se acha competitivo?", 10, 4, 7, 10),
            numero("De 0 a 10, quanto você se acha paciente?", 10, 3, 6, 9),
            sim_nao("Você chora na frente dos outros?"),
            longa(
                "Do que você tem medo?",
                "De elevador parado e de ficar igual ao meu tio.",
                "De cachorro grande. E de ser esquecido.",
                "De altura, mas só na hora de descer.",
            ),
            escolha("Quando erram com você, quanto tempo leva para passar?", "minutos", "dias", "meses", "não passa"),
            sim_nao("Você já fez ou faz terapia?", ajuda="Não conta a favor nem contra.", obrigatoria=False),
            longa(
                "O que você mudaria em si e o que não mudaria por nada?",
                "Mudaria a pressa. Não mudaria o riso alto.",
                "Queria saber dizer não. Não troco a minha mão boa para planta.",
                "Mudaria o meu sono. O resto deu trabalho para ficar assim.",
            ),
            curta(
                "Uma palavra que seus pais, ou quem criou você, usariam para você:",
                "Teimosia",
                "Alegria",
                "Sossego",
                limite=30,
            ),
        ),
    ),
    (
        "O jogo",
        "O que você faria lá dentro.",
        (
            longa(
                "Por que você, e por que agora?",
                "Porque já vivi em casa cheia a vida toda e sei a hora de falar e a de lavar a louça.",
                "Porque cansei de torcer do sofá e de dizer que faria melhor.",
                "Porque a minha filha disse que eu não tinha coragem.",
                ajuda="É a pergunta que a produção lê primeiro.",
            ),
            escolha("Você jogaria mais…", "sozinho", "em dupla", "em grupo", "só saberia lá dentro"),
            longa(
                "Em quem você votaria na primeira semana, se não conhecesse ninguém?",
                "Em quem combinar voto na primeira noite.",
                "Em quem não lavar o próprio prato.",
                "Em quem for simpático demais comigo.",
            ),
            sim_nao("Você mentiria para ganhar?"),
            sim_nao("Você votaria num amigo?"),
            escolha(
                "Que prova você ganharia?",
                "de resistência",
                "de memória",
                "de sorte",
                "de força",
                "nenhuma, e viveria de aliança",
            ),
            longa(
                "O que faria você desistir no meio?",
                "Doença na família. Mais nada.",
                "Se eu não me reconhecesse no espelho.",
                "Nada que eu consiga imaginar daqui.",
            ),
            numero("Quantas edições do programa você já viu quase inteiras?", 40, 2, 9, 20, obrigatoria=False),
            longa(
                "Conte um momento de outra edição em que você teria feito diferente.",
                "Eu não teria entregado o anjo para agradar. Teria guardado.",
                "Naquela briga da cozinha eu teria saído antes do grito.",
                obrigatoria=False,
            ),
            curta(
                "Qual seria o seu bordão?",
                "“Quem madruga toma café quente”",
                "“Anota aí”",
                "“Deus viu, e o confessionário também”",
                obrigatoria=False,
                limite=60,
            ),
        ),
    ),
    (
        "Lá fora",
        "O que o público vai achar de você quando procurar.",
        (
            numero("Quantas pessoas seguem você, somando as redes?", 100_000_000, 180, 2300, 41000),
            sim_nao("Você trabalha com as suas redes?"),
            longa(
                "O que você já publicou e hoje não publicaria?",
                "Uma indireta de doze partes. Todo mundo sabia para quem era.",
                "Opinião sobre o que eu não sabia. Apaguei e pedi desculpas a quem leu.",
                "Foto de prato. Anos de foto de prato.",
            ),
            escolha(
                "Quando falam mal de você na internet, você…", "não lê", "lê e ri", "lê e sofre", "responde a todos"
            ),
            sim_nao("Você tem alguma causa pública que defende?", obrigatoria=False),
            longa(
                "Se tem, qual é e o que já fez por ela?",
                "Cursinho popular aos sábados, há quatro anos.",
                "Adoção de bicho de rua. Tenho cinco provas em casa.",
                obrigatoria=False,
            ),
            sim_nao(
                "Você já se candidatou, trabalhou em campanha ou teve cargo público?",
                ajuda="O programa precisa saber antes que o público pergunte.",
            ),
            sim_nao("Você já apareceu na televisão?"),
            longa(
                "Há algo do seu passado que apareceria, e que você prefere contar agora?",
                "Fui despejado de um apartamento. Paguei tudo depois, e tenho os papéis.",
                "Briguei feio numa torcida, aos vinte. Não vou mais a estádio.",
                "Nada que renda assunto.",
                ajuda="Só a produção lê. Contar antes é melhor do que explicar depois.",
            ),
            curta(
                "Que música toca quando você entra?",
                "Um xote",
                "Samba de roda",
                "Qualquer uma com sanfona",
                obrigatoria=False,
            ),
        ),
    ),
    (
        "Saúde e rotina na casa",
        "Para cuidar bem de você, se for chamado. Nada aqui elimina ninguém sozinho.",
        (
            sim_nao("Você toma algum remédio todos os dias?"),
            curta(
                "Se toma, qual e para quê?",
                "Para pressão, de manhã",
                "Para a tireoide",
                obrigatoria=False,
                ajuda="Só se quiser dizer agora: a equipe médica pergunta de novo, em particular.",
            ),
            escolha("Como você come?", "de tudo", "sem carne", "sem nada de origem animal", "com restrições médicas"),
            curta("Que comida você não come de jeito nenhum?", "Fígado", "Coentro", "Nenhuma"),
            sim_nao("Você fuma?"),
            escolha("Com que frequência você bebe?", "nunca", "em festas", "nos fins de semana", "quase todo dia"),
            sim_nao("Você precisa de algo para ver, ouvir, andar ou se comunicar melhor?"),
            curta(
                "Se precisa, de que a casa teria de dispor?",
                "Legendas nos vídeos",
                "Barra de apoio no banho",
                obrigatoria=False,
            ),
            sim_nao("Você sabe nadar?"),
            longa(
                "O que mais a produção devia saber, e ninguém perguntou?",
                "Que eu falo dormindo, e dizem que é a melhor parte.",
                "Que sou canhoto, alérgico a camarão e pontual.",
                "Que me inscrevi em todas as edições desde que fiz dezoito.",
                obrigatoria=False,
            ),
        ),
    ),
)
