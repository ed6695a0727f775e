/**
 * The knowledge check in a lesson: `<knowledge-check>` wraps a form whose POST answers with the same block and its
 * feedback. With this file the answer takes the block's place without leaving the lesson; without it the lesson is
 * loaded again with the feedback in it.
 */

class KnowledgeCheck extends HTMLElement {
  connectedCallback() {
    this.addEventListener("submit", (event) => this.#answer(event));
    this.addEventListener("click", (event) => this.#move(event));
  }

  async #answer(event) {
    const form = event.target;
    event.preventDefault();
    const data = new FormData(form, event.submitter);
    const button = form.querySelector("[data-check]");
    if (button) button.disabled = true;
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
      (this.querySelector("[data-feedback]") ?? this.querySelector("input, select"))?.focus();
    } catch {
      // No network, or the session has ended: the plain way says it best, and the browser keeps the form.
      const hidden = document.createElement("input");
      if (event.submitter?.name) {
        Object.assign(hidden, { type: "hidden", name: event.submitter.name, value: event.submitter.value });
        form.append(hidden);
      }
      if (navigator.onLine) form.submit();
      else {
        this.querySelector("[data-trouble]").hidden = false;
        if (button) button.disabled = false;
      }
    }
  }

  /** Up and down in an ordering question. */
  #move(event) {
    const button = event.target.closest("[data-move]");
    if (!button) return;
    event.preventDefault();
    if (button.getAttribute("aria-disabled") === "true") return;
    const item = button.closest("[data-answer]");
    if (button.dataset.move === "up") item.previousElementSibling.before(item);
    else item.nextElementSibling.after(item);
    const items = [...item.parentElement.children];
    items.forEach((one, index) => {
      one.querySelector("[data-place]").textContent = index + 1;
      one.querySelector('[data-move="up"]').setAttribute("aria-disabled", String(index === 0));
      one.querySelector('[data-move="down"]').setAttribute("aria-disabled", String(index === items.length - 1));
    });
    button.focus();
  }
}

customElements.define("knowledge-check", KnowledgeCheck);
