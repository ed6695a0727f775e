/** Saves reflections and checklists while you write. Without this file the forms have a button and work the same. */

import { speak } from "./speak.js";

// Milliseconds.
const DELAY = 900;
const RETRY = 5000;
const SLOW = 1000; // saving is worth a word only when it takes longer
const QUIET = 2000; // after so long without a change one "saved" stands for all that was saved before

/**
 * One form, one slot of state: idle, saving, saved, failed. What is newest is what gets sent. The slot is for the eye
 * and follows each save; who listens while writing hears only what is news.
 */
class Note {
  #form;
  #status;
  #speaker;
  #timer = 0;
  #quiet = 0;
  #failing = false;
  #sending = false;
  #dirty = false;

  constructor(form) {
    this.#form = form;
    this.#status = form.querySelector(".note__status");
    this.#speaker = form.querySelector("[data-speaker]");
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
    clearTimeout(this.#quiet);
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#save(), delay);
  }

  #say(state, text) {
    this.#status.dataset.state = state;
    this.#status.textContent = text;
    if (state === "saved") {
      this.#failing = false;
      clearTimeout(this.#quiet);
      this.#quiet = setTimeout(() => !this.#dirty && speak(this.#speaker, text), QUIET);
    } else if (state === "failed" && !this.#failing) {
      this.#failing = true; // said once, not at each new try
      speak(this.#speaker, text);
    }
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
    const slow = setTimeout(() => !this.#failing && speak(this.#speaker, this.#status.dataset.saving), SLOW);
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
      clearTimeout(slow);
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
