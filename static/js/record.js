/* The record form: chips that insert text, rows of resolutions, files once a draft exists, and the address of the draft. */
(function () {
  "use strict";
  var form = document.getElementById("record");
  if (!form) { return; }

  function kinds() {
    return Array.prototype.map.call(form.querySelectorAll('input[name="kinds"]:checked'), function (box) { return box.value; });
  }
  /* a talk keeps its date and names only; the lecturer is asked of a lecture only */
  function fit() {
    var chosen = kinds();
    var talk = chosen.length === 1 && chosen[0] === "talk";
    var text = document.getElementById("id_content");
    document.getElementById("content-sec").hidden = talk && !text.value;
    document.getElementById("resolutions-sec").hidden = talk;
    var hint = document.getElementById("attendance-hint");
    if (hint) { hint.textContent = talk ? "点姓名选择" : "点姓名切换"; }
    var chair = document.getElementById("id_chair");
    if (chair) {
      var word = talk ? "谈话人" : "主持人";
      chair.title = word;
      chair.options[0].textContent = word;
      form.querySelector('label[for="id_chair"]').textContent = word;
      document.querySelector("#chair-box use").setAttribute("href", document.querySelector("#chair-box use").getAttribute("href").replace(/#.*/, talk ? "#messages" : "#microphone"));
    }
    document.getElementById("attendance-label").textContent = talk ? "谈话对象" : "考勤";
    Array.prototype.forEach.call(form.querySelectorAll("[data-for-kind]"), function (part) {
      var input = part.querySelector("input");
      part.hidden = chosen.indexOf(part.getAttribute("data-for-kind")) < 0 && !(input && input.value);
    });
  }
  function changed(control) {
    control.dispatchEvent(new Event("input", { bubbles: true }));
    control.dispatchEvent(new Event("change", { bubbles: true }));
  }
  function insert(words) {
    var text = document.getElementById("id_content");
    var at = text.selectionStart === undefined ? text.value.length : text.selectionStart;
    var before = text.value.slice(0, at);
    var start = before && before.slice(-1) !== "\n" ? "\n" : "";
    text.value = before + start + words + text.value.slice(text.selectionEnd === undefined ? at : text.selectionEnd);
    text.focus();
    text.selectionStart = text.selectionEnd = (before + start + words).length;
    changed(text);
  }
  function addRow(prefix) {
    var list = form.querySelector('[data-rows="' + prefix + '"]');
    var total = form.elements[prefix + "-TOTAL_FORMS"];
    var most = parseInt(form.elements[prefix + "-MAX_NUM_FORMS"].value, 10);
    var number = parseInt(total.value, 10);
    if (number >= most) { window.tongbu.toast({ level: "warning", text: "一条记录最多 " + most + " 项决议" }); return; }
    var row = form.querySelector('template[data-row="' + prefix + '"]').content.cloneNode(true);
    Array.prototype.forEach.call(row.querySelectorAll("[name], [id], [for]"), function (part) {
      ["name", "id", "for"].forEach(function (key) {
        var value = part.getAttribute(key);
        if (value) { part.setAttribute(key, value.replace("__prefix__", number)); }
      });
    });
    list.appendChild(row);
    total.value = number + 1;
    list.lastElementChild.querySelector("input").focus();
  }

  form.addEventListener("click", function (event) {
    var chip = event.target.closest("[data-insert]");
    if (chip) { insert(chip.getAttribute("data-insert")); return; }
    var add = event.target.closest("[data-add-row]");
    if (add) { addRow(add.getAttribute("data-add-row")); }
  });
  /* asked for a period that is over: the date says whether it was held then or is made up for now */
  function when() {
    var box = form.querySelector(".record-when");
    var day = document.getElementById("id_day").value;
    if (!box || !day || day < box.getAttribute("data-first")) { return; }
    box.querySelectorAll("input")[day > box.getAttribute("data-last") ? 1 : 0].checked = true;
  }
  document.getElementById("id_day").addEventListener("change", when);
  form.addEventListener("change", fit);
  fit();

  document.addEventListener("htmx:afterSettle", function (event) {
    if (event.detail.target && event.detail.target.id === "files") { document.getElementById("upload-file").value = ""; }
    if (event.detail.target && event.detail.target.id === "attendance") { fit(); }
  });

  /* the draft now exists: later saves, the address and the files go to it */
  document.addEventListener("tongbu:saved", function (event) {
    var saved = event.detail || {};
    if (!saved.edit || form.getAttribute("data-draft") === String(saved.id)) { return; }
    form.setAttribute("data-draft", saved.id);
    form.setAttribute("action", saved.edit);
    if (location.pathname !== saved.edit) { history.replaceState(null, "", saved.edit); }
    var upload = document.getElementById("upload");
    upload.setAttribute("action", saved.upload);
    upload.setAttribute("hx-post", saved.upload);
    document.getElementById("upload-file").disabled = false;
    var box = form.querySelector("[data-waits]");
    if (box) {
      box.removeAttribute("data-waits");
      box.querySelector("span.muted").textContent = "非涉密系统，请勿上传涉密文件";
    }
    window.htmx.process(upload);
  });
})();
