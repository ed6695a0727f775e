/**
 * The time that an attempt has left: counts down in sight, speaks at a few marks, and asks the server when it has run
 * out. The server's clock decides.
 */

const SPOKEN_MINUTES = [10, 5, 1];
const WARN_MINUTES = 5;

function clock(seconds) {
  const left = Math.max(0, Math.ceil(seconds));
  const hours = Math.floor(left / 3600);
  const pad = (number) => String(number).padStart(2, "0");
  const minutes = Math.floor((left % 3600) / 60);
  return hours ? `${hours}:${pad(minutes)}:${pad(left % 60)}` : `${minutes}:${pad(left % 60)}`;
}

export class QuizClock {
  #host;
  #words;
  #say;
  #keep;
  #submit;
  #shown;
  #endsAt;
  #lastSeconds;
  #finishing = false;
  #saidTimeIsUp = false;
  #left = false;

  /** Where an attempt that is over leads to, as the server said it last. */
  next = "";

  /**
   * @param host the element with `data-state-url`, `data-overdue` and, with a time limit, `data-remaining` and a
   *   `[data-timer]` with a `[data-clock]` in it
   * @param {{words: object, say: function(string), keep: function(): Promise, submit: function()}} options `keep` sends
   *   the answers that are still here; `submit` hands in where that is what the end of the time means
   */
  constructor(host, { words, say, keep, submit }) {
    this.#host = host;
    this.#words = words;
    this.#say = say;
    this.#keep = keep;
    this.#submit = submit;
    this.#shown = host.querySelector("[data-clock]");
    addEventListener("pageshow", (event) => event.persisted && this.askServer());
    if (!this.#shown) return;
    this.#lastSeconds = Number(host.dataset.remaining);
    this.setRemaining(this.#lastSeconds);
    setInterval(() => this.#tick(), 500);
    document.addEventListener("visibilitychange", () => document.visibilityState === "visible" && this.askServer());
    this.#tick();
  }

  setRemaining(seconds) {
    // Date, not performance.now(): the latter stands still while a laptop sleeps.
    this.#endsAt = Date.now() + seconds * 1000;
  }

  #tick() {
    const seconds = (this.#endsAt - Date.now()) / 1000;
    this.#shown.textContent = clock(seconds);
    this.#shown.closest("[data-timer]").toggleAttribute("data-short", seconds <= WARN_MINUTES * 60);
    for (const minutes of SPOKEN_MINUTES) {
      if (this.#lastSeconds > minutes * 60 && seconds <= minutes * 60) {
        this.#say(minutes === 1 ? this.#words.one_minute : this.#words.minutes.replace("{minutes}", minutes));
      }
    }
    this.#lastSeconds = seconds;
    if (seconds <= 0 && !this.#finishing) this.#timeIsUp();
  }

  async #timeIsUp() {
    this.#finishing = true;
    if (!this.#saidTimeIsUp) this.#say(this.#words.time_is_up);
    this.#saidTimeIsUp = true;
    await this.#keep();
    await this.askServer();
    if (!this.#left) {
      // No network, or the server's clock gives more time: look again soon.
      setTimeout(() => {
        this.#finishing = false;
      }, 3_000);
    }
  }

  /** Closes the page's attempt view only when the server says that it is over. */
  async askServer() {
    try {
      const response = await fetch(this.#host.dataset.stateUrl, {
        headers: { Accept: "application/json" },
        credentials: "same-origin",
        cache: "no-store",
        redirect: "error",
      });
      const body = await response.json();
      if (body.next) this.next = body.next;
      if (response.status === 409) this.leave();
      else if (response.status === 410) this.#host.dataset.overdue === "autosubmit" ? this.#finish() : this.leave();
      else if (response.ok && typeof body.remaining_seconds === "number") this.setRemaining(body.remaining_seconds);
    } catch {
      // Offline: the outbox says so already.
    }
  }

  #finish() {
    if (this.#left) return;
    this.#left = true;
    this.#submit();
  }

  leave() {
    if (this.#left || !this.next) return;
    this.#left = true;
    location.replace(this.next);
  }
}
