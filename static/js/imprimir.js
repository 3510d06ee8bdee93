// O botão só existe para quem tem JavaScript; sem ele, imprime-se pelo menu do navegador.
"use strict";
for (const botao of document.querySelectorAll("[data-imprimir]")) {
  botao.hidden = false;
  botao.addEventListener("click", () => window.print());
}
