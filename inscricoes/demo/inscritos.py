"""Quem se inscreveu na demonstração: inventados, um em cada situação, com o que a produção achou de cada um."""

from dataclasses import dataclass

from inscricoes.situacoes import Situacao


@dataclass(frozen=True, slots=True)
class Inscrito:
    """`idade` em anos, no fim do ano da inscrição. `caminho` são as situações por que passou depois do rascunho."""

    chave: str
    """O começo do e-mail, e o nome das suas fotos."""
    nome: str
    nome_curto: str
    idade: int
    genero: str
    profissao: str
    cidade: str
    uf: str
    apresentacao: str
    caminho: tuple[Situacao, ...] = ()
    nome_social: str = ""
    pareceres: tuple[tuple[int | None, str], ...] = ()
    """Nota e comentário da produção."""
    metade: bool = False
    """Rascunho que para no meio do questionário, sem CPF nem as redes."""

    @property
    def email(self) -> str:
        return f"{self.chave}@example.com"


S = Situacao
INSCRITOS: tuple[Inscrito, ...] = (
    Inscrito(
        "candidata", "Marinalva Sucupira Braga", "Nalva", 31, "mulher", "Ceramista", "Cunha", "SP",
        "Faço panelas que sobrevivem a sogra, mudança e fogo alto. Quero saber se eu também sobrevivo.",
        metade=True,
    ),
    Inscrito(
        "vado", "Osvaldo Pimenta Rangel", "Vado", 52, "homem", "Taxista", "Niterói", "RJ",
        "Vinte anos de volante e de ouvir a vida dos outros pelo retrovisor.", (S.ENVIADA,),
    ),
    Inscrito(
        "yara", "Yara Caetano Munhoz", "Yara", 24, "mulher", "Estudante de agronomia", "Dourados", "MS",
        "Planto, colho e discuto com a previsão do tempo.", (S.ENVIADA,),
    ),
    Inscrito(
        "bem", "Benjamim Falcão Teles", "Bem", 33, "homem", "Dublador", "São Paulo", "SP",
        "Você já me ouviu e não sabe: sou a voz do vilão, do cachorro e do narrador.", (S.ENVIADA, S.EM_ANALISE),
        pareceres=((7, "Ótimo de câmera. Ver se há vida por trás das vozes."),),
    ),
    Inscrito(
        "lud", "Ludmila Cerqueira Prates", "Lud", 29, "mulher", "Confeiteira", "Ilhéus", "BA",
        "Começo o dia às cinco e só paro quando a última criança diz que o bolo é dela.",
        (S.ENVIADA, S.EM_ANALISE, S.ENTREVISTA),
        pareceres=((9, "Conta história como quem serve café. Chamar."),),
    ),
    Inscrito(
        "creuza", "Creuza Antunes Sobral", "Creuza", 61, "mulher", "Merendeira", "Caruaru", "PE",
        "Alimentei três gerações da mesma rua e sei de quem é cada olhar.",
        (S.ENVIADA, S.EM_ANALISE, S.RESERVA),
        pareceres=((8, "Para segurar caso falte alguém do Nordeste."),),
    ),
    Inscrito(
        "icaro", "Ícaro Valadares Pinho", "Ícaro", 38, "homem", "Piloto de balão", "Torres", "RS",
        "De lá de cima todo mundo parece calmo. Desço para conferir.", (S.ENVIADA, S.EM_ANALISE, S.REPROVADA),
        pareceres=((3, "Simpático, mas já fez dois programas no ano."),),
    ),
    Inscrito(
        "rui", "Rute Alencar Damasceno", "Rui", 27, "nao_binario", "Tatuador", "Belém", "PA",
        "Desenho na pele dos outros o que eles não sabem dizer.", (S.ENVIADA, S.DESISTENTE),
        nome_social="Rui Alencar Damasceno",
    ),
    Inscrito(
        "jandira", "Jandira Cauípe Amoras", "Jandira", 34, "mulher", "Agente comunitária de saúde", "Santarém", "PA",
        "Visito de barco cada família da comunidade e sei o nome de todos os cachorros do caminho.",
        (S.ENVIADA, S.EM_ANALISE, S.ENTREVISTA, S.SELECIONADA),
        pareceres=((10, "É ela."),),
    ),
)  # fmt: skip
