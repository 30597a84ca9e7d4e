/* The heat matrix (table.dj-heat): arrow keys move by cell, Enter or a click opens a cell's popover, rows of a group fold. */
import { closePopover, placePopover, popoverAnchor, showPopover } from "../shell/popover.js";

const CELLS = "a.dj-cell, a.dj-percent";
const POPPING = "a.dj-cell[data-pop], a.dj-percent[data-pop]";
const KEYS = ["ArrowRight", "ArrowLeft", "ArrowUp", "ArrowDown", "Home", "End"];

function grid(table) {
  return [...table.querySelectorAll("tbody tr")]
    .map((row) => (row.hidden ? [] : [...row.querySelectorAll(CELLS)]))
    .filter((row) => row.length);
}

function column(cell) {
  return cell.closest("td").cellIndex;
}

function focus(table, cell) {
  for (const other of table.querySelectorAll(CELLS)) {
    other.tabIndex = -1;
  }
  cell.tabIndex = 0;
  cell.focus();
}

function aboveOrBelow(rows, at, step, cell) {
  for (let number = at + step; number >= 0 && number < rows.length; number += step) {
    const found = rows[number].find((other) => column(other) === column(cell));
    if (found) {
      return found;
    }
  }
  return null;
}

/* The cell that a key leads to, or nothing at the edge. */
function beside(table, cell, key) {
  const rows = grid(table);
  const at = rows.findIndex((row) => row.includes(cell));
  if (at < 0) {
    return null;
  }
  const row = rows[at];
  const place = row.indexOf(cell);
  switch (key) {
    case "ArrowRight":
      return row[place + 1];
    case "ArrowLeft":
      return row[place - 1];
    case "Home":
      return row[0];
    case "End":
      return row[row.length - 1];
    default:
      return aboveOrBelow(rows, at, key === "ArrowDown" ? 1 : -1, cell);
  }
}

function cellPopover() {
  const existing = document.getElementById("cell-pop");
  if (existing) {
    return existing;
  }
  const popover = document.createElement("div");
  popover.id = "cell-pop";
  popover.className = "dj-popover is-float";
  popover.hidden = true;
  popover.tabIndex = -1;
  popover.setAttribute("role", "dialog");
  popover.setAttribute("aria-label", "单元格详情");
  document.body.appendChild(popover);
  return popover;
}

async function open(cell) {
  const popover = cellPopover();
  popover.innerHTML = '<span class="muted">正在打开…</span>';
  showPopover(popover, cell);
  await window.htmx.ajax("GET", cell.href, { target: popover, swap: "innerHTML" });
  placePopover();
  popover.focus();
}

/* A group of a folded map is a link: its rows come from there when it is first opened. */
async function fold(table, button) {
  const wide = button.getAttribute("aria-expanded") !== "true";
  const head = button.closest("tr");
  const rows = () => table.querySelectorAll(`tr[data-of="${head.getAttribute("data-group")}"]`);
  if (wide && button.href && !rows().length) {
    await window.htmx.ajax("GET", button.href.split("#")[0], { target: head, swap: "afterend" });
    dress(table);
  }
  button.setAttribute("aria-expanded", String(wide && rows().length > 0));
  for (const row of rows()) {
    row.hidden = !wide;
  }
}

function onKey(table, event) {
  const cell = event.target.closest(CELLS);
  if (!cell) {
    return;
  }
  if (event.key === " " && cell.hasAttribute("data-pop")) {
    event.preventDefault();
    open(cell);
  } else if (KEYS.includes(event.key)) {
    event.preventDefault();
    const next = beside(table, cell, event.key);
    if (next) {
      focus(table, next);
    }
  }
}

function onClick(table, event) {
  const button = event.target.closest(".dj-heat-toggle");
  if (button) {
    if (!button.href || (window.htmx && !event.ctrlKey && !event.metaKey && !event.shiftKey)) {
      event.preventDefault();
      fold(table, button);
    }
    return;
  }
  const cell = event.target.closest(POPPING);
  if (!cell || event.ctrlKey || event.metaKey || event.shiftKey || !window.htmx) {
    return;
  }
  event.preventDefault();
  if (popoverAnchor() === cell) {
    closePopover({ back: true });
  } else {
    focus(table, cell);
    open(cell);
  }
}

function dress(table) {
  const first = table.querySelector(`:is(${CELLS})[tabindex="0"]`);
  table.querySelectorAll(`:is(${CELLS}):not([tabindex])`).forEach((cell, number) => {
    cell.tabIndex = number || first ? -1 : 0;
    if (cell.hasAttribute("data-pop")) {
      cell.setAttribute("role", "button");
      cell.setAttribute("aria-haspopup", "dialog");
      cell.setAttribute("aria-expanded", "false");
    }
  });
}

function prepare(table) {
  table.setAttribute("data-ready", "");
  dress(table);
  table.addEventListener("keydown", (event) => onKey(table, event));
  table.addEventListener("click", (event) => onClick(table, event));
}

function start() {
  document.querySelectorAll("table.dj-heat:not([data-ready])").forEach(prepare);
}

document.addEventListener("htmx:afterSettle", start);
start();
