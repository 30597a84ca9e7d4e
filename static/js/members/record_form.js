/* The record form: what a kind asks for, words to insert, rows of resolutions, files (which make a draft), the draft's address. */
import { toast } from "../shell/toasts.js";

const form = document.getElementById("record");

function byId(id) {
  return document.getElementById(id);
}

function kinds() {
  return [...form.querySelectorAll('input[name="kinds"]:checked')].map((box) => box.value);
}

/* Whom a record of one of these kinds alone met, and who led it. */
const PICKED = { talk: "谈话对象", visit: "走访对象", oath: "宣誓、重温誓词人员" };
const CHAIRS = { talk: "谈话人", visit: "走访人" };

function nameChair(word, talk) {
  const chair = byId("id_chair");
  if (!chair) {
    return;
  }
  const icon = document.querySelector("#chair-box use");
  chair.title = word;
  chair.options[0].textContent = word;
  form.querySelector('label[for="id_chair"]').textContent = word;
  icon.setAttribute("href", icon.getAttribute("href").replace(/#.*/, talk ? "#messages" : "#microphone"));
}

/* A talk keeps its date and names only; the lecturer is asked of a lecture only, topics of a few kinds. */
function fitToKinds() {
  const chosen = kinds();
  const talk = chosen.length === 1 && chosen[0] === "talk";
  const alone = chosen.length === 1 ? chosen[0] : "";
  const picked = chosen.length > 0 && chosen.every((kind) => kind in PICKED);
  const hint = byId("attendance-hint");
  byId("content-sec").hidden = talk && !byId("id_content").value;
  byId("resolutions-sec").hidden = talk;
  if (hint) {
    hint.textContent = picked ? "点姓名选择" : "点姓名切换";
  }
  nameChair(CHAIRS[alone] || "主持人", talk);
  byId("attendance-label").textContent = PICKED[alone] || "考勤";
  for (const part of form.querySelectorAll("[data-made-up]")) {
    part.hidden = !chosen.includes(part.getAttribute("data-made-up"));
  }
  byId("made-up").hidden = chosen.length < 2 || !new FormData(form).get("makes_up_for");
  for (const part of form.querySelectorAll("[data-for-kind]")) {
    const input = part.querySelector("input:not([type=checkbox])");
    const asked = part.getAttribute("data-for-kind").split(" ").some((kind) => chosen.includes(kind));
    part.hidden = !asked && !(input && input.value) && !part.querySelector("input:checked");
  }
}

/* A title that was filled in and not touched names the month or quarter of the day that is typed; what makes up for an
   earlier period keeps the name of that one. */
let ownTitle = "";

function titleFollows() {
  const title = byId("id_title");
  const [, year, month] = /^(\d{4})-(\d\d)-\d\d$/.exec(byId("id_day").value) || [];
  const kind = title.getAttribute("data-follows");
  if (!kind || !year || title.value !== ownTitle) {
    return;
  }
  const made = new FormData(form).get("makes_up_for");
  const named = kind === "month" ? `${Number(month)}月` : `${"一二三四"[Math.floor((month - 1) / 3)]}季度`;
  const word = made ? title.defaultValue : `${named}${title.getAttribute("data-tail")}`;
  if (word !== title.value) {
    title.value = ownTitle = word;
    title.dispatchEvent(new Event("input", { bubbles: true }));
  }
}

/* A returned record opens at the part that its reviewer named. */
function openAt(id) {
  const part = id && byId(id);
  if (!part || window.location.hash) {
    return;
  }
  part.scrollIntoView({ block: "center" });
  const field = part.matches("input, textarea, select") ? part : part.querySelector("input, textarea, select, button:not([data-all])");
  if (field) {
    field.focus({ preventScroll: true });
  }
}

/* Put words where the cursor is, on a line of their own. */
function insert(words) {
  const text = byId("id_content");
  const before = text.value.slice(0, text.selectionStart);
  const start = before && !before.endsWith("\n") ? "\n" : "";
  const end = (before + start + words).length;
  text.value = before + start + words + text.value.slice(text.selectionEnd);
  text.focus();
  text.setSelectionRange(end, end);
  text.dispatchEvent(new Event("input", { bubbles: true }));
  text.dispatchEvent(new Event("change", { bubbles: true }));
}

/* One more row of a formset, from its <template data-row>. */
function addRow(prefix) {
  const list = form.querySelector(`[data-rows="${prefix}"]`);
  const total = form.elements[`${prefix}-TOTAL_FORMS`];
  const most = Number(form.elements[`${prefix}-MAX_NUM_FORMS`].value);
  const number = Number(total.value);
  if (number >= most) {
    toast({ level: "warning", text: `一条记录最多 ${most} 项决议` });
    return;
  }
  const row = form.querySelector(`template[data-row="${prefix}"]`).content.cloneNode(true);
  for (const part of row.querySelectorAll("[name], [id], [for]")) {
    for (const key of ["name", "id", "for"].filter((each) => part.hasAttribute(each))) {
      part.setAttribute(key, part.getAttribute(key).replace("__prefix__", number));
    }
  }
  list.appendChild(row);
  total.value = number + 1;
  list.lastElementChild.querySelector("input").focus();
}

/* Asked for a period that is over: the date says whether it was held then or is made up for now. */
function chooseWhen() {
  const box = form.querySelector(".record-when");
  const day = byId("id_day").value;
  if (box && day && day >= box.getAttribute("data-first")) {
    box.querySelectorAll("input")[day > box.getAttribute("data-last") ? 1 : 0].checked = true;
  }
}

/* Before there is a draft a file may be chosen all the same: the draft is saved, then the file goes. */
function waiting() {
  return form.querySelector("[data-waits]");
}

function offerFiles() {
  const file = byId("upload-file");
  if (waiting()) {
    file.disabled = false;
    waiting().querySelector("span.muted").textContent = "选择后先存草稿再上传；请勿上传涉密文件";
    file.addEventListener("change", () => {
      if (waiting() && file.files.length) {
        form.dispatchEvent(new CustomEvent("tongbu:save"));
      }
    });
  }
}

function allowFiles(saved) {
  const upload = byId("upload");
  upload.setAttribute("action", saved.upload);
  upload.setAttribute("hx-post", saved.upload);
  const box = waiting();
  if (box) {
    box.removeAttribute("data-waits");
    box.querySelector("span.muted").textContent = "非涉密系统，请勿上传涉密文件";
  }
  window.htmx.process(upload);
  const file = byId("upload-file");
  if (box && file.files.length) {
    file.dispatchEvent(new Event("change", { bubbles: true }));
  }
}

/* The draft exists now: later savings, the address and the files go to it. */
function onSaved(saved) {
  if (!saved.edit || form.getAttribute("data-draft") === String(saved.id)) {
    return;
  }
  form.setAttribute("data-draft", saved.id);
  form.setAttribute("action", saved.edit);
  if (window.location.pathname !== saved.edit) {
    window.history.replaceState(null, "", saved.edit);
  }
  allowFiles(saved);
}

function onClick(event) {
  const words = event.target.closest("[data-insert]");
  const more = event.target.closest("[data-add-row]");
  if (words) {
    insert(words.getAttribute("data-insert"));
  } else if (more) {
    addRow(more.getAttribute("data-add-row"));
  }
}

function onSettled(target) {
  if (target && target.id === "files") {
    byId("upload-file").value = "";
  }
  if (target && target.id === "attendance") {
    fitToKinds();
  }
}

if (form) {
  form.addEventListener("click", onClick);
  byId("id_day").addEventListener("change", chooseWhen);
  ownTitle = byId("id_title").value;
  form.addEventListener("change", (event) => {
    if (event.target.id === "id_day" || event.target.name === "makes_up_for") {
      titleFollows();
    }
  });
  form.addEventListener("change", fitToKinds);
  document.addEventListener("htmx:afterSettle", (event) => onSettled(event.detail.target));
  document.addEventListener("tongbu:saved", (event) => onSaved(event.detail || {}));
  fitToKinds();
  offerFiles();
  openAt(form.dataset.openAt);
}
