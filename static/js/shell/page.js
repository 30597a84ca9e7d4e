/* What the head of the page says: <meta name="…" content="…">. */
function meta(name) {
  const element = document.querySelector(`meta[name="${name}"]`);
  return element ? element.content : "";
}

export function csrfToken() {
  return meta("csrf-token");
}

/** The address of one icon in the sprite. */
export function iconAddress(name) {
  return `${meta("icons")}#${name}`;
}

/** One icon as HTML; size: 16, 18, 20, 24, or nothing for the size of the text. */
export function iconHtml(name, size) {
  const sized = size ? ` dj-icon-${size}` : "";
  return `<svg class="dj-icon${sized}" aria-hidden="true"><use href="${iconAddress(name)}"/></svg>`;
}
