/* A form that comes back with mistakes, perhaps far down a long page, shows the first of them and puts the cursor there. */
const field = document.querySelector('main [aria-invalid="true"]:not([type="hidden"])');
const mistake = field || document.querySelector("main .dj-errors");
if (mistake) {
  const { top, bottom } = mistake.getBoundingClientRect();
  if (top < 0 || bottom > window.innerHeight) {
    mistake.scrollIntoView({ block: "center" });
  }
  if (field) {
    field.focus({ preventScroll: true });
  }
}
