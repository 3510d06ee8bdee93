"""O termo de consentimento da demonstração. Um modelo: o de verdade é escrito por quem responde por ele."""

_TEXTO = """\
Ao enviar esta inscrição, você concorda que a produção do programa use o que você escreveu, as suas fotos e o seu vídeo
para uma coisa só: escolher quem vai participar desta edição.

Quem vê. As pessoas da produção que cuidam da seleção. O CPF inteiro, só quem precisa dele, e cada consulta fica
registrada. Nada é vendido, publicado nem entregue a anunciantes.

Por quanto tempo. Se você não for selecionado(a), tudo é apagado depois do prazo que aparece em “Meus dados”, contado do
fim das inscrições. Se for, o que for público no programa continua público.

O que você pode fazer. A qualquer hora, em “Meus dados”: ver o que guardamos, baixar uma cópia, apagar tudo. Retirar este
consentimento é apagar a inscrição ou desistir dela; não custa nada e não precisa de motivo.

Dados sensíveis. Algumas perguntas falam de saúde. Responder às opcionais é escolha sua, e deixá-las em branco não
prejudica ninguém.

Este é um programa de demonstração: ninguém vai ligar para você.
"""

TERMO = "\n\n".join(paragrafo.replace("\n", " ").strip() for paragrafo in _TEXTO.split("\n\n"))
"""Um parágrafo por linha: na página, quem quebra as linhas é a largura da tela."""
