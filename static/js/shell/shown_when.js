/* A control with data-when="{name}={value}|{value}" is asked only while another control of its form has one of these values.
   What is wrong with it is shown all the same; without JavaScript its words say when it is filled in. */
function fits(control) {
  const [name, values] = control.getAttribute("data-when").split("=");
  return values.split("|").includes(control.form.elements[name].value);
}

function arrange(form) {
  for (const control of form.querySelectorAll("[data-when]")) {
    const field = control.closest(".dj-field");
    field.hidden = !fits(control) && !field.querySelector(".dj-errors");
  }
}

for (const form of document.forms) {
  if (form.querySelector("[data-when]")) {
    arrange(form);
    form.addEventListener("change", () => arrange(form));
  }
}
