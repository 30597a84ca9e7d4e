/* One click sends a form once, unless it has data-again (an export). After eight seconds it may be sent anew. */
const WAIT = 8000;

/* A button with data-busy says what goes on, and cannot be pressed, until the answer is there. */
function busy(button) {
  button.setAttribute("data-label", button.innerHTML);
  button.textContent = button.getAttribute("data-busy");
  button.disabled = true;
}

function free(form) {
  form.removeAttribute("data-sent");
  for (const button of form.querySelectorAll("button[data-label]")) {
    button.innerHTML = button.getAttribute("data-label");
    button.removeAttribute("data-label");
    button.disabled = false;
  }
}

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
  const button = event.submitter;
  if (button && button.hasAttribute("data-busy")) {
    // A moment later: a disabled button is not sent with its form.
    setTimeout(() => busy(button));
  } else {
    setTimeout(() => free(form), WAIT);
  }
});
/* The page may come back from the cache of the browser, with its forms as they were left. */
window.addEventListener("pageshow", () => {
  for (const form of document.querySelectorAll("form[data-sent]")) {
    free(form);
  }
});
