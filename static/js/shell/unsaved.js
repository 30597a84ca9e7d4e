/* <form data-dirty>: the browser asks before a page with unsaved changes is left. */
let changed = false;

export function forgetChanges() {
  changed = false;
}

document.addEventListener("input", (event) => {
  const form = event.target.form;
  if (form && form.hasAttribute("data-dirty")) {
    changed = true;
  }
});
document.addEventListener("tongbu:saved", forgetChanges);
document.addEventListener("submit", forgetChanges);
window.addEventListener("beforeunload", (event) => {
  if (changed) {
    event.preventDefault();
    event.returnValue = "";
  }
});
