// Quanto falta para a hora que a página já diz por extenso. Quem decide se abriu ou fechou é o servidor.
document.addEventListener("DOMContentLoaded", () => {
  "use strict";
  const relogios = [...document.querySelectorAll("[data-ate]")].map((no) => ({ no, ate: Date.parse(no.dataset.ate) }));
  if (!relogios.length) return;
  let ajuste = 0; // milissegundos entre o relógio do servidor e o deste aparelho, quando votar.js o descobre
  let recarga = false;

  const dois = (n) => String(n).padStart(2, "0");
  function falta(ms) {
    const s = Math.ceil(ms / 1000);
    const dias = Math.floor(s / 86400), horas = Math.floor(s / 3600) % 24, minutos = Math.floor(s / 60) % 60;
    if (dias) return `faltam ${dias} d ${horas} h`;
    if (horas) return `faltam ${horas} h ${dois(minutos)} min`;
    return `faltam ${minutos}:${dois(s % 60)}`;
  }

  // Na virada, pede a página nova; o sorteio evita que todos os telefones peçam no mesmo segundo.
  function recarregarEm(segundos) {
    if (recarga) return;
    recarga = true;
    setTimeout(function recarregar() {
      if ("votando" in document.documentElement.dataset || document.hidden) setTimeout(recarregar, 2000);
      else location.reload();
    }, (segundos + Math.random() * 4) * 1000);
  }

  let primeira = true;
  function bater() {
    const agora = Date.now() + ajuste;
    for (const { no, ate } of relogios) {
      const resta = ate - agora;
      no.textContent = resta > 0 ? falta(resta) : "é agora";
      no.classList.toggle("perto", resta > 0 && resta < 600000);
      // Página velha no cache, ou relógio adiantado: insiste devagar, e só por dois minutos.
      if (resta <= 0 && resta > -120000) recarregarEm(primeira ? 10 : 1);
    }
    primeira = false;
  }
  document.addEventListener("bbb:hora", (evento) => { ajuste = evento.detail; });
  bater();
  setInterval(bater, 1000);
});
