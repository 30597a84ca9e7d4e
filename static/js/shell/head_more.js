/* On the phone a button with data-more opens what stands beside it (c-head, slot more); a click elsewhere and Esc close it. */
function show(button, open) {
  button.parentNode.classList.toggle("is-open", open);
  button.setAttribute("aria-expanded", String(open));
}

document.addEventListener("click", (event) => {
  const clicked = event.target.closest("[data-more]");
  for (const button of document.querySelectorAll("[data-more]")) {
    show(button, button === clicked && button.getAttribute("aria-expanded") !== "true");
  }
});
document.addEventListener("keydown", (event) => {
  const button = event.key === "Escape" && document.querySelector('[data-more][aria-expanded="true"]');
  if (button) {
    show(button, false);
    button.focus();
  }
});
