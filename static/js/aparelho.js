// O que a página faz com o aparelho: sem rede, avisa; instala o que a mostra offline; poupa a rede em segundo plano.
(() => {
  "use strict";

  // --- Sem rede: o que está na tela pode estar velho ---
  function conferirRede() {
    const aviso = document.getElementById("sem-rede");
    if (aviso) aviso.textContent = navigator.onLine === false ? "Você está sem rede. O que está na tela pode ter mudado." : "";
  }
  window.addEventListener("online", conferirRede);
  window.addEventListener("offline", conferirRede);
  document.addEventListener("DOMContentLoaded", () => {
    if (navigator.onLine === false) conferirRede();
    // A página de quem está sem rede aparece no endereço que a pessoa pediu: voltando a rede, é só recarregar. O aviso do
    // aparelho pode vir antes de a rede servir, ou não vir: por isso também se tenta de tempos em tempos.
    if (document.querySelector("[data-tentar]") && location.pathname !== "/sem-rede/") {
      window.addEventListener("online", () => location.reload());
      setInterval(() => { if (navigator.onLine !== false) location.reload(); }, 4000 + Math.random() * 3000);
    }
  });

  // --- O trabalhador que guarda as páginas: nunca antes do que a pessoa veio fazer ---
  function instalar() {
    navigator.serviceWorker.register("/sw.js").catch(() => { /* sem ele, tudo funciona, menos sem rede */ });
  }
  if (navigator.serviceWorker) {
    window.addEventListener("load", () => {
      // Na página de votar, o primeiro carregamento é só do voto: espera o primeiro toque.
      if (document.getElementById("urna")) document.addEventListener("click", instalar, { once: true });
      else instalar();
    });
  }

  // --- Votar de novo, na mesma pessoa, num toque: a página de votar acha a escolha guardada e a manda (votar.js) ---
  document.addEventListener("click", (evento) => {
    const elo = evento.target.closest && evento.target.closest("a[data-de-novo]");
    if (!elo || evento.ctrlKey || evento.metaKey || evento.shiftKey) return;
    const escolha = { participante: elo.dataset.deNovo, nome: elo.dataset.nome, desde: Date.now() };
    try {
      sessionStorage.setItem(`voto:${elo.pathname}cedula/`, JSON.stringify(escolha));
    } catch { /* sem memória, a página de votar pergunta de novo */ }
  });

  // --- O panorama vivo (htmx): em segundo plano não pede nada; de volta, pede na hora ---
  document.addEventListener("htmx:beforeRequest", (evento) => { if (document.hidden) evento.preventDefault(); });
  document.addEventListener("visibilitychange", () => {
    const vivo = document.querySelector("[data-vivo]");
    if (!document.hidden && vivo && window.htmx) window.htmx.trigger(vivo, "voltou");
  });
})();
