/* A strip that scrolls sideways (data-strip) begins at what is chosen, a piece of the one before still in sight. */
const PIECE = 28;

for (const strip of document.querySelectorAll("[data-strip]")) {
  const chosen = strip.querySelector("[aria-current]");
  if (chosen) {
    strip.scrollLeft = chosen.offsetLeft - strip.offsetLeft - PIECE;
  }
}
