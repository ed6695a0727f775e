/** In the editor: a content check leads to its block. */

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
