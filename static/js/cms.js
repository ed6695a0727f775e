/** In the editor: a content check leads to its block, and a button waits for the draft that is being saved. */

document.addEventListener("click", (event) => {
  const link = event.target.closest("[data-content-problem]");
  if (!link) {
    return;
  }
  const selector = link.dataset.contentProblem
    .split(".")
    .map((part) => `[data-contentpath="${CSS.escape(part)}"]`)
    .join(" ");
  const target = document.querySelector(selector);
  if (!target) {
    return;
  }
  event.preventDefault();
  target.scrollIntoView({ block: "center" });
  const field = target.querySelector("input:not([type=hidden]), textarea, select, [contenteditable=true], button");
  (field ?? target).focus({ preventScroll: true });
});

// Wagtail saves a draft half a second after a change. The first one creates the page: a button pressed meanwhile would
// create it again, and one of the two requests would end with an error. So the button waits for the draft's answer, and
// once the form is on its way no draft is saved behind it.
const SAVING = "saving", WAITING = "waiting", LEAVING = "leaving";
let state = "";
let pressed = null;

function sendAgain(form) {
  const button = pressed;
  pressed = null;
  state = "";
  form.removeAttribute("aria-busy");
  form.requestSubmit(button);
}

document.addEventListener("w-autosave:save", (event) => {
  if (state === LEAVING) {
    event.preventDefault();
  } else if (!event.defaultPrevented && state === "") {
    state = SAVING;
  }
});

for (const ended of ["w-autosave:success", "w-autosave:error"]) {
  document.addEventListener(ended, ({ target }) => {
    if (state === WAITING) {
      sendAgain(target);
    } else if (state === SAVING) {
      state = "";
    }
  });
}

document.addEventListener(
  "submit",
  (event) => {
    if (event.target.matches("[data-edit-form]") && (state === SAVING || state === WAITING)) {
      event.preventDefault();
      event.stopImmediatePropagation();
      pressed = event.submitter ?? pressed;
      state = WAITING;
      event.target.setAttribute("aria-busy", "true");
    }
  },
  { capture: true },
);

addEventListener("submit", (event) => {
  if (event.target.matches("[data-edit-form]") && !event.defaultPrevented) {
    state = LEAVING;
  }
});

addEventListener("pageshow", () => {
  state = "";
});
