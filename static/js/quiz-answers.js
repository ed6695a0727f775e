/**
 * How answers are read from a question's form and written back, by the shape that the kind names: a radio button, boxes,
 * a text, a mapping of parts. A kind whose answer has a shape of its own brings `js/kinds/<name>.js` with the same
 * functions, and `mount(form, notify)` where its controls need a script; `notify(words)` keeps the answer and speaks.
 */

const fields = (form) => [...form.querySelectorAll("[data-answer]")];
const isBox = (field) => field.type === "radio" || field.type === "checkbox";

/** Empty is null. */
const shapes = {
  one: {
    read: (form) => form.querySelector("[data-answer]:checked")?.value ?? null,
    write(form, value) {
      for (const input of fields(form)) input.checked = input.value === value;
    },
  },
  many: {
    read(form) {
      const chosen = [...form.querySelectorAll("[data-answer]:checked")].map((input) => input.value);
      return chosen.length ? chosen.sort() : null; // sorted, as the server keeps it
    },
    write(form, value) {
      for (const input of fields(form)) input.checked = (value ?? []).includes(input.value);
    },
  },
  text: {
    read: (form) => form.querySelector("[data-answer]").value.trim() || null,
    write(form, value) {
      form.querySelector("[data-answer]").value = value ?? "";
    },
  },
  parts: {
    read(form) {
      const filled = fields(form)
        .filter((field) => (isBox(field) ? field.checked : field.value.trim()))
        .map((field) => [field.dataset.part, isBox(field) ? field.value : field.value.trim()]);
      return filled.length ? Object.fromEntries(filled) : null;
    },
    write(form, value) {
      for (const field of fields(form)) {
        const part = value?.[field.dataset.part] ?? "";
        if (isBox(field)) field.checked = field.value === part;
        else field.value = part;
      }
    },
  },
};

/** How sure the person says they are, 1 to 3; null: nothing said; undefined: not asked here, or not any more. */
export function certaintyOf(form) {
  const chosen = form.querySelector("[data-certainty]:checked");
  return chosen ? Number(chosen.value) || null : undefined;
}

export function showCertainty(form, certainty) {
  for (const input of form.querySelectorAll("[data-certainty]")) input.checked = input.value === String(certainty ?? "");
}

/** The functions for the question inside this element, which says `data-shape` and, for "own", `data-script`. */
export async function answersOf(element) {
  return shapes[element.dataset.shape] ?? (await import(element.dataset.script));
}
