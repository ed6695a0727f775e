/** Saves reflections and checklists while you write. Without this file the forms have a button and work the same. */

const DELAY = 900;
const RETRY = 5000;

/** One form, one slot of state: idle, saving, saved, failed. What is newest is what gets sent. */
class Note {
  #form;
  #status;
  #timer = 0;
  #sending = false;
  #dirty = false;

  constructor(form) {
    this.#form = form;
    this.#status = form.querySelector(".note__status");
    form.classList.add("note--live");
    form.addEventListener("input", (event) => this.#touch(event.target.type === "checkbox" ? 0 : DELAY));
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.#touch(0);
    });
    window.addEventListener("online", () => this.#dirty && this.#touch(0));
    window.addEventListener("pagehide", () => this.#dirty && this.#post({ keepalive: true }).catch(() => {}));
  }

  #touch(delay) {
    this.#dirty = true;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#save(), delay);
  }

  #say(state, text) {
    this.#status.dataset.state = state;
    this.#status.textContent = text;
  }

  #post(options = {}) {
    return fetch(this.#form.action, {
      method: "POST",
      body: new URLSearchParams(new FormData(this.#form)),
      headers: { Accept: "application/json" },
      redirect: "error",
      ...options,
    });
  }

  async #save() {
    if (this.#sending) {
      return;
    }
    this.#sending = true;
    this.#dirty = false;
    this.#say("saving", this.#status.dataset.saving);
    try {
      const response = await this.#post();
      if (response.status === 409) {
        this.#say("failed", (await response.json()).message);
        return;
      }
      if (!response.ok) {
        throw new Error(String(response.status));
      }
      this.#say("saved", (await response.json()).status);
    } catch {
      this.#dirty = true;
      this.#say("failed", this.#status.dataset.failed);
    } finally {
      this.#sending = false;
    }
    if (this.#dirty) {
      clearTimeout(this.#timer);
      this.#timer = setTimeout(() => this.#save(), this.#status.dataset.state === "failed" ? RETRY : DELAY);
    }
  }
}

for (const form of document.querySelectorAll("form[data-note]")) {
  new Note(form);
}
