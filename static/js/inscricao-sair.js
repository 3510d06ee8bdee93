/* Quem sai da conta não deixa no aparelho o que ainda não tinha salvo. Nos formulários e elos com `data-esquece`. */
"use strict";
(() => {
  const esquecer = () => {
    try {
      Object.keys(localStorage).filter((chave) => chave.startsWith("inscricao:")).forEach((chave) => localStorage.removeItem(chave));
    } catch {
      // Sem armazenamento não há o que esquecer.
    }
  };
  document.querySelectorAll("form[data-esquece]").forEach((form) => form.addEventListener("submit", esquecer));
})();
