// Manda o vídeo em pedaços: se a conexão cai, ou a página é recarregada, continua de onde parou quando o mesmo arquivo é
// escolhido de novo. O mesmo se sabe pelo tamanho e, onde o navegador sabe fazer a conta, pelo resumo do começo.
// Sem isto, o formulário manda o vídeo inteiro de uma vez, até um tamanho menor.
(() => {
  "use strict";
  const formulario = document.getElementById("enviar-video");
  if (!formulario || !window.fetch || !window.Blob || !Blob.prototype.slice) return;
  const escolher = document.getElementById("escolher");
  const area = document.getElementById("andamento-do-video");
  const barra = document.getElementById("barra");
  const estado = document.getElementById("estado-do-envio");
  const enviar = formulario.querySelector("[type=submit]");
  const cancelar = document.getElementById("cancelar");
  const ENVIO = formulario.dataset.envio;
  const MAXIMO = Number(formulario.dataset.maximo);
  const PEDACO = Number(formulario.dataset.pedaco);
  const GUARDADO = "envio-de-video";
  const csrf = () => formulario.elements.csrfmiddlewaretoken.value;

  let ocupado = false;
  let parado = null; // o que o servidor já tem, de uma vez anterior
  let desistiu = false;

  class Falha extends Error {
    constructor(mensagem, { passageira = false, corpo = {}, status = 0, apos = 0 } = {}) {
      super(mensagem);
      Object.assign(this, { passageira, corpo, status, apos });
    }
  }

  function falar(frase, erro = false) {
    if (estado.textContent !== frase) estado.textContent = frase;
    estado.classList.toggle("erro-do-envio", erro);
  }

  async function pedir(endereco, opcoes = {}) {
    let resposta;
    try {
      resposta = await fetch(endereco, {
        cache: "no-store",
        ...opcoes,
        headers: { Accept: "application/json", "X-CSRFToken": csrf(), ...opcoes.headers },
      });
    } catch {
      throw new Falha("Sem resposta da rede.", { passageira: true });
    }
    let corpo = {};
    try { corpo = await resposta.json(); } catch { /* não é resposta nossa */ }
    if (resposta.ok) return corpo;
    if (resposta.status === 401 && corpo.entrar) {
      ocupado = false;
      location.assign(corpo.entrar);
      return new Promise(() => {});
    }
    throw new Falha(corpo.mensagem || "O site não respondeu como devia.", {
      // Já se confere por causa de um pedido cuja resposta se perdeu: basta esperar.
      passageira: [408, 429, 502, 503, 504].includes(resposta.status) || corpo.erro === "em_conferencia",
      corpo,
      status: resposta.status,
      apos: Number(resposta.headers.get("Retry-After")) || 0,
    });
  }

  // Espera o tempo ou a volta da rede, o que vier primeiro.
  function pausa(ms) {
    return new Promise((seguir) => {
      const prazo = setTimeout(pronto, ms);
      function pronto() {
        clearTimeout(prazo);
        window.removeEventListener("online", pronto);
        seguir();
      }
      window.addEventListener("online", pronto);
    });
  }

  async function insistir(fazer) {
    for (let tentativa = 0; ; tentativa++) {
      if (desistiu) throw new Falha("Envio cancelado.");
      try {
        return await fazer();
      } catch (falha) {
        if (!(falha instanceof Falha) || !falha.passageira) throw falha;
        falar(`${falha.message} O que já chegou está guardado. Tentando de novo…`, true);
        await pausa(1000 * Math.max(falha.apos, Math.min(2 ** tentativa, 20)));
      }
    }
  }

  const assinatura = (arquivo) => `${arquivo.name}|${arquivo.size}|${arquivo.lastModified}`;
  const lembrar = (id, arquivo) => { try { localStorage.setItem(GUARDADO, `${id}|${assinatura(arquivo)}`); } catch { /* sem memória, fica o resumo */ } };
  const esquecer = () => { try { localStorage.removeItem(GUARDADO); } catch { /* idem */ } };
  const lembra = (id, arquivo) => { try { return localStorage.getItem(GUARDADO) === `${id}|${assinatura(arquivo)}`; } catch { return false; } };

  async function eOMesmo(arquivo) {
    if (!parado || arquivo.size !== parado.tamanho) return false;
    if (!window.crypto || !crypto.subtle) return lembra(parado.envio, arquivo);
    const comeco = await arquivo.slice(0, parado.conferidos).arrayBuffer();
    const resumo = new Uint8Array(await crypto.subtle.digest("SHA-256", comeco));
    return Array.from(resumo, (byte) => byte.toString(16).padStart(2, "0")).join("") === parado.resumo;
  }

  function andar(recebido, tamanho) {
    const cem = Math.floor((100 * recebido) / tamanho);
    barra.value = cem;
    // De dez em dez, para quem ouve; a barra mostra o resto.
    falar(`Enviando: ${cem < 100 ? Math.floor(cem / 10) * 10 : 100}%`);
  }

  async function mandar(arquivo) {
    let envio = parado;
    if (!(await eOMesmo(arquivo))) {
      const dados = new FormData();
      dados.append("tamanho", arquivo.size);
      dados.append("inscricao", formulario.elements.inscricao.value);
      envio = await insistir(() => pedir(ENVIO, { method: "POST", body: dados }));
    }
    parado = envio;
    lembrar(envio.envio, arquivo);
    const endereco = `${ENVIO}${envio.envio}/`;
    let recebido = envio.recebido;
    while (recebido < arquivo.size) {
      andar(recebido, arquivo.size);
      const de = recebido;
      recebido = await insistir(async () => {
        try {
          const corpo = await pedir(`${endereco}?inicio=${de}`, {
            method: "POST",
            headers: { "Content-Type": "application/octet-stream" },
            body: arquivo.slice(de, de + PEDACO),
          });
          return corpo.recebido;
        } catch (falha) {
          if (falha.corpo && Number.isInteger(falha.corpo.recebido)) return falha.corpo.recebido;
          throw falha;
        }
      });
    }
    andar(arquivo.size, arquivo.size);
    cancelar.hidden = true;
    barra.removeAttribute("value");
    falar("O vídeo chegou. Conferindo: pode levar alguns segundos…");
    await insistir(() => pedir(`${endereco}concluir/`, { method: "POST" }));
  }

  function soltar() {
    ocupado = false;
    area.hidden = true;
    cancelar.hidden = !parado;
    enviar.removeAttribute("aria-disabled");
  }

  formulario.addEventListener("submit", async (evento) => {
    evento.preventDefault();
    const arquivo = escolher.files[0];
    if (ocupado || !arquivo) return;
    if (arquivo.size > MAXIMO) {
      falar(`O vídeo passa de ${Math.floor(MAXIMO / 1024 / 1024)} MB. Escolha um menor, ou grave com menos qualidade.`, true);
      return;
    }
    ocupado = true;
    desistiu = false;
    enviar.setAttribute("aria-disabled", "true");
    area.hidden = false;
    cancelar.hidden = false;
    barra.value = 0;
    falar("Começando o envio…");
    try {
      await mandar(arquivo);
      esquecer();
      ocupado = false;
      falar("Vídeo salvo!");
      location.reload();
    } catch (falha) {
      if (!(falha instanceof Falha)) throw falha;
      if (falha.status === 422 || falha.status === 404) parado = null;
      soltar();
      falar(desistiu ? "Envio cancelado." : falha.message, !desistiu);
    }
  });

  cancelar.addEventListener("click", async () => {
    desistiu = true;
    const envio = parado && parado.envio;
    parado = null;
    esquecer();
    cancelar.hidden = true;
    if (envio) await pedir(`${ENVIO}${envio}/cancelar/`, { method: "POST" }).catch(() => {});
    if (!ocupado) falar("Envio cancelado.");
    enviar.focus();
  });

  window.addEventListener("beforeunload", (evento) => {
    if (ocupado) evento.preventDefault();
  });

  // Escrita na página, e não num <noscript>: vale também quando este script não chega.
  document.getElementById("sem-script").hidden = true;
  pedir(ENVIO).then((corpo) => {
    if (!corpo.envio || ocupado) return;
    parado = corpo;
    cancelar.hidden = false;
    const cem = Math.floor((100 * corpo.recebido) / corpo.tamanho);
    falar(`Um vídeo ficou pela metade (${cem}%). Escolha o mesmo arquivo e envie: ele continua de onde parou.`);
  }).catch(() => {});
})();
