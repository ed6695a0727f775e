/** Ordering: a list with buttons up and down. An untouched list is no answer. */

const list = (form) => form.querySelector("[data-order]");
const entries = (form) => [...form.querySelectorAll("[data-answer]")];

export function read(form) {
  return list(form).hasAttribute("data-touched") ? entries(form).map((item) => item.dataset.answer) : null;
}

export function write(form, value) {
  list(form).toggleAttribute("data-touched", Boolean(value));
  for (const id of value ?? []) {
    const item = list(form).querySelector(`[data-answer="${CSS.escape(id)}"]`);
    if (item) list(form).append(item);
  }
  renumber(form);
}

export function mount(form, notify) {
  renumber(form);
  form.addEventListener("click", (event) => {
    const button = event.target.closest("[data-move], [data-keep]");
    if (!button) return;
    event.preventDefault(); // without this file the button sends the form
    if (button.getAttribute("aria-disabled") === "true") return;
    const moved = button.matches("[data-move]") ? move(button) : null;
    list(form).setAttribute("data-touched", "");
    renumber(form);
    // "It is right as it is" has just gone: the button before it takes its focus.
    (button.hidden ? entries(form).at(-1).querySelector('[data-move="down"]') : button).focus();
    const { saidMoved, saidKept } = list(form).dataset;
    if (moved === null) return notify(saidKept);
    const values = {
      text: moved.querySelector("[data-text]").textContent.trim(),
      place: moved.querySelector("[data-place]").textContent,
    };
    notify(saidMoved.replace(/\{(\w+)\}/g, (whole, name) => values[name] ?? whole));
  });
}

function move(button) {
  const item = button.closest("[data-answer]");
  if (button.dataset.move === "up") item.previousElementSibling.before(item);
  else item.nextElementSibling.after(item);
  return item;
}

function renumber(form) {
  const items = entries(form);
  items.forEach((item, index) => {
    item.querySelector("[data-place]").textContent = index + 1;
    // aria-disabled, not disabled: the button that was pressed keeps the focus at the end of the list.
    item.querySelector('[data-move="up"]').setAttribute("aria-disabled", String(index === 0));
    item.querySelector('[data-move="down"]').setAttribute("aria-disabled", String(index === items.length - 1));
  });
  const keep = form.querySelector("[data-keep]");
  if (keep) keep.hidden = list(form).hasAttribute("data-touched");
}
