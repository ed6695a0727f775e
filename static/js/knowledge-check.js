/**
 * The knowledge check in a lesson: `<knowledge-check>` wraps a form whose POST answers with the same block and its
 * feedback. With this file the answer takes the block's place without leaving the lesson; without it the lesson is
 * loaded again with the feedback in it.
 */

import { answersOf } from "./quiz-answers.js";
import { speak } from "./speak.js";

class KnowledgeCheck extends HTMLElement {
  connectedCallback() {
    this.addEventListener("submit", (event) => this.#answer(event));
    this.#mount();
  }

  /** Controls that need a script, in a question that is still to be answered. */
  async #mount() {
    const question = this.querySelector("[data-shape]");
    if (!question) return;
    const kind = await answersOf(question);
    kind.mount?.(question, (words) => this.#say(words));
  }

  async #answer(event) {
    const form = event.target;
    event.preventDefault();
    if (form.ariaBusy === "true") return; // busy, not disabled: the button that was pressed keeps the focus
    const data = new FormData(form, event.submitter);
    form.ariaBusy = "true";
    try {
      const response = await fetch(form.action, {
        method: "POST",
        body: data,
        headers: { "X-Requested-With": "fetch" },
        credentials: "same-origin",
        redirect: "error",
      });
      if (!response.ok) throw new Error(String(response.status));
      const page = new DOMParser().parseFromString(await response.text(), "text/html");
      this.replaceChildren(...page.querySelector("knowledge-check").childNodes);
      this.#mount();
      this.querySelector("[data-said]").focus(); // the feedback, what is wrong with the form, or the question anew
    } catch {
      // No network, or the session has ended: the plain way says it best, and the browser keeps the form.
      const hidden = document.createElement("input");
      if (event.submitter?.name) {
        Object.assign(hidden, { type: "hidden", name: event.submitter.name, value: event.submitter.value });
        form.append(hidden);
      }
      if (navigator.onLine) form.submit();
      else {
        const trouble = this.querySelector("[data-trouble]");
        trouble.hidden = false;
        this.#say(trouble.textContent.trim());
        form.ariaBusy = "false";
      }
    }
  }

  #say(words) {
    speak(this.querySelector("[data-speaker]"), words);
  }
}

customElements.define("knowledge-check", KnowledgeCheck);
