/* What every page needs: the CSRF token for htmx, toasts, menus, popovers, folded filters, strips, unsaved forms, passwords. */
(function () {
  "use strict";
  var tongbu = (window.tongbu = window.tongbu || {});
  var dirty = null;

  function meta(name) {
    var element = document.querySelector('meta[name="' + name + '"]');
    return element ? element.getAttribute("content") : "";
  }
  tongbu.csrf = function () { return meta("csrf-token"); };
  tongbu.iconHtml = function (name, size) {
    return '<svg class="dj-icon' + (size ? " dj-icon-" + size : "") + '" aria-hidden="true"><use href="' + meta("icons") + "#" + name + '"/></svg>';
  };

  /* ---- htmx */
  document.addEventListener("htmx:configRequest", function (event) {
    if (event.detail.verb !== "get") { event.detail.headers["X-CSRFToken"] = tongbu.csrf(); }
  });
  document.addEventListener("htmx:responseError", function (event) {
    var status = event.detail.xhr.status;
    var words = { 403: "没有权限办理这一步", 404: "没有找到这条内容，可能已被移走", 409: "内容已被他人修改，请刷新后再试", 429: "操作太频繁，请稍后再试" };
    tongbu.toast({ level: "error", title: "没有完成", text: words[status] || "请稍后再试，仍不行请用“反馈”告诉我们" });
  });
  /* a fragment that turns out to be the sign-in page: the session has ended, so show that page whole */
  document.addEventListener("htmx:beforeSwap", function (event) {
    if ((event.detail.xhr.responseText || "").indexOf('class="login-page"') < 0) { return; }
    event.detail.shouldSwap = false;
    dirty = null;
    window.location.reload();
  });
  document.addEventListener("htmx:sendError", function () {
    tongbu.toast({ level: "error", title: "没有完成", text: "网络中断，请检查连接后再试" });
  });

  /* ---- toasts: errors and warnings stay until dismissed, the rest go after 4 s */
  var STAY = 4000;
  function leave(toast) {
    var timer = setTimeout(remove, STAY);
    function remove() { if (toast.parentNode) { toast.parentNode.removeChild(toast); } }
    function hold() { clearTimeout(timer); }
    function go() { clearTimeout(timer); timer = setTimeout(remove, STAY); }
    toast.addEventListener("mouseenter", hold);
    toast.addEventListener("focusin", hold);
    toast.addEventListener("mouseleave", go);
    toast.addEventListener("focusout", go);
  }
  tongbu.toast = function (message) {
    var box = document.getElementById("toasts");
    if (!box) { return null; }
    var stays = message.level === "error" || message.level === "warning";
    var toast = document.createElement("div");
    toast.className = "dj-toast" + (message.level === "error" ? " is-late" : message.level === "warning" ? " is-soon" : "");
    toast.setAttribute("role", message.level === "error" ? "alert" : "status");
    toast.innerHTML = tongbu.iconHtml(stays ? "alert-triangle" : "circle-check", 18) +
      '<div><b></b><br><span></span></div><button class="dj-close" type="button" data-dismiss aria-label="关闭提示">' + tongbu.iconHtml("x", 16) + "</button>";
    toast.querySelector("b").textContent = message.title || "";
    toast.querySelector("div span").textContent = message.text || "";
    if (!message.title) { toast.querySelector("div").removeChild(toast.querySelector("b")); toast.querySelector("div").removeChild(toast.querySelector("br")); }
    box.appendChild(toast);
    if (!stays) { leave(toast); }
    return toast;
  };
  function startToasts(root) {
    Array.prototype.forEach.call(root.querySelectorAll("#toasts .dj-toast:not([data-stay])"), function (toast) {
      if (!toast.hasAttribute("data-started")) { toast.setAttribute("data-started", ""); leave(toast); }
    });
  }

  /* ---- popovers: below the anchor, inside the window; Esc returns the focus */
  var open = null;
  tongbu.popover = {
    place: function (pop, anchor) {
      var box = anchor.getBoundingClientRect();
      var left = Math.max(12, Math.min(box.left, document.documentElement.clientWidth - pop.offsetWidth - 12));
      var below = box.bottom + 5;
      var top = below + pop.offsetHeight > window.innerHeight && box.top - pop.offsetHeight > 8 ? box.top - pop.offsetHeight - 5 : below;
      pop.style.left = left + window.pageXOffset + "px";
      pop.style.top = top + window.pageYOffset + "px";
    },
    show: function (pop, anchor) {
      tongbu.popover.close();
      pop.hidden = false;
      anchor.setAttribute("aria-expanded", "true");
      open = { pop: pop, anchor: anchor };
      tongbu.popover.place(pop, anchor);
    },
    again: function () { if (open) { tongbu.popover.place(open.pop, open.anchor); } },
    close: function (back) {
      if (!open) { return false; }
      open.pop.hidden = true;
      open.anchor.setAttribute("aria-expanded", "false");
      if (back) { open.anchor.focus(); }
      open = null;
      return true;
    },
    anchor: function () { return open ? open.anchor : null; }
  };

  function closeMenus(except) {
    var closed = null;
    Array.prototype.forEach.call(document.querySelectorAll("details[data-menu][open]"), function (menu) {
      if (menu !== except) { menu.removeAttribute("open"); closed = menu; }
    });
    return closed;
  }
  document.addEventListener("click", function (event) {
    var target = event.target;
    var dismiss = target.closest("[data-dismiss]");
    if (dismiss) {
      var toast = dismiss.closest(".dj-toast");
      if (toast) { toast.parentNode.removeChild(toast); }
      if (dismiss.closest(".dj-popover")) { tongbu.popover.close(true); }
    }
    closeMenus(target.closest("details[data-menu]"));
    if (open && !open.pop.contains(target) && !open.anchor.contains(target)) { tongbu.popover.close(); }
    var eye = target.closest("[data-show-password]");
    if (eye) {
      var input = document.getElementById(eye.getAttribute("data-show-password"));
      var shown = input.type === "text";
      input.type = shown ? "password" : "text";
      eye.setAttribute("aria-pressed", shown ? "false" : "true");
    }
    var fold = target.closest("[data-fold]");
    if (fold) { fold.setAttribute("aria-expanded", fold.parentNode.classList.toggle("is-open") ? "true" : "false"); }
    var print = target.closest("[data-print]");
    if (print) { window.print(); }
  });
  document.addEventListener("keydown", function (event) {
    if (event.key !== "Escape") { return; }
    if (tongbu.popover.close(true)) { return; }
    var closed = closeMenus(null);
    if (closed) { closed.querySelector("summary").focus(); }
  });

  /* ---- forms: data-dirty asks before leaving with unsaved changes; one click submits once */
  document.addEventListener("input", function (event) {
    var form = event.target.form;
    if (form && form.hasAttribute("data-dirty")) { dirty = form; }
  });
  document.addEventListener("tongbu:saved", function () { dirty = null; });
  document.addEventListener("submit", function (event) {
    var form = event.target;
    dirty = null;
    if (form.method !== "post" || form.hasAttribute("data-again")) { return; }
    if (form.hasAttribute("data-sent")) { event.preventDefault(); return; }
    form.setAttribute("data-sent", "");
    setTimeout(function () { form.removeAttribute("data-sent"); }, 8000);
  });
  window.addEventListener("pageshow", function () {
    Array.prototype.forEach.call(document.querySelectorAll("form[data-sent]"), function (form) { form.removeAttribute("data-sent"); });
  });
  window.addEventListener("beforeunload", function (event) {
    if (dirty) { event.preventDefault(); event.returnValue = ""; }
  });
  /* selects that send their form at once; without JavaScript the button beside them does it */
  document.addEventListener("change", function (event) {
    if (event.target.hasAttribute && event.target.hasAttribute("data-submit") && event.target.form) { event.target.form.submit(); }
  });

  /* a strip that scrolls sideways begins at what is chosen, a piece of the one before still in sight */
  function startStrips() {
    Array.prototype.forEach.call(document.querySelectorAll("[data-strip]"), function (strip) {
      var chosen = strip.querySelector("[aria-current]");
      if (chosen) { strip.scrollLeft = chosen.offsetLeft - strip.offsetLeft - 28; }
    });
  }

  function start() { startToasts(document); startStrips(); }
  if (document.readyState === "loading") { document.addEventListener("DOMContentLoaded", start); } else { start(); }
  document.addEventListener("htmx:afterSettle", function () { startToasts(document); tongbu.popover.again(); });
})();
