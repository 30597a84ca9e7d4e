/* A button with data-show-password="{id}" shows what is typed in that field, and hides it again. */
document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-show-password]");
  if (!button) {
    return;
  }
  const input = document.getElementById(button.getAttribute("data-show-password"));
  const show = input.type === "password";
  input.type = show ? "text" : "password";
  button.setAttribute("aria-pressed", String(show));
});
