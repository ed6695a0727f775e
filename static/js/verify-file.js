// <verify-file data-sha256="…">: compares a chosen or dropped file with the fingerprint that was kept.
// The file never leaves the device. Without crypto.subtle (plain http on another host) the form inside uploads instead.

const MAX_BYTES = 50 * 1024 * 1024;

class VerifyFile extends HTMLElement {
  connectedCallback() {
    if (!globalThis.crypto?.subtle) return;
    this.form = this.querySelector("form");
    this.input = this.querySelector("input[type=file]");
    for (const each of this.querySelectorAll("[data-remote]")) each.hidden = true;
    for (const each of this.querySelectorAll("[data-local]")) each.hidden = false;
    this.form.addEventListener("submit", (event) => event.preventDefault());
    this.input.addEventListener("change", () => this.check(this.input.files[0]));
    this.addEventListener("dragover", (event) => {
      event.preventDefault();
      this.form.classList.add("drop--over");
    });
    this.addEventListener("dragleave", () => this.form.classList.remove("drop--over"));
    this.addEventListener("drop", (event) => {
      event.preventDefault();
      this.form.classList.remove("drop--over");
      this.check(event.dataTransfer.files[0]);
    });
  }

  async check(file) {
    this.show("");
    if (!file || file.size > MAX_BYTES) return this.show("missing");
    const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", await file.arrayBuffer()));
    const hex = Array.from(digest, (byte) => byte.toString(16).padStart(2, "0")).join("");
    return this.show(hex === this.dataset.sha256 ? "same" : "different");
  }

  show(result) {
    for (const each of this.querySelectorAll("[data-result]")) each.hidden = each.dataset.result !== result;
  }
}

customElements.define("verify-file", VerifyFile);
