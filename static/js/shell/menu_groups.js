/* Groups of the menu fold; which ones, this browser remembers in a cookie, so that the server draws them so. */
const FOLDED = "tongbu_folded";
const YEAR = 365 * 24 * 3600;

function remember() {
  const keys = [...document.querySelectorAll("[data-nav]")]
    .filter((button) => button.getAttribute("aria-expanded") === "false")
    .map((button) => button.getAttribute("data-nav"));
  document.cookie = `${FOLDED}=${keys.join(".")}; path=/; max-age=${YEAR}; samesite=lax`;
}

document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-nav]");
  if (button) {
    button.setAttribute("aria-expanded", String(button.getAttribute("aria-expanded") !== "true"));
    remember();
  }
});
