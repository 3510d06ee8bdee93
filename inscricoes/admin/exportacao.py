"""A fila filtrada em planilha: CSV, escrito enquanto se lê, ou XLSX, escrito num arquivo temporário.

Lê-se a ordem de uma vez (só as chaves) e os candidatos aos punhados: nem a memória nem uma leitura aberta no banco
crescem com a fila, por lento que seja quem baixa. Nenhuma célula que alguém escreveu vira fórmula.
"""

import csv
import re
import tempfile
import unicodedata
from collections.abc import Callable, Iterable, Iterator
from datetime import date, datetime
from decimal import Decimal
from typing import IO, Any

from django.contrib.admin.options import IncorrectLookupParameters
from django.db import OperationalError
from django.db.models import Count
from django.http import FileResponse, HttpRequest, HttpResponseBase, HttpResponseRedirect, StreamingHttpResponse
from django.urls import URLPattern, path
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.views.decorators.http import require_http_methods
from import_export import fields, resources, widgets
from openpyxl import Workbook
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE

from inscricoes.admin.acesso import OCUPADO, Acesso, anotar_sobre_a_fila, na_ordem
from inscricoes.admin.fila import endereco_da_lista
from inscricoes.models import Candidato, Regiao
from inscricoes.situacoes import Situacao
from inscricoes.validators import cpf_mascarado

PUNHADO = 1000
"""Candidatos lidos por consulta."""
XLSX_MAXIMO = 20_000
"""Linhas: um XLSX se escreve inteiro antes do primeiro byte, e ocupa o processo por segundos. Acima disto, CSV."""
_NUMERO = re.compile(r"[+-]?\d+(?:[.,]\d+)*")
_TELEFONE = re.compile(r"\+\d[\d\s().-]*")
_SITUACOES = dict(Situacao.choices)
_GENEROS = {"": "", **dict(Candidato.Genero.choices)}
_PERIGOSOS = frozenset("=+-@\u2212\u2795\u2796")
"""Com que começa uma fórmula; os de largura inteira chegam aqui pelo NFKC."""
_INVISIVEIS = frozenset({"Cc", "Cf", "Zs", "Zl", "Zp"})


def celula_segura(texto: str) -> str:
    """O texto de uma célula que nenhuma planilha lê como fórmula; telefone e número ficam como estão.

    https://owasp.org/www-community/attacks/CSV_Injection: o apóstrofo faz a planilha ler texto. Vale também depois de
    espaços e de sinais que não se veem, e para os sinais de largura inteira, que algumas planilhas leem como os comuns.
    """
    texto = ILLEGAL_CHARACTERS_RE.sub("", texto)
    if texto[:1].isalnum():
        return texto
    if texto[:1] in ("\t", "\r", "\n"):
        return f"'{texto}"
    visivel = next((c for c in texto if unicodedata.category(c) not in _INVISIVEIS), "")
    if unicodedata.normalize("NFKC", visivel)[:1] not in _PERIGOSOS or visivel == "":
        return texto
    inocente = _NUMERO.fullmatch(texto) or _TELEFONE.fullmatch(texto)
    return texto if inocente else f"'{texto}"


class _ComoE(widgets.Widget):
    """O valor como é (data, número, texto): cada formato o escreve do seu jeito."""

    def render(self, value: Any, obj: Any = None, **kwargs: Any) -> Any:
        return value


def _coluna(titulo: str, atributo: str | None = None) -> fields.Field:
    return fields.Field(attribute=atributo, column_name=titulo, widget=_ComoE())


class CandidatoResource(resources.Resource):
    """As colunas da planilha. O CPF sai mascarado para todos."""

    protocolo = _coluna("protocolo", "protocolo")
    edicao = _coluna("edição", "edicao__nome")
    situacao = _coluna("situação")
    nota = _coluna("nota", "nota_media")
    pareceres = _coluna("pareceres", "quantos_pareceres")
    nome_curto = _coluna("como quer ser chamado", "nome_curto")
    nome = _coluna("nome completo", "nome")
    nome_social = _coluna("nome social", "nome_social")
    cpf = _coluna("CPF")
    nascimento = _coluna("nascimento", "nascimento")
    idade = _coluna("idade (fim do ano)", "idade_na_regra")
    genero = _coluna("gênero")
    profissao = _coluna("profissão", "profissao")
    cidade = _coluna("cidade", "cidade")
    uf = _coluna("estado", "uf")
    regiao = _coluna("região")
    email = _coluna("e-mail", "email")
    telefone = _coluna("telefone", "telefone")
    instagram = _coluna("Instagram", "instagram")
    tiktok = _coluna("TikTok", "tiktok")
    x = _coluna("X", "x")
    youtube = _coluna("YouTube", "youtube")
    apresentacao = _coluna("apresentação", "apresentacao")
    enviado_em = _coluna("enviada em", "enviado_em")

    def leitores(self) -> list[Callable[[Candidato], Any]]:
        """Como se lê cada coluna. O mesmo que `export_field`, que procura o nome de cada campo a cada célula."""
        return [getattr(self, f"dehydrate_{nome}", campo.export) for nome, campo in self.fields.items()]

    def dehydrate_situacao(self, candidato: Candidato) -> str:
        return _SITUACOES[candidato.situacao]

    def dehydrate_cpf(self, candidato: Candidato) -> str:
        return cpf_mascarado(candidato.cpf)

    def dehydrate_genero(self, candidato: Candidato) -> str:
        return _GENEROS[candidato.genero]

    def dehydrate_regiao(self, candidato: Candidato) -> str:
        regiao = Regiao.da_uf(candidato.uf)
        return "" if regiao is None else str(regiao.label)


class Exportacao(Acesso):
    """A parte do `CandidatoAdmin` que exporta."""

    def get_urls(self: Any) -> list[URLPattern]:
        envolver = self.admin_site.admin_view
        proprias = [
            path(
                f"exportar/{formato}/",
                envolver(self.exportar),
                {"formato": formato},
                name=f"inscricoes_candidato_exportar_{formato}",
            )
            for formato in ("csv", "xlsx")
        ]
        return proprias + super().get_urls()  # type: ignore[misc]

    @method_decorator(require_http_methods(["GET", "POST"]))
    def exportar(self: Any, request: HttpRequest, formato: str) -> HttpResponseBase:
        """A fila que o filtro do endereço mostra. É POST porque deixa uma linha no histórico; um GET volta à fila."""
        self.exigir(request, "exportar_candidato")
        filtro = request.GET.urlencode()
        if request.method == "GET":
            return HttpResponseRedirect(endereco_da_lista(filtro))
        try:
            fila = self.fila_inteira(request, filtro)
            chaves = list(fila.queryset.values_list("pk", flat=True))
            if formato == "xlsx" and len(chaves) > XLSX_MAXIMO:
                self.recusar(
                    request, f"São {len(chaves)} inscrições: acima de {XLSX_MAXIMO}, exporte em CSV ou filtre."
                )
                return HttpResponseRedirect(endereco_da_lista(filtro))
            anotar_sobre_a_fila(request, f"Exportou {_inscricoes(len(chaves))} ({formato.upper()}). {fila.resumo()}")
        except IncorrectLookupParameters:
            return HttpResponseRedirect(endereco_da_lista(""))
        except OperationalError:
            self.recusar(request, OCUPADO)
            return HttpResponseRedirect(endereco_da_lista(filtro))
        return FORMATOS[formato](chaves)


def linhas(chaves: list[int]) -> Iterator[list[Any]]:
    """O cabeçalho e uma linha por candidato, nesta ordem; quem foi eliminado enquanto isso não sai."""
    planilha = CandidatoResource()
    yield planilha.get_export_headers()
    colunas = planilha.leitores()
    candidatos = Candidato.objects.select_related("edicao").annotate(quantos_pareceres=Count("pareceres"))
    for inicio in range(0, len(chaves), PUNHADO):
        for candidato in na_ordem(chaves[inicio : inicio + PUNHADO], candidatos):
            yield [ler(candidato) for ler in colunas]


def em_csv(chaves: list[int]) -> StreamingHttpResponse:
    """Para abrir direto na planilha brasileira: `;`, UTF-8 com marca, hora local, vírgula nos decimais."""
    resposta = StreamingHttpResponse(pedacos_de_csv(linhas(chaves)), content_type="text/csv; charset=utf-8")
    resposta["Content-Disposition"] = f'attachment; filename="{_nome("csv")}"'
    return resposta


class _Eco:
    """Para o `csv`: devolve o que escreveria."""

    def write(self, texto: str) -> str:
        return texto


def pedacos_de_csv(tabela: Iterable[list[Any]]) -> Iterator[bytes]:
    escritor = csv.writer(_Eco(), delimiter=";")
    pedaco = ["\ufeff"]
    for linha in tabela:
        pedaco.append(escritor.writerow([para_csv(valor) for valor in linha]))
        if len(pedaco) >= 200:
            yield "".join(pedaco).encode()
            pedaco = []
    yield "".join(pedaco).encode()


def para_csv(valor: Any) -> str:
    match valor:
        case None:
            return ""
        case datetime():
            return f"{timezone.localtime(valor):%d/%m/%Y %H:%M}"
        case date():
            return f"{valor:%d/%m/%Y}"
        case Decimal():
            return str(valor).replace(".", ",")
        case str():
            return celula_segura(valor)
        case _:
            return str(valor)


def em_xlsx(chaves: list[int]) -> FileResponse:
    return FileResponse(
        arquivo_xlsx(linhas(chaves)),
        as_attachment=True,
        filename=_nome("xlsx"),
        content_type="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    )


def arquivo_xlsx(tabela: Iterable[list[Any]]) -> IO[bytes]:
    """Num arquivo temporário, que some quando se fecha."""
    livro = Workbook(write_only=True)
    folha = livro.create_sheet("Candidatos")
    folha.freeze_panes = "B2"
    for linha in tabela:
        folha.append([para_xlsx(valor) for valor in linha])
    arquivo = tempfile.TemporaryFile()  # noqa: SIM115 (fecha-o quem o entrega)
    livro.save(arquivo)
    arquivo.seek(0)
    return arquivo


def para_xlsx(valor: Any) -> Any:
    match valor:
        case datetime():
            # A planilha não tem fuso: hora de Brasília.
            return timezone.localtime(valor).replace(tzinfo=None)
        case str():
            return celula_segura(valor) or None
        case _:
            return valor


FORMATOS = {"csv": em_csv, "xlsx": em_xlsx}


def _nome(extensao: str) -> str:
    return f"candidatos-{timezone.localtime():%Y%m%d-%H%M%S}.{extensao}"


def _inscricoes(quantas: int) -> str:
    return "1 inscrição" if quantas == 1 else f"{quantas} inscrições"
