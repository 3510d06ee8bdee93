"""Participantes, paredões e o livro de votos.

O livro (`Lote`, `Voto`) e as contagens (`Contagem`) são escritos só por `votacao.registro`; gatilhos no banco recusam
qualquer mudança ou exclusão do que já foi escrito no livro.
"""

from datetime import datetime
from typing import ClassVar

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.urls import reverse

from inscricoes.models import UF, Candidato, Edicao
from votacao.campos import ChaveField


class Modalidade(models.IntegerChoices):
    """Como se vota: à vontade, ou uma vez por CPF."""

    TORCIDA = 1, "voto da torcida"
    UNICO = 2, "voto único"


class Suspeita(models.IntegerChoices):
    """Por que um voto aceito foi contado à parte. Nunca por um voto só: pelo ritmo de uma origem."""

    NENHUMA = 0, "nenhuma"
    RITMO = 1, "votos demais da mesma origem"
    TEMPO = 2, "rápido demais para uma pessoa"
    ALHEIA = 3, "cédulas colhidas noutras origens"
    SEM_SCRIPT = 4, "votos demais pela porta sem JavaScript"


class Participante(models.Model):
    """Quem está na casa."""

    class Grupo(models.TextChoices):
        PIPOCA = "pipoca", "Pipoca"
        CAMAROTE = "camarote", "Camarote"
        PUXADINHO = "puxadinho", "Puxadinho"

    edicao = models.ForeignKey(Edicao, models.PROTECT, verbose_name="edição", related_name="participantes")
    candidato = models.OneToOneField(
        Candidato,
        models.SET_NULL,
        null=True,
        blank=True,
        editable=False,
        verbose_name="inscrição de origem",
        related_name="participante",
    )
    nome = models.CharField("nome completo", max_length=120)
    nome_curto = models.CharField("nome na casa", max_length=40, help_text="É o que o público lê no botão de votar.")
    nascimento = models.DateField("data de nascimento", null=True, blank=True)
    profissao = models.CharField("profissão", max_length=80, blank=True)
    cidade = models.CharField("cidade", max_length=80, blank=True)
    uf = models.CharField("estado", max_length=2, choices=UF, blank=True)
    grupo = models.CharField("grupo", max_length=10, choices=Grupo, default=Grupo.PIPOCA)
    apresentacao = models.TextField("apresentação", max_length=500, blank=True)
    foto = models.CharField("foto", max_length=80, blank=True, editable=False)

    class Meta:
        verbose_name = "participante"
        verbose_name_plural = "participantes"
        ordering: ClassVar = ["nome_curto"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["edicao", "nome_curto"],
                name="participante_nome_por_edicao",
                violation_error_message="Já há um participante com este nome na casa nesta edição.",
            ),
            models.CheckConstraint(
                name="participante_grupo_conhecido", condition=Q(grupo__in=["pipoca", "camarote", "puxadinho"])
            ),
            models.CheckConstraint(name="participante_tem_nome", condition=~Q(nome_curto="")),
        ]

    def __str__(self) -> str:
        return self.nome_curto


class ParedaoQuerySet(models.QuerySet["Paredao"]):
    """Perguntas sobre paredões. A situação de cada um vem das suas datas, nunca de um campo que alguém esqueça."""

    def publicos(self) -> "ParedaoQuerySet":
        return self.filter(abre_em__isnull=False)

    def agendados(self, agora: datetime) -> "ParedaoQuerySet":
        return self.filter(abre_em__gt=agora)

    def abertos(self, agora: datetime) -> "ParedaoQuerySet":
        return self.filter(Q(fecha_em__isnull=True) | Q(fecha_em__gt=agora), abre_em__lte=agora)

    def encerrados(self, agora: datetime) -> "ParedaoQuerySet":
        return self.filter(fecha_em__lte=agora)

    def no_ar(self, agora: datetime) -> "ParedaoQuerySet":
        """Os que a produção acompanha agora: abertos, e encerrados à espera do resultado."""
        return self.filter(publicado_em__isnull=True, abre_em__lte=agora).order_by("fecha_em", "pk")

    def publicados(self) -> "ParedaoQuerySet":
        return self.filter(publicado_em__isnull=False)

    def com_participantes(self) -> "ParedaoQuerySet":
        return self.prefetch_related(
            models.Prefetch("opcoes", Opcao.objects.select_related("participante").order_by("ordem", "id"))
        )


class Paredao(models.Model):
    """Uma votação: quem concorre, o que se decide, quando abre e quando fecha."""

    class Decisao(models.TextChoices):
        SAI = "sai", "quem sai (a maior média deixa a casa)"
        FICA = "fica", "quem fica (a menor média deixa a casa)"
        ENTRA = "entra", "quem entra na casa (a maior média entra)"
        VENCE = "vence", "quem vence (a maior média ganha o programa)"

    class Parciais(models.TextChoices):
        OCULTAS = "ocultas", "só depois do resultado"
        APOS_VOTO = "apos_voto", "no comprovante, depois de votar"
        SEMPRE = "sempre", "sempre, para todos"

    class Situacao(models.TextChoices):
        RASCUNHO = "rascunho", "rascunho"
        AGENDADO = "agendado", "agendado"
        ABERTO = "aberto", "aberto"
        ENCERRADO = "encerrado", "encerrado, à espera do resultado"
        PUBLICADO = "publicado", "resultado publicado"

    edicao = models.ForeignKey(Edicao, models.PROTECT, verbose_name="edição", related_name="paredoes")
    titulo = models.CharField("título", max_length=80, help_text="Por exemplo: 4º Paredão.")
    decisao = models.CharField("o voto decide", max_length=5, choices=Decisao, default=Decisao.SAI)
    abre_em = models.DateTimeField(
        "abre em", null=True, blank=True, help_text="Vazio: rascunho, que o público não vê. Abra depois, por uma ação."
    )
    fecha_em = models.DateTimeField(
        "fecha em", null=True, blank=True, help_text="Vazio: fecha só quando você encerrar."
    )
    peso_torcida = models.PositiveSmallIntegerField(
        "peso do voto da torcida (%)",
        default=100,
        validators=[MinValueValidator(0), MaxValueValidator(100)],
    )
    peso_unico = models.PositiveSmallIntegerField(
        "peso do voto único (%)",
        default=0,
        validators=[MinValueValidator(0), MaxValueValidator(100)],
        help_text="Os dois pesos somam 100. Peso zero: a modalidade não existe neste paredão.",
    )
    bits = models.PositiveSmallIntegerField(
        "bits da prova de trabalho",
        null=True,
        blank=True,
        validators=[MinValueValidator(0), MaxValueValidator(settings.BITS_MAXIMOS)],
        help_text="Vazio: o padrão do site.",
    )
    exige_cpf_verificado = models.BooleanField(
        "voto único só com CPF confirmado por um provedor",
        default=False,
        help_text="Ligado, só dá o voto único quem entrou por um serviço que confirma o CPF, como o gov.br. Desligado, "
        "basta um CPF válido: um por conta, uma conta por CPF.",
    )
    chave_cpf = models.CharField("chave do voto único", max_length=8, blank=True, editable=False)
    parciais = models.CharField("o público vê as parciais", max_length=9, choices=Parciais, default=Parciais.OCULTAS)
    participantes = models.ManyToManyField(Participante, through="Opcao", related_name="paredoes")
    publicado_em = models.DateTimeField("resultado publicado em", null=True, blank=True, editable=False)

    objects = ParedaoQuerySet.as_manager()

    class Meta:
        verbose_name = "paredão"
        verbose_name_plural = "paredões"
        ordering: ClassVar = [F("abre_em").desc(nulls_first=True), "-id"]
        permissions: ClassVar = [
            ("conduzir_paredao", "Pode abrir, encerrar e publicar paredões"),
            ("ver_contagem", "Pode ver e exportar a contagem antes do resultado"),
        ]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["edicao", "titulo"],
                name="paredao_titulo_por_edicao",
                violation_error_message="Já há um paredão com este título nesta edição.",
            ),
            models.CheckConstraint(name="paredao_tem_titulo", condition=~Q(titulo="")),
            models.CheckConstraint(
                name="paredao_pesos_somam_100",
                condition=Q(peso_torcida=100 - F("peso_unico")) & Q(peso_unico__lte=100),
                violation_error_message="Os pesos das duas modalidades precisam somar 100.",
            ),
            models.CheckConstraint(
                name="paredao_fecha_depois_de_abrir",
                condition=Q(fecha_em__isnull=True) | (Q(abre_em__isnull=False) & Q(fecha_em__gt=F("abre_em"))),
                violation_error_message="O paredão precisa abrir antes de fechar.",
            ),
            models.CheckConstraint(
                name="paredao_publica_depois_de_fechar",
                condition=Q(publicado_em__isnull=True)
                | (Q(fecha_em__isnull=False) & Q(publicado_em__gte=F("fecha_em"))),
                violation_error_message="O resultado só sai depois do encerramento.",
            ),
            models.CheckConstraint(
                name="paredao_bits_possiveis",
                condition=Q(bits__isnull=True) | Q(bits__lte=settings.BITS_MAXIMOS),
                violation_error_message=f"Os bits da prova vão de 0 a {settings.BITS_MAXIMOS}.",
            ),
            models.CheckConstraint(
                name="paredao_decisao_conhecida", condition=Q(decisao__in=["sai", "fica", "entra", "vence"])
            ),
            models.CheckConstraint(
                name="paredao_parciais_conhecidas", condition=Q(parciais__in=["ocultas", "apos_voto", "sempre"])
            ),
        ]

    def __str__(self) -> str:
        return self.titulo

    def get_absolute_url(self) -> str:
        return reverse("votacao:paredao", args=[self.pk])

    def situacao(self, agora: datetime) -> "Paredao.Situacao":
        if self.abre_em is None:
            return self.Situacao.RASCUNHO
        if self.publicado_em is not None:
            return self.Situacao.PUBLICADO
        if agora < self.abre_em:
            return self.Situacao.AGENDADO
        if self.fecha_em is None or agora < self.fecha_em:
            return self.Situacao.ABERTO
        return self.Situacao.ENCERRADO

    @property
    def modalidades(self) -> list[Modalidade]:
        """As que contam neste paredão, na ordem em que se mostram."""
        pesos = {Modalidade.UNICO: self.peso_unico, Modalidade.TORCIDA: self.peso_torcida}
        return [modalidade for modalidade, peso in pesos.items() if peso]

    def peso(self, modalidade: Modalidade) -> int:
        """Em pontos percentuais."""
        return self.peso_unico if modalidade == Modalidade.UNICO else self.peso_torcida

    def clean(self) -> None:
        if self.fecha_em is not None and self.abre_em is None:
            raise ValidationError({"abre_em": "Para marcar quando fecha, marque também quando abre."})


class Opcao(models.Model):
    """Um participante num paredão."""

    paredao = models.ForeignKey(Paredao, models.CASCADE, verbose_name="paredão", related_name="opcoes")
    participante = models.ForeignKey(Participante, models.PROTECT, verbose_name="participante", related_name="opcoes")
    ordem = models.PositiveSmallIntegerField("ordem na página", default=0)

    class Meta:
        verbose_name = "participante no paredão"
        verbose_name_plural = "participantes no paredão"
        ordering: ClassVar = ["ordem", "id"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["paredao", "participante"],
                name="opcao_unica",
                violation_error_message="Este participante já está neste paredão.",
            ),
        ]

    def __str__(self) -> str:
        return str(self.participante)

    def clean(self) -> None:
        if self.participante_id and self.paredao_id and self.participante.edicao_id != self.paredao.edicao_id:
            raise ValidationError({"participante": "Este participante é de outra edição."})


class Eleitor(models.Model):
    """Uma conta que já deu o seu CPF, para o voto único. Do CPF fica só um resumo com chave; em quem votou, nada."""

    conta = models.OneToOneField(settings.AUTH_USER_MODEL, models.CASCADE, verbose_name="conta", related_name="eleitor")
    cpf_resumo = models.BinaryField("resumo do CPF", max_length=32, unique=True)
    chave_cpf = models.CharField("chave do resumo", max_length=8)
    cadastrado_em = models.DateTimeField("cadastrado em")
    verificado_em = models.DateTimeField("confirmado por um provedor em", null=True, blank=True)

    class Meta:
        verbose_name = "eleitor"
        verbose_name_plural = "eleitores"
        default_permissions: ClassVar = ()

    def __str__(self) -> str:
        return f"eleitor {self.pk}"


class Lote(models.Model):
    """Votos escritos juntos: um paredão, uma modalidade, uma hora, uma suspeita. Numerado, e nunca muda."""

    paredao = models.ForeignKey(Paredao, models.PROTECT, verbose_name="paredão", related_name="lotes")
    modalidade = models.PositiveSmallIntegerField("modalidade", choices=Modalidade)
    hora = models.DateTimeField("hora", help_text="Início da hora cheia em que os votos foram aceitos.")
    suspeita = models.PositiveSmallIntegerField("suspeita", choices=Suspeita, default=Suspeita.NENHUMA)
    quantidade = models.PositiveIntegerField("votos")
    resumo = models.BinaryField(
        "resumo", help_text="SHA-256 das linhas: chave (16 bytes) e participante (8 bytes), em ordem de chave."
    )
    gravado_em = models.DateTimeField("gravado em")

    class Meta:
        verbose_name = "lote"
        verbose_name_plural = "lotes"
        ordering: ClassVar = ["-id"]
        constraints: ClassVar = [
            models.CheckConstraint(name="lote_tem_votos", condition=Q(quantidade__gt=0)),
            models.CheckConstraint(name="lote_modalidade_conhecida", condition=Q(modalidade__in=[1, 2])),
            models.CheckConstraint(name="lote_suspeita_conhecida", condition=Q(suspeita__lte=4)),
        ]
        indexes: ClassVar = [
            # Os votos por minuto leem só o índice: uma linha por lote, e nenhuma do livro.
            models.Index(fields=["paredao", "gravado_em", "modalidade", "suspeita", "quantidade"], name="lote_ritmo"),
        ]

    def __str__(self) -> str:
        return f"lote {self.pk}"


class Voto(models.Model):
    """Uma linha do livro. Nem IP, nem nome, nem hora exata: a chave é a da cédula, e o resto está no lote."""

    id = ChaveField("cédula", primary_key=True)
    participante = models.ForeignKey(
        Participante, models.PROTECT, verbose_name="participante", related_name="+", db_index=False
    )
    lote = models.ForeignKey(Lote, models.PROTECT, verbose_name="lote", related_name="votos", db_index=False)

    class Meta:
        verbose_name = "voto"
        verbose_name_plural = "votos"

    def __str__(self) -> str:
        return self.id.hex


class Contagem(models.Model):
    """Votos de um participante num paredão, modalidade, hora e suspeita. Escrita na mesma transação que o livro."""

    paredao = models.ForeignKey(
        Paredao, models.PROTECT, verbose_name="paredão", related_name="contagens", db_index=False
    )
    participante = models.ForeignKey(
        Participante, models.PROTECT, verbose_name="participante", related_name="+", db_index=False
    )
    modalidade = models.PositiveSmallIntegerField("modalidade", choices=Modalidade)
    hora = models.DateTimeField("hora")
    suspeita = models.PositiveSmallIntegerField("suspeita", choices=Suspeita, default=Suspeita.NENHUMA)
    votos = models.PositiveBigIntegerField("votos")

    class Meta:
        verbose_name = "contagem"
        verbose_name_plural = "contagens"
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["paredao", "modalidade", "participante", "hora", "suspeita"], name="contagem_unica"
            ),
            models.CheckConstraint(name="contagem_modalidade_conhecida", condition=Q(modalidade__in=[1, 2])),
            models.CheckConstraint(name="contagem_suspeita_conhecida", condition=Q(suspeita__lte=4)),
        ]

    def __str__(self) -> str:
        return f"{self.votos} votos"


class Quarentena(models.Model):
    """O que a produção decidiu sobre os votos suspeitos de um paredão: uma vez só, e não muda mais."""

    paredao = models.OneToOneField(
        Paredao, models.PROTECT, primary_key=True, verbose_name="paredão", related_name="quarentena"
    )
    contam = models.BooleanField("os votos suspeitos contam")
    justificativa = models.TextField("justificativa", max_length=500)
    decidido_por = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, verbose_name="decidido por", related_name="+"
    )
    decidido_em = models.DateTimeField("decidido em")

    class Meta:
        verbose_name = "decisão sobre votos suspeitos"
        verbose_name_plural = "decisões sobre votos suspeitos"
        default_permissions = ()
        constraints: ClassVar = [
            models.CheckConstraint(name="quarentena_justificada", condition=~Q(justificativa="")),
        ]

    def __str__(self) -> str:
        return f"{self.paredao}: os votos suspeitos {'contam' if self.contam else 'não contam'}"


class Pulso(models.Model):
    """O que um processo do site fez num minuto, escrito por ele mesmo de poucos em poucos segundos.

    São números para quem acompanha a votação ao vivo, e só: nenhum resultado vem daqui, e as linhas velhas se apagam.
    """

    class Papel(models.TextChoices):
        SITE = "site", "atende o público"
        CONTADOR = "contador", "conta os votos da fila"

    processo = models.CharField("processo", max_length=80)
    papel = models.CharField("papel", max_length=8, choices=Papel, default=Papel.SITE)
    minuto = models.DateTimeField("minuto")
    visto_em = models.DateTimeField("visto em")
    saiu = models.BooleanField("encerrou-se em ordem", default=False)
    aceitos = models.PositiveBigIntegerField("votos aceitos", default=0)
    recusas = models.JSONField("recusas por código", default=dict)
    pendentes = models.PositiveIntegerField("votos à espera de gravação", default=0)
    demora_ms = models.PositiveIntegerField("demora até durável (ms)", default=0)
    """O limite, em milissegundos, da faixa mais alta em que algum voto deste minuto caiu."""
    atraso_ms = models.PositiveIntegerField("atraso da contagem (ms)", default=0)
    """O mesmo, da aceitação à contagem; só a fila o faz crescer."""

    class Meta:
        verbose_name = "pulso"
        verbose_name_plural = "pulsos"
        default_permissions = ()
        constraints: ClassVar = [models.UniqueConstraint(fields=["processo", "minuto"], name="pulso_um_por_minuto")]
        indexes: ClassVar = [models.Index(fields=["minuto"], name="pulso_minuto")]

    def __str__(self) -> str:
        return f"{self.processo} às {self.minuto:%H:%M}"
