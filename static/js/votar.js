// O voto num toque: busca a cédula e acha a prova enquanto a pessoa escolhe; depois envia e leva ao comprovante.
// A cédula conta uma vez só. Por isso, sem resposta, vai a mesma de novo até haver resposta, mesmo depois de recarregar.
// Sem fetch, sem Worker ou com defeito neles, o formulário segue pela página de confirmação, que não usa nada disto.
(() => {
  "use strict";
  if (typeof document === "undefined") return; // no Worker só interessa prova.js
  const urna = document.getElementById("urna");
  if (!urna || !window.fetch || !window.Worker || !window.AbortController) return;
  const formulario = urna.querySelector("form");
  const aviso = document.getElementById("aviso");
  const texto = aviso.querySelector("p");
  const acao = aviso.querySelector("button");
  const barra = aviso.querySelector("progress");
  const GUARDADO = "voto:" + urna.dataset.cedula;
  const PRAZO = 10000; // ms de espera por uma resposta
  const FOLGA = 30000; // ms de validade que uma cédula ainda precisa ter
  const LEMBRA = 300000; // ms em que uma escolha que ainda não saiu daqui vai sozinha, se a página for recarregada
  const DIFICIL = 18; // bits a partir dos quais a prova se reparte por vários núcleos
  const DEMORA = 1500; // ms de preparo a partir dos quais se explica a espera
  const PRESSA = 400; // ms entre receber uma cédula e votar com ela: menos que isto o servidor estranha

  let ajuste = 0;
  let preparo = null;
  let ocupado = false;

  class Falha extends Error {
    constructor({ erro = "", mensagem = "", passageira = false, apos = 0 }) {
      super(mensagem);
      Object.assign(this, { erro, mensagem, passageira, apos });
    }
  }
  class SemProva extends Error {}

  // --- O voto que ainda não teve resposta ---
  const memoria = (fazer) => { try { return fazer(sessionStorage); } catch { return null; } };
  const pendente = () => memoria((s) => JSON.parse(s.getItem(GUARDADO)));
  const guardar = (voto) => memoria((s) => s.setItem(GUARDADO, JSON.stringify({ ...voto, desde: Date.now() })));
  const esquecer = () => memoria((s) => s.removeItem(GUARDADO));

  // --- O que a pessoa vê e ouve ---
  function falar(mensagem, { tom = "espera", botao = "", feito = -1 } = {}) {
    aviso.dataset.tom = tom;
    mostrarProgresso(feito);
    texto.textContent = mensagem;
    acao.textContent = botao;
    acao.hidden = !botao;
  }
  // De 0 a 1; negativo esconde. A prova é um sorteio: a barra mostra a chance de já ter acabado, e só anda para a frente.
  function mostrarProgresso(feito) {
    barra.hidden = feito < 0;
    if (feito >= 0) barra.value = feito;
  }
  function calar() {
    delete aviso.dataset.tom;
    mostrarProgresso(-1);
    texto.textContent = "";
    acao.hidden = true;
  }
  function marcar(participante) {
    document.documentElement.toggleAttribute("data-votando", ocupado);
    for (const botao of urna.querySelectorAll("button[name=participante]")) {
      if (ocupado) botao.setAttribute("aria-disabled", "true");
      else botao.removeAttribute("aria-disabled");
      botao.closest(".cartao").classList.toggle("escolhido", ocupado && botao.value === participante);
    }
  }

  // --- A rede ---
  async function pedir(endereco, opcoes) {
    const controle = new AbortController();
    const prazo = setTimeout(() => controle.abort(), PRAZO);
    try {
      const resposta = await fetch(endereco, { ...opcoes, cache: "no-store", signal: controle.signal });
      const corpo = await resposta.json();
      if (resposta.ok) return { corpo, data: Date.parse(resposta.headers.get("Date")) };
      const apos = Number(resposta.headers.get("Retry-After")) || 0;
      const passageira = resposta.status >= 500 || resposta.status === 429 || resposta.status === 408;
      throw new Falha({ ...corpo, passageira, apos });
    } catch (erro) {
      // Sem rede, prazo esgotado ou resposta que não é nossa (um portal de Wi-Fi): o voto pode ou não ter chegado.
      throw erro instanceof Falha ? erro : new Falha({ passageira: true });
    } finally {
      clearTimeout(prazo);
    }
  }

  function provar(cedula, bits) {
    if (!bits) return Promise.resolve("");
    const partes = bits < DIFICIL ? 1 : Math.min(4, navigator.hardwareConcurrency || 1);
    const trabalhadores = [];
    const tentadas = [];
    const achar = new Promise((resolve, reject) => {
      for (let parte = 0; parte < partes; parte++) {
        try {
          trabalhadores.push(new Worker(urna.dataset.prova));
        } catch {
          reject(new SemProva());
          return;
        }
        trabalhadores[parte].onmessage = ({ data }) => {
          if (typeof data === "string") {
            resolve(data);
            return;
          }
          tentadas[parte] = data.tentativas;
          const todas = tentadas.reduce((soma, uma) => soma + (uma || 0), 0);
          if (!barra.hidden) mostrarProgresso(1 - Math.exp(-todas / 2 ** bits));
        };
        trabalhadores[parte].onerror = () => reject(new SemProva());
        trabalhadores[parte].postMessage({ cedula, bits, parte, partes, progresso: true });
      }
    });
    return achar.finally(() => trabalhadores.forEach((trabalhador) => trabalhador.terminate()));
  }

  // --- O captcha de fora, se a produção o ligou: uma ficha por cédula ---
  let quadro = null;
  let aoTerFicha = null;
  function verificar() {
    const provedor = urna.dataset.captcha && window[urna.dataset.captcha];
    // Sem o script do provedor não há ficha: o servidor sabe se ele caiu, e o que fazer.
    if (!provedor || !document.getElementById("captcha")) return Promise.resolve("");
    return new Promise((resolve) => {
      aoTerFicha = resolve;
      if (ocupado) falar("Confirme abaixo que você é uma pessoa, e o voto segue sozinho.");
      if (quadro !== null) {
        provedor.reset(quadro);
        return;
      }
      const responder = (ficha) => aoTerFicha(ficha || "");
      quadro = provedor.render("#captcha", {
        sitekey: urna.dataset.captchaChave,
        callback: responder,
        "error-callback": () => responder(""),
      });
    });
  }

  // --- A cédula, pronta antes do toque ---
  function preparar() {
    if (preparo && Date.now() + ajuste < preparo.ate) return preparo.promessa;
    const este = { ate: Infinity };
    este.promessa = (async () => {
      const headers = { Accept: "application/json" };
      const ficha = await verificar();
      if (ficha) headers["X-Captcha"] = ficha;
      const { corpo, data } = await pedir(urna.dataset.cedula, { headers });
      if (typeof corpo.cedula !== "string") throw new Falha({ passageira: true });
      if (data) {
        ajuste = data - Date.now();
        document.dispatchEvent(new CustomEvent("bbb:hora", { detail: ajuste }));
      }
      este.ate = Date.parse(corpo.expira_em) - FOLGA;
      const veio = Date.now();
      return { cedula: corpo.cedula, prova: await provar(corpo.cedula, corpo.bits), veio };
    })();
    este.promessa.catch(() => { if (preparo === este) preparo = null; });
    preparo = este;
    return este.promessa;
  }
  function adiantar() {
    if (!formulario || document.hidden || ocupado) return;
    preparar().catch((falha) => {
      if (falha.mensagem && !falha.passageira && !ocupado) encerrar(falha);
    });
  }

  // O voto com a cédula pronta. Se ela demora, diz por quê.
  async function preparado(voto) {
    falar("Preparando sua cédula…", { feito: 0 });
    guardar(voto);
    const demora = setTimeout(() => {
      if (preparo && preparo.ate < Infinity) falar("Seu aparelho está fazendo a conta que mostra que há uma pessoa votando. Leva alguns segundos.", { feito: barra.value });
    }, DEMORA);
    try {
      const { veio, ...cedula } = await preparar();
      await new Promise((seguir) => setTimeout(seguir, veio + PRESSA - Date.now()));
      Object.assign(voto, cedula);
      preparo = null;
      guardar(voto);
    } finally {
      clearTimeout(demora);
    }
  }

  async function enviar({ participante, cedula, prova }) {
    const { corpo } = await pedir(urna.dataset.votar, {
      method: "POST",
      headers: { Accept: "application/json", "Content-Type": "application/x-www-form-urlencoded" },
      body: `participante=${participante}&cedula=${cedula}&prova=${prova}`,
    });
    if (!/^[0-9a-f]{32}$/.test(corpo.comprovante)) throw new Falha({ passageira: true });
    return corpo.comprovante;
  }

  // Espera a vez seguinte: o tempo, a volta da rede ou o botão, o que vier primeiro. Diz se não foi o tempo.
  function pausa(ms) {
    return new Promise((seguir) => {
      const prazo = setTimeout(pronto, ms);
      function pronto(evento) {
        clearTimeout(prazo);
        window.removeEventListener("online", pronto);
        acao.removeEventListener("click", pronto);
        seguir(Boolean(evento));
      }
      window.addEventListener("online", pronto);
      acao.addEventListener("click", pronto);
    });
  }

  // O mesmo, mostrando os segundos que faltam. Quem lê a tela ouve só de dez em dez.
  async function contar(segundos, frase) {
    const ate = Date.now() + segundos * 1000 * (1 + Math.random() / 10);
    for (let falta; (falta = Math.ceil((ate - Date.now()) / 1000)) > 0;) {
      falar(frase(falta), { tom: "alerta", botao: "Tentar de novo" });
      if (await pausa(Math.min(falta, 10) * 1000)) return;
    }
  }

  async function votar(voto) {
    if (ocupado) return;
    ocupado = true;
    marcar(voto.participante);
    let trocou = false;
    for (let tentativa = 0; ; tentativa++) {
      try {
        if (!voto.cedula) await preparado(voto);
        falar(`Enviando seu voto para ${voto.nome}…`);
        const comprovante = await enviar(voto);
        esquecer();
        falar("Voto contado!", { tom: "certo" });
        location.assign(`/comprovantes/${comprovante}/`);
        return;
      } catch (falha) {
        if (falha instanceof SemProva) {
          esquecer();
          location.assign(`${urna.dataset.confirmar}?participante=${voto.participante}`);
          return;
        }
        if (!(falha instanceof Falha)) throw falha;
        if (falha.erro === "pedidos_demais") {
          await contar(falha.apos || 60, (s) => `Muitos pedidos vindos do mesmo lugar. Sua escolha está guardada: o voto para ${voto.nome} vai sozinho em ${s} s.`);
        } else if (falha.passageira) {
          const segundos = Math.max(falha.apos, Math.min(2 ** tentativa, 15)) * (1 + Math.random() / 4);
          const rede = navigator.onLine === false ? "Você está sem rede." : "Sem resposta da rede.";
          const motivo = falha.mensagem || (voto.cedula
            ? `${rede} Seu voto está guardado aqui e só conta uma vez.`
            : `${rede} Seu voto ainda não saiu daqui.`);
          const depois = falha.apos > 15 ? "Ele está guardado neste aparelho e vai sozinho." : "Tentando de novo em instantes…";
          falar(`${motivo} ${depois}`, { tom: "alerta", botao: "Tentar de novo" });
          await pausa(segundos * 1000);
        } else if (falha.erro === "cedula_vencida" && !trocou && formulario) {
          // O servidor garante que esta cédula não foi contada: pode ir outra.
          trocou = true;
          esquecer();
          voto = { participante: voto.participante, nome: voto.nome };
        } else {
          esquecer();
          encerrar(falha);
          return;
        }
      }
    }
  }

  // Uma resposta definitiva que não é um voto contado: diz o que houve e o que fazer.
  function encerrar(falha) {
    ocupado = false;
    marcar("");
    falar(falha.mensagem, { tom: "alerta", botao: "Atualizar a página" });
    acao.addEventListener("click", () => location.reload(), { once: true });
  }

  urna.addEventListener("click", (evento) => {
    const botao = evento.target.closest("button[name=participante]");
    if (!botao) return;
    evento.preventDefault();
    votar({ participante: botao.value, nome: botao.querySelector("b").textContent });
  });
  document.addEventListener("visibilitychange", adiantar);
  window.addEventListener("pageshow", (evento) => {
    if (!evento.persisted) return;
    // Voltou do comprovante: a cédula de antes já foi usada.
    ocupado = false;
    preparo = null;
    marcar("");
    calar();
    adiantar();
  });

  const parado = pendente();
  if (parado && (parado.cedula || (formulario && Date.now() - parado.desde < LEMBRA))) votar(parado);
  else adiantar();
})();
