/* Menus are <details data-menu>: a click elsewhere closes them, and Esc closes the popover or menu that is open. */
import { closePopover } from "./popover.js";

function closeMenus(except) {
  let closed = null;
  for (const menu of document.querySelectorAll("details[data-menu][open]")) {
    if (menu !== except) {
      menu.removeAttribute("open");
      closed = menu;
    }
  }
  return closed;
}

document.addEventListener("click", (event) => closeMenus(event.target.closest("details[data-menu]")));
document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape" || closePopover({ back: true })) {
    return;
  }
  const closed = closeMenus(null);
  if (closed) {
    closed.querySelector("summary").focus();
  }
});
