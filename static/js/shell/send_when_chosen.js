/* A select with data-submit sends its form at once; without JavaScript the button beside it does. */
document.addEventListener("change", (event) => {
  const control = event.target;
  if (control.hasAttribute && control.hasAttribute("data-submit") && control.form) {
    control.form.submit();
  }
});
