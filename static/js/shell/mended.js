/* What was wrong in a field is no longer said once the field is changed; the server judges anew when it is sent. */
const forget = (event) => {
  const field = event.target;
  if (!field.name || !field.form) {
    return;
  }
  const about = field.id.replace(/_\d+$/, "");
  const told = [field.id, about].map((id) => id && document.getElementById(`${id}_error`)).find(Boolean);
  if (!told) {
    return;
  }
  told.remove();
  for (const same of field.form.querySelectorAll("[aria-invalid]")) {
    if (same.name === field.name) {
      same.removeAttribute("aria-invalid");
      same.classList.remove("is-invalid");
    }
  }
};
document.addEventListener("input", forget);
document.addEventListener("change", forget);
