/** In the editor of a test: what the bank holds for the slots, counted again while they are edited. */

(() => {
  const WAIT = 500; // milliseconds after the last change
  let timer;
  let request;

  async function count(panel) {
    const data = new FormData();
    for (const [name, value] of new FormData(panel.closest("form"))) {
      if (name.startsWith("slots-") || name === "csrfmiddlewaretoken") {
        data.append(name, value);
      }
    }
    request?.abort();
    request = new AbortController();
    try {
      const answer = await fetch(panel.dataset.supply, { method: "POST", body: data, signal: request.signal });
      if (answer.ok) {
        panel.innerHTML = await answer.text();
      }
    } catch {
      // Offline, or overtaken by a newer change: the last count stays.
    }
  }

  function watch() {
    const panel = document.querySelector("[data-supply]");
    const slots = document.querySelector('[id$="-slots-content"]') ?? panel?.closest("form");
    if (!panel || !slots) {
      return;
    }
    function changed() {
      clearTimeout(timer);
      timer = setTimeout(count, WAIT, panel);
    }
    slots.addEventListener("input", changed);
    slots.addEventListener("change", changed);
    // Blocks that are added, moved or deleted; choosers and deletions write into hidden fields without an event.
    new MutationObserver((changes) => {
      if (changes.some((change) => !panel.contains(change.target))) {
        changed();
      }
    }).observe(slots, { childList: true, subtree: true, attributes: true, attributeFilter: ["value"] });
  }

  if (document.readyState === "loading") {
    document.addEventListener("DOMContentLoaded", watch);
  } else {
    watch();
  }
})();
