/* Toasts: errors and warnings stay until dismissed, the rest go after four seconds, or when the reader has left them. */
import { iconHtml } from "./page.js";

const STAY = 4000;
const LEVELS = { error: " is-late", warning: " is-soon" };

function leave(toast) {
  const remove = () => toast.remove();
  let timer = setTimeout(remove, STAY);
  const hold = () => clearTimeout(timer);
  const go = () => {
    clearTimeout(timer);
    timer = setTimeout(remove, STAY);
  };
  toast.addEventListener("mouseenter", hold);
  toast.addEventListener("focusin", hold);
  toast.addEventListener("mouseleave", go);
  toast.addEventListener("focusout", go);
}

/** Show a message {level, title, text} and return its element, or null on a page without toasts. */
export function toast(message) {
  const box = document.getElementById("toasts");
  if (!box) {
    return null;
  }
  const stays = message.level in LEVELS;
  const element = document.createElement("div");
  element.className = `dj-toast${LEVELS[message.level] || ""}`;
  element.setAttribute("role", message.level === "error" ? "alert" : "status");
  element.innerHTML =
    iconHtml(stays ? "alert-triangle" : "circle-check", 18) +
    `<div>${message.title ? "<b></b><br>" : ""}<span></span></div>` +
    `<button class="dj-close" type="button" data-dismiss aria-label="关闭提示">${iconHtml("x", 16)}</button>`;
  if (message.title) {
    element.querySelector("b").textContent = message.title;
  }
  element.querySelector("div span").textContent = message.text || "";
  box.appendChild(element);
  if (!stays) {
    leave(element);
  }
  return element;
}

/* Toasts that the server has put into the page. */
function start() {
  for (const element of document.querySelectorAll("#toasts .dj-toast:not([data-stay]):not([data-started])")) {
    element.setAttribute("data-started", "");
    leave(element);
  }
}

document.addEventListener("click", (event) => {
  const button = event.target.closest(".dj-toast [data-dismiss]");
  if (button) {
    button.closest(".dj-toast").remove();
  }
});
document.addEventListener("htmx:afterSettle", start);
start();
