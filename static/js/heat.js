/* The heat matrix: arrow keys move by cell, Enter or a click opens the cell's popover. Rows of a group fold. */
(function () {
  "use strict";
  var CELLS = "a.dj-cell, a.dj-percent";

  function grid(table) {
    return Array.prototype.map.call(table.querySelectorAll("tbody tr"), function (row) {
      return row.hidden ? [] : Array.prototype.slice.call(row.querySelectorAll(CELLS));
    }).filter(function (row) { return row.length; });
  }
  function column(cell) { return cell.closest("td").cellIndex; }
  function focus(table, cell) {
    Array.prototype.forEach.call(table.querySelectorAll(CELLS), function (other) { other.tabIndex = -1; });
    cell.tabIndex = 0;
    cell.focus();
  }
  function beside(table, cell, key) {
    var rows = grid(table);
    for (var r = 0; r < rows.length; r++) {
      var c = rows[r].indexOf(cell);
      if (c < 0) { continue; }
      if (key === "ArrowRight") { return rows[r][c + 1]; }
      if (key === "ArrowLeft") { return rows[r][c - 1]; }
      if (key === "Home") { return rows[r][0]; }
      if (key === "End") { return rows[r][rows[r].length - 1]; }
      var step = key === "ArrowDown" ? 1 : -1;
      for (var n = r + step; n >= 0 && n < rows.length; n += step) {
        for (var k = 0; k < rows[n].length; k++) {
          if (column(rows[n][k]) === column(cell)) { return rows[n][k]; }
        }
      }
    }
    return null;
  }

  function popover() {
    var pop = document.getElementById("cell-pop");
    if (!pop) {
      pop = document.createElement("div");
      pop.id = "cell-pop";
      pop.className = "dj-popover is-float";
      pop.hidden = true;
      pop.tabIndex = -1;
      pop.setAttribute("role", "dialog");
      pop.setAttribute("aria-label", "单元格详情");
      document.body.appendChild(pop);
    }
    return pop;
  }
  function show(cell) {
    var pop = popover();
    pop.innerHTML = '<span class="muted">正在打开…</span>';
    window.tongbu.popover.show(pop, cell);
    window.htmx.ajax("GET", cell.getAttribute("data-pop"), { target: pop, swap: "innerHTML" }).then(function () {
      window.tongbu.popover.again();
      pop.focus();
    });
  }

  function start() {
    Array.prototype.forEach.call(document.querySelectorAll("table.dj-heat:not([data-ready])"), function (table) {
      table.setAttribute("data-ready", "");
      var cells = table.querySelectorAll(CELLS);
      Array.prototype.forEach.call(cells, function (cell, n) {
        cell.tabIndex = n ? -1 : 0;
        if (cell.hasAttribute("data-pop")) {
          cell.setAttribute("role", "button");
          cell.setAttribute("aria-haspopup", "dialog");
          cell.setAttribute("aria-expanded", "false");
        }
      });
      table.addEventListener("keydown", function (event) {
        var cell = event.target.closest(CELLS);
        if (!cell) { return; }
        if (event.key === " " && cell.hasAttribute("data-pop")) { event.preventDefault(); show(cell); return; }
        if (["ArrowRight", "ArrowLeft", "ArrowUp", "ArrowDown", "Home", "End"].indexOf(event.key) < 0) { return; }
        var next = beside(table, cell, event.key);
        event.preventDefault();
        if (next) { focus(table, next); }
      });
      table.addEventListener("click", function (event) {
        var fold = event.target.closest(".dj-heat-toggle");
        if (fold) {
          var wide = fold.getAttribute("aria-expanded") !== "true";
          var group = fold.closest("tr").getAttribute("data-group");
          fold.setAttribute("aria-expanded", wide ? "true" : "false");
          Array.prototype.forEach.call(table.querySelectorAll('tr[data-of="' + group + '"]'), function (row) { row.hidden = !wide; });
          return;
        }
        var cell = event.target.closest("a.dj-cell[data-pop], a.dj-percent[data-pop]");
        if (!cell || event.ctrlKey || event.metaKey || event.shiftKey || !window.htmx) { return; }
        event.preventDefault();
        if (window.tongbu.popover.anchor() === cell) { window.tongbu.popover.close(true); } else { focus(table, cell); show(cell); }
      });
    });
  }
  if (document.readyState === "loading") { document.addEventListener("DOMContentLoaded", start); } else { start(); }
  document.addEventListener("htmx:afterSettle", start);
})();
