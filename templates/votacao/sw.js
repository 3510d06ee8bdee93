// O que a página faz sem rede. Feito pelo servidor: a versão é o resumo dos nomes dos arquivos guardados.
// Guarda só páginas públicas, iguais para todos, e os arquivos delas. Nunca: cédula, voto, comprovante, voto único,
// inscrições, contas, produção. Nem olha para o que não é GET: um voto vai à rede, ou não vai.
"use strict";
const VERSAO = "{{ versao }}";
const ARQUIVOS = `arquivos-${VERSAO}`;
const PAGINAS = `paginas-${VERSAO}`;
const GUARDAR = {{ guardar|safe }};
const SEM_REDE = "{{ sem_rede }}";
const PUBLICA = /^\/(paredoes\/(\d+\/(resultado\/)?)?|participantes\/\d+\/)?$/;
const ARQUIVO = /^\/(static\/.+\.[0-9a-f]{12}\.\w+|midia\/participantes\/.+)$/;
const PARTICULAR = /^\/(admin|api|saude)\//;
const PACIENCIA = 8000; // ms de espera pela rede, se há uma página guardada para mostrar
const VELHA = 86400000; // ms além dos quais uma página guardada engana mais do que ajuda
const MAXIMO = 60;

self.addEventListener("install", (evento) => {
  evento.waitUntil(caches.open(ARQUIVOS).then((guarda) => guarda.addAll(GUARDAR)).then(() => self.skipWaiting()));
});

self.addEventListener("activate", (evento) => {
  evento.waitUntil((async () => {
    for (const nome of await caches.keys()) {
      if (nome !== ARQUIVOS && nome !== PAGINAS) await caches.delete(nome);
    }
    await self.clients.claim();
  })());
});

async function guardar(nome, pedido, resposta) {
  const guarda = await caches.open(nome);
  await guarda.put(pedido, resposta);
  const todos = await guarda.keys();
  await Promise.all(todos.slice(0, Math.max(0, todos.length - MAXIMO)).map((velho) => guarda.delete(velho)));
}

// O nome do arquivo muda com o conteúdo: o que se guardou vale para sempre.
async function arquivo(pedido, evento) {
  const guardado = await caches.match(pedido);
  if (guardado) return guardado;
  const resposta = await fetch(pedido);
  if (resposta.ok) evento.waitUntil(guardar(ARQUIVOS, pedido, resposta.clone()));
  return resposta;
}

async function guardada(pedido) {
  const resposta = await caches.match(pedido, { cacheName: PAGINAS, ignoreSearch: true });
  return resposta && Date.now() - Date.parse(resposta.headers.get("Date")) < VELHA ? resposta : null;
}

// Primeiro a rede; sem ela, a última página vista, se é pública; sem nenhuma, a de quem está sem rede.
async function pagina(pedido, endereco, evento) {
  const publica = PUBLICA.test(endereco.pathname);
  const velha = publica ? await guardada(pedido) : null;
  const rede = fetch(pedido).then((resposta) => {
    if (publica && resposta.ok && !resposta.redirected) {
      evento.waitUntil(guardar(PAGINAS, endereco.pathname, resposta.clone()));
    }
    return resposta;
  });
  try {
    if (!velha) return await rede;
    const prazo = new Promise((_, desistir) => setTimeout(desistir, PACIENCIA));
    return await Promise.race([rede, prazo]);
  } catch {
    rede.catch(() => {});
    return velha || (await caches.match(SEM_REDE)) || Response.error();
  }
}

self.addEventListener("fetch", (evento) => {
  const pedido = evento.request;
  const endereco = new URL(pedido.url);
  if (pedido.method !== "GET" || endereco.origin !== location.origin || PARTICULAR.test(endereco.pathname)) return;
  if (pedido.mode === "navigate") evento.respondWith(pagina(pedido, endereco, evento));
  else if (ARQUIVO.test(endereco.pathname)) evento.respondWith(arquivo(pedido, evento));
});
