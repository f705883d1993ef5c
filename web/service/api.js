/** Talking to the service. The key goes in a header, never in an address; it is forgotten with the browser tab. */

const ROOT = "/api/v1";
const KEY = "capacity-key";
let key = readKey();

export function rememberedKey() {
  return key;
}

export function useKey(presented) {
  key = presented;
  try {
    if (presented) sessionStorage.setItem(KEY, presented);
    else sessionStorage.removeItem(KEY);
  } catch {
    // storage is not allowed: the key lasts as long as the page
  }
}

function readKey() {
  try {
    return sessionStorage.getItem(KEY);
  } catch {
    return null;
  }
}

/** What went wrong, as the service says it: {status, code, faults: [{zh, en, field}], refusal}. */
export class Problem extends Error {
  constructor(status, body) {
    super(body?.code ?? String(status));
    this.status = status;
    this.code = body?.code ?? "unreadable";
    this.faults = body?.faults ?? [];
    this.refusal = body?.refusal ?? null;
  }
}

export async function get(path) {
  return (await request("GET", path)).json();
}

export async function post(path, body) {
  return (await request("POST", path, body)).json();
}

export async function getFile(path) {
  return (await request("GET", path)).blob();
}

async function request(method, path, body) {
  const headers = { "X-API-Key": key ?? "" };
  if (body !== undefined) headers["Content-Type"] = "application/json";
  let answer;
  try {
    answer = await fetch(ROOT + path, { method, headers, body: body === undefined ? undefined : JSON.stringify(body), cache: "no-store", credentials: "omit" });
  } catch {
    throw new Problem(0, { code: "unreachable" });
  }
  if (answer.ok) return answer;
  throw new Problem(answer.status, await answer.json().catch(() => null));
}
