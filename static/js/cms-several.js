/**
 * "Enter several questions": shows what the server reads in the text after a short pause of typing, leads from a fault
 * to its line, and keeps the text in this tab until it is saved.
 */

const WAIT = 600; // milliseconds after the last change; with a large bank twice as long as the server takes
const AGAIN = 5000; // until the next try when the server was not reached
const KEPT = "several-text";
const SENT = "several-sent"; // what was sent to be saved: on the page after it, that and nothing newer is forgotten
const form = document.querySelector("[data-several]");

/** The tab's memory, which a browser may refuse. */
function remember(text, name = KEPT) {
  try {
    if (text) sessionStorage.setItem(name, text);
    else sessionStorage.removeItem(name);
  } catch {
    // Then only the page itself keeps the text.
  }
}

function remembered(name = KEPT) {
  try {
    return sessionStorage.getItem(name) ?? "";
  } catch {
    return "";
  }
}

function start() {
  const text = form.elements.text;
  const save = form.querySelector("[data-save]");
  const summary = form.querySelector("[data-summary]");
  const report = form.querySelector("[data-report]");
  const frame = form.querySelector("[data-frame]");
  const caret = form.querySelector("[data-caret]");
  let timer;
  let request;
  let leaving = false;
  let shown = "";
  let took = 0;

  function say(sentence) {
    if (summary.textContent !== sentence) summary.textContent = sentence;
  }

  function show(reading) {
    say(reading.summary);
    report.innerHTML = reading.report;
    const place = frame.contentDocument?.querySelector("[data-questions]");
    if (place) place.innerHTML = reading.questions;
    if (reading.savable) save.textContent = reading.button;
    save.disabled = !reading.savable;
  }

  async function read() {
    const data = new FormData(form);
    const state = new URLSearchParams([...data].filter(([name]) => name !== "csrfmiddlewaretoken")).toString();
    if (state === shown) return;
    request?.abort();
    const mine = new AbortController();
    request = mine;
    const asked = performance.now();
    try {
      const answer = await fetch(form.dataset.preview, { method: "POST", body: data, signal: mine.signal, redirect: "manual" });
      if (!answer.ok) {
        // A redirect leads to the log-in, a refusal comes of a session that is another one by now.
        say(answer.type === "opaqueredirect" || answer.status === 403 ? form.dataset.gone : form.dataset.offline);
        timer = setTimeout(read, AGAIN);
        return;
      }
      show(await answer.json());
      took = performance.now() - asked;
      shown = state;
    } catch (error) {
      if (error.name === "AbortError") return; // overtaken by a newer change
      say(form.dataset.offline);
      timer = setTimeout(read, AGAIN);
    }
  }

  function changed() {
    clearTimeout(timer);
    timer = setTimeout(read, Math.max(WAIT, 2 * took));
    remember(text.value);
  }

  function lead(line) {
    const lines = text.value.split("\n");
    const begin = lines.slice(0, line - 1).reduce((sum, one) => sum + one.length + 1, 0);
    text.focus();
    text.setSelectionRange(begin, begin + (lines[line - 1] ?? "").length);
    const height = Number.parseFloat(getComputedStyle(text).lineHeight) || 20;
    text.scrollTop = Math.max(0, (line - 4) * height);
  }

  function tellLine() {
    const line = text.value.slice(0, text.selectionStart).split("\n").length;
    caret.textContent = form.dataset.at.replace("{line}", String(line));
  }

  form.addEventListener("input", changed);
  form.addEventListener("change", changed);
  // The tag field writes into its input without an event.
  form.addEventListener("focusout", changed);
  for (const name of ["keyup", "click", "input", "focus"]) text.addEventListener(name, tellLine);
  report.addEventListener("click", (event) => {
    const link = event.target.closest("[data-line]");
    if (!link) return;
    event.preventDefault();
    lead(Number(link.dataset.line));
    tellLine();
  });
  form.addEventListener("submit", () => {
    leaving = true;
    remember(text.value);
    remember(text.value, SENT);
  });
  addEventListener("beforeunload", (event) => {
    if (!leaving && text.value.trim() && text.value !== text.defaultValue) event.preventDefault();
  });
  for (const button of document.querySelectorAll("[data-example]")) {
    button.hidden = false;
    button.addEventListener("click", () => {
      const example = button.closest("details").querySelector("pre").textContent;
      const before = text.value.trimEnd();
      text.value = before ? `${before}\n\n${example}\n` : `${example}\n`;
      text.focus();
      text.setSelectionRange(text.value.length, text.value.length);
      text.scrollTop = text.scrollHeight;
      tellLine();
      changed();
    });
  }
  form.querySelector("[data-by-hand]").hidden = true;
  // The tag field makes an input of its own, which has no name for screen readers.
  addEventListener("load", () => {
    const tags = form.querySelector(".tagit-new input");
    tags?.setAttribute("aria-label", form.querySelector("label[for=id_tags]").textContent.trim());
  });
  if (!text.value && remembered()) {
    text.value = remembered();
    say(form.dataset.restored);
  }
  if (text.value) timer = setTimeout(read, WAIT);
  else save.disabled = true;
}

if (form) start();
else if (document.querySelector("[data-several-saved]") && remembered() === remembered(SENT)) remember("");
