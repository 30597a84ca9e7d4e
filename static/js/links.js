/* 关联业务 on the record form. Before a draft exists, the chosen stages wait in the hidden field `links`; as soon as the
   draft has an id they are posted to its own address. Afterwards each choice is posted at once by htmx. */
(function () {
  "use strict";
  var form = document.getElementById("record");
  var slot = document.getElementById("links");
  if (!form || !slot) { return; }
  var field = form.elements.links;
  var passing = false;

  function draft() { return form.elements.record && form.elements.record.value; }
  function address(id) { return "/activities/" + id + "/stages/"; }
  function boxes() { return slot.querySelectorAll("input[data-link]"); }
  function gather() {
    field.value = Array.prototype.filter.call(boxes(), function (box) { return box.checked; })
      .map(function (box) { return box.getAttribute("data-link"); }).join(",");
  }
  /* ways and fields that usually go with the chosen stages are marked, never chosen */
  function suggest() {
    var sources = slot.querySelectorAll(".stage-linked [data-way], .stage-linked > li[data-way], input[data-link]:checked");
    var last = sources[sources.length - 1];
    ["way", "building"].forEach(function (name) {
      var said = form.querySelector('input[name="' + name + '"]:checked');
      Array.prototype.forEach.call(form.querySelectorAll('[data-suggest^="' + name + '-"]'), function (pill) {
        var fits = last && (!said || !said.value) && pill.getAttribute("data-suggest") === name + "-" + last.getAttribute("data-" + name);
        pill.classList.toggle("is-suggested", Boolean(fits));
        pill.title = fits ? "按关联的环节建议" : "";
      });
    });
  }
  function refresh() { window.htmx.trigger(slot, "tongbu:links"); }
  function send(id) {
    var points = field.value;
    if (!points) { return Promise.resolve(true); }
    var data = new FormData();
    data.append("point", points);
    return fetch(address(id), {
      method: "POST", body: data, credentials: "same-origin",
      headers: { "X-CSRFToken": window.tongbu.csrf(), "HX-Request": "true" }
    }).then(function (response) {
      if (!response.ok) { throw new Error(String(response.status)); }
      field.value = "";
      return true;
    }).catch(function () {
      window.tongbu.toast({ level: "warning", title: "业务没有关联", text: "记录已保存，可以在记录页面上关联。" });
      return false;
    });
  }

  slot.addEventListener("change", function (event) {
    if (event.target.matches("input[data-link]")) { gather(); suggest(); }
  });
  form.addEventListener("change", function (event) {
    if (event.target.name === "way" || event.target.name === "building") { suggest(); }
  });
  document.addEventListener("htmx:afterSettle", function (event) {
    if (slot.contains(event.detail.target) || event.detail.target === slot) { suggest(); }
  });
  document.addEventListener("tongbu:saved", function (event) {
    var id = (event.detail || {}).id;
    if (!id || passing) { return; }
    if (field.value) { send(id).then(refresh); } else if (!slot.querySelector("[data-draft]")) { refresh(); }
  });
  /* sent before the draft was saved by itself: save it, link, then send */
  form.addEventListener("submit", function (event) {
    if (event.defaultPrevented || passing || !field.value) { return; }
    var button = event.submitter;
    event.preventDefault();
    event.stopImmediatePropagation();
    passing = true;
    function go() { if (button && form.requestSubmit) { form.requestSubmit(button); } else { form.submit(); } }
    if (draft()) { send(draft()).then(go); return; }
    fetch(form.getAttribute("data-autosave"), {
      method: "POST", body: new FormData(form), credentials: "same-origin",
      headers: { "X-CSRFToken": window.tongbu.csrf(), "X-Requested-With": "autosave", Accept: "application/json" }
    }).then(function (response) {
      return response.ok ? response.json() : null;
    }).then(function (body) {
      if (!body) { return true; }
      form.elements.record.value = body.fields.record;
      form.elements.version.value = body.fields.version;
      form.setAttribute("action", body.edit);
      return send(body.id);
    }).catch(function () { return false; }).then(go);
  });
})();
