/* One click sends a form once, unless it has data-again (an export). After eight seconds it may be sent anew. */
const WAIT = 8000;

document.addEventListener("submit", (event) => {
  const form = event.target;
  if (form.method !== "post" || form.hasAttribute("data-again")) {
    return;
  }
  if (form.hasAttribute("data-sent")) {
    event.preventDefault();
    return;
  }
  form.setAttribute("data-sent", "");
  setTimeout(() => form.removeAttribute("data-sent"), WAIT);
});
/* The page may come back from the cache of the browser, with its forms as they were left. */
window.addEventListener("pageshow", () => {
  for (const form of document.querySelectorAll("form[data-sent]")) {
    form.removeAttribute("data-sent");
  }
});
