// Mostra as fotos escolhidas antes de enviar, manda uma de cada vez com o andamento, e troca a galeria pela nova.
// Sem isto, o formulário manda todas de uma vez e a página diz o que houve com cada uma.
(() => {
  "use strict";
  const formulario = document.getElementById("enviar-fotos");
  if (!formulario || !window.fetch || !window.DOMParser || !window.FormData) return;
  const escolher = document.getElementById("escolher");
  const lista = document.getElementById("fila");
  const estado = document.getElementById("estado-do-envio");
  const botao = formulario.querySelector("[type=submit]");
  const MAXIMO = 10 * 1024 * 1024;
  const TENTATIVAS = 4;

  let fila = [];
  let ocupado = false;

  const esperar = (ms) => new Promise((seguir) => setTimeout(seguir, ms));
  const plural = (n, um, varios) => (n === 1 ? `1 ${um}` : `${n} ${varios}`);

  function tamanho(bytes) {
    if (bytes < 1024 * 1024) return `${Math.ceil(bytes / 1024)} kB`;
    return `${(bytes / 1024 / 1024).toLocaleString("pt-BR", { maximumFractionDigits: 1 })} MB`;
  }

  function falar(frase, erro = false) {
    estado.textContent = frase;
    estado.classList.toggle("erro-do-envio", erro);
  }

  function elemento(tag, classe, texto = "") {
    const novo = document.createElement(tag);
    novo.className = classe;
    novo.textContent = texto;
    return novo;
  }

  function por(arquivo) {
    const item = { arquivo, linha: elemento("li", ""), enviada: false };
    const endereco = URL.createObjectURL(arquivo);
    const previa = new Image();
    previa.alt = "";
    // O HEIC de um iPhone, por exemplo: o servidor lê, este navegador não.
    previa.onerror = () => previa.replaceWith(elemento("span", "sem-previa"));
    previa.onload = () => URL.revokeObjectURL(endereco);
    previa.src = endereco;
    const nome = elemento("span", "nome", arquivo.name);
    item.recado = elemento("span", "recado-da-foto", tamanho(arquivo.size));
    nome.append(item.recado);
    item.tirar = elemento("button", "botao-pequeno", "Tirar");
    item.tirar.type = "button";
    item.tirar.setAttribute("aria-label", `Tirar ${arquivo.name} da lista`);
    item.tirar.addEventListener("click", () => {
      tirar(item);
      mostrar();
      escolher.focus();
    });
    item.barra = elemento("progress", "");
    item.barra.max = 100;
    item.barra.value = 0;
    item.barra.hidden = true;
    item.barra.setAttribute("aria-label", `Envio de ${arquivo.name}`);
    item.linha.append(previa, nome, item.tirar, item.barra);
    lista.append(item.linha);
    // Sem tipo, quem sabe é o servidor: nem todo telefone conhece o HEIC.
    if (arquivo.type && !arquivo.type.startsWith("image/")) recusar(item, "Isto não é uma foto. Tire da lista.");
    else if (arquivo.size > MAXIMO) recusar(item, "Passa de 10 MB. Escolha uma menor.");
    return item;
  }

  function tirar(item) {
    fila = fila.filter((outro) => outro !== item);
    item.linha.remove();
  }

  function recusar(item, frase, definitivo = true) {
    item.definitivo = definitivo;
    item.linha.className = "com-erro";
    item.recado.textContent = frase;
    item.barra.hidden = true;
  }

  function mostrar() {
    const boas = fila.filter((item) => !item.definitivo);
    lista.hidden = !fila.length;
    escolher.required = !boas.length;
    botao.textContent = boas.length ? `Enviar ${plural(boas.length, "foto", "fotos")}` : "Enviar fotos";
    const cabem = Number(document.getElementById("galeria").dataset.cabem);
    if (boas.length > cabem) falar(`Cabem só mais ${cabem}: tire ${boas.length - cabem} da lista, ou apague das que já mandou.`, true);
    else if (!ocupado) falar(boas.length ? `${plural(boas.length, "foto escolhida", "fotos escolhidas")}. Falta enviar.` : "");
  }

  // As escolhidas ficam na lista, e não no campo, que diria sempre que não há nenhuma.
  escolher.classList.add("so-o-botao");
  function juntar() {
    for (const item of fila.filter((outro) => outro.definitivo)) tirar(item);
    fila = fila.concat(Array.from(escolher.files, por));
    escolher.value = "";
    mostrar();
  }
  escolher.addEventListener("change", juntar);

  // XMLHttpRequest, e não fetch: só ele diz quanto já foi.
  function mandar(item) {
    return new Promise((resolve) => {
      const dados = new FormData();
      for (const nome of ["csrfmiddlewaretoken", "inscricao"]) dados.append(nome, formulario.elements[nome].value);
      dados.append("fotos", item.arquivo, item.arquivo.name);
      const pedido = new XMLHttpRequest();
      pedido.open("POST", formulario.action);
      pedido.setRequestHeader("Accept", "application/json");
      pedido.upload.onprogress = ({ loaded, total }) => {
        item.barra.value = (100 * loaded) / total;
        item.recado.textContent = loaded < total ? `Enviando: ${Math.round((100 * loaded) / total)}%` : "Conferindo…";
      };
      pedido.onloadend = () => {
        let corpo = null;
        try { corpo = JSON.parse(pedido.responseText); } catch { /* não é resposta nossa */ }
        resolve({ status: pedido.status, corpo, apos: Number(pedido.getResponseHeader("Retry-After")) || 0 });
      };
      pedido.send(dados);
    });
  }

  async function enviarUma(item) {
    item.linha.className = "";
    item.barra.hidden = false;
    item.tirar.hidden = true;
    for (let tentativa = 1; ; tentativa++) {
      const { status, corpo, apos } = await mandar(item);
      const motivo = corpo && (corpo.recusadas ? corpo.recusadas[0] : corpo);
      if (status === 200 && corpo && corpo.salvas) return true;
      // Se a resposta se perdeu, a foto pode ter chegado: mandada de novo, ela é reconhecida e não se repete.
      if (tentativa > 1 && motivo && motivo.erro === "foto_repetida") return true;
      if (status === 401 && corpo) {
        location.assign(corpo.entrar);
        return new Promise(() => {});
      }
      const passageira = status === 0 || status === 503 || status === 502 || status === 504;
      if (!passageira || tentativa === TENTATIVAS) {
        item.tirar.hidden = false;
        if (status === 413) recusar(item, "Passa de 10 MB. Escolha uma menor.");
        else if (passageira) recusar(item, "Sem resposta da rede. A foto continua aqui: envie de novo.", false);
        else recusar(item, (motivo && motivo.mensagem) || "Não deu certo. Tente de novo.", Boolean(motivo) && status < 500);
        return false;
      }
      item.recado.textContent = "Sem resposta. Tentando de novo…";
      await esperar(1000 * Math.max(apos, 2 ** tentativa));
    }
  }

  async function atualizar() {
    const resposta = await fetch(location.pathname, { headers: { Accept: "text/html" } });
    const nova = new DOMParser().parseFromString(await resposta.text(), "text/html");
    // Também o que a página diz das seções: com a terceira foto, esta passa a pronta.
    for (const parte of ["#galeria", "#secoes", ".andamento"]) {
      const velha = document.querySelector(parte);
      const troca = nova.querySelector(parte);
      if (velha && troca) velha.replaceWith(troca);
    }
  }

  formulario.addEventListener("submit", async (evento) => {
    evento.preventDefault();
    const vao = fila.filter((item) => !item.definitivo);
    if (ocupado || !vao.length) return;
    ocupado = true;
    botao.setAttribute("aria-disabled", "true");
    let salvas = 0;
    for (const [indice, item] of vao.entries()) {
      falar(`Enviando a foto ${indice + 1} de ${vao.length}…`);
      if (await enviarUma(item)) {
        salvas += 1;
        tirar(item);
      }
    }
    try { await atualizar(); } catch { /* a galeria aparece ao recarregar */ }
    ocupado = false;
    botao.removeAttribute("aria-disabled");
    mostrar();
    const ruins = vao.length - salvas;
    const partes = [];
    if (salvas) partes.push(plural(salvas, "foto salva", "fotos salvas") + ".");
    if (ruins) partes.push(`${plural(ruins, "foto não foi salva", "fotos não foram salvas")}: o motivo está ao lado de cada uma.`);
    falar(partes.join(" "), ruins > 0);
  });

  window.addEventListener("beforeunload", (evento) => {
    if (ocupado) evento.preventDefault();
  });

  // Numa rede lenta, as fotos podem ter sido escolhidas antes de este script chegar.
  if (escolher.files.length) juntar();
})();
