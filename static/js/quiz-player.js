/**
 * The quiz player: `<quiz-player>` wraps what the server rendered (all questions, one visible) and adds autosave,
 * moving between questions without the network, the timer, and the word between two tabs. Without this file each
 * question is a form that saves and moves by POST.
 *
 * It decides nothing: what an answer is worth, and whether there is time left, the server says.
 */

import { answersOf, certaintyOf, showCertainty } from "./quiz-answers.js";
import { QuizClock } from "./quiz-clock.js";
import { Outbox, discard } from "./quiz-outbox.js";
import { speak } from "./speak.js";

const TEXT_PAUSE = 400; // milliseconds after the last key; the promise is one second

/** Equal answers; the order of keys in a mapping means nothing. */
function same(a, b) {
  const canonical = (value) =>
    value && typeof value === "object" && !Array.isArray(value) ? Object.entries(value).sort() : (value ?? null);
  return JSON.stringify(canonical(a)) === JSON.stringify(canonical(b));
}

/** The same answer, said with the same certainty; undefined: that side knows nothing of it. */
function alike(a, b) {
  const known = a.certainty !== undefined && b.certainty !== undefined;
  return same(a.value ?? null, b.value ?? null) && (!known || a.certainty === b.certainty);
}

function fill(text, values) {
  return text.replace(/\{(\w+)\}/g, (whole, name) => values[name] ?? whole);
}

class QuizPlayer extends HTMLElement {
  async connectedCallback() {
    this.words = JSON.parse(document.getElementById("quiz-words").textContent);
    this.total = Number(this.dataset.total);
    this.questions = new Map(
      [...this.querySelectorAll("[data-question]")].map((section) => [Number(section.dataset.question), section]),
    );
    this.state = new Map();
    this.stale = new Map(); // position → the newer answer from another device, until the person has chosen
    for (const [position, section] of this.questions) await this.#mount(position, section);
    this.current = Number(this.dataset.position);
    this.saveSlot = this.querySelector("[data-slot]");
    this.offlineBanner = this.querySelector("[data-offline]");
    this.speaker = this.querySelector("[data-speaker]");
    this.outbox = new Outbox({
      owner: this.dataset.owner,
      attempt: this.dataset.attempt,
      saveUrl: this.dataset.saveUrl,
      flagUrl: this.dataset.flagUrl,
      csrfCookie: this.dataset.csrfCookie,
      csrfToken: this.querySelector("[name=csrfmiddlewaretoken]").value,
    });
    this.outbox.addEventListener("state", (event) => this.#settle(event.detail));
    this.outbox.addEventListener("acknowledged", (event) => this.#acknowledged(event.detail));
    this.outbox.addEventListener("refused", (event) => this.#refused(event.detail));
    this.addEventListener("input", (event) => this.#changed(event));
    this.addEventListener("change", (event) => this.#changed(event));
    this.addEventListener("submit", (event) => this.#submitted(event));
    this.addEventListener("click", (event) => this.#clicked(event));
    this.querySelector("[data-for=plain]").hidden = true;
    this.#listenToOtherTabs();
    this.#restore();
    this.time = new QuizClock(this, {
      words: this.words,
      say: (words) => this.#say(words),
      keep: () => {
        this.#keepAll();
        return this.outbox.flush();
      },
      submit: () => this.querySelector("[data-time-up]").requestSubmit(),
    });
    this.#refresh();
    if (!navigator.onLine) this.#settle({ trouble: "offline", body: {}, waiting: this.outbox.waiting().length });
    this.setAttribute("ready", "");
  }

  async #mount(position, section) {
    const form = section.querySelector("form");
    const value = JSON.parse(section.dataset.value); // what the server holds; the form may have changed already
    // What is finished in practice is shown, and cannot be changed.
    const kind = section.hasAttribute("data-done") ? { read: () => value, write() {} } : await answersOf(section);
    kind.mount?.(form, (words) => {
      this.#keep(position);
      this.#say(words);
    });
    const [sequence, partial] = [Number(section.dataset.sequence), section.dataset.state === "partial"];
    const asks = certaintyOf(form) !== undefined;
    const certainty = asks ? Number(section.dataset.certain) || null : undefined;
    this.state.set(position, { form, kind, value, certainty, sequence, partial, timer: 0 });
  }

  /** What stands in the form: the answer, and how sure the person is of it. */
  #read({ form, kind }) {
    return { value: kind.read(form), certainty: certaintyOf(form) };
  }

  #write(state, { value, certainty }) {
    state.kind.write(state.form, value);
    if (state.certainty !== undefined && certainty !== undefined) showCertainty(state.form, certainty);
  }

  /* --- answers ---------------------------------------------------------------------------------------------------- */

  /** What an earlier visit left on this device is shown again and sent. */
  #restore() {
    for (const [position, state] of this.state) {
      const answer = this.outbox.waitingAnswer(position);
      if (answer) {
        this.#write(state, answer);
        state.value = answer.value;
        state.certainty = certaintyOf(state.form);
        state.sequence = Math.max(state.sequence, answer.sequence);
      } else {
        this.#keep(position); // answered before this script ran
      }
      const flag = this.outbox.waitingFlag(position);
      if (flag) this.#flagBox(position).checked = flag.flagged;
    }
    if (this.outbox.waiting().length) this.outbox.flush();
    else this.#showSlot("idle");
  }

  #positionOf(element) {
    return Number(element.closest("[data-question]")?.dataset.question);
  }

  /** None where one cannot come back to a question. */
  #flagBox(position) {
    return this.state.get(position).form.querySelector("[data-flag]");
  }

  #changed(event) {
    const position = this.#positionOf(event.target);
    if (!position) return;
    if (event.target.matches("[data-flag]")) {
      if (event.type === "change") {
        this.outbox.putFlag(position, event.target.checked);
        this.#refresh();
      }
      return;
    }
    if (!event.target.matches("[data-answer], [data-certainty]")) return;
    const state = this.state.get(position);
    clearTimeout(state.timer);
    if (event.type === "input" && event.target.matches("input[type=text], textarea")) {
      this.#showSlot("saving");
      state.timer = setTimeout(() => this.#keep(position), TEXT_PAUSE);
    } else {
      this.#keep(position);
    }
  }

  /** Puts the answer into the outbox if it differs from the last one. */
  #keep(position) {
    const state = this.state.get(position);
    clearTimeout(state.timer);
    state.timer = null;
    const now = this.#read(state);
    if (alike(now, state)) {
      this.#settle({ trouble: this.outbox.trouble, body: {}, waiting: this.outbox.waiting().length });
      return;
    }
    this.stale.delete(position); // answered again, knowing that there is another one
    const changed = !same(now.value, state.value);
    state.value = now.value;
    state.certainty = now.certainty;
    state.sequence += 1;
    this.fromOtherTab = false; // from here on the slot speaks of this tab's own answer
    if (changed) {
      state.partial = false; // until the server has looked at it
      const understood = state.form.querySelector("[data-understood]");
      if (understood) understood.textContent = "";
    }
    this.outbox.putAnswer(position, now, state.sequence);
    this.#refresh();
  }

  /** Whether something was written that waits for a pause before it is sent. */
  #isTyped() {
    return [...this.state.values()].some(({ timer }) => timer);
  }

  #keepAll() {
    for (const position of this.state.keys()) this.#keep(position);
  }

  #acknowledged({ entry, body }) {
    if (typeof body.remaining_seconds === "number") this.time.setRemaining(body.remaining_seconds);
    const state = this.state.get(entry.position);
    if (!state) return; // a question that was left before: nothing of it stands here
    if (entry.kind === "answer" && body.stale) {
      if (typeof body.sequence === "number") state.sequence = Math.max(state.sequence, body.sequence);
      if (!alike(body, entry)) {
        const newer = { value: body.value ?? null, certainty: body.certainty };
        this.stale.set(entry.position, { newer, savedAt: new Date(body.saved_at) });
        return;
      }
    }
    if (body.saved_at) this.savedAt = new Date(body.saved_at);
    // What another tab left on this device, perhaps before it was closed.
    if (entry.tab !== this.outbox.tab) this.#adopt(entry);
    if (entry.kind === "answer") {
      const understood = state.form.querySelector("[data-understood]");
      if (same(state.value, entry.value)) {
        state.partial = body.state === "partial";
        if (understood) {
          understood.textContent = body.understood
            ? fill(this.words.understood, { number: body.understood })
            : (body.remark ?? "");
        }
        this.#refresh();
      }
    }
    this.channel?.postMessage({ ...entry, sequence: body.sequence ?? entry.sequence });
  }

  #refused({ entry, body }) {
    if (body.code === "finished") {
      this.#replace(entry.position, fetch(this.#urlOf(entry.position), { credentials: "same-origin" }));
      return;
    }
    if (body.code === "left" || body.code === "not_yet") {
      this.querySelector("[data-left-words]").textContent = body.message;
      this.querySelector("[data-left]").hidden = false;
      return;
    }
    const understood = this.state.get(entry.position)?.form.querySelector("[data-understood]");
    if (understood && body.message) understood.textContent = body.message;
  }

  /* --- the one save slot ------------------------------------------------------------------------------------------ */

  #settle({ trouble, body, waiting }) {
    if (body.next) this.time.next = body.next;
    this.offlineBanner.hidden = trouble !== "offline";
    if (!waiting) this.querySelector("[data-not-yet]").hidden = true;
    if (trouble === "closed" || trouble === "deadline") {
      discard(this.dataset.owner, this.dataset.attempt);
      this.#showSlot(trouble);
      if (trouble === "deadline") this.time.leave();
    } else if (trouble === "login") {
      const url = new URL(this.dataset.loginUrl, location.href);
      url.searchParams.set("next", this.#urlOf(this.current));
      for (const link of this.querySelectorAll("[data-login]")) link.href = url;
      this.#showSlot("login");
    } else if (this.stale.size) {
      this.#showSlot("stale");
    } else if (trouble) {
      this.#showSlot(trouble);
    } else if (waiting || this.#isTyped()) {
      this.#showSlot("saving");
    } else if (this.savedAt) {
      const time = this.savedAt.toLocaleTimeString(document.documentElement.lang, { hour: "2-digit", minute: "2-digit" });
      this.saveSlot.querySelector("[data-time]").textContent = time;
      this.#showSlot(this.fromOtherTab ? "other" : "saved");
      this.fromOtherTab = false;
    } else {
      this.#showSlot("idle");
    }
  }

  #showSlot(name) {
    if (this.saveSlot.dataset.state === name) return;
    this.saveSlot.dataset.state = name;
    for (const part of this.saveSlot.querySelectorAll("[data-for]")) part.hidden = part.dataset.for !== name;
  }

  /* --- moving ----------------------------------------------------------------------------------------------------- */

  #urlOf(position) {
    return this.dataset.urlPattern.replace(/\/0\/$/, `/${position}/`);
  }

  #submitted(event) {
    const form = event.target;
    if (!form.matches("[data-question-form]")) return;
    const button = event.submitter;
    const go = button?.name === "go" ? button.value : "next";
    const position = this.#positionOf(form);
    event.preventDefault();
    this.#keep(position);
    if (button?.name === "check") this.#check(position, form);
    else this.#go(go);
  }

  #go(where) {
    if ("sequential" in this.dataset && where === "next" && this.current < this.total) {
      this.#leaveQuestion();
      return;
    }
    if (where === "review" || (where === "next" && this.current === this.total)) {
      this.#toReview();
    } else {
      const steps = { next: this.current + 1, back: this.current - 1 };
      this.#show(steps[where] ?? Number(where));
    }
  }

  #show(position) {
    const section = this.questions.get(position);
    if (!section) return;
    this.questions.get(this.current).hidden = true;
    section.hidden = false;
    this.current = position;
    history.replaceState(null, "", this.#urlOf(position));
    document.title = fill(this.words.title, { position, total: this.total });
    this.#refresh();
    section.querySelector("[data-heading]").focus({ preventScroll: true });
    const bar = this.querySelector("[data-bar]").getBoundingClientRect();
    const top = section.getBoundingClientRect().top + scrollY - bar.height - 16;
    if (scrollY > top) scrollTo({ top });
  }

  /** One question after the other: the server closes this one and shows the next. */
  async #leaveQuestion() {
    this.#keepAll();
    // A form that is sent without a button means "next".
    if (await this.outbox.flush()) this.state.get(this.current).form.submit();
    else this.#notYet();
  }

  async #toReview() {
    this.#keepAll();
    if (await this.outbox.flush()) location.assign(this.dataset.reviewUrl);
    else this.#notYet();
  }

  #notYet() {
    const note = this.querySelector("[data-not-yet]");
    if (!note.hidden) this.#say(this.words.not_yet); // the note speaks when it appears
    note.hidden = false;
    note.scrollIntoView({ block: "nearest" });
  }

  #clicked(event) {
    const button = event.target.closest("button");
    if (!button) return;
    if (button.matches("[data-show-newer]")) {
      this.#showNewer();
    } else if (button.matches("[data-keep-mine]")) {
      this.#keepMine();
    } else if (button.matches("[data-jump]")) {
      event.preventDefault();
      this.#keep(this.current);
      this.#go(button.value);
    } else if (button.matches("[data-clear]")) {
      event.preventDefault();
      const position = this.#positionOf(button);
      const state = this.state.get(position);
      state.kind.write(state.form, null);
      this.#keep(position);
      state.form.querySelector("[data-answer]").focus();
    }
  }

  /** Navigator, track and counts follow the answers. */
  #refresh() {
    let answered = 0;
    let flagged = 0;
    for (const [position, state] of this.state) {
      const has = state.value !== null;
      const flag = Boolean(this.#flagBox(position)?.checked);
      answered += has;
      flagged += flag;
      const clear = state.form.querySelector("[data-clear]");
      if (clear) clear.hidden = !has;
      const words = [has ? (state.partial ? this.words.partial : this.words.answered) : this.words.open];
      if (flag) words.push(this.words.flagged);
      for (const place of this.querySelectorAll(`[data-place-of="${position}"]`)) {
        place.toggleAttribute("data-answered", has);
        place.toggleAttribute("data-flagged", flag);
        place.toggleAttribute("data-current", position === this.current);
        if (!place.matches("button")) continue;
        if (position === this.current) place.setAttribute("aria-current", "step");
        else place.removeAttribute("aria-current");
        place.querySelector("[data-state-words]").textContent = words.join(", ");
      }
    }
    const counts = fill(this.words.counts, { answered, total: this.total, flagged });
    for (const place of this.querySelectorAll("[data-counts]")) place.textContent = counts;
  }

  /* --- practice --------------------------------------------------------------------------------------------------- */

  /** Everything is saved first; then the server checks, and its page brings the question as it is now. */
  async #check(position, form) {
    if (this.checking) return;
    this.checking = true;
    form.setAttribute("aria-busy", "true");
    if ((await this.outbox.flush()) && !this.stale.has(position)) {
      const body = new FormData(form);
      body.set("check", "1");
      await this.#replace(position, fetch(form.action, { method: "POST", body, credentials: "same-origin" }));
    } else {
      this.#trouble(this.words.not_checked);
    }
    form.removeAttribute("aria-busy");
    this.checking = false;
  }

  /** The question as a page of the server has it takes the place of the one here. */
  async #replace(position, answer) {
    try {
      const response = await answer;
      if (!response.ok) throw new Error(String(response.status));
      const page = new DOMParser().parseFromString(await response.text(), "text/html");
      const section = page.querySelector(`[data-question="${position}"]`);
      if (!section) {
        location.assign(response.url); // closed meanwhile, or somebody has to log in
        return;
      }
      section.hidden = position !== this.current;
      this.questions.get(position).replaceWith(section);
      this.questions.set(position, section);
      await this.#mount(position, section);
      this.#refresh();
      const said = [...page.querySelectorAll(".messages p")].map((message) => message.textContent).join(" ");
      this.#trouble(said);
      if (position !== this.current) return;
      const told = said ? null : section.querySelector("[data-told]");
      // The button that was pressed is gone. Words above the question speak for themselves and stay in sight.
      (told ?? section.querySelector("[data-heading]")).focus({ preventScroll: Boolean(said) });
      if (told) this.#say(told.dataset.words);
    } catch {
      this.#trouble(this.words.not_checked);
    }
  }

  #trouble(words) {
    const note = this.querySelector("[data-trouble]");
    note.hidden = !words;
    note.querySelector("[data-trouble-words]").textContent = words;
    if (words) note.scrollIntoView({ block: "nearest" });
  }

  /* --- two tabs --------------------------------------------------------------------------------------------------- */

  #listenToOtherTabs() {
    if (!("BroadcastChannel" in globalThis)) return;
    this.channel = new BroadcastChannel(`doppelpass:${this.dataset.owner}:${this.dataset.attempt}`);
    this.channel.addEventListener("message", ({ data }) => {
      if (!this.state.has(data.position) || data.tab === this.outbox.tab) return;
      if (this.#adopt(data)) {
        this.fromOtherTab = true;
        this.savedAt = new Date();
        // Tabs share one storage: the other's entry may still be seen here although the server has it.
        const waiting = this.outbox.waiting().filter((entry) => entry.tab !== data.tab).length;
        this.#settle({ trouble: this.outbox.trouble, body: {}, waiting });
      }
    });
  }

  /** Shows an answer or flag given elsewhere, unless this tab has a newer one on its way. True: an answer was taken. */
  #adopt({ kind, position, value, certainty, flagged, sequence }) {
    const state = this.state.get(position);
    let taken = false;
    if (kind === "flag") {
      if (this.outbox.waitingFlag(position)?.tab !== this.outbox.tab) this.#flagBox(position).checked = flagged;
    } else {
      state.sequence = Math.max(state.sequence, sequence);
      const typing = !alike(this.#read(state), state);
      // Only this tab's own entry is newer: the other's may still be seen here after it has been removed there.
      if (!typing && this.outbox.waitingAnswer(position)?.tab !== this.outbox.tab) {
        this.#write(state, { value, certainty });
        state.value = value;
        state.certainty = certaintyOf(state.form);
        taken = true;
      }
    }
    this.#refresh();
    return taken;
  }

  /* --- two devices ------------------------------------------------------------------------------------------------- */

  /** The server holds another device's newer answers: show them, and the first question that they change. */
  #showNewer() {
    const [first] = this.stale.keys();
    for (const [position, { newer, savedAt }] of this.stale) {
      const state = this.state.get(position);
      this.#write(state, newer);
      Object.assign(state, this.#read(state));
      this.savedAt = savedAt;
    }
    this.stale.clear();
    this.#show(first);
    this.#settle({ trouble: this.outbox.trouble, body: {}, waiting: this.outbox.waiting().length });
  }

  /** What stands here becomes the newest answer. */
  #keepMine() {
    for (const position of this.stale.keys()) {
      const state = this.state.get(position);
      state.sequence += 1;
      this.outbox.putAnswer(position, state, state.sequence);
    }
    this.stale.clear();
    this.questions.get(this.current).querySelector("[data-heading]").focus({ preventScroll: true });
  }

  #say(text) {
    speak(this.speaker, text);
  }
}

/**
 * The list before submitting: `<quiz-review>` sends what still waits on this device before anything is submitted, and
 * asks once more in a dialog. Without this file the server asks on a page of its own.
 */
class QuizReview extends HTMLElement {
  connectedCallback() {
    this.outbox = new Outbox({
      owner: this.dataset.owner,
      attempt: this.dataset.attempt,
      saveUrl: this.dataset.saveUrl,
      flagUrl: this.dataset.flagUrl,
      csrfCookie: this.dataset.csrfCookie,
      csrfToken: this.querySelector("[name=csrfmiddlewaretoken]").value,
    });
    this.dialog = this.querySelector("dialog");
    this.notice = this.querySelector("[data-waiting]");
    this.#sendRest();
    this.querySelector("[data-ask]").addEventListener("click", (event) => {
      event.preventDefault();
      this.dialog.showModal();
    });
    this.querySelector("[data-cancel]").addEventListener("click", () => this.dialog.close());
    this.dialog.querySelector("form").addEventListener("submit", (event) => this.#submit(event));
    this.time = new QuizClock(this, {
      words: JSON.parse(document.getElementById("quiz-words").textContent),
      say: (words) => this.#say(words),
      keep: () => this.outbox.flush(),
      submit: () => this.dialog.querySelector("form").submit(),
    });
    this.setAttribute("ready", "");
  }

  /** Outside of an open dialog nothing is read aloud. */
  #say(words) {
    speak((this.dialog.open ? this.dialog : this).querySelector(":scope > [data-speaker]"), words);
  }

  async #sendRest() {
    if (!this.outbox.waiting().length) return;
    // The list was rendered before these answers arrived.
    if (await this.outbox.flush()) location.reload();
    else if (!this.#tooLate()) this.notice.hidden = false;
  }

  /** What came after the time was up will never be taken: say so, and let the rest be submitted. */
  #tooLate() {
    if (!["closed", "deadline"].includes(this.outbox.trouble)) return false;
    discard(this.dataset.owner, this.dataset.attempt);
    const late = this.querySelector("[data-late]");
    late.hidden = false;
    late.focus();
    return true;
  }

  async #submit(event) {
    if (!this.outbox.waiting().length) return;
    event.preventDefault();
    if (await this.outbox.flush()) event.target.submit();
    else if (this.#tooLate()) {
      this.dialog.close();
    } else {
      this.dialog.close();
      this.notice.hidden = false;
      this.notice.focus();
    }
  }
}

/** On the result page nothing waits any more. */
class QuizResult extends HTMLElement {
  connectedCallback() {
    discard(this.dataset.owner, this.dataset.attempt);
  }
}

customElements.define("quiz-player", QuizPlayer);
customElements.define("quiz-review", QuizReview);
customElements.define("quiz-result", QuizResult);
