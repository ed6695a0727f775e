// <dp-outline><details>…</details></dp-outline>: remembers on a desk whether the outline is folded away, and keeps it a
// closed drawer on the phone. Without this script it is a plain <details>.
const narrow = window.matchMedia("(max-width: 59.99rem)");

class Outline extends HTMLElement {
  connectedCallback() {
    const details = this.querySelector("details");
    if (!details) return;
    if (narrow.matches) details.open = false;
    details.addEventListener("toggle", () => {
      if (narrow.matches) return;
      const state = details.open ? "open" : "closed";
      document.cookie = `outline=${state}; path=/; max-age=31536000; samesite=lax`;
    });
  }
}

customElements.define("dp-outline", Outline);
