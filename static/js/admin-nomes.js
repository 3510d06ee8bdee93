/* Nomes para o que o admin do Django deixa sem nome: as duas caixas de uma data com hora, as células de uma tabela de
   campos (o nome está no alto da coluna) e as dicas das listas de duas colunas. Quem ouve a página lê o mesmo que quem a vê. */
"use strict";
(() => {
  const texto = (elemento) => (elemento ? elemento.textContent.replace(/\s+/g, " ").trim() : "");
  const semNome = (campo) => !campo.getAttribute("aria-label") && !(campo.labels && campo.labels.length);
  const coluna = (celula) => {
    const linha = celula.closest("table").querySelector("thead tr:last-of-type");
    return texto(linha && linha.cells[celula.cellIndex] && (linha.cells[celula.cellIndex].querySelector(".text") || linha.cells[celula.cellIndex]));
  };
  const dar = (raiz) => {
    for (const caixa of raiz.querySelectorAll(".datetime")) {
      const grupo = texto(caixa.closest(".form-row, td, .fieldBox")?.querySelector("label, legend")).replace(/:$/, "");
      const celula = caixa.closest("td");
      const nome = grupo || (celula ? coluna(celula) : "");
      caixa.querySelectorAll("input").forEach((campo, lugar) => campo.setAttribute("aria-label", `${nome}: ${lugar ? "hora" : "data"}`.replace(/^: /, "")));
    }
    for (const campo of raiz.querySelectorAll("td input:not([type=hidden]), td select, td textarea")) {
      const nome = semNome(campo) && coluna(campo.closest("td"));
      if (!nome) continue;
      const deQuem = texto(campo.closest("tr").querySelector("th"));
      campo.setAttribute("aria-label", deQuem ? `${nome}: ${deQuem}` : nome);
    }
    for (const dica of raiz.querySelectorAll("span.help-tooltip[aria-label]:not([role])")) dica.setAttribute("role", "img");
  };
  // As listas de duas colunas só existem depois que o script do Django as monta, no `load`.
  window.addEventListener("load", () => window.setTimeout(() => dar(document), 0));
  document.addEventListener("formset:added", (evento) => dar(evento.target));
  dar(document);
})();
