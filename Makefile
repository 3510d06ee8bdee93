# make demo: do clone ao voto.   make test: tudo o que só precisa de Python.   make ajuda: o resto.

PYTHON ?= python3
PORTA ?= 8000
PROCESSOS ?= 2
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet

.DEFAULT_GOAL := ajuda
.PHONY: ajuda demo test bench vistoria lint formatar capturas limpar

ajuda:
	@echo "make demo      instala, carrega a temporada de demonstração e serve em http://127.0.0.1:$(PORTA) (PORTA=...)"
	@echo "make test      todos os testes que só precisam de Python (PYTEST=\"-k conferir\" escolhe)"
	@echo "make bench     o banco de provas (BENCH=\"--help\" mostra as opções)"
	@echo "make vistoria  acessibilidade de todas as páginas, num Chromium (VISTORIA=\"capturas capturas\" as fotografa)"
	@echo "make lint      estilo, tipos, modelos de página e contratos de importação"
	@echo "make formatar  arruma o que o estilo sabe arrumar sozinho"
	@echo "make capturas  as imagens de docs/img, com make demo no ar noutra janela"
	@echo "make limpar    apaga o ambiente e os caches; os dados, em dados/, ficam"

# --- Ambiente: só se reinstala quando o arquivo de requisitos muda ---

$(VENV)/.criado:
	@$(PYTHON) -c 'import sys; sys.exit("É preciso Python 3.11 ou mais novo: make PYTHON=python3.11 ..." if sys.version_info < (3, 11) else 0)'
	@echo "Criando o ambiente em $(VENV)…"
	@$(PYTHON) -m venv $(VENV)
	@touch $@

$(VENV)/.roda: requirements.txt | $(VENV)/.criado
	@echo "Instalando o que roda (requirements.txt)…"
	@$(PIP) install -r requirements.txt
	@touch $@

$(VENV)/.confere: requirements-dev.txt requirements-producao.txt requirements.txt | $(VENV)/.criado
	@echo "Instalando o que confere (requirements-dev.txt)…"
	@$(PIP) install -r requirements-dev.txt
	@touch $@ $(VENV)/.roda

$(VENV)/.mede: bench/requirements.txt requirements-producao.txt $(VENV)/.roda
	@echo "Instalando as linhas de base (bench/requirements.txt)…"
	@$(PIP) install -r bench/requirements.txt
	@touch $@

# --- O que se faz ---

demo: export DEBUG = False
demo: export HTTPS = False
demo: export EMAIL_URL ?= demo://
demo: export SITE_URL ?= http://127.0.0.1:$(PORTA)
demo: $(VENV)/.roda
	@$(BIN)/python manage.py migrate --verbosity 0
	@$(BIN)/python manage.py carregar_demo
	@echo
	@echo "Público:   http://127.0.0.1:$(PORTA)/"
	@echo "Produção:  http://127.0.0.1:$(PORTA)/admin/"
	@case "$$EMAIL_URL" in demo:*) echo "E-mails:   http://127.0.0.1:$(PORTA)/demo/correio/" ;; esac
	@echo
	@exec $(BIN)/python manage.py servir --porta $(PORTA) --processos $(PROCESSOS)

test: $(VENV)/.confere
	@$(BIN)/python -m pytest $(PYTEST)

bench: $(VENV)/.mede
	@$(BIN)/python -m bench $(BENCH)

VISTORIA ?= acessibilidade
vistoria: $(VENV)/.confere
	@$(BIN)/python -m vistoria $(VISTORIA)

lint: $(VENV)/.confere
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/djlint templates --lint --quiet
	$(BIN)/mypy
	$(BIN)/lint-imports

formatar: $(VENV)/.confere
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

capturas: $(VENV)/.confere
	@$(BIN)/python docs/capturar.py http://127.0.0.1:$(PORTA)

limpar:
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
