/** Marking: a digit chooses a level of the criterion in focus (or the first open one), Ctrl and Enter saves. */

const form = document.querySelector("[data-marking]");

form.addEventListener("keydown", (event) => {
  if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
    event.preventDefault();
    form.requestSubmit(form.querySelector("[data-next]") ?? undefined);
  }
});

document.addEventListener("keydown", (event) => {
  if (!/^[1-9]$/.test(event.key) || event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.target.matches("textarea, input:not([type=radio])")) return;
  const groups = [...form.querySelectorAll("fieldset")];
  const group = event.target.closest("fieldset") ?? groups.find((one) => !one.querySelector(":checked"));
  const level = group?.querySelectorAll("input")[Number(event.key) - 1];
  if (!level) return;
  event.preventDefault();
  level.checked = true;
  (groups[groups.indexOf(group) + 1]?.querySelector("input") ?? level).focus();
});

/** A recording: P plays and pauses, J and L go ten seconds back and on. */
const media = document.querySelector("[data-media]");

document.addEventListener("keydown", (event) => {
  if (!media || event.ctrlKey || event.metaKey || event.altKey || event.target.matches("textarea, input:not([type=radio])")) {
    return;
  }
  const keys = {
    p: () => (media.paused ? media.play() : media.pause()),
    j: () => void (media.currentTime -= 10),
    l: () => void (media.currentTime += 10),
  };
  const act = keys[event.key.toLowerCase()];
  if (!act) return;
  event.preventDefault();
  act();
});
