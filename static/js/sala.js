"use strict";
// A sala de controle: pede o pedaço novo pelo htmx, e troca só as partes que mudaram. Parada enquanto ninguém a vê.
(() => {
  const sala = document.getElementById("sala");
  if (!sala) return;
  const RENOVA = Number(sala.dataset.renova) * 1000;
  const VELHO = RENOVA * 3;
  const aviso = document.getElementById("sala-aviso");
  const voz = document.getElementById("sala-voz");
  const frescor = document.getElementById("frescor");
  const dados = () => document.getElementById("sala-dados");

  let chegou = Date.now(); // o último pedaço bom
  let ajuste = Date.parse(dados().dataset.agora) - Date.now(); // o relógio do servidor menos o deste aparelho
  let erro = "";
  let parada = false;
  let faladoEm = Date.now();
  const veio = new Map(); // cada parte como o servidor a mandou: o relógio escreve dentro de uma delas

  function guardar() {
    veio.clear();
    for (const parte of dados().querySelectorAll("[data-parte]")) veio.set(parte.dataset.parte, parte.innerHTML);
  }
  guardar();

  function avisar(texto) {
    if (aviso.textContent !== texto) aviso.textContent = texto;
    aviso.hidden = !texto;
  }

  // --- renovar ---

  const visivel = () => document.visibilityState === "visible";

  function renovar() {
    if (visivel() && !parada) htmx.trigger(sala, "renovar");
  }

  sala.addEventListener("htmx:beforeSwap", (evento) => {
    evento.detail.shouldSwap = false;
    const { xhr } = evento.detail;
    const ficou = new URL(xhr.responseURL, location.href).pathname === new URL(sala.getAttribute("hx-get"), location.href).pathname;
    if (!ficou || xhr.status === 403 || xhr.status === 404) {
      parada = true;
      erro = "A sala parou de se renovar: a sua entrada venceu, ou você já não pode ver a contagem. Recarregue a página para entrar de novo.";
    } else if (xhr.status !== 200) {
      erro = "O servidor respondeu com um erro: os números abaixo podem estar atrasados. Tentando de novo…";
    } else {
      encaixar(xhr.responseText);
      chegou = Date.now();
      erro = "";
    }
    bater();
  });
  for (const falha of ["htmx:sendError", "htmx:timeout"]) {
    sala.addEventListener(falha, () => {
      erro = "Sem resposta do servidor: os números abaixo podem estar atrasados. Tentando de novo…";
      bater();
    });
  }

  function encaixar(html) {
    const nova = new DOMParser().parseFromString(html, "text/html").getElementById("sala-dados");
    const velha = dados();
    if (!nova) return;
    ajuste = Date.parse(nova.dataset.agora) - Date.now();
    falar(velha.dataset, nova.dataset);
    if (nova.dataset.situacao !== velha.dataset.situacao) {
      // Outra situação tem outras seções: aqui troca-se tudo.
      velha.replaceWith(document.adoptNode(nova));
      guardar();
      return;
    }
    Object.assign(velha.dataset, nova.dataset);
    for (const parte of nova.querySelectorAll("[data-parte]")) {
      const lugar = velha.querySelector(`[data-parte="${parte.dataset.parte}"]`);
      if (lugar && veio.get(parte.dataset.parte) !== parte.innerHTML) trocar(lugar, parte);
    }
    nova.querySelectorAll(".grafico").forEach((grafico, i) => {
      const lugar = velha.querySelectorAll(".grafico")[i];
      if (!lugar || lugar.dataset.versao === grafico.dataset.versao) return;
      // O desenho velho fica à vista até o novo chegar.
      lugar.dataset.versao = grafico.dataset.versao;
      lugar.querySelector("source").srcset = grafico.querySelector("source").srcset;
      lugar.querySelector("img").src = grafico.querySelector("img").getAttribute("src");
    });
  }

  function trocar(lugar, parte) {
    veio.set(parte.dataset.parte, parte.innerHTML);
    const rolagens = [...lugar.querySelectorAll(".rolagem")].map((caixa) => caixa.scrollLeft);
    const focaveis = (raiz) => [...raiz.querySelectorAll("a, [tabindex]")];
    const focado = focaveis(lugar).indexOf(document.activeElement);
    lugar.innerHTML = parte.innerHTML;
    lugar.querySelectorAll(".rolagem").forEach((caixa, i) => { caixa.scrollLeft = rolagens[i] || 0; });
    focaveis(lugar)[focado]?.focus({ preventScroll: true });
  }

  // Para quem ouve a página: a mudança de situação na hora, e o total uma vez por minuto.
  function falar(antes, depois) {
    if (antes.situacao !== depois.situacao) voz.textContent = `O paredão agora está ${depois.situacao}. ${depois.recebidos} votos.`;
    else if (Date.now() - faladoEm > 60000 && antes.recebidos !== depois.recebidos) voz.textContent = `${depois.recebidos} votos recebidos.`;
    else return;
    faladoEm = Date.now();
  }

  // --- o relógio da página ---

  const dois = (n) => String(n).padStart(2, "0");
  function falta(ms) {
    const s = Math.ceil(ms / 1000);
    const dias = Math.floor(s / 86400), horas = Math.floor(s / 3600) % 24, minutos = Math.floor(s / 60) % 60;
    return `${dias ? `${dias} d ` : ""}${dias || horas ? `${dois(horas)}:` : ""}${dois(minutos)}:${dois(s % 60)}`;
  }

  function bater() {
    const agora = Date.now();
    const idade = Math.max(0, Math.round((agora - chegou) / 1000));
    frescor.textContent = idade < 2 ? "atualizado agora" : `atualizado há ${idade} s`;
    const velho = agora - chegou > VELHO;
    frescor.classList.toggle("velho", velho);
    sala.classList.toggle("velha", velho || parada);
    avisar(erro || (velho && visivel() ? `Os números abaixo são de há ${idade} s.` : ""));
    for (const no of document.querySelectorAll("#sala [data-ate]")) {
      const resta = Date.parse(no.dataset.ate) - (agora + ajuste);
      const texto = resta > 0 ? `faltam ${falta(resta)}` : "é agora";
      if (no.textContent !== texto) no.textContent = texto;
      no.classList.toggle("perto", resta > 0 && resta < 600000);
    }
  }

  document.addEventListener("visibilitychange", () => { if (visivel()) { bater(); renovar(); } });
  addEventListener("online", renovar);
  setInterval(renovar, RENOVA);
  setInterval(bater, 1000);
  bater();
})();
