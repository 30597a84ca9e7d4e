/* Runs before the page is drawn: light or dark without a flash. Paper is always light. */
(function () {
  "use strict";
  var root = document.documentElement;
  var key = "tongbu-theme";
  var query = window.matchMedia ? window.matchMedia("(prefers-color-scheme: dark)") : null;

  function remembered() {
    try { return localStorage.getItem(key); } catch (error) { return null; } /* storage may be forbidden */
  }
  function show(theme) {
    if (root.getAttribute("data-bs-theme") === theme) { return; }
    root.setAttribute("data-bs-theme", theme);
    window.dispatchEvent(new Event("dj-theme"));
  }
  function wanted() {
    return remembered() || (query && query.matches ? "dark" : "light");
  }

  root.classList.add("js");
  show(wanted());
  if (query && query.addEventListener) {
    query.addEventListener("change", function () { show(wanted()); });
  }
  document.addEventListener("click", function (event) {
    var toggle = event.target.closest && event.target.closest("[data-theme-toggle]");
    if (!toggle) { return; }
    var next = root.getAttribute("data-bs-theme") === "dark" ? "light" : "dark";
    try { localStorage.setItem(key, next); } catch (error) { /* shown for this page only */ }
    show(next);
  });
  window.addEventListener("beforeprint", function () { show("light"); });
  window.addEventListener("afterprint", function () { show(wanted()); });
})();
