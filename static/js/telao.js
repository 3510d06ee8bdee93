"use strict";
// O telão: total e relógio ao vivo; o resultado só quando alguém o revela, em dois passos, e só nesta tela.
(() => {
  const telao = document.getElementById("telao");
  const um = (id) => document.getElementById(id);
  const [espera, resultado, certeza, falha] = ["espera", "resultado", "certeza", "falha"].map(um);
  const AVISOS = {
    rascunho: "A votação ainda não abriu: não há o que mostrar além de zeros.",
    agendado: "A votação ainda não abriu: não há o que mostrar além de zeros.",
    aberto: "Atenção: a votação está ABERTA. O que vai aparecer é a parcial deste instante.",
    encerrado: "Atenção: o resultado ainda NÃO foi publicado. Quem estiver vendo esta tela o verá antes do público.",
    publicado: "O resultado já está publicado no site.",
  };
  let dados = { agora_iso: telao.dataset.agora, situacao: um("estado").dataset.situacao };
  let ajuste = Date.parse(dados.agora_iso) - Date.now();
  let revelado = false;
  let bom = Date.now();

  // --- ao vivo ---

  async function renovar() {
    if (document.visibilityState !== "visible") return;
    try {
      const resposta = await fetch(telao.dataset.dados, {
        credentials: "same-origin", redirect: "manual", signal: AbortSignal.timeout(8000),
      });
      if (resposta.type === "opaqueredirect" || resposta.status === 403) {
        dizer("Esta tela parou de se renovar: recarregue-a e entre de novo.");
        return;
      }
      if (!resposta.ok) throw new Error(String(resposta.status));
      mostrar(await resposta.json());
      bom = Date.now();
      dizer("");
    } catch {
      if (Date.now() - bom > 12000) dizer("Sem resposta do servidor: os números podem estar atrasados.");
    }
  }

  function mostrar(novos) {
    dados = novos;
    ajuste = Date.parse(novos.agora_iso) - Date.now();
    um("total").textContent = novos.total.toLocaleString("pt-BR", { useGrouping: "always" });
    um("estado").textContent = novos.situacao_texto;
    um("estado").dataset.situacao = novos.situacao;
    bater();
  }

  const dois = (n) => String(n).padStart(2, "0");
  function bater() {
    const caixa = um("caixa-relogio");
    const ate = dados.situacao === "aberto" ? dados.fecha_em : dados.situacao === "agendado" ? dados.abre_em : null;
    caixa.hidden = !ate;
    if (!ate) return;
    const resta = Math.max(0, Math.ceil((Date.parse(ate) - Date.now() - ajuste) / 1000));
    const horas = Math.floor(resta / 3600);
    um("relogio-rotulo").textContent = dados.situacao === "aberto" ? "para encerrar" : "para abrir";
    um("relogio").textContent = horas >= 24
      ? `${Math.floor(horas / 24)} d ${horas % 24} h`
      : `${horas ? `${horas}:` : ""}${dois(Math.floor(resta / 60) % 60)}:${dois(resta % 60)}`;
    um("relogio").classList.toggle("perto", resta <= 60);
  }

  function dizer(texto) {
    if (falha.textContent !== texto) falha.textContent = texto;
    falha.hidden = !texto;
  }

  // --- revelar: perguntar, e só então pedir os números ---

  function perguntar() {
    if (revelado || certeza.open) return;
    um("certeza-texto").textContent = AVISOS[dados.situacao];
    certeza.showModal();
    um("nao").focus(); // um Enter distraído não revela nada
  }

  async function revelar() {
    certeza.close();
    try {
      await htmx.ajax("GET", telao.dataset.resultado, { target: resultado, swap: "innerHTML" });
    } catch {
      // O htmx já avisou por um evento; a tela fica como estava.
    }
    if (!resultado.querySelector(".barras")) {
      resultado.textContent = "";
      dizer("Não foi possível buscar o resultado. Tente de novo.");
      return;
    }
    dizer("");
    alternar(true);
  }

  function alternar(sim) {
    revelado = sim;
    resultado.hidden = !sim;
    espera.hidden = sim;
    um("revelar").hidden = sim;
    um("esconder").hidden = !sim;
    if (!sim) resultado.textContent = "";
  }

  function telaCheia() {
    if (document.fullscreenElement) document.exitFullscreen();
    else document.documentElement.requestFullscreen().catch(() => {});
  }

  um("revelar").addEventListener("click", perguntar);
  um("sim").addEventListener("click", revelar);
  um("nao").addEventListener("click", () => certeza.close());
  um("esconder").addEventListener("click", () => alternar(false));
  um("cheia").addEventListener("click", telaCheia);
  resultado.addEventListener("htmx:beforeSwap", (evento) => {
    const { xhr } = evento.detail;
    const ficou = new URL(xhr.responseURL, location.href).pathname === telao.dataset.resultado;
    evento.detail.shouldSwap = ficou && xhr.status === 200;
  });
  document.addEventListener("keydown", (evento) => {
    if (evento.ctrlKey || evento.metaKey || evento.altKey || evento.repeat || certeza.open) return;
    const tecla = evento.key.toLowerCase();
    if (tecla === "r") perguntar();
    else if (tecla === "e" && revelado) alternar(false);
    else if (tecla === "f") telaCheia();
    else return;
    evento.preventDefault();
  });

  // Os comandos somem quando ninguém mexe: o estúdio vê só o paredão.
  let parado = 0;
  function mexeu() {
    document.body.classList.remove("parado");
    clearTimeout(parado);
    parado = setTimeout(() => document.body.classList.add("parado"), 5000);
  }
  for (const evento of ["pointermove", "pointerdown", "keydown"]) document.addEventListener(evento, mexeu);
  mexeu();

  document.addEventListener("visibilitychange", renovar);
  setInterval(renovar, 3000);
  setInterval(bater, 1000);
  bater();
  renovar();
})();
