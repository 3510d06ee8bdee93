"""O que está em deploy/: o que se prova sem um cluster e sem um Docker. O resto, docs/IMPLANTAR.md o diz."""

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml
from compose_spec.models import ComposeSpecification
from django.core.management import get_commands
from django.urls import resolve
from kubernetes_validate import SchemaNotFoundError, ValidationError, validate

from bbb import capacidade
from bbb.capacidade import manifestos
from bbb.management.commands.servir import PARADA
from tests import crds
from votacao.urna.grupo import FOLGA, PRAZO

RAIZ = Path(__file__).resolve().parent.parent
DEPLOY = RAIZ / "deploy"
SOBREPOSICOES = ("ensaio", "noite")
KUBERNETES = "1.37"
SETTINGS = (RAIZ / "bbb" / "settings.py").read_text(encoding="utf-8")
LIDAS = set(re.findall(r'ambiente\.\w+\(\s*((?:"[A-Z_]+"(?:,\s*)?)+)', SETTINGS))
VARIAVEIS = {nome for grupo in LIDAS for nome in re.findall(r'"([A-Z_]+)"', grupo)}
"""As que o projeto lê do ambiente: só `bbb/settings.py` as pede, a `bbb/ambiente.py`."""
RECUSADAS = set(re.findall(r'ainda_nao\("([A-Z_]+)"', SETTINGS))
A_CAMINHO: set[str] = set()
"""Variáveis e comandos que chegam com a observação e com a fila; tire daqui cada um quando estiver em main."""
DE_PRODUCAO = {
    "ALLOWED_HOSTS",
    "BROKER_URL",
    "CACHE_URL",
    "CHAVE_CPF",
    "CSRF_TRUSTED_ORIGINS",
    "DATABASE_URL",
    "DEBUG",
    "EMAIL_REMETENTE",
    "EMAIL_URL",
    "ENCARREGADO",
    "HTTPS",
    "MEDIA_ROOT",
    "PROXIES_CONFIAVEIS",
    "SECRET_KEY",
    "SEGUNDO_FATOR",
    "SITE_URL",
}
"""Sem qualquer destas, o site em vários pods não serve, ou serve mal: estão todas no compose e em cada sobreposição."""
FINGIDAS = {
    "SECRET_KEY": "ensaio-0123456789abcdefghijklmnopqrstuvwxyz-ABCDEFGHIJ",
    "CHAVE_CPF": "outra-0123456789abcdefghijklmnopqrstuvwxyz",
    "EMAIL_URL": "smtp+tls://u:s@correio.exemplo.com.br:587",
    "CACHE_URL": "redis://:senha@cache:6379/0",
    "DATABASE_URL": "postgresql://bbb:senha@banco-rw.bbb:5432/bbb",
    "BROKER_URL": "amqp://usuario:senha@fila.bbb.svc:5672/",
    "METRICAS_TOKEN": "0123456789abcdef0123456789abcdef",
}
"""Na forma que os operadores e docs/IMPLANTAR.md lhes dão; nenhuma é de verdade."""


def _programa(nome: str) -> str:
    """Os que o pip trouxe moram ao lado do Python."""
    achado = shutil.which(nome, path=f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}")
    assert achado, f"falta {nome}: pip install -r requirements-dev.txt"
    return achado


@cache
def _construir(sobreposicao: str) -> list[dict[str, Any]]:
    feito = subprocess.run(
        [_programa("kubectl"), "kustomize", str(DEPLOY / "k8s" / sobreposicao)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert feito.returncode == 0, feito.stderr
    return [documento for documento in yaml.safe_load_all(feito.stdout) if documento]


def _um(sobreposicao: str, kind: str, nome: str) -> dict[str, Any]:
    (achado,) = [
        documento
        for documento in _construir(sobreposicao)
        if (documento["kind"], documento["metadata"]["name"]) == (kind, nome)
    ]
    return achado


def _pods(sobreposicao: str) -> Iterator[tuple[str, dict[str, Any]]]:
    """O nome e o modelo de cada pod que nós escrevemos; os do banco e da fila são os operadores que os escrevem."""
    for documento in _construir(sobreposicao):
        spec = documento.get("spec", {})
        if documento["kind"] == "CronJob":
            spec = spec["jobTemplate"]["spec"]
        if documento["kind"] in ("Deployment", "StatefulSet", "Job", "CronJob"):
            yield documento["metadata"]["name"], spec["template"]


def _do_site(sobreposicao: str) -> Iterator[tuple[str, dict[str, Any]]]:
    for nome, modelo in _pods(sobreposicao):
        if nome != "cache":
            yield nome, modelo


def _ambiente(sobreposicao: str, modelo: dict[str, Any]) -> dict[str, str]:
    """As variáveis como o contêiner as recebe, com os segredos fingidos."""
    (conteiner,) = modelo["spec"]["containers"]
    variaveis: dict[str, str] = {}
    for origem in conteiner["envFrom"]:
        variaveis |= _um(sobreposicao, "ConfigMap", origem["configMapRef"]["name"])["data"]
    for variavel in conteiner["env"]:
        variaveis[variavel["name"]] = variavel.get("value") or FINGIDAS[variavel["name"]]
    return variaveis


def _compose() -> dict[str, Any]:
    lido: dict[str, Any] = yaml.safe_load((DEPLOY / "compose.yaml").read_text(encoding="utf-8"))
    return lido


def _exemplo() -> dict[str, str]:
    linhas = (DEPLOY / ".env.exemplo").read_text(encoding="utf-8").splitlines()
    return dict(linha.split("=", 1) for linha in linhas if linha and not linha.startswith("#"))


# --- Kubernetes: os manifestos ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("sobreposicao", SOBREPOSICOES)
def test_cada_recurso_e_do_kubernetes_ou_de_um_operador_e_so_tem_campos_que_existem(sobreposicao: str) -> None:
    problemas = []
    for documento in _construir(sobreposicao):
        onde = f"{documento['kind']}/{documento['metadata']['name']}"
        try:
            validate(documento, KUBERNETES, strict=True)
        except SchemaNotFoundError:
            problemas += [f"{onde}: {erro}" for erro in crds.erros(documento)]
        except ValidationError as erro:
            problemas.append(f"{onde}: {erro.message}")

    assert problemas == []


def test_conferencia_dos_recursos_de_operadores_recusa_enganos() -> None:
    """Uma conferência que aceita tudo não confere nada."""
    boa = _um("noite", "ScaledObject", "trabalhador")

    def com(**mudancas: Any) -> list[str]:
        return crds.erros({**boa, "spec": {**boa["spec"], **mudancas}})

    assert com() == []
    assert com(maxReplicasCount=3) == ["spec.maxReplicasCount: campo desconhecido"]
    assert com(maxReplicaCount="3") == ["spec.maxReplicaCount: '3' devia ser int"]
    assert com(scaleTargetRef={}) == ["spec.scaleTargetRef.name: falta"]
    assert com(fallback={"failureThreshold": True, "replicas": 1}) == [
        "spec.fallback.failureThreshold: True devia ser int"
    ]
    assert crds.erros({"apiVersion": "keda.sh/v1", "kind": "ScaledObject", "spec": {}}) == [
        "ScaledObject (keda.sh/v1): tipo que nem o Kubernetes nem esta lista conhecem"
    ]
    with pytest.raises(ValidationError):
        validate({**_um("noite", "Deployment", "web"), "spek": {}}, KUBERNETES, strict=True)


@pytest.mark.parametrize("sobreposicao", SOBREPOSICOES)
def test_pods_sao_de_leitura_sem_root_e_sem_token(sobreposicao: str) -> None:
    vistos = []
    for nome, modelo in _pods(sobreposicao):
        pod = modelo["spec"]
        (conteiner,) = pod["containers"]
        seguranca = pod["securityContext"]
        vistos.append(nome)
        assert (
            pod["automountServiceAccountToken"],
            pod["enableServiceLinks"],
            seguranca["runAsNonRoot"],
            seguranca["runAsUser"] >= 10000,
            seguranca["seccompProfile"],
            conteiner["securityContext"],
        ) == (
            False,
            False,
            True,
            True,
            {"type": "RuntimeDefault"},
            {
                "allowPrivilegeEscalation": False,
                "readOnlyRootFilesystem": True,
                "capabilities": {"drop": ["ALL"]},
            },
        ), nome
        assert "serviceAccountName" in pod
        assert "memory" in conteiner["resources"]["limits"]
        assert {"cpu", "memory"} <= set(conteiner["resources"]["requests"])

    assert sorted(vistos) == ["avisos", "cache", "migrar", "retencao", "trabalhador", "web"]


@pytest.mark.parametrize("sobreposicao", SOBREPOSICOES)
def test_segredos_so_por_referencia(sobreposicao: str) -> None:
    assert [documento for documento in _construir(sobreposicao) if documento["kind"] == "Secret"] == []
    for nome, modelo in _pods(sobreposicao):
        for variavel in modelo["spec"]["containers"][0].get("env", []):
            if variavel["name"] in FINGIDAS:
                assert set(variavel["valueFrom"]) == {"secretKeyRef"}, nome
    for documento in _construir(sobreposicao):
        if documento["kind"] == "ConfigMap":
            assert set(documento["data"]) & set(FINGIDAS) == set()


@pytest.mark.parametrize("sobreposicao", SOBREPOSICOES)
def test_sondas_do_web_chegam_a_enderecos_e_hosts_que_o_site_atende(sobreposicao: str) -> None:
    modelo = _um(sobreposicao, "Deployment", "web")["spec"]["template"]
    (conteiner,) = modelo["spec"]["containers"]
    hosts = _ambiente(sobreposicao, modelo)["ALLOWED_HOSTS"].split(",")
    sondas = {nome: conteiner[nome]["httpGet"] for nome in ("startupProbe", "livenessProbe", "readinessProbe")}

    assert {nome: sonda["path"] for nome, sonda in sondas.items()} == {
        "startupProbe": "/saude/viva/",
        "livenessProbe": "/saude/viva/",
        "readinessProbe": "/saude/pronta/",
    }
    for sonda in sondas.values():
        assert resolve(sonda["path"])
        assert [cab["value"] in hosts for cab in sonda["httpHeaders"]] == [True]
        assert sonda["port"] == conteiner["ports"][0]["name"]
    assert conteiner["ports"][0]["containerPort"] == int(conteiner["args"][conteiner["args"].index("--porta") + 1])


@pytest.mark.parametrize("sobreposicao", SOBREPOSICOES)
def test_prazo_de_parada_e_maior_que_o_que_a_parada_leva(sobreposicao: str) -> None:
    web = _um(sobreposicao, "Deployment", "web")["spec"]["template"]["spec"]
    trabalhador = _um(sobreposicao, "Deployment", "trabalhador")["spec"]["template"]["spec"]
    espera = web["containers"][0]["lifecycle"]["preStop"]["sleep"]["seconds"]

    assert web["terminationGracePeriodSeconds"] > espera + PARADA + PRAZO + FOLGA
    assert trabalhador["terminationGracePeriodSeconds"] >= 30
    assert int(_compose()["services"]["web"]["stop_grace_period"].rstrip("s")) > PARADA + PRAZO + FOLGA


@pytest.mark.parametrize("sobreposicao", SOBREPOSICOES)
def test_rede_nega_tudo_e_abre_a_cada_pod_so_o_que_ele_usa(sobreposicao: str) -> None:
    politicas = [d["spec"] for d in _construir(sobreposicao) if d["kind"] == "NetworkPolicy"]
    assert {"podSelector": {}, "policyTypes": ["Ingress", "Egress"]} in politicas
    # Uma regra sem `from` ou sem portas abriria a todos; só a saída para a API do Kubernetes não tem um pod por nome.
    for politica in politicas:
        assert all(regra.get("from") and regra.get("ports") for regra in politica.get("ingress", []))
        assert all(regra.get("ports") for regra in politica.get("egress", []))

    usos = {
        "DATABASE_URL": "usa/banco",
        "BROKER_URL": "usa/fila",
        "CACHE_URL": "usa/cache",
        "EMAIL_URL": "usa/internet",
    }
    sem_correio = {"retencao"}  # tem as variáveis todas de quem partilha a configuração, mas não manda cartas
    for nome, modelo in _do_site(sobreposicao):
        pedidas = {variavel["name"] for variavel in modelo["spec"]["containers"][0]["env"]}
        etiquetas = {etiqueta for etiqueta in modelo["metadata"]["labels"] if etiqueta.startswith("usa/")}
        esperadas = {etiqueta for variavel, etiqueta in usos.items() if variavel in pedidas}
        assert etiquetas == esperadas - ({"usa/internet"} if nome in sem_correio else set()), nome
        for etiqueta in etiquetas:
            saidas = [p for p in politicas if p["podSelector"] == {"matchLabels": {etiqueta: "sim"}}]
            assert len(saidas) == 1, etiqueta


def test_pdb_espalhamento_e_escala_existem_para_o_que_serve() -> None:
    for nome in ("web", "trabalhador"):
        modelo = _um("noite", "Deployment", nome)
        selecao = modelo["spec"]["selector"]["matchLabels"]
        assert "replicas" not in modelo["spec"], "quem conta os pods é a escala; um número fixo a desfaria a cada apply"
        assert _um("noite", "PodDisruptionBudget", nome)["spec"]["selector"]["matchLabels"].items() <= selecao.items()
        espalhar = modelo["spec"]["template"]["spec"]["topologySpreadConstraints"]
        assert [regra["topologyKey"] for regra in espalhar] == ["topology.kubernetes.io/zone", "kubernetes.io/hostname"]
        assert espalhar[0]["whenUnsatisfiable"] == "DoNotSchedule"
    assert _um("noite", "HorizontalPodAutoscaler", "web")["spec"]["metrics"][0]["resource"]["target"] == {
        "type": "Utilization",
        "averageUtilization": round(capacidade.USO_DO_WEB * 100),
    }
    (gatilho,) = _um("noite", "ScaledObject", "trabalhador")["spec"]["triggers"]
    assert (gatilho["metadata"]["queueName"], gatilho["metadata"]["mode"]) == ("votos", "QueueLength")


def test_banco_e_fila_guardam_em_mais_de_uma_maquina() -> None:
    banco, fila = _um("noite", "Cluster", "banco")["spec"], _um("noite", "RabbitmqCluster", "fila")["spec"]

    assert (banco["instances"], fila["replicas"]) == (capacidade.COPIAS_DO_BANCO, capacidade.COPIAS_DA_FILA)
    assert banco["postgresql"]["synchronous"] == {"method": "any", "number": 1, "dataDurability": "required"}
    assert "synchronous" not in _um("ensaio", "Cluster", "banco")["spec"]["postgresql"]
    # Nada do que está na base afrouxa o disco: os dois ficam na omissão, que é ligado.
    assert {"fsync", "synchronous_commit", "full_page_writes"} & set(banco["postgresql"]["parameters"]) == set()
    do_compose = [linha for linha in (DEPLOY / "rabbitmq.conf").read_text().splitlines() if linha and linha[0] != "#"]
    do_cluster = fila["rabbitmq"]["additionalConfig"].splitlines()
    assert [linha for linha in do_compose if not linha.startswith("log.")] == do_cluster[: len(do_compose) - 2]
    assert do_cluster[-2:] == ["cluster_partition_handling = pause_minority", "queue_leader_locator = balanced"]


def test_tamanhos_da_noite_sao_os_que_a_capacidade_calcula() -> None:
    """Medidas novas pedem: manage.py capacidade --pico 60000 --total 1532944337 --escrever."""
    noite = capacidade.curva(pico=60_000, total=1_532_944_337, horas=48)
    plano = capacidade.planejar(capacidade.ler(RAIZ / "docs" / "medidas.json"), noite)

    assert (DEPLOY / "k8s" / "noite" / "capacidade.yaml").read_text() == manifestos.remendos(plano)
    web = _um("noite", "Deployment", "web")["spec"]["template"]["spec"]["containers"][0]
    escala = _um("noite", "HorizontalPodAutoscaler", "web")["spec"]
    assert web["resources"]["requests"] == {"cpu": f"{plano.cpu_web}", "memory": f"{plano.memoria_web_mib}Mi"}
    assert (escala["minReplicas"], escala["maxReplicas"]) == (plano.pods_web_minimo, plano.pods_web)
    assert web["args"][-1] == str(capacidade.PROCESSOS_POR_POD)


# --- O ambiente: as variáveis -----------------------------------------------------------------------------------------


def test_variaveis_de_deploy_existem_nas_settings() -> None:
    usadas = set(_exemplo()) - {"DOMINIO", "IMAGEM", "PROCESSOS_WEB", "PROCESSOS_TRABALHADOR"}  # do próprio compose
    for servico in _compose()["services"].values():
        if servico.get("image", "").startswith("${IMAGEM"):
            usadas |= set(servico["environment"])
    for sobreposicao in SOBREPOSICOES:
        for _nome, modelo in _do_site(sobreposicao):
            usadas |= set(_ambiente(sobreposicao, modelo))
    da_imagem = {
        par.split("=")[0]
        for linha in re.findall(r"^ENV ((?:.*\\\n)*.*)$", (DEPLOY / "Dockerfile").read_text(), re.M)
        for par in linha.replace("\\\n", " ").split()
    }

    assert {"SECRET_KEY", "DATABASE_URL", "PROVEDOR_CPF_CAMPO", "BROKER_URL"} <= VARIAVEIS, (
        "a leitura das settings falhou"
    )
    assert usadas - VARIAVEIS - A_CAMINHO == set()
    assert {nome for nome in da_imagem if not nome.startswith(("PIP_", "PYTHON")) and nome != "PATH"} <= VARIAVEIS


def test_variaveis_de_que_a_producao_precisa_estao_todas_em_deploy() -> None:
    do_compose = set(_exemplo()) | set(_compose()["services"]["web"]["environment"])
    assert DE_PRODUCAO - do_compose == set()
    for sobreposicao in SOBREPOSICOES:
        web = _um(sobreposicao, "Deployment", "web")["spec"]["template"]
        assert DE_PRODUCAO - set(_ambiente(sobreposicao, web)) == set()


@pytest.mark.parametrize("sobreposicao", SOBREPOSICOES)
@pytest.mark.parametrize("nome", ["web", "trabalhador"])
def test_configuracao_de_cada_pod_passa_na_conferencia_do_django(sobreposicao: str, nome: str) -> None:
    """Com o ambiente que o manifesto dá, `check --deploy` não tem um aviso sequer. No trabalhador, o que é do e-mail e
    de quem entra não se aplica: basta que parta."""
    ambiente = _ambiente(sobreposicao, _um(sobreposicao, "Deployment", nome)["spec"]["template"])
    comando = ["check", "--deploy", "--fail-level", "WARNING"] if nome == "web" else ["check"]
    feito = subprocess.run(
        [sys.executable, "manage.py", *comando],
        cwd=RAIZ,
        env={"PATH": os.environ["PATH"], **{n: v for n, v in ambiente.items() if n not in RECUSADAS}},
        capture_output=True,
        text=True,
        check=False,
    )

    assert feito.returncode == 0, feito.stderr


def test_comandos_de_deploy_existem() -> None:
    usados = set()
    for sobreposicao in SOBREPOSICOES:
        usados |= {modelo["spec"]["containers"][0]["args"][2] for _nome, modelo in _do_site(sobreposicao)}
    usados |= set(re.findall(r'manage\.py"?,? "?([a-z_]+)', (DEPLOY / "compose.yaml").read_text()))

    assert usados == {"aplicar_retencao", "enviar_avisos", "migrate", "servir", "trabalhar"}
    assert usados - set(get_commands()) - A_CAMINHO == set()


# --- O compose --------------------------------------------------------------------------------------------------------


def test_compose_so_tem_campos_da_especificacao() -> None:
    compose = {nome: valor for nome, valor in _compose().items() if not nome.startswith("x-")}

    ComposeSpecification.model_validate(compose, extra="forbid")
    with pytest.raises(ValueError, match="imagem"):
        ComposeSpecification.model_validate({"services": {"a": {"imagem": "b"}}}, extra="forbid")


def test_compose_endurece_limita_e_espera_cada_servico() -> None:
    servicos = _compose()["services"]
    sem_leitura = {nome for nome, servico in servicos.items() if not servico.get("read_only")}

    assert sem_leitura == {"fila"}
    for nome, servico in servicos.items():
        assert servico["cap_drop"] == ["ALL"], nome
        assert servico["security_opt"] == ["no-new-privileges:true"], nome
        assert {"cpus", "memory", "pids"} == set(servico["deploy"]["resources"]["limits"]), nome
        # O do site é o HEALTHCHECK da imagem.
        assert nome == "web" or servico["healthcheck"], nome
        assert ":latest" not in servico["image"], nome
        for outro, condicao in servico.get("depends_on", {}).items():
            if condicao["condition"] == "service_healthy":
                vigia = servicos[outro].get("healthcheck", {"da imagem": True})
                assert not vigia.get("disable"), f"{nome} espera {outro}, que ninguém vigia"
    # Só o proxy tem portas na máquina.
    assert [nome for nome, servico in servicos.items() if "ports" in servico] == ["proxy"]


def test_compose_confia_so_na_rede_do_proxy() -> None:
    compose = _compose()
    (rede,) = compose["networks"]["frente"]["ipam"]["config"]
    na_frente = {nome for nome, servico in compose["services"].items() if "frente" in servico.get("networks", [])}

    assert compose["services"]["web"]["environment"]["PROXIES_CONFIAVEIS"] == rede["subnet"]
    assert na_frente == {"proxy", "web"}
    assert {nome for nome, r in compose["networks"].items() if r and r.get("internal")} == {"frente", "dentro"}


def test_exemplo_nao_tem_segredos_e_o_git_nao_guarda_os_de_verdade() -> None:
    exemplo = _exemplo()

    assert {nome: exemplo[nome] for nome in ("SECRET_KEY", "CHAVE_CPF", "METRICAS_TOKEN")} == {
        "SECRET_KEY": "",
        "CHAVE_CPF": "",
        "METRICAS_TOKEN": "",
    }
    for arquivo in ("deploy/.env", "deploy/segredos/senha_do_banco"):
        assert subprocess.run(["git", "check-ignore", "-q", arquivo], cwd=RAIZ, check=False).returncode == 0, arquivo


# --- Programas de fora ------------------------------------------------------------------------------------------------


def test_hadolint_nao_reclama_do_dockerfile() -> None:
    feito = subprocess.run(
        [_programa("hadolint"), str(DEPLOY / "Dockerfile")], capture_output=True, text=True, check=False
    )
    assert (feito.returncode, feito.stdout) == (0, "")


@pytest.mark.servicos("caddy")
def test_caddy_aceita_o_caddyfile() -> None:
    feito = subprocess.run(
        ["caddy", "validate", "--adapter", "caddyfile", "--config", str(DEPLOY / "Caddyfile")],
        env={"PATH": os.environ["PATH"], "DOMINIO": "exemplo.com.br", "HOME": "/nonexistent"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (feito.returncode, "Valid configuration" in feito.stdout + feito.stderr) == (0, True), feito.stderr
