/* Attendance tiles over radio buttons: a tap goes 出席 → 请假 → 缺席; the rarer states are in a small menu.
   The radio buttons stay the truth, so the form is the same with and without JavaScript.
   The reasons stand in one list below the tiles: inside a tile they would tear the grid apart. */
import { iconHtml } from "../shell/page.js";

/* state: [mark of the tile, icon, word] */
const STATES = {
  present: ["p", "check", "出席"],
  online: ["o", "device-laptop", "线上"],
  leave: ["l", "clock", "请假"],
  absent: ["a", "x", "缺席"],
  exempt: ["e", "minus", "免予"],
  not_recorded: ["n", "circle-dashed", "未记录"],
};
const NEXT = {
  present: "leave",
  online: "leave",
  leave: "absent",
  absent: "present",
  exempt: "present",
  not_recorded: "present",
};
/* Counted even when nobody is in it. */
const ALWAYS = ["present", "leave", "absent"];
/* tile → the label with its reason, which has moved out of it */
const reasons = new WeakMap();
/* While tiles of another day are fetched: what stood in them when they were asked for ({name: value}), and whether 全部出席 was pressed since. */
let asked = null;

function radio(tile, value) {
  return tile.querySelector(`input[type="radio"][value="${value}"]`);
}

function stateOf(tile) {
  const checked = tile.querySelector('input[type="radio"]:checked');
  return checked ? checked.value : "not_recorded";
}

function person(tile) {
  return tile.getAttribute("data-person");
}

function tell(input) {
  input.dispatchEvent(new Event("input", { bubbles: true }));
  input.dispatchEvent(new Event("change", { bubbles: true }));
}

function say(box, words) {
  box.querySelector("[data-say]").textContent = words;
}

function draw(tile) {
  const value = stateOf(tile);
  const [mark, icon, word] = STATES[value];
  const button = tile.querySelector(".dj-tile-button");
  tile.setAttribute("data-now", value);
  button.setAttribute("data-s", mark);
  button.querySelector(".dj-tile-mark").innerHTML = iconHtml(icon);
  button.querySelector("em").textContent = value === "present" ? tile.getAttribute("data-note") : word;
  button.querySelector(".sr-only").textContent = value === "present" ? `：${word}` : "";
  const reason = reasons.get(tile);
  if (reason) {
    reason.hidden = value !== "leave" && value !== "absent";
    reason.querySelector("em").textContent = word;
  }
}

/* The input moves with what is typed in it; it stays in the form, so it is posted as before. */
function gatherReason(box, tile) {
  const reason = tile.querySelector(".dj-tile-why");
  const list = box.querySelector("[data-whys] .dj-whys-list");
  if (!reason || !list) {
    return;
  }
  const words = reason.querySelector("span");
  words.textContent = person(tile);
  words.appendChild(document.createElement("em"));
  list.appendChild(reason);
  reasons.set(tile, reason);
}

function choose(tile, value) {
  const input = radio(tile, value);
  if (!input || input.checked) {
    return false;
  }
  input.checked = true;
  draw(tile);
  return true;
}

function shownTiles(box) {
  return [...box.querySelectorAll("[data-tile]")].filter((tile) => !tile.hidden);
}

function writeCounts(box, sum) {
  const counts = box.querySelector("[data-counts]");
  counts.textContent = "";
  const named = Object.keys(STATES).filter((state) => sum[state] || ALWAYS.includes(state));
  named.forEach((state, number) => {
    const figure = document.createElement("b");
    figure.textContent = sum[state];
    counts.append(`${number ? "　" : ""}${STATES[state][2]} `, figure);
  });
}

function count(box) {
  const sum = Object.fromEntries(Object.keys(STATES).map((state) => [state, 0]));
  for (const tile of shownTiles(box)) {
    sum[stateOf(tile)] += 1;
  }
  const there = sum.present + sum.online;
  const due = there + sum.leave + sum.absent + sum.not_recorded;
  writeCounts(box, sum);
  box.querySelector("[data-rate]").textContent = due ? `${Math.round((there / due) * 1000) / 10}%` : "—";
  const bars = box.querySelectorAll("[data-bar] i");
  [there, sum.leave, sum.absent].forEach((value, number) => {
    const share = due ? Math.round((value / due) * 100) : 0;
    bars[number].className = `${bars[number].className.split(" ")[0]} w-p${share}`;
  });
  const whys = box.querySelector("[data-whys]");
  if (whys) {
    whys.hidden = !whys.querySelector(".dj-tile-why:not([hidden])");
  }
  box.dispatchEvent(new CustomEvent("tongbu:attendance", { bubbles: true, detail: sum }));
}

function closeMenu(box) {
  const menu = box.querySelector(".dj-tile-menu");
  if (menu) {
    menu.parentNode.querySelector(".dj-tile-more").setAttribute("aria-expanded", "false");
    menu.remove();
  }
}

function openMenu(box, tile) {
  closeMenu(box);
  const menu = document.createElement("div");
  menu.className = "dj-popover dj-tile-menu";
  for (const value of Object.keys(STATES).filter((state) => radio(tile, state))) {
    const choice = document.createElement("button");
    choice.type = "button";
    choice.textContent = STATES[value][2];
    choice.setAttribute("data-value", value);
    menu.appendChild(choice);
  }
  tile.appendChild(menu);
  tile.querySelector(".dj-tile-more").setAttribute("aria-expanded", "true");
  menu.querySelector("button").focus();
}

function nameButton(name) {
  const button = document.createElement("button");
  button.type = "button";
  button.className = "dj-tile-button";
  button.innerHTML =
    '<span class="dj-tile-mark"></span><span class="dj-tile-name"><em></em><span class="sr-only"></span></span>';
  button.querySelector(".dj-tile-name").prepend(name);
  return button;
}

function moreButton(name) {
  const button = document.createElement("button");
  button.type = "button";
  button.className = "dj-tile-more";
  button.setAttribute("aria-label", `${name}：其他情况`);
  button.setAttribute("aria-expanded", "false");
  button.innerHTML = iconHtml("dots-vertical");
  return button;
}

function build(box, tile) {
  if (tile.querySelector(".dj-tile-button")) {
    return;
  }
  tile.append(nameButton(person(tile)), moreButton(person(tile)));
  for (const input of tile.querySelectorAll('input[type="radio"]')) {
    input.tabIndex = -1;
  }
  tile.querySelector(".dj-tile-states").setAttribute("aria-hidden", "true");
  gatherReason(box, tile);
  draw(tile);
}

/* Everybody but who is exempt; the form is told once. */
function allPresent(box) {
  if (asked) {
    asked.all = true;
  }
  const tiles = shownTiles(box);
  tiles.filter((tile) => stateOf(tile) !== "exempt").forEach((tile) => choose(tile, "present"));
  say(box, "全部出席");
  if (tiles.length) {
    tell(radio(tiles[0], stateOf(tiles[0])));
  }
}

function set(box, tile, value) {
  closeMenu(box);
  if (choose(tile, value)) {
    tell(radio(tile, value));
    say(box, `${person(tile)}：${STATES[value][2]}`);
  }
}

function onClick(box, event) {
  const part = (selector) => event.target.closest(selector);
  const tile = part("[data-tile]");
  if (part("[data-all]")) {
    allPresent(box);
  } else if (part(".dj-tile-menu")) {
    const choice = part("[data-value]");
    if (!choice) {
      return;
    }
    set(box, tile, choice.getAttribute("data-value"));
    tile.querySelector(".dj-tile-button").focus();
  } else if (part(".dj-tile-more")) {
    if (tile.querySelector(".dj-tile-menu")) {
      closeMenu(box);
    } else {
      openMenu(box, tile);
    }
    return;
  } else if (part(".dj-tile-button")) {
    set(box, tile, NEXT[stateOf(tile)]);
  } else {
    closeMenu(box);
    return;
  }
  count(box);
}

function onEscape(box, event) {
  const menu = event.key === "Escape" && box.querySelector(".dj-tile-menu");
  if (menu) {
    const more = menu.parentNode.querySelector(".dj-tile-more");
    closeMenu(box);
    more.focus();
    event.stopPropagation();
  }
}

function listen(box) {
  box.setAttribute("data-ready", "");
  box.addEventListener("click", (event) => onClick(box, event));
  box.addEventListener("keydown", (event) => onEscape(box, event));
  document.addEventListener("click", (event) => {
    if (!box.contains(event.target)) {
      closeMenu(box);
    }
  });
}

function start() {
  for (const box of document.querySelectorAll("[data-tiles]")) {
    box.querySelectorAll("[data-tile]").forEach((tile) => build(box, tile));
    count(box);
    if (!box.hasAttribute("data-ready")) {
      listen(box);
    }
  }
}

function valuesIn(part) {
  const inputs = [...part.querySelectorAll("[data-tiles] input")].filter((each) => each.type !== "radio" || each.checked);
  return Object.fromEntries(inputs.map((each) => [each.name, each.value]));
}

/* The server answers with the tiles as they were posted: what was pressed after that is put into the new ones. */
function onAsked(event) {
  const target = event.detail.target;
  if (target && target.querySelector("[data-tiles]")) {
    asked = { target, values: valuesIn(target), all: false, later: {} };
  }
}

function onAnswered(event) {
  if (!asked || event.detail.target !== asked.target) {
    return;
  }
  // A finger that is still down on the button has pressed it: the release meets another button.
  asked.all = asked.all || Boolean(asked.target.querySelector("[data-all]:active"));
  const now = Object.entries(valuesIn(asked.target));
  asked.later = Object.fromEntries(now.filter(([name, value]) => asked.values[name] !== value));
}

function onSwapped(event) {
  if (!asked || event.detail.target !== asked.target) {
    return;
  }
  const { target, all, later } = asked;
  asked = null;
  start();
  const box = target.querySelector("[data-tiles]");
  if (!box) {
    return;
  }
  if (all) {
    allPresent(box);
  }
  for (const input of box.querySelectorAll("input")) {
    if (input.type === "radio" && later[input.name] === input.value && !input.checked) {
      choose(input.closest("[data-tile]"), input.value);
      tell(input);
    } else if (input.type !== "radio" && later[input.name] !== undefined) {
      input.value = later[input.name];
      tell(input);
    }
  }
  count(box);
}

/* Radio buttons that a script has set: draw the tiles as they are now. */
function redraw() {
  document.querySelectorAll("[data-tiles] [data-tile]").forEach(draw);
  start();
}

document.addEventListener("htmx:beforeRequest", onAsked);
document.addEventListener("htmx:beforeSwap", onAnswered);
document.addEventListener("htmx:afterSettle", start);
document.addEventListener("htmx:afterSettle", onSwapped);
document.addEventListener("tongbu:restored", redraw);
start();
