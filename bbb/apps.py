from django.apps import AppConfig


class BbbConfig(AppConfig):
    name = "bbb"
    verbose_name = "Big Brother Brasil"
