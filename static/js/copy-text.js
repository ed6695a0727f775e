// <copy-text data-done="Copied">: a link inside copies its address instead of following it, where that works.

class CopyText extends HTMLElement {
  connectedCallback() {
    const link = this.querySelector("a");
    const label = this.querySelector("[data-label]");
    if (!navigator.clipboard || !link || !label) return;
    const before = label.textContent;
    label.setAttribute("role", "status");
    link.addEventListener("click", async (event) => {
      if (event.ctrlKey || event.metaKey || event.shiftKey) return;
      event.preventDefault();
      try {
        await navigator.clipboard.writeText(link.href);
      } catch {
        window.location.assign(link.href);
        return;
      }
      label.textContent = this.dataset.done;
      setTimeout(() => {
        label.textContent = before;
      }, 2500);
    });
  }
}

customElements.define("copy-text", CopyText);
