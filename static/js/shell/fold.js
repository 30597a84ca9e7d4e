/* A button with data-fold opens and closes what it stands in: filters on the phone. */
document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-fold]");
  if (button) {
    button.setAttribute("aria-expanded", String(button.parentNode.classList.toggle("is-open")));
  }
});
