/* Saves a form 700 ms after the last change. Without a network the words stay in this browser and it says so.
   <form data-autosave="{url}" data-autosave-key="{unique key}">; the server answers 2xx, optionally JSON
   {"url": new address to save to, "fields": {name: value of a hidden input}}, or 400/409 with {"message": sentence}. */
(function () {
  "use strict";
  var IDLE = 700;
  var PREFIX = "tongbu-draft:";
  var SKIP = { csrfmiddlewaretoken: true };

  function clock() {
    var time = new Date();
    return ("0" + time.getHours()).slice(-2) + ":" + ("0" + time.getMinutes()).slice(-2);
  }
  function words(form) {
    var pairs = [];
    new FormData(form).forEach(function (value, name) {
      if (typeof value === "string" && !SKIP[name]) { pairs.push([name, value]); }
    });
    return pairs;
  }
  function attach(form) {
    if (form.hasAttribute("data-autosave-ready")) { return; }
    form.setAttribute("data-autosave-ready", "");
    var key = PREFIX + (form.getAttribute("data-autosave-key") || location.pathname);
    var status = form.querySelector("[data-autosave-status]");
    var timer = null;
    var running = false;
    var again = false;
    var leaving = null;

    function say(text, icon) {
      if (!status) { return; }
      status.querySelector("[data-text]").textContent = text;
      status.querySelector("use").setAttribute("href", document.querySelector('meta[name="icons"]').content + "#" + icon);
    }
    function keep() {
      try { localStorage.setItem(key, JSON.stringify({ at: clock(), pairs: words(form) })); return true; } catch (error) { return false; }
    }
    function forget() {
      try { localStorage.removeItem(key); } catch (error) { /* nothing was kept */ }
    }
    function lost() {
      say(keep() ? "没有保存，内容已存在本机" : "没有保存，请不要关闭页面", "cloud-off");
    }
    function save() {
      clearTimeout(timer);
      timer = null;
      if (running) { again = true; return; }
      if (navigator.onLine === false) { lost(); return; }
      running = true;
      say("正在保存…", "cloud-upload");
      fetch(form.getAttribute("data-autosave"), {
        method: "POST", body: new FormData(form), credentials: "same-origin",
        headers: { "X-CSRFToken": window.tongbu.csrf(), "X-Requested-With": "autosave", Accept: "application/json" }
      }).then(function (response) {
        var json = (response.headers.get("Content-Type") || "").indexOf("json") >= 0;
        return (json ? response.json() : Promise.resolve({})).then(function (body) {
          if (response.redirected) { throw new Error("signed out"); }
          if (!response.ok) {
            keep();
            say(body.message ? "没有保存：" + body.message : "没有保存，内容已存在本机", "alert-triangle");
            return;
          }
          if (body.url) { form.setAttribute("data-autosave", body.url); }
          Object.keys(body.fields || {}).forEach(function (name) {
            if (form.elements[name]) { form.elements[name].value = body.fields[name]; }
          });
          forget();
          say("已自动保存 " + clock(), "cloud-check");
          if (!timer) { document.dispatchEvent(new CustomEvent("tongbu:saved", { detail: body })); }
        });
      }).catch(lost).then(function () {
        running = false;
        if (leaving) { form.requestSubmit ? form.requestSubmit(leaving) : leaving.click(); return; }
        if (again) { again = false; save(); }
      });
    }
    function later(event) {
      if (event.target.type === "file") { return; }
      clearTimeout(timer);
      timer = setTimeout(save, IDLE);
    }
    function restore() {
      var kept = null;
      try { kept = JSON.parse(localStorage.getItem(key) || "null"); } catch (error) { return; }
      if (!kept) { return; }
      if (JSON.stringify(kept.pairs) === JSON.stringify(words(form))) { forget(); return; }
      var toast = window.tongbu.toast({ level: "warning", title: "本机有没有保存的内容", text: kept.at + " 断网时留下。" });
      if (!toast) { return; }
      var take = document.createElement("button");
      take.type = "button";
      take.className = "btn btn-sm";
      take.textContent = "恢复";
      take.addEventListener("click", function () {
        kept.pairs.forEach(function (pair) {
          Array.prototype.forEach.call(form.querySelectorAll("[name]"), function (control) {
            if (control.name !== pair[0]) { return; }
            if (control.type === "radio" || control.type === "checkbox") { if (control.value === pair[1]) { control.checked = true; } }
            else if (control.type !== "file" && control.type !== "hidden") { control.value = pair[1]; }
          });
        });
        if (window.tongbu.tiles) { window.tongbu.tiles.refresh(); }
        if (toast.parentNode) { toast.parentNode.removeChild(toast); }
        save();
      });
      toast.insertBefore(take, toast.lastChild);
    }
    form.addEventListener("input", later);
    form.addEventListener("change", later);
    form.addEventListener("submit", function (event) {
      clearTimeout(timer);
      timer = null;
      again = false;
      /* a saving under way would make this form's version old: send it once that has answered */
      if (running && !leaving && event.submitter) {
        leaving = event.submitter;
        event.preventDefault();
        event.stopImmediatePropagation();
        return;
      }
      leaving = null;
      forget();
    });
    window.addEventListener("online", function () {
      var kept = null;
      try { kept = localStorage.getItem(key); } catch (error) { return; }
      if (kept) { save(); }
    });
    restore();
  }
  function start() { Array.prototype.forEach.call(document.querySelectorAll("form[data-autosave]"), attach); }
  if (document.readyState === "loading") { document.addEventListener("DOMContentLoaded", start); } else { start(); }
})();
