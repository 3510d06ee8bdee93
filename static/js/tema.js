// Claro, escuro ou o do aparelho. A escolha fica neste aparelho, sem cookie: a página continua igual para todos.
// Corre antes de a página aparecer, para ela não piscar.
(() => {
  "use strict";
  const raiz = document.documentElement;
  const TEMAS = { "": "Automático", claro: "Claro", escuro: "Escuro" };
  const memoria = (fazer) => { try { return fazer(localStorage) || ""; } catch { return ""; } };

  function vestir(tema) {
    if (tema in TEMAS && tema) raiz.dataset.tema = tema;
    else delete raiz.dataset.tema;
    for (const botao of document.querySelectorAll("[data-vestir]")) {
      botao.setAttribute("aria-pressed", String(botao.dataset.vestir === (raiz.dataset.tema || "")));
    }
  }
  vestir(memoria((m) => m.getItem("tema")));
  window.addEventListener("storage", (evento) => { if (evento.key === "tema") vestir(evento.newValue || ""); });

  document.addEventListener("DOMContentLoaded", () => {
    const lugar = document.getElementById("tema");
    if (!lugar) return;
    const rotulo = document.createElement("span");
    rotulo.id = "tema-rotulo";
    rotulo.textContent = "Tema";
    lugar.append(rotulo);
    lugar.setAttribute("role", "group");
    lugar.setAttribute("aria-labelledby", rotulo.id);
    for (const [tema, nome] of Object.entries(TEMAS)) {
      const botao = document.createElement("button");
      botao.type = "button";
      botao.dataset.vestir = tema;
      botao.textContent = nome;
      botao.addEventListener("click", () => {
        memoria((m) => (tema ? m.setItem("tema", tema) : m.removeItem("tema")));
        vestir(tema);
      });
      lugar.append(botao);
    }
    vestir(raiz.dataset.tema || "");
  });
})();
