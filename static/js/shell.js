// The shell works without this file. It closes an open menu when the person leaves it, and brings the present page's
// link of a row into sight that is wider than the screen.

for (const menu of document.querySelectorAll("[data-menu]")) {
  const close = () => { menu.open = false; };
  document.addEventListener("click", (event) => { if (!menu.contains(event.target)) close(); });
  menu.addEventListener("focusout", (event) => { if (event.relatedTarget && !menu.contains(event.relatedTarget)) close(); });
  menu.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && menu.open) {
      close();
      menu.querySelector("summary").focus();
    }
  });
}

for (const current of document.querySelectorAll(".strip [aria-current]")) {
  const strip = current.closest(".strip");
  strip.scrollLeft += current.getBoundingClientRect().left - strip.getBoundingClientRect().left - (strip.clientWidth - current.offsetWidth) / 2;
}
