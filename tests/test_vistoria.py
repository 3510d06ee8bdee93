"""Nenhuma página esquecida, nenhuma violação: o rol contra os endereços do projeto, e o exame de cada página dele."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.contrib import admin
from django.urls import URLPattern, URLResolver, get_resolver

from vistoria import rol
from vistoria.acessibilidade import examinar
from vistoria.visita import Visitante, sem_estilo, vestir

CRUZADAS = ([(390, "dark"), (1280, "light")], [(390, "light"), (1280, "dark")])
"""Aqui cada página se vê nas duas larguras e nos dois temas, de dois em dois; `python -m vistoria acessibilidade` vê as
quatro combinações de todas, e demora o dobro."""


def rotas(resolvedor: Any, espaco: str = "") -> Iterator[str]:
    for item in resolvedor.url_patterns:
        if isinstance(item, URLResolver):
            yield from rotas(item, espaco + (f"{item.namespace}:" if item.namespace else ""))
        elif isinstance(item, URLPattern) and item.name:
            yield espaco + item.name


def dos_modelos() -> set[str]:
    """As que `vistoria.semear` acha sozinha, em cada modelo registrado no admin."""
    return {
        f"admin:{modelo._meta.app_label}_{modelo._meta.model_name}_{acao}"
        for modelo in admin.site._registry
        for acao in rol.ACOES_DO_ADMIN
    }


def test_todo_endereco_esta_no_rol_ou_fora_dele_com_motivo() -> None:
    conhecidas = {pagina.rota for pagina in rol.escritas()} | set(rol.FORA) | dos_modelos()
    # As da API são JSON, cada uma com a sua linha em `test_api_permissoes`.
    da_api = {rota for rota in rotas(get_resolver()) if rota.startswith("api-1:")}
    assert sorted(set(rotas(get_resolver())) - conhecidas - da_api) == []


def test_rol_nao_fala_de_endereco_que_nao_existe() -> None:
    so_da_demonstracao = {"correio"}
    existem = set(rotas(get_resolver())) | so_da_demonstracao
    assert sorted({pagina.rota for pagina in rol.escritas() if pagina.rota} - existem) == []
    assert sorted(set(rol.FORA) - existem) == []
    assert sorted(set(rol.FORA) & {pagina.rota for pagina in rol.escritas()}) == []


def test_nomes_das_paginas_nao_se_repetem() -> None:
    nomes = [pagina.nome for pagina in rol.escritas()]
    assert sorted(nomes) == sorted(set(nomes))


def reclamar(visitante: Visitante, paginas: list[rol.Pagina]) -> list[str]:
    return [
        f"{achado.pagina.nome}: {achado.falha or {onde: v for onde, v in achado.violacoes.items() if v}}"
        for metade in (0, 1)
        for achado in examinar(visitante, paginas[metade::2], CRUZADAS[metade])
        if achado.ruim
    ]


@pytest.mark.navegador
@pytest.mark.processos
class TestAcessibilidade:
    def test_paginas_de_quem_vota_e_de_quem_se_inscreve(self, navegador: Any, sementes: Any) -> None:
        paginas = [*rol.publicas(), *rol.da_conta(), *rol.da_inscricao()]
        assert reclamar(Visitante(navegador, sementes), paginas) == []

    def test_paginas_da_producao(self, navegador: Any, sementes: Any) -> None:
        paginas = [*rol.da_producao(), *rol.dos_modelos(sementes["cheio"])]
        assert reclamar(Visitante(navegador, sementes), paginas) == []

    def test_o_exame_acha_o_que_esta_errado_e_a_falta_de_estilo(self, navegador: Any, sementes: Any) -> None:
        """Um exame que nunca reclama não examina nada."""

        def estragar(aba: Any, semente: Any) -> None:
            aba.evaluate(
                """() => {
                    document.querySelector("h1").innerHTML = "<img src='/x'>";
                    document.documentElement.removeAttribute("lang");
                    const largo = document.querySelector("main").appendChild(document.createElement("hr"));
                    largo.width = 2000;
                }"""
            )

        pagina = rol.Pagina("estragada", "votacao:paredoes", "/paredoes/", passos=estragar)
        visitante = Visitante(navegador, sementes)
        (achado,) = examinar(visitante, [pagina], [(390, "light")])
        regras = {violacao.split(" (")[0] for violacao in achado.violacoes[390, "light"]}
        assert {"image-alt", "html-has-lang"} <= regras
        assert achado.violacoes[320, "light"] != []
        (trocada,) = examinar(visitante, [rol.Pagina("trocada", "votacao:inicio", "/", status=404)], [(390, "light")])
        assert trocada.falha == "trocada: respondeu 200, e o rol diz 404"
        with visitante.abrir(rol.Pagina("nua", "votacao:inicio", "/")) as aba:
            vestir(aba, 390, "dark")
            assert sem_estilo(aba, escura=True) == ""
            aba.evaluate("document.querySelectorAll('link[rel=stylesheet]').forEach((elo) => elo.remove())")
            assert sem_estilo(aba, escura=True) == "sem estilo: nenhuma folha de estilo"
