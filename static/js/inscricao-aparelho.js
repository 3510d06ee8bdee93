/* O que inscricao.js deixa no aparelho sai dele: quando o servidor já recebeu, quando outra conta entra, quando se sai da
   conta (formulários com `data-esquece`). */
"use strict";
(() => {
  const PREFIXO = "inscricao:";
  const tirar = (serve) => {
    try {
      for (const chave of Object.keys(localStorage)) {
        if (chave.startsWith(PREFIXO) && serve(chave)) localStorage.removeItem(chave);
      }
    } catch {
      // Sem armazenamento não há o que tirar.
    }
  };
  const mandado = (chave) => {
    try {
      return Boolean(JSON.parse(localStorage.getItem(chave)).mandado);
    } catch {
      return true;
    }
  };
  document.querySelectorAll("form[data-esquece]").forEach((form) => form.addEventListener("submit", () => tirar(() => true)));
  const folha = document.querySelector("[data-inscricao]");
  if (!folha) return;
  const desta = `${PREFIXO}${folha.dataset.inscricao}:`;
  const atual = desta + (folha.dataset.secao || "");
  // Mandado com o botão e respondido com outra página: chegou.
  tirar((chave) => !chave.startsWith(desta) || (chave !== atual && mandado(chave)));
})();
