"""Campos de modelo das inscrições."""

from typing import Any

from django.db import models

from inscricoes.validators import cpf_em_digitos


class CpfField(models.CharField):
    """Um CPF, sempre guardado como 11 dígitos: escrito com pontos ou sem, é a mesma linha. Vazio é vazio."""

    description = "CPF"

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **{**kwargs, "max_length": 11})

    def deconstruct(self) -> Any:
        nome, caminho, args, kwargs = super().deconstruct()
        del kwargs["max_length"]
        return nome, caminho, args, kwargs

    def to_python(self, value: Any) -> Any:
        """Levanta `ValidationError` se não é um CPF."""
        texto = super().to_python(value)
        return cpf_em_digitos(texto) if texto else texto

    def pre_save(self, model_instance: models.Model, add: bool) -> Any:
        valor = self.to_python(getattr(model_instance, self.attname))
        setattr(model_instance, self.attname, valor)
        return valor

    def get_prep_value(self, value: Any) -> Any:
        # Numa busca (`filter(cpf=...)`) também se escreve com pontos; o que não é um CPF não acha nada, nem falha.
        texto = super().get_prep_value(value)
        if isinstance(texto, str) and texto:
            return "".join(c for c in texto if c.isascii() and c.isdigit())[:11] or texto
        return texto

    def formfield(self, **kwargs: Any) -> Any:
        # 20: com pontos, traço e espaços de quem cola.
        campo = super().formfield(**kwargs)
        if campo is not None and hasattr(campo, "max_length"):
            campo.max_length = None
            campo.validators = [v for v in campo.validators if getattr(v, "limit_value", None) != 11]
            campo.widget.attrs = {
                **campo.widget.attrs,
                "inputmode": "numeric",
                "maxlength": "20",
                "autocomplete": "off",
            }
        return campo
