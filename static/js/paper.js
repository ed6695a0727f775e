/** A test on paper: the button that prints it. Without scripts the browser's own command does. */

const button = document.querySelector("[data-print]");
button.hidden = false;
button.addEventListener("click", () => print());
