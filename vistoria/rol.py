"""Todas as páginas do site, em cada estado que se parece com outro: quem as vê, como se chega, e o que respondem.

Uma página nova entra aqui, ou em `FORA` com o motivo; `tests/test_vistoria.py` confere contra os endereços do projeto.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

Passos = Callable[[Any, Mapping[str, Any]], None]
"""Recebe a aba já na página e a semente; deixa a aba no estado que se quer ver."""

MINHA = "/inscricoes/minha/"


@dataclass(frozen=True)
class Pagina:
    nome: str
    """Único, sem espaços: vira nome de arquivo."""
    rota: str
    """O nome no `urls.py`, com o espaço de nomes. Vazio: não é de um endereço (uma recusa, um modelo sem endereço)."""
    caminho: str
    """Com `{chaves}` da semente. Vazio: um `modelo` desenhado pela semente."""
    quem: str = "ninguem"
    status: int = 200
    passos: Passos | None = None
    site: str = "cheio"
    modelo: str = ""
    sempre_escura: bool = False
    """O telão do estúdio: o mesmo nos dois temas."""
    publica: bool = True
    """Falsa no admin: a estrutura é do Django, e só valem as regras da WCAG, sem as de boa prática."""


# --- Como se chega a um estado ----------------------------------------------------------------------------------------


def votar(aba: Any, semente: Mapping[str, Any]) -> None:
    aba.locator("button[name=participante]").first.click()
    aba.wait_for_url("**/comprovantes/*/")


def votar_sem_rede(aba: Any, semente: Mapping[str, Any]) -> None:
    aba.route("**/votar/", lambda rota: rota.abort("failed"))
    aba.locator("button[name=participante]").first.click()
    aba.get_by_role("button", name="Tentar de novo").wait_for()


def votar_no_unico(aba: Any, semente: Mapping[str, Any]) -> None:
    aba.locator("button[name=participante]").first.click()
    aba.get_by_role("button", name="Confirmar voto único").wait_for()


def votar_no_unico_ate_o_fim(aba: Any, semente: Mapping[str, Any]) -> None:
    if not aba.get_by_text("já está contado").count():
        votar_no_unico(aba, semente)
        aba.get_by_role("button", name="Confirmar voto único").click()
        aba.wait_for_url("**/comprovantes/*/")
        aba.goto(semente["url"] + f"/paredoes/{semente['aberto']}/unico/")


def cpf_errado(aba: Any, semente: Mapping[str, Any]) -> None:
    aba.get_by_label("CPF").fill("111.111.111-11")
    aba.get_by_role("button", name="Continuar").click()
    aba.get_by_text("Este CPF não existe").first.wait_for()


def pedir_codigo(aba: Any, semente: Mapping[str, Any]) -> None:
    aba.get_by_label("Seu e-mail").fill("quem.vem@example.com")
    aba.get_by_role("button", name="Receber o código").click()
    aba.get_by_label("Código de 8 algarismos").wait_for()


def codigo_errado(aba: Any, semente: Mapping[str, Any]) -> None:
    pedir_codigo_de(aba, "quem.erra@example.com")
    aba.get_by_label("Código de 8 algarismos").fill("1234-5678")
    aba.get_by_role("button", name="Entrar").click()
    aba.locator("[aria-invalid=true]").wait_for()


def pedir_codigo_de(aba: Any, email: str) -> None:
    aba.get_by_label("Seu e-mail").fill(email)
    aba.get_by_role("button", name="Receber o código").click()
    aba.get_by_label("Código de 8 algarismos").wait_for()


def email_errado(aba: Any, semente: Mapping[str, Any]) -> None:
    aba.get_by_label("Seu e-mail").fill("sem-arroba")
    aba.get_by_role("button", name="Receber o código").click()
    aba.locator("[aria-invalid=true]").wait_for()


def secao_com_erros(aba: Any, semente: Mapping[str, Any]) -> None:
    aba.get_by_label("CPF").fill("1")
    aba.get_by_label("Data de nascimento").fill("31/02/1990")
    aba.get_by_role("button", name="Salvar e continuar").click()
    aba.locator("#erros").wait_for()


def contato_com_erros(aba: Any, semente: Mapping[str, Any]) -> None:
    aba.get_by_label("Telefone").fill("12")
    aba.get_by_role("button", name="Salvar e continuar").click()
    aba.locator("#erros").wait_for()


def salvando(aba: Any, semente: Mapping[str, Any]) -> None:
    aba.get_by_label("Cidade").fill("Cunha")
    aba.get_by_label("Profissão").fill("Ceramista de alto-forno")
    aba.locator("#estado", has_text="Salvo às").wait_for()


def secao_sem_rede(aba: Any, semente: Mapping[str, Any]) -> None:
    aba.route(f"**{MINHA}dados/", lambda rota: rota.abort("failed"))
    aba.get_by_label("Profissão").fill("Ceramista sem conexão")
    aba.locator("#estado", has_text="Sem conexão").wait_for()


def fotos_escolhidas(aba: Any, semente: Mapping[str, Any]) -> None:
    aba.get_by_label("Mandar fotos").set_input_files([*semente["fotos"], semente["texto"]])
    aba.locator("#fila li").nth(2).wait_for()


def video_escolhido(aba: Any, semente: Mapping[str, Any]) -> None:
    aba.locator("#escolher").set_input_files(semente["video"])


def enviar_sem_aceitar(aba: Any, semente: Mapping[str, Any]) -> None:
    aba.get_by_role("button", name="Enviar inscrição").click()
    aba.locator("#erros").wait_for()


def apagar_sem_marcar(aba: Any, semente: Mapping[str, Any]) -> None:
    # O navegador seguraria o envio; a página que importa é a do servidor, que quem está sem essa ajuda vê.
    aba.evaluate("document.querySelector('.confirmar-apagar').noValidate = true")
    aba.get_by_role("button", name="Apagar para sempre").click()
    aba.get_by_text("Marque a caixa para confirmar").first.wait_for()


def criar_token(aba: Any, semente: Mapping[str, Any]) -> None:
    aba.locator("input[name=nome]").fill("Painel do estúdio")
    aba.locator("input[name=escopos]").first.check()
    aba.locator("input[type=submit]").first.click()
    aba.get_by_text("Token criado").first.wait_for()


def senha_errada(aba: Any, semente: Mapping[str, Any]) -> None:
    aba.locator("input[name=username]").fill("ninguem")
    aba.locator("input[name=password]").fill("errada")
    aba.locator("input[type=submit]").click()
    aba.locator(".errornote").wait_for()


def segundo_passo(aba: Any, semente: Mapping[str, Any]) -> None:
    aba.locator("input[name=username]").fill("vistoria-fator")
    aba.locator("input[name=password]").fill(semente["senha"])
    aba.locator("input[type=submit]").click()
    aba.wait_for_url("**/segundo-fator/entrar/**")


def salvar_vazio(aba: Any, semente: Mapping[str, Any]) -> None:
    """Um formulário do admin com erros: o navegador não deve segurar o envio antes do servidor."""
    aba.evaluate("document.querySelectorAll('#content-main form').forEach((form) => { form.noValidate = true; })")
    aba.get_by_role("button", name="Salvar", exact=True).click()
    aba.locator(".errornote, .errorlist").first.wait_for()


def acao_de_varios(aba: Any, semente: Mapping[str, Any]) -> None:
    aba.locator("#action-toggle").check()
    aba.locator("select[name=action]").select_option(index=1)
    aba.locator(".actions button").first.click()
    aba.wait_for_load_state()


# --- O rol ------------------------------------------------------------------------------------------------------------


def publicas() -> list[Pagina]:
    return [
        Pagina("inicio", "votacao:inicio", "/"),
        Pagina("inicio-vazio", "votacao:inicio", "/", site="vazio"),
        Pagina("paredoes", "votacao:paredoes", "/paredoes/"),
        Pagina("paredoes-vazio", "votacao:paredoes", "/paredoes/", site="vazio"),
        Pagina("paredao-aberto", "votacao:paredao", "/paredoes/{aberto}/"),
        Pagina("paredao-com-parciais", "votacao:paredao", "/paredoes/{parciais}/"),
        Pagina("paredao-sem-rede", "votacao:paredao", "/paredoes/{aberto}/", passos=votar_sem_rede),
        Pagina("paredao-agendado", "votacao:paredao", "/paredoes/{agendado}/"),
        Pagina("paredao-encerrado", "votacao:paredao", "/paredoes/{encerrado}/"),
        Pagina("paredao-publicado", "votacao:paredao", "/paredoes/{publicado}/"),
        Pagina("resultado", "votacao:resultado", "/paredoes/{publicado}/resultado/"),
        Pagina("resultado-antes-da-hora", "votacao:resultado", "/paredoes/{aberto}/resultado/"),
        Pagina("confirmar", "votacao:confirmar", "/paredoes/{aberto}/confirmar/?participante={participante}"),
        Pagina(
            "confirmar-fechado",
            "votacao:confirmar",
            "/paredoes/{encerrado}/confirmar/?participante={participante}",
            status=410,
        ),
        Pagina("comprovante", "votacao:comprovante", "/paredoes/{aberto}/", passos=votar),
        Pagina("comprovante-desconhecido", "votacao:comprovante", f"/comprovantes/{'0' * 32}/", status=404),
        Pagina("unico-cpf", "votacao:unico", "/paredoes/{aberto}/unico/", "fa"),
        Pagina("unico-cpf-errado", "votacao:unico_cpf", "/paredoes/{aberto}/unico/", "fa", passos=cpf_errado),
        Pagina("unico-escolher", "votacao:unico", "/paredoes/{aberto}/unico/", "fa_com_cpf"),
        Pagina("unico-confirmar", "votacao:unico", "/paredoes/{aberto}/unico/", "fa_com_cpf", passos=votar_no_unico),
        Pagina(
            "unico-contado",
            "votacao:unico",
            "/paredoes/{aberto}/unico/",
            "fa_que_votou",
            passos=votar_no_unico_ate_o_fim,
        ),
        Pagina("participante", "votacao:participante", "/participantes/{participante}/"),
        Pagina("sem-rede", "votacao:sem_rede", "/sem-rede/"),
        Pagina("unico-verificar", "votacao:unico", "", modelo="votacao/unico_verificar.html"),
        Pagina("comprovante-recebido", "votacao:comprovante", "", modelo="votacao/comprovante_recebido.html"),
        Pagina("comprovante-a-caminho", "votacao:comprovante", "", modelo="votacao/comprovante_a_caminho.html"),
        Pagina("comprovante-recusado", "votacao:comprovante", "", modelo="votacao/comprovante_recusado.html"),
        Pagina("api-problemas", "problemas", "/api/problemas"),
        Pagina("nao-existe", "", "/nao-existe/", status=404),
        *(
            Pagina(f"erro-{codigo}", "", "", modelo=f"{codigo}.html")
            for codigo in ("400", "403", "403_csrf", "413", "429", "500", "503")
        ),
    ]


def da_conta() -> list[Pagina]:
    return [
        Pagina("entrar", "account_login", "/conta/entrar/"),
        Pagina("entrar-com-erro", "account_login", "/conta/entrar/", passos=email_errado),
        Pagina("entrar-de-novo", "account_login", "/conta/entrar/", "fa"),
        Pagina("codigo", "account_confirm_login_code", "/conta/entrar/", passos=pedir_codigo),
        Pagina("codigo-errado", "account_confirm_login_code", "/conta/entrar/", passos=codigo_errado),
        Pagina("sair", "account_logout", "/conta/sair/", "fa"),
        Pagina("saiu", "account_logout", "/conta/sair/"),
        Pagina("conta-recusada", "", "", modelo="conta/recusada.html"),
        Pagina("conta-provedor-recusou", "provedor_volta", "", modelo="conta/provedor.html"),
        Pagina("correio", "correio", "/demo/correio/"),
        Pagina("senha", "account_reauthenticate", "/conta/senha/", "chefe"),
        Pagina("fator", "mfa_index", "/conta/segundo-fator/", "chefe"),
        Pagina("fator-ativar", "mfa_activate_totp", "/conta/segundo-fator/ativar/", "chefe"),
        Pagina("fator-ativo", "mfa_index", "/conta/segundo-fator/", "chefe_com_fator"),
        Pagina("fator-desativar", "mfa_deactivate_totp", "/conta/segundo-fator/desativar/", "chefe_com_fator"),
        Pagina("fator-reserva", "mfa_view_recovery_codes", "/conta/segundo-fator/reserva/", "chefe_com_fator"),
        Pagina(
            "fator-reserva-novos",
            "mfa_generate_recovery_codes",
            "/conta/segundo-fator/reserva/novos/",
            "chefe_com_fator",
        ),
        Pagina("fator-confirmar", "mfa_reauthenticate", "/conta/segundo-fator/confirmar/", "chefe_com_fator"),
        Pagina("fator-entrar", "mfa_authenticate", "/admin/login/", passos=segundo_passo),
    ]


def da_inscricao() -> list[Pagina]:
    return [
        Pagina("inscricoes", "inscricoes:inicio", "/inscricoes/"),
        Pagina("inscricoes-vazio", "inscricoes:inicio", "/inscricoes/", site="vazio"),
        Pagina("inscricoes-de-quem-comecou", "inscricoes:inicio", "/inscricoes/", "candidata"),
        Pagina("nova", "inscricoes:nova", "/inscricoes/nova/", "fa"),
        Pagina("minha-sem-inscricao", "inscricoes:minha", MINHA, "fa", status=404),
        Pagina("minha-rascunho", "inscricoes:minha", MINHA, "candidata"),
        Pagina("minha-pronta", "inscricoes:minha", MINHA, "pronta"),
        Pagina("minha-enviada", "inscricoes:minha", MINHA, "vado"),
        Pagina("minha-entrevista", "inscricoes:minha", MINHA, "lud"),
        Pagina("minha-reserva", "inscricoes:minha", MINHA, "creuza"),
        Pagina("minha-reprovada", "inscricoes:minha", MINHA, "icaro"),
        Pagina("minha-desistente", "inscricoes:minha", MINHA, "rui"),
        Pagina("minha-selecionada", "inscricoes:minha", MINHA, "jandira"),
        Pagina("dados", "inscricoes:dados", f"{MINHA}dados/", "candidata"),
        Pagina("dados-com-erros", "inscricoes:dados", f"{MINHA}dados/", "candidata", passos=secao_com_erros),
        Pagina("dados-salvo", "inscricoes:dados", f"{MINHA}dados/", "candidata", passos=salvando),
        Pagina("dados-sem-rede", "inscricoes:dados", f"{MINHA}dados/", "candidata", passos=secao_sem_rede),
        Pagina("contato", "inscricoes:contato", f"{MINHA}contato/", "candidata"),
        Pagina("contato-com-erros", "inscricoes:contato", f"{MINHA}contato/", "candidata", passos=contato_com_erros),
        Pagina("questionario", "inscricoes:questionario", f"{MINHA}questionario/{{secao}}/", "candidata"),
        Pagina("fotos", "inscricoes:fotos", f"{MINHA}fotos/", "candidata"),
        Pagina("fotos-escolhidas", "inscricoes:fotos", f"{MINHA}fotos/", "candidata", passos=fotos_escolhidas),
        Pagina("fotos-completas", "inscricoes:fotos", f"{MINHA}fotos/", "pronta"),
        Pagina("fotos-fechadas", "inscricoes:fotos", f"{MINHA}fotos/", "vado"),
        Pagina("video", "inscricoes:video", f"{MINHA}video/", "candidata"),
        Pagina("video-escolhido", "inscricoes:video", f"{MINHA}video/", "candidata", passos=video_escolhido),
        Pagina("video-completo", "inscricoes:video", f"{MINHA}video/", "pronta"),
        Pagina("revisao-incompleta", "inscricoes:revisao", f"{MINHA}revisao/", "candidata"),
        Pagina("revisao", "inscricoes:revisao", f"{MINHA}revisao/", "pronta"),
        Pagina("revisao-sem-aceitar", "inscricoes:revisao", f"{MINHA}revisao/", "pronta", passos=enviar_sem_aceitar),
        Pagina("desistir", "inscricoes:desistir", f"{MINHA}desistir/", "vado"),
        Pagina("desistir-tarde", "inscricoes:desistir", f"{MINHA}desistir/", "icaro", status=409),
        Pagina("meus-dados", "inscricoes:meus_dados", f"{MINHA}meus-dados/", "candidata"),
        Pagina("apagar", "inscricoes:apagar", f"{MINHA}meus-dados/apagar/", "candidata"),
        Pagina(
            "apagar-sem-marcar",
            "inscricoes:apagar",
            f"{MINHA}meus-dados/apagar/",
            "candidata",
            passos=apagar_sem_marcar,
        ),
        Pagina("apagada", "inscricoes:apagada", "/inscricoes/apagada/"),
        Pagina("inscricao-recusa", "", "", modelo="inscricoes/recusa.html"),
    ]


def da_producao() -> list[Pagina]:
    def sala(nome: str, rota: str, caminho: str, **campos: Any) -> Pagina:
        return Pagina(
            f"admin-{nome}",
            campos.pop("rota_inteira", f"admin:{rota}"),
            f"/admin/{caminho}",
            campos.pop("quem", "chefe"),
            publica=False,
            **campos,
        )

    return [
        sala("entrar", "login", "login/", quem="ninguem"),
        sala("entrar-com-erro", "login", "login/", quem="ninguem", passos=senha_errada),
        sala("inicio", "index", ""),
        sala("inicio-vazio", "index", "", site="vazio"),
        *(sala(f"app-{app}", "app_list", f"{app}/") for app in ("inscricoes", "votacao", "auth", "admin")),
        sala("trocar-senha", "password_change", "password_change/"),
        sala("trocar-senha-com-erro", "password_change", "password_change/", passos=trocar_senha_vazia),
        sala("trocou-senha", "password_change_done", "password_change/done/"),
        sala("senha-de-alguem", "auth_user_password_change", "auth/user/{auth_user}/password/"),
        sala("saiu", "logout", "", quem="chefe_que_sai", passos=sair_do_admin),
        sala("candidatos-busca-vazia", "inscricoes_candidato_changelist", "inscricoes/candidato/?q=zzzz"),
        sala("candidatos-varios", "inscricoes_candidato_changelist", "inscricoes/candidato/", passos=acao_de_varios),
        *(
            sala(
                f"candidato-{situacao}",
                f"inscricoes_candidato_{situacao}",
                f"inscricoes/candidato/{{{de}}}/mover/{situacao}/",
            )
            for situacao, de in (
                ("em_analise", "vado"),
                ("entrevista", "bem"),
                ("reserva", "bem"),
                ("reprovada", "bem"),
                ("selecionada", "lud"),
            )
        ),
        sala("candidato-ficha", "inscricoes_candidato_change", "inscricoes/candidato/{lud}/change/"),
        sala("candidato-por-cpf", "inscricoes_candidato_por_cpf", "inscricoes/candidato/por-cpf/"),
        sala("candidato-cpf", "inscricoes_candidato_cpf", "inscricoes/candidato/{vado}/cpf/"),
        sala("candidatos-folha", "inscricoes_candidato_folha", "inscricoes/candidato/folha/"),
        sala(
            "candidatos-comparar", "inscricoes_candidato_comparar", "inscricoes/candidato/comparar/?id={vado}&id={bem}"
        ),
        sala("token-criado", "contas_token_add", "contas/token/add/", passos=criar_token),
        sala("paredao-previa", "votacao_paredao_previa", "votacao/paredao/{agendado}/previa/"),
        sala("paredao-sala", "votacao_paredao_sala", "votacao/paredao/{aberto}/sala/"),
        sala("paredao-sala-publicado", "votacao_paredao_sala", "votacao/paredao/{publicado}/sala/"),
        sala("paredao-telao", "votacao_paredao_telao", "votacao/paredao/{aberto}/telao/", sempre_escura=True),
        sala("paredao-sem-ata", "votacao_paredao_ata", "votacao/paredao/{aberto}/ata/", status=409),
        sala("temporada", "", "temporada/", rota_inteira="temporada"),
        sala("paredao-suspeitos", "votacao_paredao_suspeitos", "votacao/paredao/{aberto}/suspeitos/"),
        sala("paredao-abrir", "votacao_paredao_abrir", "votacao/paredao/{agendado}/abrir/"),
        sala("paredao-encerrar", "votacao_paredao_encerrar", "votacao/paredao/{aberto}/encerrar/"),
        sala("paredao-publicar", "votacao_paredao_publicar", "votacao/paredao/{encerrado}/publicar/"),
        sala("paredao-aberto", "votacao_paredao_change", "votacao/paredao/{aberto}/change/"),
        sala("paredao-publicado", "votacao_paredao_change", "votacao/paredao/{publicado}/change/"),
        sala("paredao-agendado", "votacao_paredao_change", "votacao/paredao/{agendado}/change/"),
        sala("paredao-com-erros", "votacao_paredao_add", "votacao/paredao/add/", passos=salvar_vazio),
        sala("participante-com-erros", "votacao_participante_add", "votacao/participante/add/", passos=salvar_vazio),
        sala("edicao-com-erros", "inscricoes_edicao_add", "inscricoes/edicao/add/", passos=salvar_vazio),
        sala("pergunta-com-erros", "inscricoes_pergunta_add", "inscricoes/pergunta/add/", passos=salvar_vazio),
    ]


def trocar_senha_vazia(aba: Any, semente: Mapping[str, Any]) -> None:
    aba.evaluate("document.querySelectorAll('form').forEach((form) => { form.noValidate = true; })")
    aba.locator("#content-main input[type=submit]").click()
    aba.locator(".errorlist").first.wait_for()


def sair_do_admin(aba: Any, semente: Mapping[str, Any]) -> None:
    aba.locator("#logout-form button").click()
    aba.wait_for_url("**/logout/")


ACOES_DO_ADMIN = ("changelist", "add", "change", "history", "delete")
"""As páginas que o Django faz de cada modelo registrado: a semente diz os endereços, e `da_producao` os outros."""


def dos_modelos(semente: Mapping[str, Any]) -> list[Pagina]:
    return [
        Pagina(f"admin-{rota}", f"admin:{rota}", caminho, "chefe", status=status, publica=False)
        for rota, caminho, status in semente["admin"]
    ]


def paginas(semente: Mapping[str, Any]) -> list[Pagina]:
    return [*publicas(), *da_conta(), *da_inscricao(), *da_producao(), *dos_modelos(semente)]


def escritas() -> list[Pagina]:
    """As que não vêm da semente."""
    return [*publicas(), *da_conta(), *da_inscricao(), *da_producao()]


FORA: dict[str, str] = {
    "votacao:cedula": "JSON",
    "votacao:unico_cedula": "JSON",
    "votacao:votar": "só POST: leva ao comprovante ou à página da recusa",
    "votacao:modelo": "o molde do comprovante, que a faixa preenche: olha-se o comprovante",
    "votacao:foto": "imagem",
    "votacao:horas": "imagem, mostrada no resultado",
    "votacao:cartaz": "imagem, mostrada por quem compartilha",
    "votacao:panorama": "pedaço da página do paredão",
    "votacao:manifesto": "JSON",
    "votacao:trabalhador": "JavaScript",
    "inscricoes:retomar": "só POST: leva à própria inscrição",
    "inscricoes:exportar": "arquivo para baixar",
    "inscricoes:ordenar_fotos": "só POST: volta às fotos",
    "inscricoes:apagar_foto": "só POST: volta às fotos",
    "inscricoes:apagar_video": "só POST: volta ao vídeo",
    "inscricoes:envio": "JSON",
    "inscricoes:pedaco": "JSON",
    "inscricoes:concluir_envio": "JSON",
    "inscricoes:cancelar_envio": "JSON",
    "inscricoes:foto": "imagem",
    "inscricoes:miniatura": "imagem",
    "inscricoes:video_arquivo": "vídeo",
    "inscricoes:quadro": "imagem",
    "votacao:modelo_recebido": "o molde do comprovante recebido: olha-se o comprovante",
    "metricas": "texto para o Prometheus",
    "admin:contas_token_revogar": "só POST: volta à lista de tokens",
    "api": "só redireciona",
    "api-1:openapi-view": "o Swagger UI do pacote, que põe botões dentro de botões; o mesmo se lê em docs/API.md",
    "outro_codigo": "só POST: volta à página do código",
    "provedor": "só POST: leva ao provedor de identidade",
    "mfa_download_recovery_codes": "arquivo para baixar",
    "admin:autocomplete": "JSON",
    "admin:jsi18n": "JavaScript",
    "admin:view_on_site": "só redireciona",
    "admin:inscricoes_candidato_parecer": "só POST: volta à ficha",
    "admin:inscricoes_candidato_exportar_csv": "arquivo para baixar",
    "admin:inscricoes_candidato_exportar_xlsx": "arquivo para baixar",
    "admin:votacao_paredao_exportar": "arquivo para baixar",
    "admin:votacao_paredao_contagem": "pedaço da página de conduzir",
    "admin:votacao_paredao_grafico_hora": "imagem, mostrada na sala",
    "admin:votacao_paredao_grafico_minuto": "imagem, mostrada na sala",
    "admin:votacao_paredao_sala_dados": "pedaço da sala",
    "admin:votacao_paredao_telao_dados": "pedaço do telão",
    "admin:votacao_paredao_telao_resultado": "pedaço do telão",
    "temporada_grafico": "imagem, mostrada na temporada",
    "viva": "texto para máquinas",
    "pronta": "texto para máquinas",
}
"""Os endereços que não são páginas, e por quê."""
