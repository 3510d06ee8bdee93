/* Uma seção da inscrição: salva sozinha, não perde o que se digitou, ajuda a escrever. Sem este arquivo, os botões fazem tudo.

   O que ainda não foi confirmado pelo servidor fica também no aparelho, numa chave só desta inscrição e desta seção, e
   sai de lá quando é confirmado. Só viaja o que mudou: duas abas não desfazem uma o trabalho da outra. */
"use strict";
(() => {
  const form = document.getElementById("secao");
  if (!form) return;
  const estado = document.getElementById("estado");
  const ESPERA = 1200; // ms sem digitar antes de salvar
  const PRAZO = 15000; // ms de espera por uma resposta
  const RETENTATIVAS = [2000, 5000, 10000, 20000, 30000];
  const VALIDADE = 7 * 24 * 3600 * 1000;
  const chave = `inscricao:${form.dataset.inscricao}:${form.dataset.secao}`;
  const FIXOS = new Set(["csrfmiddlewaretoken", "inscricao"]);

  // --- Valores -------------------------------------------------------------------------------------------------------
  const nomes = () => [...new Set([...form.elements].map((e) => e.name))].filter((nome) => nome && !FIXOS.has(nome) && form.elements[nome].type !== "submit");
  const elementos = (nome) => [...form.elements].filter((e) => e.name === nome);
  const ler = (nome) => {
    const [primeiro, ...outros] = elementos(nome);
    if (primeiro.type !== "radio") return primeiro.value;
    return ([primeiro, ...outros].find((e) => e.checked) || { value: "" }).value;
  };
  const escrever = (nome, valor) => elementos(nome).forEach((e) => {
    if (e.type === "radio") e.checked = e.value === valor;
    else e.value = valor;
  });
  const confirmado = new Map(nomes().map((nome) => [nome, ler(nome)]));
  const errados = new Set([...form.querySelectorAll(".campo-errado")].map((e) => e.dataset.campo));
  const mudou = (nome) => form.hasAttribute("data-recuperado") || errados.has(nome) || ler(nome) !== confirmado.get(nome);
  const pendentes = () => nomes().filter(mudou);

  // --- Guardar no aparelho -------------------------------------------------------------------------------------------
  // O armazenamento pode estar cheio ou proibido: sem ele, resta o que está na página.
  const noAparelho = (fazer) => { try { return fazer(window.localStorage); } catch { return null; } };
  const guardar = (mandado = false) => noAparelho((caixa) => {
    const campos = {};
    for (const nome of pendentes()) campos[nome] = { valor: ler(nome), base: confirmado.get(nome) };
    if (Object.keys(campos).length) caixa.setItem(chave, JSON.stringify({ em: Date.now(), mandado, campos }));
    else caixa.removeItem(chave);
  });
  const restaurar = () => noAparelho((caixa) => {
    const guardado = JSON.parse(caixa.getItem(chave) || "null");
    if (!guardado || Date.now() - guardado.em > VALIDADE) return caixa.removeItem(chave);
    let quantos = 0;
    for (const [nome, { valor, base }] of Object.entries(guardado.campos)) {
      // Se o servidor já tem outra coisa, ela é mais nova: fica a de lá.
      if (!confirmado.has(nome) || confirmado.get(nome) !== base || valor === base) continue;
      escrever(nome, valor);
      quantos += 1;
    }
    if (quantos) {
      dizer("Recuperamos o que você tinha escrito e ainda não estava salvo.");
      agendar(0);
    }
    return guardar();
  });

  // --- Dizer ---------------------------------------------------------------------------------------------------------
  const dizer = (frase, alerta = false) => {
    estado.textContent = frase;
    estado.classList.toggle("estado-alerta", alerta);
  };
  const mostrarErro = (nome, frase) => {
    const campo = form.querySelector(`[data-campo="${CSS.escape(nome)}"]`);
    const linha = document.getElementById(`id_${nome}_error`);
    if (!campo || !linha) return;
    linha.textContent = frase;
    linha.hidden = !frase;
    campo.classList.toggle("campo-errado", Boolean(frase));
    const ajuda = document.getElementById(`id_${nome}_helptext`);
    const descrito = [ajuda && ajuda.id, frase && linha.id].filter(Boolean).join(" ");
    const alvos = campo.querySelector("fieldset") ? [campo.querySelector("fieldset")] : elementos(nome);
    alvos.forEach((e) => (descrito ? e.setAttribute("aria-describedby", descrito) : e.removeAttribute("aria-describedby")));
    elementos(nome).forEach((e) => (frase ? e.setAttribute("aria-invalid", "true") : e.removeAttribute("aria-invalid")));
  };

  // --- Salvar sozinho ------------------------------------------------------------------------------------------------
  let relogio = 0;
  let falhas = 0;
  let emCurso = null;
  let parado = false; // a inscrição já não muda, ou é de outra conta: tentar de novo não adianta
  let saindo = false;
  const ficha = () => (document.cookie.match(/(?:^|; )csrftoken=([^;]+)/) || [])[1] || form.elements.csrfmiddlewaretoken.value;
  const agendar = (ms) => {
    window.clearTimeout(relogio);
    if (!parado && !saindo) relogio = window.setTimeout(salvar, ms);
  };
  const pedido = (quais) => {
    const corpo = new FormData();
    corpo.set("inscricao", form.dataset.inscricao);
    for (const nome of quais) corpo.set(nome, ler(nome));
    return { method: "POST", body: corpo, headers: { Accept: "application/json", "X-CSRFToken": ficha() }, credentials: "same-origin" };
  };

  const salvar = () => {
    if (emCurso || parado) return emCurso;
    const quais = pendentes().filter((nome) => !errados.has(nome) || ler(nome) !== confirmado.get(nome));
    if (!quais.length) return null;
    const mandados = new Map(quais.map((nome) => [nome, ler(nome)]));
    const corte = new AbortController();
    const limite = window.setTimeout(() => corte.abort(), PRAZO);
    dizer("Salvando…");
    emCurso = fetch(form.action, { ...pedido(quais), signal: corte.signal })
      .then((resposta) => responder(resposta, mandados), () => semRede("Sem conexão: o que você escreveu está guardado neste aparelho. Tentamos de novo sozinhos."))
      .finally(() => {
        window.clearTimeout(limite);
        emCurso = null;
        guardar();
        if (!falhas && pendentes().some((nome) => mandados.get(nome) !== ler(nome) && !errados.has(nome))) agendar(ESPERA);
      });
    return emCurso;
  };

  const responder = async (resposta, mandados) => {
    if (resposta.status === 401) {
      falhas = 1;
      return sessaoAcabou((await resposta.json()).entrar);
    }
    if (resposta.status === 409 || resposta.status === 404) {
      parado = true;
      const corpo = await resposta.json().catch(() => ({ mensagem: "Esta seção já não muda. Abra a sua inscrição." }));
      return dizer(corpo.mensagem, true);
    }
    if (!resposta.ok) return semRede("O servidor não respondeu bem. O que você escreveu está guardado; tentamos de novo sozinhos.");
    const { salvo_em: hora, salvos, erros } = await resposta.json();
    falhas = 0;
    form.removeAttribute("data-recuperado");
    for (const nome of salvos) {
      errados.delete(nome);
      confirmado.set(nome, mandados.get(nome));
      mostrarErro(nome, "");
    }
    // Quem ainda está escrevendo não precisa ouvir que falta um número.
    const ditos = Object.entries(erros).filter(([nome]) => !elementos(nome).includes(document.activeElement));
    for (const [nome, frase] of ditos) {
      errados.add(nome);
      mostrarErro(nome, frase);
    }
    const quantos = ditos.length;
    if (!salvos.length && !quantos) return dizer("");
    return dizer(quantos ? `Salvo às ${hora}, menos ${quantos === 1 ? "um campo que precisa" : `${quantos} campos que precisam`} de correção.` : `Salvo às ${hora}`, quantos > 0);
  };

  const semRede = (frase) => {
    falhas += 1;
    dizer(frase, true);
    agendar(RETENTATIVAS[Math.min(falhas, RETENTATIVAS.length) - 1]);
  };
  const sessaoAcabou = (entrada) => {
    dizer("Sua sessão acabou. O que você escreveu está guardado neste aparelho. ", true);
    const elo = document.createElement("a");
    elo.href = entrada;
    elo.textContent = "Entrar de novo";
    estado.append(elo);
  };

  form.addEventListener("input", () => {
    guardar();
    agendar(ESPERA);
  });
  form.addEventListener("focusout", (evento) => {
    if (evento.target.name && mudou(evento.target.name)) agendar(200);
  });
  window.addEventListener("online", () => agendar(0));
  document.addEventListener("visibilitychange", () => {
    // A última chance de um telefone que vai para o bolso: o pedido sobrevive à página.
    if (document.visibilityState !== "hidden" || saindo || parado || emCurso) return;
    const quais = pendentes().filter((nome) => !errados.has(nome));
    if (quais.length) fetch(form.action, { ...pedido(quais), keepalive: true }).catch(() => {});
  });

  // --- Salvar com o botão --------------------------------------------------------------------------------------------
  form.addEventListener("submit", (evento) => {
    if (saindo) return evento.preventDefault(); // o segundo clique
    form.elements.csrfmiddlewaretoken.value = ficha();
    window.clearTimeout(relogio);
    if (emCurso) {
      // Um pedido antigo que chegasse depois deste desfaria a última mudança.
      evento.preventDefault();
      const botao = evento.submitter;
      const mandar = () => form.requestSubmit(botao);
      Promise.race([emCurso, new Promise((pronto) => window.setTimeout(pronto, 3000))]).then(() => { emCurso = null; mandar(); });
      return undefined;
    }
    saindo = true;
    guardar(true);
    return undefined;
  });
  form.addEventListener("formdata", (evento) => {
    for (const nome of nomes()) if (!mudou(nome)) evento.formData.delete(nome);
  });
  window.addEventListener("pageshow", () => { saindo = false; });

  // --- Ajudar a escrever ---------------------------------------------------------------------------------------------
  // Cada tipo recebe os algarismos e diz como se escrevem; `null`: não são dele, ficam como estão.
  const MASCARAS = {
    cpf: (d) => (d.length > 11 ? null : d.replace(/^(\d{3})(\d)/, "$1.$2").replace(/^(\d{3}\.\d{3})(\d)/, "$1.$2").replace(/^(\d{3}\.\d{3}\.\d{3})(\d)/, "$1-$2")),
    data: (d) => (d.length > 8 ? null : d.replace(/^(\d{2})(\d)/, "$1/$2").replace(/^(\d{2}\/\d{2})(\d)/, "$1/$2")),
    telefone: (d) => (d.length > 11 || d.startsWith("0") ? null : d.replace(/^(\d{2})(\d)/, "($1) $2").replace(d.length > 10 ? /^(.{5}\d{5})(\d)/ : /^(.{5}\d{4})(\d)/, "$1-$2")),
  };
  form.querySelectorAll("[data-mascara]").forEach((campo) => campo.addEventListener("input", (evento) => {
    // Só pontua quem digita no fim: colar, apagar e corrigir no meio ficam como a pessoa fez.
    if (!(evento.inputType || "").startsWith("insertText") || campo.selectionEnd !== campo.value.length) return;
    const tipo = campo.dataset.mascara;
    const digitos = campo.value.normalize("NFKC").replace(/[()./\-\s]/g, "");
    if (!/^\d+$/.test(digitos)) return;
    if (tipo === "data" && /\/\d?\/|^\d\/|\/$/.test(campo.value)) return; // 3/2/1991: quem põe as barras sabe o que faz
    const escrito = MASCARAS[tipo](digitos);
    if (escrito !== null) campo.value = escrito;
  }));

  // No telefone, a tecla que diz "próximo" vai ao próximo campo, e não manda a página no meio.
  form.addEventListener("keydown", (evento) => {
    if (evento.key !== "Enter" || evento.isComposing || !window.matchMedia("(pointer: coarse)").matches) return;
    if (evento.target.getAttribute("enterkeyhint") !== "next") return;
    const campos = [...form.elements].filter((e) => e.name && e.type !== "hidden" && e.type !== "submit");
    const seguinte = campos[campos.indexOf(evento.target) + 1];
    if (!seguinte) return;
    evento.preventDefault();
    seguinte.focus();
  });

  form.querySelectorAll("textarea[maxlength]").forEach((campo) => {
    const visivel = document.createElement("p");
    const falado = document.createElement("p");
    visivel.className = "conta";
    visivel.setAttribute("aria-hidden", "true");
    falado.className = "visually-hidden";
    falado.setAttribute("role", "status");
    campo.after(visivel, falado);
    let espera = 0;
    const contar = () => {
      const restam = campo.maxLength - campo.value.length;
      visivel.textContent = `${campo.value.length.toLocaleString("pt-BR")} de ${campo.maxLength.toLocaleString("pt-BR")}`;
      visivel.classList.toggle("conta-perto", restam <= campo.maxLength * 0.1);
      window.clearTimeout(espera);
      if (document.activeElement === campo && restam <= campo.maxLength * 0.1) {
        espera = window.setTimeout(() => { falado.textContent = restam === 1 ? "Resta 1 caractere." : `Restam ${restam} caracteres.`; }, 1000);
      }
    };
    campo.addEventListener("input", contar);
    contar();
  });

  if (!errados.size) dizer("Salva sozinho enquanto você escreve.");
  restaurar();
  const erros = document.getElementById("erros");
  if (erros) erros.focus();
})();
