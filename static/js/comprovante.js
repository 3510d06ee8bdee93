// O comprovante de um voto que ainda está na fila: pergunta de novo, cada vez mais devagar, e para.
(() => {
  "use strict";
  const ESPERAS = [1, 1, 2, 2, 3, 5, 5, 10, 10, 15, 15, 30, 30, 60]; // segundos; uns três minutos ao todo
  const secao = document.querySelector("[data-comprovante]");
  const avisos = (nome, mostra) => {
    for (const aviso of document.querySelectorAll(`[data-${nome}]`)) aviso.hidden = !mostra;
  };
  let vez = 0;

  const marcar = () => {
    if (vez >= ESPERAS.length) {
      avisos("espera", false);
      avisos("recarregue", true);
      return;
    }
    // Um pouco de acaso: quem votou no mesmo segundo não pergunta no mesmo instante.
    setTimeout(perguntar, ESPERAS[vez++] * 1000 * (0.8 + 0.4 * Math.random()));
  };

  const perguntar = async () => {
    if (document.hidden) {
      document.addEventListener("visibilitychange", perguntar, { once: true });
      return;
    }
    try {
      const resposta = await fetch(location.href, { cache: "no-store", credentials: "omit" });
      if (resposta.ok || resposta.status === 410) {
        const pagina = new DOMParser().parseFromString(await resposta.text(), "text/html");
        const nova = pagina.querySelector("[data-comprovante]");
        if (!nova || nova.dataset.comprovante !== secao.dataset.comprovante) {
          // Contado, ou com o que há para dizer: a página inteira, como o servidor a faz.
          location.reload();
          return;
        }
      }
    } catch {
      // Sem rede: a próxima vez dirá.
    }
    marcar();
  };

  avisos("espera", true);
  marcar();
})();
