// Um formulário, um envio: o segundo toque, enquanto o primeiro viaja, não manda nada. Quem volta à página recomeça.
"use strict";

for (const formulario of document.querySelectorAll("form[data-uma-vez]")) {
  const botao = formulario.querySelector("button[type=submit]");
  let enviado = false;
  formulario.addEventListener("submit", (evento) => {
    if (enviado) {
      evento.preventDefault();
      return;
    }
    enviado = true;
    botao.setAttribute("aria-disabled", "true");
  });
  addEventListener("pageshow", () => {
    enviado = false;
    botao.removeAttribute("aria-disabled");
  });
}
