/** Reads the words aloud through a live region, also when it said the same before. */
export function speak(region, words) {
  region.textContent = "";
  requestAnimationFrame(() => {
    region.textContent = words;
  });
}
