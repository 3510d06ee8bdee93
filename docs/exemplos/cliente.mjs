// Vota num paredão pela API, de fora do site: da cédula ao comprovante. Não precisa de nada além do Node (20 ou mais novo).
// Uso: node cliente.mjs http://127.0.0.1:8000 [paredão] [participante]
import { createHash } from "node:crypto";

const [site = "http://127.0.0.1:8000", paredaoPedido, participantePedido] = process.argv.slice(2);

async function pedir(metodo, caminho, corpo) {
  const resposta = await fetch(`${site}/api/v1${caminho}`, {
    method: metodo,
    headers: corpo ? { "Content-Type": "application/json" } : {},
    body: corpo ? JSON.stringify(corpo) : undefined,
  });
  const dados = await resposta.json();
  if (!resposta.ok) {
    throw Object.assign(new Error(`${dados.codigo}: ${dados.detail}`), {
      status: resposta.status,
      espere: Number(resposta.headers.get("Retry-After") ?? 0),
    });
  }
  return dados;
}

// Um número tal que SHA-256(cédula + "." + número) comece com `bits` zeros.
function provar(cedula, bits) {
  if (bits === 0) return "";
  const base = createHash("sha256").update(`${cedula}.`);
  for (let prova = 0; ; prova++) {
    const resumo = base.copy().update(String(prova)).digest();
    if (resumo.readUInt32BE(0) >>> (32 - bits) === 0) return String(prova);
  }
}

// 503 não é um voto perdido: nada foi contado, e a mesma cédula vale. 429 pede que se espere.
async function votar(paredao, voto, tentativas = 5) {
  try {
    return await pedir("POST", `/paredoes/${paredao}/votos`, voto);
  } catch (erro) {
    if (tentativas <= 1 || ![429, 503].includes(erro.status)) throw erro;
    await new Promise((continuar) => setTimeout(continuar, 1000 * (erro.espere || 1)));
    return votar(paredao, voto, tentativas - 1);
  }
}

const abertos = await pedir("GET", "/paredoes?situacao=aberto");
const paredao = paredaoPedido
  ? await pedir("GET", `/paredoes/${paredaoPedido}`)
  : abertos.itens.find((aberto) => aberto.modalidades.includes("torcida"));
if (!paredao) throw new Error("Não há paredão aberto com voto da torcida.");
const participante = Number(participantePedido ?? paredao.participantes[0].id);

const { cedula, bits } = await pedir("GET", `/paredoes/${paredao.id}/cedula`);
const { comprovante } = await votar(paredao.id, { participante, cedula, prova: provar(cedula, bits) });
const contado = await pedir("GET", `/comprovantes/${comprovante}`);
console.log(`${contado.titulo}: voto em ${contado.nome}, comprovante ${contado.comprovante}`);
