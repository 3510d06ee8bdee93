"""Como se fala com a pessoa, e onde ela está nas redes."""

from functools import partial

from django import forms

from inscricoes.contatos import Rede, telefone_em_e164, telefone_escrito, usuario_do_perfil
from inscricoes.forms.campos import LinhaConferida
from inscricoes.forms.secao import Secao
from inscricoes.models import Candidato
from inscricoes.services import OBRIGATORIOS


def _perfil(rede: Rede, rotulo: str) -> LinhaConferida:
    return LinhaConferida(
        label=rotulo,
        conferir=partial(usuario_do_perfil, rede=rede),
        max_length=200,
        widget=forms.TextInput(
            attrs={"autocomplete": "off", "autocapitalize": "none", "autocorrect": "off", "spellcheck": "false"}
        ),
    )


class ContatoForm(Secao, forms.ModelForm):
    obrigatorios = frozenset(OBRIGATORIOS["contato"])

    telefone = LinhaConferida(
        label="Telefone",
        conferir=telefone_em_e164,
        escrito=telefone_escrito,
        max_length=40,
        help_text="Com DDD, como (11) 91234-5678.",
        widget=forms.TextInput(
            attrs={"type": "tel", "inputmode": "tel", "autocomplete": "tel", "data-mascara": "telefone"}
        ),
    )
    instagram = _perfil(Rede.INSTAGRAM, "Instagram")
    tiktok = _perfil(Rede.TIKTOK, "TikTok")
    x = _perfil(Rede.X, "X")
    youtube = _perfil(Rede.YOUTUBE, "YouTube")

    class Meta:
        model = Candidato
        fields = ("telefone", "instagram", "tiktok", "x", "youtube")
