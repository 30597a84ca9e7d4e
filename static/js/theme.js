/* Light or dark, remembered in this browser; paper is always light.
   A classic script that blocks the head, not a module: modules run after the page is parsed, and a reader of the dark
   theme would see it flash white. For the same reason it says here that scripts run (class js). */
(function () {
  "use strict";
  const root = document.documentElement;
  const KEY = "tongbu-theme";
  const system = window.matchMedia("(prefers-color-scheme: dark)");

  function remembered() {
    try {
      return localStorage.getItem(KEY);
    } catch {
      return null; /* storage may be forbidden */
    }
  }
  function remember(theme) {
    try {
      localStorage.setItem(KEY, theme);
    } catch {
      /* shown for this page only */
    }
  }
  function show(theme) {
    if (root.getAttribute("data-bs-theme") !== theme) {
      root.setAttribute("data-bs-theme", theme);
      window.dispatchEvent(new Event("dj-theme"));
    }
  }
  function showWanted() {
    show(remembered() || (system.matches ? "dark" : "light"));
  }

  root.classList.add("js");
  showWanted();
  system.addEventListener("change", showWanted);
  document.addEventListener("click", (event) => {
    if (event.target.closest("[data-theme-toggle]")) {
      const theme = root.getAttribute("data-bs-theme") === "dark" ? "light" : "dark";
      remember(theme);
      show(theme);
    }
  });
  window.addEventListener("beforeprint", () => show("light"));
  window.addEventListener("afterprint", showWanted);
})();
