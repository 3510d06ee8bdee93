from typing import ClassVar

from django.apps import AppConfig
from django.contrib.staticfiles.apps import StaticFilesConfig
from django.core.checks import Tags, register

from bbb import checks


class BbbConfig(AppConfig):
    name = "bbb"
    verbose_name = "Big Brother Brasil"

    def ready(self) -> None:
        register(checks.debug_em_producao, Tags.security, deploy=True)
        register(checks.chave_fraca, Tags.security, deploy=True)
        register(checks.qualquer_host, Tags.security)
        register(checks.urna_sem_defesa, Tags.security)
        register(checks.limites_que_se_entendem)
        register(checks.correio_de_producao, Tags.security)
        register(checks.publico_de_verdade, Tags.security)
        register(checks.sqlite_duravel, Tags.database)


class EstaticosConfig(StaticFilesConfig):
    """Dos pacotes só se serve o que as páginas usam: comprimir o resto levaria meio minuto."""

    ignore_patterns: ClassVar = [  # type: ignore[misc] # a base a declara em cada objeto
        *StaticFilesConfig.ignore_patterns,
        "*.rtl.*",
        "bootstrap-*",
        "bootstrap.css",
        "bootstrap.css.map",
        "htmx-4*",
        "htmax-4*",
        "htmx-2.js",
        "django-htmx.js",
        "django_htmx/ext/*",
    ]
