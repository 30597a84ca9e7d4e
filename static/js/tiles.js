/* Attendance tiles over radio buttons: a tap goes 出席 → 请假 → 缺席; the rarer states are in a small menu.
   The radio buttons stay the truth, so the form is the same with and without JavaScript.
   The reasons stand in one list below the tiles: inside a tile they would tear the grid apart. */
(function () {
  "use strict";
  var STATES = {
    present: ["p", "check", "出席"],
    online: ["o", "device-laptop", "线上"],
    leave: ["l", "clock", "请假"],
    absent: ["a", "x", "缺席"],
    exempt: ["e", "minus", "免予"],
    not_recorded: ["n", "circle-dashed", "未记录"]
  };
  var NEXT = { present: "leave", online: "leave", leave: "absent", absent: "present", exempt: "present", not_recorded: "present" };

  function radio(tile, value) { return tile.querySelector('input[type="radio"][value="' + value + '"]'); }
  function now(tile) {
    var checked = tile.querySelector('input[type="radio"]:checked');
    return checked ? checked.value : "not_recorded";
  }
  function draw(tile) {
    var value = now(tile);
    var state = STATES[value];
    var button = tile.querySelector(".dj-tile-button");
    var note = tile.getAttribute("data-note");
    tile.setAttribute("data-now", value);
    button.setAttribute("data-s", state[0]);
    button.querySelector(".dj-tile-mark").innerHTML = window.tongbu.iconHtml(state[1]);
    button.querySelector("em").textContent = value === "present" ? note : state[2];
    button.querySelector(".sr-only").textContent = value === "present" ? "：" + state[2] : "";
    if (tile.tongbuWhy) {
      tile.tongbuWhy.hidden = value !== "leave" && value !== "absent";
      tile.tongbuWhy.querySelector("em").textContent = state[2];
    }
  }
  /* the input moves with what is typed in it; it stays in the form, so it is posted as before */
  function gather(box, tile) {
    var why = tile.querySelector(".dj-tile-why");
    var list = box.querySelector("[data-whys] .dj-whys-list");
    if (!why || !list) { return; }
    var words = why.querySelector("span");
    words.textContent = tile.getAttribute("data-person");
    words.appendChild(document.createElement("em"));
    list.appendChild(why);
    tile.tongbuWhy = why;
  }
  function set(box, tile, value, quiet) {
    var input = radio(tile, value);
    if (!input || input.checked) { return; }
    input.checked = true;
    draw(tile);
    if (!quiet) {
      input.dispatchEvent(new Event("input", { bubbles: true }));
      input.dispatchEvent(new Event("change", { bubbles: true }));
      box.querySelector("[data-say]").textContent = tile.getAttribute("data-person") + "：" + STATES[value][2];
    }
  }
  function shown(box) {
    return Array.prototype.filter.call(box.querySelectorAll("[data-tile]"), function (tile) { return !tile.hidden; });
  }
  function count(box) {
    var sum = { present: 0, online: 0, leave: 0, absent: 0, exempt: 0, not_recorded: 0 };
    shown(box).forEach(function (tile) { sum[now(tile)] += 1; });
    var there = sum.present + sum.online;
    var due = there + sum.leave + sum.absent + sum.not_recorded;
    var words = [["出席", sum.present], ["线上", sum.online], ["请假", sum.leave], ["缺席", sum.absent], ["免予", sum.exempt], ["未记录", sum.not_recorded]]
      .filter(function (pair, n) { return pair[1] || n === 0 || n === 2 || n === 3; });
    var counts = box.querySelector("[data-counts]");
    counts.textContent = "";
    words.forEach(function (pair, n) {
      var figure = document.createElement("b");
      figure.textContent = pair[1];
      counts.appendChild(document.createTextNode((n ? "　" : "") + pair[0] + " "));
      counts.appendChild(figure);
    });
    box.querySelector("[data-rate]").textContent = due ? (Math.round(there / due * 1000) / 10) + "%" : "—";
    var bars = box.querySelectorAll("[data-bar] i");
    [there, sum.leave, sum.absent].forEach(function (value, n) { bars[n].className = bars[n].className.split(" ")[0] + " w-p" + (due ? Math.round(value / due * 100) : 0); });
    var whys = box.querySelector("[data-whys]");
    if (whys) { whys.hidden = !whys.querySelector(".dj-tile-why:not([hidden])"); }
    box.dispatchEvent(new CustomEvent("tongbu:attendance", { bubbles: true, detail: sum }));
  }
  function closeMenu(box) {
    var menu = box.querySelector(".dj-tile-menu");
    if (!menu) { return; }
    menu.parentNode.querySelector(".dj-tile-more").setAttribute("aria-expanded", "false");
    menu.parentNode.removeChild(menu);
  }
  function openMenu(box, tile) {
    closeMenu(box);
    var menu = document.createElement("div");
    menu.className = "dj-popover dj-tile-menu";
    ["present", "online", "leave", "absent", "exempt", "not_recorded"].forEach(function (value) {
      if (!radio(tile, value)) { return; }
      var choice = document.createElement("button");
      choice.type = "button";
      choice.textContent = STATES[value][2];
      choice.setAttribute("data-value", value);
      menu.appendChild(choice);
    });
    tile.appendChild(menu);
    tile.querySelector(".dj-tile-more").setAttribute("aria-expanded", "true");
    menu.querySelector("button").focus();
  }
  function build(box, tile) {
    if (tile.querySelector(".dj-tile-button")) { return; }
    var person = tile.getAttribute("data-person");
    var button = document.createElement("button");
    button.type = "button";
    button.className = "dj-tile-button";
    button.innerHTML = '<span class="dj-tile-mark"></span><span class="dj-tile-name"></span>';
    var name = button.querySelector(".dj-tile-name");
    name.appendChild(document.createTextNode(person));
    name.appendChild(document.createElement("em"));
    var spoken = document.createElement("span");
    spoken.className = "sr-only";
    name.appendChild(spoken);
    var more = document.createElement("button");
    more.type = "button";
    more.className = "dj-tile-more";
    more.setAttribute("aria-label", person + "：其他情况");
    more.setAttribute("aria-expanded", "false");
    more.innerHTML = window.tongbu.iconHtml("dots-vertical");
    tile.appendChild(button);
    tile.appendChild(more);
    Array.prototype.forEach.call(tile.querySelectorAll('input[type="radio"]'), function (input) { input.tabIndex = -1; });
    tile.querySelector(".dj-tile-states").setAttribute("aria-hidden", "true");
    gather(box, tile);
    draw(tile);
  }
  function start() {
    Array.prototype.forEach.call(document.querySelectorAll("[data-tiles]"), function (box) {
      Array.prototype.forEach.call(box.querySelectorAll("[data-tile]"), function (tile) { build(box, tile); });
      count(box);
      if (box.hasAttribute("data-ready")) { return; }
      box.setAttribute("data-ready", "");
      box.addEventListener("click", function (event) {
        var tile = event.target.closest("[data-tile]");
        if (event.target.closest("[data-all]")) {
          shown(box).forEach(function (each) { if (now(each) !== "exempt") { set(box, each, "present", true); } });
          box.querySelector("[data-say]").textContent = "全部出席";
          var first = shown(box)[0];
          if (first) { radio(first, now(first)).dispatchEvent(new Event("input", { bubbles: true })); radio(first, now(first)).dispatchEvent(new Event("change", { bubbles: true })); }
        } else if (event.target.closest(".dj-tile-menu")) {
          var choice = event.target.closest("[data-value]");
          if (!choice) { return; }
          closeMenu(box);
          set(box, tile, choice.getAttribute("data-value"));
          tile.querySelector(".dj-tile-button").focus();
        } else if (event.target.closest(".dj-tile-more")) {
          if (tile.querySelector(".dj-tile-menu")) { closeMenu(box); } else { openMenu(box, tile); }
          return;
        } else if (event.target.closest(".dj-tile-button")) {
          closeMenu(box);
          set(box, tile, NEXT[now(tile)]);
        } else { closeMenu(box); return; }
        count(box);
      });
      box.addEventListener("keydown", function (event) {
        if (event.key !== "Escape") { return; }
        var menu = box.querySelector(".dj-tile-menu");
        if (menu) { var more = menu.parentNode.querySelector(".dj-tile-more"); closeMenu(box); more.focus(); event.stopPropagation(); }
      });
      document.addEventListener("click", function (event) { if (!box.contains(event.target)) { closeMenu(box); } });
    });
  }
  window.tongbu.tiles = { refresh: start };
  if (document.readyState === "loading") { document.addEventListener("DOMContentLoaded", start); } else { start(); }
  document.addEventListener("htmx:afterSettle", start);
})();
