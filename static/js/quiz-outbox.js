/**
 * Answers on their way to the server.
 *
 * The promise: an answer is on this device from the moment it is given until the server has acknowledged it, whatever
 * happens in between: a reload, no network, a session that ended, a tab that was closed. So each change goes to
 * localStorage first (one entry per question, the newest wins) and leaves it only with the server's answer.
 */

const FIRST_RETRY = 1_000;
const LAST_RETRY = 30_000;
const REQUEST_LIMIT = 15_000;
const KEEP_DAYS = 60;
const ROOT = "doppelpass:answers:";

/** localStorage, or memory where the browser forbids it. */
function openStore() {
  try {
    const probe = `${ROOT}probe`;
    localStorage.setItem(probe, "1");
    localStorage.removeItem(probe);
    return localStorage;
  } catch {
    const memory = new Map();
    return {
      getItem: (key) => memory.get(key) ?? null,
      setItem: (key, value) => void memory.set(key, value),
      removeItem: (key) => void memory.delete(key),
      key: (index) => [...memory.keys()][index] ?? null,
      get length() {
        return memory.size;
      },
    };
  }
}

function cookie(name) {
  const found = document.cookie.split("; ").find((pair) => pair.startsWith(`${name}=`));
  return found ? decodeURIComponent(found.slice(name.length + 1)) : "";
}

function uniqueId() {
  // randomUUID exists on secure origins only, and a company may serve this on plain http inside its network.
  return Array.from(crypto.getRandomValues(new Uint8Array(8)), (byte) => byte.toString(16).padStart(2, "0")).join("");
}

export class Outbox extends EventTarget {
  /**
   * @param {{owner: string, attempt: string, saveUrl: string, flagUrl: string, csrfCookie: string, csrfToken: string}} options
   *   `owner` keeps two people at one device apart.
   */
  constructor(options) {
    super();
    this.options = options;
    this.tab = uniqueId();
    this.store = openStore();
    this.prefix = `${ROOT}${options.owner}:${options.attempt}:`;
    this.trouble = ""; // "", "offline", "error", "login", "closed", "deadline"
    this.sending = false;
    this.delay = FIRST_RETRY;
    this.retry = 0;
    this.#forgetOld();
    addEventListener("online", () => this.flush());
    addEventListener("offline", () => this.#report("offline"));
    addEventListener("pagehide", () => this.#lastWords());
    document.addEventListener("visibilitychange", () => document.visibilityState === "visible" && this.flush());
  }

  /** Everything that the server has not acknowledged, oldest first. */
  waiting() {
    const entries = [];
    for (let index = 0; index < this.store.length; index += 1) {
      const key = this.store.key(index);
      if (key?.startsWith(this.prefix)) {
        const entry = this.#read(key);
        if (entry) entries.push(entry);
      }
    }
    return entries.sort((a, b) => a.at - b.at);
  }

  /** The answer that waits for this question, if any. */
  waitingAnswer(position) {
    return this.#read(`${this.prefix}answer:${position}`);
  }

  waitingFlag(position) {
    return this.#read(`${this.prefix}flag:${position}`);
  }

  /** `certainty` undefined: the question does not ask for it. */
  putAnswer(position, { value, certainty }, sequence) {
    this.#put({ kind: "answer", position, value, certainty, sequence });
  }

  putFlag(position, flagged) {
    this.#put({ kind: "flag", position, flagged, sequence: Date.now() });
  }

  forget(entry) {
    const key = `${this.prefix}${entry.kind}:${entry.position}`;
    const stored = this.#read(key);
    // A newer answer may have taken the place while this one was on its way.
    if (stored && stored.sequence === entry.sequence && stored.tab === entry.tab) this.store.removeItem(key);
  }

  /** Sends what waits, one request at a time. Resolves to true when nothing waits any more. */
  async flush() {
    if (this.sending) return this.sending;
    clearTimeout(this.retry);
    this.sending = this.#pump();
    try {
      return await this.sending;
    } finally {
      this.sending = false;
      if (this.waiting().length && !this.trouble) this.flush();
    }
  }

  async #pump() {
    if (["closed", "deadline"].includes(this.trouble)) return false;
    for (let entry = this.waiting()[0]; entry; entry = this.waiting()[0]) {
      this.#report("");
      const done = await this.#send(entry);
      if (!done) return false;
    }
    this.delay = FIRST_RETRY;
    this.#report("");
    return true;
  }

  async #send(entry) {
    let response;
    try {
      response = await fetch(this.#url(entry), { ...this.#request(entry), signal: AbortSignal.timeout(REQUEST_LIMIT) });
    } catch {
      return this.#later(navigator.onLine ? "error" : "offline");
    }
    let body = {};
    try {
      body = await response.json();
    } catch {
      // Not ours: a proxy's page. The status decides.
    }
    if (response.ok) {
      this.forget(entry);
      this.delay = FIRST_RETRY;
      this.dispatchEvent(new CustomEvent("acknowledged", { detail: { entry, body } }));
      return true;
    }
    if (response.status === 400 || response.status === 422) {
      // The server will never take this one; keeping it would block those behind it.
      this.forget(entry);
      this.dispatchEvent(new CustomEvent("refused", { detail: { entry, body } }));
      return true;
    }
    if (response.status === 401 || response.status === 404) return this.#stop("login", body);
    if (response.status === 409) return this.#stop("closed", body);
    if (response.status === 410) return this.#stop("deadline", body);
    return this.#later("error");
  }

  #later(trouble) {
    clearTimeout(this.retry);
    this.retry = setTimeout(() => this.flush(), this.delay * (0.75 + Math.random() / 2));
    this.delay = Math.min(this.delay * 2, LAST_RETRY);
    this.#report(trouble);
    return false;
  }

  #stop(trouble, body) {
    this.#report(trouble, body);
    if (trouble === "login") {
      // Somebody may log in again in another tab.
      clearTimeout(this.retry);
      this.retry = setTimeout(() => this.flush(), LAST_RETRY);
    }
    return false;
  }

  #report(trouble, body = {}) {
    this.trouble = trouble;
    this.dispatchEvent(new CustomEvent("state", { detail: { trouble, body, waiting: this.waiting().length } }));
  }

  #url(entry) {
    return entry.kind === "flag" ? this.options.flagUrl : this.options.saveUrl;
  }

  #request(entry) {
    const { position, value, certainty, flagged, sequence, tab } = entry;
    const body = entry.kind === "flag" ? { position, flagged } : { position, value, certainty, sequence };
    return {
      method: "POST",
      credentials: "same-origin",
      redirect: "error",
      headers: {
        "Content-Type": "application/json",
        Accept: "application/json",
        // The cookie is read at the moment of sending: a new log-in changes the token.
        "X-CSRFToken": cookie(this.options.csrfCookie) || this.options.csrfToken,
      },
      body: JSON.stringify({ ...body, tab }),
    };
  }

  /** The page goes away: send without waiting for the answer. What is not acknowledged is sent again next time. */
  #lastWords() {
    if (["closed", "deadline"].includes(this.trouble)) return;
    for (const entry of this.waiting()) {
      fetch(this.#url(entry), { ...this.#request(entry), keepalive: true }).catch(() => {});
    }
  }

  #put(entry) {
    const full = { ...entry, at: Date.now(), tab: this.tab };
    try {
      this.store.setItem(`${this.prefix}${entry.kind}:${entry.position}`, JSON.stringify(full));
    } catch {
      this.store = openStore(); // full: keep it in memory, and send it now
      this.store.setItem(`${this.prefix}${entry.kind}:${entry.position}`, JSON.stringify(full));
    }
    this.flush();
  }

  #read(key) {
    try {
      return JSON.parse(this.store.getItem(key) ?? "null");
    } catch {
      return null;
    }
  }

  #forgetOld() {
    const limit = Date.now() - KEEP_DAYS * 86_400_000;
    for (let index = this.store.length - 1; index >= 0; index -= 1) {
      const key = this.store.key(index);
      if (key?.startsWith(ROOT) && (this.#read(key)?.at ?? limit) < limit) this.store.removeItem(key);
    }
  }
}

/** Drops what waits for an attempt that is closed: nobody will take it any more. */
export function discard(owner, attempt) {
  const store = openStore();
  const prefix = `${ROOT}${owner}:${attempt}:`;
  for (let index = store.length - 1; index >= 0; index -= 1) {
    const key = store.key(index);
    if (key?.startsWith(prefix)) store.removeItem(key);
  }
}
