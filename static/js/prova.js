// Acha a prova de trabalho de uma cédula: dígitos cujo SHA-256(cédula + "." + dígitos) começa com `bits` zeros.
// Cédula e ponto fecham um bloco exato de 64 bytes: ele é resumido uma vez, e cada tentativa custa um bloco só.
// Corre num Worker. Na página, que carrega o mesmo arquivo (`js/voto.js`), isto só define a função.
"use strict";

const K = Int32Array.of(
  0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5,
  0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174,
  0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
  0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967,
  0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85,
  0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
  0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
  0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2,
);
const INICIAL = Int32Array.of(
  0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a, 0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19,
);
const w = new Int32Array(64);

// Resume o bloco em w[0..15] a partir do estado `h`; o estado novo fica em `saida`.
function comprimir(h, saida) {
  for (let i = 16; i < 64; i++) {
    const x = w[i - 15];
    const y = w[i - 2];
    const s0 = ((x >>> 7) | (x << 25)) ^ ((x >>> 18) | (x << 14)) ^ (x >>> 3);
    const s1 = ((y >>> 17) | (y << 15)) ^ ((y >>> 19) | (y << 13)) ^ (y >>> 10);
    w[i] = (w[i - 16] + s0 + w[i - 7] + s1) | 0;
  }
  let a = h[0], b = h[1], c = h[2], d = h[3], e = h[4], f = h[5], g = h[6], k = h[7];
  for (let i = 0; i < 64; i++) {
    const s1 = ((e >>> 6) | (e << 26)) ^ ((e >>> 11) | (e << 21)) ^ ((e >>> 25) | (e << 7));
    const t1 = (k + s1 + ((e & f) ^ (~e & g)) + K[i] + w[i]) | 0;
    const s0 = ((a >>> 2) | (a << 30)) ^ ((a >>> 13) | (a << 19)) ^ ((a >>> 22) | (a << 10));
    const t2 = (s0 + ((a & b) ^ (a & c) ^ (b & c))) | 0;
    k = g; g = f; f = e; e = (d + t1) | 0;
    d = c; c = b; b = a; a = (t1 + t2) | 0;
  }
  saida[0] = h[0] + a; saida[1] = h[1] + b; saida[2] = h[2] + c; saida[3] = h[3] + d;
  saida[4] = h[4] + e; saida[5] = h[5] + f; saida[6] = h[6] + g; saida[7] = h[7] + k;
}

const quatro = (n) => String(n).padStart(4, "0");
const palavra = (texto, i) =>
  (texto.charCodeAt(i) << 24) | (texto.charCodeAt(i + 1) << 16) | (texto.charCodeAt(i + 2) << 8) | texto.charCodeAt(i + 3);

// A prova tem sempre 12 dígitos: três palavras, e só a última muda dentro do laço. Com vários trabalhadores, cada um
// procura na sua `parte`.
function resolver(cedula, bits, parte = 0, partes = 1, contar = null) {
  const bloco = cedula + ".";
  for (let i = 0; i < 16; i++) w[i] = palavra(bloco, i * 4);
  const meio = new Int32Array(8);
  const fim = new Int32Array(8);
  comprimir(INICIAL, meio);
  const finais = Int32Array.from({ length: 10000 }, (_, i) => palavra(quatro(i), 0));
  w.fill(0);
  w[3] = 1 << 31;
  w[15] = (64 + 12) * 8;
  for (let alto = parte; alto < 100000000; alto += partes) {
    // A cada dez mil: diz quanto já tentou, para a página mostrar o progresso.
    if (contar) contar(Math.floor(alto / partes) * 10000);
    const inicio = String(alto).padStart(8, "0");
    w[0] = palavra(inicio, 0);
    w[1] = palavra(inicio, 4);
    for (let i = 0; i < 10000; i++) {
      w[2] = finais[i];
      comprimir(meio, fim);
      if (fim[0] >>> (32 - bits) === 0) return inicio + quatro(i);
    }
  }
  throw new Error("sem prova");
}

if (typeof document === "undefined") {
  self.onmessage = ({ data }) => {
    const contar = data.progresso ? (tentativas) => self.postMessage({ tentativas }) : null;
    self.postMessage(resolver(data.cedula, data.bits, data.parte, data.partes, contar));
  };
}
