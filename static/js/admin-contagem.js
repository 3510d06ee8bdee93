"use strict";
// Renova a contagem na página do paredão a cada 3 s, e só enquanto alguém a vê.
(() => {
  const INTERVALO = 3000;
  const lugar = document.getElementById("contagem");
  const aviso = document.getElementById("contagem-aviso");
  if (!lugar) return;
  let espera = 0;
  let pedindo = false;

  function avisar(texto) {
    if (aviso.textContent !== texto) aviso.textContent = texto;
    aviso.hidden = !texto;
  }

  function agendar() {
    clearTimeout(espera);
    if (!document.hidden) espera = setTimeout(renovar, INTERVALO);
  }

  async function renovar() {
    if (pedindo || document.hidden) return;
    pedindo = true;
    try {
      const resposta = await fetch(lugar.dataset.endereco, {
        redirect: "manual",
        credentials: "same-origin",
        signal: AbortSignal.timeout(10000),
      });
      if (resposta.type === "opaqueredirect" || resposta.status === 403 || resposta.status === 404) {
        avisar("A contagem parou de se renovar: entre de novo para continuar acompanhando.");
        return;
      }
      if (!resposta.ok) throw new Error(String(resposta.status));
      mostrar(await resposta.text());
    } catch {
      avisar("Sem resposta do servidor: os números acima podem estar atrasados. Tentando de novo…");
    } finally {
      pedindo = false;
    }
    agendar();
  }

  function mostrar(html) {
    const rolagens = [...lugar.querySelectorAll(".rolagem")].map((caixa) => caixa.scrollLeft);
    const focada = [...lugar.querySelectorAll(".rolagem")].indexOf(document.activeElement);
    lugar.innerHTML = html;
    lugar.querySelectorAll(".rolagem").forEach((caixa, i) => {
      caixa.scrollLeft = rolagens[i] || 0;
      if (i === focada) caixa.focus({ preventScroll: true });
    });
    const mudou = lugar.firstElementChild.dataset.situacao !== lugar.dataset.situacao;
    avisar(mudou ? "A situação deste paredão mudou: recarregue a página para ver o que fazer agora." : "");
  }

  document.addEventListener("visibilitychange", () => {
    if (document.hidden) clearTimeout(espera);
    else renovar();
  });
  agendar();
})();
