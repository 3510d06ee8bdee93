"""Os formulários da inscrição: leem e conferem o que a pessoa escreveu, e não gravam nada."""

from inscricoes.forms.consentimento import ConsentimentoForm
from inscricoes.forms.contato import ContatoForm
from inscricoes.forms.dados import DadosForm
from inscricoes.forms.questionario import QuestionarioForm

__all__ = ["ConsentimentoForm", "ContatoForm", "DadosForm", "QuestionarioForm"]
