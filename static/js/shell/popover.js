/* One popover at a time: below its anchor, inside the window; Esc returns the focus. */
let shown = null;

function place(popover, anchor) {
  const box = anchor.getBoundingClientRect();
  const left = Math.max(12, Math.min(box.left, document.documentElement.clientWidth - popover.offsetWidth - 12));
  const below = box.bottom + 5;
  const fitsBelow = below + popover.offsetHeight <= window.innerHeight;
  const fitsAbove = box.top - popover.offsetHeight > 8;
  const top = fitsBelow || !fitsAbove ? below : box.top - popover.offsetHeight - 5;
  popover.style.left = `${left + window.scrollX}px`;
  popover.style.top = `${top + window.scrollY}px`;
}

export function showPopover(popover, anchor) {
  closePopover();
  popover.hidden = false;
  anchor.setAttribute("aria-expanded", "true");
  shown = { popover, anchor };
  place(popover, anchor);
}

/** Put the open popover in its place again: what is in it has another size now. */
export function placePopover() {
  if (shown) {
    place(shown.popover, shown.anchor);
  }
}

/** Close the open popover and return whether there was one; back: the focus returns to its anchor. */
export function closePopover({ back = false } = {}) {
  if (!shown) {
    return false;
  }
  const { popover, anchor } = shown;
  shown = null;
  popover.hidden = true;
  anchor.setAttribute("aria-expanded", "false");
  if (back) {
    anchor.focus();
  }
  return true;
}

/** The element whose popover is open, or null. */
export function popoverAnchor() {
  return shown ? shown.anchor : null;
}

document.addEventListener("click", (event) => {
  if (event.target.closest(".dj-popover [data-dismiss]")) {
    closePopover({ back: true });
  } else if (shown && !shown.popover.contains(event.target) && !shown.anchor.contains(event.target)) {
    closePopover();
  }
});
document.addEventListener("htmx:afterSettle", placePopover);
