"""Os campos que usamos dos recursos de operadores, por tipo. O `kubernetes-validate` não os conhece.

Cada lista vem da referência da API do seu projeto (KEDA 2.18, RabbitMQ Cluster Operator 2.16, CloudNativePG 1.27,
Prometheus Operator 0.85): não é o recurso inteiro, é o que se lê dela. Campo fora da lista é erro até se conferir lá.
"""

from typing import Any

QUALQUER: dict[str, Any] = {}
"""Um mapa de nomes livres (etiquetas, parâmetros), com valores que são texto."""
RECURSOS = {"requests": QUALQUER, "limits": QUALQUER, "claims": [QUALQUER]}
POLITICAS = {
    "stabilizationWindowSeconds": int,
    "selectPolicy": {"Max", "Min", "Disabled"},
    "policies": [{"type*": {"Pods", "Percent"}, "value*": int, "periodSeconds*": int}],
}
ESPALHAR = [
    {
        "maxSkew*": int,
        "topologyKey*": str,
        "whenUnsatisfiable*": {"DoNotSchedule", "ScheduleAnyway"},
        "labelSelector": {"matchLabels": QUALQUER},
    }
]
CHAVE = {"name*": str, "key*": str, "optional": bool}
PONTO = {
    "port": str,
    "path": str,
    "scheme": {"http", "https"},
    "interval": str,
    "scrapeTimeout": str,
    "authorization": {"type": str, "credentials": CHAVE},
}
CRDS: dict[tuple[str, str], dict[str, Any]] = {
    ("keda.sh/v1alpha1", "ScaledObject"): {
        "scaleTargetRef*": {"apiVersion": str, "kind": str, "name*": str, "envSourceContainerName": str},
        "pollingInterval": int,
        "cooldownPeriod": int,
        "initialCooldownPeriod": int,
        "idleReplicaCount": int,
        "minReplicaCount": int,
        "maxReplicaCount": int,
        "fallback": {
            "failureThreshold*": int,
            "replicas*": int,
            "behavior": {"static", "currentReplicas", "currentReplicasIfHigher", "currentReplicasIfLower"},
        },
        "triggers*": [
            {
                "type*": {"rabbitmq"},
                "name": str,
                "metadata*": {
                    "protocol": {"amqp", "http", "auto"},
                    "queueName*": str,
                    "mode*": {"QueueLength", "MessageRate", "DeliverGetRate", "PublishedToDeliveredRatio"},
                    # Texto, e não número: o mapa é de textos.
                    "value*": str,
                    "activationValue": str,
                    "vhostName": str,
                    "hostFromEnv": str,
                    "excludeUnacknowledged": str,
                },
                "authenticationRef": {"name*": str, "kind": {"TriggerAuthentication", "ClusterTriggerAuthentication"}},
                "metricType": {"AverageValue", "Value", "Utilization"},
            }
        ],
        "advanced": {
            "restoreToOriginalReplicaCount": bool,
            "horizontalPodAutoscalerConfig": {
                "name": str,
                "behavior": {"scaleUp": POLITICAS, "scaleDown": POLITICAS},
            },
        },
    },
    ("keda.sh/v1alpha1", "TriggerAuthentication"): {
        "secretTargetRef": [{"parameter*": str, "name*": str, "key*": str}],
        "env": [{"parameter*": str, "name*": str, "containerName": str}],
    },
    ("rabbitmq.com/v1beta1", "RabbitmqCluster"): {
        "replicas": int,
        "image": str,
        "imagePullSecrets": [{"name*": str}],
        "service": {"type": {"ClusterIP", "LoadBalancer", "NodePort"}, "annotations": QUALQUER},
        "persistence": {"storageClassName": str, "storage": str},
        "resources": RECURSOS,
        "affinity": QUALQUER,
        "tolerations": [QUALQUER],
        "rabbitmq": {
            "additionalPlugins": [str],
            "additionalConfig": str,
            "advancedConfig": str,
            "envConfig": str,
            "erlangInetConfig": str,
        },
        "tls": {"secretName": str, "caSecretName": str, "disableNonTLSListeners": bool},
        "override": {
            "service": QUALQUER,
            "statefulSet": {
                "spec": {"template": {"spec": {"containers*": [QUALQUER], "topologySpreadConstraints": ESPALHAR}}}
            },
        },
        "skipPostDeploySteps": bool,
        "terminationGracePeriodSeconds": int,
        "delayStartSeconds": int,
        "secretBackend": QUALQUER,
    },
    ("postgresql.cnpg.io/v1", "Cluster"): {
        "instances*": int,
        "imageName": str,
        "primaryUpdateStrategy": {"unsupervised", "supervised"},
        "primaryUpdateMethod": {"switchover", "restart"},
        "smartShutdownTimeout": int,
        "stopDelay": int,
        "startDelay": int,
        "enablePDB": bool,
        "bootstrap": {
            "initdb": {
                "database": str,
                "owner": str,
                "secret": {"name*": str},
                "dataChecksums": bool,
                "encoding": str,
                "localeCollate": str,
                "localeCType": str,
                "postInitApplicationSQL": [str],
            }
        },
        "postgresql": {
            "parameters": QUALQUER,
            "pg_hba": [str],
            "synchronous": {
                "method*": {"any", "first"},
                "number*": int,
                "dataDurability": {"required", "preferred"},
                "maxStandbyNamesFromCluster": int,
                "failoverQuorum": bool,
            },
        },
        "storage*": {"size": str, "storageClass": str, "resizeInUseVolumes": bool},
        "walStorage": {"size": str, "storageClass": str, "resizeInUseVolumes": bool},
        "resources": RECURSOS,
        "affinity": {
            "enablePodAntiAffinity": bool,
            "podAntiAffinityType": {"required", "preferred"},
            "topologyKey": str,
            "nodeSelector": QUALQUER,
        },
        "topologySpreadConstraints": ESPALHAR,
        "priorityClassName": str,
    },
    ("monitoring.coreos.com/v1", "ServiceMonitor"): {
        "selector*": {"matchLabels": QUALQUER},
        "namespaceSelector": {"any": bool, "matchNames": [str]},
        "endpoints*": [PONTO],
        "jobLabel": str,
    },
    ("monitoring.coreos.com/v1", "PodMonitor"): {
        "selector*": {"matchLabels": QUALQUER},
        "namespaceSelector": {"any": bool, "matchNames": [str]},
        "podMetricsEndpoints*": [PONTO],
        "jobLabel": str,
    },
}


def erros(documento: dict[str, Any]) -> list[str]:
    """O que o documento tem de errado, campo a campo; um tipo que não está em `CRDS` é um erro."""
    quem = (documento["apiVersion"], documento["kind"])
    if quem not in CRDS:
        return [f"{quem[1]} ({quem[0]}): tipo que nem o Kubernetes nem esta lista conhecem"]
    a_mais = sorted(set(documento) - {"apiVersion", "kind", "metadata", "spec"})
    return [*(f"{nome}: campo desconhecido" for nome in a_mais), *_comparar(documento.get("spec"), CRDS[quem], "spec")]


def _comparar(valor: Any, forma: Any, onde: str) -> list[str]:
    if forma is QUALQUER:
        certo = isinstance(valor, dict)
        return [] if certo else [f"{onde}: devia ser um mapa"]
    if isinstance(forma, set):
        return [] if valor in forma else [f"{onde}: {valor!r} não é um de {', '.join(sorted(forma))}"]
    if isinstance(forma, list):
        if not isinstance(valor, list):
            return [f"{onde}: devia ser uma lista"]
        return [erro for i, item in enumerate(valor) for erro in _comparar(item, forma[0], f"{onde}[{i}]")]
    if isinstance(forma, dict):
        if not isinstance(valor, dict):
            return [f"{onde}: devia ser um mapa"]
        campos = {nome.rstrip("*"): dentro for nome, dentro in forma.items()}
        faltam = [nome[:-1] for nome in forma if nome.endswith("*") and nome[:-1] not in valor]
        return [
            *(f"{onde}.{nome}: falta" for nome in faltam),
            *(f"{onde}.{nome}: campo desconhecido" for nome in valor if nome not in campos),
            *(
                erro
                for nome in valor
                if nome in campos
                for erro in _comparar(valor[nome], campos[nome], f"{onde}.{nome}")
            ),
        ]
    if isinstance(valor, bool) is not (forma is bool) or not isinstance(valor, forma):
        return [f"{onde}: {valor!r} devia ser {forma.__name__}"]
    return []
