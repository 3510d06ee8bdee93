"""O que o plano de capacidade muda nos manifestos do Kubernetes: os remendos da noite grande."""

import math

import yaml

from bbb.capacidade.plano import PROCESSOS_POR_POD, Plano
from bbb.capacidade.texto import GB

CABECALHO = (
    "# Escrito por: python manage.py capacidade --pico 60000 --total 1532944337 --escrever\n"
    "# Sai de docs/medidas.json, que o `make bench` escreve, e tests/test_implantar.py confere que concordam.\n"
)
GIB = 1024**3


def remendos(plano: Plano) -> str:
    """Os documentos YAML que a sobreposição `noite` aplica à base."""
    documentos = [
        _implantacao("web", plano.memoria_web_mib),
        {
            "apiVersion": "autoscaling/v2",
            "kind": "HorizontalPodAutoscaler",
            "metadata": {"name": "web"},
            "spec": {"minReplicas": plano.pods_web_minimo, "maxReplicas": plano.pods_web},
        },
        _implantacao("trabalhador", plano.memoria_trabalhador_mib),
        {
            "apiVersion": "keda.sh/v1alpha1",
            "kind": "ScaledObject",
            "metadata": {"name": "trabalhador"},
            "spec": {
                "minReplicaCount": plano.pods_trabalhadores_minimo,
                "maxReplicaCount": plano.pods_trabalhadores,
                # Sem notícia da fila, todos: é melhor sobrar quem drene.
                "fallback": {"replicas": plano.pods_trabalhadores},
            },
        },
        {
            "apiVersion": "rabbitmq.com/v1beta1",
            "kind": "RabbitmqCluster",
            "metadata": {"name": "fila"},
            "spec": {
                "persistence": {"storage": _gib(plano.fila_disco)},
                "resources": _recursos(str(plano.fila_cpu), _gib(plano.fila_memoria)),
            },
        },
        {
            "apiVersion": "postgresql.cnpg.io/v1",
            "kind": "Cluster",
            "metadata": {"name": "banco"},
            "spec": {
                "storage": {"size": _gib(plano.banco_disco)},
                "walStorage": {"size": _gib(plano.banco_disco_do_wal)},
                "resources": _recursos(str(plano.banco_cpu), _gib(plano.banco_memoria)),
                "postgresql": {
                    "parameters": {
                        "max_connections": str(plano.banco_conexoes),
                        # Um quarto da memória pedida, que é como a memória foi calculada.
                        "shared_buffers": f"{max(1, math.ceil(plano.banco_memoria / 4 / GIB))}GB",
                        # Um terço do disco de WAL: o resto é folga enquanto uma cópia está atrasada.
                        "max_wal_size": f"{max(1, int(plano.banco_disco_do_wal / 3 / GB))}GB",
                    }
                },
            },
        },
    ]
    return CABECALHO + yaml.safe_dump_all(documentos, sort_keys=False, allow_unicode=True, explicit_start=True)


def _implantacao(nome: str, memoria_mib: int) -> dict[str, object]:
    conteiner = {"name": nome, "resources": _recursos(str(PROCESSOS_POR_POD), f"{memoria_mib}Mi", teto=memoria_mib)}
    return {
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": {"name": nome},
        "spec": {"template": {"spec": {"containers": [conteiner]}}},
    }


def _recursos(cpu: str, memoria: str, *, teto: int | None = None) -> dict[str, dict[str, str]]:
    """Sem teto de CPU: travar um processo a meio de um lote só o atrasa. O de memória é o dobro no site, para fotos."""
    return {
        "requests": {"cpu": cpu, "memory": memoria},
        "limits": {"memory": f"{teto * 2}Mi" if teto else memoria},
    }


def _gib(bytes_: float) -> str:
    return f"{math.ceil(bytes_ / GIB)}Gi"
