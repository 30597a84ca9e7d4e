/* Keys on the page of a review: the record before and after, and the way to the button that accepts. Nothing is decided by one key. */

function typing(event) {
  return event.defaultPrevented || event.ctrlKey || event.altKey || event.metaKey || event.isComposing ||
    event.target.closest("input, select, textarea, [contenteditable], dialog, [role='menu'], .dj-popover");
}

const STEPS = { j: "next", ArrowRight: "next", k: "previous", ArrowLeft: "previous" };

function onKey(event) {
  if (typing(event)) {
    return;
  }
  const key = event.key.length === 1 ? event.key.toLowerCase() : event.key;
  const step = STEPS[key] && document.querySelector(`[data-review="${STEPS[key]}"]`);
  const accept = key === "a" && document.querySelector('[data-review="accept"] button[type="submit"]');
  if (step) {
    event.preventDefault();
    step.click();
  } else if (accept) {
    event.preventDefault();
    accept.focus();
  }
}

document.addEventListener("keydown", onKey);
