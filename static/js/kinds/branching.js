/** Branching: one turn after the other. The answer is the list of choices; what follows from which stands in the page. */

const talk = (form) => form.querySelector("[data-talk]");
const path = (form) => [...form.querySelectorAll("[data-path]:enabled")].map((input) => input.value);

export function read(form) {
  const made = path(form);
  return made.length ? made : null;
}

export function write(form, value) {
  show(form, value ?? []);
}

export function mount(form, notify) {
  form.addEventListener("click", (event) => {
    const button = event.target.closest("[data-choice], [data-back]");
    if (!button) return;
    event.preventDefault(); // without this file the button sends the form
    const made = path(form);
    show(form, button.matches("[data-back]") ? made.slice(0, -1) : [...made, button.value]);
    // The next words have the focus, so that they are read aloud and the next Tab reaches the choices.
    const open = talk(form).querySelector("[data-turn]:not([hidden]) [data-choices]:not([hidden])");
    (open?.closest("[data-turn]").querySelector("[data-says]") ?? talk(form).querySelector("[data-end]")).focus();
    notify("");
  });
}

function show(form, made) {
  const list = talk(form).querySelector("[data-turns]");
  const turns = new Map([...list.children].map((turn) => [turn.dataset.turn, turn]));
  for (const turn of turns.values()) {
    turn.hidden = true;
    turn.querySelector("[data-path]").disabled = true;
  }
  let next = talk(form).dataset.first;
  for (const id of [...made, null]) {
    const turn = turns.get(next);
    if (!turn) break;
    const choice = id && turn.querySelector(`[data-choice][value="${CSS.escape(id)}"]`);
    list.append(turn);
    turn.hidden = false;
    turn.querySelector("[data-yours]").hidden = !choice;
    turn.querySelector("[data-choices]").hidden = Boolean(choice);
    if (!choice) break;
    Object.assign(turn.querySelector("[data-path]"), { value: id, disabled: false });
    turn.querySelector("[data-yours-text]").replaceChildren(...choice.cloneNode(true).childNodes);
    next = choice.dataset.goes;
  }
  talk(form).querySelector("[data-end]").hidden = !(made.length && !next);
  const back = talk(form).querySelector("[data-back]");
  if (back) back.hidden = !made.length;
}
