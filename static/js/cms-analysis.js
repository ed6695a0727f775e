/** While an analysis waits or runs: ask how it stands, and show the page again when it has ended. */

const place = document.querySelector("[data-analysis-state]");
const EVERY = 3000;

async function look() {
  try {
    const answer = await fetch(place.dataset.analysisState, { headers: { Accept: "application/json" } });
    if (answer.ok && !(await answer.json()).waiting) {
      location.reload();
      return;
    }
  } catch {
    // Offline: the next look tells.
  }
  setTimeout(look, EVERY);
}

if (place) {
  setTimeout(look, EVERY);
}
